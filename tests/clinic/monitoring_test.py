"""examples/run.sh --monitoring --break errors, as a user runs it: the alert fires, arrives at the receiver and is resolved."""
import os
import re
import shutil
import subprocess
import unittest

from service import ROOT, free_port

PORTS = ["CLINIC_PORT", "CLINIC_METRICS_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT", "RECEIVER_PORT", "NODE_EXPORTER_PORT",
         "REDIS_EXPORTER_PORT", "POSTGRES_EXPORTER_PORT"]
PROGRAMS = ["prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "prometheus-redis-exporter", "prometheus-postgres-exporter"]
MISSING = [program for program in PROGRAMS if not shutil.which(program)]


def run(*options, **environment):
    """(exit status, output, the ports that it was given)."""
    ports = {name: str(free_port()) for name in PORTS}
    done = subprocess.run([os.path.join(ROOT, "examples/run.sh"), "--monitoring", "--quick", "--build", os.environ["BUILD"], *options],
                          env=os.environ | ports | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout, ports


@unittest.skipIf(MISSING, f"missing: {', '.join(MISSING)}; install the packages of these names")
class Monitoring(unittest.TestCase):
    def test_errors_fire_arrive_and_clear(self):
        status, output, _ = run("--break", "errors")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"pager  firing  HighErrorRate  job=clinic severity=critical  ")
        self.assertRegex(output, r"pager  resolved  HighErrorRate  ")
        row = re.search(r"^errors  HighErrorRate  (\d+) s +(\d+) s +(\d+) s ", output, flags=re.M)
        self.assertTrue(row, output)
        fires, arrives, _ = map(int, row.groups())
        self.assertLessEqual(fires, arrives)

    def test_it_leaves_nothing_running(self):
        status, output, ports = run("--duration", "5")
        self.assertEqual(status, 0, output)
        for name, port in ports.items():
            self.assertIn(f"127.0.0.1:{port}", output, name)
        left = subprocess.run(["pgrep", "-af", "|".join(f"127.0.0.1:{port}" for port in ports.values())], stdout=subprocess.PIPE, text=True)
        self.assertEqual(left.stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
