#!/usr/bin/env python3
"""caloquant on the events of inc.py and nncf_control.py, with a row for the plan of each run.

    python3 -m venv ~/peers && ~/peers/bin/pip install -r tests/peers/requirements.txt
    build/dev/tools/caloquant make-showers --detector clic51 --seed 1 --events 200 -o showers51_1.h5
    ~/peers/bin/python tests/peers/tuners/ours.py --caloquant build/dev/tools/caloquant \\
        --showers showers51_1.h5

The events and the loss of these scripts are held against caloquant's own: without physics in the
criteria the loss of the emitted model must be the one that the run reports.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

from events import read_events
from physics import POWER, SCALE, Sample, to_gev
from table import Table, arguments, say_where

LOSS_ONLY = {"accuracy_criterion": {"criteria": "loss_only"}}
RUNS = {
    "basic_inc_rule_loss_only": {
        **LOSS_ONLY, "quantization": {"activation_rule": "inc_u8_scaled"},
        "graph": {"disabled_passes": ["collapse_upsample"]},
        "tuning_criterion": {"strategy": "basic", "more_bases": False}},
    "basic_loss_only": {**LOSS_ONLY, "tuning_criterion": {"strategy": "basic"}},
    "basic": {"tuning_criterion": {"strategy": "basic"}},
    "auto": {"tuning_criterion": {"strategy": "auto"}},
}
SHORT = {"int8": "i8", "w8a16": "a16", "bf16": "b16", "fp32": "f32"}
AGREES = 1e-4  # relative: an FP32 layer by another kernel tips some roundings of the next one


def config(options: argparse.Namespace, changes: dict) -> dict:
    whole = {
        "model": {"architecture": str(options.architecture.resolve()),
                  "weights": str(options.weights.resolve()),
                  "output": {"scale": SCALE, "power": POWER}},
        "data": {"files": [str(options.showers.resolve())], "layout": "variable_angle",
                 "calibration_samples": options.calibration,
                 "evaluation_samples": options.evaluation},
        "input": {"encoding": "energy_angle_noise"},
        "quantization": {"recipes": {"first_conv_or_matmul_quantization": False}},
        "metric": {"name": "shower_shape", "preset": "tune"},
        "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": options.tolerable_loss}}
    for section, values in changes.items():
        whole[section] = whole.get(section, {}) | values
    return whole


class Program:
    """caloquant with the evaluation latents in a file."""

    def __init__(self, options: argparse.Namespace, folder: pathlib.Path, latents: np.ndarray):
        self.options, self.folder, self.latents = options, folder, folder / "latents.h5"
        with h5py.File(self.latents, "w") as file:
            file["z"] = latents

    def call(self, *words: object) -> None:
        done = subprocess.run([str(word) for word in (self.options.caloquant, *words)], text=True,
                              capture_output=True)
        if done.returncode not in (0, 7):  # 7: the target is not met, the best plan is written
            sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")

    def showers(self, *model: object) -> Sample:
        images = self.folder / "images.h5"
        self.call("run", *model, "--latents", f"{self.latents}:z", "-o", images, "--quiet",
                  "--threads", self.options.threads)
        with h5py.File(images) as file:
            return Sample.of(to_gev(file["ECAL"][()]))

    def quantize(self, name: str, changes: dict) -> pathlib.Path:
        file, folder = self.folder / "run.json", self.folder / name
        file.write_text(json.dumps(config(self.options, changes)))
        self.call("quantize", file, "-o", folder, "--quiet", "--threads", self.options.threads)
        return folder


def measure(name: str, program: Program, table: Table) -> None:
    folder = program.quantize(name, RUNS[name])
    result = json.loads((folder / "result.json").read_text())
    plan = " ".join(SHORT.get(layer["precision"], layer["precision"]) for layer in result["layers"])
    steps = [json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines()]
    found = table.add(name, f"{plan}, {len(steps)} trials",
                      program.showers(folder / "quantized.h5"))
    table.rows[-1] |= {"result": {key: result.get(key) for key in
                                  ("target_met", "criteria", "loss", "seconds", "best_step")},
                       "losses": [(step["changed"], step["loss"]) for step in steps]}
    if name.endswith("loss_only") and abs(found.loss - result["loss"]) > AGREES * result["loss"]:
        sys.exit(f"{name}: the run says {result['loss']}, its model gives {found.loss}")


def main() -> None:
    parser = arguments(__doc__.split("\n")[0])
    parser.add_argument("--caloquant", type=pathlib.Path, required=True)
    parser.add_argument("--runs", default=",".join(RUNS), help="default: %(default)s")
    options = parser.parse_args()
    options.caloquant = options.caloquant.resolve()
    _, evaluation = read_events(options.showers, options.calibration, options.evaluation)
    where = say_where(("h5py", "numpy"))
    with tempfile.TemporaryDirectory() as folder:
        program = Program(options, pathlib.Path(folder), evaluation.latents)
        fp32 = program.showers("--architecture", options.architecture, "--weights", options.weights)
        table = Table(where, fp32, evaluation.energies)
        for name in options.runs.split(","):
            measure(name, program, table)
    table.end("", options.json)


if __name__ == "__main__":
    main()
