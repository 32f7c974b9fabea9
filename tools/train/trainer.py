"""Both networks, their optimizers, one step and one epoch, checkpoints."""

from __future__ import annotations

import argparse
import copy
import math
import os
import pathlib
from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor

from discriminator import Discriminator
from generator import Generator, draw_latents
from keras_weights import load_keras
from losses import adversarial_part, discriminator_loss, energy_score, published_parts
from recipe import Recipe

RAMP = 500  # steps in which the adversarial part grows to its weight
SAME_ON_RESUME = ("recipe", "seed", "batch", "start")


class Trainer:
    def __init__(self, recipe: Recipe, options: argparse.Namespace, device: torch.device) -> None:
        self.recipe, self.device, self.bf16 = recipe, device, options.bf16
        self.warm_up = options.warm_up
        self.settings = {name: getattr(options, name) for name in SAME_ON_RESUME}
        self.generator = Generator()
        started = options.start != "random"
        if started:
            load_keras(options.start, self.generator)
        # Statistics of few events are noise, and those of trained weights fit already.
        self.frozen = started and recipe.name == "improved"
        self.generator.to(device, memory_format=torch.channels_last_3d)
        self.averaged = copy.deepcopy(self.generator).eval()
        self.averaged.requires_grad_(False)
        self.discriminator = Discriminator(recipe.spectral).to(
            device, memory_format=torch.channels_last_3d)
        self.generator_steps = recipe.optimizer_for(self.generator, recipe.generator_rate)
        self.discriminator_steps = recipe.optimizer_for(self.discriminator,
                                                        recipe.discriminator_rate)
        self.step = self.epoch = self.best_epoch = 0
        self.best = math.inf

    def images(self, energy: Tensor, theta: Tensor) -> Tensor:
        with self.autocast():
            return self.generator(draw_latents(energy, theta)).float()

    def autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def run_epoch(self, batches: Iterable[tuple[Tensor, Tensor, Tensor]]) -> dict[str, float]:
        """Means of the losses over the epoch; empty when there was no batch."""
        self.generator.train()
        self.discriminator.train()
        if self.frozen:
            self.generator.freeze_statistics()
        sums: dict[str, float] = defaultdict(float)
        count = defaultdict(int)
        for batch in batches:
            real, energy, theta = (part.to(self.device, non_blocking=True) for part in batch)
            for name, value in self.train_batch(real, energy, theta).items():
                sums[name] += value
                count[name] += 1
        return {name: sums[name] / count[name] for name in sums}

    def train_batch(self, real: Tensor, energy: Tensor, theta: Tensor) -> dict[str, float]:
        losses = {}
        adversarial = self.step >= self.warm_up
        if adversarial:
            losses["discriminator"] = self.train_discriminator(real, energy, theta)
        for _ in range(self.recipe.updates):
            losses |= self.train_generator(real, energy, theta, adversarial)
        self.step += 1
        for name, value in losses.items():
            if not math.isfinite(value):
                raise RuntimeError(f"step {self.step}: the loss '{name}' is {value}; --resume from "
                                   "the last epoch with a smaller --generator-rate")
        return losses

    def train_discriminator(self, real: Tensor, energy: Tensor, theta: Tensor) -> float:
        recipe = self.recipe
        with torch.no_grad():
            fake = self.images(energy, theta)
        with self.autocast():
            loss = discriminator_loss(self.discriminator, real, fake, energy, recipe.weights,
                                      recipe.smoothing, recipe.energy_on_fake)
        self.discriminator_steps.zero_grad(set_to_none=True)
        loss.backward()
        self.discriminator_steps.step()
        return loss.item()

    def train_generator(self, real: Tensor, energy: Tensor, theta: Tensor,
                        adversarial: bool) -> dict[str, float]:
        recipe = self.recipe
        fake = self.images(energy.repeat(recipe.copies), theta.repeat(recipe.copies))
        parts = {}
        if adversarial:
            # Improved: the discriminator starts untrained. Published: full weight from the start.
            ramp = min(1.0, (self.step + 1 - self.warm_up) / RAMP) if recipe.weights.score else 1.0
            self.discriminator.requires_grad_(False)
            with self.autocast():
                parts["adversarial"] = ramp * adversarial_part(
                    self.discriminator, fake, energy.repeat(recipe.copies), recipe.weights)
        if recipe.weights.score:
            first, second = fake.chunk(2)
            parts["score_train"] = recipe.weights.score * energy_score(first, second, real, energy)
        else:
            parts["published"] = published_parts(fake, real, theta, recipe.weights,
                                                 recipe.soft_counts)
        self.generator_steps.zero_grad(set_to_none=True)
        sum(parts.values()).backward()
        self.generator_steps.step()
        self.discriminator.requires_grad_(True)
        self.average()
        if not fake.any():
            raise RuntimeError(f"step {self.step}: all images are empty; --resume from the last epoch "
                               "with a smaller --generator-rate")
        return {name: value.item() for name, value in parts.items()}

    @torch.no_grad()
    def average(self) -> None:
        """Exponential moving average of weights, faster in the first steps; a copy without it."""
        decay = min(self.recipe.averaging, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.averaged.parameters(), self.generator.parameters()):
            mean.lerp_(value, 1.0 - decay)
        for mean, value in zip(self.averaged.buffers(), self.generator.buffers()):
            mean.copy_(value)

    def save(self, path: pathlib.Path) -> None:
        state = {"settings": self.settings, "step": self.step, "epoch": self.epoch,
                 "best": self.best, "best_epoch": self.best_epoch,
                 "random": torch.get_rng_state()}
        if self.device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state(self.device)
        for name in self.parts():
            state[name] = getattr(self, name).state_dict()
        temporary = path.with_name(path.name + ".part")
        torch.save(state, temporary)
        os.replace(temporary, path)

    def load(self, path: pathlib.Path) -> None:
        """Raises ValueError when the checkpoint is of another training."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        for name, value in state["settings"].items():
            if value != self.settings[name]:
                raise ValueError(f"{path}: was made with --{name} {value}, not "
                                 f"{self.settings[name]}; give the same, or another --work")
        for name in self.parts():
            getattr(self, name).load_state_dict(state[name])
        for name in ("step", "epoch", "best", "best_epoch"):
            setattr(self, name, state[name])
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and "random_cuda" in state:
            torch.cuda.set_rng_state(state["random_cuda"], self.device)

    @staticmethod
    def parts() -> tuple[str, ...]:
        return ("generator", "averaged", "discriminator", "generator_steps", "discriminator_steps")
