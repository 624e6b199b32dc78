"""Who may call: one row per caller, as SiYuan's kernel answers them."""

import base64

import pytest

from gateway import SYNC_INFO, TOKEN, Gateway
from syncbus_test import program

NOWHERE = "ipc:///tmp/syncbus-nobody-here/feed"
READER = "reader-0123456789"
CODE = "pa:ss wörd"

HEADER = {"code": -1, "msg": "Auth failed [header: Authorization]"}
QUERY = {"code": -1, "msg": "Auth failed [query: token]"}
SESSION = {"code": -1, "msg": "Auth failed [session]"}
BROWSER = {"code": -1, "msg": 'Lock screen password authentication failed,'
           ' please <button onclick="window.location.reload()">refresh'
           '</button> or reopen'}
NOT_LOCAL = {"code": -1, "msg": "Auth failed: for security reasons, please set"
             " [Lock screen password] when using non-127.0.0.1 access\n\n"
             "为安全起见，使用非 127.0.0.1 访问时请设置 [锁屏密码]"}


def basic(user, password):
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": "Basic " + text}


def authorization(text):
    return {"Authorization": text}


ALL = {"api_token": TOKEN, "reader_token": READER, "access_code": CODE}
TOKENS = {"api_token": TOKEN, "reader_token": READER}
MOZILLA = {"User-Agent": "Mozilla/5.0 (X11)"}

# secrets, header fields, query, status, body (None: an answer; "": empty)
ROWS = [
    # tokens by header: exactly four schemes
    (ALL, authorization("Token " + TOKEN), "", 200, None),
    (ALL, authorization("token " + TOKEN), "", 200, None),
    (ALL, authorization("Bearer " + TOKEN), "", 200, None),
    (ALL, authorization("bearer " + TOKEN), "", 200, None),
    (ALL, authorization("Token " + TOKEN + "x"), "", 401, HEADER),
    (ALL, authorization("Token " + TOKEN[:-1]), "", 401, HEADER),
    (ALL, authorization("Token " + TOKEN.upper()), "", 401, HEADER),
    (ALL, authorization("TOKEN " + TOKEN), "", 401, SESSION),
    (ALL, authorization("Token"), "", 401, SESSION),
    (ALL, authorization(TOKEN), "", 401, SESSION),
    # tokens by query; the header wins
    (ALL, {}, "?token=" + TOKEN, 200, None),
    (ALL, {}, "?a=b&token=" + TOKEN, 200, None),
    (ALL, {}, "?token=%30" + TOKEN[1:], 200, None),
    (ALL, {}, "?token=wrong", 401, QUERY),
    (ALL, {}, "?token=%zz", 401, QUERY),
    (ALL, {}, "?token=", 401, SESSION),
    (ALL, {}, "?xtoken=" + TOKEN, 401, SESSION),
    (ALL, authorization("Token wrong"), "?token=" + TOKEN, 401, HEADER),
    # the reader may not
    (ALL, authorization("Token " + READER), "", 403, ""),
    (ALL, {}, "?token=" + READER, 403, ""),
    # Basic with the access code, whatever the user is called
    (ALL, basic("siyuan", CODE), "", 200, None),
    (ALL, basic("", CODE), "", 200, None),
    (ALL, basic("siyuan", "wrong"), "", 401, SESSION),
    (ALL, basic("siyuan", ""), "", 401, SESSION),
    (ALL, authorization("Basic !!!"), "", 401, SESSION),
    (ALL, authorization("Basic " + base64.b64encode(b"nocolon").decode()),
     "", 401, SESSION),
    (TOKENS, basic("siyuan", ""), "", 401, SESSION),
    # nothing, with secrets: no exemption for localhost
    (ALL, {}, "", 401, SESSION),
    (ALL, MOZILLA, "", 401, BROWSER),
    (ALL, {"User-Agent": "SiYuan/3.7.3"}, "", 401, BROWSER),
    (ALL, {"User-Agent": "curl/7.88"}, "", 401, SESSION),
    (TOKENS, {}, "", 401, SESSION),
    # no secrets: loopback, with local Origin and Host
    ({}, {}, "", 200, None),
    ({}, {"Origin": "http://localhost:6806"}, "", 200, None),
    ({}, {"Origin": "http://a.localhost"}, "", 200, None),
    ({}, {"Origin": "https://127.9.9.9:1"}, "", 200, None),
    ({}, {"Origin": "http://[::1]:8080"}, "", 200, None),
    ({}, {"Origin": "http://evil.example"}, "", 401, NOT_LOCAL),
    ({}, {"Origin": "http://localhost.evil.example"}, "", 401, NOT_LOCAL),
    ({}, {"Origin": "http://0.0.0.0"}, "", 401, NOT_LOCAL),
    ({}, {"Origin": "null"}, "", 401, NOT_LOCAL),
    ({}, {"Origin": "file://"}, "", 401, NOT_LOCAL),
    ({}, {"Origin": "app://obsidian.md"}, "", 401, NOT_LOCAL),
    ({}, {"Host": "localhost"}, "", 200, None),
    ({}, {"Host": "[::1]:7570"}, "", 200, None),
    ({}, {"Host": "rebound.example:7570"}, "", 401, NOT_LOCAL),
    ({}, {"Host": "localhost:7570.evil.example"}, "", 401, NOT_LOCAL),
    ({}, {"X-Forwarded-For": "203.0.113.9"}, "", 401, NOT_LOCAL),
    ({}, {"X-Forwarded-For": "127.0.0.1"}, "", 401, NOT_LOCAL),
    ({}, {"X-Real-IP": "203.0.113.9"}, "", 401, NOT_LOCAL),
    ({}, {"X-Forwarded-Host": "evil.example:80"}, "", 401, NOT_LOCAL),
    ({}, {"Forwarded": "for=203.0.113.9"}, "", 401, NOT_LOCAL),
    # a wrong token is wrong also where none is needed
    ({}, authorization("Token x"), "", 401, HEADER),
    ({}, {}, "?token=x", 401, QUERY),
]


