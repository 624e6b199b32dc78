"""Bytes sent to a gateway as they are, and what must be true of any answer."""

import json
import re
import socket

HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n")
ENDLESS = (b" 101 ", b"text/event-stream")


def request(method, path, fields=(), body=b"", version="HTTP/1.1",
            host="localhost", close=True):
    """One request; fields are (name, value) or whole lines."""
    lines = [f"{method} {path} {version}"]
    lines += [f"Host: {host}"] if host else []
    lines += [f if isinstance(f, str) else f"{f[0]}: {f[1]}" for f in fields]
    lines += ["Connection: close"] if close else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


class Reply:
    """Everything that came back over one connection."""

    def __init__(self, raw):
        self.raw = raw
        found = list(HEAD.finditer(raw))
        self.statuses = [int(m[1]) for m in found]
        self.status = self.statuses[0] if found else None
        start = raw.find(b"\r\n\r\n")
        self.head = raw[:start] if start >= 0 else raw
        self.body = raw[start + 4:] if start >= 0 else b""

    def is_clear(self):
        """Does a refusal say what is wrong?"""
        if self.status is None or self.status < 400:
            return self.status is not None
        if b"Content-Length: 0\r\n" in self.head + b"\r\n":
            return self.status == 403  # as SiYuan's kernel does
        if b"application/json" not in self.head:
            return self.body.startswith(b"%d " % self.status)
        said = json.loads(self.body)
        said = said.get("error", said)
        return bool(said["msg"])

    def __repr__(self):
        return f"{self.statuses} {self.body[:120]!r}"


def is_endless(raw):
    head, end, _ = raw.partition(b"\r\n\r\n")
    return bool(end) and any(mark in head for mark in ENDLESS)


def exchange(port, *pieces, timeout=60, half_close=False):
    """Send the pieces; all that comes until the end, or the head of an answer
    that has none."""
    raw = b""
    with socket.create_connection(("127.0.0.1", port), timeout) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                s.sendall(piece)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it hung up on us: what it said is there to be read
        try:
            while True:
                got = s.recv(65536)
                if not got:
                    break
                raw += got
                if is_endless(raw):
                    break
        except ConnectionError:
            pass
    return Reply(raw)
