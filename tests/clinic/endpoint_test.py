"""The clinic's endpoint: for a real Prometheus, and under clients that send one header byte a second."""
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest

from service import ROOT, Service, eventually, total

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from prometheus import Prometheus

SLOW_CLIENTS = 40
# Families whose label values are known only when something fails: nothing to show until then.
WITHOUT_SERIES = {"cache_errors_total", "db_pool_create_failures_total", "db_query_errors_total",
                  "redis_pool_create_failures_total", "vitals_series_expired_total", "vitals_series_overflow_total"}
# Families that some kernels, cgroups and allocators don't give.
PERHAPS = re.compile("process_(cgroup|cpu_limit|pressure|io|swap|heap)_|allocator_|process_(page_faults|context_switches)_")
# Families of parts of vitals, and of options, that the clinic doesn't use.
UNUSED = re.compile("http_client_|grpc_server_|http_server_|http_(time_to_first_byte|(request|response)_size)_|"
                    "http_(exceptions|requests_aborted)_total|vitals_push_total|"
                    "vitals_endpoint_(logins_failed|reloads|last_reload|certificate_expiry)_")
PROMISES = re.compile("slo_|http_endpoint_budget_seconds|db_query_budget_seconds")


def setUpModule():
    global clinic
    clinic = Service().__enter__()
    unittest.addModuleCleanup(clinic.__exit__)


class SlowClients:
    """Clients of the endpoint that each send one header byte a second, and connect again when they are thrown out."""

    def __enter__(self):
        self.ending = threading.Event()
        self.connected = threading.Barrier(SLOW_CLIENTS + 1)
        self.threads = [threading.Thread(target=self.one) for _ in range(SLOW_CLIENTS)]
        for thread in self.threads:
            thread.start()
        self.connected.wait(30)
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def one(self):
        first = True
        while not self.ending.is_set():
            try:
                with socket.create_connection(("127.0.0.1", clinic.metrics_port), 10) as connection:
                    connection.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
                    if first:
                        first = False
                        self.connected.wait(30)
                    while not self.ending.wait(1):
                        connection.sendall(b"x")
            except OSError:
                self.ending.wait(0.2)


