#!/usr/bin/env python3
"""Networks of PyTorch and Keras that are no generators, quantized by caloquant, in ONNX Runtime.

    python -m venv ~/peers && ~/peers/bin/pip install -r tests/peers/requirements.txt
    ~/peers/bin/python tests/peers/check_foreign.py --caloquant build/release/tools/caloquant

Quantizes tests/fixtures/foreign (see tools/dev/make_foreign_fixtures.py), computes the metric from
what ONNX Runtime makes of the fp32 and the quantized file, and compares it with what caloquant says:
sqnr within 0.1 dB; top-1 within one event, whose classes may be a tie but for the last bit. Prints a
row for each and exits with 1 when one differs.
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
import onnxruntime

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/foreign"


def top1(scores, labels, _):
    return float((scores.argmax(1) == labels).mean())


def sqnr(output, _, reference):
    noise = (output.astype(np.float64) - reference) ** 2
    return float(10 * np.log10((reference.astype(np.float64) ** 2).sum() / noise.sum()))


def network(name):
    """Config, inputs in the layout of the file, targets, metric, tolerance."""
    if name == "classifier":
        images, labels = np.load(FIXTURES / "images.npy"), np.load(FIXTURES / "labels.npy")
        config = {"model": {"file": "classifier.onnx"},
                  "data": {"files": "images.npy", "targets": "labels.npy",
                           "calibration_samples": 32, "evaluation_samples": 128},
                  "metric": {"name": "classification_top1", "reference": "dataset"}}
        return config, images[:, None], labels, top1, 1 / 128
    if name == "keras_classifier":
        with h5py.File(FIXTURES / "keras_images.h5") as file:
            images, labels = file["images"][:].astype(np.float32), file["labels"][:]
        config = {"model": {"file": "keras_classifier.h5"},
                  "data": {"files": "keras_images.h5", "inputs": "images", "targets": "labels",
                           "calibration_samples": 32, "evaluation_samples": 128},
                  "metric": {"name": "classification_top1", "reference": "dataset"}}
        return config, images[..., None], labels, top1, 1 / 128
    with h5py.File(FIXTURES / "segmentation.h5") as file:
        volume = file["volume"][:].astype(np.float32)
    config = {"model": {"file": "segmentation.onnx"},
              "data": {"files": "segmentation.h5", "inputs": "volume",
                       "calibration_samples": 8, "evaluation_samples": 16},
              "metric": {"name": "sqnr"}}
    return config, volume, None, sqnr, 0.1


def outputs(file, inputs):
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]


def check(name, caloquant, folder):
    config, inputs, targets, metric, tolerance = network(name)
    for key in ("files", "targets"):
        if str(config["data"].get(key, "")).endswith((".npy", ".h5")):
            config["data"][key] = str(FIXTURES / config["data"][key])
    config["model"]["file"] = str(FIXTURES / config["model"]["file"])
    config["input"] = {"encoding": "tensor"}
    config["accuracy_criterion"] = {"criterion": "limit",
                                    "tolerable_loss": 30 if metric is sqnr else 0.7}
    config["emit"] = {"formats": ["h5", "onnx"]}
    file = folder / f"{name}.json"
    file.write_text(json.dumps(config))
    run = folder / name
    subprocess.run([caloquant, "quantize", file, "-o", run, "--quiet"], check=True)
    fp32 = folder / f"{name}_fp32.onnx"
    subprocess.run([caloquant, "convert", config["model"]["file"], "-o", fp32], check=True,
                   stdout=subprocess.DEVNULL)
    first = config["data"]["calibration_samples"]
    rows = slice(first, first + config["data"]["evaluation_samples"])
    reference = outputs(fp32, inputs[rows])
    found = metric(outputs(run / "quantized.onnx", inputs[rows]),
                   None if targets is None else targets[rows], reference)
    result = json.loads((run / "result.json").read_text())
    passed = abs(found - result["loss"]) <= tolerance
    print(f"{name:18} {result['quantized_layers']}/{result['total_layers']} layers  "
          f"{config['metric']['name']:20} caloquant {result['loss']:.4f}  "
          f"onnxruntime {found:.4f}  {'ok' if passed else 'DIFFERS'}")
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--caloquant", required=True, type=pathlib.Path)
    caloquant = parser.parse_args().caloquant.resolve()
    with tempfile.TemporaryDirectory() as folder:
        names = ["classifier", "keras_classifier", "segmentation"]
        results = [check(name, caloquant, pathlib.Path(folder)) for name in names]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
