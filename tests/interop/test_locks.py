"""lock-sync, held by one program and met by the other."""

import json
import subprocess

import pytest

from peer_device import LOCKED, PEER, make_ours, make_peer, ours_ok, tree
from syncbus_test import Held, wait_until

EPOCH = 1700000000


@pytest.fixture
def pair(tmp_path):
    ours = make_ours(tmp_path)
    ours.fill(40)
    ours_ok(ours)
    peer = make_peer(tmp_path, ours)
    peer.ok("download")
    return ours, peer


def test_our_engine_leaves_a_lock_of_theirs_alone(pair):
    ours, peer = pair
    peer.write("peer.sy", "peer", EPOCH)
    peer.ok("upload")
    ours.write("ours.sy", "ours", EPOCH)
    latest, before = ours.latest(), tree(ours)
    lock = ours.cloud / "lock-sync"
    with subprocess.Popen(
            [PEER, "hold", "--store", ours.cloud, "--device", "the-peer",
             "--key", ours.key_file.read_text().strip()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held by the-peer\n"
        text = lock.read_text()
        done = ours.once(direction="both")
        assert done.returncode == 1
        assert "failed: locked:" in done.stdout
        assert lock.read_text() == text
        assert ours.latest() == latest and tree(ours) == before
        holder.stdin.close()
        assert holder.wait(20) == 0
    assert not lock.exists()
    ours_ok(ours)
    peer.ok("download")
    assert tree(ours) == tree(peer)


def test_they_leave_a_lock_of_ours_alone(pair, processes):
    ours, peer = pair
    for i in range(400):
        ours.write(f"more/{i}.sy", f"{i}", EPOCH + i)
    peer.write("peer.sy", "peer", EPOCH)
    lock = ours.cloud / "lock-sync"
    with Held(ours.cloud / "refs" / "latest"):  # which it reads when locked
        engine = ours.start(processes, "--once", direction="both")
        wait_until(lock.exists, 20, "the lock")
        engine.pause()
    text = lock.read_text()
    record = json.loads(text)
    for verb in ("upload", "download"):
        done = peer.run(verb)
        assert done.returncode == LOCKED, done.stdout + done.stderr
        assert f"locked by {record['deviceID']}" in done.stderr
    assert lock.read_text() == text
    engine.resume()
    assert engine.wait(60) == 0, engine.log
    assert not lock.exists()
    peer.ok("download")
    assert tree(peer) == tree(ours)


def test_a_lock_of_ours_expires_for_them(pair, processes):
    ours, peer = pair
    for i in range(400):
        ours.write(f"more/{i}.sy", f"{i}", EPOCH + i)
    lock = ours.cloud / "lock-sync"
    with Held(ours.cloud / "refs" / "latest"):
        engine = ours.start(processes, "--once", direction="both")
        wait_until(lock.exists, 20, "the lock")
        engine.kill()
    record = json.loads(lock.read_text())
    assert peer.run("download").returncode == LOCKED
    record["time"] -= 66000
    lock.write_text(json.dumps(record, separators=(",", ":")))
    peer.ok("download")
    assert not lock.exists()
    # The killed run is finished by the next one, around the peer's turn.
    peer.write("peer.sy", "peer", EPOCH)
    peer.ok("upload")
    ours_ok(ours)
    peer.ok("download")
    assert tree(peer) == tree(ours)


def test_a_lock_of_theirs_expires_for_us(pair):
    ours, peer = pair
    peer.write("peer.sy", "peer", EPOCH)
    peer.ok("upload")
    lock = ours.cloud / "lock-sync"
    with subprocess.Popen(
            [PEER, "hold", "--store", ours.cloud,
             "--key", ours.key_file.read_text().strip()],
            stdin=subprocess.PIPE) as holder:
        wait_until(lock.exists, 20, "a lock of the peer")
        holder.kill()
    record = json.loads(lock.read_text())
    record["time"] -= 66000
    lock.write_text(json.dumps(record))
    ours_ok(ours)
    assert tree(ours) == tree(peer)
    assert not lock.exists()
