#!/usr/bin/env python3
"""Full simulation, fast FP32 and fast INT8: the same primaries through all three.

  compare_modes.py --program build/caloquant_geant4 --caloquant caloquant --fp32 MODEL --int8 MODEL
                   -o FOLDER [--geometry clic_ecal.gdml] [--physics em] [--events 150] [--threads 0 2]
                   [--fp32-scale S --fp32-power P]

Writes showers and costs of every mode, `compare` of full and fast before and after quantization
(JSON), and costs.md with CPU time per event by energy, the speed-up, and where the time of fast
simulation goes; costs.png draws them where matplotlib is.
"""
from __future__ import annotations

import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ENERGIES = (10, 50, 100, 250, 500)
# Rows of `compare` that the table of physics shows: in bins of energy, and over all events.
BY_ENERGY = ("sampling fraction", "total energy, B/A - 1", "resolution")
OVER_ALL = ("hits", "M1z", "M2", "R1", "R3", "angle estimate", "profile relative error",
            "separation of the response", "FPD")


def run(words: list[object], folder: pathlib.Path, log: str) -> str:
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True)
    (folder / log).write_text(done.stdout + done.stderr)
    if done.returncode != 0:
        sys.exit(f"{words[0]} ended with {done.returncode}: see {folder / log}")
    return done.stdout


def simulate(args: argparse.Namespace, mode: str, threads: int) -> pathlib.Path:
    """The file of costs of one mode; its showers lie beside it."""
    name = f"{mode}_{threads}"
    (args.output / f"{name}.mac").write_text(
        "/run/initialize\n"
        f"/caloquant/gun/energies {' '.join(map(str, ENERGIES))} GeV\n"
        "/caloquant/gun/angles 60 90 120 deg\n"
        # A degree more than primaries have: material in front scatters them.
        "/caloquant/fast/angleRange 59 121 deg\n"
        f"/caloquant/gun/seed {args.seed}\n"
        f"/caloquant/output/file {name}.h5\n/caloquant/output/timing {name}.csv\n"
        f"/run/beamOn {args.events}\n")
    words: list[object] = [args.program, "--geometry", args.geometry, "--physics", args.physics,
                           "--threads", threads]
    if mode != "full":
        words += ["--mode", "fast", "--model", getattr(args, mode)]
    if mode == "fp32" and args.fp32_scale:
        words += ["--output-scale", args.fp32_scale, "--output-power", args.fp32_power]
    run([*words, f"{name}.mac"], args.output, f"{name}.log")
    return args.output / f"{name}.csv"


def costs(file: pathlib.Path) -> dict[int, dict[str, tuple[float, float]]]:
    """By energy: mean and standard error [ms] of every clock."""
    rows: dict[int, list[dict[str, float]]] = {}
    with file.open() as lines:
        for row in csv.DictReader(lines):
            numbers = {key: float(value) for key, value in row.items()}
            rows.setdefault(round(numbers["energy_gev"]), []).append(numbers)
    table = {}
    for energy, events in rows.items():
        table[energy] = {}
        for clock in ("cpu_seconds", "network_seconds", "deposit_seconds"):
            values = [1000.0 * event[clock] for event in events]
            mean = sum(values) / len(values)
            spread = sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1)
            table[energy][clock] = (mean, math.sqrt(spread / len(values)))
    return table


def cell(value: tuple[float, float]) -> str:
    return f"{value[0]:.3g} +- {value[1]:.1g}"


def page(tables: dict[tuple[str, int], dict], threads: list[int]) -> str:
    lines = []
    for count in threads:
        full, fp32, int8 = (tables[mode, count] for mode in ("full", "fp32", "int8"))
        lines += [f"## {'Sequential' if count == 0 else f'{count} threads'}", "",
                  "| GeV | full [ms] | fast FP32 [ms] | fast INT8 [ms] | full / FP32 | full / INT8 |",
                  "|---|---|---|---|---|---|"]
        for energy in sorted(full):
            clocks = [table[energy]["cpu_seconds"] for table in (full, fp32, int8)]
            lines.append(f"| {energy} | " + " | ".join(map(cell, clocks)) + " | " + " | ".join(
                f"{clocks[0][0] / clock[0]:.1f}" for clock in clocks[1:]) + " |")
        lines += ["", "Where the time of fast simulation goes [ms]:", "",
                  "| GeV | network FP32 | network INT8 | cells into the detector | the rest: Geant4 |",
                  "|---|---|---|---|---|"]
        for energy in sorted(int8):
            parts = {clock: int8[energy][clock][0] for clock in int8[energy]}
            rest = parts["cpu_seconds"] - parts["network_seconds"] - parts["deposit_seconds"]
            lines.append(f"| {energy} | {cell(fp32[energy]['network_seconds'])} | "
                         f"{cell(int8[energy]['network_seconds'])} | "
                         f"{cell(int8[energy]['deposit_seconds'])} | {rest:.3g} |")
        lines.append("")
    return "# CPU time per event\n\n" + "\n".join(lines)


