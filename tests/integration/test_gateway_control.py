"""SiYuan's calls that make an engine do something: they reach it, wait for
what it does, and end whatever happens meanwhile."""

import contextlib
import http.client
import itertools
import json
import select
import socket
import threading
import time

import msgpack
import pytest

from answering import Answering, ok, refusal
from bus import USUAL_MS, Dealer, Engine, Hub, Session
from gateway import TOKEN, Answer, Gateway, bearer
from syncbus_test import SLOWER, wait_until

PERFORM = "/api/sync/performSync"
PLAIN = {"code": 0, "msg": "", "data": None}
CONTROL = ["performSync", "performBootSync", "getBootSync", "setSyncEnable"]
READER = "reader-0123456789"
SECRETS = {"api_token": TOKEN, "reader_token": READER}


def last(run, good=True, code=""):
    return {"run": run, "ok": good, "code": code, "why": "", "ts": 1, "ms": 5,
            "dir": "both", "tx": [0, 0, 0], "rx": [0, 0, 0], "chg": [0, 0, 0]}


class Device:
    """An engine that beats and answers; its runs begin and end as told.  A
    `sync` is covered by the run after the one under way."""

    def __init__(self, context, hub, name="nas", **fields):
        self.run = 0
        self.fields = {"st": "idle", "en": True, "last": last(0),
                       "ttl": USUAL_MS, **fields}
        self._names = (context, hub.ingest, name)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.session = Session()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        self.nas = Answering(context, hub.control, name, self._answer)

    def _answer(self, command):
        if command["cmd"] == "sync":
            return ok(run=self.run + 1)
        if command["cmd"] in ("enable", "disable"):
            return ok(en=command["cmd"] == "enable")
        return ok()

    def _beat(self):
        context, ingest, name = self._names
        engine = Engine(context, ingest, name, self.session)
        told = None
        while not self._stop.wait(0.02):
            with self._lock:
                fields = dict(self.fields)
            now = time.monotonic()
            if told != fields or engine.socket.poll(0) or now > beat_at:
                while engine.socket.poll(0):
                    engine.socket.recv()
                engine.send(**fields)
                told, beat_at = fields, now + 0.5
        engine.close()

    def say(self, **fields):
        with self._lock:
            self.fields = {**self.fields, **fields}

    def finish(self, run, good=True, code=""):
        self.run = run
        self.say(st="idle" if good else "error", last=last(run, good, code))

    @property
    def commands(self):
        return [c for c in self.nas.commands if c["cmd"] != "runs"]

    def wait_asked(self, count=1, seconds=5):
        wait_until(lambda: len(self.commands) >= count, seconds,
                   f"{count} commands, not {self.commands}")

    def die(self):
        self._stop.set()
        self._thread.join()
        self.nas.close()


class Stage:
    def __init__(self, processes, short_dir, context, *more, secrets=None,
                 threads=24, **device):
        self.hub = Hub(short_dir)
        self.hub_process = self.hub.start(processes)
        self.gateway = Gateway(processes, self.hub, "--hub-control",
                               self.hub.control, *more, secrets=secrets,
                               threads=threads)
        self.device = Device(context, self.hub, **device)
        if not secrets:
            self.gateway.wait_for(lambda d: d.get("engine") == "nas")

    def call(self, body="{}", name="performSync", **more):
        if isinstance(body, dict):
            body = json.dumps(body)
        return self.gateway.ask(path="/api/sync/" + name, body=body, **more)


@pytest.fixture
def stage(processes, short_dir, context):
    stage = Stage(processes, short_dir, context)
    yield stage
    stage.device.die()


class Call:
    """A call in a thread of its own."""

    def __init__(self, stage, body="{}", name="performSync"):
        self.answer = None
        self._thread = threading.Thread(target=self._run,
                                        args=(stage, body, name), daemon=True)
        self._thread.start()

    def _run(self, stage, body, name):
        connection = stage.gateway.connect()
        body = json.dumps(body) if isinstance(body, dict) else body
        connection.request("POST", "/api/sync/" + name, body)
        # A gateway that ends may close without a word: then there is none.
        with contextlib.suppress(http.client.RemoteDisconnected):
            self.answer = Answer(connection.getresponse())
        connection.close()

    def is_waiting(self, seconds=0.3):
        self._thread.join(seconds)
        return self._thread.is_alive()

    def wait(self, seconds=20):
        self._thread.join(seconds * SLOWER)
        assert not self._thread.is_alive(), "no answer"
        return self.answer


