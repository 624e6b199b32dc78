"""What the engine uploads, a reader that shares no code with it reads back:
every file, byte for byte, and again after edits."""

import base64
import re
import subprocess

import pytest

import dejavu_reader
from syncbus_test import Process, program

KEY = bytes(range(32))
CUT_LIMIT = 2 << 20  # the reader's own chunker is slow


class Device:
    """A sample workspace with an engine that uploads it to a folder."""

    def __init__(self, folder):
        self.workspace = folder / "workspace"
        self.state = folder / "state"
        self.store = folder / "store"
        self.store.mkdir()
        self._key_file = folder / "key"
        self._key_file.touch(mode=0o600)
        self._key_file.write_text(base64.b64encode(KEY).decode() + "\n")

    def sample(self, *arguments):
        subprocess.run([program("syncbus-sample"), "--out", self.workspace,
                        *map(str, arguments)], check=True, timeout=120,
                       capture_output=True)

    def upload(self):
        """One run; returns its summary line."""
        engine = Process(
            program("syncbus-engine"), "--id", "device.one", "--once",
            "--direction", "upload", "--provider", "local",
            "--workspace", self.workspace, "--state", self.state,
            "--local-path", self.store, "--repo-key-file", self._key_file)
        try:
            assert engine.wait(120) == 0, engine.log
            return re.search(r"^run .*", engine.log, re.MULTILINE)[0]
        finally:
            engine.close()

    def verify(self):
        return dejavu_reader.verify(self.store / "main", KEY, self.workspace,
                                    CUT_LIMIT)


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path)


def objects(store):
    return {str(path.relative_to(store))
            for path in (store / "main" / "objects").rglob("*")
            if path.is_file()}


def test_every_file_comes_back_and_again_after_edits(device):
    device.sample("--files", 300, "--bytes", "64M")
    device.upload()
    first = device.verify()
    assert first.faults == []
    assert len(first.files) == 297  # three are never in a snapshot
    assert max(f["size"] for f in first.files.values()) > 8 << 20

    device.sample("--edit", 40)
    device.upload()
    second = device.verify()
    assert second.faults == []
    assert second.index["id"] != first.index["id"]
    assert len(second.files.keys() - first.files.keys()) == 8
    assert len(first.files.keys() - second.files.keys()) == 8


def test_engine_keeps_the_same_repository_in_its_state(device):
    device.sample("--files", 60, "--bytes", "4M")
    device.upload()
    own = dejavu_reader.verify(device.state / "repo", KEY, device.workspace,
                               CUT_LIMIT)
    # The list of indexes is the cloud's alone.
    assert [x for x in own.faults if not x.startswith("indexes-v2.json")] == []
    assert own.index["files"] == device.verify().index["files"]


def test_a_run_without_changes_uploads_nothing(device):
    device.sample("--files", 60, "--bytes", "4M")
    device.upload()
    before, index = objects(device.store), device.verify().index["id"]
    assert "nothing to upload" in device.upload()
    assert objects(device.store) == before
    assert device.verify().index["id"] == index


def test_an_edit_sends_only_what_is_new(device):
    device.sample("--files", 60, "--bytes", "4M")
    device.upload()
    before = objects(device.store)
    device.sample("--edit", 5)
    device.upload()
    # Three changed and one added: four File objects, and a chunk each; small
    # files are one chunk.
    added = objects(device.store) - before
    assert 4 <= len(added) <= 10
    assert before <= objects(device.store)


def test_no_lock_and_no_litter_stay_behind(device):
    device.sample("--files", 60, "--bytes", "4M")
    device.upload()
    names = {path.name for path in (device.store / "main").rglob("*")}
    assert "lock-sync" not in names
    assert [name for name in names if name.endswith(".tmp")] == []


def test_a_second_device_with_another_key_is_refused(device, tmp_path):
    device.sample("--files", 60, "--bytes", "4M")
    device.upload()
    before = objects(device.store)
    other = tmp_path / "other-key"
    other.touch(mode=0o600)
    other.write_text(base64.b64encode(bytes(32)).decode())
    engine = Process(
        program("syncbus-engine"), "--id", "device.two", "--once",
        "--direction", "upload", "--workspace", device.workspace,
        "--state", tmp_path / "state-two", "--local-path", device.store,
        "--repo-key-file", other)
    try:
        assert engine.wait(60) == 1
        assert "key" in engine.log
    finally:
        engine.close()
    assert objects(device.store) == before
    assert device.verify().faults == []
