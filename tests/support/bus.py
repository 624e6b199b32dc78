"""SB1 spoken by something that shares no code with the programs: engines that
publish, subscribers that keep a copy by the rules of the protocol, a hub to
run them against.

As a program, it is a fleet of engines, or a subscriber that only reads, in a
process of its own:

    bus.py fleet --ingest ADDRESS --engines 1000 --rate 1
    bus.py reader --feed ADDRESS
"""

import argparse
import random
import secrets
import signal
import sys
import time

import msgpack
import zmq

from syncbus_test import SLOWER, free_port, program, wait_until

NEVER = float("-inf")
LONGEST_MS = 10000  # the longest lease: a state is there to be looked at
USUAL_MS = 3500     # what real engines ask for


def boot_ms():
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1000)


def state_topic(engine):
    return f"sb1/s/{engine}/".encode()


def id_of(topic):
    return topic.decode().split("/")[2]


def _socket(context, kind, **options):
    socket = context.socket(kind)
    socket.linger = 0
    socket.setsockopt(zmq.RECONNECT_IVL, 100)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
    socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3000)
    for name, value in options.items():
        socket.setsockopt(getattr(zmq, name.upper()), value)
    return socket


class Hub:
    """The addresses of a hub, and how to start it."""

    def __init__(self, base=None):
        if base:  # a folder
            self.ingest = f"ipc://{base}/ingest"
            self.feed = f"ipc://{base}/feed"
            self.control = f"ipc://{base}/control"
        else:
            self.ingest = f"tcp://127.0.0.1:{free_port()}"
            self.feed = f"tcp://127.0.0.1:{free_port()}"
            self.control = f"tcp://127.0.0.1:{free_port()}"

    def start(self, processes, *more):
        # A sanitizer that keeps what was freed would look like a leak.
        process = processes.start(
            program("syncbus-aggregator"), "--listen-ingest", self.ingest,
            "--listen-feed", self.feed, "--listen-control", self.control, *more,
            env={"XDG_RUNTIME_DIR": "/tmp",
                 "ASAN_OPTIONS": "quarantine_size_mb=1"})
        return process.wait_ready()


class Session:
    """What one start of an engine puts into every message."""

    def __init__(self, epoch_us=None, instance=None):
        self.epoch_us = epoch_us or time.time_ns() // 1000
        self.instance = secrets.randbits(32) if instance is None else instance
        self.seq = 0
        self.started_ms = boot_ms()

    def message(self, fields):
        """The next state as bytes."""
        self.seq += 1
        state = {"v": 1, "e": self.epoch_us, "i": self.instance, "q": self.seq,
                 "ts": time.time_ns() // 1_000_000,
                 "up": boot_ms() - self.started_ms, "ttl": LONGEST_MS,
                 "st": "idle"}
        state.update(fields)
        if state["st"] == "syncing":
            state.setdefault("ru", 0)
            state.setdefault("pr", 0)
        return msgpack.packb(state)


class Engine:
    """One engine: XPUB, or any socket, on the ingest."""

    def __init__(self, context, ingest, engine, session=None, **options):
        self.id = engine
        self.session = session or Session()
        options.setdefault("sndhwm", 16)
        self.socket = _socket(context, zmq.XPUB, xpub_verbose=1, immediate=1,
                              **options)
        self.socket.connect(ingest)
        self.fields = {}

    def wait_subscribed(self, seconds=5):
        """Wait until the hub listens: what is sent before is lost."""
        assert self.socket.poll(seconds * SLOWER * 1000), (
            "the hub did not subscribe")
        self.socket.recv()
        return self

    def send(self, **fields):
        """Publish a state; fields stay for the next one."""
        self.fields.update(fields)
        self.socket.send_multipart(
            [state_topic(self.id), self.session.message(self.fields)])

    def send_raw(self, *frames):
        self.socket.send_multipart(list(frames))

    def close(self):
        self.socket.close(0)


