"""Post-training quantization of calorimeter shower generators, and of any other network.

>>> result = caloquant.quantize("generator.onnx", {"energy": e, "theta": t}, tolerable_loss=1e-4)
>>> result.save("out")
"""
from ._caloquant import (
    BackendError,
    ConfigError,
    DataError,
    Error,
    InterruptedError,
    Model,
    ModelError,
    Trial,
    UsageError,
    config_schema,
)
from ._generator import Generator
from ._models import load
from ._quantize import Interrupted, Layer, Result, Session, quantize
from ._run import run
from ._verify import Verification, VerifiedLayer, verify

__version__ = "0.1.0"
__all__ = [
    "BackendError", "ConfigError", "DataError", "Error", "Generator", "Interrupted",
    "InterruptedError", "Layer", "Model", "ModelError", "Result", "Session", "Trial", "UsageError", "config_schema", "load",
    "VerifiedLayer", "Verification", "quantize", "run", "verify",
]
