"""What Grafana must find in a dashboard of its classic form, as a JSON schema: the essentials of what is read here."""

TEXT, NUMBER, WHOLE, YES_OR_NO = {"type": "string"}, {"type": "number"}, {"type": "integer"}, {"type": "boolean"}
SOME_TEXT = {"type": "string", "minLength": 1}


def one_of(*values):
    return {"enum": list(values)}


def list_of(what):
    return {"type": "array", "items": what}


def record(required, optional=None):
    """An object with these keys and no others."""
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": {**required, **(optional or {})}}


DATASOURCE = record({"type": SOME_TEXT, "uid": SOME_TEXT})
GRID = record({"x": WHOLE, "y": WHOLE, "w": {"type": "integer", "minimum": 1, "maximum": 24}, "h": {"type": "integer", "minimum": 1}})
THRESHOLDS = record({"mode": one_of("absolute", "percentage"),
                     "steps": list_of(record({"color": SOME_TEXT, "value": {"type": ["number", "null"]}}))})
COLOR = record({"mode": one_of("thresholds", "palette-classic", "fixed")}, {"fixedColor": SOME_TEXT})
DATA_LINK = record({"title": SOME_TEXT, "url": SOME_TEXT, "targetBlank": YES_OR_NO})
LINES_CUSTOM = record({"drawStyle": one_of("line", "bars", "points"), "lineWidth": NUMBER, "fillOpacity": NUMBER,
                       "showPoints": one_of("auto", "never", "always"), "spanNulls": {"type": ["boolean", "number"]},
                       "stacking": record({"mode": one_of("none", "normal", "percent"), "group": TEXT}),
                       "thresholdsStyle": record({"mode": one_of("off", "line", "dashed", "area", "line+area", "dashed+area")})})
OVERRIDE = record({"matcher": record({"id": one_of("byName", "byRegexp", "byType", "byFrameRefID"), "options": TEXT}),
                   "properties": {"type": "array", "minItems": 1, "items": record({"id": SOME_TEXT, "value": {}})}})


def field_config(custom=None):
    defaults = record({"unit": SOME_TEXT, "thresholds": THRESHOLDS},
                      {"color": COLOR, "min": NUMBER, "noValue": SOME_TEXT, "links": list_of(DATA_LINK),
                       **({"custom": custom} if custom else {})})
    if custom:
        defaults["required"] = [*defaults["required"], "custom"]
    return record({"defaults": defaults, "overrides": list_of(OVERRIDE)})


TARGET = record({"refId": {"type": "string", "pattern": "^[A-Z]+$"}, "datasource": DATASOURCE, "expr": SOME_TEXT,
                 "format": one_of("time_series", "table", "heatmap"), "instant": YES_OR_NO, "range": YES_OR_NO,
                 "editorMode": one_of("code", "builder")}, {"legendFormat": SOME_TEXT, "exemplar": YES_OR_NO})
TRANSFORMATION = record({"id": one_of("merge", "sortBy", "limit", "organize"), "options": {"type": "object"}})
LINES_OPTIONS = record({"legend": record({"showLegend": YES_OR_NO, "displayMode": one_of("list", "table", "hidden"),
                                          "placement": one_of("bottom", "right"), "calcs": list_of(TEXT)}),
                        "tooltip": record({"mode": one_of("single", "multi", "none"), "sort": one_of("none", "asc", "desc")})})
STAT_OPTIONS = record({"reduceOptions": record({"values": YES_OR_NO, "calcs": list_of(TEXT), "fields": TEXT}),
                       "orientation": one_of("auto", "horizontal", "vertical"),
                       "textMode": one_of("auto", "value", "value_and_name", "name", "none"), "wideLayout": YES_OR_NO,
                       "colorMode": one_of("value", "background", "background_solid", "none"), "graphMode": one_of("none", "line", "area"),
                       "justifyMode": one_of("auto", "center"), "showPercentChange": YES_OR_NO,
                       "percentChangeColorMode": one_of("standard", "inverted", "same_as_value")})
TABLE_OPTIONS = record({"frameIndex": WHOLE, "showHeader": YES_OR_NO, "cellHeight": one_of("sm", "md", "lg"),
                        "footer": record({"show": YES_OR_NO, "reducer": list_of(TEXT)})})
