"""getSyncInfo: every field, every state, in both languages."""

import json
import time

import pytest

from bus import Engine, Hub
from gateway import CORS, SYNC_INFO, Gateway
from syncbus_test import wait_until

LAST = {"run": 17, "ok": True, "code": "", "why": "", "ts": 1795495875100,
        "ms": 2210, "dir": "both", "tx": [3, 1, 9600], "rx": [1, 0, 16000],
        "chg": [0, 0, 0]}
FAILED = dict(LAST, run=18, ok=False, code="locked",
              why=" PUT https://u:p@dav.example/x?token=abc: 423 ")
BASE = {"st": "idle", "en": True, "prov": "webdav", "cloud": "main",
        "rp": "00112233445566aa", "sync": 1795495875100, "fl": 0,
        "last": LAST, "inf": {"host": "nas", "os": "linux", "ver": "0.1.0",
                              "name": "syncbus"}}
RUNNING = dict(BASE, st="syncing", run=18, ph="send-chunks", n=[12, 40],
               b=[7340032, 25165824], pm=574, bps=5242880,
               it="/assets/figure.png")


@pytest.fixture
def hub(processes, short_dir):
    hub = Hub(short_dir)
    hub.start(processes)
    return hub


@pytest.fixture
def engine(hub, context):
    return Engine(context, hub.ingest, "nas.notes").wait_subscribed()


@pytest.fixture
def gateway(processes, hub):
    return Gateway(processes, hub)


def test_nobody_known_is_code_1_with_every_documented_field(gateway):
    wait_until(lambda: gateway.ask("GET", "/readyz").status == 200, 10,
               "a snapshot")
    answer = gateway.ask()
    assert answer.status == 200 and answer.json["code"] == 1
    assert "No sync engine" in answer.json["msg"]
    data = answer.data
    assert data["enabled"] is False and data["syncing"] is False
    assert data["providerName"] == "" and data["cloudName"] == ""
    assert data["progress"]["info"] == "Idle"
    assert data["kernels"] == [] and data["synced"] == 0


def test_a_running_sync_is_shown_in_full(gateway, engine):
    engine.send(**RUNNING)
    gateway.wait_state("syncing")
    answer = gateway.ask()
    for name, value in CORS.items():
        assert answer.headers[name] == value
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(answer.json) == ["code", "msg", "data"]
    data = answer.data
    assert list(data)[:5] == ["providerName", "cloudName", "enabled",
                              "syncing", "progress"]
    volatile = {name: data.pop(name) for name in ("ageMs", "asOfMs")}
    elapsed = data["progress"].pop("elapsedMs")
    eta = data["progress"].pop("etaSeconds")
    assert 0 <= volatile["ageMs"] < 10000 and 0 <= elapsed < 10000
    assert abs(volatile["asOfMs"] - time.time() * 1000) < 60_000
    assert eta is None  # too early for an estimate
    assert data == {
        "providerName": "WebDAV", "cloudName": "main", "enabled": True,
        "syncing": True,
        "progress": {
            "current": 12, "total": 40, "percent": 30,
            "info": "Uploading: /assets/figure.png", "phase": "send-chunks",
            "overallPercent": 57.4, "bytesCurrent": 7340032,
            "bytesTotal": 25165824, "bytesPerSecond": 5242880,
            "item": "/assets/figure.png", "stalled": False},
        "synced": 1795495875100,
        "stat": "uploaded/downloaded files 3/1<br>&emsp;uploaded/downloaded"
                " chunks 1/0<br>&emsp;sent/received bytes 9.6 kB/16 kB",
        "kernels": [], "kernel": "nas.notes", "engine": "nas.notes",
        "state": "syncing", "live": "on", "lastError": None,
        "nextRunAt": None, "failuresInARow": 0,
        "lastRun": {
            "run": 17, "ok": True, "code": "", "at": 1795495875100,
            "durationMs": 2210, "direction": "both",
            "uploaded": {"files": 3, "chunks": 1, "bytes": 9600},
            "downloaded": {"files": 1, "chunks": 0, "bytes": 16000},
            "changes": {"upserts": 0, "removes": 0, "conflicts": 0}},
        "engines": [{"engine": "nas.notes", "state": "syncing", "live": "on",
                     "percent": 57.4}],
        "bus": "up"}
    assert b"\\u003cbr\\u003e" in answer.body  # as SiYuan's kernel escapes


