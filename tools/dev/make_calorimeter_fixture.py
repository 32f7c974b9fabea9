#!/usr/bin/env python3
"""A small generator of 51 x 51 x 25 cells as SavedModel: tests/fixtures/calorimeter.

    python3.11 -m venv ~/peers && ~/peers/bin/pip install tensorflow==2.15.1
    ~/peers/bin/python tools/dev/make_calorimeter_fixture.py

The commands of configs/FROM_SAVEDMODEL_TO_GATE.md are tested with it. Its latents are those of
AngleGAN, [energy / 100 GeV, theta, noise], but fewer; its weights are drawn, so its showers are none.
"""
import os
import pathlib
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/calorimeter"


def generator():
    layers = tf.keras.layers
    return tf.keras.Sequential([
        tf.keras.Input((8,), name="latent"),
        layers.Dense(3 * 3 * 5 * 2, name="dense_1"),
        layers.Reshape((3, 3, 5, 2)),
        layers.UpSampling3D((17, 17, 5)),
        layers.Conv3D(2, 2, padding="same", activation="relu", name="conv3d_1"),
        layers.Conv3D(1, 2, padding="same", activation="relu", name="conv3d_2"),
    ])


def main():
    model = generator()
    rng = np.random.default_rng(1)
    model.set_weights([np.abs(rng.normal(0, 0.3, w.shape)) for w in model.get_weights()])
    shutil.rmtree(OUT, ignore_errors=True)
    model.export(str(OUT))
    (OUT / "fingerprint.pb").unlink(missing_ok=True)
    shutil.rmtree(OUT / "assets", ignore_errors=True)


if __name__ == "__main__":
    main()
