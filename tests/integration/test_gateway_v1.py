"""The routes for programs: what engines do, as JSON."""

import re
import time

import pytest
import zmq

from bus import Engine, Hub
from gateway import TOKEN, Gateway, bearer, error_of
from syncbus_test import Processes, wait_until

READER = "reader-0123456789"
SECRETS = {"api_token": TOKEN, "reader_token": READER}
LAST = {"run": 16, "ok": False, "code": "auth", "ts": 1795495875100, "ms": 2210,
        "why": "401 for https://bob:hunter2@dav.example/?sig=1",
        "dir": "both", "tx": [3, 1, 9600], "rx": [1, 0, 16000],
        "chg": [0, 0, 2]}
SYNCING = {"st": "syncing", "run": 17, "ph": "send-chunks", "n": [1, 4],
           "b": [10, 40], "pm": 250, "bps": 5, "it": "/a <b>.md", "en": True,
           "prov": "webdav", "cloud": "main", "rp": "0123456789abcdef",
           "hd": "ab" * 20, "sync": 1795495875000, "last": LAST,
           "nx": 1795495905100, "fl": 2,
           "cnt": {"ok": 5, "err": 2, "cf": 1, "tx": 7, "rx": 8},
           "inf": {"host": "nas", "os": "linux", "ver": "0.1.0",
                   "name": "syncbus"}}


class Stage:
    """A hub, a gateway that knows secrets, and what asks it."""

    def __init__(self, processes, context, *more, secrets=None):
        self.context = context
        self.hub = Hub()
        self.hub.start(processes)
        self.gateway = Gateway(processes, self.hub, *more,
                               secrets=SECRETS if secrets is None else secrets)

    def engine(self, name, **fields):
        """An engine that has said this, and the gateway knows it."""
        engine = Engine(self.context, self.hub.ingest, name)
        engine.wait_subscribed().send(**fields)
        wait_until(lambda: self.get("/v1/engines/" + name).status == 200, 5,
                   name + " at the gateway")
        return engine

    def get(self, path, token=READER, method="GET"):
        return self.gateway.ask(method, path,
                                headers=bearer(token))


@pytest.fixture
def stage(processes, context):
    return Stage(processes, context)


@pytest.fixture(scope="module")
def one_stage():
    """One for all tests that change nothing: it knows the engine nas."""
    processes = Processes()
    with zmq.Context() as context:
        stage = Stage(processes, context)
        stage.engine("nas", **SYNCING)
        yield stage
        context.destroy(0)
    reports = processes.close()
    assert not reports, "\n".join(reports)


# ---- what engines do --------------------------------------------------------

def test_an_engine_is_described_with_the_names_of_getSyncInfo(stage):
    stage.engine("nas", **SYNCING)
    info = stage.gateway.info("nas", bearer(TOKEN))
    answer = stage.get("/v1/engines/nas")
    assert answer.headers["Cache-Control"] == "no-store"
    engine = answer.json
    for name in ("providerName", "cloudName", "enabled", "syncing", "synced",
                 "kernels", "engine", "state", "live", "lastError",
                 "nextRunAt", "failuresInARow", "lastRun", "bus"):
        assert engine[name] == info[name], name
    for name in set(info["progress"]) - {"elapsedMs"}:
        assert engine["progress"][name] == info["progress"][name], name
    assert engine["state"] == "syncing" and engine["run"] == 17
    assert engine["repo"] == "0123456789abcdef" and engine["host"] == "nas"
    assert engine["counts"] == {"ok": 5, "failed": 2, "conflicts": 1,
                                "sentBytes": 7, "receivedBytes": 8}
    assert engine["lastError"]["remedy"]
    assert "hunter2" not in answer.text
    assert 0 <= engine["ageMs"] < 10_000
    assert abs(engine["asOfMs"] / 1000 - time.time()) < 60


@pytest.mark.tsan
def test_the_list_has_every_engine_in_order(stage):
    for name in ("nas", "a1", "zz"):
        stage.engine(name, **SYNCING)
    answer = stage.get("/v1/engines")
    assert answer.json["bus"] == "up"
    assert [e["engine"] for e in answer.json["engines"]] == ["a1", "nas", "zz"]
    one = stage.get("/v1/engines/nas").json
    assert sorted(k["id"] for k in one["kernels"]) == ["a1", "zz"]
    of_list = answer.json["engines"][1]
    assert set(one) - set(of_list) == {"kernels", "bus", "asOfMs"}
    assert set(of_list) <= set(one)


def test_texts_are_of_the_configured_language(processes, context):
    stage = Stage(processes, context, "--lang", "zh-CN")
    stage.engine("nas", **SYNCING)
    engine = stage.get("/v1/engines/nas").json
    assert engine["progress"]["info"] == "正在上传: /a <b>.md"
    error = error_of(stage.get("/v1/engines/nobody"))
    assert error["msg"] == "未知的同步引擎 [nobody]"


