"""Wrong usage and configuration: exit 2, and one line that says what is
wrong, where, and what to do."""

import fcntl
import os
import subprocess

import pytest

from engine import Device
from syncbus_test import program


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(3)
    return device


def refused(done, *words):
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, lines
    for word in words:
        assert str(word) in lines[0], lines[0]


def test_what_is_not_there_yet_is_said(device):
    for provider in ("webdav", "s3"):
        refused(device.once(provider=provider),
                f"--provider {provider} is not there yet")


@pytest.mark.parametrize("option", [
    "webdav_url", "webdav_password_file", "s3_bucket", "s3_secret_key_file",
    "ca_file", "tls_verify", "timeout", "limit_upload", "curve_key_file",
    "hub_public_key"])
def test_options_of_later_versions_are_refused_by_name(device, option):
    name = "--" + option.replace("_", "-")
    refused(device.once(**{option: "x"}), f"{name}: is not there yet")


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_user_of_cron_or_sudo_needs_no_runtime_folder(device, tmp_path):
    nobody = ["setpriv", "--reuid", "nobody", "--clear-groups"]
    if subprocess.run([*nobody, "test", "-x", program("syncbus-engine")],
                      check=False).returncode != 0:
        pytest.skip("the build folder is not open to others")
    subprocess.run(["chown", "-R", "nobody", tmp_path], check=True)
    for folder in [tmp_path, *tmp_path.parents][:-2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    done = device.once(hub=None, prefix=[*nobody, "env", "-u", "XDG_RUNTIME_DIR"])
    assert done.returncode == 0, done.stderr


def test_every_direction_runs_and_both_is_the_default(device):
    for direction in ("upload", "download", "both", None):
        done = device.once(direction=direction)
        assert done.returncode == 0, done.stderr
        assert device.runs()[-1]["dir"] == (direction or "both")


def test_missing_options_are_named(device):
    refused(device.once(workspace=None), "--workspace")
    refused(device.once(local_path=None), "--local-path")
    refused(device.once(repo_key_file=None), "--repo-key-file",
            "--repo-passphrase-file")


def test_a_wrong_workspace_is_told_from_one_that_is_missing(device):
    missing = device.workspace / "missing"
    refused(device.once(workspace=missing), missing, "No such file",
            "give the folder that has data/")
    inside = device.workspace / "data"
    refused(device.once(workspace=inside), inside, "has no data/ folder",
            "give the folder that has it")


def test_two_keys_are_one_too_many(device):
    refused(device.once(repo_passphrase_file=device.key_file), "exactly one")


@pytest.mark.parametrize("text", ["x", "AAAA", "AAAA" * 11, "!" * 44])
def test_a_key_is_the_base64_of_32_bytes(device, text):
    device.key_file.write_text(text)
    done = device.once()
    refused(done, "--repo-key-file", "Base64 of 32 bytes")
    assert text not in done.stderr or text == "x"


def test_a_missing_key_file_is_named(device, tmp_path):
    refused(device.once(repo_key_file=tmp_path / "nokey"), "nokey")


def test_an_id_has_its_letters(device):
    refused(device.once(id="Bad Id"), "--id", "Bad Id")


def test_a_folder_without_data_is_no_workspace(device, tmp_path):
    (tmp_path / "empty").mkdir()
    refused(device.once(workspace=tmp_path / "empty"), tmp_path / "empty",
            "data/")
    refused(device.once(workspace=tmp_path / "nowhere"), "nowhere", "data/")


def test_the_store_must_exist(device, tmp_path):
    refused(device.once(local_path=tmp_path / "nowhere"), "nowhere",
            "does not exist")
    refused(device.once(local_path=device.key_file), "is no folder")
    assert not (tmp_path / "nowhere").exists()


def test_the_store_lies_apart_from_the_workspace(device, tmp_path):
    inside = device.workspace / "data" / "store"
    inside.mkdir()
    link = tmp_path / "link"
    link.symlink_to(inside)
    refused(device.once(local_path=inside), "lies inside")
    refused(device.once(local_path=link), "lies inside", link)
    refused(device.once(local_path=device.workspace), "is the workspace")
    refused(device.once(local_path=tmp_path), "contains the workspace")
    assert list(inside.iterdir()) == []


def test_the_state_is_not_synced_and_not_in_the_store(device):
    refused(device.once(state=device.workspace / "data" / "a" / "state"),
            "--state", "which is synced")
    assert not (device.workspace / "data" / "a").exists()
    refused(device.once(state=device.store / "state"), "--state", "store")


def test_a_cloud_name_has_no_punctuation(device):
    for name in ("a/b", "..", "a b"):
        refused(device.once(cloud_name=name), "--cloud-name")


def test_a_hub_elsewhere_needs_a_word_of_consent(device):
    refused(device.once(hub="tcp://192.0.2.1"), "192.0.2.1", "--insecure")
    refused(device.once(hub="udp://x"), '--hub: "udp://x"')


def test_each_socket_of_the_hub_can_be_named(device):
    for socket in ("ingest", "feed", "control"):
        name = f"hub_{socket}"
        refused(device.once(**{name: "tcp://x"}), f'--hub-{socket}: "tcp://x"')
        assert device.once(**{name: "tcp://127.0.0.1:7600"}).returncode == 0


def test_a_workspace_open_in_a_kernel_is_left_alone(device):
    lock = os.open(device.workspace / ".lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(device.once(), device.workspace, "running SiYuan kernel",
                "--beside-kernel")
        assert device.once("--beside-kernel").returncode == 0
    finally:
        os.close(lock)
    assert device.once().returncode == 0


def test_another_key_than_the_repository_s_is_a_mismatch(device):
    assert device.once().returncode == 0
    device.set_key(b"k" * 32)
    done = device.once()
    assert done.returncode == 2
    assert "key-mismatch" in done.stderr
    assert done.stdout == ""


def test_a_second_engine_on_one_state_names_the_first(device, processes):
    first = device.start(processes, id="first").wait_ready()
    refused(device.once(), device.state, str(first.pid), "--state")
    assert first.stop() == 0
    assert device.once().returncode == 0


def test_interval_has_its_limits(device):
    refused(device.once(interval=29), "--interval")
    refused(device.once(interval=43201), "--interval")


def test_retention_has_its_limits(device):
    refused(device.once(retention_days=-1), "--retention-days")
    refused(device.once(retention_days=36501), "--retention-days")
    refused(device.once(retention_daily=0), "--retention-daily")


def test_help_names_every_option_and_its_variable(processes):
    process = processes.start(program("syncbus-engine"), "--help")
    assert process.wait() == 0
    for word in ("--workspace", "--local-path", "--repo-key-file", "--once",
                 "SYNCBUS_WORKSPACE", "SYNCBUS_REPO_KEY"):
        assert word in process.log
