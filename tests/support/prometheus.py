"""A private Prometheus that scrapes targets every second, or none, and may write to another one. Python's standard library only.

    with Prometheus("127.0.0.1:9464") as prometheus:
        prometheus.query("up")
"""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import urllib.parse
import urllib.request


class Prometheus:
    installed = shutil.which("prometheus") is not None

    def __init__(self, target, *flags, data=None, remote_write=None, rules=(), scrapes=()):
        """data: a folder with blocks that it has from the start. rules: files. scrapes: further scrape_configs."""
        self.target = target
        self.flags = flags
        self.data = data
        self.remote_write = remote_write
        self.rules = list(rules)
        self.scrapes = list(scrapes)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vitals-prometheus.")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = os.path.join(self.folder, "prometheus.yml")
        said = {"global": {"scrape_interval": "1s"}}
        if self.target:
            self.scrapes.append({"job_name": "vitals", "static_configs": [{"targets": [self.target]}]})
        if self.scrapes:
            said["scrape_configs"] = self.scrapes
        if self.rules:
            said["rule_files"] = self.rules
        if self.remote_write:
            said["remote_write"] = self.remote_write
        with open(config, "w") as file:
            json.dump(said, file)
        with open(os.path.join(self.folder, "log"), "w") as log:
            self.process = subprocess.Popen(
                ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + (self.data or os.path.join(self.folder, "data")),
                 f"--web.listen-address=127.0.0.1:{self.port}", *self.flags], stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def query(self, expression):
        """The result of an instant query; empty while Prometheus isn't ready."""
        data = self.ask("query", query=expression)
        return data["result"] if data else []

    def ask(self, what, **parameters):
        """The data of an answer of /api/v1/; None while Prometheus isn't ready."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{what}?" + urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["data"]
        except OSError:  # urllib's errors among them
            return None
