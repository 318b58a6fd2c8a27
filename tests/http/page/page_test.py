#!/usr/bin/env python3
"""The live page in Debian's Chromium, with made-up answers of a service. VITALS_PAGE_ASSETS: the folder of the page's files."""
import gzip
import importlib.util
import os
import re
import shutil
import unittest
import urllib.parse
from pathlib import Path

import answers
from page_server import PageServer, served

HAS_BROWSER = bool(shutil.which('chromium') and shutil.which('chromedriver') and importlib.util.find_spec('selenium'))
if HAS_BROWSER:
    from page_browser import Browser

ASSETS = Path(os.environ.get('VITALS_PAGE_ASSETS', Path(__file__).parents[3] / 'src/http/page/assets'))
HAS_CHARTS = 'chart.js' in served(ASSETS)
CASES = ('full', 'without_http', 'many_routes', 'hostile', 'with_gaps', 'clock_set_back', 'restarted', 'nothing_known', 'just_begun')
SECTIONS = ('tiles', 'charts', 'levels', 'routes', 'statements', 'caches', 'pools', 'slowest', 'failures', 'metrics')
KIB = 1024


class Sizes(unittest.TestCase):
    def test_are_small(self):
        sizes = {path: len(gzip.compress(body, 9)) for path, (_, body) in served(ASSETS).items()}
        self.assertLessEqual(sum(sizes.values()), 100 * KIB)
        self.assertLessEqual(sum(size for path, size in sizes.items() if path != 'chart.js'), 26 * KIB)

    def test_every_file_is_served(self):
        paths = served(ASSETS).keys()
        for path in ASSETS.iterdir():
            if path.suffix in ('.js', '.css'):
                self.assertIn(path.name, paths)


def setUpModule():
    if HAS_BROWSER:
        Page.server = PageServer(ASSETS)
        unittest.addModuleCleanup(Page.server.close)
        Page.browser = Browser()
        unittest.addModuleCleanup(Page.browser.close)


