"""The two ways to train: as published, and improved (README.md says what differs and why)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import nn, optim

from losses import Weights


@dataclass(frozen=True)
class Recipe:
    name: str
    weights: Weights
    optimizer: str            # "rmsprop" or "adam"
    generator_rate: float
    discriminator_rate: float
    spectral: bool            # spectral normalisation instead of BatchNorm in the discriminator
    smoothing: float          # of the label of real images
    energy_on_fake: bool      # the discriminator learns the energy from fake images too
    soft_counts: bool         # counts with a gradient
    copies: int               # images for each real event in a step of the generator
    updates: int              # steps of the generator for one of the discriminator
    averaging: float          # of the generator's weights over steps; 0: none

    def optimizer_for(self, network: nn.Module, rate: float) -> optim.Optimizer:
        if self.optimizer == "rmsprop":
            return optim.RMSprop(network.parameters(), lr=rate, alpha=0.9, eps=1e-7)
        return optim.Adam(network.parameters(), lr=rate, betas=(0.5, 0.99))


RECIPES = {
    "published": Recipe(
        "published", Weights(generation=3.0, energy=0.1, angle=25.0, total=0.1, counts=0.1, score=0.0),
        "rmsprop", 1e-3, 1e-3, spectral=False, smoothing=0.0, energy_on_fake=True,
        soft_counts=False, copies=1, updates=2, averaging=0.0),
    "improved": Recipe(
        "improved", Weights(generation=0.3, energy=0.01, angle=0.0, total=0.0, counts=0.0, score=10.0),
        "adam", 5e-4, 2e-4, spectral=True, smoothing=0.1, energy_on_fake=False,
        soft_counts=True, copies=2, updates=1, averaging=0.999),
}


def recipe_from(options) -> Recipe:
    """The recipe of --recipe, with learning rates and averaging from the command line."""
    changes = {"generator_rate": options.generator_rate,
               "discriminator_rate": options.discriminator_rate, "averaging": options.averaging}
    return replace(RECIPES[options.recipe],
                   **{name: value for name, value in changes.items() if value is not None})
