"""The bus: how long until a state can be read over HTTP, what the aggregator
costs with a thousand engines, how long a new subscriber waits."""

import http.client
import json
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import zmq

from bus import Engine, Hub
from measure import interleave, percentile
from section_gateway import PATH, TOKEN, start_gateway
from syncbus_test import BUILD, Processes

# engines, seconds of a window, joins a round, rounds, stamped states
SCALES = {"full": (1000, 10, 20, 5, 300), "quick": (1000, 5, 10, 3, 100),
          "smoke": (50, 1, 3, 1, 10)}
PROXY = Path(__file__).with_name("bare_proxy.py")
LOAD = BUILD / "bin/bus_load"


class Bare:
    """zmq_proxy in the hub's place."""

    def __init__(self, base):
        self.ingest, self.feed = f"ipc://{base}/in", f"ipc://{base}/out"

    def start(self, processes):
        return processes.start("/usr/bin/python3", PROXY, self.ingest,
                               self.feed).wait_ready()


# ---- a state until it can be read -------------------------------------------

class Stamps:
    """Publishes a number and looks until it is visible."""

    def __init__(self, processes, context, folder):
        self._hub = Hub(folder)
        self._hub.start(processes)
        self._engine = Engine(context, self._hub.ingest, "bench.engine")
        port = start_gateway(processes, self._hub, self._engine)
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        self._run = 1

    def _current(self):
        self._http.request("POST", PATH, b"{}",
                           {"Authorization": f"Token {TOKEN}"})
        answer = json.loads(self._http.getresponse().read())
        return answer["data"]["progress"]["current"]

    def measure(self, turn):
        began = time.monotonic()
        self._engine.send(n=[turn + 1000, 1000000])
        while self._current() != turn + 1000:
            assert time.monotonic() < began + 5, "a state never came"
        elapsed = time.monotonic() - began
        # Engines publish at most 10 states a second.
        time.sleep(0.1 + random.random() / 4)
        return elapsed * 1000


class BareStamps:
    """The same number through zmq_proxy to a subscriber."""

    def __init__(self, processes, context, folder):
        bare = Bare(folder)
        bare.start(processes)
        self._reader = context.socket(zmq.SUB)
        self._reader.setsockopt(zmq.SUBSCRIBE, b"sb1/s/")
        self._reader.connect(bare.feed)
        self._engine = Engine(context, bare.ingest,
                              "bench.engine").wait_subscribed()

    def measure(self, turn):
        began = time.monotonic()
        self._engine.send(n=[turn, 1000000])
        assert self._reader.poll(5000), "a state never came"
        self._reader.recv_multipart()
        return (time.monotonic() - began) * 1000


def _latency(table, folder, count):
    processes, context = Processes(), zmq.Context()
    try:
        (folder / "bare").mkdir()
        took = interleave(count, {
            "ours": Stamps(processes, context, folder).measure,
            "bare": BareStamps(processes, context, folder / "bare").measure})
    finally:
        processes.close()
        context.destroy(0)
    for name, share, limit in (("p50", 0.5, 5), ("p99", 0.99, 120)):
        table.add(f"engine state -> getSyncInfo, {name}",
                  percentile(took["ours"], share), "zmq_proxy -> subscriber",
                  percentile(took["bare"], share), "ms",
                  target=("<=", limit), samples=took)


# ---- a thousand engines -----------------------------------------------------

class Window:
    """One stretch of load on a hub (or its floor)."""

    def __init__(self, hub, via, engines, seconds, joins):
        self._hub, self._via = hub, via
        self._engines, self._seconds = engines, seconds
        self._joins = joins

    def measure(self, _turn):
        processes = Processes()
        try:
            hub = self._hub.start(processes)
            processes.start(LOAD, "--role", "reader", "--feed",
                            self._hub.feed).wait_ready()
            processes.start(LOAD, "--role", "engines", "--ingest",
                            self._hub.ingest, "--engines",
                            self._engines).wait_ready(30)
            before, began = hub.cpu_seconds(), time.monotonic()
            time.sleep(self._seconds)  # the load runs: this is the window
            share = (hub.cpu_seconds() - before) / (time.monotonic() - began)
            return {"cpu": share * 100, "rss": hub.rss_bytes() / 2**20,
                    "join": self._join()}
        finally:
            processes.close()

    def _join(self):
        done = subprocess.run(
            [LOAD, "--role", "join", "--via", self._via, "--feed",
             self._hub.feed, "--engines", str(self._engines), "--times",
             str(self._joins)],
            capture_output=True, text=True, check=True)
        return [float(line) for line in done.stdout.split()]


def _load(table, folder, engines, seconds, joins, rounds):
    (folder / "floor").mkdir()
    windows = interleave(rounds, {
        "ours": Window(Hub(folder), "snapshot", engines, seconds,
                       joins).measure,
        "bare": Window(Bare(folder / "floor"), "states", engines, seconds,
                       joins).measure})
    middle = {name: {key: statistics.median(w[key] for w in all_of)
                     for key in ("cpu", "rss")}
              for name, all_of in windows.items()}
    joins = {name: [ms for w in all_of for ms in w["join"]]
             for name, all_of in windows.items()}
    what = f"{engines} engines, 1 state/s each"
    table.add(f"aggregator, {what}: CPU", middle["ours"]["cpu"], "zmq_proxy",
              middle["bare"]["cpu"], "% of a core", target=("<=", 5))
    table.add(f"aggregator, {what}: memory", middle["ours"]["rss"],
              None, None, "MiB", target=("<=", 64))
    # Without a snapshot a subscriber waits for the slowest beat, by
    # construction: a value to know, no ratio to be proud of.
    for name, pick in (("p50", lambda ms: percentile(ms, 0.5)),
                       ("worst", max)):
        table.add(f"new subscriber has {engines} engines, {name}",
                  pick(joins["ours"]), "no snapshot: a beat",
                  pick(joins["bare"]), "ms", has_ratio=False,
                  target=("<=", 100), samples=joins)


def run(table, _folder, scale):
    engines, seconds, joins, rounds, stamps = SCALES[scale]
    # An ipc path holds at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="sb-", dir="/tmp") as short:
        for name in ("latency", "load"):
            (Path(short) / name).mkdir()
        _latency(table, Path(short) / "latency", stamps)
        _load(table, Path(short) / "load", engines, seconds, joins, rounds)
