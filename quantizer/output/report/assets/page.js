"use strict";
// Puts the page together, again when theme or run change.

/** Showers only where the metric is one of showers. */
function sectionsOf(run) {
  const isShower = at(run.result, "provenance", "config", "metric", "name") === "shower_shape";
  return [
    ["verdict", "Verdict", () => verdict(run)],
    ["steps", "Steps", () => stepsSection()],
    ...(isShower ? [["shapes", "Shower shapes", () => shapesSection(run)], ["energy", "Energy", () => energySection(run)],
      ["distances", "Distances", () => distancesSection(run)]] : []),
    ["layers", "Layers", () => layersSection(run)],
    ["cost", "Time and size", () => costSection(run)],
    ...(isShower ? [["event", "One shower", () => eventSection(run)]] : []),
    ["origin", "Config and provenance", () => provenanceSection(run)],
  ];
}

async function drawPage() {
  const run = runs[view.run];
  const main = document.getElementById("main");
  main.querySelectorAll(".plot").forEach((node) => Plotly.purge(node));
  const title = modelName(run) + (run.name ? ` (${run.name})` : "");
  document.getElementById("title").textContent = title;
  document.title = `${marks[run.verdict.tone]} ${title} – caloquant report`;
  const list = sectionsOf(run);
  document.getElementById("contents").replaceChildren(...list.map(([id, name]) => el("li", {}, el("a", { href: "#" + id }, name))));
  main.replaceChildren(...list.map(([, , make]) => make()));
  await drawPending();
  document.documentElement.dataset.drawn = "yes";
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById("theme").textContent = theme === "dark" ? "Light" : "Dark";
  return drawPage();
}

/** The sizes of a drawn plot that paper changes, by their place in its layout. */
function sizesOf(node) {
  const sizes = { height: node._fullLayout.height, "font.size": node.layout.font.size };
  for (const [name, of] of Object.entries(node.layout).filter(([key]) => /^[xy]axis/.test(key))) {
    if (of.title?.font?.size) sizes[`${name}.title.font.size`] = of.title.font.size;
    if (of.tickfont?.size) sizes[`${name}.tickfont.size`] = of.tickfont.size;
  }
  return sizes;
}

/** Paper has a width of its own (style.css), and room for smaller plots. */
function setPrinting(on) {
  document.documentElement.classList.toggle("printing", on);
  for (const node of document.querySelectorAll(".plot")) {
    if (!node._fullLayout) continue;
    node.onScreen ??= sizesOf(node);
    const height = (node.closest(".three") ? 0.72 : 0.6) * node.onScreen.height;
    const sizes = Object.fromEntries(Object.entries(node.onScreen).map(([name, size]) => [name, on ? 0.7 * size : size]));
    if (on) sizes.height = height;
    node.style.height = sizes.height + "px";
    Plotly.relayout(node, { ...sizes, width: node.clientWidth });
    if (!on) Plotly.relayout(node, { width: null, autosize: true });
  }
}

{
  const chooser = document.getElementById("run");
  chooser.hidden = runs.length < 2;
  chooser.append(...runs.map((run, i) => el("option", { value: String(i) }, run.name ?? "")));
  chooser.addEventListener("change", () => { view.run = Number(chooser.value); drawPage(); });
  const wish = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = () => document.documentElement.dataset.theme;
  document.getElementById("theme").addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"));
  wish.addEventListener("change", () => setTheme(wish.matches ? "dark" : "light"));
  let before = null;
  window.addEventListener("beforeprint", () => {
    if (theme() === "dark") { before = "dark"; setTheme("light"); }
    setPrinting(true);
  });
  window.addEventListener("afterprint", () => {
    if (before) {
      document.documentElement.classList.remove("printing");
      setTheme(before);  // draws all of it again
    } else {
      setPrinting(false);
    }
    before = null;
  });
  setTheme(wish.matches ? "dark" : "light");
}
