"""A service that has the live page, as far as a browser can tell: the page's own files, and answers that are made up."""
import http.server
import json
import threading
import urllib.parse
from pathlib import Path

import answers

HEADERS = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
}
TYPES = {'.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8'}


def served(folder):
    """{path: (media type, bytes)} of the page's files that this machine has."""
    lines = [line.split() for line in (folder / 'served.txt').read_text().splitlines() if not line.startswith('#')]
    return {path.removeprefix('./'): (TYPES[Path(name).suffix], (folder / name).read_bytes()) for name, path in lines if (folder / name).exists()}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        path = address.path.removeprefix(PageServer.MOUNT)
        if path in ('data', 'metric'):
            self.server.may_answer.wait()
            self.answer_with_json(path, query)
        elif path in self.server.files:
            self.answer(200, *self.server.files[path], 'max-age=600')
        else:
            self.answer(404, 'text/plain', b'not found')

    def answer_with_json(self, path, query):
        if self.server.status != 200:
            return self.answer(self.server.status, 'text/plain', b'out of order')
        self.server.turn += path == 'data'
        said = self.server.case(self.server.turn) if path == 'data' else answers.metric(query['name'], self.server.turn)
        if said is None:
            return self.answer(404, 'application/json', json.dumps({'error': f'no metric {query["name"]} has a history'}).encode())
        if path == 'data':
            said = {**said, 'range_seconds': int(query['range'])}
        self.answer(200, 'application/json', json.dumps(said).encode())

    def answer(self, status, kind, body, caching='no-store'):
        self.send_response(status)
        for name, value in {**HEADERS, 'Content-Type': kind, 'Content-Length': len(body), 'Cache-Control': caching}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class PageServer(http.server.ThreadingHTTPServer):
    """Runs until it is closed. What it answers may be changed meanwhile."""
    MOUNT = '/ops/live/'
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(('127.0.0.1', 0), Handler)
        self.files = served(folder)
        self.may_answer = threading.Event()
        self.reset()
        self.url = f'http://127.0.0.1:{self.server_port}{self.MOUNT}'
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self):
        self.case, self.status, self.turn = answers.full, 200, 0
        self.may_answer.set()

    def handle_error(self, *_):  # a browser that no longer waits
        pass

    def close(self):
        self.may_answer.set()
        self.shutdown()
        self.server_close()
