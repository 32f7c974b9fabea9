"""The events of a caloquant run: labels from a shower file, noise from the same generator.

numpy, and h5py to read files.
"""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np

SEED = 1978  # of caloquant's configs


def philox(counter: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """Philox4x32-10 (Salmon et al., SC'11) of counters [N, 4], as ops/core/philox."""
    words = [counter[:, i].astype(np.uint64) for i in range(4)]
    key0, key1 = key
    for _ in range(10):
        product0, product1 = words[0] * np.uint64(0xD2511F53), words[2] * np.uint64(0xCD9E8D57)
        low = np.uint64(0xFFFFFFFF)
        words = [(product1 >> np.uint64(32)) ^ words[1] ^ np.uint64(key0), product1 & low,
                 (product0 >> np.uint64(32)) ^ words[3] ^ np.uint64(key1), product0 & low]
        key0, key1 = (key0 + 0x9E3779B9) & 0xFFFFFFFF, (key1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(words, axis=1).astype(np.uint32)


def normals(seed: int, event: int, count: int) -> np.ndarray:
    """Noise components 0 ... count - 1 of an event, f64: Box and Muller of pairs."""
    pairs = np.arange((count + 1) // 2, dtype=np.uint64)
    rest = np.broadcast_to(np.array([1, event & 0xFFFFFFFF, event >> 32], np.uint64),
                           (len(pairs), 3))
    words = philox(np.column_stack([pairs, rest]), (seed & 0xFFFFFFFF, seed >> 32))
    words = words.astype(np.uint64)
    bits = ((words[:, 0::2] << np.uint64(32)) | words[:, 1::2]) >> np.uint64(12)
    unit = (bits + 0.5) * 2.0**-52
    radius, angle = np.sqrt(-2 * np.log(unit[:, 0])), 2 * np.pi * unit[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]


@dataclasses.dataclass(frozen=True)
class Events:
    """Latents [N, L] f32 of consecutive events, and the energies of their primaries [GeV]."""

    latents: np.ndarray
    energies: np.ndarray


def latents_of(energies: np.ndarray, thetas: np.ndarray, first: int, size: int = 256,
               seed: int = SEED) -> np.ndarray:
    """Encoding energy_angle_noise of events first, first + 1, ...: [Ep / 100 GeV, theta, noise]."""
    noise = [normals(seed, first + i, size - 2) for i in range(len(energies))]
    return np.column_stack([energies / 100, thetas, noise]).astype(np.float32)


def read_events(path: pathlib.Path, calibration: int, evaluation: int) -> tuple[Events, Events]:
    """The first events calibrate, those behind them evaluate. As caloquant reads variable_angle:
    cells below 1e-4 are 0, events with a sum of 10 or less do not count (units of the file)."""
    import h5py

    wanted, kept = calibration + evaluation, []
    with h5py.File(path) as file:
        energies, thetas = (file[name][()].astype(np.float64) for name in ("energy", "theta"))
        for row in range(len(energies)):
            image = file["ECAL"][row]
            if image[image >= 1e-4].sum(dtype=np.float64) > 10:
                kept.append(row)
            if len(kept) == wanted:
                break
    if len(kept) < wanted:
        raise SystemExit(f"{path}: {len(kept)} usable events, {wanted} are wanted")
    energies, thetas = energies[kept], thetas[kept]
    latents = latents_of(energies, thetas, first=0)
    cut = slice(None, calibration), slice(calibration, None)
    return tuple(Events(latents[part], energies[part]) for part in cut)
