#!/usr/bin/env python3
"""Writes tests/fixtures/options/<reader>.json: every option that a framework can write.

    list_options.py keras2        with TensorFlow 2.15: get_config() of its layers, nested objects
    list_options.py keras3        with Keras 3
    list_options.py keras_old DIR...  of unpacked sources of older Keras, without running them
    list_options.py tensorflow    with TensorFlow 2.15: attributes of its operators
    list_options.py onnx          with onnx: attributes and inputs of each opset from 7 to 22

tests/graph/io/options.test.cpp compares them with the tables of the readers and prints what is
missing there. Classes and operators that the readers do not know are listed as well as others.
"""

import ast
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("KERAS_BACKEND", "jax")
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/options"

LAYERS = """Activation ActivityRegularization Add AlphaDropout AveragePooling1D AveragePooling2D
AveragePooling3D BatchNormalization Concatenate Conv1D Conv2D Conv3D Dense Dropout ELU Flatten
GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D InputLayer LeakyReLU MaxPooling1D
MaxPooling2D MaxPooling3D Permute ReLU Reshape Softmax SpatialDropout1D SpatialDropout2D
SpatialDropout3D UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
ZeroPadding3D""".split()


def layer_of(layers, name):
    """With an input shape, which adds options of its own; required arguments by their kind."""
    axes = int(name[-2]) if name.endswith("D") else 2
    required = {"Activation": ["relu"], "Dense": [2], "Permute": [(2, 1)], "Reshape": [(2, 3)]}
    if name.startswith("Conv") and axes:
        arguments = [2, 3] if name[-1] == "D" else []
    elif name.startswith(("Average", "MaxP")):
        arguments = [2]
    elif name.endswith("Dropout") or "Dropout" in name or name == "GaussianNoise":
        arguments = [0.5]
    else:
        arguments = required.get(name, [])
    if name == "InputLayer":
        return layers.InputLayer((4,))
    return getattr(layers, name)(*arguments)


def keras_options(keras):
    options = {}
    for name in LAYERS:
        options[name] = sorted(layer_of(keras.layers, name).get_config())
    x = keras.layers.Input((4, 3), name="x")
    y = keras.layers.Dense(2, activation=keras.layers.ReLU(), name="y")(x)
    nested = keras.Sequential([keras.layers.Input((4, 2)), keras.layers.Flatten()], name="z")
    model = keras.Model(x, nested(y))
    text = json.loads(model.to_json())
    inner = text["config"]["layers"][-1]
    options["Functional"] = sorted(text["config"])
    options["Sequential"] = sorted(inner["config"])
    members = set(text) | {key for layer in text["config"]["layers"] for key in layer}
    members |= {key for layer in inner["config"]["layers"] for key in layer}
    members |= set(text["config"]["layers"][1]["config"]["activation"])
    options["(object)"] = sorted(members)
    functions = keras.activations
    names = [n for n in dir(functions) if callable(getattr(functions, n)) and n[0] != "_"]
    options["(functions)"] = sorted(set(names) - {"get", "serialize", "deserialize"})
    return options


def dictionary_keys(function):
    """Texts that are keys of dictionaries in a method, or indices that are assigned to."""
    keys = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            keys |= {k.value for k in node.keys if isinstance(k, ast.Constant)}
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if isinstance(node.slice, ast.Constant):
                keys.add(node.slice.value)
    return {key for key in keys if isinstance(key, str)}


def old_keras_options(folders):
    options = {}
    for folder in folders:
        classes = {}
        for file in sorted(pathlib.Path(folder).glob("**/*.py")):
            if "/layers/" not in str(file) and "/engine/" not in str(file):
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ClassDef):
                    bases = [b.attr if isinstance(b, ast.Attribute) else getattr(b, "id", "")
                             for b in node.bases]
                    own = [f for f in node.body
                           if isinstance(f, ast.FunctionDef) and f.name == "get_config"]
                    pops = {c.args[0].value for f in own for c in ast.walk(f)
                            if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute)
                            and c.func.attr == "pop" and c.args
                            and isinstance(c.args[0], ast.Constant)}
                    keys = {k for f in own for k in dictionary_keys(f)}
                    classes.setdefault(node.name, (bases, keys, pops))

        def all_keys(name):
            bases, keys, pops = classes.get(name, ([], set(), set()))
            inherited = set().union(*[all_keys(b) for b in bases if b != name])
            return (inherited - pops) | keys

        for name in LAYERS:
            if name in classes:
                options[name] = sorted(set(options.get(name, [])) | all_keys(name))
    return options


def tensorflow_options():
    from tensorflow.python.framework import op_def_registry
    source = (FOLDER.parents[2] / "graph/io/tensorflow/translators.cpp").read_text()
    names = [line.split('"')[1] for line in source.splitlines() if 'Entry{"' in line]
    names += ["Placeholder", "PartitionedCall", "StatefulPartitionedCall"]
    options = {}
    for name in sorted(names):
        definition = op_def_registry.get(name)
        if definition is not None:
            options[name] = sorted(attr.name for attr in definition.attr)
    return options


def onnx_options():
    """By operator the runs of opsets of one definition: since, attributes ('!' behind those that
    must be given), least and most inputs."""
    import onnx
    options = {}
    names = sorted({s.name for s in onnx.defs.get_all_schemas_with_history() if s.domain == ""})
    for name in names:
        versions = []
        for opset in range(7, 23):
            try:
                schema = onnx.defs.get_schema(name, opset, "")
            except onnx.defs.SchemaError:
                continue
            if schema.deprecated:
                continue
            attributes = sorted(a.name + ("!" if a.required else "")
                                for a in schema.attributes.values())
            most = schema.max_input if schema.max_input < 1 << 20 else -1
            entry = [attributes, schema.min_input, most]
            if not versions or versions[-1][1:] != entry or versions[-1][0][1] != opset - 1:
                versions.append([[opset, opset]] + entry)
            versions[-1][0][1] = opset
        if versions:
            options[name] = versions
    return options


def main():
    reader = sys.argv[1]
    if reader == "keras3":
        import keras
        versions, options = "Keras " + keras.__version__, keras_options(keras)
    elif reader == "keras2":
        import tensorflow as tf
        versions, options = "TensorFlow " + tf.__version__, keras_options(tf.keras)
    elif reader == "keras_old":
        versions, options = "sources of " + ", ".join(
            pathlib.Path(folder).name for folder in sys.argv[2:]), old_keras_options(sys.argv[2:])
    elif reader == "tensorflow":
        import tensorflow as tf
        versions, options = "TensorFlow " + tf.__version__, tensorflow_options()
    else:
        import onnx
        versions, options = "onnx " + onnx.__version__, onnx_options()
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in options.items())
    text = f'{{\n "written_by": {json.dumps(versions)},\n "options": {{\n{lines}\n }}\n}}\n'
    (FOLDER / f"{reader}.json").write_text(text)
    print(reader, versions, len(options), "classes or operators")


if __name__ == "__main__":
    main()
