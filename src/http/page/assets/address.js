/** What a link to the page says after its #: range=3600&metric=jobs_total&routes.sort=-p95&routes.filter=clients */
export class Address {
  #said = new URLSearchParams(location.hash.slice(1));

  /** Calls back when someone follows a link or goes back. */
  constructor(changed) {
    addEventListener("hashchange", () => {
      this.#said = new URLSearchParams(location.hash.slice(1));
      changed();
    });
  }

  get(name) {
    return this.#said.get(name) ?? "";
  }

  set(name, value) {
    if (this.get(name) === value) return;
    history.replaceState(null, "", this.link({ [name]: value }));
    this.#said = new URLSearchParams(location.hash.slice(1));
  }

  /** To the page as it is, but for these. "" takes one out. */
  link(changes) {
    const said = new URLSearchParams(this.#said);
    for (const [name, value] of Object.entries(changes)) value ? said.set(name, value) : said.delete(name);
    return `#${said}`;
  }
}
