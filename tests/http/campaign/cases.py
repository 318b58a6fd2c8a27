"""The table of a campaign: what was sent, what should have come of it, and what has."""
import time
import traceback

ROOM = 64  # MiB that no case may add

_cases = []


def case(*numbers):
    """Marks a function of a campaign that makes these cases of the table."""
    def mark(function):
        _cases.append((numbers, function))
        return function
    return mark


class Table:
    def __init__(self, room=ROOM):
        self.room = room
        self.rows = []
        self.number = 0

    def check(self, what, expected, seen):
        """expected: what may be seen, alternatives apart by " or "."""
        self.rows.append((self.number, what, expected, str(seen), str(seen) in expected.split(" or ")))

    def number_is(self, number):
        self.number = number

    def skip(self, what, why):
        self.rows.append((self.number, what, "", "skipped: " + why, True))

    def failed(self):
        return [row for row in self.rows if not row[4]]

    def show(self):
        widths = [3, 44, 34, 44]
        line = "{:>%d}  {:%d}  {:%d}  {:%d}  {}" % tuple(widths)
        print(line.format("#", "case", "expected", "seen", ""))
        for number, what, expected, seen, is_right in sorted(self.rows, key=lambda row: row[0]):
            cells = [text if len(text) <= width or not is_right else text[:width - 1] + "…" for text, width in zip((what, expected, seen), widths[1:])]
            print(line.format(number, *cells, "ok" if is_right else "WRONG"))


def is_serving(table, target, room=None):
    """After a case: a good scrape is answered with 200 within a second, the memory is bounded and the process lives."""
    alive = target.is_alive()
    table.check("  the process afterwards", "alive", "alive" if alive else f"ended with {target.process.poll()}: {target.events()[-400:]}")
    if not alive:
        return
    answers = []
    for _ in range(5):  # a machine that is busy with something else
        answers.append(target.get(source=None if ":" in target.address else "127.0.0.8"))
        if not answers[-1].is_good() or answers[-1].seconds < 1:
            break
        time.sleep(0.5)
    last = answers[-1]
    table.check("  the next scrape", "200 within 1 s", f"{last.status} within 1 s" if last.seconds < 1 else f"{last} {last.error or ''} after {last.seconds:.1f} s")
    base = target.__dict__.setdefault("base", target.mebibytes())
    grown = target.mebibytes() - base
    limit = 2_048 if target.is_sanitized() else table.room if room is None else room
    table.check("  memory", "bounded", "bounded" if grown < limit else f"grew by {grown:.0f} MiB")


def run_all(table, world, only=()):
    for numbers, function in _cases:
        if only and not set(only) & set(numbers):
            continue
        table.number_is(numbers[0])
        start = time.monotonic()
        try:
            function(table, world)
        except Exception:  # noqa: BLE001: the rest of the campaign goes on
            table.check(function.__name__, "no exception", traceback.format_exc(limit=-3))
        world.times.append((time.monotonic() - start, function.__name__))
