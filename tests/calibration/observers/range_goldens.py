#!/usr/bin/env python3
"""Writes range_goldens.hpp: ranges and local errors in plain numpy and scipy, for range_goldens.test.cpp.

range_goldens.py > range_goldens.hpp, then clang-format -i range_goldens.hpp
Every number is made from the values themselves, not from a histogram of them (but for KL, which is defined on one).
"""
import numpy as np
from scipy.optimize import brentq
from scipy.special import lambertw
from scipy.stats import entropy, norm

EVENTS, PER_EVENT = 20, 2500
F = np.float32


def uniform(seed):
    """Numbers in (0, 1) that C++ makes bit by bit: a multiplicative hash of the index."""
    k = np.arange(EVENTS * PER_EVENT, dtype=np.uint64) + np.uint64(seed)
    bits = (k * np.uint64(2654435761)) % np.uint64(2**32)
    bits = ((bits ^ (bits >> np.uint64(15))) * np.uint64(2246822519)) % np.uint64(2**32)
    return ((bits >> np.uint64(8)).astype(np.float64) + 0.5) / 2.0**24


def values(case):
    """float32; +, *, / of doubles only, so that every machine gives the same."""
    u, v = uniform(1), uniform(77777)
    tail = u / (1.0005 - u)
    if case == "rectified":  # 30 % zeros, a tail as of a shower
        return np.where(v < 0.3, 0.0, tail).astype(F)
    if case == "signed":  # light tails around 0.25
        return ((u + uniform(5) + uniform(9) + v) * 2.0 - 3.75).astype(F)
    # "negative": as behind a negated ReLU
    return np.where(v < 0.9, 0.0, -tail * tail).astype(F)


def extremes(x):
    return min(F(0), x.min()), max(F(0), x.max())


def clipped(x, threshold):
    low, high = extremes(x)
    return F(max(float(low), -threshold)), F(min(float(high), threshold))


def code_of(low, high):
    """dtype limits, scale, zero point as ops/core/qmath: symmetric where that loses less than 1 %."""
    scale_u = F((float(high) - float(low)) / 255)
    scale_s = F(max(-float(low), float(high)) / 127)
    if low < 0 and scale_s <= F(1.01) * scale_u:
        return -128, 127, scale_s, 0
    return 0, 255, scale_u, int(np.rint(F(-float(low) / float(scale_u))))


def coded(x, code):
    low, high, scale, zero = code
    q = np.clip(np.rint(x / scale), low - zero, high - zero)
    return (scale * q.astype(F)).astype(np.float64)


def squared_error(x, code):
    return np.sum((coded(x, code) - x.astype(np.float64)) ** 2)


def local_error(x, code):
    wide = x.astype(np.float64)
    noise = np.mean((coded(x, code) - wide) ** 2) / np.var(wide)
    total = np.sum(np.maximum(wide, 0))
    return noise, (np.sum(np.maximum(coded(x, code), 0)) / total - 1) ** 2 if total > 0 else 0.0


def percentile(x, percent):
    return clipped(x, np.percentile(np.abs(x[x != 0]).astype(np.float64), percent, method="inverted_cdf"))


def mse(x):
    largest = float(np.max(np.abs(x)))
    return min(squared_error(x, code_of(*clipped(x, largest * 2.0 ** (-k / 64)))) for k in range(8 * 64 + 1))


def aciq_laplace(bits):
    return float(np.real(lambertw(3 * 4.0**bits)))


def aciq_gauss(bits):
    """The minimum of the paper's error, by its derivative taken numerically."""
    def error(a):
        return 2 * ((a * a + 1) * norm.sf(a) - a * norm.pdf(a)) + a * a / (3 * 4.0**bits)
    step = 1e-4
    return brentq(lambda a: (error(a + step) - error(a - step)) / (2 * step), 0.5, 8)


def aciq(x, prior):
    wide = x[x != 0].astype(np.float64)
    low, high = extremes(x)
    one_sign = low == 0 or high == 0
    mean = 0.0 if one_sign else wide.mean()
    b, sigma = np.mean(np.abs(wide - mean)), np.sqrt(np.mean((wide - mean) ** 2))
    if prior == "likelier":
        # scipy's laplace.logpdf is log(pdf), minus infinity in a far tail.
        likely = {"laplace": -np.log(2 * b) - np.mean(np.abs(wide - mean)) / b,
                  "gauss": norm.logpdf(wide, mean, sigma).mean()}
        prior = max(likely, key=likely.get)
    bits = 9 if one_sign else 8
    alpha = aciq_laplace(bits) * b if prior == "laplace" else aciq_gauss(bits) * sigma
    return F(np.clip(mean - alpha, low, 0)), F(np.clip(mean + alpha, 0, high))


