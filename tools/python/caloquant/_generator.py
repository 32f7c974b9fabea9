from __future__ import annotations

from typing import Any

import numpy as np

from . import _caloquant
from ._models import load
from ._numbers import LARGEST_EVENT, LARGEST_SEED, whole


class Generator:
    """Showers of a generator network: cells in GeV for energies and angles.

    `batch` showers go through the network at a time, on `threads` threads.
    """

    def __init__(self, model: Any, batch: int = 8, threads: int = 1) -> None:
        self._batch = whole("batch", batch, 1, 65536)
        self._threads = whole("threads", threads, 1, 4096)
        self._generator = _caloquant._Generator(load(model), self._batch, self._threads)

    def __repr__(self) -> str:
        return f"Generator(cells={self.cells}, batch={self._batch}, threads={self._threads})"

    @property
    def cells(self) -> tuple[int, int, int]:
        """(X, Y, Z): azimuth, beam, depth."""
        x, y, z = self._generator.cells
        return x, y, z

    def generate(self, energy: Any, theta: Any = np.pi / 2, seed: int = 1,
                 first_event: int = 0) -> np.ndarray:
        """[N, X, Y, Z] f32 in GeV for energies [GeV] and angles to the beam [rad]; event i of a
        seed depends on nothing else."""
        energies = np.atleast_1d(np.asarray(energy, dtype=np.float64))
        thetas = np.ascontiguousarray(np.broadcast_to(theta, energies.shape), dtype=np.float64)
        return self._generator.generate(energies, thetas, whole("seed", seed, 0, LARGEST_SEED),
                                        whole("first_event", first_event, 0, LARGEST_EVENT))
