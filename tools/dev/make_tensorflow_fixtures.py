#!/usr/bin/env python3
"""Small TensorFlow models with golden outputs: tests/fixtures/tensorflow.

    python3.11 -m venv ~/peers && ~/peers/bin/pip install tensorflow==2.15.1 h5py
    ~/peers/bin/python tools/dev/make_tensorflow_fixtures.py
    python3.11 -m venv ~/keras3 && ~/keras3/bin/pip install tensorflow-cpu==2.18.0 h5py
    ~/keras3/bin/python tools/dev/make_tensorflow_fixtures.py

With TensorFlow before 2.16 each model is written as SavedModel (`<name>/saved_model`), as frozen
GraphDef (`<name>/frozen.pb`) and as archive (`<name>/keras2.keras`), with random inputs and what the
model makes of them (`<name>/golden.h5`: x, y). With a newer one the models get the weights of those
archives, layer by layer, and are written as `<name>/keras3.keras`, and as SavedModel
`<name>/saved_model_keras3` for the first.

`axes.h5` holds small GraphDefs in which all extents are equal, for the axes that operators work on
and for broadcasting: `<case>/graph` (bytes), `<case>/x`, `<case>/y`.
"""
import os
import pathlib
import shutil
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

keras = tf.keras
layers = keras.layers
OUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/tensorflow"
KERAS2 = tuple(map(int, tf.__version__.split(".")[:2])) < (2, 16)
SLOPE = {"alpha": 0.3} if KERAS2 else {"negative_slope": 0.3}


def generator():
    """As 3DGAN: a Sequential inside a functional model."""
    inner = keras.Sequential([
        keras.Input((6,)),
        layers.Dense(2 * 3 * 2 * 3, name="dense_1"),
        layers.Reshape((2, 3, 2, 3)),
        layers.Conv3D(4, (3, 2, 2), padding="same", name="conv3d_1"),
        layers.LeakyReLU(**SLOPE),
        layers.BatchNormalization(name="bn_1"),
        layers.UpSampling3D((2, 1, 3)),
        layers.ZeroPadding3D((1, 0, 2)),
        layers.Conv3D(2, (2, 2, 3), padding="valid", name="conv3d_2"),
        layers.LeakyReLU(**SLOPE),
        layers.Conv3D(1, 2, padding="same", use_bias=False, activation="relu", name="conv3d_3"),
    ], name="sequential")
    latent = keras.Input((6,), name="latent")
    return keras.Model(latent, inner(latent), name="generator")


def classifier():
    """A small residual network on 2-D images."""
    image = keras.Input((9, 8, 2), name="image")
    x = layers.Conv2D(4, 3, padding="same", name="conv_1")(image)
    x = layers.BatchNormalization(name="bn_1")(x)
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D(2)(x)
    y = layers.Conv2D(4, 3, padding="same", activation="elu", name="conv_2")(x)
    x = layers.Add()([x, y])
    x = layers.Concatenate()([x, layers.AveragePooling2D(3, strides=1, padding="same")(x)])
    x = layers.UpSampling2D(2)(x)
    x = layers.Conv2D(6, 2, strides=2, dilation_rate=1, activation="tanh", name="conv_3")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(5, activation="softmax", name="head")(x), name="classifier")


def bounds():
    """Every way to bound values, in functions of TensorFlow: as SavedModel and frozen graph only."""
    image = keras.Input((5, 4, 3), name="image")
    x = layers.Conv2D(4, 2, padding="same", name="conv_1")(image)
    x = tf.clip_by_value(x, -65504.0, 65504.0)
    y = layers.Conv2D(4, 3, padding="same", name="conv_2")(0.01 * x)
    raw_clip = lambda low, high: layers.Lambda(
        lambda t: tf.raw_ops.ClipByValue(t=t, clip_value_min=low, clip_value_max=high))
    each = tf.constant([-0.4, 0.1, -np.inf, 0.3])
    parts = [tf.clip_by_value(y, -1e9, 1e9), tf.clip_by_value(y, 0.01, -0.01), tf.nn.relu6(30 * y),
             tf.maximum(x, each), tf.minimum(0.25, x), tf.maximum(x, y), tf.minimum(y, x),
             raw_clip(-0.5, 0.25)(x), raw_clip(0.5, 0.25)(x),
             layers.ReLU(0.5, negative_slope=0.2)(x), layers.ReLU(6.0)(30 * y),
             layers.ReLU(0.75)(x), layers.Activation("hard_sigmoid")(4 * x)]
    x = tf.concat(parts, axis=-1)
    return keras.Model(image, layers.Conv2D(3, 1, name="conv_3")(x), name="bounds")


