# g++ 12 makes MMX instructions of reductions over pairs (ops/core/extremes.cpp, at -O3) without an
# `emms` behind them: the x87 registers of the program that called us would stay unusable, every
# `long double` a NaN.
string(REGEX MATCH "^(x86_64|AMD64|i[3-6]86)$" CALOQUANT_ON_X86 "${CMAKE_SYSTEM_PROCESSOR}")
if(CALOQUANT_ON_X86)
  add_compile_options(-mno-mmx)
endif()

add_library(caloquant_options INTERFACE)
target_compile_features(caloquant_options INTERFACE cxx_std_20)
target_compile_options(caloquant_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Woverloaded-virtual -Wnon-virtual-dtor -Wdouble-promotion
  # A `default:` must not hide a value that was added to an enum.
  -Wswitch-enum
  # -Wrestrict, -Wstringop-overread: false alarms in g++ 12's own std::string at -O3 (GCC bug 105329)
  # and its comparison of vectors of bytes.
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict -Wno-stringop-overread>
  # Same sums on every machine: no contraction of a*b+c behind our back.
  -ffp-contract=off
  # Eigen divides products among threads in parts that depend on how many there are.
  -DEIGEN_DONT_PARALLELIZE
  # g++ 12.2 vectorises two neighbouring double -> float -> double conversions to nothing: they no
  # longer round (seen in quantizer/showers/primaries.cpp; Generate.EqualsTheEngineOnTheLatentsOfItsLabels
  # notices).
  $<$<CXX_COMPILER_ID:GNU>:-fno-tree-slp-vectorize>
  # Unity builds: the warning of caloquant_json_sources(), one about anonymous namespaces of included
  # files, and shadowing of a neighbouring file's names (plain builds still warn about a file's own).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-array-bounds>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>
  $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-shadow>)
if(CALOQUANT_SANITIZE)
  list(JOIN CALOQUANT_SANITIZE "," _sanitizers)
  target_compile_options(caloquant_options INTERFACE -fsanitize=${_sanitizers}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(caloquant_options INTERFACE -fsanitize=${_sanitizers})
endif()

# caloquant_add_library(<folder> SOURCES ... PUBLIC_HEADERS ... LINK ... PRIVATE_LINK ...)
# makes caloquant_<folder> with alias caloquant::<folder>. Internal headers are spelled from the
# repository root ("graph/ir/graph.hpp"), public ones <caloquant/...>.
function(caloquant_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_HEADERS;LINK;PRIVATE_LINK" ${ARGN})
  set(target caloquant_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(caloquant::${name} ALIAS ${target})
  if(ARG_PUBLIC_HEADERS)
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${ARG_PUBLIC_HEADERS})
  endif()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  # The shared library shows what public headers declare (they say so), nothing else.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
                        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                        VERIFY_INTERFACE_HEADER_SETS ON
                        CALOQUANT_PRIVATE_LINK "${ARG_PRIVATE_LINK}")
  target_link_libraries(${target} PUBLIC ${ARG_LINK}
                        PRIVATE $<BUILD_INTERFACE:caloquant_options> ${ARG_PRIVATE_LINK})
endfunction()

# nlohmann-json's diagnostics trip a false -Warray-bounds in g++ 12 at -O2 and above.
# Options of a source keep it out of unity builds, which go without the warning.
function(caloquant_json_sources)
  if(CMAKE_UNITY_BUILD)
    return()
  endif()
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>)
endfunction()
