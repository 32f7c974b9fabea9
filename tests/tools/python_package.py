"""The Python package against numpy, and against what the library says elsewhere.

Run by ctest with PYTHONPATH set to the build's package.
"""
from __future__ import annotations

import ctypes
import ctypes.util
import json
import locale
import math
import os
import pathlib
import signal
import tempfile
import threading
import time
import unittest

import numpy as np

import caloquant

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOREIGN = SOURCE / "tests/fixtures/foreign"
IMAGES = np.load(FOREIGN / "images.npy")
LABELS = np.load(FOREIGN / "labels.npy")
CONFIG = {"data": {"calibration_samples": 16, "evaluation_samples": 48}}


def mse(outputs: np.ndarray, reference: np.ndarray) -> float:
    return float(np.mean((outputs.astype(np.float64) - reference) ** 2))


class Quantize(unittest.TestCase):
    def test_a_file_and_bytes_are_the_same(self) -> None:
        path = FOREIGN / "classifier.onnx"
        one = caloquant.quantize(path, IMAGES, CONFIG)
        two = caloquant.quantize(path.read_bytes(), IMAGES, CONFIG)
        self.assertTrue(one.target_met)
        self.assertEqual(one.loss, two.loss)
        self.assertEqual([layer.precision for layer in one.layers], ["int8"] * len(one.layers))
        self.assertIn("target met", repr(one))
        self.assertIn("<table>", one._repr_html_())

    def test_numpy_metric_gives_what_the_built_in_one_gives(self) -> None:
        limit = {"accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1.0}}
        built_in = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES,
                                      {**CONFIG, **limit, "metric": {"name": "mse"}})
        own = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, {**CONFIG, **limit}, metric=mse)
        self.assertAlmostEqual(own.loss / built_in.loss, 1.0, delta=1e-9)
        self.assertEqual(own.json["metric"], "mse reference=fp32_paired")

    def test_metric_arrays_are_views(self) -> None:
        kept: list[np.ndarray] = []

        def metric(outputs: np.ndarray, reference: np.ndarray) -> float:
            kept.append(outputs)
            self.assertFalse(outputs.flags.owndata)
            self.assertFalse(outputs.flags.writeable)
            self.assertEqual(outputs.shape, reference.shape)
            return mse(outputs, reference)

        caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, metric=metric,
                           tolerable_loss=1.0)
        self.assertTrue(kept)

    def test_targets_and_a_metric_of_the_config(self) -> None:
        config = {**CONFIG, "metric": {"name": "classification_top1", "reference": "dataset"},
                  "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 0.1}}
        result = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, config, targets=LABELS)
        scores = caloquant.run(result.model, IMAGES[16:64])
        right = np.argmax(scores.reshape(48, -1), axis=1) == LABELS.ravel()[16:64]
        self.assertAlmostEqual(result.loss, float(np.mean(right)), places=12)

    def test_on_step_ends_the_search(self) -> None:
        seen = []
        result = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, tolerable_loss=500.0,
                                    on_step=lambda trial: seen.append(trial) or len(seen) < 2)
        self.assertEqual(len(result.steps), 2)
        self.assertFalse(result.target_met)
        self.assertEqual(result.json["stopped_by"], "callback")
        self.assertEqual(seen[0].layers, result.steps[0].layers)
        self.assertIn(f"loss {seen[0].loss:.4g}", repr(seen[0]))

    def test_exceptions_come_through(self) -> None:
        def broken(outputs: np.ndarray, reference: np.ndarray) -> float:
            raise ZeroDivisionError("no such moment")

        with self.assertRaisesRegex(ZeroDivisionError, "no such moment"):
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, metric=broken)
        with self.assertRaisesRegex(KeyError, "stop"):
            def step(trial: caloquant.Trial) -> None:
                raise KeyError("stop")
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, on_step=step)

    def test_errors_have_place_problem_and_remedy(self) -> None:
        with self.assertRaises(caloquant.ModelError) as caught:
            caloquant.quantize("nothing.onnx", IMAGES)
        self.assertIsInstance(caught.exception, caloquant.Error)
        self.assertIn("nothing.onnx", caught.exception.place)
        with self.assertRaises(caloquant.ConfigError) as caught:
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, {"tuning": {}})
        self.assertIn("#", caught.exception.place)
        with self.assertRaisesRegex(caloquant.DataError, "shape"):
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES[:, :, :3])
        with self.assertRaises(caloquant.UsageError) as caught:
            caloquant.load(3.5)
        self.assertEqual((caught.exception.place, caught.exception.problem), ("model", "is of type float"))

    def test_numbers_are_finite_or_refused(self) -> None:
        model = FOREIGN / "classifier.onnx"
        for loss in (math.nan, math.inf, -1.0, "1"):
            with self.assertRaisesRegex(caloquant.UsageError, "^tolerable_loss: is "):
                caloquant.quantize(model, IMAGES, tolerable_loss=loss)
        for seed in (2**64, -1, math.nan):
            with self.assertRaises(caloquant.ConfigError):
                caloquant.quantize(model, IMAGES, {"input": {"encoding": "tensor", "seed": seed}})
        with self.assertRaisesRegex(caloquant.UsageError, "^batch: is 0"):
            caloquant.run(model, IMAGES, batch=0)

    def test_an_old_key_is_read_with_a_warning(self) -> None:
        config = {**CONFIG, "input": {"recipe": "tensor"}}
        with self.assertWarnsRegex(FutureWarning, "input/recipe is called 'encoding' now"):
            old = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, config)
        self.assertEqual(old.loss, caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG).loss)

    def test_config_file_may_have_comments(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "run.json"
            file.write_text("""{  // as `init` writes it
                "data": {"calibration_samples": 16, /* "files": [], */ "evaluation_samples": 48},
                "metric": {"name": "mse"},  // "//" in a string is none
                "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1.5}
            }""")
            result = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, file)
            self.assertEqual(result.target, 1.5)
            file.write_text("{")
            with self.assertRaises(caloquant.ConfigError) as caught:
                caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, file)
            self.assertIn(str(file), caught.exception.place)
            file.write_text("[]")
            with self.assertRaisesRegex(caloquant.ConfigError, "is of type list; give a dict"):
                caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, file)
            file.write_text('{"metric": {"name": "mse"}, "metric": {"name": "sqnr"}}')
            with self.assertRaisesRegex(caloquant.ConfigError, "metric"):
                caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, file)
            with self.assertRaises(caloquant.ConfigError):
                caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, pathlib.Path(folder) / "no")

    def test_save_writes_what_the_command_writes(self) -> None:
        result = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG)
        with tempfile.TemporaryDirectory() as folder:
            result.save(folder)
            names = {path.name for path in pathlib.Path(folder).iterdir()}
            self.assertLessEqual({"quantized.h5", "result.json", "steps.jsonl"}, names)
            again = caloquant.load(pathlib.Path(folder) / "quantized.h5")
            np.testing.assert_array_equal(caloquant.run(again, IMAGES[:5]),
                                          caloquant.run(result.model, IMAGES[:5]))

    def test_the_gil_is_free_while_it_computes(self) -> None:
        done = threading.Event()
        ticks = []

        def tick() -> None:
            while not done.is_set():
                ticks.append(time.perf_counter())
                time.sleep(0.001)

        def slow(outputs: np.ndarray, reference: np.ndarray) -> float:
            return 1.0  # never met: more trials

        thread = threading.Thread(target=tick)
        thread.start()
        start = time.perf_counter()
        caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, metric=slow,
                           tolerable_loss=0.0)
        seconds = time.perf_counter() - start
        done.set()
        thread.join()
        longest = max(b - a for a, b in zip(ticks, ticks[1:]))
        self.assertLess(longest, 0.8 * seconds)


