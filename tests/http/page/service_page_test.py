#!/usr/bin/env python3
"""The live page of a real service, in Debian's Chromium: it shows what the service says, and what its /metrics say.
service_page_test.py SERVICE"""
import json
import re
import shutil
import subprocess
import sys
import time
import unittest
import urllib.request

SERVICE = sys.argv.pop()
TOLERANCE = 0.005  # three digits are shown


def setUpModule():
    if shutil.which('chromium') is None or shutil.which('chromedriver') is None:
        raise unittest.SkipTest('chromium is not installed')


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def samples(text, name):
    """{labels: value} of a metric's lines."""
    return {labels: float(value) for labels, value in re.findall(rf'^{name}(?:{{(.*)}})? (\S+)$', text, re.MULTILINE)}


class ServicePage(unittest.TestCase):
    def setUp(self):
        from page_browser import Browser
        self.service = subprocess.Popen([SERVICE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.url, self.mounted = (f'http://127.0.0.1:{int(port)}/' for port in self.service.stdout.readline().split())
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def stop(self):
        self.service.stdin.close()
        self.service.wait(60)
        self.service.stdout.close()

    def data(self, range_=300):
        return json.loads(get(f'{self.url}data?range={range_}'))

    def until_slots(self, n):
        while len(data := self.data()['slots']) < n:
            time.sleep(0.2)

    def shows_the_service(self, url, links):
        self.browser.open(url)
        self.browser.wait("document.querySelectorAll('#routes tbody tr').length === 3")
        for section in ('tiles', 'charts', 'levels', 'routes', 'statements', 'caches', 'pools', 'metrics'):
            self.assertTrue(self.browser.run(f"return document.getElementById('{section}').checkVisibility()"), section)
        shown = self.browser.run("return [...document.querySelectorAll('#tiles li')].map((tile) => tile.innerText)")
        self.assertEqual(len(shown), len(self.data()['tiles']))
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('#links a')].map((link) => link.href)"), links)
        self.assertEqual(self.browser.run('return violations'), [])
        self.assertEqual(self.browser.run("return document.querySelectorAll('canvas').length > 0"), True)
        self.assertEqual([entry for entry in self.browser.driver.get_log('browser')], [])

    def test_shows_what_the_service_says(self):
        self.until_slots(2)
        self.shows_the_service(self.url, [self.url + page for page in ('metrics', 'slo', '-/healthy', '-/ready')])

    def test_is_the_same_on_the_services_own_server(self):
        self.until_slots(2)
        self.shows_the_service(self.mounted + 'status/', [self.mounted + 'metrics'])

    # Both count the same requests: between two scrapes there lie as many as between two samples, to within what comes
    # between a sample and the scrape beside it.
    def test_data_are_those_of_metrics(self):
        self.until_slots(1)
        before, first = get(self.url + 'metrics'), self.data()
        self.until_slots(len(first['slots']) + 2)
        after, last = get(self.url + 'metrics'), self.data()
        grown = sum(samples(after, 'http_requests_total').values()) - sum(samples(before, 'http_requests_total').values())
        seen = sum(route['count'] for route in last['routes']) - sum(route['count'] for route in first['routes'])
        per_second = grown / sum(slot['seconds'] for slot in last['slots'][-2:])
        self.assertAlmostEqual(seen, grown, delta=6 * per_second)
        errors = next(tile for tile in last['tiles'] if tile['name'] == 'errors')
        bad = sum(route['errors'] for route in last['routes'])
        self.assertEqual(errors['value'], bad / errors['count'])
        p95 = next(tile for tile in last['tiles'] if tile['name'] == 'p95')
        self.assertEqual((p95['target'], p95['critical']), (0.15, 5))
        self.assertEqual(p95['verdict'], 'ok' if p95['value'] <= 0.15 else 'warning')

    def test_faulty_questions_are_answered(self):
        for path, status in (('data?range=4', 400), ('data?range=x', 400), ('metric', 400), ('metric?name=%zz', 400), ('metric?name=nothing', 404),
                             ('live.xyz', 404)):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                get(self.url + path)
            self.assertEqual(refused.exception.code, status, path)
            refused.exception.close()


if __name__ == '__main__':
    unittest.main()
