#!/usr/bin/env python3
"""The README's programs as a newcomer meets them: they run, count, are scraped by a real Prometheus, and end on SIGTERM."""
import signal
import subprocess
import sys
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))
from prometheus import Prometheus  # noqa: E402

PATIENCE = 60


def eventually(condition, what):
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE} s: {what}")
        time.sleep(0.1)
    return result


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def metrics():
    return get("http://127.0.0.1:9464/metrics")


def start(test, program):
    test.assertEqual(metrics(), "", "port 9464 is taken: end what listens there")
    process = subprocess.Popen([program])
    test.addCleanup(process.wait)
    test.addCleanup(process.kill)
    return process


class Quickstart(unittest.TestCase):
    def setUp(self):
        self.process = start(self, QUICKSTART)

    def test_counts_jobs_and_ends_when_told(self):
        eventually(lambda: 'queue="billing"' in metrics() and 'result="failed"' in metrics(), "both queues and a failure")

        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(PATIENCE), 0)

    @unittest.skipUnless(Prometheus.installed, "prometheus is missing: install the package of that name")
    def test_is_scraped_by_prometheus(self):
        with Prometheus("127.0.0.1:9464") as prometheus:
            eventually(lambda: prometheus.query("up == 1"), "the target is up")
            eventually(lambda: prometheus.query("sum(jobs_processed_total) > 3"), "jobs are counted")
            eventually(lambda: prometheus.query("job_duration_seconds_count > 3"), "durations are counted")
            series = prometheus.query("jobs_processed_total")
            self.assertEqual({frozenset(sample["metric"]) for sample in series},
                             {frozenset({"__name__", "instance", "job", "queue", "result"})})

    @unittest.skipUnless(Prometheus.installed, "promtool is missing: install the package prometheus")
    def test_promtool_finds_nothing_to_complain_about(self):
        text = eventually(lambda: "queue=" in metrics() and metrics(), "a job is counted")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))


class QuickstartServer(unittest.TestCase):
    def test_counts_and_times_requests_by_route(self):
        url = "http://127.0.0.1:8080"
        self.assertEqual(get(url), "", "port 8080 is taken: end what listens there")
        start(self, QUICKSTART_SERVER)
        self.assertEqual(eventually(lambda: get(f"{url}/hello/you"), "the server answers"), "Hello, you\n")
        self.assertEqual(get(f"{url}/hello/world"), "Hello, world\n")
        self.assertEqual(get(f"{url}/nowhere"), "")

        counted = ['http_requests_total{method="GET",endpoint="/hello/{name}",status="200"} 2',
                   'http_requests_total{method="GET",endpoint="_unmatched",status="404"} 1',
                   'http_request_duration_seconds_count{method="GET",endpoint="/hello/{name}"} 2']
        eventually(lambda: set(counted) <= set(metrics().splitlines()), "\n".join(counted))


if __name__ == "__main__":
    QUICKSTART, QUICKSTART_SERVER = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main(verbosity=2)
