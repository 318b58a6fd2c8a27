// Any metric by its name: the list of all, and the plot of the one that the address names.

import { byId, element, setAttribute, setChildren, setText } from "./elements.js";
import { clip, count, seconds, value } from "./format.js";
import { mostLines, Plot, swatch } from "./plot.js";
import { Sparkline } from "./sparkline.js";
import { Table } from "./table.js";
import { Timeline } from "./timeline.js";

const ownSeries = { "series.sort": "", "series.filter": "" };  // are of one metric
const units = { seconds: "s", bytes: "B", ratio: "ratio" };

/** The unit of what is plotted of a metric: of its rate, of its value, or of its p95. */
function unitOf({ name, type, unit }) {
  const own = units[unit || name.match(/_(seconds|bytes|ratio)(_total)?$/)?.[1]] ?? clip(unit, 20);
  if (type !== "counter") return own;
  return own === "B" ? "B/s" : own === "s" ? "s/s" : "1/s";
}

function labelsText(labels) {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}=${clip(JSON.stringify(clip(text, 80)), 90)}`);
  return pairs.join(" ") || "without labels";
}

class MetricLink {
  node = element("a");
  #address;

  constructor(address) {
    this.#address = address;
  }

  update({ name }) {
    setText(this.node, clip(name));
    setAttribute(this.node, "href", this.#address.link({ metric: name, ...ownSeries }));
    if (this.#address.get("metric") === name) this.node.setAttribute("aria-current", "true");
    else this.node.removeAttribute("aria-current");
  }
}

class Line {
  #key = element("span", { class: "key" });
  #label = element("span");
  node = element("span", {}, this.#key, this.#label);

  update({ labels }, _, at) {
    const line = window.Dygraph && at < mostLines ? String(at) : "";
    if (this.#key.dataset.line !== line) this.#key.replaceChildren(...(line ? [swatch(at)] : []));
    this.#key.dataset.line = line;
    setText(this.#label, labelsText(labels));
  }
}

class Past {
  #line = new Sparkline();
  node = this.#line.node;

  update({ values }, { timeline }) {
    this.#line.update(values, timeline);
  }
}

function seriesColumns(metric) {
  const unit = unitOf(metric);
  const number = (name, title, text) => ({ name, title, isNumber: true, text: (row) => text(row[name]), order: (row) => row[name] });
  const own = metric.type.endsWith("histogram")
    ? [number("rate", "per s", (rate) => value("", rate)), ...["p50", "p95", "p99"].map((name) => number(name, name, (of) => value(unit, of))),
      number("count", "Count", count)]
    : [number("value", metric.type === "counter" ? "Rate" : "Value", (of) => value(unit, of))];
  return [{ name: "labels", title: "Labels", isHead: true, make: () => new Line(), order: (row) => labelsText(row.labels) }, ...own,
    { name: "trend", title: "Over time", isMinor: true, kind: "trend", make: () => new Past() }];
}

export class Explorer {
  #address;
  #list;
  #series = null;
  #plot = null;
  #plotted = null;
  #name = "";

  constructor(address) {
    this.#address = address;
    byId("metric-close").addEventListener("click", () => byId("metrics").querySelector("input").focus());
    this.#list = new Table(byId("metrics"), {
      filter: "Filter metrics", limit: 20, key: ({ name, type, help }) => `${name} ${type} ${help}`, sort: () => "name",
      columns: () => [
        { name: "name", title: "Name", isHead: true, make: () => new MetricLink(address), order: (row) => row.name },
        { name: "type", title: "Type", text: (row) => row.type, order: (row) => row.type, isMinor: true },
        { name: "series", title: "Series", isNumber: true, text: (row) => count(row.series), order: (row) => row.series },
        { name: "help", title: "What it is", text: (row) => clip(row.help), isMinor: true },
      ],
    }, address);
  }

  /** The metric that the address names; "": none. */
  get wanted() {
    return this.#address.get("metric");
  }

  /** Lists the metrics that there are, and takes away the plot of one that the address no longer names. */
  list(metrics) {
    this.#list.update(metrics);
    if (this.wanted !== this.#name) this.#end();
  }

  /** Shows an answer about the metric; {error} if there is none. */
  show(metric, data) {
    if (this.wanted !== this.#name || !this.#plot) this.#begin();
    setAttribute(byId("metric-close"), "href", this.#address.link({ metric: "", ...ownSeries }));
    byId("metric-error").hidden = !metric.error;
    byId("metric-chart").hidden = Boolean(metric.error);
    setText(byId("metric-error"), clip(metric.error ?? ""));
    setText(byId("metric-help"), metric.error ? "" : this.#about(metric));
    if (metric.error) byId("series").hidden = true;
    else this.#showSeries(metric, new Timeline(metric.slots, data.started), data.now);
  }

  #about({ type, help, series, series_in_all: all }) {
    const shown = { counter: "per second", gauge: "its value" }[type] ?? "its p95";
    const which = all > series.length ? `the busiest ${count(series.length)} of ${count(all)} series` : `${count(all)} series`;
    return `${clip(help, 400)} ${type}, ${which}; plotted is ${shown}.`;
  }

  #showSeries(metric, timeline, now) {
    this.#series ??= this.#seriesTable(metric);
    this.#plotted = { unit: unitOf(metric), now, timeline };
    this.#series.update(metric.series, { timeline, now });
  }

  #seriesTable(metric) {
    const section = byId("series");
    setChildren(section, [section.firstElementChild]);
    return new Table(section, {
      filter: "Filter series", key: ({ labels }) => JSON.stringify(labels), columns: () => seriesColumns(metric),
      drawn: (rows) => this.#plotFirst(rows),
    }, this.#address);
  }

  /** The plot has the first rows, as sorted and filtered. */
  #plotFirst(rows) {
    const lines = rows.slice(0, mostLines).map(({ labels, values }) => ({ name: labelsText(labels), values }));
    this.#plot.update({ ...this.#plotted, lines }, this.#plotted.timeline);
  }

  #begin() {
    this.#end();
    this.#name = this.wanted;
    this.#plot = new Plot(this.#address);
    setText(byId("metric-title"), clip(this.#name));
    setChildren(byId("metric-chart"), [this.#plot.node]);
    byId("metric").hidden = false;
    byId("metric").focus();
  }

  #end() {
    this.#plot?.end();
    this.#plot = this.#series = null;
    this.#name = "";
    byId("metric").hidden = true;
  }
}
