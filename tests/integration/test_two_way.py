"""Sync both ways and download, with real engines and a real store: the
scenarios of the format (9.1, 9.2) as a table, joining, and what stops a run."""

import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import dejavu_reader
from dejavu_writer import Writer
from engine import BOX, KEY, Device

EPOCH = 1700000000  # of minute 0
UU = "local-upsert-cloud-upsert"
UR = "local-upsert-cloud-remove"
RU = "local-remove-cloud-upsert"

# Steps of a scenario, one word after the other:
#   A /doc=text@minute      write          A -/doc          remove
#   A both U/R/C            sync both ways: upserts, removes, conflicts
#   A down U/R/C            the cloud wins
# and about the run before:
#   A conflict KIND WINNER  A kept /doc=text | A kept nothing
# and at any time:
#   A has /doc=text         A lacks /doc
#   cloud lost | cloud found | all equal
SCENARIOS = {
    "1 remote update": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B both 1/0/0", "B has /doc=a",
        "B kept nothing"]),
    "2 independent edits": ("/a=a /b=b", [
        "A /a=a1@10", "A both 0/0/0", "B /b=b1@11", "B both 1/0/0",
        "B has /a=a1", "B has /b=b1", "A both 1/0/0", "A has /a=a1",
        "A has /b=b1"]),
    "3 same file diverges": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=b@11", "B both 0/0/1",
        f"B conflict {UU} local", "B kept /doc=a", "B has /doc=b"]),
    # 4 and 5 fetch objects ahead of time, which an engine does not.
    "4 diverges, then nothing more": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=b@11", "B both 0/0/1",
        "B both 0/0/0", "B has /doc=b"]),
    "5 diverges, and the other follows": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=b@11", "B both 0/0/1",
        "A both 1/0/0", "A has /doc=b", "A kept nothing"]),
    "6 same new path": ("/anchor=x", [
        "A /new=a@10", "A both 0/0/0", "B /new=b@11", "B both 0/0/1",
        f"B conflict {UU} local", "B kept /new=a", "B has /new=b"]),
    "7 same new content, other time": ("/doc=base", [
        "A /doc=same@10", "A both 0/0/0", "B /doc=same@11", "B both 0/0/0",
        "B kept nothing"]),
    "8 same path and content created, other time": ("/anchor=x", [
        "A /new=same@10", "A both 0/0/0", "B /new=same@11", "B both 0/0/0",
        "B kept nothing"]),
    "9 remote delete": ("/keep=k /delete=d", [
        "A -/delete", "A both 0/0/0", "B both 0/1/0", "B lacks /delete",
        "B has /keep=k"]),
    "10 remote delete vs local edit": ("/shared=s /anchor=x", [
        "A -/shared", "A both 0/0/0", "B /shared=b@10", "B both 0/0/1",
        f"B conflict {UR} local", "B kept /shared=b", "B has /shared=b",
        "A both 1/0/0", "A has /shared=b"]),
    "11 same content, same time": ("/doc=base", [
        "A /doc=same@10", "A both 0/0/0", "B /doc=same@10", "B both 0/0/0",
        "B kept nothing"]),
    "12 local delete vs remote edit": ("/doc=base /anchor=x", [
        "A /doc=a@10", "A both 0/0/0", "B -/doc", "B both 0/0/1",
        f"B conflict {RU} local", "B kept /doc=a", "B lacks /doc",
        "A both 0/1/0", "A lacks /doc"]),
    "13 both delete": ("/doc=base /anchor=x", [
        "A -/doc", "A both 0/0/0", "B -/doc", "B both 0/0/0", "A both 0/0/0",
        "A lacks /doc", "B lacks /doc"]),
    "14 rename": ("/old=o /anchor=x", [
        "A -/old", "A /new=o@10", "A both 0/0/0", "B both 1/1/0",
        "B lacks /old", "B has /new=o"]),
    "15 three clients": ("/a=a /b=b /c=c", [
        "A /a=a1@10", "A both 0/0/0", "B /b=b1@11", "B both 1/0/0",
        "C both 2/0/0", "A both 1/0/0", "B both 0/0/0", "all equal"]),
    "16 older local vs newer cloud": ("/doc=base", [
        "B /doc=b@20", "B both 0/0/0", "A /doc=a@10", "A both 1/0/1",
        f"A conflict {UU} cloud", "A kept /doc=a", "A has /doc=b",
        "B both 0/0/0"]),
    "17 stale local vs unchanged cloud": ("/doc=base", [
        "A /doc=stale@-10", "A both 1/0/0", "A kept /doc=stale",
        "A has /doc=base"]),
    "18 stale cloud vs newer local metadata": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=base@20", "B both 0/0/0",
        "B kept /doc=a", "B has /doc=base", "A both 1/0/0",
        "A has /doc=base"]),
    "19 cloud latest deleted": ("/doc=base", [
        "cloud lost", "A both 0/0/0", "cloud found", "A has /doc=base"]),

    "20 already current": ("/doc=base", ["B down 0/0/0"]),
    "21 remote create": ("/anchor=x", [
        "A /new=a@10", "A both 0/0/0", "B down 1/0/0", "B has /new=a"]),
    "22 remote update": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B down 1/0/0", "B has /doc=a"]),
    "23 remote delete": ("/keep=k /delete=d", [
        "A -/delete", "A both 0/0/0", "B down 0/1/0", "B lacks /delete"]),
    "24 remote rename": ("/old=o /anchor=x", [
        "A -/old", "A /new=o@10", "A both 0/0/0", "B down 1/1/0",
        "B lacks /old", "B has /new=o"]),
    "25 remote update, other local edit": ("/remote=r /local=l", [
        "A /remote=r1@10", "A both 0/0/0", "B /local=l1@11", "B down 2/0/1",
        f"B conflict {UU} cloud", "B kept /local=l1", "B has /local=l",
        "B has /remote=r1"]),
    "26 remote delete, other local edit": ("/remote=r /local=l", [
        "A -/remote", "A both 0/0/0", "B /local=l1@11", "B down 1/1/1",
        "B kept /local=l1", "B has /local=l", "B lacks /remote"]),
    "27 both update": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=b@11", "B down 1/0/1",
        f"B conflict {UU} cloud", "B kept /doc=b", "B has /doc=a"]),
    "28 remote delete vs local update": ("/doc=base /anchor=x", [
        "A -/doc", "A both 0/0/0", "B /doc=b@11", "B down 0/1/1",
        f"B conflict {UR} cloud", "B kept /doc=b", "B lacks /doc"]),
    "29 remote update vs local delete": ("/doc=base /anchor=x", [
        "A /doc=a@10", "A both 0/0/0", "B -/doc", "B down 1/0/0",
        "B has /doc=a"]),
    "30 both create same path": ("/anchor=x", [
        "A /new=a@10", "A both 0/0/0", "B /new=b@11", "B down 1/0/1",
        "B kept /new=b", "B has /new=a"]),
    "31 same content, other time": ("/doc=base", [
        "A /doc=same@10", "A both 0/0/0", "B /doc=same@11", "B down 1/0/1",
        "B kept /doc=same", "B has /doc=same"]),
    "32 mergeable structure": ("/doc=base", [
        "A /doc=line a@10", "A both 0/0/0", "B /doc=base line@11",
        "B down 1/0/1", "B has /doc=line a"]),
}


