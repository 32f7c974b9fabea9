#!/usr/bin/env bash
# check_doxygen.sh [DIR]: every public class, function and member has a comment that Doxygen takes.
# Prints what is missing and exits with 1. Writes the API reference to DIR, where it is given.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v doxygen >/dev/null; then
  echo "check_doxygen: needs doxygen (tools/dev/install_deps.sh --ci)" >&2
  exit 1
fi
output=${1:-$(mktemp -d)}
if [ -z "${1:-}" ]; then
  trap 'rm -rf "$output"' EXIT
fi
mkdir -p "$output"

# Relative places, each once.
status=0
said=$({ cat tools/dev/Doxyfile; echo "OUTPUT_DIRECTORY = \"$output\""; } | doxygen - 2>&1) || status=$?
if [ -n "$said" ] || [ "$status" -ne 0 ]; then
  sed "s#$PWD/##" <<<"$said" | sort -u
  echo "check_doxygen: write a comment, or correct it" >&2
  exit 1
fi
echo "check_doxygen: every public name has a comment${1:+; the reference is $1/html/index.html}"
