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
    openvino fp32     latency      one stream of N threads
                      throughput   N streams of one thread, each an N-th of the batch
    openvino int8     nncf_*       from nncf.quantize; latency and throughput
                      qdq_*        from the Q/DQ graph; latency and throughput
    tensorflow fp32   graph        frozen tf.function, oneDNN on
                      xla          jit_compile
    caloquant         the rows of `caloquant benchmark`; plain = the same graph in oneDNN FP32

TensorFlow has no INT8 row: its oneDNN operators have no quantized Conv3D, TFLite has none either,
tf.nn.conv3d takes no int8. What computes right is useless: UniformQuantizedConvolution is a
reference kernel (over 1000 times slower than FP32 on conv3d_5 of AngleGAN), and the integer
convolution of XLA is twice as fast as its FP32 one, which is 15 to 50 times slower than oneDNN's.

Without VNNI, INT8 weights get 7 bits (reduce_range, overflow_fix): same kernels, no saturation.
Exit code 1: FP32 images of two candidates differ by more than 1e-4 of the largest cell.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import dataclasses
import datetime
import importlib.metadata
import json
import multiprocessing
import os
import pathlib
import platform
import resource
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
    encoding: str


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


def make_latents(encoding: str, size: int, count: int, seed: int = 1) -> Array:
    """Inputs for showers of 100 to 500 GeV, 60 to 120 degrees (encodings of configs/REFERENCE.md)."""
    rng = np.random.default_rng(seed)
    energy = rng.uniform(1, 5, (count, 1))
    if encoding == "energy_times_noise":
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
        name, target = config["name"], rest[0]["config"]["target_shape"]
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
        weights = self.weights[f"{name}/kernel"].transpose(4, 3, 0, 1, 2)
        inputs = [self.constant(f"{name}/w", weights)]
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


def make_models(model: Model, wanted: set[str], work: pathlib.Path) -> dict[str, str]:
    """Writes the wanted model files; returns what went wrong, by file name."""
    latents = make_latents(model.encoding, latent_size(read_layers(model.architecture)), CALIBRATION)
    expand, resize = work / "expand.onnx", work / "resize.onnx"
    jobs: list[tuple[str, Callable[..., None], tuple[Any, ...]]] = [
        ("expand.onnx", make_fp32, (model, expand, True)),
        ("resize.onnx", make_fp32, (model, resize, False)),
        ("qdq_unfused.onnx", make_qdq, (expand, work / "qdq_unfused.onnx", latents, False)),
        ("qdq_fused.onnx", make_qdq, (expand, work / "qdq_fused.onnx", latents, True)),
        ("dynamic.onnx", make_dynamic, (expand, work / "dynamic.onnx")),
        ("qdq.onnx", make_qdq, (resize, work / "qdq.onnx", latents, False)),
        ("nncf.xml", make_nncf, (resize, work / "nncf.xml", latents)),
    ]
    errors = {}
    for name, function, arguments in jobs:
        if name not in wanted and (function is not make_fp32 or not wanted):
            continue
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
    file: str = ""  # in the work folder; TensorFlow reads the Keras model

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


@dataclasses.dataclass(frozen=True)
class Prepared:
    """`call` runs one batch and returns images [N, D, H, W]; `kernels` says how layers run."""

    call: Callable[[], Array]
    kernels: dict[str, int]


def counted(kernels: Iterator[str]) -> dict[str, int]:
    return dict(collections.Counter(kernels))


def prepare_onnxruntime(setup: Setup, latents: Array) -> Prepared:
    import onnx
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
    optimized = setup.work / f"optimized_{setup.candidate.variant}.onnx"
    options.optimized_model_filepath = str(optimized)
    session = ort.InferenceSession(str(setup.work / setup.candidate.file), options,
                                   providers=["CPUExecutionProvider"])
    kernels = counted(node.op_type for node in onnx.load(optimized).graph.node
                      if "Conv" in node.op_type)
    return Prepared(lambda: session.run(None, {"latent": latents})[0][:, 0], kernels)


def prepare_openvino(setup: Setup, latents: Array) -> Prepared:
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

    executed = (node.get_rt_info() for node in compiled.get_runtime_model().get_ops())
    return Prepared(call, counted(str(info["primitiveType"].astype(str)) for info in executed
                                  if info["layerType"].astype(str) == "Convolution"))


