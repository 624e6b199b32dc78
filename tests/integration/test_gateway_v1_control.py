"""The routes for programs that ask the engine itself: history and control."""

import json
import signal
import threading
import time

import pytest
import zmq

from answering import Answering, ok, refusal
from bus import Hub
from cli import LiveEngine
from gateway import TOKEN, Gateway, bearer, error_of
from syncbus_test import Processes, assert_never, wait_until

READER = "reader-0123456789"
SECRETS = {"api_token": TOKEN, "reader_token": READER}
RUN = {"run": 17, "ok": True, "code": "", "why": "", "ts": 1795495875100,
       "ms": 2210, "dir": "both", "tx": [3, 1, 9600], "rx": [1, 0, 16000],
       "chg": [1, 2, 3]}
FAILED = {**RUN, "run": 16, "ok": False, "code": "quota",
          "why": "507 for https://bob:hunter2@dav.example/"}
SYNC = "/v1/engines/nas/sync"


class Stage:
    """A hub, a gateway, and the engine nas, which answers commands."""

    def __init__(self, processes, context):
        self.hub = Hub()
        self.hub_process = self.hub.start(processes)
        self.gateway = Gateway(processes, self.hub, "--hub-control",
                               self.hub.control, secrets=SECRETS)
        # It stays: nobody stops waiting because it was given up.
        self.engine = LiveEngine(context, self.hub.ingest, "nas")
        self.engine.start(st="idle", en=True)
        self.nas = Answering(context, self.hub.control, "nas")
        wait_until(lambda: self.ask("GET", "/v1/engines/nas").status == 200, 5,
                   "nas at the gateway")

    def ask(self, method, path, body=None, token=TOKEN):
        if isinstance(body, dict):
            body = json.dumps(body)
        return self.gateway.ask(method, path, body, bearer(token))

    def told(self, answer):
        """From now on, nas answers this."""
        self.nas.answer = lambda command: answer
        self.nas.commands.clear()

    def beat(self, **fields):
        self.engine.send(**fields)


@pytest.fixture(scope="module")
def stage():
    processes = Processes()
    with zmq.Context() as context:
        stage = Stage(processes, context)
        yield stage
        stage.nas.close()
        stage.engine.close()
        context.destroy(0)
    reports = processes.close()
    assert not reports, "\n".join(reports)


@pytest.fixture
def own_stage(processes):
    with zmq.Context() as context:
        stage = Stage(processes, context)
        yield stage
        stage.nas.close()
        stage.engine.close()
        context.destroy(0)


# ---- history ----------------------------------------------------------------

def test_runs_come_page_by_page(stage):
    stage.told(ok(runs=[RUN, FAILED], next=16))
    page = stage.ask("GET", "/v1/engines/nas/runs", token=READER)
    assert page.status == 200 and page.headers["Cache-Control"] == "no-store"
    assert page.json["engine"] == "nas" and page.json["next"] == 16
    good, bad = page.json["runs"]
    assert good["run"] == 17 and good["error"] is None
    assert good["uploaded"] == {"files": 3, "chunks": 1, "bytes": 9600}
    assert good["changes"] == {"upserts": 1, "removes": 2, "conflicts": 3}
    assert bad["error"]["code"] == "quota" and bad["error"]["remedy"]
    assert "hunter2" not in page.text
    stage.told(ok(runs=[]))
    page = stage.ask("GET", "/v1/engines/nas/runs?after=16").json
    assert page == {"engine": "nas", "runs": [], "next": None}
    assert stage.nas.commands == [{"v": 1, "cmd": "runs", "after": 16}]


def test_the_files_of_a_run(stage):
    stage.told(ok(changes=[["+", "/a.sy", 5], ["-", "/文.sy", 0],
                           [">", "/s.sy", 7]], next=3))
    page = stage.ask("GET", "/v1/engines/nas/runs/17/changes?after=0").json
    assert page == {
        "engine": "nas", "run": 17, "next": 3, "changes": [
            {"kind": "added", "path": "/a.sy", "bytes": 5},
            {"kind": "removed", "path": "/文.sy", "bytes": 0},
            {"kind": "sent", "path": "/s.sy", "bytes": 7}]}
    assert stage.nas.commands == [
        {"v": 1, "cmd": "changes", "run": 17, "after": 0}]


