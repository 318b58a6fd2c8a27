"""Every query of every dashboard, asked of a real Prometheus that scrapes the clinic under load and evaluates its rules: it has
numbers, finite ones, with the labels that the panel shows. A panel that may be empty says what that means (noValue)."""
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from service import ROOT, Service, eventually

sys.path[:0] = [os.path.join(ROOT, "tests", "support"), os.path.join(ROOT, "tests", "tool", "dashboards")]
from prometheus import Prometheus
from written import CLINIC, SELECTOR, asked, is_record, legend_labels, may_be_empty, panels, queries, read, table_labels, write

JOB = "vitals"  # of what Prometheus scrapes here
LOAD_SECONDS = 14  # longer than the windows of rates
STEP = 2
BEFORE = {"1d": 86400, "1w": 7 * 86400}


def before_now(dashboards, folder):
    """A folder of blocks with what the dashboards compare with: samples of these records of a day and a week ago."""
    records = {metric for dashboard in dashboards.values() for _, target in queries(dashboard) if " offset " in target["expr"]
               for metric, _ in SELECTOR.findall(target["expr"])}
    if not all(map(is_record, records)):
        raise AssertionError(f"not records alone have a past: {records}")
    now = int(time.time())
    lines = [f'{record}{{job="{JOB}",cache_type="redis"}} 0.5 {now - ago + minute * 60}' if record.startswith("cache_type:") else
             f'{record}{{job="{JOB}"}} 0.5 {now - ago + minute * 60}'
             for record in sorted(records) for ago in sorted(BEFORE.values(), reverse=True) for minute in range(-2, 8)]
    text = Path(folder) / "before.om"
    text.write_text("\n".join(lines) + "\n# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(Path(folder) / "data")], check=True,
                   stdout=subprocess.DEVNULL)
    return str(Path(folder) / "data")


