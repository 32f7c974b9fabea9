#!/usr/bin/env python3
"""Intel Neural Compressor 1.14.2, strategy basic, on the demo AngleGAN.

    python3.11 -m venv ~/inc && ~/inc/bin/pip install -r tests/peers/tuners/requirements_inc.txt
    caloquant make-showers --detector clic51 --seed 1 --events 200 -o showers51_1.h5
    ~/inc/bin/python tests/peers/tuners/inc.py --showers showers51_1.h5

Prints a row for every trial. Two things are changed in the tool, without which it does not quantize
this network: Pad stays in front of Conv3D (the fused form is refused by TensorFlow), and ITEX does
not rewrite the graph that calibrates (the ranges would be missing, and nothing is quantized).
"""

from __future__ import annotations

import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("ITEX_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("LOGLEVEL", "ERROR")  # of the tool

import numpy as np
import tensorflow as tf

from events import Events, read_events
from physics import Sample, to_gev
from table import Table, arguments, say_where

BATCH = 8
CONFIG = """
model: {{name: anglegan, framework: tensorflow_itex, inputs: latent, outputs: Identity}}
quantization:
  calibration: {{sampling_size: {calibration}}}
  recipes: {{first_conv_or_matmul_quantization: False}}
tuning:
  strategy: {{name: basic}}
  accuracy_criterion: {{absolute: {loss}, higher_is_better: False}}
  exit_policy: {{timeout: 0, max_trials: 100}}
  random_seed: 1978
  workspace: {{path: {workspace}}}
"""


def frozen_graph(architecture: pathlib.Path, weights: pathlib.Path):
    from tensorflow.python.framework import convert_to_constants

    network = tf.keras.models.model_from_json(architecture.read_text())
    network.load_weights(str(weights))
    traced = tf.function(lambda latent: network(latent, training=False), autograph=False)
    signature = tf.TensorSpec((None, network.input_shape[-1]), tf.float32, name="latent")
    frozen = convert_to_constants.convert_variables_to_constants_v2(
        traced.get_concrete_function(signature))
    return frozen.graph.as_graph_def()


def keep_pads() -> None:
    from neural_compressor.adaptor.tf_utils.graph_rewriter.generic import (
        fuse_pad_with_conv, fuse_pad_with_fp32_conv)

    for kind in (fuse_pad_with_conv.FusePadWithConv2DOptimizer,
                 fuse_pad_with_fp32_conv.FusePadWithFP32Conv2DOptimizer):
        kind.do_transformation = lambda self: self.model


def calibrate_without_remapper() -> None:
    from neural_compressor.adaptor.tf_utils.graph_converter import GraphConverter

    inference = GraphConverter._inference

    def plain(self, model):
        os.environ["ITEX_REMAPPER"] = "0"
        try:
            return inference(self, model)
        finally:
            del os.environ["ITEX_REMAPPER"]

    GraphConverter._inference = plain


class Calibration:
    """A dataloader of the tool's kind."""

    def __init__(self, events: Events) -> None:
        self.latents, self.batch_size = events.latents, 1

    def __iter__(self):
        for row in self.latents:
            yield row[None], 0


def images(graph_def, latents: np.ndarray, threads: int) -> np.ndarray:
    config = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=threads,
                                      inter_op_parallelism_threads=1)
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name="")
    with tf.compat.v1.Session(graph=graph, config=config) as session:
        return np.concatenate([session.run("Identity:0", {"latent:0": latents[i : i + BATCH]})
                               for i in range(0, len(latents), BATCH)])


def fp32_convolutions(graph_def) -> list[str]:
    """Conv3D nodes whose inputs are not dequantized integers, by number from 1."""
    nodes = {node.name: node for node in graph_def.node}
    convolutions = [node for node in graph_def.node if node.op == "Conv3D"]
    return [str(i) for i, node in enumerate(convolutions, 1)
            if nodes[node.input[0].split(":")[0]].op != "Dequantize"]


def with_signed_inputs(graph_def):
    """The quantized graph with s8 wherever the tool chose u8 for the input of a convolution."""
    signed = tf.compat.v1.GraphDef.FromString(graph_def.SerializeToString())
    for node in signed.node:
        if node.op in ("QuantizeV2", "Dequantize") and node.attr["T"].type == tf.quint8:
            node.attr["T"].type = tf.qint8.as_datatype_enum
    return signed


def main() -> None:
    options = arguments(__doc__.split("\n")[0]).parse_args()
    calibration, evaluation = read_events(options.showers, options.calibration, options.evaluation)
    where = say_where(("neural-compressor", "tensorflow", "intel-extension-for-tensorflow",
                       "numpy"))
    keep_pads()
    calibrate_without_remapper()
    from neural_compressor.experimental import Quantization, common

    graph = frozen_graph(options.architecture, options.weights)

    def showers(graph_def) -> Sample:
        return Sample.of(to_gev(images(graph_def, evaluation.latents, options.threads)))

    table = Table(where, showers(graph), evaluation.energies)
    trials = []

    def judge(model) -> float:
        trials.append(model.as_graph_def())
        if len(trials) == 1:  # the tool's baseline
            return 0.0
        return table.add(len(trials) - 2, ", ".join(fp32_convolutions(trials[-1])),
                         showers(trials[-1])).loss

    with tempfile.TemporaryDirectory() as workspace:
        config = pathlib.Path(workspace, "inc.yaml")
        config.write_text(CONFIG.format(calibration=options.calibration, workspace=workspace,
                                        loss=options.tolerable_loss))
        quantizer = Quantization(str(config))
        quantizer.model = common.Model(graph)
        quantizer.calib_dataloader = Calibration(calibration)
        quantizer.eval_func = judge
        best = quantizer.fit()
    if len(trials) > 1:
        table.add("0, s8 for u8", "", showers(with_signed_inputs(trials[1])))
    table.end("no model" if best is None else "a model that meets the target", options.json)


if __name__ == "__main__":
    main()
