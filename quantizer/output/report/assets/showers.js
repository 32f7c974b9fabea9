"use strict";
// Physics: shower shapes, energy, one shower in three dimensions.

const axisUnits = { x: "x [cells]", y: "y [cells]", z: "z, depth [layers]" };

const sampleTrace = (name, x, y, errors, more = {}) => ({
  type: "scatter", mode: "lines+markers", name: sampleNames[name], legendgroup: name, x, y,
  line: { color: color(name), width: name === "reference" ? 1 : 1.6, dash: dashes[name], shape: "linear" },
  marker: { size: 5, symbol: symbols[name], color: color(name) },
  error_y: errors ? errorBars(errors, color(name)) : undefined, ...more,
});

/** A slice with less than this share of the energy has no ratio worth drawing. */
const leastShare = 0.001;

/** Per slice: does each of the two samples have energy in it? */
function hasEnergy(profile, over, under) {
  const shares = [over, under].map((name) => {
    const total = profile[name][0].reduce((sum, value) => sum + value, 0);
    return profile[name][0].map((value) => value / total);
  });
  return shares[0].map((_, i) => shares.every((share) => share[i] >= leastShare));
}

/** A ratio as [values, errors], null where slices have no energy. */
const maskedRatio = (ratio, kept) => ratio.map((list) => list.map((value, i) => (kept[i] ? value : null)));

/** Half the height of a ratio axis: what its points and the limit need. */
function ratioReach(ratios, limit) {
  const used = ratios.flatMap(([values]) => values.filter(isNumber).map((value) => Math.abs(value - 1)));
  return Math.min(Math.max(1.25 * Math.max(0, ...used), 1.4 * (limit ?? 0), 0.02), 1);
}

/** Grey over the slices that are not kept, in the panel of the axis. */
function maskShapes(kept, yaxis) {
  const shapes = [];
  for (let first = 0; first < kept.length; first++) {
    if (kept[first]) continue;
    let last = first;
    while (last + 1 < kept.length && !kept[last + 1]) last++;
    shapes.push({ type: "rect", x0: first - 0.5, x1: last + 0.5, yref: yaxis + " domain", y0: 0, y1: 1, fillcolor: color("grid"), opacity: 0.9, layer: "below", line: { width: 0 } });
    first = last;
  }
  return shapes;
}

/** Profiles and their ratios along an axis, with the number of slices whose ratios are masked. */
function shapeFigure(run, name, profile) {
  const cells = profile.fp32[0].map((_, i) => i);
  const limit = at(run.result, "provenance", "config", "accuracy_criterion", "profile_error");
  const traces = samples.map((sample) => sampleTrace(sample, cells, profile[sample][0], profile[sample][1],
    { hovertemplate: `${name} %{x}: %{y:.4g} GeV<extra>${sampleNames[sample]}</extra>` }));
  const ratio = (sample, of, yaxis) => sampleTrace(sample, cells, of[0], of[1],
    { yaxis, showlegend: false, hovertemplate: `${name} %{x}: %{y:.4f}<extra>${sampleNames[sample]}</extra>` });
  const kept = { data: hasEnergy(profile, "fp32", "reference"), fp32: hasEnergy(profile, "quantized", "fp32") };
  const toData = [maskedRatio(profile.fp32_to_reference, kept.data), maskedRatio(profile.quantized_to_reference, kept.data)];
  const toFp32 = maskedRatio(profile.quantized_to_fp32, kept.fp32);
  traces.push(ratio("fp32", toData[0], "y2"), ratio("quantized", toData[1], "y2"), ratio("quantized", toFp32, "y3"));
  const reach2 = ratioReach(toData, null);
  const reach3 = ratioReach([toFp32], isNumber(limit) ? limit : null);
  const limits = isNumber(limit) ? [1 - limit, 1 + limit].map((value) => lineAt(value, { yref: "y3", line: { color: color("bad"), width: 1.2, dash: "dot" } })) : [];
  const small = { size: 11 };
  const layout = {
    xaxis: axis(axisUnits[name], { anchor: "y3", zeroline: false, range: [-0.5, cells.length - 0.5] }),
    yaxis: axis("mean energy [GeV]", { domain: [0.54, 1], type: view.scale, rangemode: view.scale === "linear" ? "tozero" : "normal" }),
    yaxis2: axis("", { title: { text: "FP32 / data,<br>quant. / data", font: small, standoff: 6 }, domain: [0.27, 0.48], range: [1 - reach2, 1 + reach2], nticks: 5, zeroline: false }),
    yaxis3: axis("", { title: { text: `${quantizedName(run)} /<br>FP32`, font: small, standoff: 6 }, domain: [0, 0.21], range: [1 - reach3, 1 + reach3], nticks: 5, zeroline: false }),
    shapes: [...maskShapes(kept.data, "y2"), ...maskShapes(kept.fp32, "y3"), lineAt(1, { yref: "y2" }), lineAt(1, { yref: "y3" }), ...limits], margin: { l: 62, r: 10, t: 44, b: 44 },
  };
  const hidden = kept.fp32.filter((one) => !one).length;
  return [plot(`energy along ${name}`, 540, traces, layout),
          hidden > 0 ? el("p", { class: "note" }, `Grey: ${hidden} of ${cells.length} slices hold less than ${100 * leastShare} % of the energy each; their ratios are not drawn.`) : null];
}

