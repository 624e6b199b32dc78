"""What the libraries of a kernel write, our engine reads: frames of every
kind, cuts, full-latest.json."""

import base64
import shutil

import msgpack
import pytest

import peer_device
from peer_device import (make_ours, make_peer, ours_ok, sample, synced_tree,
                         tree, verify)

EPOCH = 1700000000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A sample workspace, and files that frames differ for."""
    folder = tmp_path_factory.mktemp("sample")
    device = make_ours(folder)
    sample(device.workspace, "--files", 100, "--bytes", "8M")
    for size in (0, 1, 2, 255, 256, 1024, 1025, (512 << 10) - 1, 512 << 10):
        device.write(f"zeros/{size}", "0" * size, EPOCH + size)
    return device


@pytest.mark.parametrize("frames", [
    "kernel", "kernel-2026", "fastest", "best", "checked", "padded", "split"])
def test_our_engine_downloads_it_byte_for_byte(tmp_path, workspace, frames):
    ours = make_ours(tmp_path)
    peer = make_peer(tmp_path, ours)
    peer_device.copy_tree(workspace, peer)
    peer.ok("upload", frames=frames)
    ours_ok(ours, "download")
    wanted = synced_tree(peer)
    assert tree(ours) == wanted
    assert ours.latest() == (ours.state / "repo/refs/latest").read_text()
    # Joining by both ways ends the same, and publishes nothing.
    latest = ours.latest()
    second = make_ours(tmp_path, "second")
    ours_ok(second, "both")
    assert tree(second) == wanted
    assert second.latest() == latest


def test_what_kernels_store_for_an_empty_file(tmp_path):
    """Older ones an empty payload, newer ones an empty frame."""
    sizes = []
    for frames in ("kernel", "kernel-2026"):
        folder = tmp_path / frames
        folder.mkdir()
        peer = make_peer(folder, make_ours(folder))
        peer.write("empty", "", EPOCH)
        peer.ok("upload", frames=frames)
        chunk = peer.cloud / "objects/da/39a3ee5e6b4b0d3255bfef95601890afd80709"
        sizes.append(chunk.stat().st_size)
    assert sizes == [28, 37]


def only_full_latest(ours):
    """Take away the File objects of ours: with a full-latest.json that it
    trusts, a run with nothing to do needs none of them."""
    lines = peer_device.run_ok("objects", ours.cloud).splitlines()
    files = [line.split()[1] for line in lines if line.startswith("file ")]
    for oid in files:
        (ours.state / "repo/objects" / oid[:2] / oid[2:]).unlink()
    assert files


@pytest.fixture
def synced(tmp_path):
    """Ours, after a run, with the full-latest.json of msgpack v5 alone."""
    ours = make_ours(tmp_path)
    sample(ours.workspace, "--files", 50, "--bytes", "1M")
    ours_ok(ours)
    full = ours.state / "repo/full-latest.json"
    own = full.read_bytes()
    full.unlink()
    peer_device.run_ok("full-latest", ours.state / "repo", full_latest=full)
    assert len(full.read_bytes()) == len(own)  # order is free
    only_full_latest(ours)
    return ours


def test_a_full_latest_that_msgpack_wrote_is_used(synced):
    latest = synced.latest()
    ours_ok(synced)
    assert synced.latest() == latest


def test_a_full_latest_with_other_keys_is_not(synced):
    """The control of the test above."""
    full = synced.state / "repo/full-latest.json"
    record = msgpack.unpackb(full.read_bytes())
    record["Files"] = [{key.lower(): value for key, value in file.items()}
                       for file in record["Files"]]
    full.write_bytes(msgpack.packb(record))
    assert synced.once(direction="both").returncode == 1


def test_our_engine_adds_to_it_and_they_read_that(tmp_path, workspace):
    ours = make_ours(tmp_path)
    peer = make_peer(tmp_path, ours)
    peer_device.copy_tree(workspace, peer)
    peer.ok("upload")
    ours_ok(ours, "both")
    ours.write("new.sy", "new", EPOCH)
    (ours.workspace / "data/zeros/255").unlink()
    ours_ok(ours, "both")
    verify(ours)
    shutil.rmtree(peer.workspace / "data")
    peer.ok("download")
    assert tree(peer) == tree(ours)


def test_the_key_is_checked_by_both(tmp_path):
    ours = make_ours(tmp_path)
    peer = make_peer(tmp_path, ours)
    peer.write("doc.sy", "text", EPOCH)
    peer.ok("upload")
    ours.set_key(bytes(32))
    done = ours.once(direction="both")
    assert done.returncode == 1 and "key-mismatch" in done.stdout
    done = peer_device.run("verify", ours.cloud, key=bytes(32))
    assert done.returncode == 1 and "another key" in done.stderr
    assert base64.b64encode(bytes(32)).decode() not in done.stderr
