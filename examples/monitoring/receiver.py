#!/usr/bin/env python3
"""Prints the notifications that Alertmanager sends, one line an alert:  receiver.py [--port N] [--record FILE]

Stands where a pager and a ticket system would. Python's standard library only.
"""
import argparse
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(BaseHTTPRequestHandler):
    record = None

    def do_GET(self):  # for health checks
        self.answer(200)

    def do_POST(self):
        try:
            alerts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]
        except (KeyError, TypeError, ValueError):
            return self.answer(400)
        for alert in alerts:
            self.tell(alert)
        self.answer(200)

    def tell(self, alert):
        labels = dict(alert["labels"])
        name = labels.pop("alertname")
        queue = self.path.strip("/")
        shown = " ".join(f"{label}={value}" for label, value in sorted(labels.items()))
        summary = alert.get("annotations", {}).get("summary", "")
        # In one write: another thread may print meanwhile.
        print(f"{time.strftime('%H:%M:%S')}  {queue}  {alert['status']}  {name}  {shown}  {summary}\n", end="", flush=True)
        if self.record:
            with open(self.record, "a") as file:
                file.write(json.dumps({"time": time.time(), "queue": queue, **alert}) + "\n")

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description="Prints the notifications that Alertmanager sends.")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9099)
    parser.add_argument("--record", help="also append each alert to this file, as a line of JSON")
    options = parser.parse_args()
    Receiver.record = options.record
    with ThreadingHTTPServer((options.address, options.port), Receiver) as server:
        server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