def kl(x):
    low, high = extremes(x)
    magnitude = np.abs(x[x != 0]).astype(np.float64)
    width = 2.0 ** (np.frexp(magnitude.max())[1] - 11)
    counts = np.bincount((magnitude / width).astype(int), minlength=2048)
    used = np.flatnonzero(counts)[-1] + 1
    levels = 255 if low == 0 or high == 0 else 128
    best, smallest = used, np.inf
    for kept in range(used, levels - 1, -1):
        p = counts[:kept].astype(float)
        beyond = counts[kept:].sum()
        p[-1] += beyond
        q = np.zeros(kept)
        for level in range(levels):
            part = slice(level * kept // levels, (level + 1) * kept // levels)
            inside = counts[part]
            if inside.sum() > 0:
                q[part] = np.where(inside > 0, inside.sum() / np.count_nonzero(inside), 0)
        if beyond > 0 and counts[kept - 1] == 0:
            q[-1] = 0.5
        divergence = entropy(p, q)
        if divergence < smallest - 1e-13:
            best, smallest = kept, divergence
    return clipped(x, best * width)


def moving_average(x, constant):
    events = x.reshape(EVENTS, PER_EVENT).astype(np.float64)
    low, high = np.minimum(events.min(axis=1), 0), np.maximum(events.max(axis=1), 0)
    mean_low, mean_high = low[0], high[0]
    for event in range(1, EVENTS):
        mean_low = (1 - constant) * mean_low + constant * low[event]
        mean_high = (1 - constant) * mean_high + constant * high[event]
    return F(mean_low), F(mean_high)


def literal(value):
    return f"{float(value)!r}F" if isinstance(value, F) else repr(float(value))


def golden(case):
    x = values(case)
    ranges = {
        "minmax": extremes(x),
        "percentile_99": percentile(x, 99),
        "percentile_9999": percentile(x, 99.99),
        "laplace": aciq(x, "laplace"),
        "gauss": aciq(x, "gauss"),
        "likelier": aciq(x, "likelier"),
        "kl": kl(x),
        "moving_average": moving_average(x, 0.25),
    }
    lines = [f'.name = "{case}"'] + [f".{n} = {{{literal(r[0])}, {literal(r[1])}}}" for n, r in ranges.items()]
    lines.append(f".smallest_squared_error = {literal(mse(x))}")
    for name in ("minmax", "percentile_99"):
        noise, energy = local_error(x, code_of(*ranges[name]))
        lines.append(f".{name}_error = {{{literal(noise)}, {literal(energy)}}}")
    lines.append(f".sum = {literal(np.sum(x.astype(np.float64)))}")
    return "{" + ", ".join(lines) + "}"


def main():
    print("// Made by range_goldens.py.\n#pragma once\n\n#include <array>\n#include <caloquant/range.hpp>\n")
    print('#include "calibration/observers/local_error.hpp"\n\nnamespace caloquant::testing {\n')
    print("struct RangeGolden {\n  const char* name;\n  Range minmax, percentile_99, percentile_9999;")
    print("  Range laplace, gauss, likelier, kl, moving_average;")
    print("  double smallest_squared_error;\n  LocalError minmax_error, percentile_99_error;")
    print("  double sum;  ///< of the values: are they the same?\n};\n")
    print("inline constexpr std::array range_goldens{")
    print(",\n".join("RangeGolden" + golden(case) for case in ("rectified", "signed", "negative")), "};\n")
    for name, multiplier in (("laplace", aciq_laplace), ("gauss", aciq_gauss)):
        numbers = ", ".join(literal(multiplier(bits)) for bits in range(2, 11))
        print(f"/// alpha over b or sigma for 2 to 10 bits.\ninline constexpr std::array aciq_{name}_goldens{{{numbers}}};")
    print("\n}  // namespace caloquant::testing")


if __name__ == "__main__":
    main()
