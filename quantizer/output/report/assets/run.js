"use strict";
// The steps, the layers of the result, what the run came from.

const higherIsBetter = (run) => at(run.result, "provenance", "config", "accuracy_criterion", "higher_is_better") === true;
const metricName = (run) => String(run.result.metric ?? "loss").split(" ")[0];
const lossName = (run) => (metricName(run).includes("=") ? "loss" : metricName(run));
const lossTitle = (run) => (lossName(run) === "loss" ? "shower-shape loss" : lossName(run));
const bestStep = (run) => run.steps.find((step) => step.step === run.result.best_step);

function modelName(run) {
  const files = at(run.result, "provenance", "model_files") ?? [];
  return files.map((file) => file.file).join(", ") || "random weights";
}

const verdictWords = ["passed", "undecided", "failed"];
const verdictTones = { passed: "good", undecided: "amber", failed: "bad" };
const verdictSymbols = { passed: "circle", undecided: "diamond-open", failed: "x-thin-open" };
/** What has to be known of the primaries, as that their energies are estimated. */
const dataNotes = (run) => at(run.result, "provenance", "labels", "notes") ?? [];

/** Older runs kept only whether the target was met. */
const verdictOf = (step) => (verdictWords.includes(step.verdict) ? step.verdict : step.target_met ? "passed" : "failed");

/** The criterion that uses most of its limit: {name, share}; null where there is none. */
function worstCriterion(step) {
  const shares = (step.measures ?? []).map((measure) => ({ name: measure.name, share: Math.abs(measure.value) / measure.limit })).filter((one) => isNumber(one.share));
  return shares.reduce((worst, one) => (worst === null || one.share > worst.share ? one : worst), null);
}

function stepHover(step) {
  const loss = step.error ? "failed: " + wrapped(step.error) : `loss ${withError(step.loss, step.standard_error)}`;
  const worst = worstCriterion(step);
  return `<b>step ${step.step}</b>: ${wrapped(step.changed)}<br>${loss}<br>` +
         (worst && step.measures.length > 1 ? `${wrapped(worst.name)} at ${number(worst.share)} of its limit<br>` : "") +
         `${step.quantized_layers} of ${step.total_layers} layers below FP32` +
         (step.layers_by_precision ? ` (${precisions.filter((name) => step.layers_by_precision[name] > 0).map((name) => `${step.layers_by_precision[name]} ${name}`).join(", ")})` : "") +
         `<br>${verdictOf(step)}` +
         (step.stopped_early ? " (stopped early)" : "") + (step.events > 0 ? ` on ${step.events} events` : "") + `, ${number(step.seconds)} s`;
}

/** Type and range of an axis that holds the values, for all runs alike, so that their charts can be compared. */
function sharedAxis(values, linear) {
  const finite = values.filter(isNumber);
  const isLog = !linear && finite.every((value) => value > 0);
  const scaled = finite.map((value) => (isLog ? Math.log10(value) : value));
  const [low, high] = [Math.min(...scaled), Math.max(...scaled)];
  const room = 0.08 * (high - low || 1);
  return { type: isLog ? "log" : "linear", range: [low - room, high + room], ...(isLog && high - low > 0.7 ? { dtick: high - low < 3 ? "D2" : 1 } : {}) };
}

/** One series of points per verdict: trials are not points of a curve. */
function stepPoints(steps, value, error, more) {
  return verdictWords.filter((word) => steps.some((step) => verdictOf(step) === word)).map((word) => {
    const own = steps.filter((step) => verdictOf(step) === word);
    const of = color(verdictTones[word]);
    return { type: "scatter", mode: "markers", name: word, legendgroup: word, x: own.map((step) => step.step), y: own.map(value),
      error_y: error ? errorBars(own.map(error), of) : undefined, marker: { size: 9, symbol: verdictSymbols[word], color: of, line: { width: 2, color: of } },
      text: own.map(stepHover), hovertemplate: "%{text}<extra></extra>", ...more };
  });
}

