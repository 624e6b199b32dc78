"""SiYuan's messages over a WebSocket: each run starts once and ends once, in
the words that clients know; whoever breaks the protocol's rules is told so."""

import json
import os
import re
import struct
import time

import pytest

from bus import Engine, Hub
from gateway import Gateway
from streams import (BINARY, CLOSE, PING, PONG, SOCKET, TEXT, Ended, Events,
                     WebSocket)
from syncbus_test import LONG, wait_until

ENGINE = {"st": "idle", "en": True, "prov": "local", "cloud": "main",
          "ttl": 10000}
LONG_FORM = ["cmd", "reqId", "app", "sid", "pushMode", "callback", "code",
             "msg", "data"]


def last(run, ok=True, **fields):
    return {"run": run, "ok": ok, "code": "" if ok else "network",
            "ts": 1000 + run, "ms": 1234, "dir": "both", "tx": [3, 1, 9600],
            "rx": [1, 0, 16000], "chg": [0, 0, 0], **fields}


class Stand:
    def __init__(self, processes, folder, context, *more, engine="one",
                 **options):
        self.hub = Hub(folder)
        self.context = context
        self.hub_process = self.hub.start(processes)
        self.gateway = Gateway(processes, self.hub, *more, **options)
        self.engine = self.join(engine)

    def join(self, name, **fields):
        engine = Engine(self.context, self.hub.ingest, name).wait_subscribed()
        engine.send(**{**ENGINE, **fields})
        return engine

    def socket(self, path=SOCKET, **options):
        return WebSocket(self.gateway.port, path, **options)

    def follow(self, **options):
        """A socket of which it is sure that it follows."""
        client = self.socket(**options)
        assert client.is_accepted()
        self.sync(client)
        return client

    def sync(self, client):
        """Everything said before is done: an answer came back."""
        client.say(cmd="x", reqId=7)
        while client.message()["reqId"] != 7:
            pass

    def wait_state(self, state):
        self.gateway.wait_state(state)


@pytest.fixture
def stand(processes, short_dir, context):
    stand = Stand(processes, short_dir, context)
    stand.wait_state("idle")
    return stand


def words(messages):
    """What was said, in short: "0", "1", "2" or the status bar's text without
    its time."""
    said = []
    for m in messages:
        assert list(m) == LONG_FORM
        assert m["data"] is None and m["app"] == m["sid"] == ""
        if m["cmd"] == "syncing":
            said.append(str(m["code"]))
        else:
            assert m["cmd"] == "statusbar" and m["code"] == 0
            text, moment = re.fullmatch(
                r"(?s)(.*) \((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\)",
                m["msg"]).groups()
            now = time.time()
            then = time.mktime(time.strptime(moment, "%Y-%m-%d %H:%M:%S"))
            assert abs(now - then) < 60
            said.append(text)
    return said


# ---- runs -------------------------------------------------------------------

@pytest.mark.tsan
def test_a_run_from_start_to_end(stand):
    client = stand.follow()
    engine = stand.engine
    steps = [dict(ph="lock"), dict(ph="fetch-ref"),
             dict(ph="send-chunks", n=[0, 20]),
             dict(ph="send-chunks", n=[9, 20]),
             dict(ph="send-chunks", n=[10, 20]),  # nothing new
             dict(ph="send-chunks", n=[19, 20]), dict(ph="unlock")]
    messages = []
    for step in steps:
        engine.send(st="syncing", run=1, **step)
        if step.get("n") == [10, 20]:
            stand.gateway.wait_for(lambda d: d["progress"]["current"] == 10)
            continue
        # Each is heard before the next is said: none overtakes another.
        messages += [client.message() for _ in range(2 if not messages else 1)]
    engine.send(st="idle", last=last(1))
    messages += client.until_end()
    assert words(messages) == [
        "0", "Locking cloud sync directory",
        "Downloading data repo reference refs/latest",
        "Uploading data repo chunk 0/20", "Uploading data repo chunk 8/20",
        "Uploading data repo chunk 16/20", "Unlocking cloud sync directory",
        "Data snapshot has been synchronized, took 1.23s", "1"]
    assert messages[0]["msg"] == "Syncing data..."
    assert messages[-1]["msg"] == (
        "uploaded/downloaded files 3/1<br>&emsp;uploaded/downloaded chunks 1/0"
        "<br>&emsp;sent/received bytes 9.6 kB/16 kB")


