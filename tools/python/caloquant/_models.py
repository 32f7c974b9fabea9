"""From whatever a training pipeline holds to a Model."""
from __future__ import annotations

import inspect
import io
import os
import pathlib
import sys
import tempfile
from typing import Any, Sequence

import numpy as np

from ._caloquant import Model, UsageError
from ._errors import error


def load(model: Any, example_inputs: Sequence[np.ndarray] | None = None) -> Model:
    """A Model from a path, ONNX bytes, a Keras model, a PyTorch module or a Model.

    A PyTorch module is exported through ONNX, for which it needs one row (or more) of every input.
    Raises ModelError for a network that cannot be read, UsageError for another kind of object.
    """
    if isinstance(model, Model):
        return model
    if isinstance(model, (str, os.PathLike)):
        return Model.load(os.fspath(model))
    if isinstance(model, (bytes, bytearray)):
        return Model.from_onnx(bytes(model))
    if is_keras(model):
        return _from_keras(model)
    if is_torch(model):
        return Model.from_onnx(_torch_to_onnx(model, example_inputs), type(model).__name__)
    if hasattr(model, "SerializeToString"):  # onnx.ModelProto
        return Model.from_onnx(model.SerializeToString())
    raise error(UsageError, "model", f"is of type {type(model).__name__}",
                "give a path, ONNX bytes, a Keras model or a torch.nn.Module")


def is_torch(model: Any) -> bool:
    """Also true of a Keras model with that backend."""
    return _is_instance(model, "torch", "nn.Module")


def is_keras(model: Any) -> bool:
    return hasattr(model, "get_weights") and hasattr(model, "to_json")


def _is_instance(model: Any, package: str, name: str) -> bool:
    """Without importing a package that nobody has imported."""
    found: Any = sys.modules.get(package)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None and isinstance(model, found)


def _torch_to_onnx(module: Any, example_inputs: Sequence[np.ndarray] | None) -> bytes:
    import torch

    if not example_inputs:
        raise error(UsageError, "model", "a PyTorch module is exported with an example of its inputs",
                    "give data, or example_inputs to caloquant.load()")
    was_training = module.training
    module.eval()
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    rows = tuple(torch.from_numpy(np.ascontiguousarray(a[:2], dtype=np.float32)).to(device)
                 for a in example_inputs)
    names = [f"input_{i}" for i in range(len(rows))]
    buffer = io.BytesIO()
    # The exporter that needs nothing but torch; older versions know no other.
    export: Any = torch.onnx.export
    exporter = {"dynamo": False} if "dynamo" in inspect.signature(export).parameters else {}
    try:
        with torch.no_grad():
            export(module, rows, buffer, input_names=names, opset_version=17,
                   dynamic_axes={name: {0: "N"} for name in names}, **exporter)
    finally:
        module.train(was_training)
    return buffer.getvalue()


def _from_keras(model: Any) -> Model:
    """Keras 2 writes HDF5, Keras 3 its own archive; both are read."""
    import keras

    name = "model.h5" if keras.__version__.startswith("2.") else "model.keras"
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / name)
        model.save(path)
        return Model.load(path)
