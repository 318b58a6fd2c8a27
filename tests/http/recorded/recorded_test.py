"""A real Prometheus stores exactly what a program records, whatever the format. The argument: http_recorded_program."""
import http.server
import json
import shutil
import subprocess
import sys
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "support"))
from prometheus import Prometheus  # noqa: E402
from recorded import Series, bound  # noqa: E402

PATIENCE = 60
EVERYTHING = '{__name__=~".+"}'
TEXT = "text/plain;version=0.0.4"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
OURS = ("vitals_", "up", "scrape_")  # what the endpoint and Prometheus add


def fetch(port, accept):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read()


class AsText(http.server.ThreadingHTTPServer):
    """Passes scrapes on, asking for text."""

    def __init__(self, port):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = fetch(port, TEXT)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def key(labels):
    return tuple(sorted((name, value) for name, value in labels.items() if name not in ("instance", "job")))


def unescaped(value):
    """Of an exemplar: Prometheus keeps the escapes of OpenMetrics there. The program's have no backslashes."""
    return value.replace('\\"', '"').replace("\\n", "\n")


def stored_value(one):
    if "value" in one:
        return repr(float(one["value"][1]))
    found = one["histogram"][1]
    buckets = [(rule, bound(float(low)), bound(float(high)), int(n)) for rule, low, high, n in found.get("buckets", [])]
    return int(found["count"]), repr(float(found["sum"])), tuple(buckets)


def shown(series):
    """For a message: a line for each."""
    return sorted(f"{ {name: value[:40] for name, value in labels} } {value}"[:1000] for labels, value in series)


class Recorded(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.program = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.registries = json.loads(cls.program.stdout.readline())
        for registry in cls.registries:
            registry["series"] = [Series(one, registry["labels"]) for one in registry["series"]]

    @classmethod
    def tearDownClass(cls):
        cls.program.communicate("\n", timeout=60)
        assert cls.program.returncode == 0, "lint_exposition() found errors, see above"

    def assert_same(self, found, expected):
        """Of dictionaries that are too large to show."""
        self.assertEqual(shown((k, v) for k, v in found.items() if expected.get(k) != v),
                         shown((k, v) for k, v in expected.items() if found.get(k) != v))

    def scraped(self, port, *flags):
        prometheus = Prometheus(f"127.0.0.1:{port}", *flags)
        prometheus.__enter__()
        self.addCleanup(prometheus.__exit__)
        end = time.monotonic() + PATIENCE
        while prometheus.query("up == 1") == []:
            targets = (prometheus.ask("targets") or {}).get("activeTargets", [])
            self.assertEqual([one["lastError"] for one in targets if one["lastError"]], [])
            self.assertLess(time.monotonic(), end, "not scraped")
            time.sleep(0.1)
        return prometheus

    def check(self, registry, form, prometheus):
        result = prometheus.query(EVERYTHING)
        found = {key(one["metric"]): stored_value(one) for one in result
                 if not one["metric"]["__name__"].startswith(OURS)}
        series = [one for one in registry["series"] if not one.is_stored_oddly(found)]
        odd = [one.exposed for one in registry["series"] if one.is_stored_oddly(found)]
        self.assertTrue(not odd or form == "protobuf", odd)
        self.assertEqual(len(found), sum(not one["metric"]["__name__"].startswith(OURS) for one in result))
        self.assert_same({k: v for k, v in found.items() if dict(k)["__name__"] not in odd},
                         {k: v for one in series for k, v in one.stored(form).items()})
        for own in ("vitals_collector_errors_total", "vitals_invalid_updates_total", "vitals_exemplars_dropped_total"):
            self.assertEqual([one["value"][1] for one in prometheus.query(f"sum({own})")], ["0"], own)
        self.check_exemplars(series, odd, form, prometheus)
        self.check_metadata(registry["series"], form, prometheus)

    def check_exemplars(self, series, odd, form, prometheus):
        found = {}
        for one in prometheus.ask("query_exemplars", query=EVERYTHING, start=0, end=time.time() + 60):
            if one["seriesLabels"]["__name__"] not in odd:
                found[key(one["seriesLabels"])] = [
                    ({name: unescaped(value) for name, value in exemplar["labels"].items()}, float(exemplar["value"]),
                     round(exemplar["timestamp"] * 1000)) for exemplar in one["exemplars"]]
        expected = {k: v for one in series for k, v in one.stored_exemplars(form).items()}
        for one in series if form == "protobuf" else []:
            if one.is_native and one.exemplars:  # some of them: 2.42 takes the first of classic buckets, 2.53 the newest
                stored = found.pop(one.key(), [])
                self.assertLessEqual(set(map(repr, stored)), set(map(repr, expected.pop(one.key()))))
                self.assertTrue(stored or not one.is_classic)
        self.assert_same(found, expected)

    def check_metadata(self, series, form, prometheus):
        found = {(one["metric"], one["type"], one["help"], one["unit"]) for one in prometheus.ask("targets/metadata")
                 if not one["metric"].startswith(OURS)}
        self.assertEqual(found, set().union(*(one.metadata(form) for one in series)))

    @unittest.skipUnless(Prometheus.installed, "prometheus is not installed")
    def test_is_what_prometheus_stores_of_protobuf(self):
        for registry in self.registries:
            self.check(registry, "protobuf",
                       self.scraped(registry["port"], "--enable-feature=native-histograms,exemplar-storage"))

    @unittest.skipUnless(Prometheus.installed, "prometheus is not installed")
    def test_is_what_prometheus_stores_of_openmetrics(self):
        for registry in self.registries:
            self.check(registry, "openmetrics", self.scraped(registry["port"], "--enable-feature=exemplar-storage"))

    @unittest.skipUnless(Prometheus.installed, "prometheus is not installed")
    def test_is_what_prometheus_stores_of_text(self):
        for registry in self.registries:
            proxy = AsText(registry["port"])
            self.addCleanup(proxy.server_close)
            self.addCleanup(proxy.shutdown)
            self.check(registry, "text", self.scraped(proxy.server_address[1], "--enable-feature=exemplar-storage"))

    def test_is_what_the_strict_openmetrics_parser_reads(self):
        for registry in self.registries:
            body = fetch(registry["port"], OPENMETRICS)[1].decode()
            samples = [one for family in parse_openmetrics(body) for one in family.samples
                       if not one.name.startswith(OURS)]
            found = {key({**{n: v for n, v in one.labels.items() if v}, "__name__": one.name}): repr(float(one.value))
                     for one in samples}
            self.assertEqual(len(found), len(samples))
            self.assert_same(found, {k: v for one in registry["series"] for k, v in one.stored("openmetrics").items()})

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_is_taken_by_promtool(self):
        for registry in self.registries:
            check = subprocess.run(["promtool", "check", "metrics"], input=fetch(registry["port"], TEXT)[1],
                                   capture_output=True, timeout=60)
            self.assertEqual((check.returncode, check.stderr.decode()), (0, ""))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
