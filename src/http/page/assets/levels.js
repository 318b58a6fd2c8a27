import { element, setChildren } from "./elements.js";
import { clip, count, duration, nothing, percent, trimmed, value } from "./format.js";
import { Bar } from "./tables.js";
import { Verdict, worst } from "./verdict.js";

const severity = { page: "critical", ticket: "warning" };

/** The alerts of an objective that fire. */
export function firing(objective) {
  return objective.alerts.filter((alert) => alert.firing);
}

export function verdictOf(objective) {
  return worst(firing(objective).map((alert) => severity[alert.severity] ?? "warning"));
}

/** What fires, by its windows: page: 14.4 × over 1 h and 5 min. */
function alertText(alert) {
  const windows = `${duration(alert.long_window_seconds)} and ${duration(alert.short_window_seconds)}`;
  return `${alert.severity}: ${trimmed(value("", alert.burn_rate))} × over ${windows}`;
}

class Alerts {
  #verdict = new Verdict();
  node = element("span", {}, this.#verdict.node);

  update(objective) {
    const alerts = firing(objective);
    if (objective.compliance === null) this.#verdict.update("unknown", objective.note ? clip(objective.note) : undefined);
    else if (alerts.length) this.#verdict.update(verdictOf(objective), alerts.map(alertText).join("; "));
    else this.#verdict.update("ok", "none");
  }
}

class BudgetLeft {
  #bar = new Bar();
  #covered = element("small");
  node = element("span", {}, this.#bar.node, this.#covered);

  update({ error_budget: budget }) {
    const left = budget.remaining;
    this.#bar.update(left, percent(left), left === null ? "unknown" : left <= 0 ? "critical" : "ok");
    setChildren(this.node, budget.full ? [this.#bar.node] : [this.#bar.node, this.#covered]);
    this.#covered.textContent = `of the first ${duration(budget.covered_seconds)}`;
  }
}

function exhausted({ exhausted_in_seconds: left }) {
  return left === null ? nothing : left <= 0 ? "now" : duration(left);
}

function compliance(objective) {
  return objective.compliance === null ? nothing : `${percent(objective.compliance, 4)} of ${count(objective.events)}`;
}

const burnRate = (window, at) => ({
  name: `burn ${window}`, title: `Burn ${duration(window)}`, isNumber: true, isMinor: true,
  text: (row) => value("", row.burn_rates[at]?.burn_rate ?? null), order: (row) => row.burn_rates[at]?.burn_rate ?? null,
});

/** The columns of the service levels' table, as those of tables.js. */
export const levels = {
  key: (row) => row.name,
  columns: (rows) => [
    { name: "name", title: "Level", isHead: true, text: (row) => clip(row.name), order: (row) => row.name },
    {
      name: "objective", title: "Objective", isNumber: true, isMinor: true,
      text: (row) => trimmed(percent(row.objective, 6)), order: (row) => row.objective,
    },
    { name: "compliance", title: "Compliance", isNumber: true, text: compliance, order: (row) => row.compliance },
    { name: "left", title: "Budget left", isNumber: true, make: () => new BudgetLeft(), order: (row) => row.error_budget.remaining },
    ...(rows[0]?.burn_rates ?? []).map((burn, at) => burnRate(burn.window_seconds, at)),
    {
      name: "exhausted", title: "Used up in", isNumber: true, isMinor: true,
      text: (row) => exhausted(row.error_budget), order: (row) => row.error_budget.exhausted_in_seconds,
    },
    { name: "alerts", title: "Alerts", kind: "words", make: () => new Alerts() },
  ],
};