# ---- performSync ------------------------------------------------------------

@pytest.mark.tsan
def test_it_answers_when_the_run_has_ended(stage):
    call = Call(stage)
    stage.device.wait_asked()
    assert stage.device.commands == [{"v": 1, "cmd": "sync", "dir": "both"}]
    assert call.is_waiting()
    stage.device.say(st="syncing", run=1)
    assert call.is_waiting()
    stage.device.finish(1)
    answer = call.wait(5)
    assert answer.status == 200 and answer.json == PLAIN


@pytest.mark.parametrize("body, direction", [
    ({}, "both"), ({"upload": True}, "upload"), ({"upload": False}, "download"),
    ({"upload": None}, "both"), ({"mode": "0"}, "both"),
    ({"cmd": "sync"}, "both"), ("null", "both"), ("{} junk", "both")])
def test_what_clients_send_becomes_a_command(stage, body, direction):
    call = Call(stage, body)
    stage.device.wait_asked()
    assert stage.device.commands[0]["dir"] == direction
    stage.device.finish(1)
    assert call.wait().json == PLAIN


def test_a_run_that_failed_is_code_0_as_siyuan_says(stage):
    call = Call(stage)
    stage.device.wait_asked()
    stage.device.finish(1, False, "network")
    assert call.wait().json == PLAIN
    assert stage.gateway.info()["stat"].startswith("Sync failed: ")


def test_who_names_wait_hears_how_it_ended(stage):
    call = Call(stage, {"wait": True})
    stage.device.wait_asked()
    stage.device.finish(1, False, "quota")
    answer = call.wait().json
    assert answer["code"] == 0
    assert answer["data"]["engine"] == "nas" and answer["data"]["run"] == 1
    assert answer["data"]["ok"] is False and answer["data"]["code"] == "quota"
    assert answer["data"]["msg"]
    call = Call(stage, {"wait": True})
    stage.device.wait_asked(2)
    stage.device.finish(2)
    assert call.wait().data == {"engine": "nas", "run": 2, "ok": True,
                                "code": "", "msg": ""}


def test_who_does_not_wait_gets_the_number_of_the_run(stage):
    answer = stage.call({"wait": False})
    assert answer.json == {"code": 0, "msg": "",
                           "data": {"engine": "nas", "run": 1}}


@pytest.mark.tsan
def test_calls_at_once_share_a_run_and_a_later_one_does_not(stage):
    stage.device.run = 1  # under way
    stage.device.say(st="syncing", run=1)
    calls = [Call(stage) for _ in range(5)]
    stage.device.wait_asked(5)
    stage.device.say(last=last(1))  # the one that was under way already
    assert all(call.is_waiting(0.1) for call in calls)
    stage.device.finish(2)
    assert all(call.wait(5).json == PLAIN for call in calls)
    later = Call(stage)
    stage.device.wait_asked(6)
    assert later.is_waiting()
    stage.device.finish(3)
    later.wait(5)


def test_a_disabled_engine_is_no_failure_as_in_siyuan(stage):
    stage.device.nas.answer = lambda c: refusal("disabled")
    assert stage.call().json == PLAIN
    answer = stage.call({"wait": False}).json
    assert answer["code"] == -1 and "not been enabled" in answer["msg"]


def test_mobile_switch_with_sync_off_is_silent(stage):
    stage.device.say(st="disabled", en=False)
    stage.gateway.wait_state("disabled")
    assert stage.call({"mobileSwitch": True}).json == PLAIN
    assert not stage.device.commands


@pytest.mark.parametrize("code, text", [
    ("internal", "error of its own"), ("unsupported", "does not know"),
    ("bad-request", "not understood"), ("a-newer-one", "error of its own")])
