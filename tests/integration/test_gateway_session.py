"""Logging in with a cookie, as SiYuan's front end does."""

import json

import pytest

from gateway import SYNC_INFO, TOKEN, Gateway
from streams import CLOSE, Ended, Events, WebSocket

NOWHERE = "ipc:///tmp/syncbus-nobody-here/feed"
CODE = "pa:ss wörd"
READER = "reader-0123456789"
SECRETS = {"api_token": TOKEN, "reader_token": READER, "access_code": CODE}
WRONG = {"code": -1, "msg": "The lock screen password is incorrect",
         "data": None}
BROWSER = {"User-Agent": "Mozilla/5.0", "Accept": "text/html,*/*"}


@pytest.fixture
def gateway(processes):
    return start(processes)


def start(processes, *more, secrets=SECRETS):
    return Gateway(processes, NOWHERE, "--hub-control",
                   "ipc:///tmp/syncbus-nobody-here/control", *more,
                   secrets=secrets)


def login(gateway, code=CODE, headers=None, **more):
    return gateway.ask(path="/api/system/loginAuth", headers=headers,
                       body=json.dumps({"authCode": code, **more}))


def cookie_of(answer):
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}


def ask(gateway, headers, path=SYNC_INFO, method="POST"):
    return gateway.ask(method, path, headers=headers)


def is_in(gateway, headers):
    return ask(gateway, headers).status == 200


@pytest.mark.tsan
def test_who_logs_in_gets_a_cookie_that_counts(gateway):
    answer = login(gateway)
    assert answer.status == 200
    assert answer.json == {"code": 0, "msg": "", "data": None}
    field = answer.headers["Set-Cookie"]
    assert field.startswith("siyuan=")
    value, *attributes = field.split("; ")
    assert len(value) == len("siyuan=") + 64
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Lax"]
    cookie = cookie_of(answer)
    assert is_in(gateway, cookie)
    assert is_in(gateway, {"Cookie": "a=b; siyuan=old; " + cookie["Cookie"]})
    other = cookie_of(login(gateway))
    assert other != cookie and is_in(gateway, other) and is_in(gateway, cookie)
    assert CODE not in gateway.process.log
    assert cookie["Cookie"][7:] not in gateway.process.log


def test_remember_me_lasts_thirty_days(gateway):
    field = login(gateway, rememberMe=True).headers["Set-Cookie"]
    assert "; Max-Age=2592000;" in field
    assert "Max-Age" not in login(gateway, rememberMe=False).headers[
        "Set-Cookie"]


def test_tokens_log_in_as_well_with_what_they_allow(gateway):
    assert is_in(gateway, cookie_of(login(gateway, TOKEN)))
    reader = cookie_of(login(gateway, READER))
    answer = ask(gateway, reader)
    assert answer.status == 403 and answer.body == b""
    assert ask(gateway, reader, "/v1/engines", "GET").status != 401


def test_what_nobody_sees_in_a_pasted_code_does_no_harm(gateway):
    assert login(gateway, f"  \u200b{CODE}\ufeff\r\n").json["code"] == 0


@pytest.mark.parametrize("body, msg", [
    ("{}", "Field [authCode] is required"),
    ('{"authCode":null}', "Field [authCode] is required"),
    ('{"authCode":1}', "Field [authCode] should be of type [String]"),
    ('{"authCode":"x","captcha":1}',
     "Field [captcha] should be of type [String]"),
    ('{"authCode":"x","rememberMe":"yes"}',
     "Field [rememberMe] should be of type [Boolean]"),
    ("", "Parses request [/api/system/loginAuth] failed: the request body is"
     " empty or truncated (EOF)"),
])
def test_wrong_arguments_are_said_and_are_no_failed_login(gateway, body, msg):
    for _ in range(12):
        answer = gateway.ask(path="/api/system/loginAuth", body=body)
        assert answer.status == 200
        assert answer.json == {"code": -1, "msg": msg, "data": None}
    assert login(gateway).json["code"] == 0