def test_in_chinese_the_end_begins_with_upload(processes, short_dir, context):
    """A plugin looks for exactly that (siyuan-steve-tools)."""
    stand = Stand(processes, short_dir, context, "--lang", "zh-CN")
    stand.wait_state("idle")
    client = stand.follow()
    stand.engine.send(st="syncing", run=1, ph="send-files", n=[8, 9])
    messages = [client.message(), client.message()]
    stand.engine.send(st="idle", last=last(1))
    messages += client.until_end()
    assert messages[0]["msg"] == "数据同步中..."
    assert words(messages)[1] == "正在上传数据仓库文件 8/9"
    assert messages[-1]["msg"].startswith("上传/下载文件数 3/1<br>")


def test_a_failed_run_says_why(stand):
    client = stand.follow()
    stand.engine.send(st="syncing", run=1, ph="lock")
    messages = [client.message(), client.message()]
    stand.engine.send(st="error", last=last(1, False))
    messages += client.until_end()
    failed = ("Sync failed: The network is abnormal, please try again later"
              " (Provider: Local File System)")
    assert words(messages) == ["0", "Locking cloud sync directory", failed,
                               "2"]
    assert messages[-1]["msg"] == failed


@pytest.mark.tsan
def test_a_run_nobody_saw_is_told_all_the_same(stand):
    client = stand.follow()
    stand.engine.send(st="idle", run=4, last=last(4))
    assert [w for w in words(client.until_end()) if len(w) == 1] == ["0", "1"]


def test_who_comes_during_a_run_is_told_that_it_runs(stand):
    stand.engine.send(st="syncing", run=1, ph="send-chunks", n=[9, 20])
    stand.wait_state("syncing")
    client = stand.socket()
    assert client.message()["cmd"] == "syncing"
    assert words([client.message()]) == ["Uploading data repo chunk 8/20"]
    stand.engine.send(st="idle", last=last(1))
    assert words(client.until_end())[-1] == "1"


def test_runs_follow_each_other(stand):
    client = stand.follow()
    said = []
    for run in range(1, 6):
        stand.engine.send(st="syncing", run=run)
        said += words([client.message()])
        ok = run != 3
        stand.engine.send(st="idle" if ok else "error",
                          last=last(run, ok))
        said += words(client.until_end())
    assert [w for w in said if len(w) == 1] == list("0101020101")


def test_an_engine_that_dies_in_a_run_ends_it(stand):
    client = stand.follow()
    stand.engine.send(st="syncing", run=1, ttl=1000)
    assert client.message()["code"] == 0
    end = client.until_end(20)[-1]
    assert end["code"] == 2
    assert end["msg"] == "The network is abnormal, please try again later"


def test_an_interrupted_run_is_ended_by_the_next_start(stand, context):
    client = stand.follow()
    stand.engine.send(st="syncing", run=1)
    assert client.message()["code"] == 0
    stand.engine.close()
    stand.join("one", last=last(1, False, code="interrupted"))
    end = client.until_end()[-1]
    assert end["code"] == 2 and end["msg"].startswith("Sync failed: ")


@pytest.mark.tsan
def test_while_the_hub_is_away_a_run_has_no_end(
        processes, short_dir, context):
    stand = Stand(processes, short_dir, context)
    stand.wait_state("idle")
    client = stand.follow()
    stand.engine.send(st="syncing", run=1)
    assert client.message()["code"] == 0
    stand.hub_process.kill()
    stand.wait_state("unknown")
    stand.hub.start(processes)
    client.sock.settimeout(0.2)
    seen = []

    def look():
        stand.engine.send(st="idle", last=last(1))
        try:
            seen.append(client.message())
        except TimeoutError:
            pass
        return seen and seen[-1]["cmd"] == "syncing"
    wait_until(look, 15, "the end")
    assert [m["code"] for m in seen if m["cmd"] == "syncing"] == [1]


def test_names_of_files_are_no_html(stand):
    client = stand.follow()
    stand.engine.send(st="syncing", run=1, ph="walk",
                      it="/<img src=x onerror=alert(1)>.sy")
    assert client.message()["code"] == 0
    assert words([client.message()]) == [
        "Indexing data repo, walking data"
        " &lt;img src=x onerror=alert(1)&gt;.sy"]


# ---- which engine -----------------------------------------------------------

def test_the_query_picks_the_engine(stand):
    other = stand.join("two")
    client = stand.follow(path=SOCKET + "&engine=two")
    stand.engine.send(st="syncing", run=1)
    stand.wait_state("syncing")
    other.send(st="error", last=last(8, False))
    assert client.until_end()[-1]["code"] == 2


