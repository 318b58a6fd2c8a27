"""Case 50, in a network namespace of its own: what a scrape gets before, while and after its interface is down. The argument: campaign_server."""
import subprocess
import sys
import time

from target import Target


def interface(state):
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def scrape(target, timeout):
    answer = target.get(timeout=timeout)
    return str(answer.status or "nothing")


interface("up")
with Target(sys.argv[1]) as target:
    seen = [scrape(target, 10)]
    interface("down")
    time.sleep(0.3)
    try:
        target.connect(timeout=1).close()
        seen.append("connected")
    except OSError:
        seen.append("nothing")
    interface("up")
    seen.append(scrape(target, 10))
print(*seen)