class Dealer:
    """A peer of the control socket: an engine when it gives its id as routing
    id, otherwise an operator."""

    def __init__(self, context, control, engine=None, **options):
        if engine:
            options["routing_id"] = engine.encode()
        self.socket = _socket(context, zmq.DEALER, immediate=1, **options)
        self.socket.connect(control)

    def send(self, *frames):
        self.socket.send_multipart(list(frames))

    def ask(self, engine, command):
        """Send a command; returns its request id."""
        request = secrets.token_hex(16).encode()
        self.send(engine.encode(), request, msgpack.packb(command))
        return request

    def receive(self, seconds=5 * SLOWER):
        """The frames of the next message; None when there is none in time."""
        if not self.socket.poll(seconds * 1000):
            return None
        return self.socket.recv_multipart()

    def receive_until(self, request):
        """Drop what comes up to that request, or the answer to it."""
        while True:
            frames = self.receive()
            assert frames, "it did not come"
            if frames[1] == request:
                return frames

    def wait_reached(self, operator):
        """Until commands of this operator come here, an engine that the hub
        knows; nothing of what was asked to find out is left, on either
        side."""
        engine = self.socket.routing_id.decode()

        def reached():
            operator.ask(engine, {"v": 1, "cmd": "runs"})
            return self.receive(0.05)
        wait_until(reached, 5, f"a command at {engine}")
        # What comes last comes behind all the rest.
        self.receive_until(operator.ask(engine, {"v": 1, "cmd": "runs"}))
        operator.receive_until(operator.ask("nobody.at.all",
                                            {"v": 1, "cmd": "runs"}))

    def close(self):
        self.socket.close(0)


class Operator(Dealer):
    """Commands engines, and waits for what they reply."""

    def call(self, engine, cmd, request=None, seconds=5 * SLOWER,
             **arguments):
        """The reply to one command; its request id is remembered."""
        self.request = request or secrets.token_hex(16).encode()
        self.send(engine.encode(), self.request,
                  msgpack.packb({"v": 1, "cmd": cmd, **arguments}))
        return self.reply(self.request, seconds)

    def reply(self, request, seconds=5 * SLOWER):
        """The reply to that request; others are dropped."""
        deadline = time.monotonic() + seconds
        while True:
            frames = self.receive(max(0, deadline - time.monotonic()))
            assert frames, f"no reply within {seconds} s"
            if frames[1] == request:
                self.raw = frames[2]
                return msgpack.unpackb(frames[2])

    def call_when_there(self, engine, cmd, seconds=10, **arguments):
        """The same, once the hub has the engine."""
        deadline = time.monotonic() + seconds * SLOWER
        while True:
            reply = self.call(engine, cmd, **arguments)
            if reply["code"] != "unreachable":
                return reply
            assert time.monotonic() < deadline, f"{engine} is unreachable"
            time.sleep(0.02)


class Row:
    """One engine in a subscriber's copy."""

    def __init__(self, state, verdict, heard_at):
        self.state = state
        self.verdict = verdict
        self.heard_at = heard_at  # monotonic seconds

    @property
    def live(self):
        return self.verdict["live"]


