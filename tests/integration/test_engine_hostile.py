"""A store, or a state folder, that was made to hurt: each object is refused
with a code and its name, within bounded memory, and nothing here is lost.

What is only damaged (cut, swapped, missing): test_two_way.py."""

import json
import os
import secrets
import struct
import subprocess
import time

import pytest
import zstandard

import dejavu_reader
from dejavu_reader import file_id, sha1
from dejavu_writer import Writer, go_json, pack, seal
from engine import KEY, Device

EPOCH = 1700000000
LATER_MS = (EPOCH + 60) * 1000
MIB = 2**20
# Two workers' buffers, the largest index and its JSON; sanitizers double it.
MEMORY_MAX = 700 * MIB
NOISE = b"\x00\xff{\"a\":[[[" * 40


def bomb(gigabytes):
    """A zstd frame of a few hundred KiB that unpacks to that much: blocks of
    one repeated byte."""
    block = (128 * 1024 << 3) | 2
    count = gigabytes * 8192
    blocks = struct.pack("<I", block)[:3] + b"x"
    last = struct.pack("<I", block | 1)[:3] + b"x"
    return b"\x28\xb5\x2f\xfd\x00\x38" + blocks * (count - 1) + last


def index_bomb(oid, files):
    """An index that names so many files, packed piece by piece."""
    packer = zstandard.ZstdCompressor().compressobj()
    name = b'"' + sha1(b"one").encode() + b'",'
    head = f'{{"id":"{oid}","memo":"","created":1,"files":['.encode()
    packed = packer.compress(head)
    for _ in range(files // 1000):
        packed += packer.compress(name * 1000)
    tail = b'"' + sha1(b"one").encode() + b'"],"size":0}'
    return packed + packer.compress(tail) + packer.flush()


class Peak:
    """`once`, and the most memory a run took."""

    def __init__(self, device):
        self.device = device
        self.bytes = 0

    def once(self, *more, **replaced):
        words = self.device.command("--once", *more, **replaced)
        child = subprocess.Popen(words, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True,
                                 stdin=subprocess.DEVNULL)
        text = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        self.bytes = usage.ru_maxrss * 1024
        return child.returncode, text


@pytest.fixture
def device(tmp_path):
    """With a file of its own; a kernel's store has another."""
    device = Device(tmp_path)
    device.write("mine.sy", "mine", EPOCH)
    writer = Writer(device.cloud, KEY)
    writer.add("/theirs.sy", b"theirs", EPOCH * 1000)
    writer.publish()
    device.writer = writer
    return device


def contents(device):
    data = device.workspace / "data"
    return {str(path.relative_to(data)): path.read_text()
            for path in data.rglob("*") if path.is_file()}


def refused(device, code, *words, direction="both"):
    """The run fails so, the workspace and the store are as they were."""
    before, latest = contents(device), device.latest()
    peak = Peak(device)
    rc, text = peak.once(direction=direction)
    assert rc == 1, text
    assert f" failed: {code}: " in text
    for word in words:
        assert word in text
    assert contents(device) == before
    assert device.latest() == latest
    assert not device.left_overs()
    assert peak.bytes < MEMORY_MAX, f"{peak.bytes / MIB:.0f} MiB"


def recovers(device):
    """With the store as a kernel would make it, nothing is missing."""
    device.writer.files.pop("/hostile.sy", None)
    device.writer.publish()
    done = device.once(direction="both")
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(device) == {"mine.sy": "mine", "theirs.sy": "theirs"}
    dejavu_reader.verify(device.cloud, KEY, device.workspace)


def add_record(device, record):
    """Publish an index with a file object as it is, valid or not."""
    record = {"id": file_id(record["path"], record["updated"]),
              "size": 7, "updated": LATER_MS, **record}
    oid = record["id"]
    device.writer._store(f"objects/{oid[:2]}/{oid[2:]}",
                         seal(KEY, pack(go_json(record))))
    device.writer.files["/hostile.sy"] = {**record, "size": 7}
    device.writer.publish()
    return f"{oid[:2]}/{oid[2:]}"


# ---- indexes -----------------------------------------------------------------

def replace_index(device, data):
    latest = device.latest()
    (device.cloud / "indexes" / latest).write_bytes(data)
    return latest


@pytest.mark.parametrize("files", [10_000_000, 1_400_000])
def test_an_index_of_millions_of_files_is_refused(device, files):
    """The first does not fit; the second does, and names no object there."""
    latest = replace_index(device, index_bomb(device.latest(), files))
    refused(device, "not-found",
            *([latest, "more than 64 MiB"] if files > 2_000_000 else []))
    recovers(device)


@pytest.mark.parametrize("data", [
    b"", NOISE, pack(NOISE), pack(b"[]"), pack(b"{}"), bomb(4)[:-2], bomb(4),
    pack(b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}"),
    pack(b'{"id":"' + b"a" * 40 + b'","files":null}'),
], ids=["empty", "noise", "packed noise", "list", "no id", "cut bomb", "bomb",
        "deep", "another id"])
def test_an_index_that_is_none_is_named(device, data):
    refused(device, "not-found", replace_index(device, data))
    recovers(device)


def test_an_index_without_its_last_byte_is_named(device):
    path = device.cloud / "indexes" / device.latest()
    refused(device, "not-found",
            replace_index(device, path.read_bytes()[:-1]))
    recovers(device)


# ---- file objects and chunks -------------------------------------------------

@pytest.mark.parametrize("record", [
    {"size": -1}, {"size": -2**63}, {"size": 2**63}, {"size": 1.5},
    {"size": "7"}, {"chunks": []}, {"chunks": ["x"]}, {"chunks": [7]},
    {"chunks": {"0": sha1(b"x")}},
], ids=str)
def test_a_file_object_with_wrong_values_is_named(device, record):
    name = add_record(device, {"path": "/hostile.sy", "updated": LATER_MS,
                               "chunks": [sha1(b"hostile")], **record})
    refused(device, "not-found", name)
    recovers(device)


@pytest.mark.parametrize("path", [
    "/" + "x" * 4096, "/" + "/".join(["deep"] * 1000), "/" + "x" * 256,
    "/a\0b.sy", "/a/../../b.sy", "/a\nb/../c",
], ids=["4 KiB", "1000 folders", "long name", "NUL", "out", "out, new line"])
def test_a_path_nobody_can_write_is_unsafe(device, path):
    name = add_record(device, {"path": path, "updated": LATER_MS,
                               "chunks": [sha1(b"hostile")]})
    refused(device, "unsafe-path", name)
    recovers(device)


def test_what_is_in_the_way_is_named(device):
    """Files no snapshot holds, where the store wants a folder or a file."""
    data = device.workspace / "data"
    (data / "left.tmp").write_text("mine, and no folder")
    device.writer.add("/left.tmp/b.sy", b"b", LATER_MS)
    device.writer.publish()
    refused(device, "unsafe-path", "/left.tmp is no folder",
            "A path cannot be synchronised as it is")
    device.writer.remove("/left.tmp/b.sy")
    (data / "theirs.sy").mkdir()
    (data / "theirs.sy" / ".hidden").write_text("mine")
    device.writer.publish()
    refused(device, "unsafe-path", "/theirs.sy is a folder with files")
    (data / "theirs.sy" / ".hidden").unlink()
    (data / "left.tmp").unlink()
    recovers(device)


def put_chunk(device, plain_id, data):
    path = device.cloud / "objects" / plain_id[:2] / plain_id[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return f"{plain_id[:2]}/{plain_id[2:]}"


@pytest.mark.parametrize("packed", [bomb(4), bomb(4)[:-2], NOISE],
                         ids=["bomb", "cut bomb", "noise"])
def test_a_chunk_that_unpacks_to_gigabytes_is_refused(device, packed):
    oid = sha1(b"hostile")
    add_record(device, {"path": "/hostile.sy", "updated": LATER_MS,
                        "chunks": [oid]})
    name = put_chunk(device, oid, seal(KEY, packed))
    refused(device, "not-found", name)
    recovers(device)


def test_a_file_object_that_unpacks_to_gigabytes_is_refused(device):
    oid = file_id("/hostile.sy", LATER_MS)
    add_record(device, {"path": "/hostile.sy", "updated": LATER_MS,
                        "chunks": [sha1(b"hostile")]})
    refused(device, "not-found", put_chunk(device, oid, seal(KEY, bomb(4))))
    recovers(device)


def test_a_file_that_lists_one_chunk_a_million_times_is_bounded(device):
    """44 MiB of JSON: within the bound of an object, and its content is not
    what its size says."""
    oid = sha1(b"hostile")
    add_record(device, {"path": "/hostile.sy", "updated": LATER_MS, "size": 7,
                        "chunks": [oid] * 1_000_000})
    put_chunk(device, oid, seal(KEY, pack(b"hostile")))
    peak = Peak(device)
    before = contents(device)
    rc, text = peak.once(direction="both")
    assert rc == 1, text
    assert "/hostile.sy" in text
    assert contents(device) == before
    assert peak.bytes < MEMORY_MAX, f"{peak.bytes / MIB:.0f} MiB"


# ---- refs, list, lock --------------------------------------------------------

@pytest.mark.parametrize("data", [b"", NOISE, b"f" * 39, b"g" * 40,
                                  b"A" * 40, b"a" * 41, b"a" * 5000],
                         ids=range(7))
def test_a_ref_that_is_none_is_named(device, data):
    path = device.cloud / "refs/latest"
    path.write_bytes(data)
    for direction in ("both", "download", "upload"):
        peak = Peak(device)
        rc, text = peak.once(direction=direction)
        assert rc == 1, text
        assert " failed: not-found: " in text and "refs/latest" in text
        assert path.read_bytes() == data
    recovers(device)


@pytest.mark.parametrize("data", [b"", NOISE, pack(NOISE), pack(b"[]"),
                                  pack(b'{"indexes":7}'), bomb(2)],
                         ids=["empty", "noise", "packed noise", "list",
                              "number", "bomb"])
def test_a_list_of_indexes_that_is_none_is_named(device, data):
    """Nothing depends on the list: what was synced is whole."""
    path = device.cloud / "indexes-v2.json"
    path.write_bytes(data)
    peak = Peak(device)
    rc, text = peak.once(direction="both")
    assert contents(device) == {"mine.sy": "mine", "theirs.sy": "theirs"}
    assert rc == 1 and " failed: not-found: " in text, text
    assert "(indexes-v2.json in the store" in text
    assert peak.bytes < MEMORY_MAX
    path.unlink()
    recovers(device)


@pytest.mark.parametrize("data", [b"", NOISE, b'{"deviceID":7,"time":1}',
                                  b'{"deviceID":"x","time":"1"}',
                                  b'{"deviceID":"x","time":-1}',
                                  b"[" * 4000, b"x" * 5000],
                         ids=["empty", "noise", "no name", "no time", "past",
                              "deep", "long"])
def test_a_lock_that_is_none_is_named_and_replaced(device, data):
    """After one pause: whoever was about to write it has had the time."""
    path = device.cloud / "lock-sync"
    path.write_bytes(data)
    peak = Peak(device)
    rc, text = peak.once(direction="both")
    assert rc == 0, text
    assert "lock-sync in the store was no lock: replaced" in text
    assert peak.bytes < MEMORY_MAX
    assert not path.exists()


# ---- the state folder --------------------------------------------------------

STATE_FILES = ("repo/full-latest.json", "repo/refs/latest-sync", "journal",
               "runs.jsonl", "checkout", "keeping", "kept")


@pytest.mark.parametrize("name", STATE_FILES)
@pytest.mark.parametrize("data", [b"", NOISE, b"\x83\xa2ID\xdd\xff\xff\xff\xff",
                                  secrets.token_bytes(5000), b"[" * 100000],
                         ids=["empty", "noise", "many", "random", "deep"])
def test_a_damaged_state_file_loses_nothing(device, name, data):
    assert device.once(direction="both").returncode == 0
    path = device.state / name
    path.write_bytes(data)
    device.write("more.sy", "more", EPOCH + 120)
    rc, text = Peak(device).once(direction="both")
    if rc != 0:  # then it says which, and is whole once the file is gone
        assert path.name in text, text
        path.unlink()
        done = device.once(direction="both")
        assert done.returncode == 0, done.stdout + done.stderr
    assert contents(device) == {"mine.sy": "mine", "theirs.sy": "theirs",
                                "more.sy": "more"}
    dejavu_reader.verify(device.cloud, KEY, device.workspace)
    last = (device.state / "runs.jsonl").read_bytes().splitlines()[-1]
    assert json.loads(last)["ok"]


# ---- clocks ------------------------------------------------------------------

def test_a_snapshot_from_the_future_is_said(device):
    device.writer.created = int(time.time() * 1000) + 86400000
    device.writer.publish()
    done = device.once(direction="both")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "86" in done.stderr and "in the future" in done.stderr
    unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(
        (device.cloud / "indexes" / device.latest()).read_bytes())
    assert json.loads(unpacked)["created"] == device.writer.created + 1
