#!/usr/bin/env python3
"""What ONNX Runtime, OpenVINO and TensorFlow reach on the two generators, next to `caloquant`.

The peers live in a virtual environment outside the tree (tested with Python 3.11):

    python3.11 -m venv ~/peers
    ~/peers/bin/pip install tensorflow==2.15.1 onnx==1.17.0 onnxruntime==1.32.0 \\
        openvino==2026.4.1 nncf==3.4.0 h5py==3.16.0
    ~/peers/bin/python tools/dev/bench_peers.py --model anglegan --caloquant PATH/caloquant

(TensorFlow 2.15 for Keras 2; newer onnx needs an ml_dtypes that TensorFlow 2.15 refuses.)

The ONNX graph is made here from the Keras JSON and HDF5 weights. One run cycles over all candidates
and calls each once per repetition, until its time budget is spent. Every candidate has a process of
its own, which sleeps while another is measured; the first call of a batch warms up, uncounted.

    onnxruntime fp32  graph        up-sampling as Reshape-Expand-Reshape, cheaper there than Resize
    onnxruntime int8  qdq_unfused  Q/DQ in front of the convolutions, fusion off: FP32 kernels
                      qdq_fused    every convolution a QLinearConv
                      dynamic      ConvInteger, inputs quantized on the way
    openvino fp32     latency, throughput (N streams of one thread, each an N-th of the batch)
    openvino int8     nncf_* (nncf.quantize) and qdq_* (Q/DQ graph), each latency and throughput
    tensorflow fp32   graph        frozen tf.function, oneDNN on
                      xla          jit_compile
    caloquant         the rows of `caloquant benchmark`; plain = the same graph in oneDNN FP32

TensorFlow has no INT8 row: its oneDNN operators have no quantized Conv3D, TFLite has none either,
tf.nn.conv3d takes no int8. What computes right is useless: UniformQuantizedConvolution is a
reference kernel (2000 times slower than FP32 on conv3d_5 of AngleGAN), the integer convolution of
XLA is twice as fast as XLA's FP32 one, and that is 20 to 50 times slower than oneDNN's.

Without VNNI, INT8 weights get 7 bits (reduce_range, overflow_fix): same kernels, no saturation.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import datetime
import importlib.metadata
import json
import multiprocessing
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs"
MODELS = {
    "anglegan": ("anglegan.json", "anglegan_demo.hdf5", "energy_angle_noise"),
    "energygan": ("energygan.json", None, "energy_times_noise"),
}
PACKAGES = {
    "onnxruntime": ("onnxruntime", "onnx"),
    "openvino": ("openvino", "nncf"),
    "tensorflow": ("tensorflow", "keras"),
}
FLAGS = ("avx2 fma avx_vnni avx512f avx512bw avx512_vnni avx512_bf16 avx512_fp16 amx_tile amx_int8 "
         "amx_bf16").split()
TOLERANCE = 1e-4  # FP32 outputs against each other, in units of the largest cell
CHECKED = 4  # showers of every batch whose images are compared
CALIBRATION = 16  # latents; speed does not depend on the ranges
PROBE_ABOVE = 8  # batches above this one are first judged by a smaller one

Array = np.ndarray
Layer = dict[str, Any]
Row = dict[str, Any]


# --- the Keras model -------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Model:
    architecture: pathlib.Path
    weights: pathlib.Path
    recipe: str


def layers_of(layer: Layer) -> Iterator[Layer]:
    """The chain of layers of a (nested) Keras model, in the dialect of Keras 2.0 or later."""
    if layer["class_name"] in ("Model", "Functional", "Sequential"):
        config = layer["config"]
        for inner in config["layers"] if isinstance(config, dict) else config:
            yield from layers_of(inner)
    else:
        yield layer


def read_layers(architecture: pathlib.Path) -> list[Layer]:
    return list(layers_of(json.loads(architecture.read_text())))


def latent_size(layers: list[Layer]) -> int:
    return next(layer["config"]["batch_input_shape"][1] for layer in layers
                if "batch_input_shape" in layer["config"])


def read_weights(path: pathlib.Path) -> dict[str, Array]:
    """Weights by "layer/weight", whatever groups they lie in."""
    import h5py

    weights = {}

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            weights["/".join(name.split("/")[-2:]).split(":")[0]] = item[()]

    with h5py.File(path) as file:
        file.visititems(collect)
    return weights


def random_weights(layers: list[Layer], seed: int) -> dict[str, Array]:
    """He-normal kernels, batch statistics near neutral, in Keras's order of weights."""
    rng = np.random.default_rng(seed)
    trained: dict[str, Array] = {}
    moving: dict[str, Array] = {}
    units, channels = latent_size(layers), 0
    for layer in layers:
        config, kind = layer["config"], layer["class_name"]
        name = config["name"]
        if kind == "Reshape":
            channels = config["target_shape"][-1]
        elif kind in ("Dense", "Conv3D"):
            shape = ((units, config["units"]) if kind == "Dense" else
                     (*config["kernel_size"], channels, config["filters"]))
            trained[f"{name}/kernel"] = rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
            if config["use_bias"]:
                trained[f"{name}/bias"] = rng.uniform(-0.01, 0.01, shape[-1])
            channels = shape[-1]
        elif kind == "BatchNormalization":
            trained[f"{name}/gamma"] = rng.uniform(0.5, 1.5, channels)
            trained[f"{name}/beta"] = rng.uniform(-0.1, 0.1, channels)
            moving[f"{name}/moving_mean"] = rng.uniform(-0.1, 0.1, channels)
            moving[f"{name}/moving_variance"] = rng.uniform(0.5, 1.5, channels)
    return {name: value.astype(np.float32) for name, value in (trained | moving).items()}


