"""/metrics of a fleet: how long one scrape takes, against Prometheus's own
client library for Python writing the same samples.

The peer writes a text and nothing else; ours is the whole request, from a new
connection to the last byte."""

import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

import zmq
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families)

from bus import Engine, Hub, Session, state_topic
from measure import interleave
from syncbus_test import Processes, free_port, program, wait_until

ENGINES = 1000
SCALES = {"full": 50, "quick": 20, "smoke": 1}  # rounds
NOW_MS = int(time.time() * 1000)
STATE = {"st": "syncing", "run": 18, "ph": "send-chunks", "n": [12, 40],
         "b": [7340032, 25165824], "pm": 574, "en": True, "prov": "webdav",
         "cloud": "main", "fl": 2, "nx": NOW_MS + 60000, "sync": NOW_MS,
         "last": {"run": 17, "ok": False, "code": "locked", "why": "423",
                  "ts": NOW_MS, "ms": 2210, "dir": "both", "tx": [3, 1, 9600],
                  "rx": [1, 0, 16000], "chg": [0, 0, 2]},
         "cnt": {"ok": 5, "err": 2, "cf": 3, "tx": 9600, "rx": 16000},
         "inf": {"host": "nas", "os": "linux", "ver": "0.1.0", "name": "x"},
         "ttl": 10000}


def fetch(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/metrics",
        headers={"Accept": "application/openmetrics-text"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def start_fleet(processes, context, folder):
    """A gateway that knows the engines; returns its port.  One socket speaks
    for all of them: their number matters here, not their sockets."""
    hub = Hub(folder)
    hub.start(processes)
    port = free_port()
    processes.start(program("syncbus-gateway"), "--hub-feed", hub.feed,
                    "--listen", f"127.0.0.1:{port}", "--threads", 8,
                    env={"XDG_RUNTIME_DIR": "/tmp"}).wait_ready()
    fleet = Engine(context, hub.ingest, "bench", sndhwm=2 * ENGINES)
    fleet.wait_subscribed()
    for i in range(ENGINES):
        engine = f"bench.engine-{i:04}"
        fleet.send_raw(state_topic(engine), Session(1, 1).message(STATE))
    wait_until(lambda: fetch(port).count("\nsyncbus_engine_info{") == ENGINES,
               10, "all engines in /metrics")
    return port


class Samples:
    """What prometheus_client takes for a registry."""

    def __init__(self, text):
        self._families = list(text_string_to_metric_families(text))

    def collect(self):
        return self._families


def milliseconds(action):
    began = time.monotonic()
    action()
    return (time.monotonic() - began) * 1000


def run(table, _folder, scale):
    processes, context = Processes(), zmq.Context()
    # An ipc path holds at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="sb-", dir="/tmp") as short:
        try:
            port = start_fleet(processes, context, Path(short))
            text = fetch(port)
            samples = Samples(text)
            lines = text.count("\nsyncbus_")
            assert generate_latest(samples).decode().count("\nsyncbus_") == \
                lines
            took = interleave(SCALES[scale], {
                "ours": lambda turn: milliseconds(lambda: fetch(port)),
                "peer": lambda turn: milliseconds(
                    lambda: generate_latest(samples))})
        finally:
            processes.close()
            context.destroy(0)
    table.add(f"/metrics, {ENGINES} engines, {lines} samples",
              statistics.median(took["ours"]), "prometheus_client, text only",
              statistics.median(took["peer"]), "ms", target=("<=", 20),
              samples=took)
