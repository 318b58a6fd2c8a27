import { byId, setChildren, setText } from "./elements.js";
import { clip } from "./format.js";
import { firing, verdictOf } from "./levels.js";
import { isOfTooFew, sentence } from "./tiles.js";
import { Verdict, worst } from "./verdict.js";

const announceSeconds = 15;
const words = {
  ok: "All targets are met", none: "No targets are declared", unknown: "No data to judge by", warning: "Warning", critical: "Critical",
};
const mostFindings = 4;

function over(rows, nameOf, noun) {
  const names = rows.filter(({ used }) => used !== null && used > 1).map(nameOf);
  if (!names.length) return [];
  return [{ verdict: "warning", text: names.length === 1 ? `${clip(names[0], 60)} over its budget` : `${names.length} ${noun} over their budgets` }];
}

function findings({ tiles, levels, routes, statements }) {
  return [
    ...tiles.filter(({ verdict }) => verdict === "critical" || verdict === "warning")
      .map((tile) => ({ verdict: tile.verdict, text: sentence(tile) })),
    ...(levels?.objectives ?? []).filter((objective) => firing(objective).length)
      .map((objective) => ({ verdict: verdictOf(objective), text: `${clip(objective.name, 60)} burns its budget` })),
    ...over(routes, ({ method, endpoint }) => `${method} ${endpoint}`, "routes"),
    ...over(statements, ({ query_type: type, table }) => `${type} ${table}`, "statements"),
  ].sort((a, b) => (b.verdict === "critical") - (a.verdict === "critical"));
}

/** How the service is, in a sentence: at each answer to see, and at most four times a minute to hear. */
export class Headline {
  #verdict = new Verdict();
  #announced = -Infinity;

  constructor() {
    setChildren(byId("headline"), [this.#verdict.node]);
  }

  update(data) {
    const found = findings(data);
    const verdict = worst([...data.tiles.map((tile) => tile.verdict), ...found.map((finding) => finding.verdict)]);
    const word = verdict === "unknown" && data.tiles.some(isOfTooFew) ? "Too little data to judge by" : words[verdict];
    const rest = found.length > mostFindings ? [`and ${found.length - mostFindings} more`] : [];
    const text = [word, [...found.slice(0, mostFindings).map((finding) => finding.text), ...rest].join(", ")].filter(Boolean).join(": ");
    this.#verdict.update(verdict, text);
    document.title = `${word} – ${location.host}`;
    this.announce(text);
  }

  announce(text) {
    if (performance.now() - this.#announced < 1000 * announceSeconds || byId("summary").textContent === text) return;
    this.#announced = performance.now();
    setText(byId("summary"), text);
  }
}