def write_weights(architecture: pathlib.Path, seed: int, path: pathlib.Path) -> None:
    """Seeded weights in the form of Keras 2's save_weights, so that everybody reads the same."""
    import h5py

    outer = json.loads(architecture.read_text())["config"]["layers"]
    names = [layer.get("name") or layer["config"]["name"] for layer in outer]
    weights = random_weights(read_layers(architecture), seed)
    with h5py.File(path, "w") as file:
        file.attrs.update(layer_names=np.array(names, "S"), backend=np.bytes_("tensorflow"),
                          keras_version=np.bytes_("2.0.4"))
        for name in names[:-1]:
            file.create_group(name).attrs["weight_names"] = np.array([], "S1")
        group = file.create_group(names[-1])
        group.attrs["weight_names"] = np.array([f"{name}:0" for name in weights], "S")
        for name, value in weights.items():
            group[f"{name}:0"] = value


def make_latents(recipe: str, size: int, count: int, seed: int = 1) -> Array:
    """Inputs for showers of 100 to 500 GeV, 60 to 120 degrees (recipes of configs/README.md)."""
    rng = np.random.default_rng(seed)
    energy = rng.uniform(1, 5, (count, 1))
    if recipe == "energy_times_noise":
        return (energy * rng.normal(size=(count, size))).astype(np.float32)
    theta = np.radians(rng.uniform(60, 120, (count, 1)))
    noise = rng.normal(size=(count, size - 2))
    return np.concatenate([energy, theta, noise], axis=1).astype(np.float32)


# --- the ONNX graph --------------------------------------------------------------------------


