#!/usr/bin/env python3
"""tests/fixtures/geant4/clic51_em.h5: 40 events of tools/examples/geant4 (macros/showers.mac).

  make_geant4_fixture.py SHOWERS.h5... OUTPUT.h5

They are spread evenly over the energies of all events. Needs numpy and h5py.
"""
import sys

import h5py
import numpy as np

EVENTS = 40


def main() -> None:
    *names, output = sys.argv[1:]
    files = [h5py.File(name) for name in names]
    where = [(i, row) for i, file in enumerate(files) for row in range(len(file["energy"]))]
    energies = np.concatenate([file["energy"][:] for file in files])
    order = np.argsort(energies)
    chosen = [where[order[int((i + 0.5) * len(order) / EVENTS)]] for i in range(EVENTS)]
    with h5py.File(output, "w") as result:
        for key, value in files[0].attrs.items():
            result.attrs[key] = value
        for name in files[0]:
            rows = np.stack([files[i][name][row] for i, row in chosen])
            chunk = (1, *rows.shape[1:]) if rows.ndim > 1 else rows.shape
            result.create_dataset(name, data=rows, chunks=chunk, compression="gzip",
                                  compression_opts=9, shuffle=True)


if __name__ == "__main__":
    main()
