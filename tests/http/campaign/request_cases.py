"""Cases 1 to 35: request lines and headers, as raw bytes."""
import random
import re

from cases import case, is_serving

HOST = b"Host: localhost\r\n"


def request(line, *headers, host=HOST):
    """headers: lines without their ends."""
    return line + b"\r\n" + host + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def get(*headers, target=b"/metrics"):
    return request(b"GET " + target + b" HTTP/1.1", *headers)


# Number, what, what comes of it, the bytes: seeds of the fuzzer of request heads too (seeds.py).
RAW = [
    (1, "method FOO", "405 close", request(b"FOO /metrics HTTP/1.1")),
    (2, "POST with a body", "405 close", request(b"POST /metrics HTTP/1.1", b"Content-Length: 5") + b"hello"),
    (3, "POST, Content-Length 99999999", "405 close or 413 close", request(b"POST /metrics HTTP/1.1", b"Content-Length: 99999999")),
    (4, "HTTP/9.9", "505 close", request(b"GET /metrics HTTP/9.9")),
    (4, "HTTP/1.2", "200", request(b"GET /metrics HTTP/1.2")),
    (5, "HTTP/1.0 without Host", "200 close", b"GET /metrics HTTP/1.0\r\n\r\n"),
    (6, "HTTP/1.1 without Host", "400 close", b"GET /metrics HTTP/1.1\r\n\r\n"),
    (7, "two Host", "400 close", get(HOST[:-2])),
    (7, "Host: a b", "400 close", request(b"GET /metrics HTTP/1.1", host=b"Host: a b\r\n")),
    (7, "Host: [::1", "400 close", request(b"GET /metrics HTTP/1.1", host=b"Host: [::1\r\n")),
    (8, "bare line feeds", "400 close", b"GET /metrics HTTP/1.1\nHost: localhost\n\n"),
    (8, "a bare carriage return in a value", "400 close", get(b"A: b\rc")),
    (9, "Host : x", "400 close", request(b"GET /metrics HTTP/1.1", host=b"Host : x\r\n")),
    (10, "an empty header name", "400 close", get(b": y")),
    (11, "a folded header (documented as unfolded)", "200 or 400 close", get(b"A: b", b" c")),
    (11, "the first header folded", "400 close", request(b"GET /metrics HTTP/1.1", host=b" Host: x\r\n")),
    (12, "NUL in a header", "400 close", get(b"A: b\0c")),
    (12, "NUL in the target", "400 close", get(target=b"/metr\0ics")),
    (13, "Content-Length and Transfer-Encoding", "400 close", get(b"Content-Length: 0", b"Transfer-Encoding: chunked")),
    (14, "Content-Length 0 and 5", "400 close", get(b"Content-Length: 0", b"Content-Length: 5")),
    (14, "Content-Length 5, 5", "400 close or 413 close", get(b"Content-Length: 5, 5")),
    (15, "Content-Length -1", "400 close", get(b"Content-Length: -1")),
    (15, "Content-Length 2^64", "400 close or 413 close", get(b"Content-Length: 18446744073709551616")),
    (15, "Content-Length 0x5", "400 close", get(b"Content-Length: 0x5")),
    (16, "Transfer-Encoding: chunked", "400 close", get(b"Transfer-Encoding: chunked") + b"0\r\n\r\n"),
    (17, "a header of 20 KB", "431 close", get(b"A: " + b"a" * 20_000)),
    (18, "65 headers", "431 close", get(*[b"A: b"] * 64)),
    (18, "64 headers", "200", get(*[b"A: b"] * 63)),
    (19, "a target of 20 KB", "414 close", get(target=b"/" + b"a" * 20_000)),
    (19, "a target of 2 KiB and one", "414 close", get(target=b"/" + b"a" * 2048)),
    (21, "/../../etc/passwd", "404", get(target=b"/../../etc/passwd")),
    (21, "/%2e%2e/%2e%2e/etc/passwd", "404", get(target=b"/%2e%2e/%2e%2e/etc/passwd")),
    (22, "/metrics/x", "404", get(target=b"/metrics/x")),
    (22, "/metricsx", "404", get(target=b"/metricsx")),
    (22, "//metrics", "404", get(target=b"//metrics")),
    (22, "/metrics?x=%zz", "200", get(target=b"/metrics?x=%zz")),
    (22, "/%6detrics", "404", get(target=b"/%6detrics")),
    (22, "no target", "400 close", request(b"GET  HTTP/1.1")),
    (22, "*", "404 or 400 close", get(target=b"*")),
    (23, "http://localhost/metrics", "200", get(target=b"http://localhost/metrics")),
    (23, "http://a b/metrics", "400 close", get(target=b"http://a b/metrics")),
    (24, "a TLS ClientHello", "400 close", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 505),
    (26, "the banner of SSH", "400 close", b"SSH-2.0-OpenSSH_9.2\r\n"),
    (28, "Expect: 100-continue", "200 or 417", get(b"Expect: 100-continue")),
    (29, "Range: bytes=0-1", "200", get(b"Range: bytes=0-1")),
    (30, "Connection: upgrade", "200", get(b"Connection: upgrade", b"Upgrade: websocket")),
    (30, "h2c", "200", get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")),
    (30, "the preface of HTTP/2", "505 close or 400 close", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (31, "Accept of 64 KB", "431 close", get(b"Accept: " + b"a/b," * 16_000)),
    (31, "Accept of 1,500 clauses", "200", get(b"Accept: " + b"a/b,," * 1_500)),
    (31, "Accept: text/plain;q=abc", "200", get(b"Accept: text/plain;q=abc")),
    (31, "Accept: text/plain;q=1e309", "200", get(b"Accept: text/plain;q=1e309")),
    (31, "Accept with quotes in quotes", "200", get(rb'Accept: text/plain;a="\"b\";version=1.0.0,\\",*/*;q="')),
    (33, "a line end in escaping=", "200", get(rb'Accept: application/openmetrics-text;version=1.0.0;escaping="a\r\nInjected: 1"')),
    (33, "%0d%0a in the query", "200", get(target=b"/metrics?escaping=%0d%0aInjected:%201")),
    (33, "%0d%0a in the path", "404", get(target=b"/%0d%0aInjected:%201")),
    *((34, f"scrape timeout {text}", "200", get(b"X-Prometheus-Scrape-Timeout-Seconds: " + text.encode())) for text in ("-1", "nan", "1e308", "0x1", "0", "99999999999999999999")),
    (35, "name[]= 129 times", "400", get(target=b"/metrics?" + b"&".join([b"name[]=a"] * 129))),
    (35, "name[]= 10,000 times", "414 close", get(target=b"/metrics?" + b"name[]=&" * 10_000)),
    (35, "name[]=%0", "400", get(target=b"/metrics?name[]=%0")),
]


@case(*range(1, 36))
def raw_requests(table, world):
    """Each on a connection of its own. What was sent is in no answer."""
    with world.target() as target:
        is_serving(table, target)
        for number, what, expected, data in RAW:
            table.number_is(number)
            answer = target.ask(data)
            table.check(what, expected, answer)
            table.check("  in time", "yes", "yes" if answer.seconds < 5 else f"after {answer.seconds:.1f} s")
            said = answer.head() + ("" if answer.status == 200 else answer.text())
            table.check("  echoed", "None", re.search(r"Injected|9\.9|passwd|206 Partial", said))
            if answer.status == 200 and number != 5:
                text = "Content-Type: application/openmetrics-text" if "escaping=" in what else "Content-Type: text/plain"
                table.check("  its format", text, next((text for _ in [0] if text in answer.head()), answer.header("Content-Type")))
                table.check("  its body", "whole", "whole" if b"campaign_series_total{" in answer.body or "query" in what else answer.body[:80])
            is_serving(table, target)
        table.number_is(2)
        answer = target.ask(target.head(method="HEAD"))
        table.check("HEAD", "200, no body", f"{answer.status}, {'a' if answer.body else 'no'} body")


@case(20, 26)
def streams(table, world):
    with world.target() as target:
        is_serving(table, target)
        for number, what, expected, first in [
                (20, "100 MB without a line end", "414", b"G"), (20, "100 MB of one header", "431", get()[:-2] + b"A: "),
                (20, "100 MB of a body", "413", get(b"Content-Length: 104857600"))]:
            table.number_is(number)
            answer = target.ask(first + b"a" * (100 << 20), wait=10)
            table.check(what, expected, answer.status)
            table.check("  closed", "True", answer.is_closed)
            table.check("  taken", "below 8 MB", "below 8 MB" if answer.sent < 8 << 20 else f"{answer.sent} bytes")
            is_serving(table, target, room=16)
        table.number_is(26)
        for seed in range(20):
            noise = random.Random(seed).randbytes(1 << 20)
            answer = target.ask(noise)
            table.check(f"1 MB of noise ({seed})", "400 close or close", answer)
        is_serving(table, target, room=16)


@case(25)
def plain_on_tls(table, world):
    with world.target(tls=True) as target:
        for what, data in [("HTTP", get()), ("noise", random.Random(1).randbytes(1 << 16)), ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")]:
            answer = target.ask(data, tls=False, wait=7)
            table.check(what + " on the port of TLS", "close", answer)
            table.check("  in time", "yes", "yes" if answer.seconds < 5 else f"after {answer.seconds:.1f} s")
            is_serving(table, target)


@case(27)
def pipelining(table, world):
    with world.target(series=1000) as target:
        is_serving(table, target)
        answer = target.ask(get() * 1000, wait=0)
        with target.connect() as client:
            client.sendall(get() * 999 + get(b"Connection: close"))
            data = bytearray()
            while piece := client.recv(1 << 20):
                data += piece
        table.check("1,000 pipelined GETs", "1000 answers or closed", f"{data.count(b'HTTP/1.1 200 OK')} answers")
        table.check("1,000, whose client has gone", "nothing", answer)
        is_serving(table, target, room=16)


@case(32)
def encodings(table, world):
    with world.target() as target:
        for accepted, expected in [("gzip;q=0", "None"), ("GZIP", "gzip"), ("gzip", "gzip"), ("*;q=0", "None"), ("identity", "None"), ("br, gzip;q=abc", "None or gzip"),
                                   ("a," * 3000 + "gzip", "None")]:
            answer = target.ask(get(b"Accept-Encoding: " + accepted.encode()))
            table.check("Accept-Encoding: " + accepted[:20], expected, answer.header("Content-Encoding"))
            is_serving(table, target)
