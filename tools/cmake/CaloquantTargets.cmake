# g++ 12 makes MMX instructions of reductions over pairs (ops/core/extremes.cpp, at -O3) without an
# `emms` behind them: the x87 registers of the program that called us would stay unusable, every
# `long double` a NaN.
string(REGEX MATCH "^(x86_64|AMD64|i[3-6]86)$" CALOQUANT_ON_X86 "${CMAKE_SYSTEM_PROCESSOR}")
if(CALOQUANT_ON_X86)
  add_compile_options(-mno-mmx)
endif()

# The faster linker, where there is one.
find_program(CALOQUANT_LLD ld.lld)
if(CALOQUANT_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(caloquant_options INTERFACE)
target_compile_features(caloquant_options INTERFACE cxx_std_20)
target_compile_options(caloquant_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Woverloaded-virtual -Wnon-virtual-dtor -Wdouble-promotion
  # A `default:` must not hide a value that was added to an enum.
  -Wswitch-enum
  # False alarms of g++ 12 at -O2 and above: -Wrestrict in its own std::string (GCC bug 105329),
  # -Wstringop-overread where it compares vectors of bytes, -Warray-bounds in nlohmann-json (clang
  # still warns of the last).
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict -Wno-stringop-overread
    -Wno-array-bounds>
  # Same sums on every machine: no contraction of a*b+c behind our back.
  -ffp-contract=off
  # Eigen divides products among threads in parts that depend on how many there are.
  -DEIGEN_DONT_PARALLELIZE
  # g++ 12.2 vectorises two neighbouring double -> float -> double conversions to nothing: they no
  # longer round (seen in calibration/showers/primaries.cpp; Generate.EqualsTheEngineOnTheLatentsOfItsLabels
  # notices).
  $<$<CXX_COMPILER_ID:GNU>:-fno-tree-slp-vectorize>
  # In a unity build a name may hide one of the file in front: only locals that hide locals count
  # there (clang cannot tell them apart), and anonymous namespaces lie in included files.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-shadow -Wshadow=local
    -Wno-subobject-linkage>
  $<$<AND:$<NOT:$<CXX_COMPILER_ID:GNU>>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-shadow>)
if(CALOQUANT_SANITIZE)
  list(JOIN CALOQUANT_SANITIZE "," _sanitizers)
  target_compile_options(caloquant_options INTERFACE -fsanitize=${_sanitizers}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer
    # Both double the time g++ takes. A null pointer ends under AddressSanitizer anyway; clang checks
    # alignment in the preset fuzz.
    $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=null,alignment>)
  target_link_options(caloquant_options INTERFACE -fsanitize=${_sanitizers})
endif()

# The product is counted, its tests are not.
add_library(caloquant_counted INTERFACE)
if(CALOQUANT_COVERAGE)
  target_compile_options(caloquant_counted INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(caloquant_options INTERFACE --coverage)
endif()

# caloquant_add_library(<folder> [HOT] SOURCES ... PUBLIC_HEADERS ... LINK ... PRIVATE_LINK ...)
# makes caloquant_<folder> with alias caloquant::<folder>. HOT: it computes on every value of a network
# or a shower, and a release build keeps CMake's -O3; what reads, decides and writes is compiled faster
# with -O2. Internal headers are spelled from the
# repository root ("graph/ir/graph.hpp"), public ones <caloquant/...>.
function(caloquant_add_library name)
  cmake_parse_arguments(ARG "HOT" "" "SOURCES;PUBLIC_HEADERS;LINK;PRIVATE_LINK" ${ARGN})
  set(target caloquant_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(caloquant::${name} ALIAS ${target})
  if(ARG_PUBLIC_HEADERS)
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${ARG_PUBLIC_HEADERS})
  endif()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  if(NOT ARG_HOT)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
  # The shared library shows what public headers declare (they say so), nothing else.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
                        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                        VERIFY_INTERFACE_HEADER_SETS ON
                        CALOQUANT_PRIVATE_LINK "${ARG_PRIVATE_LINK}")
  target_link_libraries(${target} PUBLIC ${ARG_LINK}
                        PRIVATE $<BUILD_INTERFACE:caloquant_options>
                        $<BUILD_INTERFACE:caloquant_counted> ${ARG_PRIVATE_LINK})
endfunction()
