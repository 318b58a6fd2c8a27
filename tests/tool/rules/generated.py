"""What `vitals rules` writes, as data; and promtool, which judges it."""
import collections
import glob
import json
import os
import re
import subprocess
import tempfile

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


def number_of(text):
    """That of a test which shares a case with others: its jobs have it."""
    found = re.search(r'job="(?:[^"\\]|\\.)*-(\d+)"', text)
    return found and found.group(1)


class Pack:
    """The rules of a pack, and the cases of its tests with their intervals."""

    def __init__(self, folder, name):
        self.groups = load(os.path.join(folder, name + ".rules.yml"))["groups"]
        self.rules = [rule for group in self.groups for rule in group["rules"]]
        self.cases = []
        for path in sorted(glob.glob(os.path.join(folder, name + "*.test.yml"))):
            file = load(path)
            self.cases += [(file["evaluation_interval"], case) for case in file["tests"]]

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
        for interval, case in self.cases:
            expected = [one for one in case["promql_expr_test"] if concerns(one["expr"], rule)]
            numbers = {number_of(one["expr"]) for one in expected}
            inputs = [one for one in case["input_series"]
                      if one["series"].partition("{")[0] in names and number_of(one["series"]) in numbers]
            if expected:
                by_interval[interval].append({**case, "input_series": inputs, "promql_expr_test": expected})
                given.update(one["series"].partition("{")[0] for one in inputs)
        records = []
        for other in self.rules:
            if other is not rule and other.get("record") in names and names_in(other) & given:
                records.append(other)
                given.add(other["record"])
        return records, by_interval


def renamed(rule, name):
    """The rule, and a function that gives what a test says of it, under another name."""
    key = "record" if "record" in rule else "alert"
    old = rf"(?<![\w:]){re.escape(rule[key])}(?![\w:])" if key == "record" else f'alertname="{rule[key]}"'
    new = name if key == "record" else f'alertname="{name}"'

    def rename(expected):
        samples = [{**one, "labels": re.sub(old, new, one["labels"])} for one in expected["exp_samples"]]
        return {**expected, "expr": re.sub(old, new, expected["expr"]), "exp_samples": samples}
    return {**rule, key: name}, rename


def failed_variants(records, variants, by_interval):
    """Which of the variants of a rule fail, by their numbers: all are in one file, each under a name of its own, since a
    case costs promtool far more than one rule more."""
    named = {number: renamed(rule, f"{name_of(rule)}_mutant{number}") for number, rule in variants.items()}
    def numbers_in(text):
        return {int(number) for number in re.findall(r"_mutant(\d+)\b", text)} & named.keys()

    failed = set()
    for interval, tests in by_interval.items():
        while named.keys() - failed:
            tested = {number: one for number, one in named.items() if number not in failed}
            cases = [{**test, "promql_expr_test": [rename(one) for one in test["promql_expr_test"] for _, rename in tested.values()]}
                     for test in tests]
            status, output = test_rules(records + [rule for rule, _ in tested.values()], interval, cases)
            # promtool ends a case where a rule can't be read or evaluated: then without that.
            broken = set().union(*(numbers_in(line) for line in output.splitlines()
                                   if re.match(r" *rule: ", line) or "could not parse" in line))
            wrong = set().union(*(numbers_in(line) for line in output.splitlines() if re.match(r" *expr: ", line)))
            if (status != 0) != bool(broken or wrong):
                raise AssertionError(output)
            failed |= broken | wrong
            if not broken:
                break
    return failed


def test_rules(rules, interval, tests):
    """Exit status and output of promtool."""
    with tempfile.TemporaryDirectory(prefix="vitals-rules.") as folder:
        with open(os.path.join(folder, "rules.yml"), "w", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "rules", "rules": rules}]}, file)
        path = os.path.join(folder, "test.yml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"rule_files": ["rules.yml"], "evaluation_interval": interval, "tests": tests}, file)
        return run("promtool", "test", "rules", path)