def test_conflicts_and_where_the_loser_was_kept(stage):
    stage.told(ok(conflicts=[[17, "/a.sy", "local-upsert-cloud-upsert",
                              "cloud", "/history/a.sy"],
                             [16, "/b.sy", "local-remove-cloud-upsert",
                              "cloud", ""]]))
    page = stage.ask("GET", "/v1/engines/nas/conflicts").json
    assert page == {"engine": "nas", "next": None, "conflicts": [
        {"run": 17, "path": "/a.sy", "kind": "local-upsert-cloud-upsert",
         "winner": "cloud", "kept": "/history/a.sy"},
        {"run": 16, "path": "/b.sy", "kind": "local-remove-cloud-upsert",
         "winner": "cloud", "kept": None}]}


# ---- control ----------------------------------------------------------------

@pytest.mark.parametrize("body, direction", [
    (None, "both"), ("", "both"), (" \n", "both"), ({}, "both"),
    ({"direction": "both"}, "both"), ({"direction": "upload"}, "upload"),
    ({"direction": "download"}, "download"), ({"wait": False}, "both"),
])
def test_sync_is_202_with_the_run_that_covers_it(stage, body, direction):
    stage.told(ok(run=18))
    answer = stage.ask("POST", SYNC, body)
    assert answer.status == 202
    assert answer.json == {"engine": "nas", "run": 18}
    assert stage.nas.commands == [{"v": 1, "cmd": "sync", "dir": direction}]


@pytest.mark.tsan
def test_waiting_ends_with_the_run(own_stage):
    stage = own_stage
    stage.told(ok(run=18))
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(
        stage.ask("POST", SYNC, {"wait": True})))
    waiter.start()
    wait_until(lambda: stage.nas.commands, 5, "the command")
    stage.beat(st="syncing", run=18, last=RUN)
    wait_until(lambda: stage.ask("GET", "/v1/engines/nas").json["run"] == 18,
               5, "the run")
    assert_never(lambda: answers, 0.2, "an answer now is wrong")
    stage.beat(st="error", last={**FAILED, "run": 18})
    waiter.join(60)
    assert answers[0].status == 200
    answer = answers[0].json
    assert answer["run"] == 18 and answer["lastRun"]["run"] == 18
    assert answer["lastError"]["code"] == "quota"


def test_cancel_enable_disable(stage):
    stage.told(ok())
    answer = stage.ask("POST", "/v1/engines/nas/cancel", {"run": 17})
    assert answer.status == 202 and answer.json == {"engine": "nas"}
    stage.ask("POST", "/v1/engines/nas/cancel")
    assert stage.nas.commands == [{"v": 1, "cmd": "cancel", "run": 17},
                                  {"v": 1, "cmd": "cancel"}]
    for word, enabled in (("enable", True), ("disable", False)):
        stage.told(ok(en=enabled))
        answer = stage.ask("POST", "/v1/engines/nas/" + word, {})
        assert answer.status == 200
        assert answer.json == {"engine": "nas", "enabled": enabled}
        assert stage.nas.commands == [{"v": 1, "cmd": word}]


def test_with_nothing_to_cancel_that_is_said(stage):
    for body in (None, {"run": 16}):
        stage.told(refusal("not-found"))
        answer = stage.ask("POST", "/v1/engines/nas/cancel", body)
        assert answer.status == 404
        error = error_of(answer)
        assert error["code"] == "not-found"
        assert error["msg"].startswith("There is nothing to cancel")


# ---- refusals ---------------------------------------------------------------

@pytest.mark.parametrize("code, status, again", [
    ("disabled", 409, False), ("not-found", 404, False),
    ("unsupported", 501, False), ("bad-request", 502, False),
    ("internal", 502, False), ("unreachable", 503, True),
    ("timeout", 504, True), ("of-tomorrow", 502, False),
])
def test_each_refusal_has_its_status(stage, code, status, again):
    stage.told(refusal(code, "its own words, token=hunter2"))
    for method, path in (("POST", SYNC), ("GET", "/v1/engines/nas/runs")):
        answer = stage.ask(method, path)
        assert answer.status == status
        assert error_of(answer)["code"] == code
        assert ("Retry-After" in answer.headers) == again
        assert "hunter2" not in answer.text


def test_an_answer_to_another_question_is_502(stage):
    stage.told(ok(runs=[RUN]))
    answer = stage.ask("GET", "/v1/engines/nas/conflicts")
    assert answer.status == 502 and error_of(answer)["code"] == "internal"