/** "INT8" where all quantized layers are. */
function quantizedName(run) {
  const below = (run.result.layers ?? []).filter((layer) => layer.precision !== "fp32").map((layer) => layer.precision);
  return below.length && below.every((precision) => precision === "int8" || precision === "w8") ? "INT8" : "quantized";
}

function shapesSection(run) {
  const showers = at(run.data, "showers");
  if (!showers) return section("shapes", "Shower shapes", missing("The run compared no showers (report.physics_events, or it was interrupted)."));
  const against = at(run.result, "report", "loss_against_data");
  const figures = el("div", { class: "grid three" });
  const draw = () => {
    figures.querySelectorAll(".plot").forEach((node) => Plotly.purge(node));
    figures.replaceChildren(...["x", "y", "z"].map((name) => card("along " + name, ...shapeFigure(run, name, showers.profiles[name]))));
  };
  draw();
  return section("shapes", "Shower shapes",
    el("p", { class: "note" }, `Mean energy per slice of ${showers.events} showers with the same primaries: of the data files, of the FP32 model and of the quantized model, the last two with the same noise. ` +
      "Bars are standard errors; in the panel below, red dots are the limit of the profiles, where one was asked for."),
    against ? el("p", { class: "note" }, `Loss against the data files: FP32 ${withError(against.fp32.loss, against.fp32.standard_error)}, quantized ${withError(against.quantized.loss, against.quantized.standard_error)}` +
      (isNumber(against.noise_floor) ? `; noise alone ${number(against.noise_floor)}.` : ".")) : null,
    choice("scale of the energy", [["linear", "linear"], ["log", "log"]], view.scale, (value) => { view.scale = value; draw(); drawPending(); }), figures);
}

function byEnergy(title, energy, quantity, factor, yTitle) {
  const centres = energy.primary[0];
  const traces = samples.map((sample) => sampleTrace(sample, centres, energy[quantity][sample][0].map((value) => value * factor), energy[quantity][sample][1].map((value) => value * factor),
    { text: energy.bins.map(plain), hovertemplate: "%{text}: %{y:.4g}<extra>" + sampleNames[sample] + "</extra>" }));
  return card(title, plot(title, 320, traces, { xaxis: axis("primary energy [GeV]"), yaxis: axis(yTitle), margin: { l: 56, r: 14, t: 40, b: 44 } }));
}

