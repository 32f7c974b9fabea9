#!/usr/bin/env python3
"""Makes tests/fixtures/verify again: what TensorFlow 2.15 computes in every layer of other fixtures.

    python3 -m venv venv && venv/bin/pip install tensorflow==2.15 h5py
    venv/bin/python tools/dev/make_verify_fixtures.py
"""
import os
import pathlib

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import h5py
import keras
import numpy as np

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures"
KERAS = ["generator3d", "conv2d", "discriminator3d", "batch_norm", "pooling",
         "activation_layers", "nested_sequential"]


def load(name):
    base = FIXTURES / "keras" / name
    if not base.with_suffix(".json").exists():
        return keras.models.load_model(base.with_suffix(".h5"), compile=False)
    model = keras.models.model_from_json(base.with_suffix(".json").read_text())
    model.load_weights(f"{base}_weights.h5")
    return model


def values_of(model, inputs):
    """Outputs, and by name what each layer gives that is called once, in nested models too."""
    tensors, nested = {}, []
    for layer in model.layers:
        calls = [node for i, node in enumerate(layer.inbound_nodes)
                 if f"{layer.name}_ib-{i}" in model._network_nodes]
        if len(calls) == 1 and not isinstance(calls[0].outputs, (list, tuple)):
            if layer.name not in model.input_names:
                tensors[layer.name] = calls[0].outputs
            if hasattr(layer, "layers"):
                read = calls[0].input_tensors
                nested.append((layer, read if isinstance(read, list) else [read]))
    wanted = model.outputs + list(tensors.values()) + [x for _, read in nested for x in read]
    results = keras.Model(model.inputs, wanted).predict(inputs, verbose=0)
    ends = results[:len(model.outputs)]
    values = dict(zip(tensors, results[len(ends):]))
    rest = results[len(ends) + len(tensors):]
    for layer, read in nested:
        values.update(values_of(layer, rest[:len(read)])[1])
        rest = rest[len(read):]
    return ends, values


def write(model, inputs, file):
    ends, layers = values_of(model, inputs)
    with h5py.File(file, "w", track_order=False) as f:
        for name, value in zip(model.input_names, inputs):
            f[f"inputs/{name}"] = value
        if len(ends) == 1:
            f["outputs"] = ends[0]
        else:
            for name, value in zip(model.output_names, ends):
                f[f"outputs/{name}"] = value
        for name, value in layers.items():
            f[f"layers/{name}"] = value


def main():
    folder = FIXTURES / "verify"
    folder.mkdir(exist_ok=True)
    for name in KERAS:
        with h5py.File(FIXTURES / "keras" / f"{name}_golden.h5") as golden:
            inputs = [golden[f"input_{i}"][:] for i in range(len([k for k in golden if k[0] == "i"]))]
        write(load(name), inputs, folder / f"{name}.h5")
    for case in ("generator", "classifier"):
        with h5py.File(FIXTURES / "tensorflow" / case / "golden.h5") as golden:
            inputs = [golden["x"][:]]
        model = keras.models.load_model(FIXTURES / "tensorflow" / case / "keras2.keras",
                                        compile=False)
        write(model, inputs, folder / f"tensorflow_{case}.h5")


if __name__ == "__main__":
    main()
