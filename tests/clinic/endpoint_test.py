"""The clinic's endpoint: for a real Prometheus, and under clients that send one header byte a second."""
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import unittest
import urllib.parse

from service import Service, eventually, free_port, total

SLOW_CLIENTS = 40


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
    def test_scrapes_go_on_beside_slow_clients(self):
        load = clinic.start_load("--rate", "100", "--duration", "8")
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

    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package prometheus")
    def test_promtool_finds_nothing_to_complain_about(self):
        clinic.call("GET", "/api/v1/appointments")
        checked = subprocess.run(["promtool", "check", "metrics"], input=clinic.metrics_text(), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))

    @unittest.skipUnless(shutil.which("prometheus"), "prometheus is missing: install the package of that name")
    def test_prometheus_scrapes_it(self):
        port = free_port()
        folder = os.path.join(clinic.folder, "prometheus")
        os.mkdir(folder)
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as file:
            json.dump({"global": {"scrape_interval": "1s"},
                       "scrape_configs": [{"job_name": "clinic",
                                           "static_configs": [{"targets": [f"127.0.0.1:{clinic.metrics_port}"]}]}]}, file)
        with open(os.path.join(folder, "log"), "w") as log:
            prometheus = subprocess.Popen(
                ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + os.path.join(folder, "data"),
                 f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            self.ask_prometheus(port)
        finally:
            prometheus.terminate()
            prometheus.wait()

    def ask_prometheus(self, port):
        def query(expression):
            try:
                answer = clinic.request("GET", "/api/v1/query?" + urllib.parse.urlencode({"query": expression}), port=port)
                return answer.json["data"]["result"] if answer.status == 200 else []
            except OSError:
                return []

        clinic.call("GET", "/api/v1/appointments")
        counted = total(clinic.metrics(), "http_requests_total")
        eventually(lambda: any(sample["value"][1] == "1" for sample in query("up")), "the target is up")
        eventually(lambda: query("sum(http_requests_total)")[0]["value"][1] == f"{counted:.0f}",
                   "Prometheus has the clinic's count")
        for name, labels in [("http_requests_total", {"method", "endpoint", "status"}),
                             ("http_request_duration_seconds_bucket", {"method", "endpoint", "le"}),
                             ("http_requests_active", set()),
                             ("db_query_duration_seconds_count", {"query_type", "table"}),
                             ("cache_hits_total", {"cache_type", "hit"})]:
            series = query(name)
            self.assertTrue(series, name)
            for sample in series:
                self.assertEqual(set(sample["metric"]) - {"__name__", "instance", "job"}, labels, name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
