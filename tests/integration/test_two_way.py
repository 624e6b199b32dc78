"""Sync both ways and download, with real engines and a real store: the
scenarios of the format (9.1, 9.2) as a table, joining, and what stops a run."""

import itertools
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
from engine import BOX, KEY, Device, Ingest
from syncbus_test import Held

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

    # Path and second make the id of a file, whatever is in it (10.1, 3).
    "same second, other content": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=b@10", "B both 0/0/1",
        f"B conflict {UU} local", "B kept /doc=a", "B has /doc=b",
        "A both 1/0/0", "A has /doc=b", "B both 0/0/0", "C both 1/0/0",
        "all equal"]),
    "same second, other content, download": ("/doc=base", [
        "A /doc=a@10", "A both 0/0/0", "B /doc=b@10", "B down 1/0/1",
        f"B conflict {UU} cloud", "B kept /doc=b", "B has /doc=a"]),
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


def test_the_content_of_one_second_is_told_and_uploaded(pair):
    """Ours and the store's differ in nothing but content."""
    a, b = pair
    a.write("doc", "theirs", EPOCH + 600)
    b.write("doc", "ours", EPOCH + 600)
    run_ok(a)
    assert plan(b)["/doc"] == ("send", "local", UU)
    assert plan(b, "upload")["/doc"] == ("send", "local", "")
    assert os.stat(b.workspace / "data/doc").st_mtime == EPOCH + 600
    run_ok(b, "upload")
    run_ok(a)
    assert (a.workspace / "data/doc").read_text() == "ours"


# ---- joining ----

def test_an_empty_workspace_joins_and_writes_nothing_to_the_store(tmp_path):
    a = make_device(tmp_path, "a")
    a.fill(30)
    a.write("assets/big.bin", "0123456789abcdef" * 100000, EPOCH)
    a.write("assets/empty", "", EPOCH)
    run_ok(a)
    before = a.latest()
    b = make_device(tmp_path, "b")
    done = run_ok(b)
    assert "downloaded 32 files" in done.stdout
    assert tree(a) == tree(b)
    assert b.latest() == before
    assert (b.state / "repo/refs/latest").read_text() == before
    assert (b.state / "repo/refs/latest-sync").read_text() == before
    assert b.runs()[-1]["chg"] == [32, 0, 0]
    assert b.runs()[-1]["rx"][0] == 32
    assert {tuple(row[:2]) for row in changes(b)} == {
        ("+", "/" + name) for name in tree(a)}
    again = run_ok(b)
    assert again.stdout.startswith("run 2 ok: nothing to do")
    assert not (b.workspace / "data/.siyuan/syncignore").exists()


@pytest.mark.parametrize("direction", ["both", "download"])
def test_nothing_here_and_nothing_there_is_said(tmp_path, direction):
    done = make_device(tmp_path, "a").once(direction=direction)
    if direction == "both":
        assert "failed: empty-workspace:" in done.stdout
        assert done.returncode == 1
    else:  # nothing is what the store has
        assert "nothing to do" in done.stdout
        assert done.returncode == 0


def test_a_workspace_with_files_joins_without_losing_a_byte(tmp_path):
    a = make_device(tmp_path, "a")
    b = make_device(tmp_path, "b")
    for device, other in ((a, "a"), (b, "b")):
        device.write("same.sy", "same", EPOCH)
        device.write("touched.sy", "same", EPOCH + ord(other))
        device.write(f"only-{other}.sy", other, EPOCH)
        device.write("both.sy", f"of {other}", EPOCH + ord(other))
    a.write(".siyuan/syncignore", "*.log\n", EPOCH)
    run_ok(a)
    run_ok(b)
    assert b.runs()[-1]["chg"][1:] == [0, 1]
    assert kept(b) == {"/both.sy": "of a"}
    assert conflicts(b)[0]["kept"].endswith("-sync/both.sy")
    run_ok(a)
    assert tree(a) == tree(b)
    assert (a.workspace / "data/both.sy").read_text() == "of b"
    assert (a.workspace / "data/.siyuan/syncignore").read_text() == "*.log\n"
    assert {"only-a.sy", "only-b.sy"} < set(tree(a))


