"use strict";
// What all parts of the page share: small helpers, colours of the theme, one way to draw a plot.

const runs = JSON.parse(document.getElementById("data").textContent).runs;
const view = { run: 0, scale: "linear", cost: null, layer: null, sample: "quantized", camera: null };
const samples = ["reference", "fp32", "quantized"];
const sampleNames = { reference: "data files", fp32: "FP32", quantized: "quantized" };
const precisions = ["int8", "w8a16", "w8", "bf16", "fp32"];
const precisionTexts = {
  int8: "8-bit weights and activations, exact integer sums",
  w8a16: "8-bit weights, 16-bit integer activations",
  w8: "8-bit weights, FP32 arithmetic",
  bf16: "16-bit floats (bfloat16) for weights and activations, FP32 sums",
  fp32: "32-bit floats, not quantized",
};
const dashes = { reference: "dot", fp32: "solid", quantized: "solid" };
const symbols = { reference: "diamond", fp32: "circle", quantized: "square" };

/** An element with attributes, text and children; text is never parsed as HTML. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** The value at a path of keys, or undefined. */
const at = (object, ...path) => path.reduce((value, key) => value?.[key], object);

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A number with so many significant digits; what is no number as it is. */
function number(value, digits = 3) {
  if (!isNumber(value)) return value === null || value === undefined ? "–" : String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

const withError = (value, error, digits = 3) =>
  number(value, digits) + (isNumber(error) ? " ± " + number(error, 2) : "");
const percent = (ratio, digits = 2) => (ratio > 0 ? "+" : "") + number(100 * ratio, digits) + " %";
const bytes = (count) => (count >= 1e6 ? number(count / 1e6) + " MB" : number(count / 1e3) + " kB");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** For texts that Plotly shows: it knows some HTML. */
const plain = (text) =>
  String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The same in lines of at most `width` characters, where spaces allow it. */
function wrapped(text, width = 56) {
  const lines = [""];
  for (const word of String(text).split(" ")) {
    if (lines.at(-1).length + word.length > width && lines.at(-1)) lines.push("");
    lines.push((lines.pop() + " " + word).trim());
  }
  return lines.map(plain).join("<br>");
}

/** A name of a layer in lines of at most `width` characters, broken behind "/", "_", ":" or "." if that helps. */
function nameLines(name, width = 20) {
  const lines = [""];
  for (const part of String(name).split(/(?<=[/_:.])/).flatMap((piece) => piece.match(new RegExp(`.{1,${width}}`, "gu")) ?? [])) {
    if (lines.at(-1).length + part.length > width) lines.push("");
    lines.push(lines.pop() + part);
  }
  return lines.map(plain).join("<br>");
}

const color = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

/** A line of the section in place of what the run did not measure. */
const missing = (text) => el("p", { class: "missing" }, text);

function section(id, title, ...children) {
  return el("section", { id }, el("h2", {}, title), ...children);
}

/** Buttons of which one is pressed. */
function choice(label, options, chosen, onChoose) {
  const group = el("div", { class: "choice", role: "group", "aria-label": label });
  for (const [value, text] of options) {
    const button = el("button", { type: "button", "aria-pressed": String(value === chosen) }, text);
    button.addEventListener("click", () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
      onChoose(value);
    });
    group.append(button);
  }
  return group;
}

/** The key of a precision in the legends, as HTML. */
const key = (name) => { const box = el("span", { class: "key" }); box.style.background = color(name); return box; };

/** A precision with its meaning to point at. */
const precisionName = (name) => el("abbr", { title: precisionTexts[name] ?? "" }, key(name), name);

/** One line that explains them. */
const precisionLegend = (names) => el("p", { class: "note legend" },
  ...precisions.filter((name) => names.includes(name)).map((name) => el("span", {}, precisionName(name), ": " + precisionTexts[name])));

const axisDefaults = () => ({
  gridcolor: color("grid"), linecolor: color("line"), zerolinecolor: color("line"),
  ticks: "outside", tickcolor: color("line"), automargin: true, exponentformat: "power",
});

/** An axis with its title; `more` overrules. */
const axis = (title, more = {}) => ({ ...axisDefaults(), title: { text: title, standoff: 8 }, ...more });

/**
 * A plot with its buttons, drawn once it is in the page. `height` in px; `more.onDrawn` is called
 * with the drawn node, `more.table` are rows to save in place of those of the traces.
 */
function plot(label, height, traces, layout, more = {}) {
  const target = el("div", { class: "plot", role: "img", "aria-label": label });
  target.style.height = height + "px";
  target.table = more.table ?? null;
  const whole = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", height,
    font: { family: "inherit", size: 12, color: color("ink") },
    margin: { l: 56, r: 14, t: 10, b: 44 }, hovermode: "closest",
    hoverlabel: { align: "left", bgcolor: color("card"), bordercolor: color("line"), font: { color: color("ink") } },
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
    ...layout,
  };
  const config = { responsive: true, displayModeBar: false };  // dragging zooms, a double click goes back
  pending.push(async () => {
    await Plotly.newPlot(target, traces, whole, config);
    if (more.onDrawn) more.onDrawn(target);
  });
  return el("div", { class: "figure" }, target, saveButtons(target));
}
const pending = [];  // plots of elements that are not in the page yet

function drawPending() {
  return Promise.all(pending.splice(0).map((draw) => draw()));
}

const card = (title, ...children) => el("div", { class: "card" }, title ? el("h3", {}, title) : null, ...children);

/** Bars as one closed path: [x from, x to, y from, y to] each. */
function bars(name, rectangles, fill, more = {}) {
  const x = [];
  const y = [];
  for (const [left, right, low, high] of rectangles) {
    x.push(left, left, right, right, left, null);
    y.push(low, high, high, low, low, null);
  }
  return { type: "scatter", mode: "lines", name, x, y, fill: "toself", fillcolor: fill, line: { width: 0, color: fill }, hoverinfo: "skip", ...more };
}

const lineAt = (value, more = {}) => ({ type: "line", xref: "paper", x0: 0, x1: 1, y0: value, y1: value, line: { color: color("ink"), width: 1.2, dash: "dash" }, ...more });

const errorBars = (errors, of) => ({ type: "data", array: errors, thickness: 1, width: 0, color: of });
