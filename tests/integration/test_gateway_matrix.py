"""Every route of /openapi.json, so a new one as well, against every role,
method, body, head and path that somebody may send."""

import json
import re
import time
from pathlib import Path

import pytest
import zmq

from answering import Answering, ok
from attack import exchange, request
from bus import Engine, Hub
from gateway import TOKEN, Gateway, milliseconds
from syncbus_test import Processes, wait_until

READER, CODE = "reader-0123456789", "open-sesame-42"
SECRETS = {"api_token": TOKEN, "reader_token": READER, "access_code": CODE}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE",
           "CONNECT", "PROPFIND", "BREW", "get"]
MIB = 1 << 20


class Operation:
    """One method of one path, as the document has it."""

    def __init__(self, path, method, document):
        self.template, self.method = path, method.upper()
        self.path = path.replace("{id}", "nas").replace("{run}", "17")
        self.path = self.path.replace("{version}", "x").replace("{file}", "y")
        self.role = document["x-role"]
        self.documented = {int(s) for s in document["responses"]}
        self.is_siyuan = path.startswith("/api/sync")

    @property
    def good(self):
        """What an administrator may hear.  404: such a file is not there."""
        return self.documented - {401, 403, 429}

    def __repr__(self):
        return f"{self.method} {self.path}"


