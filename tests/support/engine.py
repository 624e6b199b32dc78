"""A small workspace, a store, and syncbus-engine between them."""

import base64
import json
import os
import subprocess
import time

import msgpack
import zmq

from syncbus_test import SLOWER, TSAN_SUPPRESSIONS, program

KEY = bytes(range(32))
BOX = "20240101120000-testbox"


class Device:
    """One device: workspace, state folder and key below `folder`."""

    def __init__(self, folder, store=None, name="device"):
        self.name = name
        self.workspace = folder / "workspace"
        self.state = folder / "state"
        self.store = store or folder / "store"
        self.store.mkdir(exist_ok=True)
        (self.workspace / "data").mkdir(parents=True)
        self.hub = f"ipc://{folder}/bus"  # nobody there, unless a test is
        self.key_file = folder / "key"
        self.set_key(KEY)

    def set_key(self, key):
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(base64.b64encode(key).decode() + "\n")

    def write(self, name, text, seconds=None):
        path = self.workspace / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if seconds:
            os.utime(path, (seconds, seconds))
        return path

    def fill(self, files, size=100):
        for i in range(files):
            self.write(f"{BOX}/{i:05}.sy", f"{i:05}" * (size // 5),
                       1700000000 + i)

    def command(self, *more, **replaced):
        """The engine's command line; an option given as None is left out."""
        options = {"id": self.name, "workspace": self.workspace,
                   "state": self.state, "local_path": self.store,
                   "repo_key_file": self.key_file, "direction": "upload",
                   "hub": self.hub, **replaced}
        words = [program("syncbus-engine")]
        for option, value in options.items():
            if value is not None:
                words += ["--" + option.replace("_", "-"), str(value)]
        return words + list(more)

    def once(self, *more, prefix=(), **replaced):
        """One run, to its end: the completed process.  A run waits for the
        disk (syncfs), and so for whatever everybody else wrote to it: only
        one that hangs takes so long."""
        return subprocess.run(
            [*prefix, *self.command("--once", *more, **replaced)],
            capture_output=True, text=True, timeout=180, check=False,
            stdin=subprocess.DEVNULL,
            env={"TSAN_OPTIONS": f"suppressions={TSAN_SUPPRESSIONS}",
                 **{k: v for k, v in os.environ.items()
                    if not k.startswith("SYNCBUS_")}})

    def start(self, processes, *more, **replaced):
        return processes.start(*self.command(*more, **replaced))

    @property
    def cloud(self):
        return self.store / "main"

    def runs(self):
        lines = (self.state / "runs.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def latest(self):
        path = self.cloud / "refs" / "latest"
        return path.read_text() if path.exists() else None

    def left_overs(self):
        """Half-written files and locks in the store."""
        return [str(path) for path in self.cloud.rglob("*")
                if path.name.endswith(".tmp") or path.name == "lock-sync"]


def wait_for_file(path, process, seconds=20):
    """Spin, so that the process can be caught in the act."""
    deadline = time.monotonic() + seconds * SLOWER
    while not path.exists():
        assert process.is_running(), process.log
        assert time.monotonic() < deadline, f"{path} did not appear"


class Ingest:
    """The hub's end of the bus, and nothing else: what engines say, raw."""

    def __init__(self, context, address):
        self.address = address
        self.socket = context.socket(zmq.SUB)
        self.socket.linger = 0
        self.socket.rcvhwm = 100000
        self.socket.subscribe(b"sb1/s/")
        self.socket.bind(address)
        self.states = []

    def read(self, seconds):
        """The next state, or None when there was none in time."""
        if not self.socket.poll(int(seconds * 1000)):
            return None
        topic, body = self.socket.recv_multipart()
        state = msgpack.unpackb(body)
        state["topic"] = topic
        state["read_at"] = time.monotonic()
        self.states.append(state)
        return state

    def read_until(self, condition, seconds, what):
        deadline = time.monotonic() + seconds * SLOWER
        while True:
            left = deadline - time.monotonic()
            state = self.read(max(left, 0))
            assert state is not None, (
                f"no {what}; the last: {self.states[-1:]}")
            if condition(state):
                return state

    def watch_until(self, condition, seconds, what):
        """The same, and see more: an engine tells of a run ten times a
        second, in which a quick one may be over, and whoever subscribes at
        once."""
        deadline = time.monotonic() + seconds * SLOWER
        while not (self.states and condition(self.states[-1])):
            assert time.monotonic() < deadline, (
                f"no {what}; the last: {self.states[-1:]}")
            self.socket.subscribe(b"sb1/s/d")
            self.read(0.005)
            self.socket.unsubscribe(b"sb1/s/d")
        return self.states[-1]

    def close(self):
        self.socket.close()
