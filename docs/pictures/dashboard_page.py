"""A dashboard that `vitals dashboards` has written, as a page of HTML: what its panels ask a Prometheus, drawn in the dashboard's
own grid, units and thresholds. For pictures where there is no Grafana, whose looks it only hints at. Python's standard library only."""
import html
import math
import urllib.parse
import urllib.request
import json

MINUTES = 5  # how far back
STEP = 5
COLUMN, ROW, GAP = 52, 34, 6  # of the dashboard's grid, in pixels
PALETTE = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0", "#508642", "#cca300"]
COLOURS = {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c", "yellow": "#fade2a", "blue": "#5794f2", "text": "#ccccdc"}
VARIABLES = {"$__rate_interval": "60s", "$__interval": f"{STEP}s", "$__range": f"{MINUTES}m", "$job": ".+", "$instance": ".+",
             "$method": ".+", "$endpoint": ".+"}

STYLE = """body { margin: 0; padding: 12px; background: #111217; color: #ccccdc; font: 12px Inter, "DejaVu Sans", sans-serif; }
h1 { font-size: 18px; font-weight: 500; margin: 0 0 8px; } main { position: relative; }
section { position: absolute; box-sizing: border-box; background: #181b1f; border: 1px solid #26282e; overflow: hidden; padding: 4px 8px; }
section.row { background: none; border: none; font-size: 14px; padding: 8px 0 0; } h2 { font-size: 12px; font-weight: 500; margin: 0 0 2px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 2px 6px; border-bottom: 1px solid #26282e; white-space: nowrap; }
th { font-weight: 500; color: #8e8ea0; } .stat { font-size: 26px; font-weight: 600; text-align: center; } .none { color: #8e8ea0; text-align: center; }
.legend { white-space: nowrap; overflow: hidden; } .legend b { display: inline-block; width: 12px; height: 3px; margin: 3px 4px 3px 8px; }
text { fill: #8e8ea0; font-size: 10px; }"""

SCALES = {"s": [(1, "s"), (1e-3, "ms"), (1e-6, "µs")], "bytes": [(2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")],
          "decbytes": [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]}
SUFFIXES = {"reqps": " req/s", "ops": " ops/s", "cps": " c/s", "Bps": " B/s", "cores": " cores"}


def shown(value, unit):
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "percent":
        return f"{value:.3g} %"
    for factor, suffix in SCALES.get(unit, []):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {suffix}"
    if unit in SCALES:
        return f"{value:.3g} {SCALES[unit][-1][1]}"
    return (f"{value:.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}") + SUFFIXES.get(unit, "")


class Source:
    def __init__(self, prometheus, end):
        self.prometheus, self.end = prometheus, end

    def ask(self, what, **parameters):
        with urllib.request.urlopen(f"{self.prometheus}/api/v1/{what}?" + urllib.parse.urlencode(parameters), timeout=30) as answer:
            return json.load(answer)["data"]["result"]

    def series(self, target):
        """[(labels, [(time, value)])]"""
        expression = target["expr"]
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        if target["instant"]:
            found = [(one["metric"], [one["value"]]) for one in self.ask("query", query=expression, time=self.end)]
        else:
            found = [(one["metric"], one["values"])
                     for one in self.ask("query_range", query=expression, start=self.end - 60 * MINUTES, end=self.end, step=STEP)]
        return [(labels, [(float(time), float(value)) for time, value in values]) for labels, values in found]


def legend(target, labels):
    text = target.get("legendFormat", "")
    for name, value in labels.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def colour_of(value, steps):
    reached = [step["color"] for step in steps if step["value"] is None or value >= step["value"]]
    return COLOURS.get(reached[-1], reached[-1]) if reached else COLOURS["text"]


class Panel:
    def __init__(self, panel, source):
        self.panel, self.source = panel, source
        self.defaults = panel.get("fieldConfig", {}).get("defaults", {})
        self.unit = self.defaults.get("unit", "short")
        self.steps = self.defaults.get("thresholds", {}).get("steps", [])
        grid = panel["gridPos"]
        self.width, self.height = grid["w"] * COLUMN - GAP, grid["h"] * ROW - GAP

    def none(self):
        return f'<p class="none">{html.escape(self.defaults.get("noValue", "No data"))}</p>'

    def all_series(self):
        return [(target, labels, values) for target in self.panel["targets"] for labels, values in self.source.series(target)]

    def stat(self):
        series = self.all_series()
        if not series:
            return self.none()
        values = series[0][2]
        colour = colour_of(values[-1][1], self.steps)
        height = max(20, self.height - 70)
        return (f'<div class="stat" style="color:{colour}">{html.escape(shown(values[-1][1], self.unit))}</div>'
                f'<svg width="{self.width - 16}" height="{height}">{self.line(values, self.top([values]), self.width - 16, height, colour)}</svg>')

    def line(self, values, top, width, height, colour, left=0):
        parts, last = [], None
        for time, value in values:
            if math.isfinite(value):
                x = left + (width - left) * (1 - (self.source.end - time) / (60 * MINUTES))
                joined = last is not None and time - last <= 2 * STEP
                parts.append(f'{"L" if joined else "M"}{x:.1f} {height - height * max(0, value) / top:.1f}')
                last = time
        return f'<path d="{" ".join(parts)}" fill="none" stroke="{colour}" stroke-width="1.3"/>'

    def top(self, curves):
        most = max((value for values in curves for _, value in values if math.isfinite(value)), default=0)
        limits = [step["value"] for step in self.steps if step["value"] is not None and step["value"] < 4 * most]
        return 1.1 * max([most, *limits]) or 1

    def timeseries(self):
        series = self.all_series()
        if not series:
            return self.none()
        width, height, left = self.width - 18, self.height - 58, 48
        top = self.top([values for _, _, values in series])
        svg = [f'<text x="0" y="{height - height * part + (10 if part else -2):.0f}">{html.escape(shown(top * part, self.unit))}</text>'
               f'<line x1="{left}" x2="{width}" y1="{height - height * part:.1f}" y2="{height - height * part:.1f}" stroke="#26282e"/>'
               for part in (0, 0.5, 1)]
        if "thresholdsStyle" in self.defaults.get("custom", {}):
            svg += [f'<line x1="{left}" x2="{width}" y1="{height - height * step["value"] / top:.1f}" y2="{height - height * step["value"] / top:.1f}" '
                    f'stroke="{COLOURS.get(step["color"], step["color"])}" stroke-dasharray="6 4"/>' for step in self.steps if step["value"] is not None]
        names = []
        for at, (target, labels, values) in enumerate(series):
            colour = PALETTE[at % len(PALETTE)]
            svg.append(self.line(values, top, width, height, colour, left))
            names.append(f'<b style="background:{colour}"></b>{html.escape(legend(target, labels))}')
        return f'<svg width="{width}" height="{height}">{"".join(svg)}</svg><div class="legend">{"".join(names)}</div>'

    def heatmap(self):
        rows = sorted(((float(labels["le"]), dict(values)) for _, labels, values in self.all_series()), key=lambda row: row[0])
        if not rows:
            return self.none()
        width, height, left = self.width - 18, self.height - 34, 48
        times = sorted({time for _, values in rows for time in values})
        cells = {(time, at): values.get(time, 0) - (rows[at - 1][1].get(time, 0) if at else 0)
                 for at, (_, values) in enumerate(rows) for time in times}
        most = max(cells.values()) or 1
        tall, wide = height / len(rows), (width - left) * STEP / (60 * MINUTES)
        svg = [f'<text x="0" y="{height - at * tall - 1:.0f}">{html.escape(shown(bound, self.unit))}</text>'
               for at, (bound, _) in enumerate(rows) if at % 3 == 0]
        for (time, at), count in cells.items():
            if count > 0:
                x = left + (width - left) * (1 - (self.source.end - time) / (60 * MINUTES))
                svg.append(f'<rect x="{x - wide:.1f}" y="{height - (at + 1) * tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
                           f'fill="#ff9830" fill-opacity="{math.sqrt(count / most):.2f}"/>')
        return f'<svg width="{width}" height="{height}">{"".join(svg)}</svg>'

    def table(self):
        organize = next((change["options"] for change in self.panel.get("transformations", []) if change["id"] == "organize"), {})
        names, order = organize.get("renameByName", {}), organize.get("indexByName", {})
        several = len(self.panel["targets"]) > 1
        rows = {}
        for target, labels, values in self.all_series():
            row = rows.setdefault(tuple(sorted(labels.items())), dict(labels))
            row[f"Value #{target['refId']}" if several else "Value"] = values[-1][1]
        if not rows:
            return self.none()
        columns = [column for column in sorted(names, key=lambda name: order.get(name, 99)) if any(column in row for row in rows.values())]
        units = {override["matcher"]["options"]: {each["id"]: each["value"] for each in override["properties"]}
                 for override in self.panel["fieldConfig"]["overrides"]}
        head = "".join(f"<th>{html.escape(names[column])}</th>" for column in columns)
        body = "".join("<tr>" + "".join(self.cell(row.get(column), units.get(names[column], units.get(column, {}))) for column in columns) + "</tr>"
                       for row in list(rows.values())[:12])
        return f"<table><tr>{head}</tr>{body}</table>"

    def cell(self, value, own):
        if not isinstance(value, float):
            return f"<td>{html.escape(value or '')}</td>"
        steps = own.get("thresholds", {}).get("steps", [])
        return f'<td style="color:{colour_of(value, steps)}">{html.escape(shown(value, own.get("unit", self.unit)))}</td>'

    def drawn(self):
        grid = self.panel["gridPos"]
        place = f'left:{grid["x"] * COLUMN}px;top:{grid["y"] * ROW}px;width:{self.width}px;height:{self.height}px'
        title = html.escape(self.panel["title"])
        if self.panel["type"] == "row":
            return f'<section class="row" style="{place}">{title}</section>'
        return f'<section style="{place}"><h2>{title}</h2>{getattr(self, self.panel["type"])()}</section>'


def page(dashboard, prometheus, end):
    """HTML, and its height in pixels."""
    source = Source(prometheus, end)
    drawn = "".join(Panel(panel, source).drawn() for panel in dashboard["panels"])
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"]) * ROW + 60
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><h1>{html.escape(dashboard["title"])}</h1><main>{drawn}</main>', height
