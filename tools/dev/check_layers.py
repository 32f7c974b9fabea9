#!/usr/bin/env python3
"""Include direction: ops <- {graph, metrics} <- calibration <- quantizer <- tools, and the doors.

Within a layer folders have an order, too: FOLDERS. Every library is used behind one door, public headers use the standard library only. Numbers of
threads come from ops/core/thread_count alone, which keeps them within reason; files are written by OutputFile alone. Prints each offence as file:line and exits with 1. With --self-test it checks that it notices offences.
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
# From below to above; those of one line do not know each other.
FOLDERS = {
    "ops": ["core", "schema", "reference cpu", "kernels", "onednn", "layers"],
    "graph": ["json io/files", "ir", "passes", "exec", "io/protobuf io/import",
              "io/native io/onnx", "io/keras io/tensorflow", "load_model"],
    "metrics": ["core", "shower tensor", "physics"],
    "calibration": ["data tensors observers showers", "collect", "corrections"],
    "quantizer": ["config", "search/space", "search/strategy", "search/tune", "plan", "evaluate",
                  "verify", "measure", "showers", "result", "output", "folder", "run",
                  "gate start"],
}
RANKS = {
    f"{layer}/{folder}": rank
    for layer, lines in FOLDERS.items()
    for rank, line in enumerate(lines)
    for folder in line.split()
}
DOORS = {
    "hdf5.h": {"graph/io/files/hdf5/"},
    "graph/io/files/hdf5/": {"graph/io/files/h5file.cpp", "graph/io/files/hdf5/", "tests/"},
    "zip.h": {"graph/io/files/zip_file.cpp"},
    "openssl/": {"graph/io/files/sha256.cpp"},
    "dnnl.hpp": {"ops/onednn/"},
    "nlohmann/": {"graph/json/json.hpp", "graph/json/json_fwd.hpp"},
    "CLI/": {"tools/cli/command_line.cpp"},
    "pybind11/": {"tools/python/src/"},
    "google/protobuf/": {"graph/io/onnx/proto/", "graph/io/tensorflow/proto/", "graph/io/protobuf/"},
    "graph/io/protobuf/": {"graph/io/onnx/proto/", "graph/io/tensorflow/proto/", "graph/io/protobuf/"},
    "graph/io/tensorflow/proto/tensorflow.pb.h": {"graph/io/tensorflow/proto/"},
    "graph/io/onnx/proto/onnx.pb.h": {"graph/io/onnx/proto/"},
}
THREAD_DOOR = "ops/core/thread_count"
THREADS = re.compile(r"\bomp_[sg]et_(num_threads|max_threads|dynamic|max_active_levels)\b\(")
REGION = re.compile(r"^\s*#\s*pragma\s+omp\s+parallel\b(?!.*\bnum_threads\()")
# Files are written by OutputFile, whatever else may open one is named with its reason.
WRITERS = re.compile(r"\bo?fstream\b(?!>)|\b(f|fd|fre)open(64)?\(|\bcreat(64)?\(|\bmkstemp|"
                     r"\bO_(CREAT|WRONLY|RDWR|TRUNC|APPEND)\b")
WRITER_DOORS = {
    "graph/io/files/output_file.cpp",
    "graph/io/files/temporary_files.cpp",  # tries the lock of a left one
    "quantizer/search/tune/journal.cpp",  # grows line by line
    "quantizer/folder/trial_log.cpp",  # likewise
    "quantizer/folder/folder_lock.cpp",  # holds a lock, and says who does
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def public_headers(root):
    return {
        path.relative_to(root / layer / "include").as_posix(): layer
        for layer in MAY_INCLUDE
        for path in (root / layer / "include").rglob("*.hpp")
    }


def folder_of(name):
    parts = name.split("/")
    for depth in (3, 2):
        folder = "/".join(parts[:depth])
        if folder in RANKS and len(parts) > depth:
            return folder
    return None


def check_order(place, name, target):
    """An include within a layer goes to the same folder or to one below."""
    own, other = folder_of(name), folder_of(target)
    if own and other and own != other and RANKS[other] >= RANKS[own]:
        if own.split("/")[0] == other.split("/")[0]:
            yield f"{place}: {own} must not include {other} ({target})"


def check_file(root, path, layer, public):
    name = path.relative_to(root).as_posix()
    is_public = "include/caloquant/" in name
    if layer in FOLDERS and not is_public and folder_of(name) is None:
        yield f"{name}:1: {name.rsplit('/', 1)[0]} has no place in FOLDERS"
    for number, line in enumerate(path.read_text().splitlines(), 1):
        place = f"{name}:{number}"
        if not name.startswith(THREAD_DOOR) and THREADS.search(line):
            yield f"{place}: numbers of threads belong behind {THREAD_DOOR}"
        if REGION.match(line):
            yield f"{place}: a region without num_threads(team_size())"
        if name not in WRITER_DOORS and WRITERS.search(line.split("//")[0]):
            yield f"{place}: files are written by graph/io/files/output_file.hpp alone"
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
        if bracket == '"':
            yield from check_order(place, name, target)
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
        "graph/io/files/b.cpp": "#include <hdf5.h>",
        "quantizer/run/h.cpp": '#include "quantizer/gate/check.hpp"',
        "ops/cpu/i.cpp": '#include "ops/reference/conv.hpp"',
        "graph/odd/j.cpp": "",
        "metrics/include/caloquant/c.hpp": "#include <nlohmann/json.hpp>",
        "calibration/data/d.cpp": '#include "d.hpp"',
        "graph/ir/e.cpp": "#include <caloquant/config.hpp>",
        "metrics/core/f.cpp": "  threads = omp_get_max_threads();",
        "metrics/core/g.cpp": "#pragma omp parallel for schedule(static)",
        "quantizer/run/k.cpp": "  std::ofstream stream(file);",
        "graph/io/files/l.cpp": "  ::open(file, O_WRONLY | O_CREAT, 0600);",
        "tools/cli/m.cpp": '  std::FILE* file = std::fopen("x", "w");',
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
