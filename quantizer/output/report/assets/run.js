"use strict";
// The verdict, the steps, what the run came from.

const isMet = (run) => run.result.target_met === true;
const higherIsBetter = (run) => at(run.result, "provenance", "config", "accuracy_criterion", "higher_is_better") === true;
const metricName = (run) => String(run.result.metric ?? "loss").split(" ")[0];
const lossName = (run) => (metricName(run).includes("=") ? "loss" : metricName(run));
const lossTitle = (run) => (lossName(run) === "loss" ? "shower-shape loss" : lossName(run));
const bestStep = (run) => run.steps.find((step) => step.step === run.result.best_step);

function modelName(run) {
  const files = at(run.result, "provenance", "model_files") ?? [];
  return files.map((file) => file.file).join(", ") || "random weights";
}

/** The bin of primary energies where the quantized model's total energy is furthest from FP32. */
function worstEnergy(run) {
  const row = (at(run.result, "report", "physics", "rows") ?? [])[0];
  if (!row) return null;
  let worst = null;
  row.difference.forEach((value, bin) => {
    if (isNumber(value) && (worst === null || Math.abs(value) > Math.abs(worst.value))) {
      worst = { value, error: row.standard_error[bin], bin: row.bins[bin] };
    }
  });
  return worst;
}

/** Layers of the model that was written, by precision. */
function layersByPrecision(run) {
  const counts = {};
  for (const layer of run.result.layers ?? []) counts[layer.precision] = (counts[layer.precision] ?? 0) + 1;
  return precisions.filter((name) => counts[name]).map((name) => [name, counts[name]]);
}

/** What has to be known of the primaries, as that their energies are estimated. */
const dataNotes = (run) => at(run.result, "provenance", "labels", "notes") ?? [];

function warningsOf(run) {
  const { result } = run;
  const stopped = { interrupted: "The run was interrupted; this is the best model so far.",
                    timeout: "The run ended at its time limit.", max_trials: "The run ended at its limit of trials." };
  const said = [
    ...(result.error ? [String(result.error)] : []),
    ...(stopped[result.stopped_by] ? [stopped[result.stopped_by]] : []),
    ...dataNotes(run),
    ...(at(result, "loss_detail", "suspect") ?? []),
    ...(at(result, "report", "loss_against_data", "quantized", "suspect") ?? []),
    ...(at(result, "report", "physics", "suspect") ?? []),
    ...(at(result, "report", "physics", "rows") ?? []).flatMap((row) => row.suspect ?? []),
    ...(at(result, "emitted", "onnx_notes") ?? []).map((note) => `quantized.onnx, layer ${note.layer}: ${note.note}`),
  ];
  return [...new Set(said)];
}

function fact(label, value, ...more) {
  return el("div", { class: "fact" }, el("div", { class: "label" }, label), el("div", { class: "value" }, value),
            ...more.filter(Boolean).map((line) => (typeof line === "string" ? el("div", { class: "more" }, line) : line)));
}

function layersFact(run) {
  const counts = layersByPrecision(run);
  const share = el("div", { class: "share" });
  const names = el("div", { class: "more" });
  for (const [name, count] of counts) {
    const part = el("span");
    part.style.cssText = `flex: ${count}; background: ${color(name)}`;
    share.append(part);
    names.append(key(name), `${count} ${name}   `);
  }
  return fact("layers below FP32", `${run.result.quantized_layers} of ${run.result.total_layers}`, share, names);
}

function lossFact(run) {
  const { result } = run;
  const dead = at(result, "loss_detail", "relative_to_dead_output");
  return fact(lossTitle(run), withError(result.loss, result.standard_error),
              `target ${higherIsBetter(run) ? "≥" : "≤"} ${number(result.target_loss)}`,
              `dead output ${number(result.dead_output_loss)}` +
                (isNumber(dead) && !higherIsBetter(run) ? `: ${number(100 * dead, 2)} % of it` : ""));
}

function energyFact(run) {
  const worst = worstEnergy(run);
  if (!worst) return null;
  const limit = at(run.result, "provenance", "config", "accuracy_criterion", "energy_response");
  return fact("energy against FP32, worst bin", percent(worst.value), `± ${number(100 * worst.error, 2)} % at ${worst.bin}`,
              isNumber(limit) ? `limit ±${number(100 * limit, 2)} %` : null);
}

