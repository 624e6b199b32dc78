"""`./dev run` as a stranger meets it: a finished sync is printed, a signal
ends everything, and a second start works."""

import json
import os
import selectors
import shutil
import signal
import subprocess
import time
import urllib.request

import pytest

from syncbus_test import ROOT, free_port

def read_until(process, mark, seconds):
    """Lines of the process's output up to the one that holds mark."""
    deadline = time.monotonic() + seconds
    lines, buffer = [], b""
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not ready.select(deadline - time.monotonic()):
                break
            data = os.read(process.stdout.fileno(), 65536)
            buffer += data
            *whole, buffer = buffer.split(b"\n")
            lines += [line.decode() for line in whole]
            if any(mark in line for line in lines):
                return lines
            if not data:
                break
    pytest.fail(f"no '{mark}' in the output:\n" + "\n".join(lines))


def processes_of(port):
    found = subprocess.run(["pgrep", "-af", f"var/{port}/"], text=True,
                           capture_output=True, check=False)
    return found.stdout


@pytest.fixture
def port():
    number = free_port()
    yield number
    subprocess.run(["pkill", "-KILL", "-f", f"var/{number}/"], check=False)
    shutil.rmtree(ROOT / "var" / str(number), ignore_errors=True)


def start(port, *more):
    return subprocess.Popen(["./dev", "run", "--port", str(port), *more],
                            cwd=ROOT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def get_sync_info(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/sync/getSyncInfo", method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_dev_run_prints_a_finished_sync_and_starts_again(port):
    for _ in ("first", "second"):
        process = start(port)
        lines = read_until(process, "running until", 240)
        printed = [json.loads(line) for line in lines
                   if line.startswith('{"code"')]
        assert len(printed) == 1
        data = printed[0]["data"]
        assert printed[0]["code"] == 0
        assert data["state"] == "idle" and data["lastRun"]["ok"] is True
        assert data["providerName"] == "Local" and data["synced"] > 0

        live = get_sync_info(port)
        assert live["code"] == 0 and live["data"]["bus"] == "up"

        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
        assert process.returncode == 143
        assert processes_of(port) == ""


def test_whoever_hits_ctrl_c_twice_leaves_no_process(port):
    process = start(port)
    read_until(process, "running until", 240)
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.005)
    assert process.returncode == 143
    assert processes_of(port) == ""


def test_a_port_is_one_run_s(port):
    process = start(port)
    read_until(process, "running until", 240)
    second = start(port)
    output, _ = second.communicate(timeout=120)
    assert second.returncode == 1
    assert f"port {port} is taken by another".encode() in output
    assert get_sync_info(port)["data"]["bus"] == "up"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)


def test_dev_run_names_a_workspace_that_is_missing(port):
    process = start(port, "--workspace", "/nowhere/at/all")
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 1
    assert b"/nowhere/at/all" in output