def test_before_a_snapshot_the_list_is_empty_and_an_engine_is_503(processes):
    gateway = Gateway(processes, "ipc:///tmp/syncbus-nobody-here/feed")
    answer = gateway.ask("GET", "/v1/engines")
    assert answer.json == {"bus": "down", "asOfMs": 0, "engines": []}
    answer = gateway.ask("GET", "/v1/engines/nas")
    assert answer.status == 503 and answer.headers["Retry-After"] == "1"
    assert error_of(answer)["code"] == "no-snapshot"


def test_head_has_the_head_of_get_and_no_body(stage):
    stage.engine("nas", st="idle")
    for path, status in (("/v1/engines", 200), ("/v1/engines/nas", 200),
                         ("/v1/engines/no", 404), ("/healthz", 200)):
        answer = stage.get(path, method="HEAD")
        assert answer.status == status and answer.body == b""
        got = stage.get(path)
        assert answer.headers["Content-Type"] == got.headers["Content-Type"]
        assert abs(int(answer.headers["Content-Length"]) - len(got.body)) < 8


@pytest.mark.parametrize("path", [
    "/v1/engines", "/v1/engines/nobody", "/healthz", "/nothing",
    "/openapi.json"])
def test_nothing_follows_the_head(one_stage, path):
    """Looked at raw: clients do not read what must not be there."""
    answer = one_stage.gateway.raw(
        (f"HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
         f"Authorization: Bearer {TOKEN}\r\n\r\n").encode())
    assert answer.endswith(b"\r\n\r\n") and answer.count(b"\r\n\r\n") == 1
    assert int(re.search(rb"Content-Length: (\d+)", answer)[1]) > 0


# ---- what is asked wrongly --------------------------------------------------

@pytest.mark.parametrize("path, status, code", [
    ("/v1/engines/nobody", 404, "unknown-engine"),
    ("/v1/engines/NAS", 404, "unknown-engine"),
    ("/v1/engines/..%2f", 404, "unknown-engine"),
    ("/v1/engines/..%2f..%2fetc%2fpasswd", 404, "unknown-engine"),
    ("/v1/engines/%2e%2e", 404, "unknown-engine"),
    ("/v1/engines/nas%20", 404, "unknown-engine"),
    ("/v1/engines/%e6%96%87", 404, "unknown-engine"),
    ("/v1/engines/nas%0d%0aX-Evil:%201", 404, "unknown-engine"),
    ("/v1/engines/<script>", 404, "unknown-engine"),
    ("/v1/engines/" + "a" * 128, 404, "unknown-engine"),
    ("/v1/engines/" + "a" * 129, 400, "bad-parameter"),
    ("/v1/engines/" + "a" * 8000, 400, "bad-parameter"),
    ("/v1/engines/nas%00", 400, "bad-parameter"),
    ("/v1/engines/%00", 400, "bad-parameter"),
    ("/v1/engines/%", 400, "bad-parameter"),
    ("/v1/engines/nas%2", 400, "bad-parameter"),
    ("/v1/engines/%zz", 400, "bad-parameter"),
    ("/v1/engines/%ff%fe", 400, "bad-parameter"),
    ("/v1/engines/%c0%af", 400, "bad-parameter"),
    ("/v1/engines//", 404, None),
    ("//v1/engines", 404, None),
    ("/v1//engines", 404, None),
    ("/v1/engines/nas/nothing", 404, None),
    ("/v1/engines/nas/..", 404, None),
    ("/v1/engines/nas//", 404, None),
    ("/v1/Engines", 404, None),
    ("/v1", 404, None),
    ("/v1/", 404, None),
])
def test_a_path_that_leads_nowhere(one_stage, path, status, code):
    answer = one_stage.get(path)
    assert answer.status == status
    assert "X-Evil" not in answer.headers
    if code:
        assert error_of(answer)["code"] == code
    else:
        assert answer.body == b"404 page not found"


def test_a_last_slash_redirects(one_stage):
    for path in ("/v1/engines", "/v1/engines/nas", "/v1/engines/..%2f"):
        answer = one_stage.get(path + "/?a=b")
        assert answer.status == 301
        assert answer.headers["Location"] == path + "?a=b"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "PROPFIND"])
def test_another_method_is_404(one_stage, method):
    for path in ("/v1/engines", "/v1/engines/nas"):
        assert one_stage.get(path, method=method).status == 404


@pytest.mark.parametrize("path", ["/v1/engines", "/v1/engines/nas"])
def test_who_may_look(one_stage, path):
    for token in (TOKEN, READER):
        assert one_stage.get(path, token).status == 200
    answer = one_stage.get(path, "wrong")
    assert answer.status == 401 and error_of(answer)["code"] == "unauthorized"
    answer = one_stage.gateway.ask("GET", path)
    assert answer.status == 401 and error_of(answer)["code"] == "unauthorized"