MODELS = {"generator": generator, "classifier": classifier}


def randomize(model, seed):
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        inner = getattr(layer, "layers", [layer])
        for part in inner:
            values = [rng.normal(0, 0.4, w.shape) for w in part.get_weights()]
            if values and "normalization" in type(part).__name__.lower():
                values[3] = rng.uniform(0.5, 1.5, values[3].shape)
            part.set_weights(values)


def write_keras2(name, model, seed):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    randomize(model, seed)
    model.export(str(folder / "saved_model"))
    (folder / "saved_model/fingerprint.pb").unlink(missing_ok=True)
    for empty in ("assets",):
        shutil.rmtree(folder / "saved_model" / empty, ignore_errors=True)
    if name in MODELS:
        model.save(folder / "keras2.keras")
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    function = tf.function(lambda x: model(x, training=False)).get_concrete_function(
        tf.TensorSpec(model.inputs[0].shape, tf.float32, name=model.inputs[0].name.split(":")[0]))
    frozen = convert_variables_to_constants_v2(function).graph.as_graph_def()
    (folder / "frozen.pb").write_bytes(frozen.SerializeToString(deterministic=True))
    x = np.random.default_rng(seed + 1).normal(size=(3, *model.inputs[0].shape[1:]))
    x = x.astype(np.float32)
    with h5py.File(folder / "golden.h5", "w") as file:
        file["x"] = x
        file["y"] = model.predict(x, verbose=0)


def leaves(model):
    for layer in model.layers:
        yield from leaves(layer) if hasattr(layer, "layers") else [layer]


def write_keras3(name, model, seed):
    folder = OUT / name
    randomize(model, seed)  # the same numbers: layers and weights come in the same order
    with h5py.File(folder / "golden.h5") as file:
        x, y = file["x"][()], file["y"][()]
    if not np.allclose(model.predict(x, verbose=0), y, atol=1e-6):
        sys.exit(f"{name}: Keras 3 computes something else than Keras 2")
    model.save(folder / "keras3.keras")
    if name == "generator":
        model.export(str(folder / "saved_model_keras3"))
        (folder / "saved_model_keras3/fingerprint.pb").unlink(missing_ok=True)
        shutil.rmtree(folder / "saved_model_keras3/assets", ignore_errors=True)


# Graphs of a few nodes in which all extents are equal, the batch of the golden inputs too: an axis
# that is taken for another changes numbers, never shapes.
EXTENT = 3
C = EXTENT


def constant(rng, *shape):
    return np.asarray(rng.normal(0, 1, shape), np.float32)


def conv(rng, x):
    rank = len(x.shape)
    w = constant(rng, *[1] * (rank - 2), C, C)
    return {3: tf.nn.conv1d, 4: tf.nn.conv2d, 5: tf.nn.conv3d}[rank](
        x, w, [1] * rank if rank == 5 else 1, "SAME")


def prelu(x, slope):
    return tf.nn.relu(x) + -slope * tf.nn.relu(-x)


def batch_norm(rng, x, data_format):
    return tf.compat.v1.nn.fused_batch_norm(
        x, constant(rng, C), constant(rng, C), constant(rng, C),
        rng.uniform(0.5, 1.5, C).astype(np.float32), data_format=data_format,
        is_training=False)[0]


def softmax(x, axis):
    """As tf.nn.softmax, which asks for the rank with operators of its own."""
    order = list(range(len(x.shape)))
    order[axis], order[-1] = order[-1], order[axis]
    return tf.transpose(tf.nn.softmax(tf.transpose(x, order)), order)


