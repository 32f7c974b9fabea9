"""A whole run config from what the caller said and what the data are."""
from __future__ import annotations

import copy
import json
import os
import pathlib
import re
from typing import Any, Mapping

from ._caloquant import ConfigError
from ._errors import error

GIVEN = "(given)"
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


def complete(config: Any, *, given_model: bool, showers: bool | None, events: int,
             cells: tuple[int, ...] | None, targets: bool) -> tuple[dict[str, Any], str]:
    """(config, source): missing keys get defaults that fit the data; `source` names it in errors."""
    source = "config"
    if isinstance(config, (str, os.PathLike)):
        source = os.fspath(config)
        config = _read(source)
    run: dict[str, Any] = copy.deepcopy(dict(config)) if isinstance(config, Mapping) else {}
    if given_model:
        model = {key: value for key, value in run.get("model", {}).items() if key == "output"}
        run["model"] = {**model, "file": GIVEN}
    if showers is not None:
        run["data"] = _data(run.get("data", {}), showers, events)
        recipe = "tensor" if not showers else (
            "energy_angle_noise" if cells == (51, 51, 25) else "energy_times_noise")
        run.setdefault("input", {}).setdefault("recipe", recipe)
    tensor = run.get("input", {}).get("recipe") == "tensor"
    if "metric" not in run:
        run["metric"] = {"name": "sqnr"} if tensor else {"name": "shower_shape", "preset": "tune"}
        if tensor and targets:
            run["metric"] = {"name": "mse", "reference": "dataset"}
    if "accuracy_criterion" not in run:
        run["accuracy_criterion"] = (
            {"criterion": "limit", "tolerable_loss": 30.0} if run["metric"]["name"] == "sqnr"
            else {"criterion": "absolute", "tolerable_loss": 1e-4})
    return run, source


def _read(file: str) -> Any:
    """A config file; comments, as `caloquant init` writes them, are left out."""
    try:
        text = pathlib.Path(file).read_text(encoding="utf-8")
        return json.loads(_STRING_OR_COMMENT.sub(
            lambda found: found[0] if found[0].startswith('"') else "", text))
    except OSError as failure:
        raise error(ConfigError, file, failure.strerror or "cannot be read") from None
    except ValueError as failure:
        raise error(ConfigError, file, f"is no JSON: {failure}") from None


def _data(given: Mapping[str, Any], showers: bool, events: int) -> dict[str, Any]:
    data = {key: value for key, value in given.items()
            if key in ("calibration_samples", "evaluation_samples")}
    calibration = data.setdefault("calibration_samples", min(100, max(1, events // 5)))
    data.setdefault("evaluation_samples", max(1, events - calibration))
    data["files"] = [GIVEN]
    if showers:
        data["layout"] = "variable_angle"
    return data
