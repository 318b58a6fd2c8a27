#!/usr/bin/env python3
"""Asks everything of an adapter's example that a client can do, and compares what was counted with what the client saw:
adapters_test.py PROGRAM EXPECTATIONS.json. Prints a line per case: adapter | case | expected | seen | note.

The expectations say where a server differs from most of them, or what its adapter can't see, each with the reason:
  "cannot_see": {"<SIGHTS>": "why"}   checked too: what is named here must really be absent
  "cases": {"<case>": {"client": […], "counts": {…}, …, "why": "…"}}   replaces these parts of the case's Expected"""
import collections
import dataclasses
import gzip
import json
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

PATIENCE = 10  # seconds for what must come; it is expected at once
LINGER = 0.5  # seconds for what must not come any more
TOTALS = ['http_requests_total', 'http_request_duration_seconds_count', 'http_request_duration_highr_seconds_count',
          'http_requests_aborted_total', 'http_exceptions_total', 'http_requests_active']
SIGHTS = ['response time', 'first byte', 'bytes in', 'bytes out', 'exceptions', 'aborts', 'traces']
TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'


@dataclasses.dataclass
class Expected:
    """What a case does: what its client gets, and by how much the metrics grow."""
    client: list   # statuses, or 'closed' where the connection ended without (a whole) answer
    counts: dict   # of http_requests_total: {'GET /users/{id} 200': 1}
    aborts: dict = dataclasses.field(default_factory=dict)      # {'client_gone': 1}
    exceptions: dict = dataclasses.field(default_factory=dict)  # {'/throw std::runtime_error': 1}
    bytes_in: int = 0
    bytes_out: int = None  # None: whatever the client got as bodies
    first_bytes: int = None  # None: one for each request


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Connection:
    """A client that sends what it is told to, byte by byte, and reads one answer after the other."""

    def __init__(self, port, is_narrow=False):
        self.socket = socket.socket()
        if is_narrow:  # so that the kernel doesn't take a large answer from the server before it is read here
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(('127.0.0.1', port))
        self.unread = b''

    def send(self, method, target, headers=None, body=b''):
        lines = [method.encode() + b' ' + (target if isinstance(target, bytes) else target.encode()) + b' HTTP/1.1', b'Host: localhost']
        lines += [f'{name}: {value}'.encode() for name, value in (headers or {}).items()]
        if body:
            lines.append(f'Content-Length: {len(body)}'.encode())
        self.send_raw(b'\r\n'.join(lines) + b'\r\n\r\n' + body)

    def send_raw(self, data):
        self.socket.sendall(data)

    def more(self):
        """Whether more has come."""
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, TimeoutError):  # gone, or silent
            data = b''
        self.unread += data
        return bool(data)

    def take(self, n):
        while len(self.unread) < n:
            if not self.more():
                raise EOFError
        taken, self.unread = self.unread[:n], self.unread[n:]
        return taken

    def line(self):
        while b'\n' not in self.unread:
            if not self.more():
                raise EOFError
        line, self.unread = self.unread.split(b'\n', 1)
        return line.rstrip(b'\r').decode('latin-1')

    def answer(self, method='GET'):
        """The next answer, or None if the connection ends before its end."""
        try:
            status = int(self.line().split(' ')[1])
            headers = {}
            while line := self.line():
                name, value = line.split(':', 1)
                headers[name.lower()] = value.strip()
            if status == 100:
                return self.answer(method)
            return Answer(status, headers, self.body(method, status, headers))
        except EOFError:
            return None

    def body(self, method, status, headers):
        if method == 'HEAD' or status in (204, 304):
            return b''
        if headers.get('transfer-encoding', '') == 'chunked':
            body = b''
            while n := int(self.line().split(';')[0], 16):
                body += self.take(n)
                self.take(2)
            while self.line():
                pass
            return body
        if 'content-length' in headers:
            return self.take(int(headers['content-length']))
        while self.more():
            pass
        return self.take(len(self.unread))

    def ask(self, method, target, headers=None, body=b''):
        try:
            self.send(method, target, headers, body)
        except OSError:  # closed
            return None
        return self.answer(method)

    def reset(self):
        """Goes away as a client does that is killed: with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Metrics:
    """A scrape: {(name, ((label, value), …)): number}."""
    LINE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)(?: # (.*))?$')
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        self.samples, self.exemplars = {}, []
        for line in text.splitlines():
            if line.startswith('#'):
                continue
            name, labels, value, exemplar = self.LINE.match(line).groups()
            self.samples[name, tuple(self.LABEL.findall(labels or ''))] = float(value)
            if exemplar:
                self.exemplars.append((name, dict(self.LABEL.findall(labels or '')), exemplar))

    def table(self, name):
        """{'GET /users/{id} 200': 3}, without zeros."""
        return {' '.join(value for _, value in labels): n for (of, labels), n in self.samples.items() if of == name and n}

    def value(self, name):
        return self.samples.get((name, ()), 0.0)


def growth(before, after, name):
    old = before.table(name)
    return {labels: plain(n - old.get(labels, 0)) for labels, n in after.table(name).items() if n != old.get(labels, 0)}


def total(table):
    return plain(sum(table.values()))


def plain(number):
    """5 for 5.0."""
    return int(number) if number == int(number) else round(number, 9)


class Cases:
    """What clients do, by name, in this order. Each is given the port and gives its answers: Answer, None for none."""

    def __init__(self, port):
        self.port = port
        self.seconds = 0.0  # that the client waited for answers, where a case tells

    def ask(self, method, target, headers=None, body=b''):
        with Connection(self.port) as client:
            return [client.ask(method, target, headers, body)]

    def leave(self, target, when):
        """Goes away: before the answer, or once there was some of it."""
        client = Connection(self.port, is_narrow=True)
        client.send('GET', target)
        if when == 'before':
            time.sleep(0.1)
        else:
            client.take(200)
        client.reset()
        return [None]

    def keep_alive(self):
        answers = []
        with Connection(self.port) as client:
            for _ in range(2):
                begun = time.monotonic()
                answers.append(client.ask('GET', '/users/17'))
                self.seconds += time.monotonic() - begun
                time.sleep(1)
        return answers

    def pipelining(self):
        with Connection(self.port) as client:
            client.send_raw(b'GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /users/0 HTTP/1.1\r\nHost: x\r\n\r\n')
            return [client.answer(), client.answer()]

    def parallel(self):
        answers = []

        def many():
            client = Connection(self.port)
            for i in range(50):
                answers.append(client.ask('GET', f'/users/{i + 1}'))
                if not answers[-1] or answers[-1].headers.get('connection', '').lower() == 'close':
                    client.close()
                    client = Connection(self.port)
            client.close()

        threads = [threading.Thread(target=many) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def all(self):
        odd = bytes(b for b in range(0x21, 0x100) if b not in b'?#%\x7f')
        traced = {'traceparent': f'00-{TRACE}-00f067aa0ba902b7-01'}
        one = {'GET /users/{id} 200': 1}
        gone = {'client_gone': 1}
        return {
            '200': (lambda: self.ask('GET', '/users/17?q=/fail'), Expected([200], one)),
            '404 by the handler': (lambda: self.ask('GET', '/users/0'), Expected([404], {'GET /users/{id} 404': 1})),
            '404 without a route': (lambda: self.ask('GET', '/wp-login.php'), Expected([404], {'GET _unmatched 404': 1})),
            '404 below a route': (lambda: self.ask('GET', '/users/1/x'), Expected([404], {'GET _unmatched 404': 1})),
            '405': (lambda: self.ask('DELETE', '/users'), Expected([405], {'DELETE /users 405': 1})),
            'POST': (lambda: self.ask('POST', '/users', {'Content-Type': 'text/plain'}, b'x' * 300),
                     Expected([201], {'POST /users 201': 1}, bytes_in=300)),
            'HEAD': (lambda: self.ask('HEAD', '/users/17'), Expected([200], {'HEAD /users/{id} 200': 1})),
            'unknown method': (lambda: self.ask('FOO', '/users/17'), Expected([405], {'_OTHER /users/{id} 405': 1})),
            '500 by the handler': (lambda: self.ask('GET', '/fail'), Expected([500], {'GET /fail 500': 1})),
            'exception': (lambda: self.ask('GET', '/throw'),
                          Expected([500], {'GET /throw 500': 1}, exceptions={'/throw std::runtime_error': 1})),
            'stream': (lambda: self.ask('GET', '/stream'), Expected([200], {'GET /stream 200': 1})),
            'slow': (lambda: self.ask('GET', '/slow'), Expected([200], {'GET /slow 200': 1})),
            'client gone before the answer': (lambda: self.leave('/slow', 'before'),
                                              Expected(['closed'], {'GET /slow 499': 1}, aborts=gone, first_bytes=0)),
            'client gone in the answer': (lambda: self.leave('/slow', 'in it'),
                                          Expected(['closed'], {'GET /slow 200': 1}, aborts=gone)),
            'client gone in the stream': (lambda: self.leave('/stream', 'in it'),
                                          Expected(['closed'], {'GET /stream 200': 1}, aborts=gone)),
            'keep-alive': (self.keep_alive, Expected([200, 200], {'GET /users/{id} 200': 2})),
            'pipelining': (self.pipelining, Expected([200, 404], {'GET /users/{id} 200': 1, 'GET /users/{id} 404': 1})),
            'odd bytes in the path': (lambda: self.ask('GET', b'/' + (odd * 5)[:1023]), Expected([404], {'GET _unmatched 404': 1})),
            'template as a path': (lambda: self.ask('GET', '/{id}/*'), Expected([404], {'GET _unmatched 404': 1})),
            '%2F': (lambda: self.ask('GET', '/users/a%2Fb'), Expected([200], one)),
            'absolute form': (lambda: self.ask('GET', f'http://127.0.0.1:{self.port}/users/17'), Expected([200], one)),
            'traceparent': (lambda: self.ask('GET', '/users/17', traced), Expected([200], one)),
            'malformed': (self.malformed, Expected([400], {})),
            '20 clients': (self.parallel, Expected([200] * 1000, {'GET /users/{id} 200': 1000})),
        }

    def malformed(self):
        with Connection(self.port) as client:
            client.send_raw(b'NONSENSE\r\n\r\n')
            return [client.answer()]


class Test:
    def __init__(self, program, expectations):
        self.name = expectations.stem
        self.program = program
        self.expectations = json.loads(expectations.read_text())
        self.cannot_see = self.expectations.get('cannot_see', {})
        self.used = set()  # of what can't be seen, what a case would have shown
        self.failures = 0
        self.totals = {name: collections.Counter() for name in TOTALS}  # that all cases together make

    def start(self):
        for _ in range(5):
            with socket.socket() as free:
                free.bind(('127.0.0.1', 0))
                self.port = free.getsockname()[1]
            self.process = subprocess.Popen([self.program, str(self.port)], stdout=subprocess.PIPE, text=True)
            line = self.process.stdout.readline()
            if line == f'listening on http://127.0.0.1:{self.port}\n':
                return
            self.process.kill()
            self.process.wait()
        sys.exit(f'{self.program} {self.port}: said {line!r}, not that it listens')

    def scrape(self, accept='text/plain'):
        with Connection(self.port) as client:
            answer = client.ask('GET', '/metrics', {'Accept': accept})
        return Metrics(answer.body.decode())

    def report(self, case, expected, seen, note=''):
        if expected != seen:
            self.failures += 1
            note = 'WRONG. ' + note
        print(f'{self.name} | {case} | {expected} | {seen} | {note}', flush=True)

    def is_seen(self, sight, matters):
        """Whether the adapter sees something, in a case where that would show."""
        if sight in self.cannot_see and matters:
            self.used.add(sight)
        return sight not in self.cannot_see

    def check(self, case, act, expected, cases):
        note = ''
        if case in self.expectations.get('cases', {}):
            changes = dict(self.expectations['cases'][case])
            note = changes.pop('why')
            if not note or all(getattr(expected, part) == value for part, value in changes.items()):
                self.report(case, 'a reason, and something that differs', changes, 'expectations that are as usual')
            expected = dataclasses.replace(expected, **changes)
        before = self.scrape()
        cases.seconds = 0
        answers = act()

        client = [answer.status if answer else 'closed' for answer in answers]
        sent = sum(len(answer.body) for answer in answers if answer)
        n = total(expected.counts)
        wanted = {
            'counts': expected.counts,
            'durations': n,
            'high resolution': n,
            'first bytes': expected.first_bytes if expected.first_bytes is not None else n,
            'bytes in': expected.bytes_in,
            'bytes out': expected.bytes_out if expected.bytes_out is not None else sent if n else 0,
            'aborts': expected.aborts,
            'exceptions': expected.exceptions,
            'active': 0,
        }
        if not self.is_seen('first byte', wanted['first bytes']):
            wanted['first bytes'] = 0
        for sight, nothing in (('bytes in', 0), ('bytes out', 0), ('aborts', {}), ('exceptions', {})):
            if not self.is_seen(sight, wanted[sight]):
                wanted[sight] = nothing
        if 'closed' in client:
            del wanted['bytes out']  # nobody knows
        self.totals['http_requests_total'].update(wanted['counts'])
        for labels, times in wanted['counts'].items():
            self.totals['http_request_duration_seconds_count'][labels.rsplit(' ', 1)[0]] += times
        self.totals['http_request_duration_highr_seconds_count'][''] += n
        self.totals['http_requests_aborted_total'].update(wanted['aborts'])
        self.totals['http_exceptions_total'].update(wanted['exceptions'])

        # The end of an answer is counted after the client has it.
        deadline = time.monotonic() + PATIENCE
        while True:
            after = self.scrape()
            seen = {
                'counts': growth(before, after, 'http_requests_total'),
                'durations': total(growth(before, after, 'http_request_duration_seconds_count')),
                'high resolution': total(growth(before, after, 'http_request_duration_highr_seconds_count')),
                'first bytes': total(growth(before, after, 'http_time_to_first_byte_seconds_count')),
                'bytes in': total(growth(before, after, 'http_request_size_bytes_sum')),
                'bytes out': total(growth(before, after, 'http_response_size_bytes_sum')),
                'aborts': growth(before, after, 'http_requests_aborted_total'),
                'exceptions': growth(before, after, 'http_exceptions_total'),
                'active': plain(after.value('http_requests_active')),
            }
            seen = {part: seen[part] for part in wanted}
            if seen == wanted or time.monotonic() > deadline or self.process.poll() is not None:
                break
            time.sleep(0.02)
        for part in list(wanted):
            if part != 'counts' and wanted[part] == seen[part]:
                del wanted[part], seen[part]
        self.report(case, {'client': counted(expected.client), **wanted}, {'client': counted(client), **seen}, note)
        seconds = total(growth(before, after, 'http_request_duration_seconds_sum'))
        if case == 'keep-alive':
            self.report('keep-alive, idle', True, seconds < cases.seconds + 0.5, f'{seconds} s served, {cases.seconds:.4f} s waited')
        if case == 'stream':
            first = total(growth(before, after, 'http_time_to_first_byte_seconds_sum'))
            self.report('stream, to its end', True, seconds >= 0.08 and first <= seconds, f'first byte {first} s, duration {seconds} s')
        if n and answers[-1] and answers[-1].status == 200:
            has_header = 'x-response-time' in answers[-1].headers
            self.report(f'{case}, header', self.is_seen('response time', True), has_header)

    def check_totals(self):
        """What is counted twice, or of a request that no client made, may come late: after the case that it belongs to."""
        wanted = {name: {labels: n for labels, n in self.totals[name].items() if n} for name in TOTALS}

        def seen():
            metrics = self.scrape()
            return {name: {labels: plain(n) for labels, n in metrics.table(name).items()} for name in TOTALS}

        deadline = time.monotonic() + PATIENCE
        while seen() != wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(LINGER)
        totals = seen()
        for name in TOTALS:
            self.report(f'all cases, {name}', dict(sorted(wanted[name].items())), dict(sorted(totals[name].items())))

    def check_metrics(self):
        with Connection(self.port) as client:
            text = client.ask('GET', '/metrics', {'Accept': 'text/plain'})
            named = client.ask('GET', '/metrics?name[]=http_requests_active')
            refused = client.ask('GET', '/metrics?name[]=' + 'a' * 1500)
            zipped = client.ask('GET', '/metrics', {'Accept': 'application/openmetrics-text', 'Accept-Encoding': 'gzip'})
        self.report('/metrics', [200, 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'],
                    [text.status, text.headers.get('content-type')])
        self.report('/metrics, by name', ['# TYPE http_requests_active gauge'], re.findall('# TYPE.*', named.body.decode()))
        self.report('/metrics, a faulty query', 400, refused.status)
        seen = [zipped.status, zipped.headers.get('content-type'), zipped.headers.get('content-encoding')]
        expected = [200, 'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores', 'gzip']
        self.report('/metrics, gzip', expected, seen)
        if seen == expected:
            self.report('/metrics, gzip, whole', True, gzip.decompress(zipped.body).endswith(b'# EOF\n'))

    def check_traces(self):
        exemplars = self.scrape('application/openmetrics-text').exemplars
        traced = {(name, labels.get('endpoint')) for name, labels, exemplar in exemplars if TRACE in exemplar}
        seen = ('http_request_duration_seconds_bucket', '/users/{id}') in traced
        self.report('traceparent, exemplar', self.is_seen('traces', True), seen)

    def run(self):
        self.start()
        try:
            cases = Cases(self.port)
            for case, (act, expected) in cases.all().items():
                self.check(case, act, expected, cases)
                if self.process.poll() is not None:
                    sys.exit(f'{self.program}: ended with {self.process.returncode} in the case "{case}"')
            self.check_traces()
            self.check_metrics()
            self.check_totals()
        finally:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.report('SIGTERM', 0, self.process.returncode)
        unknown = set(self.expectations.get('cases', {})) - set(cases.all())
        self.report('expectations', [], sorted(unknown | (set(self.cannot_see) - self.used)), 'named there, but in no case')
        for sight, why in self.cannot_see.items():
            print(f"{self.name} | can't see: {sight} | {why}")
        return self.failures


def counted(statuses):
    """[200, 200] as they are; many as {200: 1000}."""
    return statuses if len(statuses) < 5 else {status: statuses.count(status) for status in statuses}


if __name__ == '__main__':
    failures = Test(sys.argv[1], pathlib.Path(sys.argv[2])).run()
    if failures:
        sys.exit(f'{failures} of them differ: a line above has WRONG')
