"""G13: nothing a peer sends may stop the hub, or make it grow."""

import os
import random
import re
import resource
import socket

import msgpack
import pytest

from bus import Engine, Hub, RawPeer, Session, Subscriber, state_topic
from syncbus_test import LONG, wait_until


class Served:
    """A hub, an honest engine and an honest subscriber."""

    def __init__(self, processes, context):
        self.hub = Hub()
        self.process = self.hub.start(processes)
        self.engine = Engine(context, self.hub.ingest, "honest",
                             sndhwm=1000)
        self.engine.wait_subscribed()
        self.subscriber = Subscriber(context, self.hub.feed)
        self.run = 0
        self.check()

    def check(self):
        """The honest ones are served, and the hub beats."""
        s = self.subscriber
        self.run += 1
        self.engine.send(run=self.run)
        s.pump_until(lambda: "honest" in s.copy
                     and s.copy["honest"].state["run"] == self.run,
                     10, "the honest engine's state")
        s.beat = None
        s.pump_until(lambda: s.beat, 10, "a beat")
        assert self.process.is_running(), self.process.log
        return s.beat

    def raw(self, address, kind):
        host, port = address.removeprefix("tcp://").split(":")
        return RawPeer(socket.create_connection((host, int(port)), 60), kind)


@pytest.fixture
def served(processes, context):
    return Served(processes, context)


def connect(address):
    scheme, path = address.split("://")
    if scheme == "tcp":
        host, port = path.split(":")
        return socket.create_connection((host, int(port)), 5)
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    return s


def flood(peer, send, count):
    """Send until the hub hangs up; that is its right."""
    try:
        for i in range(count):
            send(peer, i)
    except (BrokenPipeError, ConnectionResetError):
        pass


def test_malformed_messages_are_counted_by_reason(served, context):
    good = Session().message({})
    bad = served.engine  # a peer that may publish, but says nonsense
    cases = {
        "frames": [[b"sb1/s/x/"], [b"sb1/s/x/", good, b"more"],
                   [b"sb1/s/x/"] + [b""] * 100],
        "topic": [[b"sb1/s/X/", good], [b"sb1/s/x", good], [b"sb1/s//", good],
                  [b"sb1/s/" + b"x" * 200 + b"/", good],
                  [b"sb1/s/x/\0", good]],
        "size": [[b"sb1/s/x/", b"\x80" + bytes(2048)]],
        "message": [[b"sb1/s/x/", b""], [b"sb1/s/x/", b"\xdd\xff\xff\xff\xff"],
                    [b"sb1/s/x/", b"\xdd\x10\0\0\0"],
                    [b"sb1/s/x/", b"\x91\x91\x91\x91\x91\xc0"],
                    [b"sb1/s/x/", good[:-1]], [b"sb1/s/x/", good + b"\xc0"],
                    [b"sb1/s/x/", msgpack.packb({"v": 1})]],
    }
    before = served.check()["drop"]
    for messages in cases.values():
        for frames in messages:
            bad.send_raw(*frames)
    after = served.check()["drop"]
    assert {reason: after[reason] - before[reason] for reason in cases} == {
        reason: len(messages) for reason, messages in cases.items()}
    assert list(served.subscriber.copy) == ["honest"]


def test_random_bytes_on_the_ports_change_nothing(served):
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    rng = random.Random(seed)
    for address in (served.hub.ingest, served.hub.feed):
        host, port = address.removeprefix("tcp://").split(":")
        for i in range(60):
            s = socket.create_connection((host, int(port)), 60)
            if i % 3 == 1:
                s.sendall(RawPeer.GREETING)
            elif i % 3 == 2:
                RawPeer(s, b"PUB" if address == served.hub.ingest else b"SUB")
            try:
                s.sendall(rng.randbytes(rng.randrange(1, 5000)))
            except (BrokenPipeError, ConnectionResetError):
                pass
            if i % 2:
                s.close()
    served.check()


def test_frames_over_the_limit_end_the_connection_only(served):
    for size in (4096, 4097, 1 << 20):
        peer = served.raw(served.hub.ingest, b"PUB")
        flood(peer, lambda p, i, size=size: p.message(
            state_topic("x"), b"\x80" * size), 20)
    peer = served.raw(served.hub.ingest, b"PUB")
    # A length that no memory holds.
    flood(peer, lambda p, i: p.sock.sendall(b"\x02" + b"\x7f" + b"\xff" * 7), 1)
    served.check()


