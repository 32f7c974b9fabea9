#!/usr/bin/env python3
"""tools/train: weights there and back, golden images, a few steps of training, and caloquant on the result.

    tests/tools/train_smoke.py --caloquant build/dev/tools/caloquant

CALOQUANT_TORCH_PYTHON names a Python with torch and h5py (tools/train/requirements.txt), which runs the
tests; without one they are skipped (exit code 77).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
TRAIN = ROOT / "tools" / "train"
SKIPPED = 77


def hand_over() -> None:
    """Starts this file again under the Python that has torch, or ends as skipped."""
    python = os.environ.get("CALOQUANT_TORCH_PYTHON")
    if not python:
        print("skipped: CALOQUANT_TORCH_PYTHON names no Python with torch and h5py")
        sys.exit(SKIPPED)
    try:
        found = subprocess.run([python, "-c", "import torch, h5py"], capture_output=True)
    except OSError as error:
        sys.exit(f"CALOQUANT_TORCH_PYTHON={python}: cannot be run ({error})")
    if found.returncode != 0:
        print(f"skipped: {python} cannot import torch and h5py; pip install -r "
              "tools/train/requirements.txt")
        sys.exit(SKIPPED)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # ctest runs others beside this
    os.execv(python, [python, __file__, "--here", *sys.argv[1:]])


if __name__ == "__main__" and "--here" not in sys.argv:
    hand_over()

sys.path.insert(0, str(TRAIN))
import h5py  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

import train_anglegan  # noqa: E402
from data import read_block  # noqa: E402
from generator import CONVOLUTIONS, Generator  # noqa: E402
from keras_weights import load_keras, save_keras  # noqa: E402
from observables import PUBLISHED_EDGES, energies, published_counts, shower_angle  # noqa: E402

CALOQUANT = pathlib.Path("caloquant")
DEMO = CONFIGS / "anglegan_demo.hdf5"
GOLDEN = CONFIGS / "anglegan_demo_golden.h5"
SOME = slice(None, None, 4)  # of the golden events: an image in f64 takes many seconds
UNIT_F32 = 2.0 ** -24  # largest relative error of one rounding


def caloquant(*arguments: object) -> str:
    done = subprocess.run([str(part) for part in (CALOQUANT, *arguments)], capture_output=True,
                          text=True)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: {done.stderr}")
    return done.stdout


def loaded(path: pathlib.Path) -> Generator:
    generator = Generator().eval()
    load_keras(path, generator)
    return generator


def datasets(path: pathlib.Path) -> dict[str, np.ndarray]:
    values = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: values.update({name: item[()]})
                        if isinstance(item, h5py.Dataset) else None)
    return values


def event_by_event(function: Callable[[torch.Tensor], torch.Tensor],
                   latents: torch.Tensor) -> torch.Tensor:
    """PyTorch unfolds f64 convolutions: 5 GB for every image that is computed at a time."""
    return torch.cat([function(latent) for latent in latents.split(1)])


def rounding_bound(generator: Generator, latents: torch.Tensor) -> torch.Tensor:
    return event_by_event(lambda latent: rounding_bound_of(generator, latent), latents)


@torch.no_grad()
def rounding_bound_of(generator: Generator, latents: torch.Tensor) -> torch.Tensor:
    """What rounding to f32 can change in each cell, whatever the order of sums (N, 51, 51, 25).

    Of a layer y = W x + b with n terms: |W| e + (n + 2) u (|W| |x| + |b|), e the bound of its input
    (Higham, Accuracy and Stability, 3.1). ReLU does not enlarge it. BatchNorm is a product and a sum
    with factors that took a root, a quotient and a product to make: 6 u of its terms. One n more for
    caloquant, which adds up taps of conv3d_1 before it multiplies.
    """
    exact, size = Generator().double().eval(), Generator().double().eval()
    for copy in (exact, size):
        copy.load_state_dict(generator.state_dict())
    for parameter in size.parameters():
        parameter.abs_()
    x = latents.double()
    error = UNIT_F32 * (256 + 2) * size.dense_1(x.abs())
    x = exact.dense_1(x)

    def grid(values: torch.Tensor) -> torch.Tensor:
        values = values.reshape(-1, 9, 9, 8, 8).permute(0, 4, 1, 2, 3)
        return nn.functional.interpolate(values, scale_factor=6, mode="nearest")

    x, error = grid(x), grid(error)
    for name, filters, _, _, norm in CONVOLUTIONS:
        layer, absolute = getattr(exact, name), getattr(size, name)
        bias = absolute.bias.reshape(1, -1, 1, 1, 1)
        terms = 2 * layer.weight[0].numel() + 2
        error = absolute(error) - bias + terms * UNIT_F32 * absolute(x.abs())
        x = layer(x).relu()
        if norm:
            statistics = getattr(exact, norm)
            factor = (statistics.weight / (statistics.running_var + 1e-6).sqrt()).abs()
            shift = statistics.bias.abs() + factor * statistics.running_mean.abs()
            factor, shift = (part.reshape(1, filters, 1, 1, 1) for part in (factor, shift))
            error = factor * error + 6 * UNIT_F32 * (factor * x.abs() + shift)
            x = statistics(x)
    return error.squeeze(1)


class Weights(unittest.TestCase):
    def test_export_of_the_demo_weights_is_the_demo_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "again.hdf5"
            save_keras(path, loaded(DEMO))
            self.assertEqual(os.listdir(folder), ["again.hdf5"])
            expected, actual = datasets(DEMO), datasets(path)
            self.assertEqual(list(expected), list(actual))
            for name, value in expected.items():
                self.assertEqual(value.dtype, actual[name].dtype)
                np.testing.assert_array_equal(value, actual[name], err_msg=name)
            with h5py.File(DEMO) as demo, h5py.File(path) as again:
                for place, name in (("/", "layer_names"), ("sequential_1", "weight_names")):
                    lists = [[part.decode() if isinstance(part, bytes) else part
                              for part in file[place].attrs[name]] for file in (demo, again)]
                    self.assertEqual(*lists)

    def test_layers_are_those_of_the_architecture_file(self) -> None:
        config = json.loads((CONFIGS / "anglegan.json").read_text())["config"]["layers"][1]["config"]
        layers = {layer["config"]["name"]: layer["config"] for layer in config}
        generator = Generator()
        pads = [layer for layer in layers if layer.startswith("zero_padding")]
        for name, filters, kernel, padding, norm in CONVOLUTIONS:
            self.assertEqual(layers[name]["filters"], filters)
            self.assertEqual(tuple(layers[name]["kernel_size"]), kernel)
            if any(padding):
                expected = layers[pads.pop(0)]["padding"]
                self.assertEqual(expected, [[zeros, zeros] for zeros in padding])
            if norm:
                module = getattr(generator, norm)
                self.assertEqual(layers[norm]["epsilon"], module.eps)
                self.assertAlmostEqual(layers[norm]["momentum"], 1 - module.momentum)
        self.assertEqual(pads, [])

    def test_bad_files_are_refused_with_place_and_remedy(self) -> None:
        with self.assertRaisesRegex(ValueError, r"golden.h5:sequential_1/dense_1/kernel:0: is missing; give"):
            loaded(GOLDEN)
        broken = loaded(DEMO)
        broken.conv3d_3.bias.data[1] = float("nan")
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(ValueError, "conv3d_3.bias: is not finite"):
                save_keras(pathlib.Path(folder) / "out.hdf5", broken)
            self.assertFalse((pathlib.Path(folder) / "out.hdf5").exists())


class Images(unittest.TestCase):
    @torch.no_grad()
    def test_golden_images(self) -> None:
        with h5py.File(GOLDEN) as file:
            latents, golden = (torch.from_numpy(file[name][SOME]) for name in ("latent", "image"))
        generator = loaded(DEMO)
        bound = rounding_bound(generator, latents)
        exceeded = (generator(latents).double() - golden).abs() - bound - UNIT_F32 * golden
        self.assertLessEqual(exceeded.max().item(), 0.0)
        # In f64 only the golden file's own rounding is left, and 2^29 times smaller bounds.
        exact = event_by_event(generator.double(), latents.double())
        exceeded = (exact - golden).abs() - bound * 2.0 ** -29 - 1.01 * UNIT_F32 * golden
        self.assertLessEqual(exceeded.max().item(), 0.0)
        self.assertGreater(golden.max().item(), 1.0)


class Training(unittest.TestCase):
    folder: tempfile.TemporaryDirectory

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        for name, seed in (("train.h5", 1), ("valid.h5", 2)):
            caloquant("make-showers", "--detector", "clic51", "--events", 8, "--energy", "50:500",
                      "--seed", seed, "-o", cls.path / name)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def train(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, TRAIN / "train_anglegan.py", "--data", self.path / "train.h5",
             "--validation", self.path / "valid.h5", "--caloquant", CALOQUANT, "--device", "cpu",
             "-o", self.path / "out.hdf5", "--smoke", *more], capture_output=True, text=True)

    def rows(self) -> list[dict]:
        lines = (self.path / "out.hdf5.train" / "log.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def test_a_few_steps_resume_and_what_caloquant_makes_of_the_weights(self) -> None:
        done = self.train("--epochs", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        again = self.train("--epochs", "2")
        self.assertEqual(again.returncode, 1)
        self.assertIn("holds a checkpoint; give --resume or another --work", again.stderr)
        done = self.train("--epochs", "2", "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = self.rows()
        self.assertEqual([(row["epoch"], row["step"]) for row in rows], [(0, 0), (1, 2), (2, 4)])
        for row in rows[1:]:
            self.assertTrue(np.isfinite([row["loss"], row["score"], row["score_train"],
                                         row["discriminator"], row["adversarial"]]).all(), row)
        best = min(rows, key=lambda row: row["loss"])
        self.assertTrue(best["best"])
        self.assertEqual(list(self.path.rglob("*.part")), [])
        trained, demo = datasets(self.path / "out.hdf5.train" / "candidate.hdf5"), datasets(DEMO)
        changed = [name for name in demo if not np.array_equal(demo[name], trained[name])]
        kept = [name for name in demo if "moving" in name]  # frozen when started from weights
        self.assertEqual(sorted(changed + kept), sorted(demo))
        self.check_with_caloquant(self.path / "out.hdf5.train" / "candidate.hdf5")

    @torch.no_grad()
    def check_with_caloquant(self, weights: pathlib.Path) -> None:
        model = ("--architecture", CONFIGS / "anglegan.json", "--weights", weights)
        self.assertIn("conv3d_7", caloquant("inspect", *model))
        images = self.path / "images.h5"
        caloquant("run", *model, "--latents", f"{GOLDEN}:latent", "-o", images)
        with h5py.File(images) as file, h5py.File(GOLDEN) as golden:
            values = torch.from_numpy(file["ECAL"][SOME]).reshape(-1, 51, 51, 25)
            latents = torch.from_numpy(golden["latent"][SOME])
        generator = loaded(weights)
        difference = (generator(latents).double() - values).abs()
        # Both are within the bound of the exact image.
        self.assertLessEqual((difference - 2 * rounding_bound(generator, latents)).max().item(), 0.0)
        caloquant("generate", *model, "--events", 3, "--output-scale", 50, "--output-power", 0.85,
                  "-o", self.path / "made.h5")
        with h5py.File(self.path / "made.h5") as file:
            self.assertEqual(file["ECAL"].shape[0], 3)
            self.assertGreater(file["ECAL"][()].sum(), 0.0)

    def test_observables_are_those_of_compare(self) -> None:
        report = json.loads(caloquant("compare", self.path / "valid.h5", self.path / "valid.h5",
                                      "--json"))
        angle = next(row for row in report["rows"] if row["metric"] == "angle estimate")["a"][0]
        images = torch.from_numpy(read_block(self.path / "valid.h5", 0, 8)[0])
        self.assertEqual(len(images), 8)
        cells = energies(images)
        # A layer's barycentre is known to 51 cells * 2^-22, its angle to that over its distance from
        # the shower's (0.1 and more for all but one of 25 layers): far below 1e-4 rad.
        self.assertAlmostEqual(shower_angle(cells).mean().item(), angle, delta=1e-4)
        edges = np.array([0.0, 1e-12, *PUBLISHED_EDGES, np.inf])
        for image, counts in zip(cells.numpy(), published_counts(cells, soft=False).numpy()):
            expected = np.histogram(image, edges)[0]
            np.testing.assert_array_equal(counts, np.maximum(expected, 1))

    def test_bad_input_ends_with_one_line(self) -> None:
        valid = str(self.path / "valid.h5")
        small = self.path / "small.h5"
        with h5py.File(small, "w") as file:
            file["ECAL"], file["energy"], file["theta"] = np.zeros((2, 25, 25, 25)), [1, 2], [1, 2]
        cases = [(["--data", str(self.path / "no*.h5")], "no such file; make showers with"),
                 (["--data", str(small)], r"small.h5:ECAL: has shape \(2, 25, 25, 25\)"),
                 (["--data", valid, "--start", valid], "dense_1/kernel:0: is missing; give weights"),
                 (["--data", valid, "--caloquant", "/no/program"], "is no program; build target"),
                 (["--data", valid, "--criterion", "fpd"], "needs --caloquant"),
                 (["--data", valid, "--resume"], "leave out --resume")]
        for arguments, message in cases:
            text = io.StringIO()
            with contextlib.redirect_stderr(text):
                code = train_anglegan.main([*arguments, "--validation", valid, "--smoke", "-o",
                                            str(self.path / "bad.hdf5")])
            self.assertEqual(code, 1)
            self.assertRegex(text.getvalue(), message)
            self.assertEqual(len(text.getvalue().splitlines()), 1)
        self.assertFalse((self.path / "bad.hdf5").exists())


if __name__ == "__main__":
    arguments = [part for part in sys.argv if part != "--here"]
    if "--caloquant" in arguments:
        at = arguments.index("--caloquant")
        CALOQUANT = pathlib.Path(arguments[at + 1]).resolve()
        del arguments[at:at + 2]
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    unittest.main(argv=arguments)
