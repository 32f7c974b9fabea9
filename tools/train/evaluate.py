"""How good a generator is: by caloquant, on a written weights file, or by the energy score."""

from __future__ import annotations

import json
import math
import pathlib
import subprocess
import tempfile

import torch

from data import POWER, SCALE, Showers
from generator import Generator, draw_latents
from losses import energy_score

NOISE_SEED = 1978


def run(*command: object) -> str:
    """Output of caloquant. Raises RuntimeError with its message when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} {command[1]}: ended with {done.returncode}: "
                           f"{done.stderr.strip()}; --caloquant names the program, --validation "
                           "showers of make-showers --detector clic51")
    return done.stdout


def shower_loss(caloquant: pathlib.Path, architecture: pathlib.Path, weights: pathlib.Path,
                files: list[pathlib.Path], events: int) -> dict[str, float]:
    """The loss against the showers: `caloquant evaluate` with preset talk-2023 (GeV)."""
    config = {
        "model": {"architecture": str(architecture.resolve()), "weights": str(weights.resolve()),
                  "output": {"scale": SCALE, "power": POWER}},
        "data": {"files": [str(path.resolve()) for path in files], "layout": "variable_angle",
                 "calibration_samples": 1, "evaluation_samples": events - 1},
        "input": {"recipe": "energy_angle_noise", "seed": NOISE_SEED},
        "metric": {"name": "shower_shape", "preset": "talk-2023"},
        "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1.0},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "evaluate.json"
        path.write_text(json.dumps(config))
        result = json.loads(run(caloquant, "evaluate", "--architecture", architecture, "--weights",
                                weights, "--config", path, "--json"))
    return {"loss": result["loss"], "loss_error": result["standard_error"] or math.nan}


def frechet_distance(caloquant: pathlib.Path, architecture: pathlib.Path, weights: pathlib.Path,
                     files: list[pathlib.Path], events: int) -> dict[str, float]:
    """FPD against the showers: `caloquant compare`, which takes one file."""
    result = json.loads(run(caloquant, "compare", files[0], f"{architecture},{weights}", "--events",
                            events, "--output-scale", SCALE, "--output-power", POWER, "--json"))
    row = next(row for row in result["rows"] if row["metric"] == "FPD")
    return {"fpd": row["difference"][0], "fpd_error": row["standard_error"][0] or math.nan}


@torch.no_grad()
def mean_score(generator: Generator, showers: Showers, device: torch.device) -> dict[str, float]:
    """The energy score of losses.py over validation events; the same events and noise each time."""
    generator.eval()
    random = torch.Generator().manual_seed(NOISE_SEED)
    values = []
    for real, energy, theta in showers:
        images = [generator(draw_latents(energy, theta, random).to(device)) for _ in range(2)]
        values.append(energy_score(*images, real.to(device), energy.to(device)).item())
    if not values:
        raise ValueError("--validation: fewer usable events than one batch; give more showers")
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values)
    return {"score": mean, "score_error": math.sqrt(spread / max(len(values) - 1, 1) / len(values))}
