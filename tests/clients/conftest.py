import pytest

from bus import Hub
from engine import Device
from gateway import TOKEN, Gateway, bearer
from syncbus_test import wait_until


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
        wait_until(self.takes_commands, 20, "the engine's control connection")

    def takes_commands(self):
        """It has two connections: that for states may be there first."""
        return self.gateway.ask("GET", "/v1/engines/nas/runs",
                                headers=bearer(TOKEN)).status == 200

    def wait_for(self, condition):
        return wait_until(lambda: condition(self.info()) and self.info(), 20,
                          "a state")

    def info(self):
        return self.gateway.info(headers=bearer(TOKEN))

    def last_run(self):
        run = self.info()["lastRun"]
        return run["run"] if run else 0


@pytest.fixture
def site(processes, short_dir):
    return Site(processes, short_dir)
