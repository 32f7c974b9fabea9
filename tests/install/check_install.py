#!/usr/bin/env python3
"""What a user's project sees of an installed caloquant.

Installs a build into a new folder, builds tools/examples against it with find_package() and by hand
with pkg-config, runs the examples, looks at what the library shows and at the Debian packages.
  check_install.py --build BUILD --source SOURCE --work FOLDER
"""
from __future__ import annotations

import argparse
import array
import ast
import os
import pathlib
import re
import shutil
import subprocess
import sys

VERSION = re.compile(r"project\(caloquant VERSION ([0-9.]+)")


def run(*command: object, env: dict[str, str] | None = None, want: int = 0) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    if done.returncode != want:
        sys.exit(f"{' '.join(words)}\nended with {done.returncode} instead of {want}:\n"
                 f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def inputs_of(npy: pathlib.Path, to: pathlib.Path) -> None:
    """The f32 values of a .npy file without its header."""
    raw = npy.read_bytes()
    length = int.from_bytes(raw[8:10], "little")
    header = ast.literal_eval(raw[10:10 + length].decode())
    if header["descr"] != "<f4" or header["fortran_order"]:
        sys.exit(f"{npy}: f32 in C order is expected")
    values = array.array("f")
    values.frombytes(raw[10 + length:])
    with to.open("wb") as file:
        values.tofile(file)


def check_headers(prefix: pathlib.Path, source: pathlib.Path) -> None:
    installed = {path.name for path in (prefix / "include/caloquant").iterdir()}
    wanted = {path.name for path in source.glob("*/include/caloquant/*.hpp")}
    if installed != wanted:
        sys.exit(f"installed headers differ from the public ones: {installed ^ wanted}")
    for path in (prefix / "include/caloquant").iterdir():
        for include in re.findall(r'#include [<"]([^>"]+)', path.read_text()):
            if "." in include and not include.startswith("caloquant/"):
                sys.exit(f"{path.name} needs <{include}>")


def check_symbols(library: pathlib.Path) -> None:
    """Nothing of protobuf, oneDNN or of our own inside shows."""
    names = run("nm", "-DC", "--defined-only", library)
    for hidden in ("onnx_proto", "dnnl::impl", "caloquant::GraphEditor", "caloquant::compile_engine"):
        if hidden in names:
            sys.exit(f"{library.name} shows {hidden}")
    for shown in ("caloquant::Session::tune", "typeinfo for caloquant::ModelError",
                  "caloquant::ShowerContext::generate"):
        if shown not in names:
            sys.exit(f"{library.name} does not show {shown}")


def check_packages(build: pathlib.Path, prefix: pathlib.Path, work: pathlib.Path) -> None:
    """The Debian packages hold what an installation holds, and ask for what that needs."""
    run("cpack", "--config", build / "CPackConfig.cmake", "-B", work / "packages")
    packages = {path.name.split("_")[0]: path for path in (work / "packages").glob("*.deb")}
    if set(packages) != {"libcaloquant0.1", "libcaloquant-dev", "caloquant"}:
        sys.exit(f"cpack made {sorted(packages)}")
    for path in packages.values():
        run("dpkg-deb", "-x", path, work / "unpacked")
    files = [{path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}
             for root in (prefix, next((work / "unpacked").rglob("bin")).parent)]
    if files[0] != files[1]:
        sys.exit(f"packages and installation differ: {sorted(files[0] ^ files[1])}")
    needs = {name: run("dpkg-deb", "-f", path, "Depends") for name, path in packages.items()}
    for package, need in (("libcaloquant0.1", "libdnnl"), ("caloquant", "libhdf5"),
                          ("libcaloquant-dev", "libcaloquant0.1 (= ")):
        if need not in needs[package]:
            sys.exit(f"{package} depends on {needs[package]!r}, not on {need}")


def small_model(caloquant: pathlib.Path, source: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """The demo AngleGAN with every layer below fp32, whatever that does to its showers."""
    run(caloquant, "make-showers", "--detector", "clic51", "--events", 40, "--seed", 1, "-o",
        work / "showers51_1.h5")
    run(caloquant, "quantize", source / "configs/anglegan_demo_quantize.json", "-o", work / "out",
        "--set", f'/data/files=["{work / "showers51_1.h5"}"]', "--set", "/data/calibration_samples=8",
        "--set", "/data/evaluation_samples=8", "--set", "/report/physics_events=0",
        "--set", "/accuracy_criterion/tolerable_loss=1e9", "--set",
        "/accuracy_criterion/criteria=loss_only", "--quiet")
    return work / "out/quantized.h5"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("build", "source", "work"):
        parser.add_argument(f"--{name}", type=lambda text: pathlib.Path(text).resolve(), required=True)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    prefix = args.work / "prefix"
    run("cmake", "--install", args.build, "--prefix", prefix)
    library = next(prefix.rglob("libcaloquant.so"))
    check_headers(prefix, args.source)
    check_symbols(library)

    examples = args.source / "tools/examples"
    run("cmake", "-S", examples, "-B", args.work / "downstream", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", args.work / "downstream")
    inputs = args.work / "inputs.f32"
    fixtures = args.source / "tests/fixtures/foreign"
    inputs_of(fixtures / "images.npy", inputs)
    stages = [fixtures / "classifier.onnx", inputs]
    first = run(args.work / "downstream/stages", *stages)
    print(first, end="")
    if "stopped by" not in first:
        sys.exit("the example of the stages did not come to its end")
    model = small_model(prefix / "bin/caloquant", args.source, args.work)
    print(run(args.work / "downstream/par04", model, 5, 2), end="")
    # An error crosses the library's border as its own type.
    run(args.work / "downstream/stages", inputs, inputs, want=4)

    pc = dict(os.environ, PKG_CONFIG_PATH=str(library.parent / "pkgconfig"))
    version = VERSION.search((args.source / "CMakeLists.txt").read_text())
    if run("pkg-config", "--modversion", "caloquant", env=pc).strip() != version.group(1):
        sys.exit("pkg-config has another version than the project")
    flags = run("pkg-config", "--cflags", "--libs", f"--define-variable=prefix={prefix}", "caloquant",
                env=pc).split()
    sources, libraries = ([f for f in flags if f.startswith(p)] for p in (("-I", "-std"), ("-L", "-l")))
    program = args.work / "by_hand"
    run("g++", "-O1", *sources, examples / "stages.cpp", "-o", program, *libraries,
        f"-Wl,-rpath,{library.parent}")
    if run(program, *stages) != first:
        sys.exit("the program built with pkg-config says something else")
    check_packages(args.build, prefix, args.work)
    print("install: headers, symbols, find_package, pkg-config and packages are fine")


if __name__ == "__main__":
    main()
