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


for number, (model_name, make) in enumerate(MODELS.items()):
    (write_keras2 if KERAS2 else write_keras3)(model_name, make(), 100 + number)
if KERAS2:
    write_keras2("bounds", bounds(), 200)