/** Layers by precision as bars, with something to point at. */
function stepBars(steps, yaxis) {
  const base = steps.map(() => 0);
  const traces = [];
  for (const name of precisions) {
    const counts = steps.map((step) => at(step, "layers_by_precision", name) ?? 0);
    if (!counts.some((count) => count > 0)) continue;
    const boxes = steps.map((step, i) => [step.step - 0.4, step.step + 0.4, base[i], base[i] + counts[i]]).filter(([, , low, high]) => high > low);
    traces.push(bars(name, boxes, color(name), { yaxis }));
    counts.forEach((count, i) => { base[i] += count; });
  }
  traces.push({ type: "scatter", mode: "markers", x: steps.map((step) => step.step), y: base.map((count) => count / 2), yaxis, opacity: 0,
                marker: { size: 20 }, text: steps.map(stepHover), hovertemplate: "%{text}<extra></extra>", showlegend: false });
  return traces;
}

function stepTable(run) {
  const names = [...new Set(run.steps.flatMap((step) => (step.measures ?? []).map((measure) => measure.name)))];
  const measured = (step, name) => (step.measures ?? []).find((measure) => measure.name === name) ?? {};
  return [["step", "tried", "loss", "loss error", "layers below FP32", "layers", ...precisions, "events", "verdict", "seconds", "failed because", ...names.flatMap((name) => [name, name + " limit"])],
    ...run.steps.map((step) => [step.step, step.changed, step.loss, step.standard_error, step.quantized_layers, step.total_layers,
      ...precisions.map((name) => at(step, "layers_by_precision", name) ?? 0), step.events ?? "", verdictOf(step), step.seconds, step.error ?? "",
      ...names.flatMap((name) => [measured(step, name).value, measured(step, name).limit])])];
}

function stepChart(run) {
  const { steps } = run;
  const withLoss = steps.filter((step) => isNumber(step.loss));
  const best = bestStep(run);
  const judged = runs.some((one) => one.steps.some((step) => (step.measures ?? []).length > 1)) ? steps.filter((step) => worstCriterion(step)) : [];
  const panels = judged.length ? { loss: [0.66, 1], worst: [0.34, 0.6], layers: [0, 0.26] } : { loss: [0.42, 1], layers: [0, 0.34] };
  const traces = stepPoints(withLoss, (step) => step.loss, (step) => (isNumber(step.standard_error) ? step.standard_error : 0), {});
  if (judged.length) traces.push(...stepPoints(judged, (step) => worstCriterion(step).share, null, { yaxis: "y3", showlegend: false }));
  if (best && isNumber(best.loss)) {
    traces.push({ type: "scatter", mode: "markers", name: "written", x: [best.step], y: [best.loss], hoverinfo: "skip",
                  marker: { size: 19, symbol: "circle-open", color: color("quantized"), line: { width: 2.5 } } });
  }
  traces.push(...stepBars(steps, "y2"));
  const target = run.result.target_loss;
  const scaled = sharedAxis(runs.flatMap((one) => [one.result.target_loss, ...one.steps.map((step) => step.loss)]), runs.some(higherIsBetter));
  const worst = sharedAxis([1, ...runs.flatMap((one) => one.steps.map((step) => worstCriterion(step)?.share))], false);
  const said = (y, text, yref) => ({ xref: "paper", x: 1, xanchor: "right", y, yref, yanchor: "bottom", showarrow: false, text });
  const layout = {
    xaxis: axis("step", { tickformat: "d", dtick: steps.length <= 25 ? 1 : null, anchor: "y2", zeroline: false, range: [-0.7, Math.max(steps.length, 1) - 0.3], showgrid: false }),
    yaxis: axis(plain(lossTitle(run)), { ...scaled, domain: panels.loss, zeroline: false }),
    yaxis2: axis("layers", { domain: panels.layers, rangemode: "tozero", tickformat: "d" }),
    margin: { l: 56, r: 14, t: 30, b: 44 },
    shapes: isNumber(target) ? [lineAt(target)] : [],
    annotations: isNumber(target) ? [said(scaled.type === "log" ? Math.log10(target) : target, "target " + number(target), "y")] : [],
  };
  if (judged.length) {
    layout.yaxis3 = axis("worst criterion<br>/ its limit", { ...worst, domain: panels.worst, zeroline: false });
    layout.shapes.push(lineAt(1, { yref: "y3" }));
    layout.annotations.push(said(worst.type === "log" ? 0 : 1, "limit", "y3"));
  }
  return plot(`loss and precisions over ${steps.length} trials`, judged.length ? 560 : 460, traces, layout, { table: stepTable(run) });
}