def test_a_refusal_is_said_in_words(stage, code, text):
    stage.device.nas.answer = lambda c: refusal(code)
    answer = stage.call().json
    assert answer["code"] == -1 and text in answer["msg"]
    assert answer["data"] == {"closeTimeout": 5000}


def test_an_engine_is_chosen_as_in_get_sync_info(processes, short_dir, context):
    stage = Stage(processes, short_dir, context, "--engine", "nas")
    other = Device(context, stage.hub, "another")
    stage.gateway.wait_for(lambda d: d.get("engine") == "another", 10,
                           "another")
    assert stage.call({"wait": False}).data["engine"] == "nas"
    for body, query in (({"engine": "another", "wait": False}, ""),
                        ({"wait": False}, "?engine=another")):
        answer = stage.gateway.ask(path=PERFORM + query, body=json.dumps(body))
        assert answer.data["engine"] == "another"
    for body in ({"engine": "nobody"}, {"engine": "No/id"}):
        answer = stage.call(body).json
        assert answer["code"] == -1
        assert answer["msg"] == f"Unknown engine [{body['engine']}]"
    for unreadable in ("%zz", "a" * 100):  # nobody else syncs instead
        answer = stage.gateway.ask(path=PERFORM + "?engine=" + unreadable,
                                   body='{"wait":false}').json
        assert answer["msg"] == f"Unknown engine [{unreadable}]"
    other.die()
    stage.device.die()


class Shuffling:
    """The engine's end: answers several commands at once, the last first; up
    with odd numbers, down with even ones."""

    def __init__(self, context, control):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run,
                                        args=(context, control), daemon=True)
        self._thread.start()

    def _run(self, context, control):
        dealer, numbers = Dealer(context, control, "nas"), itertools.count(1)
        while not self._stop.is_set():
            batch = []
            while len(batch) < 8:
                frames = dealer.receive(0.02)
                if not frames:
                    break
                batch.append(frames)
            for sender, request, command in reversed(batch):
                odd = msgpack.unpackb(command)["dir"] == "upload"
                reply = ok(run=2 * next(numbers) + odd)
                dealer.send(sender, request, msgpack.packb(reply))
        dealer.close()

    def close(self):
        self._stop.set()
        self._thread.join()


@pytest.mark.tsan
def test_many_at_once_each_get_their_own_reply(processes, short_dir, context):
    stage = Stage(processes, short_dir, context, threads=80)
    stage.device.nas.close()
    shuffling = Shuffling(context, stage.hub.control)
    wait_until(lambda: stage.call({"wait": False}).json["code"] == 0, 5,
               "a reply")
    runs, errors = [], []

    def ask(upload):
        try:
            for _ in range(25):
                body = {"wait": False, "upload": upload}
                run = stage.call(body).data["run"]
                assert run % 2 == upload, "somebody else's reply"
                runs.append(run)
        except Exception as error:  # noqa: BLE001: shown by the test
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(i % 2 == 1,))
               for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert len(set(runs)) == 16 * 25
    shuffling.close()
    stage.device.die()


# ---- when things go wrong ---------------------------------------------------

def test_an_engine_that_is_not_connected_is_said_at_once(
        processes, short_dir, context):
    stage = Stage(processes, short_dir, context)
    stage.device.nas.close()
    answer = wait_until(
        lambda: (lambda a: a if "not connected" in a["msg"] else None)(
            stage.call({"wait": False}).json), 10, "unreachable")
    assert answer["code"] == -1
    stage.device.die()


@pytest.mark.tsan
def test_an_engine_that_is_silent_is_a_timeout(stage):
    stage.device.nas.answer = lambda c: None
    began = time.monotonic()
    calls = [Call(stage) for _ in range(4)]
    for call in calls:
        answer = call.wait().json
        assert answer["code"] == -1 and "did not answer" in answer["msg"]
    # Each for itself, not one after the other.
    assert 4.5 < time.monotonic() - began < 4 * 4.5
    # The next one that answers is heard.
    stage.device.nas.answer = lambda c: ok(run=1)
    assert stage.call({"wait": False}).data["run"] == 1