class Endpoint(unittest.TestCase):
    maxDiff = None

    def test_scrapes_go_on_beside_slow_clients(self):
        load = clinic.start_load("--rate", "100", "--duration", "8s")
        with SlowClients():
            end = time.monotonic() + 8
            took = []
            while time.monotonic() < end:
                start = time.monotonic()
                self.assertIn("http_requests_total", clinic.metrics_text())
                took.append(time.monotonic() - start)
                time.sleep(0.1)
        output = load.communicate()[0]
        self.assertEqual(load.returncode, 0, output)
        self.assertGreater(len(took), 10)
        self.assertLess(sorted(took)[len(took) // 2], 1, took)

    def test_documentation_names_every_family_with_its_type_and_labels(self):
        with open(os.path.join(ROOT, "docs", "metrics.md")) as file:
            rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", file.read(), re.MULTILINE)
        documented = {name: (kind, set(re.findall(r"(\w+)(?: \([^)]*\))?(?:, |$)", labels.strip())))
                      for name, kind, labels in rows}
        clinic.call("GET", "/api/v1/appointments")
        booking = {"client_id": 9, "service_id": 3, "start_time": "2024-11-26T10:00:00", "duration_minutes": 60}
        self.assertEqual(clinic.call("POST", "/api/v1/appointments", booking).status, 201)  # a transaction
        exposition = clinic.metrics_text()
        exported = dict(re.findall(r"^# TYPE (\w+) (\w+)$", exposition, re.MULTILINE))

        self.assertEqual({name: kind for name, (kind, _) in documented.items()
                          if name in exported or not (name in WITHOUT_SERIES or PERHAPS.match(name) or UNUSED.match(name))}, exported)
        for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", exposition, re.MULTILINE):
            family = name if name in exported else re.sub("_(bucket|sum|count)$", "", name)
            names = set(re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', labels)) - ({"le"} if name.endswith("_bucket") else set())
            self.assertEqual(names, documented[family][1], name)

    # A scrape is stored, and read by people: a service of twelve routes, a database and a cache fills no more lines than these.
    # What some kernels and cgroups give is up to 45 lines besides, and what it promises 54, by how much it promises.
    def test_an_idle_service_has_at_most_613_lines(self):
        clinic.stop_clinic()
        clinic.start_clinic()
        clinic.token = None
        text = re.sub("^# (HELP|TYPE) ", "", clinic.metrics_text(), flags=re.MULTILINE)
        lines = [line for line in text.splitlines() if not PERHAPS.match(line) and not PROMISES.match(line)]
        self.assertLessEqual(len(lines), 613)
        self.assertGreater(len(lines), 500, "PERHAPS matches too much")

    def test_objectives_count_what_the_histograms_tell(self):
        for path in ["/api/v1/appointments", "/api/v1/clients", "/api/v1/users/me", "/api/v1/nowhere"] * 5:
            clinic.call("GET", path)
        samples = eventually(clinic.quiet_metrics, "no request is under way")

        count = total(samples, "http_request_duration_seconds_count")
        for slo, target in [("latency-p50", "0.05"), ("latency-p95", "0.15"), ("latency-p99", "0.5")]:
            self.assertEqual(total(samples, "slo_events_total", slo=slo), count)
            self.assertEqual(total(samples, "slo_bad_events_total", slo=slo),
                             count - total(samples, "http_request_duration_seconds_bucket", le=target), slo)
        self.assertEqual(total(samples, "slo_events_total", slo="availability"), total(samples, "http_requests_total"))

    def test_the_status_of_its_objectives_is_of_what_the_metrics_have(self):
        for path in ["/api/v1/appointments", "/api/v1/nowhere"] * 5:
            clinic.call("GET", path)
        samples = eventually(clinic.quiet_metrics, "no request is under way")
        answer = clinic.request("GET", "/slo", port=clinic.metrics_port)

        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/json"))
        self.assertEqual([objective["name"] for objective in answer.json["objectives"]],
                         ["latency-p50", "latency-p95", "latency-p99", "error-rate", "availability",
                          "latency-critical-p95", "latency-important-p95", "latency-standard-p95"])
        for objective in answer.json["objectives"]:
            self.assertEqual(objective["events"], total(samples, "slo_events_total", slo=objective["name"]))
            self.assertEqual(objective["bad_events"], total(samples, "slo_bad_events_total", slo=objective["name"]))

    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package prometheus")
    def test_promtool_finds_nothing_to_complain_about(self):
        clinic.call("GET", "/api/v1/appointments")
        checked = subprocess.run(["promtool", "check", "metrics"], input=clinic.metrics_text(), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))

    @unittest.skipUnless(Prometheus.installed, "prometheus is missing: install the package of that name")
    def test_prometheus_scrapes_it(self):
        clinic.call("GET", "/api/v1/appointments")
        with Prometheus(f"127.0.0.1:{clinic.metrics_port}") as prometheus:
            eventually(lambda: any(sample["value"][1] == "1" for sample in prometheus.query("up")), "the target is up")
            # A request is counted once it is answered: on a busy machine a moment after its client went on.
            eventually(lambda: prometheus.query("sum(http_requests_total)")[0]["value"][1] ==
                       f"{total(clinic.metrics(), 'http_requests_total'):.0f}", "Prometheus has the clinic's count")
            self.check_contract(prometheus)

    def check_contract(self, prometheus):
        for name, labels in [("http_requests_total", {"method", "endpoint", "status"}),
                             ("http_request_duration_seconds_bucket", {"method", "endpoint", "le"}),
                             ("http_requests_active", set()),
                             ("db_query_duration_seconds_count", {"query_type", "table"}),
                             ("cache_hits_total", {"cache_type", "hit"})]:
            series = prometheus.query(name)
            self.assertTrue(series, name)
            for sample in series:
                self.assertEqual(set(sample["metric"]) - {"__name__", "instance", "job"}, labels, name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
