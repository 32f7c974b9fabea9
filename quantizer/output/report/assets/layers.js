"use strict";
// Layers: sensitivity, noise, histograms, times; and what a configuration costs.

/** One row per layer, the first on top. */
const layerAxis = (names) => axis("", { type: "linear", tickmode: "array", tickvals: names.map((_, i) => i), ticktext: names.map((name) => nameLines(name)), range: [names.length - 0.5, -0.5], zeroline: false });
const rowHeight = (names) => 110 + names.length * Math.max(30, 6 + 16 * Math.max(...names.map((name) => nameLines(name).split("<br>").length)));

function sensitivityCard(run, names) {
  const known = run.sensitivity;
  const title = "sensitivity of single layers";
  if (!known) return card(title, missing("No trial of this run tells single layers apart (the strategies sensitivity, auto and basic have such trials)."));
  const rows = known.rows.filter((row) => isNumber(row.loss) && names.includes(row.layer));
  const isLog = rows.every((row) => row.loss > 0) && !higherIsBetter(run);
  const traces = precisions.filter((name) => rows.some((row) => row.precision === name)).map((name) => {
    const own = rows.filter((row) => row.precision === name);
    return { type: "scatter", mode: "markers", name, x: own.map((row) => row.loss), y: own.map((row) => names.indexOf(row.layer)),
      error_x: errorBars(own.map((row) => (isNumber(row.standard_error) ? row.standard_error : 0)), color(name)), marker: { size: 10, color: color(name), symbol: symbols[name] ?? "circle" },
      text: own.map((row) => `${plain(row.layer)} at ${name} (${precisionTexts[name]}), step ${row.step}<br>loss ${withError(row.loss, row.standard_error)}`), hovertemplate: "%{text}<extra></extra>" };
  });
  const before = known.kind === "put_back" ? rows[0]?.loss_before : null;
  const layout = { xaxis: axis(known.kind === "alone" ? "loss with this layer alone below FP32" : "loss with this layer put back", { type: isLog ? "log" : "linear", zeroline: false }), yaxis: layerAxis(names), margin: { l: 20, r: 14, t: 36, b: 44 }, showlegend: true };
  if (isNumber(before)) layout.shapes = [{ type: "line", yref: "paper", y0: 0, y1: 1, x0: before, x1: before, line: { color: color("ink"), width: 1.2, dash: "dash" } }];
  const note = known.kind === "alone" ? "Each layer alone at a precision, all others FP32." :
    `Measured by putting one layer back: step ${known.base} (dashed, loss ${number(before)}) without the quantization of that layer. The further left, the more the layer costs.`;
  return card(title, el("p", { class: "note" }, note), precisionLegend(rows.map((row) => row.precision)), plot(title, rowHeight(names), traces, layout));
}

function noiseCard(layers, events) {
  const title = "signal to quantization noise";
  const known = layers.map((layer, i) => [layer, i]).filter(([layer]) => isNumber(layer.sqnr_db));
  if (!known.length) return card(title, missing("No layer is quantized, or none differs from FP32."));
  const names = layers.map((layer) => layer.name);
  const trace = { type: "scatter", mode: "markers", x: known.map(([layer]) => layer.sqnr_db), y: known.map(([, i]) => i), marker: { size: 10, symbol: "square", color: color("quantized") },
    text: known.map(([layer]) => `${plain(layer.name)}: ${number(layer.sqnr_db)} dB`), hovertemplate: "%{text}<extra></extra>", showlegend: false };
  return card(title, el("p", { class: "note" }, `Output of each quantized layer in the quantized network against FP32, over ${events} events: with the noise of all layers before it.`),
    plot(title, rowHeight(names), [trace], { xaxis: axis("SQNR [dB]", { rangemode: "tozero" }), yaxis: layerAxis(names), margin: { l: 20, r: 14, t: 10, b: 44 } }));
}

/** A histogram on a logarithmic scale with lines at the ends of ranges: [value, text, dash]. */
function histogramPlot(label, histogram, xTitle, marks) {
  const count = histogram.counts.length;
  const width = (histogram.high - histogram.low) / count;
  const boxes = histogram.counts.map((value, i) => [histogram.low + i * width, histogram.low + (i + 1) * width, 0.5, value]).filter(([, , , value]) => value > 0);
  const ends = [histogram.low, histogram.high, ...marks.map(([value]) => value)];
  const room = 0.04 * (Math.max(...ends) - Math.min(...ends) || 1);
  const hover = { type: "scatter", mode: "markers", opacity: 0, x: boxes.map(([left, right]) => (left + right) / 2), y: boxes.map(([, , , value]) => value), showlegend: false, hovertemplate: "%{x:.4g}: %{y} values<extra></extra>" };
  const top = Math.log10(Math.max(...histogram.counts, 1)) + 0.35;
  return plot(label, 300, [bars("values", boxes, color("fp32"), { showlegend: false, opacity: 0.8 }), hover], {
    xaxis: axis(xTitle, { range: [Math.min(...ends) - room, Math.max(...ends) + room], zeroline: false }),
    yaxis: axis("values per bin", { type: "log", range: [Math.log10(0.5), top] }), margin: { l: 56, r: 14, t: 24, b: 44 },
    shapes: marks.map(([value, , dash]) => ({ type: "line", yref: "paper", y0: 0, y1: 1, x0: value, x1: value, line: { color: color("quantized"), width: 1.6, dash } })),
    annotations: marks.map(([value, text], i) => ({ x: value, yref: "paper", y: 1, yanchor: "bottom", xanchor: i % 2 ? "right" : "left", showarrow: false, text, font: { size: 11, color: color("quantized") } })) });
}

