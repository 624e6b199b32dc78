"""Profile tls: the gateway behind the proxy, and nothing else to be reached."""

import base64
import hashlib
import json
import os
import secrets
import socket
import ssl
import subprocess
import time

from stack import (ENGINE, PORT, PRIVATE, PROJECT, READER, SECRETS, SERVICES,
                   TOKEN, ask, compose, door, finished_sync, healthy,
                   is_confined, logs, published, run, sync_now)
from syncbus_test import wait_until

HTTPS = int(os.environ["SYNCBUS_HTTPS_PORT"])
HTTP = int(os.environ["SYNCBUS_HTTP_PORT"])
PROXY = f"{os.environ['SYNCBUS_NET']}.2"
URL = f"https://localhost:{HTTPS}"
SYNC_INFO = "/api/sync/getSyncInfo"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def with_the_profile_only_the_proxy_is_published():
    os.environ["COMPOSE_FILE"] = os.environ["SYNCBUS_STACK_TLS_FILE"]
    os.environ["COMPOSE_PROFILES"] = "tls"
    compose("up", "-d", "--no-build", "--remove-orphans")
    door.url = URL
    door.tls = ssl.create_default_context(cafile=SECRETS / "tls-cert")
    finished_sync(since=time.monotonic())
    assert published("proxy") == sorted([("127.0.0.1", HTTPS),
                                         ("127.0.0.1", HTTP)])
    for service in SERVICES:
        assert published(service) == [], f"{service}: {published(service)}"
    with socket.socket() as s:
        assert s.connect_ex(("127.0.0.1", PORT)) != 0, \
            "the gateway's own port is still there"


def the_proxy_is_confined():
    healthy(("proxy",))
    is_confined("proxy", "nginx", ("/", "/etc/nginx", "/var/lib/nginx"))


def curl(*arguments):
    """(code, version of HTTP, body) of one request that trusts the
    certificate."""
    done = subprocess.run(
        ["curl", "-sS", "-m", "20", "--cacert", str(SECRETS / "tls-cert"),
         "-w", "\n%{http_code} %{http_version}", *arguments], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30,
        check=False)
    assert done.returncode == 0, f"curl {arguments}: {done.stdout}"
    body, _, last = done.stdout.rpartition("\n")
    code, version = last.split()
    return int(code), version, body


def get_sync_info_comes_over_http_2():
    header = f"Authorization: Token {TOKEN}"
    code, version, body = curl("--http2", "-H", header, "-d", "{}",
                               URL + SYNC_INFO)
    assert (code, version) == (200, "2"), f"{code} HTTP/{version} {body}"
    assert json.loads(body)["data"]["engine"] == ENGINE, body
    assert curl("--http1.1", "-H", header, "-d", "{}", URL + SYNC_INFO)[:2] \
        == (200, "1.1")
    assert curl("--http2", "-d", "{}", URL + SYNC_INFO)[0] == 401


def old_tls_is_refused():
    for version, works in (("1.1", False), ("1.2", True), ("1.3", True)):
        done = subprocess.run(
            ["curl", "-sS", "-m", "10", "--cacert", str(SECRETS / "tls-cert"),
             "--ciphers", "DEFAULT@SECLEVEL=0", f"--tlsv{version}",
             "--tls-max", version, URL + "/healthz"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
            check=False)
        assert (done.returncode == 0) == works, f"TLS {version}: {done.stdout}"


def plain_http_is_sent_to_https():
    for path in ("/", "/v1/engines?x=1"):
        done = run("curl", "-sS", "-m", "10", "-o", "/dev/null", "-w",
                   "%{http_code} %{redirect_url}",
                   f"http://localhost:{HTTP}{path}")
        assert done.stdout == f"308 {URL}{path}", done.stdout


class Stream:
    """A connection through the proxy that stays open."""

    def __init__(self, path, **headers):
        context = ssl.create_default_context(cafile=SECRETS / "tls-cert")
        plain = socket.create_connection(("localhost", HTTPS), 10)
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{HTTPS}",
                 *(f"{name.replace('_', '-')}: {value}"
                   for name, value in headers.items())]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.data = b""

    def wait_for(self, text, seconds):
        """Read until text was there; returns what came before its end."""
        deadline = time.monotonic() + seconds
        while text not in self.data:
            left = deadline - time.monotonic()
            assert left > 0, f"no {text} within {seconds} s: {self.data}"
            self.socket.settimeout(left)
            try:
                piece = self.socket.recv(65536)
            except socket.timeout:
                continue
            assert piece, f"the end instead of {text}: {self.data}"
            self.data += piece
        before, _, self.data = self.data.partition(text)
        return before + text

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()


