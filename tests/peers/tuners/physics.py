"""What a quantized generator does to showers, against its FP32 form on the same events and noise.

numpy only. Images [N, X, Y, Z] are in GeV.
"""

from __future__ import annotations

import dataclasses

import numpy as np

HIT = 3e-4  # [GeV]
SHARE = 0.95  # of the energy: slices that profiles are compared over
SCALE, POWER = 50.0, 0.85  # of the demo AngleGAN: out = (50 * GeV)^0.85


def to_gev(outputs: np.ndarray) -> np.ndarray:
    """Outputs [N, 51, 51, 25] or with a channel axis in front or behind, to GeV in f64."""
    axes = tuple(axis for axis in range(1, outputs.ndim) if outputs.shape[axis] == 1)
    return np.squeeze(outputs, axes).astype(np.float64) ** (1 / POWER) / SCALE


@dataclasses.dataclass(frozen=True)
class Sample:
    """What is kept of images: slice sums [N, slices] of x, y, z [GeV], and hits [N]."""

    slices: tuple[np.ndarray, np.ndarray, np.ndarray]
    hits: np.ndarray

    @staticmethod
    def of(images: np.ndarray) -> Sample:
        sums = tuple(images.sum(axis=axes) for axes in ((2, 3), (1, 3), (1, 2)))
        return Sample(sums, (images > HIT).sum(axis=(1, 2, 3)))

    @property
    def totals(self) -> np.ndarray:
        return self.slices[2].sum(axis=1)


def loss(test: Sample, reference: Sample) -> float:
    """caloquant's preset tune: means and variances of slice sums [GeV], metrics/README.md."""
    return float(sum(np.mean((a.mean(0) - b.mean(0)) ** 2) + np.mean((a.var(0) - b.var(0)) ** 2)
                     for a, b in zip(test.slices, reference.slices)))


def dead_output(reference: Sample) -> float:
    """The loss of a model that puts out zeros."""
    zero = Sample(tuple(0 * sums for sums in reference.slices), 0 * reference.hits)
    return loss(zero, reference)


def energy_bins(energies: np.ndarray) -> list[np.ndarray]:
    """Events of up to five bins of primary energy with equally many, at least five each: the bins
    of metrics/physics/energy_bins.cpp for different energies."""
    count, order = min(5, max(1, len(energies) // 5)), np.argsort(energies, kind="stable")
    ends = [-(-(2 * len(energies) * bin_ // count) // 2) for bin_ in range(1, count)]
    return np.split(order, ends)


def ratio_of_means(test: np.ndarray, reference: np.ndarray) -> tuple[float, float]:
    """Of paired events, with its error (Cochran, Sampling Techniques, eq. 6.4)."""
    ratio, n = test.sum() / reference.sum(), len(test)
    squares = ((test - ratio * reference) ** 2).sum()
    return float(ratio), float(np.sqrt(squares * n / (n - 1)) / reference.sum())


def worst_bin(test: Sample, reference: Sample, energies: np.ndarray) -> tuple[float, float, str]:
    """Energy response - 1 of the bin with the largest change, its error, and the bin."""
    found = []
    for rows in energy_bins(energies):
        ratio, error = ratio_of_means(test.totals[rows], reference.totals[rows])
        low, high = energies[rows].min(), energies[rows].max()
        found.append((ratio - 1, error, f"{low:.4g}-{high:.4g} GeV"))
    return max(found, key=lambda bin_: abs(bin_[0]))


def profile_error(test: np.ndarray, reference: np.ndarray) -> float:
    """Largest change of a slice's mean energy, over the fewest slices that hold SHARE of it."""
    before, after = reference.mean(0), test.mean(0)
    order = np.argsort(-before, kind="stable")
    needed = np.searchsorted(np.cumsum(before[order]), SHARE * before.sum()) + 1
    kept = order[:needed]
    return float(np.abs(after[kept] / before[kept] - 1).max())


@dataclasses.dataclass(frozen=True)
class Physics:
    """Columns of a row. Fractions, but for the loss [GeV^2 and GeV^4, summed]."""

    loss: float
    energy_ratio: float  # of total energies
    response: float  # worst bin
    response_error: float
    response_bin: str
    profiles: tuple[float, float, float]
    hits: float

    @staticmethod
    def of(test: Sample, reference: Sample, energies: np.ndarray) -> Physics:
        profiles = tuple(map(profile_error, test.slices, reference.slices))
        return Physics(loss(test, reference), float(test.totals.sum() / reference.totals.sum()),
                       *worst_bin(test, reference, energies), profiles,
                       float(test.hits.sum() / reference.hits.sum() - 1))

    def failed(self) -> list[str]:
        """Default criteria of caloquant that the values miss; errors of statistics not counted."""
        rows = (("energy response", self.response, 0.005), ("profiles", max(self.profiles), 0.03),
                ("hits", self.hits, 0.03))
        return [name for name, value, limit in rows if not abs(value) <= limit]
