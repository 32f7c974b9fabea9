#!/usr/bin/env python3
"""Writes shower_goldens.hpp: the shower-shape loss in plain numpy, for shower_loss.test.cpp.

shower_goldens.py [geant4_51x51x25_10events.h5] > shower_goldens.hpp, then clang-format -i shower_goldens.hpp
"""
import sys

import numpy as np

EVENTS, EXTENTS, SCALE, POWER = 45, (3, 4, 5), 50.0, 0.85


def images(seed):
    """Network outputs [N, X, Y, Z] in [0, 1), a quarter of them 0, exact in float32."""
    k = np.arange(EVENTS * np.prod(EXTENTS), dtype=np.uint64)
    bits = (((k + np.uint64(seed)) * np.uint64(2654435761)) % np.uint64(2**32)) >> np.uint64(8)
    values = bits / 2.0**24
    values[bits & np.uint64(3) == 0] = 0
    return values.reshape((EVENTS,) + EXTENTS)


def to_units(image, units):
    stored = image ** (1 / POWER)
    return {"network": image, "file": stored, "gev": stored / SCALE}[units]


def profile(image, kind, spread, batch):
    """[(mean, spread) per slice] of x, y, z; batch > 0: the mean over batches, as nc_eval.py."""
    spread_of = np.var if spread == "variance" else np.std
    batches = [image[i : i + batch] for i in range(0, len(image), batch)] if batch else [image]
    axes = []
    for axis in (1, 2, 3):
        others = tuple(i for i in (1, 2, 3) if i != axis)
        if kind == "sum":
            means = [b.sum(axis=others).mean(axis=0) for b in batches]
            spreads = [spread_of(b.sum(axis=others), axis=0) for b in batches]
        else:
            means = [b.mean(axis=(0,) + others) for b in batches]
            spreads = [spread_of(b, axis=(0,) + others) for b in batches]
        axes.append((np.mean(means, axis=0), np.mean(spreads, axis=0)))
    return axes


def loss(test, reference, *variant):
    pairs = zip(profile(test, *variant), profile(reference, *variant))
    return sum(np.mean((m - n) ** 2) + np.mean((s - t) ** 2) for (m, s), (n, t) in pairs)


def block_of_event(batch):
    units = -(-EVENTS // batch) if batch else EVENTS
    blocks = min(20, units if batch else units // 2)
    return np.array([(i // (batch or 1)) * blocks // units for i in range(EVENTS)])


def jackknife(loss_of, blocks):
    count = blocks.max() + 1
    losses = np.array([loss_of(blocks != block) for block in range(count)])
    return (count - 1) / count * np.sum((losses - losses.mean()) ** 2)


def noise(test, reference, spread):
    total = 0
    for axis in (1, 2, 3):
        others = tuple(i for i in (1, 2, 3) if i != axis)
        for sample in (test, reference):
            sums = sample.sum(axis=others)
            v, m4 = sums.var(axis=0), ((sums - sums.mean(axis=0)) ** 4).mean(axis=0)
            of_spread = (m4 - v**2) / (1 if spread == "variance" else 4 * v)
            total += np.mean((v + of_spread) / EVENTS)
    return total


def synthetic_rows():
    for units in ("gev", "file", "network"):
        test, ref = to_units(images(1), units), to_units(images(5000), units)
        for kind in ("sum", "cell"):
            for spread in ("variance", "stddev"):
                for batch in (0, 2, 4):
                    v, blocks = (kind, spread, batch), block_of_event(batch)
                    joint = jackknife(lambda k: loss(test[k], ref[k], *v), blocks)
                    apart = jackknife(lambda k: loss(test[k], ref, *v), blocks) + jackknife(
                        lambda k: loss(test, ref[k], *v), blocks
                    )
                    noise_or_0 = noise(test, ref, spread) if (kind, batch) == ("sum", 0) else 0
                    numbers = (loss(test, ref, *v), loss(0 * test, ref, *v))
                    numbers += (joint**0.5, apart**0.5, noise_or_0)
                    print("    {LossProfile::%s, LossSpread::%s, %d, LossUnits::%s, " % (*v, units))
                    print("     " + ", ".join("%.17g" % number for number in numbers) + "},")


print("""#pragma once

// Written by shower_goldens.py.

#include <array>
#include <caloquant/shower_loss.hpp>

namespace caloquant::testing {

struct LossGolden {
  LossProfile profile;
  LossSpread spread;
  std::size_t batch_size;
  LossUnits units;
  double loss;
  double dead_output;
  double joint_error;       ///< the same block left out of both samples
  double quadrature_error;  ///< blocks left out of one sample at a time
  double noise;             ///< 0: not defined
};

inline constexpr std::array<LossGolden, 36> loss_goldens{{""")
synthetic_rows()
print("""}};

}  // namespace caloquant::testing""")
if len(sys.argv) > 1:
    import h5py

    ecal = h5py.File(sys.argv[1])["ECAL"][:].astype(np.float64)
    for name, cells in (("GeV", ecal / SCALE), ("network", ecal**POWER)):
        for v in (("sum", "variance", 0), ("cell", "stddev", 2)):
            numbers = (loss(cells[:5], cells[5:], *v), loss(0 * cells[:5], cells[5:], *v))
            print("geant4", name, *v, "%.17g %.17g" % numbers, file=sys.stderr)
