# Every external package, found in one place. All are Debian packages; nothing is downloaded.
find_package(Threads REQUIRED)
find_package(dnnl 2.6 CONFIG QUIET)
if(NOT dnnl_FOUND)
  message(FATAL_ERROR "oneDNN (DNNL::dnnl, 2.6 or newer 2.x) was not found. On Debian install "
                      "libdnnl-dev AND ocl-icd-opencl-dev: its CMake package needs OpenCL.")
endif()
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
# Module mode: Debian's protobuf 3.21 has no CMake package of its own.
find_package(Protobuf 3.12 REQUIRED)
# Debian's libzip names programs in its CMake package that it does not install.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(CLI11 2.1 REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
if(CALOQUANT_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
endif()
if(CALOQUANT_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