class Stage:
    """A hub, the engine nas that answers, a gateway with all secrets.  It
    believes who each caller is, so that nobody is shut out for others."""

    def __init__(self, processes, context):
        hub = Hub()
        hub.start(processes)
        self.gateway = Gateway(
            processes, hub, "--hub-control", hub.control, "--trusted-proxy",
            "127.0.0.1", "--log-level", "debug", secrets=SECRETS,
            env={"ASAN_OPTIONS": "quarantine_size_mb=1"})
        self.engine = Engine(context, hub.ingest, "nas")
        self.engine.wait_subscribed().send(st="idle", en=True, ttl=600000)
        self.nas = Answering(context, hub.control, "nas", lambda c: ok())
        self.slowest = (0, b"")
        self.admin = [("Authorization", "Token " + TOKEN)]
        wait_until(lambda: self.send("GET", "/v1/engines/nas").status == 200,
                   5, "nas at the gateway")
        document = json.loads(self.send("GET", "/openapi.json").body)
        self.operations = [
            Operation(path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items() if method != "parameters"]
        self.cookies = {code: self._log_in(code) for code in (CODE, READER)}

    def caller(self):
        """A field that says: somebody new."""
        self._callers = getattr(self, "_callers", 0) + 1
        n = self._callers
        return ("X-Forwarded-For",
                f"198.{18 + n // 65536}.{n // 256 % 256}.{n % 256}")

    def _log_in(self, code):
        body = json.dumps({"authCode": code}).encode()
        reply = self.send("POST", "/api/system/loginAuth",
                          [("Content-Length", len(body))], body)
        return re.search(rb"siyuan=(\w{64})", reply.head)[1].decode()

    def send(self, method, path, fields=(), body=b"", admin=True, **how):
        fields = [*fields, self.caller()] + (self.admin if admin else [])
        return self.raw(request(method, path, fields, body, **how))

    def raw(self, *pieces, **how):
        began = time.monotonic()
        reply = exchange(self.gateway.port, *pieces, **how)
        self.slowest = max(self.slowest, (time.monotonic() - began,
                                          pieces[0][:300]))
        assert self.gateway.process.is_running(), self.gateway.process.log
        return reply

    def answers_at_once(self):
        took = milliseconds(
            lambda: self.send("POST", "/api/sync/getSyncInfo"))
        assert took < 5000
        return True


@pytest.fixture(scope="module")
def stage():
    processes = Processes()
    with zmq.Context() as context:
        stage = Stage(processes, context)
        yield stage
        stage.nas.close()
        context.destroy(0)
    reports = processes.close()
    assert not reports, "\n".join(reports)


class Verdicts:
    """Every answer that is not one of those expected, to be told at once."""

    def __init__(self):
        self.wrong, self.count = [], 0

    def look(self, what, reply, expected, is_head=False):
        self.count += 1
        is_fine = reply.status in expected and (
            is_head or reply.is_clear())
        if not is_fine:
            self.wrong.append(f"{what}: {reply}, not {sorted(expected)}")

    def close(self, stage):
        print(f"{self.count} requests")
        assert self.count > 0
        assert not self.wrong, "\n".join(self.wrong[:40])
        slowest, stage.slowest = stage.slowest, (0, b"")
        assert slowest[0] < 8, slowest  # a request has ten seconds
        assert stage.answers_at_once()


# ---- who --------------------------------------------------------------------

def test_every_route_asks_who_is_there(stage):
    cookies, verdicts = stage.cookies, Verdicts()
    own = "http://localhost"
    roles = [
        ("nobody", [], None),
        ("admin", stage.admin, "admin"),
        ("admin by query", "?token=" + TOKEN, "admin"),
        ("reader", [("Authorization", "Bearer " + READER)], "reader"),
        ("cookie", [("Cookie", "siyuan=" + cookies[CODE])], "admin"),
        ("own page", [("Cookie", "siyuan=" + cookies[CODE]),
                      ("Origin", own)], "admin"),
        ("reader's cookie", [("Cookie", "siyuan=" + cookies[READER])],
         "reader"),
        ("wrong token", [("Authorization", "Token " + TOKEN[:-1])], None),
        ("wrong query", "?token=" + TOKEN + "0", None),
        ("wrong cookie", [("Cookie", "siyuan=" + "0" * 64)], None),
        ("cut cookie", [("Cookie", "siyuan=" + cookies[CODE][:-1])], None),
        ("wrong Basic", [("Authorization", "Basic OndyZW5n")], None),
    ]
    for operation in stage.operations:
        for name, sent, role in roles:
            if operation.path.endswith("/logoutAuth") and "Cookie" in str(
                    sent):
                continue  # it would do what it is for
            path = operation.path + (sent if isinstance(sent, str) else "")
            fields = [] if isinstance(sent, str) else sent
            expected = operation.good
            if operation.role != "anybody" and role is None:
                expected = {401}
            elif operation.role == "administrator" and role == "reader":
                expected = {403}
            reply = stage.send(operation.method, path, fields, admin=False)
            verdicts.look(f"{operation} as {name}", reply, expected)
    verdicts.close(stage)


def test_no_page_of_others_changes_anything_with_a_cookie(stage):
    """What it asks with the browser's cookie, or its cached code."""
    verdicts = Verdicts()
    pages = [("Origin", "https://evil.example"), ("Origin", "null"),
             ("Origin", "http://localhost.evil.example"), ("Origin", ""),
             ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
             ("Sec-Fetch-Site", "SAME-SITE"), ("Sec-Fetch-Site", "?")]
    proofs = [("Cookie", "siyuan=" + stage.cookies[CODE]),
              ("Authorization", "Basic Om9wZW4tc2VzYW1lLTQy")]
    forms = ["application/x-www-form-urlencoded", "text/plain",
             "multipart/form-data; boundary=x"]
    body = b'{"enabled":false,"authCode":"%s"}' % CODE.encode()
    stage.nas.commands.clear()
    for operation in stage.operations:
        if operation.method != "POST" or operation.role == "anybody" and \
                not operation.path.startswith("/api/system/log"):
            continue
        for page in pages:
            for proof in proofs:
                for form in forms:
                    reply = stage.send(
                        "POST", operation.path,
                        [page, proof, ("Content-Type", form),
                         ("Content-Length", len(body))], body, admin=False)
                    verdicts.look((operation, page, proof[0], form), reply,
                                  {401, 403})
                    assert b"Set-Cookie" not in reply.head
    assert stage.nas.commands == []
    verdicts.close(stage)
    good = stage.send("POST", "/api/sync/getSyncInfo", [proofs[1]],
                      admin=False)
    assert good.status == 200


def test_without_secrets_every_route_is_for_this_machine_only(stage,
                                                              processes):
    """A name that was made to point here, pages of others, forwarding."""
    gateway = Gateway(processes, "ipc:///tmp/syncbus-nobody-here/feed")
    verdicts = Verdicts()
    strange = [
        ("rebound.example:7570", []), ("localhost.evil.example", []),
        ("0.0.0.0", []), ("", []), ("127.0.0.1.evil.example", []),
        ("localhost", [("Origin", "http://evil.example")]),
        ("localhost", [("Origin", "null")]),
        ("localhost", [("X-Forwarded-For", "203.0.113.9")]),
        ("localhost", [("Forwarded", "for=127.0.0.1")]),
        ("localhost", [("X-Forwarded-Host", "evil.example")]),
        ("localhost", [("X", "y")] * 70 + [("Origin", "http://evil.example")])]
    for operation in stage.operations:
        if operation.role == "anybody":
            continue
        for host, fields in strange:
            reply = exchange(gateway.port, request(
                operation.method, operation.path, fields,
                host=host or "\t"), half_close=True)
            verdicts.look((operation, host, fields[-1:]), reply,
                          {400, 401, 431})
        # Old browsers say no Origin; newer ones say whose page it is.
        if operation.method == "POST":
            reply = exchange(gateway.port, request(
                "POST", operation.path, [("Sec-Fetch-Site", "cross-site")]))
            verdicts.look((operation, "cross-site"), reply, {401})
    verdicts.close(stage)


def test_ten_thousand_logins_need_no_memory(stage):
    """Sessions are of a fixed number: the one unused longest goes."""
    body = json.dumps({"authCode": CODE}).encode()

    def log_in(times):
        for _ in range(times):
            reply = stage.send("POST", "/api/system/loginAuth",
                               [("Content-Length", len(body))], body,
                               admin=False)
            assert b"Set-Cookie: siyuan=" in reply.head
        return reply

    log_in(1000)
    before = stage.gateway.process.rss_bytes()
    last = log_in(9000)
    # Nothing in a release build; a sanitizer writes down 800 bytes of each.
    assert stage.gateway.process.rss_bytes() - before < 16 * MIB
    cookie = re.search(rb"siyuan=\w{64}", last.head)[0].decode()
    ask = ("POST", "/api/sync/getSyncInfo", [("Cookie", cookie)])
    assert stage.send(*ask, admin=False).status == 200
    stage.cookies = {code: stage._log_in(code) for code in (CODE, READER)}


# ---- what -------------------------------------------------------------------

def test_another_method_is_no_route(stage):
    verdicts = Verdicts()
    allowed = {}
    for operation in stage.operations:
        allowed.setdefault(operation.path, {})[operation.method] = operation
    for path, operations in allowed.items():
        for method in METHODS:
            expected = {404}
            if method in operations:
                expected = operations[method].good
            elif method == "HEAD" and "GET" in operations:
                expected = operations["GET"].good | {404}
            reply = stage.send(method, path)
            verdicts.look(f"{method} {path}", reply, expected,
                          is_head=method == "HEAD")
            if method == "HEAD":
                assert reply.body == b""
    verdicts.close(stage)


BODIES = {
    "garbage": b"\x00\x01\x02garbage\xff",
    "half": b'{"engine":',
    "not UTF-8": b'{"engine":"\xc3\x28\xff"}',
    "lone surrogate": b'{"engine":"\\ud800"}',
    "UTF-16": '{"engine":"nas"}'.encode("utf-16"),
    "BOM": b'\xef\xbb\xbf{}',
    "NUL": b'{"engine":"n\\u0000as","wait":false}',
    "raw NUL": b'{"engine":"n\x00as"}',
    "deep": b"[" * 10000,
    "deep objects": b'{"a":' * 10000,
    "deep and closed": b"[" * 10000 + b"]" * 10000,
    "huge number": b'{"run":1' + b"0" * 400 + b',"enabled":1e999}',
    "long digits": b'{"run":0.' + b"1" * 60000 + b"}",
    "huge exponent": b'{"run":1e99999999999}',
    "twice": b'{"engine":"nas","engine":"nas","run":1,"run":2}',
    "wrong types": b'{"engine":[],"wait":{},"enabled":"yes","run":"1",'
                   b'"direction":7,"authCode":null}',
    "strangers": b'{"__proto__":{},"":0,"constructor":1}',
    "array": b"[]", "string": b'"x"', "null": b"null", "true": b"true",
    "two values": b"{}{}", "blanks": b" \t\r\n" * 1000,
    "many keys": b"{" + b",".join(b'"k%d":0' % i for i in range(5000)) + b"}",
    "a long key": b'{"' + b"k" * 60000 + b'":0}',
    "a long engine": b'{"engine":"' + b"e" * 60000 + b'"}',
    "64 KiB": b'{"a":"' + b"x" * (65536 - 8) + b'"}',
}
TYPES = ["application/json", "text/xml", "multipart/form-data", "", "\x80;;",
         "application/json; charset=utf-16"]


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_no_body_hurts(stage, how):
    verdicts = Verdicts()
    for operation in stage.operations:
        for i, (name, body) in enumerate(BODIES.items()):
            fields = [("Content-Type", TYPES[i % len(TYPES)])]
            if how == "length":
                fields.append(("Content-Length", len(body)))
                sent = body
            else:
                if i % 3:
                    continue
                fields.append(("Transfer-Encoding", "chunked"))
                sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece)
                                for piece in (body[j:j + 9000] for j in
                                              range(0, len(body), 9000)))
                sent += b"0\r\n\r\n"
            reply = stage.send(operation.method, operation.path, fields, sent)
            verdicts.look(f"{operation}: {name}", reply, operation.good)
    verdicts.close(stage)