class Showers(unittest.TestCase):
    ENERGY = np.linspace(100.0, 200.0, 12)

    def setUp(self) -> None:
        self.model = caloquant.Model.from_keras(str(SOURCE / "configs/anglegan.json"),
                                                str(SOURCE / "configs/anglegan_demo.hdf5"))
        self.model = self.model.with_output(50.0, 0.85)

    def test_showers_need_energies_only(self) -> None:
        data = {"energy": self.ENERGY, "theta": np.full(12, 1.4)}
        config = {"data": {"calibration_samples": 4, "evaluation_samples": 8},
                  "accuracy_criterion": {"criteria": "loss_only"}}
        result = caloquant.quantize(self.model, data, config, tolerable_loss=1e9)
        self.assertTrue(result.target_met)
        self.assertEqual(result.json["total_layers"], 8)

    def test_metric_of_showers_is_in_gev(self) -> None:
        totals = []

        def metric(outputs: np.ndarray, reference: np.ndarray) -> float:
            totals.append(reference.sum(axis=(1, 2, 3)))
            return mse(outputs, reference)

        data = {"energy": self.ENERGY, "theta": np.full(12, 1.4)}
        config = {"data": {"calibration_samples": 4, "evaluation_samples": 8}}
        caloquant.quantize(self.model, data, config, metric=metric, tolerable_loss=1e9)
        # About 2.2 % of the energy is visible (configs/README.md).
        ratio = totals[0] / self.ENERGY[4:]
        self.assertTrue(np.all((ratio > 0.015) & (ratio < 0.03)), ratio)

    def test_generator_gives_showers(self) -> None:
        generator = caloquant.Generator(self.model, batch=2)
        self.assertEqual(repr(generator), "Generator(cells=(51, 51, 25), batch=2, threads=1)")
        images = generator.generate([100.0, 200.0], theta=1.4, seed=5)
        self.assertEqual(images.shape, (2, 51, 51, 25))
        alone = generator.generate(200.0, theta=1.4, seed=5, first_event=1)
        np.testing.assert_array_equal(alone[0], images[1])
        with self.assertRaises(caloquant.DataError):
            generator.generate(-1.0)
        for energy in (np.nan, np.inf):
            with self.assertRaises(caloquant.DataError):
                generator.generate(energy)
        for seed in (2**64, -1, 1.5, "1", True):
            with self.assertRaisesRegex(caloquant.UsageError, "^seed: is .*; give a whole number"):
                generator.generate(100.0, seed=seed)
        generator.generate(100.0, seed=np.uint64(2**64 - 1))
        with self.assertRaisesRegex(caloquant.UsageError, "^first_event: is -1"):
            generator.generate(100.0, first_event=-1)
        for batch in (0, -1, 10**18):
            with self.assertRaisesRegex(caloquant.UsageError, "^batch: is "):
                caloquant.Generator(self.model, batch=batch)
        with self.assertRaisesRegex(caloquant.UsageError, "^threads: is 0"):
            caloquant.Generator(self.model, threads=0)

    def test_stages(self) -> None:
        data = {"energy": self.ENERGY}
        session = caloquant.Session(self.model, data, CONFIG | {"data": {"calibration_samples": 4,
                                    "evaluation_samples": 8}})
        ranges = session.calibrate()
        self.assertEqual(len(ranges), 8)
        low, high = next(iter(ranges.values()))["minmax"]
        self.assertLessEqual(low, high)
        self.assertEqual(session.evaluate(session.model)[0], 0.0)


