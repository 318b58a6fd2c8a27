"""The rules of grafana/dashboard-linter, and of how Grafana lays panels out: each gives a sentence for each fault."""
import re

from written import SELECTOR, is_record, panels, queries, table_labels

UNITS = {"s", "bytes", "Bps", "reqps", "ops", "percentunit", "short", "none"}
LIVE, SHOWN = "$__rate_interval", "$__range"
# Records and alerts are by job alone; `up` is where instances are chosen from.
WITHOUT_INSTANCE = {"ALERTS", "up"}


def variables(dashboard):
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


def of_the_dashboard(dashboard, job):
    if dashboard["editable"] is not False:
        yield "it can be edited, though a provisioned one can't be saved"
    if len(dashboard["uid"]) > 40 or not re.fullmatch(r"[\w-]+", dashboard["uid"]):
        yield f"uid {dashboard['uid']}: Grafana takes at most 40 letters, digits, - and _"
    source = variables(dashboard).get("datasource", {})
    if (source.get("type"), source.get("query"), source.get("label")) != ("datasource", "prometheus", "Data source"):
        yield "no variable datasource"
    for name in ["instance"] if job else ["job", "instance"]:
        if name not in variables(dashboard):
            yield f"no variable {name}"
    for name, variable in variables(dashboard).items():
        if variable["type"] != "query":
            continue
        if variable["datasource"]["uid"] != "${datasource}":
            yield f"variable {name}: another datasource"
        if not (variable["multi"] and variable["includeAll"] and variable["allValue"] == ".+"):
            yield f"variable {name}: not several, or not all as .+"
        if variable["refresh"] != 2:
            yield f"variable {name}: not read anew when the time changes"
        if not re.fullmatch(r"label_values\(.+, \w+\)", variable["query"]):
            yield f"variable {name}: {variable['query']}"


def of_the_layout(dashboard):
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(set(ids)) != len(ids):
        yield "two panels have one id"
    titles = [panel["title"] for panel in panels(dashboard)]
    if len(set(titles)) != len(titles):
        yield f"titles that two panels have: {sorted(title for title in set(titles) if titles.count(title) > 1)}"
    taken = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        if place["x"] < 0 or place["x"] + place["w"] > 24:
            yield f"{panel['title']}: wider than the grid"
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        if cells & taken:
            yield f"{panel['title']}: over another panel"
        taken |= cells


def of_a_panel(panel):
    if not panel["title"] or len(panel.get("description", "")) < 10:
        yield "no title or description"
    if panel["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
        yield "another datasource"
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield f"unit {panel['fieldConfig']['defaults'].get('unit')}"
    for override in panel["fieldConfig"]["overrides"]:
        if any(change["id"] == "unit" and change["value"] not in UNITS for change in override["properties"]):
            yield f"unit of {override['matcher']['options']}"
    if not panel["targets"]:
        yield "no query"
    refs = [target["refId"] for target in panel["targets"]]
    if len(set(refs)) != len(refs):
        yield "two queries have one refId"
    steps = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
    if steps[0] is not None or steps[1:] != sorted(set(steps[1:])):
        yield "thresholds that don't rise"
    if panel["type"] == "table":
        yield from of_a_table(panel)


def of_a_table(panel):
    titles = [title for change in panel["transformations"] if change["id"] == "organize"
              for title in change["options"]["renameByName"].values()]
    if len(titles) != len(panel["targets"]) + len(table_labels(panel)) or len(set(titles)) != len(titles):
        yield "columns without a title of their own"
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"]["options"] not in titles:
            yield f"it has no column {override['matcher']['options']}"


def of_a_query(target, job, name):
    expression = target["expr"]
    if target["datasource"]["uid"] != "${datasource}":
        yield "another datasource"
    own = f'job="{job}"' if job else 'job=~"$job"'
    if not SELECTOR.search(expression):
        yield "it is of no metric"
    for metric, conditions in SELECTOR.findall(expression):
        if own not in conditions.split(","):
            yield f"{metric} of any job"
        if not is_record(metric) and metric not in WITHOUT_INSTANCE and 'instance=~"$instance"' not in conditions:
            yield f"{metric} of any instance"
        if name == "endpoints" and metric.startswith("http_") and not (
                'method=~"$method"' in conditions and 'endpoint=~"$endpoint"' in conditions):
            yield f"{metric} of any endpoint"
    bare = SELECTOR.sub(lambda found: "@" + found.group(1) + "@", expression)
    for found in re.finditer(r"@(\w+_(?:total|bucket|sum|count))@", bare):
        # That there are series, and not what they count, may be asked without.
        is_group = found.group(1).endswith("_count") and re.search(r"group by \([^)]*\) \($", bare[:found.start()])
        if not is_group and not re.search(r"\b(?:rate|increase)\($", bare[:found.start()]):
            yield f"{found.group(1)} without a rate"
    for metric, window in re.findall(r"@([\w:]+)@\[([^\]]+)\]", bare):
        if not is_record(metric) and window != (SHOWN if name == "history" else LIVE):
            yield f"{metric} over {window}"


def faults(name, dashboard, job=""):
    """[sentence]"""
    found = [f"{name}: {fault}" for fault in (*of_the_dashboard(dashboard, job), *of_the_layout(dashboard))]
    for panel in panels(dashboard):
        found += [f"{name}: {panel['title']}: {fault}" for fault in of_a_panel(panel)]
    for panel, target in queries(dashboard):
        found += [f"{name}: {panel['title']} {target['refId']}: {fault}" for fault in of_a_query(target, job, name)]
    return found
