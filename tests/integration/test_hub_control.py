"""Commands go from operators to engines and replies come back; nobody can
stop the hub with them, and nobody speaks for somebody else."""

import contextlib
import re
import secrets
import threading
import time

import msgpack
import pytest
import zmq

from bus import Dealer, Engine, Hub, Operator, Subscriber
from syncbus_test import wait_until

SYNC = {"v": 1, "cmd": "sync", "dir": "both"}
OK = msgpack.packb({"v": 1, "ok": True, "code": "", "run": 17})


def code_of(frames):
    return msgpack.unpackb(frames[2])["code"]


class Plane:
    """A hub that knows an engine, which listens, and an operator."""

    def __init__(self, processes, context):
        self.context = context
        self.hub = Hub()
        self.process = self.hub.start(processes)
        self.publisher = Engine(context, self.hub.ingest, "nas")
        self.publisher.wait_subscribed().send()
        self.operator = Dealer(context, self.hub.control)
        self.subscriber = Subscriber(context, self.hub.feed)
        self.subscriber.pump_until(lambda: "nas" in self.subscriber.copy, 5,
                                   "the engine's state")

    def listen(self, engine="nas", **options):
        """The engine's control socket, once a command reaches it."""
        dealer = Dealer(self.context, self.hub.control, engine, **options)
        dealer.wait_reached(self.operator)
        return dealer

    def answer(self, *frames):
        """What the operator is told when it says this."""
        self.operator.send(*frames)
        return self.operator.receive()

    def check(self):
        """The hub beats, and still passes things on."""
        s = self.subscriber
        s.beat = None
        s.pump_until(lambda: s.beat, 5, "a beat")
        assert self.process.is_running(), self.process.log
        return s.beat


@pytest.fixture
def plane(processes, context):
    return Plane(processes, context)


def test_a_command_and_its_reply_arrive_byte_for_byte(plane):
    engine = plane.listen()
    command = msgpack.packb({"v": 9, "cmd": "later", "new": ["é", None, 1]})
    request = secrets.token_hex(16).upper().encode()
    plane.operator.send(b"nas", request, command)
    sender, *rest = engine.receive()
    assert rest == [request, command]
    assert len(sender) == 5 and sender[0] == 0
    reply = msgpack.packb({"v": 9, "ok": True, "code": "", "x": "y" * 8000})
    engine.send(sender, request, reply)
    assert plane.operator.receive() == [b"nas", request, reply]


def test_each_operator_gets_its_own_replies(plane, context):
    engine = plane.listen()
    operators = [plane.operator] + [
        Dealer(context, plane.hub.control) for _ in range(4)]
    asked = [(o, o.ask("nas", SYNC)) for o in operators for _ in range(10)]
    waiting = [engine.receive() for _ in asked]
    for sender, request, _ in reversed(waiting):
        engine.send(sender, request, OK)
    for operator in operators:
        mine = {operator.receive()[1] for _ in range(10)}
        assert mine == {request for o, request in asked if o is operator}


def test_an_unknown_engine_is_unreachable(plane):
    request = plane.operator.ask("nobody", SYNC)
    engine, answered, reply = plane.operator.receive()
    assert (engine, answered) == (b"nobody", request)
    reply = msgpack.unpackb(reply)
    assert reply["code"] == "unreachable" and reply["ok"] is False
    assert reply["msg"]


def test_an_engine_without_a_connection_is_unreachable(plane):
    plane.operator.ask("nas", SYNC)  # it publishes, and does not listen
    assert code_of(plane.operator.receive()) == "unreachable"


