// The columns of each table that the service's answer has rows for.

import { drawing, element, setAttribute, setText } from "./elements.js";
import { clip, count, nothing, percent, percentile, seconds, time, trimmed, value } from "./format.js";
import { Sparkline } from "./sparkline.js";
import { Verdict } from "./verdict.js";

/** A share as a bar: of a budget, of a pool. */
export class Bar {
  #bar = drawing("rect", { height: 6, rx: 1 });
  #text = element("span");
  node = element("span", { class: "bar" }, this.#text,
    drawing("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
      drawing("rect", { class: "ground", width: 100, height: 6, rx: 1 }), this.#bar));

  update(share, text, verdict) {
    setText(this.#text, text);
    setAttribute(this.node, "data-verdict", verdict);
    setAttribute(this.#bar, "width", Math.round(100 * Math.min(1, Math.max(0, share ?? 0))));
  }
}

/** How much of a budget p95 takes: the verdict, the share, and the budget. */
class Usage {
  #verdict = new Verdict();
  #bar = new Bar();
  node = element("span", { class: "usage" }, this.#verdict.node, this.#bar.node);

  update({ budget, used }) {
    const verdict = budget === null ? "none" : used === null ? "unknown" : used > 1 ? "warning" : "ok";
    this.node.hidden = verdict === "none";
    this.#verdict.update(verdict, verdict === "warning" ? "over" : undefined);
    this.#bar.update(used, budget === null ? "" : `${percent(used)} of ${trimmed(seconds(budget))}`, verdict);
  }
}

class PoolUse {
  #bar = new Bar();
  node = this.#bar.node;

  update({ in_use: inUse, size }) {
    const isFull = size !== null && inUse !== null && inUse >= size;
    this.#bar.update(size ? inUse / size : 0, isFull ? "full" : size ? percent(inUse / size) : nothing, isFull ? "warning" : "ok");
  }
}

class Trend {
  #line = new Sparkline();
  node = this.#line.node;

  update({ values, budget }, { timeline }) {
    this.#line.update(values, timeline, budget ?? null);
  }
}

const some = (rows, name) => rows.some((row) => row[name] !== null && row[name] !== undefined);
const number = (name, title, text, more = {}) => (
  { name, title, isNumber: true, text: (row) => text(row[name]), order: (row) => row[name], ...more });
const label = (name, title, more = {}) => ({ name, title, text: (row) => clip(row[name] ?? ""), order: (row) => row[name], ...more });
const rank = (name) => number(name, name, seconds, {
  isMinor: name !== "p95",
  text: (row) => percentile(row[name], row.beyond && row[name] === row.p99),
});
const trend = (title) => ({ name: "trend", title, make: () => new Trend(), isMinor: true, kind: "trend" });
const usage = { name: "used", title: "p95 of budget", isNumber: true, make: () => new Usage(), order: (row) => row.used };

const timed = (rows, own) => [
  ...own,
  number("rate", "per s", (rate) => value("", rate)),
  ...["p50", "p95", "p99"].map(rank),
  ...(some(rows, "error_ratio") ? [errors] : []),
  ...(some(rows, "budget") ? [usage] : []),
  number("count", "Count", count, { isMinor: true }),
  trend("p95 over time"),
];
const errors = { name: "errors", title: "Errors", isNumber: true, text: (row) => percent(row.error_ratio), order: (row) => row.error_ratio };

const worstFirst = (rows) => (some(rows, "used") ? "-used" : "-p95");
const slowestFirst = (a, b) => (b.p95 ?? -1) - (a.p95 ?? -1);
const joined = (...names) => (row) => names.map((name) => row[name] ?? "").join(" ");
/** The column that names its row by these. They sort from the last on: routes by their paths. */
const head = (title, ...names) => (
  { name: names.at(-1), title, isHead: true, text: (row) => clip(joined(...names)(row)), order: joined(...[...names].reverse()) });
const keyOf = (...names) => (row) => JSON.stringify(names.map((name) => row[name]));

/** Of each section of the page, by its id. */
export const tables = {
  routes: {
    filter: "Filter routes",
    key: keyOf("method", "endpoint", "class"),
    words: joined("method", "endpoint", "class"),
    sort: worstFirst,
    tie: slowestFirst,
    columns: (rows) => timed(rows, [
      route,
      ...(some(rows, "class") ? [label("class", "Class", { isMinor: true })] : []),
    ]),
  },
  statements: {
    filter: "Filter statements",
    key: keyOf("query_type", "table"),
    words: joined("query_type", "table"),
    sort: worstFirst,
    tie: slowestFirst,
    columns: (rows) => timed(rows, [head("Statement", "query_type", "table")]),
  },
  caches: {
    key: keyOf("cache_type"),
    columns: () => [
      head("Cache", "cache_type"), number("ratio", "Hit ratio", percent),
      number("hits", "Hits", count), number("misses", "Misses", count), trend("Over time"),
    ],
  },
  pools: {
    key: keyOf("kind", "pool"),
    columns: () => [
      head("Pool", "kind", "pool"), number("in_use", "In use", count), number("size", "Size", count),
      { name: "share", title: "Used", isNumber: true, make: () => new PoolUse(), order: (row) => (row.size ? row.in_use / row.size : null) },
      trend("Over time"),
    ],
  },
  slowest: {
    key: keyOf("method", "endpoint", "time", "trace_id", "seconds"),
    columns: () => [route, number("seconds", "Took", seconds), moment, trace],
  },
  failures: {
    key: keyOf("method", "endpoint", "time", "trace_id", "status"),
    columns: () => [route, label("status", "Status"), number("seconds", "Took", seconds), moment, trace],
  },
};

const route = head("Route", "method", "endpoint");
const moment = { name: "time", title: "At", isNumber: true, text: (row, { now }) => time(row.time, now), order: (row) => row.time };
const trace = { name: "trace", title: "Trace id", kind: "trace", text: (row) => clip(row.trace_id ?? nothing) };