class Fleet:
    """A seed device that has synced, and its byte copies A, B and C."""

    def __init__(self, folder, seed):
        self.store = folder / "store"
        self.devices = {}
        (folder / "seed").mkdir()
        first = Device(folder / "seed", store=self.store, name="seed")
        for word in seed.split():
            name, text = word[1:].split("=")
            first.write(name, text, EPOCH)
        done = first.once(direction="both")
        assert done.returncode == 0, done.stderr
        (first.state / "device-id").unlink()
        for name in "ABC":
            (folder / name).mkdir()
            device = Device(folder / name, store=self.store, name=name.lower())
            shutil.copytree(first.state, device.state)
            shutil.copytree(first.workspace, device.workspace,
                            dirs_exist_ok=True)
            self.devices[name] = device

    def do(self, step):
        who, what, *rest = step.split(" ", 2)
        if who == "cloud":
            latest = self.store / "main" / "refs" / "latest"
            if what == "lost":
                latest.unlink()
            assert latest.exists() == (what == "found")
        elif who == "all":
            trees = [tree(device) for device in self.devices.values()]
            assert trees[0] == trees[1] == trees[2]
        else:
            self._device_step(self.devices[who], what, *rest)

    def _device_step(self, device, what, rest=""):
        if what.startswith("-"):
            (device.workspace / "data" / what[2:]).unlink()
        elif what.startswith("/"):
            name, text = (what + (" " + rest if rest else "")).split("=")
            text, minute = text.split("@")
            device.write(name[1:], text, EPOCH + 60 * int(minute))
        elif what in ("both", "down"):
            sync(device, "both" if what == "both" else "download", rest)
        elif what == "conflict":
            kind, winner = rest.split()
            assert [(c["conflict"], c["winner"])
                    for c in conflicts(device)] == [(kind, winner)]
        elif what == "kept":
            expected = {}
            if rest != "nothing":
                name, text = rest.split("=")
                expected = {name: text}
            assert kept(device) == expected
        elif what == "has":
            name, text = rest.split("=")
            path = device.workspace / "data" / name[1:]
            assert path.read_text() == text
        else:
            assert what == "lacks"
            assert not (device.workspace / "data" / rest[1:]).exists()


def run_ok(device, direction="both", **options):
    done = device.once(direction=direction, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def sync(device, direction, counts):
    done = run_ok(device, direction)
    run = device.runs()[-1]
    assert "/".join(map(str, run["chg"])) == counts, done.stdout
    assert run["dir"] == direction
    report = dejavu_reader.verify(device.cloud, KEY)
    assert report.faults == []
    assert not list(device.workspace.rglob("*.tmp"))


def changes(device):
    path = device.state / "changes" / f"{device.runs()[-1]['run']}.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def conflicts(device):
    return [row for row in changes(device) if isinstance(row, dict)]


def kept(device):
    """The copies in the history, without their folder."""
    history = device.workspace / "history"
    return {"/" + str(path.relative_to(history)).split("/", 1)[1]:
            path.read_text() for path in history.rglob("*") if path.is_file()}


def tree(device):
    data = device.workspace / "data"
    return {str(path.relative_to(data)):
            (path.read_bytes(), int(path.stat().st_mtime))
            for path in data.rglob("*") if path.is_file()}


def make_device(folder, name, store=None):
    (folder / name).mkdir()
    return Device(folder / name, store=store or folder / "store", name=name)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(tmp_path, name):
    seed, steps = SCENARIOS[name]
    fleet = Fleet(tmp_path, seed)
    for step in steps:
        try:
            fleet.do(step)
        except AssertionError as why:
            raise AssertionError(f"{name}: {step}") from why
