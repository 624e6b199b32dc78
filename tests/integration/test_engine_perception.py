"""Engines of one repository notice on the bus what another one synced: the
intervals here are hours, so nobody finds anything by looking."""

import time

import pytest

from bus import Hub, Operator, Subscriber
from engine import BOX, Device
from syncbus_test import wait_until

pytestmark = pytest.mark.tsan

FAR = 43200
SOON = 30
PAUSE = 5  # seconds between two runs for this reason


class Pair:
    """Two devices, one store, one hub."""

    def __init__(self, folder, processes, context):
        self.processes = processes
        self.hub = Hub()
        self.hub_process = self.hub.start(processes)
        self.subscriber = Subscriber(context, self.hub.feed)
        self.operator = Operator(context, self.hub.control)
        self.devices, self.engines = {}, {}
        for name in "ab":
            (folder / name).mkdir()
            self.devices[name] = Device(folder / name, folder / "store", name)
        self.devices["a"].fill(3)
        self.devices["b"].write(f"{BOX}/own.sy", "of b")

    def start(self, name, **options):
        options = {"interval": FAR, "direction": "both", "watch": "no",
                   **options}
        self.engines[name] = self.devices[name].start(
            self.processes, hub=None, hub_ingest=self.hub.ingest,
            hub_feed=self.hub.feed, hub_control=self.hub.control,
            **options).wait_ready()
        return self.engines[name]

    def start_both(self, **options_of_b):
        """Both, in step: no more to do for either."""
        self.start("a", watch="yes").wait_for("run 1 ok", SOON)
        self.start("b", **options_of_b).wait_for("run 1 ok", SOON)
        self.wait_equal()

    def state(self, name):
        row = self.subscriber.copy.get(name)
        return row.state if row and row.live == "on" else {}

    def wait(self, condition, what):
        self.subscriber.pump_until(condition, SOON, what)

    def wait_equal(self):
        """Until both have what the store has, and rest."""
        def equal():
            latest = self.devices["a"].latest()
            return all(self.state(n).get("st") == "idle"
                       and self.state(n).get("hd") == latest for n in "ab")
        self.wait(equal, "one head")

    def read(self, name, path):
        path = self.devices[name].workspace / "data" / path
        return path.read_text() if path.exists() else None

    def runs(self):
        return {name: len(device.runs())
                for name, device in self.devices.items()}

    def assert_quiet(self):
        """Nobody runs for longer than anybody would pause."""
        before = self.runs()
        self.subscriber.pump(PAUSE + 2)
        assert self.runs() == before


@pytest.fixture
def pair(short_dir, processes, context):
    return Pair(short_dir, processes, context)


def test_an_edit_here_is_there_in_seconds_and_then_it_is_quiet(pair):
    pair.start_both()
    began = time.monotonic()
    pair.devices["a"].write(f"{BOX}/note.sy", "written at a")
    wait_until(lambda: pair.read("b", f"{BOX}/note.sy") == "written at a",
               SOON, "the note at b")
    print(f"from edit to the other workspace: "
          f"{time.monotonic() - began:.2f} s")
    pair.wait_equal()
    pair.assert_quiet()
    assert "another engine has synced" in pair.engines["b"].log


def test_edits_on_both_sides_meet(pair):
    pair.start_both(watch="yes")
    now = int(time.time())
    for name, seconds in ("a", now - 60), ("b", now - 30):
        pair.devices[name].write(f"{BOX}/{name}.sy", f"from {name}")
        # The id of a file is made of path and second: give each its own.
        pair.devices[name].write(f"{BOX}/00001.sy", f"both wrote, {name}",
                                 seconds)
    wait_until(lambda: pair.read("a", f"{BOX}/b.sy") == "from b"
               and pair.read("b", f"{BOX}/a.sy") == "from a"
               and pair.read("a", f"{BOX}/00001.sy")
               == pair.read("b", f"{BOX}/00001.sy"), SOON, "one content")
    pair.wait_equal()
    pair.assert_quiet()


def test_who_stays_behind_is_no_reason_to_run(pair):
    pair.start_both()
    assert pair.operator.call_when_there("b", "disable")["ok"]
    pair.devices["a"].write(f"{BOX}/note.sy", "b is switched off")
    pair.wait(lambda: pair.state("b").get("st") == "disabled"
              and pair.state("a")["hd"] not in ("", pair.state("b")["hd"]),
              "b disabled and behind")
    pair.assert_quiet()
    assert pair.read("b", f"{BOX}/note.sy") is None
    # A head of before this life of a: looked at once, then known.
    assert pair.engines["a"].stop() == 0
    pair.start("a", watch="yes").wait_for("ok: ", SOON)
    pair.subscriber.pump(2)
    pair.assert_quiet()
    assert pair.operator.call_when_there("b", "enable")["ok"]
    pair.wait_equal()
    assert pair.read("b", f"{BOX}/note.sy") == "b is switched off"


@pytest.mark.parametrize("options", [
    {"mode": "manual"}, {"direction": "upload"}])
def test_who_does_not_fetch_by_itself_does_not_look(pair, options):
    pair.start("a", watch="yes").wait_for("run 1 ok", SOON)
    engine = pair.start("b", **options)
    assert pair.operator.call_when_there("b", "sync")["ok"]
    wait_until(lambda: "ok: " in engine.log, SOON, "a run of b")
    pair.wait(lambda: pair.state("b").get("hd") and pair.state("a").get("hd")
              == pair.devices["b"].latest(), "a with what b sent")
    pair.devices["a"].write(f"{BOX}/note.sy", "written at a")
    before = pair.runs()
    pair.wait(lambda: pair.state("a").get("last", {}).get("run")
              == before["a"] + 1, "the next run of a")
    pair.assert_quiet()
    assert pair.read("b", f"{BOX}/note.sy") is None
    assert "another engine" not in engine.log


def test_one_run_and_goodbye_is_noticed_too(pair):
    pair.start("b").wait_for("run 1 ok", SOON)
    done = pair.devices["a"].once(direction="both", hub=None,
                                  hub_ingest=pair.hub.ingest)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: pair.read("b", f"{BOX}/00002.sy"), SOON, "files at b")


def test_a_hub_that_comes_late_is_enough(pair):
    pair.hub_process.stop()
    for name in "ab":
        pair.start(name).wait_for("run 1 ok", SOON)
    pair.devices["a"].write(f"{BOX}/note.sy", "while the hub was away")
    pair.engines["a"].stop()
    pair.start("a").wait_for("ok: ", SOON)
    pair.hub_process = pair.hub.start(pair.processes)
    wait_until(lambda: pair.read("b", f"{BOX}/note.sy"), SOON, "the note")
    pair.wait_equal()