def test_an_engine_without_control_is_unreachable(own_stage):
    own_stage.nas.close()
    answer = wait_until(
        lambda: (lambda a: a if a.status == 503 else None)(
            own_stage.ask("POST", SYNC)), 10, "503")
    assert error_of(answer)["code"] == "unreachable"
    assert answer.headers["Retry-After"] == "5"


def test_silence_is_504_and_a_hub_that_is_away_503_at_once(own_stage):
    own_stage.told(None)
    began = time.monotonic()
    answer = own_stage.ask("POST", SYNC)
    assert answer.status == 504 and 4 < time.monotonic() - began
    own_stage.hub_process.kill()
    wait_until(lambda: own_stage.ask("GET", "/v1/engines").json["bus"] == "down",
               10, "bus down")
    began = time.monotonic()
    answer = own_stage.ask("POST", SYNC)
    assert answer.status == 503 and time.monotonic() - began < 4
    assert error_of(answer)["code"] == "bus-down"
    assert own_stage.ask("GET", "/v1/engines/nas").json["state"] == "unknown"


@pytest.mark.tsan
def test_only_so_many_wait_for_engines(own_stage):
    """24 threads: 6 may wait; the others go on."""
    own_stage.told(None)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(
        own_stage.ask("POST", SYNC).status)) for _ in range(9)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) == 3, 3, "three refused at once")
    assert own_stage.ask("GET", "/v1/engines").status == 200
    for thread in threads:
        thread.join()
    assert sorted(answers) == [503] * 3 + [504] * 6


def test_who_hangs_up_waits_no_longer(own_stage):
    """As many as may wait do, for a run that never ends."""
    own_stage.told(ok(run=99))
    connections = []

    def is_full():
        """Who asks may take the place of one that was about to wait."""
        if own_stage.ask("POST", SYNC).status == 503:
            return True
        connections.append(own_stage.gateway.connect())
        connections[-1].request("POST", SYNC, '{"wait":true}', bearer(TOKEN))
        return False
    wait_until(is_full, 5, "no room")
    for connection in connections:
        connection.close()
    wait_until(lambda: own_stage.ask("POST", SYNC).status == 202, 5, "room")


def test_who_waits_does_not_keep_the_gateway_from_stopping(own_stage):
    own_stage.told(None)
    answers = []

    def ask():
        try:
            answers.append(error_of(own_stage.ask("POST", SYNC))["code"])
        except ConnectionError:  # civetweb stops sending when it ends
            answers.append("closed")
    waiter = threading.Thread(target=ask)
    waiter.start()
    wait_until(lambda: own_stage.nas.commands, 5, "the command")
    began = time.monotonic()
    own_stage.gateway.process.signal(signal.SIGTERM)
    assert own_stage.gateway.process.wait(5) == 0
    assert time.monotonic() - began < 4  # the engine has 5 s
    waiter.join(60)
    assert answers[0] in ("stopping", "closed")


# ---- who may, and what is asked wrongly -------------------------------------

CONTROL = [("POST", "/v1/engines/nas/" + word)
           for word in ("sync", "cancel", "enable", "disable")]
HISTORY = [("GET", "/v1/engines/nas/" + word)
           for word in ("runs", "runs/1/changes", "conflicts")]


def test_a_reader_may_look_but_not_act(stage):
    stage.told(None)
    for method, path in CONTROL:
        answer = stage.ask(method, path, token=READER)
        assert answer.status == 403 and error_of(answer)["code"] == "read-only"
    for method, path in CONTROL + HISTORY:
        answer = stage.gateway.ask(method, path)
        assert answer.status == 401
        assert error_of(answer)["code"] == "unauthorized"
    assert stage.nas.commands == []


def test_a_page_of_others_cannot_act_with_a_cookie(stage):
    stage.told(ok(run=18))
    login = stage.gateway.ask("POST", "/api/system/loginAuth",
                              json.dumps({"authCode": TOKEN}))
    cookie = {"Cookie": login.headers["Set-Cookie"].split(";")[0]}
    own = f"http://127.0.0.1:{stage.gateway.port}"
    for origin, status in ((None, 202), (own, 202),
                           ("https://evil.example", 401), ("null", 401),
                           (own + "1", 401), ("http://localhost", 401)):
        headers = {**cookie, **({"Origin": origin} if origin else {})}
        answer = stage.gateway.ask("POST", SYNC, "{}", headers)
        assert answer.status == status, origin
        if status == 401:
            assert error_of(answer)["code"] == "unauthorized"
    assert len(stage.nas.commands) == 2