def test_roles_go_by_what_a_peer_has_said(plane, context):
    """Who told no state may have any routing id, and command or obey."""
    cli = Operator(context, plane.hub.control, "op-1f2e3d")
    ghost = Dealer(context, plane.hub.control, "ghost")
    assert cli.call("nobody", "runs")["code"] == "unreachable"
    wait_until(lambda: cli.ask("ghost", SYNC) and ghost.receive(0.1), 5,
               "the first command")
    while ghost.receive(0.05) or cli.receive(0.05):
        pass
    request = cli.ask("ghost", SYNC)
    sender, asked, _ = ghost.receive()
    assert (sender, asked) == (b"op-1f2e3d", request)
    ghost.send(sender, request, OK)
    assert cli.receive() == [b"ghost", request, OK]
    assert cli.receive(0.1) is None and ghost.receive(0.1) is None


def test_an_engine_that_left_is_unreachable(plane):
    plane.listen().close()

    def unreachable():
        plane.operator.ask("nas", SYNC)
        frames = plane.operator.receive(0.2)
        return frames and code_of(frames) == "unreachable"
    wait_until(unreachable, 5, "unreachable")


def test_a_restarted_engine_takes_its_place(plane):
    # As after a power cut: the hub still holds the connection.
    old = plane.listen(reconnect_ivl=-1)
    new = plane.listen()
    while old.receive(0):
        pass  # what came before the new one was there
    request = plane.operator.ask("nas", SYNC)
    assert new.receive()[1] == request
    assert old.receive(0.2) is None


@pytest.mark.parametrize("frames", [
    [b"NAS", msgpack.packb(SYNC)], [b"", msgpack.packb(SYNC)],
    [b"nas\0", msgpack.packb(SYNC)], [b"n" * 200, msgpack.packb(SYNC)],
    [b"nas", b""], [b"nas", b"\xdd\xff\xff\xff\xff"],
    [b"nas", msgpack.packb([1])], [b"nas", msgpack.packb({"v": 1.5})],
    [b"nas", msgpack.packb({"v": 1, "cmd": "x" * 2000})],
    [b"nas"], [b"nas", msgpack.packb(SYNC), b"more"],
    [b"nas", msgpack.packb(SYNC)] + [b""] * 100,
])
def test_what_is_not_understood_is_answered(plane, frames):
    engine = plane.listen()
    request = secrets.token_hex(16).encode()
    answer = plane.answer(frames[0], request, *frames[1:])
    assert answer[1] == request and code_of(answer) == "bad-request"
    assert answer[0] == (b"nas" if frames[0] == b"nas" else b"")
    assert engine.receive(0.1) is None


def test_what_cannot_be_answered_is_counted(plane):
    engine = plane.listen()
    good = msgpack.packb(SYNC)
    for frames in ([b""], [b"nas"], [b"nas", good],
                   [b"nas", b"a" * 31, good], [b"nas", b"g" * 32, good],
                   [b"", b"nas", b"a" * 32, good]):
        plane.operator.send(*frames)
    engine.send(b"")
    engine.send(b"nobody", b"a" * 32, OK)
    engine.send(b"\0gone", b"a" * 32, OK)
    engine.send(b"\0gone", b"a" * 32, OK[:-1])
    line = plane.process.wait_for("control messages dropped", 5)
    assert "malformed" in line
    plane.check()
    assert plane.operator.receive(0.1) is None
    assert engine.receive(0.1) is None


def test_an_engine_commands_nobody(plane, context):
    tablet = Engine(context, plane.hub.ingest, "tablet")
    tablet.wait_subscribed().send()
    s = plane.subscriber
    s.pump_until(lambda: "tablet" in s.copy, 5, "the second engine")
    nas, tablet = plane.listen(), plane.listen("tablet")
    request = tablet.ask("nas", SYNC)
    engine, answered, reply = tablet.receive()
    assert (engine, answered) == (b"nas", request)
    assert msgpack.unpackb(reply)["code"] == "forbidden"
    tablet.send(b"nas", request, OK)
    assert nas.receive(0.2) is None


