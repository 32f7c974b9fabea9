#!/usr/bin/env python3
"""One event of full and of fast simulation side by side: draw_event.py FULL.h5 FAST.h5 EVENT OUT.png

Sums over x and over y of the cells, in MeV on a logarithmic scale. Needs h5py and matplotlib.
"""
import sys

import h5py
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

LOWEST, HIGHEST = 0.05, 500.0  # [MeV]


def main() -> None:
    full, fast, event, output = sys.argv[1:]
    figure = Figure(figsize=(8, 6.4), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, (name, file) in enumerate((("full simulation", full), ("network", fast))):
        with h5py.File(file) as data:
            image = data["ECAL"][int(event)] * (1000.0 / 50.0)
            energy, theta = float(data["energy"][int(event)]), float(data["theta"][int(event)])
        for row, (axis, label) in enumerate(((1, "x"), (0, "y"))):
            drawn = axes[row, column].imshow(image.sum(axis), origin="lower", aspect="auto",
                                             norm=LogNorm(LOWEST, HIGHEST), cmap="viridis")
            axes[row, column].set_ylabel(f"{label} [cells]" if column == 0 else "")
        axes[0, column].set_title(f"{name}: {image.sum() / 1000.0:.2f} GeV in silicon")
        axes[1, column].set_xlabel("depth [layers]")
    figure.suptitle(f"An electron of {energy:.0f} GeV at {np.degrees(theta):.0f} degrees")
    figure.colorbar(drawn, ax=axes, label="MeV")
    figure.savefig(output, dpi=90)


if __name__ == "__main__":
    main()
