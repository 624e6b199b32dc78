"""A hub, a gateway, and scripted engines in every state there is: what the
dashboard is shown."""

import time

from answering import Answering, ok
from bus import Hub
from cli import LiveEngine
from gateway import Gateway

REPO = "2921abe5ce4f1f13"


def now_ms():
    return time.time_ns() // 1_000_000


def run(number, ago_ms=0, **fields):
    """A finished run, as the bus has it."""
    return {"run": number, "ok": True, "code": "", "why": "",
            "ts": now_ms() - ago_ms, "ms": 600 + number * 937 % 4200,
            "dir": "both",
            "tx": [number % 5, number % 4, number * 77777 % 900000],
            "rx": [number % 3, 1, number * 55555 % 400000],
            "chg": [number % 3, number % 2, 0], **fields}


AUTH = {"ok": False, "code": "auth", "why": "401 Unauthorized: bad password"}
FILES = [["+", "/20240101120000-testbox/new.sy", 7412],
         ["~", "/20240101120000-testbox/plan.sy", 12033],
         ["-", "/assets/old-figure.png", 90210],
         [">", "/assets/figure.png", 734003]]
CONFLICT = [16, "/20240101120000-testbox/plan.sy", "local-upsert-cloud-upsert",
            "local", "history/2026-11-24-131500-sync/20240101120000-testbox"
            "/plan.sy"]


def resting(host="nas", **fields):
    now = now_ms()
    return {"st": "idle", "en": True, "prov": "webdav", "cloud": "main",
            "rp": REPO, "sync": now - 180_000, "nx": now + 250_000, "fl": 0,
            "last": run(17, 180_000), "ttl": 10000,
            "inf": {"host": host, "os": "linux", "ver": "0.1.0",
                    "name": host}, **fields}


def syncing(permille=574, **fields):
    return {"st": "syncing", "ph": "send-chunks", "run": 18, "ru": 0,
            "n": [12, 40], "b": [7340032, 25165824], "pm": permille,
            "bps": 5242880, "it": "/assets/figure.png", **fields}


def failing(**fields):
    return {"st": "error", "fl": 3, "last": run(17, 60_000, **AUTH), **fields}


class Stand:
    def __init__(self, processes, context, *more, secrets=None, threads=24):
        self.processes, self.context = processes, context
        self.hub = Hub()
        self.hub_process = self.hub.start(processes)
        self.engines, self.answering = {}, {}
        self.options, self.secrets = more, secrets
        self.threads = threads
        self.gateway = None
        self.start_gateway()

    def start_gateway(self, port=0):
        self.gateway = Gateway(
            self.processes, self.hub, "--hub-control", self.hub.control,
            *self.options, secrets=self.secrets, port=port,
            threads=self.threads)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.gateway.port}/"

    def engine(self, name, **fields):
        """An engine that says so, again and again."""
        engine = LiveEngine(self.context, self.hub.ingest, name)
        engine.start(**resting(name.split(".")[0], **fields))
        self.engines[name] = engine
        return engine

    def answer(self, name, **lists):
        """It answers commands: lists as given, all others with ok."""
        def reply(command):
            word = command["cmd"]
            if word == "sync":
                return ok(run=18)
            if word in ("enable", "disable"):
                return ok(en=word == "enable")
            return ok(**{word: lists[word]}) if word in lists else ok()
        self.answering[name] = Answering(self.context, self.hub.control, name,
                                         reply)
        return self.answering[name]

    def close(self):
        for peer in [*self.answering.values(), *self.engines.values()]:
            peer.close()