def host_state() -> dict[str, object]:
    """What the package must leave as it found it in the process that imports it."""
    third = np.longdouble(1) / np.longdouble(3)
    mask = os.umask(0)
    os.umask(mask)
    state: dict[str, object] = {
        "long double": bool(third * 3 == 1), "locale": locale.setlocale(locale.LC_ALL),
        "folder": os.getcwd(), "umask": mask, "environment": dict(os.environ),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "numpy errors": np.geterr(),
        "rounding": ctypes.CDLL(ctypes.util.find_library("m")).fegetround()}
    openmp = ctypes.util.find_library("gomp")
    if openmp:
        library = ctypes.CDLL(openmp)
        state["openmp"] = [library.omp_get_max_threads(), library.omp_get_dynamic(),
                           library.omp_get_max_active_levels()]
    return state


def press() -> None:
    """Ctrl-C: Python runs the handler as soon as it runs at all."""
    signal.raise_signal(signal.SIGINT)


class Interruption(unittest.TestCase):
    """Ctrl-C raises KeyboardInterrupt, with the best so far in it and in the folder."""

    def setUp(self) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = pathlib.Path(self._temporary.name) / "out"

    def run_it(self, **arguments: object) -> caloquant.Result:
        return caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, tolerable_loss=500.0,
                                  folder=self.folder, **arguments)

    def stopped_by(self, within: str = "") -> str:
        return json.loads((self.folder / within / "result.json").read_text())["stopped_by"]

    def test_in_a_step(self) -> None:
        def step(trial: caloquant.Trial) -> None:
            if trial.step == 1:
                press()

        with self.assertRaises(KeyboardInterrupt) as caught:
            self.run_it(on_step=step)
        self.assertIs(type(caught.exception), caloquant.Interrupted)
        result = caught.exception.result
        self.assertEqual(len(result.steps), 2)
        self.assertEqual(result.json["stopped_by"], "interrupted")
        self.assertIn(f"{result.loss:.4g}", str(caught.exception))
        self.assertEqual(self.stopped_by(), "interrupted")
        written = caloquant.load(self.folder / "quantized.h5")
        np.testing.assert_array_equal(caloquant.run(written, IMAGES[:4]),
                                      caloquant.run(result.model, IMAGES[:4]))

    def test_is_gone_on_with(self) -> None:
        def step(trial: caloquant.Trial) -> None:
            if trial.step == 1:
                press()

        config = {**CONFIG, "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-9},
                  "metric": {"name": "mse"}, "tuning_criterion": {"max_trials": 5}}
        whole = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, config,
                                   folder=self.folder / "whole")
        self.assertGreater(len(whole.steps), 2)
        self.folder = self.folder / "part"
        again = {"config": config, "folder": self.folder}
        with self.assertRaises(caloquant.Interrupted):
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, on_step=step, **again)
        self.assertEqual(self.stopped_by(), "interrupted")
        with self.assertRaises(caloquant.UsageError) as caught:
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES[::-1].copy(), resume=True, **again)
        self.assertIn("data/arrays is", str(caught.exception))
        steps = []
        result = caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, resume=True,
                                    on_step=lambda trial: steps.append(trial.step), **again)
        self.assertEqual(steps, list(range(2, len(whole.steps))))
        self.assertEqual(len(result.steps), len(whole.steps))
        self.assertEqual(result.not_written, [])
        self.assertEqual((self.folder / "quantized.h5").read_bytes(),
                         (self.folder.parent / "whole" / "quantized.h5").read_bytes())
        self.assertFalse((self.folder / "unfinished").exists())
        with self.assertRaises(caloquant.UsageError):
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG, resume=True)

    def test_in_a_metric_before_any_trial(self) -> None:
        def metric(outputs: np.ndarray, reference: np.ndarray) -> float:
            press()
            return mse(outputs, reference)

        with self.assertRaises(caloquant.Interrupted) as caught:
            self.run_it(metric=metric)
        self.assertIsNone(caught.exception.result)
        self.assertFalse(self.folder.exists())

    def test_while_the_result_is_written(self) -> None:
        session = caloquant.Session(FOREIGN / "classifier.onnx", IMAGES, CONFIG, tolerable_loss=500.0)
        result = session.tune()
        self.assertIsNotNone(result.model)
        timer = threading.Timer(0.0, lambda: os.kill(os.getpid(), signal.SIGINT))
        with self.assertRaises(KeyboardInterrupt):
            timer.start()
            while True:
                result.save(self.folder)
        timer.join()
        self.assertFalse(list(self.folder.rglob("*.partial")))

    def test_a_session_goes_on_afterwards(self) -> None:
        pressed = []

        def step(trial: caloquant.Trial) -> None:
            if not pressed:
                pressed.append(trial)
                press()

        session = caloquant.Session(FOREIGN / "classifier.onnx", IMAGES, CONFIG,
                                    tolerable_loss=500.0, on_step=step)
        with self.assertRaises(caloquant.Interrupted):
            session.tune()
        whole = session.tune()
        self.assertNotEqual(whole.json["stopped_by"], "interrupted")
        self.assertGreater(len(whole.steps), 1)

    def test_pressed_again_and_again(self) -> None:
        ended = threading.Event()

        def press_often() -> None:
            while not ended.wait(0.002):
                os.kill(os.getpid(), signal.SIGINT)

        def step(trial: caloquant.Trial) -> None:
            if trial.step == 1:
                thread.start()

        thread = threading.Thread(target=press_often)
        received = []
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            try:
                self.run_it(on_step=step)
            except KeyboardInterrupt as stop:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                received.append(stop)
        except KeyboardInterrupt as stop:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            received.append(stop)
        finally:
            ended.set()
            thread.join()
            signal.signal(signal.SIGINT, before)
        self.assertTrue(received)
        self.assertFalse(list(self.folder.rglob("*.partial")))
        if (self.folder / "quantized.h5").exists():
            caloquant.load(self.folder / "quantized.h5")

    def test_what_a_handler_of_the_user_raises_goes_through(self) -> None:
        class Stop(KeyboardInterrupt):
            pass

        for kind in (RuntimeError, Stop):
            def handler(number: int, frame: object) -> None:
                raise kind("mine")

            before = signal.signal(signal.SIGINT, handler)
            try:
                with self.assertRaisesRegex(kind, "mine") as caught:
                    self.run_it(on_step=lambda trial: press())
            finally:
                signal.signal(signal.SIGINT, before)
            self.assertIs(type(caught.exception), kind)
            self.assertEqual(self.stopped_by("unfinished"), "failed")

    def test_within_a_second(self) -> None:
        pressed = []

        def press_now() -> None:
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.3, press_now)
        config = {"model": {"architecture": str(SOURCE / "configs/energygan.json"),
                            "random_weights": 5},
                  "data": {"calibration_samples": 256, "evaluation_samples": 256},
                  "quantization": {"recipes": {"weight_reconstruction": "on"}}}
        data = {"energy": np.full(600, 100.0), "theta": np.full(600, np.pi / 2)}
        with self.assertRaises(caloquant.Interrupted):
            timer.start()
            caloquant.quantize(None, data, config, tolerable_loss=0.0)
        # A second beside other programs on the same processors.
        self.assertLess(time.monotonic() - pressed[0], 3.0)


