"""The gateway's streams, read over plain sockets: nothing is hidden, nothing
is read before a test asks for it."""

import base64
import hashlib
import json
import os
import select
import socket
import struct
import time

from syncbus_test import SLOWER

EVENTS = "/v1/events"
SOCKET = "/ws?app=test&id=1&type=main"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Ended(Exception):
    """The other side closed."""


class Event:
    def __init__(self, name, data, event_id):
        self.name, self.data, self.id = name, data, event_id

    @property
    def json(self):
        return json.loads(self.data)

    def __repr__(self):
        return f"<{self.name} {self.id} {self.data[:200]}>"


class _Stream:
    """A request whose answer goes on."""

    def __init__(self, port, path, headers, receive_bytes=None, timeout=60):
        self.sock = socket.socket()
        if receive_bytes:  # before connecting, or the window is larger
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                 receive_bytes)
        self.sock.settimeout(timeout)
        self.sock.connect(("127.0.0.1", port))
        fields = {"Host": f"localhost:{port}", **headers}
        lines = [f"GET {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.rest = b""

    def _read_head(self):
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in
                        (line.split(": ", 1) for line in lines)}

    def more(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise Ended
        self.rest += piece

    def body(self):
        """All of it, when it has an end."""
        try:
            while True:
                self.more()
        except (Ended, ConnectionError):
            return self.rest

    def quiet(self, seconds):
        """Nothing comes for so long."""
        return not self.rest and not select.select([self.sock], [], [],
                                                   seconds)[0]

    def close(self):
        self.sock.close()

    def reset(self):
        """Hang up without a goodbye."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()


class Events(_Stream):
    """A reader of Server-Sent Events."""

    def __init__(self, port, query="", last_id=None, headers=None,
                 read_head=True, **options):
        headers = dict(headers or {})
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        super().__init__(port, EVENTS + query, headers, **options)
        self.last_id = ""
        self.retry = None
        if read_head:
            self._read_head()

    def _take(self, block):
        name, data, event_id = "message", [], None
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                self.last_id = event_id = value
            elif field == "retry":
                self.retry = int(value)
        return Event(name, "\n".join(data), event_id) if data else None

    def next(self):
        """The next event."""
        while True:
            while b"\n\n" not in self.rest:
                self.more()
            block, self.rest = self.rest.split(b"\n\n", 1)
            event = self._take(block.decode())
            if event:
                return event

    def expect(self, name):
        event = self.next()
        assert event.name == name, event
        return event.json

    def until(self, condition, seconds=10):
        """Events up to the first for which condition holds."""
        deadline = time.monotonic() + seconds * SLOWER
        seen = []
        while time.monotonic() < deadline:
            seen.append(self.next())
            if condition(seen[-1]):
                return seen
        raise AssertionError(f"it did not come; last {seen[-3:]}")

    def available(self):
        """The events that are there now."""
        seen = []
        while b"\n\n" in self.rest or select.select([self.sock], [], [],
                                                    0)[0]:
            seen.append(self.next())
        return seen



class WebSocket(_Stream):
    """A WebSocket client that can also break the rules."""

    def __init__(self, port, path=SOCKET, headers=None, **options):
        self.key = base64.b64encode(os.urandom(16)).decode()
        fields = {"Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": self.key}
        fields.update(headers or {})
        super().__init__(port, path, {name: value for name, value in
                                      fields.items() if value is not None},
                         **options)
        self._read_head()

    def is_accepted(self):
        digest = hashlib.sha1(self.key.encode() + GUID).digest()
        return self.status == 101 and \
            self.headers["sec-websocket-accept"] == \
            base64.b64encode(digest).decode()

    # ---- sending ----

    def frame(self, opcode, payload=b"", final=True, mask=b"\1\2\3\4",
              reserved=0, length=None):
        """A frame as bytes; mask None: none; length: (code, bytes)."""
        n = len(payload)
        first = (0x80 if final else 0) | reserved | opcode
        if length:
            code, extra = length
        elif n < 126:
            code, extra = n, b""
        elif n < 65536:
            code, extra = 126, struct.pack(">H", n)
        else:
            code, extra = 127, struct.pack(">Q", n)
        head = bytes([first, code | (0x80 if mask else 0)]) + extra
        if not mask:
            return head + payload
        return head + mask + bytes(b ^ mask[i % 4]
                                   for i, b in enumerate(payload))

    def send(self, opcode, payload=b"", **options):
        self.sock.sendall(self.frame(opcode, payload, **options))

    def say(self, **message):
        self.send(TEXT, json.dumps(message).encode())

    # ---- receiving ----

    def _need(self, n):
        while len(self.rest) < n:
            self.more()

    def receive(self):
        """(opcode, payload) of the next frame."""
        self._need(2)
        assert self.rest[0] & 0x70 == 0 and self.rest[1] & 0x80 == 0
        opcode, n, at = self.rest[0] & 15, self.rest[1] & 127, 2
        if n == 126:
            self._need(4)
            n, at = struct.unpack(">H", self.rest[2:4])[0], 4
        elif n == 127:
            self._need(10)
            n, at = struct.unpack(">Q", self.rest[2:10])[0], 10
        self._need(at + n)
        payload = self.rest[at:at + n]
        self.rest = self.rest[at + n:]
        return opcode, payload

    def message(self):
        """The next message of SiYuan's form."""
        opcode, payload = self.receive()
        assert opcode == TEXT, (opcode, payload)
        return json.loads(payload)

    def until_end(self, seconds=10):
        """Messages up to the end of a run: "syncing" 1 or 2."""
        deadline = time.monotonic() + seconds * SLOWER
        seen = []
        while time.monotonic() < deadline:
            seen.append(self.message())
            if seen[-1]["cmd"] == "syncing" and seen[-1]["code"] > 0:
                return seen
        raise AssertionError(f"no end: {seen[-3:]}")

    def expect_close(self):
        """The code of the close frame that must come, and then the end."""
        opcode, payload = self.receive()
        while opcode == TEXT:
            opcode, payload = self.receive()
        assert opcode == CLOSE, (opcode, payload)
        code = struct.unpack(">H", payload[:2])[0] if payload else None
        try:
            self.more()
        except (Ended, ConnectionError):
            return code
        raise AssertionError(f"something behind the close: {self.rest}")
