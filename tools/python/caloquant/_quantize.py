"""caloquant.quantize() and what it gives."""
from __future__ import annotations

import html
import json
import math
import os
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

import numpy as np

from . import _caloquant
from ._caloquant import InterruptedError, Model, Trial, UsageError
from ._config import complete
from ._data import events_of, is_showers, prepare, with_targets
from ._errors import error
from ._framework import draw, expected_of, has_framework, sample_extents
from ._models import load
from ._numbers import finite
from ._progress import Progress

_T = TypeVar("_T")
MetricFunction = Callable[[Any, Any], float]


@dataclass(frozen=True)
class Layer:
    """One layer of the final model; `reason` says why it is fp32."""

    name: str
    op: str
    precision: str
    reason: str


class Session:
    """The stages of a run: calibrate(), evaluate(), tune(). See quantize() for the arguments."""

    def __init__(self, model: Any = None, data: Any = None, config: Any = None, *,
                 targets: Any = None, metric: MetricFunction | None = None,
                 higher_is_better: bool = False, tolerable_loss: float | None = None,
                 on_step: Callable[[Trial], Any] | None = None,
                 progress: bool | None = None, example_inputs: Any = None,
                 verify: bool = True, folder: str | os.PathLike[str] | None = None,
                 resume: bool = False) -> None:
        if resume and folder is None:
            raise error(UsageError, "resume", "there is no folder to go on in", "give folder=")
        showers = None if data is None else is_showers(data)
        examples = _examples(data) if example_inputs is None else example_inputs
        network = None if model is None else load(model, examples)
        prepared = None
        if data is not None:
            names = [name for name, _ in network.inputs] if network else []
            prepared = prepare(data, names)
            if targets is not None:
                outputs = [name for name, _ in network.outputs] if network else []
                prepared = with_targets(prepared, targets, outputs)
        run, source = complete(
            config, given_model=network is not None, showers=showers,
            events=events_of(prepared) if prepared else 0,
            cells=_cells(network), targets=targets is not None)
        if metric is not None:  # the config's own metric only has to be valid
            run["accuracy_criterion"].pop("higher_is_better", None)
        if tolerable_loss is not None:
            run["accuracy_criterion"]["tolerable_loss"] = finite("tolerable_loss", tolerable_loss, 0)
        self._expected = None  # kept while the session looks into it
        if verify and network is not None and has_framework(model):
            self._expected = expected_of(model, network, _two_rows(network, prepared), True)
        self._progress = Progress(progress)
        self._session = _caloquant._Session(
            json.dumps(run), source, network, prepared, _flat(metric, showers),
            getattr(metric, "__name__", "metric"), higher_is_better, self._progress.on_phase,
            self._progress.on_events, on_step, self._expected,
            "" if folder is None else os.fspath(folder), bool(resume))

    @property
    def model(self) -> Model:
        """The fp32 model."""
        return self._session.fp32

    def calibrate(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Measured range (low, high) of the input of every layer, by layer and algorithm."""
        return self._closing(self._session.calibrate)

    def evaluate(self, model: Any) -> tuple[float, float | None]:
        """Loss of another model with the same inputs and outputs, and its standard error."""
        return self._closing(lambda: self._session.evaluate(load(model)))

    def tune(self) -> Result:
        """Trials until the strategy, a limit, on_step or Ctrl-C ends them: that raises Interrupted
        with the best so far."""
        self._closing(self._session.tune)
        result = Result(self._session)
        if self._session.interrupted:
            raise Interrupted(result if result.model is not None else None)
        return result

    def _closing(self, stage: Callable[[], _T]) -> _T:
        try:
            return stage()
        except InterruptedError:
            if self._session.interrupted:
                raise Interrupted() from None
            raise
        finally:
            self._progress.close()


class Result:
    """What a run gives."""

    def __init__(self, session: _caloquant._Session) -> None:
        self._session = session
        self.json: dict[str, Any] = json.loads(session.json)
        """What result.json holds."""

    @property
    def model(self) -> Model | None:
        """The quantized model; None where no configuration gave a loss."""
        return self._session.model

    @property
    def loss(self) -> float:
        loss: float = self.json["loss"]
        return loss

    @property
    def standard_error(self) -> float | None:
        standard_error: float | None = self.json["standard_error"]
        return standard_error

    @property
    def target(self) -> float:
        target: float = self.json["target_loss"]
        return target

    @property
    def target_met(self) -> bool:
        target_met: bool = self.json["target_met"]
        return target_met

    @property
    def verdict(self) -> str:
        """"passed", "failed: hits > 0.0003 GeV", "passed, but not faster than FP32 (...): ..."."""
        verdict: str = self.json["criteria"]["text"]
        return verdict

    @property
    def faster(self) -> bool | None:
        """Is the model faster than FP32 by at least 10 %? None where speed was not sought."""
        faster: bool | None = self.json["faster"]
        return faster

    @property
    def layers(self) -> list[Layer]:
        return [Layer(**{key: layer[key] for key in ("name", "op", "precision", "reason")})
                for layer in self.json["layers"]]

    @property
    def steps(self) -> list[Trial]:
        return self._session.trials

    @property
    def not_written(self) -> list[str]:
        """Tables and pages that could not be written by save(), each with the reason."""
        return self._session.not_written

    def save(self, folder: str | os.PathLike[str] | None = None) -> None:
        """Writes what `caloquant quantize` writes: quantized.h5, steps.jsonl, result.json, ...

        Without a folder into that of the session. Ctrl-C raises Interrupted when the model is written.
        """
        before = self._session.interrupted
        self._session.emit("" if folder is None else os.fspath(folder))
        self.json = json.loads(self._session.json)
        if self._session.interrupted and not before:
            raise Interrupted(self)

    def __repr__(self) -> str:
        verdict = "target met" if self.target_met else "target not met"
        if self.target_met and self.faster is False:
            verdict += ", but not faster than FP32"
        error = "" if self.standard_error is None else f" +- {self.standard_error:.2g}"
        lines = [f"{verdict}: loss {self.loss:.4g}{error} (target {self.target:.4g}), "
                 f"{self.json['quantized_layers']} of {self.json['total_layers']} layers quantized, "
                 f"{len(self.steps)} steps"]
        lines += [f"  {layer.name:<24} {layer.op:<7} {layer.precision:<6} {layer.reason}".rstrip()
                  for layer in self.layers]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(layer.name)}</td><td>{layer.op}</td><td>{layer.precision}</td>"
            f"<td>{html.escape(layer.reason)}</td></tr>" for layer in self.layers)
        return (f"<p>{html.escape(repr(self).splitlines()[0])}</p><table><thead><tr><th>layer</th>"
                f"<th>op</th><th>precision</th><th>why fp32</th></tr></thead><tbody>{rows}</tbody></table>")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a run. `result` is the best so far, None where no trial had been finished."""

    def __init__(self, result: Result | None = None) -> None:
        super().__init__("interrupted" if result is None
                         else f"interrupted; the best so far: {repr(result).splitlines()[0]}")
        self.result = result


def quantize(model: Any = None, data: Any = None, config: Any = None, *, targets: Any = None,
             metric: MetricFunction | None = None, higher_is_better: bool = False,
             tolerable_loss: float | None = None,
             on_step: Callable[[Trial], Any] | None = None,
             progress: bool | None = None, example_inputs: Any = None,
             verify: bool = True, folder: str | os.PathLike[str] | None = None,
             resume: bool = False) -> Result:
    """Quantizes a network until its loss meets the target.

    model: a path, ONNX bytes, a live Keras model or PyTorch module; None: that of the config.
    data: of a shower generator {"energy": [N] GeV, "theta": [N] rad, "ECAL": [N, X, Y, Z] GeV}, of
        which only the energy is needed; else the network's input [N, ...], a list of inputs, or a
        dict by name; None: the files of the config. f32 arrays in C order are not copied.
    config: a dict or a path, as `caloquant schema` says; what is missing gets defaults.
    targets: what the outputs should be, for metrics with the reference "dataset".
    metric: function(outputs, reference) -> float in place of the config's metric, with arrays
        [N, ...] of the model and of the fp32 one (lists where the network has several outputs);
        images of generators are in GeV. The arrays are only valid inside of the call.
    tolerable_loss: in place of the config's.
    on_step: called with every Trial; returning False ends the search with the best so far.
    progress: bars with tqdm; None: where it is installed and stderr is a terminal or notebook.

    example_inputs: a list with a row of every input, for a PyTorch module whose data are showers.
    folder: for what `caloquant quantize` writes. Until the results are whole they are in
        `unfinished` of it, with every trial before the next begins, and after an exception
        `unfinished/result.json` says why; what the folder held before stays.
    resume: go on with the run that has not ended in `folder`, of the same model, data, settings,
        instruction set and version; its trials are not repeated, and the results are those that it
        would have had. Without one the run begins. A metric is known by its name only.
    verify: first run two rows in the framework of a live model, too, and raise ModelError when the
        network that was read from it computes something else (see caloquant.verify()).

    Raises ConfigError, ModelError, DataError, BackendError (all caloquant.Error with .place,
    .problem, .remedy), and what metric or on_step raise. The GIL is free while the library computes.
    Ctrl-C raises Interrupted, a KeyboardInterrupt whose .result is the best so far, which then is in
    the folder as well; pressed once more, it is no longer written.
    """
    session = Session(model, data, config, targets=targets, metric=metric,
                      higher_is_better=higher_is_better, tolerable_loss=tolerable_loss,
                      on_step=on_step, progress=progress,
                      example_inputs=example_inputs, verify=verify, folder=folder, resume=resume)
    try:
        result = session.tune()
    except Interrupted as stop:
        if stop.result is not None and folder is not None:
            try:
                stop.result.save()
            except KeyboardInterrupt:  # nobody waits for the rest
                pass
        raise
    if folder is not None:
        result.save()
    return result


def _examples(data: Any) -> list[np.ndarray] | None:
    """One row or two of every input, to export a PyTorch module with."""
    if data is None or is_showers(data):
        return None
    if isinstance(data, dict):
        return [np.asarray(array) for array in data.values()]
    return [np.asarray(array) for array in data] if isinstance(data, (list, tuple)) else [np.asarray(data)]


def _two_rows(network: Model, prepared: dict[str, Any] | None) -> list[np.ndarray]:
    """Of the data where they are the network's inputs, else drawn."""
    arrays = {} if prepared is None else prepared.get("inputs", {})
    rows = []
    for name, shape in network.inputs:
        array = arrays.get(name, arrays.get(""))
        extents = sample_extents(shape)
        if array is None or array[:2].size != min(2, len(array)) * math.prod(extents):
            return draw(network, 2, 1978)
        rows.append(array[:2].reshape(-1, *extents))
    return rows


def _cells(network: Model | None) -> tuple[int, ...] | None:
    if network is None or len(network.outputs) != 1:
        return None
    shape = network.outputs[0][1][1:]
    return tuple(extent for extent in shape if extent is not None and extent != 1)


def _flat(metric: MetricFunction | None, showers: bool | None) -> Callable[..., float] | None:
    """The function that the library calls; several outputs stay a list."""
    if metric is None:
        return None

    def call(outputs: list[np.ndarray], reference: list[np.ndarray], energies: np.ndarray,
             thetas: np.ndarray) -> float:
        if len(outputs) == 1:
            return float(metric(outputs[0], reference[0]))
        return float(metric(outputs, reference))

    return call
