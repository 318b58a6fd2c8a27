"""A campaign_server, and clients that don't mind the rules. Python's standard library only."""
import base64
import contextlib
import json
import os
import re
import select
import socket
import ssl
import subprocess
import tempfile
import time

PATIENCE = 60  # for what a busy machine may delay
IP_BIND_ADDRESS_NO_PORT = 24
UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE


class Refused(Exception):
    """The server has not started; what it said."""


class Target:
    """campaign_server with these options. Use as a context."""

    def __init__(self, program, *, before=(), preexec=None, login=None, **options):
        """before: a command that runs it. login: "name:password" of its scraper."""
        self.address = options.get("address", "127.0.0.1")
        self.tls = UNVERIFIED if "certificate" in options or "web_config_file" in options else None
        self.authorization = "Basic " + base64.b64encode(login.encode()).decode() if login else None
        self.told = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([*before, program, *(f"{name}={value}" for name, value in options.items())],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.told, text=True, bufsize=1, preexec_fn=preexec)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise Refused(self.events())
        self.port = json.loads(line)["port"]
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            # A sanitizer may have something to say at the end.
            if self.process.wait(PATIENCE) != 0 and kind is None:
                raise RuntimeError(f"campaign_server ended with {self.process.returncode}: {self.events()[-2000:]}")
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.told.close()

    def command(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def events(self):
        self.told.seek(0)
        return self.told.read()

    def is_alive(self):
        return self.process.poll() is None

    def mebibytes(self, what="VmRSS"):
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(rf"{what}:\s+(\d+)", status.read()).group(1)) / 1024

    def is_sanitized(self):
        """Then it keeps memory that was freed."""
        with open(f"/proc/{self.pid}/maps") as maps:
            return re.search(r"lib[at]san\.", maps.read()) is not None

    def threads(self):
        names = []
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{self.pid}/task/{task}/comm") as name:
                names.append(name.read().strip())
        return names

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def connect(self, source=None, timeout=PATIENCE, receive_buffer=None, tls=True):
        """tls: a context, or whether to speak it if the server does."""
        raw = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET)
        raw.settimeout(timeout)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            raw.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            raw.bind((source, 0))
        try:
            raw.connect((self.address, self.port))
            context = tls if isinstance(tls, ssl.SSLContext) else self.tls if tls else None
            return context.wrap_socket(raw, server_hostname="localhost") if context else raw
        except OSError:
            raw.close()
            raise

    def head(self, target="/metrics", *headers, method="GET", version="1.1"):
        lines = [f"{method} {target} HTTP/{version}", "Host: localhost", *headers]
        if self.authorization:
            lines.append("Authorization: " + self.authorization)
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def ask(self, data, *, source=None, wait=1.5, half_close=False, tls=True):
        """Sends these bytes and takes all that comes in that time, or until one answer is whole."""
        answer = Answer()
        start = time.monotonic()
        try:
            with self.connect(source, tls=tls) as client:
                answer.take(client, data, wait, half_close)
        except OSError as error:
            answer.error = error
        answer.seconds = time.monotonic() - start
        return answer

    def get(self, target="/metrics", *headers, source=None, timeout=PATIENCE, tls=True):
        """A whole answer, or one with an error."""
        return self.ask(self.head(target, *headers, "Connection: close"), source=source, wait=timeout, tls=tls)

    def value(self, metric, source="127.0.0.9"):
        """Of the endpoint's own metrics, scraped from an address of its own."""
        answer = self.get("/metrics", source=None if ":" in self.address else source)
        found = re.search(rf"(?m)^{re.escape(metric)} (\S+)$", answer.text())
        return float(found.group(1)) if found else None


