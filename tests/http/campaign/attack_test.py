"""A Prometheus scrapes two endpoints, one with TLS and a login, twice a second each, while one of them is attacked in turn. Not one scrape may fail; if
one does, that attack is made again, four times as long, and that counts: a machine that stood still for a second does it once, a fault does it again.

    attack_test.py campaign_server [--seconds N] [--only NAME] [--series N] [--anew] [--before]

N: of each attack. --anew: beside Prometheus, which keeps its connections, two clients of one address that connect for each scrape. --before: no more than
the attacks that begin before the first scrape. Two scrapers, since a pair of Prometheus servers may have one address. What an attack from that address and
from others did is printed; where scrapes of the other endpoint fail too, it is the machine that is overrun.
"""
import argparse
import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import attackers
import tls_attackers
from attackers import Victim
from cases import Table, is_serving
from scraper import Scraper
from target import PATIENCE, Files, Target

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "support"))
from prometheus import Prometheus  # noqa: E402

OWN = ["127.0.0.1"]
OTHERS = [f"127.0.{i}.{j}" for i in (3, 4) for j in range(1, 200)]
FEW, MANY = OTHERS[:72], OTHERS[:200]
SLOW = {"slow_header": "-c 200 -H -i 1 -t GET -x 24 -p 2", "slow_post": "-c 200 -B -i 1 -s 8192 -t POST -x 10 -p 2",
        "slow_read": "-c 100 -X -w 1 -y 8 -n 5 -z 16 -k 3 -p 2", "ranges": "-c 100 -R -a 10 -b 3000"}
# Endpoint, attack, and from whose addresses.
ATTACKS = [*(("plain", name, [OWN]) for name in SLOW), ("tls", "slow_header", [OWN]),
           *(("plain", name, [OWN, OTHERS]) for name in ("connection_flood", "reset_storm", "header_drip", "deaf_pipeliners", "slow_readers", "polite_pollers", "live_pollers")),
           ("plain", "known_flood", [MANY]), ("plain", "flushed_table", [OTHERS]), ("plain", "slow_callback", [FEW]), ("plain", "slow_callback_crowd", [MANY]),
           ("plain", "many_answers", [MANY]),
           *(("tls", name, [OWN, OTHERS]) for name in ("connection_flood", "reset_storm", "half_handshakes", "full_handshakes", "silent_handshakes", "requests_without_login", "bad_logins",
                                                       "deaf_pipeliners", "hello_flood")),
           *(("tls", name, [OTHERS]) for name in ("key_updates", "tiny_records", "renegotiations"))]
# The same, begun before the endpoint was scraped, so that it doesn't know its scraper yet.
BEFORE = [("plain", "flushed_table", OTHERS), ("tls", "bad_logins", OTHERS), ("plain", "connection_flood", OTHERS), ("tls", "full_handshakes", OTHERS), ("plain", "slow_callback", FEW)]
# With --only or --before: what others contain, and what is harmless.
BY_HAND = ["tiny_records", "renegotiations"], BEFORE[2:4]
CALLBACK_MS = {"slow_callback": 300, "slow_callback_crowd": 300}  # of the endpoint's registry meanwhile


