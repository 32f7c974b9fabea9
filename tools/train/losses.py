"""Losses of both networks, as published (svalleco/3Dgan) and improved."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from observables import energies, features, published_counts, shower_angle

FLIPPED = 0.05  # part of the labels of real and fake that are swapped, as published


@dataclass(frozen=True)
class Weights:
    """Factors of the parts of the generator's loss."""

    generation: float  # cross entropy of being taken for real
    energy: float      # of the discriminator's energy, %
    angle: float       # absolute error, rad
    total: float       # of the sum of cells, %
    counts: float      # of the counts of cells, %
    score: float       # energy score of all features


def percentage_error(value: Tensor, target: Tensor) -> Tensor:
    """Keras's mean_absolute_percentage_error."""
    return 100.0 * ((value - target).abs() / target.abs().clamp_min(1e-7)).mean()


def real_or_fake(logits: Tensor, real: bool, smoothing: float) -> Tensor:
    """Cross entropy with flipped labels; smoothing lowers the label of real images to 1 - smoothing."""
    flipped = torch.rand_like(logits) < FLIPPED
    one = torch.full_like(logits, 1.0 - smoothing)
    labels = torch.where(flipped, torch.zeros_like(logits) if real else one,
                         one if real else torch.zeros_like(logits))
    return functional.binary_cross_entropy_with_logits(logits, labels)


def discriminator_loss(discriminator, real: Tensor, fake: Tensor, energy: Tensor, weights: Weights,
                       smoothing: float, energy_on_fake: bool) -> Tensor:
    """Real and fake images of the same primaries; angle, sum and counts have no weights to learn."""
    logits, estimate = discriminator(real)
    loss = weights.generation * real_or_fake(logits, True, smoothing)
    loss = loss + weights.energy * percentage_error(estimate, energy)
    logits, estimate = discriminator(fake)
    loss = loss + weights.generation * real_or_fake(logits, False, smoothing)
    if energy_on_fake:
        loss = loss + weights.energy * percentage_error(estimate, energy)
    return loss


def adversarial_part(discriminator, fake: Tensor, energy: Tensor, weights: Weights) -> Tensor:
    logits, estimate = discriminator(fake)
    return (weights.generation * functional.softplus(-logits).mean()
            + weights.energy * percentage_error(estimate, energy))


def published_parts(fake: Tensor, real: Tensor, theta: Tensor, weights: Weights,
                    soft: bool) -> Tensor:
    """Angle, sum and counts against those of the real event with the same primary.

    Event by event, so the smallest loss is at the median: it works against fluctuations.
    """
    cells, target = energies(fake), energies(real)
    loss = weights.angle * (shower_angle(cells) - theta).abs().mean()
    loss = loss + weights.total * percentage_error(cells.sum((1, 2, 3)), target.sum((1, 2, 3)))
    return loss + weights.counts * percentage_error(published_counts(cells, soft),
                                                    published_counts(target, soft=False))


def energy_score(first: Tensor, second: Tensor, real: Tensor, energy: Tensor) -> Tensor:
    """Energy score (Gneiting and Raftery 2007) of two images for each real event's primary.

    (|a - r| + |b - r| - |a - b|) / 2 over the features: smallest, in expectation, where the
    distribution given the primary is the real one, fluctuations included. Summed over the groups of
    features and all of them together.
    """
    groups = [features(images, energy) for images in (first, second, real)]
    a, b, r = (parts + [torch.cat(parts, 1)] for parts in groups)
    total = first.new_zeros(())
    for x, y, z in zip(a, b, r):
        total = total + 0.5 * (length(x - z) + length(y - z) - length(x - y)).mean()
    return total


def length(difference: Tensor) -> Tensor:
    """Euclidean, with a gradient at 0."""
    return (difference.square().sum(1) + 1e-12).sqrt()