@pytest.mark.parametrize("state", ["idle", "queued", "error", "disabled"])
def test_at_rest_nothing_is_in_progress(gateway, engine, state):
    engine.send(**dict(BASE, st=state))
    data = gateway.wait_state(state)
    assert data["syncing"] is False
    progress = data["progress"]
    assert (progress["current"], progress["total"], progress["percent"]) == (
        0, 0, 0)
    if state == "idle":
        assert progress["info"] == "Idle"


def test_a_failure_says_what_to_do(gateway, engine):
    engine.send(**dict(BASE, st="error", last=FAILED, fl=3,
                       nx=1795495905100))
    data = gateway.wait_state("error")
    assert data["stat"].startswith("Sync failed: Cloud sync directory is"
                                   " still locked by other devices")
    assert data["stat"].endswith("(Provider: WebDAV)")
    assert data["failuresInARow"] == 3
    assert data["nextRunAt"] == 1795495905100
    error = data["lastError"]
    assert error["code"] == "locked" and error["retryable"] is True
    assert error["msg"] and error["remedy"]
    assert error["cause"] == "PUT https://***@dav.example/x?token=*** 423"
    assert error["at"] == LAST["ts"]


def test_a_sync_without_progress_is_stalled(gateway, engine):
    up = 100000
    engine.send(**dict(RUNNING, up=up, ru=up - 80000, pr=up - 61000))
    data = gateway.wait_state("stalled")
    assert data["syncing"] is True and data["progress"]["stalled"] is True
    assert data["progress"]["etaSeconds"] is None
    assert data["progress"]["elapsedMs"] >= 80000


def test_time_left_follows_the_pace_and_never_grows(gateway, engine):
    engine.send(**dict(RUNNING, up=20000, ru=10000, pm=500))
    data = gateway.wait_for(lambda d: d["progress"]["etaSeconds"] == 10)
    assert data["progress"]["overallPercent"] == 50
    # Half of it again, but three times slower: neither goes back.
    engine.send(**dict(RUNNING, up=50000, ru=10000, pm=400, n=[13, 40]))
    data = gateway.wait_for(lambda d: d["progress"]["current"] == 13)
    assert data["progress"]["etaSeconds"] == 10
    assert data["progress"]["overallPercent"] == 50
    # The next run starts anew.
    engine.send(**dict(RUNNING, up=60000, ru=59990, run=19, pm=1, n=[0, 40]))
    data = gateway.wait_for(lambda d: d["progress"]["current"] == 0)
    assert data["progress"]["overallPercent"] == 0.1
    assert data["progress"]["etaSeconds"] is None


def test_a_goodbye_is_offline(gateway, engine):
    engine.send(**RUNNING)
    gateway.wait_state("syncing")
    engine.send(st="bye")
    data = gateway.wait_state("offline")
    assert data["live"] == "off" and data["syncing"] is False


def test_engines_of_one_repository_are_kernels(gateway, hub, context, engine):
    engine.send(**BASE)
    others = []
    for name, repo in (("b.phone", BASE["rp"]), ("c.other", "ffffffffffffffff")):
        other = Engine(context, hub.ingest, name).wait_subscribed()
        other.send(**dict(BASE, rp=repo))
        others.append(other)
    data = gateway.wait_for(lambda d: len(d["engines"]) == 3,
                            engine="nas.notes")
    assert data["kernels"] == [{"id": "b.phone", "hostname": "nas",
                                "os": "linux", "ver": "0.1.0"}]
    assert [e["engine"] for e in data["engines"]] == ["b.phone", "c.other",
                                                      "nas.notes"]


