#!/usr/bin/env python3
"""Breaks the clinic, and measures until the right alerts have arrived at the receiver, and until they are resolved after the repair.

Started by examples/run.sh --monitoring --break FAULT, which says in the environment where everything is. Each fault is one that happens:

  slow    a trigger that a migration left behind: each new appointment takes 0.25 s longer
  errors  a constraint that a migration got wrong: a quarter of the new appointments can't be stored
  redis   Redis is full and evicts nothing: look-ups are misses
  pool    a session holds a lock on appointments: all connections wait for it
  memory  the clinic takes 80 % of its memory limit, as a leak would
"""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

PATIENCE = 1500  # seconds that an alert may take to come or go: the longest windows are 5 minutes, alert_after is up to 10
POLL = 0.5

TRIGGER = """
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.25); RETURN NEW; END $$;
CREATE TRIGGER audit BEFORE INSERT ON appointments FOR EACH ROW EXECUTE FUNCTION audit();
"""


def sql(text):
    subprocess.run(["psql", os.environ["POSTGRES_DSN"], "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", text], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def redis(*command):
    subprocess.run(["redis-cli", "-s", os.environ["REDIS_SOCKET"], *command], check=True, stdout=subprocess.DEVNULL)


class Lock:
    """A session of psql that holds it until release()."""

    def take(self):
        self.session = subprocess.Popen(["psql", os.environ["POSTGRES_DSN"], "-X", "-q"], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.DEVNULL)
        self.session.stdin.write("BEGIN; LOCK TABLE appointments;\n")
        self.session.stdin.flush()

    def release(self):
        self.session.stdin.close()
        self.session.wait()


def clinic(number):
    os.kill(int(os.environ["CLINIC_PID"]), number)


LOCK = Lock()
# fault: (the alerts that it must bring, how it begins, how it is repaired)
FAULTS = {
    "slow": (["HighP95Latency", "EndpointOverBudget"], lambda: sql(TRIGGER), lambda: sql("DROP FUNCTION audit CASCADE")),
    "errors": (["HighErrorRate"], lambda: sql("ALTER TABLE appointments ADD CONSTRAINT wrong CHECK (client_id <= 75) NOT VALID"),
               lambda: sql("ALTER TABLE appointments DROP CONSTRAINT wrong")),
    "redis": (["LowCacheHitRatio"], lambda: redis("config", "set", "maxmemory", "1"), lambda: redis("config", "set", "maxmemory", "0")),
    "pool": (["DBPoolExhausted"], LOCK.take, LOCK.release),
    "memory": (["HighMemory"], lambda: clinic(signal.SIGUSR1), lambda: clinic(signal.SIGUSR2)),
}


def firing():
    """The names of the alerts that fire in Prometheus now."""
    with urllib.request.urlopen(os.environ["PROMETHEUS"] + "/api/v1/alerts", timeout=10) as answer:
        return {alert["labels"]["alertname"] for alert in json.load(answer)["data"]["alerts"] if alert["state"] == "firing"}


def notifications(since):
    """What the receiver got after that time."""
    try:
        with open(os.environ["NOTIFICATIONS"]) as file:
            return [got for got in map(json.loads, file) if got["time"] >= since]
    except FileNotFoundError:
        return []


def arrived(alert, status, since):
    return any(got["labels"]["alertname"] == alert and got["status"] == status for got in notifications(since))


def wait(conditions):
    """{name: seconds until its condition was true, None if it wasn't in time}."""
    start, took = time.time(), {}
    while len(took) < len(conditions) and time.time() - start < PATIENCE:
        for name, condition in conditions.items():
            if name not in took and condition():
                took[name] = time.time() - start
        time.sleep(POLL)
    return took


def seconds(took, key):
    return f"{took[key]:.0f} s" if key in took else "never"


def try_fault(fault):
    """The rows of the table, and whether all came and went."""
    expected, begin, repair = FAULTS[fault]
    # A machine that is busy with other things may bring them by itself.
    wait({alert: lambda alert=alert: alert not in firing() for alert in expected})
    before = firing()
    print(f"{fault}: broken; waiting for {', '.join(expected)}", flush=True)
    broken = time.time()
    begin()
    try:
        fired = wait({(alert, what): condition for alert in expected for what, condition in [
            ("fires", lambda alert=alert: alert in firing()), ("arrives", lambda alert=alert: arrived(alert, "firing", broken))]})
    finally:
        repair()
    print(f"{fault}: repaired; waiting for the resolved notification", flush=True)
    repaired = time.time()
    cleared = wait({alert: lambda alert=alert: arrived(alert, "resolved", repaired) for alert in expected if (alert, "arrives") in fired})
    others = {got["labels"]["alertname"] for got in notifications(broken) if got["status"] == "firing"} - set(expected) - before
    rows = [[fault, alert, seconds(fired, (alert, "fires")), seconds(fired, (alert, "arrives")), seconds(cleared, alert),
             ", ".join(sorted(others)) or "none"] for alert in expected]
    return rows, len(cleared) == len(expected)


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def main():
    rows, all_well = [["fault", "alert", "fires after", "arrives after", "resolved after", "what else fired"]], True
    for fault in sys.argv[1:]:
        of_fault, well = try_fault(fault)
        rows += of_fault
        all_well = all_well and well
    print("\n" + table(rows))
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
