"""Shower files of `caloquant make-showers --detector clic51` (or CERN's of the same layout), streamed.

`ECAL` (N, 51, 51, 25) in file units of 50 x GeV, `energy` (N) in GeV, `theta` (N) in rad. As CERN's
loader does, cells below 1e-4 become 0 and events with a sum of at most 10 are left out, both in file units.
"""

from __future__ import annotations

import glob
import pathlib
from collections.abc import Iterator

import h5py
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from generator import IMAGE

SCALE = 50.0   # file units / GeV
POWER = 0.85   # network units = file units ^ POWER
CELL_THRESHOLD = 1e-4
SMALLEST_SUM = 10.0
ENERGY_UNIT = 100.0  # [GeV]
BLOCK = 64  # consecutive events that are read at once


def find_files(patterns: list[str]) -> list[pathlib.Path]:
    """Sorted files; each one has the three datasets with as many rows. Raises ValueError."""
    files = []
    for pattern in patterns:
        found = sorted(glob.glob(pattern))
        if not found:
            raise ValueError(f"{pattern}: no such file; make showers with `caloquant make-showers "
                             "--detector clic51 --events 10000 -o showers51_1.h5`")
        files += [pathlib.Path(name) for name in found]
    for path in files:
        check_file(path)
    return files


def check_file(path: pathlib.Path) -> None:
    try:
        with h5py.File(path, "r") as file:
            for name in ("ECAL", "energy", "theta"):
                if name not in file:
                    raise ValueError(f"{path}:{name}: is missing; give files with ECAL, energy and "
                                     "theta (make-showers --detector clic51)")
            shape = file["ECAL"].shape
            if shape[1:] != IMAGE:
                raise ValueError(f"{path}:ECAL: has shape {shape}; (N, 51, 51, 25) is needed "
                                 "(make-showers --detector clic51)")
            for name in ("energy", "theta"):
                if file[name].size != shape[0]:
                    raise ValueError(f"{path}:{name}: has {file[name].size} values for {shape[0]} "
                                     "images; the file may be truncated")
    except OSError as error:
        raise ValueError(f"{path}: cannot be read as HDF5 ({error}); make or copy it again") from error


class Showers(IterableDataset):
    """Batches (images in network units, energy in 100 GeV, theta in rad), all f32.

    Blocks of events come in an order drawn from (seed, epoch), events in an order drawn within
    `mixed` blocks. The last, smaller batch is dropped. Given seed, epoch and number of workers the
    batches are the same each time.
    """

    def __init__(self, files: list[pathlib.Path], batch: int, seed: int, mixed: int = 8,
                 limit: int | None = None) -> None:
        self.batch, self.seed, self.mixed, self.epoch = batch, seed, mixed, 0
        self.blocks: list[tuple[pathlib.Path, int, int]] = []
        left = limit
        for path in files:
            with h5py.File(path, "r") as file:
                rows = file["ECAL"].shape[0] if left is None else min(left, file["ECAL"].shape[0])
            left = None if left is None else left - rows
            self.blocks += [(path, first, min(first + BLOCK, rows))
                            for first in range(0, rows, BLOCK)]

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
        worker = get_worker_info()
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.blocks))
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        mine = order[first::step]
        mixer = np.random.default_rng([self.seed, self.epoch, 1 + first])
        rest: list[np.ndarray] | None = None
        for begin in range(0, len(mine), self.mixed):
            parts = [read_block(*self.blocks[i]) for i in mine[begin:begin + self.mixed]]
            events = [np.concatenate(column) for column in zip(*parts)]
            shuffled = mixer.permutation(len(events[0]))
            events = [column[shuffled] for column in events]
            if rest is not None:
                events = [np.concatenate(pair) for pair in zip(rest, events)]
            full = len(events[0]) // self.batch * self.batch
            for at in range(0, full, self.batch):
                yield tuple(torch.from_numpy(column[at:at + self.batch].copy())
                            for column in events)
            rest = [column[full:] for column in events]


def read_block(path: pathlib.Path, first: int, last: int) -> tuple[np.ndarray, ...]:
    with h5py.File(path, "r") as file:
        cells = file["ECAL"][first:last].astype(np.float32)
        energy = file["energy"][first:last].reshape(-1).astype(np.float32)
        theta = file["theta"][first:last].reshape(-1).astype(np.float32)
    if not (np.isfinite(cells).all() and np.isfinite(energy).all() and np.isfinite(theta).all()):
        raise ValueError(f"{path}: rows {first} to {last} have values that are not finite; "
                         "make or copy the file again")
    kept = cells.sum(axis=(1, 2, 3), dtype=np.float64) > SMALLEST_SUM
    cells[cells < CELL_THRESHOLD] = 0.0
    return np.power(cells[kept], POWER), energy[kept] / ENERGY_UNIT, theta[kept]


def loader(showers: Showers, epoch: int, workers: int) -> DataLoader:
    showers.epoch = epoch
    return DataLoader(showers, batch_size=None, num_workers=workers, pin_memory=torch.cuda.is_available())
