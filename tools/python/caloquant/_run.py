from __future__ import annotations

from typing import Any

import numpy as np

from ._caloquant import Model
from ._data import prepare
from ._models import load
from ._numbers import whole


def run(model: Any, inputs: Any, batch: int = 8) -> np.ndarray | list[np.ndarray]:
    """Outputs of a network for rows of its input (or a list, or a dict by name): one array, or a
    list where the network has several outputs. f32."""
    network: Model = load(model)
    names = [name for name, _ in network.inputs]
    arrays = prepare(inputs, names)["inputs"]
    ordered = [arrays[name] if name in arrays else arrays[""] for name in names]
    outputs = network._run(ordered, whole("batch", batch, 1, 65536))
    return outputs[0] if len(outputs) == 1 else outputs
