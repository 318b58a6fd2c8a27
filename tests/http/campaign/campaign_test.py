"""All that an endpoint may meet: the requests, clients and files of tests/http/campaign, one after the other, and what came of each.

    campaign_test.py campaign_server [NUMBER…]
"""
import sys
import time

from cases import Table, run_all
from target import Files, Target

import access_cases  # noqa: F401
import connection_cases  # noqa: F401
import data_cases  # noqa: F401
import request_cases  # noqa: F401


class World:
    """What the cases share."""

    def __init__(self, program, files):
        self.program = program
        self.files = files
        self.times = []
        self.pair = files.key_pair("endpoint")
        self.users = files.users(prometheus="secret")

    def target(self, *, tls=False, login=False, **options):
        if tls:
            options.update(self.pair)
        if login:
            options.setdefault("users_file", self.users)
            options["login"] = "prometheus:secret"
        return Target(self.program, **options)


def main(program, *numbers):
    start = time.monotonic()
    table = Table()
    with Files() as files:
        world = World(program, files)
        run_all(table, world, [int(number) for number in numbers])
    table.show()
    for seconds, name in sorted(world.times, reverse=True)[:6]:
        print(f"{seconds:5.1f} s  {name}")
    failed = table.failed()
    covered = {row[0] for row in table.rows}
    print(f"{len(covered)} cases, {len(table.rows)} checks, {len(failed)} wrong, {time.monotonic() - start:.0f} s")
    missing = set(range(1, 69)) - covered
    if missing and not numbers:
        print(f"not run: {sorted(missing)}")
    return 1 if failed or (missing and not numbers) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
