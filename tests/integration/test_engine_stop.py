"""Runs that are asked to stop, and runs that are killed."""

import os
import shutil
import signal
import time

import pytest

import dejavu_reader
from engine import KEY, Device, wait_for_file
from syncbus_test import wait_until

pytestmark = pytest.mark.tsan

FILES = 1500


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(FILES)
    return device


def start_sending(device, processes, *more):
    """An engine that is frozen while it sends objects under the cloud
    lock."""
    for _ in range(20):
        engine = device.start(processes, "--concurrency", "1", *more)
        wait_for_file(device.cloud / "objects", engine)
        engine.pause()
        if (device.cloud / "lock-sync").exists() and device.latest() is None:
            return engine
        # A machine may be quicker than whoever watches: once more.
        forget(device, engine)
    raise AssertionError("no run was ever seen sending")


def forget(device, engine):
    engine.kill()
    for path in (device.cloud, device.state):
        shutil.rmtree(path)


def test_a_run_asked_to_stop_frees_the_lock_within_two_seconds(device,
                                                              processes):
    took = []
    while not took or min(took) >= 2:
        assert len(took) < 5, took
        if took:
            forget(device, engine)
        engine = start_sending(device, processes)
        began = time.monotonic()
        assert engine.stop() == 0
        took.append(time.monotonic() - began)
    assert device.left_overs() == []
    assert device.latest() is None
    assert device.runs()[-1]["code"] == "interrupted"
    assert not (device.state / "journal").exists()

    assert device.once().returncode == 0
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []


def test_once_that_was_stopped_has_failed(device, processes):
    engine = start_sending(device, processes, "--once")
    assert engine.stop() == 1
    assert "run 1 failed: interrupted" in engine.log
    assert device.left_overs() == []


def test_a_killed_run_is_told_swept_up_and_finished(device, processes):
    engine = start_sending(device, processes)
    engine.kill()
    assert (device.state / "journal").exists()
    # What kills leave: another device's is swept when it is a day old.
    fresh = device.cloud / "objects" / "somename0123456.tmp"
    stale = device.cloud / "objects" / "somename6543210.tmp"
    fresh.write_bytes(b"half")
    stale.write_bytes(b"half")
    os.utime(stale, (1700000000, 1700000000))

    engine = device.start(processes, "--once")
    assert engine.wait() == 0, engine.log
    interrupted, finished = device.runs()
    assert device.left_overs() == [str(fresh)]
    assert interrupted["code"] == "interrupted" and not interrupted["ok"]
    assert "plan" in interrupted["why"] or "send" in interrupted["why"]
    assert interrupted["run"] == 1 and finished["run"] == 2
    assert finished["ok"]
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []


@pytest.mark.parametrize("moment", ["lock-sync", "objects", "indexes",
                                    "refs/latest", "indexes-v2.json"])
def test_killed_at_any_moment_the_store_stays_whole(device, processes,
                                                    moment):
    engine = device.start(processes)
    if moment == "lock-sync":  # it goes again: seen or not, it was there
        wait_until(lambda: (device.cloud / moment).exists()
                   or device.latest(), 20, "a run")
    else:
        wait_for_file(device.cloud / moment, engine)
    engine.kill()
    if device.latest():  # the list of snapshots comes behind it
        report = dejavu_reader.verify(device.cloud, KEY, device.workspace)
        assert [fault for fault in report.faults
                if not fault.startswith("indexes-v2.json")] == []
    assert device.once().returncode == 0
    assert device.left_overs() == []
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []


def test_an_idle_engine_stops_at_once(tmp_path, processes):
    device = Device(tmp_path)
    device.fill(1)
    took = []
    while not took or min(took) >= 1:
        assert len(took) < 5, took
        engine = device.start(processes).wait_ready()
        engine.wait_for(" ok: ")
        began = time.monotonic()
        engine.signal(signal.SIGTERM)
        assert engine.wait() == 0
        took.append(time.monotonic() - began)


def test_manual_mode_waits_to_be_told(tmp_path, processes):
    device = Device(tmp_path)
    device.fill(1)
    engine = device.start(processes, mode="manual").wait_ready()
    engine.signal(signal.SIGINT)
    assert engine.wait() == 0
    assert "run 1" not in engine.log
    assert not (device.state / "runs.jsonl").exists()
