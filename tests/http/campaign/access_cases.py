"""Cases 51 to 59: TLS and who may ask."""
import base64
import re
import ssl
import statistics
import subprocess
import threading
import time

from cases import case, is_serving
from scraper import Scraper
from target import PATIENCE, UNVERIFIED, Refused


@case(51)
def bad_certificates(table, world):
    files = world.files
    files.key_pair("ca", is_ca=True)
    other = files.key_pair("other")
    for what, options, *texts in [("an expired certificate", files.expired("old", "ca"), "old.pem", "ended at 2021"),
                                  ("the key of another", {**world.pair, "key": other["key"]}, "other.key", "not the key"),
                                  ("no such file", {**world.pair, "key": files.path("none")}, "none", "No such file"),
                                  ("garbage", {**world.pair, "certificate": files.write("garbage", "garbage")}, "garbage", "certificate")]:
        try:
            with world.target(**options):
                said = "started"
        except Refused as refused:
            said = str(refused)
        table.check(what, "refused with the reason", "refused with the reason" if all(text in said for text in texts) else said)


@case(52)
def garbage_at_run_time(table, world):
    pair = world.files.key_pair("changing")
    with world.target(**pair) as target:
        is_serving(table, target)
        with open(pair["certificate"]) as file:
            good = file.read()
        world.files.write("changing.pem", "garbage")
        failed = 'vitals_endpoint_reloads_total{result="failed"}'
        end = time.monotonic() + PATIENCE
        while not target.value(failed) and time.monotonic() < end:
            time.sleep(0.2)
        table.check("garbage, counted", "1.0", target.value(failed))
        table.check("and said", "yes", "yes" if "changing.pem" in target.events() else target.events()[-200:])
        is_serving(table, target)
        world.files.write("changing.pem", good)
        world.files.key_pair("changing")
        end = time.monotonic() + PATIENCE
        while not target.value('vitals_endpoint_reloads_total{result="ok"}') and time.monotonic() < end:
            time.sleep(0.2)
        table.check("a new pair", "taken", "taken" if target.value('vitals_endpoint_reloads_total{result="ok"}') else target.events()[-200:])
        is_serving(table, target)


def with_certificate(pair):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if pair:
        context.load_cert_chain(pair["certificate"], pair["key"])
    return context


def chain(files, *names):
    texts = []
    for name in names:
        with open(files.path(name)) as file:
            texts.append(file.read())
    return files.write("chain.pem", "".join(texts))


@case(53)
def client_certificates(table, world):
    files = world.files
    files.key_pair("clients", is_ca=True)
    files.key_pair("strangers", is_ca=True)
    good = files.key_pair("scraper", ca="clients", names="DNS:prometheus.example")
    kinds = {"no certificate": None, "of a wrong CA": files.key_pair("stranger", ca="strangers", names="DNS:prometheus.example"),
             "of a wrong name": files.key_pair("wrong", ca="clients", names="DNS:other.example"), "the right one": good,
             "the right one, and 300 more in its chain": {"certificate": chain(files, "scraper.pem", *["strangers.pem"] * 300), "key": good["key"]}}
    with world.target(tls=True, client_ca=files.path("clients.pem"), allowed_names="prometheus.example") as target:
        target.tls = with_certificate(good)
        is_serving(table, target)
        for what, pair in kinds.items():
            answer = target.get(tls=with_certificate(pair), timeout=10)
            table.check(what, "200 close" if pair is good else "close", answer)
            is_serving(table, target)


@case(54, 56)
def old_versions(table, world):
    with world.target(tls=True) as target:
        is_serving(table, target)
        for version in ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"):
            done = client(target, [version, "-cipher", "DEFAULT@SECLEVEL=0"], b"")
            agreed = re.search(r"Cipher is (\S+)", done)
            table.check("s_client " + version, "(NONE)" if "_2" not in version and "_3" not in version else "a cipher",
                        "a cipher" if agreed and agreed.group(1) != "(NONE)" else "(NONE)")
        for cipher in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "NULL-SHA", "AECDH-NULL-SHA"):
            done = client(target, ["-tls1_2", "-cipher", cipher + "@SECLEVEL=0"], b"")
            table.check("cipher " + cipher, "(NONE)", "a cipher" if "Cipher is " + cipher in done else "(NONE)")
        table.number_is(56)
        done = client(target, ["-tls1_2"], b"R\n")
        table.check("renegotiation", "refused", "refused" if "no renegotiation" in done.lower() else done[-200:])
        is_serving(table, target)


def client(target, options, said):
    """What openssl s_client tells, of which a line R asks for a renegotiation."""
    process = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{target.port}", *options],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(0.3)
    output, _ = process.communicate(said, PATIENCE)
    return output.decode(errors="replace")


