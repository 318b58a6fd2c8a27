import { element, setAttribute, setChildren, setText } from "./elements.js";
import { count, nothing, percentile, trimmed, value } from "./format.js";
import { Sparkline } from "./sparkline.js";
import { Verdict } from "./verdict.js";

/** What a value should be: ≤ 150 ms. */
function goal({ target, better, unit }) {
  return target === null ? "" : `${better === "higher" ? "≥" : "≤"} ${trimmed(value(unit, target))}`;
}

/** Whether there are events, but not enough of them to judge by. */
export function isOfTooFew({ verdict, value: number, count: events }) {
  return verdict === "unknown" && number !== null && events > 0;
}

function shownValue({ unit, value: number, beyond, target, verdict }) {
  const shown = (digits) => unit === "s" ? percentile(number, beyond, digits) : value(unit, number, digits);
  const misses = verdict === "warning" || verdict === "critical";
  let digits = 3;
  // What misses its target is never shown as the target.
  while (misses && digits < 9 && trimmed(shown(digits)) === trimmed(value(unit, target))) ++digits;
  return shown(digits);
}

/** One number of the service with its target, its verdict and its past. A button: it picks what a chart shows. */
class Tile {
  #label = element("span", { class: "label" });
  #verdict = new Verdict();
  #number = element("strong");
  #unit = element("span");
  #goal = element("span", { class: "goal" });
  #count = element("span", { class: "count" });
  #line = new Sparkline();
  #button = element("button", { type: "button" }, element("span", { class: "first" }, this.#label, this.#verdict.node),
    element("span", { class: "value" }, element("span", {}, this.#number, this.#unit), this.#line.node),
    element("span", { class: "last" }, this.#goal, this.#count));
  node = element("li", {}, this.#button);

  constructor(picked) {
    this.#button.addEventListener("click", picked);
  }

  update(tile, timeline, isPicked) {
    setText(this.#label, tile.label);
    const [number, unit = ""] = shownValue(tile).split(/(?<=\d)(?=\u00a0)/);
    setText(this.#number, number);
    setText(this.#unit, unit);
    setText(this.#goal, goal(tile));
    setText(this.#count, tile.count === null || tile.count === undefined ? "" : `of ${count(tile.count)}`);
    setAttribute(this.node, "data-verdict", tile.verdict);
    setAttribute(this.#button, "aria-pressed", isPicked);
    this.#verdict.update(tile.verdict, isOfTooFew(tile) ? "too few" : undefined);
    this.#line.update(tile.values, timeline, tile.target);
  }
}

export class Tiles {
  #section;
  #tiles = new Map();
  #picked;

  /** picked(name): someone asks for the chart of a tile. */
  constructor(section, picked) {
    this.#section = section;
    this.#picked = picked;
  }

  update(tiles, timeline, isShown) {
    this.#section.hidden = tiles.length === 0;
    const kept = new Map();
    for (const data of tiles) {
      const tile = this.#tiles.get(data.name) ?? new Tile(() => this.#picked(data.name));
      tile.update(data, timeline, isShown(data.name));
      kept.set(data.name, tile);
    }
    this.#tiles = kept;
    setChildren(this.#section.querySelector("ul"), [...kept.values()].map(({ node }) => node));
  }
}

/** A tile in a sentence: p95 312 ms (≤ 150 ms). */
export function sentence(tile) {
  const now = shownValue(tile);
  return `${tile.label} ${now === nothing ? "unknown" : now}${tile.target === null ? "" : ` (${goal(tile)})`}`;
}