@pytest.mark.parametrize("method, path", CONTROL + HISTORY)
def test_the_other_method_is_404(stage, method, path):
    for other in {"GET", "POST", "PUT", "DELETE"} - {method}:
        assert stage.ask(other, path).status == 404


@pytest.mark.parametrize("path, body, says", [
    ("sync", "[]", "object"), ("sync", "null", "object"),
    ("sync", "{", "not JSON"), ("sync", "{} {}", "not JSON"),
    ("sync", "direction=upload", "not JSON"),
    ("sync", b"\xff\xfe{}", "not JSON"), ("sync", b"{}\0", "not JSON"),
    ("sync", "{\"direction\":\"up\"}", "direction"),
    ("sync", "{\"direction\":1}", "direction"),
    ("sync", "{\"dirction\":\"upload\"}", "dirction"),
    ("sync", "{\"wait\":\"yes\"}", "wait"),
    ("sync", "{\"run\":1}", "run"),
    ("sync", "{\"wait\":true,\"wait\":false}", "not JSON"),
    ("sync", "[" * 30000, "deep"),
    ("sync", "{\"<script>\":1}", "script"),
    ("cancel", "{\"run\":0}", "run"), ("cancel", "{\"run\":\"1\"}", "run"),
    ("cancel", "{\"run\":-1}", "run"), ("cancel", "{\"run\":1.5}", "run"),
    ("cancel", "{\"direction\":\"both\"}", "direction"),
    ("enable", "{\"run\":1}", "run"), ("disable", "{\"x\":1}", "x"),
])
def test_a_bad_body_is_400_and_reaches_nobody(stage, path, body, says):
    stage.told(ok(run=1))
    answer = stage.ask("POST", "/v1/engines/nas/" + path, body)
    assert answer.status == 400
    error = error_of(answer)
    assert error["code"] == "bad-body" and says in error["msg"]
    assert "<script>" not in answer.text
    assert stage.nas.commands == []


@pytest.mark.parametrize("path", [
    "runs?after=", "runs?after=x", "runs?after=-1", "runs?after=1.5",
    "runs?after=%00", "runs?after=%", "runs?after=18446744073709551616",
    "runs?after=" + "1" * 5000, "runs/x/changes", "runs/-1/changes",
    "runs/1x/changes", "runs/%31%00/changes", "runs/%/changes",
    "runs/18446744073709551616/changes", "conflicts?after=%ff",
    "runs/" + "1" * 200 + "/changes",
])
def test_a_bad_parameter_is_400_and_reaches_nobody(stage, path):
    stage.told(ok(runs=[]))
    answer = stage.ask("GET", "/v1/engines/nas/" + path)
    assert answer.status == 400
    assert error_of(answer)["code"] == "bad-parameter"
    assert stage.nas.commands == []


def test_bodies_over_64_kib_are_413(stage):
    stage.told(ok(run=1))
    padding = " " * (64 * 1024 - 2)
    assert stage.ask("POST", SYNC, "{}" + padding).status == 202
    stage.told(ok(run=1))
    answer = stage.ask("POST", SYNC, "{}" + padding + " ")
    assert answer.status == 413 and error_of(answer)["code"] == "too-large"

    def chunks(count):
        for _ in range(count):
            yield b" " * 1024
    answer = stage.ask("POST", SYNC, chunks(65))
    assert answer.status == 413 and error_of(answer)["code"] == "too-large"
    assert stage.nas.commands == []
    assert stage.ask("POST", SYNC, chunks(64)).status == 202


def test_a_body_that_stops_short_is_400(stage):
    stage.told(ok(run=1))
    sent = (f"POST {SYNC} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {TOKEN}\r\nContent-Length: 50\r\n\r\n{{}}")
    answer = stage.gateway.raw(sent.encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert stage.nas.commands == []


def test_an_unknown_engine_is_404_for_every_call(stage):
    stage.told(ok(run=1))
    for method, path in CONTROL + HISTORY:
        answer = stage.ask(method, path.replace("nas", "nobody"))
        assert answer.status == 404
        assert error_of(answer)["code"] == "unknown-engine"
    assert stage.nas.commands == []
