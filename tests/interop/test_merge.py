"""Both ways, as the peer decides it from the format's page alone: the
scenarios with one device exchanged for it, and random edits on all sides."""

import random
import re
import shutil

import pytest

import test_two_way
from peer_device import (PeerDevice, make_ours, make_peer, ours_ok, run_ok,
                         tree, verify)

EPOCH = 1750000000  # younger than any file of fill()

BOTH_WAYS = [name for name, (_, steps) in test_two_way.SCENARIOS.items()
             if not any(" down " in step for step in steps)]


class MixedFleet(test_two_way.Fleet):
    """The same devices; the one named is a peer."""

    def __init__(self, folder, seed, who):
        super().__init__(folder, seed)
        ours = self.devices[who]
        (folder / "peer").mkdir()
        peer = self.devices[who] = PeerDevice(folder / "peer", ours)
        shutil.rmtree(peer.workspace)
        shutil.copytree(ours.workspace, peer.workspace)
        peer.state.mkdir()
        shutil.copy(ours.state / "repo/refs/latest-sync", peer.state)
        self.said = ""

    def _device_step(self, device, what, rest=""):
        is_peer = isinstance(device, PeerDevice)
        if is_peer and what == "both":
            self.said = device.ok("sync")
            assert f"changes {rest}\n" in self.said, self.said
            run_ok("verify", device.cloud, workspace=device.workspace)
        elif is_peer and what == "conflict":
            found = re.findall(r"^conflict (\S+ \S+) ", self.said,
                               re.MULTILINE)
            assert found == [rest]
        else:
            super()._device_step(device, what, rest)


# By the page alone one id is one content (10.1, 3); only ours looks further.
OURS_ALONE = [("same second, other content", "B")]


@pytest.mark.parametrize("name, who", [
    (name, who) for name in BOTH_WAYS for who in "AB"
    if (name, who) not in OURS_ALONE])
def test_scenario(tmp_path, name, who):
    seed, steps = test_two_way.SCENARIOS[name]
    fleet = MixedFleet(tmp_path, seed, who)
    for step in steps:
        try:
            fleet.do(step)
        except AssertionError as why:
            raise AssertionError(f"{name}: {step}") from why


def sync(device):
    if isinstance(device, PeerDevice):
        device.ok("sync")
    else:
        ours_ok(device)
        verify(device)


def edit(device, chance, number):
    """Edits of one device in one round, within a few minutes; returns the
    texts it wrote, each of which exists once in the world."""
    names = sorted(tree(device))
    texts = []
    for name in chance.sample(names, 5) + [f"box/{chance.randrange(4)}.sy"]:
        texts.append(f"{device.name} {number} {name}")
        device.write(name, texts[-1],
                     EPOCH + 1000 * number + chance.randrange(300))
    for name in chance.sample(names, 3):
        path = device.workspace / "data" / name
        if path.read_text(errors="replace") not in texts:
            path.unlink()
    return texts


def all_texts(devices):
    return {path.read_text(errors="replace") for device in devices
            for path in device.workspace.rglob("*") if path.is_file()}


@pytest.mark.parametrize("seed", range(3))
def test_all_converge_and_no_edit_is_lost(tmp_path, seed):
    chance = random.Random(seed)
    ours = make_ours(tmp_path)
    devices = [ours, make_ours(tmp_path, "second"), make_peer(tmp_path, ours)]
    ours.fill(40)
    for device in devices:
        sync(device)
    for number in range(1, 6):
        texts = [text for device in devices
                 for text in edit(device, chance, number)]
        for _ in range(3):
            for device in chance.sample(devices, 3):
                sync(device)
        assert tree(devices[0]) == tree(devices[1]) == tree(devices[2]), (
            f"seed {seed}, round {number}")
        lost = set(texts) - all_texts(devices)
        assert not lost, f"seed {seed}, round {number}"
        assert len(texts) == 18
