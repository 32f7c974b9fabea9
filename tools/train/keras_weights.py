"""Weights of the generator as Keras 2 `save_weights` HDF5, for `caloquant --weights`.

Keras kernels are (x, y, z, in, out) and (in, out), PyTorch's (out, in, x, y, z) and (out, in).
"""

from __future__ import annotations

import os
import pathlib

import h5py
import numpy as np
import torch

from generator import CONVOLUTIONS, Generator

GROUP = "sequential_1"  # the one layer with weights of configs/anglegan.json
KERAS_VERSION = "2.0.4"


def weight_names() -> list[tuple[str, str]]:
    """(Keras dataset, PyTorch tensor), in Keras's order: what is trained first, then what is not."""
    trained = [("dense_1/kernel:0", "dense_1.weight"), ("dense_1/bias:0", "dense_1.bias")]
    stored = []
    for name, _, _, _, norm in CONVOLUTIONS:
        trained += [(f"{name}/kernel:0", f"{name}.weight"), (f"{name}/bias:0", f"{name}.bias")]
        if norm:
            trained += [(f"{norm}/gamma:0", f"{norm}.weight"), (f"{norm}/beta:0", f"{norm}.bias")]
            stored += [(f"{norm}/moving_mean:0", f"{norm}.running_mean"),
                       (f"{norm}/moving_variance:0", f"{norm}.running_var")]
    return trained + stored


def to_torch(array: np.ndarray) -> np.ndarray:
    order = {5: (4, 3, 0, 1, 2), 2: (1, 0)}.get(array.ndim)
    return array if order is None else np.ascontiguousarray(array.transpose(order))


def to_keras(array: np.ndarray) -> np.ndarray:
    order = {5: (2, 3, 4, 1, 0), 2: (1, 0)}.get(array.ndim)
    return array if order is None else np.ascontiguousarray(array.transpose(order))


def load_keras(path: os.PathLike[str] | str, model: Generator) -> None:
    """Reads every weight and the statistics of BatchNorm. Raises ValueError for what does not fit."""
    state = model.state_dict()
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"{path}: cannot be opened as HDF5 ({error}); give a file of Keras "
                         "save_weights, as configs/anglegan_demo.hdf5") from error
    with file:
        for dataset, tensor in weight_names():
            place = f"{GROUP}/{dataset}"
            if place not in file:
                raise ValueError(f"{path}:{place}: is missing; give weights of configs/anglegan.json")
            value = to_torch(file[place][()].astype(np.float32))
            if value.shape != tuple(state[tensor].shape):
                raise ValueError(f"{path}:{place}: has shape {file[place].shape}, which is not that "
                                 "of configs/anglegan.json; give weights of this architecture")
            if not np.isfinite(value).all():
                raise ValueError(f"{path}:{place}: has values that are not finite; copy it again")
            state[tensor] = torch.from_numpy(value)
    model.load_state_dict(state)


def save_keras(path: os.PathLike[str] | str, model: Generator) -> None:
    """Writes under a temporary name beside `path`, then renames: a reader sees all or nothing."""
    path = pathlib.Path(path)
    temporary = path.with_name(path.name + ".part")
    state = model.state_dict()
    with h5py.File(temporary, "w") as file:
        file.attrs["backend"] = np.bytes_("tensorflow")
        file.attrs["keras_version"] = np.bytes_(KERAS_VERSION)
        file.attrs["layer_names"] = np.array(["input_1", GROUP], dtype="S")
        file.create_group("input_1").attrs["weight_names"] = np.array([], dtype=np.float64)
        group = file.create_group(GROUP)
        group.attrs["weight_names"] = np.array([name for name, _ in weight_names()], dtype="S")
        for dataset, tensor in weight_names():
            value = to_keras(state[tensor].detach().cpu().numpy().astype(np.float32))
            if not np.isfinite(value).all():
                raise ValueError(f"{tensor}: is not finite; nothing was written to {path}")
            group.create_dataset(dataset, data=value)
    os.replace(temporary, path)
