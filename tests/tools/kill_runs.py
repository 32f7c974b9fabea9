"""Kills runs of `caloquant quantize` at random moments, resumes them, compares what they leave.

    kill_runs.py --caloquant EXE [--config RUN.json] [--kills 25] [--seed 1] [--set POINTER=VALUE ...]

A run that nothing disturbs comes first. Then runs are killed (SIGKILL) at random moments, half of
them behind a random trial, some of them again while they are resumed, until there were so many
kills; each is resumed to its end. `quantized.h5`,
`quantized.onnx` and `result.json`, times aside, must be those of the first run. Layer costs are
measured times: a strategy that asks for them needs `/tuning_criterion/layer_costs`. Without a config
it is a small classifier.
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

FOREIGN = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "foreign"
CLASSIFIER = {
    "model": {"file": str(FOREIGN / "classifier.onnx")},
    "data": {"files": str(FOREIGN / "images.npy"), "calibration_samples": 64,
             "evaluation_samples": 96},
    "input": {"encoding": "tensor"}, "metric": {"name": "mse"},
    "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-9},
    "tuning_criterion": {"strategy": "basic", "max_trials": 12},
}
TIMES = ("cost", "kernels", "speedup", "faster", "pareto")
ENDED = (0, 7, 8)  # target met; not met; met, but not faster


def without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_seconds(part) for key, part in value.items() if key != "seconds"}
    return [without_seconds(part) for part in value] if isinstance(value, list) else value


def timeless(file: pathlib.Path) -> Any:
    """result.json without what a clock has measured."""
    result = without_seconds(json.loads(file.read_text()))
    for key in TIMES:
        result.pop(key, None)
    result["criteria"].pop("text", None)  # it tells the speed
    return result


def results(folder: pathlib.Path) -> dict[str, Any]:
    files: dict[str, Any] = {
        name: (folder / name).read_bytes() for name in ("quantized.h5", "quantized.onnx")}
    files["result.json"] = timeless(folder / "result.json")
    return files


class Runs:
    def __init__(self, program: str, config: str, overrides: list[str]) -> None:
        self._begin = [program, "quantize", config, "--quiet", "--set", '/emit/formats=["h5", "onnx"]']
        for override in overrides:
            self._begin += ["--set", override]
        self._resume = [program, "quantize", "--quiet", "--resume"]

    def start(self, folder: pathlib.Path, resume: bool) -> subprocess.Popen[bytes]:
        """Goes on with what is there; what was killed before it had begun begins."""
        unfinished = (folder / "unfinished" / "run.json").exists()
        command = (self._resume + [str(folder)] if resume and unfinished
                   else self._begin + ["-o", str(folder)])
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def to_the_end(self, folder: pathlib.Path, resume: bool) -> None:
        run = self.start(folder, resume)
        _, errors = run.communicate()
        if run.returncode not in ENDED:
            sys.exit(f"exit code {run.returncode}: {errors.decode()}")


def kill_at(run: subprocess.Popen[bytes], seconds: float) -> bool:
    """False when it had ended before."""
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    return run.returncode == -signal.SIGKILL


def kill_behind(run: subprocess.Popen[bytes], folder: pathlib.Path, trials: int,
                seconds: float) -> bool:
    """The same, from the moment when so many trials are in the journal."""
    while run.poll() is None and trials_in(folder) < trials:
        time.sleep(0.005)
    return kill_at(run, seconds)


def trials_in(folder: pathlib.Path) -> int:
    journal = folder / "unfinished" / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--caloquant", required=True)
    parser.add_argument("--config")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    arguments = parser.parse_args()
    draws = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        config = arguments.config or str(pathlib.Path(scratch) / "classifier.json")
        if not arguments.config:
            pathlib.Path(config).write_text(json.dumps(CLASSIFIER))
        runs = Runs(arguments.caloquant, config, arguments.overrides)
        whole = pathlib.Path(scratch) / "whole"
        began = time.monotonic()
        runs.to_the_end(whole, False)
        lasts = time.monotonic() - began
        expected = results(whole)
        steps = len(expected["result.json"]["steps"])
        kills, folders, behind_trials, bad = 0, 0, 0, 0
        while kills < arguments.kills:
            folder = pathlib.Path(scratch) / f"out{folders}"
            folders += 1
            resume = False
            while kills < arguments.kills and draws.random() < 0.7:
                run = runs.start(folder, resume)
                killed = (kill_at(run, draws.uniform(0.0, lasts)) if draws.random() < 0.5 else
                          kill_behind(run, folder, draws.randint(1, steps),
                                      draws.uniform(0.0, lasts / steps)))
                if not killed:
                    break
                kills += 1
                behind_trials += trials_in(folder) > 0
                resume = True
            if not (folder / "result.json").exists() or (folder / "unfinished").exists():
                runs.to_the_end(folder, True)
            left = sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(
                (".", "unfinished")))
            found = results(folder)
            differ = [name for name in expected if found[name] != expected[name]] + left
            if differ:
                bad += 1
                print(f"seed {arguments.seed}, folder {folders}: {', '.join(differ)}")
    print(f"{pathlib.Path(config).name}: {kills} kills in {folders} runs of {lasts:.1f} s and {steps} trials, "
          f"{behind_trials} of them behind the first trial; {bad} runs differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