def test_what_a_kernel_wrote_is_read(tmp_path):
    device = make_device(tmp_path, "a")
    writer = Writer(device.cloud, KEY)
    writer.add("/box/doc.sy", b"text", 1700000000123)
    writer.add("/assets/empty", b"", 1700000000456, frame="none")
    writer.add("/assets/b.bin", b"0123456789abcdef" * 70000, 1700000000789)
    latest = writer.publish()
    run_ok(device)
    data = device.workspace / "data"
    assert (data / "box/doc.sy").read_bytes() == b"text"
    assert (data / "box/doc.sy").stat().st_mtime_ns == 1700000000123 * 10**6
    assert (data / "assets/empty").read_bytes() == b""
    assert (data / "assets/b.bin").stat().st_size == 1120000
    assert device.latest() == latest
    device.write("box/new.sy", "new", EPOCH)
    run_ok(device)
    report = dejavu_reader.verify(device.cloud, KEY, device.workspace)
    assert report.faults == []
    assert device.latest() != latest


# ---- what stops a run ----

def stopped(device, code, *words, direction="both", **options):
    """A run that must fail and change nothing here."""
    before = tree(device)
    done = device.once(direction=direction, **options)
    assert done.returncode == 1, done.stdout
    assert f"failed: {code}:" in done.stdout
    for word in words:
        assert word in done.stdout
    assert tree(device) == before
    assert device.runs()[-1]["code"] == code
    assert not (device.cloud / "lock-sync").exists()
    return done


@pytest.fixture
def pair(tmp_path):
    """Two devices that are equal."""
    a, b = make_device(tmp_path, "a"), make_device(tmp_path, "b")
    a.fill(150)
    run_ok(a)
    run_ok(b)
    return a, b


def remove_files(device, count):
    for i in range(count):
        (device.workspace / "data" / BOX / f"{i:05}.sy").unlink()


@pytest.mark.parametrize("direction", ["both", "download"])
def test_a_mass_deletion_stops_and_can_be_allowed(pair, direction):
    a, b = pair
    remove_files(a, 120)
    run_ok(a)
    before = a.latest()
    stopped(b, "mass-delete", "120 of 150 files", direction=direction)
    stopped(b, "mass-delete", direction=direction, max_delete=79)
    assert a.latest() == before
    run_ok(b, direction, max_delete=80)
    assert tree(a) == tree(b)
    assert b.runs()[-1]["chg"] == [0, 120, 0]


def test_a_missing_index_is_damage_not_emptiness(pair):
    a, b = pair
    a.write("new.sy", "new", EPOCH)
    run_ok(a)
    latest = a.latest()
    (a.cloud / "indexes" / latest).unlink()
    for direction in ("both", "download"):
        stopped(b, "not-found", latest, direction=direction)
    assert a.latest() == latest


@pytest.mark.parametrize("text", ["", "x" * 40, "0" * 39])
def test_a_latest_that_is_none_is_damage_not_emptiness(pair, text):
    a, b = pair
    (a.cloud / "refs/latest").write_text(text)
    stopped(b, "not-found", "refs/latest")
    assert (a.cloud / "refs/latest").read_text() == text


def objects_of(device, path):
    """Where the store has a file's record and its first chunk."""
    record = dejavu_reader.verify(device.cloud, KEY).files[path]
    return [device.cloud / "objects" / oid[:2] / oid[2:]
            for oid in (record["id"], record["chunks"][0])]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("damage", ["gone", "cut", "other", "empty", "noise"])
def test_a_damaged_object_is_named_and_nothing_happens(pair, which, damage):
    a, b = pair
    a.write("new.sy", "new content", EPOCH)
    a.write("other.sy", "other content", EPOCH)
    run_ok(a)
    path = objects_of(a, "/new.sy")[which]
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({
            "cut": data[:-1], "empty": b"", "noise": os.urandom(len(data)),
            "other": objects_of(a, "/other.sy")[which].read_bytes(),
        }[damage])
    stopped(b, "not-found", path.parent.name + "/" + path.name)
    path.write_bytes(data)
    run_ok(b)
    assert tree(a) == tree(b)


def test_another_key_is_a_mismatch(pair, tmp_path):
    other = make_device(tmp_path, "other")
    other.set_key(bytes(32))
    stopped(other, "key-mismatch")
    stopped(other, "key-mismatch", direction="download")


