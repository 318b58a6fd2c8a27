"""What scraping a large registry costs the program that has it, while a thousand connections idle or worse:

    load.py campaign_server [--series 100000] [--scrapers 20] [--rounds 3] [--seconds 6] [OPTION=VALUE of campaign_server…]

Rounds of three kinds take turns: no load, the load on a process of its own, the load on the endpoint of the program that is measured. The second shows
what the clients and a machine that is shared with them cost, wherever the endpoint is. Printed: what became of the scrapes of the third, the peak of
memory above that of the registry, and how long requests of the program itself took.
"""
import argparse
import multiprocessing
import statistics
import threading
import time
from collections import Counter

from attack_test import OTHERS, end, strike
from target import Target

ACCEPTED = ["application/openmetrics-text;version=1.0.0", "text/plain;version=0.0.4",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "text/plain;version=1.0.0"]


class Remote:
    """What of a Target can be given to another process."""

    def __init__(self, target):
        self.address, self.port, self.tls, self.authorization = target.address, target.port, target.tls, target.authorization

    connect, head, ask, get = Target.connect, Target.head, Target.ask, Target.get


def scrape(target, number, seconds, results):
    """One scraper: begins with all others, each second."""
    end_at = time.monotonic() + seconds
    while (now := time.monotonic()) < end_at:
        encoding = "identity" if number % 10 == 0 else "gzip"
        answer = target.get("/metrics", "Accept: " + ACCEPTED[number % 4], "Accept-Encoding: " + encoding, source=f"127.0.5.{number + 1}", timeout=10)
        results.put(("ok" if answer.is_good() else "503" if answer.status == 503 else f"{answer} {answer.error}", answer.seconds))
        time.sleep(max(0, now + 1 - time.monotonic()))


def loaded(target, served, options, results):
    """What requests of `served` took, while `target` is scraped and attacked."""
    fork = multiprocessing.get_context("fork")
    hostile = [strike("a_thousand", target, OTHERS) for _ in range(2)]
    time.sleep(2)
    scrapers = [fork.Process(target=scrape, args=(Remote(target), i, options.seconds, results)) for i in range(options.scrapers)]
    for scraper in scrapers:
        scraper.start()
    took = served.command(f"serve {options.seconds * 1000}")
    for scraper in scrapers:
        scraper.join()
    for process in hostile:
        end(process)
    return took


def drained(target, served, options):
    """The same, and what became of the scrapes."""
    results = multiprocessing.get_context("fork").Queue()
    outcomes = []
    reader = threading.Thread(target=lambda: outcomes.extend(iter(results.get, None)))
    reader.start()
    took = loaded(target, served, options, results)
    results.put(None)
    reader.join()
    return took, outcomes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--scrapers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("options", nargs="*")
    options = parser.parse_intermixed_args()
    took = {"without the load": [], "with the load on another process": [], "with the load on its own endpoint": []}
    outcomes, seconds = Counter(), {}
    settings = dict(series=options.series, live_page=0, **dict(option.split("=") for option in options.options))
    with Target(options.program, **settings) as target, Target(options.program, **settings) as other:
        base = target.mebibytes()
        with open(f"/proc/{target.pid}/clear_refs", "w") as peak:
            peak.write("5")  # VmHWM begins anew
        for _ in range(options.rounds):
            took["without the load"].append(target.command(f"serve {options.seconds * 1000}"))
            took["with the load on another process"].append(drained(other, target, options)[0])
            one, scrapes = drained(target, target, options)
            took["with the load on its own endpoint"].append(one)
            for outcome, duration in scrapes:
                outcomes[outcome] += 1
                seconds.setdefault(outcome, []).append(duration)
        peak = target.mebibytes("VmHWM")
        connections = target.value("vitals_endpoint_connections")
    print(f"{options.series} series, {options.scrapers} scrapers at once, 1,000 connections that idle or worse; {' '.join(options.options)}")
    for outcome, count in outcomes.most_common():
        print(f"  {count} scrapes {outcome}: median {statistics.median(seconds[outcome]):.2f} s, longest {max(seconds[outcome]):.2f} s")
    print(f"  memory: {base:.0f} MiB before, at most {peak - base:.0f} MiB above it; {connections:.0f} connections afterwards")
    for name, rounds in took.items():
        p99s = [one["p99"] for one in rounds]
        print(f"  the program's requests {name}: p50 {statistics.median(one['p50'] for one in rounds):.0f} µs, p99 {statistics.median(p99s):.0f} µs "
              f"(rounds: {', '.join(f'{p99:.0f}' for p99 in p99s)})")


if __name__ == "__main__":
    main()
