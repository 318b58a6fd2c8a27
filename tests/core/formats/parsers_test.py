"""What others' parsers say of our expositions: the strict OpenMetrics parser of Prometheus's Python client, its parser of
text, and promtool. The argument is core_exposition_program."""
import shutil
import subprocess
import sys
import unittest

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text


def expose(*arguments):
    return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, timeout=60).stdout


def samples(families):
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample for family in families for sample in family.samples}


class OpenMetrics(unittest.TestCase):
    def test_is_taken_by_the_strict_parser_in_every_escaping(self):
        for escaping in ("underscores", "dots", "values"):
            for created in ("", "created"):
                text = expose("openmetrics", escaping, created).decode()
                self.assertGreater(len(samples(parse_openmetrics(text))), 60, escaping)

    def test_types_units_and_help_arrive(self):
        families = {family.name: family for family in parse_openmetrics(expose("openmetrics").decode())}

        self.assertEqual({name: families[name].type for name in
                          ("jobs", "lost", "temperature_celsius", "latency_seconds", "queue_bytes", "wait_seconds", "build",
                           "phase", "a:phase", "old")},
                         {"jobs": "counter", "lost": "unknown", "temperature_celsius": "gauge",
                          "latency_seconds": "histogram", "queue_bytes": "gaugehistogram", "wait_seconds": "summary",
                          "build": "info", "phase": "stateset", "a:phase": "gauge", "old": "unknown"})
        self.assertEqual(families["jobs"].documentation, 'Back\\slash, "quotes" and\nnew line.')
        self.assertEqual(families["latency_seconds"].unit, "seconds")
        self.assertEqual(families["no_such_unit"].unit, "")

    def test_exemplars_and_start_times_arrive(self):
        found = samples(parse_openmetrics(expose("openmetrics", "created").decode()))
        jobs = ("path", 'C:\\dir\\"x"\nnext\ttab\r')

        exemplar = found["jobs_total", (jobs,)].exemplar
        self.assertEqual((exemplar.labels, exemplar.value, str(exemplar.timestamp)),
                         ({"trace_id": 'new"\\\n'}, 1, "1700000000.123456789"))
        self.assertEqual(str(found["jobs_created", (jobs,)].value), "1700000000.1234567")
        self.assertIsNone(found["jobs_total", (("path", "long"),)].exemplar)
        bucket = found["latency_seconds_bucket", (("le", "0.5"), ("route", "/a"))]
        self.assertEqual(bucket.exemplar.labels, {"trace_id": "on the bound"})


class Text(unittest.TestCase):
    def test_says_what_openmetrics_says(self):
        text = samples(parse_text(expose("text").decode()))
        open_metrics = samples(parse_openmetrics(expose("openmetrics").decode()))

        def comparable(found):
            return {(name, tuple((key, float(value) if key in ("le", "quantile") else value) for key, value in labels)):
                    repr(float(sample.value)) for (name, labels), sample in found.items()}
        text, open_metrics = comparable(text), comparable(open_metrics)
        text["lost", ()] = text.pop(("lost_total", ()))  # the parser adds what it thinks is missing
        self.assertEqual({key: value for key, value in text.items() if key in open_metrics}, open_metrics)
        left_out = {name for name, _ in text.keys() - open_metrics.keys()}
        self.assertEqual(left_out, {"jobs_total", "offset_sum", "offset_count", "wait_seconds", "wait_seconds_sum"})

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_is_taken_by_promtool(self):
        for escaping in ("underscores", "dots", "values"):
            check = subprocess.run(["promtool", "check", "metrics"], input=expose("text", escaping), capture_output=True,
                                   timeout=60)
            # 3: it parsed them, and has something to say of the odd names that are there on purpose.
            self.assertEqual(check.returncode, 3, check.stderr.decode())


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
