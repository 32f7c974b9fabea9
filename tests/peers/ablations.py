#!/usr/bin/env python3
"""Which ideas would let more layers be 8-bit? Tried in a simulation, before they are built.

    python -m venv ~/ablate && ~/ablate/bin/pip install torch==2.15.0 numpy h5py
    ~/ablate/bin/python tests/peers/ablations.py --models ../shared/models --network 013 \\
        i8,i8:bins,a16:gptq:bias,a16:gptq:bias

A plan names the convolutions one by one: i8 (u8 activations), a16 (w8a16) or f32. Behind colons stands
what is tried. Activations: bins (scales by energy bin), wide=N (the N widest channels in 16 bits), zero
or scale (of every channel), margin=X, head=X (ranges of i8, a16 in units of what was seen). Weights: mse
(scales), gptq (rounding; keep: zeros of a collapsed layer stay zeros, as in the engine), trained (rounded
before the collapse), fine (as fine as int32 sums of a16 allow). bias: means of the sums are corrected.
With --fit 3,4 the sums of conv3 and conv4 are shifted such that the criteria are met on further events.

Everything is in floating point: integers are simulated by rounding ("fake quantization") and sums are
f32. Weights are s8 per output channel (min-max, after up-sampling is collapsed, as the engine does);
int8 activations are u8 with a zero point, of min-max ranges of the calibration events; w8a16 activations
are s16 with twice the range, limited as the engine limits them; Dense is w8. Prints Markdown.

Criteria are those of the run config: energy response of the worst bin (0.5 %), worst slice of each
profile over the fewest slices with 95 % of the energy (3 %), hits (3 %), with standard errors (jackknife
over 20 blocks). Events that judge were seen neither by calibration nor by a fit.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
import time

import h5py
import numpy as np
import torch
import torch.nn.functional as F

HIT = 3e-4  # GeV
LIMIT = {"energy": 0.005, "profile": 0.03, "hits": 0.03}
BLOCKS = 20  # of the jackknife
FOLD = 5     # see conv_sums
BLOCK = 640  # weights of a block of reconstruct


# --- networks ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Conv:
    """w (out, in, x, y, z), already collapsed: `up` output phases per axis are channels of their own,
    phase-major; pad (before, after) per axis at low resolution; size is what is kept of the output."""
    name: str
    w: torch.Tensor
    b: torch.Tensor
    up: tuple
    pad: list
    size: tuple
    slope: float                     # of the (leaky) ReLU behind it
    bn: tuple | None = None          # scale, shift (channels of the output)

    def finish(self, sums):
        """Sums (N, phases * C, x, y, z) to the output (N, C, X, Y, Z)."""
        n, c = sums.shape[0], len(self.b)
        if self.up != (1, 1, 1):
            u = self.up
            sums = sums.view(n, *u, c, *sums.shape[2:]).permute(0, 4, 5, 1, 6, 2, 7, 3)
            sums = sums.reshape(n, c, sums.shape[2] * u[0], sums.shape[4] * u[1],
                                sums.shape[6] * u[2])
            sums = sums[:, :, :self.size[0], :self.size[1], :self.size[2]]
        shape = (1, c, 1, 1, 1)
        x = sums + self.b.view(shape)
        x = torch.where(x > 0, x, self.slope * x) if self.slope else x.clamp_(min=0)
        if self.bn is not None:
            x = x * self.bn[0].view(shape) + self.bn[1].view(shape)
        return x


def collapse(w, up, pad, size):
    """A convolution behind nearest up-sampling as one at low resolution with a channel per phase:
    tap t of phase p reads the cell floor((p - pad + t) / up)."""
    firsts, counts, afters = [], [], []
    for u, k, (before, _) in zip(up, w.shape[2:], pad):
        firsts.append(-before // u)
        counts.append((u - 1 - before + k - 1) // u - firsts[-1] + 1)
    out = torch.zeros(*up, w.shape[0], w.shape[1], *counts, dtype=torch.float64)
    for p in np.ndindex(*up):
        for t in np.ndindex(*w.shape[2:]):
            at = [(p[a] - pad[a][0] + t[a]) // up[a] - firsts[a] for a in range(3)]
            out[p][:, :, at[0], at[1], at[2]] += w[:, :, t[0], t[1], t[2]]
    return out.reshape(-1, w.shape[1], *counts).float(), [-f for f in firsts], counts


class Net:
    """A generator of h5 weights; `collapsed_first` False quantizes weights as they were trained."""

    def __init__(self, models, name):
        self.name = name
        self.angle = name == "anglegan"
        file = "anglegan_demo" if self.angle else f"energygan_{name}"
        with h5py.File(pathlib.Path(models) / f"{file}.hdf5") as h5:
            stored = {}
            h5.visititems(lambda key, item: stored.__setitem__(
                "/".join(key.split("/")[1:])[:-2], item[()])
                if isinstance(item, h5py.Dataset) else None)
        self.dense = torch.tensor(stored["dense_1/kernel"]), torch.tensor(stored["dense_1/bias"])
        if self.angle:
            start, self.shape, slopes, eps = (9, 9, 8), (9, 9, 8, 8), [0] * 7, 1e-6
            ups = [(6, 6, 6)] + [(1, 1, 1)] * 6
            pads = [(0, 0, 0), (2, 2, 1), (2, 2, 1), (2, 2, 1), (1, 1, 0), (1, 1, 0), (0, 0, 0)]
            pads = [[(a, a) for a in p] for p in pads]
        else:
            start, self.shape, slopes, eps = (7, 7, 8), (7, 7, 8, 8), [0.3, 0.3, 0.3, 0], 1e-3
            ups = [(1, 1, 1), (2, 2, 2), (2, 2, 3), (1, 1, 1)]
            pads = [[(2, 3), (2, 3), (3, 4)], [(2, 2), (2, 2), (0, 0)], [(1, 1), (0, 0), (3, 3)],
                    [(0, 0)] * 3]
        self.convs = []
        size = start
        for i, (up, pad, slope) in enumerate(zip(ups, pads, slopes), 1):
            w = torch.tensor(stored[f"conv3d_{i}/kernel"]).permute(4, 3, 0, 1, 2).double()
            b = torch.tensor(stored.get(f"conv3d_{i}/bias", np.zeros(len(w), np.float32)))
            new = tuple(s * u + sum(p) - k + 1 for s, u, p, k in zip(size, up, pad, w.shape[2:]))
            low, before, counts = collapse(w, up, pad, new)
            cells = [-(-n // u) for n, u in zip(new, up)]
            low_pad = [(f, max(0, c + k - 1 - f - s)) for f, c, k, s in
                       zip(before, cells, counts, size)]
            bn = None
            if f"batch_normalization_{i}/gamma" in stored:
                g, be, m, v = (torch.tensor(stored[f"batch_normalization_{i}/{p}"]).double()
                               for p in ("gamma", "beta", "moving_mean", "moving_variance"))
                scale = g / torch.sqrt(v + eps)
                bn = scale.float(), (be - m * scale).float()
            self.convs.append(Conv(f"conv{i}", low, b, up, low_pad, new, slope, bn))
            self.convs[-1].trained = w, pad
            size = new

    def latents(self, events, seed, flat=False, table=None):
        """Energies [GeV] (N), the same number in each bin of a table, and inputs (N, 200 or 256)."""
        draw = np.random.default_rng(seed)
        if table is not None:
            at = np.arange(events) % (len(table) - 1)
            energy = draw.uniform(table[at], table[at + 1])
        elif self.angle:
            energy = draw.uniform(2, 500, events)
        elif flat:
            energy = draw.uniform(100, 500, events)
        else:
            energy = 100.0 * (1 + np.arange(events) % 5)
        if self.angle:
            theta = np.radians(draw.uniform(60, 120, events))
            x = np.column_stack([energy / 100, theta, draw.standard_normal((events, 254))])
        else:
            x = draw.standard_normal((events, 200)) * energy[:, None] / 100
        return energy, torch.tensor(x, dtype=torch.float32)

    def first(self, latents, quantized=True):
        w, b = self.dense
        if quantized:
            w = round_weights(w.T.contiguous(), "minmax")[0].T
        return (latents @ w + b).view(-1, *self.shape).permute(0, 4, 1, 2, 3).contiguous()

    def gev(self, out):
        """Output (N, 1, x, y, z) to cells (N, x, y, z) in GeV."""
        return (out ** (1 / 0.85) / 50 if self.angle else out)[:, 0]


def conv_sums(conv, w, x):
    p = conv.pad
    x = F.pad(x, (*p[2], *p[1], *p[0]))
    need = [-(-n // u) + k - 1 for n, u, k in zip(conv.size, conv.up, w.shape[2:])]
    x = x[:, :, :need[0], :need[1], :need[2]]
    if len(w) != 6 or conv.size[2] <= FOLD:
        return F.conv3d(x, w)
    # Six channels leave vector registers half empty: FOLD neighbours in z become channels as well.
    z = conv.size[2]
    x = F.pad(x, (0, -z % FOLD))
    folded = torch.stack([F.pad(w, (p, FOLD - 1 - p)) for p in range(FOLD)])
    y = F.conv3d(x, folded.flatten(0, 1), stride=(1, 1, FOLD))
    y = y.view(len(x), FOLD, 6, *y.shape[2:]).permute(0, 2, 3, 4, 5, 1)
    return y.flatten(4)[..., :z]


# --- quantization --------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Layer:
    """How one convolution computes."""
    precision: str = "int8"          # int8 | w8a16 | fp32
    bins: bool = False               # activation scales by energy bin
    margin: float = 1.0              # int8: activations may be so much larger than was seen
    wide: int = 0                    # int8: so many channels, the widest, in 16 bits
    zero: str = "tensor"             # zero points: tensor | channel
    scale: str = "tensor"            # activation scales: tensor | channel (folded into weights)
    weights: str = "minmax"          # minmax | mse | gptq | trained (rounded before the collapse)
    keep: bool = False               # gptq: weights that are zero after the collapse stay zero
    fine: bool = False               # w8a16: weights as fine as int32 sums allow
    head: float = 2.0                # w8a16: activations may be so much larger than was seen
    bias: bool = False               # sums get the mean of fp32, per channel of the collapsed layer
    bits: int = 8                    # of int8 activations


def round_weights(w, how, codes=127):
    """Weights (out, ...) to integers up to `codes` per output channel: values and scales."""
    flat = w.flatten(1)
    top = flat.abs().amax(1).clamp(min=1e-30)
    best = top / codes
    if how == "mse":
        error = torch.full_like(top, float("inf"))
        for factor in np.linspace(0.6, 1.0, 41):
            s = (top * float(factor) / codes)[:, None]
            e = ((flat / s).round().clamp(-codes, codes) * s - flat).pow(2).sum(1)
            best = torch.where(e < error, s[:, 0], best)
            error = torch.minimum(e, error)
    s = best[:, None]
    return ((flat / s).round().clamp(-codes, codes) * s).view_as(w), best


def fine_codes(w, limit=32767):
    """Integers of weights as large as int32 sums with activations up to `limit` allow. They cost what
    s8 ones do: vpdpwssd multiplies s16 by s16."""
    flat = w.flatten(1).abs()
    ratio = 1.01 * (flat.sum(1) / flat.amax(1).clamp(min=1e-30)).max().item()
    return max(127, min(32767, int((2 ** 31 - 1) / limit / ratio)))


def reconstruct(w, codes, patches, keep):
    """Rounding in which errors of a channel make up for each other (Frantar et al., arXiv:2210.17323)
    on patches (n, in * x * y * z) of the layer's input. With `keep`
    zeros stay zeros, as in the engine."""
    flat, scale = w.flatten(1).double(), round_weights(w, "minmax", codes)[1].double()
    out = torch.zeros_like(flat)
    for block in batches(flat.shape[1], BLOCK):
        part = patches[:, block].double()
        gram = part.T @ part
        gram += 0.01 * gram.diagonal().mean() * torch.eye(len(gram))
        factor = torch.linalg.cholesky(torch.linalg.inv(gram), upper=True)
        left, to, used = flat[:, block].clone(), out[:, block], (flat[:, block] != 0) | (not keep)
        for k in range(left.shape[1]):
            to[:, k] = (left[:, k] / scale).round().clamp(-codes, codes) * scale * used[:, k]
            rest = (left[:, k] - to[:, k]) / factor[k, k]
            left[:, k + 1:] -= rest[:, None] * factor[k, k + 1:]
    return out.float().view_as(w), scale.float()


def fake(x, low, high, levels):
    """Unsigned codes with a zero point; low <= 0 <= high, tensors that broadcast."""
    scale = ((high - low) / levels).clamp(min=1e-30)
    zero = (-low / scale).round()
    return ((x / scale).round() + zero).clamp(0, levels).sub(zero) * scale


class Quantized:
    """A network with a plan. Each of its steps has, per channel of the collapsed layer, a gain (or
    None) and a shift of the sums."""

    def __init__(self, plan, calibration):
        self.net, self.plan, self.calibration = calibration.net, plan, calibration
        self.steps, self.shifts = [], []
        for i, (conv, layer) in enumerate(zip(self.net.convs, plan)):
            seen = calibration.ranges[i]
            w, factor, scales, limit = conv.w, None, None, 32767
            if layer.precision != "fp32":
                if layer.scale == "channel":
                    span = (seen[:, :, 1].amax(0).clamp(min=0) - seen[:, :, 0].amin(0).clamp(max=0))
                    factor = (span / span.max()).clamp(min=1e-3).view(1, -1, 1, 1, 1)
                    w = w * factor
                if layer.weights == "trained":
                    up, (trained, pad) = conv.up, conv.trained
                    w = collapse(round_weights(trained.float(), "minmax")[0].double(), up, pad,
                                 conv.size)[0]
                else:
                    codes = fine_codes(w) if layer.fine else 127
                    if layer.weights == "gptq":
                        w, scales = calibration.reconstructed(i, factor, codes, layer)
                    else:
                        w, scales = round_weights(w, layer.weights, codes)
            if layer.precision == "w8a16" and scales is not None:
                sums = (w.flatten(1) / scales[:, None]).abs().sum(1).max().item()
                limit = min(limit, int((2 ** 31 - 1) / sums))
            self.steps.append((conv, layer, w, factor, seen, limit))
            self.shifts.append((None, calibration.shift(self, i) if layer.bias else None))

    def activations(self, x, which, step):
        conv, layer, _, factor, seen, limit = step
        if layer.precision == "fp32":
            return x
        low, high = seen[..., 0].clamp(max=0), seen[..., 1].clamp(min=0)   # (bins, channels)
        low, high = (low[which], high[which]) if layer.bins else (
            low.amin(0, keepdim=True), high.amax(0, keepdim=True))
        if layer.precision == "int8":
            low, high = layer.margin * low, layer.margin * high
        shape = (-1, x.shape[1], 1, 1, 1)
        if factor is not None:
            f = factor.view(1, -1)
            low, high, x = low / f, high / f, x / factor
        top = torch.maximum(high, -low).amax(1, keepdim=True)
        step16 = (layer.head * top / limit).view(-1, 1, 1, 1, 1)
        if layer.precision == "w8a16":
            return (x / step16).round().clamp(-limit, limit) * step16
        narrow = torch.ones(x.shape[1], dtype=torch.bool)
        if layer.wide:
            span = (seen[..., 1].amax(0) - seen[..., 0].amin(0))
            narrow[span.argsort(descending=True)[:layer.wide]] = False
        levels = 2 ** layer.bits - 1
        if layer.zero == "channel":
            span = (high - low)[:, narrow].amax(1, keepdim=True)
            # The range of a channel is placed, that of the widest fills the code.
            lo, hi = low, low + span
            lo, hi = lo.expand(-1, x.shape[1]), hi.expand(-1, x.shape[1])
        else:
            lo = low[:, narrow].amin(1, keepdim=True).expand(-1, x.shape[1])
            hi = high[:, narrow].amax(1, keepdim=True).expand(-1, x.shape[1])
        out = fake(x, lo.reshape(shape), hi.reshape(shape), levels)
        if layer.wide:
            out = torch.where(narrow.view(1, -1, 1, 1, 1), out,
                              (x / step16).round().clamp(-32767, 32767) * step16)
        return out

    def raw(self, x, which, i):
        step = self.steps[i]
        return conv_sums(step[0], step[2], self.activations(x, which, step))

    def finish(self, sums, i, tweak=None):
        gain, shift = tweak or self.shifts[i]
        if gain is not None:
            sums = sums * gain.view(1, -1, 1, 1, 1)
        if shift is not None:
            sums = sums + shift.view(1, -1, 1, 1, 1)
        return self.steps[i][0].finish(sums)

    def run(self, x, which, first=0, last=None):
        for i in range(first, len(self.steps) if last is None else last):
            x = self.finish(self.raw(x, which, i), i)
        return x


def batches(count, size):
    return [slice(i, min(i + size, count)) for i in range(0, count, size)]


def bins_of(energy, edges):
    return torch.tensor(np.clip(np.searchsorted(edges, energy, side="right") - 1, 0,
                                len(edges) - 2))


class Calibration:
    """What calibration events show of the fp32 network: ranges of the input of every convolution per
    energy bin and channel, and the inputs themselves of the first events."""

    KEPT, PATCHES = 25, 20000

    def __init__(self, net, latents, energy, edges, batch):
        self.net = net
        which = bins_of(energy, edges)
        self.ranges = [torch.zeros(len(edges) - 1, c.w.shape[1], 2) for c in net.convs]
        self.inputs, self.which, self.known = [[] for _ in net.convs], which[:self.KEPT], {}
        for part in batches(len(latents), batch):
            x = net.first(latents[part], quantized=False)
            for i, conv in enumerate(net.convs):
                lo, hi = x.amin((2, 3, 4)), x.amax((2, 3, 4))
                for n, b in enumerate(which[part]):
                    seen = self.ranges[i][b]
                    seen[:, 0] = torch.minimum(seen[:, 0], lo[n])
                    seen[:, 1] = torch.maximum(seen[:, 1], hi[n])
                if part.start < self.KEPT:
                    self.inputs[i].append(x[:self.KEPT - part.start])
                x = conv.finish(conv_sums(conv, conv.w, x))
        self.inputs = [torch.cat(x) for x in self.inputs]

    def reconstructed(self, i, factor, codes, layer):
        key = i, layer.scale, codes, layer.keep
        if key not in self.known:
            conv, x = self.net.convs[i], self.inputs[i]
            p = conv.pad
            view = F.pad(x, (*p[2], *p[1], *p[0]))
            for axis, k in zip((2, 3, 4), conv.w.shape[2:]):
                view = view.unfold(axis, k, 1)
            draw = torch.Generator().manual_seed(1)
            at = [torch.randint(n, (self.PATCHES,), generator=draw)
                  for n in (view.shape[0], *view.shape[2:5])]
            patches = view.permute(0, 2, 3, 4, 1, 5, 6, 7)[at[0], at[1], at[2], at[3]]
            w = conv.w
            if factor is not None:
                w, patches = w * factor, patches / factor
            self.known[key] = reconstruct(w, codes, patches.flatten(1), layer.keep)
        return self.known[key]

    def shift(self, model, i):
        """Mean of the sums in fp32 minus that of the layer in `model`, on fp32 inputs."""
        conv, total = self.net.convs[i], 0
        for part in batches(len(self.inputs[i]), 10):
            x = self.inputs[i][part]
            total = total + (conv_sums(conv, conv.w, x) - model.raw(x, self.which[part], i)).mean(
                (2, 3, 4)).sum(0)
        return total / len(self.inputs[i])


# --- criteria ------------------------------------------------------------------------------------


class Sums:
    """What the criteria need of images: per event slice sums (N, X+Y+Z) [GeV] and hits (N)."""

    def __init__(self):
        self.slices, self.hits = [], []

    def add(self, cells):
        self.slices.append(torch.cat([cells.sum((2, 3)), cells.sum((1, 3)), cells.sum((1, 2))],
                                     1).double())
        self.hits.append((cells > HIT).sum((1, 2, 3)).double())
        self.lengths = cells.shape[1:]

    def close(self):
        self.slices = torch.cat(self.slices).numpy()
        self.hits = torch.cat(self.hits).numpy()
        return self


def core(profile):
    """The fewest slices that together hold 95 % of the energy."""
    order = np.argsort(-profile)
    count = np.searchsorted(np.cumsum(profile[order]), 0.95 * profile.sum()) + 1
    return np.sort(order[:count])


def values(ref, new, energy, edges, keep=slice(None)):
    """Signed relative errors: energy per bin, then slices of the core of x, y, z, then hits."""
    a, b, which = ref.slices[keep], new.slices[keep], bins_of(energy, edges).numpy()[keep]
    nx = ref.lengths[0]
    out, kinds = [], []
    for k in range(len(edges) - 1):
        rows = which == k
        out.append(b[rows, :nx].sum() / a[rows, :nx].sum() - 1)
        kinds.append("energy")
    full, at = ref.slices.mean(0), 0
    for axis, length in zip("xyz", ref.lengths):
        for s in at + core(full[at:at + length]):
            out.append(b[:, s].mean() / a[:, s].mean() - 1)
            kinds.append(axis)
        at += length
    out.append(new.hits[keep].mean() / ref.hits[keep].mean() - 1)
    return np.array(out), kinds + ["hits"]


def loss(a, b, lengths):
    total, at = 0.0, 0
    for length in lengths:
        s = slice(at, at + length)
        total += np.mean((a[:, s].mean(0) - b[:, s].mean(0)) ** 2)
        total += np.mean((a[:, s].var(0) - b[:, s].var(0)) ** 2)
        at += length
    return total


def judge(ref, new, energy, edges):
    """A row: worst bin, worst slice of x, y, z, hits, each with standard error, and L/L0."""
    v, kinds = values(ref, new, energy, edges)
    count = len(energy)
    each = np.array([values(ref, new, energy, edges, np.arange(count) // 5 % BLOCKS != b)[0]
                     for b in range(BLOCKS)])
    error = np.sqrt((BLOCKS - 1) / BLOCKS * ((each - each.mean(0)) ** 2).sum(0))
    row = {"bins": [(v[i], error[i]) for i, k in enumerate(kinds) if k == "energy"]}
    for kind in ("energy", "x", "y", "z", "hits"):
        mine = [i for i, k in enumerate(kinds) if k == kind]
        worst = max(mine, key=lambda i: abs(v[i]))
        row[kind] = v[worst], error[worst]
    row["loss"] = loss(ref.slices, new.slices, ref.lengths) / loss(
        ref.slices, 0 * new.slices, ref.lengths)
    limits = {"x": "profile", "y": "profile", "z": "profile"}
    states = []
    for i, kind in enumerate(kinds):
        limit = LIMIT[limits.get(kind, kind)]
        states.append(0 if abs(v[i]) + 1.645 * error[i] <= limit else
                      2 if abs(v[i]) - 1.645 * error[i] > limit else 1)
    row["verdict"] = ["passed", "undecided", "failed"][max(states)]
    row["ratio"] = max(abs(v[i]) / LIMIT[limits.get(k, k)] for i, k in enumerate(kinds))
    return row


HEAD = """| plan | energy by bin, % | worst bin | x | y | z | hits | L/L0 | verdict |
|---|---|---|---|---|---|---|---|---|"""


def text(name, row):
    def pm(pair):
        return f"{100 * pair[0]:+.2f} ± {100 * pair[1]:.2f}"
    bins = ", ".join(f"{100 * v:+.2f}" for v, _ in row["bins"])
    return (f"| {name} | {bins} | {pm(row['energy'])} | {pm(row['x'])} | {pm(row['y'])} | "
            f"{pm(row['z'])} | {pm(row['hits'])} | {row['loss']:.1e} | {row['verdict']} |")


# --- fit of biases and gains to the response ------------------------------------------------------


class Events:
    """Events with the fp32 network's sums, and inputs of convolutions behind quantized layers."""

    def __init__(self, net, count, seed, edges, table, batch, flat):
        self.net, self.batch = net, batch
        self.energy, self.latents = net.latents(count, seed, flat)
        self.which = bins_of(self.energy, table)
        self.edges = edges
        self.ref = Sums()
        self.cache = {}
        for part in batches(count, batch):
            x = net.first(self.latents[part], quantized=False)
            for conv in net.convs:
                x = conv.finish(conv_sums(conv, conv.w, x))
            self.ref.add(net.gev(x))
        self.ref.close()

    def start(self, model, part, keep):
        """The input of convolution `keep` (from the cache if the plans before it are the same)."""
        key = model.plan[:keep], part.start
        if keep == 0:
            return self.net.first(self.latents[part])
        if key not in self.cache:
            if len(self.cache) > 60:
                self.cache.clear()
            self.cache[key] = model.run(self.net.first(self.latents[part]), self.which[part], 0,
                                        keep)
        return self.cache[key]

    def sums(self, model, tweaks=None, keep=1):
        out = Sums()
        for part in batches(len(self.latents), self.batch):
            x = self.start(model, part, keep)
            for i in range(keep, len(model.steps)):
                x = model.finish(model.raw(x, self.which[part], i), i, (tweaks or {}).get(i))
            out.add(self.net.gev(x))
        return out.close()

    def judge(self, model, tweaks=None, keep=1):
        return judge(self.ref, self.sums(model, tweaks, keep), self.energy, self.edges)


