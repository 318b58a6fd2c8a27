#!/usr/bin/env python3
"""docs/tutorial.md, done: each step is built and run as the document says, prints what stands there, and a real Prometheus
answers its queries. Needs an installed vitals."""
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from prometheus import Prometheus  # noqa: E402
from tutorial import Tutorial  # noqa: E402

PATIENCE = 120
# A program that runs until Ctrl-C there runs beside the shell here, and ends with it.
BESIDE = "setpriv --pdeathsig TERM {} >{}.log 2>&1 & {}=$!\n"


def eventually(condition, what):
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE} s: {what}")
        time.sleep(0.2)
    return result


def free_ports(n):
    probes = [socket.socket() for _ in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def listens(port):
    """Asked without a request, which would be counted."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Shell:
    """One bash that is told one thing after the other, with job control, as in a terminal."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(["bash", "-m"], cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def run(self, text):
        """(exit status, standard output)."""
        self.process.stdin.write("{ " + text.rstrip("\n") + "\n} </dev/null; echo \"=done= $?\"\n")
        self.process.stdin.flush()
        output = ""
        for line in self.process.stdout:
            if done := re.fullmatch(r"(.*)=done= (\d+)\n", line):
                return int(done.group(2)), output + done.group(1)
            output += line
        raise AssertionError(f"the shell ended at: {text}")

    def end(self):
        self.process.stdin.write("kill $load $prometheus $books; wait $load $prometheus $books\n")
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@unittest.skipUnless(Prometheus.installed, "prometheus is missing: install the package of that name")
class TutorialTest(unittest.TestCase):
    def setUp(self):
        self.maxDiff = None
        self.tutorial = Tutorial(ROOT)
        self.folder = Path(tempfile.mkdtemp(prefix="vitals-tutorial."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.port, self.metrics_port, self.prometheus_port = free_ports(3)
        for name, text in self.tutorial.files.items():
            (self.folder / name).write_text(self.here(text))
        environment = dict(os.environ, PORT=str(self.port), METRICS_PORT=str(self.metrics_port), TMPDIR=str(self.folder))
        self.shell = Shell(self.folder, environment)
        self.addCleanup(self.shell.end)
        self.prometheus = Prometheus(None)
        self.prometheus.port = self.prometheus_port

    def here(self, text):
        """The document's text with the folders and ports of this test."""
        for there, here in [("~/src/vitals", ROOT), ("~/.local", PREFIX), ("$HOME/.local", PREFIX), ("~/books", self.folder),
                            (":8080", f":{self.port}"), (":9464", f":{self.metrics_port}"), (":9091", f":{self.prometheus_port}")]:
            text = text.replace(there, str(here))
        return text

    def succeed(self, text):
        status, output = self.shell.run(text)
        if status != 0:
            logs = "".join(f"\n{log.name}:\n{log.read_text()}" for log in self.folder.glob("*.log"))
            self.fail(f"{text} ended with {status}:\n{output}{logs}")
        return output

    def command(self, text):
        if "install-packages.sh" in text:
            return  # what PREFIX has
        before, builds, _ = text.rpartition("cmake --build build && build/books\n")
        if builds:
            self.succeed(before + "cmake --build build")
            self.succeed("[ -z \"$books\" ] || { kill $books; wait $books; }; "
                         + BESIDE.format("build/books", "books", "books"))
            eventually(lambda: listens(self.port), "the service listens")
        elif text.startswith("prometheus "):
            self.succeed(BESIDE.format(text.rstrip("\n"), "prometheus", "prometheus"))
        elif "\nwhile " in text:
            (self.folder / "load.sh").write_text(text)
            self.succeed(BESIDE.format("bash load.sh", "load", "load"))
        elif "vitals check" in text:
            self.check(text)
        else:
            self.succeed(text)

    def check(self, command):
        """It judges the targets that the document shows; how fast this machine is, is no matter here."""
        status, output = self.shell.run(command)
        self.assertIn(status, (0, 1, 2), output)
        shown = next(content for language, content in self.tutorial.blocks(self.tutorial.text) if language == "text")
        rows = [line.split("  ")[0] for line in shown.split("\n\n")[1].splitlines()]
        self.assertEqual([line.split("  ")[0] for line in output.split("\n\n")[1].splitlines()], rows)

    def console(self, text):
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, flags=re.M):
            self.assertEqual(self.succeed(command), expected, command)

    def answer(self, query):
        """Whether Prometheus has numbers for it, and nothing but numbers."""
        values = [float(sample["value"][1]) for sample in self.prometheus.query(query)]
        return values and all(map(math.isfinite, values))

    def test_does_what_it_says(self):
        steps = iter(self.tutorial.steps())
        for section in self.tutorial.sections():
            blocks = self.tutorial.blocks(section)
            if any(language == "cpp" for language, _ in blocks):
                (self.folder / "main.cpp").write_text(next(steps))
            for language, content in blocks:
                if language == "sh":
                    self.command(self.here(content))
                elif language == "console":
                    self.console(self.here(content))

        queries = self.tutorial.queries()
        self.assertGreaterEqual(len(queries), 10)
        for query in queries:
            eventually(lambda: self.answer(query), f"numbers for {query}; there is {self.prometheus.query(query)}")
        rules = [rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]]
        self.assertEqual({rule["name"]: rule["health"] for rule in rules},
                         {"BooksDown": "ok", "BooksErrors": "ok", "BooksSlow": "ok"})


if __name__ == "__main__":
    PREFIX = sys.argv.pop(1)
    unittest.main(verbosity=2)