def test_ten_wrong_codes_shut_out_and_never_ask_for_a_captcha(gateway):
    cookie = cookie_of(login(gateway))
    for code in ("", "wrong", CODE.upper(), CODE + "x", "x" * 2000,
                 CODE[:-1], "1", "2", "3", "4"):
        answer = login(gateway, code)
        assert answer.status == 200 and answer.json == WRONG
        assert "Set-Cookie" not in answer.headers
    answer = login(gateway)
    assert answer.status == 429 and 50 <= int(
        answer.headers["Retry-After"]) <= 60
    assert ask(gateway, cookie).status == 429
    assert gateway.ask("GET", "/healthz").status == 200


def test_login_and_token_failures_count_together(gateway):
    for _ in range(5):
        assert login(gateway, "wrong").json == WRONG
        assert ask(gateway, {"Authorization": "Token x"}).status == 401
    assert login(gateway).status == 429


def test_a_cookie_that_is_none_is_no_failed_login(gateway):
    for value in ("", "x", "0" * 64, "f" * 64, "a" * 3000, '"', "%00"):
        for _ in range(3):
            assert ask(gateway, {"Cookie": "siyuan=" + value}).status == 401
    assert login(gateway).json["code"] == 0


def test_who_logs_out_is_out(gateway):
    cookie, other = cookie_of(login(gateway)), cookie_of(login(gateway))
    answer = gateway.ask(path="/api/system/logoutAuth", headers=cookie)
    assert answer.json == {"code": 0, "msg": "", "data": None}
    assert answer.headers["Set-Cookie"].startswith("siyuan=; Path=/; Max-Age=0")
    assert not is_in(gateway, cookie) and is_in(gateway, other)
    assert gateway.ask(path="/api/system/logoutAuth").json["code"] == 0


def test_what_a_session_opened_ends_with_it(gateway):
    cookie, other = cookie_of(login(gateway)), cookie_of(login(gateway))
    token = {"Authorization": "Bearer " + TOKEN}
    events = [Events(gateway.port, headers=h) for h in (cookie, other, token)]
    sockets = [WebSocket(gateway.port, headers=h)
               for h in (cookie, other, token)]
    silent = WebSocket(gateway.port, "/ws?app=a&id=b&type=tag", headers=cookie)
    for reader in events:
        reader.expect("snapshot")
    gateway.ask(path="/api/system/logoutAuth", headers=cookie)
    with pytest.raises(Ended):
        events[0].next()
    message = sockets[0].message()
    assert message["cmd"] == "logoutAuth" and message["code"] == 0
    assert message["msg"] == "" and message["data"] is None
    assert sockets[0].expect_close() == 1000
    assert silent.receive() == (CLOSE, b"\x03\xe8")
    for reader in events[1:]:
        assert reader.quiet(0.1)
    for client in sockets[1:]:
        assert client.quiet(0.1)


def test_sessions_end_with_the_process(processes):
    cookie = cookie_of(login(start(processes)))
    assert not is_in(start(processes), cookie)


def test_many_logins_throw_out_the_oldest(gateway):
    first = cookie_of(login(gateway))
    for _ in range(255):
        login(gateway)
    assert is_in(gateway, first)  # used last now
    second = cookie_of(login(gateway))
    assert is_in(gateway, first) and is_in(gateway, second)
    for _ in range(256):
        login(gateway)
    assert not is_in(gateway, second)


# ---- pages of others --------------------------------------------------------

def own(gateway):
    return f"127.0.0.1:{gateway.port}"


