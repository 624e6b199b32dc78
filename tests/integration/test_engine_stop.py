"""Runs that are asked to stop, and runs that are killed."""

import os
import signal
import time

import pytest

import dejavu_reader
from engine import KEY, Device, wait_for_file

pytestmark = pytest.mark.tsan

FILES = 1500


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(FILES)
    return device


def catch_sending(device, process):
    """Freeze the engine while it sends objects under the cloud lock."""
    wait_for_file(device.cloud / "objects", process)
    process.pause()
    assert (device.cloud / "lock-sync").exists()
    assert device.latest() is None


def test_a_run_asked_to_stop_frees_the_lock_within_two_seconds(device,
                                                              processes):
    engine = device.start(processes, "--concurrency", "1").wait_ready()
    catch_sending(device, engine)
    began = time.monotonic()
    assert engine.stop() == 0
    assert time.monotonic() - began < 2
    assert device.left_overs() == []
    assert device.latest() is None
    assert device.runs()[-1]["code"] == "cancelled"
    assert not (device.state / "journal").exists()

    assert device.once().returncode == 0
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []


def test_once_that_was_stopped_has_failed(device, processes):
    engine = device.start(processes, "--once", "--concurrency", "1")
    catch_sending(device, engine)
    assert engine.stop() == 1
    assert "run 1 failed: cancelled" in engine.log
    assert device.left_overs() == []


def test_a_killed_run_is_told_swept_up_and_finished(device, processes):
    engine = device.start(processes, "--concurrency", "1").wait_ready()
    catch_sending(device, engine)
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
    engine = device.start(processes).wait_ready()
    engine.wait_for("run 1 ok")
    began = time.monotonic()
    engine.signal(signal.SIGTERM)
    assert engine.wait() == 0
    assert time.monotonic() - began < 1


def test_manual_mode_waits_to_be_told(tmp_path, processes):
    device = Device(tmp_path)
    device.fill(1)
    engine = device.start(processes, mode="manual").wait_ready()
    engine.signal(signal.SIGINT)
    assert engine.wait() == 0
    assert "run 1" not in engine.log
    assert not (device.state / "runs.jsonl").exists()
