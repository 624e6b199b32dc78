"""Devices of ours and a peer take turns on one store."""

import json
import os
import random

import msgpack
import pytest
import zstandard

import peer_device
from peer_device import (make_ours, make_peer, ours_ok, sample, synced_tree,
                         tree, verify)

EPOCH = 1750000000  # younger than any file of the sample


@pytest.fixture
def fleet(tmp_path):
    """Two of ours and a peer, all equal."""
    ours = make_ours(tmp_path)
    second = make_ours(tmp_path, "second")
    peer = make_peer(tmp_path, ours)
    sample(ours.workspace, "--files", 60, "--bytes", "4M")
    for name in tree(ours).keys() - synced_tree(ours).keys():
        (ours.workspace / "data" / name).unlink()
    ours_ok(ours)
    ours_ok(second)
    peer.ok("download")
    assert tree(ours) == tree(second) == tree(peer)
    return ours, peer, second


def listed(device):
    """indexes-v2.json as the devices have it: newest first, by whom."""
    data = (device.cloud / "indexes-v2.json").read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [entry["systemID"] for entry in json.loads(plain)["indexes"]]


def edit(device, chance, number):
    """Rewrite, remove, add and touch a few files of one device."""
    names = sorted(name for name in tree(device)
                   if not name.startswith(".siyuan"))
    at = EPOCH + 1000 * number
    for name in chance.sample(names, 4):
        device.write(name, f"{device.name} {number} {name}", at)
    for name in chance.sample(names, 2):
        (device.workspace / "data" / name).unlink(missing_ok=True)
    device.write(f"box/{device.name} {number}.sy", f"{number}", at + 1)
    path = device.write(f"assets/{device.name}.bin", "")
    path.write_bytes(chance.randbytes(700 << 10) * 2)
    # An id is path and second: two contents in one second are one file.
    os.utime(path, (at, at))


def turn(device):
    """One device's sync; a peer has fetched before it edited."""
    if isinstance(device, peer_device.PeerDevice):
        device.ok("upload")
    else:
        ours_ok(device)
        verify(device)


def test_ours_and_theirs_take_turns(fleet):
    ours, peer, second = fleet
    chance = random.Random(4)
    order = [ours, peer, ours, peer, second, peer, peer, ours, second]
    began = len(listed(ours))
    for number, device in enumerate(order, start=1):
        if device is peer:
            peer.ok("download")
        else:
            ours_ok(device)
        edit(device, chance, number)
        turn(device)
        assert len(listed(ours)) == began + number
        assert (listed(ours)[0] == peer.name) == (device is peer)
    ours_ok(ours)
    ours_ok(second)
    peer.ok("download")
    assert tree(ours) == tree(second) == tree(peer)
    assert ours.latest() == (second.state / "repo/refs/latest").read_text()
    verify(ours)
    verify(second)


def test_an_edit_and_a_new_file_of_theirs_are_merged_with_ours(fleet):
    ours, peer, second = fleet
    name = sorted(n for n in tree(ours) if n.endswith(".sy"))[0]
    peer.write(name, "edited by the peer", EPOCH + 60)
    peer.write("box/new of the peer.sy", "new", EPOCH + 61)
    peer.ok("upload")
    ours.write("box/new of ours.sy", "new", EPOCH + 62)
    ours_ok(ours)
    assert (ours.workspace / "data" / name).read_text() == "edited by the peer"
    ours_ok(second)
    peer.ok("download")
    assert {"box/new of ours.sy", "box/new of the peer.sy"} < set(tree(ours))
    assert tree(ours) == tree(second) == tree(peer)
    verify(ours)


def test_what_loses_against_ours_is_kept(fleet):
    ours, peer, second = fleet
    name = sorted(n for n in tree(ours) if n.endswith(".sy"))[0]
    peer.write(name, "of the peer", EPOCH + 60)
    ours.write(name, "of ours", EPOCH + 61)
    peer.ok("upload")
    ours_ok(ours)
    kept = [path.read_text() for path in
            (ours.workspace / "history").glob(f"*-sync/{name}")]
    assert kept == ["of the peer"]
    ours_ok(second)
    peer.ok("download")
    assert (peer.workspace / "data" / name).read_text() == "of ours"
    assert tree(ours) == tree(second) == tree(peer)


def test_an_unchanged_turn_publishes_nothing(fleet):
    ours, peer, second = fleet
    latest = ours.latest()
    assert "nothing to upload" in peer.ok("upload")
    ours_ok(ours)
    ours_ok(second)
    assert ours.latest() == latest


def test_files_they_remove_are_removed_here(fleet):
    ours, peer, _ = fleet
    names = [name for name in sorted(tree(peer)) if name.endswith(".sy")][:5]
    for name in names:
        (peer.workspace / "data" / name).unlink()
    peer.ok("upload")
    ours_ok(ours)
    assert not set(names) & set(tree(ours))
    assert tree(ours) == tree(peer)
    full = msgpack.unpackb((ours.state / "repo/full-latest.json").read_bytes())
    assert full["ID"] == ours.latest()