def test_a_flood_of_subscriptions_is_answered_within_bounds(served):
    before = served.process.rss_bytes()
    peer = served.raw(served.hub.feed, b"SUB")
    rng = random.Random(1)
    bogus = [b"", b"\x01", b"\x02x", b"\x01sb1/z/", b"\x01sb1/z/short/",
             b"\x01sb1/z/0123456789abcdef", b"\x01sb1/z/0123456789abcdeg/",
             b"\x01sb1/z/0123456789abcdef/sb2/", b"\x01" + b"x" * 500,
             b"\x01sb1/z/0123456789abcdef/sb1/s/../", b"\x00never",
             b"\x01sb1/z/0123456789abcdef/" + b"\xff" * 100, b"hello"]
    flood(peer, lambda p, i: p.frame(bogus[i % len(bogus)]), 2000)
    peer = served.raw(served.hub.feed, b"SUB")
    flood(peer, lambda p, i: p.frame(
        b"\x01sb1/z/%032x/" % rng.getrandbits(128)), 20000 if LONG else 5000)
    served.check()
    peer.sock.close()
    served.check()
    assert served.process.rss_bytes() - before < 64 * 1024 * 1024


def test_a_reader_that_only_asks_does_not_fill_the_hub(served, context):
    engine = served.engine
    large = engine.session.message({"pad": "x" * 1800})
    for i in range(600):
        engine.send_raw(state_topic(f"e{i}"), large)
    served.check()
    before = served.process.rss_bytes()
    peer = served.raw(served.hub.feed, b"SUB")
    flood(peer, lambda p, i: p.frame(b"\x01sb1/z/%032x/" % i), 300)
    wait_until(lambda: served.check() and re.search(
        "snapshots not sent: [1-9]", served.process.log), 10, "a refusal")
    assert served.process.rss_bytes() - before < 150 << 20  # of 400 MB
    late = Subscriber(context, served.hub.feed)
    late.pump_until(lambda: len(late.copy) == 601, 5, "another's snapshot")


def test_a_flood_from_one_engine_leaves_the_others_alone(served, context):
    loud = Engine(context, served.hub.ingest, "loud", sndhwm=100000)
    loud.wait_subscribed()
    for run in range(20000):
        loud.send(run=run)
    beat = served.check()
    assert beat["drop"]["rate"] > 0
    s = served.subscriber
    s.pump_until(lambda: "loud" in s.copy
                 and s.copy["loud"].state["run"] == 19999, 10,
                 "the newest of the flood")


def test_more_ids_than_allowed_are_refused(processes, context):
    hub = Hub()
    hub.start(processes, "--max-engines", "10")
    s = Subscriber(context, hub.feed)
    s.pump_until(lambda: s.has_snapshot, 5, "snapshot")
    engine = Engine(context, hub.ingest, "x", sndhwm=1000).wait_subscribed()
    for i in range(50):
        engine.send_raw(state_topic(f"e{i}"), engine.session.message({}))
    s.pump_until(lambda: s.beat and s.beat["drop"]["full"] == 40, 5, "refusals")
    assert s.beat["n"] == 10 and len(s.copy) == 10
    wait_until(lambda: s.pump(0.1).copy, 1, "copy")


def test_a_message_of_very_many_frames_is_skipped(served):
    peer = served.raw(served.hub.ingest, b"PUB")
    flood(peer, lambda p, i: p.frame(state_topic("x"), more=i < 99999), 100000)
    assert wait_until(lambda: served.check()["drop"]["frames"], 10, "refusal")


def test_what_is_refused_is_logged_once_per_interval(served):
    served.process.pause()  # so that all of them fall into one interval
    for _ in range(100):
        served.engine.send_raw(b"sb1/s/NO/", b"\x80")
    served.process.resume()
    served.check()
    served.check()
    lines = [line for line in served.process.log.splitlines()
             if "refused since the start:" in line]
    assert len(lines) == 1 and " topic 100" in lines[0]


@pytest.mark.parametrize("scheme", ["ipc", "tcp"])
def test_more_connections_than_descriptors_are_turned_away(
        processes, context, short_dir, scheme):
    """G17: libzmq alone would end the process, or spin."""
    hub = Hub(short_dir if scheme == "ipc" else None)
    process = hub.start(processes)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (64, 64))
    subscriber = Subscriber(context, hub.feed)
    engine = Engine(context, hub.ingest, "nas").wait_subscribed()
    crowd = [connect(address) for _ in range(40)
             for address in (hub.ingest, hub.feed, hub.control)]
    process.wait_for("no descriptors left", 5)
    engine.send(run=1)
    subscriber.pump_until(lambda: "nas" in subscriber.copy, 5, "a state")
    for s in crowd:
        s.close()
    late = Subscriber(context, hub.feed)
    late.pump_until(lambda: "nas" in late.copy, 10, "a late subscriber")
    assert process.is_running()
