"""vitals lint, check and top against an endpoint with TLS: tls_test.py VITALS CAMPAIGN_SERVER"""
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "http/campaign"))
from target import Files, Target  # noqa: E402

VITALS, SERVER = sys.argv[1:3]


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = cls.enterClassContext(Files())
        cls.own = cls.files.key_pair("endpoint")
        cls.files.key_pair("clients", is_ca=True)
        cls.client = cls.files.key_pair("scraper", ca="clients")

    def serve(self, **options):
        return self.enterContext(Target(SERVER, series=10, **self.own, **options))

    def asked(self, target, command, *options):
        url = f"https://localhost:{target.port}/metrics"
        commands = {"lint": ["lint", url], "check": ["check", "--url", url, "--duration", "100ms"],
                    "top": ["top", "--once", "--url", url, "--interval", "100ms", "--window", "200ms"]}
        ended = subprocess.run([VITALS, *commands[command], *options], capture_output=True, text=True, timeout=60)
        return ended.stdout + ended.stderr

    def must_be_read(self, target, command, *options):
        read = {"lint": "0 errors, 0 warnings", "check": "built-in targets", "top": "requests"}[command]
        self.assertIn(read, self.asked(target, command, *options))

    def test_a_certificate_that_nobody_knows(self):
        target = self.serve()
        for command in ("lint", "check", "top"):
            said = self.asked(target, command)
            self.assertIn("self-signed certificate; --ca-file takes other certificates than the system's", said)

    def test_one_that_is_trusted_or_not_looked_at(self):
        target = self.serve()
        for command in ("lint", "check", "top"):
            for options in (["--ca-file", self.own["certificate"]], ["--insecure"]):
                self.must_be_read(target, command, *options)

    def test_a_certificate_of_others(self):
        target = self.serve()
        said = self.asked(target, "lint", "--ca-file", self.files.path("clients.pem"))
        self.assertIn("self-signed certificate; --ca-file takes", said)

    def test_a_certificate_of_another_host(self):
        own = self.files.key_pair("elsewhere", names="DNS:elsewhere.example")
        target = self.enterContext(Target(SERVER, series=10, **own))
        said = self.asked(target, "lint", "--ca-file", own["certificate"])
        self.assertIn("; --insecure takes any certificate", said)
        self.assertIn("subject name", said)

    def test_an_encrypted_key(self):
        target = self.serve()
        self.files.run("openssl", "ec", "-aes256", "-passout", "pass:secret", "-in", "scraper.key", "-out", "encrypted.key")
        said = self.asked(target, "lint", "--insecure", "--cert", self.client["certificate"], "--key", self.files.path("encrypted.key"))
        self.assertIn("whose key is not encrypted", said)

    def test_files_that_are_none(self):
        target = self.serve()
        none = self.files.path("none.pem")
        self.assertIn(f"give --ca-file a PEM file, not {none}", self.asked(target, "lint", "--ca-file", none))
        self.assertIn("give --cert and --key PEM files", self.asked(target, "lint", "--insecure", "--cert", none))
        self.assertIn("--key requires --cert", self.asked(target, "lint", "--key", none))

    def test_a_server_that_asks_for_a_certificate(self):
        target = self.serve(client_ca=self.files.path("clients.pem"))
        self.assertIn("give --cert and --key", self.asked(target, "lint", "--insecure"))
        both = self.files.write("both.pem", Path(self.client["certificate"]).read_text() + Path(self.client["key"]).read_text())
        for options in (["--cert", self.client["certificate"], "--key", self.client["key"]], ["--cert", both]):
            self.must_be_read(target, "lint", "--insecure", *options)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
