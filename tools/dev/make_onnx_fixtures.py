#!/usr/bin/env python3
"""Makes tests/fixtures/onnx again: small ONNX models with outputs from ONNX Runtime.

    ~/peers/bin/python tools/dev/make_onnx_fixtures.py        (the environment of bench_peers.py)

Every folder has ONNX's own test layout, model.onnx and test_data_set_0. Those in ops/ hold one
operator each, for the interpreter; those in networks/ can be imported as a graph too. Quantized
weights have 7 bits, because ONNX Runtime's kernels for CPUs without VNNI saturate sums of 8.
"""
import pathlib
import shutil

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "onnx"
IR = {7: 3, 8: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9,
      21: 10}
random = np.random.default_rng(1978)


def normal(*shape, scale=1.0):
    return (scale * random.standard_normal(shape)).astype(np.float32)


def node(op, inputs, outputs="y", name="", **attributes):
    split = lambda names: names.split() if isinstance(names, str) else names
    return helper.make_node(op, [n if n != "-" else "" for n in split(inputs)], split(outputs),
                            name=name, **attributes)


def save(group, case, nodes, inputs, constants=None, opset=13, batch="N", external=False,
         outputs=("y",),
         types="FLOAT"):
    """inputs: name -> array (its first extent is the batch); constants: name -> array."""
    folder = ROOT / group / case
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    initializers = [numpy_helper.from_array(np.asarray(array), name)
                    for name, array in (constants or {}).items()]

    def info(name, array):
        shape = list(array.shape)
        if batch is not None and shape:
            shape[0] = batch if isinstance(batch, str) else shape[0]
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        return helper.make_tensor_value_info(name, kind, shape)

    # Before IR 4 weights are listed as inputs too.
    listed = [helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
              for tensor in initializers if IR[opset] < 4]
    graph = helper.make_graph(
        nodes, case, [info(*item) for item in inputs.items()] + listed,
        [helper.make_tensor_value_info(name, TensorProto.DataType.Value(kind), None)
         for name, kind in zip(outputs, types.split())],
        initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)],
                              producer_name="caloquant", ir_version=IR[opset])
    file = folder / "model.onnx"
    session = onnxruntime.InferenceSession(model.SerializeToString(),
                                           providers=["CPUExecutionProvider"])
    results = session.run(list(outputs), inputs)
    model.graph.ClearField("output")
    model.graph.output.extend(info(*item) for item in zip(outputs, results))
    onnx.save(model, file, save_as_external_data=external, location="weights.bin",
              size_threshold=0)
    onnx.checker.check_model(str(file))
    for kind, arrays in (("input", inputs.values()), ("output", results)):
        for index, array in enumerate(arrays):
            tensor = numpy_helper.from_array(array)
            (data / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())


# --- one operator each -----------------------------------------------------------------------


