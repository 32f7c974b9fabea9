#!/usr/bin/env python3
"""tools/examples/geant4 against an installed caloquant: compiled, and a short macro run.

Exits with 77 (skipped) and a message where find_package(Geant4) finds nothing.
  check_geant4.py --build BUILD --source SOURCE --work FOLDER
"""
from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import sys

from check_install import run, small_model

SKIPPED = 77


def has_geant4(work: pathlib.Path) -> bool:
    probe = work / "probe"
    probe.mkdir(parents=True)
    (probe / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(probe LANGUAGES CXX)\n"
        "find_package(Geant4 11 QUIET)\n"
        "file(WRITE ${CMAKE_BINARY_DIR}/found \"${Geant4_FOUND}\")\n")
    run("cmake", "-S", probe, "-B", probe / "build")
    return (probe / "build/found").read_text().upper() in ("1", "TRUE", "ON", "YES")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("build", "source", "work"):
        parser.add_argument(f"--{name}", type=lambda text: pathlib.Path(text).resolve(), required=True)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    if not has_geant4(args.work):
        print("skipped: find_package(Geant4 11) finds nothing; put it on CMAKE_PREFIX_PATH")
        sys.exit(SKIPPED)
    prefix = args.work / "prefix"
    run("cmake", "--install", args.build, "--prefix", prefix)
    example = args.source / "tools/examples/geant4"
    paths = os.environ.get("CMAKE_PREFIX_PATH", "").split(":")
    run("cmake", "-S", example, "-B", args.work / "example",
        "-DCMAKE_PREFIX_PATH=" + ";".join([str(prefix), *filter(None, paths)]))
    run("cmake", "--build", args.work / "example")
    # Geant4 asks for its table of nuclides at the start; with `em` an empty one will do.
    (args.work / "nuclides").mkdir()
    (args.work / "nuclides/ENSDFSTATE.dat").touch()
    environment = dict(os.environ)
    environment.setdefault("G4ENSDFSTATEDATA", str(args.work / "nuclides"))
    caloquant = prefix / "bin/caloquant"
    program = args.work / "example/caloquant_geant4"
    model = small_model(caloquant, args.source, args.work)
    os.chdir(args.work)  # where the macro's results go
    events = {}
    modes = {"full": [], "threads": ["--threads", 2], "fast": ["--mode", "fast", "--model", model]}
    for mode, words in modes.items():
        run(program, "--geometry", example / "clic_ecal.gdml", "--physics", "em", *words,
            example / "macros/short.mac", env=environment)
        shutil.copy("short.h5", f"{mode}.h5")
        lines = pathlib.Path("short.csv").read_text().splitlines()
        if len(lines) != 9:
            sys.exit(f"{mode}: {len(lines)} lines of costs instead of 9")
        # Without the clocks; threads end their events in any order.
        events[mode] = sorted(line.split(",")[:7] for line in lines[1:])
        drawn = sum(float(line.split(",")[-1]) for line in lines[1:])
        if (drawn == 8) != (mode == "fast"):
            sys.exit(f"{mode}: the network drew {drawn} showers")
    if events["full"] != events["threads"]:
        sys.exit("two threads simulate other events than none")
    run(caloquant, "compare", "full.h5", "fast.h5", "--quiet", "-o", "fast.json")
    print("full, with threads and fast: compiled and run")


if __name__ == "__main__":
    main()
