"""Prometheus's own tools, and what the gateway exposes, parsed by somebody
else's code."""

import subprocess
import time

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics)
from prometheus_client.parser import (
    text_string_to_metric_families as parse_text)

from syncbus_test import ROOT

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"

# What users build dashboards on: name, type, labels besides `engine`.
FAMILIES = {
    "syncbus_engine_up": ("gauge", set()),
    "syncbus_engine_state": ("gauge", {"state"}),
    "syncbus_engine": ("info", {"provider", "cloud", "host", "version"}),
    "syncbus_engine_age_seconds": ("gauge", set()),
    "syncbus_sync_runs": ("counter", {"result"}),
    "syncbus_sync_conflicts": ("counter", set()),
    "syncbus_sync_bytes": ("counter", {"direction"}),
    "syncbus_sync_progress_ratio": ("gauge", set()),
    "syncbus_sync_last_success_timestamp_seconds": ("gauge", set()),
    "syncbus_sync_last_duration_seconds": ("gauge", set()),
    "syncbus_sync_last_error": ("gauge", {"code"}),
    "syncbus_sync_next_run_timestamp_seconds": ("gauge", set()),
    "syncbus_sync_failures_in_a_row": ("gauge", set()),
    "syncbus_sync_overdue": ("gauge", set()),
    "syncbus_bus_ingest_lost": ("counter", set()),
    "syncbus_bus_relay_lost": ("counter", set()),
}
OTHERS = {
    "syncbus_bus_up": ("gauge", set()),
    "syncbus_bus_refused": ("counter", {"reason"}),
    "syncbus_gateway_requests": ("counter", {"route", "code"}),
    "syncbus_gateway_request_duration_seconds": ("histogram", {"route"}),
    "syncbus_gateway_streams": ("gauge", {"kind"}),
    "syncbus_build": ("info", {"version"}),
}
NOW_MS = int(time.time() * 1000)
# A state that has a sample in each of them.
FAILED = {"st": "syncing", "run": 18, "ph": "send-chunks", "n": [12, 40],
          "b": [7340032, 25165824], "pm": 574, "en": True, "prov": "webdav",
          "cloud": 'my "notes"\n\\ 笔记', "fl": 2, "nx": NOW_MS + 60000,
          "sync": NOW_MS - 3600_000,
          "last": {"run": 17, "ok": False, "code": "locked", "why": "423",
                   "ts": NOW_MS - 1000, "ms": 2210, "dir": "both",
                   "tx": [3, 1, 9600], "rx": [1, 0, 16000], "chg": [0, 0, 2]},
          "cnt": {"ok": 5, "err": 2, "cf": 3, "tx": 9600, "rx": 16000},
          "inf": {"host": "nas", "os": "linux", "ver": "0.1.0", "name": "x"}}


def tool(name):
    """The path of prometheus or promtool."""
    done = subprocess.run(["sh", ROOT / "tests/support/prometheus.sh"],
                          text=True, stdout=subprocess.PIPE, timeout=300,
                          check=True)
    return f"{done.stdout.strip()}/{name}"


def promtool(*arguments, text=None):
    """Run it; fails with what it says, which it must not say anything of."""
    done = subprocess.run([tool("promtool"), *map(str, arguments)], text=True,
                          input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)
    assert done.returncode == 0, \
        f"promtool {' '.join(map(str, arguments))}:\n{done.stdout}"
    return done.stdout


class Scrape:
    """One answer of /metrics: its families, and samples by name and labels."""

    def __init__(self, answer):
        assert answer.status == 200, answer.text
        self.type = answer.headers["Content-Type"]
        self.text = answer.text
        parse = {OPENMETRICS: parse_openmetrics, TEXT: parse_text}[self.type]
        self.families = {family.name: family for family in parse(self.text)}
        self.samples = {}
        for family in self.families.values():
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in self.samples, f"twice: {sample}"
                self.samples[key] = sample.value

    def get(self, name, **labels):
        """The value of a sample of ours; None when there is none."""
        return self.samples.get((f"syncbus_{name}",
                                 frozenset(labels.items())))
