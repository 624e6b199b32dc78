"""Profile monitoring: a Prometheus that sees the engine and knows the alerts."""

import json
import os
import urllib.parse
import urllib.request

import yaml

from stack import ENGINE, READER, ROOT, healthy, is_confined, logs, published
from syncbus_test import wait_until

PORT = int(os.environ["SYNCBUS_PROMETHEUS_PORT"])


def get(path, **query):
    url = f"http://127.0.0.1:{PORT}/api/v1/{path}?" \
        + urllib.parse.urlencode(query)
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.loads(answer.read())["data"]


def prometheus_sees_the_engine_up():
    def look():
        try:
            return get("query", query="syncbus_engine_up")["result"]
        except OSError:
            return None

    # It scrapes every 15 s.
    found = wait_until(look, 45, "syncbus_engine_up in Prometheus")
    assert [(series["metric"]["engine"], series["value"][1])
            for series in found] == [(ENGINE, "1")], found
    target, = get("targets")["activeTargets"]
    assert target["health"] == "up" and target["lastError"] == "", target
    assert target["scrapeUrl"] == "http://gateway:7570/metrics", target


def prometheus_watches_every_alert_and_none_fires():
    text = (ROOT / "ops" / "alerts.yml").read_text()
    want = [rule["alert"] for rule in
            yaml.safe_load(text)["groups"][0]["rules"]]

    def look():
        groups = get("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert [rule["name"] for rule in rules] == want, rules
        return rules if all(rule["health"] == "ok" for rule in rules) else None

    rules = wait_until(look, 45, "all alerts evaluated")
    # What else was restarted here may be pending.
    firing = [rule["name"] for rule in rules if rule["state"] == "firing"]
    assert not firing, firing


def prometheus_is_confined_and_on_loopback():
    healthy(("prometheus",))
    is_confined("prometheus", "prometheus", ("/", "/etc/prometheus", "/tmp"))
    assert published("prometheus") == [("127.0.0.1", PORT)]
    assert READER not in logs("prometheus")


CHECKS = (
    prometheus_sees_the_engine_up,
    prometheus_watches_every_alert_and_none_fires,
    prometheus_is_confined_and_on_loopback,
)
