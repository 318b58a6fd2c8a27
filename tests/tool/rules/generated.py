"""What `vitals rules` writes, as data; and promtool, which judges it."""
import collections
import glob
import json
import os
import re
import subprocess

import yaml

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
VITALS = os.environ.get("VITALS", "vitals")
CLINIC = os.path.join(ROOT, "examples", "clinic", "service-levels.yml")
# Of another service: other values, whole seconds, several bad statuses, windows of its own, no class for the rest.
SMALL = os.path.join(ROOT, "tests", "tool", "rules", "small.yml")


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def run(*arguments):
    """Exit status and output."""
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    return done.returncode, done.stdout


def write_rules(levels, folder, *options):
    status, output = run(VITALS, "rules", "--config", levels, "--output", folder, *options)
    if status != 0:
        raise AssertionError(output)
    return output


def name_of(rule):
    return rule.get("record") or rule["alert"]


def plain(label):
    """The text that a template of an alert's label gives."""
    return json.loads(label[3:-3]) if label.startswith("{{ ") else label


def concerns(query, rule):
    """Whether a query of a test asks for the alerts, or the series, of this very rule."""
    labels = rule.get("labels", {})
    if "record" in rule:
        return re.search(rf"(?<![\w:]){re.escape(rule['record'])}(?![\w:])", query) and all(
            f"{name}={json.dumps(value)}" in query for name, value in labels.items())
    values = {name: json.loads(value) for name, value in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*")', query)}
    return {"alertname": rule["alert"], **{name: plain(value) for name, value in labels.items()}}.items() <= values.items()


def seconds(duration):
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[duration[-1]]


def names_in(rule):
    return set(re.findall(r"[\w:]+", rule["expr"]))


class Pack:
    """The rules of a pack, and its tests: each with the names of the rules that it takes."""

    def __init__(self, folder, name):
        self.groups = load(os.path.join(folder, name + ".rules.yml"))["groups"]
        self.rules = [rule for group in self.groups for rule in group["rules"]]
        self.tests = []
        for path in sorted(glob.glob(os.path.join(folder, name + "*.test.yml"))):
            file = load(path)
            for test in file["tests"]:
                names = test["name"].partition(": ")[0].split(", ")
                self.tests.append((set(names), file["evaluation_interval"], test))

    def tests_of(self, name):
        return [test for test in self.tests if name in test[0]]

    def read_by(self, rule):
        """The names that a rule reads, and those that are read to record these."""
        names, known = set(), names_in(rule)
        while names != known:
            names = set(known)
            for other in self.rules:
                if other.get("record") in names:
                    known |= names_in(other)
        return names

    def tests_of_rule(self, rule):
        """What tests ask about this rule alone, by their interval, and the records that it takes, in their order."""
        by_interval = collections.defaultdict(list)
        names, given = self.read_by(rule), set()
        for _, interval, test in self.tests_of(name_of(rule)):
            expected = [one for one in test["promql_expr_test"] if concerns(one["expr"], rule)]
            inputs = [one for one in test["input_series"] if one["series"].partition("{")[0] in names]
            if expected:
                by_interval[interval].append({**test, "input_series": inputs, "promql_expr_test": expected})
                given.update(one["series"].partition("{")[0] for one in inputs)
        records = []
        for other in self.rules:
            if other is not rule and other.get("record") in names and names_in(other) & given:
                records.append(other)
                given.add(other["record"])
        return records, by_interval


def write_case(folder, name, rules, by_interval):
    """Files for promtool; gives the paths of the tests."""
    with open(os.path.join(folder, name + ".rules.yml"), "w", encoding="utf-8") as file:
        json.dump({"groups": [{"name": "rules", "rules": rules}]}, file)
    paths = []
    for interval, tests in by_interval.items():
        paths.append(os.path.join(folder, f"{name}.{interval}.test.yml"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump({"rule_files": [name + ".rules.yml"], "evaluation_interval": interval, "tests": tests}, file)
    return paths


def failed_tests(paths):
    """Which of the test files fail: one promtool for all, since its start takes longer than a test."""
    status, output = run("promtool", "test", "rules", *paths)
    failed = set()
    for part in re.split(r"^Unit Testing: +", output, flags=re.MULTILINE)[1:]:
        path, _, result = part.partition("\n")
        if result.strip() != "SUCCESS":
            failed.add(path.strip())
    if (status != 0) != bool(failed) or len(paths) != output.count("Unit Testing: "):
        raise AssertionError(output)
    return failed