class Host(unittest.TestCase):
    """After every public function the process is as before."""

    def leaves_all(self, name: str, call) -> object:
        before = host_state()
        try:
            return call()
        except caloquant.Error:
            return None
        finally:
            self.assertEqual(host_state(), before, name)

    def test_every_function(self) -> None:
        path = FOREIGN / "classifier.onnx"
        with tempfile.TemporaryDirectory() as folder:
            result = self.leaves_all("quantize", lambda: caloquant.quantize(
                path, IMAGES, {**CONFIG, "quantization": {"recipes": {
                    "weight_reconstruction": "on", "bias_correction": "on"}}}))
            self.leaves_all("quantize with a metric", lambda: caloquant.quantize(
                path, IMAGES, CONFIG, metric=mse, tolerable_loss=1.0))
            self.leaves_all("quantize of nothing",
                            lambda: caloquant.quantize("no/such.onnx", IMAGES, CONFIG))
            self.leaves_all("save", lambda: result.save(pathlib.Path(folder) / "out"))
            self.leaves_all("run", lambda: caloquant.run(result.model, IMAGES))
            self.leaves_all("repr", lambda: (repr(result), result._repr_html_()))
            session = self.leaves_all("Session", lambda: caloquant.Session(path, IMAGES, CONFIG))
            self.leaves_all("Session.calibrate", session.calibrate)
            self.leaves_all("Session.evaluate", lambda: session.evaluate(session.model))
            self.leaves_all("Session.tune", session.tune)
            self.leaves_all("load", lambda: caloquant.load(str(path)))
            self.leaves_all("config_schema", caloquant.config_schema)
            model = self.leaves_all("Model.from_keras", lambda: caloquant.Model.from_keras(
                str(SOURCE / "configs/anglegan.json"), str(SOURCE / "configs/anglegan_demo.hdf5")))
            generator = self.leaves_all("Generator",
                                        lambda: caloquant.Generator(model.with_output(50.0, 0.85)))
            self.leaves_all("Generator.generate", lambda: generator.generate(100.0, theta=1.4))
            self.leaves_all("run of wrong rows", lambda: caloquant.run(result.model, IMAGES[:, :1]))

    def test_tensorflow_predicts_beside(self) -> None:
        try:
            import tensorflow as tf
        except ImportError as missing:
            self.skipTest(str(missing))
        network = tf.keras.Sequential([tf.keras.layers.Input((16,)), tf.keras.layers.Dense(64),
                                       tf.keras.layers.LeakyReLU(), tf.keras.layers.Dense(8)])
        rows = np.random.default_rng(2).normal(size=(64, 16)).astype(np.float32)
        wanted = network.predict(rows, verbose=0)
        for _ in range(5):
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES, CONFIG)
            np.testing.assert_allclose(network.predict(rows, verbose=0), wanted, rtol=1e-5,
                                       atol=1e-5)