def test_the_option_picks_the_engine(processes, short_dir, context):
    stand = Stand(processes, short_dir, context, "--engine", "two")
    other = stand.join("two")
    stand.wait_state("idle")
    client = stand.follow()
    stand.engine.send(st="idle", last=last(1))
    other.send(st="error", last=last(8, False))
    assert client.until_end()[-1]["code"] == 2


def test_an_engine_that_comes_later_is_followed(stand):
    client = stand.follow(path=SOCKET + "&engine=later")
    later = stand.join("later")
    later.send(st="syncing", run=1)
    assert client.message()["code"] == 0
    later.send(st="idle", last=last(1))
    assert client.until_end()[-1]["code"] == 1


@pytest.mark.parametrize("path", [
    "/ws", "/ws?app=a&id=1", "/ws?app=a&id=1&type=protyle",
    "/ws?app=&id=1&type=main", "/ws?id=1&type=main"])
def test_only_main_is_told(stand, path):
    client = stand.socket(path)
    assert client.is_accepted()
    stand.sync(client)
    follower = stand.follow()
    stand.engine.send(st="idle", last=last(1))
    follower.until_end()
    client.say(cmd="y", reqId=8)
    assert client.message()["reqId"] == 8


# ---- the slow ---------------------------------------------------------------

def codes_until(client, last_code):
    """What it is told of runs, up to the first end of that kind."""
    codes = []
    while not codes or codes[-1] != last_code:
        message = client.message()
        if message["cmd"] == "syncing":
            codes.append(message["code"])
    return codes


