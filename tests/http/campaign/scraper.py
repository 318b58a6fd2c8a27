"""A scraper in a thread, beside an attack."""
import threading
import time


class Scraper:
    """Scrapes until its context ends, each time on a new connection."""

    def __init__(self, target, source, period=0.3, timeout=10.0, path="/metrics"):
        self.target = target
        self.source = source
        self.period = period
        self.timeout = timeout
        self.path = path
        self.good = 0
        self.bad = []
        self.refused = 0
        self.seconds = []
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def run(self):
        while True:
            start = time.monotonic()
            answer = self.target.get(self.path, source=self.source, timeout=self.timeout)
            if answer.is_good():
                self.good += 1
            elif answer.status == 503:
                self.refused += 1
                self.bad.append("503")
            else:
                self.bad.append(f"{answer} {answer.error or ''}")
            self.seconds.append(time.monotonic() - start)
            if self.ends.wait(max(0, start + self.period - time.monotonic())):
                return

    def verdict(self):
        if self.bad:
            return f"{len(self.bad)} of {len(self.bad) + self.good} failed: {sorted(set(self.bad))[:3]}"
        return "all good" if self.good else "there were none"
