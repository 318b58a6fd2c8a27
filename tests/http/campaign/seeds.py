"""Writes the raw requests of the campaign, and what they hold, as seeds of the fuzzers:  seeds.py FOLDER   (tests/fuzz/corpus)"""
import re
import sys
from pathlib import Path

from access_cases import hello
from request_cases import RAW

NEGOTIATION = {
    "prometheus": "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
                  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2\ngzip",
    "protobuf": "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=dots\nzstd, gzip;q=0.5, identity;q=0",
    "quotes": 'text/plain;a="\\"b\\"";version="1.0.0";escaping="values",text/*;q=1e309,*/*;q=abc\nGZIP;q=0.001,x-gzip,*;q=0',
}
QUERIES = {"names": "name[]=a_total&name%5B%5D=b_seconds&x=%zz&name[]=a+b", "cut": "name[]=%4", "same": "&name[]=a&&name[]=a&name[]=", "nul": "name[]=%00%ff"}


def main(folder):
    def write(target, name, data):
        Path(folder, target).mkdir(exist_ok=True)
        Path(folder, target, name).write_bytes(data if isinstance(data, bytes) else data.encode())
    for number, what, _, data in RAW:
        if len(data) < 4_096:
            write("request_head", f"{number:02}_" + re.sub(r"\W+", "_", what).strip("_").lower(), data)
    write("request_head", "pipelined", b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /x HTTP/1.0\r\nAuthorization: Basic YTpi\r\n\r\n\r\n")
    for name, text in NEGOTIATION.items():
        write("negotiation", name, text)
    for name, text in QUERIES.items():
        write("name_query", name, text)
    write("tls_handshake", "hello", hello())
    write("tls_handshake", "hello_2", hello() * 2)
    write("tls_handshake", "http", b"GET / HTTP/1.1\r\n\r\n")
    for version in b"23":
        write("tls_handshake", f"good_1_{chr(version)}", bytes([version]))
        write("tls_handshake", f"changed_1_{chr(version)}", bytes([version, 0, 9, 1, 2, 0, 64]))


if __name__ == "__main__":
    main(*sys.argv[1:])
