"""What an endpoint takes of memory beside its registry: for a connection, and at most for one scrape in each format.

    memory.py campaign_server [--connections 900] [SERIES…]
"""
import argparse
import time

from load import ACCEPTED
from target import Files, Target


def of_connections(program, count, pair):
    limits = {"max_connections": count + 100, "max_connections_per_ip": count + 100, "header_timeout": 60_000, "idle_timeout": 60_000}
    with Target(program, series=10, live_page=0, **limits, **pair) as target:
        target.get("/metrics")
        before = target.mebibytes()
        kept = [target.connect() for _ in range(count)]
        for client in kept:
            client.sendall(target.head("/-/healthy"))
            client.recv(4096)
        held = target.value("vitals_endpoint_connections")
        print(f"{held - 1:.0f} connections {'with TLS' if pair else 'without'}, asked once: {(target.mebibytes() - before) * 1024 / count:.0f} KiB each")


def of_scrape(program, series, accept, encoding):
    with Target(program, series=series, live_page=0) as target:
        before = target.mebibytes()
        with open(f"/proc/{target.pid}/clear_refs", "w") as peak:
            peak.write("5")  # VmHWM begins anew
        answer = target.get("/metrics", "Accept: " + accept, "Accept-Encoding: " + encoding, timeout=60)
        at_most = target.mebibytes("VmHWM") - before
        time.sleep(0.3)
        print(f"{series} series, {accept.partition(';')[0]}, {encoding}: {answer.status}, body of {len(answer.body) / 1024:.0f} KiB; "
              f"at most {at_most:.1f} MiB above the registry's {before:.0f}, {target.mebibytes() - before:.1f} afterwards")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--connections", type=int, default=900)
    parser.add_argument("series", type=int, nargs="*", default=[100_000, 1_000_000])
    options = parser.parse_args()
    with Files() as folder:
        for pair in ({}, folder.key_pair("endpoint")):
            of_connections(options.program, options.connections, pair)
    for series in options.series:
        for encoding in ("gzip", "zstd", "identity"):
            for accept in ACCEPTED[1:3]:
                of_scrape(options.program, series, accept, encoding)


if __name__ == "__main__":
    main()