def test_a_path_out_of_the_workspace_is_refused(tmp_path):
    for number, path in enumerate(("/../out.txt", "/a/../../out.txt",
                                   "no-slash", "/a//b", "/a/./b")):
        folder = tmp_path / str(number)
        folder.mkdir()
        device = make_device(folder, "a")
        writer = Writer(device.cloud, KEY)
        writer.add(path, b"out", 1700000000123)
        writer.publish()
        stopped(device, "unsafe-path", path)
        assert not list(folder.rglob("out.txt"))


def test_a_symbolic_link_is_not_followed(pair, tmp_path):
    a, b = pair
    outside = tmp_path / "outside"
    outside.mkdir()
    a.write("linked/file.sy", "new", EPOCH)
    run_ok(a)
    (b.workspace / "data/linked").symlink_to(outside)
    stopped(b, "unsafe-path", "linked")
    assert list(outside.iterdir()) == []


def test_a_foreign_lock_is_waited_for_and_left_alone(pair):
    a, b = pair
    a.write("new.sy", "new", EPOCH)
    run_ok(a)
    lock = a.cloud / "lock-sync"
    text = json.dumps({"deviceID": "them", "time": int(time.time() * 1000)})
    lock.write_text(text)
    done = b.once(direction="both")
    assert "failed: locked:" in done.stdout
    assert lock.read_text() == text
    lock.write_text(json.dumps({"deviceID": "them", "time": 1700000000000}))
    run_ok(b)  # expired
    assert tree(a) == tree(b)


# ---- conflicts ----

def document(title, text):
    return json.dumps({
        "ID": "20240101120000-abcdefg", "Spec": "1", "Type": "NodeDocument",
        "Properties": {"id": "20240101120000-abcdefg", "title": title},
        "Children": [{"ID": "20240101120001-abcdefg", "Type": "NodeParagraph",
                      "Properties": {"id": "20240101120001-abcdefg"},
                      "Children": [{"Type": "NodeText", "Data": text}]}]})


def test_a_losing_document_becomes_a_document(tmp_path):
    a, b = make_device(tmp_path, "a"), make_device(tmp_path, "b")
    name = f"{BOX}/20240101120000-abcdefg.sy"
    a.write(name, document("Title", "base"), EPOCH)
    run_ok(a)
    run_ok(b)
    a.write(name, document("Title", "of a"), EPOCH + 60)
    a.write("opaque.sy", "of a", EPOCH + 60)
    b.write(name, document("Title", "of b"), EPOCH + 61)
    b.write("opaque.sy", "of b", EPOCH + 61)
    run_ok(a)
    run_ok(b, conflict_docs="yes")
    new = [path for path in (b.workspace / "data" / BOX).iterdir()
           if path.name != "20240101120000-abcdefg.sy"]
    assert len(new) == 1
    assert "of a" in new[0].read_text()
    assert "(Conflicted " in new[0].read_text()
    assert len(list((b.workspace / "data").glob("*.sy"))) == 1
    run_ok(b)
    run_ok(a)
    assert tree(a) == tree(b)


def test_folding_gives_way_without_a_conflict(tmp_path):
    a, b = make_device(tmp_path, "a"), make_device(tmp_path, "b")
    name = f"{BOX}/20240101120000-abcdefg.sy"
    base = document("Title", "base")
    folded = base.replace('"id": "20240101120001-abcdefg"',
                          '"id": "20240101120001-abcdefg", "fold": "1"')
    assert folded != base
    a.write(name, base, EPOCH)
    run_ok(a)
    run_ok(b)
    a.write(name, document("Title", "of a"), EPOCH + 60)
    b.write(name, folded, EPOCH + 61)
    assert plan(b) == {"/" + name: ("send", "local", "")}  # alone
    run_ok(a)
    assert plan(b) == {"/" + name: ("write", "cloud", "")}
    run_ok(b)
    assert b.runs()[-1]["chg"] == [1, 0, 0]
    assert (b.workspace / "data" / name).read_text() == document("Title",
                                                                 "of a")
    assert kept(b) == {"/" + name: folded}


