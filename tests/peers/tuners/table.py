"""Arguments and rows that the scripts of this folder share."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import pathlib
import platform
import time

from physics import Physics, Sample, dead_output

CONFIGS = pathlib.Path(__file__).resolve().parents[3] / "configs"


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--architecture", type=pathlib.Path, default=CONFIGS / "anglegan.json")
    add("--weights", type=pathlib.Path, default=CONFIGS / "anglegan_demo.hdf5")
    add("--showers", type=pathlib.Path, required=True,
        help="of caloquant make-showers --detector clic51 --seed 1")
    add("--calibration", type=int, default=100, help="events")
    add("--evaluation", type=int, default=64, help="events behind them")
    add("--threads", type=int, default=2)
    add("--tolerable-loss", type=float, default=2e-3)
    add("--json", type=pathlib.Path, help="rows, to be written")
    return parser


def say_where(packages: tuple[str, ...]) -> str:
    """Versions, processor and load, printed and returned."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    info = pathlib.Path("/proc/cpuinfo").read_text().split("model name", 1)[-1]
    text = (f"Python {platform.python_version()}, {', '.join(versions)}; "
            f"{info.split(':', 1)[-1].splitlines()[0].strip()}, load {os.getloadavg()[0]:.1f}")
    print(text, flush=True)
    return text


class Table:
    """Prints a row a step, with the seconds since the row before it."""

    HEAD = ("| step | layers in FP32 | loss | energy INT8 / FP32 | worst bin | x | y | z | hits "
            "| missed | wall s | CPU s |")

    def __init__(self, where: str, reference: Sample, energies) -> None:
        self.where, self.reference, self.energies = where, reference, energies
        self.rows: list[dict] = []
        self.begun = self.last = time.perf_counter(), cpu_seconds()
        total = reference.totals.sum()
        print(f"FP32: {len(energies)} events, total energy {total:.7g} GeV, loss of a dead output "
              f"{dead_output(reference):.6g}\n\n{self.HEAD}\n|{'---|' * 12}", flush=True)

    def add(self, step: object, fp32: str, test: Sample) -> Physics:
        """`fp32` names the layers that are left in FP32."""
        found = Physics.of(test, self.reference, self.energies)
        now = time.perf_counter(), cpu_seconds()
        wall, cpu = (b - a for a, b in zip(self.last, now))
        self.last = now
        self.rows.append({"step": step, "fp32": fp32, "wall": wall, "cpu": cpu,
                          **dataclasses.asdict(found)})
        x, y, z = (f"{100 * value:.1f} %" for value in found.profiles)
        print(f"| {step} | {fp32 or 'none'} | {found.loss:.4g} | {found.energy_ratio:.3f} "
              f"| {100 * found.response:+.2f} ± {100 * found.response_error:.2f} % "
              f"({found.response_bin}) | {x} | {y} | {z} | {100 * found.hits:+.1f} % "
              f"| {', '.join(found.failed()) or 'nothing'} | {wall:.0f} | {cpu:.0f} |", flush=True)
        return found

    def end(self, verdict: str, path: pathlib.Path | None) -> None:
        wall, cpu = (b - a for a, b in zip(self.begun, (time.perf_counter(), cpu_seconds())))
        print(f"\n{verdict}\nin all {wall:.0f} s of wall, {cpu:.0f} s of CPU", flush=True)
        if path:
            path.write_text(json.dumps({"where": self.where, "verdict": verdict, "wall": wall,
                                        "cpu": cpu, "rows": self.rows}, indent=1) + "\n")


def cpu_seconds() -> float:
    """Of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
