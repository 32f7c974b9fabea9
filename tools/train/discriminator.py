"""The published discriminator of 51 x 51 x 25 images (svalleco/3Dgan, keras/AngleArch3dGAN.py).

Four convolutions of 5 x 6 x 6, LeakyReLU 0.3, drop-out 0.2, average pooling, and two dense outputs: real or
fake, and the primary energy. The other three outputs of the published network (angle, sum of cells,
counts of cells) are fixed functions of the image: they are in observables.py.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

FILTERS = [16, 8, 8, 8]
KERNEL = (5, 6, 6)
LEAK = 0.3  # Keras's default
DROPOUT = 0.2
# Zeros before and behind each axis, z first as functional.pad wants them: "same" before the first
# convolution (TensorFlow's rule puts the odd one behind), one in z before the next two.
PADS = [(2, 3, 2, 3, 2, 2), (1, 1, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)]
FEATURES = 8 * 19 * 18 * 7


class Discriminator(nn.Module):
    """Images (N, 51, 51, 25), network units -> (logit of being real (N), energy in 100 GeV (N)).

    `spectral` puts spectral normalisation (Miyato et al., 1802.05957) in the place of BatchNorm, which
    mixes events of a batch and is of little use with small ones.
    """

    def __init__(self, spectral: bool = True) -> None:
        super().__init__()
        wrap = spectral_norm if spectral else (lambda layer: layer)
        self.convolutions = nn.ModuleList()
        self.norms = nn.ModuleList()
        channels = 1
        for i, filters in enumerate(FILTERS):
            self.convolutions.append(wrap(nn.Conv3d(channels, filters, KERNEL)))
            published = i > 0 and not spectral
            self.norms.append(nn.BatchNorm3d(filters, 1e-3, 0.01) if published else nn.Identity())
            channels = filters
        self.real = wrap(nn.Linear(FEATURES, 1))
        self.energy = nn.Linear(FEATURES, 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        x = images.unsqueeze(1)
        for pad, convolution, norm in zip(PADS, self.convolutions, self.norms):
            x = norm(functional.leaky_relu(convolution(functional.pad(x, pad)), LEAK))
            x = functional.dropout(x, DROPOUT, self.training)
        features = torch.flatten(functional.avg_pool3d(x, 2), 1)
        return self.real(features).squeeze(1), self.energy(features).squeeze(1)