@pytest.mark.parametrize("name", ["ALL", "TOKENS", "NONE"])
def test_every_caller_meets_the_answer_it_knows(processes, name):
    secrets = {"ALL": ALL, "TOKENS": TOKENS, "NONE": {}}[name]
    rows = [row for row in ROWS if row[0] == secrets]
    assert rows
    gateway, failures = None, 0
    for _, headers, query, status, body in rows:
        if gateway is None or failures >= 9:  # before it shuts us out
            gateway, failures = Gateway(processes, NOWHERE,
                                        secrets=secrets), 0
        answer = gateway.ask(path=SYNC_INFO + query, headers=headers)
        what = (headers, query, answer.text)
        assert answer.status == status, what
        if body is None:
            assert answer.json["code"] == 1, what  # nothing heard yet
        elif body == "":
            assert answer.body == b"", what
        else:
            assert answer.json == body, what
        failures += status == 401


def test_ten_failures_shut_an_address_out(processes):
    gateway = Gateway(processes, NOWHERE, secrets=ALL)
    right = authorization("Token " + TOKEN)
    for _ in range(9):
        assert gateway.ask(headers=authorization("Token x")).status == 401
    for _ in range(20):  # nothing given is no failure
        assert gateway.ask().status == 401
    assert gateway.ask(headers=right).status == 200
    assert gateway.ask(path=SYNC_INFO + "?token=x").status == 401
    answer = gateway.ask(headers=right)
    assert answer.status == 429
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.json["code"] == -1
    # Open routes stay open; what is not there is still not there.
    assert gateway.ask("GET", "/healthz").status == 200
    assert gateway.ask("GET", "/nothing").status == 404
    log = gateway.process.log
    assert "127.0.0.1" in log and TOKEN not in log and READER not in log


