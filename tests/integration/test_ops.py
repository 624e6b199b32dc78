"""ops/: what users put into their Prometheus and Grafana, in a real Prometheus
that scrapes a real gateway."""

import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request

import pytest
import yaml
import zmq

from bus import Engine, Hub
from gateway import TOKEN, Gateway
from prometheus import FAILED, FAMILIES, OTHERS, promtool, tool
from syncbus_test import ROOT, free_port, wait_until

OPS = ROOT / "ops"
READER = "reader-0123456789"
NAME = re.compile(r"\bsyncbus_\w+")
VARIABLES = {"$job": "syncbus", "$instance": ".+", "$engine": ".+",
             "$__rate_interval": "10s", "$__range": "1h"}


def alerts():
    text = (OPS / "alerts.yml").read_text()
    return yaml.safe_load(text)["groups"][0]["rules"]


def panels():
    """(title, query) of every panel, its variables filled in."""
    board = json.loads((OPS / "grafana-dashboard.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            assert "$" not in query, query
            yield panel["title"], query


def sample_names():
    """What stands in a scrape: syncbus_sync_runs_total."""
    names = set()
    for name, (kind, _) in {**FAMILIES, **OTHERS}.items():
        suffixes = {"counter": ["_total"], "info": ["_info"],
                    "histogram": ["_bucket", "_count", "_sum"]}
        names |= {name + suffix for suffix in suffixes.get(kind, [""])}
    return names


def config(folder, target, interval):
    """ops/prometheus.yml for here: another target and token, sooner."""
    (folder / "token").write_text(READER + "\n")
    (folder / "alerts.yml").write_text((OPS / "alerts.yml").read_text())
    text = (OPS / "prometheus.yml").read_text()
    for was, now in (("127.0.0.1:7570", target),
                     ("/etc/prometheus/syncbus-reader-token",
                      str(folder / "token")), ("15s", interval)):
        assert was in text
        text = text.replace(was, now)
    path = folder / "prometheus.yml"
    path.write_text(text)
    return path


def test_configuration_and_alerts_are_valid_and_fire_when_they_should(
        tmp_path):
    promtool("check", "config", config(tmp_path, "127.0.0.1:7570", "15s"))
    promtool("test", "rules", OPS / "alerts_test.yml")


def test_every_alert_says_what_to_do_and_has_a_test():
    tested = yaml.safe_load((OPS / "alerts_test.yml").read_text())["tests"]
    fired = {check["alertname"] for test in tested
             for check in test["alert_rule_test"] if check.get("exp_alerts")}
    for rule in alerts():
        assert rule["alert"] in fired, rule
        assert rule["labels"]["severity"] in ("page", "ticket", "info"), rule
        assert len(rule["annotations"]["summary"]) > 20, rule
        assert len(rule["annotations"]["description"]) > 60, rule


def test_what_is_asked_for_is_exposed_and_what_is_exposed_is_shown():
    asked = {name for rule in alerts() for name in NAME.findall(rule["expr"])}
    shown = {name for _, query in panels() for name in NAME.findall(query)}
    exposed = sample_names()
    assert asked <= exposed, asked - exposed
    assert shown <= exposed, shown - exposed
    hidden = exposed - shown - {
        "syncbus_gateway_request_duration_seconds_sum",
        "syncbus_gateway_request_duration_seconds_count"}
    assert not hidden, f"on no panel: {hidden}"


def test_the_codes_that_need_a_person_are_those_that_no_retry_mends():
    source = (ROOT / "proto" / "code.c").read_text()
    found = re.findall(r'\[CODE_\w+\]\s*=\s*\{\s*"([a-z-]+)",\s*(true|false)',
                       source)
    assert len(found) > 20
    # Whoever cancels a run knows it.
    want = {code for code, retry in found if retry == "false"} - {"cancelled"}
    rule = next(r for r in alerts() if r["alert"] == "SyncbusSyncNeedsAPerson")
    assert set(re.search(r'code=~"([^"]+)"', rule["expr"])[1].split("|")) == \
        want


class Prometheus:
    def __init__(self, processes, folder, target):
        self.port = free_port()
        self.process = processes.start(
            tool("prometheus"), f"--config.file={config(folder, target, '1s')}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}")
        wait_until(self.is_ready, 20, "Prometheus")

    def is_ready(self):
        assert self.process.is_running(), self.process.log
        try:
            return self.get("/-/ready")
        except OSError:
            return None

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def query(self, text):
        answer = json.loads(self.get("/api/v1/query", query=text))
        assert answer["status"] == "success", answer
        return answer["data"]["result"]


@pytest.fixture
def watched(processes, short_dir, tmp_path):
    """A Prometheus that scrapes a gateway, which knows one engine."""
    context = zmq.Context()
    hub = Hub(short_dir)
    hub.start(processes)
    gateway = Gateway(processes, hub, secrets={"api_token": TOKEN,
                                               "reader_token": READER})
    engine = Engine(context, hub.ingest, "nas").wait_subscribed()
    engine.send(**{**FAILED, "st": "idle", "cnt": {}, "ttl": 10000})
    prometheus = Prometheus(processes, tmp_path, f"127.0.0.1:{gateway.port}")
    wait_until(lambda: prometheus.query("syncbus_engine_up == 1"), 20,
               "a scrape")
    yield prometheus, gateway, engine
    context.destroy(0)


def test_a_real_prometheus_scrapes_it_and_every_panel_has_data(watched):
    prometheus, gateway, engine = watched
    admin = {"Authorization": f"Token {TOKEN}"}
    empty = {}

    def look():
        engine.send_raw(b"sb1/s/nas/", b"\xc1")  # refused
        engine.send(**{**FAILED, "ttl": 10000})
        assert gateway.ask(headers=admin).status == 200
        assert gateway.ask().status in (401, 429)
        empty.clear()
        empty.update({query: title for title, query in panels()
                      if not prometheus.query(query)})
        return not empty

    try:
        wait_until(look, 25, "data on every panel")
    except AssertionError:
        raise AssertionError(f"no data on these panels: {empty}") from None
    # It asked for the richer format, and took it.
    meta = json.loads(prometheus.get("/api/v1/metadata",
                                     metric="syncbus_sync_runs"))
    assert meta["data"]["syncbus_sync_runs"][0]["type"] == "counter", meta


def test_a_real_prometheus_loads_the_alerts_and_fires_one(watched):
    prometheus, _, _ = watched

    def states():
        groups = json.loads(prometheus.get("/api/v1/rules"))["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert [rule["name"] for rule in rules] == \
            [rule["alert"] for rule in alerts()]
        assert all(rule["health"] in ("ok", "unknown") for rule in rules), rules
        return {rule["name"]: rule["state"] for rule in rules
                if rule["health"] == "ok"}

    # An hour without success: it waits for its five minutes.
    wait_until(lambda: states().get("SyncbusSyncOverdue") == "pending", 20,
               "an overdue engine")
    assert len(states()) == len(alerts())
    assert states()["SyncbusBusDown"] == "inactive"


def test_systemd_takes_the_units_and_they_confine_the_programs(tmp_path):
    units = tmp_path / "etc" / "systemd" / "system"
    programs = tmp_path / "usr" / "local" / "bin"
    shutil.copytree(OPS / "systemd", units)
    programs.mkdir(parents=True)
    names = sorted(path.name for path in units.iterdir())
    assert names == ["syncbus-aggregator.service", "syncbus-engine@.service",
                     "syncbus-gateway.service"]
    for name in ("aggregator", "engine", "gateway"):
        stand_in = programs / f"syncbus-{name}"
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)

    def analyze(*words):
        done = subprocess.run(["systemd-analyze", f"--root={tmp_path}", *words],
                              text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60, check=False)
        # The root has our units only.
        lines = [line for line in done.stdout.splitlines()
                 if "Unit sysinit.target not found" not in line]
        return done.returncode, "\n".join(lines)

    said = analyze("verify", "--man=no", "--recursive-errors=no",
                   *(name.replace("@", "@notes") for name in names))
    assert said == (0, ""), said[1]
    for name in names:
        text = (units / name).read_text()
        for line in ("Type=notify", "NoNewPrivileges=yes", "MemoryMax=",
                     "User=syncbus"):
            assert f"\n{line}" in text, f"{name}: {line}"
        # Under a systemd, libzmq aborts with it: it sets scheduling.
        assert not re.search(r"^SystemCallFilter=.*@resources", text, re.M)
        code, said = analyze("security", "--offline=true", "--threshold=20",
                             name)
        assert code == 0, said