function speedFact(run) {
  const times = at(run.data, "times");
  if (!times) return fact("speed", "–", "not measured");
  const [before, after] = [times.fp32, times.quantized];
  return fact("speed against FP32", number(after.events_per_second / before.events_per_second) + " ×",
              `${number(before.events_per_second)} → ${number(after.events_per_second)} events/s`,
              `batch ${times.batch}, ${times.threads} thread${times.threads === 1 ? "" : "s"}`);
}

function sizeFact(run) {
  const times = at(run.data, "times");
  if (!times) return fact("size of the weights", "–", "not measured");
  return fact("size of the weights", bytes(times.quantized.bytes),
              `FP32 ${bytes(times.fp32.bytes)}: ${number((100 * times.quantized.bytes) / times.fp32.bytes)} % of it`);
}

function verdict(run) {
  const { result } = run;
  const hasModel = isNumber(result.loss) || typeof result.loss === "string";
  const box = el("div", { class: "verdict " + (isMet(run) ? "good" : "bad") },
    el("h2", {}, isMet(run) ? "✓ Target met" : hasModel ? "✗ Target not met" : "✗ No model"),
    el("p", {}, hasModel
      ? `${result.quantized_layers} of ${result.total_layers} layers are below FP32, ${lossTitle(run)} ${withError(result.loss, result.standard_error)} ` +
        `against a target of ${number(result.target_loss)}` + (isMet(run) ? "." : "; the best model found is written.")
      : "No configuration gave a loss."));
  const facts = hasModel ? el("div", { class: "facts" },
    ...[layersFact(run), lossFact(run), energyFact(run), speedFact(run), sizeFact(run),
        fact("search", `${run.steps.length} trial${run.steps.length === 1 ? "" : "s"}`, `${number(result.seconds)} s, strategy ` + at(result, "provenance", "config", "tuning_criterion", "strategy"),
             `the whole run ${number(at(result, "cost", "seconds"))} s`)].filter(Boolean)) : null;
  const warnings = warningsOf(run);
  return el("section", { id: "verdict" }, box, facts,
            warnings.length ? el("ul", { class: "warnings", "aria-label": "warnings" }, ...warnings.map((text) => el("li", {}, text))) : null,
            runs.length > 1 ? sideBySide() : null);
}

/** All runs of the page in one table. */
function sideBySide() {
  const rows = [
    ["target met", (run) => (isMet(run) ? "yes" : "no")],
    ["loss", (run) => withError(run.result.loss, run.result.standard_error)],
    ["target", (run) => number(run.result.target_loss)],
    ["layers below FP32", (run) => `${run.result.quantized_layers} of ${run.result.total_layers}`],
    ["activation rule", (run) => at(run.result, "provenance", "config", "quantization", "activation_rule") ?? "–"],
    ["strategy", (run) => at(run.result, "provenance", "config", "tuning_criterion", "strategy") ?? "–"],
    ["trials", (run) => String(run.steps.length)],
    ["energy, worst bin", (run) => { const worst = worstEnergy(run); return worst ? percent(worst.value) : "–"; }],
  ];
  const head = el("tr", {}, el("th", {}, ""), ...runs.map((run) => el("th", {}, run.name)));
  const table = el("table", {}, head, ...rows.map(([label, value]) =>
    el("tr", {}, el("th", {}, label), ...runs.map((run) => el("td", { class: "number" }, value(run))))));
  const box = card("the runs of this page", el("div", { class: "scroll" }, table));
  box.style.marginTop = "12px";
  return box;
}

function stepHover(step) {
  const loss = step.error ? "failed: " + wrapped(step.error) : `loss ${withError(step.loss, step.standard_error)}`;
  return `<b>step ${step.step}</b>: ${wrapped(step.changed)}<br>${loss}<br>${step.quantized_layers} of ${step.total_layers} layers below FP32, ` +
         `${step.target_met ? "target met" : step.stopped_early ? "stopped early" : "target missed"}, ${number(step.seconds)} s`;
}

/** Range of the loss axis for all runs of the page, so that their charts can be compared. */
function lossAxis() {
  const values = runs.flatMap((run) => [run.result.target_loss, ...run.steps.map((step) => step.loss)]).filter(isNumber);
  const isLog = values.every((value) => value > 0) && !runs.some(higherIsBetter);
  const scaled = values.map((value) => (isLog ? Math.log10(value) : value));
  const [low, high] = [Math.min(...scaled), Math.max(...scaled)];
  const room = 0.08 * (high - low || 1);
  return { type: isLog ? "log" : "linear", range: [low - room, high + room] };
}

