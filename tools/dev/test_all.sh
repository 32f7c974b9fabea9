#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, runs all tests. Ends with ctest's
# summary and how long both took. CALOQUANT_UNITY=OFF compiles every source alone, which takes longer:
# it finds includes that a source has from its neighbours only.
# CALOQUANT_REQUIRE_SHARED=1 makes the tests that need ../shared fail where it is absent.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/dev/install_deps.sh
cmake --preset dev -DCMAKE_UNITY_BUILD="${CALOQUANT_UNITY:-ON}"
cmake --build --preset dev
built=$SECONDS
ctest --preset dev -j "$(nproc)"
echo "built in $built s, tested after $SECONDS s"
