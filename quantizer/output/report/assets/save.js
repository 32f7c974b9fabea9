"use strict";
// Every plot as an image or as a table. Nothing leaves the browser: files are made in the page.

/** A text of Plotly without its HTML. */
const unmarked = (text) => String(text ?? "").replace(/<br>/g, " ").replace(/<[^>]*>/g, "")
  .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** As csv_text() in the library: a text that a spreadsheet would compute begins with an apostrophe. */
const csvCell = (value) => {
  const given = value === null || value === undefined ? "" : String(value);
  const formula = typeof value !== "number" && /^ *[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(given) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given);
  const text = formula ? "'" + given : given;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

/** What a place on an axis stands for: the name of a layer where it has names. */
function placeName(ofAxis, value) {
  const named = ofAxis?.tickvals?.indexOf(value) ?? -1;
  return named >= 0 && ofAxis.ticktext ? unmarked(ofAxis.ticktext[named]).replace(/ /g, "") : value;
}

/** The rows of all traces: which panel and series, x and y with their errors. */
function rowsOf(node) {
  const rows = [["panel", "series", "x", "x error", "y", "y error", "z", "text"]];
  for (const trace of node.data.filter((one) => one.fill !== "toself" && one.hoverinfo !== "skip")) {
    const scene = trace.type === "scatter3d";
    const axisOf = (letter) => (scene ? node.layout.scene[letter + "axis"] : node.layout[letter + "axis" + (trace[letter + "axis"] ?? "").slice(1)]);
    const [ofX, ofY] = [axisOf("x"), axisOf("y")];
    const panel = [ofY, ofX].map((one) => unmarked(one?.title?.text)).filter(Boolean).join(" against ");
    (trace.x ?? []).forEach((x, i) => {
      if (x === null || trace.y[i] === null) return;
      const error = (bar) => (bar?.array ? bar.array[i] : "");
      rows.push([panel, unmarked(trace.name), placeName(ofX, x), error(trace.error_x), placeName(ofY, trace.y[i]), error(trace.error_y),
                 scene ? trace.z[i] : "", Array.isArray(trace.text) ? unmarked(trace.text[i]) : ""]);
    });
  }
  return rows;
}

const csvOf = (node) => (node.table ?? rowsOf(node)).map((row) => row.map(csvCell).join(",")).join("\n") + "\n";

/** As it stands on the page, on the ground of its card and with its title, twice as fine. */
function pngOf(node) {
  const { width, height, margin } = node._fullLayout;
  const title = { text: plain(node.getAttribute("aria-label")), font: { size: 14 }, x: 0.02, xanchor: "left", y: 1, yanchor: "top", pad: { t: 8 } };
  const layout = { ...node.layout, title, paper_bgcolor: color("card"), margin: { ...node.layout.margin, t: (margin?.t ?? 10) + 40 } };
  return Plotly.toImage({ data: node.data, layout }, { format: "png", scale: 2, width, height: height + 40 });
}

function saveAs(name, url) {
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

function saveButtons(node) {
  const button = (kind, save) => {
    const it = el("button", { type: "button", title: `save this plot as ${kind}`, "aria-label": `save ${node.getAttribute("aria-label")} as ${kind}` }, kind);
    it.addEventListener("click", save);
    return it;
  };
  const name = (ending) => `${document.getElementById("title").textContent} ${node.getAttribute("aria-label")}`.replace(/[^\w.+-]+/gu, "_") + ending;
  return el("div", { class: "save" },
    button("PNG", async () => saveAs(name(".png"), await pngOf(node))),
    button("CSV", () => {
      const url = URL.createObjectURL(new Blob([csvOf(node)], { type: "text/csv" }));
      saveAs(name(".csv"), url);
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    }));
}
