#!/usr/bin/env python3
"""Speed beside other busy programs: `caloquant` by how its threads wait, and ONNX Runtime.

Programs that never rest (`--load` of them) run beside every second turn. Prints showers per second
without and with them, and what is left. With as many processors as --threads and a fair system,
n threads beside m busy programs would keep n / (n + m).

    tools/dev/bench_busy.py --caloquant build/release/tools/caloquant [--peers PYTHON]

PYTHON has onnxruntime; without it ONNX Runtime is left out.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ["--architecture", str(ROOT / "configs/anglegan.json"),
         "--weights", str(ROOT / "configs/anglegan_demo.hdf5")]
WAITING = {
    "caloquant, as it comes": {},
    "caloquant, libgomp's own waiting": {"GOMP_SPINCOUNT": "300000"},
    "caloquant, OMP_WAIT_POLICY=passive": {"OMP_WAIT_POLICY": "passive"},
}
PEER = """
import sys, time, numpy, onnxruntime
file, batch, threads, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
given = {i.name: numpy.random.rand(batch, *i.shape[1:]).astype("f4") for i in session.get_inputs()}
session.run(None, given)
begin, runs = time.perf_counter(), 0
while time.perf_counter() - begin < seconds or runs < 2:
    session.run(None, given)
    runs += 1
print(runs * batch / (time.perf_counter() - begin))
"""


@contextlib.contextmanager
def busy(programs):
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
               for _ in range(programs)]
    try:
        yield
    finally:
        for program in running:
            program.kill()
            program.wait()


def ours(options, settings, batch):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    command = [options.caloquant, "benchmark", *MODEL, "--precision", options.precision, "--batch",
               str(batch), "--threads", str(options.threads), "--repetitions", "1", "--seconds",
               str(options.seconds), "--json"]
    done = subprocess.run(command, env=environment | settings, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)[0]["showers_per_second"]


def peer(options, file, batch):
    command = [options.peers, "-c", PEER, file, str(batch), str(options.threads),
               str(options.seconds)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--caloquant", required=True, help="the program")
    parser.add_argument("--peers", help="a Python with onnxruntime")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--load", type=int, default=8)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        candidates = {name: lambda batch, settings=settings: ours(options, settings, batch)
                      for name, settings in WAITING.items()}
        if options.peers:
            file = str(pathlib.Path(scratch) / "fp32.onnx")
            subprocess.run([options.caloquant, "convert", *MODEL, "-o", file], check=True,
                           stdout=subprocess.DEVNULL)
            candidates["ONNX Runtime, FP32"] = lambda batch: peer(options, file, batch)
        print(f"| showers/s, {options.threads} threads | batch | alone | beside "
              f"{options.load} busy programs | left |\n|---|---|---|---|---|")
        for batch in options.batch:
            speeds = {(name, load): [] for name in candidates for load in (0, options.load)}
            for _ in range(options.turns):
                for load in (0, options.load):
                    with busy(load):
                        for name, measure in candidates.items():
                            speeds[name, load].append(measure(batch))
            for name in candidates:
                alone, beside = (statistics.median(speeds[name, load])
                                 for load in (0, options.load))
                print(f"| {name} | {batch} | {alone:.1f} | {beside:.1f} | "
                      f"{100 * beside / alone:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
