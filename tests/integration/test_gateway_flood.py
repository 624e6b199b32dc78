"""More connections than anybody needs: slow, silent, half-closed, torn.  Others
are served, and nothing is left of them."""

import contextlib
import errno
import resource
import select
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from attack import exchange, request
from gateway import SYNC_INFO, Gateway, milliseconds
from streams import Events, WebSocket
from syncbus_test import wait_until

NOWHERE = "ipc:///tmp/syncbus-nobody-here/feed"
ASK = request("POST", SYNC_INFO)
LARGE = request("GET", "/openapi.json")


def start(processes, threads=24, *more):
    return Gateway(processes, NOWHERE, *more, threads=threads,
                   env={"ASAN_OPTIONS": "quarantine_size_mb=1"})


@pytest.fixture
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def count_of(gateway, what):
    """How many descriptors (fd) or threads (task) it has."""
    return len(list(Path(f"/proc/{gateway.process.pid}/{what}").iterdir()))


def connect(gateway):
    return socket.create_connection(("127.0.0.1", gateway.port), 60)


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def settled(gateway):
    """Its descriptors and threads, once it has all that it works with."""
    seen = []

    def is_quiet():
        seen.append((count_of(gateway, "fd"), count_of(gateway, "task")))
        return len(seen) > 30 and min(seen[-30:]) == max(seen[-30:])
    wait_until(is_quiet, 10, "an end of its start")
    return seen[-1]


@contextlib.contextmanager
def nothing_is_left(gateway, seconds=2):
    """No descriptor, no thread more than before; sooner than at the next
    beat of the streams, which would tell as well."""
    assert gateway.ask().status == 200
    before, threads = settled(gateway)
    yield
    wait_until(lambda: count_of(gateway, "fd") <= before, seconds,
               f"no more descriptors than {before}")
    assert count_of(gateway, "task") == threads
    assert milliseconds(lambda: gateway.ask()) < 5000


def test_half_closed_sockets_are_answered_and_forgotten(processes):
    gateway = start(processes)
    with nothing_is_left(gateway):
        for end in range(0, len(ASK), 5):
            reply = exchange(gateway.port, ASK[:end], half_close=True)
            assert reply.status in (400, None), reply
        # All of it, and then no more to say: that is a request.
        for _ in range(50):
            assert exchange(gateway.port, ASK, half_close=True).status == 200
        # Closed for reading only: the answer meets nobody.
        for _ in range(50):
            with connect(gateway) as s:
                s.shutdown(socket.SHUT_RD)
                s.sendall(LARGE)


@pytest.mark.tsan
def test_torn_connections_leave_nothing(processes):
    gateway = start(processes)
    with nothing_is_left(gateway):
        for i in range(300):
            s = connect(gateway)
            s.sendall(ASK[:i % len(ASK)])
            reset(s)
        for i in range(100):  # in the middle of an answer
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            s.connect(("127.0.0.1", gateway.port))
            s.sendall(LARGE)
            if i % 2:
                s.recv(100)
            reset(s)
        for i in range(100):  # in the middle of a body
            s = connect(gateway)
            s.sendall(request("POST", SYNC_INFO, [("Content-Length", 60000)],
                              b"x" * i))
            reset(s)


def test_streams_that_are_torn_leave_nothing(processes):
    gateway = start(processes)
    with nothing_is_left(gateway):
        for _ in range(100):
            Events(gateway.port).reset()
            WebSocket(gateway.port).reset()
        for _ in range(50):
            reader = Events(gateway.port, read_head=False)
            reader.reset()


