#!/usr/bin/env python3
"""Builds the project with every fault of faults.py in it, switched on one by one at run time, and says who notices.

    run_faults.py [-j N] [--only K,L,...] [--quick] [--work FOLDER]

Noticed by the import check: an ONNX or TensorFlow fixture is refused, or a good network computes what the
fixture says it must not be. Noticed by the tests: a test of graph, or of the tools, fails. A fault that nobody
notices is a hole in both. With --quick the tests are asked only where the import check says nothing. The sources are a copy: the checkout stays as it is.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import time

from faults import FAULTS

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWITCH = """#pragma once
#include <cstdlib>
namespace caloquant_fault {
inline bool on(int number) {
  static const int chosen = std::getenv("CALOQUANT_FAULT") ? std::atoi(std::getenv("CALOQUANT_FAULT")) : -1;
  return chosen == number;
}
}  // namespace caloquant_fault
"""


def copy_sources(work):
    """The files that git knows or would add, as they are in the working tree."""
    source = work / "source"
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    for name in filter(None, listed):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file() and (not target.is_file() or
                                        target.read_bytes() != (ROOT / name).read_bytes()):
            shutil.copy2(ROOT / name, target)
    return source


def put_in(source):
    """All faults into the sources; the numbers of those whose place is gone."""
    missing = []
    texts = {}
    for number, (file, context, fault) in enumerate(FAULTS):
        text = texts.setdefault(file, (ROOT / file).read_text() if (ROOT / file).exists() else "")
        before, rest = context.split("«")
        expression, after = rest.split("»")
        if text.count(before + expression + after) != 1:
            missing.append(number)
            continue
        texts[file] = text.replace(before + expression + after,
                                   f"{before}(caloquant_fault::on({number}) ? ({fault}) : ({expression})){after}")
    for file, text in texts.items():
        if text and (source / file).read_text() != text:
            (source / file).write_text(text)
    (source / "fault_switch.hpp").write_text(SWITCH)
    return missing


def build(source, jobs):
    folder = source / "build"
    flags = f"-include {source}/fault_switch.hpp -D_GLIBCXX_ASSERTIONS -Wno-all -Wno-extra -w"
    subprocess.run(["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1", f"-DCMAKE_CXX_FLAGS={flags}",
                    "-DCMAKE_UNITY_BUILD=ON", "-DCALOQUANT_INSTALL=OFF"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "-j", str(jobs), "--target", "test_graph", "caloquant"],
                   check=True, stdout=subprocess.DEVNULL)
    return folder


def models():
    """Networks of the fixtures that the import check computes twice."""
    onnx = sorted((ROOT / "tests/fixtures/onnx/networks").glob("*/model.onnx"))
    tensorflow = sorted(path.parent for path in (ROOT / "tests/fixtures/tensorflow").rglob("saved_model.pb"))
    return onnx + tensorflow + sorted((ROOT / "tests/fixtures/foreign").glob("*.onnx"))


def refused(program, model, environment):
    done = subprocess.run([program, "inspect", model], env=environment, capture_output=True, text=True,
                          errors="replace", timeout=120)
    return done.returncode != 0


def judge(number, folder, good, quick):
    """(models that the import refuses, whether a test fails)"""
    environment = {**os.environ, "CALOQUANT_FAULT": str(number), "OMP_NUM_THREADS": "1"}
    program = folder / "tools/caloquant"
    by_import = sum(refused(program, model, environment) for model in good)
    if quick and by_import:
        return number, by_import, False, ""
    try:
        tests = subprocess.run([folder / "tests/graph/test_graph", "--gtest_brief=1", "--gtest_fail_fast"],
                               env=environment, capture_output=True, text=True, errors="replace", timeout=600)
        failed = tests.returncode != 0
        first = next((line for line in tests.stdout.split("\n") if line.startswith("[  FAILED  ]")), "")
    except subprocess.TimeoutExpired:
        failed, first = True, "no end within 600 s"
    return number, by_import, failed, first.replace("[  FAILED  ] ", "").split(" (")[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="numbers of faults, separated by commas")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/mutation")
    arguments = parser.parse_args()
    source = copy_sources(arguments.work.resolve())
    missing = put_in(source)
    for number in missing:
        print(f"fault {number} has no place any more: {FAULTS[number][:2]}", file=sys.stderr)
    folder = build(source, arguments.j)
    plain = {**os.environ, "OMP_NUM_THREADS": "1"}
    good = [model for model in models() if not refused(folder / "tools/caloquant", model, plain)]
    numbers = ([int(n) for n in arguments.only.split(",")] if arguments.only else range(len(FAULTS)))
    numbers = [number for number in numbers if number not in missing]
    start = time.monotonic()
    noticed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.j) as pool:
        for number, by_import, failed, first in pool.map(lambda n: judge(n, folder, good, arguments.quick), numbers):
            noticed += by_import > 0 or failed
            file, context, fault = FAULTS[number]
            print(f"{number:3} {'import' if by_import else '      '} {'tests' if failed else '     '} "
                  f"{pathlib.Path(file).name}: {context.split('«')[1].split('»')[0]} -> {fault}  [{first}]", flush=True)
    print(f"{noticed} of {len(numbers)} faults are noticed; {len(good)} networks, "
          f"{time.monotonic() - start:.0f} s")
    return noticed < len(numbers) or bool(missing)


if __name__ == "__main__":
    sys.exit(main())
