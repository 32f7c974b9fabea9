#!/usr/bin/env python3
"""Accuracy tables of quantizer/MEASURED.md: every strategy, every range method and correction, on real weights.

    tools/dev/accuracy_tables.py --caloquant build/release/tools/caloquant --config run.json -o DIR \
        --table strategies|ranges|corrections|exhaustive

The config says model, data and criteria. Runs go to folders below DIR; one that has a result.json
already is not repeated. Layers' times are measured by the first run and used by all others. Prints
Markdown.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

SHORT = {"int8": "i8", "w8a16": "a16", "w8": "w8", "bf16": "b16", "fp32": "f32"}
LADDER = ["basic", "conservative", "mse_v2", "random", "sensitivity", "auto"]
RANGES = ["minmax", "minmax_headroom", "moving_average", "percentile", "mse", "kl", "aciq",
          "automatic"]
ALL_AT = {"int8": {"conv": "int8", "dense": "int8"}, "w8a16": {"conv": "w8a16", "dense": "w8"}}
RECIPES = ["weight_reconstruction", "bias_correction", "sequential_bias_correction",
           "equalization"]


class Runs:
    def __init__(self, options):
        self.options = options
        self.folder = pathlib.Path(options.output)
        self.costs = self.folder / "layer_costs.json"

    def result(self, name, settings):
        """The result.json of a run, and the measures of its steps."""
        out = self.folder / name
        if not (out / "result.json").exists():
            print(f"run {name}", file=sys.stderr)
            command = [self.options.caloquant, "quantize", self.options.config, "-o", str(out),
                       "--quiet"]
            if self.costs.exists():
                settings = settings | {"/tuning_criterion/layer_costs": str(self.costs)}
            for pointer, value in settings.items():
                command += ["--set", f"{pointer}={json.dumps(value)}"]
            code = subprocess.run(command).returncode
            if code not in (0, 7, 8):
                sys.exit(f"run '{name}' failed with {code}")
            measured = out / "layer_costs.json"
            if measured.exists() and not self.costs.exists():
                self.costs.write_bytes(measured.read_bytes())
        result = json.loads((out / "result.json").read_text())
        steps = [json.loads(line) for line in (out / "steps.jsonl").read_text().splitlines()]
        return result, steps

    def showers_per_second(self, names):
        """Medians of benchmarks that take turns."""
        rates = {name: [] for name in names}
        for _ in range(self.options.turns):
            for name in names:
                done = subprocess.run(
                    [self.options.caloquant, "benchmark", str(self.folder / name / "quantized.h5"),
                     "--batch", "8", "--repetitions", "1", "--seconds", "1", "--json"],
                    stdout=subprocess.PIPE, check=True, text=True)
                rates[name].append(json.loads(done.stdout)[0]["showers_per_second"])
        return {name: statistics.median(values) for name, values in rates.items()}


def plan_of(result):
    return " ".join(SHORT[layer["precision"]] for layer in result["layers"])


def worst_energy(step):
    changes = [measure["value"] for measure in step["measures"][1:]]
    return f"{100 * max(changes, key=abs):+.2f} %" if changes else ""


def best_of(result, steps):
    return next(step for step in steps if step["step"] == result["best_step"])


def relative(result, loss):
    return f"{loss / result['dead_output_loss']:.2g}"


def print_table(header, rows):
    print("| " + " | ".join(header) + " |\n" + "|---" * len(header) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def strategies(runs):
    free = {"/quantization/excluded_precisions": []}
    runs.result("auto", {"/tuning_criterion/strategy": "auto"})  # measures the layers
    found = {name: runs.result(name, {"/tuning_criterion/strategy": name,
                                      "/tuning_criterion/max_trials": 60})
             for name in LADDER if name != "basic"}
    found["basic"] = runs.result("basic", free | {"/tuning_criterion/strategy": "basic"})
    found["int8 and fp32 only"] = runs.result("int8_fp32", {
        "/quantization/excluded_precisions": ["w8a16", "w8", "bf16"],
        "/tuning_criterion/strategy": "exhaustive" if len(found["basic"][0]["layers"]) <= 6
        else "sensitivity", "/tuning_criterion/max_trials": 1000})
    fp32 = runs.result("fp32", free | {
        "/quantization/recipes/dense_weights_int8": False,
        "/quantization/op_type_dict": {"conv": {"precision": "fp32"}},
        "/tuning_criterion/strategy": "basic", "/tuning_criterion/max_trials": 1})
    assert fp32[0]["layers"]
    folder = {"int8 and fp32 only": "int8_fp32"}
    rates = runs.showers_per_second([folder.get(name, name) for name in found] + ["fp32"])
    rows = []
    for name in LADDER + ["int8 and fp32 only"]:
        result, steps = found[name]
        best = best_of(result, steps)
        rows.append([name, len(steps), f"{result['seconds']:.0f}",
                     f"{result['cost']['seconds']:.0f}", relative(result, result["loss"]),
                     worst_energy(best), plan_of(result), "yes" if result["target_met"] else "no",
                     f"{rates[folder.get(name, name)] / rates['fp32']:.2f}"])
    print_table(["strategy", "trials", "tuning s", "all s", "loss / dead", "worst energy", "plan",
                 "met", "speed / fp32"], rows)


def fixed(precision, algorithm="minmax", recipes=()):
    """Settings for one trial with every layer at one precision."""
    rules = {op: {"precision": wanted,
                  "weight": {"granularity": "per_channel"}} for op, wanted in
             ALL_AT[precision].items()}
    for rule in rules.values():
        if rule["precision"] in ("int8", "w8a16"):
            rule["activation"] = {"algorithm": algorithm}
    settings = {"/quantization/op_type_dict": rules, "/quantization/excluded_precisions": [],
                "/tuning_criterion/strategy": "basic", "/tuning_criterion/max_trials": 1,
                "/report/physics_events": 0}
    for recipe in RECIPES:
        settings[f"/quantization/recipes/{recipe}"] = "on" if recipe in recipes else "off"
    return settings


def ranges(runs):
    rows = []
    for algorithm in RANGES:
        row = [algorithm]
        for precision in ALL_AT:
            result, steps = runs.result(f"{precision}_{algorithm}", fixed(precision, algorithm))
            row += [relative(result, result["loss"]), worst_energy(best_of(result, steps))]
        rows.append(row)
    print_table(["ranges", "all int8: loss / dead", "worst energy", "all w8a16: loss / dead",
                 "worst energy"], rows)


def corrections(runs):
    rows = []
    sets = [()] + [(recipe,) for recipe in RECIPES] + [
        ("weight_reconstruction", "bias_correction"),
        ("weight_reconstruction", "sequential_bias_correction"), tuple(RECIPES)]
    for recipes in sets:
        row = [" + ".join(recipes) or "none"]
        for precision in ALL_AT:
            name = f"{precision}_" + ("_".join(recipes) or "none")
            result, steps = runs.result(name, fixed(precision, recipes=recipes))
            row += [relative(result, result["loss"]), worst_energy(best_of(result, steps))]
        rows.append(row)
    print_table(["corrections", "all int8: loss / dead", "worst energy", "all w8a16: loss / dead",
                 "worst energy"], rows)


def exhaustive(runs):
    """sensitivity against the whole space, with predicted losses beside measured ones."""
    settings = {"/quantization/excluded_precisions": [], "/tuning_criterion/max_trials": 100000,
                "/report/physics_events": 0, "/quantization/op_type_dict": {
                    "dense": {"precision": ["int8", "w8", "bf16", "fp32"]}}}
    quick, quick_steps = runs.result("full_sensitivity", settings |
                                     {"/tuning_criterion/strategy": "sensitivity"})
    whole, whole_steps = runs.result("full_exhaustive", settings |
                                     {"/tuning_criterion/strategy": "exhaustive"})
    print_table(["", "trials", "plan", "loss / dead"],
                [[name, len(steps), plan_of(result), relative(result, result["loss"])]
                 for name, result, steps in (("sensitivity", quick, quick_steps),
                                             ("exhaustive", whole, whole_steps))])
    print()
    predictions(whole, whole_steps)


def predictions(result, steps):
    """What adding the errors of single layers predicts, at ranks of the measured loss."""
    names = list(steps[0]["configuration"])
    losses = {tuple(step["configuration"].values()): step["loss"] for step in steps}
    exact = ("fp32",) * len(names)
    losses.setdefault(exact, result["baseline_loss"])

    def predicted(plan):
        return losses[exact] + sum(
            losses[exact[:layer] + (choice,) + exact[layer + 1:]] - losses[exact]
            for layer, choice in enumerate(plan))

    ranked = sorted((plan for plan in losses if plan != exact), key=losses.get)
    ratios = [predicted(plan) / losses[plan] for plan in ranked if losses[plan] > 0]
    rows = []
    for rank in range(0, len(ranked), max(1, len(ranked) // 12)):
        plan = ranked[rank]
        rows.append([rank + 1, " ".join(SHORT[choice.split()[0]] for choice in plan),
                     f"{predicted(plan):.3g}", f"{losses[plan]:.3g}"])
    print_table(["rank", "plan", "predicted loss", "measured loss"], rows)
    quantiles = statistics.quantiles(ratios, n=20)
    print(f"\npredicted / measured over {len(ratios)} plans: median "
          f"{statistics.median(ratios):.2f}, 5 % to 95 % {quantiles[0]:.2f} to {quantiles[-1]:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--caloquant", required=True, help="the program")
    parser.add_argument("--config", required=True, help="run config with model, data, criteria")
    parser.add_argument("-o", "--output", required=True, help="folder for the runs")
    parser.add_argument("--turns", type=int, default=5, help="of the benchmarks")
    parser.add_argument("--table", required=True,
                        choices=["strategies", "ranges", "corrections", "exhaustive"])
    options = parser.parse_args()
    pathlib.Path(options.output).mkdir(parents=True, exist_ok=True)
    {"strategies": strategies, "ranges": ranges, "corrections": corrections,
     "exhaustive": exhaustive}[options.table](Runs(options))


if __name__ == "__main__":
    main()