def test_a_page_of_others_cannot_use_the_cookie(gateway):
    cookie = cookie_of(login(gateway))
    for origin in ("http://evil.example", "null", "http://localhost:6806",
                   f"http://{own(gateway)}.evil.example", "file://", "",
                   f"https://127.0.0.1:{gateway.port + 1}"):
        for path in (SYNC_INFO, "/api/sync/performSync",
                     "/api/sync/setSyncEnable", "/v1/engines/x/sync"):
            answer = ask(gateway, {**cookie, "Origin": origin}, path)
            assert answer.status == 401, (origin, path)
        answer = ask(gateway, {**cookie, "Origin": origin},
                     "/api/system/logoutAuth")
        assert answer.status == 403 and "another site" in answer.json["msg"]
        assert "Set-Cookie" not in answer.headers
    assert is_in(gateway, cookie)
    assert is_in(gateway, {**cookie, "Origin": "http://" + own(gateway)})
    # A token is no cookie: nothing sends it along by itself.
    assert is_in(gateway, {"Authorization": "Token " + TOKEN,
                           "Origin": "http://evil.example"})


def test_a_trusted_proxy_says_what_the_browser_asked(processes):
    gateway = start(processes, "--trusted-proxy", "127.0.0.1")
    proxy = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https",
             "X-Forwarded-Host": "sync.example"}
    answer = login(gateway, headers=proxy)
    assert answer.headers["Set-Cookie"].endswith("; Secure")
    cookie = cookie_of(answer)
    assert is_in(gateway, {**cookie, **proxy, "Origin": "https://sync.example"})
    assert not is_in(gateway, {**cookie, **proxy,
                               "Origin": "https://evil.example"})
    plain = {**proxy, "X-Forwarded-Proto": "http"}
    assert "Secure" not in login(gateway, headers=plain).headers["Set-Cookie"]


def test_nobody_else_can_say_it(gateway):
    proxy = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https",
             "X-Forwarded-Host": "evil.example"}
    answer = login(gateway, headers=proxy)
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert not is_in(gateway, {**cookie_of(answer), **proxy,
                               "Origin": "https://evil.example"})


def test_without_secrets_there_is_nothing_to_log_in_to(processes):
    gateway = start(processes, secrets={})
    answer = login(gateway, "anything")
    assert answer.json["code"] == 0 and "Set-Cookie" not in answer.headers
    for headers in ({"Host": "rebound.example:7570"},
                    {"Origin": "http://evil.example"},
                    {"X-Forwarded-For": "203.0.113.9"}):
        assert login(gateway, "x", headers).status == 401
    answer = gateway.ask(path="/api/system/logoutAuth").json
    assert answer["code"] == -1 and answer["data"] == {"closeTimeout": 5000}


# ---- opening pages ----------------------------------------------------------

def test_a_browser_that_opens_a_page_is_sent_to_log_in(gateway):
    answer = gateway.ask("GET", "/v1/engines?token=", headers=BROWSER)
    assert answer.status == 302 and answer.body == b""
    assert answer.headers["Location"] == "/check-auth?to=%2Fv1%2Fengines"
    answer = gateway.ask("GET", answer.headers["Location"], headers=BROWSER)
    assert answer.status == 302 and answer.headers["Location"] == "/"
    answer = gateway.ask("GET", "/check-auth?to=http://evil.example")
    assert answer.headers["Location"] == "/"
    # Its scripts are told, and so are other programs.
    for headers in ({"User-Agent": "Mozilla/5.0", "Accept": "*/*"},
                    {"User-Agent": "curl/8", "Accept": "text/html"}):
        assert gateway.ask("GET", "/v1/engines", headers=headers).status == 401
    assert gateway.ask("GET", "/metrics", headers={
        **BROWSER, "Authorization": "Token x"}).status == 401
    cookie = cookie_of(login(gateway))
    answer = gateway.ask("GET", "/metrics", headers={**BROWSER, **cookie})
    assert answer.status == 200


@pytest.mark.parametrize("path", ["/api/system/loginAuth",
                                  "/api/system/logoutAuth"])
def test_the_routes_take_posts_only(gateway, path):
    for method in ("GET", "PUT", "DELETE"):
        assert gateway.ask(method, path).status == 404
    assert gateway.ask("POST", path, " " * 65537).status == 413
    assert gateway.ask("POST", path + "/").status == 307
