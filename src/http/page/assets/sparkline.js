import { drawing, setAttribute } from "./elements.js";

const width = 100;
const height = 24;
const round = (number) => Math.round(10 * number) / 10;

function largest(values) {
  return values.reduce((most, value) => Math.max(most, value ?? 0), 0);
}

/** The path through values that are there; each that has no neighbour is a short dash. */
function pathOf(values, places, top) {
  let path = "";
  let pen = "M";
  values.forEach((value, at) => {
    if (value === null) return void (pen = "M");
    path += `${pen}${round(places[at] * width)} ${round(height - 1 - (value / top) * (height - 2))}`;
    if (pen === "M" && (values[at + 1] ?? null) === null) path += "h1";
    pen = "L";
  });
  return path;
}

/** A series as a line from 0 to its largest value. What it shows stands beside it as text. */
export class Sparkline {
  #line = drawing("path");
  #target = drawing("path", { class: "target" });
  #restart = drawing("path", { class: "restart" });
  node = drawing("svg", { class: "sparkline", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    this.#line);

  update(values, timeline, target = null) {
    const known = timeline.known(values);
    const most = largest(known);
    const top = (target !== null && target < 4 * most ? Math.max(most, target) : most) || 1;
    setAttribute(this.#line, "d", pathOf(known, timeline.places, top));
    const targetHeight = round(height - 1 - (target / top) * (height - 2));
    this.#mark(this.#target, target !== null && target <= top, `M0 ${targetHeight}H${width}`);
    this.#mark(this.#restart, timeline.restart !== null, `M${round(timeline.restartPlace * width)} 0V${height}`);
  }

  #mark(path, isShown, d) {
    if (!isShown) return path.remove();
    setAttribute(path, "d", d);
    if (!path.parentNode) this.node.append(path);
  }
}
