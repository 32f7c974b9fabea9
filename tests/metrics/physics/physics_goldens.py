#!/ usr / bin / env python3
"""Writes physics_goldens.hpp: the physics quantities in plain numpy and scipy, for the tests here.

physics_goldens.py > physics_goldens.hpp, then clang-format -i physics_goldens.hpp
"""
import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import ks_2samp, wasserstein_distance

EVENTS, EXTENTS, BLOCKS = 60, (5, 6, 9), 20
SEEDS = (1, 5000)
ENERGY = 100.0 + 50.0 * (np.arange(EVENTS) % 7)
THETA = 1.2 + 0.1 * (np.arange(EVENTS) % 5)


def images(seed):
    """[N, X, Y, Z] GeV: the fourth power of numbers in [0, 1), a quarter of them 0; exact float32."""
    k = np.arange(EVENTS * np.prod(EXTENTS), dtype=np.uint64)
    bits = (((k + np.uint64(seed)) * np.uint64(2654435761)) % np.uint64(2**32)) >> np.uint64(8)
    values = (bits / 2.0**24).astype(np.float32)
    values[bits & np.uint64(3) == 0] = 0
    squares = values * values
    return (squares * squares).reshape((EVENTS,) + EXTENTS)


def moments(slices):
    j = np.arange(len(slices))
    first = np.average(j, weights=slices)
    return [first] + [np.average((j - first) ** k, weights=slices) for k in (2, 3)]


def angle(image):
    x, y, z = (np.arange(n) + 0.5 for n in image.shape)
    reference = [np.average(a, weights=image.sum(axis=o)) for a, o in ((x, (1, 2)), (y, (0, 2)), (z, (0, 1)))]
    angles, weights = [], []
    for layer in range(len(z)):
        cells = image[:, :, layer]
        if cells.sum() > 0:
            xm, ym = np.average(x, weights=cells.sum(axis=1)), np.average(y, weights=cells.sum(axis=0))
            slope = (ym - reference[1]) / np.sqrt((xm - reference[0]) ** 2 + (z[layer] - reference[2]) ** 2)
            slope = -slope if z[layer] < reference[2] else slope
            angles.append(np.pi / 2 - np.arctan(slope))
            weights.append(z[layer])
    return np.average(angles, weights=weights)


def features(image32, energy, theta):
    image = image32.astype(np.float64)
    axes = [image.sum(axis=o) for o in ((1, 2), (0, 2), (0, 1))]
    by_axis = np.array([moments(s) for s in axes])
    z, m = axes[2], EXTENTS[2] // 3
    ratios = np.array([z[:m].sum(), z[m : 2 * m].sum(), z[2 * m :].sum()]) / image.sum()
    row = [energy, theta, image.sum(), image.sum() / energy, (image > 3e-4).sum(), (image > 2e-4).sum()]
    row += [*by_axis.T.ravel(), *ratios, *np.unravel_index(image32.argmax(), EXTENTS), angle(image)]
    thresholds = [float("1e%d" % t) for t in range(-13, 1)]
    return np.array(row), np.array([(image > t).mean() for t in thresholds])


SMALL = [6, 7, 8, 9, 10, 11, 2, 0, 5, 15, 16]  # without R3, whose sum with R1 and R2 is 1


def frechet(a, b):
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(ca)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    common = np.sqrt(np.linalg.eigvalsh(root @ cb @ root)).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * common


def discrepancy(x, y, paired):
    k = [(p @ q.T / x.shape[1] + 1) ** 4 for p, q in ((x, x), (y, y), (x, y))]
    n, m = len(x), len(y)
    off = lambda matrix: matrix.sum() - np.trace(matrix)
    cross = off(k[2]) / (n * (n - 1)) if paired else k[2].mean()
    return off(k[0]) / (n * (n - 1)) + off(k[1]) / (m * (m - 1)) - 2 * cross


def jackknife(function, a, b, paired):
    block = np.arange(EVENTS) * BLOCKS // EVENTS
    def error(replicas):
        return (BLOCKS - 1) / BLOCKS * np.sum((replicas - np.mean(replicas)) ** 2)
    if paired:
        return error([function(a[block != j], b[block != j]) for j in range(BLOCKS)]) ** 0.5
    of_a = [function(a[block != j], b) for j in range(BLOCKS)]
    of_b = [function(a, b[block != j]) for j in range(BLOCKS)]
    return (error(of_a) + error(of_b)) ** 0.5


