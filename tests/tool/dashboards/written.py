"""What `vitals dashboards` writes, as data."""
import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CLINIC = ROOT / "examples/clinic/service-levels.yml"
NAMES = ["overview", "endpoints", "database", "cache", "process", "service-levels", "history"]
# What Grafana puts in; of a Prometheus that scrapes every second, under load for as long.
VALUES = {"$__rate_interval": "10s", "$__interval": "5s", "$__range": "1h", "$job": ".+", "$instance": ".+", "$method": ".+",
          "$endpoint": ".+"}
# A metric with its conditions; those of a text may have braces.
SELECTOR = re.compile(r'([a-zA-Z_:][\w:]*)\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}')


def write(levels, folder, *options):
    """What the command says."""
    done = subprocess.run([os.environ["VITALS"], "dashboards", "--config", str(levels), "--output", str(folder), *options],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return done.stdout


def read(folder):
    """{name: dashboard}"""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.json"))}


def panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries(dashboard):
    """[(panel, target)]"""
    return [(panel, target) for panel in panels(dashboard) for target in panel["targets"]]


def may_be_empty(panel):
    """It says what it means that there is nothing."""
    return "noValue" in panel["fieldConfig"]["defaults"]


def asked(expression):
    """As Prometheus gets it."""
    for name, value in VALUES.items():
        expression = expression.replace(name, value)
    return expression


def legend_labels(target):
    return re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", ""))


def as_document(dashboards):
    """What docs/dashboards.md says of each panel."""
    lines = []
    for name in NAMES:
        dashboard = dashboards[name]
        lines += [f"### {dashboard['title']}", "", f"`{name}.json`: {dashboard['description'].split('. ', 1)[1]}", ""]
        for panel in dashboard["panels"]:
            lines += [f"*{panel['title']}*", "", "| panel | |", "|---|---|"] if panel["type"] == "row" else [
                f"| {panel['title']} | {panel['description']} |"]
            if panel is dashboard["panels"][-1] or dashboard["panels"][dashboard["panels"].index(panel) + 1]["type"] == "row":
                lines.append("")
    return "\n".join(lines)


def is_record(metric):
    return ":" in metric


def table_labels(panel):
    """The labels that are columns of a table."""
    (organize,) = [change["options"] for change in panel["transformations"] if change["id"] == "organize"]
    return [name for name in organize["renameByName"] if not name.startswith("Value")]