def quantized_ops():
    u8 = lambda *shape: random.integers(0, 256, shape).astype(np.uint8)
    s7 = lambda *shape: random.integers(-63, 64, shape).astype(np.int8)
    scale = lambda value: np.float32(value)
    for axes in (1, 2, 3):
        shape, kernel = [2, 4] + [5, 6, 4][:axes], [6, 2] + [3, 2, 3][:axes]
        constants = {"xs": scale(0.03), "xz": np.uint8(131), "w": s7(*kernel),
                     "ws": random.uniform(0.002, 0.02, 6).astype(np.float32),
                     "wz": np.zeros(6, np.int8), "ys": scale(0.05), "yz": np.uint8(17),
                     "b": random.integers(-500, 500, 6).astype(np.int32)}
        save("ops", f"qlinear_conv_{axes}d",
             [node("QLinearConv", "x xs xz w ws wz ys yz b", group=2, pads=[1] * axes + [0] * axes,
                   strides=[2] * axes)], {"x": u8(*shape)}, constants, opset=10, types="UINT8")
    save("ops", "conv_integer", [node("ConvInteger", "x w xz wz", pads=[1, 0, 1, 1])],
         {"x": u8(2, 3, 5, 5)}, {"w": u8(4, 3, 3, 3) // 2, "xz": np.uint8(128), "wz": np.uint8(60)},
         opset=10, types="INT32")
    save("ops", "matmul_integer", [node("MatMulInteger", "x w xz wz")], {"x": u8(3, 7)},
         {"w": u8(7, 5) // 2, "xz": np.uint8(100), "wz": np.uint8(64)}, opset=10,
         types="INT32")
    save("ops", "qlinear_matmul", [node("QLinearMatMul", "x xs xz w ws wz ys yz")],
         {"x": u8(3, 9)}, {"xs": scale(0.02), "xz": np.uint8(120), "w": s7(9, 5),
                           "ws": scale(0.013), "wz": np.int8(0), "ys": scale(0.04),
                           "yz": np.uint8(128)}, opset=10, types="UINT8")
    save("ops", "dynamic_quantize_linear",
         [node("DynamicQuantizeLinear", "x", "y scale zero")], {"x": normal(4, 33)}, opset=11,
         outputs=("y", "scale", "zero"), types="UINT8 FLOAT UINT8")
    for kind, zero in (("u8", np.uint8(113)), ("s8", np.int8(-5))):
        ties = (np.arange(-400, 400).reshape(8, 100) * 0.25).astype(np.float32)
        save("ops", f"quantize_linear_{kind}", [node("QuantizeLinear", "x s z")], {"x": ties},
             {"s": scale(0.5), "z": zero}, opset=13,
             types="UINT8" if kind == "u8" else "INT8")
    save("ops", "quantize_linear_axis", [node("QuantizeLinear", "x s z", axis=1)],
         {"x": normal(3, 4, 5)}, {"s": np.array([0.1, 0.01, 0.03, 0.7], np.float32),
                                  "z": np.array([0, 5, 128, 255], np.uint8)}, opset=13,
         types="UINT8")
    save("ops", "dequantize_linear_axis", [node("DequantizeLinear", "x s z", axis=1)],
         {"x": u8(3, 4, 5)}, {"s": np.array([0.1, 0.01, 0.03, 0.7], np.float32),
                              "z": np.array([0, 5, 128, 255], np.uint8)}, opset=13)


def float_ops():
    x = normal(2, 3, 5, 4)
    linear = dict(mode="linear")
    for mode in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
        save("ops", f"resize_linear_{mode}",
             [node("Resize", "x - s", coordinate_transformation_mode=mode, **linear)], {"x": x},
             {"s": np.array([1, 1, 2, 1.5], np.float32)}, opset=13)
    for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        save("ops", f"resize_nearest_{rounding}",
             [node("Resize", "x - - n", nearest_mode=rounding)], {"x": x},
             {"n": np.array([2, 3, 8, 7], np.int64)}, opset=18)
    save("ops", "resize_opset_10", [node("Resize", "x s")], {"x": x},
         {"s": np.array([1, 1, 2, 0.5], np.float32)}, opset=10)
    save("ops", "upsample_linear", [node("Upsample", "x s", mode="linear")], {"x": x},
         {"s": np.array([1, 1, 2, 2], np.float32)}, opset=9)
    for mode in ("reflect", "edge", "wrap"):
        save("ops", f"pad_{mode}", [node("Pad", "x p", mode=mode)], {"x": x},
             {"p": np.array([0, 0, 2, 1, 0, 0, 1, 3], np.int64)}, opset=19)
    save("ops", "max_pool_dilated", [node("MaxPool", "x", "y i", kernel_shape=[2, 2],
                                          dilations=[2, 1], storage_order=0)],
         {"x": x}, opset=12, outputs=("y", "i"), types="FLOAT INT64")
    save("ops", "slice_negative_steps", [node("Slice", "x b e a s")], {"x": x},
         {"b": np.array([-1, 3], np.int64), "e": np.array([-9, 0], np.int64),
          "a": np.array([2, 3], np.int64), "s": np.array([-2, -1], np.int64)}, opset=13)


# --- networks --------------------------------------------------------------------------------


def generator3d(shape_nodes, shape_constants):
    """A small EnergyGAN: Gemm, Conv3D with auto and explicit pads, BatchNormalization, Resize."""
    channels = lambda n: {"g": random.uniform(0.5, 1.5, n).astype(np.float32), "be": normal(n),
                          "m": normal(n), "v": random.uniform(0.5, 1.5, n).astype(np.float32)}
    constants = {"w0": normal(8, 54, scale=0.3), "b0": normal(54), "w1": normal(4, 2, 2, 3, 2),
                 "b1": normal(4), "s": np.array([1, 1, 2, 2, 1], np.float32),
                 "roi": np.zeros(0, np.float32),
                 "w2": normal(1, 4, 3, 3, 3, scale=0.2), **channels(4), **shape_constants}
    nodes = [node("Gemm", "x w0 b0", "fc", "dense_1"), *shape_nodes,
             node("Conv", "vol w1 b1", "c1", "conv3d_1", auto_pad="SAME_UPPER"),
             node("LeakyRelu", "c1", "l1", alpha=0.3),
             node("BatchNormalization", "l1 g be m v", "n1", "bn_1", epsilon=1e-3),
             node("Resize", "n1 roi s", "u1", "up_1", mode="nearest", nearest_mode="floor",
                  coordinate_transformation_mode="asymmetric"),
             node("Conv", "u1 w2", "c2", "conv3d_2", pads=[0, 1, 2, 1, 0, 0], strides=[1, 2, 1]),
             node("Relu", "c2", "y", "relu_2")]
    return nodes, constants


def networks():
    latent = normal(3, 8)
    nodes, constants = generator3d([node("Reshape", "fc shape", "vol")],
                                   {"shape": np.array([-1, 2, 3, 3, 3], np.int64)})
    save("networks", "generator3d", nodes, {"x": latent}, constants)
    save("networks", "generator3d_external", nodes, {"x": latent}, constants, external=True)
    fixed, constants = generator3d([node("Reshape", "fc shape", "vol")],
                                   {"shape": np.array([3, 2, 3, 3, 3], np.int64)})
    save("networks", "generator3d_fixed_batch", fixed, {"x": latent}, constants, batch=3)
    # Shape -> Gather -> Unsqueeze -> Concat, as PyTorch writes x.view(x.size(0), ...), in
    # Constant nodes with typed fields instead of raw data.
    rest = helper.make_tensor("r", TensorProto.INT64, [4], [2, 3, 3, 3])
    zero = helper.make_tensor("z", TensorProto.INT64, [], [0])
    arithmetic = [node("Shape", "fc", "dims"), node("Constant", "", "zero", value=zero),
                  node("Gather", "dims zero", "n", axis=0), node("Unsqueeze", "n", "lead", axes=[0]),
                  node("Constant", "", "rest", value=rest),
                  node("Concat", "lead rest", "shape", axis=0), node("Reshape", "fc shape", "vol")]
    nodes, constants = generator3d(arithmetic, {})
    save("networks", "generator3d_shape_arithmetic", nodes, {"x": latent}, constants, opset=11)


def channels_last_network():
    """As tf2onnx writes Keras: channels last between Transposes, MatMul + Add, Split + Concat."""
    parts = [f"p{i}" for i in range(3)]
    again = [part for part in parts for _ in range(2)]
    nodes = [node("MatMul", "x w0", "mm"), node("Add", "mm b0", "fc"),
             node("Reshape", "fc shape", "vol"),  # [N, 3, 2, 2]
             node("Split", "vol", parts, axis=1), node("Concat", again, "up", axis=1),
             node("Transpose", "up", "t", perm=[0, 3, 1, 2]),
             node("Conv", "t w1", "c", pads=[1, 1, 1, 1]),
             node("Transpose", "c", "back", perm=[0, 2, 3, 1]),
             node("Add", "back b1", "biased"), node("Mul", "biased k", "scaled"),
             node("Softplus", "scaled", "y")]
    save("networks", "channels_last", nodes, {"x": normal(2, 5)},
         {"w0": normal(5, 12), "b0": normal(12), "shape": np.array([-1, 3, 2, 2], np.int64),
          "w1": normal(3, 2, 3, 3), "b1": normal(3), "k": normal(1, 1, 1, 3)}, opset=11)


def up_samplings():
    x = normal(2, 2, 3, 2)
    w = {"w": normal(3, 2, 3, 3)}
    conv = node("Conv", "up w", "y", pads=[1, 1, 1, 1])
    save("networks", "upsample_opset_7",
         [node("Upsample", "x", "up", mode="nearest", scales=[1.0, 1.0, 2.0, 3.0]), conv],
         {"x": x}, w, opset=7)
    save("networks", "upsample_opset_9", [node("Upsample", "x s", "up"), conv], {"x": x},
         {**w, "s": np.array([1, 1, 2, 3], np.float32)}, opset=9)
    save("networks", "upsample_expand",
         [node("Reshape", "x a", "wide"), node("Expand", "wide e", "many"),
          node("Reshape", "many b", "up"), conv], {"x": x},
         {**w, "a": np.array([0, 2, 3, 1, 2, 1], np.int64),
          "e": np.array([1, 2, 3, 2, 2, 3], np.int64), "b": np.array([-1, 2, 6, 6], np.int64)})
    save("networks", "upsample_tile",
         [node("Unsqueeze", "x a", "wide"), node("Tile", "wide t", "many"),
          node("Reshape", "many b", "up"), conv, ], {"x": x},
         {**w, "a": np.array([3], np.int64), "t": np.array([1, 1, 1, 2, 1], np.int64),
          "b": np.array([-1, 2, 6, 2], np.int64)})
    save("networks", "tile_blocks", [node("Tile", "x t")], {"x": x},
         {"t": np.array([1, 3, 1, 2], np.int64)})
    save("networks", "resize_sizes", [node("Resize", "x - - n", "up", axes=[2, 3]), conv],
         {"x": x}, {**w, "n": np.array([6, 4], np.int64)}, opset=19)


def transposed_convolutions():
    def case(name, shape, weights, opset=11, bias=False, **attributes):
        constants = {"w": normal(*weights)}
        if bias:
            constants["b"] = normal(weights[1] * attributes.get("group", 1))
        save("networks", name, [node("ConvTranspose", "x w b" if bias else "x w", **attributes)],
             {"x": normal(*shape)}, constants, opset)

    case("conv_transpose_1d", (2, 3, 5), (3, 2, 4), strides=[3], pads=[1, 2], bias=True)
    case("conv_transpose_2d_groups", (2, 4, 3, 4), (4, 2, 3, 3), group=2, strides=[2, 1],
         pads=[1, 0, 0, 1], bias=True)
    case("conv_transpose_2d_dilated", (1, 2, 4, 3), (2, 3, 2, 3), strides=[2, 3],
         dilations=[2, 2], output_padding=[1, 2])
    case("conv_transpose_2d_same", (2, 2, 3, 3), (2, 2, 3, 4), auto_pad="SAME_UPPER",
         strides=[2, 2])
    case("conv_transpose_2d_output_shape", (1, 2, 3, 3), (2, 2, 3, 3), strides=[3, 2],
         output_shape=[10, 8])
    case("conv_transpose_3d", (1, 2, 2, 3, 2), (2, 3, 3, 2, 4), strides=[2, 2, 2],
         pads=[1, 0, 1, 0, 1, 1], opset=7)


def convolutions():
    def case(name, shape, weights, opset=11, **attributes):
        save("networks", name, [node("Conv", "x w b", **attributes)], {"x": normal(*shape)},
             {"w": normal(*weights), "b": normal(weights[0])}, opset)

    case("conv_1d_lower", (2, 3, 7), (4, 3, 4), auto_pad="SAME_LOWER", strides=[2])
    case("conv_2d_groups", (2, 4, 6, 5), (6, 2, 3, 2), group=2, dilations=[2, 1],
         pads=[2, 0, 1, 1], opset=7)
    case("conv_3d_valid", (1, 2, 5, 4, 6), (3, 2, 2, 3, 2), auto_pad="VALID", strides=[1, 1, 2],
         opset=21)


def activations():
    x = normal(2, 3, 5, scale=2.0)
    for op, attributes, opset in (
            ("Elu", {"alpha": 0.7}, 7), ("Sigmoid", {}, 13), ("Tanh", {}, 13), ("Exp", {}, 13),
            ("Selu", {}, 7), ("Softplus", {}, 7), ("Softsign", {}, 7), ("HardSigmoid", {}, 7),
            ("LeakyRelu", {}, 16), ("Neg", {}, 13), ("Gelu", {}, 20)):
        save("networks", f"activation_{op.lower()}", [node(op, "x", **attributes)], {"x": x},
             opset=opset)
    save("networks", "prelu_channels", [node("PRelu", "x s")], {"x": x}, {"s": normal(3, 1)},
         opset=9)
    save("networks", "prelu_one", [node("PRelu", "x s")], {"x": x},
         {"s": np.array([0.2], np.float32)}, opset=16)
    save("networks", "clip_opset_7", [node("Clip", "x", min=-0.5, max=1.5)], {"x": x}, opset=7)
    for name, low, high in (("both", 0.25, 2.0), ("relu6", 0.0, 1.0), ("low", -0.5, None),
                            ("high", None, 0.5)):
        given = {key: np.float32(value) for key, value in (("a", low), ("b", high))
                 if value is not None}
        names = "x " + ("a" if "a" in given else "-") + (" b" if "b" in given else "")
        save("networks", f"clip_{name}", [node("Clip", names)], {"x": x}, given, opset=13)
    save("networks", "softmax_opset_11", [node("Softmax", "x", axis=1)], {"x": x}, opset=11)
    save("networks", "softmax_axis", [node("Softmax", "x", axis=1)], {"x": x}, opset=13)
    save("networks", "swish", [node("Sigmoid", "x", "gate"), node("Mul", "x gate")], {"x": x})


def pools_and_reductions():
    x = normal(2, 3, 7, 6)
    def case(name, op, opset=12, **attributes):
        save("networks", name, [node(op, "x", **attributes)], {"x": x}, opset=opset)

    case("max_pool_same", "MaxPool", kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    case("max_pool_ceil", "MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    case("average_pool_pads", "AveragePool", kernel_shape=[3, 3], pads=[1, 0, 1, 2])
    case("average_pool_count_pads", "AveragePool", kernel_shape=[3, 3], pads=[1, 0, 1, 2],
         count_include_pad=1, opset=7)
    case("global_average_pool", "GlobalAveragePool", opset=7)
    case("global_max_pool", "GlobalMaxPool", opset=7)
    case("reduce_mean_spatial", "ReduceMean", axes=[2, 3], keepdims=0, opset=13)
    case("reduce_mean_channels", "ReduceMean", axes=[1], opset=13)
    save("networks", "reduce_sum_axes", [node("ReduceSum", "x a", keepdims=0)], {"x": x},
         {"a": np.array([1, -1], np.int64)})
    save("networks", "reduce_mean_opset_18", [node("ReduceMean", "x a")], {"x": x},
         {"a": np.array([3], np.int64)}, opset=18)


def arithmetic():
    x = normal(2, 3, 4, 5)
    constants = {"scalar": np.float32(1.5), "channel": normal(3, 1, 1), "last": normal(5),
                 "image": normal(1, 4, 5), "all": normal(3, 4, 5), "one": normal(1, 3, 1, 1)}
    nodes = [node("Add", "x scalar", "a"), node("Mul", "a channel", "b"), node("Sub", "last b", "c"),
             node("Add", "c image", "d"), node("Div", "d all", "e"), node("Sub", "e one", "y")]
    save("networks", "arithmetic_constants", nodes, {"x": x}, constants, opset=7)
    nodes = [node("GlobalAveragePool", "x", "mean"), node("Sub", "x mean", "centered"),
             node("Sum", "centered x x", "s"), node("Identity", "s", "i"),
             node("Dropout", "i", "d"), node("Flatten", "d", "f"), node("Unsqueeze", "f", "u", axes=[1]),
             node("Squeeze", "u", "y", axes=[1])]
    save("networks", "arithmetic_tensors", nodes, {"x": x}, opset=11)
    save("networks", "two_inputs",
         [node("Gemm", "a w g", "p", alpha=0.5, beta=2.0, transB=1), node("Concat", "p b", "c", axis=1),
          node("MatMul", "c k", "m"), node("Add", "bias m", "t"), node("Cast", "t", "y", to=1)],
         {"a": normal(3, 4), "b": normal(3, 2)},
         {"w": normal(5, 4), "g": normal(1), "k": normal(7, 3), "bias": normal(3)}, opset=9)
    # Three axes: the bias lies along the last, not along axis 1.
    save("networks", "dense_three_axes",
         [node("MatMul", "x k", "m"), node("Add", "m bias", "t"), node("Relu", "t", "y")],
         {"x": normal(2, 4, 5)}, {"k": normal(5, 3), "bias": normal(3)})
    # Weights that are computed from constants.
    save("networks", "computed_weights",
         [node("DequantizeLinear", "q s z", "w", axis=0), node("Transpose", "k", "kt", perm=[1, 0]),
          node("Conv", "x w", "c", pads=[0, 0, 0, 0]), node("Flatten", "c", "f"),
          node("MatMul", "f kt", "y")], {"x": normal(2, 2, 3, 3)},
         {"q": random.integers(-127, 128, (3, 2, 2, 2)).astype(np.int8),
          "s": random.uniform(0.01, 0.02, 3).astype(np.float32), "z": np.zeros(3, np.int8),
          "k": normal(4, 12)})
    save("networks", "pad_opset_10", [node("Pad", "x", pads=[0, 0, 1, 0, 0, 0, 2, 1])],
         {"x": x}, opset=10)
    save("networks", "pad_axes", [node("Pad", "x p - a")], {"x": x},
         {"p": np.array([1, 2], np.int64), "a": np.array([-1], np.int64)}, opset=18)


def bounds():
    """Clip, Max and Min: bounds that say nothing, that cross, that are infinite, of any size."""
    small = normal(2, 3, 5, scale=0.01)
    x = normal(2, 3, 4, 5, scale=2.0)
    number = np.float32
    for name, low, high in (("fp16_range", -65504, 65504), ("none", -1e9, 1e9),
                            ("float_max", -3.4028235e38, 3.4028235e38),
                            ("infinite", -np.inf, 0.004), ("equal", 0.003, 0.003),
                            ("crossed", 0.005, -0.005)):
        save("networks", f"clip_{name}", [node("Clip", "x a b")], {"x": small},
             {"a": number(low), "b": number(high)})
    save("networks", "clip_opset_7_one_bound", [node("Clip", "x", max=0.002)], {"x": small}, opset=7)
    # Bounds from 1e-38 to 1e38 around values of every size, all in one file.
    sizes = lambda count: (random.choice([-1.0, 1.0], count) * 10.0 ** random.uniform(-30, 30, count)
                           ).astype(np.float32)
    nodes, constants, parts = [], {}, []
    for i in range(60):
        low, high = np.sort(sizes(2)) if i % 5 else sizes(2)
        names = {0: "x a b", 1: "x - b", 2: "x a"}[i % 3]
        for letter, value in (("a", low), ("b", high)):
            if letter in names.split():
                constants[f"{letter}{i}"] = value
        nodes.append(node("Clip", [f"{n}{i}" if n in "ab" else n for n in names.split()], f"p{i}"))
        parts.append(f"p{i}")
    save("networks", "clip_random", nodes + [node("Concat", parts, axis=1)],
         {"x": sizes(2 * 7).reshape(2, 7)}, constants)
    constants = {"scalar": number(0.5), "channel": normal(3, 1, 1), "last": normal(5),
                 "image": normal(1, 4, 5), "all": normal(3, 4, 5), "one": normal(1, 3, 1, 1)}
    for op, none in (("Max", -np.inf), ("Min", np.inf)):
        constants["none"] = np.array([none, 0.1, none], np.float32).reshape(3, 1, 1)
        for name, array in constants.items():
            inputs = f"x {name}" if name in ("last", "all") else f"{name} x"
            save("networks", f"{op.lower()}_{name}", [node(op, inputs)], {"x": x}, {name: array},
                 opset=8 if name == "image" else 13)
    nodes = [node("GlobalAveragePool", "x", "mean"), node("Tanh", "x", "t"),
             node("Max", "x mean channel t scalar", "m"), node("Min", "m x t", "n"),
             node("Max", "n", "y")]
    save("networks", "extrema_of_tensors", nodes, {"x": x},
         {"scalar": number(-0.7), "channel": normal(3, 1, 1)})
    save("networks", "conv_clip", [node("Conv", "x w b", "c"), node("Clip", "c - high", "d"),
                                   node("Max", "d low", "e"), node("Conv", "e w2", "y")],
         {"x": x}, {"w": normal(4, 3, 2, 2), "b": normal(4), "high": number(1.5),
                    "low": number(-0.25), "w2": normal(2, 4, 1, 1)})
    save("networks", "hard_sigmoid_other", [node("HardSigmoid", "x", alpha=0.3, beta=0.4)], {"x": x})
    save("networks", "thresholded_relu", [node("ThresholdedRelu", "x", alpha=0.6)], {"x": x})
    save("networks", "thresholded_relu_default", [node("ThresholdedRelu", "x")], {"x": x}, opset=10)


if __name__ == "__main__":
    shutil.rmtree(ROOT, ignore_errors=True)
    for make in (quantized_ops, float_ops, networks, channels_last_network, up_samplings,
                 transposed_convolutions, convolutions, activations, pools_and_reductions,
                 arithmetic, bounds):
        make()
    count = sum(1 for _ in ROOT.rglob("model.onnx"))
    size = sum(file.stat().st_size for file in ROOT.rglob("*") if file.is_file())
    print(f"{count} models, {size // 1024} KiB in {ROOT}")
