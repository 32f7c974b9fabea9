# What users link: one shared library of all folders with the public headers, its CMake package,
# its pkg-config file. Symbols are hidden but for what public headers declare.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(caloquant_shared SHARED)
add_library(caloquant::caloquant ALIAS caloquant_shared)
set_target_properties(caloquant_shared PROPERTIES
  OUTPUT_NAME caloquant
  EXPORT_NAME caloquant
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION}
  # Until 1.0 every minor version may change the interface.
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_compile_features(caloquant_shared PUBLIC cxx_std_20)
set(_folders ops graph metrics calibration quantizer)
foreach(_folder IN LISTS _folders)
  target_sources(caloquant_shared PRIVATE $<TARGET_OBJECTS:caloquant_${_folder}>)
  get_target_property(_libraries caloquant_${_folder} CALOQUANT_PRIVATE_LINK)
  target_link_libraries(caloquant_shared PRIVATE ${_libraries})
endforeach()
target_link_options(caloquant_shared PRIVATE -Wl,--no-undefined -Wl,--exclude-libs,ALL)
if(CALOQUANT_SANITIZE)
  list(JOIN CALOQUANT_SANITIZE "," _sanitizers)
  target_link_options(caloquant_shared PRIVATE -fsanitize=${_sanitizers})
endif()
foreach(_folder IN LISTS _folders)
  get_target_property(_headers caloquant_${_folder} HEADER_SET)
  list(TRANSFORM _headers PREPEND "${PROJECT_SOURCE_DIR}/${_folder}/"
       REGEX "^include/" OUTPUT_VARIABLE _relative)
  target_sources(caloquant_shared PUBLIC FILE_SET ${_folder} TYPE HEADERS
                 BASE_DIRS ${PROJECT_SOURCE_DIR}/${_folder}/include FILES ${_relative})
  list(APPEND _file_sets FILE_SET ${_folder} COMPONENT development)
endforeach()
install(TARGETS caloquant_shared EXPORT caloquant
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
  ${_file_sets})
set(_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/caloquant)
install(EXPORT caloquant FILE caloquantTargets.cmake NAMESPACE caloquant::
        DESTINATION ${_package_dir} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/caloquantConfig.cmake.in
  ${PROJECT_BINARY_DIR}/caloquantConfig.cmake INSTALL_DESTINATION ${_package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/caloquantConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/caloquantConfig.cmake
              ${PROJECT_BINARY_DIR}/caloquantConfigVersion.cmake
        DESTINATION ${_package_dir} COMPONENT development)

# Absolute folders stay as they are, so that both /usr and a prefix of one's own work.
foreach(_dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${_dir}}")
    set(CALOQUANT_PC_${_dir} "${CMAKE_INSTALL_${_dir}}")
  else()
    set(CALOQUANT_PC_${_dir} "\${prefix}/${CMAKE_INSTALL_${_dir}}")
  endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/caloquant.pc.in ${PROJECT_BINARY_DIR}/caloquant.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/caloquant.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
