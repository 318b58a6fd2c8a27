#!/usr/bin/env python3
"""The exported p95 is that of a load generator, within 3 %, and the counts are equal: agreement_test.py TOOL SERVER [VITALS]

What the tools say, and what is compared:
- hey: -n is exact. Its 95 % is of all answers, sorted.
- wrk: by itself it ends while as many requests are under way as it has connections; the server counts them, wrk doesn't. So
  wrk.lua begins an exact number, and wrk is told to end when each has its answer. When it ends, wrk adds latencies that it
  hasn't measured: for each that is longer than twice the mean between two requests of a connection, those of the requests
  that it could have sent meanwhile. sleeping_server has no such durations, so it adds none.
- vitals load: --rate times --duration is exact. Its latencies count from when a request was due.

The p95 of the server is computed from the buckets of http_request_duration_highr_seconds as Prometheus's histogram_quantile
does; after vitals load the live page must show the same. A client's time contains what the server can't see: the network, and
how long client and server wait for a CPU before they take what has come. Durations are so long that this is below 1 % unless
the machine is busy. How busy it is, is measured beside each run: a run of a busy machine proves nothing if the two disagree, and is repeated. The test fails when they disagree
on one that isn't, or in all of RUNS.

That the test can tell: by the buckets of http_request_duration_seconds, which are made for targets, the p95 of the same
requests must be another one by more than 9 %, which the client's can't both agree with. What the machine does to the client
has no part in that."""
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from sleeping import BY_ROUTE, HIGH_RESOLUTION, PATIENCE, SleepingServer, total, until

tool, server_program, *vitals = sys.argv[1:]
RUNS = 8
REQUESTS = 1920
CONNECTIONS = 64
TOLERANCE = 0.03


class Machine:
    """How busy it was while this was used: which share of its CPUs' time was idle, and by how much sleeps ended late."""

    def __enter__(self):
        self.ending, self.late = threading.Event(), []
        self.before = self.cpu_times()
        self.thread = threading.Thread(target=self.sleep)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        user, nice, system, idle, waiting, *rest = (b - a for a, b in zip(self.before, self.cpu_times()))
        self.idle = (idle + waiting) / max(1, sum([user, nice, system, idle, waiting, *rest]))
        self.lateness = sum(self.late) / len(self.late)

    @staticmethod
    def cpu_times():
        with open('/proc/stat') as stat:
            return [int(ticks) for ticks in stat.readline().split()[1:9]]  # those of guests are in user's

    def sleep(self):
        while not self.ending.is_set():
            start = time.monotonic()
            time.sleep(0.005)
            self.late.append(time.monotonic() - start - 0.005)


def histogram_quantile(q, metrics, name):
    """Of all series of a name together, none of whose observations is beyond the last bound."""
    bounds = sorted({float(labels['le']) for sample, labels, _ in metrics if sample == name + '_bucket'})
    counts = [sum(number for sample, labels, number in metrics if sample == name + '_bucket' and float(labels['le']) == bound)
              for bound in bounds]
    rank = q * counts[-1]
    i = next(i for i, count in enumerate(counts) if count >= rank)
    below, start = (counts[i - 1], bounds[i - 1]) if i > 0 else (0, 0)
    return start + (bounds[i] - start) * (rank - below) / (counts[i] - below)


# Each loads the server, and gives how many of its requests were answered, and their p95 in seconds.
def hey(url):
    output = subprocess.run(['hey', '-n', str(REQUESTS), '-c', str(CONNECTIONS), url + '/'], check=True, timeout=PATIENCE,
                            stdout=subprocess.PIPE, text=True).stdout
    statuses = dict(re.findall(r'\[(\d+)\]\s+(\d+) responses', output))
    if list(statuses) != ['200'] or 'Error distribution' in output:
        raise AssertionError(output)
    return int(statuses['200']), float(re.search(r'95% in ([\d.]+) secs', output)[1])


def wrk(url):
    script = Path(__file__).with_name('wrk.lua')
    process = subprocess.Popen(['wrk', '-t', '1', '-c', str(CONNECTIONS), '-d', str(PATIENCE), '--timeout', str(PATIENCE),
                                '-s', script, url + '/', str(REQUESTS)], stdout=subprocess.PIPE, text=True)
    with process:
        output = ''
        for line in process.stdout:
            output += line
            if line == 'all answered\n':
                process.send_signal(signal.SIGINT)
    said = dict(re.findall(r'^(requests|errors|p95) ([\d.]+)$', output, re.MULTILINE))
    if process.returncode != 0 or said.get('errors') != '0':
        raise AssertionError(output)
    return int(said['requests']), float(said['p95'])


def vitals_load(url):
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / 'load.json'
        ended = subprocess.run([*vitals, 'load', '--url', url, '--rate', '240', '--duration', f'{REQUESTS / 240}s', '--connections', '128',
                                '--report', f'json={report}'], timeout=PATIENCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if ended.returncode != 0:
            raise AssertionError(ended.stdout)
        said = json.loads(report.read_text())
    return said['all']['requests'], said['all']['p95_seconds']


@unittest.skipUnless(vitals or shutil.which(tool), f'{tool} is missing: install the package of that name')
class Agreement(unittest.TestCase):
    def test_the_p95_and_the_count_are_those_of_the_client(self):
        seen = []
        for _ in range(RUNS):
            with SleepingServer(server_program) as server:
                until(lambda: server.page()['metrics'], 'the live page has begun to count')
                with Machine() as machine:
                    requests, p95 = {'hey': hey, 'wrk': wrk, 'vitals_load': vitals_load}[tool](server.url)
                metrics = server.quiet_metrics()
                page = until(lambda: server.page(requests), 'the live page has counted all') if tool == 'vitals_load' else None
            self.assertEqual(requests, REQUESTS)
            self.check_counts(requests, metrics)

            exported = histogram_quantile(0.95, metrics, HIGH_RESOLUTION)
            if page:
                self.check_page(requests, exported, page)
            seen.append(f'{tool}: p95 {p95 * 1e3:.1f} ms, exported {exported * 1e3:.1f} ms ({exported / p95 - 1:+.2%}), '
                        f'CPUs were idle for {machine.idle:.0%}, sleeps {machine.lateness * 1e3:.2f} ms late')
            print(seen[-1])
            if abs(exported / p95 - 1) <= TOLERANCE:
                by_route = histogram_quantile(0.95, metrics, BY_ROUTE)
                self.assertGreater(abs(by_route / exported - 1), 3 * TOLERANCE, 'the test could not tell')
                return
            # Client and server each wait for a CPU once a request.
            if machine.idle > 0.5 and 2 * machine.lateness < 0.01 * p95:
                break
        self.fail('\n'.join(seen))

    def check_counts(self, requests, metrics):
        self.assertEqual(total(metrics, 'http_requests_total'), requests)
        self.assertEqual(total(metrics, 'http_requests_total', status='200'), requests)
        self.assertEqual(total(metrics, BY_ROUTE + '_count'), requests)
        self.assertEqual(total(metrics, HIGH_RESOLUTION + '_count'), requests)


    def check_page(self, requests, exported, page):
        tiles = {tile['name']: tile for tile in page['tiles']}
        self.assertEqual(tiles['p95']['count'], requests)
        self.assertAlmostEqual(tiles['p95']['value'] / exported, 1, 9)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
