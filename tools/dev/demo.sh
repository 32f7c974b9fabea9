#!/usr/bin/env bash
# The study of the 2023 talk from nothing: installs what is missing (Debian 12), builds, makes
# parametrised showers and quantizes the demo AngleGAN (51 x 51 x 25, 7 convolutions): with our rules
# (the first plans of the strategy auto), and then with the rule and the strategy of Intel Neural
# Compressor, of which only the last lines are shown. Both are judged by the default criteria.
# Results in run/anglegan and run/anglegan_inc, both in one table at the end, and
# run/anglegan/report.html. Arguments go to both runs of `caloquant quantize`; CALOQUANT_PRESET names
# another preset to build than release.
set -euo pipefail
cd "$(dirname "$0")/../.."

echo "Where nothing has to be installed this takes about 8 minutes, 3 of which to build"
echo "(177 s to build and 311 s behind it on two idle cores of an AMD EPYC with VNNI)."
echo

bash tools/dev/install_deps.sh
preset=${CALOQUANT_PRESET:-release}
cmake --preset "$preset"
cmake --build --preset "$preset" --target caloquant
built=$SECONDS
caloquant=build/$preset/tools/caloquant

mkdir -p run
"$caloquant" make-showers --detector clic51 --events 320 --seed 1 -o run/showers51_1.h5
study() { # config, folder, further arguments
  local code=0
  "$caloquant" quantize "configs/$1" --set '/data/files=["../run/showers51_1.h5"]' \
    -o "${@:2}" || code=$?
  # 7: the target is not met, 8: the model is not faster. Both are results.
  ((code == 0 || code == 7 || code == 8)) || exit "$code"
}
echo
echo "1. Our rules: the first plans of the strategy auto"
echo
study anglegan_demo_auto.json run/anglegan --set /tuning_criterion/max_trials=4 "$@"
echo
echo "2. The rule and the strategy of Intel Neural Compressor, in short"
echo
study anglegan_demo_quantize.json run/anglegan_inc \
  --set /quantization/activation_rule=inc_u8_scaled "$@" >run/anglegan_inc.txt
sed -n '/^step [0-9]*: /,$p' run/anglegan_inc.txt
echo
echo "3. Both, side by side"
echo
"$caloquant" report run/anglegan run/anglegan_inc --table
tables=$SECONDS
echo
echo "open run/anglegan/report.html in a browser"
echo "built in $built s, tables after $tables s"