function responseCard(run, energy) {
  const limit = at(run.result, "provenance", "config", "accuracy_criterion", "energy_response");
  const trace = sampleTrace("quantized", energy.primary[0], energy.response[0].map((value) => 100 * (value - 1)), energy.response[1].map((value) => 100 * value),
    { showlegend: false, text: energy.bins.map(plain), hovertemplate: "%{text}: %{y:.3f} %<extra></extra>" });
  const lines = [lineAt(0)];
  if (isNumber(limit)) lines.push(...[limit, -limit].map((value) => lineAt(100 * value, { line: { color: color("bad"), width: 1.2, dash: "dot" } })));
  return card("energy response, quantized against FP32", plot("energy response", 320, [trace],
    { xaxis: axis("primary energy [GeV]"), yaxis: axis("total energy, change [%]", { zeroline: false }), shapes: lines, margin: { l: 56, r: 14, t: 40, b: 44 } }));
}

/** A histogram over bins of equal width as steps, with errors: [values, errors]. */
function histogramTrace(sample, centres, [values, errors], more = {}) {
  const step = sampleTrace(sample, centres, values, errors, more);
  return { ...step, mode: "lines", line: { color: color(sample), width: 1.6, dash: dashes[sample], shape: "hvh" } };
}

const centresOf = (low, high, count) => Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.5)) / count);

function hitsCard(hits, events) {
  const bins = hits.counts.fp32.length;
  const width = (hits.high - hits.low) / bins;
  // Nothing lies beyond the bins; one more on either side closes the steps.
  const centres = centresOf(hits.low - width, hits.high + width, bins + 2);
  // Binomial: so many of the events are in the bin.
  const withErrors = (counts) => [[0, ...counts, 0], [0, ...counts, 0].map((count) => Math.sqrt(count * (1 - count / events)))];
  const traces = samples.map((sample) => histogramTrace(sample, centres, withErrors(hits.counts[sample]),
    { hovertemplate: "around %{x:.0f} hits: %{y} showers<extra>" + sampleNames[sample] + "</extra>" }));
  return card("hits", plot("hits", 320, traces, { xaxis: axis("cells above 0.3 MeV [cells]"), yaxis: axis(`showers of ${events}`, { rangemode: "tozero" }), margin: { l: 56, r: 14, t: 40, b: 44 } }));
}

function spectrumCard(spectrum, events) {
  const { log10_low: low, log10_high: high } = spectrum;
  // Older runs kept counts without errors.
  const of = (sample) => (spectrum.per_shower ? spectrum.per_shower[sample] : [spectrum.counts[sample].map((count) => count / events), null]);
  const centres = centresOf(low, high, of("fp32")[0].length).map((log) => 10 ** log);
  const traces = samples.map((sample) => {
    const [values, errors] = of(sample);
    return histogramTrace(sample, centres, [values.map((value) => (value > 0 ? value : null)), errors],
      { hovertemplate: "around %{x:.3g} GeV: %{y:.3g} cells per shower<extra>" + sampleNames[sample] + "</extra>" });
  });
  return card("energy of the cells", plot("cell energies", 320, traces, { xaxis: axis("energy of a cell [GeV]", { type: "log" }), yaxis: axis("cells per shower", { type: "log" }), margin: { l: 56, r: 14, t: 40, b: 44 } }));
}

function energySection(run) {
  const showers = at(run.data, "showers");
  if (!showers) return section("energy", "Energy", missing("The run compared no showers (report.physics_events, or it was interrupted)."));
  return section("energy", "Energy", el("p", { class: "note" }, "By bins of the primary energy, drawn at the mean of the bin. Response: mean total energy of the quantized model over that of the FP32 model for the same noise. " +
    "Sampling fraction: energy in all cells over that of the primary; resolution: its standard deviation over its mean (jackknife errors). " +
    "Errors of hits are binomial, those of the cells' energies leave out blocks of showers (jackknife)."),
    el("div", { class: "grid" }, responseCard(run, showers.energy), byEnergy("sampling fraction", showers.energy, "sampling_fraction", 100, "sampling fraction [%]"),
       byEnergy("resolution", showers.energy, "resolution", 100, "σ / mean [%]"), hitsCard(showers.hits, showers.events), spectrumCard(showers.spectrum, showers.events)));
}

