#!/usr/bin/env python3
"""Quantization inside a training: a small 3DGAN in PyTorch, quantized at the end of every epoch.

    caloquant make-showers --detector clic25 --events 2000 --seed 1 -o showers25_1.h5
    python train_and_quantize.py showers25_1.h5 --epochs 3 -o run/small

Needs torch, h5py and the package caloquant. The generator takes (Ep / 100 GeV) x N(0, 1)^64 and puts out
25 x 25 x 25 cells in (50 x GeV)^0.85, as the large ones do; its discriminator tells real from fake and
estimates Ep. After each epoch the INT8 model's slices are compared with those of the FP32 one: a training
that ends in weights which do not survive 8 bits is seen while it runs, not at its end.
"""

from __future__ import annotations

import argparse
import pathlib

import caloquant
import h5py
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

LATENT = 64
CELLS = 25
SCALE, POWER = 50.0, 0.85  # network units = (SCALE * GeV) ^ POWER
CALIBRATION_EVENTS, EVALUATION_EVENTS = 64, 128


def read_showers(path: pathlib.Path) -> tuple[Tensor, Tensor]:
    """Images (N, 1, 25, 25, 25) in network units and energies (N) in 100 GeV of a clic25 file."""
    with h5py.File(path) as file:
        if "target" not in file or file["ECAL"].shape[1:] != (CELLS, CELLS, CELLS):
            raise SystemExit(f"{path}: is no file of make-showers --detector clic25")
        cells = file["ECAL"][()].astype(np.float32)
        energy = file["target"][:, 1].astype(np.float32)
    return torch.from_numpy((SCALE * cells) ** POWER).unsqueeze(1), torch.from_numpy(energy / 100.0)


class Generator(nn.Module):
    """Latents (N, 64) -> images (N, 1, 25, 25, 25)."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(LATENT, 8 * 5 * 5 * 5)
        self.tail = nn.Sequential(
            nn.Upsample(scale_factor=5, mode="nearest"),
            nn.Conv3d(8, 8, 5, padding=2), nn.ReLU(), nn.BatchNorm3d(8),
            nn.Conv3d(8, 6, 3, padding=1), nn.ReLU(), nn.BatchNorm3d(6),
            nn.Conv3d(6, 1, 3, padding=1), nn.ReLU())

    def forward(self, latents: Tensor) -> Tensor:
        return self.tail(self.dense(latents).reshape(-1, 8, 5, 5, 5))


class Discriminator(nn.Module):
    """Images -> (logit of being real (N), energy in 100 GeV (N))."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv3d(1, 8, 5, stride=2), nn.LeakyReLU(0.3), nn.Dropout(0.2),
            nn.Conv3d(8, 8, 5, stride=2), nn.LeakyReLU(0.3), nn.Dropout(0.2), nn.Flatten())
        self.heads = nn.Linear(8 * 4 * 4 * 4, 2)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        heads = self.heads(self.body(images))
        return heads[:, 0], heads[:, 1]


def draw_latents(energy: Tensor) -> Tensor:
    return energy[:, None] * torch.randn(len(energy), LATENT)


def relative(value: Tensor, target: Tensor) -> Tensor:
    return ((value - target).abs() / target).mean()


def visible_energy(images: Tensor) -> Tensor:
    """Sum of cells, 50 x GeV."""
    return images.pow(1.0 / POWER).sum((1, 2, 3, 4))


class Training:
    def __init__(self, images: Tensor, energy: Tensor, batch: int) -> None:
        self.images, self.energy, self.batch = images, energy, batch
        self.generator, self.discriminator = Generator(), Discriminator()
        self.steps = torch.optim.Adam(self.generator.parameters(), 1e-3, betas=(0.5, 0.99))
        self.judge_steps = torch.optim.Adam(self.discriminator.parameters(), 2e-4, betas=(0.5, 0.99))

    def epoch(self) -> tuple[float, float]:
        """Mean losses of generator and discriminator."""
        self.generator.train()
        losses = []
        for chosen in torch.randperm(len(self.energy)).split(self.batch):
            if len(chosen) == self.batch:
                losses.append(self.step(self.images[chosen], self.energy[chosen]))
        mean = np.mean(losses, axis=0)
        return float(mean[0]), float(mean[1])

    def step(self, real: Tensor, energy: Tensor) -> tuple[float, float]:
        fake = self.generator(draw_latents(energy))
        (real_logit, estimate), (fake_logit, _) = (self.discriminator(x) for x in (real, fake.detach()))
        judged = (functional.softplus(-real_logit) + functional.softplus(fake_logit)).mean()
        judged = judged + relative(estimate, energy)
        self.judge_steps.zero_grad()
        judged.backward()
        self.judge_steps.step()

        logit, estimate = self.discriminator(fake)
        loss = functional.softplus(-logit).mean() + relative(estimate, energy)
        loss = loss + 10.0 * relative(visible_energy(fake), visible_energy(real))
        self.steps.zero_grad()
        loss.backward()
        self.steps.step()
        return loss.item(), judged.item()


def slices_differ(images: np.ndarray, reference: np.ndarray) -> float:
    """Squared difference of mean slice energies over that of a dead output: 0 equal, 1 useless.

    Both in GeV, of the same latents; any metric of numpy arrays will do in this place.
    """
    difference = whole = 0.0
    for axes in ((0, 2, 3), (0, 1, 3), (0, 1, 2)):
        mine, theirs = (x.reshape(-1, CELLS, CELLS, CELLS).mean(axes, dtype=np.float64)
                        for x in (images, reference))
        difference += float(np.mean((mine - theirs) ** 2))
        whole += float(np.mean(theirs ** 2))
    return difference / whole if whole > 0.0 else 1.0


def quantize(generator: Generator, energy: Tensor, folder: pathlib.Path) -> None:
    """INT8 model of the generator as it is now, in `folder`; the library draws the noise."""
    events = energy[:CALIBRATION_EVENTS + EVALUATION_EVENTS]
    config = {
        "model": {"output": {"scale": SCALE, "power": POWER}},
        "data": {"calibration_samples": CALIBRATION_EVENTS, "evaluation_samples": EVALUATION_EVENTS},
        "tuning_criterion": {"strategy": "basic", "max_trials": 20},
    }
    result = caloquant.quantize(
        generator, {"energy": 100.0 * events.numpy()}, config, metric=slices_differ,
        tolerable_loss=1e-3, on_step=lambda trial: print("   ", trial),
        example_inputs=[draw_latents(events[:2]).numpy()])
    print(f"  {len(result.steps)} steps, loss {result.loss:.3g}, "
          f"target {'met' if result.target_met else 'not met'}")
    for layer in result.layers:
        print(f"    {layer.name:<24} {layer.precision:<6} {layer.reason}")
    result.save(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("showers", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--events", type=int, help="use so many (all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    images, energy = (part[:options.events] for part in read_showers(options.showers))
    if len(energy) < max(options.batch, CALIBRATION_EVENTS + EVALUATION_EVENTS):
        raise SystemExit(f"{options.showers}: has {len(energy)} events; "
                         f"{CALIBRATION_EVENTS + EVALUATION_EVENTS} are needed, and a batch")
    training = Training(images, energy, options.batch)
    for epoch in range(1, options.epochs + 1):
        loss, judged = training.epoch()
        print(f"epoch {epoch}: generator {loss:.3f}, discriminator {judged:.3f}", flush=True)
        quantize(training.generator, energy, options.output / f"epoch_{epoch}")


if __name__ == "__main__":
    main()
