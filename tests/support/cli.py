"""The command line under test, and a bus with engines for it."""

import os
import subprocess
import threading
import time

import msgpack

from bus import Dealer, Engine, Hub, Session, Subscriber
from syncbus_test import TSAN_SUPPRESSIONS, program
from terminal import Session as TerminalSession

LAST = {"run": 17, "ok": True, "code": "", "why": "", "ts": 1795495875100,
        "ms": 2210, "dir": "both", "tx": [3, 1, 9600], "rx": [1, 0, 16000],
        "chg": [1, 0, 0]}
FAILED = {**LAST, "ok": False, "code": "auth", "why": "401 Unauthorized",
          "run": 18}


def now_ms():
    return time.time_ns() // 1_000_000


def environment(env=None):
    inherited = {key: value for key, value in os.environ.items()
                 if not key.startswith("SYNCBUS_") and key != "NO_COLOR"}
    return {**inherited, "XDG_RUNTIME_DIR": "/tmp/nowhere",
            "TSAN_OPTIONS": f"suppressions={TSAN_SUPPRESSIONS}",
            **(env or {})}


def run(*words, env=None, seconds=120):
    """Run syncbus to its end: the completed process."""
    done = subprocess.run(
        [program("syncbus"), *map(str, words)], capture_output=True, text=True,
        timeout=seconds, check=False, stdin=subprocess.DEVNULL,
        env=environment(env))
    assert "Sanitizer" not in done.stderr, done.stderr
    assert "runtime error" not in done.stderr, done.stderr
    return done


class LiveEngine(Engine):
    """An engine that says the same again and again, as real ones do, until it
    is closed."""

    PERIOD_S = 0.3

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._lock = threading.Lock()  # the socket is one thread's at a time
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def _go_on(self):
        while not self._closing.wait(self.PERIOD_S):
            self.send()

    def start(self, **fields):
        self.wait_subscribed().send(**fields)
        self._thread.start()
        return self

    def wait_subscribed(self, seconds=5):
        with self._lock:
            return super().wait_subscribed(seconds)

    def send(self, **fields):
        with self._lock:
            super().send(**fields)

    def close(self):
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        super().close()


class Bus:
    """A hub, engines that say what they are told to, and the command line."""

    def __init__(self, processes, context):
        self.processes, self.context = processes, context
        self.hub = Hub()
        self.process = self.hub.start(processes)
        self.engines = {}
        self.dealers = []
        self.terminals = []

    def engine(self, name, **fields):
        """An engine that has said so; fields stay."""
        engine = LiveEngine(self.context, self.hub.ingest, name)
        engine.start(**{"en": True, "prov": "webdav", "cloud": "main",
                        **fields})
        self.engines[name] = engine
        return engine

    def listen(self, name):
        """The engine's control socket, once the hub knows it."""
        dealer = Dealer(self.context, self.hub.control, name)
        self.dealers.append(dealer)
        operator = Dealer(self.context, self.hub.control)
        dealer.wait_reached(operator)
        operator.close()
        return dealer

    def wait_known(self, *names):
        """Until the hub tells of these engines."""
        subscriber = Subscriber(self.context, self.hub.feed)
        subscriber.pump_until(lambda: set(names) <= set(subscriber.copy), 5,
                              f"{names} at the hub")
        subscriber.close()

    def wait_refused(self, reason):
        """Until the hub's beat tells of a message refused for it."""
        subscriber = Subscriber(self.context, self.hub.feed)
        subscriber.pump_until(
            lambda: subscriber.beat and subscriber.beat["drop"].get(reason),
            5, f"a refusal for {reason}")
        subscriber.close()

    @property
    def options(self):
        return ["--hub-feed", self.hub.feed, "--hub-control", self.hub.control]

    def run(self, *words, **more):
        return run(*words, *self.options, **more)

    def terminal(self, *words, env=None, **more):
        """The command line on a pseudo terminal."""
        session = TerminalSession(
            program("syncbus"), *words, *self.options,
            env=environment({"TERM": "xterm", **(env or {})}), **more)
        self.terminals.append(session)
        return session

    def close(self):
        for session in self.terminals:
            session.close()
        for peer in [*self.engines.values(), *self.dealers]:
            peer.close()


class Answers:
    """An engine's end of control that answers what it is told to."""

    def __init__(self, bus, name):
        self.dealer = bus.listen(name)
        self.commands = []

    def answer(self, reply):
        """Take the next command and reply; returns the command."""
        frames = self.dealer.receive()
        assert frames, "no command came"
        command = msgpack.unpackb(frames[2])
        self.commands.append(command)
        self.dealer.send(frames[0], frames[1], msgpack.packb(reply))
        return command


__all__ = ["Answers", "Bus", "FAILED", "LAST", "Session", "now_ms", "run"]
