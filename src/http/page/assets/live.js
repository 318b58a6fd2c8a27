// The live page: reads what the service says of itself, again and again, and shows it.

import { Address } from "./address.js";
import { Charts } from "./charts.js";
import { byId, element, setAttribute, setText } from "./elements.js";
import { Explorer } from "./explorer.js";
import { clip, count, duration, time } from "./format.js";
import { Headline } from "./headline.js";
import { levels } from "./levels.js";
import { Poller } from "./poller.js";
import { Table } from "./table.js";
import { tables } from "./tables.js";
import { Tiles } from "./tiles.js";
import { Timeline } from "./timeline.js";

const ranges = [[300, "5 m"], [3600, "1 h"], [86400, "24 h"], [2592000, "30 d"]];

let data = null;
let metric = null;
let hasRestarted = false;  // since this page was opened
let readAt = 0;  // by performance.now()
let silence = null;  // why there is no answer, and when the next try is

const address = new Address(() => {
  showRanges();
  poller.now();
});
const headline = new Headline();
const charts = new Charts(byId("charts"), address);
const tiles = new Tiles(byId("tiles"), (name) => {
  charts.pick(name);
  show();
});
const shownTables = Object.entries({ ...tables, levels }).map(([id, options]) => [id, new Table(byId(id), options, address)]);
const explorer = new Explorer(address);
const poller = new Poller(poll, failed);

function range() {
  const wanted = Number(address.get("range"));
  return ranges.some(([of]) => of === wanted) ? wanted : ranges[0][0];
}

async function read(path, signal) {
  const answer = await fetch(path, { signal, cache: "no-store", headers: { Accept: "application/json" } });
  const isFaulty = answer.status === 400 || answer.status === 404;
  if (!answer.ok && !(isFaulty && path.startsWith("metric"))) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

async function poll(signal) {
  const answer = await read(`data?range=${range()}`, signal);
  const name = explorer.wanted;
  metric = name ? await read(`metric?name=${encodeURIComponent(name)}&range=${range()}`, signal) : null;
  hasRestarted ||= data?.history_since > 0 && answer.history_since > data.history_since;
  data = answer;
  readAt = performance.now();
  silence = null;
  show();
  return data.interval_seconds;
}

function failed(error, wait) {
  silence = { why: error.message, nextAt: performance.now() + 1000 * wait };
  document.title = `No answer – ${location.host}`;
  showAge();
}

function show() {
  const now = data.now;
  const timeline = new Timeline(data.slots, data.started);
  showRanges();
  setText(byId("process"), [data.version, data.started === null ? "" : `up ${duration(now - data.started)}`].filter(Boolean).join(" · "));
  setText(byId("coverage"), coverage());
  headline.update(data);
  charts.update(data.tiles, timeline, now);
  tiles.update(data.tiles, timeline, (name) => charts.shows(name));
  for (const [id, table] of shownTables) table.update((id === "levels" ? data.levels?.objectives : data[id]) ?? [], { timeline, now });
  explorer.list(data.metrics);
  if (metric) explorer.show(metric, data);
  showLinks();
  showAge();
}

/** To the endpoint's other pages: where it has none, this one is mounted on another server. */
function showLinks() {
  const links = byId("links");
  links.hidden = !data.links?.length;
  if (links.hidden || links.childElementCount > 0) return;
  links.append(...data.links.map((link) => {
    const { origin, pathname } = new URL(link, location.href);
    return element("a", { href: link }, origin === location.origin ? pathname : link);
  }));
}

/** What numbers and lines are of, where that is not what was asked for. */
function coverage() {
  const { covered_seconds: covered, range_seconds: asked, slots, history_since: since, left_out: leftOut, now } = data;
  const began = data.started ?? since;
  const gaps = slots.filter(({ gap }) => gap).length;
  return [
    covered < 0.95 * asked && `History of ${duration(covered)} only, since ${time(since, now)}`,
    now - began < asked && `${hasRestarted ? "Restarted" : "Started"} at ${time(began, now)}`,
    gaps && `Samples are missing in ${count(gaps)} of ${count(slots.length)} slots`,
    leftOut && `${count(leftOut)} series have no history, for lack of room`,
    data.built_in_targets && "Judged by built-in targets: EndpointOptions::levels declares the service's own",
  ].filter(Boolean).join(". ");
}

function showRanges() {
  const links = byId("ranges").children;
  ranges.forEach(([seconds], at) => {
    setAttribute(links[at], "href", address.link({ range: String(seconds) }));
    if (seconds === range()) links[at].setAttribute("aria-current", "true");
    else links[at].removeAttribute("aria-current");
  });
}

function showAge() {
  const age = data ? (performance.now() - readAt) / 1000 : 0;
  setText(byId("age"), data ? `${poller.isPaused ? "paused, " : ""}as of ${age < 1.5 ? "now" : `${duration(age)} ago`}` : "");
  byId("silence").hidden = !silence;
  document.documentElement.classList.toggle("stale", Boolean(silence));
  if (!silence) return;
  const since = data ? `since ${time(data.now, data.now)} (${duration(age)})` : "yet";
  const next = poller.isPaused ? "" : ` Next try in ${duration((silence.nextAt - performance.now()) / 1000)}.`;
  setText(byId("silence"), `No answer ${since}: ${clip(silence.why)}.${next}`);
  headline.announce("No answer from the service");
}

function tick() {
  if (!document.hidden) showAge();
  setTimeout(tick, 1000);
}

function togglePause() {
  poller.pause(!poller.isPaused);
  setAttribute(byId("pause"), "aria-pressed", poller.isPaused);
  setText(byId("pause"), poller.isPaused ? "Go on" : "Pause");
  showAge();
}

setText(byId("host"), location.host);
byId("ranges").append(...ranges.map(([, title]) => element("a", { href: "#" }, title)));
byId("pause").addEventListener("click", togglePause);
showRanges();
poller.now();
tick();
