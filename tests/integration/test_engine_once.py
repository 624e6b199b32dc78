"""One run from the command line: what it leaves, prints and returns."""

import base64
import json
import re

import pytest

import dejavu_reader
from engine import KEY, Device


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(20)
    return device


def test_a_first_run_uploads_and_says_so(device):
    done = device.once()
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"run 1 ok: uploaded 20 files, 20 chunks, \d+ bytes, "
                        r"\d+\.\d{3} s\n", done.stdout)
    assert device.left_overs() == []
    run = device.runs()[-1]
    assert run["ok"] and run["run"] == 1 and run["dir"] == "upload"
    assert run["tx"][:2] == [20, 20]
    assert run["tx"][2] == sum(
        path.stat().st_size for path in (device.cloud / "objects").rglob("*")
        if path.is_file())
    assert not (device.state / "journal").exists()


def test_what_was_uploaded_reads_back(device):
    device.write("assets/empty.txt", "")
    device.write("assets/big.bin", "0123456789abcdef" * 100000)
    device.once()
    report = dejavu_reader.verify(device.cloud, KEY, device.workspace)
    assert report.faults == []
    assert len(report.files) == 22


def test_a_second_run_finds_nothing_to_do(device):
    device.once()
    before = {path: path.stat().st_mtime_ns
              for path in device.cloud.rglob("*")}
    done = device.once()
    assert done.returncode == 0
    assert done.stdout.startswith("run 2 ok: nothing to upload")
    assert before == {path: path.stat().st_mtime_ns
                      for path in device.cloud.rglob("*")}


def test_a_change_uploads_what_changed(device):
    device.once()
    device.write("20240101120000-testbox/00003.sy", "new", 1800000000)
    done = device.once()
    assert done.stdout.startswith("run 2 ok: uploaded 1 files, 1 chunks")
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []


def test_a_passphrase_is_a_key(device, tmp_path):
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("siyuan\n")
    done = device.once(repo_key_file=None, repo_passphrase_file=passphrase)
    assert done.returncode == 0, done.stderr
    key = base64.b64decode("+p/H+ZMsAbaPLpmGFanad8LpTZxZKtDJJJ2+vcg99vI=")
    assert dejavu_reader.verify(device.cloud, key,
                                device.workspace).faults == []


def test_another_cloud_directory_is_another_repository(device):
    device.once()
    folder = device.workspace.parent / "other"
    folder.mkdir()
    other = Device(folder, store=device.store, name="other")
    other.fill(3)
    assert other.once(cloud_name="second").returncode == 0
    assert (device.store / "second" / "refs" / "latest").exists()
    assert len(list((device.store / "main" / "indexes").iterdir())) == 1


def test_two_devices_share_a_store_and_the_last_one_wins(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    a = Device(tmp_path / "a", store=tmp_path / "store", name="a")
    b = Device(tmp_path / "b", store=tmp_path / "store", name="b")
    a.write("a.sy", "from a", 1700000001)
    b.write("b.sy", "from b", 1700000002)
    assert a.once().returncode == 0
    done = b.once()
    assert done.returncode == 0
    assert "uploading replaces it" in done.stderr
    report = dejavu_reader.verify(b.cloud, KEY, b.workspace)
    assert report.faults == []
    assert list(report.files) == ["/b.sy"]
    assert a.once().returncode == 0  # unchanged here, but the cloud is not
    report = dejavu_reader.verify(a.cloud, KEY, a.workspace)
    assert list(report.files) == ["/a.sy"]
    # A snapshot that is published again keeps its place in the list.
    assert [fault for fault in report.faults
            if not fault.startswith("indexes-v2.json")] == []


def test_a_dry_run_into_an_empty_store_says_that_it_is(device):
    done = device.once("--dry-run", direction="both")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["reason"] for row in rows} == {"the store is empty"}
    assert {row["action"] for row in rows} == {"send"}