def test_over_64_kib_is_413_wherever_it_is_read(stage):
    verdicts = Verdicts()
    big = b" " * 65537
    for operation in stage.operations:
        reply = stage.send(operation.method, operation.path,
                           [("Content-Length", len(big))], big)
        verdicts.look(f"{operation}: length", reply, {413})
        reply = stage.send(operation.method, operation.path,
                           [("Transfer-Encoding", "chunked")],
                           b"10001\r\n" + big + b"\r\n0\r\n\r\n")
        verdicts.look(f"{operation}: chunks", reply, operation.good)
        # Said, and never sent: not waited for.
        reply = stage.send(operation.method, operation.path,
                           [("Content-Length", 1 << 62)])
        verdicts.look(f"{operation}: only said", reply, {413})
    verdicts.close(stage)


# ---- how --------------------------------------------------------------------

def heads(good, fields):
    """Name: (what is expected, options of request())."""
    many = [("X-%d" % i, "y") for i in range(70)]
    known = len(fields) + 2  # Host and Connection
    return {
        "63 fields": (good, {"fields": many[:63 - known]}),
        "64 fields": ({431}, {"fields": many[:64 - known]}),
        "hidden behind 64": ({431}, {"fields": many}),
        "16 KiB of one": ({400}, {"fields": [("X", "y" * 16384)]}),
        "64 KiB of one": ({400}, {"fields": [("X", "y" * 65536)]}),
        "no colon": ({400}, {"fields": ["Host localhost"]}),
        # What follows such a line is not looked at: nobody is let in.
        "no name": (good | {401}, {"fields": [": y"]}),
        "no Host": ({400}, {"host": None}),
        "two Hosts": ({400}, {"fields": [("Host", "localhost")]}),
        "CR within": ({400}, {"fields": ["X: a\rb"]}),
        "NUL within": ({400}, {"fields": ["X: a\0b"]}),
        "escape within": ({400}, {"fields": ["X: a\x1b[31m"]}),
        "bytes over 127": (good, {"fields": ["X: \xff\xfe"]}),
        "LF ends lines": (good, {"fields": ["X: a\nY: b"]}),
        "version 9.9": ({505}, {"version": "HTTP/9.9"}),
        "version junk": ({400}, {"version": "FTP/1.1"}),
        "no version": ({400}, {"version": ""}),
        "two lengths": ({400}, {"fields": [("Content-Length", "2"),
                                           ("Content-Length", "3")]}),
        "one length twice": ({400}, {"fields": [("Content-Length", "0"),
                                                ("Content-Length", "0")]}),
        "length and chunks": ({400}, {"fields": [
            ("Content-Length", "5"), ("Transfer-Encoding", "chunked")]}),
        "chunks and length": ({400}, {"fields": [
            ("Transfer-Encoding", "chunked"), ("Content-Length", "5")]}),
        "two codings": ({400}, {"fields": [
            ("Transfer-Encoding", "chunked"),
            ("Transfer-Encoding", "identity")]}),
        "unknown coding": ({400}, {"fields": [
            ("Transfer-Encoding", "gzip, chunked")]}),
        "chunks in 1.0": ({400}, {"version": "HTTP/1.0", "fields": [
            ("Transfer-Encoding", "chunked")]}),
        **{f"length {length!r}": ({400}, {"fields": [
            ("Content-Length", length)]})
           for length in ("-1", "+2", "0x2", "2, 2", "1e1", "two", "2 2")},
        "length 2^99": ({413}, {"fields": [("Content-Length", 1 << 99)]}),
        "long Cookie": (good, {"fields": [("Cookie", "siyuan=;" * 900)]}),
        "odd fields": (good, {"fields": [
            ("Expect", "teapot"), ("Range", "bytes=9-1,-0"),
            ("Upgrade", "h2c"), ("Last-Event-ID", "\xff" * 99),
            ("Accept", ";q=;,*/*;q=9" * 50), ("Sec-WebSocket-Key", "x")]}),
        "a rest": (good, {"fields": [("Content-Length", "1")],
                          "body": b"{}" * 500}),
    }


