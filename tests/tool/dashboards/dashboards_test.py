#!/usr/bin/env python3
"""`vitals dashboards`: its files obey Grafana's schema and the rules of its linter, and ask for what there is."""
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema

import schema
from lint import faults
from written import CLINIC, NAMES, ROOT, SELECTOR, as_document, asked, is_record, panels, queries, read, write

sys.path.insert(0, str(ROOT / "tests/tool/rules"))
from generated import Pack, write_rules

SMALL = ROOT / "tests/tool/rules/small.yml"
SEEDS = 3
MEMORY_ALONE = "memory_usage: {target: 80%}\n"


def schema_faults(dashboard):
    found = [(dashboard, schema.DASHBOARD), *((panel, schema.PANELS[panel["type"]]) for panel in dashboard["panels"]
                                              if panel["type"] in schema.PANELS)]
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for what, rules in found for error in jsonschema.Draft7Validator(rules).iter_errors(what)]


def metrics_of(dashboard):
    return {metric for _, target in queries(dashboard) for metric, _ in SELECTOR.findall(target["expr"])}


class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = Path(tempfile.mkdtemp(prefix="vitals-dashboards."))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        cls.levels = {"clinic": CLINIC, "small": SMALL}
        texts = {"memory": MEMORY_ALONE, "errors": "error_rate: {target: 1%}\n"}
        for seed in range(SEEDS):
            texts[f"random{seed}"] = subprocess.run([os.environ["RANDOM_LEVELS"], str(seed)], check=True, stdout=subprocess.PIPE,
                                                    encoding="utf-8").stdout
        for name, text in texts.items():
            cls.levels[name] = cls.root / f"{name}.yml"
            cls.levels[name].write_text(text, "utf-8")
        cls.written = {}
        for name, levels in cls.levels.items():
            write(levels, cls.root / name)
            cls.written[name] = read(cls.root / name)
        write(CLINIC, cls.root / "job", "--job", "clinic")
        cls.of_one_job = read(cls.root / "job")

    def each(self):
        for name, dashboards in self.written.items():
            for file, dashboard in dashboards.items():
                yield name, file, dashboard, ""
        for file, dashboard in self.of_one_job.items():
            yield "job", file, dashboard, "clinic"

    def test_they_obey_the_linter(self):
        for name, file, dashboard, job in self.each():
            self.assertEqual(faults(file, dashboard, job), [], name)

    def test_they_obey_the_schema(self):
        for name, file, dashboard, _ in self.each():
            self.assertEqual(schema_faults(dashboard), [], f"{name} {file}")

    def test_addresses_are_each_ones_own(self):
        uids = [dashboard["uid"] for dashboards in (self.written["clinic"], self.of_one_job) for dashboard in dashboards.values()]
        self.assertEqual(len(set(uids)), len(uids))

    def test_links_lead_to_dashboards_that_there_are(self):
        for name, file, dashboard, job in self.each():
            there = {other["uid"] for other in (self.of_one_job if job else self.written[name]).values()}
            links = re.findall(r"/d/([\w-]+)", json.dumps(dashboard))
            self.assertLessEqual(set(links), there, f"{name} {file}")
            self.assertEqual(dashboard["links"][0]["tags"], dashboard["tags"])

    def test_promtool_reads_every_query(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed")
        for name, dashboards in [*self.written.items(), ("job", self.of_one_job)]:
            expressions = [target["expr"] for dashboard in dashboards.values() for _, target in queries(dashboard)]
            expressions += [annotation["expr"] for dashboard in dashboards.values()
                            for annotation in dashboard["annotations"]["list"] if "expr" in annotation]
            rules = [{"record": f"query{i}", "expr": asked(expression)} for i, expression in enumerate(expressions)]
            path = self.root / "queries.yml"
            path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}), "utf-8")
            done = subprocess.run(["promtool", "check", "rules", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  encoding="utf-8")
            self.assertEqual(done.returncode, 0, f"{name}: {done.stdout}")
            self.assertIn(f"{len(rules)} rules found", done.stdout)

    # What a service doesn't export, and what no rule records, would be an empty panel for ever.
    def test_what_they_ask_for_is_exported_or_recorded(self):
        documented = set(re.findall(r"^\| `(\w+)` \| (?:counter|gauge|histogram)", (ROOT / "docs/metrics.md").read_text("utf-8"), re.M))
        documented |= {name + suffix for name in documented for suffix in ("_bucket", "_sum", "_count")} | {"ALERTS", "up"}
        for name, levels in self.levels.items():
            write_rules(str(levels), str(self.root / name), "--pack", "explicit")
            recorded = {rule["record"] for rule in Pack(str(self.root / name), "sla").rules if "record" in rule}
            for file, dashboard in self.written[name].items():
                for metric in metrics_of(dashboard):
                    self.assertIn(metric, recorded if is_record(metric) else documented, f"{name} {file}")

    def test_what_is_not_declared_has_no_dashboard(self):
        self.assertEqual(sorted(self.written["clinic"]), sorted(NAMES))
        self.assertEqual(sorted(self.written["memory"]), ["overview", "process"])
        self.assertEqual(sorted(self.written["errors"]), ["endpoints", "history", "overview", "process", "service-levels"])
        write(self.levels["memory"], self.root / "all", "--all")
        self.assertEqual(sorted(read(self.root / "all")), ["cache", "database", "endpoints", "overview", "process"])

    def test_what_is_no_more_declared_goes_and_what_others_wrote_stays(self):
        folder = self.root / "again"
        write(CLINIC, folder)
        (folder / "cache.json").write_text("{}")
        (folder / "mine.json").write_text("{}")
        self.assertIn("database.json: removed\n", write(self.levels["memory"], folder))
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["cache.json", "mine.json", "overview.json", "process.json"])

    def test_the_files_are_the_same_each_time_and_differ_where_the_levels_do(self):
        before = (self.root / "clinic/overview.json").read_text("utf-8").splitlines()
        write(CLINIC, self.root / "clinic")
        self.assertEqual((self.root / "clinic/overview.json").read_text("utf-8").splitlines(), before)
        changed = self.root / "changed.yml"
        changed.write_text(CLINIC.read_text("utf-8").replace("memory_usage:\n  target: 80%", "memory_usage:\n  target: 75%"), "utf-8")
        write(changed, self.root / "changed")
        after = (self.root / "changed/overview.json").read_text("utf-8").splitlines()
        self.assertEqual(len(before), len(after))
        # The name of the file, the stat's threshold, the line and its legend.
        self.assertEqual(sum(one != other for one, other in zip(before, after)), 4)

    def test_thresholds_are_those_of_the_levels(self):
        overview = {panel["title"]: panel for panel in panels(self.written["clinic"]["overview"])}

        def steps(title):
            return [(step["color"], step["value"]) for step in overview[title]["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        self.assertEqual(steps("p95"), [("green", None), ("orange", 0.15), ("red", 0.5)])
        self.assertEqual(steps("Errors"), [("green", None), ("orange", 0.001), ("red", 0.01)])
        self.assertEqual(steps("Cache hits"), [("red", None), ("green", 0.5)])
        self.assertEqual(steps("Pool usage"), [("green", None), ("orange", 0.8), ("red", 0.95)])

    def test_the_document_has_what_is_written_and_what_each_panel_says(self):
        document = (ROOT / "docs/dashboards.md").read_text("utf-8")
        quoted = re.search(r"```\n(dashboards/overview.json: .*?)```", document, re.S).group(1)
        self.assertEqual(write(CLINIC, self.root / "clinic").replace(f"{self.root}/clinic", "dashboards"), quoted)
        self.assertEqual(document.partition("behind its *i*.\n\n")[2], as_document(self.written["clinic"]),
                         "write this after the words that are before it")

    # Each is one fault in a good dashboard: the test would be worth nothing if it went unseen.
    def test_the_linter_and_the_schema_see_faults(self):
        def first(dashboard, kind="timeseries"):
            return next(panel for panel in panels(dashboard) if panel["type"] == kind)

        def change(path, value, kind="timeseries"):
            def apply(dashboard):
                place = first(dashboard, kind)
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = value
            return apply

        def in_expression(old, new):
            def apply(dashboard):
                for _, target in queries(dashboard):
                    if old in target["expr"]:
                        target["expr"] = target["expr"].replace(old, new)
                        return
                raise AssertionError(f"no query has {old}")
            return apply

        def variable(name, key, value):
            def apply(dashboard):
                next(one for one in dashboard["templating"]["list"] if one["name"] == name)[key] = value
            return apply
        mistakes = [
            change(["title"], ""), change(["title"], "Errors by endpoint"), change(["description"], ""), change(["datasource", "uid"], "prometheus"),
            change(["fieldConfig", "defaults", "unit"], "seconds"), change(["targets"], []), change(["gridPos", "x"], 23),
            change(["gridPos", "y"], 0), change(["id"], 100), change(["targets", 1, "refId"], "A"),
            change(["targets", 0, "datasource", "uid"], "prometheus"), change(["targets", 0, "format"], "lines"),
            change(["options", "legend", "placement"], "top"), change(["fieldConfig", "defaults", "custom", "drawStyle"], "lines"),
            change(["fieldConfig", "defaults", "thresholds", "steps"], [{"color": "red", "value": 1}]),
            change(["options", "colorMode"], "red", "stat"), change(["options", "rowsFrame", "layout"], "up", "heatmap"),
            change(["transformations", 0, "id"], "join", "table"), change(["type"], "graph"), change(["fieldConfig", "overrides"], {}),
            in_expression("$__rate_interval", "5m"), in_expression('job=~"$job"', 'job="clinic"'),
            in_expression('instance=~"$instance"', 'instance="a"'), in_expression("rate(http_requests_total{", "(http_requests_total{"),
            in_expression("sum by (job) (http_requests_active{", "sum by (job) (http_requests_total{"),
            variable("job", "refresh", 1), variable("job", "allValue", ".*"), variable("instance", "multi", False),
            variable("instance", "name", "node"), variable("datasource", "name", "source"), variable("job", "hide", 7),
            lambda dashboard: dashboard.update(editable=True), lambda dashboard: dashboard.update(uid="a b"),
            lambda dashboard: dashboard.update(refreshed="30s"), lambda dashboard: dashboard.pop("annotations")]
        for number, mistake in enumerate(mistakes):
            dashboard = copy.deepcopy(self.written["clinic"]["overview"])
            mistake(dashboard)
            seen = schema_faults(dashboard) or faults("overview", dashboard)
            self.assertTrue(seen, f"mistake {number} goes unseen")


if __name__ == "__main__":
    unittest.main()