def test_a_call_that_waits_survives_the_death_of_its_engine(stage):
    call = Call(stage)
    stage.device.wait_asked()
    stage.device.say(st="syncing", run=1)
    stage.device.die()
    answer = call.wait(30).json  # lease, then ten seconds of hope
    assert answer["code"] == -1 and "went away" in answer["msg"]
    assert "nas" in answer["msg"]


def test_an_engine_that_comes_back_may_still_finish(stage, context):
    call = Call(stage)
    stage.device.wait_asked()
    stage.device.die()
    stage.gateway.wait_state("offline", 8)
    stage.device = Device(context, stage.hub)
    stage.device.finish(1)
    assert call.wait(10).json == PLAIN


def test_a_hub_that_goes_away_ends_a_call(processes, short_dir, context):
    stage = Stage(processes, short_dir, context)
    call = Call(stage)
    stage.device.wait_asked()
    stage.hub_process.kill()
    assert "went away" in call.wait(30).json["msg"]
    began = time.monotonic()
    answer = stage.call().json
    assert answer["code"] == -1 and "aggregator" in answer["msg"]
    assert time.monotonic() - began < 4  # an engine is waited for 5 s
    # And it comes back: commands arrive again.
    stage.hub.start(processes)
    stage.device.die()
    stage.device = Device(context, stage.hub)
    wait_until(lambda: stage.call({"wait": False}).json["code"] == 0, 20,
               "a command through the new hub")
    stage.device.die()


def test_without_a_hub_it_says_so(processes):
    gateway = Gateway(processes, "ipc:///tmp/syncbus-nobody-here/feed",
                      "--hub-control",
                      "ipc:///tmp/syncbus-nobody-here/control")
    for name in ("performSync", "performBootSync", "setSyncEnable"):
        answer = gateway.ask(path="/api/sync/" + name,
                             body='{"enabled":true}').json
        assert answer["code"] == -1 and "aggregator" in answer["msg"]
    assert gateway.ask(path="/api/sync/getBootSync").json == PLAIN


class Waiting:
    """A client whose call the engine has heard of."""

    def __init__(self, stage):
        self._stage, self._asked = stage, len(stage.device.commands)
        wait_until(self._enter, 5, "a place to wait")

    def _enter(self):
        self.sock = socket.create_connection(
            ("127.0.0.1", self._stage.gateway.port))
        self.sock.sendall(f"POST {PERFORM} HTTP/1.1\r\nHost: localhost\r\n"
                          "Content-Length: 2\r\n\r\n{}".encode())
        while not select.select([self.sock], [], [], 0.01)[0]:
            if len(self._stage.device.commands) > self._asked:
                return True
        self.sock.close()  # somebody who left had not been noticed yet
        return False


@pytest.mark.tsan
def test_clients_that_hung_up_free_their_threads(stage):
    """24 threads, so six calls may wait."""
    for _ in range(3):
        clients = [Waiting(stage) for _ in range(6)]
        for client in clients:
            client.sock.close()
    wait_until(lambda: stage.call({"wait": False}).status == 200, 5, "room")


def test_too_many_that_wait_starve_nobody(stage):
    calls = [Call(stage) for _ in range(6)]
    stage.device.wait_asked(6)
    wait_until(lambda: stage.call().status == 503, 5, "no more room")
    answer = stage.call()
    assert answer.status == 503 and answer.json["code"] == -1
    assert "Too many" in answer.json["msg"]
    assert answer.headers["Retry-After"] == "5"
    for _ in range(20):
        assert stage.gateway.info()["engine"] == "nas"
    assert all(call.is_waiting(0) for call in calls)
    stage.device.finish(1)
    for call in calls:
        assert call.wait(5).json == PLAIN


def test_the_end_of_the_gateway_ends_calls_that_wait(stage):
    call = Call(stage)
    stage.device.wait_asked()
    began = time.monotonic()
    assert stage.gateway.process.stop() == 0
    assert time.monotonic() - began < 5
    call.wait(2)


# ---- boot and switch --------------------------------------------------------

