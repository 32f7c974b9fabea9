#!/usr/bin/env python3
"""Events, loss and criteria of these scripts against what is known by hand, and against caloquant's
goldens of the loss. Needs numpy alone; without it the test is skipped (exit code 77)."""

from __future__ import annotations

import pathlib
import re
import sys
import unittest

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no numpy")
    sys.exit(77)

from events import latents_of, normals, philox
from physics import (POWER, SCALE, Physics, Sample, dead_output, energy_bins, loss, profile_error,
                     ratio_of_means, to_gev, worst_bin)

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "metrics/shower/shower_goldens.hpp"


def golden_images(seed: int) -> np.ndarray:
    """The images of tests/metrics/shower/shower_goldens.py, in GeV: [45, 3, 4, 5]."""
    k = np.arange(45 * 3 * 4 * 5, dtype=np.uint64)
    bits = (((k + np.uint64(seed)) * np.uint64(2654435761)) % np.uint64(2**32)) >> np.uint64(8)
    values = bits / 2.0**24
    values[bits & np.uint64(3) == 0] = 0
    return values.reshape(45, 3, 4, 5) ** (1 / POWER) / SCALE


class Events(unittest.TestCase):
    def test_known_answers_of_random123(self):
        ones = 0xFFFFFFFF
        counters = np.array([[0, 0, 0, 0], [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]])
        self.assertEqual(philox(counters[:1], (0, 0)).tolist(),
                         [[0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]])
        self.assertEqual(philox(counters[1:], (0xA4093822, 0x299F31D0)).tolist(),
                         [[0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]])
        self.assertEqual(philox(np.full((1, 4), ones), (ones, ones)).tolist(),
                         [[0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]])

    def test_normals_are_box_muller_of_one_block(self):
        """As TEST(Philox, NormalIsBoxMullerOfOneBlock) of tests/ops/core/philox.test.cpp."""
        words = [int(word) for word in philox(np.array([[3, 1, 5, 2]]), (9, 7))[0]]
        first, second = (((((a << 32) | b) >> 12) + 0.5) / 2**52
                         for a, b in (words[:2], words[2:]))
        radius, angle = np.sqrt(-2 * np.log(first)), 2 * np.pi * second
        found = normals(7 << 32 | 9, 2 << 32 | 5, 8)
        np.testing.assert_allclose(found[6:], [radius * np.cos(angle), radius * np.sin(angle)],
                                   rtol=1e-13)
        np.testing.assert_array_equal(normals(7 << 32 | 9, 2 << 32 | 5, 7), found[:7])

    def test_latents_count_events_from_the_first(self):
        energies, thetas = np.array([100.0, 250.0, 30.0]), np.array([1.0, 1.5, 2.0])
        latents = latents_of(energies, thetas, first=0, size=8)
        np.testing.assert_array_equal(latents[:, 0], np.float32([1, 2.5, 0.3]))
        np.testing.assert_array_equal(latents[:, 1], np.float32(thetas))
        np.testing.assert_array_equal(latents[1:], latents_of(energies[1:], thetas[1:], 1, size=8))
        np.testing.assert_array_equal(latents[2, 2:], normals(1978, 2, 6).astype(np.float32))


class Loss(unittest.TestCase):
    def test_goldens_of_caloquant(self):
        row = re.search(r"LossProfile::sum, LossSpread::variance, 0, LossUnits::gev,\s*([^,]+),"
                        r"\s*([^,]+),", GOLDENS.read_text())
        test, reference = (Sample.of(golden_images(seed)) for seed in (1, 5000))
        self.assertAlmostEqual(loss(test, reference) / float(row[1]), 1, delta=1e-12)
        self.assertAlmostEqual(dead_output(reference) / float(row[2]), 1, delta=1e-12)

    def test_by_hand(self):
        """One cell of two: slices x (1, 3) and 0, y (1, 3), z (1, 3); the test has (2, 2)."""
        reference, test = np.zeros((2, 2, 1, 1)), np.zeros((2, 2, 1, 1))
        reference[:, 0, 0, 0], test[:, 0, 0, 0] = (1, 3), (2, 2)
        # Means are equal, variances 1 and 0: x has it in one slice of two, y and z in one of one.
        self.assertEqual(loss(Sample.of(test), Sample.of(reference)), 0.5 + 1 + 1)
        # Mean 2 and variance 1 are lost.
        self.assertEqual(dead_output(Sample.of(reference)), (4 + 1) / 2 + 5 + 5)
        self.assertEqual(loss(Sample.of(reference), Sample.of(reference)), 0)


