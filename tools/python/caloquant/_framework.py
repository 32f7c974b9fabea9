"""What the framework of a live model computes: the other side of a verification.

Frameworks are used only where the caller has imported them already.
"""
from __future__ import annotations

import os
import pathlib
from typing import Any, Sequence

import numpy as np

from ._caloquant import Model, UsageError, _verifiable_layers
from ._errors import error
from ._models import is_keras, is_torch

Arrays = dict[str, np.ndarray]


def has_framework(model: Any) -> bool:
    """Is this a live model, which can be run beside the network that was made from it?"""
    return is_torch(model) or is_keras(model)


def sample_extents(shape: Sequence[int | None]) -> tuple[int, ...]:
    """The extents behind the batch, which are known."""
    return tuple(extent for extent in shape[1:] if extent is not None)


def draw(network: Model, rows: int, seed: int) -> list[np.ndarray]:
    """Rows of every input, standard normal: the scale of latents and of normalised data."""
    generator = np.random.default_rng(seed)
    return [generator.standard_normal((rows, *sample_extents(shape))).astype(np.float32)
            for _, shape in network.inputs]


def expected_of(model: Any, network: Model, inputs: Sequence[np.ndarray],
                layers: bool) -> dict[str, Arrays]:
    """{"inputs", "outputs", "layers"} as the compiled part takes them, by names of `network`."""
    known = set(_verifiable_layers(network)) if layers else set()
    if is_keras(model):
        outputs, inner = _run_keras(model, inputs, known)
    elif is_torch(model):
        outputs, inner = _run_torch(model, inputs, known)
    else:
        outputs, inner = _run_file(model, inputs, network, known)
    names = [name for name, _ in network.outputs]
    if len(outputs) != len(names):
        raise error(UsageError, "model", f"gives {len(outputs)} outputs, the network that was read "
                    f"from it has {len(names)}", "verify it with a file: caloquant verify")
    return {"inputs": {name: _plain(array) for (name, _), array in zip(network.inputs, inputs)},
            "outputs": {name: _plain(array) for name, array in zip(names, outputs)},
            "layers": {name: _plain(array) for name, array in inner.items()}}


def _plain(array: Any) -> np.ndarray:
    return np.ascontiguousarray(array, dtype=np.float32)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else [value]


# Keras 2 and 3


def _run_keras(model: Any, inputs: Sequence[np.ndarray],
               known: set[str]) -> tuple[list[Any], Arrays]:
    given = list(inputs) if len(inputs) > 1 else inputs[0]
    if known:
        return _keras_values(model, given, "", known)
    return _as_list(model.predict(given, verbose=0)), {}


def _keras_values(model: Any, given: Any, path: str,
                  known: set[str]) -> tuple[list[Any], Arrays]:
    """Outputs of a model, and by name those of its layers, of the layers of nested models too."""
    import keras

    tensors: dict[str, Any] = {}
    nested: list[tuple[Any, list[Any]]] = []
    for layer, call in _single_calls(model):
        name = layer.name if layer.name in known else path + layer.name
        outputs = _as_list(call.outputs)
        if name in known and len(outputs) == 1:
            tensors[name] = outputs[0]
        if hasattr(layer, "layers"):
            nested.append((layer, _as_list(call.input_tensors)))
    ends = _as_list(model.outputs)
    wanted = ends + list(tensors.values()) + [tensor for _, reads in nested for tensor in reads]
    results = _as_list(keras.Model(model.inputs, wanted).predict(given, verbose=0))
    values = dict(zip(tensors, results[len(ends):]))
    at = len(ends) + len(tensors)
    for layer, reads in nested:
        read = results[at:at + len(reads)]
        at += len(reads)
        inner = _keras_values(layer, read if len(read) > 1 else read[0], f"{path}{layer.name}/",
                              known)[1]
        values.update(inner)
    return results[:len(ends)], values


def _single_calls(model: Any) -> list[tuple[Any, Any]]:
    """(layer, call) of every layer that the model calls once."""
    graph = getattr(model, "_functional", None) or model  # Keras 3 wraps Sequential
    own = [node for nodes in getattr(graph, "_nodes_by_depth", {}).values() for node in nodes]
    single = []
    for layer in model.layers:
        calls = [node for node in getattr(layer, "_inbound_nodes", [])
                 if any(node is known for known in own)]
        if len(calls) == 1:
            single.append((layer, calls[0]))
    return single


