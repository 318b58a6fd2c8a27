"""What agreement_test.py and truth_test.py share: a sleeping_server, and what it exports."""
import json
import re
import subprocess
import time
import urllib.request

PATIENCE = 120  # seconds for what takes 8 on a machine that has nothing else to do
HIGH_RESOLUTION = 'http_request_duration_highr_seconds'
BY_ROUTE = 'http_request_duration_seconds'


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


def until(answer, what):
    """The first answer() that is true."""
    end = time.monotonic() + PATIENCE
    while not (given := answer()):
        if time.monotonic() > end:
            raise AssertionError(f'never: {what}')
        time.sleep(0.05)
    return given


class SleepingServer:
    def __init__(self, program):
        self.program = program

    def __enter__(self):
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url, self.endpoint = (f'http://127.0.0.1:{int(port)}' for port in self.process.stdout.readline().split())
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=PATIENCE)

    def metrics(self):
        """[(name, labels, number)]"""
        lines = [line for line in get(self.url + '/metrics').splitlines() if not line.startswith('#')]
        return [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(number))
                for name, labels, number in (re.fullmatch(r'(\w+)(\{.*\})? (\S+)', line).groups(default='') for line in lines)]

    def page(self, requests=0):
        """What the live page shows of the last five minutes, once it has as many requests."""
        data = json.loads(get(self.endpoint + '/data?range=300'))
        return data if sum(route['count'] for route in data['routes']) == requests else None

    def quiet_metrics(self):
        """metrics() once no request is under way: a client has its answer a moment before the server has counted it."""
        def quiet():
            metrics = self.metrics()
            return metrics if total(metrics, 'http_requests_active') == 0 else None
        return until(quiet, 'no request is under way')


def total(metrics, name, **labels):
    return sum(number for sample, pairs, number in metrics if sample == name and labels.items() <= pairs.items())