def test_names_that_are_twins_elsewhere_are_said_and_kept(tmp_path):
    a, b = make_device(tmp_path, "a"), make_device(tmp_path, "b")
    a.write("box/Doc.sy", "of a", EPOCH)
    b.write("box/doc.sy", "of b", EPOCH)
    run_ok(a)
    done = run_ok(b)
    assert "/box/Doc.sy and /box/doc.sy differ only in case" in done.stderr
    assert set(tree(b)) == {"box/Doc.sy", "box/doc.sy"}


def test_a_syncignore_of_the_other_side_protects_files_here(pair):
    a, b = pair
    for device in pair:
        device.write("notes.log", "log", EPOCH)
    run_ok(a)
    run_ok(b)
    a.write(".siyuan/syncignore", "*.log\n", EPOCH + 60)
    run_ok(a)
    run_ok(b)
    assert (b.workspace / "data/notes.log").read_text() == "log"
    assert (a.workspace / "data/notes.log").read_text() == "log"


# ---- told, not done ----

def everything(*folders):
    """All names with their times, so that nothing can be touched unseen."""
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_size)
            for folder in folders for path in [folder, *folder.rglob("*")]}


def plan(device, direction="both", code=0, **options):
    """What a dry run tells, by path; it must not touch anything."""
    folders = [device.workspace, device.store]
    if device.state.exists():
        folders.append(device.state)
    before = everything(*folders)
    scratch = device.workspace.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    env = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(
        device.command("--once", "--dry-run", direction=direction, **options),
        capture_output=True, text=True, timeout=60, check=False, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    assert everything(*folders) == before
    assert device.state in folders or not device.state.exists()
    assert list(scratch.iterdir()) == []
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(row["reason"] for row in rows)
    return {row["path"]: (row["action"], row["winner"],
                          row.get("conflict", "")) for row in rows}


def test_a_dry_run_tells_and_touches_nothing(tmp_path):
    a, b = make_device(tmp_path, "a"), make_device(tmp_path, "b")
    for name in ("both.sy", "gone.sy", "removed.sy", "stays.sy"):
        a.write(name, "base", EPOCH)
    a.write("assets/big.bin", "0123456789abcdef" * 100000, EPOCH)
    assert plan(a) == {"/" + name: ("send", "local", "") for name in (
        "both.sy", "gone.sy", "removed.sy", "stays.sy", "assets/big.bin")}
    run_ok(a)
    assert set(plan(b).values()) == {("write", "cloud", "")}
    run_ok(b)
    assert plan(a) == plan(b) == {}
    a.write("both.sy", "of a", EPOCH + 60)
    a.write("new-a.sy", "a", EPOCH + 60)
    (a.workspace / "data/gone.sy").unlink()
    run_ok(a)
    b.write("both.sy", "of b", EPOCH + 61)
    b.write("stays.sy", "other, in the same second", EPOCH + 0.5)
    b.write("new-b.bin", "b" * 600000, EPOCH + 61)
    (b.workspace / "data/removed.sy").unlink()
    assert plan(b) == {
        "/both.sy": ("send", "local", UU), "/new-a.sy": ("write", "cloud", ""),
        "/gone.sy": ("remove", "cloud", ""),
        "/removed.sy": ("remove-there", "local", ""),
        "/stays.sy": ("send", "local", ""),
        "/new-b.bin": ("send", "local", "")}
    assert plan(b, "download") == {
        "/both.sy": ("write", "cloud", UU), "/new-a.sy": ("write", "cloud", ""),
        "/gone.sy": ("remove", "cloud", ""),
        "/removed.sy": ("write", "cloud", ""),
        "/stays.sy": ("write", "cloud", UU),
        "/new-b.bin": ("remove", "cloud", UR)}
    assert plan(b, "upload") == {
        "/both.sy": ("send", "local", ""),
        "/new-a.sy": ("remove-there", "local", ""),
        "/gone.sy": ("send", "local", ""),
        "/removed.sy": ("remove-there", "local", ""),
        "/stays.sy": ("send", "local", ""),
        "/new-b.bin": ("send", "local", "")}
    run_ok(b)
    assert plan(b) == {}


def test_a_dry_run_tells_of_a_mass_deletion_and_fails(pair):
    a, b = pair
    remove_files(a, 120)
    run_ok(a)
    rows = plan(b, code=1)
    assert list(rows.values()) == [("remove", "cloud", "")] * 120
    assert len(plan(b, max_delete=80)) == 120


def test_a_dry_run_takes_no_lock_and_goes_with_once(pair):
    a, b = pair
    (a.cloud / "lock-sync").write_text(json.dumps(
        {"deviceID": "them", "time": int(time.time() * 1000)}))
    a.write("new.sy", "new", EPOCH)
    assert plan(a) == {"/new.sy": ("send", "local", "")}
    done = subprocess.run(b.command("--dry-run"), capture_output=True,
                          text=True, timeout=20, check=False)
    assert done.returncode == 2 and "--once" in done.stderr


# ---- killed ----

def litter(device):
    return ([path for path in device.workspace.rglob("*.tmp")] +
            [path for path in device.store.rglob("lock-sync")] +
            [path for path in device.workspace.rglob("*")
             if path.is_dir() and path.name.startswith(".")])


def edit(device, chance, number):
    names = sorted(tree(device))
    for name in chance.sample(names, min(8, len(names))):
        path = device.workspace / "data" / name
        if chance.random() < 0.3:
            path.unlink()
        else:
            device.write(name, f"{device.name} {number} {chance.random()}",
                         EPOCH + 1000 * number + chance.randrange(900))
    for i in range(4):
        device.write(f"{BOX}/{device.name}-{number}-{i}.sy",
                     str(chance.random()), EPOCH + 1000 * number + i)


def kill_sometime(device, chance, seconds):
    """A run that ends by SIGKILL at a random moment, or before it."""
    process = subprocess.Popen(device.command("--once", direction="both"),
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        process.wait(chance.random() * seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_killed_run_is_finished_by_the_next_one(pair):
    a, b = pair
    chance = random.Random(4)
    began = time.monotonic()
    run_ok(b)
    seconds = 2 * (time.monotonic() - began) + 0.02
    interrupted = 0
    for number in range(1, 16):
        edit(a, chance, number)
        edit(b, chance, number)
        for _ in range(2):
            kill_sometime(a, chance, seconds)
            kill_sometime(b, chance, seconds)
        for device in (a, b, a, b):
            # The lock of a killed run of the other device expires by itself.
            (a.cloud / "lock-sync").unlink(missing_ok=True)
            run_ok(device)
        assert tree(a) == tree(b), number
        assert not litter(a) and not litter(b)
        report = dejavu_reader.verify(a.cloud, KEY, a.workspace)
        assert report.faults == []
    for device in (a, b):
        interrupted += sum(run["code"] == "interrupted"
                           for run in device.runs())
    assert interrupted > 3


def test_a_joining_run_is_told_from_start_to_end(tmp_path, short_dir,
                                                 processes, context):
    a = make_device(tmp_path, "a")
    a.fill(50)
    a.write("assets/big.bin", os.urandom(1 << 20).hex(), EPOCH)
    run_ok(a)
    b = make_device(tmp_path, "b")
    record, chunk = objects_of(a, "/assets/big.bin")
    ingest = Ingest(context, f"ipc://{short_dir}/ingest")
    with Held(record) as first, Held(chunk) as second:
        b.start(processes, direction="both",
                hub_ingest=ingest.address).wait_ready()
        for phase, held in ("fetch-files", first), ("fetch-chunks", second):
            ingest.read_until(
                lambda s, p=phase: s.get("ph") == p and 0 < s["n"][0], 60,
                phase)
            held.let_go()
        ingest.read_until(lambda s: "last" in s and s["last"]["run"] == 1, 60,
                          "end of the run")
    ingest.close()
    run = [s for s in ingest.states if s["st"] == "syncing"]
    assert all(x["pm"] <= y["pm"] for x, y in itertools.pairwise(run))
    assert max(s["pm"] for s in run) < 1000
    for s in run:
        assert s["n"][1] == 0 or s["n"][0] <= s["n"][1]
        assert s["b"][1] == 0 or s["b"][0] <= s["b"][1]
    last = ingest.states[-1]["last"]
    assert last["ok"] and last["dir"] == "both"
    assert last["rx"][0] == 51 and last["chg"] == [51, 0, 0]
    assert ingest.states[-1]["hd"] == a.latest()
