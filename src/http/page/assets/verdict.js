import { drawing, element, setAttribute, setText } from "./elements.js";

const kinds = {
  ok: { word: "ok", icon: "M2 6.5 5 9.5 10.5 3" },
  warning: { word: "missed", icon: "M6 1.5 11 10.5 H1 Z M6 5 V7.5 M6 8.8 V9" },
  critical: { word: "critical", icon: "M2 2 10 10 M10 2 2 10" },
  unknown: { word: "no data", icon: "M2 6 H10" },
  none: { word: "", icon: "" },
};
const order = ["none", "ok", "unknown", "warning", "critical"];

export function worst(verdicts) {
  return verdicts.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), "none");
}

/** What a value is judged to be: by an icon and by a text, and by colour for who sees it. */
export class Verdict {
  #path = drawing("path", { d: "" });
  #word = element("span");
  node = element("span", { class: "verdict" },
    drawing("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, this.#path), this.#word);

  update(kind, text = kinds[kind].word) {
    setAttribute(this.node, "data-verdict", kind);
    setAttribute(this.#path, "d", kinds[kind].icon);
    setText(this.#word, text);
  }
}