def test_no_head_hurts(stage):
    verdicts = Verdicts()
    for operation in stage.operations:
        # A body that is cut after one byte is wrong for some.
        good = operation.good | ({400} if operation.method == "POST" else set())
        own = [stage.caller(), *stage.admin]
        for name, (expected, how) in heads(good, own).items():
            how = {**how, "fields": [*how.get("fields", ()), *own]}
            reply = stage.raw(request(operation.method, operation.path, **how),
                              half_close=True)
            verdicts.look(f"{operation}: {name}", reply, expected)
    verdicts.close(stage)


def test_a_body_never_becomes_a_request(stage):
    verdicts = Verdicts()
    hidden = request("GET", "/hidden", close=False)
    after = request("GET", "/healthz")
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    bodies = {
        "length": ([("Content-Length", len(hidden))], hidden),
        "chunks": ([("Transfer-Encoding", "chunked")], chunks),
        "both": ([("Content-Length", len(chunks)),
                  ("Transfer-Encoding", "chunked")], chunks),
        "the second": ([("Content-Length", 0),
                        ("Content-Length", len(hidden))], hidden),
        "hexadecimal": ([("Content-Length", hex(len(hidden)))], hidden),
        "behind 64": ([("X", "y")] * 64 + [("Content-Length", len(hidden))],
                      hidden),
    }
    for operation in stage.operations:
        for name, (fields, body) in bodies.items():
            fields = [stage.caller(), *stage.admin, *fields]
            reply = stage.raw(request(operation.method, operation.path, fields,
                                      body, close=False) + after,
                              half_close=True)
            verdicts.look(f"{operation}: {name}", reply,
                          operation.good | {400, 431})
            if set(reply.statuses[1:]) - {200}:
                verdicts.wrong.append(f"{operation}: {name}: {reply}")
    verdicts.close(stage)


