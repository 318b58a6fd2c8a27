"""What a real Prometheus stores of our expositions. The argument is core_exposition_program."""
import http.server
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "support"))
from prometheus import Prometheus  # noqa: E402

PATIENCE = 60
TYPES = {
    "text": "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
    "protobuf": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
                "escaping=underscores",
}


class Target(http.server.ThreadingHTTPServer):
    """Answers every scrape with one exposition."""

    def __init__(self, form):
        body = subprocess.run([PROGRAM, form], check=True, capture_output=True, timeout=60).stdout

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", TYPES[form])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


@unittest.skipUnless(Prometheus.installed, "prometheus is not installed")
class Scrape(unittest.TestCase):
    def scrape(self, form):
        target = Target(form)
        self.addCleanup(target.server_close)
        self.addCleanup(target.shutdown)
        prometheus = Prometheus(target.address, "--enable-feature=native-histograms,exemplar-storage")
        prometheus.__enter__()
        self.addCleanup(prometheus.__exit__)
        end = time.monotonic() + PATIENCE
        while prometheus.query('up == 1') == []:
            targets = (prometheus.ask("targets") or {}).get("activeTargets", [])
            errors = [one["lastError"] for one in targets if one["lastError"]]
            self.assertEqual(errors, [])
            self.assertLess(time.monotonic(), end, "not scraped")
            time.sleep(0.1)
        self.prometheus = prometheus

    def value(self, series):
        return [one["value"][1] for one in self.prometheus.query(series)]

    def exemplars(self, series):
        end = time.time()
        found = self.prometheus.ask("query_exemplars", query=series, start=1.6e9, end=end + 60)
        return [exemplar["labels"] for one in found for exemplar in one["exemplars"]]

    def check_common(self):
        self.assertEqual(self.value('jobs_total{path="half"}'), ["0.5"])
        self.assertEqual(self.value(r'jobs_total{path="C:\\dir\\\"x\"\nnext\ttab\r"}'), ["3"])
        self.assertEqual(self.value('temperature_celsius{case="smallest"}'), ["5e-324"])
        self.assertEqual(self.value('phase{phase="run\\"ning"}'), ["1"])
        self.assertEqual(self.value('build_info{version="1.0"}'), ["1"])
        self.assertEqual(self.value('wait_seconds_count{case=""}'), ["2"])
        self.assertEqual(self.value('latency_seconds_bucket{route="torn",le="+Inf"}'), ["9"])
        self.assertEqual(self.value('my_latency_seconds_count'), ["2"])

    def test_text(self):
        self.scrape("text")
        self.check_common()
        self.assertEqual(self.value("queue_bytes_gsum{queue='a'}"), ["30"])
        self.assertEqual(self.value('size_bytes_count{kind="native"}'), ["9"])

    def test_openmetrics(self):
        self.scrape("openmetrics")
        self.check_common()
        self.assertEqual(self.value("queue_bytes_gsum{queue='a'}"), ["30"])
        self.assertIn({"trace_id": "on the bound"}, self.exemplars('latency_seconds_bucket{le="0.5"}'))

    def test_protobuf(self):
        self.scrape("protobuf")
        self.check_common()
        self.assertIn({"trace_id": 'new"\\\n'}, self.exemplars("jobs_total"))
        native = self.prometheus.query('size_bytes{kind="native"}')[0]["histogram"][1]
        self.assertEqual((native["count"], native["sum"]), ("9", "31"))
        # Lower and upper bound and count, the negative ones first; of those that are empty nothing is said.
        bounds = [(float(low), float(high), count) for _, low, high, count in native["buckets"]]
        growth = 2 ** (1 / 8)
        expected = [(-growth ** 6, -growth ** 5, "1"), (-growth ** 5, -growth ** 4, "2"), (-2 ** -128, 2 ** -128, "1"),
                    (growth ** -4, growth ** -3, "1"), (growth ** -2, growth ** -1, "2"), (growth, growth ** 2, "1"),
                    (growth ** 9, growth ** 10, "1")]
        self.assertEqual(len(bounds), len(expected), bounds)
        for found, wanted in zip(bounds, expected):
            self.assertAlmostEqual(found[0], wanted[0], 9)
            self.assertAlmostEqual(found[1], wanted[1], 9)
            self.assertEqual(found[2], wanted[2])
        empty = self.prometheus.query('size_bytes{kind="empty"}')[0]["histogram"][1]
        self.assertEqual(empty["count"], "0")
        self.assertEqual(self.prometheus.query('size_bytes{kind="both"}')[0]["histogram"][1]["count"], "2")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
