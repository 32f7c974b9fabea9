#!/usr/bin/env python3
"""NNCF 3.4.0, quantize_with_accuracy_control on OpenVINO, on the demo AngleGAN.

    python3.11 -m venv ~/nncf && ~/nncf/bin/pip install -r tests/peers/tuners/requirements_nncf.txt
    caloquant make-showers --detector clic51 --seed 1 --events 200 -o showers51_1.h5
    ~/nncf/bin/python tests/peers/tuners/nncf_control.py --showers showers51_1.h5 [--preset mixed]

Prints a row for the quantized model and one for every operation that goes back to FP32. Evaluations
that rank operations are only counted. The tool divides by the metric of the FP32 model, so that one
is 1 - loss. The Dense layer is left out, as everywhere. OpenVINO uses all processors.
"""

from __future__ import annotations

import logging
import pathlib
import sys
import tempfile

import numpy as np

from events import Events, read_events
from physics import Sample, loss, to_gev
from table import Table, arguments, say_where

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools/dev"))


def read_model(architecture: pathlib.Path, weights: pathlib.Path):
    import bench_peers
    import openvino

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.onnx")
        layers = bench_peers.read_layers(architecture)
        bench_peers.OnnxBuilder(layers, bench_peers.read_weights(weights), expand=False).build(path)
        model = openvino.Core().read_model(path)
    model.reshape([1, bench_peers.latent_size(layers)])
    return model


def run(compiled, latents: np.ndarray) -> np.ndarray:
    return np.concatenate([compiled([row[None]])[0] for row in latents])


def part(sample: Sample, events: list[int]) -> Sample:
    return Sample(tuple(sums[events] for sums in sample.slices), sample.hits[events])


class Progress(logging.Handler):
    """What the tool's log says about the evaluation that comes next."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.reverted: list[str] = []
        self.fresh = False  # the next evaluation judges a model, others rank operations

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.startswith("Reverted "):
            self.reverted += [line.split("/")[0].strip() for line in text.split("\n")[1:]]
            self.fresh = True
        elif text.startswith("Re-calculating"):  # the last one made it worse and is undone
            self.reverted.pop()
        elif "Validation of quantized model was started" in text:
            self.fresh = True


class Judge:
    """The tool's validation function."""

    def __init__(self, table: Table, events: Events, progress: Progress) -> None:
        self.table, self.events, self.progress = table, events, progress
        self.calls = self.showers = 0

    def __call__(self, compiled, data) -> tuple[float, list[float]]:
        numbers = [int(number) for number in data]
        test = Sample.of(to_gev(run(compiled, self.events.latents[numbers])))
        reference = part(self.table.reference, numbers)
        whole = len(numbers) == len(self.events.energies)
        self.calls, self.showers = self.calls + 1, self.showers + len(numbers)
        if whole and self.progress.fresh:
            self.progress.fresh = False
            done = len(self.progress.reverted)
            self.table.add(done, f"+ {self.progress.reverted[-1]}" if done else "", test)
        each = [1 - loss(part(test, [i]), part(reference, [i])) for i in range(len(numbers))]
        return 1 - loss(test, reference), each


def main() -> None:
    parser = arguments(__doc__.split("\n")[0])
    parser.add_argument("--preset", choices=("performance", "mixed"), default="performance")
    options = parser.parse_args()
    calibration, evaluation = read_events(options.showers, options.calibration, options.evaluation)
    where = say_where(("nncf", "openvino", "numpy"))
    import nncf
    import openvino

    model = read_model(options.architecture, options.weights)
    compiled = openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    table = Table(where, Sample.of(to_gev(run(compiled, evaluation.latents))), evaluation.energies)
    judge = Judge(table, evaluation, Progress())
    logger = logging.getLogger("nncf")
    logger.addHandler(judge.progress)
    nncf.quantize_with_accuracy_control(
        model, nncf.Dataset(list(calibration.latents), lambda row: row[None]),
        nncf.Dataset(list(range(len(evaluation.energies)))), judge,
        max_drop=options.tolerable_loss, drop_type=nncf.DropType.ABSOLUTE,
        preset=nncf.QuantizationPreset(options.preset), subset_size=len(calibration.latents),
        ignored_scope=nncf.IgnoredScope(types=["MatMul"], validate=False))
    table.end(f"{judge.calls} evaluations, {judge.showers} showers", options.json)


if __name__ == "__main__":
    main()