def counts(good, bad):
    return {"ok": good, "err": bad, "cf": 0, "tx": 0, "rx": 0}


def test_boot_sync_is_told_as_in_siyuan(stage):
    assert stage.call(name="getBootSync").json == PLAIN
    stage.device.say(cnt=counts(0, 1), st="error", last=last(1, False, "network"))
    stage.gateway.wait_state("error")
    answer = stage.call(name="getBootSync").json
    assert answer["code"] == 1 and answer["data"] is None
    assert answer["msg"].startswith("The initial synchronization failed at")
    stage.device.run = 1
    for good, code in ((False, 1), (True, 0)):
        run = stage.device.run + 1
        asked = len(stage.device.commands)
        call = Call(stage, "", "performBootSync")
        stage.device.wait_asked(asked + 1)
        assert call.is_waiting()
        stage.device.finish(run, good, "" if good else "network")
        assert call.wait().json == {"code": code, "msg": "", "data": None}
    stage.device.say(cnt=counts(1, 2))
    wait_until(lambda: stage.call(name="getBootSync").json == PLAIN, 5, "code 0")
    stage.device.nas.answer = lambda c: refusal("disabled")
    assert stage.call(name="performBootSync").json == {
        "code": -1, "msg": "", "data": None}


def test_set_sync_enable_is_a_command(stage):
    for enabled, command in ((True, "enable"), (False, "disable")):
        assert stage.call({"enabled": enabled}, "setSyncEnable").json == PLAIN
        assert stage.device.commands[-1] == {"v": 1, "cmd": command}
    stage.device.nas.answer = lambda c: refusal("unsupported")
    answer = stage.call({"enabled": True}, "setSyncEnable").json
    assert answer["code"] == -1 and "does not know" in answer["msg"]


@pytest.mark.tsan
def test_boot_progress_is_true_and_open_to_all(processes, short_dir, context):
    hub = Hub(short_dir)
    gateway = Gateway(processes, hub, "--hub-control", hub.control,
                      secrets=SECRETS)

    def look(method="GET"):
        answer = gateway.ask(method, "/api/system/bootProgress")
        assert answer.status == 200 and answer.json["code"] == 0
        data = answer.data
        assert list(data) == ["details", "progress"]
        assert data["details"].startswith("v0.")
        return data

    assert look()["progress"] == 0 and look("POST")["progress"] == 0
    assert "aggregator" in look()["details"]
    hub.start(processes)
    wait_until(lambda: look()["progress"] == 5, 10, "the aggregator")
    device = Device(context, hub, st="syncing", run=1, ru=0, pr=0, pm=500,
                    cnt=counts(0, 0), it="/secret name.sy")
    data = wait_until(lambda: look() if look()["progress"] > 5 else None, 5,
                      "the first run")
    assert 50 <= look()["progress"] < 60
    assert "Syncing data from the cloud..." in look()["details"]
    assert "secret" not in look()["details"]
    device.say(cnt=counts(1, 0))
    device.finish(1)
    wait_until(lambda: look()["progress"] == 100, 5, "the end of the boot")
    event = gateway.ask("GET", "/api/system/bootProgressSSE")
    assert event.headers["Content-Type"] == "text/event-stream"
    retry, data, *rest = event.text.split("\n")
    assert retry == "retry: 500" and rest == ["", ""]
    assert json.loads(data.removeprefix("data: ")) == look()
    assert "Finishing boot..." in look()["details"]
    device.say(st="syncing", run=2, pm=10)
    wait_until(lambda: gateway.info(headers=bearer(TOKEN))["syncing"], 5,
               "a later run, which must not show")
    assert look()["progress"] == 100
    device.die()


# ---- every route, every kind of wrong ---------------------------------------

FAILED = "Parses request [/api/sync/{}] failed: "
NO_OBJECT = ("json: cannot unmarshal {} into Go value of type"
             " map[string]interface {{}}")
