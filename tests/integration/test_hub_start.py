"""How the aggregator starts, refuses to start, and ends."""

import os
import signal
import socket
import stat

import pytest

from bus import Hub
from syncbus_test import free_port, program, wait_until

AGGREGATOR = "syncbus-aggregator"


def refuse(processes, *arguments, env=None, code=2):
    """Start it, see it refuse; returns what it said."""
    process = processes.start(program(AGGREGATOR), *arguments,
                              env={"XDG_RUNTIME_DIR": "/tmp", **(env or {})})
    assert process.wait() == code, process.log
    return process.log


def test_the_ready_line_names_what_is_bound(processes, short_dir):
    process = processes.start(program(AGGREGATOR), "--listen",
                              f"ipc://{short_dir}/bus").wait_ready()
    assert (f"ready: ingest ipc://{short_dir}/bus/ingest"
            f" feed ipc://{short_dir}/bus/feed"
            f" control ipc://{short_dir}/bus/control\n") in process.log
    assert stat.S_IMODE(os.stat(short_dir / "bus").st_mode) == 0o750
    for name in ("ingest", "feed", "control"):
        mode = os.stat(short_dir / "bus" / name).st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660
    assert process.stop(seconds=2) == 0


def test_two_addresses_alone_open_no_third(processes):
    ingest, feed = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
    process = processes.start(
        program(AGGREGATOR), "--listen-ingest", ingest, "--listen-feed",
        feed).wait_ready()
    assert f"ready: ingest {ingest} feed {feed}\n" in process.log


def test_one_address_can_be_another(processes, short_dir):
    control = f"tcp://127.0.0.1:{free_port()}"
    process = processes.start(
        program(AGGREGATOR), "--listen", f"ipc://{short_dir}/bus",
        "--listen-control", control).wait_ready()
    assert (f" feed ipc://{short_dir}/bus/feed control {control}\n"
            in process.log)
    assert not (short_dir / "bus" / "control").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_asked(processes, number):
    process = Hub().start(processes)
    process.signal(number)
    assert process.wait(2) == 0


def test_a_second_hub_never_steals_the_path(processes, short_dir):
    base = f"ipc://{short_dir}/bus"
    first = processes.start(program(AGGREGATOR), "--listen", base).wait_ready()
    inode = os.stat(short_dir / "bus" / "ingest").st_ino
    said = refuse(processes, "--listen", base, code=1)
    assert f"{base}/feed: held by process {first.pid}; stop it" in said
    assert os.stat(short_dir / "bus" / "ingest").st_ino == inode
    first.kill()  # a lock that is left over holds nobody up
    processes.start(program(AGGREGATOR), "--listen", base).wait_ready()


def test_what_is_no_socket_is_never_removed(processes, short_dir):
    (short_dir / "feed").write_text("precious")
    said = refuse(processes, "--listen", f"ipc://{short_dir}", code=1)
    assert f"cannot listen on ipc://{short_dir}/feed: File exists" in said
    assert (short_dir / "feed").read_text() == "precious"


def test_a_port_in_use_is_named_with_a_remedy(processes):
    with socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        said = refuse(processes, "--listen-feed", f"tcp://127.0.0.1:{port}",
                      "--listen-ingest", f"tcp://127.0.0.1:{free_port()}",
                      code=1)
    assert f"tcp://127.0.0.1:{port}: Address already in use" in said
    assert "choose another address" in said


def test_without_keys_only_this_machine_may_connect(processes):
    port = free_port()
    for host in ("0.0.0.0", "*", "192.0.2.1"):
        said = refuse(processes, "--listen-ingest", "tcp://127.0.0.1:9",
                      "--listen-feed", "tcp://127.0.0.1:9",
                      "--listen-control", f"tcp://{host}:{port}")
        assert f"tcp://{host}:{port}" in said and "--insecure" in said
        said = refuse(processes, "--listen-ingest", f"tcp://{host}:{port}",
                      "--listen-feed", "tcp://127.0.0.1:9")
        assert f"tcp://{host}:{port}" in said and "--insecure" in said
    process = processes.start(
        program(AGGREGATOR), "--insecure",
        "--listen-ingest", f"tcp://0.0.0.0:{port}",
        "--listen-feed", f"tcp://127.0.0.1:{free_port()}").wait_ready()
    assert f"tcp://0.0.0.0:{port}: open to everybody" in process.log


@pytest.mark.parametrize("option", ["keys", "curve-key-file"])
def test_keys_are_not_accepted_silently(processes, option):
    said = refuse(processes, f"--{option}", "/tmp")
    assert f"--{option}: is not there yet" in said
    variable = "SYNCBUS_" + option.replace("-", "_").upper()
    assert "not there yet" in refuse(processes, env={variable: "/tmp"})


@pytest.mark.parametrize("arguments, message", [
    (["--listen", "hub"], '--listen: "hub" is neither'),
    (["--listen", "tcp://127.0.0.1:7571"], "is neither"),
    (["--listen", "ipc:///" + "x" * 120], "too long"),
    (["--listen-feed", "tcp://127.0.0.1"], '--listen-feed: "tcp://127.0.0.1"'),
    (["--listen-ingest", "ipc://x"], '--listen-ingest: "ipc://x"'),
    (["--max-engines", "0"],
     "syncbus-aggregator: --max-engines: 0 is not between 1 and 10000"),
    (["--listen-control", "tcp://127.0.0.1"],
     '--listen-control: "tcp://127.0.0.1"'),
])
def test_wrong_use_is_named(processes, arguments, message):
    said = refuse(processes, *arguments)
    assert message in said
    assert said.count("\n") == 1


def test_systemd_hears_that_it_is_ready(processes, short_dir):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(short_dir / "notify"))
        notify.settimeout(10)
        process = processes.start(
            program(AGGREGATOR), "--listen", f"ipc://{short_dir}/bus",
            env={"NOTIFY_SOCKET": str(short_dir / "notify")})
        assert notify.recv(100) == b"READY=1"
        process.stop()
        assert notify.recv(100) == b"STOPPING=1"


def test_many_connections_do_not_run_out_of_descriptors(processes):
    hub = Hub()
    process = hub.start(processes)
    host, port = hub.feed.removeprefix("tcp://").split(":")
    wait_until(lambda: "ready" in process.log, 1, "ready")
    limits = open(f"/proc/{process.pid}/limits").read().splitlines()
    soft, hard = next(x for x in limits
                      if x.startswith("Max open files")).split()[3:5]
    assert soft == hard
    socket.create_connection((host, int(port)), 5).close()
