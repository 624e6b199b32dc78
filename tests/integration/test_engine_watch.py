"""Running by itself: an edit asks for a run, the interval is far away."""

import json
import shutil
import signal
import subprocess
import time

import pytest
import zmq

from engine import BOX, Device, Ingest
from syncbus_test import assert_never, wait_until

FAR = 43200  # an interval no test waits for
SOON = 15


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(3)
    return device


def start(device, processes, *more, **replaced):
    options = {"interval": FAR, **replaced}
    engine = device.start(processes, *more, **options).wait_ready()
    engine.wait_for("run 1 ok")
    return engine


def sent(device, run):
    """What a run has sent, by its report."""
    lines = (device.state / "changes" / f"{run}.jsonl").read_text()
    return [json.loads(line)[1] for line in lines.splitlines()
            if line.startswith('[">"')]


def test_an_edit_is_uploaded_soon(device, processes):
    engine = start(device, processes)
    before = device.latest()
    device.write(f"{BOX}/00001.sy", "edited")
    engine.wait_for("run 2 ok", SOON)
    assert device.latest() != before
    assert sent(device, 2) == [f"/{BOX}/00001.sy"]


def test_new_and_renamed_folders_are_watched(device, processes):
    engine = start(device, processes)
    device.write(f"{BOX}/new/deep/a.sy", "one")
    engine.wait_for("run 2 ok", SOON)
    data = device.workspace / "data"
    (data / BOX / "new").rename(data / BOX / "other")
    engine.wait_for("run 3 ok", SOON)
    device.write(f"{BOX}/other/deep/a.sy", "two")
    engine.wait_for("run 4 ok", SOON)
    assert sent(device, 4) == [f"/{BOX}/other/deep/a.sy"]


def test_what_a_run_writes_here_asks_for_no_run(tmp_path, processes):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = Device(tmp_path / "a", tmp_path / "store", "first")
    first.fill(3)
    assert first.once(direction="both").returncode == 0
    second = Device(tmp_path / "b", tmp_path / "store", "second")
    second.write(f"{BOX}/own.sy", "own")
    engine = start(second, processes, direction="both")
    assert (second.workspace / "data" / BOX / "00002.sy").exists()
    assert_never(lambda: "run 2" in engine.log, 4, "a run for nothing")
    second.write(f"{BOX}/mine.sy", "mine")
    engine.wait_for("run 2 ok", SOON)
    assert sent(second, 2) == [f"/{BOX}/mine.sy"]


def test_without_watch_edits_wait_for_the_interval(device, processes):
    engine = start(device, processes, watch="no")
    device.write(f"{BOX}/00001.sy", "edited")
    assert_never(lambda: "run 2" in engine.log, 4, "a run")


def test_failures_back_off_whatever_is_edited(device, processes):
    engine = start(device, processes)
    shutil.rmtree(device.store)
    device.write(f"{BOX}/00001.sy", "edited")
    wait_until(lambda: len(device.runs()) == 2, SOON, "the run that fails")
    assert not device.runs()[1]["ok"]
    device.write(f"{BOX}/00001.sy", "edited again")
    assert_never(lambda: len(device.runs()) > 2, 4, "a third run")
    assert engine.is_running()


def test_when_watches_run_out_the_interval_is_left(device, processes):
    limit = "/proc/sys/user/max_inotify_watches"  # of a user namespace
    few = ["unshare", "--user", "--map-root-user", "sh", "-c",
           f'echo 1 >{limit} && exec "$0" "$@"']
    if subprocess.run([*few, "true"], capture_output=True,
                      check=False).returncode:
        pytest.skip("no user namespaces here")
    engine = processes.start(*few, *device.command(interval=FAR))
    engine.wait_for("run 1 ok")
    told = [line for line in engine.log.splitlines()
            if "fs.inotify.max_user_watches" in line]
    assert len(told) == 1 and "--interval" in told[0]
    assert engine.is_running()
    engine.signal(signal.SIGTERM)
    assert engine.wait() == 0


def test_asked_to_stop_while_waiting_for_the_cloud_lock(device, processes):
    engine = start(device, processes)
    lock = device.cloud / "lock-sync"
    lock.write_text(json.dumps({"deviceID": "somebody-else",
                                "time": int(time.time() * 1000)}))
    device.write(f"{BOX}/00001.sy", "edited")
    journal = device.state / "journal"
    wait_until(lambda: journal.exists() and "preflight" in journal.read_text(),
               SOON, "a run that waits for the lock")
    began = time.monotonic()
    engine.signal(signal.SIGTERM)
    assert engine.wait() == 0
    assert time.monotonic() - began < 4  # it would have looked again after 5
    assert device.runs()[1]["code"] == "interrupted"
    assert lock.exists()


@pytest.mark.tsan
def test_an_edit_is_told_as_queued_with_the_time_of_its_run(short_dir,
                                                            processes):
    device = Device(short_dir)
    device.fill(3)
    with zmq.Context() as context:
        ingest = Ingest(context, f"ipc://{short_dir}/ingest")
        start(device, processes, hub_ingest=ingest.address)
        rest = ingest.read_until(lambda s: s["st"] == "idle" and "last" in s,
                                 SOON, "the end of run 1")
        assert rest["nx"] - rest["ts"] > FAR * 1000 - 60_000
        device.write(f"{BOX}/00001.sy", "edited")
        queued = ingest.read_until(lambda s: s["st"] == "queued", SOON,
                                   "queued")
        # When the run will be, not when the interval would ask for one.
        assert -60_000 < queued["nx"] - queued["ts"] <= 2100
        run = ingest.read_until(lambda s: s["st"] == "syncing", SOON, "a run")
        assert -100 < run["ts"] - run["nx"] < 60_000
        rest = ingest.read_until(lambda s: s["st"] == "idle", SOON, "the end")
        assert rest["last"]["run"] == 2
        assert rest["nx"] - rest["ts"] > FAR * 1000 - 60_000
        ingest.close()
