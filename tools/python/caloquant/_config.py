"""A whole run config from what the caller said and what the data are."""
from __future__ import annotations

import copy
import json
import os
from typing import Any, Mapping

from ._caloquant import ConfigError, _read_config
from ._errors import error

GIVEN = "(given)"
OLD_ENCODING = "recipe"  # the name of input.encoding in earlier versions


def complete(config: Any, *, given_model: bool, showers: bool | None, events: int,
             cells: tuple[int, ...] | None, targets: bool) -> tuple[dict[str, Any], str]:
    """(config, source): missing keys get defaults that fit the data; `source` names it in errors."""
    source = "config"
    if isinstance(config, (str, os.PathLike)):
        source = os.fspath(config)
        config = json.loads(_read_config(source))
    if not isinstance(config, (Mapping, type(None))):
        raise error(ConfigError, source, f"is of type {type(config).__name__}",
                    "give a dict, or a file with a JSON object")
    run: dict[str, Any] = copy.deepcopy(dict(config or {}))
    if given_model:
        model = {key: value for key, value in run.get("model", {}).items()
                 if key in ("output", "expected")}
        run["model"] = {**model, "file": GIVEN}
    if showers is not None:
        run["data"] = _data(run.get("data", {}), showers, events)
        encoding = "tensor" if not showers else (
            "energy_angle_noise" if cells == (51, 51, 25) else "energy_times_noise")
        if OLD_ENCODING not in run.setdefault("input", {}):
            run["input"].setdefault("encoding", encoding)
    given = run.get("input", {})
    tensor = given.get("encoding", given.get(OLD_ENCODING)) == "tensor"
    if "metric" not in run:
        run["metric"] = {"name": "sqnr"} if tensor else {"name": "shower_shape", "preset": "tune"}
        if tensor and targets:
            run["metric"] = {"name": "mse", "reference": "dataset"}
    limit = ({"criterion": "limit", "tolerable_loss": 30.0} if run["metric"]["name"] == "sqnr"
             else {"criterion": "absolute", "tolerable_loss": 1e-4})
    accuracy = run.setdefault("accuracy_criterion", {})
    if "criterion" not in accuracy and "tolerable_loss" not in accuracy:
        accuracy.update(limit)
    return run, source


def _data(given: Mapping[str, Any], showers: bool, events: int) -> dict[str, Any]:
    data = {key: value for key, value in given.items()
            if key in ("calibration_samples", "evaluation_samples")}
    calibration = data.setdefault("calibration_samples", min(100, max(1, events // 5)))
    data.setdefault("evaluation_samples", max(1, events - calibration))
    data["files"] = [GIVEN]
    if showers:
        data["layout"] = "variable_angle"
    return data