def paths(path):
    """Other ways to write it, all of them none of it."""
    first, rest = path[:2], path[2:]
    return [
        "/" + path, "//" + path, "/." + path, "/x/.." + path, "/%2e" + path,
        path + "/.", path + "/..", path + "//", path + "/x/y/z", path + "%00",
        path + "%2f", path + ";x", path + "\\", "/\\" + path[1:],
        path.upper() + "X", path + "%", path + "%zz", path + "%c0%af",
        f"/%{ord(first[1:] or 'x'):02x}{rest}", "/../../../etc/passwd",
        path + "/" + "a" * 4000, path + "/" + "%2e%2e%2f" * 100,
    ]


def test_a_path_is_written_in_one_way(stage):
    verdicts = Verdicts()
    for operation in stage.operations:
        for path in paths(operation.path):
            reply = stage.send(operation.method, path)
            # A parameter may hold what is no name: that is said, too.
            expected = {404, 400, 503, 301 if path == "//" else 404}
            verdicts.look(f"{operation.method} {path[:80]}", reply, expected)
            assert b"root:" not in reply.body
        reply = stage.send(operation.method, operation.path + "?" +
                           "a=%41&%=%&&==&token=" + "&x" * 4000)
        verdicts.look(f"{operation}: a long query", reply,
                      operation.good | {400})
    verdicts.close(stage)