HEATMAP_OPTIONS = record({
    "calculate": YES_OR_NO, "cellGap": NUMBER, "exemplars": record({"color": TEXT}), "filterValues": record({"le": NUMBER}),
    "color": record({"mode": one_of("opacity", "scheme"), "scheme": TEXT, "fill": TEXT, "scale": one_of("linear", "exponential"),
                     "exponent": NUMBER, "steps": {"type": "integer", "minimum": 2, "maximum": 128}, "reverse": YES_OR_NO}),
    "legend": record({"show": YES_OR_NO}), "rowsFrame": record({"layout": one_of("le", "ge", "unknown", "auto")}),
    "showValue": one_of("auto", "never", "always"),
    "tooltip": record({"mode": one_of("single", "multi", "none"), "yHistogram": YES_OR_NO}),
    "yAxis": record({"axisPlacement": one_of("auto", "left", "right", "hidden"), "unit": SOME_TEXT, "reverse": YES_OR_NO})})


def panel(kind, options, custom=None, more=None):
    return record({"id": WHOLE, "type": {"const": kind}, "title": SOME_TEXT, "description": SOME_TEXT, "datasource": DATASOURCE,
                   "gridPos": GRID, "targets": {"type": "array", "minItems": 1, "items": TARGET}, "fieldConfig": field_config(custom),
                   "options": options, **(more or {})}, {"interval": {"type": "string", "pattern": "^[0-9]+[smhd]$"}})


# By its type, so that a fault is told of this one alone.
PANELS = {
    "row": record({"id": WHOLE, "type": {"const": "row"}, "title": SOME_TEXT, "collapsed": {"const": False}, "gridPos": GRID,
                   "panels": {"type": "array", "maxItems": 0}}),
    "timeseries": panel("timeseries", LINES_OPTIONS, LINES_CUSTOM),
    "stat": panel("stat", STAT_OPTIONS),
    "table": panel("table", TABLE_OPTIONS, more={"transformations": {"type": "array", "minItems": 1, "items": TRANSFORMATION}}),
    "heatmap": panel("heatmap", HEATMAP_OPTIONS),
}
CHOICE = record({"selected": YES_OR_NO, "text": {"type": ["string", "array"]}, "value": {"type": ["string", "array"]}})
VARIABLE = record({"name": SOME_TEXT, "label": SOME_TEXT, "type": one_of("query", "datasource"), "query": SOME_TEXT, "regex": TEXT,
                   "refresh": one_of(0, 1, 2), "multi": YES_OR_NO, "includeAll": YES_OR_NO, "hide": one_of(0, 1, 2),
                   "current": CHOICE, "options": list_of(CHOICE)},
                  {"datasource": DATASOURCE, "definition": SOME_TEXT, "sort": {"type": "integer", "minimum": 0, "maximum": 8},
                   "allValue": SOME_TEXT})
ANNOTATION = record({"datasource": DATASOURCE, "enable": YES_OR_NO, "iconColor": SOME_TEXT, "name": SOME_TEXT},
                    {"builtIn": one_of(0, 1), "hide": YES_OR_NO, "type": one_of("dashboard"), "expr": SOME_TEXT, "titleFormat": SOME_TEXT,
                     "textFormat": TEXT, "tagKeys": TEXT, "useValueForTime": YES_OR_NO})
LINK = record({"title": SOME_TEXT, "type": one_of("link", "dashboards"), "icon": TEXT, "tooltip": TEXT, "url": TEXT, "tags": list_of(TEXT),
               "asDropdown": YES_OR_NO, "targetBlank": YES_OR_NO, "includeVars": YES_OR_NO, "keepTime": YES_OR_NO})
DASHBOARD = record({
    "description": SOME_TEXT, "uid": SOME_TEXT, "title": SOME_TEXT, "tags": list_of(SOME_TEXT), "schemaVersion": {"const": 38},
    "editable": YES_OR_NO, "graphTooltip": one_of(0, 1, 2), "timezone": one_of("", "browser", "utc"),
    "time": record({"from": SOME_TEXT, "to": SOME_TEXT}), "refresh": TEXT, "links": list_of(LINK),
    "annotations": record({"list": list_of(ANNOTATION)}), "templating": record({"list": list_of(VARIABLE)}),
    "panels": {"type": "array", "minItems": 1,
               "items": {"type": "object", "required": ["type"], "properties": {"type": one_of(*PANELS)}}}})
