"""Burn rates in the process against PromQL over what a real Prometheus has of the same counters. The argument is
level_status_program."""
import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "support"))
from prometheus import Prometheus  # noqa: E402

PATIENCE = 60
SCRAPE = 15  # seconds, as the program has it
DAYS = 4
END = DAYS * 86400 + 7 * SCRAPE
MOST_EVENTS_PER_SCRAPE = 60


def milliseconds(window):
    return round(window["covered_seconds"] * 1000)


@unittest.skipUnless(Prometheus.installed and shutil.which("promtool"), "prometheus is not installed")
class Ratios(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="vitals-status.")
        cls.addClassCleanup(cls.folder.cleanup)
        text = cls.folder.name + "/text"
        start = int(time.time()) - END - 3600
        cls.end = start + END
        cls.status = json.loads(subprocess.run([PROGRAM, str(start), text], check=True, capture_output=True, timeout=120).stdout)
        data = cls.folder.name + "/data"
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", text, data], check=True,
                       capture_output=True, timeout=240)
        cls.prometheus = Prometheus("127.0.0.1:1", data=data)
        cls.prometheus.__enter__()
        cls.addClassCleanup(cls.prometheus.__exit__)
        patience = time.monotonic() + PATIENCE
        while cls.prometheus.ask("query", query="1") is None:
            assert time.monotonic() < patience, "Prometheus is not ready"
            time.sleep(0.1)

    def value(self, expression):
        result = self.prometheus.ask("query", query=expression, time=self.end)["result"]
        self.assertEqual(len(result), 1, expression)
        return float(result[0]["value"][1])

    def windows(self):
        for objective in self.status["objectives"]:
            for window in objective["burn_rates"] + [objective["error_budget"]]:
                yield objective["name"], 1 - objective["objective"], window

    def test_counts_are_those_that_prometheus_has(self):
        for objective in self.status["objectives"]:
            slo = '{slo="%s"}' % objective["name"]
            self.assertEqual(self.value("slo_events_total" + slo), objective["events"])
            self.assertEqual(self.value("slo_bad_events_total" + slo), objective["bad_events"])

    def test_over_the_covered_time_the_ratio_is_the_same_to_the_event(self):
        n = 0
        for name, budget, window in self.windows():
            offset = f'offset {milliseconds(window)}ms'
            grown = [self.value(f'{metric}{{slo="{name}"}} - {metric}{{slo="{name}"}} {offset}')
                     for metric in ("slo_events_total", "slo_bad_events_total")]
            self.assertEqual(grown, [window["events"], window["bad_events"]], (name, window))
            self.assertAlmostEqual(grown[1] / grown[0] / budget, window["burn_rate"], delta=1e-9 * window["burn_rate"])
            n += 1
        self.assertEqual(n, 16)

    def test_windows_are_as_long_as_asked_for_to_within_a_sample_or_three_percent(self):
        for name, _, window in self.windows():
            if window["window_seconds"] > END:
                self.assertEqual((window["full"], window["covered_seconds"]), (False, END))
                continue
            self.assertTrue(window["full"])
            self.assertGreaterEqual(window["covered_seconds"], window["window_seconds"])
            self.assertLess(window["covered_seconds"] - window["window_seconds"], max(60, 0.03 * window["window_seconds"]))

    def test_increase_differs_by_what_a_scrape_at_each_end_can_hold(self):
        for name, budget, window in self.windows():
            within = f'[{milliseconds(window)}ms]'
            ratio = self.value(f'increase(slo_bad_events_total{{slo="{name}"}}{within})'
                               f' / increase(slo_events_total{{slo="{name}"}}{within})')
            self.assertAlmostEqual(ratio, window["burn_rate"] * budget,
                                   delta=2 * MOST_EVENTS_PER_SCRAPE / window["events"], msg=(name, window))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
