"use strict";
// What the page opens with. The tones (good, amber, bad) of all of it come with the data, from one
// function: nothing here decides about a colour.

const marks = { good: "✓", amber: "!", bad: "✗" };

const responseRow = "total energy, B/A - 1";

const chip = (tone, text) => el("span", { class: "chip " + tone }, `${marks[tone]} ${text}`);

/** The bin of primary energies where the quantized model's total energy is furthest from FP32. */
function worstEnergy(run) {
  const row = (at(run.result, "report", "physics", "rows") ?? []).find((one) => one.metric === responseRow);
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

/** What is said beside the numbers. */
function notesOf(run) {
  const { result } = run;
  const stopped = { interrupted: "The run was interrupted; this is the best model so far.",
                    timeout: "The run ended at its time limit.", max_trials: "The run ended at its limit of trials." };
  const of = (what, reasons) => ((reasons ?? []).length ? [`${what}: ${reasons.join("; ")}`] : []);
  const said = [
    ...(result.error ? [String(result.error)] : []),
    ...(stopped[result.stopped_by] ? [stopped[result.stopped_by]] : []),
    ...of("data", dataNotes(run)),
    ...of("loss", at(result, "loss_detail", "suspect")),
    ...of("loss against the data", at(result, "report", "loss_against_data", "quantized", "suspect")),
    ...of("comparison with FP32", at(result, "report", "physics", "suspect")),
    ...of("energy response in the plot", (at(result, "report", "physics", "rows") ?? []).filter((row) => row.metric === responseRow).flatMap((row) => row.suspect ?? [])),
    ...(at(result, "emitted", "onnx_notes") ?? []).map((note) => `quantized.onnx, layer ${note.layer}: ${note.note}`),
  ];
  return [...new Set(said)];
}

/** A tile; with a tone it has part in the verdict. */
function fact(label, value, tone, ...more) {
  return el("div", { class: "fact " + (tone ?? "") }, el("div", { class: "label" }, label), el("div", { class: "value" }, value),
            ...more.filter(Boolean).map((line) => (typeof line === "string" ? el("div", { class: "more" }, line) : line)));
}

function layersFact(run) {
  const counts = layersByPrecision(run);
  const share = el("div", { class: "share" });
  const names = el("div", { class: "more" });
  for (const [name, count] of counts) {
    const part = el("span", { title: precisionTexts[name] });
    part.style.cssText = `flex: ${count}; background: ${color(name)}`;
    share.append(part);
    names.append(el("span", { class: "count" }, `${count} `, precisionName(name)));
  }
  return fact("layers below FP32", `${run.result.quantized_layers} of ${run.result.total_layers}`, null, share, names);
}

function lossFact(run) {
  const { result } = run;
  const dead = at(result, "loss_detail", "relative_to_dead_output");
  return fact(lossTitle(run), withError(result.loss, result.standard_error), null,
              `target ${higherIsBetter(run) ? "≥" : "≤"} ${number(result.target_loss)}`,
              `dead output ${number(result.dead_output_loss)}` +
                (isNumber(dead) && !higherIsBetter(run) ? `: ${number(100 * dead, 2)} % of it` : ""));
}

function energyFact(run) {
  const worst = worstEnergy(run);
  return worst ? fact("energy against FP32, worst bin", percent(worst.value), null, `± ${number(100 * worst.error, 2)} % at ${worst.bin}`) : null;
}

function speedFact(run) {
  const times = at(run.data, "times");
  const { speed } = run.verdict;
  if (!times || !speed) return fact("speed", "–", null, "not measured");
  return fact("speed against FP32", number(speed.speedup) + " ×", speed.tone,
              `${number(times.fp32.events_per_second)} → ${number(times.quantized.events_per_second)} events/s`,
              `batch ${times.batch}, ${times.threads} thread${times.threads === 1 ? "" : "s"}`);
}

function sizeFact(run) {
  const times = at(run.data, "times");
  if (!times) return fact("size of the weights", "–", null, "not measured");
  return fact("size of the weights", bytes(times.quantized.bytes), null,
              `FP32 ${bytes(times.fp32.bytes)}: ${number((100 * times.quantized.bytes) / times.fp32.bytes)} % of it`);
}

function searchFact(run) {
  return fact("search", `${run.steps.length} trial${run.steps.length === 1 ? "" : "s"}`, null,
              `${number(run.result.seconds)} s, strategy ` + at(run.result, "provenance", "config", "tuning_criterion", "strategy"),
              `the whole run ${number(at(run.result, "cost", "seconds"))} s`);
}

/** How much of a limit is used: a bar up to the value, a whisker between its bounds, a mark at the limit. */
function limitBar(side) {
  const reach = 1.5;
  const place = (share) => `${(100 * Math.min(Math.max(share ?? reach, 0), reach)) / reach}%`;
  const part = (name, left, right) => {
    const node = el("span", { class: name });
    node.style.left = left;
    node.style.right = `calc(100% - ${right})`;
    return node;
  };
  return el("div", { class: "limit-bar", title: isNumber(side.share) ? `${number(100 * side.share)} % of the limit` : "" },
    part("used " + side.tone, "0%", place(side.share)), part("whisker", place(side.low), place(side.high)), part("limit", place(1), place(1)));
}

function criteriaCard(run) {
  const { verdict: said } = run;
  if (!said.rows.length) return null;
  const confirmed = isNumber(said.confirmation_events);
  const side = (it) => (it ? [el("td", { class: "number" }, it.value), el("td", {}, limitBar(it)), el("td", {}, chip(it.tone, it.verdict))]
                           : [el("td", {}, "–"), el("td", {}), el("td", {})]);
  const events = (count, kind) => `${count} ${kind}event${count === 1 ? "" : "s"}`;
  const groups = el("tr", {}, el("th", {}), el("th", {}), el("th", { colspan: "3" }, "search, " + events(said.events, "")),
                    ...(confirmed ? [el("th", { colspan: "3" }, "confirmation, " + events(said.confirmation_events, "further "))] : []));
  const head = el("tr", {}, ...["criterion", "limit", "value", "of the limit", "verdict", ...(confirmed ? ["value", "of the limit", "verdict"] : [])].map((text) => el("th", {}, text)));
  const rows = said.rows.map((row) => el("tr", {}, el("td", {}, row.name), el("td", { class: "number" }, row.limit), ...side(row.search), ...(confirmed ? side(row.confirmation) : [])));
  return el("div", { class: "card criteria" }, el("h3", {}, "Criteria"),
    el("p", { class: "note" }, `${capital(said.asked)}. Values ± standard error; the whisker is what the decision is made from, the mark is the limit.` +
      (confirmed ? "" : " Not confirmed on further events.")),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, groups, head), el("tbody", {}, ...rows))));
}