BODIES = [
    ("", "the request body is empty or truncated (EOF)"),
    (" \r\n", "the request body is empty or truncated (EOF)"),
    ("{", "unexpected EOF"),
    ('{"a":', "unexpected EOF"),
    ("abc", "invalid character 'a' looking for beginning of value"),
    ("[]", NO_OBJECT.format("array")),
    ("1", NO_OBJECT.format("number")),
    ('"x"', NO_OBJECT.format("string")),
    ("true", NO_OBJECT.format("bool")),
    ("[" * 60000, "exceeded max depth"),
]
FIELDS = [
    ("performSync", {"upload": "true"}, "upload", "Boolean"),
    ("performSync", {"upload": 1}, "upload", "Boolean"),
    ("performSync", {"mobileSwitch": 0}, "mobileSwitch", "Boolean"),
    ("performSync", {"upload": 1, "mobileSwitch": 0}, "mobileSwitch", "Boolean"),
    ("performSync", {"engine": 1}, "engine", "String"),
    ("performSync", {"wait": "no", "engine": []}, "engine", "String"),
    ("performSync", {"wait": "no"}, "wait", "Boolean"),
    ("setSyncEnable", {"enabled": "true"}, "enabled", "Boolean"),
    ("setSyncEnable", {"enabled": 1}, "enabled", "Boolean"),
    ("setSyncEnable", {"enabled": True, "engine": {}}, "engine", "String"),
]


def test_bodies_are_refused_in_siyuans_words(stage):
    for name in ("performSync", "setSyncEnable"):
        for body, detail in BODIES:
            answer = stage.call(body, name)
            assert answer.status == 200, body[:20]
            assert answer.json == {
                "code": -1, "msg": FAILED.format(name) + detail, "data": None}
    for name, body, key, kind in FIELDS:
        assert stage.call(body, name).json == {
            "code": -1, "data": None,
            "msg": f"Field [{key}] should be of type [{kind}]"}
    for body in ({}, {"enabled": None}, "null"):
        assert stage.call(body, "setSyncEnable").json == {
            "code": -1, "msg": "Field [enabled] is required", "data": None}
    assert not stage.device.commands


def test_the_content_type_is_never_looked_at(stage):
    for kind in ("text/plain;charset=UTF-8", "application/xml", ""):
        answer = stage.call({"wait": False}, headers={"Content-Type": kind})
        assert answer.json["code"] == 0


def test_chunked_bodies_and_large_ones(stage):
    body = b'{"wait":false}'
    answer = stage.gateway.raw(
        b"POST " + PERFORM.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        + b"".join(b"1\r\n" + bytes([c]) + b"\r\n" for c in body)
        + b"0\r\n\r\n")
    assert b'"run":1' in answer, answer
    padded = '{"wait":false,"x":"' + "y" * 65000 + '"}'
    assert stage.call(padded).json["code"] == 0
    for name in CONTROL:
        assert stage.call(" " * 65537, name).status == 413
    short = (f"POST {PERFORM} HTTP/1.1\r\nHost: localhost\r\n"
             "Content-Length: 9\r\n\r\n{}").encode()
    assert stage.gateway.raw(short).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("name", CONTROL)
def test_who_may_call_and_how(processes, short_dir, context, name):
    stage = Stage(processes, short_dir, context, secrets=SECRETS)
    path = "/api/sync/" + name

    def ask(method="POST", where=path, token=None):
        headers = {"Authorization": "Token " + token} if token else {}
        return stage.gateway.ask(method, where, '{"enabled":true,"wait":false}',
                                 headers)

    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD"):
        assert ask(method, token=TOKEN).status == 404
    assert ask("OPTIONS").status == 204
    assert ask(where=path.lower(), token=TOKEN).status == 404
    assert ask(where=path + "/", token=TOKEN).status == 307
    assert ask().status == 401
    answer = ask(token="wrong")
    assert answer.status == 401 and list(answer.json) == ["code", "msg"]
    answer = ask(token=READER)
    if name == "getBootSync":
        assert answer.status == 200 and answer.json == PLAIN
    else:
        assert answer.status == 403 and answer.body == b""
    assert not stage.device.commands
    if name != "performBootSync":
        wait_until(lambda: ask(token=TOKEN).json["code"] == 0, 5, "an answer")
    stage.device.die()
