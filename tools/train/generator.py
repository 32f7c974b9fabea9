"""The published AngleGAN generator of configs/anglegan.json, layer by layer, in PyTorch.

Layers carry their Keras names, so that keras_weights.py can carry weights over. Images are
(N, 51, 51, 25) = (x, y, z) in network units, (50 * GeV)^0.85; inside, tensors are (N, C, x, y, z).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

LATENT = 256
IMAGE = (51, 51, 25)
GRID = (9, 9, 8)  # (x, y, z) of the reshaped Dense output, with 8 channels
UPSAMPLING = 6
# name, filters, kernel (x, y, z), zeros on both sides before it (x, y, z), BatchNorm behind it
CONVOLUTIONS = [
    ("conv3d_1", 8, (6, 6, 8), (0, 0, 0), "batch_normalization_1"),
    ("conv3d_2", 6, (4, 4, 6), (2, 2, 1), "batch_normalization_2"),
    ("conv3d_3", 6, (4, 4, 6), (2, 2, 1), "batch_normalization_3"),
    ("conv3d_4", 6, (4, 4, 6), (2, 2, 1), "batch_normalization_4"),
    ("conv3d_5", 6, (3, 3, 5), (1, 1, 0), "batch_normalization_5"),
    ("conv3d_6", 6, (3, 3, 3), (1, 1, 0), None),
    ("conv3d_7", 1, (2, 2, 2), (0, 0, 0), None),
]
BATCH_NORM_EPSILON = 1e-6
BATCH_NORM_MOMENTUM = 0.01  # Keras's 0.99 is the part that stays


class Generator(nn.Module):
    """Latents (N, 256) = [Ep / 100 GeV, theta in rad, 254 x N(0, 1)] -> images, network units."""

    def __init__(self) -> None:
        super().__init__()
        self.dense_1 = nn.Linear(LATENT, GRID[0] * GRID[1] * GRID[2] * 8)
        channels = 8
        for name, filters, kernel, padding, norm in CONVOLUTIONS:
            convolution = nn.Conv3d(channels, filters, kernel, padding=padding)
            if name == "conv3d_7":
                nn.init.xavier_normal_(convolution.weight)
            else:
                nn.init.kaiming_uniform_(convolution.weight, nonlinearity="relu")
            nn.init.zeros_(convolution.bias)
            setattr(self, name, convolution)
            if norm:
                setattr(self, norm, nn.BatchNorm3d(filters, BATCH_NORM_EPSILON,
                                                   BATCH_NORM_MOMENTUM))
            channels = filters

    def forward(self, latents: Tensor) -> Tensor:
        grid = self.dense_1(latents).reshape(-1, *GRID, 8).permute(0, 4, 1, 2, 3)
        for name, _, _, _, norm in CONVOLUTIONS:
            layer = getattr(self, name)
            grid = upsampled_convolution(grid, layer) if name == "conv3d_1" else layer(grid)
            grid = functional.relu(grid)
            if norm:
                grid = getattr(self, norm)(grid)
        return grid.squeeze(1)

    def freeze_statistics(self) -> None:
        """BatchNorm with the stored mean and variance; gamma and beta still learn."""
        for module in self.modules():
            if isinstance(module, nn.BatchNorm3d):
                module.eval()


def upsampled_convolution(grid: Tensor, layer: nn.Conv3d) -> Tensor:
    """layer(nearest up-sampling of grid by 6), with 1/19 of its multiplications.

    Taps that fall into one cell of the grid are added up first: a kernel for each of the 6^3 phases
    of the output on the grid. Equal but for the order of sums.
    """
    kernel = layer.weight
    for size in layer.kernel_size:  # the first axis that is left becomes (phase, cell) at the end
        kernel = torch.tensordot(kernel, fold_taps(size).to(kernel), dims=([2], [0]))
    filters, channels = kernel.shape[:2]
    # (filter, channel, px, cx, py, cy, pz, cz) -> ((px, py, pz, filter), channel, cx, cy, cz)
    kernel = kernel.permute(2, 4, 6, 0, 1, 3, 5, 7)
    cells = kernel.shape[5:]
    kernel = kernel.reshape(-1, channels, *cells)
    out = [n * UPSAMPLING - size + 1 for n, size in zip(grid.shape[2:], layer.kernel_size)]
    blocks = [-(-length // UPSAMPLING) for length in out]
    # The last block of a phase that ends within the image may look one cell beyond it, with weight 0.
    ends = [block + cell - 1 - n for block, cell, n in zip(blocks, cells, grid.shape[2:])]
    grid = functional.pad(grid, (0, ends[2], 0, ends[1], 0, ends[0]))
    phases = functional.conv3d(grid, kernel, layer.bias.repeat(UPSAMPLING ** 3))
    phases = phases.reshape(-1, *(UPSAMPLING,) * 3, filters, *blocks)
    image = phases.permute(0, 4, 5, 1, 6, 2, 7, 3)  # (N, filter, bx, px, by, py, bz, pz)
    image = image.reshape(-1, filters, *(block * UPSAMPLING for block in blocks))
    return image[:, :, :out[0], :out[1], :out[2]]


def fold_taps(taps: int) -> Tensor:
    """(tap, phase, cell): 1 where a tap, at an output of this phase, reads this cell of the grid."""
    phases = torch.arange(UPSAMPLING)
    fold = torch.zeros(taps, UPSAMPLING, (UPSAMPLING - 1 + taps - 1) // UPSAMPLING + 1)
    for tap in range(taps):
        fold[tap, phases, (phases + tap) // UPSAMPLING] = 1.0
    return fold


def draw_latents(energy: Tensor, theta: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Latents for primaries: energy in units of 100 GeV, theta in rad, both (N)."""
    noise = torch.randn(len(energy), LATENT - 2, generator=generator, device=energy.device)
    return torch.cat([energy[:, None], theta[:, None], noise], dim=1)
