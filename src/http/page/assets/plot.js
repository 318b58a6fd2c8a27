// Charts by dygraphs, a classic script that sets window.Dygraph. Where it could not be loaded, a chart is its legend and its table.

import { drawing, element, setChildren, setText } from "./elements.js";
import { clip, time, trimmed, value } from "./format.js";
import { Table } from "./table.js";

export const mostLines = 8;
const dashes = [null, null, null, null, [6, 3], [6, 3], [2, 3], [2, 3]];
const dark = matchMedia("(prefers-color-scheme: dark)");

const colours = new Map();
dark.addEventListener("change", () => colours.clear());

/** A colour of the stylesheet. Asking for it costs a layout, so it is asked for once. */
function colour(name) {
  if (!colours.has(name)) colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return colours.get(name);
}

/** A piece of the line that a legend names. */
export function swatch(at) {
  const line = drawing("path", { d: "M0 4H16" });
  line.style.stroke = `var(--line-${at})`;
  if (dashes[at]) line.setAttribute("stroke-dasharray", dashes[at].join(" "));
  return drawing("svg", { class: "swatch", viewBox: "0 0 16 8", "aria-hidden": "true" }, line);
}

// Its legend would write names as HTML, with styles within.
if (window.Dygraph) Dygraph.PLUGINS = [Dygraph.Plugins.Axes, Dygraph.Plugins.Grid];

