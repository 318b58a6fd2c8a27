"""A clinic with servers of its own, for the tests of this folder. Python's standard library only.

The environment names the programs: CLINIC, VITALS; ctest sets them.
"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60  # seconds that a condition may take: sanitizers and busy machines are slow

# Starts both servers, tells where they are, then does what it reads, one command a line, until its input ends.
SERVERS = """
. "$1/tests/support/servers.sh"
trap stop_servers EXIT; trap 'exit 130' INT; trap 'exit 143' TERM
start_postgres "$2" clinic && start_redis "$2" || exit 1
psql "$POSTGRES_DSN" -X -q -v ON_ERROR_STOP=1 -f "$1/examples/clinic/schema.sql" -f "$1/examples/clinic/seed.sql" || exit 1
printf '%s\\n' "$POSTGRES_DSN" "$REDIS_SOCKET"
while read -r command; do $command && echo done || exit 1; done
"""


def eventually(condition, what, patience=PATIENCE):
    """Waits until condition() is true, and gives what it gave."""
    end = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.05)


def free_port():
    """One that no client gets from the kernel between now and its use, where the kernel leaves any: other tests connect a lot."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        of_clients = int(file.read().split()[0])
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", random.randrange(10_000, of_clients) if of_clients > 11_000 else 0))
                return probe.getsockname()[1]
            except OSError:  # taken
                pass


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:200]}"


class Service:
    """Use as a context: with Service() as clinic: …"""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vitals-clinic-test.")
        self.port, self.metrics_port = free_port(), free_port()
        self.token = None
        self.clinic = self.servers = None
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        self.servers = subprocess.Popen(
            ["bash", "-c", SERVERS, "servers", ROOT, self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.dsn = self.servers.stdout.readline().strip()
        self.redis_socket = self.servers.stdout.readline().strip()
        if not self.redis_socket:
            raise AssertionError("the servers didn't start")
        self.start_clinic()

    def start_clinic(self):
        self.launch()
        eventually(lambda: self.is_alive() and self.answers("/api/v1/health"), "the clinic gets ready")

    def launch(self):
        environment = dict(os.environ, CLINIC_PORT=str(self.port), CLINIC_METRICS_PORT=str(self.metrics_port),
                           CLINIC_DSN=self.dsn, CLINIC_REDIS_SOCKET=self.redis_socket)
        self.log = os.path.join(self.folder, "clinic.log")
        with open(self.log, "ab") as log:
            self.clinic = subprocess.Popen([os.environ["CLINIC"]], env=environment, stdout=log, stderr=log)

    def __exit__(self, *_):
        try:
            # With a sanitizer, this is where it tells what it found.
            if self.clinic and self.is_alive() and self.stop_clinic() != 0:
                self.is_alive()
        finally:
            if self.servers:
                self.servers.stdin.close()
                self.servers.wait(PATIENCE)
                self.servers.stdout.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def stop_clinic(self):
        """Gives its exit status."""
        self.clinic.send_signal(signal.SIGTERM)
        try:
            return self.clinic.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.clinic.kill()
            self.clinic.wait()
            raise

    def is_alive(self):
        if self.clinic.poll() is not None:
            with open(self.log) as log:
                raise AssertionError(f"the clinic ended with {self.clinic.returncode}:\n{log.read()[-4000:]}")
        return True

    def server(self, command):
        """kill9_redis, restart_redis, kill9_postgres or restart_postgres."""
        self.servers.stdin.write(command + "\n")
        self.servers.stdin.flush()
        if self.servers.stdout.readline().strip() != "done":
            raise AssertionError(f"{command} failed")

    def answers(self, path):
        return self.reachable(path) == 200

    def reachable(self, path="/api/v1/health"):
        """The status of the answer, or None if nobody listens."""
        try:
            return self.request("GET", path).status
        except OSError:
            return None

    def request(self, method, path, body=None, headers=None, port=None):
        """`body` is sent as it is if it is a string or bytes, else as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def call(self, method, path, body=None):
        """A request of the seeded user."""
        if self.token is None:
            login = self.request("POST", "/api/v1/auth/login", {"email": "test@pazpaz.com", "password": "testpass"})
            self.token = login.json["access_token"]
        return self.request(method, path, body, {"Authorization": "Bearer " + self.token})

    def start_load(self, *options):
        self.report = os.path.join(self.folder, "load.json")
        return subprocess.Popen([os.environ["VITALS"], "load", "--scenario", f"{ROOT}/examples/clinic/load.yml", "--url",
                                 f"http://127.0.0.1:{self.port}", "--report", f"json={self.report}", *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def load_report(self):
        with open(self.report) as report:
            return json.load(report)

    def metrics_text(self):
        answer = self.request("GET", "/metrics", port=self.metrics_port)
        if answer.status != 200:
            raise AssertionError(f"/metrics answered {answer.status}")
        return answer.body

    def metrics(self):
        """{(name, ((label, value), …)): number}, the labels in the order in which they are exposed."""
        samples = {}
        for line in self.metrics_text().splitlines():
            if line.startswith("#"):
                continue
            name, labels, number = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
            samples[name, tuple(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))] = float(number)
        return samples

    def quiet_metrics(self):
        """metrics(), or None while a request is under way."""
        samples = self.metrics()
        return samples if total(samples, "http_requests_active") == 0 else None


def total(samples, name, **labels):
    """The sum over the series of a name that have these labels."""
    return sum(number for (sample, pairs), number in samples.items()
               if sample == name and labels.items() <= dict(pairs).items())
