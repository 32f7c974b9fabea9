#!/usr/bin/env python3
"""Include direction: ops <- {graph, metrics} <- calibration <- quantizer <- tools, and the doors.

Every library is used behind one door, public headers use the standard library only. Numbers of
threads come from ops/core/thread_count alone, which keeps them within reason. Prints each offence as file:line and exits with 1. With --self-test it checks that it notices offences.
"""
import pathlib
import re
import sys
import tempfile

MAY_INCLUDE = {
    "ops": {"ops"},
    "graph": {"ops", "graph"},
    "metrics": {"ops", "metrics"},
    "calibration": {"ops", "graph", "metrics", "calibration"},
    "quantizer": {"ops", "graph", "metrics", "calibration", "quantizer"},
    "tools": {"ops", "graph", "metrics", "calibration", "quantizer", "tools"},
}
DOORS = {
    "hdf5.h": {"graph/io/hdf5/"},
    "graph/io/hdf5/": {"graph/io/h5file.cpp", "graph/io/hdf5/", "tests/"},
    "zip.h": {"graph/io/zip_file.cpp"},
    "dnnl.hpp": {"ops/onednn/"},
    "nlohmann/": {"graph/io/json.hpp"},
    "CLI/": {"tools/cli/"},
    "pybind11/": {"tools/python/src/"},
    "google/protobuf/": {"graph/io/onnx/proto/", "graph/io/tensorflow/proto/", "graph/io/protobuf/"},
    "graph/io/protobuf/": {"graph/io/onnx/proto/", "graph/io/tensorflow/proto/", "graph/io/protobuf/"},
    "graph/io/tensorflow/proto/tensorflow.pb.h": {"graph/io/tensorflow/proto/"},
    "graph/io/onnx/proto/onnx.pb.h": {"graph/io/onnx/proto/"},
}
THREAD_DOOR = "ops/core/thread_count"
THREADS = re.compile(r"\bomp_[sg]et_(num_threads|max_threads|dynamic|max_active_levels)\b\(")
REGION = re.compile(r"^\s*#\s*pragma\s+omp\s+parallel\b(?!.*\bnum_threads\()")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def public_headers(root):
    return {
        path.relative_to(root / layer / "include").as_posix(): layer
        for layer in MAY_INCLUDE
        for path in (root / layer / "include").rglob("*.hpp")
    }


def check_file(root, path, layer, public):
    name = path.relative_to(root).as_posix()
    is_public = "include/caloquant/" in name
    for number, line in enumerate(path.read_text().splitlines(), 1):
        place = f"{name}:{number}"
        if not name.startswith(THREAD_DOOR) and THREADS.search(line):
            yield f"{place}: numbers of threads belong behind {THREAD_DOOR}"
        if REGION.match(line):
            yield f"{place}: a region without num_threads(team_size())"
        found = INCLUDE.match(line)
        if not found:
            continue
        bracket, target = found.groups()
        for library, doors in DOORS.items():
            if target.startswith(library) and not any(name.startswith(door) for door in doors):
                yield f"{place}: <{target}> belongs behind {', '.join(sorted(doors))}"
        owner = public.get(target) or (target.split("/")[0] if bracket == '"' else None)
        if owner in MAY_INCLUDE and owner not in MAY_INCLUDE[layer]:
            yield f"{place}: {layer} must not include {owner} ({target})"
        if bracket == '"' and owner not in MAY_INCLUDE:
            yield f"{place}: spell \"{target}\" from the repository root"
        if is_public and target not in public and "." in target:
            yield f"{place}: a public header uses the standard library and <caloquant/...> only"


def check(root):
    public = public_headers(root)
    offences = []
    for layer in MAY_INCLUDE:
        for path in sorted((root / layer).rglob("*")):
            if (root / "tools/examples") in path.parents:
                continue  # projects of users, with include paths of their own
            if path.suffix in {".hpp", ".cpp", ".h"}:
                offences += check_file(root, path, layer, public)
    return offences


def self_test():
    cases = {
        "ops/core/a.cpp": '#include "graph/ir/graph.hpp"',
        "graph/io/b.cpp": "#include <hdf5.h>",
        "metrics/include/caloquant/c.hpp": "#include <nlohmann/json.hpp>",
        "calibration/d.cpp": '#include "d.hpp"',
        "graph/e.cpp": "#include <caloquant/config.hpp>",
        "metrics/f.cpp": "  threads = omp_get_max_threads();",
        "metrics/g.cpp": "#pragma omp parallel for schedule(static)",
    }
    for name, text in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "quantizer/include/caloquant").mkdir(parents=True)
            (root / "quantizer/include/caloquant/config.hpp").write_text("")
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text + "\n")
            if not check(root):
                return [f"self-test: {name} with {text} went unnoticed"]
    return []


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--self-test"]
    found = self_test() if "--self-test" in sys.argv else check(pathlib.Path(arguments[0]))
    print("\n".join(found) or "include direction and doors: nothing to complain about")
    sys.exit(1 if found else 0)
