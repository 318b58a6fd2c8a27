#!/usr/bin/env python3
"""The live page of a service under load, left open in Debian's Chromium: soak.py SERVICE [MINUTES]

Prints each minute what the page holds in memory after a collection of garbage, its elements and listeners, and what page and
service take of a CPU. Fails if the page's memory grew by a tenth after the first five minutes, or a page took more than 1 % of a CPU."""
import json
import os
import subprocess
import sys
import time
import urllib.request

from page_browser import Browser

service_program, minutes = sys.argv[1], int((sys.argv[2:] or ['10'])[0])
SETTLED = 5  # minutes, in which code is compiled and the steps of the past are filled


def cpu_seconds(pid):
    with open(f'/proc/{pid}/stat') as stat:
        user, system = stat.read().rpartition(')')[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')


class Watched:
    def __init__(self, service, browser):
        self.service, self.browser = service, browser
        browser.devtools('Performance.enable', timeDomain='threadTicks')  # CPU time, whatever else the machine does
        self.before = self.times()

    def times(self):
        return time.monotonic(), cpu_seconds(self.service.pid), self.metrics()['TaskDuration']

    def metrics(self):
        return {metric['name']: metric['value'] for metric in self.browser.devtools('Performance.getMetrics')['metrics']}

    def minute(self):
        time.sleep(60)
        self.browser.run('gc()')
        after, metrics = self.times(), self.metrics()
        passed, service, page = (b - a for a, b in zip(self.before, after))
        self.before = after
        return {'heap_kib': metrics['JSHeapUsedSize'] / 1024, 'nodes': metrics['Nodes'], 'listeners': metrics['JSEventListeners'],
                'page_cpu': page / passed, 'service_cpu': service / passed}


def main():
    service = subprocess.Popen([service_program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    browser = Browser(clock='')
    try:
        url = f'http://127.0.0.1:{service.stdout.readline().split()[0]}/'
        browser.driver.get(url)
        while not json.loads(urllib.request.urlopen(url + 'data').read())['slots']:
            time.sleep(1)
        watched, seen = Watched(service, browser), []
        print('minute  heap KiB    nodes  listeners  page CPU  service CPU')
        for minute in range(1, minutes + 1):
            now = watched.minute()
            seen.append(now)
            print(f"{minute:6} {now['heap_kib']:9.0f} {now['nodes']:8.0f} {now['listeners']:10.0f} {now['page_cpu']:9.2%} {now['service_cpu']:12.2%}", flush=True)
        settled = seen[SETTLED:] or seen
        growth = settled[-1]['heap_kib'] / settled[0]['heap_kib'] - 1
        page_cpu = sum(now['page_cpu'] for now in settled) / len(settled)
        print(f'heap {growth:+.1%} since minute {SETTLED + 1}, page {page_cpu:.2%} of a CPU')
        return 0 if growth < 0.1 and page_cpu < 0.01 else 1
    finally:
        browser.close()
        service.communicate()


sys.exit(main())
