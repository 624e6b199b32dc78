"""The reader against repositories it did not get from the engine, against the
published vectors, and red: every kind of damage must be reported."""

import base64
import hashlib
import os
import random
import struct
import subprocess
from pathlib import Path

import pytest

import dejavu_chunker
import dejavu_reader
import dejavu_walk
from dejavu_writer import EMPTY_CHUNK, Writer, go_json, pack, seal

KEY = b"0123456789abcdef0123456789abcdef"
SCRIPT = Path(dejavu_reader.__file__)


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def build(root, files):
    """A repository with {path: (bytes, time in ms)}."""
    writer = Writer(root, KEY)
    for path, (data, updated) in files.items():
        writer.add(path, data, updated)
    writer.publish()
    return writer


def fill(data, files):
    for path, (content, updated) in files.items():
        file = Path(str(data) + path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, ns=(updated * 1000000,) * 2)


FILES = {
    "/20210101000000-abcdefg/20210101000000-bcdefgh.sy":
        (b'{"ID":"20210101000000-bcdefgh"}', 1700000000123),
    "/assets/empty.txt": (b"", 1700000001000),
    "/assets/图 片.png": (noise(700000), 1700000000999),
    "/assets/<a>&b.txt": (b"base\n", 1700000002000),
}


@pytest.fixture
def store(tmp_path):
    build(tmp_path / "store", FILES)
    return tmp_path / "store"


# ---- the published vectors ----

