"""A gateway under test, and HTTP to it that hides nothing."""

import http.client
import json
import re
import socket
import time

from syncbus_test import program, wait_until

TOKEN = "0123456789abcdef"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Headers":
        "origin, Content-Length, Content-Type, Authorization",
    "Access-Control-Allow-Private-Network": "false",
    "Access-Control-Allow-Methods":
        "GET, HEAD, POST, PUT, PATCH, DELETE, CONNECT, OPTIONS, TRACE",
}
SYNC_INFO = "/api/sync/getSyncInfo"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]


class Gateway:
    """Few threads by default: a sanitizer makes each of them dear."""

    def __init__(self, processes, hub, *more, threads=24, secrets=None,
                 port=0, env=None):
        feed = hub if isinstance(hub, str) else hub.feed
        env = {"XDG_RUNTIME_DIR": "/tmp", **(env or {})}
        for name, value in (secrets or {}).items():
            env["SYNCBUS_" + name.upper()] = value
        self.process = processes.start(
            program("syncbus-gateway"), "--listen", f"127.0.0.1:{port}",
            "--hub-feed", feed, "--threads", threads, *more, env=env)
        line = self.process.wait_for("ready: ")
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", line)[1])

    def connect(self, timeout=120):
        """Calls may wait: for an engine, for the end of a run."""
        return http.client.HTTPConnection("127.0.0.1", self.port,
                                          timeout=timeout)

    def ask(self, method="POST", path=SYNC_INFO, body=None, headers=None):
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def info(self, engine=None, headers=None):
        """The data of getSyncInfo."""
        body = json.dumps({"engine": engine} if engine else {})
        answer = self.ask(body=body, headers=headers)
        assert answer.status == 200, answer.text
        return answer.data

    def wait_for(self, condition, seconds=10, engine=None, what="a state"):
        """The first data of getSyncInfo for which condition holds."""
        def look():
            data = self.info(engine)
            return data if condition(data) else None
        return wait_until(look, seconds, what)

    def wait_state(self, state, seconds=10, engine=None):
        return self.wait_for(lambda d: d.get("state") == state, seconds,
                             engine, f"state {state}")

    def raw(self, data, timeout=60):
        """Send bytes as they are; all that comes back until the end."""
        with socket.create_connection(("127.0.0.1", self.port),
                                      timeout) as s:
            try:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has hung up on us already
            return read_all(s)


def bearer(token):
    """The header of whoever has this token."""
    return {"Authorization": "Bearer " + token}


def error_of(answer):
    """The error of an answer, which has the one shape there is."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert set(answer.json) == {"error"}
    error = answer.json["error"]
    assert set(error) == {"code", "msg", "remedy"}
    assert error["msg"] and error["remedy"]
    return error


def read_all(s):
    received = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return received
            received += piece
    except ConnectionError:
        return received


def milliseconds(action):
    began = time.monotonic()
    action()
    return (time.monotonic() - began) * 1000
