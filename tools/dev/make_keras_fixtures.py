#!/usr/bin/env python3
"""Writes tests/fixtures/keras: small Keras models with inputs and the outputs that Keras computes.

Run with TensorFlow 2.15 (Keras 2):  make_keras_fixtures.py [folder]

A case is `<case>.h5` (a full model) or `<case>.json` with `<case>_weights.h5`, and
`<case>_golden.h5` with `input_0`, ..., `output_0`, ... in Keras's own axis order. Seeds are fixed.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import numpy as np
import tensorflow as tf

keras = tf.keras
L = keras.layers
BATCH = 2
CASES = {}


def case(style="split", post=None):
    """Registers a model builder. `style` is full (one .h5) or split (.json and weights); `post`
    edits the architecture, or architecture and golden data, before they are written."""

    def register(function):
        CASES[function.__name__] = (function, style, post)
        return function

    return register


def randomize(model, rng):
    """Weights of every layer, batch statistics included, so that nothing keeps a neutral value."""
    for weight in model.weights:
        shape = weight.shape
        kind = weight.name.split("/")[-1]
        if kind.startswith("kernel"):
            value = rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        elif kind.startswith(("gamma", "moving_variance")):
            value = rng.uniform(0.5, 1.5, shape)
        else:
            value = rng.uniform(-0.3, 0.3, shape)
        weight.assign(value.astype(np.float32))


# --- single layers ---------------------------------------------------------------------------


@case("full")
def activations():
    x = L.Input((6,), name="x")
    y = L.Dense(7, name="dense", kernel_initializer="ones")(x)
    names = ("linear relu relu6 leaky_relu elu selu sigmoid hard_sigmoid tanh softplus softsign "
             "exponential swish gelu softmax").split()
    return keras.Model(x, [L.Activation(n, name="act_" + n)(y) for n in names])


@case()
def activation_layers():
    x = L.Input((4, 3, 5), name="x")
    y = L.Conv2D(6, 2, padding="same", activation="tanh", name="conv")(x)
    layers = [L.LeakyReLU(0.1), L.ReLU(), L.ReLU(0.5), L.ReLU(negative_slope=0.2), L.ELU(0.7),
              L.Softmax(), L.Softmax(axis=1), L.Activation("softmax")]
    return keras.Model(x, [layer(y) for layer in layers])


@case()
def relu_options():
    x = L.Input((4, 3, 5), name="x")
    y = L.Conv2D(6, 2, padding="same", name="conv", activation=L.ReLU(3.0, 0.1, 0.2))(x)
    layers = [L.ReLU(0.4, negative_slope=0.2), L.ReLU(threshold=0.3),
              L.ReLU(threshold=0.3, negative_slope=0.1), L.ReLU(0.6, threshold=0.2),
              L.ReLU(0.5, threshold=0.2, negative_slope=0.15), L.ReLU(0.2, threshold=0.3),
              L.ReLU(1e9, negative_slope=0.5)]
    return keras.Model(x, [layer(y) for layer in layers])


@case()
def activation_objects():
    x = L.Input((5, 4), name="x")
    y = L.Conv1D(6, 2, activation=L.LeakyReLU(0.15), name="leaky")(x)
    y = L.Conv1D(6, 1, activation=tf.nn.relu6, name="six")(y)
    y = L.Conv1D(4, 1, activation=L.ReLU(0.8), name="clipped")(y)
    return keras.Model(x, L.Dense(3, activation="softmax", name="dense")(y))


@case()
def dense_ranks():
    x = L.Input((3, 4, 5), name="x")
    y = L.Dense(6, activation="relu", name="last_axis")(x)
    y = L.Dense(4, use_bias=False, name="no_bias")(y)
    return keras.Model(x, [y, L.Dense(2, name="head")(L.Flatten(name="flatten")(y))])


@case("full")
def conv1d():
    x = L.Input((13, 3), name="x")
    return keras.Model(x, [
        L.Conv1D(4, 4, padding="same", strides=2, name="same")(x),
        L.Conv1D(4, 3, padding="causal", dilation_rate=2, name="causal")(x),
        L.Conv1D(2, 3, dilation_rate=3, use_bias=False, name="dilated")(x),
    ])


@case()
def conv2d():
    x = L.Input((9, 8, 4), name="x")
    return keras.Model(x, [
        L.Conv2D(4, (4, 2), padding="same", strides=(2, 3), activation="relu", name="strided")(x),
        L.Conv2D(3, (2, 4), padding="same", name="even")(x),
        L.Conv2D(3, 3, padding="same", dilation_rate=(2, 1), name="dilated")(x),
        L.Conv2D(3, (1, 5), strides=2, name="valid")(x),
        L.Conv2D(3, 1, strides=3, padding="same", name="gaps")(x),
    ])


@case("full")
def conv3d():
    x = L.Input((7, 6, 9, 2), name="x")
    return keras.Model(x, [
        L.Conv3D(3, (4, 2, 6), padding="same", name="even")(x),
        L.Conv3D(3, (3, 2, 3), strides=(1, 2, 3), padding="same", activation="elu", name="strided")(x),
        L.Conv3D(2, (3, 3, 2), strides=2, name="valid")(x),
        L.Conv3D(2, (2, 2, 2), dilation_rate=(2, 1, 3), name="dilated")(x),
    ])


@case()
def conv2d_groups():
    x = L.Input((6, 5, 6), name="x")
    y = L.Conv2D(4, 3, groups=2, padding="same", name="two")(x)
    return keras.Model(x, L.Conv2D(8, 2, groups=4, name="four")(y))


@case()
def pooling():
    x, y, z = L.Input((11, 3), name="x"), L.Input((7, 6, 2), name="y"), L.Input((5, 6, 7, 2), name="z")
    return keras.Model([x, y, z], [
        L.MaxPooling1D(3, padding="same")(x), L.AveragePooling1D(2, strides=1)(x),
        L.MaxPooling2D((2, 3), strides=(3, 2))(y), L.MaxPooling2D(padding="same")(y),
        L.AveragePooling2D((3, 2), padding="same")(y), L.AveragePooling2D(4, strides=2, padding="same")(y),
        L.MaxPooling3D((2, 3, 2), padding="same")(z), L.AveragePooling3D((3, 2, 2), strides=2)(z),
        L.AveragePooling3D(2, padding="same")(z),
    ])


@case()
def global_pooling():
    x, y, z = L.Input((6, 3), name="x"), L.Input((4, 5, 2), name="y"), L.Input((3, 4, 2, 3), name="z")
    return keras.Model([x, y, z], [
        L.GlobalAveragePooling1D()(x), L.GlobalMaxPooling1D(keepdims=True)(x),
        L.GlobalMaxPooling2D()(y), L.GlobalAveragePooling2D(keepdims=True)(y),
        L.GlobalAveragePooling3D()(z), L.GlobalMaxPooling3D()(z),
    ])


@case()
def resize_and_pad():
    x, y, z = L.Input((4, 3), name="x"), L.Input((3, 4, 2), name="y"), L.Input((2, 3, 2, 2), name="z")
    return keras.Model([x, y, z], [
        L.UpSampling1D(3)(x), L.ZeroPadding1D((1, 2))(x), L.ZeroPadding1D(2)(x),
        L.UpSampling2D((2, 3))(y), L.ZeroPadding2D(1)(y), L.ZeroPadding2D((2, 1))(y),
        L.ZeroPadding2D(((0, 1), (2, 3)))(y),
        L.UpSampling3D((2, 1, 3))(z), L.ZeroPadding3D(1)(z), L.ZeroPadding3D((1, 0, 2))(z),
        L.ZeroPadding3D(((1, 0), (0, 2), (3, 1)))(z),
    ])


@case("full")
def batch_norm():
    x, y = L.Input((5,), name="x"), L.Input((3, 4, 2), name="y")
    frozen = L.BatchNormalization(name="frozen")
    frozen.trainable = False
    return keras.Model([x, y], [
        L.BatchNormalization(name="vector")(x), frozen(y),
        L.BatchNormalization(scale=False, epsilon=1e-6, name="no_gamma")(y),
        L.BatchNormalization(center=False, name="no_beta")(y),
        L.BatchNormalization(axis=1, name="first_axis")(y),
    ])


@case()
def shapes():
    x, y = L.Input((24,), name="x"), L.Input((2, 3, 4), name="y")
    image = L.Reshape((2, 3, 4), name="image")(x)
    conv = L.Conv2D(4, 2, padding="same", name="conv")(image)
    return keras.Model([x, y], [
        L.Reshape((-1, 4))(conv), L.Permute((3, 1, 2))(conv), L.Permute((2, 1, 3))(y),
        L.Flatten()(conv), L.Flatten(data_format="channels_first")(conv),
        L.Flatten(data_format="channels_first")(y), L.Flatten()(x), L.Reshape((4, -1, 3))(y),
    ])


@case()
def merges():
    x, y = L.Input((4, 5, 3), name="x"), L.Input((4, 5, 3), name="y")
    a = L.Conv2D(3, 3, padding="same", name="conv_a")(x)
    b = L.Dropout(0.3)(L.GaussianNoise(0.1)(L.SpatialDropout2D(0.2)(y)))
    return keras.Model([x, y], [
        L.Add(name="mixed")([a, b]), L.Add()([b, a, y]), L.Concatenate()([a, b]),
        L.Concatenate(axis=1)([a, a]), L.Concatenate(axis=-2)([b, a]), a,
    ])


# --- models in models ------------------------------------------------------------------------


def nested_parts():
    inner = keras.Sequential([
        L.Conv2D(3, 3, padding="same", activation="relu", input_shape=(6, 5, 3), name="conv"),
        L.BatchNormalization(name="norm"), L.LeakyReLU(0.2, name="leaky"),
        L.Conv2D(3, 2, padding="same", name="conv_b"), L.BatchNormalization(name="norm_b"),
    ], name="block")
    x = L.Input((6, 5, 3), name="x")
    return inner, x


@case()
def nested_sequential():
    inner, x = nested_parts()
    return keras.Model(x, L.Dense(2, name="head")(L.Flatten(name="flat")(inner(x))), name="outer")


@case("full")
def nested_shared():
    inner, x = nested_parts()
    dense = L.Dense(3, name="shared")
    y = inner(inner(x))
    return keras.Model(x, [dense(dense(y)), y], name="outer")


@case()
def nested_frozen():
    inner, x = nested_parts()
    inner.get_layer("conv").trainable = False
    inner.get_layer("norm").trainable = False
    return keras.Model(x, inner(x), name="outer")


@case()
def nested_same_names():
    def block(name):
        return keras.Sequential([L.Conv2D(3, 2, padding="same", name="conv"),
                                 L.BatchNormalization(name="norm")], name=name)

    x = L.Input((4, 5, 3), name="x")
    first, second = block("a")(x), block("b")(x)
    return keras.Model(x, [L.Add(name="sum")([first, second]), second], name="outer")


@case("full")
def nested_model_outputs():
    x = L.Input((4, 5, 2), name="x")
    y = L.Conv2D(3, 2, name="trunk")(x)
    middle = keras.Model(x, [y, L.Flatten(name="flat")(L.LeakyReLU(name="leaky")(y))], name="middle")
    z = L.Input((4, 5, 2), name="z")
    image, flat = middle(z)
    return keras.Model(z, [L.Dense(2, name="head")(flat), L.MaxPooling2D(name="pool")(image)], name="outer")


@case()
def sequential_in_sequential():
    return keras.Sequential([
        keras.Sequential([L.Dense(12, input_shape=(5,), name="d1"), L.Reshape((2, 3, 2), name="image")],
                         name="front"),
        keras.Sequential([L.Conv2D(3, 2, name="c1"), L.BatchNormalization(name="b1")], name="back"),
        L.Flatten(name="flat"), L.Dense(2, name="d2")], name="all")


def old_layer(layer):
    """A TF 2.15 layer object in the form of Keras 2.0.4."""
    config = layer["config"]
    if layer["class_name"] == "Sequential":
        inner = config["layers"]
        shape = inner[0]["config"]["batch_input_shape"]
        config = [old_layer(entry) for entry in inner[1:]]
        config[0]["config"]["batch_input_shape"] = shape
    elif layer["class_name"] == "Functional":
        config = old_model(config)
    else:
        config = {k: v for k, v in config.items() if k not in ("groups", "ragged")}
        if isinstance(config.get("axis"), list):
            config["axis"] = config["axis"][0]
    old = {"class_name": layer["class_name"].replace("Functional", "Model"), "config": config}
    if "inbound_nodes" in layer:
        old.update(name=layer["name"], inbound_nodes=layer["inbound_nodes"])
    return old


def old_model(config):
    return dict(config, layers=[old_layer(layer) for layer in config["layers"]])


def as_keras_2_0(model, golden):
    return dict(old_layer(model), keras_version="2.0.4", backend="tensorflow"), golden


@case(post=as_keras_2_0)
def old_dialect():
    return nested_sequential()


def with_policies(model, golden):
    for layer in model["config"]["layers"]:
        layer["config"]["dtype"] = {"module": "keras.mixed_precision", "class_name": "Policy",
                                    "config": {"name": "float32"}, "registered_name": None}
    return model, golden


@case(post=with_policies)
def dtype_policy():
    x = L.Input((4,), name="x")
    return keras.Model(x, L.Dense(3, name="dense")(x))


def other_names(model, golden):
    text = json.dumps(model)
    for name in ("conv_in", "conv_out", "norm"):
        text = text.replace(f'"{name}"', f'"{name}_7"')
    return json.loads(text), golden


@case(post=other_names)
def renamed_layers():
    x = L.Input((5, 4, 2), name="x")
    y = L.Conv2D(3, 2, name="conv_in")(x)
    return keras.Model(x, L.Conv2D(2, 2, name="conv_out")(L.BatchNormalization(name="norm")(y)))


@case("full")
def compiled_sequential():
    model = keras.Sequential([L.Dense(6, activation="relu", input_shape=(4,), name="a"),
                              L.Dense(2, activation="sigmoid", name="b")])
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 4)), np.ones((2, 2)))
    return model


# --- shapes of real generators and discriminators --------------------------------------------


@case()
def generator3d():
    body = keras.Sequential([
        L.Dense(3 * 3 * 4 * 4, input_shape=(10,), name="dense_1"), L.Reshape((3, 3, 4, 4), name="reshape_1"),
        L.Conv3D(8, (4, 4, 6), padding="same", name="conv3d_1"), L.LeakyReLU(0.3, name="leaky_re_lu_1"),
        L.BatchNormalization(name="batch_normalization_1"),
        L.UpSampling3D((2, 2, 2), name="up_sampling3d_1"), L.ZeroPadding3D((2, 2, 0), name="zero_padding3d_1"),
        L.Conv3D(4, (4, 3, 5), name="conv3d_2"), L.LeakyReLU(0.3, name="leaky_re_lu_2"),
        L.BatchNormalization(name="batch_normalization_2"),
        L.UpSampling3D((1, 1, 2), name="up_sampling3d_2"),
        L.Conv3D(1, (2, 2, 2), use_bias=False, name="conv3d_3"), L.Activation("relu", name="activation_1"),
    ], name="sequential_1")
    x = L.Input((10,), name="latent")
    return keras.Model(x, body(x), name="generator")


@case("full")
def discriminator3d():
    image = L.Input((9, 9, 8, 1), name="image")
    x = L.Conv3D(4, (3, 3, 4), padding="same", name="conv_1")(image)
    x = L.Dropout(0.2)(L.LeakyReLU(name="leaky_1")(x))
    x = L.ZeroPadding3D(((1, 1), (1, 1), (0, 1)))(x)
    x = L.Conv3D(3, (3, 3, 4), name="conv_2")(x)
    x = L.BatchNormalization(name="norm", epsilon=1e-6)(L.LeakyReLU(name="leaky_2")(x))
    x = L.AveragePooling3D((2, 2, 2), name="pool")(x)
    flat = L.Flatten(name="flatten")(x)
    return keras.Model(image, [L.Dense(1, activation="sigmoid", name="generation")(flat),
                               L.Dense(1, activation="linear", name="auxiliary")(flat)])


# --- channels_first: run as channels_last, stored with moved axes --------------------------------


def moved(shape):
    return [shape[0], shape[-1], *shape[1:-1]]


def as_channels_first(model, golden):
    """The same network for data with the channels at axis 1; the weights do not change."""
    for layer in model["config"]["layers"]:
        config = layer["config"]
        if layer["class_name"] == "InputLayer":
            config["batch_input_shape"] = moved(config["batch_input_shape"])
        elif layer["class_name"] in ("BatchNormalization", "Concatenate", "Softmax"):
            config["axis"] = 1
        elif "data_format" in config:
            config["data_format"] = "channels_first"
        layer.pop("build_config", None)
    return model, {key: np.moveaxis(value, -1, 1) if value.ndim > 2 else value
                   for key, value in golden.items()}


@case(post=as_channels_first)
def channels_first_2d():
    x = L.Input((7, 6, 3), name="x")
    y = L.Conv2D(4, (2, 3), padding="same", activation="relu", name="conv")(x)
    y = L.BatchNormalization(name="norm")(y)
    y = L.Concatenate(name="join")([L.MaxPooling2D(name="pool")(y),
                                    L.AveragePooling2D((3, 2), strides=2, padding="same", name="mean")(
                                        L.ZeroPadding2D(((0, 0), (1, 0)), name="pad")(
                                            L.Conv2D(2, (2, 2), name="conv_b")(y)))])
    return keras.Model(x, [L.Softmax(name="softmax")(y), L.Flatten(name="flat")(y),
                           L.GlobalMaxPooling2D(name="most")(y)])


@case(post=as_channels_first)
def channels_first_3d():
    x = L.Input((5, 4, 6, 2), name="x")
    y = L.UpSampling3D((1, 2, 1), name="up")(x)
    y = L.Conv3D(3, (2, 4, 3), padding="same", strides=(1, 2, 2), name="conv")(y)
    y = L.ZeroPadding3D((1, 0, 1), name="pad")(L.LeakyReLU(0.3, name="leaky")(y))
    y = L.AveragePooling3D((2, 2, 1), name="pool")(L.BatchNormalization(name="norm")(y))
    return keras.Model(x, [y, L.GlobalAveragePooling3D(name="mean")(y)])


# --- random stacks ---------------------------------------------------------------------------


def random_stack(seed, axes):
    rng = np.random.default_rng(seed)
    conv = {2: L.Conv2D, 3: L.Conv3D}[axes]
    up, pad = {2: (L.UpSampling2D, L.ZeroPadding2D), 3: (L.UpSampling3D, L.ZeroPadding3D)}[axes]
    pools = {2: (L.MaxPooling2D, L.AveragePooling2D), 3: (L.MaxPooling3D, L.AveragePooling3D)}[axes]
    numbers = lambda low, high: tuple(int(n) for n in rng.integers(low, high + 1, axes))
    choices = [
        lambda: conv(int(rng.integers(2, 5)), numbers(1, 4), padding="same", activation="relu"),
        lambda: conv(int(rng.integers(2, 5)), numbers(1, 3), strides=numbers(1, 2), padding="same"),
        lambda: L.BatchNormalization(), lambda: L.LeakyReLU(float(rng.uniform(0, 0.5))),
        lambda: pad(numbers(0, 2)), lambda: L.Activation("tanh"), lambda: up(numbers(1, 2)),
        lambda: pools[int(rng.integers(2))](numbers(1, 2), padding="same"),
        lambda: L.Dense(3), lambda: L.Dropout(0.5),
    ]
    x = y = L.Input((*numbers(4, 6), 2), name="x")
    for _ in range(8):
        y = choices[int(rng.integers(len(choices)))]()(y)
    return keras.Model(x, y)


for number in range(6):
    CASES[f"random_stack_{number}"] = (
        lambda n=number: random_stack(100 + n, 2 + n % 2), "full" if number < 2 else "split", None)


def write(folder, name):
    function, style, post = CASES[name]
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(sum(name.encode()))
    model = function()
    randomize(model, rng)
    inputs = [rng.normal(0, 1, (BATCH, *x.shape[1:])).astype(np.float32) for x in model.inputs]
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    golden = {f"input_{i}": value for i, value in enumerate(inputs)}
    golden.update({f"output_{i}": value.numpy() for i, value in enumerate(outputs)})
    if style == "full":
        assert post is None
        model.save(folder / f"{name}.h5", save_format="h5")
    else:
        architecture = json.loads(model.to_json())
        if post is not None:
            architecture, golden = post(architecture, golden)
        (folder / f"{name}.json").write_text(json.dumps(architecture) + "\n")
        model.save_weights(folder / f"{name}_weights.h5", save_format="h5")
    with h5py.File(folder / f"{name}_golden.h5", "w") as file:
        for key, value in golden.items():
            file.create_dataset(key, data=value)


def main():
    default = pathlib.Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "keras"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name in CASES:
        write(folder, name)
    print(f"{len(CASES)} cases, {sum(f.stat().st_size for f in folder.iterdir())} bytes")


if __name__ == "__main__":
    main()
