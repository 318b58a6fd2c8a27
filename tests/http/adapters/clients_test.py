#!/usr/bin/env python3
"""Has an example call a server that answers in every way, and compares what was counted with what was called:
clients_test.py PROGRAM [ARGUMENT]… The example shows what was counted when no call is left, so that what is counted late,
or twice, is in it. Prints a line per case: program | case | expected | seen."""
import collections
import http.server
import re
import socket
import struct
import subprocess
import sys
import threading
import time

TIME_LIMIT = 5  # seconds, which the examples set
LONGER = 30
SAMPLE = re.compile(r'^http_client_request_duration_seconds_(count|sum)\{method="(.*?)",host="(.*?)",endpoint="(.*?)",status="(.*?)"\} (\S+)$')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        with self.server.lock:
            self.server.seen[self.path.split('?')[0]] += 1
        act = self.path.split('?')[0].split('/')[-1]
        status = int(act) if act.isdigit() else 200
        if act == 'slow':
            time.sleep(LONGER)
        if act == 'closed':
            return self.end()
        if act == 'reset':
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            return self.end()
        body = b'x' * 1000
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header('Location', '/users/200')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body[:500] if act == 'partial' else body)
        if act == 'partial':
            self.end()

    def end(self):
        self.close_connection = True
        self.connection.close()

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):  # the client has gone, or the connection was closed above
            pass

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.seen, self.lock = collections.Counter(), threading.Lock()

    def handle_error(self, *_):  # as in finish()
        pass


def refusing_port():
    """A port that is bound, so that nobody else takes it, but not listened on."""
    held = socket.socket()
    held.bind(('127.0.0.1', 0))
    return held, held.getsockname()[1]


def calls_of(text):
    """{'GET 127.0.0.1 /users/{id} 200': (count, seconds)}, and the calls under way."""
    counts, seconds, active = {}, {}, None
    for line in text.splitlines():
        if found := SAMPLE.match(line):
            kind, *labels, value = found.groups()
            (counts if kind == 'count' else seconds)[' '.join(labels)] = float(value)
        elif line.startswith('http_client_requests_active '):
            active = float(line.split()[1])
    return {labels: (counts[labels], seconds[labels]) for labels in counts}, active


def main(program, *arguments):
    name = ' '.join([program.split('/')[-1], *arguments])
    is_beast, is_sync, is_curl = 'beast' in name, 'sync' in arguments, 'curl' in name
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f'http://127.0.0.1:{server.server_port}'
    held, refused = refusing_port()
    user, old = '127.0.0.1 /users/{id}', '127.0.0.1 /old/{id}'
    # case: (URL, times, what it counts as, what the program prints)
    cases = {
        '200': (f'{base}/users/200?page=2', 5, f'{user} 200', '200'),
        '404': (f'{base}/users/404', 2, f'{user} 404', '404'),
        '500': (f'{base}/users/500', 1, f'{user} 500', '500'),
        'a path without a template': (f'{base}/a/b/c', 3, '127.0.0.1 _unmatched 200', '200'),
        'redirect': {'beast': (f'{base}/old/302', 1, f'{old} 302', '302'),
                     'curl': (f'{base}/old/302', 1, f'{user} 200', '200'),
                     'httplib': (f'{base}/old/302', 1, f'{old} 200', '200')}[re.search('beast|curl|httplib', name)[0]],
        'connection refused': (f'http://127.0.0.1:{refused}/users/200', 2, f'{user} _failed', 'failed'),
        'closed without an answer': (f'{base}/users/closed', 1, f'{user} _failed', 'failed'),
        'reset': (f'{base}/users/reset', 1, f'{user} _failed', 'failed'),
        'closed in the answer': (f'{base}/users/partial', 1, f'{user} _failed', 'failed'),
        'another host': (f'http://localhost:{server.server_port}/users/200', 1, 'localhost /users/{id} 200', '200'),
    }
    if not is_sync:
        cases['time limit'] = (f'{base}/users/slow', 1, f'{user} _failed', 'failed')
    urls = [url for url, times, _, _ in cases.values() for _ in range(times)]
    process = subprocess.run([program, *arguments, *urls], stdout=subprocess.PIPE, text=True, timeout=120)
    held.close()

    failures = 0

    def report(case, expected, seen):
        nonlocal failures
        failures += expected != seen
        print(f'{name} | {case} | {expected} | {seen}{" | WRONG" if expected != seen else ""}', flush=True)

    expected = collections.Counter()
    for case, (url, times, counted, printed) in cases.items():
        expected[f'GET {counted}'] += times
        lines = [line[len(url) + 1:] for line in process.stdout.splitlines() if line.startswith(url + ' ')]
        report(case, [printed] * times, [line.split(':')[0] for line in lines])
    seen, active = calls_of(process.stdout)
    report('exit', 0, process.returncode)
    report('counts', dict(sorted(expected.items())), dict(sorted((labels, int(n)) for labels, (n, _) in seen.items())))
    report('calls under way', 0, active)
    report('answers were asked for', 5 + 1 + (0 if is_beast else 1), server.seen['/users/200'])
    if not is_sync:
        seconds = seen.get(f'GET {user} _failed', (0, 0))[1]
        report('the time limit is in the time', True, seconds >= 0.9 * TIME_LIMIT)
    server.shutdown()
    return failures


if __name__ == '__main__':
    sys.exit(f'{failures} of them differ: a line above has WRONG' if (failures := main(*sys.argv[1:])) else 0)
