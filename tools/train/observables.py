"""What is measured of an image, differentiable: slices, sum, angle, counts of cells.

Images are (N, 51, 51, 25) in network units; energies here are in file units, 50 x GeV.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from data import CELL_THRESHOLD, POWER, SCALE

# Edges of the published counts of cells, file units; cells of 0 are counted too.
PUBLISHED_EDGES = (0.003, 0.008, 0.0125, 0.02, 0.03, 0.05)
HOTTER_EDGES = (0.2, 1.0, 5.0)  # the published ones end at 1 MeV, the core is at 100
SOFTNESS = 0.2  # of counted edges, in the logarithm of the energy
TYPICAL_RESPONSE = 0.02  # sampling fraction that shares refer to


def energies(images: Tensor) -> Tensor:
    """File units. Negative cells do not exist behind the last ReLU."""
    return images.float().pow(1.0 / POWER)


def slices(cells: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Energy of each slice in x (N, 51), y (N, 51) and z (N, 25)."""
    return cells.sum((2, 3)), cells.sum((1, 3)), cells.sum((1, 2))


def shower_angle(cells: Tensor) -> Tensor:
    """Angle of the shower axis to the beam (N), rad: as metrics/physics/shower_angle.hpp defines it.

    An empty image gives pi / 2.
    """
    side, depth = (torch.arange(n, device=cells.device) + 0.5 for n in cells.shape[2:])
    planes_x, planes_y, layers = cells.sum(2), cells.sum(1), cells.sum((1, 2))
    held = layers > 0
    safe = torch.where(held, layers, 1.0)
    x = torch.einsum("nxz,x->nz", planes_x, side) / safe
    y = torch.einsum("nyz,y->nz", planes_y, side) / safe
    share = layers / layers.sum(1, keepdim=True).clamp_min(1e-12)
    centre_x, centre_y, centre_z = ((share * axis).sum(1, keepdim=True) for axis in (x, y, depth))
    along = depth - centre_z
    distance = ((x - centre_x) ** 2 + along ** 2).clamp_min(1e-7).sqrt()
    slope = (y - centre_y) / distance * torch.where(along < 0, -1.0, 1.0)
    weights = depth * held
    angle = (weights * (math.pi / 2 - torch.atan(slope))).sum(1) / weights.sum(1).clamp_min(1.0)
    return torch.where(held.any(1), angle, math.pi / 2)


def counts_above(cells: Tensor, edges: tuple[float, ...], soft: bool) -> Tensor:
    """Cells above each edge, (N, edges). A hard count, as published, has no gradient."""
    columns = []
    for edge in edges:
        if soft:
            above = torch.sigmoid((cells.clamp_min(1e-6).log() - math.log(edge)) / SOFTNESS)
        else:
            above = (cells > edge).float()
        columns.append(above.sum((1, 2, 3)))
    return torch.stack(columns, dim=1)


def published_counts(cells: Tensor, soft: bool) -> Tensor:
    """Cells of 0, then of each bin between the edges, then above the last: (N, 8), at least 1."""
    lowest = CELL_THRESHOLD if soft else 0.0
    above = counts_above(cells, (lowest, *PUBLISHED_EDGES), soft)
    total = torch.full_like(above[:, :1], float(cells[0].numel()))
    none = torch.zeros_like(total)
    return (torch.cat([total, above], 1) - torch.cat([above, none], 1)).clamp_min(1.0)


def features(images: Tensor, energy: Tensor) -> list[Tensor]:
    """Groups of features for the energy score, each (N, length), of about equal spread.

    Profiles as square roots of slices in units of the expected visible energy (so that tails count),
    then logarithm of the response and angle, then logarithms of counts. `energy` in 100 GeV.
    """
    cells = energies(images)
    expected = (TYPICAL_RESPONSE * SCALE * 100.0) * energy[:, None]
    groups = [((axis / expected) + 1e-6).sqrt() for axis in slices(cells)]
    response = (cells.sum((1, 2, 3)) / expected[:, 0] + 1e-3).log()
    groups.append(torch.stack([response, shower_angle(cells)], dim=1))
    counts = counts_above(cells, (CELL_THRESHOLD, *PUBLISHED_EDGES, *HOTTER_EDGES), soft=True)
    groups.append((counts + 1.0).log() / 4.0)
    return groups