function histogramCards(run, measured) {
  const layer = (run.result.layers ?? []).find((candidate) => candidate.name === measured.name);
  const range = at(layer, "src", "calibration", "range");
  const isInteger = range && at(layer, "src", "dtype") !== "f32";
  const srcMarks = isInteger ? [[range[0], number(range[0]), "dash"], [range[1], number(range[1]), "dash"]] : [];
  const zeros = (histogram) => (histogram.zeros > 0 ? ` ${number(histogram.zeros)} exact zeros are not drawn.` : "");
  const src = measured.src ? [el("p", { class: "note" }, (isInteger ? `Dashed: the calibrated range, ${layer.src.dtype} by ${layer.src.calibration.chosen ?? layer.src.calibration.algorithm}.` : "The input of this layer stays a float: there is no range.") + zeros(measured.src)),
    histogramPlot("input values", measured.src, "input of the layer [units of the network]", srcMarks)] : [missing("The input had values that are not finite.")];
  const reach = measured.weight_reach;
  const weights = measured.weight_values ? [el("p", { class: "note" }, (reach ? `Dashed: what 8 bits reach${reach[0] === reach[1] ? "" : ` in the channel with the largest range (smallest ±${number(reach[0])})`}.` : "The weights stay floats: there is no range.") + zeros(measured.weight_values)),
    histogramPlot("weights", measured.weight_values, "weight", reach ? [[-reach[1], number(-reach[1]), "dash"], [reach[1], number(reach[1]), "dash"]] : [])] : [missing("No weights to draw.")];
  return [card("input of " + measured.name, ...src), card("weights of " + measured.name, ...weights)];
}

function layersSection(run) {
  const list = at(run.data, "layers", "list") ?? [];
  const names = list.length ? list.map((layer) => layer.name) : (run.result.layers ?? []).map((layer) => layer.name);
  const parts = [layerTable(run), el("div", { class: "grid" }, sensitivityCard(run, names), list.length ? noiseCard(list, run.data.layers.events) : card("signal to quantization noise", missing("Not measured: the run has no report.json, or it was interrupted.")))];
  if (!list.length) return section("layers", "Layers", ...parts, missing("Histograms were not measured."));
  const select = el("select", { "aria-label": "layer" }, ...names.map((name) => el("option", { value: name }, name)));
  select.value = names.includes(view.layer) ? view.layer : names[0];
  const histograms = el("div", { class: "grid" });
  const draw = () => {
    histograms.querySelectorAll(".plot").forEach((node) => Plotly.purge(node));
    histograms.replaceChildren(...histogramCards(run, list[names.indexOf(select.value)]));
  };
  select.addEventListener("change", () => { view.layer = select.value; draw(); drawPending(); });
  draw();
  const chooser = el("p", {}, el("label", {}, "Values of the FP32 network in layer ", select), ` (input over ${run.data.layers.events} events)`);
  chooser.style.marginTop = "16px";
  return section("layers", "Layers", ...parts, chooser, histograms);
}

function timesCard(times) {
  const rows = [...times.layers, { name: "between layers", fp32_ms: times.fp32.between_layers_ms, quantized_ms: times.quantized.between_layers_ms }];
  const names = rows.map((row) => row.name);
  const x = rows.flatMap((row) => [row.fp32_ms, row.quantized_ms, null]);
  const y = rows.flatMap((_, i) => [i, i, null]);
  const dots = (sample, values) => ({ type: "scatter", mode: "markers", name: sampleNames[sample], x: values, y: rows.map((_, i) => i), marker: { size: 11, symbol: symbols[sample], color: color(sample) },
    text: rows.map((row) => `${plain(row.name)}: FP32 ${number(row.fp32_ms)} ms, quantized ${number(row.quantized_ms)} ms`), hovertemplate: "%{text}<extra></extra>" });
  const traces = [{ type: "scatter", mode: "lines", x, y, line: { color: color("line"), width: 4 }, hoverinfo: "skip", showlegend: false }, dots("fp32", rows.map((row) => row.fp32_ms)), dots("quantized", rows.map((row) => row.quantized_ms))];
  return card("time per layer", el("p", { class: "note" }, `Medians of a short measurement, batch ${times.batch}, ${times.threads} thread${times.threads === 1 ? "" : "s"}; a layer with what it needs to change precision.`),
    plot("time per layer", rowHeight(names), traces, { xaxis: axis("time per event [ms]", { rangemode: "tozero" }), yaxis: layerAxis(names), margin: { l: 20, r: 14, t: 36, b: 44 } }));
}