@pytest.mark.parametrize("name", [
    "", "%00", "%ff", "%c0%af", "..", "%2e%2e", ".", "NAS", "a" * 64,
    "a" * 129, "%61" * 200, "nas%20", "nas%0d%0aX:y", "\u00e9".encode().hex(),
    "%F0%9F%92%A9", "{id}", "*", "-1", "18446744073709551617"])
def test_a_parameter_that_names_nothing_is_said(stage, name):
    verdicts = Verdicts()
    for operation in stage.operations:
        for part in re.findall(r"\{\w+\}", operation.template):
            path = operation.template.replace(part, name)
            path = path.replace("{id}", "nas").replace("{run}", "17")
            path = path.replace("{version}", "x").replace("{file}", "y")
            reply = stage.send(operation.method, path)
            verdicts.look(f"{operation.method} {path}", reply,
                          {400, 404, 301, 307, *operation.good - {413}})
            assert b"\nX:y" not in reply.raw
    verdicts.close(stage)


def test_what_is_no_http_is_told_so_or_dropped(stage):
    for data in (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                 b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 512,
                 b"GET /healthz\r\n\r\n", b"SSH-2.0-x\r\n", b"\0" * 20000,
                 b"\r\n" * 20000, b"\xff" * 20000):
        reply = stage.raw(data, half_close=True)
        assert reply.status == 400 and reply.is_clear(), (data[:20], reply)
    assert stage.answers_at_once()


# ---- and after all this -----------------------------------------------------

def test_memory_stayed_flat(stage):
    """One round is measured: the first ones fill caches and pools."""
    def round_of_bodies():
        for operation in stage.operations:
            for body in BODIES.values():
                stage.send(operation.method, operation.path,
                           [("Content-Length", len(body))], body)

    round_of_bodies()
    before = stage.gateway.process.rss_bytes()
    round_of_bodies()
    grown = stage.gateway.process.rss_bytes() - before
    print(f"grown by {grown >> 10} KiB; {before / MIB:.0f} MiB before")
    assert grown < 8 * MIB


def test_the_log_has_no_secret(stage):
    """Down to debug, after all that was refused above."""
    stage.send("POST", "/api/sync/getSyncInfo", [": y"] * 2 + ["X: a\0b"])
    log = stage.gateway.process.log
    assert "http: 400" in log  # so it is the log that was written to
    for secret in (TOKEN, TOKEN[:-1], READER, CODE, *stage.cookies.values(),
                   "Om9wZW4tc2VzYW1lLTQy"):
        assert secret not in log
    threads = len(list(Path(f"/proc/{stage.gateway.process.pid}/task")
                       .iterdir()))
    assert threads < 24 + 16