def churn(gateway, requests, threads=4):
    failed = []

    def work():
        for _ in range(requests // threads):
            reply = exchange(gateway.port, ASK)
            if reply.status != 200:
                failed.append(reply)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed, failed[:5]
    return requests / (time.monotonic() - began)


@pytest.mark.parametrize("requests", [
    2000, pytest.param(20000, marks=pytest.mark.slow)])
def test_connections_that_come_and_go_leave_nothing(processes, requests):
    gateway = start(processes)
    churn(gateway, 500)
    before = gateway.process.rss_bytes()
    with nothing_is_left(gateway):
        pace = churn(gateway, requests)
    grown = gateway.process.rss_bytes() - before
    print(f"{pace:.0f}/s, grown by {grown >> 10} KiB")
    assert grown < 8 << 20


class Slow:
    """Clients that send a byte of their requests every now and then."""

    def __init__(self, gateway, count):
        self.sockets = [connect(gateway) for _ in range(count)]
        self.rounds = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        line = b"X: " + b"y" * 1000
        for s in self.sockets:
            s.sendall(ASK[:20])
            s.setblocking(False)
        while not self._stop.wait(0.2):
            self.rounds += 1
            for s in self.sockets:
                with contextlib.suppress(OSError):
                    s.send(line[self.rounds % len(line):][:1])

    def close(self):
        self._stop.set()
        self._thread.join()
        for s in self.sockets:
            s.close()


def test_a_thousand_slow_clients_delay_nobody(processes, many_descriptors):
    gateway = start(processes, 1100)
    with nothing_is_left(gateway, 20):
        slow = Slow(gateway, 1000)
        wait_until(lambda: slow.rounds > 1, 10, "the first bytes of all")
        took = [milliseconds(lambda: gateway.ask()) for _ in range(100)]
        slow.close()
    print(f"beside 1000 slow clients: {sorted(took)[50]:.1f} ms, at most"
          f" {max(took):.1f} ms")
    assert max(took) < 5000


def begin_to_connect(port, count):
    """So many connections at once, none of them waited for."""
    sockets = []
    for _ in range(count):
        s = socket.socket()
        s.setblocking(False)
        error = s.connect_ex(("127.0.0.1", port))
        assert error in (0, errno.EINPROGRESS), error
        sockets.append(s)
    return sockets


def connected(sockets):
    poller = select.poll()
    for s in sockets:
        poller.register(s, select.POLLOUT)
    return sum(event == select.POLLOUT for _, event in poller.poll(0))


@pytest.mark.parametrize("threads", [24, 1100])
def test_10_000_connections_at_once(processes, many_descriptors, threads):
    if many_descriptors < 11000:
        pytest.skip(f"only {many_descriptors} descriptors for a process")
    gateway = start(processes, threads)
    before = gateway.process.rss_bytes()
    with nothing_is_left(gateway, 20):
        sockets = begin_to_connect(gateway.port, 10000)
        # The system itself lets the others wait.
        wait_until(lambda: connected(sockets) >= threads + 1024, 10,
                   "as many as find a place")
        for s in sockets[::3]:  # a third of them begins to speak
            with contextlib.suppress(OSError):
                s.send(ASK[:30])
        for s in sockets[::7]:
            reset(s)
        assert gateway.process.is_running()
        for s in sockets:
            s.close()
        took = milliseconds(lambda: wait_until(
            lambda: milliseconds(lambda: gateway.ask()) < 500, 20,
            "answers as before"))
        print(f"as before {took:.0f} ms after they left")
    grown = gateway.process.rss_bytes() - before
    print(f"grown by {grown >> 10} KiB")
    assert grown < threads * (256 << 10)  # each thread has its own buffer


@pytest.mark.parametrize("count", [
    1000, pytest.param(8000, marks=pytest.mark.slow)])
def test_it_stops_with_all_of_them_open(processes, many_descriptors, count):
    gateway = start(processes)
    crowd = [connect(gateway) for _ in range(8)]
    for s in crowd[:4]:
        s.sendall(ASK[:30])
    crowd[4].sendall(request("POST", SYNC_INFO, [("Content-Length", 9)], b"{"))
    crowd[5].shutdown(socket.SHUT_WR)
    streams = [Events(gateway.port), WebSocket(gateway.port)]
    sockets = begin_to_connect(gateway.port, count)
    took = milliseconds(lambda: gateway.process.stop())
    print(f"stopped in {took:.0f} ms")
    assert gateway.process.popen.returncode == 0
    assert took < 5000
    for s in [*crowd, *sockets, *streams]:
        s.close()
