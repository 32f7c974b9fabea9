#!/usr/bin/env bash
# Runs the property tests with other seeds than the usual one: tools/dev/hunt.sh [N [FIRST]] takes N
# seeds (20) from FIRST (the clock) on. Needs the dev build. Ends with the number of failures.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-20}
first=${2:-$(date +%s)}
failed=0
filter=$(grep -rhoE 'class \w+ : public [a-zA-Z:]*PropertyTest|using \w+ = [a-z:]*PropertyTest' tests |
  sed -E 's/(class|using) (\w+).*/\2.*/' | sort -u | paste -sd:)
for program in build/dev/tests/*/test_*; do
  [ -x "$program" ] && [ -f "$program" ] || continue
  for ((seed = first; seed < first + count; ++seed)); do
    if ! CALOQUANT_TEST_SEED=$seed "$program" --gtest_brief=1 \
      --gtest_filter="$filter" >/tmp/hunt.$$ 2>&1; then
      failed=$((failed + 1))
      echo "hunt: $program with CALOQUANT_TEST_SEED=$seed"
      grep -E '^\[  FAILED|Failure|actual|Expected' /tmp/hunt.$$ || true
    fi
  done
done
rm -f /tmp/hunt.$$
echo "hunt: $failed failures"
[ "$failed" -eq 0 ]