def hello():
    """The first flight of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    shaking = UNVERIFIED.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        shaking.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


@case(55)
def half_handshakes(table, world):
    with world.target(tls=True, header_timeout=2000, max_connections=200, max_connections_per_ip=150) as target:
        is_serving(table, target)
        clients = []
        for i in range(100):
            client = target.connect("127.0.0.1", tls=False)
            client.sendall(hello() if i % 2 else hello()[:40])
            clients.append(client)
        with Scraper(target, "127.0.0.1") as own:
            time.sleep(4)
        table.check("scrapes beside 100 half handshakes", "all good", own.verdict())
        left = 0
        for client in clients:
            client.settimeout(1)
            try:
                while client.recv(1 << 16):
                    pass
            except TimeoutError:
                left += 1
            except OSError:
                pass
            client.close()
        table.check("of them left after the deadline", "0", left)
        dropped = target.value('vitals_connections_dropped_total{reason="too_slow"}')
        table.check("counted", "100.0", dropped)
        is_serving(table, target)


@case(57)
def names_by_time(table, world):
    """A wrong password takes as long as an unknown name: the quartiles of tries that take turns."""
    users = world.files.users(cost=7, name="costly", prometheus="secret")
    with world.target(users_file=users, login=True) as target:
        is_serving(table, target)
        for _ in range(4):  # another process may disturb a round
            took = {"prometheus": [], "nobody": []}
            with target.connect() as client:
                for _ in range(100):
                    for user, seconds in took.items():
                        data = target.head("/-/ready").replace(target.authorization.encode(), b"Basic " + base64.b64encode(user.encode() + b":wrong"))
                        start = time.perf_counter()
                        client.sendall(data)
                        status = client.recv(4096)[9:12]
                        seconds.append(time.perf_counter() - start)
                        assert status == b"401", status
            known, unknown = (statistics.quantiles(took[user], n=4)[0] for user in took)
            difference = abs(known / unknown - 1)
            if difference < 0.05:
                break
        table.check("an unknown name and a wrong password", "within 5 %", "within 5 %" if difference < 0.05 else f"{known * 1e3:.2f} and {unknown * 1e3:.2f} ms")
        is_serving(table, target)


@case(58)
def malformed_logins(table, world):
    token = world.files.write("token", "abc.def\n")
    with world.target(login=True, bearer_token_file=token) as target:
        is_serving(table, target)
        good = target.authorization
        encoded = good[6:]
        kinds = {"none": None, "empty": "", "Basic alone": "Basic", "malformed": "Basic a!b", "cut": "Basic " + encoded[:-1], "no colon": "Basic " + base64.b64encode(b"prometheus").decode(),
                 "two words": f"Basic {encoded} {encoded}", "8 KB": "Basic " + "A" * 7_800, "NUL": "Basic " + base64.b64encode(b"prometheus:secret\0x").decode(),
                 "as Bearer": "Bearer " + encoded, "Digest": "Digest username=prometheus", "a token that begins so": "Bearer abc.de", "a longer token": "Bearer abc.deff"}
        for what, value in kinds.items():
            target.authorization = value
            data = target.head() if value is not None else target.head(*()).replace(b"Authorization: None\r\n", b"")
            answer = target.ask(data, wait=PATIENCE)
            table.check("Authorization: " + what, "401", answer)
            table.check("  its challenge", "yes", "yes" if "Basic realm=" in (answer.header("WWW-Authenticate") or "") else answer.head())
        for what, value in {"basic, in another case": "bAsIc " + encoded, "the token": "bearer abc.def", "right": good}.items():
            target.authorization = value
            table.check("Authorization: " + what, "200", target.ask(target.head(), wait=PATIENCE))
        table.check("two of them", "400 close", target.ask(target.head("/metrics", "Authorization: " + good), wait=PATIENCE))
        is_serving(table, target)


@case(59)
def bad_logins(table, world):
    """In parallel, each of a cost that takes long: one thread computes them, and scrapes whose login is known go on."""
    users = world.files.users(cost=10, name="costly", prometheus="secret")
    with world.target(users_file=users, login=True, max_connections=200, max_connections_per_ip=150) as target:
        is_serving(table, target)
        ends = time.monotonic() + 5
        statuses, busiest = [], []

        def guess(i):
            while time.monotonic() < ends:
                data = target.head().replace(target.authorization.encode(), b"Basic " + base64.b64encode(b"prometheus:%d" % len(statuses)))
                answer = target.ask(data, source=f"127.0.0.{i % 20 + 1}", wait=ends - time.monotonic())
                statuses.append(answer.status)
        threads = [threading.Thread(target=guess, args=(i,)) for i in range(100)]
        with Scraper(target, "127.0.0.1") as own, Scraper(target, "127.0.0.77") as other:
            for thread in threads:
                thread.start()
            while time.monotonic() < ends:
                busiest.append(target.threads().count("vitals-login"))
                time.sleep(0.2)
            for thread in threads:
                thread.join()
        table.check("100 that guess, their answers", "401 alone", "401 alone" if {401, None} >= set(statuses) and 401 in statuses else set(statuses))
        table.check("threads that compute logins", "1", max(busiest))
        table.check("scrapes from the guessers' address", "all good", own.verdict())
        table.check("scrapes from another", "all good", other.verdict())
        is_serving(table, target)


@case(53)
def networks_and_hosts(table, world):
    with world.target(allowed_networks="127.0.0.0/30,127.0.0.8/29", allowed_hosts="localhost") as target:
        is_serving(table, target)
        table.check("a network that may", "200 close", target.get(source="127.0.0.3"))
        table.check("a network that may not", "close", target.ask(b"", source="127.0.0.4"))
        for what, data, expected in [("Host of another", b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 close"),
                                     ("a target of another", b"GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "403 close"),
                                     ("Host with a port", b"GET /metrics HTTP/1.1\r\nHost: LOCALHOST:1\r\n\r\n", "200"),
                                     ("Host with a dot", b"GET /metrics HTTP/1.1\r\nHost: localhost.\r\n\r\n", "403 close"),
                                     ("an empty Host", b"GET /metrics HTTP/1.1\r\nHost:\r\n\r\n", "403 close"),
                                     ("HTTP/1.0 without Host", b"GET /metrics HTTP/1.0\r\n\r\n", "403 close")]:
            table.check(what, expected, target.ask(data))
        is_serving(table, target)