def fast_rules(folder):
    """The rules of the clinic, evaluated every second."""
    done = subprocess.run([os.environ["VITALS"], "rules", "--config", str(CLINIC), "--pack", "explicit", "--output", folder],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    path = Path(folder) / "sla.rules.yml"
    path.write_text(re.sub(r"interval: \d+[smh]\b", "interval: 1s", path.read_text()))
    return str(path)


@unittest.skipUnless(Prometheus.installed and shutil.which("promtool"), "prometheus or promtool is missing: install the packages of these names")
class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vitals-dashboards.")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        write(CLINIC, os.path.join(cls.folder, "dashboards"))
        cls.dashboards = read(os.path.join(cls.folder, "dashboards"))
        clinic = cls.enterClassContext(Service())
        cls.prometheus = cls.enterClassContext(Prometheus(
            f"127.0.0.1:{clinic.metrics_port}", data=before_now(cls.dashboards, cls.folder), rules=[fast_rules(cls.folder)]))
        eventually(lambda: cls.prometheus.query("up == 1"), "Prometheus scrapes")
        load = clinic.start_load("--rate", "60", "--duration", "300s")
        began = time.monotonic()
        # The last of the records that are made of others.
        eventually(lambda: cls.prometheus.query("slo:period_error_budget_remaining:ratio"), "budgets are recorded")
        while time.monotonic() < began + LOAD_SECONDS:
            clinic.call("GET", "/api/v1/clients/999999")  # which there isn't: a bad request, to whom calls 404 one
            time.sleep(0.2)
        cls.end = time.time()
        load.terminate()
        load.communicate()

    @classmethod
    def series(cls, target, expression):
        """[(labels, values)]"""
        if target["instant"]:
            data = cls.prometheus.ask("query", query=expression, time=cls.end)
        else:
            data = cls.prometheus.ask("query_range", query=expression, start=cls.end - 4 * STEP, end=cls.end, step=STEP)
        if data is None:
            raise AssertionError(f"Prometheus refuses {expression}")
        return [(one["metric"], [float(value) for _, value in one.get("values", [one.get("value")])]) for one in data["result"]]

    def faults(self, panel, target, expression):
        """[sentence] and how many series there are."""
        series = self.series(target, asked(expression))
        if not series:
            return [] if may_be_empty(panel) else ["it has no data"], 0
        faults = []
        if not all(math.isfinite(value) for _, values in series for value in values):
            faults.append("a value is not finite")
        for label in legend_labels(target):
            if not all(label in labels for labels, _ in series):
                faults.append(f"no label {label}")
        return faults, len(series)

    def test_every_query_has_numbers_and_the_labels_that_are_shown(self):
        table = []
        for name, dashboard in self.dashboards.items():
            for panel, target in queries(dashboard):
                faults, n = self.faults(panel, target, target["expr"])
                table.append((name, panel["title"], target["refId"], n, may_be_empty(panel), target["expr"]))
                with self.subTest(dashboard=name, panel=panel["title"], query=target["expr"]):
                    self.assertEqual(faults, [])
        print(f"\n{'dashboard':15} {'panel':33} {'query':5} {'series':>6}")
        for name, title, ref, n, is_optional, expression in table:
            said = "" if n else "  (may be empty)" if is_optional else "  NONE"
            print(f"{name:15} {title:33} {ref:5} {n:6}{said}  {' '.join(expression.split())[:100]}")
        filled = sum(n > 0 for _, _, _, n, _, _ in table)
        print(f"{len(table)} queries of {len({row[:2] for row in table})} panels, {filled} with data, {sum(row[3] for row in table)} series")

    def test_tables_have_the_columns_that_they_name(self):
        for name, dashboard in self.dashboards.items():
            for panel, _ in queries(dashboard):
                if panel["type"] != "table" or may_be_empty(panel):
                    continue
                there = set()
                for target in panel["targets"]:
                    there |= {label for labels, _ in self.series(target, asked(target["expr"])) for label in labels}
                self.assertLessEqual(set(table_labels(panel)), there, f"{name}: {panel['title']}")

    # What isn't asked for by its name is not there: so the test above would see a metric that was renamed, or misspelt.
    def test_a_metric_that_is_renamed_is_missed_by_each_query(self):
        for name, dashboard in self.dashboards.items():
            for panel, target in queries(dashboard):
                if may_be_empty(panel):
                    continue
                renamed = SELECTOR.sub(lambda found: f"renamed_{found.group()}", target["expr"])
                self.assertNotEqual(self.faults(panel, target, renamed)[0], [], f"{name}: {panel['title']}: {renamed}")

    def values(self, dashboard, title):
        """{labels: the last value} of each query of a panel."""
        (panel,) = [panel for panel in panels(dashboard) if panel["title"] == title]
        return [{tuple(sorted(labels.items())): values[-1] for labels, values in self.series(target, asked(target["expr"]))}
                for target in panel["targets"]]

    def test_numbers_of_one_dashboard_agree(self):
        def value(title):
            ((number,),) = [found.values() for found in self.values(overview, title)]
            return number
        overview = self.dashboards["overview"]
        self.assertLessEqual(value("p50"), value("p95"))
        self.assertLessEqual(value("p95"), value("p99"))
        self.assertGreater(value("Cache hits"), 0)
        self.assertLess(value("Cache hits"), 1)
        self.assertEqual(value("Errors"), 0)
        (by_status,) = self.values(overview, "Requests by status")
        self.assertEqual({dict(labels)["class"] for labels, rate in by_status.items() if rate > 0}, {"2xx", "4xx"})
        self.assertAlmostEqual(sum(by_status.values()), value("Requests"))
        times, budgets, used = self.values(overview, "Slow endpoints")
        for labels, share in used.items():
            self.assertAlmostEqual(share, times[labels] / budgets[labels])

    def test_errors_are_those_of_the_declared_statuses(self):
        levels = Path(self.folder) / "bad.yml"
        levels.write_text(CLINIC.read_text().replace("bad_statuses: [5xx]", "bad_statuses: [404]"))
        write(levels, os.path.join(self.folder, "bad"))
        dashboards = read(os.path.join(self.folder, "bad"))
        (found,) = self.values(dashboards["overview"], "Errors by endpoint")
        self.assertEqual([dict(labels) for labels in found], [{"method": "GET", "endpoint": "/api/v1/clients/{id}", "status": "404"}])
        (share,) = self.values(dashboards["overview"], "Errors")
        (requests,) = self.values(dashboards["overview"], "Requests")
        self.assertAlmostEqual(*share.values(), sum(found.values()) / sum(requests.values()))

    def test_variables_have_values(self):
        for dashboard in self.dashboards.values():
            for variable in dashboard["templating"]["list"]:
                if variable["type"] != "query":
                    continue
                metric, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]).groups()
                values = {one["metric"].get(label) for one in self.prometheus.query(asked(metric))}
                self.assertGreaterEqual(len(values - {None}), 1, variable["query"])

    def test_annotations_mark_the_start_of_the_process(self):
        (starts,) = [annotation for annotation in self.dashboards["overview"]["annotations"]["list"] if annotation["name"] == "Starts"]
        ((_, values),) = self.series({"instant": True}, asked(starts["expr"]))
        self.assertLess(abs(values[0] / 1000 - self.end), 600)


if __name__ == "__main__":
    unittest.main(verbosity=2)
