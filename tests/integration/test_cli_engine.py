"""The command line, a real hub and a real engine: exit codes that tell the
truth about files."""

import json

import pytest

import cli
from engine import KEY, Device
from syncbus_test import Held, program, wait_until


class World:
    def __init__(self, processes, folder):
        self.processes = processes
        self.device = Device(folder, name="nas")
        self.device.fill(20)
        self.hub = f"ipc://{folder}/bus"
        processes.start(program("syncbus-aggregator"), "--listen",
                        self.hub).wait_ready()
        self.engine = None

    def start(self, **more):
        self.engine = self.device.start(
            self.processes, mode="manual", hub=self.hub, direction="both",
            **more).wait_ready()
        wait_until(lambda: cli.run("status", "nas", "--hub",
                                   self.hub).returncode == 0, 10, "the engine")
        wait_until(lambda: self.run("log").returncode == 0, 10, "its control")

    def run(self, *words):
        return cli.run(*words, "--hub", self.hub)

    def status(self):
        return json.loads(self.run("status", "--json").stdout)["engines"][0]


@pytest.fixture
def world(processes, short_dir):
    world = World(processes, short_dir)
    world.start()
    return world


def test_sync_wait_has_synced_when_it_ends(world):
    assert world.device.latest() is None
    done = world.run("sync", "--wait")
    assert done.returncode == 0, done.stderr
    assert "nas: run 1 ok, sent 20 files" in done.stdout
    first = world.device.latest()
    assert first is not None
    world.device.write("new.txt", "new")
    assert world.run("sync", "--wait", "--upload", "nas").returncode == 0
    assert world.device.latest() != first


def test_sync_wait_fails_when_the_run_fails(world):
    assert world.run("sync", "--wait").returncode == 0
    latest = world.device.cloud / "refs" / "latest"
    latest.write_text("0" * 40)
    done = world.run("sync", "--wait")
    assert done.returncode == 1
    assert "not-found: Data that should be in the cloud" in done.stderr
    assert "Check the cloud folder's name" in done.stderr
    assert world.status()["lastError"]["code"] == "not-found"
    assert "not-found" in world.run("status").stdout


def test_log_tells_what_was_done(world):
    assert world.run("sync", "--wait").returncode == 0
    assert world.run("sync", "--wait").returncode == 0
    answer = json.loads(world.run("log", "--json").stdout)
    assert [run["run"] for run in answer["runs"]] == [2, 1]
    assert answer["runs"][1]["uploaded"]["files"] == 20
    done = world.run("log", "changes", "1")
    assert done.returncode == 0
    assert done.stdout.count("sent") == 20 and "00000.sy" in done.stdout
    assert world.run("log", "conflicts").stdout == "none\n"
    done = world.run("log", "changes", "99")
    assert done.returncode == 1 and "no such run" in done.stderr


def test_a_disabled_engine_says_so_and_syncs_again(world):
    assert world.run("disable").stdout == "nas: disabled\n"
    wait_until(lambda: world.status()["state"] == "disabled", 5, "disabled")
    done = world.run("sync", "--wait")
    assert done.returncode == 1
    assert "Enable it first." in done.stderr
    assert world.run("enable").stdout == "nas: enabled\n"
    assert world.run("sync", "--wait").returncode == 0


def test_cancel_stops_a_run(world):
    assert world.run("sync", "--wait").returncode == 0
    world.device.write("more.txt", "which it will not send")
    with Held(world.device.cloud / "refs" / "latest"):
        done = world.run("sync")
        assert done.returncode == 0
        wait_until(lambda: world.status()["state"] == "syncing", 10, "the run")
        assert world.run("cancel").returncode == 0
    wait_until(lambda: world.status()["state"] != "syncing", 20, "its end")
    last = world.status()["lastRun"]
    assert last["code"] == "cancelled", last
    assert world.run("sync", "--wait").returncode == 0


def test_an_engine_that_dies_is_no_success(world):
    assert world.run("sync", "--wait").returncode == 0
    with Held(world.device.cloud / "refs" / "latest"):
        sync = world.processes.start(program("syncbus"), "sync", "--wait",
                                     "--hub", world.hub,
                                     env=cli.environment())
        sync.wait_for("waiting for run")
        world.engine.kill()
    assert sync.wait(30) == 1
    assert "gone, restarted or disabled" in sync.log


def test_doctor_finds_nothing_wrong(world):
    assert world.run("sync", "--wait").returncode == 0
    done = world.run("doctor", "--state", world.device.state, "--workspace",
                     world.device.workspace, "--local-path",
                     world.device.store, "--json")
    answer = json.loads(done.stdout)
    wrong = [c for c in answer["checks"] if c["level"] != "ok"]
    assert done.returncode == 0 and not [c for c in wrong
                                         if "free" not in c["text"]], wrong
    names = {c["check"] for c in answer["checks"]}
    assert names >= {"bus", "beat", "control", "engine", "last run", "clock",
                     "version", "answers", "socket folder", "state",
                     "workspace", "watches", "store"}
    texts = " ".join(c["text"] for c in answer["checks"])
    assert "an engine runs on it" in texts


def test_watch_follows_a_run(world):
    watch = world.processes.start(program("syncbus"), "watch", "--hub",
                                  world.hub, env=cli.environment())
    watch.wait_for("nas idle")
    assert world.run("sync", "--wait").returncode == 0
    watch.wait_for("nas idle: run 1 ok, sent 20 files")
    assert watch.stop() == 0


def test_the_key_is_wrong(world, processes, short_dir):
    assert world.run("sync", "--wait").returncode == 0
    world.engine.stop()
    (short_dir / "other").mkdir()
    other = Device(short_dir / "other", store=world.device.store, name="other")
    other.set_key(bytes(reversed(KEY)))
    other.write("x.txt", "x")
    other.start(processes, mode="manual", hub=world.hub,
                direction="both").wait_ready()
    wait_until(lambda: world.run("log", "other").returncode == 0, 10, "other")
    done = world.run("sync", "--wait")
    assert done.returncode == 1
    assert "key-mismatch" in done.stderr
    assert "Set the repository key of your other devices" in done.stderr
