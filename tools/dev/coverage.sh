#!/usr/bin/env bash
# Line coverage of the product by its tests: builds the preset `coverage`, runs the suite program by
# program, prints the lines that ran in all and by folder. Arguments are folders or files whose lines
# that never ran are listed, e.g. ops/core/qmath.cpp quantizer/config. CALOQUANT_COVERAGE_TESTS names
# the folders of tests to run (all); CALOQUANT_COVERAGE_KEEP=1 only counts what ran already.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/coverage
read -r -a folders <<<"${CALOQUANT_COVERAGE_TESTS:-ops graph metrics calibration quantizer gate tools load fuzz docs}"

if [ -z "${CALOQUANT_COVERAGE_KEEP:-}" ]; then
  cmake --preset coverage >/dev/null
  targets=()
  for folder in "${folders[@]}"; do
    targets+=("tests/$folder/all")
  done
  cmake --build "$build" --target "${targets[@]}"
  find "$build" -name '*.gcda' -delete
  export OMP_WAIT_POLICY=passive
  failed=()
  for folder in "${folders[@]}"; do
    while IFS= read -r program; do
      printf '%s\n' "$program"
      # A failing test is for the plain build to tell; here it only makes the count smaller.
      "$program" --gtest_brief=1 >"$program.log" 2>&1 || failed+=("$program.log")
    done < <(find "$build/tests/$folder" -maxdepth 1 -type f -executable -name 'test_*' | sort)
  done
  [ "${#failed[@]}" -eq 0 ] || printf 'failed, see %s\n' "${failed[@]}"
fi
python3 tools/dev/coverage.py "$build" "$@"
