#!/usr/bin/env python3
"""Makes tests/fixtures/foreign: small networks that are no generators, trained and exported by their
own frameworks, with their data.

    segmentation.onnx, segmentation.h5  a 3-D U-net (PyTorch): which voxels of a noisy volume lie in
                                        a ball; "volume" [N, 1, 16, 16, 16], "inside" [N, 16, 16, 16]
    classifier.onnx, images.npy, labels.npy
                                        a 2-D residual network (PyTorch): stripes, rings, blobs or
                                        checks, [N, 1, 16, 16]
    keras_classifier.h5, keras_images.h5
                                        the same task in Keras, channels last
    booleans.h5                         masks "mask" [6, 2] and "hit" [6, 1] of h5py's type bool,
                                        and "kind" [6] of another enumeration

    make_foreign_fixtures.py torch DIR     needs torch, onnx, h5py
    make_foreign_fixtures.py keras DIR     needs tensorflow 2, h5py
    make_foreign_fixtures.py booleans DIR  needs h5py

Training is seeded; other versions give other weights of the same quality.
"""

import pathlib
import sys

import h5py
import numpy as np

CLASSES = 4


def pictures(count, seed):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:16, 0:16].astype(np.float32)
    labels = rng.integers(0, CLASSES, count)
    images = np.empty((count, 16, 16), np.float32)
    for i, label in enumerate(labels):
        cx, cy = rng.uniform(5, 11, 2)
        angle, period = rng.uniform(0, np.pi), rng.uniform(4, 7)
        radius = np.hypot(x - cx, y - cy)
        along = x * np.cos(angle) + y * np.sin(angle)
        across = y * np.cos(angle) - x * np.sin(angle)
        images[i] = [
            np.sin(2 * np.pi * along / period),
            np.cos(2 * np.pi * radius / period),
            2 * np.exp(-(radius**2) / (2 * period)) - 0.5,
            np.sin(2 * np.pi * along / period) * np.sin(2 * np.pi * across / period),
        ][label]
    return images + rng.normal(0, 0.9, images.shape).astype(np.float32), labels


def volumes(count, seed):
    rng = np.random.default_rng(seed)
    grid = np.stack(np.mgrid[0:16, 0:16, 0:16]).astype(np.float32)
    inside = np.empty((count, 16, 16, 16), np.int64)
    for i in range(count):
        centre = rng.uniform(5, 11, 3).astype(np.float32)
        inside[i] = ((grid - centre[:, None, None, None]) ** 2).sum(0) < rng.uniform(3, 5) ** 2
    volume = inside + rng.normal(0, 0.6, inside.shape)
    return volume[:, None].astype(np.float32), inside


def train(model, inputs, targets, steps, batch):
    import torch

    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    inputs, targets = torch.from_numpy(inputs), torch.from_numpy(targets)
    for step in range(steps):
        rows = torch.randint(0, len(inputs), (batch,))
        loss = torch.nn.functional.cross_entropy(model(inputs[rows]), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()


def export(model, example, name, folder):
    import torch

    torch.onnx.export(model, example, folder / f"{name}.onnx", dynamo=False, opset_version=17,
                      input_names=["data"], output_names=["scores"],
                      dynamic_axes={"data": {0: "N"}, "scores": {0: "N"}})


def make_torch(folder):
    import torch
    from torch import nn

    torch.manual_seed(1978)

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU())
            self.block = nn.Sequential(nn.Conv2d(12, 12, 3, padding=1), nn.BatchNorm2d(12),
                                       nn.ReLU(), nn.Conv2d(12, 12, 3, padding=1))
            self.down = nn.Conv2d(12, 16, 3, stride=2, padding=1)
            self.head = nn.Linear(16, CLASSES)

        def forward(self, x):
            x = nn.functional.max_pool2d(self.stem(x), 2)
            x = torch.relu(x + self.block(x))
            x = torch.relu(self.down(x)).mean((2, 3))
            return self.head(x)

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.enter = nn.Sequential(nn.Conv3d(1, 8, 3, padding=1), nn.BatchNorm3d(8), nn.ReLU())
            self.deep = nn.Sequential(nn.Conv3d(8, 12, 3, padding=1), nn.LeakyReLU(0.1))
            self.up = nn.ConvTranspose3d(12, 8, 2, stride=2)
            self.leave = nn.Sequential(nn.Conv3d(16, 8, 3, padding=1), nn.ReLU(), nn.Conv3d(8, 2, 1))

        def forward(self, x):
            wide = self.enter(x)
            deep = self.up(self.deep(nn.functional.max_pool3d(wide, 2)))
            return self.leave(torch.cat([wide, deep], 1))

    images, labels = pictures(4000, 1)
    model = Residual()
    train(model, images[:, None], labels, 600, 64)
    export(model, torch.zeros(1, 1, 16, 16), "classifier", folder)
    images, labels = pictures(160, 2)
    np.save(folder / "images.npy", images)
    np.save(folder / "labels.npy", labels.astype(np.uint8))
    with torch.no_grad():
        hits = model(torch.from_numpy(images[:, None])).argmax(1).numpy() == labels
    print("classifier", hits.mean())

    volume, inside = volumes(200, 3)
    model = UNet()
    train(model, volume, inside, 150, 8)
    export(model, torch.zeros(1, 1, 16, 16, 16), "segmentation", folder)
    volume, inside = volumes(24, 4)
    with h5py.File(folder / "segmentation.h5", "w") as file:
        file.create_dataset("volume", data=volume.astype(np.float16), compression=9, shuffle=True,
                            chunks=(1, 1, 16, 16, 16))
        file.create_dataset("inside", data=inside.astype(np.uint8), compression=9,
                            chunks=(1, 16, 16, 16))
    with torch.no_grad():
        hits = model(torch.from_numpy(volume)).argmax(1).numpy() == inside
    print("segmentation", hits.mean())


def make_keras(folder):
    import tensorflow as tf

    tf.keras.utils.set_random_seed(1978)
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        layers.Input((16, 16, 1)),
        layers.Conv2D(12, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(16, 3, strides=2, padding="same"), layers.LeakyReLU(),
        layers.Conv2D(16, 3, activation="relu"), layers.Flatten(),
        layers.Dense(CLASSES, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = pictures(4000, 1)
    model.fit(images[..., None], labels, epochs=8, batch_size=64, verbose=0)
    model.save(folder / "keras_classifier.h5", include_optimizer=False)
    images, labels = pictures(160, 2)
    with h5py.File(folder / "keras_images.h5", "w") as file:
        file.create_dataset("images", data=images.astype(np.float16), compression=9, shuffle=True)
        file.create_dataset("labels", data=labels.astype(np.uint8))
    print("keras", model.evaluate(images[..., None], labels, verbose=0))


def make_booleans(folder):
    mask = np.array([[0, 1], [1, 0], [1, 1], [0, 0], [1, 0], [0, 1]], bool)
    with h5py.File(folder / "booleans.h5", "w") as file:
        file.create_dataset("mask", data=mask, chunks=(4, 2), compression="gzip")
        file["hit"] = mask[:, :1]
        kinds = h5py.enum_dtype({"electron": 0, "photon": 1, "pion": 2}, basetype="i1")
        file.create_dataset("kind", data=np.array([0, 1, 2, 0, 1, 2], "i1"), dtype=kinds)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    {"torch": make_torch, "keras": make_keras, "booleans": make_booleans}[sys.argv[1]](target)
