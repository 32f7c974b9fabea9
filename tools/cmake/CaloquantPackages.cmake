# Debian packages: libcaloquant (shared library), libcaloquant-dev (headers, CMake package,
# pkg-config), caloquant (command line). `cpack` in a build of the preset `package`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME caloquant)
set(CPACK_PACKAGE_VENDOR "caloquant")
set(CPACK_PACKAGE_CONTACT "caloquant maintainers <maintainers@caloquant.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL runtime development tools)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libcaloquant0.1)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcaloquant-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libcaloquant0.1 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME caloquant)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
    "Post-training quantization of shower generators: shared library")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "Post-training quantization of shower generators: headers, CMake package, pkg-config")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION
    "Post-training quantization of shower generators: command line")
include(CPack)