/** Cost of a trial's configuration: ms by the measured table, bytes by it or by the number of weights. */
function costOf(run, step, kind) {
  const weights = new Map((at(run.data, "layers", "list") ?? []).map((layer) => [layer.name, layer.weights]));
  const perWeight = { int8: 1, w8a16: 1, w8: 1, bf16: 2, fp32: 4 };
  let sum = 0;
  for (const [layer, text] of Object.entries(step.configuration)) {
    const precision = text.split(" ")[0];
    const cost = at(run.costs, "layers", layer, precision);
    sum += kind === "ms" ? at(cost, "milliseconds") ?? NaN : at(cost, "bytes") ?? perWeight[precision] * (weights.get(layer) ?? NaN);
  }
  return sum;
}

/** Points that no other beats in cost and loss at once, by rising cost. */
function front(points, higher) {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || (higher ? b.loss - a.loss : a.loss - b.loss));
  return sorted.filter((point, i) => sorted.slice(0, i).every((other) => (higher ? other.loss < point.loss : other.loss > point.loss)));
}

function paretoPlot(run, kind) {
  const unit = kind === "ms" ? 1 : 1e-6;
  const points = run.steps.filter((step) => isNumber(step.loss) && !step.stopped_early).map((step) => ({ step, loss: step.loss, cost: unit * costOf(run, step, kind) })).filter((point) => isNumber(point.cost));
  if (!points.length) return missing("Costs of the trials are not known.");
  const best = front(points, higherIsBetter(run));
  const isLog = points.every((point) => point.loss > 0) && !higherIsBetter(run);
  const target = run.result.target_loss;
  const traces = [
    { type: "scatter", mode: "lines", name: "front", x: best.map((point) => point.cost), y: best.map((point) => point.loss), line: { color: color("quantized"), width: 1.6, shape: "hv" }, hoverinfo: "skip" },
    { type: "scatter", mode: "markers", name: "trials", x: points.map((point) => point.cost), y: points.map((point) => point.loss), marker: { size: 9, color: color("fp32"), symbol: points.map((point) => verdictSymbols[verdictOf(point.step)]), line: { width: 1.5, color: color("fp32") } },
      text: points.map((point) => stepHover(point.step) + `<br>${number(point.cost)} ${kind === "ms" ? "ms per event" : "MB"}`), hovertemplate: "%{text}<extra></extra>" },
  ];
  const chosen = points.find((point) => point.step.step === run.result.best_step);
  if (chosen) traces.push({ type: "scatter", mode: "markers", name: "written", x: [chosen.cost], y: [chosen.loss], hoverinfo: "skip", marker: { size: 19, symbol: "circle-open", color: color("quantized"), line: { width: 2.5 } } });
  const layout = { xaxis: axis(kind === "ms" ? "time of the layers [ms per event]" : "weights of the searched layers [MB]"), yaxis: axis(plain(lossTitle(run)), isLog ? { type: "log", dtick: "D2" } : {}), shapes: isNumber(target) ? [lineAt(target)] : [], margin: { l: 56, r: 14, t: 40, b: 44 } };
  return plot("loss against cost", 380, traces, layout);
}

function costSection(run) {
  const times = at(run.data, "times");
  const kinds = at(run.costs, "layers") ? [["ms", "time"], ["bytes", "size"]] : [["bytes", "size"]];
  const kind = kinds.some(([name]) => name === view.cost) ? view.cost : kinds[0][0];
  const figure = el("div", {}, paretoPlot(run, kind));
  const draw = (value) => { view.cost = value; figure.querySelectorAll(".plot").forEach((node) => Plotly.purge(node)); figure.replaceChildren(paretoPlot(run, value)); drawPending(); };
  const note = kinds.length > 1 ? "Costs of each layer at each precision as measured before the search. Filled points passed, open diamonds are undecided, crosses failed." : "This strategy measures no times of layers: sizes only. Filled points passed, open diamonds are undecided, crosses failed.";
  return section("cost", "Time and size", el("div", { class: "grid" }, times ? timesCard(times) : card("time per layer", missing("Not measured: the run has no report.json, or it was interrupted.")),
    card("loss against cost", el("p", { class: "note" }, note), kinds.length > 1 ? choice("cost", kinds, kind, draw) : null, figure)));
}