/** dygraphs takes the labels of axes for HTML. */
function markup(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

let charts = 0;

/** Up to eight series over time, with a legend that has the values at the pointer, and the same as a table. */
export class Plot {
  #plot = element("div", { class: "plot" });
  #legend = element("ul", { class: "legend" });
  #title = element("h3");
  #moment = element("span", { class: "quiet" });
  #details = element("details", {}, element("summary", {}, "As a table"));
  #table;
  #dygraph = null;
  #names = "";
  #shown = null;
  node = element("figure", {}, element("figcaption", {}, this.#title, this.#moment, this.#legend));

  constructor(address) {
    const section = element("section", { id: `chart-${charts++}` });
    this.#details.append(section);
    this.node.append(...(window.Dygraph ? [this.#plot] : []), this.#details);
    this.#table = new Table(section, {
      caption: "Values", columns: () => this.#columns(), key: (row) => String(row.at), limit: 100,
    }, address);
    this.#details.addEventListener("toggle", () => this.#fillTable());
    dark.addEventListener("change", this.#recolour);
  }

  // Colours are drawn, not styled.
  #recolour = () => {
    this.#forget();
    if (this.#shown) this.#draw();
  };

  /** Lets go of what the page would hold on to. */
  end() {
    dark.removeEventListener("change", this.#recolour);
    this.#forget();
  }

  /**
   * @param {{title?: string, unit: string, now: number, lines: {name: string, values: (number | null)[], target?: number | null}[]}} shown
   * @param {Timeline} timeline
   */
  update(shown, timeline) {
    this.#shown = { ...shown, lines: shown.lines.slice(0, mostLines), timeline };
    setText(this.#title, shown.title ?? "");
    this.#title.hidden = !shown.title;
    this.#showLegend(null);
    this.#fillTable();
    const names = this.#shown.lines.map(({ name }) => name).join("\n");
    if (names !== this.#names) this.#forget();
    this.#names = names;
    this.#draw();
  }

  #forget() {
    this.#dygraph?.destroy();
    this.#dygraph = null;
  }

  #draw() {
    const { lines, timeline } = this.#shown;
    if (!window.Dygraph || !timeline.ends.length || !lines.length) return;
    const known = lines.map(({ values }) => timeline.known(values));
    const file = timeline.ends.map((end, at) => [new Date(end), ...known.map((values) => values[at] ?? null)]);
    const options = { file, valueRange: [0, this.#top(known)], dateWindow: this.#window() };
    if (this.#dygraph) this.#dygraph.updateOptions(options);
    else this.#dygraph = new Dygraph(this.#plot, file, { ...this.#looks(), ...options });
    this.#plot.setAttribute("role", "img");
    this.#plot.setAttribute("aria-label", `Chart of ${lines.map(({ name }) => clip(name, 60)).join(", ")}; its values are in the table below it.`);
  }

  #window() {
    const { ends, slots } = this.#shown.timeline;
    return [ends[0] - 1000 * slots[0].seconds, ends.at(-1)];
  }

  /** Room for all values, and for a target that isn't far above them. */
  #top(known) {
    const most = known.reduce((top, values) => values.reduce((a, b) => Math.max(a, b ?? 0), top), 0);
    const targets = this.#shown.lines.map(({ target }) => target ?? 0).filter((target) => target < 4 * most);
    return 1.1 * Math.max(most, ...targets) || 1;
  }

  #looks() {
    const unit = this.#shown.unit;
    const names = this.#shown.lines.map((_, at) => String(at));
    return {
      labels: ["time", ...names],
      colors: names.map((name) => colour(`line-${name}`)),
      series: Object.fromEntries(names.map((name) => [name, { strokePattern: dashes[name] }])),
      axes: {
        x: { pixelsPerLabel: 75 },
        y: {
          axisLabelWidth: 58, pixelsPerLabel: 25, labelsKMG2: unit.startsWith("B"),
          axisLabelFormatter: (at) => markup(trimmed(value(unit, at))),
        },
      },
      gridLineColor: colour("grid"), axisLineColor: colour("grid"),
      strokeWidth: 1.5, axisLabelFontSize: 11, highlightCircleSize: 3, drawGapEdgePoints: true, legend: "never", interactionModel: {},
      underlayCallback: (canvas, area, dygraph) => this.#underlay(canvas, area, dygraph),
      highlightCallback: (_, __, ___, at) => this.#showLegend(at),
      unhighlightCallback: () => this.#showLegend(null),
    };
  }

  #underlay(canvas, area, dygraph) {
    const { timeline, lines } = this.#shown;
    canvas.fillStyle = colour("gap");
    for (const [from, to] of timeline.gaps) {
      const left = Math.max(area.x, dygraph.toDomXCoord(from));
      canvas.fillRect(left, area.y, dygraph.toDomXCoord(to) - left, area.h);
    }
    const ruler = (x, y, toX, toY, name) => {
      canvas.strokeStyle = colour(name);
      canvas.beginPath();
      canvas.moveTo(x, y);
      canvas.lineTo(toX, toY);
      canvas.stroke();
    };
    canvas.setLineDash([4, 3]);
    lines.forEach(({ target = null }, at) => {
      const y = dygraph.toDomYCoord(target ?? 0);
      if (target !== null && y >= area.y) ruler(area.x, y, area.x + area.w, y, `line-${at}`);
    });
    if (timeline.restart !== null) {
      const x = dygraph.toDomXCoord(timeline.restart);
      ruler(x, area.y, x, area.y + area.h, "quiet");
    }
    canvas.setLineDash([]);
  }

  /** With the values at the pointer, or the last ones. */
  #showLegend(pointed) {
    const { lines, timeline, unit, now } = this.#shown;
    const at = pointed ?? timeline.ends.length - 1;
    setText(this.#moment, pointed === null ? "" : time(timeline.ends[at] / 1000, now));
    while (this.#legend.children.length < lines.length) {
      this.#legend.append(element("li", {}, swatch(this.#legend.children.length), element("span"), element("b")));
    }
    setChildren(this.#legend, [...this.#legend.children].slice(0, lines.length));
    lines.forEach(({ name, values }, line) => {
      const [, label, shown] = this.#legend.children[line].children;
      setText(label, clip(name, 60));
      setText(shown, value(unit, values[at] ?? null));
    });
  }

  #columns() {
    return [
      { name: "time", title: "Time", isHead: true, text: (row) => time(row.end / 1000, this.#shown.now) },
      ...this.#shown.lines.map(({ name }, line) => ({
        name: `${line} ${name}`, title: clip(name, 60), isNumber: true,
        text: (row) => value(this.#shown.unit, this.#shown.lines[line].values[row.at] ?? null),
      })),
    ];
  }

  #fillTable() {
    if (!this.#shown || !this.#details.open) return;
    this.#table.update(this.#shown.timeline.ends.map((end, at) => ({ at, end })).reverse());
  }
}