def stream(size):
    x, words = 88172645463325252, []
    for _ in range(size // 8 + 1):
        x ^= x << 13 & (1 << 64) - 1
        x ^= x >> 7
        x ^= x << 17 & (1 << 64) - 1
        words.append(struct.pack("<Q", x))
    return b"".join(words)[:size]


def test_tables_of_the_chunker():
    assert dejavu_chunker.OUT[1] == 0x17EB4232E19216
    assert dejavu_chunker.OUT[255] == 0xB80B98CECC39A
    assert dejavu_chunker.MOD[1] == 0x3DA3358B4DC173
    assert dejavu_chunker.MOD[255] == 0x1FF7AC8A5AF476A7


def test_cuts_of_the_published_stream():
    lengths = [1377420, 1505696, 542597, 1310352]
    data = stream(sum(lengths) + 10)
    cuts = dejavu_chunker.lengths(data[:sum(lengths)])
    assert cuts == lengths
    assert hashlib.sha1(data[:lengths[0]]).hexdigest() == \
        "d6201aed3c7b66cff3f8e1a1d7f7b34ecab92ada"


@pytest.mark.parametrize("size, lengths", [
    (0, [0]), (524287, [524287]), (524288, [524288]), (524289, [524289])])
def test_cuts_around_the_minimum(size, lengths):
    assert dejavu_chunker.lengths(stream(size)) == lengths


def test_zeros_are_cut_at_the_minimum():
    assert dejavu_chunker.lengths(bytes(2 << 20)) == [524288] * 4


@pytest.mark.parametrize("path, updated, oid", [
    ("/doc.txt", 1700000000123, "3b6e9cfa0638699ff9f954594602518645ec38a0"),
    ("/doc.txt", 999, "e35b8d9f16df13db749759d2c8d4af63254db77e"),
    ("/doc.txt", -1500, "f6358b1455987774dcbaa2380bace9a2d3f75570"),
    ("/20210808180117-6v0mkxr/20200923234011-ieuun1p.sy", 1700000000123,
     "efc77049872d8ef7dd48264c94adeb0a021fb79d"),
    ("/assets/图 片.png", 1700000000999,
     "0afad74c1147b8a34a36fe254b6fe7a5e4f07378")])
def test_file_ids(path, updated, oid):
    assert dejavu_reader.file_id(path, updated) == oid


def test_sealed_object():
    sealed = bytes.fromhex("000102030405060708090a0b05509481d918fbaca8be10cd14"
                           "c5c199824c4c9699ccf3c01220193ef24d")
    plain = dejavu_reader.unseal(KEY, sealed, "vector")
    assert plain == bytes.fromhex("28b52ffd0000290000626173650a")
    assert dejavu_reader.unpack(plain, "vector") == b"base\n"
    assert dejavu_reader.sha1(b"base\n") == \
        "51c64a6f4fc375daf0d24aafbabe4d91b6f4bb44"


def test_frames_of_every_kind():
    empty = bytes.fromhex("28b52ffd2000010000")
    skippable = bytes.fromhex("502a4d1802000000") + b"xx"
    assert dejavu_reader.unpack(b"", "nothing") == b""
    assert dejavu_reader.unpack(empty, "empty frame") == b""
    two = pack(b"one ", "full") + skippable + pack(b"two")
    assert dejavu_reader.unpack(two, "several") == b"one two"


@pytest.mark.parametrize("rule, yes, no", [
    ("*.log", ["/x.log", "/a/x.log"], ["/a/x.log2"]),
    ("assets/", ["/assets/a.png", "/box/assets/a.png"], []),
    ("/assets/*", ["/assets/a.png"], ["/box/assets/a.png"]),
    ("foo", ["/foo", "/foo/y", "/a/foo/y"], ["/foobar"]),
    ("a/**/b", ["/a/b", "/a/q/b", "/a/q/r/b", "/a/b/c"], []),
    ("foo/*.txt", ["/foo/1.txt"], ["/q/foo/1.txt", "/foo/s/1.txt"]),
    ("dir/**", ["/dir/z"], []), ("**/x", ["/x"], []),
    ("a?c", ["/a?c"], ["/abc"]), ("[ab].txt", ["/a.txt"], ["/c.txt"]),
    ("a+b", ["/aab"], ["/a+b"]), ("(x)", ["/x"], ["/(x)"]),
    (r"\#hash", ["/#hash"], []), (r"\!bang", ["/!bang"], []),
    (" sp ", ["/sp"], []), ("**", ["/x", "/a/b"], []), ("/", ["/x"], []),
    ("foo\\", [], ["/foo"]), ("x[", [], ["/x["]),
    ("/.siyuan/conf.json", ["/.siyuan/conf.json"],
     ["/box/.siyuan/conf.json"]),
    ("20210808180117-6v0mkxr/**/*",
     ["/20210808180117-6v0mkxr/a.sy", "/20210808180117-6v0mkxr/a/b.sy"],
     [])])
def test_ignore_rules(rule, yes, no):
    rules = dejavu_walk.Ignore([rule])
    assert [path for path in yes if not rules.matches(path)] == []
    assert [path for path in no if rules.matches(path)] == []


def test_a_later_rule_takes_back():
    rules = dejavu_walk.Ignore(["*.log", "!keep.log"])
    assert rules.matches("/a.log") and not rules.matches("/keep.log")


# ---- a sound repository ----

def test_sound_repository_reads_back(store):
    report = dejavu_reader.verify(store, KEY)
    assert report.faults == []
    assert set(report.files) == set(FILES)
    assert dejavu_reader.contents(store, KEY) == {
        path: data for path, (data, _) in FILES.items()}


def test_empty_chunk_as_a_bare_sealed_blob(tmp_path):
    writer = Writer(tmp_path, KEY)
    writer.add("/empty", b"", 1700000000000, frame="none")
    writer.publish()
    blob = tmp_path / "objects" / EMPTY_CHUNK[:2] / EMPTY_CHUNK[2:]
    assert blob.stat().st_size == 28
    assert dejavu_reader.verify(tmp_path, KEY).faults == []


def test_workspace_is_compared(store, tmp_path):
    fill(tmp_path / "ws" / "data", FILES)
    assert dejavu_reader.verify(store, KEY, tmp_path / "ws").faults == []


def test_filters_of_the_walk(tmp_path):
    data = tmp_path / "data"
    fill(data, {path: (b"x", 1700000000000) for path in (
        "/.hidden/a", "/.siyuan/conf.json", "/.siyuan/syncignore",
        "/box/.siyuan/conf.json", "/box/a.tmp", "/box/.b", "/box/c.sy",
        "/filesys_status_check/a", "/storage/local.json",
        "/storage/recent-doc.json", "/storage/av/x.json",
        "/20211226090932-5lcq56f/a.sy")})
    (data / "link").symlink_to(data / "box/c.sy")
    assert set(dejavu_walk.walk(data)) == {
        "/.siyuan/syncignore", "/box/.siyuan/conf.json", "/box/c.sy",
        "/storage/av/x.json"}


# ---- red: each of these must be reported ----

def flip(path, at=-1):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def object_path(store, oid):
    return store / "objects" / oid[:2] / oid[2:]


def faults_of(store, workspace=None):
    return "\n".join(dejavu_reader.verify(store, KEY, workspace).faults)


def record_of(store, path="/assets/<a>&b.txt"):
    return dejavu_reader.verify(store, KEY).files[path]


def test_one_bit_of_a_chunk_is_seen(store):
    oid = record_of(store)["chunks"][0]
    flip(object_path(store, oid), 20)
    assert f"{oid[2:]} (a chunk of /assets/<a>&b.txt): does not decrypt" in \
        faults_of(store)


def test_one_bit_of_a_file_record_is_seen(store):
    oid = record_of(store)["id"]
    flip(object_path(store, oid))
    assert f"{oid[2:]} (a File): does not decrypt" in faults_of(store)


def test_one_bit_of_the_index_is_seen(store):
    index = next((store / "indexes").iterdir())
    flip(index, 30)
    assert f"indexes/{index.name}: " in faults_of(store)


def test_missing_chunk_is_seen(store):
    object_path(store, record_of(store)["chunks"][0]).unlink()
    assert "No such file" in faults_of(store)


def test_chunk_of_other_content_is_seen(store):
    oid = record_of(store)["chunks"][0]
    object_path(store, oid).write_bytes(seal(KEY, pack(b"bose\n")))
    assert "the content's SHA-1 is" in faults_of(store)


def test_newline_behind_the_ref_is_seen(store):
    with (store / "refs/latest").open("ab") as file:
        file.write(b"\n")
    assert "not exactly 40" in faults_of(store)


def test_another_key_is_seen(store):
    report = dejavu_reader.verify(store, bytes(32))
    assert "aesKeyVerifyVal: does not decrypt" in report.faults[0]


@pytest.mark.parametrize("change, says", [
    ({"size": 4}, "size is 4, the chunks have 5"),
    ({"updated": 1700000009000}, "but path and time make"),
    ({"updated": 1700000002000.0}, "not of type int"),
    ({"path": "/../etc/passwd"}, "but path and time make"),
    ({"chunks": []}, "chunks are no list of ids")])
def test_file_record_that_lies_is_seen(store, change, says):
    record = {**record_of(store), **change}
    oid = record_of(store)["id"]
    object_path(store, oid).write_bytes(seal(KEY, pack(go_json(record))))
    assert says in faults_of(store)


def test_unsafe_path_is_seen(tmp_path):
    build(tmp_path, {"/a/../../x": (b"x", 1700000000000)})
    assert "is not safe" in faults_of(tmp_path)


def test_other_cuts_are_seen(store):
    path = "/assets/图 片.png"
    record = record_of(store, path)
    data = FILES[path][0]
    halves = [data[:300000], data[300000:]]
    for half in halves:
        name = object_path(store, dejavu_reader.sha1(half))
        name.parent.mkdir(exist_ok=True)
        name.write_bytes(seal(KEY, pack(half)))
    record["chunks"] = [dejavu_reader.sha1(half) for half in halves]
    object_path(store, record["id"]).write_bytes(
        seal(KEY, pack(go_json(record))))
    assert "cut into [300000, 400000]" in faults_of(store)


def test_workspace_that_differs_is_seen(store, tmp_path):
    files = dict(FILES)
    del files["/assets/empty.txt"]
    files["/assets/<a>&b.txt"] = (b"bose\n", 1700000003000)
    files["/new.txt"] = (b"new", 1700000000000)
    fill(tmp_path / "ws" / "data", files)
    faults = faults_of(store, tmp_path / "ws")
    assert "/assets/<a>&b.txt: other bytes in the workspace" in faults
    assert "/assets/empty.txt: does not belong into" in faults
    assert "/new.txt: missing in the repository" in faults
    assert "of 1700000002000, the workspace has 5 of 1700000003000" in faults


# ---- the script ----

def run_script(store, key):
    return subprocess.run(
        ["/usr/bin/python3", SCRIPT, "--store", store, "--key", key],
        capture_output=True, text=True, timeout=60)


def test_script_says_what_it_read_and_what_is_wrong(store):
    key = base64.b64encode(KEY).decode()
    done = run_script(store, key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 files, 700036 bytes, 4 chunks" in done.stdout
    flip(object_path(store, record_of(store)["id"]))
    done = run_script(store, key)
    assert done.returncode == 1 and "wrong: objects/" in done.stdout
    assert run_script(store, "abc").returncode == 2