def test_a_trusted_proxy_says_who_is_asking(processes):
    gateway = Gateway(processes, NOWHERE, "--trusted-proxy", "127.0.0.1",
                      "--trusted-proxy", "10.0.0.1")

    def status(forwarded_for):
        return gateway.ask(headers={"X-Forwarded-For": forwarded_for}).status

    assert status("127.0.0.2") == 200
    assert status("203.0.113.9, 127.0.0.2") == 200  # the last is what counts
    assert status("127.0.0.2, 203.0.113.9") == 401
    assert status("127.0.0.2, 203.0.113.9, 10.0.0.1") == 401
    assert status("127.0.0.2, 10.0.0.1") == 200
    assert status("nonsense") == 401
    assert gateway.ask().status == 200  # nobody forwarded anything


def test_a_proxied_stranger_is_shut_out_alone(processes):
    gateway = Gateway(processes, NOWHERE, "--trusted-proxy", "127.0.0.1",
                      secrets=ALL)

    def status(token, client):
        return gateway.ask(headers={"Authorization": "Token " + token,
                                    "X-Forwarded-For": client}).status

    for _ in range(10):
        assert status("x", "203.0.113.9") == 401
    assert status(TOKEN, "203.0.113.9") == 429
    assert status(TOKEN, "203.0.113.10") == 200


def test_chinese_refusals(processes):
    gateway = Gateway(processes, NOWHERE, "--lang", "zh-CN", secrets=ALL)
    answer = gateway.ask(headers=MOZILLA)
    assert answer.json == {"code": -1, "msg": '锁屏密码验证失败，请<button onclick="'
                           'window.location.reload()">刷新</button>或者重新打开'}


@pytest.mark.parametrize("arguments, why", [
    (["--listen", "0.0.0.0:0"], "--api-token-file"),
    (["--listen", "[::1]:0"], "IPv6"),
    (["--listen", "7570"], "HOST:PORT"),
    (["--listen", "no-such-host.invalid:1"], "no-such-host.invalid"),
    (["--listen", "127.0.0.1:99999"], "HOST:PORT"),
    (["--trusted-proxy", "proxy.example"], "proxy.example"),
    (["--engine", "Not/An/Id"], "Not/An/Id"),
    (["--hub", "http://x"], "http://x"),
    (["--hub-feed", "tcp://x"], "tcp://x"),
    (["--lang", "fr"], "fr"),
    (["--threads", "0"], "threads"),
    (["--hub", "tcp://192.0.2.1"], "hub tcp://192.0.2.1:7572 is on another"),
    (["--hub", "ipc:///tmp/x", "--hub-control", "tcp://192.0.2.1:1"],
     "hub tcp://192.0.2.1:1 is on another"),
    (["--curve-key-file", "/tmp/k"], "--curve-key-file: is not there yet"),
    (["--hub-public-key", "/tmp/k"], "--hub-public-key: is not there yet"),
])
def test_wrong_configuration_is_named(processes, arguments, why):
    process = processes.start(program("syncbus-gateway"), *arguments,
                              env={"XDG_RUNTIME_DIR": "/tmp"})
    assert process.wait() == 2
    lines = process.log.strip().splitlines()
    assert len(lines) == 1 and why in lines[0], process.log


def test_a_hub_elsewhere_is_warned_of(processes):
    process = processes.start(
        program("syncbus-gateway"), "--listen", "127.0.0.1:0", "--insecure",
        "--hub", "tcp://192.0.2.1", env={"XDG_RUNTIME_DIR": "/tmp"})
    process.wait_ready()
    assert "hub tcp://192.0.2.1:7572: not encrypted" in process.log


def test_a_port_in_use_is_named(processes):
    first = Gateway(processes, NOWHERE)
    process = processes.start(
        program("syncbus-gateway"), "--hub-feed", NOWHERE, "--threads", "8",
        "--listen", f"127.0.0.1:{first.port}")
    assert process.wait() == 1
    assert f"127.0.0.1:{first.port}" in process.log
    assert "in use" in process.log and "--listen" in process.log


def test_any_address_with_a_secret(processes):
    process = processes.start(
        program("syncbus-gateway"), "--hub-feed", NOWHERE, "--threads", "8",
        "--listen", "0.0.0.0:0", "--listen", "localhost:0",
        env={"SYNCBUS_API_TOKEN": TOKEN})
    line = process.wait_for("ready: ")
    assert "http://0.0.0.0:" in line and "http://127.0.0.1:" in line
