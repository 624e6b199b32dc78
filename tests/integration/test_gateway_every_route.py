"""Every route of the gateway, as /openapi.json lists them, against every wrong
way to ask: method, path, size, encoding, token, role."""

import re

import pytest

from gateway import CORS, TOKEN, Gateway, bearer
from syncbus_test import Processes

READER = "reader-0123456789"
SECRETS = {"api_token": TOKEN, "reader_token": READER, "access_code": "code"}
NOWHERE = "ipc:///tmp/syncbus-nobody-here"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


@pytest.fixture(scope="module")
def place():
    processes = Processes()
    yield Place(processes)
    reports = processes.close()
    assert not reports, "\n".join(reports)


class Place:
    def __init__(self, processes):
        self._processes = processes
        self._new()
        self.rows = []
        paths = self.gateway.ask("GET", "/openapi.json").json["paths"]
        for path, item in paths.items():
            for method, operation in item.items():
                if method.upper() in METHODS:
                    self.rows.append(
                        (method.upper(), re.sub(r"\{.*?\}", "x", path),
                         operation["x-role"]))
        assert len(self.rows) > 40

    def _new(self):
        self.gateway = Gateway(
            self._processes, NOWHERE + "/feed", "--hub-control",
            NOWHERE + "/control", secrets=SECRETS)
        self.failures = 0

    def ask(self, method, path, body=None, headers=None, wrong=False):
        self.failures += wrong
        if self.failures >= 9:  # before it shuts us out
            self._new()
        answer = self.gateway.ask(method, path, body, headers)
        for name, value in CORS.items():
            assert answer.headers[name] == value, (method, path, name)
        return answer

    def of_role(self, *roles):
        return [row for row in self.rows if row[2] in roles]


def test_another_method_is_404_and_options_204(place):
    known = {}
    for method, path, _ in place.rows:
        known.setdefault(path, set()).add(method)
    for path, methods in known.items():
        assert place.ask("OPTIONS", path).status == 204
        for method in set(METHODS) - methods:
            if method == "HEAD" and "GET" in methods:
                continue
            answer = place.ask(method, path, headers=bearer(TOKEN))
            assert answer.status == 404, (method, path)
            if method != "HEAD":
                assert answer.text == "404 page not found"


def test_another_path_is_404(place):
    for method, path, _ in place.rows:
        if path == "/":
            continue
        for other in (path + "x/y", path.upper(), "/x" + path):
            answer = place.ask(method, other, headers=bearer(TOKEN))
            assert answer.status == 404, other
        answer = place.ask(method, path + "/", headers=bearer(TOKEN))
        assert answer.status in (301, 307), path
        assert answer.headers["Location"] == path


def test_too_large_bodies_are_413_before_anything_else(place):
    for method, path, _ in place.rows:
        if method != "POST":
            continue
        for headers in ({}, bearer(TOKEN)):
            answer = place.ask(method, path, b" " * 65537, headers)
            assert answer.status == 413, path


def test_who_is_nobody_may_only_what_is_open(place):
    for method, path, _ in place.of_role("reader", "administrator"):
        for headers, query, wrong in (
                ({}, "", False), ({"Cookie": "siyuan=" + "0" * 64}, "", False),
                (bearer("wrong"), "", True), ({}, "?token=wrong", True),
                ({"Authorization": "Basic OndvcmRz"}, "", True)):
            answer = place.ask(method, path + query, "{}", headers, wrong)
            assert answer.status == 401, (method, path, headers)
    for method, path, _ in place.of_role("anybody"):
        answer = place.ask(method, path, "{}")
        assert answer.status not in (401, 403, 429, 500), (method, path)


def test_readers_look_and_do_not_touch(place):
    for method, path, _ in place.of_role("administrator"):
        answer = place.ask(method, path, "{}", bearer(READER))
        assert answer.status == 403, (method, path)
        assert path.startswith("/v1/") or answer.body == b""
    for method, path, _ in place.of_role("reader"):
        if path in ("/v1/events", "/ws"):  # they do not end
            continue
        answer = place.ask(method, path, "{}", bearer(READER))
        assert answer.status not in (401, 403, 429), (method, path)


# Bodies that no call can mean; none may be a defect.
ODD = [b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf{}", b"{", b"[" * 60000, b"null",
       b'{"engine":"\xff"}', b'{"engine":"\\ud800"}', b'{"engine":1e999}',
       b'{"a":' * 10000, '{"engine":"文"}'.encode(), b'{"engine":"a","engine":1}',
       b"%7B%7D", b"a=b&c=d", b'{"wait":false,"upload":"x"}']


def test_odd_bodies_are_answered_and_nothing_breaks(place):
    for method, path, _ in place.rows:
        if method != "POST" or path.endswith("logoutAuth"):
            continue
        for body in ODD:
            for headers in ({}, {"Content-Type": "application/json"},
                            {"Content-Encoding": "gzip"}):
                answer = place.ask(method, path, body,
                                   {**bearer(TOKEN), **headers})
                assert answer.status in (200, 400, 404, 502, 503, 504), (
                    path, body[:20], answer.text)
                if answer.status == 200:
                    assert isinstance(answer.json["code"], int)
    assert place.gateway.ask("GET", "/healthz").status == 200