function verdict(run) {
  const { result, verdict: said } = run;
  const hasModel = isNumber(result.loss) || typeof result.loss === "string";
  const box = el("div", { class: "verdict " + said.tone },
    el("h2", {}, `${marks[said.tone]} ${capital(said.title)}`),
    el("p", {}, `${capital(said.detail)}.` + (hasModel && result.target_met !== true ? " The best model found is written." : "")));
  const recorded = said.rows.length > 0;
  const facts = hasModel ? el("div", { class: "facts" },
    ...[layersFact(run), recorded ? null : lossFact(run), recorded ? null : energyFact(run), speedFact(run), sizeFact(run), searchFact(run)].filter(Boolean)) : null;
  const notes = notesOf(run);
  return el("section", { id: "verdict" }, box, criteriaCard(run), facts,
            notes.length ? el("ul", { class: "notes", "aria-label": "notes" }, ...notes.map((text) => el("li", {}, text))) : null,
            runs.length > 1 ? sideBySide() : null);
}

/** All runs of the page in one table. */
function sideBySide() {
  const names = [...new Set(runs.flatMap((run) => run.verdict.rows.map((row) => row.name)))];
  const measured = (name) => (run) => {
    const row = run.verdict.rows.find((one) => one.name === name);
    return row?.search ? el("span", {}, row.search.value + " ", chip(row.search.tone, row.search.verdict)) : "–";
  };
  const rows = [
    ["verdict", (run) => chip(run.verdict.tone, run.verdict.title)],
    ["layers below FP32", (run) => `${run.result.quantized_layers} of ${run.result.total_layers}`],
    ["loss", (run) => withError(run.result.loss, run.result.standard_error)],
    ["target", (run) => number(run.result.target_loss)],
    ...names.filter((name) => name !== "loss").map((name) => [name, measured(name)]),
    ["speed against FP32", (run) => (run.verdict.speed ? number(run.verdict.speed.speedup) + " ×" : "–")],
    ["activation rule", (run) => at(run.result, "provenance", "config", "quantization", "activation_rule") ?? "–"],
    ["strategy", (run) => at(run.result, "provenance", "config", "tuning_criterion", "strategy") ?? "–"],
    ["trials", (run) => String(run.steps.length)],
  ];
  const head = el("tr", {}, el("th", {}, ""), ...runs.map((run) => el("th", {}, run.name)));
  const table = el("table", {}, head, ...rows.map(([label, value]) =>
    el("tr", {}, el("th", {}, label), ...runs.map((run) => el("td", {}, value(run))))));
  const box = card("the runs of this page", el("div", { class: "scroll" }, table));
  box.style.marginTop = "12px";
  return box;
}
