#!/usr/bin/env python3
"""Full simulation held against other showers, quantity by quantity.

  validate.py FULL.h5... [--cern TEN.h5] [--profiles PROFILES.json] [--sample NAME=FILE.h5]...

FULL.h5 are files of full simulation. TEN.h5 are showers without labels (`ECAL`, `mtheta`): they are
compared at their own visible energy and angle. PROFILES.json has mean slice energies at 90 degrees.
Every --sample is another file of electrons over the same energies and angles, compared in bins of
energy. Needs numpy and h5py. Prints Markdown.
"""
from __future__ import annotations

import argparse
import json
import pathlib

import h5py
import numpy as np

SCALE = 50.0      # ECAL is 50 x GeV
THRESHOLD = 2e-6  # [GeV], of CERN's files
BINS = ((2, 100), (100, 200), (200, 300), (300, 400), (400, 500))  # [GeV]


class Showers:
    """Quantities of every event; what needs the primary is nan without one."""

    def __init__(self, files: list[pathlib.Path]) -> None:
        parts: dict[str, list[np.ndarray]] = {}
        for file in files:
            with h5py.File(file) as data:
                energy = data["energy"][:].ravel() if "energy" in data else None
                theta = data["theta" if "theta" in data else "mtheta"][:].ravel()
                for begin in range(0, len(theta), 50):
                    rows = slice(begin, begin + 50)
                    image = data["ECAL"][rows].astype(np.float64) / SCALE
                    image[image < THRESHOLD] = 0.0
                    part = self.measure(image)
                    part["theta"] = theta[rows]
                    part["energy"] = (np.full(len(image), np.nan) if energy is None
                                      else energy[rows])
                    for key, value in part.items():
                        parts.setdefault(key, []).append(value)
        self.values = {key: np.concatenate(value) for key, value in parts.items()}
        self.values["visible fraction [%]"] = 100.0 * self["visible"] / self["energy"]

    def __getitem__(self, key: str) -> np.ndarray:
        return self.values[key]

    @staticmethod
    def measure(image: np.ndarray) -> dict[str, np.ndarray]:
        total = image.sum((1, 2, 3))
        layers = image.sum((1, 2))
        values = {"visible": total, "layers": layers}
        share = layers / total[:, None]
        depth = np.arange(image.shape[3])
        mean = share @ depth
        values["mean depth [layers]"] = mean
        values["variance of depth [layers^2]"] = share @ depth**2 - mean**2
        for axis, others, name in ((1, (2, 3), "x"), (2, (1, 3), "y")):
            slices = image.sum(others)
            values[f"slices {name}"] = slices
            cells = np.arange(image.shape[axis])
            first = slices @ cells / total
            values[f"variance along {name} [cells^2]"] = slices @ cells**2 / total - first**2
        flat = image.reshape(len(image), -1)
        values["hottest cell / visible [%]"] = 100.0 * flat.max(1) / total
        for limit in (0.3, 1.0, 10.0):
            values[f"cells over {limit:g} MeV"] = (flat > 1e-3 * limit).sum(1).astype(float)
        values["cells with energy"] = (flat > 0.0).sum(1).astype(float)
        for first in range(0, 25, 5):
            values[f"share of layers {first} to {first + 4} [%]"] = (
                100.0 * share[:, first:first + 5].sum(1))
        return values

    def quantities(self) -> list[str]:
        plain = ("visible", "layers", "theta", "energy", "slices x", "slices y")
        return [key for key in self.values if key not in plain]


def features(energy: np.ndarray, theta: np.ndarray) -> np.ndarray:
    log, slope = np.log(energy / 100.0), 1.0 / np.tan(theta)**2
    return np.stack([np.ones_like(log), log, log**2, slope, slope * log], 1)