class Fit:
    """Shifts (and gains) of the sums of the last layers such that energy response, profiles and hits
    of the fit events agree with fp32: Gauss-Newton, the Jacobian by finite differences on `probe` of
    the events, residuals in units of their limits, parameters in units of a thousandth of the rms of
    a layer's sums (gains: 0.001), with a ridge on them."""

    def __init__(self, model, events, layers, gains=False, ridge=0.01, rounds=4, probe=100,
                 phases=True):
        self.model, self.events, self.layers, self.gains = model, events, sorted(layers), gains
        self.ridge, self.rounds, self.probe, self.phases = ridge, rounds, probe, phases
        first = self.layers[0]
        self.parts = batches(len(events.latents), events.batch)
        self.held = [model.raw(events.start(model, part, first), events.which[part], first)
                     for part in self.parts]
        self.units, x = {}, self.held[0]
        for i in range(first, len(model.steps)):
            if i > first:
                x = model.raw(x, events.which[self.parts[0]], i)
            self.units[i] = 1e-3 * x.pow(2).mean().sqrt().item()
            x = model.finish(x, i)

    def size(self, i):
        """Parameters of a layer: channels of the collapsed layer, or (phases False) of its output."""
        conv = self.model.steps[i][0]
        return len(conv.w) if self.phases else len(conv.b)

    def count(self):
        return sum(self.size(i) for i in self.layers) * (2 if self.gains else 1)

    def tweaks(self, p):
        out, at = {}, 0
        for i in self.layers:
            n, channels = self.size(i), len(self.model.steps[i][0].w)
            v = torch.tensor(p, dtype=torch.float32)
            gain, shift = self.model.shifts[i]
            moved = self.units[i] * v[at:at + n].repeat(channels // n)
            shift = moved if shift is None else shift + moved
            at += n
            if self.gains:
                gain = 1 + 1e-3 * v[at:at + n].repeat(channels // n)
                at += n
            out[i] = gain, shift
        return out

    def errors(self, p, events=None):
        tweaks, out, first, count = self.tweaks(p), Sums(), self.layers[0], 0
        for part, held in zip(self.parts, self.held):
            if events and count >= events:
                break
            count += len(held)
            x = self.model.finish(held, first, tweaks[first])
            for i in range(first + 1, len(self.model.steps)):
                x = self.model.finish(self.model.raw(x, self.events.which[part], i), i,
                                      tweaks.get(i))
            out.add(self.events.net.gev(x))
        v, kinds = values(self.events.ref, out.close(), self.events.energy, self.events.edges,
                          slice(count))
        limit = np.array([LIMIT.get(k, LIMIT["profile"]) for k in kinds])
        # The slices of an axis together weigh as much as four bins of energy.
        weight = np.array([2 / np.sqrt(kinds.count(k)) if k in "xyz" else 1.0 for k in kinds])
        return v / limit, weight

    def solve(self):
        p = np.zeros(self.count())
        v, weight = self.errors(p)
        r, self.trace, gain = v * weight, [np.abs(v).max()], 0
        cost = r @ r
        for _ in range(self.rounds):
            here = self.errors(p, self.probe)[0]
            jac = np.empty((len(r), len(p)))
            for k in range(len(p)):
                moved = p.copy()
                moved[k] += 2.0
                jac[:, k] = (self.errors(moved, self.probe)[0] - here) / 2 * weight
            step = -np.linalg.solve(jac.T @ jac + self.ridge * np.eye(len(p)),
                                    jac.T @ r + self.ridge * p)
            for length in (1.0, 0.5, 0.25, 0.1):
                q = p + length * step
                v = self.errors(q)[0]
                new = (v * weight) @ (v * weight) + self.ridge * q @ q
                if new < cost:
                    break
            else:
                break
            gain, cost, p, r = cost - new, new, q, v * weight
            self.trace.append(np.abs(v).max())
            if gain < 0.05 * cost:
                break
        return self.tweaks(p), p


# --- tables --------------------------------------------------------------------------------------


class Bench:
    def __init__(self, models, name, calibration, judged, fitted, flat, table):
        self.net = Net(models, name)
        self.batch = 10 if self.net.angle else 50
        draw = self.net.latents(calibration, 11, flat, table)
        self.edges = (np.quantile(self.net.latents(100000, 5)[0], np.linspace(0, 1, 6))
                      if self.net.angle else np.array([100, 150, 250, 350, 450, 501.0]))
        table = self.edges if table is None else table
        self.calibration = Calibration(self.net, draw[1], draw[0], table, self.batch)
        self.judged, self.fitted = (
            Events(self.net, count, seed, self.edges, table, self.batch, flat) if count else None
            for count, seed in ((judged, 12), (fitted, 13)))

    def model(self, *layers):
        return Quantized(layers, self.calibration)


def layer(text):
    """i8 | a16 | f32, then options behind colons: bins, bias, wide=N, bits=N, zero or scale (per
    channel), fine, head=X, margin=X, and one of mse, gptq, trained for the weights."""
    name, *options = text.split(":")
    made = {"precision": {"i8": "int8", "a16": "w8a16", "f32": "fp32"}[name]}
    for option in options:
        key, _, value = option.partition("=")
        if key in ("bins", "bias", "fine", "keep"):
            made[key] = True
        elif key in ("wide", "bits", "head", "margin"):
            made[key] = type(getattr(Layer(), key))(value)
        elif key in ("zero", "scale"):
            made[key] = "channel"
        elif key in ("mse", "gptq", "trained"):
            made["weights"] = key
        else:
            sys.exit(f"unknown option '{option}' of a layer")
    return Layer(**made)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", required=True, help="folder of the shared models")
    parser.add_argument("--network", required=True, choices=["013", "029", "anglegan"])
    parser.add_argument("--calibration", type=int, default=128, help="events that say ranges")
    parser.add_argument("--events", type=int, default=600, help="events that judge")
    parser.add_argument("--fit-events", type=int, default=300)
    parser.add_argument("--flat", action="store_true",
                        help="EnergyGAN: energies spread over 100-500 GeV, not five of them")
    parser.add_argument("--table", help="edges [GeV] of the bins of activation scales, as 2,20,60,500")
    parser.add_argument("--fit", help="layers to fit, as 3,4: then every plan is shown fitted as well")
    parser.add_argument("--gains", action="store_true", help="fit gains beside shifts")
    parser.add_argument("--per-output", action="store_true",
                        help="one parameter per output channel, not per channel and phase")
    parser.add_argument("--ridge", type=float, default=0.01)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("plans", nargs="+", help="as i8,i8:bins,a16:gptq:bias,a16")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    bench = Bench(options.models, options.network, options.calibration, options.events,
                  options.fit_events if options.fit else 0, options.flat,
                  np.array([float(e) for e in options.table.split(",")]) if options.table else None)
    print(HEAD)
    for plan in options.plans:
        model = bench.model(*map(layer, plan.split(",")))
        begin = time.time()
        keep = 2 if not bench.net.angle else 1
        print(text(plan, bench.judged.judge(model, keep=keep)), flush=True)
        if options.fit:
            fit = Fit(model, bench.fitted, [int(k) - 1 for k in options.fit.split(",")],
                      options.gains, options.ridge, phases=not options.per_output)
            tweaks, p = fit.solve()
            print(text(f"{plan}, fitted", bench.judged.judge(model, tweaks, keep)))
            print(f"{len(p)} parameters, largest {np.abs(p).max():.1f} units, worst ratio "
                  f"{', '.join(f'{x:.2f}' for x in fit.trace)}", file=sys.stderr)
        print(f"{time.time() - begin:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
