"""Arrays as the library looks at them: f32 and C order without a copy, everything else converted."""
from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from ._caloquant import DataError
from ._errors import error

_ENERGY = ("energy", "energies")
_THETA = ("theta", "thetas")
_IMAGE = ("ECAL", "images", "image")


def is_showers(data: Any) -> bool:
    return isinstance(data, Mapping) and any(key in data for key in _ENERGY)


def prepare(data: Any, input_names: list[str]) -> dict[str, Any]:
    """The dict that a session takes: of showers, or of arrays by input."""
    if is_showers(data):
        return _showers(data)
    return {"inputs": _by_name(data, input_names, "inputs"), "targets": {}}


def with_targets(prepared: dict[str, Any], targets: Any, output_names: list[str]) -> dict[str, Any]:
    return {**prepared, "targets": _by_name(targets, output_names, "targets")}


def events_of(prepared: dict[str, Any]) -> int:
    if "energies" in prepared:
        return len(prepared["energies"])
    return min(len(array) for array in prepared["inputs"].values())


def _showers(data: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(data) - {*_ENERGY, *_THETA, *_IMAGE}
    if unknown:
        raise error(DataError, "data", f"has {sorted(unknown)}",
                    "showers have energy [GeV], theta [rad] and ECAL [N, X, Y, Z] in GeV")

    def pick(keys: tuple[str, ...]) -> Any:
        return next((data[key] for key in keys if key in data), ())

    return {
        "energies": np.ascontiguousarray(np.ravel(pick(_ENERGY)), dtype=np.float64),
        "thetas": np.ascontiguousarray(np.ravel(pick(_THETA)), dtype=np.float64),
        "images": np.ascontiguousarray(pick(_IMAGE), dtype=np.float32),
    }


def _by_name(data: Any, names: list[str], role: str) -> dict[str, np.ndarray]:
    if isinstance(data, Mapping):
        arrays = dict(data)
    elif isinstance(data, (list, tuple)):
        if len(data) != len(names):
            raise error(DataError, "data", f"are {len(data)} arrays",
                        f"the network has {len(names)} {role}: {names}")
        arrays = dict(zip(names, data))
    else:
        arrays = {"" if len(names) == 1 else names[0]: data}
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
