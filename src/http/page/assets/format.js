// Numbers as people read them: three significant digits and a unit.

const unitSpace = "\u00a0";
const groupSpace = "\u202f";
export const nothing = "–";

const timeScale = [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"]];
const byteScale = ["B", "KiB", "MiB", "GiB", "TiB"].map((unit, at) => [1024 ** at, unit]);
const plainScale = ["", "k", "M", "G", "T"].map((unit, at) => [1000 ** at, unit]);
const clockScale = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function grouped(digits) {
  return digits.replace(/\d(?=(\d{3})+(\.|$))/g, (digit, _, __, at) => digits.slice(0, at).includes(".") ? digit : digit + groupSpace);
}

function significant(value, digits = 3) {
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(rounded)));
  if (exponent < -6 || exponent > 15) return value.toExponential(digits - 1).replace("-", "−");
  return grouped(rounded.toFixed(Math.max(0, digits - 1 - exponent))).replace("-", "−");
}

function scaled(value, scale, digits = 3) {
  if (value === 0) return withUnit("0", scale.find(([factor]) => factor === 1)[1]);
  const size = Math.abs(Number(value.toPrecision(3)));
  const [factor, unit] = scale.findLast(([least]) => size >= least) ?? scale[0];
  return withUnit(significant(value / factor, digits), unit);
}

function withUnit(digits, unit) {
  return unit ? digits + unitSpace + unit : digits;
}

/** A whole number, to the last digit: 12 345. */
export function count(value) {
  return value === null ? nothing : grouped(String(Math.round(value)));
}

export function percent(ratio, digits = 3) {
  if (ratio === null) return nothing;
  let text = significant(100 * ratio, digits);
  // What isn't all is never said to be: 99.95 %, not 100 %.
  while (ratio < 1 && text.startsWith("100") && digits < 9) text = significant(100 * ratio, ++digits);
  return withUnit(text, "%");
}

export function seconds(value, digits) {
  return value === null ? nothing : scaled(value, timeScale, digits);
}

/** A percentile, which is a least where its rank is in the last bucket: > 10 s. */
export function percentile(value, isBeyond, digits) {
  return value !== null && isBeyond ? ">" + unitSpace + trimmed(seconds(value)) : seconds(value, digits);
}

/** How long something lasts, by the two largest of its units: 2 d 3 h. */
export function duration(value) {
  if (value === null) return nothing;
  let left = Math.max(0, Math.round(value));
  const first = clockScale.findIndex(([size]) => left >= size);
  if (first < 0) return withUnit("0", "s");
  return clockScale.slice(first, first + 2).map(([size, unit]) => {
    const amount = Math.floor(left / size);
    left -= amount * size;
    return amount ? withUnit(String(amount), unit) : "";
  }).filter(Boolean).join(" ");
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** A time in the reader's zone, with its day if it is not within 12 hours before now. Both in seconds since 1970. */
export function time(at, now) {
  if (at === null) return nothing;
  return (now - at < 43200 ? clock : dayAndClock).format(1000 * at);
}

/** A value of a unit of the service's: "s", "1/s", "ratio", "B", "B/s", "cores" or any other word. */
export function value(unit, number, digits) {
  if (number === null) return nothing;
  switch (unit) {
    case "s": return Math.abs(number) < 1e5 ? seconds(number, digits) : duration(number);
    case "ratio": return percent(number, digits);
    case "B": return scaled(number, byteScale, digits);
    case "B/s": return scaled(number, byteScale, digits) + "/s";
    case "1/s": return scaled(number, plainScale, digits) + unitSpace + "/s";
    default: return withUnit(Number.isInteger(number) && Math.abs(number) < 1e4 ? count(number) : scaled(number, plainScale, digits), unit);
  }
}

/** Without zeros that say nothing, for what someone has declared: 2 s, not 2.00 s. */
export function trimmed(text) {
  return text.replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");
}

const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text that others chose, cut to what fits, without what would change how the text around it reads. */
export function clip(text, most = 160) {
  const cut = text.length > most ? text.slice(0, most) + "…" : text;
  return cut.replace(unprintable, "\ufffd");
}