function stepChart(run) {
  const steps = run.steps;
  const loss = steps.filter((step) => isNumber(step.loss));
  const marker = (step) => (step.target_met ? "circle" : step.stopped_early ? "triangle-down-open" : "circle-open");
  const best = bestStep(run);
  const traces = [
    { type: "scatter", mode: "lines+markers", name: "loss", x: loss.map((step) => step.step), y: loss.map((step) => step.loss),
      error_y: errorBars(loss.map((step) => (isNumber(step.standard_error) ? step.standard_error : 0)), color("fp32")),
      line: { color: color("fp32"), width: 1 }, marker: { size: 9, symbol: loss.map(marker), color: color("fp32"), line: { width: 1.5, color: color("fp32") } },
      text: loss.map(stepHover), hovertemplate: "%{text}<extra></extra>", showlegend: false },
  ];
  if (best && isNumber(best.loss)) {
    traces.push({ type: "scatter", mode: "markers", name: "written", x: [best.step], y: [best.loss], hoverinfo: "skip",
                  marker: { size: 19, symbol: "circle-open", color: color("quantized"), line: { width: 2.5 } } });
  }
  const base = steps.map(() => 0);
  for (const name of precisions) {
    const counts = steps.map((step) => at(step, "layers_by_precision", name) ?? 0);
    if (counts.some((count) => count > 0)) {
      const boxes = steps.map((step, i) => [step.step - 0.4, step.step + 0.4, base[i], base[i] + counts[i]]).filter(([, , low, high]) => high > low);
      traces.push(bars(name, boxes, color(name), { yaxis: "y2" }));
      counts.forEach((count, i) => { base[i] += count; });
    }
  }
  traces.push({ type: "scatter", mode: "markers", x: steps.map((step) => step.step), y: base.map((count) => count / 2), yaxis: "y2", opacity: 0,
                marker: { size: 20 }, text: steps.map(stepHover), hovertemplate: "%{text}<extra></extra>", showlegend: false });
  const target = run.result.target_loss;
  const scaled = lossAxis();
  const layout = {
    xaxis: axis("step", { tickformat: "d", dtick: steps.length <= 25 ? 1 : null, anchor: "y2", zeroline: false, range: [-0.7, Math.max(steps.length, 1) - 0.3], showgrid: false }),
    yaxis: axis(lossTitle(run), { ...scaled, domain: [0.42, 1], zeroline: false }),
    yaxis2: axis("layers", { domain: [0, 0.34], rangemode: "tozero", tickformat: "d" }),
    margin: { l: 56, r: 14, t: 30, b: 44 },
    shapes: isNumber(target) ? [lineAt(target)] : [],
    annotations: isNumber(target) ? [{ xref: "paper", x: 1, xanchor: "right", y: scaled.type === "log" ? Math.log10(target) : target, yanchor: "bottom",
                                       showarrow: false, text: "target " + number(target) }] : [],
  };
  return plot(`loss and precisions over ${steps.length} trials`, 460, traces, layout);
}

function stepsSection() {
  const note = el("p", { class: "note" }, "Filled points meet the target, the ring marks the model that was written, bars are standard errors (jackknife). Point at a step to see what was tried.");
  const charts = runs.map((run) => card(run.name, run.steps.length ? stepChart(run) : missing("No configuration was tried.")));
  return section("steps", "Steps", note, ...charts);
}

function rangeText(layer) {
  const range = at(layer, "src", "calibration", "range");
  if (!range || at(layer, "src", "dtype") === "f32") return "–";
  const calibration = layer.src.calibration;
  return `${layer.src.dtype}, ${number(range[0])} … ${number(range[1])} (${calibration.chosen ?? calibration.algorithm})`;
}

function layerTable(run) {
  const noise = new Map((at(run.data, "layers", "list") ?? []).map((layer) => [layer.name, layer.sqnr_db]));
  const head = ["layer", "kind", "precision", "input", "weights", "SQNR [dB]", "kernel", "why not lower"];
  const rows = (run.result.layers ?? []).map((layer) => el("tr", {},
    el("td", {}, layer.name), el("td", {}, layer.op), el("td", { class: "number" }, key(layer.precision), layer.precision),
    el("td", { class: "number" }, rangeText(layer)),
    el("td", {}, layer.weights ? `${layer.weights.dtype} ${layer.weights.granularity}, ${layer.weights.algorithm}` : "–"),
    el("td", { class: "number" }, number(noise.get(layer.name))), el("td", {}, layer.implementation ?? "–"), el("td", {}, layer.reason || "–")));
  return card(null, el("div", { class: "scroll" }, el("table", {}, el("tr", {}, ...head.map((text) => el("th", {}, text))), ...rows)));
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
