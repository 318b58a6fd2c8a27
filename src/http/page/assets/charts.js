import { setChildren } from "./elements.js";
import { Plot } from "./plot.js";

const mostCharts = 3;

/** What one chart shows together; each other tile has a chart of its own. */
const latency = { title: "Latency", tiles: ["p50", "p95", "p99"] };
/** Shown first, unless another is asked for. */
const usual = ["latency", "requests", "errors"];

function nameOf(tile) {
  return latency.tiles.includes(tile) ? "latency" : tile;
}

/** The charts above the tables: latency, requests, and what was picked among the tiles. */
export class Charts {
  #section;
  #address;
  #plots = new Map();

  constructor(section, address) {
    this.#section = section;
    this.#address = address;
  }

  pick(tile) {
    this.#address.set("chart", nameOf(tile) === "latency" || this.#address.get("chart") === tile ? "" : tile);
  }

  shows(tile) {
    return this.#plots.has(nameOf(tile));
  }

  update(tiles, timeline, now) {
    const groups = new Map();
    for (const tile of tiles) groups.set(nameOf(tile.name), [...(groups.get(nameOf(tile.name)) ?? []), tile]);
    const shown = this.#chosen([...groups.keys()]);
    const kept = new Map(shown.map((name) => [name, this.#plots.get(name) ?? new Plot(this.#address)]));
    for (const [name, plot] of this.#plots) if (!kept.has(name)) plot.end();
    this.#plots = kept;
    this.#section.hidden = shown.length === 0;
    setChildren(this.#section, [this.#section.firstElementChild, ...[...kept.values()].map(({ node }) => node)]);
    for (const [name, plot] of kept) plot.update(shownOf(name, groups.get(name), now), timeline);
  }

  #chosen(names) {
    const picked = this.#address.get("chart");
    const wanted = [...usual.slice(0, 2), ...(picked ? [picked] : []), ...usual, ...names];
    return [...new Set(wanted)].filter((name) => names.includes(name)).slice(0, mostCharts);
  }
}

function shownOf(name, tiles, now) {
  return {
    title: name === "latency" ? latency.title : tiles[0].label,
    unit: tiles[0].unit,
    now,
    lines: tiles.map(({ label, values, target }) => ({ name: label, values, target })),
  };
}
