"""--siyuan-conf: store, cloud directory and key from a workspace."""

import base64
import json

import pytest
from engine import KEY, Device


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(2)
    return device


def write_conf(device, key=KEY, **sync):
    conf = {"logLevel": "debug", "sync": {
        "cloudName": "notes", "enabled": True, "provider": 4,
        "local": {"endpoint": f"{device.store}/", "timeout": 60}, **sync},
        "repo": {"key": key and base64.b64encode(key).decode()}}
    path = device.workspace / "conf" / "conf.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(conf))
    return path


def once(device, path, **given):
    return device.once(siyuan_conf=path, **{
        "local_path": None, "repo_key_file": None, **given})


def refused(done, *words):
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if " error: " in line]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert str(word) in lines[0]


def test_a_workspace_s_own_settings_are_enough(device):
    path = write_conf(device)
    done = once(device, path)
    assert done.returncode == 0, done.stderr
    assert (device.store / "notes" / "refs" / "latest").exists()
    assert str(device.store) in done.stderr and "notes" in done.stderr
    assert base64.b64encode(KEY).decode() not in done.stderr


def test_options_win_and_say_so(device, tmp_path):
    path = write_conf(device, key=bytes(32))
    (tmp_path / "other").mkdir()
    done = once(device, path, local_path=tmp_path / "other",
                cloud_name="main", repo_key_file=device.key_file)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "other" / "main" / "refs" / "latest").exists()
    for key in ("sync.local.endpoint", "sync.cloudName", "repo.key"):
        assert f"wins over {key} in {path}" in done.stderr


@pytest.mark.parametrize("number, name", [(0, "SiYuan"), (2, "S3"),
                                          (3, "WebDAV")])
def test_other_providers_are_not_there_yet(device, number, name):
    path = write_conf(device, provider=number)
    refused(once(device, path), path, "sync.provider", name, "not there yet")


def test_what_is_wrong_in_the_file_is_named(device, tmp_path):
    path = write_conf(device, key=None)
    refused(once(device, path), path, "repo.key", "--repo-key-file")
    path = write_conf(device, key=b"short")
    refused(once(device, path), path, "repo.key", "32 bytes")
    path = write_conf(device, local={"endpoint": ""})
    refused(once(device, path), path, "sync.local.endpoint", "--local-path")
    path = write_conf(device, local={"endpoint": "relative/"})
    refused(once(device, path), path, "sync.local.endpoint", "absolute")
    path.write_text(path.read_text()[:50])
    refused(once(device, path), path, "line 1", "JSON")
    refused(once(device, tmp_path / "none"), tmp_path / "none", "No such file")
    refused(once(device, tmp_path), tmp_path, "directory")


def test_a_huge_file_is_not_read(device, tmp_path):
    with open(tmp_path / "huge", "wb") as huge:
        huge.truncate(1 << 40)
    refused(once(device, tmp_path / "huge"), tmp_path / "huge", "too large")
