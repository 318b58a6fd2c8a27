"""What scrape() compresses is read by Python, gzip, zstd and curl. The argument: http_encoded_program."""
import http.server
import shutil
import subprocess
import sys
import threading
import unittest
import zlib

PROGRAM = sys.argv.pop(1)
SIZES = (40, 5_000, 100_000)  # series: one piece, some, many


def scrape(series, accept_encoding):
    """The body, and its Content-Encoding."""
    done = subprocess.run([PROGRAM, str(series), accept_encoding], check=True, capture_output=True)
    return done.stdout, done.stderr.decode()


def output_of(command, body):
    return subprocess.run(command, input=body, check=True, capture_output=True).stdout


class Serving(http.server.ThreadingHTTPServer):
    """Gives curl a body as it is."""

    def __init__(self, body, encoding):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Encoding", encoding)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class EncodingTest(unittest.TestCase):
    def bodies(self, encoding):
        for series in SIZES:
            plain, none = scrape(series, "")
            body, said = scrape(series, encoding)
            self.assertEqual((none, said), ("", encoding))
            self.assertLess(len(body) * 4, len(plain), series)
            yield plain, body

    def test_gzip_is_one_member(self):
        for plain, body in self.bodies("gzip"):
            decoder = zlib.decompressobj(wbits=31)
            self.assertEqual(decoder.decompress(body), plain)
            self.assertTrue(decoder.eof)
            self.assertEqual(decoder.unused_data, b"")
            self.assertEqual(output_of(["gzip", "-dc"], body), plain)

    def test_zstd(self):
        if not shutil.which("zstd"):
            self.skipTest("zstd is not installed")
        for plain, body in self.bodies("zstd"):
            self.assertEqual(output_of(["zstd", "-dc"], body), plain)

    def test_curl_takes_both(self):
        for encoding in ("gzip", "zstd"):
            if encoding == "zstd" and b" zstd" not in subprocess.run(["curl", "--version"], capture_output=True).stdout:
                self.skipTest("this curl can't read zstd")
            for plain, body in self.bodies(encoding):
                with Serving(body, encoding) as server:
                    url = f"http://127.0.0.1:{server.server_port}/"
                    self.assertEqual(output_of(["curl", "-sSf", "--noproxy", "*", "--compressed", url], None), plain)

    def test_small_body_stays_as_it_is(self):
        for encoding in ("gzip", "zstd"):
            self.assertEqual(scrape(1, encoding), scrape(1, ""))


if __name__ == "__main__":
    unittest.main()
