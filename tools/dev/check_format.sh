#!/usr/bin/env bash
# Fails when a tracked C++ file is not as clang-format (version 14) would write it.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files -z '*.cpp' '*.hpp' | xargs -0 -r clang-format --dry-run -Werror
echo "check_format: $(git ls-files '*.cpp' '*.hpp' | wc -l) files, nothing to complain about"
