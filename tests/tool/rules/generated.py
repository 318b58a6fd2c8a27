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


class Pack:
    """The rules of a pack, and its tests: each with the names of the rules that it takes."""

    def __init__(self, folder, name):
        self.rules = [rule for group in load(os.path.join(folder, name + ".rules.yml"))["groups"] for rule in group["rules"]]
        self.tests = []
        for path in sorted(glob.glob(os.path.join(folder, name + "*.test.yml"))):
            file = load(path)
            for test in file["tests"]:
                names = test["name"].partition(": ")[0].split(", ")
                self.tests.append((set(names), file["evaluation_interval"], test))

    def tests_of(self, name):
        return [test for test in self.tests if name in test[0]]

    def with_mutant(self, index, mutant):
        """The rules and the test files, a list by interval, that a changed rule must be tested with."""
        tests = self.tests_of(name_of(self.rules[index]))
        names = set().union(*(names for names, _, _ in tests))
        rules = [mutant if i == index else rule for i, rule in enumerate(self.rules) if name_of(rule) in names]
        by_interval = collections.defaultdict(list)
        for _, interval, test in tests:
            by_interval[interval].append(test)
        return rules, by_interval


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
