#!/usr/bin/env python3
"""cmake/install-packages.sh, with commands of this test in place of those that would change the machine."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMMANDS = {
    "dpkg-query": "exit 1",
    "id": "echo 1000",
    "sudo": 'case $1 in env | apt-get | systemctl) exec "$@" ;; tee) cat >/dev/null ;; esac',
    "apt-get": """
case $* in
  update*) exit 0 ;;
  *libprotozero-dev*)
    echo server.service >>"$FOLDER/enabled"
    echo "0 upgraded, 2 newly installed, 0 to remove"
    echo "Get:1 http://deb.debian.org one"
    sleep 11 ;;
  *) echo "E: no such package"; exit 100 ;;
esac
""",
    "systemctl": """
case $* in
  list-unit-files*) sed 's/$/ enabled enabled/' "$FOLDER/enabled" ;;
  *) echo "$*" >>"$FOLDER/told" ;;
esac
""",
}


class InstallPackages(unittest.TestCase):
    def install(self, use, **replaced):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "enabled").write_text("getty@.service\n")
            for name, text in (COMMANDS | replaced).items():
                command = Path(folder) / name
                command.write_text("#!/bin/sh\n" + text)
                command.chmod(0o755)
            done = subprocess.run([ROOT / "cmake/install-packages.sh", use], capture_output=True, text=True,
                                  env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "FOLDER": folder})
            told = Path(folder) / "told"
            self.told = told.read_text() if told.exists() else ""
            return done

    def test_says_every_ten_seconds_what_is_left_and_lets_no_new_server_start_at_boot(self):
        done = self.install("core")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "Installing: libprotozero-dev\n     10 s  … packages: 1 of 2 left to download\n")
        self.assertEqual(self.told, "--quiet disable server.service\n")

    def test_says_that_nothing_is_missing(self):
        done = self.install("core", **{"dpkg-query": "echo 'install ok installed'"})
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Nothing is missing for: core\n", ""))

    def test_shows_what_apt_said_when_it_failed(self):
        done = self.install("lint")
        self.assertEqual((done.returncode, done.stderr), (1, "E: no such package\n"))


if __name__ == "__main__":
    ROOT = Path(sys.argv.pop(1))
    unittest.main(verbosity=2)
