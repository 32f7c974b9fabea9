#!/usr/bin/env python3
"""Sums up what gcov counted in a build folder: coverage.py BUILD [FOLDER or FILE ...].

Prints lines that can run and lines that ran, in all and by folder, and of every further argument the
lines that never did. A line of a template or a header counts once, wherever it was compiled. Left
out is what only an exception would destroy on its way through: gcov counts that at closing braces
and at the ends of long expressions. What stands behind a `catch` counts.
"""
from __future__ import annotations

import collections
import json
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("ops", "graph", "metrics", "calibration", "quantizer", "tools")


def catch_bodies(text: list[str]) -> set[int]:
    """Numbers of the lines behind a `catch`, as clang-format lays them out."""
    numbers: set[int] = set()
    indent = None
    for number, line in enumerate(text, 1):
        depth = len(line) - len(line.lstrip())
        if indent is not None:
            numbers.add(number)
            if line.lstrip().startswith("}") and depth == indent:
                indent = None
        if re.search(r"\bcatch \(", line):
            numbers.add(number)
            indent = depth if not line.rstrip().endswith("}") else None
    return numbers


def counts_of(build: pathlib.Path) -> dict[str, dict[int, int]]:
    """{file: {line: how often it ran}} of the sources of the project."""
    counts: dict[str, dict[int, int]] = collections.defaultdict(dict)
    ordinary: set[tuple[str, int]] = set()  # lines with more than the clean-up of an exception
    notes = sorted(str(note.resolve()) for note in build.rglob("*.gcno"))
    for first in range(0, len(notes), 16):
        made = subprocess.run(["gcov", "--json-format", "--stdout", *notes[first:first + 16]], cwd=build,
                              check=True, capture_output=True, text=True).stdout
        for line in made.splitlines():
            if not line.startswith("{"):
                continue
            unit = json.loads(line)
            for file in unit["files"]:
                path = pathlib.Path(unit["current_working_directory"], file["file"]).resolve()
                if not path.is_relative_to(SOURCE):
                    continue
                name = str(path.relative_to(SOURCE))
                if not name.startswith(FOLDERS):
                    continue
                of_file = counts[name]
                for entry in file["lines"]:
                    number = entry["line_number"]
                    of_file[number] = of_file.get(number, 0) + entry["count"]
                    if entry["count"] or entry["unexecuted_block"]:
                        ordinary.add((name, number))
    for name, lines in counts.items():
        caught = catch_bodies((SOURCE / name).read_text().splitlines())
        for number in [number for number in lines
                       if (name, number) not in ordinary and number not in caught]:
            del lines[number]
    return counts


def has_code(line: str) -> bool:
    return re.search(r"[A-Za-z]", line) is not None


def without_braces(counts: dict[str, dict[int, int]]) -> dict[str, dict[int, int]]:
    kept = {}
    for name, lines in counts.items():
        text = (SOURCE / name).read_text().splitlines()
        kept[name] = {number: count for number, count in lines.items()
                      if number <= len(text) and has_code(text[number - 1])}
    return kept


def share(lines: int, ran: int) -> str:
    return f"{100.0 * ran / lines if lines else 100.0:6.2f} %  {ran:6d} of {lines:6d}"


def main() -> int:
    build = pathlib.Path(sys.argv[1])
    counts = without_braces(counts_of(build))
    by_folder: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for name, lines in counts.items():
        parts = pathlib.Path(name).parent.parts
        for folder in {"all", parts[0], "/".join(parts[:2])}:
            by_folder[folder][0] += len(lines)
            by_folder[folder][1] += sum(1 for count in lines.values() if count)
    for folder in sorted(by_folder, key=lambda name: (name != "all", name)):
        print(f"{share(*by_folder[folder])}  {folder}")
    for wanted in sys.argv[2:]:
        names = sorted(name for name in counts
                       if name == wanted or name.startswith(wanted.rstrip("/") + "/"))
        total = sum(len(counts[name]) for name in names)
        ran = sum(1 for name in names for count in counts[name].values() if count)
        print(f"\n{share(total, ran)}  {wanted}")
        for name in names:
            text = (SOURCE / name).read_text().splitlines()
            for number in sorted(number for number, count in counts[name].items() if not count):
                print(f"  {name}:{number}: {text[number - 1].strip()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
