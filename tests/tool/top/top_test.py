#!/usr/bin/env python3
"""`vitals top` on a real terminal, that of a private tmux: sizes, keys, whatever ends it, and services that die, return, restart and have
hostile labels; where there is no terminal; and that it says what `vitals check` says."""
import json
import os
import re
import signal
import subprocess
import time
import unicodedata
import unittest

from growing_service import GrowingService, families
from screen import PATIENCE, Screen

VITALS = os.environ["VITALS"]
DATA = os.path.join(os.path.dirname(__file__), "..", "data")
HOSTILE = ["/esc\x1b]0;owned\x07\x1b[2J\x1b[1;1Hx", "/\u65e5\u672c\u8a9e/\u4e00\u4e8c\u4e09", "/cafe\u0301\u0301\u0301\u0301s", "/\u202egnp.exe\u202c",
           "/c1\x9b31m", "/flag\U0001f1e9\U0001f1ea\u200d\U0001f469", "/" + "long" * 250_000]


def setUpModule():
    if not Screen.installed:
        raise unittest.SkipTest("tmux is not installed")


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Top(unittest.TestCase):
    def start(self, service, screen, *options, interval="200ms"):
        """On the screen; from then on self.pid is its process. What the shell has of the terminal is in `before`."""
        pid_file = os.path.join(screen.folder, "pid")
        command = " ".join([VITALS, "top", "--url", service.url, "--interval", interval, *options])
        script = os.path.join(screen.folder, "start")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"echo $$ > {pid_file}.new && mv {pid_file}.new {pid_file}\nexec {command}\n")
        screen.run(f"stty -g > {screen.folder}/before; sh {script}; echo status $?; stty -g > {screen.folder}/after; echo over")
        screen.wait(lambda lines: os.path.exists(pid_file) and any("[" in line and "routes" in line for line in lines), "table")
        with open(pid_file, encoding="utf-8") as file:
            self.pid = int(file.read())

    def assert_given_back(self, screen, status):
        screen.wait_for(f"status {status}")
        screen.wait(lambda lines: "over" in [line.strip() for line in lines], "the end of the command line")
        self.assertEqual(screen.told("alternate_on"), "0")
        self.assertEqual(screen.told("cursor_flag"), "1")
        self.assertEqual(screen.told("wrap_flag"), "1")
        with open(screen.folder + "/before", encoding="utf-8") as before, open(screen.folder + "/after", encoding="utf-8") as after:
            self.assertEqual(before.read(), after.read())

    def test_fits_into_80x24(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            lines = screen.wait_for("! ")
            self.assertEqual(screen.told("alternate_on"), "1")
            self.assertEqual(screen.told("cursor_flag"), "0")
            text = "\n".join(lines)
            for word in ("window ", "p95", "requests", "errors", "cache hits", "fullest pool", "memory", "CPU", "critical", "METHOD", "USED\u25bc"):
                self.assertIn(word, text)
            self.assertIn("? help", lines[23])
            rows = [line for line in lines if line.startswith("GET ")]
            self.assertEqual([row.split()[1] for row in rows], ["/slow", "/clients/{id}", "/fast"])

    def test_size_may_change_to_20_columns_and_back(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            for columns, rows in ((20, 24), (20, 6), (7, 3), (1, 1), (132, 50), (80, 24)):
                screen.resize(columns, rows)
                lines = screen.wait(lambda lines: columns < 20 or (len(lines) == rows and "elp" in lines[-1]), f"foot at {columns}x{rows}")
                self.assertEqual(len(lines), rows)
                for line in lines:
                    self.assertLessEqual(width(line), columns)
            screen.wait_for("METHOD")
            self.assertEqual(sum("? help" in line for line in screen.lines()), 1)

    def test_keys(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            screen.wait_for("USED\u25bc")
            screen.keys("Right")
            screen.wait_for("METHOD\u25b2")
            screen.type(">")
            screen.wait_for("ENDPOINT\u25b2")
            rows = [line.split()[1] for line in screen.lines() if line.startswith("GET ")]
            self.assertEqual(rows, sorted(rows))
            screen.type("r")
            screen.wait_for("ENDPOINT\u25bc")
            screen.type("/SLO")
            screen.wait(lambda lines: sum(line.startswith("GET ") for line in lines) == 1, "filtered table")
            screen.keys("Enter")
            screen.wait(lambda lines: any(line.endswith("/SLO") for line in lines), "filter")
            screen.keys("Escape")
            screen.wait(lambda lines: sum(line.startswith("GET ") for line in lines) == 3, "whole table")
            for key, text in (("2", "[2 statements]"), ("3", "HIT RATIO"), ("4", "IN USE"), ("5", "BUDGET LEFT"), ("6", "VERDICT")):
                screen.type(key)
                screen.wait_for(text)
            screen.keys("Tab")
            screen.wait_for("[1 routes]")
            screen.keys("BTab")
            screen.wait_for("[6 targets]")
            screen.type("?")
            screen.wait_for("sort the other way round")
            screen.type("x")
            screen.wait_for("[6 targets]")
            screen.type("t")
            screen.wait(lambda lines: not any("fullest pool" in line for line in lines), "screen without tiles")
            screen.type("p")
            paused = screen.wait_for("paused at ")
            seen = service.scrapes
            screen.wait(lambda _: service.scrapes > seen + 2, "scrape")
            self.assertEqual(screen.lines(), paused)
            screen.type("p")
            screen.wait(lambda lines: not any("paused" in line for line in lines), "screen that goes on")
            screen.type("q")
            self.assert_given_back(screen, 0)

    def test_gives_the_terminal_back_whatever_ends_it(self):
        with GrowingService() as service:
            signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
            if not os.environ.get("SANITIZER"):  # which handles crashes itself
                signals += [signal.SIGSEGV, signal.SIGABRT]
            ends = [("Ctrl-C", 130), *((number, 128 + number) for number in signals)]
            for end, status in ends:
                with self.subTest(end=end), Screen() as screen:
                    screen.run("ulimit -c 0")
                    self.start(service, screen)
                    if end == "Ctrl-C":
                        screen.keys("C-c")
                    else:
                        os.kill(self.pid, end)
                    self.assert_given_back(screen, status)

    def test_stops_and_goes_on(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            screen.keys("C-z")
            screen.wait_for("Stopped")
            self.assertEqual(screen.told("alternate_on"), "0")
            self.assertEqual(screen.told("cursor_flag"), "1")
            screen.run("stty -a | grep -o ' .echo \\| echo ' | head -1; echo seen")
            screen.wait_for("seen")
            self.assertFalse(any("-echo" in line for line in screen.lines()))
            screen.run("fg")
            screen.wait_for("[1 routes]")
            self.assertEqual(screen.told("alternate_on"), "1")
            screen.type("6")
            screen.wait_for("[6 targets]")
            screen.type("q")
            screen.wait_for("$ ")
            self.assertEqual(screen.told("alternate_on"), "0")

    def test_goes_on_after_a_stop_that_it_could_not_see(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            os.kill(self.pid, signal.SIGSTOP)
            screen.wait_for("Stopped")
            screen.run("fg")
            screen.wait(lambda lines: not any("Stopped" in line or "fg" in line for line in lines), "screen that is drawn anew")
            screen.type("6")
            screen.wait_for("[6 targets]")
            screen.type("q")
            screen.wait_for("$ ")
            self.assertEqual(screen.told("alternate_on"), "0")

    def test_closing_the_terminal_ends_it(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            screen.tmux("kill-server")
            end = time.monotonic() + PATIENCE
            while os.path.exists(f"/proc/{self.pid}") and time.monotonic() < end:
                time.sleep(0.05)
            self.assertFalse(os.path.exists(f"/proc/{self.pid}"))

    def test_hung_server_holds_no_screen(self):
        def hang(service):
            if service.scrapes > 2:
                time.sleep(8)
            return families(service)

        with GrowingService(body=hang) as service, Screen() as screen:
            self.start(service, screen)
            screen.wait(lambda _: service.scrapes > 2, "scrape")
            screen.type("6")
            screen.wait_for("[6 targets]")
            begin = time.monotonic()
            screen.keys("C-c")
            self.assert_given_back(screen, 130)
            self.assertLess(time.monotonic() - begin, 7)

    def test_server_that_dies_and_returns(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            screen.wait_for("! ")
            service.is_up = False
            lines = screen.wait_for("no answer since ")
            self.assertTrue(any(line.startswith("GET ") for line in lines))
            service.is_up = True
            screen.wait(lambda lines: not any("no answer" in line for line in lines), "screen without fault")
            service.is_up = False
            screen.wait_for("no answer since ")
            service.restart()
            service.is_up = True
            screen.wait_for("the process was restarted")
            lines = screen.wait(lambda lines: any("window" in line for line in lines[:1]) and any(
                line.startswith("requests") and "/s" in line for line in lines), "rates after the restart")
            self.assertFalse([line for line in lines if re.search(r"(^| )-\d", line)])

    def test_counters_that_go_back(self):
        with GrowingService() as service, Screen() as screen:
            self.start(service, screen)
            service.base = 100_000
            screen.wait(lambda _: service.scrapes > 4, "scrape")
            service.base = 0
            screen.wait_for("counters were reset: ")
            seen = service.scrapes
            screen.wait(lambda _: service.scrapes > seen + 3, "scrape")
            lines = screen.wait(lambda lines: any(line.startswith("requests") and "/s" in line for line in lines), "rates after the reset")
            self.assertFalse([line for line in lines if re.search(r"(^| )-\d", line)])

    def test_labels_can_neither_drive_the_terminal_nor_move_columns(self):
        with GrowingService(HOSTILE) as service, Screen(100, 30) as screen:
            self.start(service, screen)
            lines = screen.wait(lambda lines: any("! " in line for line in lines), "budgets")
            self.assertNotIn("owned", screen.told("pane_title"))
            rows = [line for line in lines if line.startswith("GET ")]
            self.assertEqual(len(rows), len(HOSTILE))
            ends = {width(row[:row.index("/s")]) for row in rows}
            self.assertEqual(len(ends), 1, "\n".join(rows))
            self.assertIn("? help", lines[29])
            for line in lines:
                self.assertFalse(set(line) & set("\x1b\x07\x9b\u202e\u200d"))

    def test_500_routes(self):
        with GrowingService([f"/r{i:03}" for i in range(500)]) as service, Screen() as screen:
            self.start(service, screen)
            screen.wait_for("of 500")
            screen.keys("End")
            screen.wait_for("-500 of 500")
            screen.keys("Home")
            screen.keys("NPage")
            screen.wait(lambda lines: not any(line.startswith("1-") for line in lines), "second page")
            screen.type("/r499")
            screen.wait(lambda lines: sum(line.startswith("GET ") for line in lines) == 1, "one route")

    def test_colour_is_never_all_that_tells(self):
        with GrowingService() as service:
            with Screen(NO_COLOR="1") as screen:
                self.start(service, screen)
                screen.wait_for("! ")
                self.assertIsNone(re.search(r"\x1b\[[0-9;]*3[0-7]m", screen.painted()))
                self.assertTrue(any("\u2717 critical" in line for line in screen.lines()))
            with Screen(LANG="C", LC_ALL="C") as screen:
                self.start(service, screen)
                screen.wait_for("! ")
                self.assertRegex(screen.painted(), r"\x1b\[[0-9;]*3[0-7]m")
                self.assertTrue(any("X critical" in line for line in screen.lines()))
                self.assertTrue("\n".join(screen.lines()).isascii())

    def test_ends_after_a_count(self):
        with GrowingService() as service, Screen() as screen:
            screen.run(f"{VITALS} top --url {service.url} --interval 100ms --count 3; echo status $?")
            screen.wait_for("status 0")
            self.assertEqual(screen.told("alternate_on"), "0")


class Plain(unittest.TestCase):
    def top(self, url, *options, **environment):
        return subprocess.run([VITALS, "top", "--url", url, *options], env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False)

    def test_update_follows_update_where_there_is_no_terminal(self):
        with GrowingService(HOSTILE) as service:
            done = self.top(service.url, "--interval", "100ms", "--count", "3")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(re.findall(r"^20\d\d-.* UTC  http", done.stdout, re.M)), 3)
            self.assertFalse(set(done.stdout) & set("\x1b\x07\x9b\u202e"))

    def test_dumb_terminal_is_none(self):
        with GrowingService() as service, Screen(TERM="dumb") as screen:
            screen.run(f"TERM=dumb {VITALS} top --url {service.url} --interval 100ms --count 2 > /dev/null; "
                       f"TERM=dumb {VITALS} top --url {service.url} --interval 100ms --count 1; echo status $?")
            screen.wait_for("status 0")
            self.assertEqual(screen.told("alternate_on"), "0")

    def test_no_answer_at_last_is_status_3(self):
        with GrowingService() as service:
            service.is_up = False
            done = self.top(service.url, "--interval", "100ms", "--count", "2")
            self.assertEqual(done.returncode, 3)
            self.assertEqual(done.stdout.count("no answer since then: "), 2)
            self.assertEqual(self.top(service.url, "--once").returncode, 3)

    def test_wrong_usage_is_told(self):
        for options, message in ((("--interval", "1ms"), "--interval 1ms: it must be 100ms at least"),
                                 (("--interval", "5s", "--window", "1s"), "--window 1s is shorter than --interval 5s"),
                                 (("--interval", "1s", "--window", "1h"), "--window 1h: more than 1000 scrapes"),
                                 (("--config", "/no/such.yml"), "/no/such.yml can't be opened")):
            done = self.top("http://127.0.0.1:1/", *options)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn(message, done.stderr)

    def test_says_what_check_says(self):
        """Of the same two scrapes; but for the time between them, of which rates are."""
        def saved(service):
            with open(os.path.join(DATA, ["before.prom", "after.prom"][(service.scrapes - 1) % 2]), "rb") as file:
                return file.read()

        with GrowingService(body=saved) as service:
            top = self.top(service.url, "--once", "--interval", "500ms").stdout
            check = json.loads(subprocess.run([VITALS, "check", "--url", service.url, "--duration", "500ms", "--format", "json"],
                                              stdout=subprocess.PIPE, check=False).stdout)
        shown = {"p50 response time": "p50", "p95 response time": "p95", "p99 response time": "p99", "error rate": "errors",
                 "cache hit ratio": "cache hits"}
        told = dict(re.findall(r"^(.{13}) *([\d.]+) (?:ms|s|%) ", top, re.M))
        told = {label.strip(): float(number) for label, number in told.items()}
        factors = {"seconds": 1000, "ratio": 100}
        rows = {row["name"]: row for row in check["targets"]}
        for name, label in shown.items():
            row = rows[name]
            self.assertAlmostEqual(told[label], row["value"] * factors[row["unit"]], delta=told[label] * 0.005, msg=name)
        route = re.search(r"^SELECT +appointments +\S+ /s +\S+ ms +([\d.]+) ms", top, re.M)
        self.assertAlmostEqual(float(route.group(1)), rows["database queries p95"]["value"] * 1000, delta=0.01)


if __name__ == "__main__":
    unittest.main()