def repeated(x, axis):
    return tf.concat([part for part in tf.split(x, C, axis) for _ in range(2)], axis)


def axis_cases(rng):
    """Name, rank of the input, function. Those that begin with "refused" have no answer for an open
    batch."""
    shapes = [[], [1], [C], [1, C], [C, 1], [C, C], [1, 1, C], [C, 1, 1], [1, C, 1], [1, C, C],
              [C, C, C], [1, 1, 1, C], [1, C, 1, 1], [1, 1, C, C]]
    operators = {"add": tf.add, "sub": tf.subtract, "mul": tf.multiply, "prelu": prelu}
    for number, shape in enumerate(shapes):
        text = "x".join(map(str, shape)) or "scalar"
        for name in ("add", "mul", "prelu") if number % 2 else ("sub", "mul"):
            operator = operators[name]
            k = constant(rng, *shape)
            yield f"{name}_{text}", 4, lambda x, o=operator, k=k: o(conv(rng, x), k)
        k = constant(rng, *shape)
        yield f"sub_from_{text}", 4, lambda x, k=k: k - conv(rng, x)
    for rank in (3, 5):
        for name, operator in operators.items():
            for missing in (0, 1, 2):
                shape = [1] * (rank - missing - 2) + [C, 1] if missing < 2 else [1] * (rank - 3) + [C]
                k = constant(rng, *shape)
                yield (f"rank{rank}_{name}_{len(shape)}_{missing}", rank,
                       lambda x, o=operator, k=k: o(conv(rng, x), k))
    yield "refused_gains_axis", 3, lambda x: conv(rng, x) + constant(rng, 1, 1, C, C)
    yield "refused_vector_of_event", 4, lambda x: conv(rng, x) + tf.reduce_mean(conv(rng, x), [1, 2])
    yield "refused_leading_axis", 4, lambda x: conv(rng, x) + constant(rng, C, 1, 1, 1)
    for data_format in ("NHWC", "NCHW"):
        yield (f"bias_{data_format}", 4,
               lambda x, f=data_format: tf.nn.bias_add(tf.nn.relu(conv(rng, x)), constant(rng, C), f))
        yield f"bias_of_plain_{data_format}", 4, lambda x, f=data_format: conv(
            rng, tf.nn.bias_add(x, constant(rng, C), f))
    yield "batch_norm", 4, lambda x: batch_norm(rng, conv(rng, x), "NHWC")
    yield "bias_read_twice", 4, lambda x: (
        lambda y: tf.nn.bias_add(tf.identity(y), constant(rng, C)) + y)(conv(rng, x))
    for axis in (1, 2, 3, -1, -2, -3):
        for keep in (True, False):
            yield (f"mean_{axis}_{keep}", 4,
                   lambda x, a=axis, k=keep: tf.reduce_mean(conv(rng, x), a, k))
        yield f"concat_{axis}", 4, lambda x, a=axis: tf.concat([conv(rng, x), tf.nn.relu(x)], a)
        yield f"concat_moved_{axis}", 4, lambda x, a=axis: tf.concat([conv(rng, x), conv(rng, x)], a)
        yield f"split_{axis}", 4, lambda x, a=axis: repeated(conv(rng, x), a)
        yield f"softmax_{axis}", 4, lambda x, a=axis: softmax(conv(rng, x), a)
        yield f"expand_{axis}", 4, lambda x, a=axis: tf.expand_dims(conv(rng, x), a)
        yield (f"squeeze_{axis}", 4, lambda x, a=axis: tf.squeeze(
            tf.reduce_max(conv(rng, x), a, True), a) + constant(rng, C, 1))
    for axes in ([1, 2], [2, 3], [1, 3], [-1, 1], [-2, -3], [1, 2, 3], []):
        text = "_".join(map(str, axes)) or "none"
        for keep in (True, False):
            yield (f"sum_{text}_{keep}", 4,
                   lambda x, a=axes, k=keep: tf.reduce_sum(conv(rng, x), a, k))
        yield f"centered_{text}", 4, lambda x, a=axes: (
            lambda y: y - tf.reduce_mean(y, a, True))(conv(rng, x))
    for perm in ([0, 3, 1, 2], [0, 2, 3, 1], [0, 1, 3, 2], [0, 3, 2, 1], [0, 2, 1, 3]):
        text = "".join(map(str, perm))
        yield f"transpose_{text}", 4, lambda x, p=perm: tf.transpose(conv(rng, x), p)
    for axis in range(1, 4):
        paddings = [[0, 0]] * 4
        paddings[axis] = [axis, 1]
        yield f"pad_{axis}", 4, lambda x, p=paddings: tf.pad(conv(rng, x), p)
    yield "reshape_fold", 4, lambda x: tf.reshape(conv(rng, x), [-1, C, C * C])
    yield "reshape_flat", 4, lambda x: tf.reshape(conv(rng, x), [-1, C * C * C])
    yield "reshape_of_batch", 4, lambda x: tf.reshape(
        conv(rng, x), tf.concat([tf.shape(x)[:1], [C * C, C]], 0)) * constant(rng, C, 1, 1)[0]
    yield "matmul_last", 4, lambda x: tf.matmul(conv(rng, x), constant(rng, C, C))
    yield "matmul_transposed", 2, lambda x: tf.matmul(x, constant(rng, C, C), transpose_b=True)
    yield "upsampled", 4, lambda x: tf.compat.v1.image.resize_nearest_neighbor(
        conv(rng, x), [2 * C, C]) * constant(rng, C)