@unittest.skipUnless(HAS_BROWSER, 'chromium, chromium-driver or python3-selenium is not installed')
class Page(unittest.TestCase):
    def setUp(self):
        self.server.reset()
        self.expected_errors = []

    def tearDown(self):
        said, asked = self.browser.logs()
        self.assertEqual([line for line in said if not any(error in line for error in self.expected_errors)], [])
        self.assertEqual([url for url in asked if not url.startswith((self.server.url, 'data:', 'about:'))], [])
        self.assertEqual(self.browser.run('return window.violations ?? []'), [])

    def open(self, case=answers.full, fragment='', **options):
        self.server.case = case
        self.browser.open(self.server.url + fragment, **options)

    def rows(self, section):
        return self.browser.texts(f'#{section} tbody th')

    def said(self):
        """What the address says after its #."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.browser.run('return location.href')).fragment))

    def fetched(self):
        return self.browser.run('return fetched')


class Contents(Page):
    def test_every_section_is_drawn(self):
        self.open()
        for section in SECTIONS:
            self.assertTrue(self.browser.is_shown(f'#{section}'), section)
        self.assertEqual(self.browser.count('#tiles li'), 11)
        self.assertEqual(self.browser.count('#tiles li .sparkline path[d^=M]:first-child'), 11)
        self.assertEqual(self.browser.count('#charts figure'), 3)
        if HAS_CHARTS:
            self.assertEqual(self.browser.count('#charts figure .plot canvas'), 6)
            self.assertGreater(self.browser.count('#charts .dygraph-axis-label-y'), 6)

    def test_tiles_have_value_target_and_verdict_as_text_and_icon(self):
        self.open()
        tile = '#tiles li:nth-child(2) '
        self.assertEqual(self.browser.text(tile), 'p95missed187 ms≤ 150 msof 12 345')
        self.assertTrue(self.browser.run('return document.querySelector(arguments[0]).getAttribute("d")', tile + '.verdict path'))
        self.assertEqual(self.browser.text('#tiles li:nth-child(7)'), 'Availabilityok99.95 %≥ 99.9 %of 12 345')
        self.assertEqual(self.browser.text('#tiles li:nth-child(5)'), 'Active23')

    def test_headline_names_what_is_wrong(self):
        self.open()
        self.assertEqual(self.browser.text('#headline'), 'Critical: Error rate 2.14 % (≤ 0.1 %), error-rate burns its budget, '
                         'p95 187 ms (≤ 150 ms), POST /api/v1/appointments over its budget, and 1 more')

    def test_levels_have_compliance_budget_burn_rates_and_alerts(self):
        self.open()
        level = self.browser.texts('#levels tbody tr:nth-child(1) > *')
        self.assertEqual(level[:5], ['latency-p95', '95 %', '98.73 % of 12 345', '45.8 %of the first 6 min 53 s', '0.540'])
        self.assertEqual(level[-2:], ['2 d 3 h', 'none'])
        self.assertEqual(self.browser.texts('#levels tbody tr:nth-child(2) > *')[-2:], ['now', 'page: 14.4 × over 1 h and 5 min'])
        self.assertEqual(self.browser.texts('#levels tbody tr:nth-child(4) > *')[-1], 'Give HttpMetrics the same levels.')

    def test_routes_say_percentiles_and_budgets(self):
        self.open()
        self.assertEqual(self.browser.texts('#routes tbody tr:nth-child(1) > *')[:8],
                         ['POST /api/v1/appointments', 'critical', '14.3', '37.4 ms', '187 ms', '374 ms', '6.29 %', 'over125 % of 150 ms'])
        self.assertIn('> 10 s', self.browser.texts('#routes tbody tr:nth-child(5) > *'))

    def test_a_miss_is_never_shown_as_the_target(self):
        def missed(turn):
            said = answers.full(turn)
            values = {'errors': 0.001001, 'p95': 0.1500004}
            return {**said, 'tiles': [{**tile, 'value': values.get(tile['name'], tile['value'])} for tile in said['tiles']]}
        self.open(missed)
        shown = [text for text in self.browser.texts('#tiles li') if text.startswith(('Error rate', 'p95'))]
        self.assertRegex(' '.join(shown), r'150\.0004 ms.*0\.1001 %')

    def test_requests_have_trace_ids(self):
        self.open()
        self.assertIn('4bf92f3577b34da6a3ce929d0e0e4736', self.browser.texts('#slowest td'))
        self.assertIn('a3ce929d0e0e47364bf92f3577b34da6', self.browser.texts('#failures td'))

    def test_a_service_without_http_has_a_page_of_what_it_has(self):
        self.open(answers.without_http)
        shown = [section for section in SECTIONS if self.browser.is_shown(f'#{section}')]
        self.assertEqual(shown, ['tiles', 'charts', 'metrics'])
        self.assertEqual(self.browser.texts('#charts h3'), ['Memory', 'CPU'])

    def test_gaps_are_gaps(self):
        self.open()
        whole = self.browser.run('return document.querySelector("#routes .sparkline path").getAttribute("d")')
        self.open(answers.with_gaps)
        line = self.browser.run('return document.querySelector("#routes .sparkline path").getAttribute("d")')
        self.assertEqual((whole.count('M'), line.count('M')), (1, 2))
        self.assertEqual(self.browser.text('#coverage'), 'Samples are missing in 6 of 60 slots. 12 series have no history, for lack of room')

    def test_restarts_are_marked(self):
        self.open()
        self.assertEqual((self.browser.count('.restart'), self.browser.text('#coverage')), (0, ''))
        self.open(answers.restarted)
        self.assertEqual(self.browser.count('#tiles .restart'), 11)
        self.assertRegex(self.browser.text('#coverage'), r'^History of 2 min only, since \d\d:\d\d:\d\d\. Started at \d\d:\d\d:\d\d$')

    def test_a_restart_that_the_page_has_seen_is_told_as_one(self):
        self.open()
        self.server.case = answers.restarted
        self.browser.pass_time(2)
        self.assertRegex(self.browser.text('#coverage'), r'\. Restarted at \d\d:\d\d:\d\d$')
        self.browser.pass_time(2)
        self.assertRegex(self.browser.text('#coverage'), r'\. Restarted at \d\d:\d\d:\d\d$')

    def test_a_few_requests_are_not_judged(self):
        self.open(answers.few)
        self.assertEqual(self.browser.text('#tiles li:nth-child(2)'), 'p95too few187 ms≤ 150 msof 1')
        self.assertEqual(self.browser.text('#headline'), 'Too little data to judge by')
        self.assertEqual(self.browser.text('#coverage'), "Judged by built-in targets: EndpointOptions::levels declares the service's own")

    def test_what_is_not_known_is_said_to_be(self):
        self.open(answers.nothing_known)
        self.assertEqual(self.browser.text('#headline'), 'No data to judge by')
        self.assertEqual(self.browser.text('#tiles li:nth-child(2)'), 'p95no data–')


class Tables(Page):
    def test_sort_by_any_column_and_say_so(self):
        self.open()
        self.assertEqual(self.rows('routes')[:2], ['POST /api/v1/appointments', 'POST /api/v1/auth/login'])
        self.browser.click('#routes thead th:nth-child(5) button')
        self.assertEqual((self.rows('routes')[0], self.said()), ('GET /reports/{year}', {'routes.sort': '-p95'}))
        self.assertEqual(self.browser.run('return [...document.querySelectorAll("#routes thead th")].map((cell) => cell.ariaSort)')[4:6],
                         ['descending', 'none'])
        self.browser.click('#routes thead th:nth-child(5) button')
        self.assertEqual((self.rows('routes')[0], self.said()), ('GET /health', {'routes.sort': 'p95'}))
        self.browser.pass_time(2)
        self.assertEqual(self.rows('routes')[0], 'GET /health')

    def test_without_budgets_the_slowest_is_first(self):
        self.open(lambda turn: {**answers.full(turn), 'routes': [{**route, 'budget': None, 'used': None} for route in answers.routes()]})
        self.assertEqual(self.rows('routes')[:2], ['GET /reports/{year}', 'POST /api/v1/appointments'])
        self.assertNotIn('p95 of budget', self.browser.texts('#routes thead th'))

    def test_filter(self):
        self.open()
        self.browser.write('#routes input', 'REPORTS')
        self.assertEqual(self.rows('routes'), ['GET /reports/{year}'])
        self.assertEqual((self.browser.text('#routes output'), self.said()), ('1 of 6', {'routes.filter': 'REPORTS'}))
        self.browser.write('#routes input', '')
        self.assertEqual((len(self.rows('routes')), self.said()), (6, {}))

    def test_500_routes(self):
        self.open(answers.many_routes)
        self.assertEqual(len(self.rows('routes')), 50)
        self.browser.click('#routes .more')
        self.assertEqual(len(set(self.rows('routes'))), 500)
        self.browser.write('#routes input', '/many/123')
        self.assertEqual(self.rows('routes'), ['GET /many/123'])

    def test_are_updated_in_place(self):
        self.open()
        self.browser.run('document.querySelectorAll("main *").forEach((node) => (node.isOld = true));'
                         'document.querySelector("#routes thead button").focus();')
        before = self.browser.run('return document.querySelector("#routes .sparkline path").getAttribute("d")')
        self.server.case = lambda turn: {**answers.full(turn), 'routes': [{**route, 'values': answers.wave(0, 1, turn), 'count': 99_999}
                                                                         for route in answers.routes()]}
        self.browser.pass_time(2)
        self.assertIn('99 999', self.browser.texts('#routes td'))
        self.assertNotEqual(before, self.browser.run('return document.querySelector("#routes .sparkline path").getAttribute("d")'))
        self.assertEqual(self.browser.run('''return [...document.querySelectorAll("main *")]
            .filter((node) => !node.isOld && !node.closest(".plot")).length'''), 0)
        self.assertEqual(self.browser.run('return document.activeElement.textContent'), 'Route')

    def test_are_tables_to_who_hears_them(self):
        self.open(fragment='#metric=jobs_total')
        self.assertEqual(self.browser.count('table'), self.browser.count('table > caption'))
        self.assertEqual(self.browser.count('th'), self.browser.count('thead th[scope=col], tbody th[scope=row]'))
        self.assertEqual(self.browser.count('table'), 13)
        self.assertEqual(self.browser.count('input:not([aria-label], .dygraph-roller), button:not([hidden]):empty'), 0)

    def test_charts_are_tables_too(self):
        self.open()
        self.browser.run('document.querySelector("#charts details").open = true')
        self.browser.wait('document.querySelector("#charts details tbody tr")')
        self.assertEqual(self.browser.texts('#charts figure:first-of-type thead th'), ['Time', 'p50', 'p95', 'p99'])
        self.assertEqual(self.browser.count('#charts figure:first-of-type tbody tr'), answers.SLOTS)


class Texts(Page):
    def test_labels_are_only_text(self):
        self.open(answers.hostile, fragment='#' + urllib.parse.urlencode({'metric': answers.HOSTILE}))
        self.assertEqual(self.browser.count('img, #routes tbody a'), 0)
        shown = answers.HOSTILE.replace('\u202e', '\ufffd').replace('\x07', '\ufffd')
        self.assertIn('GET ' + shown, self.rows('routes'))
        self.assertEqual(self.browser.text('#metric-title'), shown)
        self.assertEqual(self.browser.count('#series tbody tr'), 2)
        self.assertTrue(self.browser.run('return document.title').startswith('Critical'))

    def test_long_labels_are_cut_and_kept_apart(self):
        self.open(answers.hostile)
        self.assertEqual(len(self.rows('routes')), 3)
        self.assertLess(self.browser.run('return document.body.textContent.length'), 20_000)
        self.browser.write('#routes input', 'x2')
        self.assertEqual(len(self.rows('routes')), 1)

    def test_numbers(self):
        self.open()
        expected = {
            'count(1234567)': '1 234 567', 'count(null)': '–',
            'percent(0.98734, 4)': '98.73 %', 'percent(0.99951)': '99.95 %', 'percent(0.9999999)': '99.99999 %', 'percent(1)': '100 %',
            'percent(0.0160)': '1.60 %', 'percent(-0.2)': '−20.0 %', 'percent(0)': '0 %',
            'seconds(0.0009996)': '1.00 ms', 'seconds(0.9999)': '1.00 s', 'seconds(0.000012)': '12.0 µs', 'seconds(0)': '0 s',
            'seconds(123.4)': '123 s',
            'percentile(10, true)': '> 10 s', 'percentile(2.5, false)': '2.50 s', 'percentile(null, true)': '–',
            'trimmed(seconds(0.15))': '150 ms', 'trimmed(seconds(2))': '2 s', 'trimmed(seconds(0.25))': '250 ms', 'trimmed(seconds(2.5))': '2.5 s',
            'duration(9990)': '2 h 46 min', 'duration(3600)': '1 h', 'duration(0)': '0 s', 'duration(59.6)': '1 min',
            'value("B", 327155712)': '312 MiB', 'value("B", 1023)': '1 020 B', 'value("1/s", 12345)': '12.3 k /s', 'value("", 23)': '23',
            'value("ratio", 0.5)': '50.0 %', 'value("cores", 0.734)': '0.734 cores', 'value("", 1e-12)': '1.00e−12',
            'clip("a".repeat(200)).length': '161',
        }
        calls = ', '.join(f'String({call})' for call in expected)
        names = 'count, percent, seconds, percentile, trimmed, duration, value, clip'
        seen = self.browser.run(f'return import(new URL("format.js", location)).then(({{ {names} }}) => [{calls}])')
        self.assertEqual({call: text.replace('\u00a0', ' ').replace('\u202f', ' ') for call, text in zip(expected, seen, strict=True)}, expected)


class Links(Page):
    def test_say_range_metric_sort_and_filter(self):
        self.open(fragment='#range=3600&metric=jobs_total&routes.sort=-rate&routes.filter=api&chart=memory')
        self.assertEqual(self.fetched(), ['data?range=3600', 'metric?name=jobs_total&range=3600'])
        self.assertEqual(self.browser.texts('#ranges [aria-current]'), ['1 h'])
        self.assertEqual((len(self.rows('routes')), self.rows('routes')[0]), (4, 'POST /api/v1/auth/login'))
        self.assertEqual(self.browser.texts('#charts h3'), ['Latency', 'Requests', 'Memory'])
        self.assertEqual((self.browser.text('#metric-title'), self.browser.count('#series tbody tr')), ('jobs_total', 12))
        self.assertEqual(self.browser.count('#metric-chart .legend li'), 8)

    def test_are_followed(self):
        self.open()
        self.browser.click('#metrics tbody tr:nth-child(3) a')
        self.browser.wait('fetched.length === 3 && !isWaiting()')
        self.assertTrue(self.browser.is_shown('#metric'))
        self.assertEqual((self.said(), self.browser.run('return document.activeElement.id')), ({'metric': 'jobs_total'}, 'metric'))
        self.browser.click('#ranges a:nth-child(4)')
        self.browser.wait('fetched.length === 5 && !isWaiting()')
        self.assertEqual(self.fetched()[3:], ['data?range=2592000', 'metric?name=jobs_total&range=2592000'])
        self.browser.run('history.back()')
        self.browser.wait('fetched.length === 7 && !isWaiting()')
        self.browser.click('#metric-close')
        self.browser.wait('fetched.length === 8 && !isWaiting()')
        self.assertFalse(self.browser.is_shown('#metric'))

    def test_a_metric_that_is_not_there(self):
        self.expected_errors = ['404']
        self.open(fragment='#metric=gone_total')
        self.assertEqual(self.browser.text('#metric-error'), 'no metric gone_total has a history')
        self.assertTrue(self.browser.is_shown('#routes'))

    def test_tiles_pick_a_chart(self):
        self.open()
        self.browser.click('#tiles li:nth-child(11) button')
        self.assertEqual((self.browser.texts('#charts h3')[2], self.said()), ('CPU', {'chart': 'cpu'}))
        self.assertEqual(self.browser.run('return document.querySelector("#tiles li:nth-child(11) button").ariaPressed'), 'true')

    def test_sort_of_series_decides_which_are_plotted(self):
        self.open(fragment='#metric=jobs_total')
        self.browser.write('#series input', 'queue 11')
        self.assertEqual(self.browser.count('#metric-chart .legend li'), 1)
        self.assertIn('queue 11', self.browser.text('#metric-chart .legend li'))


class Polling(Page):
    def test_follows_the_service(self):
        self.open()
        self.browser.pass_time(2)
        self.assertEqual(len(self.fetched()), 2)
        self.server.case = lambda turn: {**answers.full(turn), 'interval_seconds': 5}
        self.browser.pass_time(2)
        self.browser.advance(4)
        self.assertEqual((len(self.fetched()), self.browser.text('#age')), (3, 'as of 4 s ago'))
        self.browser.pass_time(1)
        self.assertEqual(len(self.fetched()), 4)

    def test_pauses(self):
        self.open()
        self.browser.click('#pause')
        self.browser.advance(100)
        self.assertEqual((len(self.fetched()), self.browser.text('#age'), self.browser.text('#pause')), (1, 'paused, as of 1 min 40 s ago', 'Go on'))
        self.browser.click('#pause')
        self.browser.settle()
        self.assertEqual((len(self.fetched()), self.browser.text('#age')), (2, 'as of now'))

    def test_rests_while_nobody_looks(self):
        self.open()
        hide = '''Object.defineProperty(document, 'hidden', { value: arguments[0], configurable: true });
                  document.dispatchEvent(new Event('visibilitychange'));'''
        self.browser.run(hide, True)
        self.browser.advance(100)
        self.assertEqual(len(self.fetched()), 1)
        self.browser.run('location.hash = "range=3600"')  # a link that is followed is, but once
        self.browser.wait('fetched.length === 2 && !isWaiting()')
        self.browser.advance(100)
        self.assertEqual(len(self.fetched()), 2)
        self.browser.run(hide, False)
        self.assertEqual(len(self.fetched()), 3)
        self.browser.settle()

    def test_one_call_at_a_time(self):
        self.open()
        self.server.may_answer.clear()
        self.browser.advance(29)
        self.assertEqual(len(self.fetched()), 2)
        self.browser.advance(3)  # since the call began at 2 s
        self.browser.wait('!isWaiting()')
        self.browser.advance(0)
        self.assertRegex(self.browser.text('#silence'), r'nothing for 30 s\. Next try in 4 s\.$')
        self.server.may_answer.set()
        self.browser.pass_time(4)
        self.assertFalse(self.browser.is_shown('#silence'))

    def test_backs_off_and_returns(self):
        self.expected_errors = ['503']
        self.open()
        self.server.status = 503
        self.browser.pass_time(2)
        self.assertRegex(self.browser.text('#silence'), r'^No answer since \d\d:\d\d:\d\d \(2 s\): HTTP 503\. Next try in 4 s\.$')
        self.assertTrue(self.browser.run('return document.title').startswith('No answer – '))
        self.browser.advance(3)
        self.assertRegex(self.browser.text('#silence'), r'\(5 s\): HTTP 503\. Next try in 1 s\.$')
        self.assertEqual(len(self.fetched()), 2)
        self.browser.pass_time(1)
        self.assertRegex(self.browser.text('#silence'), r'\(6 s\): HTTP 503\. Next try in 8 s\.$')
        for wait in (8, 16, 32, 60, 60):
            self.browser.pass_time(wait)
        self.assertEqual(len(self.fetched()), 8)
        self.server.status = 200
        self.browser.pass_time(60)
        self.assertFalse(self.browser.is_shown('#silence'))
        self.browser.pass_time(2)
        self.assertEqual(len(self.fetched()), 10)

    def test_says_aloud_at_most_four_times_a_minute(self):
        self.open()
        self.assertTrue(self.browser.text('#summary').startswith('Critical: '))
        self.server.case = answers.nothing_known
        self.browser.pass_time(2)
        self.assertEqual(self.browser.text('#headline'), 'No data to judge by')
        self.assertTrue(self.browser.text('#summary').startswith('Critical: '))
        for _ in range(7):
            self.browser.pass_time(2)
        self.assertEqual(self.browser.text('#summary'), 'No data to judge by')

    def test_holds_on_to_nothing(self):
        """A page that is left open: as many nodes and listeners after 24 answers as before, and no larger a heap. Each answer has
        other requests, and every other one has other routes."""
        def changing(turn):
            said = answers.full(turn)
            return {**said, 'slowest': [{**said['slowest'][0], 'time': said['now'], 'trace_id': f'{turn:032x}'} for _ in range(2)],
                    'routes': [answers.route('GET', f'/turn/{turn % 2}/{at}', None, 0.1, 0.2, at) for at in range(40)]}
        self.open(changing, fragment='#metric=jobs_total')

        def held():
            self.browser.devtools('HeapProfiler.collectGarbage')
            return self.browser.devtools('Memory.getDOMCounters'), self.browser.devtools('Runtime.getHeapUsage')['usedSize']
        for _ in range(6):
            self.browser.pass_time(2)
        before, heap = held()
        for _ in range(24):
            self.browser.pass_time(2)
        after, heap_after = held()
        self.assertLessEqual(after['nodes'], before['nodes'] + 200)  # of which 24 answers would hold thousands
        self.assertLessEqual(after['jsEventListeners'], before['jsEventListeners'])
        self.assertLess(heap_after, heap + 500 * KIB)


class Looks(Page):
    def test_on_a_phone_each_case_reads_well_and_needs_no_sideways_scrolling(self):
        for case in CASES:
            self.open(getattr(answers, case), fragment='#metric=jobs_total', width=390)
            self.assertEqual(self.browser.run('return document.documentElement.scrollWidth'), 390, case)
            shown = self.browser.run('return document.body.innerText')
            self.assertNotRegex(shown, r'\b(NaN|undefined|null|Infinity|Invalid)\b', case)
            nameless = self.browser.run("return [...document.querySelectorAll('[role=img]:not([aria-label]), img:not([alt])')].map((image) => image.outerHTML)")
            self.assertEqual(nameless, [], case)

    def test_both_schemes_are_legible(self):
        grounds = set()
        for scheme in ('light', 'dark'):
            self.open(scheme=scheme)
            colours = self.browser.run('''const style = getComputedStyle(document.documentElement);
                return Object.fromEntries(arguments[0].map((name) => [name, style.getPropertyValue("--" + name)]))''',
                                       ['ground', 'surface', 'text', 'quiet', 'link', 'ok', 'warning', 'critical'])
            grounds.add(self.browser.run('return getComputedStyle(document.documentElement).backgroundColor'))
            for name in ('text', 'quiet', 'link', 'ok', 'warning', 'critical'):
                for ground in ('ground', 'surface'):
                    self.assertGreaterEqual(contrast(colours[name], colours[ground]), 4.5, f'{scheme}: {name} on {ground}')
        self.assertEqual(len(grounds), 2)

    @unittest.skipUnless(HAS_CHARTS, 'libjs-dygraphs is not installed')
    def test_charts_follow_the_scheme(self):
        self.open()
        red = 'return getComputedStyle(document.querySelector(".dygraph-axis-label")).color'
        light = self.browser.run(red)
        self.browser.prefer('dark')
        self.browser.wait(f'(() => {{ {red} }})() !== "{light}"')
        self.assertEqual(self.browser.count('#charts canvas'), 6)

    def test_without_a_chart_library_there_are_tables_and_sparklines(self):
        library = self.server.files.pop('chart.js', None)
        if library:
            self.addCleanup(self.server.files.update, {'chart.js': library})
        self.expected_errors = ['404', 'chart.js']  # of which the latter says that a text is no script
        self.browser.devtools('Network.clearBrowserCache')
        self.open(fragment='#metric=jobs_total')
        self.assertEqual(self.browser.count('.plot, canvas'), 0)
        self.assertEqual(self.browser.count('#series .sparkline'), 12)
        self.browser.run('document.querySelector("#charts details").open = true')
        self.browser.wait('document.querySelector("#charts details tbody tr")')

    def test_works_from_the_keyboard(self):
        self.open()
        reached = self.browser.run('''return [...document.querySelectorAll("a[href], button, input, summary")]
            .filter((node) => node.checkVisibility()).every((node) => { node.focus(); return document.activeElement === node; })''')
        self.assertTrue(reached)
        self.assertEqual(self.browser.count('[onclick], [style*=":"]:not(.plot, .plot *, .swatch *), [tabindex]:not([tabindex="-1"], .scroll)'), 0)


def contrast(one, other):
    """WCAG 2.1's contrast ratio of two colours (#rgb, #rrggbb)."""
    def luminance(colour):
        digits = re.sub(r'^#(.)(.)(.)$', r'#\1\1\2\2\3\3', colour.strip())
        parts = [int(digits[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


if __name__ == '__main__':
    unittest.main()
