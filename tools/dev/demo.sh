#!/usr/bin/env bash
# The main job from nothing: installs what is missing (Debian 12), builds, makes parametrised
# showers and quantizes the demo AngleGAN (51 x 51 x 25, 7 convolutions). Results in run/anglegan.
set -euo pipefail
cd "$(dirname "$0")/../.."

bash tools/dev/install_deps.sh
cmake --preset release
cmake --build --preset release --target caloquant
caloquant=build/release/tools/caloquant

mkdir -p run
"$caloquant" make-showers --detector clic51 --events 320 --seed 1 -o run/showers51_1.h5
"$caloquant" quantize configs/anglegan_demo_quantize.json \
  --set '/data/files=["../run/showers51_1.h5"]' -o run/anglegan