class Criteria(unittest.TestCase):
    def test_energy_of_outputs(self):
        outputs = np.full((2, 3, 4, 5, 1), 10**0.85)
        self.assertEqual(to_gev(outputs).shape, (2, 3, 4, 5))
        np.testing.assert_allclose(to_gev(outputs.transpose(0, 4, 1, 2, 3)), 0.2, rtol=1e-14)

    def test_slices(self):
        image = np.arange(24.0).reshape(1, 2, 3, 4)
        x, y, z = Sample.of(image).slices
        self.assertEqual((x.shape, y.shape, z.shape), ((1, 2), (1, 3), (1, 4)))
        self.assertEqual((x[0, 1], y[0, 2], z[0, 3]),
                         (image[0, 1].sum(), image[0, :, 2].sum(), image[..., 3].sum()))

    def test_limits(self):
        def failed(response=0.0, profile=0.0, hits=0.0):
            return Physics(0, 1, response, 0, "", (0, profile, 0), hits).failed()

        self.assertEqual(failed(0.0049, 0.029, -0.029), [])
        self.assertEqual(failed(response=-0.0051), ["energy response"])
        self.assertEqual(failed(profile=0.031), ["profiles"])
        self.assertEqual(failed(hits=-0.031), ["hits"])
        self.assertEqual(failed(response=float("nan")), ["energy response"])

    def test_bins_are_those_of_caloquant(self):
        bins = energy_bins(np.arange(64)[::-1])
        self.assertEqual([len(rows) for rows in bins], [13, 13, 12, 13, 13])
        self.assertEqual(sorted(bins[0]), list(range(51, 64)))  # the lowest energies are at the end
        self.assertEqual([len(rows) for rows in energy_bins(np.arange(9))], [9])

    def test_worst_bin(self):
        energies = np.linspace(10, 100, 50)
        reference = np.zeros((50, 1, 1, 2))
        reference[..., 0] = energies[:, None, None]
        test = reference.copy()
        test[:10] *= 1.01
        test[20:30] *= 0.97
        value, error, name = worst_bin(Sample.of(test), Sample.of(reference), energies)
        self.assertAlmostEqual(value, -0.03, delta=1e-12)
        self.assertAlmostEqual(error, 0, delta=1e-12)
        self.assertEqual(name, f"{energies[20]:.4g}-{energies[29]:.4g} GeV")

    def test_error_of_a_ratio(self):
        """Ratio 6 / 4; residuals 1 - 1.5 * 2 = -2 and 5 - 3 = 2, so sqrt(8 * 2) / 4."""
        self.assertEqual(ratio_of_means(np.array([1.0, 5.0]), np.array([2.0, 2.0])), (1.5, 1.0))

    def test_profiles_over_the_slices_that_hold_95_percent(self):
        """Of 60, 30, 6 and 4 the first three are needed: the last may change as it likes."""
        reference = np.array([[4.0, 60.0, 30.0, 6.0]])
        self.assertEqual(profile_error(reference * [9, 1, 1, 1], reference), 0)
        self.assertAlmostEqual(profile_error(reference * [1, 1.01, 1, 0.5], reference), 0.5)
        self.assertAlmostEqual(profile_error(reference * [1, 1.01, 0.98, 1], reference), 0.02)

    def test_a_row(self):
        """Two cells of each shower; one falls below the threshold of a hit in half of them."""
        energies = np.linspace(10, 100, 10)
        reference = np.zeros((10, 2, 1, 1))
        reference[:, 0, 0, 0], reference[:, 1, 0, 0] = 1, 3.1e-4
        test = reference.copy()
        test[::2, 1, 0, 0] = 2.9e-4
        found = Physics.of(Sample.of(test), Sample.of(reference), energies)
        self.assertEqual(found.hits, -0.25)
        self.assertEqual(found.profiles[0], 0)  # the second slice has 0.03 % of the energy
        self.assertAlmostEqual(found.energy_ratio, 1 - 1e-5 / 1.00031, delta=1e-12)
        self.assertEqual(found.failed(), ["hits"])
        dead = Physics.of(Sample.of(0 * test), Sample.of(reference), energies)
        self.assertEqual(dead.profiles, (1, 1, 1))
        self.assertEqual(dead.failed(), ["energy response", "profiles", "hits"])


if __name__ == "__main__":
    unittest.main()
