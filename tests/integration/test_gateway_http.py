"""Paths, methods, sizes, headers."""

import json

import pytest

from gateway import CORS, SYNC_INFO, TOKEN, Gateway

NOWHERE = "ipc:///tmp/syncbus-nobody-here/feed"


@pytest.fixture
def gateway(processes):
    return Gateway(processes, NOWHERE)


@pytest.fixture
def guarded(processes):
    return Gateway(processes, NOWHERE, secrets={"api_token": TOKEN})


@pytest.mark.parametrize("method, path", [
    ("GET", SYNC_INFO), ("PUT", SYNC_INFO), ("DELETE", SYNC_INFO),
    ("HEAD", SYNC_INFO), ("PATCH", SYNC_INFO),
    ("POST", "/api/sync/getsyncinfo"), ("POST", "/api/sync/getSyncInf"),
    ("POST", "/api/sync/getSyncInfoo"), ("POST", "/api/sync/"),
    ("POST", "/api/sync/../sync/getSyncInfo"), ("POST", "//api/sync/getSyncInfo"),
    ("POST", "/api/sync/getSyncInfo%00"), ("POST", "/api/sync/getSyncInfo;x"),
    ("GET", "/../../etc/passwd"), ("GET", "/%2e%2e/etc/passwd"),
    ("POST", "/metrics"), ("POST", "/healthz"),
    # the server below knows none of these methods
    ("TRACE", SYNC_INFO), ("BREW", SYNC_INFO), ("post", SYNC_INFO),
    ("BREW", "/v1/engines"), ("get", "/"),
    ("GET", "/healthz/x"), ("GET", "/wss?app=a&id=b&type=main"),
])
def test_unknown_path_or_method_is_404_before_any_login(guarded, method, path):
    answer = guarded.ask(method, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/plain"
    if method != "HEAD":
        assert answer.body == b"404 page not found"
    assert "Allow" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [SYNC_INFO, "/nothing", "/"])
def test_options_is_204_for_everybody(guarded, path):
    answer = guarded.ask("OPTIONS", path)
    assert answer.status == 204 and answer.body == b""
    assert answer.headers["Access-Control-Max-Age"] == "600"
    assert "Content-Length" not in answer.headers
    for name, value in CORS.items():
        assert answer.headers[name] == value


def test_a_last_slash_redirects(guarded):
    answer = guarded.ask(path=SYNC_INFO + "/?a=b")
    assert answer.status == 307
    assert answer.headers["Location"] == SYNC_INFO + "?a=b"
    answer = guarded.ask("GET", "/healthz/")
    assert answer.status == 301 and answer.headers["Location"] == "/healthz"
    assert guarded.ask("GET", SYNC_INFO + "/").status == 404
    assert guarded.ask(path=SYNC_INFO + "//").status == 404


def test_bodies_up_to_64_kib(gateway):
    padding = " " * (64 * 1024 - 2)
    assert gateway.ask(body="{}" + padding).json["code"] == 1
    answer = gateway.ask(body="{}" + padding + " ")
    assert answer.status == 413
    # Chunked, the size shows only while it is read.
    def chunks(count):
        for _ in range(count):
            yield b" " * 1024
    assert gateway.ask(body=chunks(64)).json["code"] == 1
    assert gateway.ask(body=chunks(65)).status == 413


def test_a_chunked_body_is_understood(gateway):
    answer = gateway.ask(body=iter([b'{"engine"', b':"x"}']))
    assert answer.json["code"] == 1


def test_content_type_and_encoding_do_not_matter(gateway):
    for kind in ("application/json", "text/plain;charset=UTF-8",
                 "multipart/form-data", "x"):
        answer = gateway.ask(body="{}", headers={
            "Content-Type": kind, "Accept-Encoding": "gzip, br"})
        assert answer.status == 200 and answer.json["code"] == 1
        assert "Content-Encoding" not in answer.headers


def test_a_client_that_waits_for_100_continue(gateway):
    raw = gateway.raw(
        f"POST {SYNC_INFO} HTTP/1.1\r\nHost: localhost\r\nConnection: close"
        "\r\nExpect: 100-continue\r\nContent-Length: 14\r\n\r\n"
        '{"engine":"x"}'.encode())
    assert raw.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_connections_are_kept_when_both_want_it(gateway):
    connection = gateway.connect()
    for _ in range(3):
        connection.request("POST", SYNC_INFO, "{}")
        response = connection.getresponse()
        assert response.headers["Connection"] == "keep-alive"
        response.read()
    connection.request("POST", "/nothing", "{}")
    response = connection.getresponse()
    assert response.headers["Connection"] == "close"
    response.read()
    answer = gateway.ask(headers={"Connection": "close"})
    assert answer.headers["Connection"] == "close"
    raw = gateway.raw(f"POST {SYNC_INFO} HTTP/1.0\r\n\r\n".encode())
    assert b"Connection: close" in raw


def test_two_requests_in_one_packet(gateway):
    one = (f"POST {SYNC_INFO} HTTP/1.1\r\nHost: localhost\r\n"
           "Content-Length: 2\r\n\r\n{}")
    last = one.replace("Host", "Connection: close\r\nHost")
    raw = gateway.raw((one + last).encode())
    assert raw.count(b"HTTP/1.1 200 OK") == 2


def test_open_routes_need_nobody(guarded):
    answer = guarded.ask("GET", "/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")
    answer = guarded.ask("GET", "/readyz")
    assert answer.status == 503 and b"no snapshot" in answer.body
    for method in ("GET", "POST"):
        answer = guarded.ask(method, "/api/system/version")
        assert answer.status == 200 and answer.json["data"].count(".") == 2
    answer = guarded.ask("POST", "/api/system/currentTime")
    assert answer.json["code"] == 0 and answer.json["data"] > 1600000000000


@pytest.mark.parametrize("name", [
    "setSyncMode", "setSyncProvider", "listCloudSyncDir",
    "importSyncProviderS3", "setSyncInterval"])
def test_configuration_calls_say_whose_it_is(gateway, guarded, name):
    answer = gateway.ask(path="/api/sync/" + name, body="{}")
    assert answer.status == 200 and answer.json["code"] == -1
    assert "engine" in answer.json["msg"]
    assert guarded.ask(path="/api/sync/" + name).status == 401


def test_answers_are_compact_json(gateway):
    body = gateway.ask().body
    assert body == json.dumps(json.loads(body), separators=(",", ":"),
                              ensure_ascii=False).encode()