def chain_cases(rng):
    """Random chains that keep [N, C, C, C]."""
    steps = [
        lambda x: conv(rng, x),
        lambda x: x * constant(rng, *random_shape(rng)),
        lambda x: constant(rng, *random_shape(rng)) - x,
        lambda x: prelu(x, constant(rng, *random_shape(rng))),
        lambda x: tf.transpose(x, [0, *(1 + rng.permutation(3))]),
        lambda x: softmax(x, int(rng.integers(1, 4))),
        lambda x: x + tf.reduce_mean(x, int(rng.integers(1, 4)), True),
        lambda x: tf.nn.bias_add(x, constant(rng, C), str(rng.choice(["NHWC", "NCHW"]))),
        lambda x: batch_norm(rng, x, "NHWC"),
        lambda x: tf.reduce_sum(tf.stack([x, conv(rng, x)], 1), 1),
        lambda x: tf.nn.relu(x) + x,
    ]

    def chain(x):
        for _ in range(int(rng.integers(2, 6))):
            x = steps[int(rng.integers(len(steps)))](x)
        return x
    for number in range(24):
        yield f"chain_{number}", 4, chain


def random_shape(rng):
    return [int(rng.choice([1, C])) if axis else 1 for axis in range(4)][int(rng.integers(0, 5)):]


def write_axes():
    rng = np.random.default_rng(7)
    with h5py.File(OUT / "axes.h5", "w", libver="latest") as file:
        for cases in (axis_cases, chain_cases):
            for name, rank, function in cases(rng):
                with tf.Graph().as_default() as graph:
                    x = tf.compat.v1.placeholder(tf.float32, [None] + [C] * (rank - 1), "x")
                    y = tf.identity(function(x), "y")
                    value = rng.normal(size=[EXTENT] + [C] * (rank - 1)).astype(np.float32)
                    with tf.compat.v1.Session() as session:
                        file[f"{name}/y"] = session.run(y, {x: value})
                    file[f"{name}/x"] = value
                    graph_def = graph.as_graph_def().SerializeToString(deterministic=True)
                    file[f"{name}/graph"] = np.frombuffer(graph_def, np.uint8)


if KERAS2:
    write_axes()
for number, (model_name, make) in enumerate(MODELS.items()):
    (write_keras2 if KERAS2 else write_keras3)(model_name, make(), 100 + number)
if KERAS2:
    write_keras2("bounds", bounds(), 200)
