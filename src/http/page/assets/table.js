import { element, setAttribute, setChildren, setText } from "./elements.js";

/**
 * A column of a table.
 * @typedef {object} Column
 * @property {string} name of the column in links
 * @property {string} title
 * @property {(row, context) => string} [text] of a cell
 * @property {() => {node: Element, update(row, context, at): void}} [make] what a cell has instead of a text; at: the row's place
 * @property {(row) => number | string | null} [order] what rows are sorted by; null is last, either way
 * @property {boolean} [isHead] whether the cell names its row
 * @property {boolean} [isNumber]
 * @property {string} [kind] a class of its cells
 * @property {boolean} [isMinor] not shown where there is little room
 */

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A row's cells, of which only those are touched that change. */
class Row {
  node = element("tr");
  #cells;

  constructor(columns) {
    this.#cells = columns.map((column) => {
      const cell = element(column.isHead ? "th" : "td", column.isHead ? { scope: "row" } : {});
      cell.className = classesOf(column);
      const content = column.make?.();
      if (content) cell.append(content.node);
      this.node.append(cell);
      return { column, cell, content };
    });
  }

  update(row, context, at) {
    for (const { column, cell, content } of this.#cells) {
      if (content) content.update(row, context, at);
      else setText(cell, column.text(row, context));
    }
  }
}

function classesOf(column) {
  return [column.isNumber && "number", column.isMinor && "minor", column.kind].filter(Boolean).join(" ");
}

/** A table that sorts and filters, updated in place. Its section is hidden while there are no rows. */
export class Table {
  #section;
  #id;
  #options;
  #table = element("table");
  #scroll = element("div", { class: "scroll" }, this.#table);
  #head = element("tr");
  #body = element("tbody");
  #filter = element("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  #shownCount = element("output");
  #more = element("button", { type: "button", class: "more", hidden: "" });
  #isWhole = false;
  #columns = [];
  #rows = new Map();
  #data = [];
  #context = null;

  /**
   * @param {HTMLElement} section whose id names the table in links
   * @param {object} options
   * @param {string} [options.caption] else the section's heading
   * @param {(rows) => Column[]} options.columns
   * @param {(row) => string} options.key unlike that of any other row
   * @param {string} [options.filter] what the field for a filter is called; without it there is none
   * @param {(row) => string} [options.words] what a filter is looked for in; else the key
   * @param {(rows) => string} [options.sort] the column's name, after a "-" if the largest is first
   * @param {(a, b) => number} [options.tie] the order of rows that are equal to that column
   * @param {number} [options.limit] of rows, until all are asked for
   * @param {(shown) => void} [options.drawn] called after each update with the rows that are shown
   * @param {Address} address
   */
  constructor(section, options, address) {
    this.#section = section;
    this.#id = section.id;
    this.#options = { limit: 50, words: options.key, sort: () => "", tie: () => 0, drawn: () => {}, ...options, address };
    const caption = options.caption ?? section.firstElementChild.textContent;
    this.#table.append(element("caption", { class: "unseen" }, caption), element("thead", {}, this.#head), this.#body);
    setAttribute(this.#scroll, "aria-label", caption);
    setAttribute(this.#scroll, "role", "group");
    if (options.filter) section.append(this.#filterLine());
    section.append(this.#scroll, this.#more);
    this.#more.addEventListener("click", () => {
      this.#isWhole = true;
      this.draw();
    });
  }

  #filterLine() {
    const { filter, address } = this.#options;
    setAttribute(this.#filter, "aria-label", filter);
    setAttribute(this.#filter, "placeholder", filter);
    this.#filter.value = address.get(`${this.#id}.filter`);
    this.#filter.addEventListener("input", () => {
      address.set(`${this.#id}.filter`, this.#filter.value);
      this.draw();
    });
    return element("p", { class: "filter" }, this.#filter, this.#shownCount);
  }

  /** Shows these rows. The context is what the columns' text() and update() get. */
  update(rows, context) {
    this.#data = rows;
    this.#context = context;
    this.draw();
  }

  /** Shows the same rows as the address now says. */
  draw() {
    const { address, limit, drawn } = this.#options;
    this.#section.hidden = this.#data.length === 0;
    this.#useColumns(this.#options.columns(this.#data));
    const filter = address.get(`${this.#id}.filter`);
    if (document.activeElement !== this.#filter) this.#filter.value = filter;
    const found = this.#sorted(this.#filtered(filter.toLowerCase()));
    const shown = this.#isWhole ? found : found.slice(0, limit);
    setText(this.#shownCount, found.length < this.#data.length ? `${found.length} of ${this.#data.length}` : `${found.length}`);
    this.#more.hidden = shown.length === found.length;
    setText(this.#more, `Show all ${found.length}`);
    this.#place(shown);
    drawn(shown);
  }

  #filtered(words) {
    return words ? this.#data.filter((row) => this.#options.words(row).toLowerCase().includes(words)) : [...this.#data];
  }

  get #sort() {
    const sort = this.#options.address.get(`${this.#id}.sort`) || this.#options.sort(this.#data);
    const column = this.#columns.find(({ name, order }) => order && name === sort.replace(/^-/, ""));
    return { column, isDescending: sort.startsWith("-") };
  }

  #sorted(rows) {
    const { column, isDescending } = this.#sort;
    this.#showSort(column, isDescending);
    if (!column) return rows;
    return rows.sort((a, b) => {
      const [first, second] = [column.order(a), column.order(b)];
      if (first === null || second === null) return (first === null) - (second === null) || this.#options.tie(a, b);
      return (isDescending ? compare(second, first) : compare(first, second)) || this.#options.tie(a, b);
    });
  }

  #showSort(column, isDescending) {
    this.#columns.forEach(({ order }, at) => {
      if (!order) return;
      const sort = this.#columns[at] !== column ? "none" : isDescending ? "descending" : "ascending";
      setAttribute(this.#head.children[at], "aria-sort", sort);
    });
  }

  #sortBy(column) {
    const now = this.#sort;
    const isDescending = now.column === column ? !now.isDescending : Boolean(column.isNumber);
    this.#options.address.set(`${this.#id}.sort`, (isDescending ? "-" : "") + column.name);
    this.draw();
  }

  #useColumns(columns) {
    const names = (list) => list.map(({ name }) => name).join();
    if (names(columns) === names(this.#columns)) return;
    this.#columns = columns;
    this.#rows.clear();
    setChildren(this.#head, columns.map((column) => this.#headOf(column)));
    // Where nothing in it takes the focus, it does, so that keys scroll it.
    if (!columns.some(({ order }) => order)) setAttribute(this.#scroll, "tabindex", "0");
  }

  #headOf(column) {
    const cell = element("th", { scope: "col", class: classesOf(column) });
    if (!column.order) {
      cell.append(column.title);
      return cell;
    }
    const button = element("button", { type: "button" }, column.title);
    button.addEventListener("click", () => this.#sortBy(column));
    cell.append(button);
    return cell;
  }

  #place(shown) {
    const kept = new Map();
    shown.forEach((data, at) => {
      const key = this.#options.key(data);
      const row = this.#rows.get(key) ?? new Row(this.#columns);
      row.update(data, this.#context, at);
      kept.set(key, row);
    });
    this.#rows = kept;
    setChildren(this.#body, [...kept.values()].map((row) => row.node));
  }
}
