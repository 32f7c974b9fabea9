#!/usr/bin/env python3
"""What each lever brings: `caloquant benchmark` with one more of them at a time, layer by layer.

The configurations take turns, and every figure is the median over the turns. Prints Markdown.

    tools/dev/bench_levers.py --caloquant build/release/tools/caloquant --model anglegan
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NO_COLLAPSE = ["--disable-pass", "collapse_upsample", "--disable-pass", "sink_depth_to_space"]
WHOLE_BATCH = ["--block", "65536"]
# (title, precision, further arguments, kernels: "off" takes the default ones without measuring)
LEVERS = [
    ("plain oneDNN", "plain", [], "off"),
    ("+ fused passes", "fp32_onednn", NO_COLLAPSE, "off"),
    ("+ phase collapse", "fp32_onednn", WHOLE_BATCH, "off"),
    ("+ direct kernels", "fp32", WHOLE_BATCH, "off"),
    ("+ blocks of images", "fp32", [], "off"),
    ("+ measured choice", "fp32", [], "measured"),
    ("+ INT8", "int8", [], "measured"),
]


def run(options, precision, arguments, kernels):
    environment = dict(os.environ)
    if kernels == "off":
        environment["CALOQUANT_KERNEL_CACHE"] = "off"
    command = [options.caloquant, "benchmark", "--architecture",
               str(ROOT / "configs" / f"{options.model}.json"), "--random-weights", "1",
               "--precision", precision, "--batch", str(options.batch), "--threads",
               str(options.threads), "--repetitions", "1", "--seconds", "1", "--json", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)[0]


def group_of(layer):
    """Layers under their own name, everything that only moves cells together."""
    return layer["layer"] if layer["op"] in ("conv", "dense") else "between layers"


def milliseconds(rows):
    """Per group the median over the turns [ms per shower]."""
    turns = []
    for row in rows:
        turn = {}
        for layer in row["layers"]:
            group = group_of(layer)
            turn[group] = turn.get(group, 0.0) + layer["milliseconds"] / row["batch"]
        turns.append(turn)
    return {group: statistics.median(turn.get(group, 0.0) for turn in turns)
            for group in turns[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--caloquant", required=True, help="the program")
    parser.add_argument("--model", choices=["anglegan", "energygan"], default="anglegan")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    rows = [[] for _ in LEVERS]
    for turn in range(options.turns):
        for index, (title, precision, arguments, kernels) in enumerate(LEVERS):
            print(f"turn {turn + 1}: {title}", file=sys.stderr)
            rows[index].append(run(options, precision, arguments, kernels))
    times = [milliseconds(of_lever) for of_lever in rows]
    groups = list(dict.fromkeys(group for of_lever in times for group in of_lever))
    groups.sort(key=lambda group: group == "between layers")
    print(f"{options.model}, batch {options.batch}, {options.threads} threads, ms per shower\n")
    print("| | " + " | ".join(title for title, *_ in LEVERS) + " |")
    print("|---" * (len(LEVERS) + 1) + "|")
    for group in groups:
        cells = [f"{of_lever[group]:.2f}" if group in of_lever else "" for of_lever in times]
        print(f"| {group} | " + " | ".join(cells) + " |")
    speeds = [statistics.median(row["showers_per_second"] for row in of_lever)
              for of_lever in rows]
    print("| **showers/s** | " + " | ".join(f"**{speed:.1f}**" for speed in speeds) + " |")
    print("| against plain | " + " | ".join(f"{speed / speeds[0]:.2f}" for speed in speeds) + " |")
    print("| arena [MiB] | " + " | ".join(
        f"{of_lever[0]['arena_bytes'] / 2**20:.1f}" for of_lever in rows) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
