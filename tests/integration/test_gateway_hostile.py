"""Hostile and clumsy clients: a clear answer or none, never a crash, never a
delay for others."""

import socket
import threading
import time

import pytest

from gateway import SYNC_INFO, Gateway, milliseconds, read_all
from syncbus_test import wait_until

NOWHERE = "ipc:///tmp/syncbus-nobody-here/feed"


@pytest.fixture
def gateway(processes):
    return Gateway(processes, NOWHERE)


def head(line, *fields):
    return "\r\n".join([line, *fields, "", ""]).encode("latin-1")


POST = f"POST {SYNC_INFO} HTTP/1.1"
LOCAL = "Host: localhost"

RAW = {
    "nothing": b"",
    "one byte": b"P",
    "no line end": b"POST / HTTP/1.1",
    "only line ends": b"\r\n" * 1000,
    "zeros": b"\0" * 4096,
    "all bytes": bytes(range(256)) * 16,
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 512,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "unknown method": head(f"BREW {SYNC_INFO} HTTP/1.1", LOCAL),
    "lower-case method": head(f"post {SYNC_INFO} HTTP/1.1", LOCAL),
    "long method": head("A" * 10000 + f" {SYNC_INFO} HTTP/1.1", LOCAL),
    "no version": head(f"POST {SYNC_INFO}", LOCAL),
    "version 9": head(f"POST {SYNC_INFO} HTTP/9.9", LOCAL),
    "version junk": head(f"POST {SYNC_INFO} FTP/1.1", LOCAL),
    "asterisk": head("POST * HTTP/1.1", LOCAL),
    "options asterisk": head("OPTIONS * HTTP/1.1", LOCAL),
    "authority": head("CONNECT evil.example:443 HTTP/1.1", LOCAL),
    "absolute": head(f"POST http://evil.example{SYNC_INFO} HTTP/1.1", LOCAL),
    "long path": head("POST /" + "a" * 15000 + " HTTP/1.1", LOCAL),
    "longer path": head("POST /" + "a" * 100000 + " HTTP/1.1", LOCAL),
    "NUL in path": head("POST /api/sync/\0getSyncInfo HTTP/1.1", LOCAL),
    "NUL in field": head(POST, "Host: local\0host"),
    "bytes over 127": head("POST /\xff\xfe HTTP/1.1", "X-\xff: \xfe"),
    "dots": head("GET /" + "../" * 3000 + "etc/passwd HTTP/1.1", LOCAL),
    "percent": head("GET /%%%2%zz HTTP/1.1", LOCAL),
    "many fields": head(POST, *[f"X-{i}: y" for i in range(1000)]),
    "a long field": head(POST, "X-A: " + "b" * 100000),
    "a long token": head(POST, LOCAL, "Authorization: Token " + "b" * 12000),
    "a long Basic": head(POST, LOCAL, "Authorization: Basic " + "YWFh" * 3000),
    "a long query": head(f"POST {SYNC_INFO}?token=" + "%41" * 4000
                         + " HTTP/1.1", LOCAL),
    "a long Location": head(f"POST {SYNC_INFO}/?" + "a" * 12000
                            + " HTTP/1.1", LOCAL),
    "split Location": head(f"POST {SYNC_INFO}/?a=%0d%0aX:y HTTP/1.1", LOCAL),
    "no colon": head(POST, "Host localhost"),
    "folded": head(POST, "Host:", " localhost"),
    "space before colon": head(POST, "Host : localhost"),
    "two hosts": head(POST, LOCAL, "Host: evil.example"),
    "bare LF": (POST + "\n" + LOCAL + "\n\n").encode(),
    "length -1": head(POST, LOCAL, "Content-Length: -1"),
    "length junk": head(POST, LOCAL, "Content-Length: 1x"),
    "length huge": head(POST, LOCAL, "Content-Length: 9" + "9" * 30),
    "length 2^63": head(POST, LOCAL, "Content-Length: 9223372036854775807"),
    "two lengths": head(POST, LOCAL, "Content-Length: 2", "Content-Length: 3")
                   + b"{}x",
    "length and chunks": head(POST, LOCAL, "Content-Length: 2",
                              "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "bad chunk": head(POST, LOCAL, "Transfer-Encoding: chunked") + b"zz\r\n{}",
    "huge chunk": head(POST, LOCAL, "Transfer-Encoding: chunked")
                  + b"ffffffffffffffff\r\n{}",
    "endless chunk head": head(POST, LOCAL, "Transfer-Encoding: chunked")
                          + b"1" * 10000,
    "unknown coding": head(POST, LOCAL, "Transfer-Encoding: gzip") + b"x",
    "short body": head(POST, LOCAL, "Content-Length: 100") + b"{}",
    "deep body": head(POST, LOCAL, "Content-Length: 60000") + b"[" * 60000,
    "deep strings": head(POST, LOCAL, "Content-Length: 60000")
                    + b'{"[' * 20000,
    "body of quotes": head(POST, LOCAL, "Content-Length: 60000")
                      + b'\\"' * 30000,
    "body not UTF-8": head(POST, LOCAL, "Content-Length: 15")
                      + b'{"engine":"\xff\xfe"}',
    "upgrade": head("GET /ws?app=a&id=b&type=main HTTP/1.1", LOCAL,
                    "Upgrade: websocket", "Connection: Upgrade",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Version: 13"),
    "many ranges": head("GET /healthz HTTP/1.1", LOCAL,
                        "Range: bytes=" + "0-1," * 2000),
}


def test_raw_bytes_never_bring_it_down(gateway):
    for name, data in RAW.items():
        answer = gateway.raw(data)
        assert gateway.process.is_running(), (name, gateway.process.log)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 "), (name, answer)
        assert b"root:" not in answer
        if name == "split Location":
            assert b"\nX:y" not in answer
        if name == "two hosts":
            assert b" 401 " in answer or b" 400 " in answer, answer
        if name == "absolute":
            assert b" 200 " not in answer, answer
    assert gateway.ask("GET", "/healthz").status == 200


def test_every_cut_of_a_request_is_harmless(gateway):
    whole = head(POST, LOCAL, "Content-Length: 2", "Connection: close") + b"{}"
    for end in range(0, len(whole), 3):
        answer = gateway.raw(whole[:end])
        assert b" 200 " not in answer
    assert b" 200 OK" in gateway.raw(whole)


def silent(port, count):
    """Connections that never say a word."""
    sockets = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", port), 10)
        sockets.append(s)
    return sockets


@pytest.fixture
def crowded(processes):
    """The default number of threads."""
    return Gateway(processes, NOWHERE, threads=1100)


def test_600_silent_connections_delay_nobody(crowded):
    sockets = silent(crowded.port, 600)
    for i, s in enumerate(sockets):
        if i % 3 == 0:
            s.sendall(POST.encode())  # a third of them begins to speak
    slowest = max(milliseconds(lambda: crowded.ask()) for _ in range(50))
    print(f"slowest of 50 answers beside 600 silent connections:"
          f" {slowest:.1f} ms")
    assert slowest < 5000
    for s in sockets:
        s.close()


def test_kept_connections_never_take_the_last_thread(gateway):
    """24 threads: 40 clients that would keep theirs, and a newcomer."""
    kept = []
    for _ in range(40):
        connection = gateway.connect()
        connection.request("POST", SYNC_INFO, "{}")
        response = connection.getresponse()
        response.read()
        kept.append((connection, response.headers["Connection"]))
    assert [how for _, how in kept][0] == "keep-alive"
    assert [how for _, how in kept][-1] == "close"
    assert milliseconds(lambda: gateway.ask()) < 5000


def test_slow_and_silent_clients_hold_a_thread_for_a_while_only(gateway):
    """Slowloris: each byte is new, but the request as a whole is late."""
    began, ended = time.monotonic(), {}

    def drip(s):
        try:
            s.sendall((POST + "\r\n").encode())
            while True:
                s.sendall(b"X-A: b\r\n")
                time.sleep(0.2)  # slowness is what is tested
        except OSError:
            ended["slow"] = time.monotonic() - began

    def wait(s):
        assert b" 200 " not in read_all(s)
        ended["silent"] = time.monotonic() - began

    sockets = silent(gateway.port, 2)
    for work, s in zip((drip, wait), sockets):
        s.settimeout(120)
        threading.Thread(target=work, args=(s,), daemon=True).start()
    assert gateway.ask().status == 200
    wait_until(lambda: len(ended) == 2, 20, "the end of both")
    print(f"ended after {ended} s")
    for s in sockets:
        s.close()


def test_it_stops_within_two_seconds_whoever_is_connected(gateway):
    kept = gateway.connect()
    kept.request("POST", SYNC_INFO, "{}")
    kept.getresponse().read()
    sockets = silent(gateway.port, 3)
    sockets[0].sendall(POST.encode())
    took = milliseconds(lambda: gateway.process.stop())
    assert gateway.process.popen.returncode == 0
    assert took < 5000
    for s in sockets:
        s.close()
    kept.close()


def test_memory_stays_flat_under_rubbish(gateway):
    def round_of_rubbish():
        for data in RAW.values():
            if len(data) < 20000:
                gateway.raw(data)

    round_of_rubbish()
    before = gateway.process.rss_bytes()
    for _ in range(5):
        round_of_rubbish()
    grown = gateway.process.rss_bytes() - before
    print(f"grown by {grown >> 10} KiB")
    assert grown < 64 << 20  # a sanitizer's quarantine included