class Answer:
    def __init__(self):
        self.data = b""
        self.is_closed = False
        self.error = None
        self.sent = 0
        self.seconds = 0.0

    def take(self, client, data, wait, half_close):
        """Reads while it writes, as the answer may come before all is sent."""
        end = time.monotonic() + wait
        client.setblocking(False)
        rest = memoryview(data)
        while not self.is_closed and not self.is_whole() and time.monotonic() < end:
            timeout = min(0.1, max(0, end - time.monotonic()))
            pending = isinstance(client, ssl.SSLSocket) and client.pending()
            readable, writable, _ = select.select([client], [client] if rest else [], [], 0 if pending else timeout)
            try:
                if writable:
                    n = client.send(rest[:1 << 16])
                    self.sent += n
                    rest = rest[n:]
                    if not rest and half_close:
                        client.shutdown(socket.SHUT_WR)
                if readable or pending:
                    piece = client.recv(1 << 16)
                    self.data += piece
                    self.is_closed = not piece
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                continue
            except OSError as error:
                self.error = error
                self.is_closed = True
                with contextlib.suppress(OSError):  # what came before it was reset
                    while piece := client.recv(1 << 16):
                        self.data += piece
        # Whether it closes after the answer.
        if self.is_whole() and not self.is_closed and self.header("Connection") == "close":
            self.is_closed = True

    @property
    def status(self):
        found = re.match(rb"HTTP/1\.1 (\d{3}) ", self.data)
        return int(found.group(1)) if found else None

    def head(self):
        return self.data.partition(b"\r\n\r\n")[0].decode("latin-1")

    def header(self, name):
        found = re.search(rf"(?im)^{re.escape(name)}: (.*?)\r?$", self.head())
        return found.group(1) if found else None

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    def text(self):
        return self.body.decode(errors="replace")

    def is_whole(self):
        """The first answer."""
        length = self.header("Content-Length") if b"\r\n\r\n" in self.data else None
        return length is not None and len(self.body) >= int(length)

    def is_good(self):
        return self.status == 200 and self.is_whole()

    def __str__(self):
        if self.status:
            return f"{self.status}{' close' if self.is_closed else ''}"
        return "close" if self.is_closed or self.error else "nothing"


class Files:
    """Certificates, users and such for a server, in a folder that goes with the context."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vitals-campaign.")
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        temporary = self.path(name + ".new")
        with open(temporary, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.rename(temporary, self.path(name))
        return self.path(name)

    def run(self, *command):
        return subprocess.run(command, cwd=self.folder.name, check=True, capture_output=True, text=True).stdout

    def key_pair(self, name, *, ca=None, names="DNS:localhost,IP:127.0.0.1", is_ca=False):
        """name.pem and name.key; options of a server that shows them."""
        extension = "keyUsage=critical,keyCertSign" if is_ca else "subjectAltName=" + names
        signed = ["-CA", ca + ".pem", "-CAkey", ca + ".key", "-addext", "basicConstraints=critical,CA:FALSE"] if ca else []
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=" + name,
                 "-keyout", name + ".key", "-out", name + ".pem", "-addext", extension, *signed)
        return {"certificate": self.path(name + ".pem"), "key": self.path(name + ".key")}

    def expired(self, name, ca):
        self.write("ca.cnf", "[ca]\ndefault_ca=here\n[here]\ndatabase=issued\npolicy=any\ndefault_md=sha256\nnew_certs_dir=.\n"
                             "rand_serial=yes\nunique_subject=no\n[any]\ncommonName=supplied\n")
        self.write("issued", "")
        self.run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
                 "-out", name + ".csr", "-subj", "/CN=" + name)
        self.run("openssl", "ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", ca + ".pem", "-keyfile", ca + ".key",
                 "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-in", name + ".csr", "-out", name + ".pem")
        return {"certificate": self.path(name + ".pem"), "key": self.path(name + ".key")}

    def users(self, cost=4, name="users", **passwords):
        lines = [self.run("htpasswd", "-nbBC", str(cost), user, password).strip() for user, password in passwords.items()]
        return self.write(name, "\n".join(lines) + "\n")
