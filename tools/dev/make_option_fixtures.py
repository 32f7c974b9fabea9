#!/usr/bin/env python3
"""Writes tests/fixtures/options: each option of each layer and operator at another value than its
default, with what the framework computes. tests/graph/io/options.test.cpp walks the tables of the
readers and needs a case here for every option that is read.

    make_option_fixtures.py keras2       with TensorFlow 2.15
    make_option_fixtures.py keras3       with Keras 3
    make_option_fixtures.py onnx         with onnx and ONNX Runtime
    make_option_fixtures.py tensorflow   with TensorFlow 2.15

keras: one model; the layer `Class__option__n` has that option changed, `Class__base` has not.
onnx: one model per opset, every node a case. tensorflow: one frozen GraphDef, likewise; both with
the inputs and outputs in <name>_golden.h5.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/options"
random = np.random.default_rng(1978)


def normal(*shape, scale=1.0):
    return (random.normal(0, scale, shape)).astype(np.float32)


def golden(name, inputs, outputs):
    with h5py.File(FOLDER / f"{name}_golden.h5", "w") as file:
        for kind, arrays in (("in", inputs), ("out", outputs)):
            for key, array in arrays.items():
                file[f"{kind}/{key}"] = array


# --- Keras -----------------------------------------------------------------------------------


def keras_cases(L, keras3):
    """(class, extents of the input, arguments, {option: values})"""
    first = "channels_first"
    slope = "negative_slope" if keras3 else "alpha"
    names = "relu relu6 leaky_relu elu selu sigmoid hard_sigmoid tanh softplus softsign".split()
    names += "exponential swish silu gelu softmax linear".split()
    inner = [L.Activation(n) for n in names]
    inner += [L.ReLU(max_value=0.7), L.ReLU(negative_slope=0.15), L.LeakyReLU(**{slope: 0.13}),
              L.ELU(alpha=0.6), L.Softmax(axis=1), L.Activation(L.Activation("hard_sigmoid"))]
    cases = [
        ("Activation", (5, 4), {"activation": "relu"}, {"activation": names + inner}),
        ("Dense", (5, 4), {"units": 3}, {"units": [4], "use_bias": [False],
                                         "activation": names + inner}),
        ("BatchNormalization", (5, 4), {}, {"axis": [1], "epsilon": [0.3], "center": [False],
                                            "scale": [False]}),
        ("Concatenate", (5, 4), {}, {"axis": [1]}),
        ("Add", (5, 4), {}, {}),
        ("ELU", (5, 4), {}, {"alpha": [0.4]}),
        ("LeakyReLU", (5, 4), {}, {slope: [0.05]}),
        ("ReLU", (5, 4), {}, {"max_value": [0.5], "negative_slope": [0.2], "threshold": [0.4]}),
        ("Softmax", (5, 4), {}, {"axis": [1]}),
        ("Reshape", (5, 4), {"target_shape": (4, 5)}, {"target_shape": [(2, -1, 2)]}),
        ("Permute", (5, 4, 3), {"dims": (2, 1, 3)}, {"dims": [(3, 1, 2)]}),
        ("Flatten", (5, 4, 3), {}, {"data_format": [first]}),
    ]
    for axes, extents in ((1, (6, 4)), (2, (6, 5, 4)), (3, (4, 5, 6, 2))):
        d, two = f"{axes}D", tuple(range(1, axes + 1))
        conv = {"filters": [6], "kernel_size": [3], "strides": [2], "padding": ["same"],
                "dilation_rate": [2], "groups": [2], "use_bias": [False],
                "activation": ["tanh", "hard_sigmoid", L.Activation("hard_sigmoid")]}
        if axes == 1:
            conv["padding"].append("causal")
        pool = {"pool_size": [two if axes > 1 else 3], "strides": [1], "padding": ["same"]}
        pad = {"padding": [2]}
        up = {"size": [3]}
        if keras3:  # on a CPU TensorFlow has these for the channels at the end only
            conv["data_format"] = pool["data_format"] = [first]
        if axes > 1 or keras3:
            pad["data_format"] = [first]
        if axes > 1:
            up["data_format"] = [first]
        if axes == 2:
            up["interpolation"] = []
        cases += [
            ("Conv" + d, extents, {"filters": 4, "kernel_size": 2}, conv),
            ("MaxPooling" + d, extents, {"pool_size": 2}, pool),
            ("AveragePooling" + d, extents, {"pool_size": 2}, pool),
            ("GlobalMaxPooling" + d, extents, {}, {"data_format": [first], "keepdims": [True]}),
            ("GlobalAveragePooling" + d, extents, {}, {"data_format": [first], "keepdims": [True]}),
            ("UpSampling" + d, extents, {}, up),
            ("ZeroPadding" + d, extents, {}, pad),
        ]
    return cases


def keras_fixture(keras, keras3):
    L = keras.layers
    inputs, outputs = {}, []

    def value(extents):
        name = "x" + "_".join(map(str, extents))
        if name not in inputs:
            inputs[name] = L.Input(extents, name=name)
        return inputs[name]

    def call(layer, extents):
        x = value(extents)
        return layer([x, x] if isinstance(layer, (L.Concatenate, L.Add)) else x)

    for name, extents, arguments, options in keras_cases(L, keras3):
        type_ = getattr(L, name)
        outputs.append(call(type_(**arguments, name=name + "__base"), extents))
        for option, values in options.items():
            for i, other in enumerate(values):
                layer = type_(**{**arguments, option: other}, name=f"{name}__{option}__{i}")
                outputs.append(call(layer, extents))
    inner = keras.Sequential([L.Input((4,), name="inner_input"),
                              L.Dense(3, activation="hard_sigmoid", name="inner_dense"),
                              L.Activation(L.Activation("hard_sigmoid"), name="inner_twin")],
                             name="nested")
    outputs.append(inner(value((4,))))
    model = keras.Model(list(inputs.values()), outputs)
    for weight in model.weights:
        kind = weight.name.split("/")[-1].split(":")[0]
        positive = kind in ("gamma", "moving_variance")
        weight.assign(random.uniform(0.5, 1.5, weight.shape) if positive
                      else normal(*weight.shape, scale=0.6))
    data = [normal(3, *x.shape[1:], scale=2.5) for x in inputs.values()]
    results = model.predict(data, verbose=0)
    name = "keras3" if keras3 else "keras2"
    model.save(FOLDER / (f"{name}.keras" if keras3 else f"{name}.h5"))
    golden(name, {str(i): a for i, a in enumerate(data)},
           {f"{i:03d}": np.asarray(a) for i, a in enumerate(results)})
    print(name, len(outputs), "layers")


# --- ONNX ------------------------------------------------------------------------------------


def onnx_cases(opset):
    """(operator, inputs, attributes, further inputs by name); x is computed, all else constant."""
    x = "x"
    ints = lambda *v: np.array(v, np.int64)
    floats = lambda *v: np.array(v, np.float32)
    w4, w3 = normal(4, 4, 3, 3, scale=0.4), normal(6, 2, 3, 3, scale=0.4)
    wt = normal(4, 2, 3, 3, scale=0.4)
    u8 = lambda *s: random.integers(0, 256, s).astype(np.uint8)
    cases = []

    def add(op, inputs=x, constants=None, **attributes):
        cases.append((op, inputs.split(), attributes, constants or {}))

    if opset == 8:
        add("Clip", min=-0.3), add("Clip", max=0.4), add("Clip", min=-0.5, max=0.25)
        add("Dropout", ratio=0.7)
        for op in ("ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum"):
            add(op, axes=[2]), add(op, axes=[2], keepdims=0)
        add("Pad", pads=[0, 0, 1, 0, 0, 0, 2, 1]), add("Pad", pads=[0, 0, 1, 0, 0, 0, 2, 1], value=0.3)
        add("Slice", starts=[1], ends=[3]), add("Slice", starts=[1], ends=[3], axes=[2])
        add("Squeeze", "one", {"one": normal(3, 1, 1, 4)}, axes=[1])
        add("Unsqueeze", axes=[1])
        add("Upsample", mode="nearest", scales=[1.0, 1.0, 2.0, 3.0])
        add("Upsample", mode="linear", scales=[1.0, 1.0, 2.0, 2.0])
        add("Split", axis=1, split=[1, 3])
        add("BatchNormalization", "x s b m v", {k: np.abs(normal(4)) + 0.1 for k in "sbmv"}, spatial=1)
        add("Softmax"), add("Softmax", axis=2), add("LogSoftmax", axis=2)
        return cases
    if opset == 13:
        add("ReduceSum", "x a", {"a": ints(2)}), add("Softmax"), add("Softmax", axis=2)
        for op in ("ReduceMax", "ReduceMean"):
            add(op, axes=[2])
        add("HardSigmoid"), add("Dropout", seed=5)
        add("Dropout", "x r t", {"r": np.array(0.9, np.float32), "t": np.array(False)})
        return cases
    for op in ("AveragePool", "MaxPool"):
        k = dict(kernel_shape=[3, 2])
        add(op, kernel_shape=[2, 2]), add(op, **k), add(op, strides=[2, 2], **k)
        add(op, auto_pad="SAME_LOWER", **k), add(op, auto_pad="SAME_UPPER", **k)
        add(op, pads=[1, 0, 1, 1], **k), add(op, ceil_mode=1, strides=[2, 2], **k)
        add(op, dilations=[2, 1], **k)
    add("AveragePool", pads=[1, 0, 1, 1], count_include_pad=1, kernel_shape=[3, 2])
    add("MaxPool", kernel_shape=[2, 2], storage_order=1)
    statistics = {k: np.abs(normal(4)) + 0.1 for k in "sbmv"}
    for attributes in ({}, {"epsilon": 0.4}, {"momentum": 0.1}, {"training_mode": 0}):
        add("BatchNormalization", "x s b m v", statistics, **attributes)
    add("Cast", to=7), add("Cast", to=10), add("Cast", to=17)
    add("Cast", "f", {"f": normal(2, 4, scale=900)}, to=17, saturate=0)
    add("Concat", "x x", axis=1), add("Concat", "x x", axis=2)
    for attributes in ({}, {"auto_pad": "SAME_UPPER"}, {"dilations": [2, 1]}, {"pads": [1, 0, 2, 1]},
                       {"strides": [2, 1]}, {"kernel_shape": [3, 3]}):
        add("Conv", "x w", {"w": w4}, **attributes)
    add("Conv", "x w", {"w": w3}, group=2)
    for op, names, constants in (
            ("ConvInteger", "q w", {"q": u8(2, 4, 6, 5), "w": u8(4, 4, 3, 3)}),
            ("QLinearConv", "q xs xz w ws wz ys yz",
             {"q": u8(2, 4, 6, 5), "xs": np.float32(0.03), "xz": np.uint8(120),
              "w": random.integers(-60, 60, (4, 4, 3, 3)).astype(np.int8), "ws": np.float32(0.02),
              "wz": np.int8(0), "ys": np.float32(0.2), "yz": np.uint8(100)})):
        for attributes in ({}, {"auto_pad": "SAME_UPPER"}, {"dilations": [2, 1]},
                           {"pads": [1, 0, 2, 1]}, {"strides": [2, 1]}, {"kernel_shape": [3, 3]}):
            add(op, names, constants, **attributes)
        add(op, names, {**constants, "w": constants["w"][:, :2]}, group=2)
    for attributes in ({}, {"auto_pad": "SAME_UPPER", "strides": [2, 2]}, {"dilations": [2, 1]},
                       {"pads": [1, 0, 1, 1]}, {"strides": [2, 1]}, {"kernel_shape": [3, 3]},
                       {"output_padding": [1, 0], "strides": [2, 1]},
                       {"output_shape": [12, 10], "strides": [2, 2]}, {"group": 2}):
        add("ConvTranspose", "x w", {"w": wt}, **attributes)
    add("DepthToSpace", blocksize=2), add("DepthToSpace", blocksize=2, mode="CRD")
    add("SpaceToDepth", "e", {"e": normal(2, 2, 4, 6)}, blocksize=2)
    scales = {"q": u8(2, 4, 6), "s": floats(0.1, 0.2, 0.3, 0.4), "z": u8(4)}
    add("DequantizeLinear", "q s z", scales, axis=1)
    add("DequantizeLinear", "q s", {"q": u8(2, 4), "s": normal(2, 2)}, axis=1, block_size=2)
    add("QuantizeLinear", "f s z", {**scales, "f": normal(2, 4, 6)}, axis=1)
    add("QuantizeLinear", "f s", {"f": normal(2, 4), "s": np.abs(normal(2, 2)) + 0.01}, axis=1,
        block_size=2)
    add("QuantizeLinear", "f s", {"f": normal(2, 4), "s": np.float32(0.02)}, output_dtype=3)
    add("QuantizeLinear", "f s", {"f": normal(2, 4, scale=900), "s": np.float32(0.5)},
        output_dtype=17, saturate=0)
    add("Elu"), add("Elu", alpha=0.3), add("LeakyRelu"), add("LeakyRelu", alpha=0.2)
    add("HardSigmoid", alpha=0.3), add("HardSigmoid", beta=0.2), add("HardSigmoid")
    add("ThresholdedRelu"), add("ThresholdedRelu", alpha=0.2)
    add("Selu", alpha=1.1), add("Selu", gamma=1.3), add("Selu")
    add("Gelu"), add("Gelu", approximate="tanh")
    add("Flatten", axis=2), add("Flatten"), add("Gather", "x i", {"i": ints(2, 0)}, axis=1)
    g = {"a": normal(3, 4), "w": normal(4, 5), "c": normal(5)}
    add("Gemm", "m w c", g), add("Gemm", "m w c", g, alpha=0.3), add("Gemm", "m w c", g, beta=0.4)
    add("Gemm", "m w c", {**g, "w": normal(5, 4)}, transB=1)
    add("Gemm", "a w c", {**g, "a": normal(4, 3)}, transA=1)
    add("LogSoftmax", axis=1), add("Softmax", axis=1), add("Softmax")
    add("Mod", "a b", {"a": normal(5), "b": floats(0.3, 0.2, 0.7, -0.4, 0.1)}, fmod=1)
    add("Pad", "x p", {"p": ints(0, 0, 1, 0, 0, 0, 2, 1)})
    for mode in ("reflect", "edge", "wrap"):
        add("Pad", "x p", {"p": ints(0, 0, 1, 0, 0, 0, 2, 1)}, mode=mode)
    add("Pad", "x p v a", {"p": ints(1, 2), "v": np.array(0, np.float32), "a": ints(3)})
    for op in ("ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum"):
        add(op, "x a", {"a": ints(2)}), add(op, "x a", {"a": ints(2)}, keepdims=0)
        add(op, noop_with_empty_axes=1)
    add("Reshape", "x n", {"n": ints(0, -1)}), add("Reshape", "z n", {"z": normal(0, 3), "n": ints(3, 0)},
                                                   allowzero=1)
    sizes = lambda *v: {"n": ints(*v)}
    up = {"n": ints(2, 4, 12, 10)}
    add("Resize", "x - - n", up), add("Resize", "x - - n", up, mode="linear")
    add("Resize", "x - - n", sizes(12, 10), axes=[2, 3])
    add("Resize", "x - - n", up, coordinate_transformation_mode="asymmetric", mode="linear")
    add("Resize", "x - - n", up, mode="cubic"), add("Resize", "x - - n", up, mode="cubic", cubic_coeff_a=-0.5)
    add("Resize", "x - - n", up, mode="cubic", exclude_outside=1)
    add("Resize", "x - - n", {"n": ints(2, 4, 3, 3)}, mode="linear", antialias=1)
    add("Resize", "x - - n", {"n": ints(2, 4, 9, 9)}, nearest_mode="ceil")
    add("Resize", "x - - n", sizes(12, 9), axes=[2, 3], keep_aspect_ratio_policy="not_larger")
    add("Resize", "x r - n", {"n": ints(2, 4, 5, 6), "r": floats(0, 0, -0.4, 0.2, 1, 1, 1.2, 0.8)},
        mode="linear", coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=0.7)
    add("Shape", start=1), add("Shape", end=3), add("Split", axis=1, num_outputs=2)
    add("Transpose", perm=[0, 2, 1, 3]), add("Transpose")
    add("ConstantOfShape", "n", {"n": ints(2, 3)}, value=np.array([1.5], np.float32))
    for kind, value in (("value", np.array([1.5, 2.0], np.float32)), ("value_float", 0.5),
                        ("value_floats", [0.5, 1.0]), ("value_int", 3), ("value_ints", [3, 4])):
        add("Constant", "", **{kind: value})
    return cases


def onnx_fixture():
    import onnx
    import onnxruntime
    from onnx import helper, numpy_helper
    for opset, ir in ((8, 4), (13, 7), (21, 10)):
        nodes, constants, outputs = [], [], []
        for i, (op, inputs, attributes, tensors) in enumerate(onnx_cases(opset)):
            for key, array in tensors.items():
                constants.append(numpy_helper.from_array(np.asarray(array), f"{i}_{key}"))
            names = ["" if n == "-" else f"{i}_{n}" if n in tensors else n for n in inputs]
            attributes = {k: numpy_helper.from_array(v) if isinstance(v, np.ndarray) else v
                          for k, v in attributes.items()}
            count = 2 if op == "Split" or "storage_order" in attributes else 1
            made = [f"out{i:03d}"] + [f"out{i:03d}_{j}" for j in range(1, count)]
            # The second output of MaxPool is what storage_order speaks of.
            nodes.append(helper.make_node(op, names, made, name=f"case{i:03d}", **attributes))
            outputs.append(made[-1])
        ends = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(nodes, "options", [
            helper.make_tensor_value_info("x", 1, ["N", 4, 6, 5]),
            helper.make_tensor_value_info("m", 1, ["N", 4])], ends, constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)],
                                  ir_version=ir, producer_name="caloquant")
        settings = onnxruntime.SessionOptions()
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        settings.log_severity_level = 3
        data = {"x": normal(2, 4, 6, 5, scale=2.0), "m": normal(2, 4)}
        results, kept = {}, []
        for node, name in zip(nodes, outputs):  # one at a time: ONNX Runtime lacks some
            single = onnx.ModelProto()
            single.CopyFrom(model)
            del single.graph.node[:], single.graph.output[:]
            single.graph.node.append(node)
            single.graph.output.append(helper.make_empty_tensor_value_info(name))
            used = [i for i in single.graph.input if i.name in node.input]
            del single.graph.input[:]
            single.graph.input.extend(used)
            try:
                session = onnxruntime.InferenceSession(single.SerializeToString(), settings,
                                                       providers=["CPUExecutionProvider"])
                value = session.run([name], {i.name: data[i.name] for i in used})[0]
                results[name] = value.astype(np.float32)
                kept.append(node)
            except Exception as error:
                print("left out:", node.op_type, [a.name for a in node.attribute], str(error)[:90])
        del model.graph.node[:], model.graph.output[:]
        model.graph.node.extend(kept)
        model.graph.output.extend(helper.make_empty_tensor_value_info(n) for n in results)
        (FOLDER / f"onnx{opset}.onnx").write_bytes(model.SerializeToString())
        golden(f"onnx{opset}", data, results)
        print("onnx", opset, len(kept), "nodes")


# --- TensorFlow ------------------------------------------------------------------------------


def tensorflow_fixture():
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2 as freeze)
    r = tf.raw_ops
    shapes = {"x": (6, 5, 4), "v": (4, 5, 6, 2), "m": (4,), "b": (5, 4), "one": (1, 4)}
    w2, wd = normal(3, 2, 4, 6, scale=0.4), normal(3, 3, 3, 4, scale=0.4)
    w3 = normal(2, 3, 2, 2, 3, scale=0.4)
    wm, column = normal(4, 3), normal(4)
    names = []

    def body(x, v, m, b, one):
        made = []

        def add(op, **arguments):
            name = f"case{len(made):03d}"
            out = getattr(r, op)(**arguments, name=name)
            out = out[0] if isinstance(out, (list, tuple)) else out
            made.append(out)
            names.append(op)

        one1, one3 = [1, 1, 1, 1], [1, 1, 1, 1, 1]
        c2 = dict(input=x, filter=w2, strides=one1, padding="VALID")
        for change in ({}, {"strides": [1, 2, 1, 1]}, {"padding": "SAME"}, {"dilations": [1, 2, 1, 1]},
                       {"use_cudnn_on_gpu": False}, {"padding": "EXPLICIT", "explicit_paddings":
                                                     [0, 0, 1, 2, 0, 1, 0, 0]}):
            add("Conv2D", **{**c2, **change})
        c3 = dict(input=v, filter=w3, strides=one3, padding="VALID")
        for change in ({}, {"strides": [1, 2, 1, 1, 1]}, {"padding": "SAME"}):
            add("Conv3D", **{**c3, **change})
        batch = tf.shape(x)[0]
        back = dict(filter=wd, out_backprop=x)
        for padding, stride, extents in (("SAME", 2, (12, 10)), ("SAME", 2, (11, 9)), ("VALID", 2, (13, 11)),
                                         ("VALID", 2, (14, 12)), ("VALID", 1, (8, 7)), ("SAME", 1, (6, 5))):
            add("Conv2DBackpropInput", input_sizes=tf.stack([batch, *extents, 3]), padding=padding,
                strides=[1, stride, stride, 1], **back)
        sizes = tf.shape(x) * tf.constant([1, 2, 2, 1]) - tf.constant([0, 0, 0, 1])
        add("Conv2DBackpropInput", input_sizes=sizes, padding="SAME", strides=[1, 2, 2, 1], **back)
        w5 = normal(3, 3, 3, 3, 2, scale=0.4)
        for padding, stride, extents in (("SAME", 2, (8, 10, 12)), ("SAME", 2, (7, 9, 12)), ("VALID", 1, (6, 7, 8))):
            add("Conv3DBackpropInputV2", input_sizes=tf.stack([batch, *extents, 3]), filter=w5, out_backprop=v,
                padding=padding, strides=[1, stride, stride, stride, 1])
        for op, value, axes in (("MaxPool", x, 2), ("AvgPool", x, 2), ("MaxPool3D", v, 3), ("AvgPool3D", v, 3)):
            key = "input" if op in ("MaxPool", "MaxPool3D", "AvgPool3D") else "value"
            ones = [1] * (axes + 2)
            two = [1] + [2] * axes + [1]
            for change in ({}, {"ksize": [1, 3] + [2] * (axes - 1) + [1]}, {"strides": two}, {"padding": "SAME"}):
                add(op, **{key: value, **dict(ksize=two, strides=ones, padding="VALID"), **change})
        add("MaxPool", input=x, ksize=[1, 2, 2, 1], strides=one1, padding="EXPLICIT",
            explicit_paddings=[0, 0, 1, 0, 1, 1, 0, 0])
        add("MatMul", a=m, b=wm), add("MatMul", a=m, b=wm.T, transpose_b=True)
        add("BatchMatMulV2", x=b, y=wm), add("BatchMatMulV2", x=b, y=wm.T, adj_y=True)
        add("BiasAdd", value=m, bias=column), add("BiasAdd", value=x, bias=column)
        add("BiasAdd", value=x, bias=normal(6), data_format="NCHW")
        norm = dict(x=x, scale=normal(4), offset=normal(4), mean=normal(4), is_training=False,
                    variance=np.abs(normal(4)) + 0.2)
        for op in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
            add(op, **norm), add(op, epsilon=0.3, **norm), add(op, exponential_avg_factor=0.5, **norm)
        add("LeakyRelu", features=m), add("LeakyRelu", features=m, alpha=0.05)
        for op in ("Max", "Mean", "Sum", "Min", "Prod"):
            add(op, input=x, axis=[2]), add(op, input=x, axis=[2], keep_dims=True)
        add("Squeeze", input=one), add("Squeeze", input=one, axis=[1])
        add("ResizeNearestNeighbor", images=x, size=[12, 15])
        add("ResizeNearestNeighbor", images=x, size=[12, 15], half_pixel_centers=True)
        add("Split", axis=1, value=x, num_split=1)
        add("SplitV", value=x, size_splits=[6], axis=1, num_split=1)
        add("ClipByValue", t=m, clip_value_min=-0.3, clip_value_max=0.6)
        add("Softmax", logits=b), add("Relu6", features=m), add("Selu", features=m), add("Elu", features=m)
        add("PadV2", input=x, paddings=[[0, 0], [1, 0], [0, 2], [0, 0]], constant_values=0.0)
        add("Cast", x=m, DstT=tf.float32)
        return made

    signature = [tf.TensorSpec((None, *shape), tf.float32, name=key) for key, shape in shapes.items()]
    function = freeze(tf.function(body, input_signature=signature).get_concrete_function())
    data = {key: normal(2, *shape, scale=1.5) for key, shape in shapes.items()}
    results = function(**{k: tf.constant(v) for k, v in data.items()})
    graph = function.graph.as_graph_def()
    kept = [n for n in graph.node if not (n.op in ("Identity", "NoOp") and n.name.startswith("Identity"))]
    del graph.node[:]
    graph.node.extend(kept)
    (FOLDER / "tensorflow.pb").write_bytes(graph.SerializeToString())
    cases = [n.name for n in graph.node if n.name.startswith("case") and "/" not in n.name]
    golden("tensorflow", data, {f"case{i:03d}": np.asarray(a) for i, a in enumerate(results)})
    print("tensorflow", len(results), "nodes", len(cases), sorted(set(names)))


if __name__ == "__main__":
    reader = sys.argv[1]
    if reader == "keras3":
        import keras
        keras_fixture(keras, True)
    elif reader == "keras2":
        import tensorflow
        keras_fixture(tensorflow.keras, False)
    elif reader == "onnx":
        onnx_fixture()
    else:
        tensorflow_fixture()