# PyTorch


def _run_torch(module: Any, inputs: Sequence[np.ndarray],
               known: set[str]) -> tuple[list[Any], Arrays]:
    import torch

    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    rows = [torch.from_numpy(np.ascontiguousarray(a, dtype=np.float32)).to(device) for a in inputs]
    calls: list[tuple[Any, Any, Any]] = []  # module, what it read, what it gave (and a copy)
    hooks = []
    if known:
        for leaf in module.modules():
            if not list(leaf.children()):
                hooks.append(leaf.register_forward_hook(
                    lambda leaf, read, gave: calls.append((leaf, read, (gave, _copy(gave))))))
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad():
            outputs = _as_list(module(*rows))
    finally:
        module.train(was_training)
        for hook in hooks:
            hook.remove()
    return [output.cpu().numpy() for output in outputs], _torch_layers(module, calls, known)


def _copy(tensor: Any) -> Any:
    """Later modules may work in place."""
    return tensor.detach().cpu().numpy().copy() if hasattr(tensor, "detach") else None


def _torch_layers(module: Any, calls: list[tuple[Any, Any, Any]], known: set[str]) -> Arrays:
    """By the node that the exporter makes last for a module: "/features/features.0/Conv"."""
    scopes = _torch_scopes(module)
    times = {id(leaf): 0 for leaf, _, _ in calls}
    for leaf, _, _ in calls:
        times[id(leaf)] += 1
    nodes: dict[str, str] = {}
    for name in sorted(known):
        scope, slash, _ = name.rpartition("/")
        if slash and "_output_" not in name:
            nodes[scope] = "" if scope in nodes else name  # of several nodes we cannot say which
    layers: Arrays = {}
    last: tuple[Any, str] | None = None  # what the module before gave, and its node
    for leaf, read, (gave, copy) in calls:
        node = nodes.get(scopes.get(id(leaf), ""), "") if times[id(leaf)] == 1 else ""
        if type(leaf).__name__.startswith("BatchNorm") and not node:
            # The exporter has put it into the weights of the layer in front.
            if last is not None and read and read[0] is last[0]:
                node = last[1]
        if node and copy is not None:
            layers[node] = copy
        last = (gave, node)
    return layers


def _torch_scopes(module: Any) -> dict[int, str]:
    """Scope of every submodule in the names of exported nodes."""
    scopes: dict[int, str] = {}

    def walk(parent: Any, prefix: str, own: str) -> None:
        listing = type(parent).__name__ in ("Sequential", "ModuleList")
        for name, child in parent.named_children():
            part = f"{own}.{name}" if listing and own else name
            # A ModuleList is never called, so it has no scope of its own.
            inner = prefix if type(child).__name__ == "ModuleList" else f"{prefix}/{part}"
            scopes[id(child)] = inner
            walk(child, inner, part)

    walk(module, "", "")
    return scopes


# Files


def _run_file(model: Any, inputs: Sequence[np.ndarray], network: Model,
              known: set[str]) -> tuple[list[Any], Arrays]:
    if isinstance(model, (str, os.PathLike)):
        path = pathlib.Path(model)
        if (path / "saved_model.pb").is_file():
            return _run_saved_model(path, inputs, network), {}
        if path.suffix in (".h5", ".hdf5", ".keras"):
            import keras

            return _run_keras(keras.models.load_model(os.fspath(path), compile=False), inputs, known)
    raise error(UsageError, "model", f"{type(model).__name__} has no framework that computes it",
                "give a live Keras model or torch.nn.Module, a Keras file or a SavedModel; of ONNX "
                "use caloquant verify with the outputs of ONNX Runtime")


def _run_saved_model(path: pathlib.Path, inputs: Sequence[np.ndarray],
                     network: Model) -> list[Any]:
    import tensorflow as tf

    signature = tf.saved_model.load(os.fspath(path)).signatures["serving_default"]
    results = signature(**{name: tf.constant(array)
                           for (name, _), array in zip(network.inputs, inputs)})
    return [results[name].numpy() for name, _ in network.outputs]
