"""Clients from PyPI, as they are, at a gateway with a real engine behind."""

import json
import subprocess
from pathlib import Path

import pytest

from syncbus_test import ROOT

PACKAGES = ROOT / "build" / "packages" / "clients"
DRIVE = Path(__file__).with_name("drive.py")


def drive(site, folder, package):
    done = subprocess.run(
        [PACKAGES / "bin" / "python", DRIVE, package, site.url, site.token],
        capture_output=True, text=True, timeout=300,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("package", ["siyuan-cli", "siyuan-mcp",
                                     "siyuanhelper"])
def test_it_syncs_and_reads_the_result(site, tmp_path, package):
    site.device.write("20240101120000-testbox/new.sy", "by " + package)
    before = site.last_run()
    result = drive(site, tmp_path, package)
    assert result["version"].count(".") == 2
    assert result["sync"] in ({}, None,
                              {"code": 0, "msg": "", "data": None})
    info = result["info"]
    assert info["synced"] > 1600000000000 and info["kernels"] == []
    assert info["stat"].startswith("uploaded/downloaded files ")
    # The answer came when the run had ended, not before.
    assert info["lastRun"]["run"] == before + 1 and info["lastRun"]["ok"]
    assert info["lastRun"]["uploaded"]["files"] > 0
    assert "refused" in result
    if package != "siyuanhelper":
        assert "wrong" in result
    if package == "siyuan-cli":
        assert result["missing"] == 404