def test_an_engine_is_chosen_by_body_query_or_option(
        processes, hub, context, engine, gateway):
    other = Engine(context, hub.ingest, "alpha").wait_subscribed()
    engine.send(**BASE)
    other.send(**dict(BASE, cloud="second"))
    gateway.wait_for(lambda d: len(d["engines"]) == 2)
    assert gateway.info()["engine"] == "alpha"  # the first live one
    assert gateway.info("nas.notes")["engine"] == "nas.notes"
    answer = gateway.ask(path=SYNC_INFO + "?engine=nas%2Enotes")
    assert answer.data["engine"] == "nas.notes"
    for nothing in ("", "null", "[]", '"engine"', "{\"engine\":null}", "{",
                    "{} junk", "\0", "[" * 5000, '{"a":' * 5000):
        answer = gateway.ask(body=nothing)
        assert answer.json["code"] == 0, nothing
    answer = gateway.ask(body='{"engine":"no.such<one>"}')
    assert answer.status == 200 and answer.json["code"] == 1
    assert "no.such<one>" in answer.json["msg"]
    assert answer.data["syncing"] is False
    assert gateway.ask(body='{"engine":7}').json["code"] == -1
    for unreadable in ("%zz", "nas%00", "a" * 200):  # not "none": unknown
        answer = gateway.ask(path=SYNC_INFO + "?engine=" + unreadable)
        assert answer.json["code"] == 1, unreadable
        assert f"[{unreadable[:127]}]" in answer.json["msg"]

    second = Gateway(processes, hub, "--engine", "nas.notes")
    assert second.wait_for(lambda d: "live" in d)["engine"] == "nas.notes"
    third = Gateway(processes, hub, "--engine", "not.there")
    wait_until(lambda: third.ask("GET", "/readyz").status == 200, 10, "ready")
    assert third.ask().json["code"] == 1


def test_chinese_texts(processes, hub, engine):
    gateway = Gateway(processes, hub, "--lang", "zh-CN")
    engine.send(**dict(RUNNING, it="文件.md"))
    data = gateway.wait_state("syncing")
    assert data["progress"]["info"] == "正在上传: 文件.md"
    assert data["stat"] == ("上传/下载文件数 3/1<br>&emsp;上传/下载分块数 1/0"
                            "<br>&emsp;发送/接收字节数 9.6 kB/16 kB")
    engine.send(**dict(BASE, st="disabled", en=False))
    data = gateway.wait_state("disabled")
    assert data["stat"] == "数据同步尚未启用" and data["enabled"] is False
    engine.send(**dict(BASE, st="error", last=dict(FAILED, code="network")))
    data = gateway.wait_state("error")
    assert data["stat"] == "同步失败：网络异常，请稍后再试 (Provider: WebDAV)"


def test_text_from_an_engine_cannot_break_the_json(gateway, engine):
    nasty = '"\\</script>&\u2028\u2029\x7f\t文'
    engine.send(**dict(RUNNING, it=nasty, cloud=nasty))
    gateway.wait_state("syncing")
    answer = gateway.ask()
    assert answer.data["progress"]["item"] == nasty
    assert answer.data["cloudName"] == nasty
    for byte in b"<>&":
        assert bytes([byte]) not in answer.body
    assert "\u2028" not in answer.text


def test_an_unknown_phase_is_shown_as_it_is(gateway, engine):
    engine.send(**dict(RUNNING, ph="polish"))
    data = gateway.wait_state("syncing")
    assert data["progress"]["phase"] == "polish"
    assert data["progress"]["info"] == "Working (polish): /assets/figure.png"


def test_five_hundred_answers_on_one_connection_agree(gateway, engine):
    """Slots are filled anew each time; the rest is shared."""
    engine.send(**RUNNING)
    gateway.wait_state("syncing")
    connection = gateway.connect()
    last = 0
    for _ in range(500):
        connection.request("POST", SYNC_INFO, "{}")
        data = json.loads(connection.getresponse().read())["data"]
        assert data["asOfMs"] >= last
        last = data["asOfMs"]
        assert data["progress"]["current"] == 12
    connection.close()
