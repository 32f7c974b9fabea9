"""caloquant.verify(): a network beside the framework that it comes from."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._caloquant import Model, ModelError, _verify
from ._data import prepare
from ._errors import error
from ._framework import draw, expected_of
from ._models import load


@dataclass(frozen=True)
class VerifiedLayer:
    """A tensor beside that of the framework; `difference` and `bound` where they are closest.

    where: "layer", "output" (both as imported) or "engine" (the output behind all passes, in the
    engine that quantized models run in).
    """

    name: str
    where: str
    kind: str
    shape: tuple[int, ...]
    difference: float
    bound: float
    ratio: float
    compared: bool
    ok: bool
    note: str


@dataclass(frozen=True)
class Verification:
    """What verify() gives: layers in the order they are computed in, then outputs."""

    rows: int
    layers: list[VerifiedLayer]
    first_difference: str | None

    @property
    def ok(self) -> bool:
        return self.first_difference is None

    def __repr__(self) -> str:
        verdict = "agrees" if self.ok else f"first difference at {self.first_difference}"
        lines = [f"{verdict} ({self.rows} rows)"]
        for layer in self.layers:
            state = "not compared" if not layer.compared else "ok" if layer.ok else "differs"
            lines.append(f"  {layer.where:<7} {layer.name:<24} {layer.difference:10.3g} "
                         f"{layer.bound:10.3g}  {state}")
        return "\n".join(lines)


def verify(model: Any, inputs: Any = None, *, layers: bool = True, seed: int = 1978,
           rows: int = 2, check: bool = False) -> Verification:
    """Runs a model in its framework and in caloquant, and compares what comes out.

    model: a live Keras model or PyTorch module, a Keras file, or a SavedModel folder (outputs only).
    inputs: rows of its input [N, ...] (a list, or a dict by name, of several); None: `rows` rows of
        standard normal numbers from `seed`.
    layers: also what layers inside give: of Keras those that are called once, of PyTorch modules
        that become one node of ONNX.
    check: raise ModelError, which names the first layer that differs by more than rounding explains.

    Run the framework in full f32: on a GPU switch TF32 off. Raises ModelError for a model that
    cannot be read, DataError for inputs that do not fit.
    """
    network, given = _network(model, inputs)
    ordered = draw(network, rows, seed) if given is None else _ordered(network, given)
    compared, found, first = _verify(network, expected_of(model, network, ordered, layers))
    result = Verification(compared, [VerifiedLayer(**row) for row in found], first)
    if check and not result.ok:
        raise error(ModelError, f"model '{network.name}'",
                    f"does not compute what its framework does: first difference at {first}",
                    "do not trust the import, and report it")
    return result


def _network(model: Any, inputs: Any) -> tuple[Model, Any]:
    if inputs is None:
        return load(model), None
    arrays = list(inputs.values()) if isinstance(inputs, dict) else (
        list(inputs) if isinstance(inputs, (list, tuple)) else [inputs])
    return load(model, [np.asarray(array) for array in arrays]), inputs


def _ordered(network: Model, inputs: Any) -> list[np.ndarray]:
    names = [name for name, _ in network.inputs]
    arrays = prepare(inputs, names)["inputs"]
    return [arrays[name] if name in arrays else arrays[""] for name in names]