class Subscriber:
    """Keeps a copy by the rules for subscribers: subscribe, z last; replace on
    the snapshot; apply when r grew."""

    def __init__(self, context, feed, filter_=b"", ask_first=False,
                 is_live=False, **options):
        """ask_first subscribes z before the states, on a connection that is
        already up when is_live: the order that must lose."""
        options.setdefault("rcvhwm", 1000)
        self.socket = _socket(context, zmq.SUB, **options)
        self.filter = filter_
        self.copy = {}
        self.hub_epoch = None
        self.beat = None
        self.beat_at = NEVER
        self.has_snapshot = False
        self.gaps = 0
        self.applied = 0
        self.snapshots = 0
        self.history = []  # (monotonic, engine, state, verdict) as applied
        self.keep_history = False
        self._parts = {}
        self.nonce = None
        states = filter_ if filter_ else b"sb1/s/"
        if is_live:
            self.socket.setsockopt(zmq.SUBSCRIBE, b"sb1/h/")
            self.socket.connect(feed)
            assert self.socket.poll(5000 * SLOWER), "no beat"
        if ask_first:
            self.ask()
            self.late = states
            return
        if not is_live:
            self.socket.setsockopt(zmq.SUBSCRIBE, b"sb1/h/")
        self.socket.setsockopt(zmq.SUBSCRIBE, states)
        self.ask()
        if not is_live:
            self.asked_at = time.monotonic()
            self.socket.connect(feed)

    def ask(self):
        """Ask for a snapshot, under a new nonce."""
        if self.nonce:
            self.socket.setsockopt(zmq.UNSUBSCRIBE, self._topic())
        self.nonce = secrets.token_hex(8)
        self._parts = {}
        self.asked_at = time.monotonic()
        self.socket.setsockopt(zmq.SUBSCRIBE, self._topic())

    def _topic(self):
        return b"sb1/z/" + self.nonce.encode() + b"/" + self.filter

    def _put(self, frames, now):
        topic, state, verdict = frames[:3]
        row = Row(msgpack.unpackb(state), msgpack.unpackb(verdict), now)
        engine = id_of(topic)
        self.copy[engine] = row
        self.applied += 1
        if self.keep_history:
            self.history.append((now, engine, row.state, row.verdict))

    def _on_snapshot(self, frames, now):
        head = msgpack.unpackb(frames[1])
        if frames[0] != self._topic():
            return
        self._parts[head["part"]] = frames[2:]
        if len(self._parts) < head["parts"]:
            return
        rows = [row for part in self._parts.values() for row in part]
        known = self.copy
        self.copy = {}
        for i in range(0, len(rows), 3):
            self._put(rows[i:i + 3], now)
        for engine, row in known.items():
            if engine not in self.copy:
                row.verdict["live"] = "off"
                self.copy[engine] = row
        self.hub_epoch = head["e"]
        self.has_snapshot = True
        self.snapshots += 1
        self.snapshot_ms = (now - self.asked_at) * 1000

    def _on_state(self, frames, now):
        if not self.has_snapshot:
            return
        verdict = msgpack.unpackb(frames[2])
        if verdict["he"] != self.hub_epoch:
            return
        known = self.copy.get(id_of(frames[0]))
        before = known.verdict["r"] if known else 0
        if verdict["r"] <= before:
            return
        if verdict["r"] > before + 1:
            self.gaps += 1
            self.gap = (id_of(frames[0]), before, verdict["r"])
        self._put(frames, now)

    def take(self, frames):
        now = time.monotonic()
        if frames[0].startswith(b"sb1/h/"):
            self.beat, self.beat_at = msgpack.unpackb(frames[1]), now
        elif frames[0].startswith(b"sb1/z/"):
            self._on_snapshot(frames, now)
        else:
            self._on_state(frames, now)

    def pump(self, seconds=0.0):
        """Read everything there is, for so many seconds at most."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if not self.socket.poll(max(0, int(left * 1000))):
                return self
            try:
                for _ in range(1000):
                    self.take(self.socket.recv_multipart(zmq.NOBLOCK))
            except zmq.Again:
                pass
            if left <= 0:
                return self

    def pump_until(self, condition, seconds, what):
        """Read until condition() holds."""
        deadline = time.monotonic() + seconds * SLOWER
        while not condition():
            left = deadline - time.monotonic()
            assert left > 0, f"it did not come: {what}"
            if self.socket.poll(min(20, max(1, int(left * 1000)))):
                self.take(self.socket.recv_multipart())
        return self

    def close(self):
        self.socket.close(0)


class RawPeer:
    """A ZMTP 3.0 peer over a plain socket: it can send what libzmq would
    not."""

    GREETING = (b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0")
                + b"\0" + bytes(31))

    def __init__(self, sock, kind):
        self.sock = sock
        name, value = b"Socket-Type", kind
        ready = (b"\x05READY" + bytes([len(name)]) + name
                 + len(value).to_bytes(4, "big") + value)
        sock.sendall(self.GREETING)
        self._read(64)
        sock.sendall(b"\x04" + bytes([len(ready)]) + ready)
        self._read(self._read(2)[1])

    def _read(self, size):
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise ConnectionResetError("the hub hung up")
            data += piece
        return data

    def frame(self, body, more=False):
        flags = 1 if more else 0
        if len(body) > 255:
            head = bytes([flags | 2]) + len(body).to_bytes(8, "big")
        else:
            head = bytes([flags, len(body)])
        self.sock.sendall(head + body)

    def message(self, *frames):
        for i, body in enumerate(frames):
            self.frame(body, i + 1 < len(frames))


# ---- a fleet in a process of its own ----------------------------------------

def fleet_main(args):
    """Publish at a steady rate, spread over each second, until SIGTERM.
    After SIGUSR1 they go on, but say the same every time."""
    context = zmq.Context()
    size = -(-args.engines // args.sockets)
    sockets = [_socket(context, zmq.XPUB, xpub_verbose=1, immediate=1,
                       sndhwm=0)
               for _ in range(args.sockets)]
    for socket in sockets:
        socket.connect(args.ingest)
    engines = [(sockets[i // size], state_topic(f"{args.prefix}{i:05d}"),
                Session()) for i in range(args.engines)]
    random.shuffle(engines)
    stopping, frozen = [], []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    signal.signal(signal.SIGUSR1, lambda *_: frozen.append(1))
    poller = zmq.Poller()
    for socket in sockets:
        poller.register(socket, zmq.POLLIN)
        socket.poll(args.wait * 1000)

    def publish(socket, topic, session):
        if not frozen:
            session.done = session.seq
        fields = {"st": "syncing" if args.syncing else "idle", "run": 7,
                  "ttl": USUAL_MS,
                  "ph": "send-chunks", "n": [session.done, 100000],
                  "b": [session.done * 4096, 1 << 40], "en": True,
                  "prov": "webdav", "cloud": "main",
                  "it": "/data/20260101-notebook/a-page-of-some-length.sy",
                  "inf": {"host": "host", "os": "linux", "ver": "0.1.0",
                          "name": "syncbus"}}
        socket.send_multipart([topic, session.message(fields)])

    for engine in engines:
        publish(*engine)
    print("ready: fleet", flush=True)
    began, sent = time.monotonic(), 0
    while not stopping:
        due = int((time.monotonic() - began) * args.engines * args.rate)
        while sent < due:
            publish(*engines[sent % len(engines)])
            sent += 1
        for socket, _ in poller.poll(5):  # also the pace of what is due
            while socket.poll(0):
                socket.recv()
            for engine in engines:
                if engine[0] is socket:
                    publish(*engine)
    context.destroy(0)


def start_fleet(processes, ingest, engines, rate=1.0, **more):
    """A fleet as a process; returns it once all have spoken."""
    command = ["/usr/bin/python3", __file__, "fleet", "--ingest", ingest,
               "--engines", engines, "--rate", rate]
    for name, value in more.items():
        command += [f"--{name}"] if value is True else [f"--{name}", value]
    return processes.start(*command).wait_ready(30)


def reader_main(args):
    """Subscribe to everything, read until SIGTERM."""
    context = zmq.Context()
    subscriber = Subscriber(context, args.feed, rcvhwm=1000)
    subscriber.pump_until(lambda: subscriber.has_snapshot, args.wait, "copy")
    print("ready: reader", flush=True)
    while True:
        subscriber.pump(1)


def start_reader(processes, feed):
    return processes.start("/usr/bin/python3", __file__, "reader", "--feed",
                           feed).wait_ready(30)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fleet", "reader"])
    parser.add_argument("--ingest")
    parser.add_argument("--feed")
    parser.add_argument("--engines", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1.0, help="per engine")
    parser.add_argument("--sockets", type=int, default=8)
    parser.add_argument("--prefix", default="eng")
    parser.add_argument("--wait", type=int, default=10)
    parser.add_argument("--syncing", action="store_true")
    args = parser.parse_args()
    if args.what == "fleet":
        fleet_main(args)
    else:
        reader_main(args)


if __name__ == "__main__":
    sys.exit(main())
