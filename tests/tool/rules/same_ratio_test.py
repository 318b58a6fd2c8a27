#!/usr/bin/env python3
"""Over the same window and the same requests, the explicit pack (from histograms and statuses), the static pack (from
what the service counts for each objective) and the service's own status report the same share of bad requests."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from generated import Pack, run, write_rules

LEVELS = os.path.join(os.path.dirname(__file__), "same_ratio.yml")
SCRAPE = 15  # seconds, as the program has it
OBJECTIVES = ["latency-p50", "latency-p95", "error-rate", "availability", "latency-standard-p90", "latency-rest-p95"]
WINDOWS = {300: "5m", 1800: "30m", 3600: "1h", 7200: "2h", 10800: "3h"}


def series(text):
    """As Prometheus has it that scraped a job of one instance."""
    name, _, labels = text.partition("{")
    return f'{name}{{job="j",instance="i"{"," + labels if labels else "}"}'


class SameRatio(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("promtool") is None:
            raise unittest.SkipTest("promtool is not installed")
        cls.folder = tempfile.mkdtemp(prefix="vitals-ratio.")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        write_rules(LEVELS, cls.folder)
        cls.write_records("sla", "slo")
        cls.write_records("slo", "served")  # under a name of their own, so that one Prometheus can have both
        cls.served = json.loads(subprocess.run([os.environ["SERVED_LEVELS"], LEVELS], check=True,
                                               stdout=subprocess.PIPE, encoding="utf-8").stdout)
        cls.scrapes = max(len(values) for values in cls.served["series"].values())

    @classmethod
    def write_records(cls, name, prefix):
        """Rewrites the rules of a pack: the records of objectives, and what these read, alone."""
        pack = Pack(cls.folder, name)
        records = [rule for rule in pack.rules if rule.get("record", "").startswith("slo:")]
        read = set().union(*(pack.read_by(rule) for rule in records))
        rules = [rule for rule in pack.rules if rule in records or rule.get("record") in read]
        with open(f"{cls.folder}/{name}.rules.yml", "w", encoding="utf-8") as file:
            file.write(re.sub(r"\bslo:", prefix + ":", json.dumps({"groups": [{"name": prefix, "rules": rules}]})))

    def failures(self, expectations, without=None):
        """What promtool says of these, each the time in scrapes before the last one, an expression, and the sample that it
        gives (None: no sample), without one of the series."""
        text = {"rule_files": ["sla.rules.yml", "slo.rules.yml"], "evaluation_interval": f"{SCRAPE}s",
                "tests": [{
                    "interval": f"{SCRAPE}s",
                    "input_series": [{"series": series(name), "values": " ".join(values)}
                                     for name, values in self.served["series"].items() if name != without],
                    "promql_expr_test": [{"expr": expression, "eval_time": f"{(self.scrapes - 1 - before) * SCRAPE}s",
                                          "exp_samples": [] if value is None else [{"labels": "{}", "value": value}]}
                                         for before, expression, value in expectations]}]}
        path = self.folder + "/ratio.test.yml"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(text, file)  # which is YAML
        status, output = run("promtool", "test", "rules", path)
        return output if status != 0 else ""

    def ratios(self):
        """When, in scrapes before the last one; the record, of an objective; and the service's own ratio."""
        for before, key in ((20, "five minutes before"), (0, "last")):
            for objective in self.served[key]["objectives"]:
                for window in objective["burn_rates"] + [objective["error_budget"]]:
                    # With requests in its last five minutes only the shortest window, of no other records, is exact.
                    if (window["window_seconds"] == 300) != (before > 0):
                        continue
                    self.assertTrue(window["full"])
                    yield (before, f'sli_error:ratio_rate{WINDOWS[window["window_seconds"]]}{{slo="{objective["name"]}"}}',
                           window["burn_rate"] * (1 - objective["objective"]))

    def test_packs_and_service_have_the_same_ratios(self):
        expectations = []
        for before, record, ratio in self.ratios():
            self.assertGreater(ratio, 0.001)
            for pack in ("slo", "served"):
                expectations.append((before, f"count(abs({pack}:{record} / {ratio!r} - 1) < 1e-9)", 1))
        self.assertEqual(len(expectations), 2 * len(OBJECTIVES) * len(WINDOWS))
        self.assertEqual(self.failures(expectations), "")

    def test_it_is_noticed_when_a_pack_lacks_a_series(self):
        lost = 'slo_bad_events_total{slo="error-rate"}'
        self.assertIn(lost, self.served["series"])
        expectations = [(0, 'count(served:sli_error:ratio_rate1h{slo="error-rate"} > 0.001)', 1)]
        self.assertEqual(self.failures(expectations), "")
        self.assertIn("FAILED", self.failures(expectations, without=lost))

    def test_objectives_are_those_of_the_file(self):
        self.assertEqual([objective["name"] for objective in self.served["last"]["objectives"]], OBJECTIVES)


if __name__ == "__main__":
    unittest.main()
