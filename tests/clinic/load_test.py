"""The numbers agree: what vitals load sent is what the clinic counted; and the five metrics have exactly their labels."""
import json
import pathlib
import shutil
import subprocess
import unittest

from service import Service, eventually, total

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/clinic"
FIVE = {
    "http_requests_total": ("method", "endpoint", "status"),
    "http_request_duration_seconds": ("method", "endpoint"),
    "http_requests_active": (),
    "db_query_duration_seconds": ("query_type", "table"),
    "cache_hits_total": ("cache_type", "hit"),
}


def setUpModule():
    global clinic
    clinic = Service().__enter__()
    unittest.addModuleCleanup(clinic.__exit__)


def routes(report):
    """Those of the load, and the login before it."""
    return report["requests"] + report["setup"]


def growth(before, after, name, **labels):
    return total(after, name, **labels) - total(before, name, **labels)


class Load(unittest.TestCase):
    def run_load(self, *options):
        # A client has its answer a moment before the server has counted it.
        before = eventually(clinic.quiet_metrics, "the requests before the load are counted")
        load = clinic.start_load(*options)
        output = load.communicate()[0]
        self.assertEqual(load.returncode, 0, output)
        report = clinic.load_report()
        sent = sum(route["requests"] for route in routes(report))
        after = eventually(clinic.quiet_metrics, f"{sent} requests are counted")
        return report, before, after

    def agree(self, report, before, after):
        for route in routes(report):
            labels = {"method": route["method"], "endpoint": route["endpoint"]}
            for status, n in route.get("outcomes", {}).items():
                self.assertEqual(growth(before, after, "http_requests_total", **labels, status=status), n, (labels, status))
            self.assertEqual(growth(before, after, "http_requests_total", **labels), route["requests"], labels)
            self.assertEqual(growth(before, after, "http_request_duration_seconds_count", **labels), route["requests"], labels)
        sent = sum(route["requests"] for route in routes(report))
        self.assertEqual(growth(before, after, "http_requests_total"), sent)
        self.assertEqual(total(after, "http_requests_active"), 0)

    def test_counts_agree_at_a_rate(self):
        report, before, after = self.run_load("--rate", "300", "--duration", "4s")
        self.assertEqual(report["all"]["requests"], 1200)
        self.agree(report, before, after)

        # Each creation is one INSERT; each list is a hit, or a miss that the database answered. Where the machine is so busy that
        # Redis doesn't answer in time, it is neither.
        lists = sum(route["requests"] for route in report["requests"]
                    if route["endpoint"] in ("/api/v1/appointments", "/api/v1/schedule") and route["method"] == "GET")
        created = sum(route["requests"] for route in report["requests"]
                      if (route["method"], route["endpoint"]) == ("POST", "/api/v1/appointments"))
        neither = sum(growth(before, after, "cache_requests_total", outcome=outcome) for outcome in ("error", "bypass"))
        self.assertEqual(growth(before, after, "cache_hits_total") + neither, lists)
        self.assertGreater(growth(before, after, "cache_hits_total"), 0)
        self.assertEqual(growth(before, after, "db_query_duration_seconds_count", query_type="INSERT", table="appointments"),
                         created)

    def test_counts_agree_at_full_speed(self):
        self.agree(*self.run_load("--users", "100", "--duration", "3s"))

    @unittest.skipUnless(shutil.which("wrk"), "wrk is missing: install the package of that name")
    def test_wrk_sends_the_same_mix(self):
        connections = 16
        clinic.call("GET", "/api/v1/services")  # logs in
        before = eventually(clinic.quiet_metrics, "the requests before the load are counted")
        wrk = subprocess.run(["wrk", "-t", "2", "-c", str(connections), "-d", "2s", "-s", EXAMPLE / "wrk.lua",
                              f"http://127.0.0.1:{clinic.port}", "--", clinic.token], stdout=subprocess.PIPE, text=True, check=True)
        after = eventually(clinic.quiet_metrics, "the requests of wrk are counted")
        said = json.loads(wrk.stdout.splitlines()[-1])
        counted = growth(before, after, "http_requests_total")
        self.assertEqual(said["errors"], 0, said)
        # Those that were under way at the end are the server's alone.
        self.assertLessEqual(said["requests"], counted)
        self.assertLessEqual(counted, said["requests"] + connections)
        self.assertEqual(growth(before, after, "http_requests_total", status="200") +
                         growth(before, after, "http_requests_total", status="201"), counted)
        for method, endpoint, weight in [("GET", "/api/v1/appointments", 10), ("GET", "/api/v1/schedule", 5),
                                         ("GET", "/api/v1/clients", 3), ("POST", "/api/v1/appointments", 2),
                                         ("GET", "/api/v1/clients/{id}", 1)]:
            share = growth(before, after, "http_requests_total", method=method, endpoint=endpoint) / counted
            # Four standard deviations.
            expected = weight / 21
            self.assertAlmostEqual(share, expected, delta=4 * (expected * (1 - expected) / counted) ** 0.5, msg=endpoint)

    def test_the_locustfile_compiles(self):
        compile((EXAMPLE / "locustfile.py").read_text(), "locustfile.py", "exec")

    def test_the_five_metrics_have_exactly_their_labels(self):
        clinic.call("POST", "/api/v1/sessions", {"appointment_id": 1})
        clinic.request("BREW", "/api/v1/coffee")
        for (sample, labels) in clinic.metrics():
            for name, expected in FIVE.items():
                if sample in (name, name + "_sum", name + "_count"):
                    self.assertEqual(tuple(label for label, _ in labels), expected, sample)
                if sample == name + "_bucket":
                    self.assertEqual(tuple(label for label, _ in labels), expected + ("le",), sample)
        samples = clinic.metrics()
        text = clinic.metrics_text()
        for name in FIVE:
            kind = "counter" if name.endswith("_total") else "histogram" if name.endswith("_seconds") else "gauge"
            self.assertIn(f"# TYPE {name} {kind}\n", text)
        self.assertEqual({dict(labels)["hit"] for name, labels in samples if name == "cache_hits_total"}, {"true", "false"})
        self.assertEqual(total(samples, "http_requests_total", endpoint="_unmatched", method="_OTHER"), 1)
        tables = {dict(labels)["table"] for name, labels in samples if name == "db_query_duration_seconds_count"}
        self.assertLessEqual({"appointments", "clients", "users", "none"}, tables)

    def test_routes_exist_before_their_first_request(self):
        clinic.stop_clinic()
        clinic.start_clinic()
        clinic.token = None
        endpoints = {dict(labels)["endpoint"] for name, labels in clinic.metrics() if name == "http_requests_total"}
        self.assertLessEqual({"/api/v1/clients/{id}", "/api/v1/appointments/{id}", "/api/v1/sessions", "/api/v1/users/me"},
                             endpoints)


if __name__ == "__main__":
    unittest.main(verbosity=2)
