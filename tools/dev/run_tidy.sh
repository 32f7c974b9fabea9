#!/usr/bin/env bash
# clang-tidy (version 14) over all project sources, tests and generated ones excepted; fails on any
# finding.
# The compile database comes from clang, because clang-tidy does not know all flags of g++. It is of
# a unity build: sixteen sources at a time, so that headers are read a sixteenth as often.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset tidy >/dev/null
cmake --build build/tidy --target caloquant_protos >/dev/null  # generated headers

# Tidies one file. A clean file prints nothing; the counts of suppressed warnings go to stderr.
tidy_one() {
  local log
  log=$(mktemp)
  if ! clang-tidy --quiet -p build/tidy "$1" >"$log" 2>&1; then
    echo "$1:"
    grep -v ' warnings\? generated\.$' "$log"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
export -f tidy_one

mapfile -t sources < <(grep -o '"file": "[^"]*"' build/tidy/compile_commands.json | cut -d'"' -f4 |
  grep -v -e /generated/ -e caloquant_protos)
if printf '%s\0' "${sources[@]}" |
  xargs -0 -n 1 -P "$(nproc)" bash -c 'tidy_one "$0"'; then
  echo "run_tidy: ${#sources[@]} units, no findings"
else
  echo "run_tidy: findings above" >&2
  exit 1
fi