@pytest.mark.tsan
def test_a_slow_client_finds_every_run_that_it_is_told_of_whole(
        processes, short_dir, context):
    stand = Stand(processes, short_dir, context)
    stand.wait_state("idle")
    slow = stand.follow(receive_bytes=4096)
    quick = stand.follow()
    item = "/" + "x" * 150
    runs = 25
    for run in range(1, runs + 1):
        for step in range(4):
            stand.engine.send(st="syncing", run=run, it=item, ph="walk",
                              n=[step * 1024, 0])
            time.sleep(0.06)
        stand.engine.send(st="idle", last=last(run))
        quick.until_end()
        # Answers fill its socket faster than runs do.
        for _ in range(100):
            slow.say(cmd="z" * 60)
    stand.engine.send(st="error", last=last(runs + 1, False))
    assert quick.until_end()[-1]["code"] == 2  # before the slow one reads
    codes = codes_until(slow, 2)
    assert codes[0::2] == [0] * (len(codes) // 2)
    assert set(codes[1::2]) <= {1, 2}
    assert codes[-1] == 2 and len(codes) < 2 * (runs + 1)
    stand.engine.send(st="idle", last=last(runs + 2))
    # A run it was in the middle of may have ended as the failed one did, which
    # then follows.
    assert codes_until(slow, 1) in ([0, 1], [0, 2, 0, 1])


# ---- what clients say -------------------------------------------------------

def test_commands(stand):
    client = stand.follow()
    client.say(cmd="ping", reqId=1, param={})
    client.say(cmd="nonsense", reqId=2, param={})
    client.send(TEXT, b"{")
    client.send(TEXT, b"[]")
    client.send(TEXT, b"")
    answers = [client.message() for _ in range(4)]
    assert [a["msg"] for a in answers] == [
        "can not find command [nonsense]"] + 3 * ["Bad Request"]
    assert answers[0]["reqId"] == 2 and answers[0]["cmd"] == "nonsense"
    assert {a["code"] for a in answers} == {-1}
    client.say(cmd="closews", reqId=3)
    assert client.expect_close() == 1000


def test_pings_are_answered(stand):
    client = stand.follow()
    client.send(PING, b"hello")
    assert client.receive() == (PONG, b"hello")
    client.send(PONG, b"whatever")
    client.send(PING)
    assert client.receive() == (PONG, b"")


def test_a_message_in_pieces(stand):
    client = stand.follow()
    text = json.dumps({"cmd": "in pieces", "reqId": 5}).encode()
    client.send(TEXT, text[:3], final=False)
    client.send(PING, b"between")
    for i in range(3, len(text) - 1):
        client.send(0, text[i:i + 1], final=False)
    client.send(0, text[-1:])
    assert client.receive() == (PONG, b"between")
    assert client.message()["reqId"] == 5


def test_a_frame_byte_by_byte(stand):
    client = stand.follow()
    for byte in client.frame(TEXT, b'{"cmd":"slow","reqId":6}'):
        client.sock.sendall(bytes([byte]))
    assert client.message()["reqId"] == 6


def test_the_longest_message(stand):
    client = stand.follow()
    text = json.dumps({"cmd": "long", "reqId": 9, "x": "y" * 65000}).encode()
    client.send(TEXT, text)
    assert client.message()["reqId"] == 9


FRAMES = {
    "no mask": (1002, lambda c: c.frame(TEXT, b"{}", mask=None)),
    "a reserved bit": (1002, lambda c: c.frame(TEXT, b"{}", reserved=0x40)),
    "an unknown opcode": (1002, lambda c: c.frame(3, b"")),
    "an unknown control opcode": (1002, lambda c: c.frame(11, b"")),
    "a ping in pieces": (1002, lambda c: c.frame(PING, b"", final=False)),
    "a long ping": (1002, lambda c: c.frame(PING, bytes(126))),
    "a piece of nothing": (1002, lambda c: c.frame(0, b"x")),
    "a message within another": (
        1002, lambda c: c.frame(TEXT, b"{", final=False)
        + c.frame(TEXT, b"}")),
    "a length in too many bytes": (
        1002, lambda c: c.frame(TEXT, b"{}",
                                length=(126, struct.pack(">H", 2)))),
    "a length in far too many bytes": (
        1002, lambda c: c.frame(TEXT, b"{}",
                                length=(127, struct.pack(">Q", 2)))),
    "a negative length": (
        1002, lambda c: c.frame(TEXT, b"", length=(127, b"\xff" * 8))),
    "a huge length": (
        1009, lambda c: c.frame(TEXT, b"",
                                length=(127, struct.pack(">Q", 1 << 62)))),
    "one byte too many": (1009, lambda c: c.frame(TEXT, b"x" * 65537)),
    "too many in pieces": (
        1009, lambda c: c.frame(TEXT, b"x" * 40000, final=False)
        + c.frame(0, b"x" * 40000)),
    "binary": (1003, lambda c: c.frame(BINARY, b"{}")),
    "no UTF-8": (1007, lambda c: c.frame(TEXT, b"\xff\xfe")),
    "half a character": (1007, lambda c: c.frame(TEXT, "é".encode()[:1])),
    "a close of one byte": (1002, lambda c: c.frame(CLOSE, b"\x03")),
    "a close with no code": (1002, lambda c: c.frame(CLOSE, b"\x03\xed")),
    "a close with bad words": (
        1007, lambda c: c.frame(CLOSE, b"\x03\xe8\xff")),
    "HTTP": (1002, lambda c: b"GET / HTTP/1.1\r\n\r\n"),
}


@pytest.mark.tsan
@pytest.mark.parametrize("name", FRAMES)
def test_what_no_client_may_send_closes(stand, name):
    code, make = FRAMES[name]
    client = stand.follow()
    client.sock.sendall(make(client))
    assert client.expect_close() == code


@pytest.mark.parametrize("payload, code", [
    (b"", None), (b"\x03\xe8bye", 1000), (b"\x0f\xa0", 4000)])
def test_a_close_is_answered_with_its_code(stand, payload, code):
    client = stand.follow()
    client.send(CLOSE, payload)
    assert client.expect_close() == code


def open_streams(gateway):
    text = gateway.ask("GET", "/metrics").text
    return {kind: int(float(value)) for kind, value in re.findall(
        r'syncbus_gateway_streams\{kind="(\w+)"\} (\S+)', text)}


@pytest.mark.tsan
@pytest.mark.parametrize("how", ["close", "reset", "half", "silent close"])
def test_who_leaves_is_gone(stand, how):
    client, reader = stand.follow(), Events(stand.gateway.port)
    wait_until(lambda: open_streams(stand.gateway) ==
               {"sse": 1, "websocket": 1}, 5, "both")
    if how == "half":
        client.sock.shutdown(1)
    elif how == "silent close":  # a close frame, and then not a word
        client.send(CLOSE, b"\x03\xe8")
    else:
        getattr(client, how)()
    # Before a beat, at which writing fails: 15 s.
    wait_until(lambda: open_streams(stand.gateway)["websocket"] == 0, 2,
               "its end")
    reader.reset()
    wait_until(lambda: open_streams(stand.gateway)["sse"] == 0, 2, "its end")


@pytest.mark.tsan
def test_the_gateway_says_goodbye(stand):
    clients = [stand.follow() for _ in range(20)]
    began = time.monotonic()
    assert stand.gateway.process.stop() == 0
    assert time.monotonic() - began < 5
    for client in clients:
        assert client.expect_close() == 1001


@pytest.mark.skipif(not LONG, reason="takes a minute")
def test_a_silent_client_is_asked_and_then_dropped(stand):
    client = stand.follow(timeout=70)
    assert client.receive()[0] == PING
    with pytest.raises((Ended, ConnectionError)):
        client.receive()


# ---- the handshake ----------------------------------------------------------

@pytest.mark.parametrize("headers, status", [
    ({"Upgrade": None}, 400), ({"Upgrade": "h2c"}, 400),
    ({"Connection": "keep-alive"}, 400),
    ({"Connection": "keep-alive, Upgrade"}, 101),
    ({"Upgrade": "WebSocket"}, 101),
    ({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Key": "short"}, 400),
    ({"Sec-WebSocket-Version": None}, 426),
    ({"Sec-WebSocket-Version": "8"}, 426),
    ({"Sec-WebSocket-Protocol": "chat"}, 101),
    ({"Sec-WebSocket-Extensions": "permessage-deflate"}, 101)])
def test_handshakes(stand, headers, status):
    client = stand.socket(headers=headers)
    assert client.status == status
    if status == 101:
        assert client.is_accepted()
        assert "sec-websocket-extensions" not in client.headers
    if status == 426:
        assert client.headers["sec-websocket-version"] == "13"


def test_an_engine_that_cannot_be_is_refused(stand):
    for engine in ("No!", "%zz", "a" * 100):
        client = stand.socket(SOCKET + "&engine=" + engine)
        assert client.status == 400 and b"bad-parameter" in client.body()


SECRETS = {"api_token": "admin-token", "reader_token": "reader-token",
           "access_code": "code"}
BASIC = {"Authorization": "Basic dXNlcjpjb2Rl"}
FOREIGN = {"Origin": "https://evil.example"}


def own_origin(stand):
    return {"Origin": f"http://localhost:{stand.gateway.port}"}


@pytest.mark.parametrize("path, headers, status", [
    ("", {}, 401),
    ("", {"Authorization": "Token reader-token"}, 101),
    ("", {"Authorization": "Bearer admin-token"}, 101),
    ("", {"Authorization": "Bearer wrong"}, 401),
    ("&token=reader-token", {}, 101),
    ("&token=wrong", {}, 401),
    # A token is proof enough, wherever the page comes from.
    ("&token=reader-token", FOREIGN, 101),
    ("", {"Authorization": "Token reader-token", **FOREIGN}, 101),
    # What a browser sends by itself is not.
    ("", BASIC, 101),
    ("", {**BASIC, **FOREIGN}, 401),
    ("", {**BASIC, "Origin": "null"}, 401),
    ("", {**BASIC, "Origin": "http://localhost.evil.example"}, 401),
    ("&token=", {**BASIC, **FOREIGN}, 401),
    ("&xtoken=1", {**BASIC, **FOREIGN}, 401),
    ("", {**BASIC, "Origin": "http://localhost:6806"}, 101),
    ("", {**BASIC, "Host": "nas.example", "Origin": "https://nas.example"},
     101)])
def test_who_may(processes, short_dir, context, path, headers, status):
    stand = Stand(processes, short_dir, context, secrets=SECRETS)
    assert stand.socket(SOCKET + path, headers=headers).status == status


def test_a_cookie_opens_streams_for_pages_of_the_gateway_only(
        processes, short_dir, context):
    stand = Stand(processes, short_dir, context, secrets=SECRETS)
    answer = stand.gateway.ask(path="/api/system/loginAuth",
                               body=json.dumps({"authCode": "code"}))
    cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    assert stand.socket(headers={**cookie, **own_origin(stand)}).status == 101
    assert stand.socket(headers=cookie).status == 101
    assert stand.socket(headers={**cookie, **FOREIGN}).status in (401, 403)
    assert Events(stand.gateway.port, headers=cookie).status == 200


def test_without_secrets_only_pages_of_this_machine_may(stand):
    assert stand.socket(headers=FOREIGN).status == 401
    assert stand.socket(headers=own_origin(stand)).status == 101
    assert stand.socket(
        headers={"Host": "rebound.example"}).status == 401


def test_sockets_are_kept_apart(stand):
    """Many, and each gets its own answers."""
    clients = [stand.follow() for _ in range(50)]
    for i, client in enumerate(clients):
        client.say(cmd=f"c{i}", reqId=i)
    for i, client in enumerate(clients):
        assert client.message()["cmd"] == f"c{i}"


def test_noise_harms_nobody(stand):
    client = stand.follow()
    for _ in range(100):
        noisy = stand.socket()
        noisy.sock.sendall(os.urandom(500))
        noisy.close()
    stand.engine.send(st="idle", last=last(1))
    assert client.until_end()[-1]["code"] == 1