class OnnxBuilder:
    """NCDHW graph of a chain of layers. Batch size free; zero padding goes into the convolution."""

    def __init__(self, layers: list[Layer], weights: dict[str, Array], expand: bool) -> None:
        self.layers, self.weights, self.expand = layers, weights, expand
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.value = "latent"
        self.shape: list[int] = []  # [C, D, H, W] of `value`
        self.pads = [(0, 0)] * 3

    def build(self, path: pathlib.Path) -> None:
        import onnx
        from onnx import TensorProto, helper

        for position, layer in enumerate(self.layers):
            kind = layer["class_name"]
            emit = getattr(self, f"emit_{kind}", None)
            if emit is None:
                raise SystemExit(f"layer '{layer['config']['name']}': no ONNX form for {kind}")
            emit(layer["config"], self.layers[position + 1:])
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
                for name, shape in (("latent", [latent_size(self.layers)]),
                                    (self.value, self.shape))]
        graph = helper.make_graph(self.nodes, "generator", ends[:1], ends[1:], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        from onnx import numpy_helper

        array = np.ascontiguousarray(value, dtype)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, op: str, name: str, inputs: list[str], **attributes: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(op, [self.value, *inputs], [name], name, **attributes))
        self.value = name

    def reshape(self, name: str, shape: list[int]) -> None:
        self.add("Reshape", name, [self.constant(f"{name}/shape", [0, *shape], np.int64)])

    def emit_InputLayer(self, config: Layer, rest: list[Layer]) -> None:
        pass

    def emit_Dense(self, config: Layer, rest: list[Layer]) -> None:
        """Columns in the order of the channels-first tensor that the Reshape behind it makes."""
        name, *target = config["name"], *rest[0]["config"]["target_shape"]
        order = np.arange(config["units"]).reshape(target).transpose(3, 0, 1, 2).ravel()
        self.add("Gemm", name, [
            self.constant(f"{name}/w", self.weights[f"{name}/kernel"][:, order]),
            self.constant(f"{name}/b", self.weights[f"{name}/bias"][order])])

    def emit_Reshape(self, config: Layer, rest: list[Layer]) -> None:
        *axes, channels = config["target_shape"]
        self.shape = [channels, *axes]
        self.reshape(config["name"], self.shape)

    def emit_UpSampling3D(self, config: Layer, rest: list[Layer]) -> None:
        name, size, (channels, *axes) = config["name"], config["size"], self.shape
        self.shape = [channels, *(a * s for a, s in zip(axes, size))]
        if not self.expand:
            scales = self.constant(f"{name}/scales", [1, 1, *size])
            self.add("Resize", name, ["", scales], mode="nearest", nearest_mode="floor",
                     coordinate_transformation_mode="asymmetric")
            return
        self.reshape(f"{name}/split", [channels, *(x for a in axes for x in (a, 1))])
        wide = [1, channels, *(x for pair in zip(axes, size) for x in pair)]
        self.add("Expand", f"{name}/expand", [self.constant(f"{name}/wide", wide, np.int64)])
        self.reshape(name, self.shape)

    def emit_ZeroPadding3D(self, config: Layer, rest: list[Layer]) -> None:
        self.pads = [tuple(pair) for pair in config["padding"]]

    def emit_Conv3D(self, config: Layer, rest: list[Layer]) -> None:
        name, kernel = config["name"], config["kernel_size"]
        if {*config["strides"], *config["dilation_rate"]} != {1}:
            raise SystemExit(f"layer '{name}': strides and dilations other than 1 are not written")
        if config["padding"] == "same":
            self.pads = [((k - 1) // 2, k // 2) for k in kernel]
        inputs = [self.constant(f"{name}/w", self.weights[f"{name}/kernel"].transpose(4, 3, 0, 1, 2))]
        if config["use_bias"]:
            inputs.append(self.constant(f"{name}/b", self.weights[f"{name}/bias"]))
        self.add("Conv", name, inputs, kernel_shape=kernel,
                 pads=[low for low, _ in self.pads] + [high for _, high in self.pads])
        self.shape = [config["filters"], *(a + sum(pad) - k + 1 for a, pad, k in
                                           zip(self.shape[1:], self.pads, kernel))]
        self.pads = [(0, 0)] * 3

    def emit_Activation(self, config: Layer, rest: list[Layer]) -> None:
        if config["activation"] != "relu":
            raise SystemExit(f"layer '{config['name']}': no ONNX form for {config['activation']}")
        self.add("Relu", config["name"], [])

    def emit_LeakyReLU(self, config: Layer, rest: list[Layer]) -> None:
        self.add("LeakyRelu", config["name"], [], alpha=float(config["alpha"]))

    def emit_BatchNormalization(self, config: Layer, rest: list[Layer]) -> None:
        """Kept as it is: 0.5 % of the time in ONNX Runtime, fused by OpenVINO."""
        name = config["name"]
        parts = ("gamma", "beta", "moving_mean", "moving_variance")
        self.add("BatchNormalization", name, [
            self.constant(f"{name}/{part}", self.weights[f"{name}/{part}"]) for part in parts],
            epsilon=float(config["epsilon"]))


# --- model files of the peers, each made in a process of its own --------------------------------


def make_fp32(model: Model, path: pathlib.Path, expand: bool) -> None:
    OnnxBuilder(read_layers(model.architecture), read_weights(model.weights), expand).build(path)


def make_qdq(source: pathlib.Path, path: pathlib.Path, latents: Array, fused: bool) -> None:
    """Q/DQ in front of every convolution; `fused`: also behind it, as QLinearConv needs it."""
    from onnxruntime import quantization as q

    class Reader(q.CalibrationDataReader):
        rows = iter(latents)

        def get_next(self) -> dict[str, Array] | None:
            row = next(self.rows, None)
            return None if row is None else {"latent": row[None]}

    q.quantize_static(
        source, path, Reader(), quant_format=q.QuantFormat.QDQ, per_channel=True,
        op_types_to_quantize=["Conv", "Relu", "LeakyRelu"] if fused else ["Conv"],
        activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QInt8,
        reduce_range=not has_vnni(),
        extra_options={} if fused else {"OpTypesToExcludeOutputQuantization": ["Conv"]})


def make_dynamic(source: pathlib.Path, path: pathlib.Path) -> None:
    from onnxruntime import quantization as q

    q.quantize_dynamic(source, path, op_types_to_quantize=["Conv"], weight_type=q.QuantType.QUInt8,
                       reduce_range=not has_vnni())


def make_nncf(source: pathlib.Path, path: pathlib.Path, latents: Array) -> None:
    import nncf
    import openvino as ov

    model = ov.Core().read_model(source)
    model.reshape([1, latents.shape[1]])
    fix = nncf.OverflowFix.FIRST_LAYER if has_vnni() else nncf.OverflowFix.ENABLE
    quantized = nncf.quantize(
        model, nncf.Dataset([row[None] for row in latents]), subset_size=len(latents),
        preset=nncf.QuantizationPreset.MIXED,
        ignored_scope=nncf.IgnoredScope(types=["MatMul"], validate=False),
        advanced_parameters=nncf.AdvancedQuantizationParameters(overflow_fix=fix))
    ov.save_model(quantized, path, compress_to_fp16=False)


def quietly(log: pathlib.Path, function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    redirect_output(log)
    function(*arguments)


def make_models(model: Model, peers: list[str], work: pathlib.Path) -> dict[str, str]:
    """Writes the model files the peers need; returns what went wrong, by file name."""
    latents = make_latents(model.recipe, latent_size(read_layers(model.architecture)), CALIBRATION)
    resize, expand = work / "resize.onnx", work / "expand.onnx"
    jobs: list[tuple[str, Callable[..., None], tuple[Any, ...]]] = []
    if "onnxruntime" in peers:
        jobs += [("expand.onnx", make_fp32, (model, expand, True)),
                 ("qdq_unfused.onnx", make_qdq, (expand, work / "qdq_unfused.onnx", latents, False)),
                 ("qdq_fused.onnx", make_qdq, (expand, work / "qdq_fused.onnx", latents, True)),
                 ("dynamic.onnx", make_dynamic, (expand, work / "dynamic.onnx"))]
    if "openvino" in peers:
        jobs += [("resize.onnx", make_fp32, (model, resize, False)),
                 ("qdq.onnx", make_qdq, (resize, work / "qdq.onnx", latents, False)),
                 ("nncf.xml", make_nncf, (resize, work / "nncf.xml", latents))]
    errors = {}
    for name, function, arguments in jobs:
        say(f"making {name}")
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            try:
                pool.submit(quietly, work / "models.log", function, arguments).result()
            except Exception as error:  # a peer may fail in any way; its rows will say so
                errors[name] = f"{name} not made: {one_line(error)}"
    return errors


# --- the peers -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Candidate:
    peer: str
    precision: str
    variant: str
    file: str | None = None  # in the work folder; TensorFlow reads the Keras model

    @property
    def name(self) -> str:
        return f"{self.peer} {self.precision} {self.variant}"


CANDIDATES = [
    Candidate("onnxruntime", "fp32", "graph", "expand.onnx"),
    Candidate("onnxruntime", "int8", "qdq_unfused", "qdq_unfused.onnx"),
    Candidate("onnxruntime", "int8", "qdq_fused", "qdq_fused.onnx"),
    Candidate("onnxruntime", "int8", "dynamic", "dynamic.onnx"),
    Candidate("openvino", "fp32", "latency", "resize.onnx"),
    Candidate("openvino", "fp32", "throughput", "resize.onnx"),
    Candidate("openvino", "int8", "nncf_latency", "nncf.xml"),
    Candidate("openvino", "int8", "nncf_throughput", "nncf.xml"),
    Candidate("openvino", "int8", "qdq_latency", "qdq.onnx"),
    Candidate("openvino", "int8", "qdq_throughput", "qdq.onnx"),
    Candidate("tensorflow", "fp32", "graph"),
    Candidate("tensorflow", "fp32", "xla"),
]


@dataclasses.dataclass(frozen=True)
class Setup:
    """What a worker needs to know."""

    candidate: Candidate
    model: Model
    work: pathlib.Path
    threads: int


Call = Callable[[], Array]  # runs one batch, returns images [N, D, H, W]


def prepare_onnxruntime(setup: Setup, latents: Array) -> Call:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads, options.inter_op_num_threads = setup.threads, 1
    options.add_free_dimension_override_by_name("N", len(latents))
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.add_session_config_entry("session.force_spinning_stop", "1")  # between calls
    if setup.candidate.variant == "qdq_unfused":
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    session = ort.InferenceSession(str(setup.work / setup.candidate.file), options,
                                   providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"latent": latents})[0][:, 0]


def prepare_openvino(setup: Setup, latents: Array) -> Call:
    import openvino as ov

    core = ov.Core()
    parts = setup.threads if setup.candidate.variant.endswith("throughput") else 1
    chunks = np.split(latents, parts)
    options = {"PERFORMANCE_HINT": "LATENCY" if parts == 1 else "THROUGHPUT", "NUM_STREAMS": parts,
               "INFERENCE_NUM_THREADS": setup.threads}
    if setup.candidate.precision == "fp32":
        options["INFERENCE_PRECISION_HINT"] = "f32"  # else BF16 where the CPU has it
    graph = core.read_model(setup.work / setup.candidate.file)
    graph.reshape(list(chunks[0].shape))
    compiled = core.compile_model(graph, "CPU", options)
    requests = [compiled.create_infer_request() for _ in chunks]

    def call() -> Array:
        for request, chunk in zip(requests, chunks):
            request.start_async([chunk], share_inputs=True)
        for request in requests:
            request.wait()
        outputs = [request.get_output_tensor().data[:, 0] for request in requests]
        return outputs[0] if parts == 1 else np.concatenate(outputs)

    return call


def prepare_tensorflow(setup: Setup, latents: Array) -> Call:
    os.environ.update(TF_ENABLE_ONEDNN_OPTS="1", TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="")
    import tensorflow as tf
    from tensorflow.python.framework import convert_to_constants

    tf.keras.backend.clear_session()
    if not tf.config.threading.get_intra_op_parallelism_threads():
        tf.config.threading.set_intra_op_parallelism_threads(setup.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    network = tf.keras.models.model_from_json(setup.model.architecture.read_text())
    network.load_weights(str(setup.model.weights))
    traced = tf.function(lambda x: network(x, training=False)).get_concrete_function(
        tf.TensorSpec(latents.shape, tf.float32))
    frozen = convert_to_constants.convert_variables_to_constants_v2(traced)
    call = frozen
    if setup.candidate.variant == "xla":
        call = tf.function(lambda x: frozen(x), jit_compile=True)
    tensor = tf.constant(latents)
    return lambda: call(tensor)[0].numpy()[..., 0]


PREPARE = {
    "onnxruntime": prepare_onnxruntime,
    "openvino": prepare_openvino,
    "tensorflow": prepare_tensorflow,
}


# --- workers ---------------------------------------------------------------------------------


def redirect_output(log: pathlib.Path) -> None:
    """stdout and stderr, also of C++ code, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(descriptor, stream)


def serve(pipe: Any, setup: Setup) -> None:
    """Answers latents by the images after a warm-up call, None by the seconds of one more call."""
    redirect_output(setup.work / "workers.log")
    call: Call | None = None
    while True:
        latents = pipe.recv()
        try:
            if latents is not None:
                call = None  # releases the memory of the previous batch
                call = PREPARE[setup.candidate.peer](setup, latents)
                pipe.send(np.array(call()[:CHECKED]))
            else:
                start = time.perf_counter()
                call()
                pipe.send(time.perf_counter() - start)
        except Exception as error:  # the parent turns it into a row
            pipe.send(one_line(error))


class Worker:
    """A candidate in a process of its own."""

    def __init__(self, setup: Setup, limit: float) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, setup), daemon=True)
        self.process.start()
        other.close()
        self.limit = limit

    def ask(self, message: Array | None) -> Any:
        """The answer of the worker; raises RuntimeError with what went wrong."""
        try:
            self.pipe.send(message)
            if not self.pipe.poll(self.limit):
                self.close()
                raise RuntimeError(f"stopped after {self.limit:.0f} s without an answer")
            answer = self.pipe.recv()
        except (EOFError, OSError) as error:
            self.process.join(10)
            raise RuntimeError(f"process ended with code {self.process.exitcode}") from error
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.join()


# --- entrants: what the cycle calls, a worker or our tool -----------------------------------------


class PeerEntrant:
    def __init__(self, setup: Setup, options: argparse.Namespace, error: str | None) -> None:
        self.setup, self.options, self.broken = setup, options, error
        self.worker: Worker | None = None
        self.per_shower: float | None = None  # seconds, from the last batch
        self.images: Array | None = None

    def ask(self, message: Array | None) -> Any:
        if self.worker is None:
            self.worker = Worker(self.setup, 3 * self.options.longest + 120)
        try:
            return self.worker.ask(message)
        except RuntimeError:
            self.close()
            raise

    def start(self, latents: Array) -> None:
        """Prepares a batch and warms up; raises RuntimeError where that fails or takes too long."""
        if self.broken:
            raise RuntimeError(self.broken)
        if self.per_shower is None and len(latents) > PROBE_ABOVE:
            self.ask(latents[:self.options.threads])
            self.per_shower = self.ask(None) / self.options.threads
        expected = (self.per_shower or 0) * len(latents)
        if expected > self.options.longest:
            raise RuntimeError(f"not run: about {expected:.0f} s per call expected")
        self.images = self.ask(latents)

    def measure(self) -> dict[tuple[str, str, str], float]:
        """Seconds of one call, by (peer, precision, variant)."""
        seconds = self.ask(None)
        self.per_shower = seconds / len(self.latents) if False else self.per_shower
        return {}

    def close(self) -> None:
        if self.worker:
            self.worker.close()
        self.worker = None