def test_a_frame_that_is_too_long_costs_the_connection(plane):
    engine = plane.listen()
    plane.operator.send(b"nas", b"a" * 32, bytes(9000))
    plane.check()

    def serves():  # it connects again by itself
        request = plane.operator.ask("nas", SYNC)
        frames = engine.receive(0.2)
        return frames and frames[1] == request
    wait_until(serves, 5, "a command after the reconnection")


class Flood(threading.Thread):
    """Sends one message again and again, from a thread of its own."""

    def __init__(self, address, frames):
        super().__init__(daemon=True)
        self.address, self.frames = address, frames
        self.is_over = threading.Event()
        self.sent = 0
        self.codes = set()  # of the answers
        self.start()

    def run(self):
        with zmq.Context() as context:
            dealer = Dealer(context, self.address)
            while not self.is_over.is_set():
                if dealer.socket.poll(100, zmq.POLLOUT):
                    # Not a send that waits: the hub may end meanwhile.
                    with contextlib.suppress(zmq.Again):
                        dealer.socket.send_multipart(self.frames,
                                                     zmq.DONTWAIT)
                        self.sent += 1
                while dealer.socket.poll(0):
                    self.codes.add(code_of(dealer.receive(0)))
            dealer.close()

    def stop(self):
        self.is_over.set()
        self.join()


@pytest.mark.parametrize("frames, codes", [
    # To an engine that never reads: its connection fills up.
    ([b"nas", b"a" * 32, msgpack.packb({**SYNC, "pad": "x" * 900})],
     {"unreachable"}),
    ([b"nobody", b"a" * 32, msgpack.packb(SYNC)], {"unreachable"}),
    ([b"x"] * 50, set()),
])
def test_a_flood_stops_neither_beats_nor_others(plane, context, frames,
                                                codes):
    deaf = plane.listen(rcvhwm=1, rcvbuf=4096)  # reads nothing more
    second = Engine(context, plane.hub.ingest, "tablet")
    second.wait_subscribed().send()
    plane.subscriber.pump_until(lambda: "tablet" in plane.subscriber.copy, 5,
                                "the second engine")
    tablet = plane.listen("tablet")
    before = plane.process.rss_bytes()
    floods = [Flood(plane.hub.control, frames) for _ in range(8)]
    try:
        rounds = 0
        while rounds < 4 or sum(flood.sent for flood in floods) <= 5000:
            rounds += 1
            assert rounds < 60, [flood.sent for flood in floods]
            plane.check()
            request = plane.operator.ask("tablet", SYNC)
            sender, asked, _ = tablet.receive()
            assert asked == request
            tablet.send(sender, request, OK)
            assert plane.operator.receive()[1] == request
    finally:
        for flood in floods:
            flood.stop()
    assert set().union(*(flood.codes for flood in floods)) == codes
    # A hub that waits for a peer waits until heartbeats give it up: 3 s.
    slept = re.findall(r"the hub slept for (\d+) ms", plane.process.log)
    assert all(int(ms) < 2900 for ms in slept), slept
    assert plane.process.rss_bytes() - before < 32 << 20
    deaf.close()


def test_one_operator_may_not_ask_without_end(plane):
    def is_too_fast():
        for _ in range(1000):
            plane.operator.ask("nobody", SYNC)
        while plane.operator.receive(0):
            pass
        return " rate " in plane.process.log
    wait_until(is_too_fast, 5, "an end of its patience")
    wait_until(lambda: plane.operator.ask("nobody", SYNC)
               and plane.operator.receive(0.1), 5, "an answer")


def test_a_command_from_before_a_long_sleep_is_not_carried_out(plane):
    engine = plane.listen()
    plane.process.pause()
    try:
        request = plane.operator.ask("nas", SYNC)
        time.sleep(5)  # longer than an operator waits: that is the point
    finally:
        plane.process.resume()
    plane.process.wait_for("the hub slept", 5)

    def serves():
        plane.operator.ask("nas", SYNC)
        frames = engine.receive(0.2)
        assert frames is None or frames[1] != request
        return frames
    wait_until(serves, 10, "a command after the sleep")
