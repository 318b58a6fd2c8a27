"""A real Prometheus has the same series from vitals's endpoint and from prometheus-cpp's Exposer, both ways across the
bridge. The argument is prometheus_cpp_program."""
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
from prometheus import Prometheus  # noqa: E402

PATIENCE = 60


def number(text):
    """As prometheus-cpp writes it: with 16 digits."""
    return f"{float(text):.16g}"


def key(labels):
    """A series without its target; OpenMetrics writes le="1.0" where prometheus-cpp writes le="1"."""
    kept = {name: value for name, value in labels.items() if name not in ("instance", "job")}
    for name in kept.keys() & {"le", "quantile"}:
        kept[name] = number(kept[name])
    return tuple(sorted(kept.items()))


@unittest.skipUnless(Prometheus.installed, "prometheus is not installed")
class BothWays(unittest.TestCase):
    def stored(self, port):
        """What a Prometheus that scrapes this port has of the two registries."""
        with Prometheus(f"127.0.0.1:{port}") as prometheus:
            end = time.monotonic() + PATIENCE
            while prometheus.query("up == 1") == []:
                targets = (prometheus.ask("targets") or {}).get("activeTargets", [])
                self.assertEqual([one["lastError"] for one in targets if one["lastError"]], [])
                self.assertLess(time.monotonic(), end, "not scraped")
                time.sleep(0.1)
            series = prometheus.query('{__name__=~"(our|their)_.*"}')
        return {key(one["metric"]): number(one["value"][1]) for one in series}

    def test_same_series(self):
        with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            endpoint, exposer = program.stdout.readline().split()
            ours, theirs = self.stored(endpoint), self.stored(exposer)
            program.communicate("\n", timeout=30)

        self.assertEqual(program.returncode, 0)
        self.assertGreater(len(ours), 150)
        self.assertEqual(ours, theirs)
        self.assertEqual(ours[key({"__name__": "our_requests_total", "path": "two\nlines", "code": "200"})], "1234567")
        self.assertEqual(ours[key({"__name__": "their_total", "path": 'a "quote"', "zone": "a"})], "3000000.5")
        self.assertEqual(ours[key({"__name__": "our_queue_bucket", "le": "1"})], "2")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
