#!/usr/bin/env python3
"""`vitals rules`: promtool takes what it writes, what rules read is there, and each alert has its page."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from generated import CLINIC, ROOT, SMALL, Pack, name_of, seconds, write_rules

RECORD = re.compile(r"\b[a-z_]+:[a-z_]+:[a-z0-9_]+")
RANDOM = os.environ.get("RANDOM_LEVELS")
SEEDS = 2


def setUpModule():
    if shutil.which("promtool") is None:
        raise unittest.SkipTest("promtool is not installed")


class Rules(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vitals-rules.")
        self.addCleanup(shutil.rmtree, self.folder)

    def rules(self, levels, *options):
        write_rules(levels, self.folder, *options)
        return {name: Pack(self.folder, name).rules for name in ("sla", "slo")}

    def test_promtool_finds_no_fault_in_the_clinics(self):
        self.assertIn("promtool finds no fault in them, and all tests pass\n", write_rules(CLINIC, self.folder, "--check"))

    def test_of_one_job_they_are_as_good(self):
        self.assertIn("all tests pass", write_rules(SMALL, self.folder, "--check", "--job", 'say "hi"'))

    def test_random_levels_have_good_rules(self):
        for seed in range(SEEDS):
            path = os.path.join(self.folder, f"{seed}.yml")
            with open(path, "w", encoding="utf-8") as file:
                subprocess.run([RANDOM, str(seed)], stdout=file, check=True)
            with self.subTest(seed=seed):
                self.assertIn("all tests pass", write_rules(path, os.path.join(self.folder, str(seed)), "--check"))

    def test_promtools_faults_are_told(self):
        self.rules(CLINIC)
        with open(os.path.join(self.folder, "promtool"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho it is wrong\nexit 1\n")
        os.chmod(file.name, 0o755)
        done = subprocess.run([os.environ["VITALS"], "rules", "--config", CLINIC, "--output", self.folder, "--check"],
                              env={"PATH": self.folder}, stdout=subprocess.PIPE, encoding="utf-8")
        self.assertEqual(done.returncode, 3)
        self.assertIn("\nit is wrong\n", done.stdout)

    def test_what_rules_read_is_recorded(self):
        for levels in (CLINIC, SMALL):
            for pack, rules in self.rules(levels).items():
                recorded = {rule["record"] for rule in rules if "record" in rule}
                for rule in rules:
                    self.assertLessEqual(set(RECORD.findall(rule["expr"])), recorded, f"{pack}: {name_of(rule)}")

    def test_each_alert_has_a_runbook(self):
        for levels in (CLINIC, SMALL):
            for rules in self.rules(levels).values():
                for rule in rules:
                    if "alert" not in rule:
                        continue
                    self.assertTrue(rule["annotations"]["summary"] and rule["annotations"]["description"])
                    url = rule["annotations"]["runbook_url"]
                    self.assertTrue(url.startswith("docs/runbooks/"), url)
                    self.assertTrue(os.path.isfile(os.path.join(ROOT, url)), f"{name_of(rule)} has no {url}")

    # What the unit tests don't see: in them all groups have the interval of the file.
    def test_alerts_wait_no_longer_than_they_say(self):
        for levels in (CLINIC, SMALL):
            self.rules(levels)
            for name in ("sla", "slo"):
                for group in Pack(self.folder, name).groups:
                    for rule in group["rules"]:
                        wait = seconds(rule.get("for", "0s"))
                        self.assertTrue(wait == 0 or wait >= seconds(group["interval"]), f"{group['name']}: {name_of(rule)}")

    def test_bad_events_are_counted_by_the_interval_of_their_record(self):
        for levels in (CLINIC, SMALL):
            self.rules(levels)
            for name in ("sla", "slo"):
                pack = Pack(self.folder, name)
                intervals = {seconds(group["interval"]) for group in pack.groups for rule in group["rules"]
                             if rule.get("record") == "slo:bad_events:rate5m"}
                factors = [int(factor) for rule in pack.rules
                           for factor in re.findall(r"(\d+) \* sum_over_time\(slo:bad_events:rate5m", rule["expr"])]
                self.assertTrue(factors)
                self.assertEqual(set(factors), intervals)

    def test_every_rule_has_a_test(self):
        for levels in (CLINIC, SMALL):
            self.rules(levels)
            for name in ("sla", "slo"):
                pack = Pack(self.folder, name)
                self.assertEqual([name_of(rule) for rule in pack.rules if not pack.tests_of_rule(rule)[1]], [])

    def test_the_files_are_the_same_each_time(self):
        texts = []
        for _ in range(2):
            self.rules(CLINIC)
            texts.append({path.name: path.read_text("utf-8") for path in pathlib.Path(self.folder).iterdir()})
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(len(texts[0]), 10)

    # Of each level as much, however many there are.
    def test_tests_grow_no_faster_than_the_levels(self):
        sizes = []
        for n in (20, 40, 80):
            path = os.path.join(self.folder, f"{n}.yml")
            with open(path, "w", encoding="utf-8") as file:
                for key in ("endpoint_classes", "route_budgets"):
                    file.write(f"{key}:\n" + "".join(f"  - {{name: {key}{i}, routes: [GET /{i:02}], target: {100 + i}ms}}\n" for i in range(n)))
                file.write("query_budgets:\n" + "".join(f"  - {{name: query{i}, tables: [t{i:02}], target: {100 + i}ms}}\n" for i in range(n)))
            folder = os.path.join(self.folder, str(n))
            write_rules(path, folder, "--pack", "explicit")
            sizes.append(sum(path.stat().st_size for path in pathlib.Path(folder).glob("*.test.yml")))
        self.assertLess((sizes[2] - sizes[1]) / (sizes[1] - sizes[0]), 2.1)
        self.assertLess((sizes[2] - sizes[1]) / 40, 35_000)  # bytes of a class, a route budget and a query budget

    def test_documents_have_what_it_prints(self):
        with open(os.path.join(ROOT, "docs", "rules.md"), encoding="utf-8") as file:
            quoted = re.search(r"```\n(rules/sla.rules.yml: .*?)```", file.read(), re.DOTALL).group(1)
        printed = write_rules(CLINIC, self.folder).replace(self.folder, "rules")
        self.assertEqual(printed + "promtool finds no fault in them, and all tests pass\n", quoted)


if __name__ == "__main__":
    unittest.main()
