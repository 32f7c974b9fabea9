#!/usr/bin/env python3
"""Trains the 51 x 51 x 25 AngleGAN against a discriminator and writes Keras weights for caloquant.

    python -m venv ~/train && ~/train/bin/pip install -r tools/train/requirements.txt
    ~/train/bin/python tools/train/train_anglegan.py --data 'showers51_*.h5' --validation valid51.h5 \\
        --caloquant build/release/tools/caloquant -o anglegan_trained.hdf5

README.md beside this file tells the rest. Ends with 0, or with 1 and one line that says what is wrong.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import shutil
import sys
import time

import torch

from data import Showers, find_files, loader, read_block
from evaluate import frechet_distance, mean_score, shower_loss
from keras_weights import save_keras
from recipe import RECIPES, recipe_from
from trainer import Trainer

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs"
SMOKE = {"batch": 2, "events": 4, "validation_events": 4, "warm_up": 1, "workers": 0}


def options_from(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", nargs="+", required=True, help="shower files or quoted patterns to train on")
    add("--validation", nargs="+", required=True, help="other shower files, for the evaluation")
    add("-o", "--output", type=pathlib.Path, required=True, help="Keras weights of the best epoch")
    add("--work", type=pathlib.Path, help="folder of checkpoint and log (OUTPUT with .train)")
    add("--start", default=str(CONFIGS / "anglegan_demo.hdf5"),
        help="weights to start from, or 'random' (the demo weights)")
    add("--resume", action="store_true", help="go on from the checkpoint in --work")
    add("--recipe", choices=sorted(RECIPES), default="improved")
    add("--epochs", type=int, help="in all (60; with --smoke 2)")
    add("--batch", type=int, default=64, help="events in a step")
    add("--events", type=int, help="use so many events of --data (all)")
    add("--validation-events", type=int, default=1000)
    add("--warm-up", type=int, default=None, metavar="STEPS",
        help="steps before the discriminator takes part (improved 500, published 0)")
    add("--generator-rate", type=float, help="learning rate instead of the recipe's")
    add("--discriminator-rate", type=float, help="the same")
    add("--averaging", type=float, help="decay of averaged generator weights; 0: none")
    add("--caloquant", type=pathlib.Path, help="program that judges epochs")
    add("--criterion", choices=["loss", "fpd", "score"],
        help="what the best epoch is best in: loss and fpd need --caloquant (loss, else score)")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--bf16", action="store_true", help="networks in bfloat16 (autocast), losses in f32")
    add("--threads", type=int, help="of PyTorch on a CPU")
    add("--workers", type=int, default=2, help="processes that read files")
    add("--seed", type=int, default=1)
    add("--smoke", action="store_true", help="a few steps of two events each")
    options = parser.parse_args(arguments)
    if options.smoke:
        vars(options).update(SMOKE)
    options.epochs = options.epochs or (2 if options.smoke else 60)
    if options.warm_up is None:
        options.warm_up = 500 if options.recipe == "improved" else 0
    options.work = options.work or options.output.with_name(options.output.name + ".train")
    options.criterion = options.criterion or ("loss" if options.caloquant else "score")
    check(options)
    return options


def check(options: argparse.Namespace) -> None:
    """Raises ValueError for options that cannot work together."""
    if options.criterion != "score" and options.caloquant is None:
        raise ValueError(f"--criterion {options.criterion}: needs --caloquant")
    if options.caloquant and not shutil.which(options.caloquant):
        raise ValueError(f"--caloquant {options.caloquant}: is no program; build target caloquant")
    if options.criterion == "fpd" and len(options.validation) != 1:
        raise ValueError("--criterion fpd: takes one file as --validation")
    for name in ("epochs", "batch", "validation_events"):
        if getattr(options, name) < 1:
            raise ValueError(f"--{name.replace('_', '-')}: must be at least 1")
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"--device {options.device}: PyTorch sees no CUDA device; give cpu")
    if (options.work / "checkpoint.pt").exists() and not options.resume:
        raise ValueError(f"{options.work}: holds a checkpoint; give --resume or another --work")
    if options.resume and not (options.work / "checkpoint.pt").exists():
        raise ValueError(f"{options.work}: holds no checkpoint.pt; leave out --resume")


class Judge:
    """Evaluates epochs and keeps the weights of the best one in the output file."""

    def __init__(self, options: argparse.Namespace, device: torch.device) -> None:
        self.options, self.device = options, device
        self.files = find_files(options.validation)
        self.showers = Showers(self.files, min(options.batch, options.validation_events),
                               seed=options.seed, limit=options.validation_events)
        usable = sum(len(read_block(*block)[1]) for block in self.showers.blocks)
        self.events = min(usable, options.validation_events)
        if self.events < 2:
            raise ValueError(f"{self.files[0]}: has {usable} usable events; give at least 2")

    def __call__(self, trainer: Trainer, epoch: int) -> dict[str, float | bool]:
        options = self.options
        generator = trainer.averaged
        candidate = options.work / "candidate.hdf5"
        save_keras(candidate, generator)
        measured = mean_score(generator, self.showers, self.device)
        if options.criterion != "score":
            judge = shower_loss if options.criterion == "loss" else frechet_distance
            measured |= judge(options.caloquant, CONFIGS / "anglegan.json", candidate, self.files,
                              self.events)
        value = measured[options.criterion]
        best = math.isfinite(value) and value < trainer.best
        if best:
            trainer.best, trainer.best_epoch = value, epoch
            save_keras(options.output, generator)
        return measured | {"best": best}


def log(options: argparse.Namespace, row: dict) -> None:
    with open(options.work / "log.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    parts = [f"{name} {value:.4g}" for name, value in row.items() if isinstance(value, float)]
    print(f"epoch {row['epoch']:3d} step {row['step']:6d}  {'  '.join(parts)}"
          f"{'  best' if row['best'] else ''}", flush=True)


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    files = find_files(options.data)
    showers = Showers(files, options.batch, options.seed, limit=options.events)
    judge = Judge(options, device)
    options.work.mkdir(parents=True, exist_ok=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(recipe_from(options), options, device)
    if options.resume:
        trainer.load(options.work / "checkpoint.pt")
    else:
        log(options, {"epoch": 0, "step": 0} | judge(trainer, 0))
    for epoch in range(trainer.epoch + 1, options.epochs + 1):
        began = time.monotonic()
        losses = trainer.run_epoch(loader(showers, epoch, options.workers))
        if not losses:
            raise ValueError(f"{files[0]}: fewer usable events than a batch of {options.batch}; give "
                             "more files or a smaller --batch")
        trained = time.monotonic() - began
        trainer.epoch = epoch
        row = {"epoch": epoch, "step": trainer.step} | losses | judge(trainer, epoch)
        trainer.save(options.work / "checkpoint.pt")
        log(options, row | {"seconds": trained})
    print(f"{options.output}: epoch {trainer.best_epoch}, {options.criterion} {trainer.best:.4g}")


def main(arguments: list[str] | None = None) -> int:
    try:
        train(options_from(arguments))
    except (ValueError, RuntimeError, OSError) as error:
        print(f"train_anglegan: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("train_anglegan: interrupted; --resume goes on from the last epoch", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
