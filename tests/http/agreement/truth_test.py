#!/usr/bin/env python3
"""The live page, `vitals check` and Prometheus say the same of one window: truth_test.py SERVER VITALS

Nothing comes before the window or after it, so that the page's history, two scrapes and the last minutes of a Prometheus
hold the same requests. All of them merge the same buckets: what they say is equal to the last digits, not to a bucket's
width alone. What a load generator says is agreement_test.py's."""
import concurrent.futures
import json
import subprocess
import sys
import tempfile
import unittest
import urllib.error
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / 'support'))
from prometheus import Prometheus
from sleeping import BY_ROUTE, HIGH_RESOLUTION, PATIENCE, SleepingServer, get, total, until

server_program, vitals = sys.argv[1:]
REQUESTS, FAILURES, CONNECTIONS = 600, 30, 64
PERCENTILES = (50, 95, 99)
ROUTE = '/fail/{id}'
TARGETS = """
targets:
""" + ''.join(f"""
  - {{name: p{q}, measure: p{q}, of: {HIGH_RESOLUTION}, below: 1s}}
  - {{name: p{q} of a route, measure: p{q}, of: {BY_ROUTE}, select: {{endpoint: "{ROUTE}"}}, below: 1s}}
""" for q in PERCENTILES) + """
  - {name: errors, measure: ratio, of: http_requests_total, part: {status: 5*}, below: 50%}
"""


def ask(url):
    try:
        get(url)
    except urllib.error.HTTPError as refused:
        refused.close()


def load(url):
    paths = [f'/fail/{i}' if i % (REQUESTS // FAILURES) == 0 else '/' for i in range(REQUESTS)]
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as clients:
        list(clients.map(lambda path: ask(url + path), paths))


@unittest.skipUnless(Prometheus.installed, 'prometheus is not installed')
class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with SleepingServer(server_program) as server, Prometheus(server.endpoint.removeprefix('http://')) as prometheus, \
                tempfile.TemporaryDirectory() as folder:
            until(lambda: server.page()['metrics'], 'the page has a sample')
            until(lambda: prometheus.query('http_requests_active'), 'Prometheus has one')
            before, after, targets = (Path(folder) / name for name in ('before.prom', 'after.prom', 'targets.yml'))
            before.write_text(get(server.endpoint + '/metrics'))
            load(server.url)
            server.quiet_metrics()
            after.write_text(get(server.endpoint + '/metrics'))
            cls.page = until(lambda: server.page(REQUESTS), 'the page has the requests')
            until(lambda: prometheus.query(f'sum(http_requests_total) == {REQUESTS}'), 'Prometheus has them')
            cls.promql = {name: float(prometheus.query(query)[0]['value'][1]) for name, query in cls.queries()}
            targets.write_text(TARGETS)
            said = subprocess.run([vitals, 'check', '--before', before, '--after', after, '--config', targets, '--duration', '10s', '--format', 'json'],
                                  stdout=subprocess.PIPE, timeout=PATIENCE, check=False, text=True).stdout
            cls.check = {row['name']: row for row in json.loads(said)['targets']}

    @staticmethod
    def queries():
        for q in PERCENTILES:
            yield f'p{q}', f'histogram_quantile({q / 100}, sum by (le) (increase({HIGH_RESOLUTION}_bucket[5m])))'
            yield f'p{q} of a route', f'histogram_quantile({q / 100}, sum by (le) (increase({BY_ROUTE}_bucket{{endpoint="{ROUTE}"}}[5m])))'
        yield 'errors', 'sum(increase(http_requests_total{status=~"5.."}[5m])) / sum(increase(http_requests_total[5m]))'
        yield 'requests', 'sum(http_requests_total)'

    def tile(self, name):
        return next(tile for tile in self.page['tiles'] if tile['name'] == name)

    def agree(self, name, page):
        self.assertGreater(page, 0)
        self.assertAlmostEqual(self.check[name]['value'] / page, 1, 9, 'vitals check')
        self.assertAlmostEqual(self.promql[name] / page, 1, 6, 'PromQL')

    def test_percentiles_of_all_requests(self):
        for q in PERCENTILES:
            self.agree(f'p{q}', self.tile(f'p{q}')['value'])

    def test_percentiles_of_a_route(self):
        route = next(route for route in self.page['routes'] if route['endpoint'] == ROUTE)
        for q in PERCENTILES:
            self.agree(f'p{q} of a route', route[f'p{q}'])

    def test_errors(self):
        self.assertEqual(self.tile('errors')['value'], FAILURES / REQUESTS)
        self.agree('errors', self.tile('errors')['value'])

    def test_counts(self):
        self.assertEqual(self.tile('requests')['count'], REQUESTS)
        self.assertEqual(self.check['errors']['samples'], REQUESTS)
        self.assertEqual(self.promql['requests'], REQUESTS)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