class Fit:
    """Least squares of columns over energy and angle, with the spread of single events about it."""

    def __init__(self, energy: np.ndarray, theta: np.ndarray, columns: np.ndarray) -> None:
        design = features(energy, theta)
        self.inverse = np.linalg.inv(design.T @ design)
        self.parameters = self.inverse @ design.T @ columns
        rest = columns - design @ self.parameters
        self.spread = np.sqrt((rest**2).sum(0) / (len(columns) - design.shape[1]))

    def at(self, energy: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean over the points, and its standard error."""
        mean = features(energy, theta).mean(0)
        return mean @ self.parameters, self.spread * np.sqrt(mean @ self.inverse @ mean)


def row(name: str, a: float, a_error: float, b: float, b_error: float) -> str:
    error = np.hypot(a_error, b_error)
    return (f"| {name} | {a:.4g} | {b:.4g} | {b - a:+.3g} +- {error:.2g} | "
            f"{(b - a) / error if error > 0 else 0.0:+.1f} |")


def head(what: str, a: str, b: str) -> list[str]:
    return [f"| {what} | {a} | {b} | difference | standard errors |", "|---|---|---|---|---|"]


def against_cern(full: Showers, file: pathlib.Path) -> list[str]:
    ten = Showers([file])
    lines = ["", f"## {len(ten['theta'])} showers of CERN, at equal visible energy and angle", ""]
    lines += head("", "full simulation", "CERN")
    for name in full.quantities():
        if name.startswith("visible"):
            continue
        fit = Fit(full["visible"], full["theta"], full[name])
        a, a_error = fit.at(ten["visible"], ten["theta"])
        lines.append(row(name, a, a_error, ten[name].mean(), fit.spread / np.sqrt(len(ten[name]))))
    return lines + ["", "The error of CERN's mean is the spread of full simulation over the root of "
                    "their number."]


def against_profiles(full: Showers, file: pathlib.Path) -> list[str]:
    wanted = json.loads(file.read_text())["energies"]
    lines = ["", "## Mean showers at 90 degrees, 25 x 25 x 25 cells (EnergyGAN's Geant4 sample)", ""]
    lines += head("", "full simulation", "published")
    middle = full["slices x"].shape[1] // 2
    columns = np.concatenate([full["visible"][:, None], full["layers"],
                              full["slices x"][:, middle - 12:middle + 13],
                              full["slices y"][:, middle - 12:middle + 13]], 1)
    # Divided by the primary: nearly flat in ln E, which the fit follows.
    fit = Fit(full["energy"], full["theta"], 100.0 * columns / full["energy"][:, None])
    for text, curves in wanted.items():
        energy = float(text)
        ours, errors = fit.at(np.array([energy]), np.array([np.pi / 2]))
        theirs = {axis: 100.0 * np.array(curves[axis]["G4"]) / energy for axis in "xyz"}
        mean, spread = curves["ecal_mean_std"]["G4"]
        error = 100.0 * spread / energy / np.sqrt(1000)
        lines.append(row(f"visible fraction [%] at {text} GeV", ours[0], errors[0],
                         100.0 * mean / energy, np.hypot(error, 0.5 / energy)))
        depth = np.arange(25)
        a, b = ours[1:26], theirs["z"]
        a_mean = (a @ depth) / a.sum()
        a_error = np.sqrt(((depth - a_mean)**2) @ errors[1:26]**2) / a.sum()
        lines.append(row(f"mean depth at {text} GeV", a_mean, a_error, (b @ depth) / b.sum(), 0.0))
        for axis, first in (("x", 26), ("y", 51)):
            a, b = ours[first:first + 25], theirs[axis]
            lines.append(row(f"share of the hottest 5 slices of {axis} [%] at {text} GeV",
                             100.0 * a[10:15].sum() / a.sum(),
                             100.0 * np.sqrt((errors[first:first + 25]**2)[10:15].sum()) / a.sum(),
                             100.0 * b[10:15].sum() / b.sum(), 0.0))
    return lines + ["", "Published means have two digits behind the point [GeV], their curves no errors."]


def against_sample(full: Showers, name: str, file: pathlib.Path) -> list[str]:
    other = Showers([file])
    lines = ["", f"## {name} ({len(other['theta'])} events), in bins of energy", ""]
    for low, high in BINS:
        a, b = ((sample["energy"] >= low) & (sample["energy"] < high) for sample in (full, other))
        lines += head(f"{low} to {high} GeV, {a.sum()} and {b.sum()} events", "full simulation", name)
        for quantity in full.quantities():
            x, y = full[quantity][a], other[quantity][b]
            lines.append(row(quantity, x.mean(), x.std(ddof=1) / np.sqrt(len(x)), y.mean(),
                             y.std(ddof=1) / np.sqrt(len(y))))
        lines.append("")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("full", type=pathlib.Path, nargs="+")
    parser.add_argument("--cern", type=pathlib.Path)
    parser.add_argument("--profiles", type=pathlib.Path)
    parser.add_argument("--sample", action="append", default=[], metavar="NAME=FILE")
    args = parser.parse_args()
    full = Showers(args.full)
    lines = [f"{len(full['theta'])} events of full simulation, "
             f"{full['energy'].min():.1f} to {full['energy'].max():.1f} GeV"]
    if args.cern:
        lines += against_cern(full, args.cern)
    if args.profiles:
        lines += against_profiles(full, args.profiles)
    for sample in args.sample:
        name, _, file = sample.partition("=")
        lines += against_sample(full, name, pathlib.Path(file))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
