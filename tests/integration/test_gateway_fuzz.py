"""Good requests of every route, broken at random, sent to the gateway: it must
live, answer in HTTP or not at all, and serve the next one.

Seeded; the seed is printed.  SYNCBUS_FUZZ_SEED repeats one, SYNCBUS_FUZZ_S
says for how long."""

import json
import os
import random
import secrets
import time

import pytest

from attack import exchange, request
from gateway import TOKEN, Gateway

NOWHERE = "ipc:///tmp/syncbus-nobody-here/feed"
SECONDS = float(os.environ.get("SYNCBUS_FUZZ_S", 20))
STATUSES = {None, 101, 200, 202, 204, 301, 302, 304, 307, 400, 401, 403, 404,
            409, 413, 426, 429, 431, 501, 502, 503, 504, 505}
WORDS = [b"\r\n", b"\n", b"\0", b"\xff", b" ", b":", b"%00", b"%2f", b"../",
         b"{", b"[", b'"', b"\\u", b"-1", b"4294967296", b"0x", b"chunked",
         b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Host: a\r\n",
         b"Authorization: Token ", b"Cookie: siyuan=", b"Connection: close\r\n",
         b"Expect: 100-continue\r\n", b"Upgrade: websocket\r\n", b"?token=",
         b"GET / HTTP/1.1\r\n", b"\r\n\r\n", b"a" * 300, b"HTTP/1.0", b"1e999"]
CALLER = "198.51.100.1"  # each request gets another: nobody is shut out
BODIES = [b"", b"{}", b'{"authCode":"x","captcha":"","rememberMe":true}',
          b'{"engine":"nas","wait":false,"upload":true,"mobileSwitch":false}',
          b'{"enabled":true,"engine":"nas"}', b'{"run":17}',
          b'{"direction":"both","wait":true}']
STREAM = [("Upgrade", "websocket"), ("Connection", "Upgrade"),
          ("Sec-WebSocket-Version", "13"),
          ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]


def good_requests(gateway):
    """One of each route, and what clients add."""
    document = json.loads(exchange(
        gateway.port, request("GET", "/openapi.json")).body)
    made = []
    for path, methods in document["paths"].items():
        path = path.replace("{id}", "nas").replace("{run}", "17")
        for method in methods.keys() - {"parameters"}:
            for body in BODIES:
                fields = [("X-Forwarded-For", CALLER),
                          ("Authorization", "Token " + TOKEN),
                          ("Accept", "*/*;q=0.1, text/plain"),
                          ("Last-Event-ID", "1a-7"),
                          ("Content-Type", "application/json")]
                chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
                made += [
                    request(method.upper(), path,
                            fields + [("Content-Length", len(body))], body),
                    request(method.upper(), path + "?engine=nas&after=3",
                            fields + [("Transfer-Encoding", "chunked")],
                            chunks if body else b"0\r\n\r\n")]
    made.append(request("GET", "/ws?app=a&id=b&type=main&token=" + TOKEN,
                        STREAM, b"\x81\x82\1\2\3\4zz", close=False))
    return made


class Breaker:
    def __init__(self, seed, goods):
        self.random, self.goods = random.Random(seed), goods

    def _change(self, data):
        r = self.random
        at = r.randrange(len(data) + 1)
        to = min(len(data), at + r.choice([0, 1, 1, 2, 4, 20, 200]))
        what = r.randrange(6)
        if what == 0:
            return data[:at] + data[to:]
        if what == 1:
            return data[:at] + r.choice(WORDS) + data[to:]
        if what == 2:
            return data[:at] + bytes([r.randrange(256)]) + data[at + 1:]
        if what == 3:
            return data[:at] + data[at:to] * r.randrange(2, 50) + data[to:]
        if what == 4:  # lines in another order
            lines = data.split(b"\r\n")
            r.shuffle(lines)
            return b"\r\n".join(lines)
        other = r.choice(self.goods)
        return data[:at] + other[r.randrange(len(other)):]

    def next(self):
        """The pieces of a broken request."""
        caller = ".".join(str(self.random.randrange(1, 255)) for _ in "four")
        data = self.random.choice(self.goods).replace(CALLER.encode(),
                                                      caller.encode())
        for _ in range(self.random.choice([1, 1, 2, 3, 8])):
            data = self._change(data)
        cut = self.random.randrange(len(data) + 1)
        return [data] if self.random.randrange(4) else [data[:cut], data[cut:]]


def is_in_order(reply):
    return reply.raw == b"" or reply.raw.startswith(b"HTTP/1.1 ")


@pytest.mark.slow
@pytest.mark.parametrize("guarded", [True, False])
def test_broken_requests_break_nothing(processes, guarded):
    seed = int(os.environ.get("SYNCBUS_FUZZ_SEED", secrets.randbits(32)))
    print(f"SYNCBUS_FUZZ_SEED={seed}")
    gateway = Gateway(processes, NOWHERE, "--trusted-proxy", "127.0.0.1",
                      secrets={"api_token": TOKEN} if guarded else None,
                      env={"ASAN_OPTIONS": "quarantine_size_mb=1"})
    breaker = Breaker(seed, good_requests(gateway))
    half = time.monotonic() + SECONDS / 4  # caches and pools are full then
    until = half + SECONDS / 4
    sent, seen, memory = 0, {}, None
    while time.monotonic() < until:
        if memory is None and time.monotonic() > half:
            memory = gateway.process.rss_bytes()
        pieces = breaker.next()
        reply = exchange(gateway.port, *pieces, half_close=True)
        sent += 1
        seen[reply.status] = seen.get(reply.status, 0) + 1
        assert gateway.process.is_running(), (pieces, gateway.process.log)
        assert is_in_order(reply), (pieces, reply.raw[:300])
        assert set(reply.statuses) <= STATUSES | {100}, (pieces, reply)
        if sent % 500 == 0:
            good = gateway.ask(headers={"Authorization": "Token " + TOKEN}
                               if guarded else None)
            assert good.status in (200, 429), good.text
    grown = gateway.process.rss_bytes() - memory
    print(f"{sent} requests, {dict(sorted(seen.items(), key=str))}"
          f", grown by {grown >> 10} KiB")
    assert sent > 1000 and len(seen) > 5
    assert grown < 16 << 20
