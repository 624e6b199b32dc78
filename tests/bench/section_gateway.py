"""getSyncInfo with a token against the same bytes from a bare civetweb and from
nginx: what the gateway's own work costs.

The gateway is a civetweb with work on top, so it cannot be faster than a bare
one: a ratio well above 1 there means that the floor is built wrong, not that
we are good."""

import json
import re
import socket
import statistics
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import zmq

from bus import Engine, Hub
from measure import interleave
from syncbus_test import BUILD, Processes, free_port, program, wait_until

TOKEN = "a-token-for-benchmarks"
PATH = "/api/sync/getSyncInfo"
SCALES = {"full": (5, 3), "quick": (3, 2), "smoke": (1, 1)}  # rounds, seconds
THREADS = 1100  # the default; at 3 of 4 taken it stops keeping connections
CONNECTIONS = (16, 256)

LUA = """wrk.method = "POST"
wrk.body = "{}"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Token %s"
"""

NGINX = """worker_processes 2;
pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            default_type "application/json; charset=utf-8";
            {headers}
            return 200 '{body}';
        }}
    }}
}}
"""


def ask(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}", b"{}",
        {"Authorization": f"Token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read()


def start_gateway(processes, hub, engine):
    """A gateway that knows the engine; returns its port."""
    port = free_port()
    processes.start(
        program("syncbus-gateway"), "--hub-feed", hub.feed, "--listen",
        f"127.0.0.1:{port}", "--threads", THREADS,
        env={"SYNCBUS_API_TOKEN": TOKEN}).wait_ready()
    engine.wait_subscribed()
    engine.send(st="syncing", run=1, ph="send-chunks", n=[12, 40],
                b=[7340032, 25165824], it="/assets/figure.png", en=True,
                prov="webdav", cloud="main", ttl=10000)
    wait_until(lambda: json.loads(ask(port))["data"].get("engine"), 5,
               "an answer about the engine")
    return port


def raw_response(port):
    """Head and body, as they come over the wire."""
    request = (f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization:"
               f" Token {TOKEN}\r\nContent-Length: 2\r\n\r\n{{}}")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        s.sendall(request.encode())
        data = b""
        while b"\r\n\r\n" not in data or len(data) < whole_length(data):
            piece = s.recv(65536)
            assert piece, "the gateway hung up"
            data += piece
        return data


def whole_length(data):
    head = data[:data.index(b"\r\n\r\n") + 4]
    return len(head) + int(re.search(rb"Content-Length: (\d+)", head)[1])


def _start_civetweb(processes, folder, response):
    port = free_port()
    file = folder / "response"
    file.write_bytes(response)
    processes.start(BUILD / "bin/bare_civetweb", f"127.0.0.1:{port}",
                    THREADS, file).wait_ready()
    return port


def _start_nginx(processes, folder, response):
    port = free_port()
    config = folder / "nginx.conf"
    head, body = response.decode().split("\r\n\r\n", 1)
    text = body.replace("\\", "\\\\").replace("'", "\\'")
    # nginx writes type, length and connection itself, and two more.
    own = ("content-type", "content-length", "connection")
    headers = [line.split(": ", 1) for line in head.split("\r\n")[1:]]
    config.write_text(NGINX.format(
        folder=folder, port=port, body=text,
        headers=" ".join(f'add_header {name} "{value}";'
                         for name, value in headers
                         if name.lower() not in own)))
    nginx = processes.start("/usr/sbin/nginx", "-p", folder, "-c", config,
                            "-e", "stderr", "-g", "daemon off;")
    wait_until(lambda: _answers(port), 5, "nginx")
    return nginx, port


def _answers(port):
    try:
        return ask(port)
    except OSError:
        return None


def _wrk(port, connections, seconds, script):
    done = subprocess.run(
        ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-s", script,
         f"http://127.0.0.1:{port}{PATH}"],
        capture_output=True, text=True, check=True)
    for sign in ("Non-2xx", "Socket errors"):
        if sign in done.stdout:
            raise RuntimeError(f"port {port}: {done.stdout}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)[1])


def run(table, folder, scale):
    rounds, seconds = SCALES[scale]
    script = folder / "post.lua"
    script.write_text(LUA % TOKEN)
    processes, context, nginx = Processes(), zmq.Context(), None
    with tempfile.TemporaryDirectory(prefix="sb-", dir="/tmp") as short:
        try:
            hub = Hub(Path(short))
            hub.start(processes)
            engine = Engine(context, hub.ingest, "bench.engine")
            ports = {"ours": start_gateway(processes, hub, engine)}
            response = raw_response(ports["ours"])
            ports["civetweb"] = _start_civetweb(processes, folder, response)
            nginx, ports["nginx"] = _start_nginx(processes, folder, response)
            assert raw_response(ports["civetweb"]) == response
            assert response.endswith(b"\r\n\r\n" + ask(ports["nginx"]))
            for connections in CONNECTIONS:
                _compare(table, ports, connections, rounds, seconds, script)
        finally:
            if nginx:
                nginx.stop()  # killed, it would leave its workers behind
            processes.close()
            context.destroy(0)


def _compare(table, ports, connections, rounds, seconds, script):
    for port in ports.values():  # caches, clocks, pools: not measured
        _wrk(port, connections, 1, script)
    rates = interleave(rounds, {
        name: lambda turn, port=port: _wrk(port, connections, seconds, script)
        for name, port in ports.items()})
    ours = statistics.median(rates["ours"])
    for name, label, target in (
            ("civetweb", "civetweb, bare", ("ratio", 0.95)),
            ("nginx", "nginx, constant", None)):
        table.add(f"getSyncInfo, {connections} connections", ours, label,
                  statistics.median(rates[name]), "req/s",
                  more_is_better=True, target=target,
                  samples={"ours": rates["ours"], "peer": rates[name]})