/** Trials that gave no number, with the whole reason. */
function failedTrials(run) {
  const failed = run.steps.filter((step) => step.error);
  if (!failed.length) return null;
  return el("div", { class: "scroll" }, el("table", {},
    el("tr", {}, ...["step", "tried", "failed because"].map((text) => el("th", {}, text))),
    ...failed.map((step) => el("tr", {}, el("td", { class: "number" }, String(step.step)), el("td", {}, step.changed), el("td", {}, step.error)))));
}

function stepsSection() {
  const note = el("p", { class: "note" }, "A point per trial, by its verdict; the ring marks the model that was written, bars are standard errors (jackknife). Point at a step to see what was tried.");
  const used = precisions.filter((name) => runs.some((run) => run.steps.some((step) => (at(step, "layers_by_precision", name) ?? 0) > 0)));
  const charts = runs.map((run) => card(run.name, run.steps.length ? stepChart(run) : missing("No configuration was tried."), failedTrials(run)));
  return section("steps", "Steps", note, precisionLegend(used), ...charts);
}

function rangeText(layer) {
  const range = at(layer, "src", "calibration", "range");
  if (!range || at(layer, "src", "dtype") === "f32") return "–";
  const calibration = layer.src.calibration;
  return `${layer.src.dtype}, ${number(range[0])} … ${number(range[1])} (${calibration.chosen ?? calibration.algorithm})`;
}

function layerTable(run) {
  const noise = new Map((at(run.data, "layers", "list") ?? []).map((layer) => [layer.name, layer.sqnr_db]));
  const head = ["layer", "kind", "precision", "input", "weights", "SQNR [dB]", "kernel"];
  const layers = run.result.layers ?? [];
  const rows = layers.flatMap((layer) => [el("tr", { class: layer.reason ? "explained" : "" },
    el("td", {}, layer.name), el("td", {}, layer.op), el("td", { class: "number" }, precisionName(layer.precision)),
    el("td", {}, rangeText(layer)),
    el("td", {}, layer.weights ? `${layer.weights.dtype} ${layer.weights.granularity}, ${layer.weights.algorithm}` : "–"),
    el("td", { class: "number" }, number(noise.get(layer.name))), el("td", {}, layer.implementation ?? "–")),
    ...(layer.reason ? [el("tr", {}, el("td", { class: "reason", colspan: String(head.length) }, `why ${layer.name} is ${layer.precision}: ${layer.reason}`))] : [])]);
  return card(null, precisionLegend(layers.map((layer) => layer.precision)),
    el("div", { class: "scroll" }, el("table", {}, el("tr", {}, ...head.map((text) => el("th", {}, text))), ...rows)));
}

function provenanceSection(run) {
  const from = run.result.provenance ?? {};
  const files = (list) => (list ?? []).map((file) => el("div", {}, file.file + " ", el("code", {}, "sha256 " + file.sha256)));
  const row = (label, ...value) => el("tr", {}, el("th", {}, label), el("td", {}, ...value));
  const table = el("table", { class: "facts-table" },
    row("caloquant", `${from.caloquant}, built with ${from.compiler}`), row("oneDNN", `${from.onednn}, ${from.isa}`),
    row("own kernels", String(from.direct_isa)), row("threads", String(from.threads)),
    row("model", ...files(from.model_files)), row("data", ...files(from.data_files), ...dataNotes(run).map((note) => el("div", {}, note))),
    row("written", (at(run.result, "emitted", "files") ?? []).join(", ") || "nothing"),
    row("time and memory", `${number(at(run.result, "cost", "seconds"))} s, of which this report's measurements ${number(at(run.data, "seconds"))} s; peak memory ${number(at(run.result, "cost", "peak_memory_bytes") / 1e6)} MB`));
  const config = el("details", {}, el("summary", {}, "the config with all defaults filled in"), el("pre", {}, JSON.stringify(from.config, null, 2)));
  return section("origin", "Config and provenance", card(null, table), card(null, config));
}
