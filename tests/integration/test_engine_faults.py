"""Runs that fail: the code, the cause, and a store in which nothing half-done
is visible."""

import os
import shutil
import subprocess
import time

import pytest

import dejavu_reader
from engine import BOX, KEY, Device
from syncbus_test import program

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path)


def failed(done, device, code, *words):
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.startswith("run "), done.stdout
    assert f" failed: {code}: " in done.stdout
    run = device.runs()[-1]
    assert not run["ok"] and run["code"] == code
    for word in words:
        assert str(word) in done.stdout
    assert not any(".tmp" in name for name in device.left_overs())


@pytest.fixture
def small_disk(tmp_path):
    """A store that is full after some 200 objects of one page."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder],
                   check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


@as_root
def test_a_full_disk_names_nothing_and_the_next_run_goes_on(tmp_path,
                                                           small_disk):
    device = Device(tmp_path, store=small_disk)
    device.fill(300)
    failed(device.once(), device, "disk-full", small_disk)
    assert device.latest() is None
    assert device.left_overs() == []
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    assert device.once().returncode == 0
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []


@as_root
def test_too_little_room_is_said_before_anything_is_sent(tmp_path, small_disk):
    device = Device(tmp_path, store=small_disk)
    device.fill(1)
    device.write("assets/large.bin", "x" * (2 << 20))
    failed(device.once(), device, "disk-full", "has room for")
    assert not (device.cloud / "objects").exists()


@as_root
def test_an_unreadable_file_ends_the_run_without_dropping_it(short_dir):
    """As root everything is readable: the engine runs as nobody."""
    device = Device(short_dir)
    device.fill(5)
    binary = shutil.copy(program("syncbus-engine"), short_dir)
    subprocess.run(["chown", "-R", "65534:65534", short_dir], check=True)
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    command = [*user, binary, *device.command("--once")[1:]]
    secret = device.workspace / "data" / BOX / "00003.sy"

    def run():
        return subprocess.run(command, capture_output=True, text=True,
                              timeout=60, check=False)

    first = run()
    assert first.returncode == 0, first.stderr
    latest = device.latest()
    secret.chmod(0)
    os.utime(secret, (1800000000, 1800000000))
    failed(run(), device, "permission", "00003.sy")
    assert device.latest() == latest
    secret.chmod(0o644)
    assert run().returncode == 0
    assert device.latest() != latest


def test_a_name_that_is_not_utf8_is_said_not_skipped(device):
    device.fill(2)
    bad = os.fsencode(device.workspace / "data" / BOX) + b"/\xff\xfe.sy"
    with open(bad, "w", encoding="utf-8") as file:
        file.write("x")
    failed(device.once(), device, "unsafe-path", "xff")
    assert device.latest() is None


def test_an_empty_workspace_uploads_nothing(device):
    failed(device.once(), device, "empty-workspace")
    assert device.latest() is None


def test_a_store_made_with_another_key_is_left_alone(device, tmp_path):
    device.fill(2)
    assert device.once().returncode == 0
    latest = device.latest()
    (tmp_path / "other").mkdir()
    other = Device(tmp_path / "other", store=device.store, name="other")
    other.fill(2)
    other.set_key(b"k" * 32)
    failed(other.once(), other, "key-mismatch")
    assert device.latest() == latest
    assert device.left_overs() == []


def test_a_ref_whose_index_is_missing_is_damage(device):
    device.fill(2)
    assert device.once().returncode == 0
    latest = device.latest()
    (device.cloud / "indexes" / latest).unlink()
    device.write("new.sy", "new")
    failed(device.once(direction="both"), device, "not-found", latest)
    assert device.latest() == latest
    assert device.left_overs() == []


def test_a_ref_that_was_cut_is_damage(device):
    device.fill(2)
    assert device.once().returncode == 0
    (device.cloud / "refs" / "latest").write_text("")
    device.write("new.sy", "new")
    failed(device.once(direction="both"), device, "not-found", "refs/latest")
    assert device.latest() == ""


def test_an_object_lost_here_is_damage_here(device):
    device.fill(2)
    assert device.once().returncode == 0
    for path in (device.state / "repo" / "objects").rglob("*"):
        if path.is_file():
            path.unlink()
    shutil.rmtree(device.cloud)
    failed(device.once(), device, "repo-damaged")
    assert device.latest() is None


@pytest.mark.parametrize("lock,code", [
    ('{"deviceID":"other","time":99999999999999}', "clock-skew"),
    ('{"deviceID":"other","time":NOW}', "locked"),
])
def test_a_foreign_lock_is_waited_for_and_left_alone(device, lock, code):
    device.fill(2)
    device.cloud.mkdir()
    lock = lock.replace("NOW", str(int(time.time() * 1000)))
    (device.cloud / "lock-sync").write_text(lock)
    done = device.once()
    failed(done, device, code)
    assert (device.cloud / "lock-sync").read_text() == lock
    assert device.runs()[-1]["ms"] >= 10000  # two pauses of five seconds
    assert device.latest() is None


def test_an_expired_lock_is_taken(device):
    device.fill(2)
    device.cloud.mkdir()
    (device.cloud / "lock-sync").write_text('{"deviceID":"other","time":1}')
    assert device.once().returncode == 0
    assert device.left_overs() == []