def prepare_tensorflow(setup: Setup, latents: Array) -> Prepared:
    os.environ.update(TF_ENABLE_ONEDNN_OPTS="1", TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="")
    import tensorflow as tf
    from tensorflow.python.framework import convert_to_constants

    tf.keras.backend.clear_session()
    if not tf.config.threading.get_intra_op_parallelism_threads():
        tf.config.threading.set_intra_op_parallelism_threads(setup.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    network = tf.keras.models.model_from_json(setup.model.architecture.read_text())
    network.load_weights(str(setup.model.weights))
    traced = tf.function(lambda x: network(x, training=False), autograph=False)
    frozen = convert_to_constants.convert_variables_to_constants_v2(
        traced.get_concrete_function(tf.TensorSpec(latents.shape, tf.float32)))
    call = frozen
    if setup.candidate.variant == "xla":
        call = tf.function(lambda x: frozen(x), autograph=False, jit_compile=True)
    tensor = tf.constant(latents)
    return Prepared(lambda: call(tensor)[0].numpy()[..., 0], {})


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
    """Answers latents by images (of a warm-up call) and kernels, None by the seconds of one more
    call and the peak memory in MB."""
    redirect_output(setup.work / "workers.log")
    prepared: Prepared | None = None
    while True:
        try:
            latents = pipe.recv()
        except EOFError:  # the parent closed the worker, or ended
            return
        try:
            if latents is not None:
                prepared = PREPARE[setup.candidate.peer](setup, latents)
                pipe.send((np.array(prepared.call()[:CHECKED]), prepared.kernels))
            elif prepared is None:
                pipe.send("no batch is prepared")
            else:
                start = time.perf_counter()
                prepared.call()
                seconds = time.perf_counter() - start
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                pipe.send((seconds, peak))
        except Exception as error:  # the parent turns it into a row
            pipe.send(one_line(error))


def call_limit(longest: float) -> float:
    """Seconds after which a worker or our tool is taken for stuck; compiling is included."""
    return 3 * longest + 120


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
        self.pipe.close()
        self.process.join(5)
        self.process.kill()
        self.process.join()


# --- what the cycle calls: a worker or our tool ---------------------------------------------------

Key = tuple[str, str, str]  # peer, precision, variant


class PeerEntrant:
    """A candidate of a peer; a fresh worker for every batch."""

    def __init__(self, setup: Setup, longest: float, broken: str | None) -> None:
        candidate = setup.candidate
        self.keys: list[Key] = [(candidate.peer, candidate.precision, candidate.variant)]
        self.setup, self.longest, self.broken = setup, longest, broken
        self.worker: Worker | None = None
        self.per_shower: float | None = None  # seconds, from the last batch
        self.batch = 0
        self.images: Array | None = None
        self.facts: Row = {}  # kernels and memory, for the row

    def start(self, latents: Array) -> None:
        """Prepares a batch and warms up; raises RuntimeError where that fails or takes too long."""
        self.batch, self.images, threads = len(latents), None, self.setup.threads
        self.facts = {}
        if self.broken:
            raise RuntimeError(self.broken)
        if self.setup.candidate.variant.endswith("throughput") and (
                threads == 1 or self.batch % threads):
            raise RuntimeError(f"not run: no equal parts for {threads} streams, or only one stream")
        self.worker = Worker(self.setup, call_limit(self.longest))
        if self.per_shower is None and self.batch > PROBE_ABOVE:
            self.worker.ask(latents[:threads])
            self.per_shower = self.worker.ask(None)[0] / threads
        expected = (self.per_shower or 0) * self.batch
        if expected > self.longest:
            raise RuntimeError(f"not run: about {expected:.0f} s per call expected")
        self.images, self.facts["kernels"] = self.worker.ask(latents)

    def measure(self) -> dict[Key, float]:
        """Seconds of one call."""
        assert self.worker
        seconds, self.facts["peak_memory_mb"] = self.worker.ask(None)
        self.per_shower = seconds / self.batch
        return {self.keys[0]: seconds}

    def finish(self) -> None:
        if self.worker:
            self.worker.close()
        self.worker = None


class ToolEntrant:
    """`caloquant benchmark`, a new process for every repetition; it warms up by itself."""

    def __init__(self, options: argparse.Namespace, model: Model, work: pathlib.Path) -> None:
        self.keys: list[Key] = [("caloquant", p, "") for p in options.precision.split(",")]
        self.program, self.precisions = options.caloquant, options.precision
        self.threads, self.limit, self.work = options.threads, call_limit(options.longest), work
        self.model = ["--architecture", str(model.architecture), "--weights", str(model.weights)]
        self.batch = 0
        self.images: Array | None = None
        self.facts: Row = {}
        self.rows: dict[tuple[int, str], Row] = {}  # as the tool printed them last

    def execute(self, command: str, *arguments: str) -> str:
        done = subprocess.run([self.program, command, *self.model, *arguments], text=True,
                              capture_output=True, check=False, timeout=self.limit)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise RuntimeError(f"{command}: exit code {done.returncode}, {' '.join(lines[-2:])}")
        return done.stdout

    def start(self, latents: Array) -> None:
        import h5py

        self.batch, self.images = len(latents), None
        source, target = self.work / "latents.h5", self.work / "images.h5"
        with h5py.File(source, "w") as file:
            file["latent"] = latents[:CHECKED]
        self.execute("run", "--latents", str(source), "-o", str(target))
        with h5py.File(target) as file:
            self.images = file["ECAL"][()]

    def measure(self) -> dict[Key, float]:
        text = self.execute("benchmark", "--batch", str(self.batch), "--threads",
                            str(self.threads), "--precision", self.precisions,
                            "--repetitions", "1", "--json")
        rows = json.loads(text)
        self.rows.update({(self.batch, row["precision"]): row for row in rows})
        return {("caloquant", row["precision"], ""): self.batch / row["showers_per_second"]
                for row in rows}

    def finish(self) -> None:
        pass


Entrant = PeerEntrant | ToolEntrant


# --- measuring -------------------------------------------------------------------------------


@dataclasses.dataclass
class Samples:
    seconds: list[float] = dataclasses.field(default_factory=list)
    error: str | None = None


def guarded(action: Callable[[], Any], entrant: Entrant, samples: dict[Key, Samples]) -> Any:
    """The result, or None with the error noted for every row of the entrant."""
    try:
        return action()
    except (RuntimeError, OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        for key in entrant.keys:
            samples[key].error = one_line(error)
        entrant.finish()
        return None


def run_batch(entrants: list[Entrant], latents: Array, repetitions: int,
              budget: float) -> dict[Key, Samples]:
    """Interleaved calls: every repetition calls every entrant that has budget left once."""
    samples = {key: Samples() for entrant in entrants for key in entrant.keys}
    active = []
    for entrant in entrants:
        say(f"batch {len(latents)}: preparing {' '.join(entrant.keys[0])}")
        guarded(lambda: entrant.start(latents), entrant, samples)
        if not any(samples[key].error for key in entrant.keys):
            active.append(entrant)
    for repetition in range(repetitions):
        say(f"batch {len(latents)}: call {repetition + 1} of {repetitions}, "
            f"{len(active)} candidates")
        for entrant in list(active):
            measured = guarded(entrant.measure, entrant, samples) or {}
            for key, seconds in measured.items():
                samples.setdefault(key, Samples()).seconds.append(seconds)
            spent = [samples[key].seconds for key in entrant.keys]
            over = sum(map(sum, spent)) > budget * len(spent) and min(map(len, spent)) >= 2
            if not measured or over:
                entrant.finish()
                active.remove(entrant)
    for entrant in active:
        entrant.finish()
    return samples


def make_row(key: Key, batch: int, threads: int, samples: Samples) -> Row:
    row: Row = dict(zip(("peer", "precision", "variant"), key), batch=batch, threads=threads)
    if samples.error:
        row["error"] = samples.error
    if samples.seconds:
        low, q1, median, q3, high = np.percentile(samples.seconds, [0, 25, 50, 75, 100]).tolist()
        row.update(showers_per_second=batch / median, calls=len(samples.seconds),
                   seconds={"min": low, "q1": q1, "median": median, "q3": q3, "max": high})
    return row


def compare_images(images: dict[Key, Array], rows: list[Row]) -> Row:
    """Deviation of every row from the first FP32 images, and the worst pair of FP32 images."""
    exact = {key: value for key, value in images.items() if key[1] == "fp32"}
    if not exact:
        return {"pairs": 0, "difference": 0.0, "between": [], "ok": True}
    reference = next(iter(exact.values()))
    scale = float(np.abs(reference).max()) or 1.0
    for row in rows:
        image = images.get((row["peer"], row["precision"], row["variant"]))
        if image is not None:
            row["deviation"] = float(np.abs(image - reference).max()) / scale
    pairs = [(float(np.abs(a - b).max()) / scale, " ".join(p).strip(), " ".join(q).strip())
             for i, (p, a) in enumerate(exact.items()) for q, b in list(exact.items())[:i]]
    worst = max(pairs, default=(0.0, "", ""))
    return {"pairs": len(pairs), "difference": worst[0], "between": list(worst[1:]),
            "ok": worst[0] <= TOLERANCE}


def add_ratios(rows: list[Row]) -> None:
    """Ratios of the medians to ONNX Runtime FP32 and to plain oneDNN FP32 at the same batch."""
    for name, peer, precision in (("ratio_onnxruntime", "onnxruntime", "fp32"),
                                  ("ratio_plain", "caloquant", "plain")):
        for row in rows:
            base = best(rows, row["batch"], (peer,), (precision,))
            if base and "showers_per_second" in row:
                row[name] = row["showers_per_second"] / base["showers_per_second"]


def best(rows: list[Row], batch: int, peers: tuple[str, ...],
         precisions: tuple[str, ...]) -> Row | None:
    """The fastest row that was measured without an error."""
    found = [row for row in rows if row["batch"] == batch and row["peer"] in peers and
             row["precision"] in precisions and "showers_per_second" in row and "error" not in row]
    return max(found, key=lambda row: row["showers_per_second"], default=None)


# --- reports ---------------------------------------------------------------------------------


def say(text: str) -> None:
    print(f"bench_peers: {text}", file=sys.stderr, flush=True)


def one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else text[:197] + "..."


def cpu_info() -> dict[str, str]:
    """The first processor of /proc/cpuinfo; empty elsewhere than on Linux."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def has_vnni() -> bool:
    return bool({"avx512_vnni", "avx_vnni"} & set(cpu_info().get("flags", "").split()))


def machine() -> Row:
    info = cpu_info()
    flags = set(info.get("flags", "").split())
    return {"cpu": info.get("model name", platform.processor()),
            "family_model_stepping": [info.get(k) for k in ("cpu family", "model", "stepping")],
            "isa": [flag for flag in FLAGS if flag in flags], "cpus": os.cpu_count(),
            "load_average": list(os.getloadavg()), "system": platform.platform(),
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def versions(peers: list[str], program: str | None) -> dict[str, str]:
    names = [name for peer in peers for name in PACKAGES[peer]] + ["numpy"]
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    if program:
        try:
            text = subprocess.run([program, "--version"], text=True, capture_output=True).stdout
            found["caloquant"] = text.strip().removeprefix("caloquant ")
        except OSError as error:
            found["caloquant"] = one_line(error)
    return found


def number(row: Row, name: str, form: str) -> str:
    return format(row[name], form) if name in row else "-"


def table(rows: list[Row]) -> str:
    lines = [f"{'batch':>5}  {'peer':<12}{'precision':<10}{'variant':<17}{'showers/s':>10}"
             f"{'q1 .. q3':>18}{'calls':>6}{'x ORT':>8}{'x plain':>9}{'deviation':>11}{'MB':>7}"
             "  convolutions"]
    for row in rows:
        start = f"{row['batch']:>5}  {row['peer']:<12}{row['precision']:<10}{row['variant']:<17}"
        if "showers_per_second" not in row:
            lines.append(f"{start} {row.get('error', 'no row')}")
            continue
        seconds = row["seconds"]
        spread = f"{row['batch'] / seconds['q3']:.4g} .. {row['batch'] / seconds['q1']:.4g}"
        lines.append(f"{start}{row['showers_per_second']:>10.4g}{spread:>18}{row['calls']:>6}"
                     f"{number(row, 'ratio_onnxruntime', '.2f'):>8}"
                     f"{number(row, 'ratio_plain', '.2f'):>9}"
                     f"{number(row, 'deviation', '.1e'):>11}"
                     f"{number(row, 'peak_memory_mb', '.0f'):>7}  "
                     + ", ".join(f"{n} {kernel}" for kernel, n in row.get("kernels", {}).items())
                     + f" {row.get('error', '')}")
    return "\n".join(lines)


def markdown_table(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def speed_cell(row: Row | None) -> str:
    """Median and quartiles of showers/s, and which variant it was."""
    if row is None:
        return "-"
    low, high = (row["batch"] / row["seconds"][name] for name in ("q3", "q1"))
    variant = f" {row['variant']}" if row["variant"] else ""
    return f"{row['showers_per_second']:.3g} ({low:.3g}-{high:.3g}){variant}"


RATIOS = [
    ("caloquant fp32 / ONNX Runtime fp32", ("fp32",), ("onnxruntime",), ("fp32",)),
    ("caloquant fp32 / plain oneDNN fp32", ("fp32",), ("caloquant",), ("plain",)),
    ("caloquant int8 / plain oneDNN fp32", ("int8",), ("caloquant",), ("plain",)),
    ("caloquant int8 / ONNX Runtime, best", ("int8",), ("onnxruntime",), ("fp32", "int8")),
    ("caloquant int8 / OpenVINO and TensorFlow, best", ("int8",), ("openvino", "tensorflow"),
     ("fp32", "int8")),
]


def markdown(report: Row) -> str:
    rows, host, settings = report["rows"], report["machine"], report["settings"]
    batches = list(dict.fromkeys(row["batch"] for row in rows))
    kinds = list(dict.fromkeys((row["peer"], row["precision"]) for row in rows))
    speeds = [[f"{peer} {precision}", *(speed_cell(best(rows, batch, (peer,), (precision,)))
                                        for batch in batches)] for peer, precision in kinds]
    ratios = []
    for name, ours, peers, precisions in RATIOS:
        pairs = [(best(rows, batch, ("caloquant",), ours), best(rows, batch, peers, precisions))
                 for batch in batches]
        ratios.append([name, *(f"{a['showers_per_second'] / b['showers_per_second']:.2f}"
                               if a and b else "-" for a, b in pairs)])
    about = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return "\n\n".join([
        f"{settings['model']}, showers/s, median (quartiles) of the fastest variant; "
        f"{settings['threads']} threads of {host['cpu']} ({' '.join(host['isa'])}), "
        f"{host['date'][:10]}; {about}.",
        markdown_table(["", *(f"batch {batch}" for batch in batches)], speeds),
        markdown_table(["ratio", *(f"batch {batch}" for batch in batches)], ratios)]) + "\n"


# --- the command -----------------------------------------------------------------------------


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", choices=MODELS, default="anglegan", help="a generator of configs/")
    add("--architecture", type=pathlib.Path, help="Keras JSON instead of that of --model")
    add("--weights", type=pathlib.Path, help="HDF5 weights instead of those of --model")
    add("--random-weights", type=int, metavar="SEED",
        help="seeded weights; the default, with seed 1, where --model has none")
    add("--batch", default="1,8,32,128", help="batch sizes (default %(default)s)")
    add("--threads", type=int, default=2)
    add("--repetitions", type=int, default=9)
    add("--peers", default="onnxruntime,openvino,tensorflow")
    add("--only", default="", metavar="WORDS",
        help="candidates of the peers with one of these words in their name")
    add("--caloquant", metavar="PATH", help="our program")
    add("--precision", default="plain,fp32,int8", help="of caloquant benchmark")
    add("--budget", type=float, default=20, metavar="S",
        help="seconds of calls per candidate and batch, after two calls (default %(default)s)")
    add("--longest", type=float, default=90, metavar="S",
        help="a candidate whose call is expected to take longer is left out (default %(default)s)")
    add("--work", type=pathlib.Path, help="folder for model files and logs, kept")
    add("--json", type=pathlib.Path, metavar="FILE")
    add("--markdown", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    options.peers = [peer for peer in options.peers.split(",") if peer]
    unknown = [peer for peer in options.peers if peer not in PREPARE]
    if unknown:
        parser.error(f"--peers: unknown {', '.join(unknown)}; known: {', '.join(PREPARE)}")
    options.batch = sorted({int(size) for size in options.batch.split(",")})
    if options.batch[0] < 1 or options.threads < 1 or options.repetitions < 2:
        parser.error("--batch and --threads start at 1, --repetitions at 2")
    return options


def choose_model(options: argparse.Namespace, work: pathlib.Path) -> Model:
    json_name, weights_name, encoding = MODELS[options.model]
    architecture = (options.architecture or CONFIGS / json_name).resolve()
    if options.weights:
        return Model(architecture, options.weights.resolve(), encoding)
    if weights_name and options.random_weights is None and not options.architecture:
        return Model(architecture, CONFIGS / weights_name, encoding)
    weights = work / "weights.hdf5"
    seed = 1 if options.random_weights is None else options.random_weights
    write_weights(architecture, seed, weights)
    return Model(architecture, weights, encoding)


def make_entrants(options: argparse.Namespace, model: Model, work: pathlib.Path) -> list[Entrant]:
    words = [word for word in options.only.split(",") if word]
    chosen = [candidate for candidate in CANDIDATES if candidate.peer in options.peers and
              (not words or any(word in candidate.name for word in words))]
    errors = make_models(model, {candidate.file for candidate in chosen} - {""}, work)
    entrants: list[Entrant] = [
        PeerEntrant(Setup(candidate, model, work, options.threads), options.longest,
                    errors.get(candidate.file)) for candidate in chosen]
    if options.caloquant:
        entrants.append(ToolEntrant(options, model, work))
    return entrants


def benchmark(options: argparse.Namespace, work: pathlib.Path) -> Row:
    """The whole run, as the document that --json writes."""
    model = choose_model(options, work)
    report: Row = {"machine": machine(), "versions": versions(options.peers, options.caloquant),
                   "settings": {"model": model.architecture.stem, "weights": model.weights.name,
                                **{name: getattr(options, name) for name in
                                   ("batch", "threads", "repetitions", "budget", "longest")}},
                   "rows": [], "checks": []}
    entrants = make_entrants(options, model, work)
    size = latent_size(read_layers(model.architecture))
    for batch in options.batch:
        samples = run_batch(entrants, make_latents(model.encoding, size, batch),
                            options.repetitions, options.budget)
        facts = {key: entrant.facts for entrant in entrants for key in entrant.keys}
        rows = [{**make_row(key, batch, options.threads, found), **facts.get(key, {})}
                for key, found in samples.items()]
        images = {key: entrant.images for entrant in entrants if entrant.images is not None
                  for key in entrant.keys if len(entrant.keys) == 1 or key[1] == "fp32"}
        check = compare_images(images, rows)
        report["checks"].append({"batch": batch, **check})
        report["rows"] += rows
        say(f"batch {batch}: done")
    add_ratios(report["rows"])
    report["caloquant"] = [row for entrant in entrants if isinstance(entrant, ToolEntrant)
                           for row in entrant.rows.values()]
    report["machine"]["load_average_after"] = list(os.getloadavg())
    return report


def main() -> int:
    options = parse()
    with tempfile.TemporaryDirectory() as scratch:
        work = (options.work or pathlib.Path(scratch)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        report = benchmark(options, work)
    host = report["machine"]
    print(f"{host['cpu']}; {' '.join(host['isa'])}; load {host['load_average'][0]:.1f} before, "
          f"{host['load_average_after'][0]:.1f} after")
    print(", ".join(f"{name} {version}" for name, version in report["versions"].items()))
    print(f"\n{table(report['rows'])}\n")
    for check in report["checks"]:
        print(f"batch {check['batch']}: FP32 outputs of {check['pairs']} pairs differ by at most "
              f"{check['difference']:.1e} of the largest cell ({' and '.join(check['between'])}), "
              f"{'ok' if check['ok'] else f'MORE than {TOLERANCE:.0e}'}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(markdown(report))
    return 0 if all(check["ok"] for check in report["checks"]) else 1


if __name__ == "__main__":
    sys.exit(main())
