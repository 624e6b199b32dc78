"""A thousand readers of events at once: how long until a change is there, what
they cost, and what they take away from others.

The peer is civetweb as it is meant to be used, a thread for each reader, which
does nothing but wait and write."""

import json
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import zmq

from bus import Engine, Hub
from measure import interleave
from section_gateway import LUA, PATH, TOKEN, _wrk, raw_response
from syncbus_test import BUILD, Processes, free_port, program, wait_until

# readers, engines that change, changes/s of all, seconds, rounds
SCALES = {"full": (1000, 20, 20, 10, 3), "quick": (1000, 20, 20, 5, 2),
          "smoke": (20, 4, 20, 1, 1)}
STREAM_LOAD = BUILD / "bin/stream_load"
EVENT_BYTES = 1200  # about what an engine in a run fills


def stamp():
    return "@%d" % (time.monotonic_ns() // 1000)


def start_gateway(processes, hub, readers):
    port = free_port()
    gateway = processes.start(
        program("syncbus-gateway"), "--hub-feed", hub.feed, "--listen",
        f"127.0.0.1:{port}", "--max-streams", readers,
        env={"SYNCBUS_API_TOKEN": TOKEN, "XDG_RUNTIME_DIR": "/tmp"})
    gateway.wait_ready()
    return gateway, port


class Changes:
    """Publishes changes at a steady rate from a thread of its own."""

    def __init__(self, publish, rate):
        self._publish, self._pause = publish, 1 / rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def _run(self):
        due = time.monotonic()
        while not self._stop.wait(max(0, due - time.monotonic())):
            self._publish()
            due += self._pause

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


class Ours:
    def __init__(self, processes, context, folder, scale):
        readers, engines, _, _, _ = scale
        self.hub = Hub(folder)
        self.hub.start(processes)
        self.gateway, self.port = start_gateway(processes, self.hub, readers)
        self._engines = [Engine(context, self.hub.ingest, f"bench-{i}")
                         for i in range(engines)]
        self._n = 0
        for engine in self._engines:
            engine.wait_subscribed()
            engine.send(st="syncing", run=1, ph="send-chunks", ttl=10000,
                        en=True, prov="webdav", cloud="main")
        self.path = "/v1/events"

    def publish(self):
        self._n += 1
        self._engines[self._n % len(self._engines)].send(
            it=stamp() + "/", n=[self._n, 1 << 20])


class Bare:
    def __init__(self, processes, folder, scale):
        readers = scale[0]
        fifo = folder / "lines"
        os.mkfifo(fifo)
        self.port = free_port()
        processes.start(BUILD / "bin/bare_events", f"127.0.0.1:{self.port}",
                        readers + 8, fifo).wait_ready()
        self._lines = fifo.open("w")
        self.path = "/"

    def publish(self):
        self._lines.write((stamp() + "/").ljust(EVENT_BYTES) + "\n")
        self._lines.flush()


def listen(processes, server, readers):
    load = processes.start(STREAM_LOAD, server.port, readers, server.path,
                           TOKEN)
    return load


def measure_latency(server, scale):
    readers, _, rate, seconds, _ = scale
    processes = Processes()
    try:
        load = listen(processes, server, readers)
        with Changes(server.publish, rate):
            load.wait_for("ready: ", 60)
            time.sleep(seconds)  # the load runs: this is the window
            assert load.stop() == 0, load.log
        return json.loads(load.log.splitlines()[-1])
    finally:
        processes.close()


def _latency(table, context, folder, scale):
    processes = Processes()
    try:
        (folder / "ours").mkdir()
        servers = {"ours": Ours(processes, context, folder / "ours", scale),
                   "bare": Bare(processes, folder, scale)}
        took = interleave(scale[4], {
            name: lambda turn, server=server: measure_latency(server, scale)
            for name, server in servers.items()})
    finally:
        processes.close()
    what = f"change -> {scale[0]} readers, {scale[2]} changes/s"
    for name, limit in (("p50", 10), ("p99", 150)):
        values = {key: [r[name] for r in results]
                  for key, results in took.items()}
        table.add(f"{what}, {name}", statistics.median(values["ours"]),
                  "civetweb, a thread each",
                  statistics.median(values["bare"]), "ms",
                  target=("<=", limit), samples=values)


def _others(table, context, folder, scale):
    """getSyncInfo against a bare civetweb, while streams are open on the same
    machine: without changes, and with."""
    readers, _, rate, seconds, rounds = scale
    script = folder / "post.lua"
    script.write_text(LUA % TOKEN)
    processes = Processes()
    try:
        (folder / "others").mkdir()
        ours = Ours(processes, context, folder / "others", scale)
        response = raw_response(ours.port)
        (folder / "response").write_bytes(response)
        bare = free_port()
        processes.start(BUILD / "bin/bare_civetweb", f"127.0.0.1:{bare}", 1100,
                        folder / "response").wait_ready()
        listen(processes, ours, readers).wait_for("ready: ", 60)
        for what, changes in (("silent", 0.2), (f"{rate} changes/s", rate)):
            with Changes(ours.publish, changes):
                rates = interleave(rounds, {
                    "ours": lambda _: _wrk(ours.port, 16, seconds, script),
                    "bare": lambda _: _wrk(bare, 16, seconds, script)})
            table.add(f"getSyncInfo beside {readers} streams, {what}",
                      statistics.median(rates["ours"]), "civetweb, bare",
                      statistics.median(rates["bare"]), "req/s",
                      more_is_better=True, target=("ratio", 0.95),
                      samples=rates)
    finally:
        processes.close()


def pss_bytes(process):
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    line = next(x for x in text.splitlines() if x.startswith("Pss:"))
    return int(line.split()[1]) * 1024


def _memory(table, folder, scale):
    """A thousand engines, and a thousand streams that hear of all of them."""
    readers = engines = scale[0]
    processes = Processes()
    try:
        (folder / "memory").mkdir()
        hub = Hub(folder / "memory")
        hub.start(processes)
        gateway, port = start_gateway(processes, hub, readers)
        processes.start(BUILD / "bin/bus_load", "--role", "engines",
                        "--ingest", hub.ingest, "--engines", engines,
                        "--rate", 1).wait_ready(60)
        listen(processes, type("Server", (), {
            "port": port, "path": "/v1/events?engine=load-00001"}),
            readers).wait_for("ready: ", 60)
        wait_until(lambda: len(json.loads(raw_response(port).split(
            b"\r\n\r\n", 1)[1])["data"]["engines"]) == engines, 20,
            "every engine")
        time.sleep(scale[3])  # the load runs: this is the window
        table.add(f"gateway: {engines} engines, {readers} streams",
                  pss_bytes(gateway) / 2**20, None, None, "MiB",
                  target=("<=", 160))
    finally:
        processes.close()


def run(table, folder, scale):
    context = zmq.Context()
    with tempfile.TemporaryDirectory(prefix="sb-", dir="/tmp") as short:
        try:
            _latency(table, context, Path(short), SCALES[scale])
            _others(table, context, Path(short), SCALES[scale])
            _memory(table, Path(short), SCALES[scale])
        finally:
            context.destroy(0)