def separation(a, b, edges):
    p, q = (np.histogram(v, edges)[0] / len(v) for v in (a, b))
    return 0.5 * np.sum((p - q) ** 2 / np.where(p + q > 0, p + q, 1))


def constant(name, value):
    print("inline constexpr double %s = %.17g;" % (name, value))


def array(name, values, kind="double"):
    text = ", ".join(("%.17g" if kind == "double" else "%d") % v for v in values)
    print("inline constexpr std::array<%s, %d> %s{%s};" % (kind, len(values), name, text))


print("""#pragma once
// Written by physics_goldens.py.

#include <array>
#include <cstdint>

namespace caloquant::testing {
""")
samples, rows = [images(seed) for seed in SEEDS], []
for sample in samples:
    rows.append(np.array([features(*event)[0] for event in zip(sample, ENERGY, THETA)]))
row, sparsity = features(samples[0][7], ENERGY[7], THETA[7])
array("golden_features", row)
array("golden_sparsity", sparsity)
logs = np.log10(samples[0][samples[0] > 0].astype(np.float64))
edges = np.concatenate([[-np.inf], np.linspace(-12, 1, 101), [np.inf]])
array("golden_spectrum", np.histogram(logs, edges)[0], "std::uint64_t")

total = [r[:, 2] for r in rows]
constant("golden_wasserstein", wasserstein_distance(*total))
constant("golden_weighted_wasserstein", wasserstein_distance(*total, ENERGY, THETA))
constant("golden_ks", ks_2samp(*total).statistic)
inner = np.linspace(0.8 * total[0].mean(), 1.2 * total[0].mean(), 21)
constant("golden_separation", separation(*total, np.concatenate([[-np.inf], inner, [np.inf]])))
for paired in (False, True):
    name = "paired" if paired else "apart"
    constant("golden_wasserstein_error_" + name, jackknife(wasserstein_distance, *total, paired))
    ratio = total[1].mean() / total[0].mean()
    residual = (total[1] - ratio * total[0]).var(ddof=1)
    apart = total[1].var(ddof=1) + ratio**2 * total[0].var(ddof=1)
    constant("golden_ratio_error_" + name, np.sqrt((residual if paired else apart) / EVENTS) / total[0].mean())
    difference = (total[1] - total[0]).var(ddof=1) if paired else sum(t.var(ddof=1) for t in total)
    constant("golden_difference_error_" + name, np.sqrt(difference / EVENTS))
constant("golden_ratio", total[1].mean() / total[0].mean())
resolution = lambda a, b: b.std(ddof=1) / b.mean() - a.std(ddof=1) / a.mean()
fractions = [r[:, 3] for r in rows]
constant("golden_resolution_difference", resolution(*fractions))
constant("golden_resolution_error", jackknife(resolution, *fractions, True))

profiles = [s.astype(np.float64).sum(axis=(2, 3)).mean(axis=0) for s in samples]
central = slice(EXTENTS[0] // 4, EXTENTS[0] - EXTENTS[0] // 4)
constant("golden_profile_error", np.mean(np.abs(profiles[0] - profiles[1])[central] / profiles[0][central]))
j = np.arange(EXTENTS[0])
constant("golden_profile_wasserstein", wasserstein_distance(j, j, *profiles))

small = [r[:, SMALL] for r in rows]
correlations = [np.corrcoef(s, rowvar=False) for s in small]
lower = np.tril_indices(len(SMALL), -1)
constant("golden_correlation", correlations[0][8, 6])
constant("golden_correlation_score", np.mean((correlations[0] - correlations[1])[lower] ** 2))
scaled = [s / np.abs(small[0]).max(axis=0) for s in small]
constant("golden_frechet", frechet(*scaled))
constant("golden_discrepancy", discrepancy(scaled[0], scaled[1][:50], False))
constant("golden_paired_discrepancy", discrepancy(*scaled, True))
x = 1 / np.linspace(10, 100, 10)
lines = {"free": 0.3 + 2 * x + 0.01 * np.cos(j.sum() * x * 100), "flat": 0.3 - 2 * x, "steep": 3 * x - 0.05}
array("golden_line_x", x)
for name, y in lines.items():
    fit, covariance = curve_fit(lambda v, a, b: a + b * v, x, y, bounds=([0, 0], [np.inf, np.inf]),
                                xtol=1e-15, ftol=1e-15, gtol=1e-15)
    array("golden_line_" + name, y)
    array("golden_fit_" + name, [fit[0], np.sqrt(covariance[0, 0])])
array("golden_quantiles", np.quantile(total[0], [0.16275, 0.5, 0.83725]))
print("\n}  // namespace caloquant::testing")