class Frameworks(unittest.TestCase):
    def test_pytorch_module(self) -> None:
        try:
            import torch
            import onnx  # noqa: F401  the exporter needs it
        except ImportError as missing:
            self.skipTest(str(missing))
        torch.manual_seed(1)
        network = torch.nn.Sequential(torch.nn.Conv3d(1, 4, 3, padding=1), torch.nn.LeakyReLU(0.2),
                                      torch.nn.Conv3d(4, 2, 3, padding=1))
        network.train()
        images = np.random.default_rng(1).normal(size=(24, 1, 6, 6, 6)).astype(np.float32)
        result = caloquant.quantize(network, images, {"data": {"calibration_samples": 8,
                                                               "evaluation_samples": 16}})
        self.assertTrue(network.training)
        with torch.no_grad():
            wanted = network.eval()(torch.from_numpy(images)).numpy()
        got = caloquant.run(result.model, images)
        sqnr = 10 * np.log10(np.sum(wanted**2) / np.sum((got - wanted) ** 2))
        self.assertGreater(sqnr, 30.0)  # the target
        self.assertTrue(result.target_met)

    def test_keras_model(self) -> None:
        try:
            import keras
        except ImportError as missing:
            self.skipTest(str(missing))
        keras.utils.set_random_seed(1)
        network = keras.Sequential([keras.layers.Input((8, 8, 8, 1)),
                                    keras.layers.Conv3D(4, 3, padding="same"),
                                    keras.layers.LeakyReLU(), keras.layers.Conv3D(2, 3)])
        images = np.random.default_rng(1).normal(size=(24, 8, 8, 8, 1)).astype(np.float32)
        result = caloquant.quantize(network, images, {"data": {"calibration_samples": 8,
                                                               "evaluation_samples": 16}})
        wanted = network.predict(images, verbose=0)
        got = caloquant.run(result.model, images)
        sqnr = 10 * np.log10(np.sum(wanted**2) / np.sum((got - wanted) ** 2))
        self.assertGreater(sqnr, 30.0)

    def test_keras_is_asked_first(self) -> None:
        """A generator inside a model, as 3DGAN has it: every layer of it is compared."""
        try:
            import keras
        except ImportError as missing:
            self.skipTest(str(missing))
        keras.utils.set_random_seed(1)
        layers = keras.layers
        inner = keras.Sequential([
            layers.Input((6,)), layers.Dense(36, name="dense"), layers.Reshape((2, 3, 2, 3)),
            layers.Conv3D(4, (3, 2, 2), padding="same", name="conv"), layers.LeakyReLU(name="leaky"),
            layers.BatchNormalization(name="bn"), layers.UpSampling3D((2, 1, 3), name="up"),
            layers.Conv3D(1, 2, activation="relu", name="last")], name="generator")
        latent = layers.Input((6,), name="latent")
        network = keras.Model(latent, inner(latent))
        found = caloquant.verify(network)
        self.assertTrue(found.ok, found)
        self.assertEqual(found.rows, 2)
        names = {layer.name for layer in found.layers if layer.where == "layer" and layer.compared}
        self.assertLessEqual({"dense", "conv", "leaky", "bn", "up", "last", "generator"}, names)
        self.assertLess(max(layer.ratio for layer in found.layers), 0.9)
        self.assertEqual([layer.where for layer in found.layers[-2:]], ["output", "engine"])
        data = np.random.default_rng(1).normal(size=(12, 6)).astype(np.float32)
        config = {"data": {"calibration_samples": 4, "evaluation_samples": 8}}
        result = caloquant.quantize(network, data, config, tolerable_loss=1.0)
        self.assertTrue(result.json["verified"]["agrees"])
        self.assertGreaterEqual(result.json["verified"]["layers"], 7)
        alone = caloquant.quantize(network, data, config, tolerable_loss=1.0, verify=False)
        self.assertIsNone(alone.json["verified"])

        class Liar:
            """Saves what it does not compute."""

            def __getattr__(self, name: str) -> object:
                return getattr(network, name)

            def save(self, path: str) -> None:
                network.save(path)
                weights = network.get_weights()
                network.set_weights([w[::-1] if w.ndim == 5 and w.shape[-1] == 4 else w
                                     for w in weights])

        liar = Liar()
        saved = network.get_weights()
        with self.assertRaisesRegex(caloquant.ModelError, "first difference at layer 'conv'"):
            caloquant.quantize(liar, data, config, tolerable_loss=1.0)
        network.set_weights(saved)
        with self.assertRaisesRegex(caloquant.ModelError, r"layer 'conv' \(Conv3D .*kernel_size"):
            caloquant.verify(liar, data[:3], check=True)
        network.set_weights(saved)
        self.assertFalse(caloquant.verify(liar, data[:3]).ok)
        network.set_weights(saved)

    def test_pytorch_is_asked_first(self) -> None:
        try:
            import torch
            import onnx  # noqa: F401  the exporter needs it
        except ImportError as missing:
            self.skipTest(str(missing))
        torch.manual_seed(1)
        network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.BatchNorm2d(4),
                                      torch.nn.ReLU(inplace=True), torch.nn.Conv2d(4, 2, 3))
        images = np.random.default_rng(1).normal(size=(4, 1, 6, 6)).astype(np.float32)
        found = caloquant.verify(network, images)
        self.assertTrue(found.ok, found)
        inner = [layer for layer in found.layers if layer.where == "layer"]
        self.assertEqual(len(inner), 3, found)  # the BatchNorm is in the first convolution


class Verify(unittest.TestCase):
    def test_what_has_no_framework(self) -> None:
        with self.assertRaisesRegex(caloquant.UsageError, "has no framework"):
            caloquant.verify(FOREIGN / "classifier.onnx", IMAGES[:2])

    def test_a_file_of_the_config(self) -> None:
        with self.assertRaisesRegex(caloquant.DataError, "nothing.h5"):
            caloquant.quantize(FOREIGN / "classifier.onnx", IMAGES,
                               {**CONFIG, "model": {"expected": "nothing.h5"}})


if __name__ == "__main__":
    unittest.main(verbosity=2)
