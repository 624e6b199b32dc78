import shutil
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "support"))

from bus import Hub  # noqa: E402
from engine import Device  # noqa: E402
from gateway import TOKEN, Gateway, bearer  # noqa: E402
from syncbus_test import Processes, wait_until  # noqa: E402


class Site:
    """A hub, a gateway with a token, and an engine that syncs when told."""

    def __init__(self, processes, folder, *more):
        self.token = TOKEN
        self.hub = Hub(folder)
        self.hub.start(processes)
        self.device = Device(folder, name="nas")
        self.device.fill(20)
        self.engine = self.device.start(
            processes, direction=None, mode="manual", hub=f"ipc://{folder}")
        self.gateway = Gateway(processes, self.hub, "--hub-control",
                               self.hub.control, *more,
                               secrets={"api_token": TOKEN})
        self.url = f"http://127.0.0.1:{self.gateway.port}"
        self.wait_for(lambda d: d.get("state") == "idle")

    def wait_for(self, condition):
        return wait_until(lambda: condition(self.info()) and self.info(), 20,
                          "a state")

    def info(self):
        return self.gateway.info(headers=bearer(TOKEN))

    def last_run(self):
        run = self.info()["lastRun"]
        return run["run"] if run else 0


@pytest.fixture
def processes():
    everything = Processes()
    yield everything
    reports = everything.close()
    assert not reports, "\n".join(reports)


@pytest.fixture
def folder():
    """A folder with a short name: an ipc path holds at most 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="sb-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def site(processes, folder):
    return Site(processes, folder)
