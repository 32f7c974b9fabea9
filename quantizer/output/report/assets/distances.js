"use strict";
// One number per quantity between the showers of both models, and the correlations.

/** Distances as rows of a table: of many bins the worst one. */
function distanceRows(run) {
  const first = ["FPD", "KPD", "correlation score"];
  const rank = (row) => (first.includes(row.metric) ? first.indexOf(row.metric) : first.length);
  const rows = (at(run.result, "report", "physics", "rows") ?? []).filter((row) => !row.a);
  return [...rows].sort((one, other) => rank(one) - rank(other)).flatMap((row) => {
    const bins = row.bins.map((bin, i) => ({ row, bin: row.bins.length > 1 ? bin : "", value: row.difference[i], error: row.standard_error[i], noise: row.noise ? row.noise[i] : null }));
    if (bins.length <= 3) return bins;
    const finite = bins.filter((one) => isNumber(one.value));
    return finite.length ? [finite.reduce((worst, one) => (one.value > worst.value ? one : worst))].map((one) => ({ ...one, bin: `worst: ${one.bin}` })) : [];
  });
}

function distancesCard(run) {
  const rows = distanceRows(run);
  if (!rows.length) return card("distances", missing("The run compared no showers (report.physics_events, or it was interrupted)."));
  const known = (value) => (isNumber(value) ? number(value) : "–");
  const table = (part) => el("div", { class: "scroll" }, el("table", { class: "dense" },
    el("tr", {}, ...["quantity", "distance", "±", "noise"].map((text) => el("th", {}, text))),
    ...part.map((one) => el("tr", {}, el("td", {}, one.row.metric + (one.bin ? `, ${one.bin}` : "") + (one.row.unit ? ` [${one.row.unit}]` : "")),
      ...[one.value, one.error, one.noise].map((value) => el("td", { class: "number" }, known(value)))))));
  const half = Math.ceil(rows.length / 2);
  const notes = [...new Set(rows.flatMap((one) => (one.row.suspect ?? []).map((text) => `${one.row.metric}: ${text}`)))];
  return card("distances, quantized against FP32",
    el("p", { class: "note" }, `Over ${at(run.result, "report", "physics", "events")} showers with the same primaries and noise. FPD: Fréchet distance of the shower features, KPD: that of a kernel (both 0 for equal showers), ` +
      "W1: Wasserstein-1 distance in the units of the quantity. ±: standard error (jackknife); noise: the same distance between two halves of FP32's showers."),
    el("div", { class: "grid" }, table(rows.slice(0, half)), table(rows.slice(half))),
    ...(notes.length ? [el("p", { class: "note" }, notes.join("; ") + ".")] : []));
}

/** A matrix as coloured squares: blue below 0, orange above, full colour at `full`. */
function matrixPlot(label, names, values, full) {
  const size = names.length;
  const cells = names.flatMap((_, row) => names.map((_, column) => ({ row, column, value: values[row * size + column] })));
  const known = cells.filter((cell) => isNumber(cell.value));
  const shapes = known.map(({ row, column, value }) => ({ type: "rect", x0: column - 0.48, x1: column + 0.48, y0: row - 0.48, y1: row + 0.48, layer: "below", line: { width: 0 },
    fillcolor: color(value < 0 ? "fp32" : "quantized"), opacity: Math.min(Math.abs(value) / full, 1) }));
  const trace = { type: "scatter", mode: "markers", x: known.map((cell) => cell.column), y: known.map((cell) => cell.row), showlegend: false,
    marker: { size: 10, opacity: 0, color: known.map((cell) => cell.value), cmin: -full, cmax: full, colorscale: [[0, color("fp32")], [0.5, color("card")], [1, color("quantized")]],
              showscale: true, colorbar: { thickness: 10, len: 0.9, outlinewidth: 0 } },
    text: known.map(({ row, column, value }) => `${plain(names[row])} and ${plain(names[column])}: ${number(value)}`), hovertemplate: "%{text}<extra></extra>" };
  const ticks = { tickmode: "array", tickvals: names.map((_, i) => i), ticktext: names.map(plain), showgrid: false, zeroline: false, tickfont: { size: 10 } };
  return plot(label, 430, [trace], { shapes, xaxis: axis("", { ...ticks, range: [-0.5, size - 0.5], tickangle: -60 }), yaxis: axis("", { ...ticks, range: [size - 0.5, -0.5] }), margin: { l: 20, r: 10, t: 10, b: 20 } },
    { table: [["", ...names], ...names.map((name, row) => [name, ...names.map((_, column) => values[row * size + column])])] });
}

function correlationsCard(run) {
  const known = at(run.result, "report", "physics", "correlations");
  if (!known || !known.features?.length) return null;
  const change = known.a.map((value, i) => (isNumber(value) && isNumber(known.b[i]) ? known.b[i] - value : null));
  const full = Math.max(0.1, ...change.filter(isNumber).map(Math.abs));
  return el("div", { class: "grid" },
    card("correlations, FP32", el("p", { class: "note" }, "Pearson correlation of two features over the showers; blank where one of them is constant."), matrixPlot("correlations of FP32", known.features, known.a, 1)),
    card("correlations, quantized − FP32", el("p", { class: "note" }, `The change; full colour is ±${number(full, 2)}.`), matrixPlot("change of the correlations", known.features, change, full)));
}

function distancesSection(run) {
  return section("distances", "Distances and correlations", ...[distancesCard(run), correlationsCard(run)].filter(Boolean));
}
