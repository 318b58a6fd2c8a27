"""examples/run.sh --monitoring, as a user runs it: everything is there, and nothing is left."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from service import ROOT, Service, eventually, free_port, total

PORTS = ["CLINIC_PORT", "CLINIC_METRICS_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT", "RECEIVER_PORT", "NODE_EXPORTER_PORT",
         "REDIS_EXPORTER_PORT", "POSTGRES_EXPORTER_PORT"]
PROGRAMS = ["prometheus", *("prometheus-" + name for name in ["alertmanager", "node-exporter", "redis-exporter", "postgres-exporter"])]
MISSING = [program for program in PROGRAMS if not shutil.which(program)]


def start(*options, **environment):
    """(the process, the ports that it was given). It ends with this test, however that ends."""
    ports = {name: str(free_port()) for name in PORTS}
    command = ["setpriv", "--pdeathsig", "TERM", os.path.join(ROOT, "examples/run.sh"), "--monitoring", "--quick",
               "--build", os.environ["BUILD"], *options]
    environment = os.environ | ports | environment
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True), ports


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@unittest.skipIf(MISSING, f"missing: {', '.join(MISSING)}; install the packages of these names")
class Monitoring(unittest.TestCase):
    def test_nothing_is_left_when_its_time_is_over(self):
        process, ports = start("--duration", "5")
        output = process.communicate()[0]
        self.assertEqual(process.returncode, 0, output)
        for name, port in ports.items():
            self.assertIn(f"127.0.0.1:{port}", output, name)
            self.assertFalse(listens(port), name)

    def test_nothing_is_left_when_it_is_terminated(self):
        with tempfile.TemporaryDirectory() as folder:
            process, ports = start(TMPDIR=folder)
            with process.stdout:
                self.assertTrue(any("Ctrl-C" in line for line in process.stdout))
                self.assertEqual([name for name, port in ports.items() if not listens(port)], [])
                process.terminate()
                self.assertEqual(process.wait(), 143)
            self.assertFalse(any(map(listens, ports.values())))
            self.assertEqual(os.listdir(folder), [])


class Memory(unittest.TestCase):
    def test_the_ballast_is_taken_and_given_back(self):
        os.environ["CLINIC_BALLAST_MIB"] = "128"
        self.addCleanup(os.environ.pop, "CLINIC_BALLAST_MIB")
        with Service() as clinic:
            def resident():
                return total(clinic.metrics(), "process_resident_memory_bytes")
            before = resident()
            clinic.clinic.send_signal(signal.SIGUSR1)
            eventually(lambda: resident() > before + 120 * 2**20, "the ballast is resident")
            clinic.clinic.send_signal(signal.SIGUSR2)
            eventually(lambda: resident() < before + 20 * 2**20, "it was given back")


if __name__ == "__main__":
    unittest.main(verbosity=2)
