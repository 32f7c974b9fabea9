#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, runs all tests. Ends with ctest's
# summary. CALOQUANT_REQUIRE_SHARED=1 makes the tests that need ../shared fail where it is absent.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/dev/install_deps.sh
cmake --preset dev
cmake --build --preset dev
ctest --preset dev -j "$(nproc)"
