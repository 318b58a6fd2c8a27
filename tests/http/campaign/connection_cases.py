"""Cases 36 to 50: connections, descriptors and listeners."""
import ctypes
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from cases import case, is_serving
from scraper import Scraper
from target import PATIENCE, Refused

SLOW = 6  # seconds of each attack of slowhttptest
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() resets


def under(table, target, what, attack, **scraper):
    """While it lasts, not one scrape fails: from the attacker's address, and from another."""
    own, other = Scraper(target, "127.0.0.1", **scraper), Scraper(target, "127.0.0.7", **scraper)
    with own, other:
        attack()
    table.check(what + ", scrapes from its address", "all good", own.verdict())
    table.check(what + ", scrapes from another", "all good", other.verdict())


def slow_http(target, *options):
    def attack():
        if subprocess.run(["slowhttptest", *options, "-r", "200", "-l", str(SLOW), "-u", f"http://127.0.0.1:{target.port}/metrics"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE).returncode < 0:
            raise RuntimeError("slowhttptest was ended")
    return attack


@case(36, 37, 38, 39)
def slow_clients(table, world):
    attacks = [(36, "200 drip a header", "-c 200 -H -i 1 -t GET -x 24 -p 2"), (37, "200 drip a body", "-c 200 -B -i 1 -s 8192 -t POST -x 10 -p 2"),
               (38, "100 read slowly", "-c 100 -X -w 1 -y 8 -n 5 -z 16 -k 3 -p 2"), (39, "100 range attacks", "-c 100 -R -a 10 -b 3000")]
    if not shutil.which("slowhttptest"):
        for number, what, _ in attacks:
            table.number_is(number)
            table.skip(what, "there is no slowhttptest")
        return
    with world.target(series=5000) as target:
        is_serving(table, target)
        for number, what, options in attacks:
            table.number_is(number)
            under(table, target, what, slow_http(target, *options.split()))
            is_serving(table, target)


@case(40)
def idle(table, world):
    with world.target(header_timeout=2000) as target:
        is_serving(table, target)
        clients = []

        def connect():
            for i in range(1000):
                clients.append(target.connect(f"127.0.1.{i % 250 + 1}"))
            time.sleep(3)
        under(table, target, "1,000 that say nothing", connect)
        is_serving(table, target)
        open_ones = 0
        for client in clients:
            client.settimeout(0.5)
            try:
                client.recv(1)
            except TimeoutError:
                open_ones += 1
            except OSError:
                pass
            client.close()
        table.check("of 1,000 still open", "0", open_ones)


@case(41)
def resets(table, world):
    with world.target() as target:
        is_serving(table, target)
        made = []

        def storm():
            end = time.monotonic() + 3
            while time.monotonic() < end:
                client = socket.socket()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.connect(("127.0.0.1", target.port))
                client.close()
                made.append(1)
        under(table, target, "a storm of connections that are reset", storm)
        table.check("  how many", "hundreds", "hundreds" if len(made) > 100 else len(made))
        is_serving(table, target)


@case(42, 43)
def clients_that_leave(table, world):
    with world.target(series=20_000) as target:
        is_serving(table, target)
        table.check("half-closed after the request", "200", target.ask(target.head(), half_close=True, wait=10).status)
        table.number_is(43)
        with open(f"/proc/{target.pid}/status") as status:
            ignored = [line for line in status if line.startswith("SigIgn")]
        for _ in range(50):
            with target.connect(receive_buffer=4096) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.sendall(target.head())
                client.recv(100)
        with open(f"/proc/{target.pid}/status") as status:
            table.check("SIGPIPE is as before", str(ignored), [line for line in status if line.startswith("SigIgn")])
        end = time.monotonic() + PATIENCE
        while (n := target.value("vitals_endpoint_connections")) != 1 and time.monotonic() < end:
            time.sleep(0.1)
        table.check("connections afterwards", "1.0", n)
        is_serving(table, target)


@case(44)
def places(table, world):
    with world.target() as target:
        is_serving(table, target)
        clients = [target.connect("127.0.0.1") for _ in range(16)]
        time.sleep(0.3)
        table.check("the 17th of an address", "200", target.get(source="127.0.0.1").status)
        clients[0].settimeout(5)
        table.check("the first of them", "closed", "closed" if clients[0].recv(1) == b"" else "open")
        table.check("evicted", "1.0", target.value('vitals_connections_dropped_total{reason="evicted"}'))
        for client in clients:
            client.close()
        is_serving(table, target)


@case(45)
def slow_collector(table, world):
    with world.target() as target:
        is_serving(table, target)
        target.command("delay 1000")
        answers = {}

        def scrape(i):
            # Twenty different answers, from as many addresses.
            answers[i] = target.get(f"/metrics?name[]=campaign_callback&name[]=n{i}", source=f"127.0.0.{i + 10}")
        threads = [threading.Thread(target=scrape, args=(i,)) for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = [answers[i].status for i in range(20)]
        table.check("20 scrapes of a second, served", "at least 8", "at least 8" if statuses.count(200) >= 8 else statuses.count(200))
        table.check("the others", "503, in text", "503, in text" if all(a.status == 200 or (a.status == 503 and "text/plain" in a.header("Content-Type"))
                                                                        for a in answers.values()) else statuses)
        target.command("delay 3600000")
        answer = target.get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 2", source="127.0.0.3")
        table.check("beside a callback that hangs", "200 without it", f"{answer.status} with{'' if b'campaign_callback ' in answer.body else 'out'} it")
        table.check("  in the scraper's time", "yes", "yes" if answer.seconds < 4 else f"after {answer.seconds:.1f} s")
        target.command("delay 0")
        is_serving(table, target)


@case(46)
def many_requests(table, world):
    """100,000 in all; a connection ends after 10,000."""
    with world.target() as target:
        is_serving(table, target)
        target.get("/metrics")
        before, descriptors, served = target.mebibytes(), target.descriptors(), 0
        data = target.head("/-/healthy") * 50 + target.head("/metrics?name[]=none")
        start = time.monotonic()
        while served < 100_000 and time.monotonic() < start + PATIENCE:
            with target.connect() as client:
                seen = 0
                while seen < 10_000:
                    client.sendall(data)
                    got = 0
                    while got < 51 and (piece := client.recv(1 << 16)):
                        got += piece.count(b"HTTP/1.1 200")
                        if b"Connection: close" in piece:
                            break
                    seen += got
                    if got < 51:
                        break
                served += seen
                if seen < 9_900:
                    table.check("on one connection", "some 10,000", seen)
                    break
        table.check("100,000 requests", "served", "served" if served >= 99_000 else served)
        table.check("memory", "as before", "as before" if target.is_sanitized() or target.mebibytes() - before < 4 else f"{target.mebibytes() - before:.1f} MiB more")
        table.check("descriptors", "as before", "as before" if target.descriptors() <= descriptors + 2 else f"{descriptors}, then {target.descriptors()}")
        is_serving(table, target)


@case(47)
def few_descriptors(table, world):
    with world.target() as target:
        is_serving(table, target)
        resource.prlimit(target.pid, resource.RLIMIT_NOFILE, (target.descriptors() + 4,) * 2)
        clients = [target.connect(f"127.0.2.{i + 1}") for i in range(30)]
        table.check("30 connections, room for 4", "200", target.get(source="127.0.0.3").status)
        for client in clients:
            client.close()
        is_serving(table, target)


@case(48)
def closed_listener(table, world):
    with world.target() as target:
        is_serving(table, target)
        table.check("listeners closed by another part", "1", target.command("close_listeners"))
        end = time.monotonic() + 20
        while time.monotonic() < end:
            answer = target.get() if can_connect(target) else None
            if answer and answer.is_good():
                break
            time.sleep(0.2)
        table.check("serves again", "200", answer and answer.status)
        table.check("and said so", "yes", "yes" if "listener" in target.events() else target.events()[-200:])
        is_serving(table, target)


def can_connect(target):
    try:
        target.connect().close()
        return True
    except OSError:
        return False


def without_ports():
    """Takes from the process, before it runs another program, the right to ports below 1024."""
    ctypes.CDLL(None).prctl(24, 10, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_NET_BIND_SERVICE


@case(49)
def bad_places(table, world):
    folder = tempfile.mkdtemp(prefix="vitals-campaign.")

    def start(what, *texts, **options):
        said = None
        try:
            with world.target(**options) as target:
                said = f"served {target.get().status}" if "unix_socket" not in options else "served"
        except Refused as refused:
            said = str(refused)
        table.check(what, " and ".join(texts), " and ".join(text for text in texts if text in said) if all(text in said for text in texts) else said)

    with world.target() as target:
        start("port in use", "Address already in use", "127.0.0.1", f":{target.port}", port=target.port)
        is_serving(table, target)
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start") as first:
        if int(first.read()) > 81:
            start("port below 1024", "Permission denied", ":81", "1024", port=81, preexec=without_ports)
    start("no address", "IPv6 address in digits", "localhost", address="localhost")
    start("an address of others", "Cannot assign", "192.0.2.1", address="192.0.2.1")
    start("a Unix socket in no folder", "No such file", "/none/x", unix_socket=folder + "/none/x")
    path = folder + "/stale"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(path)
    stale.close()
    start("a stale Unix socket", "served", unix_socket=path)
    with open(path, "w"):
        start("a file where the Unix socket should be", "file", unix_socket=path)
    shutil.rmtree(folder)


@case(50)
def interfaces(table, world):
    if os.path.exists("/proc/net/if_inet6"):
        with world.target(address="::1") as target:
            table.check("IPv6 alone", "200", target.get().status)
            is_serving(table, target)
    # In a network of its own, whose interface goes down and up again.
    here = os.path.dirname(os.path.abspath(__file__))
    command = ["unshare", "-n", sys.executable, "-B", os.path.join(here, "interface_steps.py"), world.program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    if "unshare" in done.stderr:
        table.skip("an interface that goes down and up", done.stderr.strip())
    else:
        table.check("an interface that goes down and up", "200 nothing 200", done.stdout.strip() or done.stderr[-300:])