const hasWebGl = () => { const canvas = document.createElement("canvas"); return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl")); };

const placeOf = (cell, extents) => [Math.floor(cell / (extents[1] * extents[2])), Math.floor(cell / extents[2]) % extents[1], cell % extents[2]];

/** [low, high] around the cells of all samples along x and y: a shower fills a small part of the detector's width. */
function transverseRange(event, extents, direction) {
  const places = samples.flatMap((name) => event[name].cells.map((cell) => placeOf(cell, extents)[direction]));
  return places.length === 0 ? [-0.5, extents[direction] - 0.5] : [Math.max(-0.5, Math.min(...places) - 2.5), Math.min(extents[direction] - 0.5, Math.max(...places) + 2.5)];
}

/** Cells of one sample as points in space; colour and size by energy, alike for all samples. */
function showerFigure(event, extents, sample) {
  const drawn = event[sample];
  const place = drawn.cells.map((cell) => placeOf(cell, extents));
  const logs = drawn.gev.map(Math.log10);
  const top = Math.log10(Math.max(...samples.map((name) => event[name].gev[0] ?? 1)));
  const bottom = Math.log10(event.threshold);
  const trace = { type: "scatter3d", mode: "markers", x: place.map((p) => p[2]), y: place.map((p) => p[0]), z: place.map((p) => p[1]),
    marker: { size: logs.map((log) => 2 + (9 * (log - bottom)) / (top - bottom)), color: logs, cmin: bottom, cmax: top, colorscale: "Viridis", opacity: 0.85, line: { width: 0 },
              colorbar: { title: { text: "cell energy [GeV]", side: "right" }, thickness: 12, len: 0.8, tickvals: [-3, -2, -1, 0, 1], ticktext: ["10⁻³", "10⁻²", "0.1", "1", "10"] } },
    text: drawn.gev.map((value, i) => `x ${place[i][0]}, y ${place[i][1]}, z ${place[i][2]}: ${number(value)} GeV`), hovertemplate: "%{text}<extra></extra>" };
  const font = { family: "Arial, sans-serif", size: 12 };
  const scene = (title, range) => ({ title: { text: title, font }, tickfont: font, range, color: color("ink"), gridcolor: color("line"), showbackground: false, zerolinecolor: color("line") });
  const layout = { margin: { l: 0, r: 0, t: 0, b: 0 }, uirevision: "keep",
    scene: { xaxis: scene("z [layers]", [-0.5, extents[2] - 0.5]), yaxis: scene("x [cells]", transverseRange(event, extents, 0)), zaxis: scene("y [cells]", transverseRange(event, extents, 1)),
             aspectmode: "manual", aspectratio: { x: 1.9, y: 0.8, z: 0.8 }, camera: view.camera ?? { eye: { x: 0.75, y: -1.75, z: 0.6 }, center: { x: 0, y: 0, z: -0.12 } } } };
  return plot(`one shower, ${sampleNames[sample]}`, 480, [trace], layout, { onDrawn: (node) => node.on("plotly_relayout", (change) => { view.camera = change["scene.camera"] ?? view.camera; }) });
}

function eventSection(run) {
  const event = at(run.data, "showers", "event");
  if (!event) return section("event", "One shower", missing("The run compared no showers."));
  const about = el("p", { class: "note" });
  const figure = el("div", { class: "card" });
  const draw = () => {
    figure.querySelectorAll(".plot").forEach((node) => Plotly.purge(node));
    const drawn = event[view.sample];
    about.textContent = `The first evaluated primary: ${number(event.energy)} GeV at ${number((event.theta * 180) / Math.PI)}°. ${sampleNames[view.sample]}: ${number(drawn.total, 4)} GeV in all cells, ` +
      `${drawn.above} cells above ${number(1000 * event.threshold)} MeV` + (drawn.cells.length < drawn.above ? `, of which the ${drawn.cells.length} with the most energy are drawn.` : ". Drag to turn.");
    figure.replaceChildren(hasWebGl() ? showerFigure(event, at(run.data, "showers", "extents"), view.sample) : missing("This browser has no WebGL, which the view in three dimensions needs."));
  };
  draw();
  return section("event", "One shower", choice("sample", samples.map((name) => [name, sampleNames[name]]), view.sample, (value) => { view.sample = value; draw(); drawPending(); }), about, figure);
}
