"use strict";
// Puts the page together, again when theme or run change.

/** Showers only where the metric is one of showers. */
function sectionsOf(run) {
  const isShower = at(run.result, "provenance", "config", "metric", "name") === "shower_shape";
  return [
    ["verdict", "Verdict", () => verdict(run)],
    ["steps", "Steps", () => stepsSection()],
    ...(isShower ? [["shapes", "Shower shapes", () => shapesSection(run)], ["energy", "Energy", () => energySection(run)]] : []),
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
  document.title = `${isMet(run) ? "✓" : "✗"} ${title} – caloquant report`;
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
    document.querySelectorAll("details").forEach((node) => { node.open = true; });
    if (theme() === "dark") { before = "dark"; setTheme("light"); }
  });
  window.addEventListener("afterprint", () => { if (before) setTheme(before); before = null; });
  setTheme(wish.matches ? "dark" : "light");
}
