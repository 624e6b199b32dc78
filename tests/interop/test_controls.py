"""The peer can say no: for each thing it checks, a store with just that
wrong.  Without these, a verify that reads nothing would pass all the rest."""

import json
import os
import zlib

import msgpack
import pytest

import dejavu_chunker
import dejavu_writer
import peer_device
from dejavu_writer import Writer, go_json, pack
from engine import KEY
from peer_device import make_ours, make_peer, ours_ok

EPOCH = 1700000000
BIG = os.urandom(700 << 10)


def build(folder):
    """A store as another writer makes it, which the peer accepts."""
    writer = Writer(folder / "store", KEY)
    (folder / "data").mkdir()
    for number, (name, data) in enumerate(
            {"a<b>.sy": b"text", "big": BIG, "empty": b""}.items()):
        writer.add("/" + name, data, (EPOCH + number) * 1000)
        path = folder / "data" / name
        path.write_bytes(data)
        os.utime(path, (EPOCH + number,) * 2)
    writer.publish()
    return writer


def said(folder, **options):
    done = peer_device.run("verify", folder / "store", workspace=folder,
                           **options)
    assert done.returncode in (0, 1), done.stderr
    assert (done.returncode == 0) == (done.stdout.count("wrong:") == 0 and
                                      done.stderr == "")
    return done.stdout + done.stderr


def test_a_sound_store_is_accepted(tmp_path):
    build(tmp_path)
    assert "3 files" in said(tmp_path)


def spaced(value, indent=None):
    return json.dumps(value).encode()


def unescaped(value, indent=None):
    return go_json(value, indent).replace(b"\\u003c", b"<")


def as_floats(value, indent=None):
    return go_json(value, indent).replace(b"000,", b"000.0,")


def with_more(value, indent=None):
    return go_json({**value, "more": 1}, indent)


@pytest.mark.parametrize("encoder, words", [
    (spaced, "not as the library writes it"),
    (unescaped, "not as the library writes it"),
    (as_floats, "cannot unmarshal number"),
    (with_more, "unknown field"),
])
def test_other_json_is_seen(tmp_path, monkeypatch, encoder, words):
    monkeypatch.setattr(dejavu_writer, "go_json", encoder)
    build(tmp_path)
    assert words in said(tmp_path)


def test_other_cuts_are_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(dejavu_chunker, "lengths", lambda data: (
        [len(data) // 2, len(data) - len(data) // 2]
        if len(data) > 1000 else [len(data)]))
    build(tmp_path)
    assert "/big: not cut as restic cuts it" in said(tmp_path)


def test_no_zstd_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(dejavu_writer, "pack",
                        lambda plain, frame="": zlib.compress(plain))
    build(tmp_path)
    assert "magic number mismatch" in said(tmp_path)


def object_of(folder, oid):
    return folder / "store/objects" / oid[:2] / oid[2:]


def test_damage_is_seen(tmp_path):
    writer = build(tmp_path)
    chunk = object_of(tmp_path, writer.files["/a<b>.sy"]["chunks"][0])
    data = bytearray(chunk.read_bytes())
    data[20] ^= 1
    chunk.write_bytes(data)
    assert "message authentication failed" in said(tmp_path)
    chunk.write_bytes(object_of(
        tmp_path, writer.files["/empty"]["chunks"][0]).read_bytes())
    assert "its SHA-1 is" in said(tmp_path)
    chunk.unlink()
    assert "no such file" in said(tmp_path)


def test_a_wrong_id_size_or_time_is_seen(tmp_path):
    writer = build(tmp_path)
    record = dict(writer.files["/a<b>.sy"])
    path = object_of(tmp_path, record["id"])
    for change, words in (({"updated": EPOCH * 1000 + 5000}, "time make"),
                          ({"size": 3}, "size is 3"),
                          ({"updated": EPOCH * 1000 + 5}, "in the repository")):
        path.write_bytes(dejavu_writer.seal(
            KEY, pack(go_json({**record, **change}))))
        assert words in said(tmp_path)


@pytest.mark.parametrize("name, data, words", [
    ("refs/latest", lambda old: old + b"\n", "not exactly one id"),
    ("indexes-v2.json", lambda old: pack(b'{"indexes":[]}'), "is not first"),
    ("indexes-v2.json", lambda old: pack(b"[]"), "indexes-v2.json"),
])
def test_other_small_files_are_seen(tmp_path, name, data, words):
    build(tmp_path)
    path = tmp_path / "store" / name
    path.write_bytes(data(path.read_bytes()))
    assert words in said(tmp_path)


def test_another_set_of_files_is_seen(tmp_path):
    build(tmp_path)
    extra = tmp_path / "data/extra.sy"
    extra.write_text("x")
    assert "/extra.sy: missing in the repository" in said(tmp_path)
    extra.unlink()
    (tmp_path / "data/.siyuan").mkdir()
    (tmp_path / "data/.siyuan/syncignore").write_text("bi*\nsyncignore")
    assert "/big: does not belong" in said(tmp_path)


def test_other_content_in_the_workspace_is_seen(tmp_path):
    build(tmp_path)
    path = tmp_path / "data/big"
    path.write_bytes(BIG[:-1] + bytes([BIG[-1] ^ 1]))
    os.utime(path, (EPOCH + 1,) * 2)
    assert "wrong: /big:" in said(tmp_path)


def lower_keys(full):
    return msgpack.packb({key.lower(): full[key] for key in full})


def compact(full):
    return msgpack.packb(full)


def another_id(full):
    return msgpack.packb({**full, "ID": "0" * 40})


@pytest.mark.parametrize("damage", [lower_keys, compact, another_id])
def test_another_full_latest_is_seen(tmp_path, damage):
    ours = make_ours(tmp_path)
    ours.fill(3)
    ours_ok(ours, "upload")
    path = tmp_path / "full-latest.json"
    path.write_bytes((ours.state / "repo/full-latest.json").read_bytes())
    assert peer_device.run("verify", ours.cloud,
                           full_latest=path).returncode == 0
    path.write_bytes(damage(msgpack.unpackb(path.read_bytes())))
    done = peer_device.run("verify", ours.cloud, full_latest=path)
    assert done.returncode == 1
    assert "wrong: " in done.stdout


@pytest.mark.parametrize("text", [
    '{"deviceID":7,"time":1700000000000}', '{"deviceID":"x","time":"1"}',
    '{"deviceID":"x"}', '{"time":1.7e12,"deviceID":"x"}', "", "[]"])
def test_a_lock_that_a_kernel_could_not_bear_is_seen(tmp_path, text):
    ours = make_ours(tmp_path)
    peer = make_peer(tmp_path, ours)
    ours.cloud.mkdir()
    (ours.cloud / "lock-sync").write_text(text)
    peer.write("doc.sy", "text", EPOCH)
    done = peer.run("upload")
    assert done.returncode == 1
    assert "lock-sync" in done.stderr
