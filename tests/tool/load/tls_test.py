"""vitals load over TLS, to a server with a certificate of its own: tls_test.py VITALS"""
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

vitals = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        body = b"x" * 40000  # more than a record of TLS
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with self.server.lock:
            self.server.requests += 1

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.lock, self.requests, self.connections = threading.Lock(), 0, 0
        threading.Thread(target=self.serve_forever).start()

    # The handshake belongs to the connection's thread, not to the one that accepts.
    def process_request_thread(self, request, address):
        try:
            request = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return request.close()
        with self.lock:
            self.connections += 1
        super().process_request_thread(request, address)

    def handle_error(self, *_):
        pass


def certificate(folder, name):
    path = pathlib.Path(folder) / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", path, "-out", f"{path}.crt"],
                   check=True, stderr=subprocess.DEVNULL)
    path.write_text(path.read_text() + pathlib.Path(f"{path}.crt").read_text())
    return path


class Tls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def serve(self, name):
        self.certificate = certificate(self.folder, name)
        server = Server(self.certificate)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"https://localhost:{server.server_address[1]}/"
        return server

    def load(self, *options):
        return subprocess.run([vitals, "load", "--url", self.url, "--rate", "50", "--duration", "1s", "--connections", "4",
                               *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)

    def test_a_certificate_that_is_trusted(self):
        server = self.serve("localhost")
        ended = self.load("--ca-file", self.certificate, "--format", "json")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertEqual(json.loads(ended.stdout)["all"]["requests"], 50)
        self.assertEqual(server.requests, 50)
        self.assertLessEqual(server.connections, 4)  # they are kept alive

    def test_a_certificate_that_nobody_knows(self):
        server = self.serve("localhost")
        ended = self.load()
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertIn("failed: GET /: 50 times no TLS\n", ended.stdout)
        self.assertIn("TLS: self", ended.stdout)
        self.assertEqual(server.requests, 0)
        self.assertEqual(self.load("--insecure").returncode, 0)

    def test_a_certificate_of_another_host(self):
        server = self.serve("other.example")
        ended = self.load("--ca-file", self.certificate)
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertIn("tls: hostname mismatch", ended.stdout.lower())
        self.assertEqual(server.requests, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