def strike(attack, target, sources):
    """A process that attacks until it is ended; it gives way to whom it attacks, since it would have a machine of its own."""
    if attack in SLOW:
        scheme = "https" if target.tls else "http"
        return subprocess.Popen(["nice", "slowhttptest", *SLOW[attack].split(), "-r", "200", "-l", "600", "-u", f"{scheme}://127.0.0.1:{target.port}/metrics"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(victim):
        os.nice(5)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        getattr(attackers if hasattr(attackers, attack) else tls_attackers, attack)(victim)
    process = multiprocessing.get_context("fork").Process(target=run, args=(Victim(target, sources),), daemon=True)
    process.start()
    return process


def end(process):
    process.terminate()
    process.wait() if isinstance(process, subprocess.Popen) else process.join()


def samples_of_up(prometheus, name, since):
    """When, and whether it was good, of both scrapers of that endpoint."""
    found = prometheus.query(f'up{{endpoint="{name}"}}[{int(time.time() - since) + 5}s]')
    return sorted((float(when), value == "1") for one in found for when, value in one["values"])


def scrape_config(name, replica, target, folder):
    config = {"job_name": name + replica, "static_configs": [{"targets": [f"127.0.0.1:{target.port}"], "labels": {"endpoint": name}}]}
    if target.tls:
        config.update(scheme="https", tls_config={"ca_file": folder.path("endpoint.pem"), "server_name": "localhost"},
                      basic_auth={"username": "prometheus", "password": "secret"})
    return config


class Attack:
    """On one of the targets; from the start of its context to the end."""

    def __init__(self, where, name, sources, targets):
        self.where, self.name, self.target = where, name, targets[where]
        self.sources = sources
        self.by = "its address" if sources is OWN else f"{len(sources)} others"

    def __enter__(self):
        self.target.command(f"delay {CALLBACK_MS.get(self.name, 0)}")
        self.processes = [strike(self.name, self.target, self.sources[i::2] or self.sources) for i in range(1 if self.name in SLOW else 2)]
        self.start = time.time()
        return self

    def __exit__(self, *_):
        self.stop = time.time()
        for process in self.processes:
            end(process)
        self.target.command("delay 0")

    def seen(self, up):
        """up: of each endpoint, when it was scraped, and whether well."""
        during = {name: [good for when, good in samples if self.start <= when <= self.stop + 1] for name, samples in up.items()}
        failed = {name: during[name].count(False) for name in during}
        seen = f"{failed[self.where]} of {len(during[self.where])} failed" if failed[self.where] or not during[self.where] else "all good"
        others = sum(n for name, n in failed.items() if name != self.where)
        return f"{seen}{f' ({others} of the other endpoint)' if others else ''}"


def is_wanted(where, name, options):
    return options.only in (None, name) and options.where in (None, where) and (name not in SLOW or shutil.which("slowhttptest"))


def attack_all(table, targets, prometheus, options):
    base = time.time()
    struck = []
    for where, name, sides in ATTACKS:
        for sources in sides if is_wanted(where, name, options) and (options.only or name not in BY_HAND[0]) else []:
            table.number_is(len(struck) + 1)
            with Attack(where, name, sources, targets) as attack, contextlib.ExitStack() as running:
                anew = [running.enter_context(Scraper(targets[where], "127.0.0.1", period=0.1)) for _ in range(2 if options.anew else 0)]
                time.sleep(options.seconds)
            for scraper in anew:
                table.check("anew, beside the same", "all good", scraper.verdict())
            struck.append(attack)
            is_serving(table, targets[where], room=96)
    time.sleep(2)
    up = {name: samples_of_up(prometheus, name, base) for name in targets}
    scrapes_wanted = 2 * (time.time() - base - 6)
    doubted = []
    for number, attack in enumerate(struck, 1):
        table.number_is(number)
        what, seen = f"{attack.name} on {attack.where}, from {attack.by}", attack.seen(up)
        if seen != "all good":
            doubted.append(attack)
            what, seen = f"{what}, again ({seen})", seen_again(attack, targets, prometheus, options)
        table.check(what, "all good", seen)
    table.number_is(0)
    for name, samples in up.items():
        ups = [good for when, good in samples if when >= base and not any(attack.start <= when <= attack.stop + 1 for attack in doubted)]
        table.check(f"all scrapes of {name}", f"{len(ups)} up of {len(ups)}", f"{ups.count(True)} up of {len(ups)}")
        lack = scrapes_wanted - sum(when >= base for when, _ in samples)
        table.check("  one each second", "none is missing", "none is missing" if lack <= 0.17 * scrapes_wanted else f"{lack:.0f} are missing")


def seen_again(attack, targets, prometheus, options):
    again = Attack(attack.where, attack.name, attack.sources, targets)
    with again:
        time.sleep(4 * options.seconds)
    time.sleep(2)
    return again.seen({name: samples_of_up(prometheus, name, again.start) for name in targets})


def attack_before(table, world, options):
    """Endpoints that have just begun are attacked for two seconds before anybody scrapes them."""
    for number, (where, name, sources) in enumerate(BEFORE, 101):
        if not is_wanted(where, name, options) or ((where, name, sources) in BY_HAND[1] and not options.before):
            continue
        table.number_is(number)
        what = f"{name} on {where}, from {len(sources)} others, before the first scrape"
        seen = seen_before(table, world, where, name, sources, options.seconds)
        if seen != "all good":
            what, seen = f"{what}, again ({seen})", seen_before(table, world, where, name, sources, 4 * options.seconds)
        table.check(what, "all good", seen)


def seen_before(table, world, where, name, sources, seconds):
    with world.targets() as targets:
        with Attack(where, name, sources, targets) as attack:
            time.sleep(2)
            attack.start = time.time()
            with world.prometheus(targets) as prometheus:
                wait_until(lambda: len(prometheus.query("up")) == 4)
                time.sleep(seconds)
                up = {name: samples_of_up(prometheus, name, attack.start) for name in targets}
        is_serving(table, targets[where], room=96)
        return attack.seen(up)


def wait_until(is_so):
    until = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < until:
        time.sleep(0.3)


class World:
    """Endpoints, one with TLS and a login, and who scrapes them."""

    def __init__(self, program, series, folder):
        self.program, self.series, self.folder = program, series, folder
        self.secured = dict(users_file=folder.users(cost=10, prometheus="secret"), login="prometheus:secret", **folder.key_pair("endpoint"))

    @contextlib.contextmanager
    def targets(self):
        with Target(self.program, series=self.series) as plain, Target(self.program, series=self.series, **self.secured) as tls:
            yield {"plain": plain, "tls": tls}

    def prometheus(self, targets):
        return Prometheus(None, scrapes=[scrape_config(name, replica, target, self.folder) for name, target in targets.items() for replica in "ab"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--only")
    parser.add_argument("--where", choices=["plain", "tls"])
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--before", action="store_true")
    parser.add_argument("--series", type=int, default=3000)
    options = parser.parse_args()
    if not Prometheus.installed:
        print("OK (skipped=1): there is no prometheus")
        return 0
    table = Table()
    start = time.monotonic()
    with Files() as folder:
        world = World(options.program, options.series, folder)
        if not options.before:
            with world.targets() as targets, world.prometheus(targets) as prometheus:
                wait_until(lambda: len(prometheus.query("up == 1")) == 4)
                time.sleep(2)
                for target in targets.values():
                    is_serving(table, target)
                attack_all(table, targets, prometheus, options)
        attack_before(table, world, options)
    if not options.only:
        table.rows = [row for row in table.rows if not row[1].startswith("  ") or not row[4]]
    table.show()
    print(f"{len(table.failed())} wrong, {time.monotonic() - start:.0f} s")
    return 1 if table.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
