#!/usr/bin/env bash
# Installs what the build and the tests need on Debian 12 and what is not installed yet.
# With --ci also what the quality gates need (clang, clang-tidy, clang-format, ccache, libomp,
# doxygen, chromium).
set -euo pipefail

packages=(
  g++ cmake ninja-build git ca-certificates python3 python3-yaml
  libdnnl-dev ocl-icd-opencl-dev libhdf5-dev libeigen3-dev nlohmann-json3-dev libcli11-dev
  libprotobuf-dev protobuf-compiler libzip-dev libssl-dev
  pybind11-dev python3-dev python3-numpy pkg-config file
  libgtest-dev libgmock-dev libbenchmark-dev
)
case "${1:-}" in
  "") ;;
  --ci) packages+=(clang clang-tidy clang-format ccache libomp-14-dev python3-venv
    doxygen
    chromium chromium-driver python3-selenium) ;;
  *)
    echo "usage: ${0##*/} [--ci]" >&2
    exit 2
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  if ! dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed'; then
    missing+=("$package")
  fi
done
if ((${#missing[@]} == 0)); then
  echo "install_deps: nothing is missing"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  as_root=(sudo)
fi
echo "install_deps: installing ${missing[*]}"
# Quiet means no list of packages; warnings and errors still come on stderr.
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