def events_arrive_when_they_happen():
    with Stream("/v1/events", Authorization=f"Bearer {READER}") as events:
        head = events.wait_for(b"\r\n\r\n", 5)
        assert head.startswith(b"HTTP/1.1 200 "), head
        assert b"text/event-stream" in head, head
        events.wait_for(b"event: snapshot\n", 2)
        events.wait_for(b"\n\n", 2)
        began = time.monotonic()
        sync_now()
        # While the connection is open, and before the next beat.
        events.wait_for(b'"state":"syncing"', 5)
        events.wait_for(b'"state":"idle"', 5)
        assert time.monotonic() - began < 10


def websockets_pass():
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
    with Stream("/ws?app=stack&id=test&type=main", Upgrade="websocket",
                Connection="Upgrade", Sec_WebSocket_Version=13,
                Sec_WebSocket_Key=key,
                Authorization=f"Token {TOKEN}") as frames:
        head = frames.wait_for(b"\r\n\r\n", 5)
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert b"sec-websocket-accept: " + accept.lower() in head.lower(), head
        sync_now()
        frames.wait_for(b'"cmd":"syncing"', 5)


def clients_are_told_apart_behind_the_proxy():
    """Who fails too often waits; others, through the same proxy, do not."""
    name = f"{PROJECT}_client"
    run("docker", "run", "-d", "--rm", "--name", name, "--network",
        f"{PROJECT}_front", "--init", os.environ["SYNCBUS_IMAGE"], "sleep",
        "60")
    try:
        pid = run("docker", "inspect", "-f", "{{.State.Pid}}",
                  name).stdout.strip()
        # What it claims to be forwarded for makes no difference.
        done = run("nsenter", "-t", pid, "-n", "sh", "-c",
                   "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do curl -sk -m 10 "
                   "-o /dev/null -w '%{http_code} ' -H 'Authorization: Token "
                   "wrong' -H \"X-Forwarded-For: 10.1.1.$i\" "
                   f"https://{PROXY}:8443/metrics; done")
        codes = done.stdout.split()
        assert codes == ["401"] * 10 + ["429"] * 2, codes
    finally:
        run("docker", "rm", "-f", name, check=False)
    assert ask("/metrics", token="wrong")[0] == 401
    assert ask("/metrics", token=READER)[0] == 200


def the_proxy_survives_a_restart_of_the_gateway():
    compose("restart", "gateway")
    up = time.monotonic()
    finished_sync(since=up, seconds=30)
    assert ask("/healthz")[0] == 200


def no_key_is_in_the_proxys_log():
    text = logs("proxy")
    for secret in (TOKEN, READER, "PRIVATE KEY"):
        assert secret not in text, text


CHECKS = (
    with_the_profile_only_the_proxy_is_published,
    the_proxy_is_confined,
    get_sync_info_comes_over_http_2,
    old_tls_is_refused,
    plain_http_is_sent_to_https,
    events_arrive_when_they_happen,
    websockets_pass,
    # Somebody else's engine has its networks elsewhere.
    *([clients_are_told_apart_behind_the_proxy] if PRIVATE else []),
    the_proxy_survives_a_restart_of_the_gateway,
    no_key_is_in_the_proxys_log,
)