def known(value: float | str | None, form: str) -> str:
    """Nothing for what is no number: null or text in JSON."""
    return f"{value:{form}}" if isinstance(value, float | int) else ""


def differences(file: pathlib.Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Of a comparison: value of A, and B - A (or the distance) with its error, by quantity and bin."""
    rows = {}
    for row in json.loads(file.read_text())["rows"]:
        by_energy = row["metric"] in BY_ENERGY
        if not by_energy and not row["metric"].startswith(OVER_ALL):
            continue
        for i, name in enumerate(row["bins"] if by_energy or "a" not in row else row["bins"][:1]):
            value = known(row["a"][i], ".4g") if "a" in row else ""
            change = known(row["difference"][i], "+.3g")
            error = known(row["standard_error"][i], ".2g")
            rows[row["metric"], name] = (value, f"{change} +- {error}" if change and error else "")
    return rows


def physics(output: pathlib.Path) -> str:
    network, quantization = (differences(output / f"{name}.json")
                             for name in ("full_fp32", "fp32_int8"))
    lines = ["## Physics", "", "Fast FP32 against full simulation: what the network costs. Fast INT8 "
             "against fast FP32: what quantization adds. Rows without a value are distances.", "",
             "| | bin | full | FP32 - full | INT8 - FP32 |", "|---|---|---|---|---|"]
    lines += [f"| {metric} | {name} | {value} | {change} | {quantization[metric, name][1]} |"
              for (metric, name), (value, change) in network.items()
              if change and (metric, name) in quantization]
    return "\n".join(lines) + "\n"


def draw(tables: dict[tuple[str, int], dict], threads: int, file: pathlib.Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no matplotlib: costs.png is not drawn", file=sys.stderr)
        return
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for mode, name, marker in (("full", "full simulation", "s"), ("fp32", "fast, FP32", "o"),
                               ("int8", "fast, INT8", "^")):
        table = tables[mode, threads]
        energies = sorted(table)
        means, errors = zip(*(table[energy]["cpu_seconds"] for energy in energies))
        left.errorbar(energies, means, errors, marker=marker, label=name)
        if mode != "full":
            right.plot(energies, [tables["full", threads][energy]["cpu_seconds"][0] / mean
                                  for energy, mean in zip(energies, means)], marker=marker, label=name)
    for axes, title in ((left, "CPU time per event [ms]"), (right, "full / fast")):
        axes.set(xscale="log", yscale="log", xlabel="energy [GeV]", title=title)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(file, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    path = lambda text: pathlib.Path(text).resolve()  # noqa: E731
    parser.add_argument("--program", type=path, required=True)
    parser.add_argument("--caloquant", default="caloquant")
    parser.add_argument("--fp32", required=True, help="a model, or ARCHITECTURE.json,WEIGHTS.h5")
    parser.add_argument("--int8", required=True)
    parser.add_argument("--fp32-scale", type=float)
    parser.add_argument("--fp32-power", type=float, default=1.0)
    parser.add_argument("--geometry", type=path, default=HERE / "clic_ecal.gdml")
    parser.add_argument("--physics", default="FTFP_BERT")
    parser.add_argument("--events", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, nargs="+", default=[0])
    parser.add_argument("-o", "--output", type=path, required=True)
    args = parser.parse_args()
    for name in ("fp32", "int8"):
        setattr(args, name, ",".join(str(path(part)) for part in getattr(args, name).split(",")))
    args.output.mkdir(parents=True, exist_ok=True)
    tables = {(mode, count): costs(simulate(args, mode, count))
              for count in args.threads for mode in ("full", "fp32", "int8")}
    text = page(tables, args.threads)
    draw(tables, args.threads[0], args.output / "costs.png")
    first = args.threads[0]
    for a, b in (("full", "fp32"), ("fp32", "int8"), ("full", "int8")):
        run([args.caloquant, "compare", f"{a}_{first}.h5", f"{b}_{first}.h5", "-o",
             f"{a}_{b}.json"], args.output, f"{a}_{b}.txt")
    text += "\n" + physics(args.output)
    (args.output / "costs.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
