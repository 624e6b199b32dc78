"""An operator commands a running engine through a real hub."""

import json
import secrets
import shutil
import signal
import time

import msgpack
import pytest
import zmq

import dejavu_reader
from bus import Hub, Operator, Subscriber
from engine import BOX, KEY, Device, Ingest
from syncbus_test import assert_never, wait_until

pytestmark = pytest.mark.tsan

FAR = 43200  # an interval no test waits for
SOON = 20


class Plane:
    """A hub, an engine on it, an operator, and a reader of the feed."""

    def __init__(self, folder, processes, context):
        self.processes, self.context = processes, context
        self.hub = Hub()
        self.hub_process = self.hub.start(processes)
        self.device = Device(folder)
        self.device.fill(3)
        self.operator = Operator(context, self.hub.control)
        self.subscriber = Subscriber(context, self.hub.feed)

    def start(self, device=None, **options):
        options = {"mode": "manual", "interval": FAR, "direction": "both",
                   **options}
        self.engine = (device or self.device).start(
            self.processes, hub=None, hub_ingest=self.hub.ingest,
            hub_feed=self.hub.feed, hub_control=self.hub.control,
            **options).wait_ready()
        return self.engine

    def call(self, cmd, **arguments):
        return self.operator.call_when_there("device", cmd, **arguments)

    def state(self):
        row = self.subscriber.copy.get("device")
        return row.state if row and row.live == "on" else {}

    def wait(self, condition, what, seconds=SOON):
        """Until a state of the engine is so; returns it."""
        self.subscriber.pump_until(
            lambda: self.state() and condition(self.state()), seconds, what)
        return self.state()

    def wait_run(self, run):
        """The record of that run, once the feed has it."""
        return self.wait(lambda s: s.get("last", {}).get("run", 0) >= run,
                         f"run {run}")["last"]

    def wait_unreachable(self):
        """Until the hub says so.  What it passed on to a connection that was
        about to end has no answer."""
        def refused():
            try:
                reply = self.operator.call("device", "sync", seconds=1)
            except AssertionError:
                return False
            return reply["code"] == "unreachable"
        wait_until(refused, SOON, "unreachable")

    def hold(self):
        """Somebody else has the store: a run waits until let_go()."""
        lock = self.device.cloud / "lock-sync"
        lock.parent.mkdir(exist_ok=True)
        lock.write_text(json.dumps({"deviceID": "somebody-else",
                                    "time": int(time.time() * 1000)}))
        return lock

    def start_held_run(self, **arguments):
        """A run that is under way and stays so, its snapshot made; its lock
        and number."""
        lock = self.hold()
        run = self.call("sync", **arguments)["run"]
        journal = self.device.state / "journal"
        wait_until(lambda: journal.exists() and "preflight"
                   in journal.read_text(), SOON, "a run that has looked")
        return lock, run


@pytest.fixture
def plane(short_dir, processes, context):
    return Plane(short_dir, processes, context)


def numbers(device):
    return [run["run"] for run in device.runs()]


# ---- sync -------------------------------------------------------------------

def test_a_manual_engine_runs_when_told_to(plane):
    engine = plane.start()
    assert_never(lambda: "run 1" in engine.log, 1, "a run")
    assert plane.call("sync") == {"v": 1, "ok": True, "code": "", "msg": "",
                                  "run": 1}
    last = plane.wait_run(1)
    assert last["ok"] and last["dir"] == "both"
    assert plane.device.latest() == plane.state()["hd"]
    assert plane.call("sync")["run"] == 2
    assert plane.wait_run(2)["ok"]


def test_the_direction_asked_for_is_that_of_the_run(plane):
    plane.start(direction="both")
    assert plane.call("sync", dir="upload")["run"] == 1
    assert plane.wait_run(1)["dir"] == "upload"
    plane.device.write(f"{BOX}/00001.sy", "spoilt")
    assert plane.call("sync", dir="download")["run"] == 2
    assert plane.wait_run(2)["dir"] == "download"
    path = plane.device.workspace / "data" / BOX / "00001.sy"
    assert path.read_text() == "00001" * 20
    assert plane.call("sync")["run"] == 3
    assert plane.wait_run(3)["dir"] == "both"


@pytest.mark.parametrize("way, other", [("upload", "download"),
                                        ("download", "upload")])
def test_both_on_an_engine_set_to_one_way_is_that_way(plane, way, other):
    plane.start(direction=way)
    for asked in ({}, {"dir": "both"}):
        run = plane.call("sync", **asked)["run"]
        assert plane.wait_run(run)["dir"] == way
    run = plane.call("sync", dir=other)["run"]
    assert plane.wait_run(run)["dir"] == other


def test_the_same_request_twice_is_one_run(plane):
    plane.start()
    first = plane.call("sync")
    request, raw = plane.operator.request, plane.operator.raw
    plane.wait_run(1)
    assert plane.operator.call("device", "sync", request=request) == first
    assert plane.operator.raw == raw
    other = Operator(plane.context, plane.hub.control)  # came back as another
    assert other.call("device", "sync", request=request) == first
    assert plane.call("sync")["run"] == 2
    plane.wait_run(2)
    assert numbers(plane.device) == [1, 2]


def test_requests_during_a_run_share_the_next(plane):
    plane.start()
    lock, run = plane.start_held_run()
    asked = [plane.call("sync", dir=d) for d in
             ("upload", "upload", "download")]
    assert run == 1 and {reply["run"] for reply in asked} == {2}
    lock.unlink()
    assert plane.wait_run(2)["dir"] == "both"  # nobody is overruled
    assert numbers(plane.device) == [1, 2]


def test_what_is_edited_before_a_request_is_in_the_run_it_got(plane):
    plane.start()
    lock, _ = plane.start_held_run()
    plane.device.write(f"{BOX}/late.sy", "written during run 1")
    run = plane.call("sync")["run"]
    lock.unlink()
    plane.wait_run(run)
    names = [row[1] for row in plane.call("changes", run=run)["changes"]]
    assert names == [f"/{BOX}/late.sy"]


# ---- cancel -----------------------------------------------------------------

def test_a_run_is_cancelled(plane):
    plane.start()
    _, run = plane.start_held_run()
    assert plane.call("cancel", run=run + 1)["code"] == "not-found"
    assert plane.call("cancel", run=run)["ok"]
    last = plane.wait_run(run)
    assert not last["ok"] and last["code"] == "cancelled"
    assert plane.wait(lambda s: s["st"] != "syncing", "the end")["st"] == "idle"
    assert plane.call("cancel")["code"] == "not-found"
    (plane.device.cloud / "lock-sync").unlink()
    assert plane.call("sync")["run"] == run + 1  # and the next one runs
    assert plane.wait_run(run + 1)["ok"]


def test_without_a_number_the_run_under_way_is_meant(plane):
    plane.start()
    lock, run = plane.start_held_run()
    assert plane.call("sync")["run"] == run + 1
    assert plane.call("cancel")["ok"]
    assert plane.wait_run(run)["code"] == "cancelled"
    lock.unlink()
    assert plane.wait_run(run + 1)["ok"]


def test_a_run_called_off_before_it_began_is_told_as_cancelled(plane):
    plane.start()
    lock, run = plane.start_held_run()
    assert plane.call("sync")["run"] == run + 1
    assert plane.call("cancel", run=run + 1)["ok"]
    lock.unlink()
    assert plane.wait_run(run + 1)["code"] == "cancelled"
    assert [r["ok"] for r in plane.device.runs()] == [True, False]
    assert plane.call("sync")["run"] == run + 2
    assert plane.wait_run(run + 2)["ok"]


# ---- enable, disable --------------------------------------------------------

def test_switched_off_stays_off_over_a_restart(plane):
    engine = plane.start(mode="auto")
    plane.wait_run(1)
    assert plane.call("disable") == {"v": 1, "ok": True, "code": "",
                                     "msg": "", "en": False}
    state = plane.wait(lambda s: s["st"] == "disabled", "disabled")
    assert state["en"] is False and state["nx"] == 0
    assert plane.call("sync")["code"] == "disabled"
    assert engine.stop() == 0
    engine = plane.start(mode="auto")
    assert plane.call("sync")["code"] == "disabled"
    assert plane.wait(lambda s: s["st"] == "disabled", "disabled")["en"] is False
    plane.device.write(f"{BOX}/00001.sy", "edited")
    assert_never(lambda: "run 2" in engine.log, 4, "a run")
    assert plane.call("enable")["en"] is True
    assert plane.wait_run(2)["ok"]  # an automatic one at once
    state = plane.wait(lambda s: s["st"] == "idle", "idle")
    assert state["en"] is True and state["nx"] > 0
    engine.kill()
    engine = plane.start(mode="auto")
    assert plane.wait_run(3)["ok"]


def test_a_run_under_way_ends_when_switched_off(plane):
    plane.start()
    lock, run = plane.start_held_run()
    assert plane.call("sync")["run"] == run + 1
    began = time.monotonic()
    assert plane.call("disable")["en"] is False
    assert plane.wait_run(run + 1)["code"] == "cancelled"
    assert time.monotonic() - began < 5
    assert plane.wait(lambda s: s["st"] == "disabled", "disabled")["en"] is False
    assert [r["code"] for r in plane.device.runs()] == ["cancelled"] * 2
    lock.unlink()
    assert plane.call("enable")["en"] is True
    assert plane.wait(lambda s: s["st"] == "idle", "idle")["en"] is True
    assert plane.call("sync")["run"] == run + 2
    assert plane.wait_run(run + 2)["ok"]


def test_off_and_on_again_during_a_run_is_a_new_run(plane):
    plane.start(mode="auto", watch="no")
    plane.wait_run(1)
    plane.device.write(f"{BOX}/00001.sy", "edited")
    lock, run = plane.start_held_run()
    lock.unlink()
    off, on = [plane.operator.ask("device", {"v": 1, "cmd": cmd})
               for cmd in ("disable", "enable")]
    assert plane.operator.reply(off)["en"] is False
    assert plane.operator.reply(on)["en"] is True
    assert plane.wait_run(run + 1)["ok"]  # an automatic one at once
    assert plane.wait(lambda s: s["st"] == "idle", "idle")["en"] is True


def test_once_means_it_whatever_is_switched_off(plane):
    engine = plane.start()
    assert plane.call("disable")["ok"]
    assert engine.stop() == 0
    assert plane.device.once(direction="both").returncode == 0
    plane.start()
    assert plane.call("sync")["code"] == "disabled"


# ---- pages ------------------------------------------------------------------

def pages(plane, cmd, rows, **arguments):
    """All pages of a list."""
    found, after = [], None
    while True:
        reply = plane.call(cmd, **arguments,
                           **({} if after is None else {"after": after}))
        assert reply["ok"], reply
        found.append(reply[rows])
        after = reply.get("next")
        if after is None:
            return found


def test_runs_are_listed_newest_first_page_by_page(plane):
    plane.start()
    for run in range(1, 61):
        assert plane.call("sync")["run"] == run
        plane.wait_run(run)
    found = pages(plane, "runs", "runs")
    assert len(found) > 1 and all(found)
    rows = [row for page in found for row in page]
    assert [row["run"] for row in rows] == list(range(60, 0, -1))
    assert rows[-1]["tx"][0] == 3 and rows[-1]["dir"] == "both"
    assert plane.call("runs", after=1)["runs"] == []


def test_the_files_of_a_run_are_listed(plane):
    plane.start()
    plane.device.fill(250)
    plane.call("sync")
    plane.wait_run(1)
    found = pages(plane, "changes", "changes", run=1)
    assert len(found) > 2
    rows = [row for page in found for row in page]
    assert sorted(rows) == [[">", f"/{BOX}/{i:05}.sy", 100]
                            for i in range(250)]
    plane.call("sync")
    plane.wait_run(2)
    assert plane.call("changes", run=2)["changes"] == []  # it did nothing
    for run in (0, 3, 1 << 40):
        reply = plane.call("changes", run=run)
        assert reply["code"] == "not-found" and not reply["ok"]


def test_conflicts_are_listed_with_what_was_kept(plane, short_dir):
    plane.start()
    plane.call("sync")
    plane.wait_run(1)
    (short_dir / "b").mkdir()
    other = Device(short_dir / "b", plane.device.store, "other")
    assert other.once(direction="both").returncode == 0
    for run in (2, 3):
        for i in range(2):
            other.write(f"{BOX}/0000{i}.sy", f"theirs {run}", 1700001000 + run)
            plane.device.write(f"{BOX}/0000{i}.sy", f"ours {run}",
                               1700000900 + run)
        assert other.once(direction="both").returncode == 0
        plane.call("sync")
        assert plane.wait_run(run)["chg"][2] == 2
        assert other.once(direction="both").returncode == 0
    rows = plane.call("conflicts")["conflicts"]
    assert [(row[0], row[1]) for row in rows] == [
        (run, f"/{BOX}/0000{i}.sy") for run in (3, 2) for i in range(2)]
    for run, path, kind, winner, kept in rows:
        assert kind == "local-upsert-cloud-upsert"
        loser = {"local": "theirs", "cloud": "ours"}[winner]
        text = (plane.device.workspace / kept.lstrip("/")).read_text()
        assert text == f"{loser} {run}"
    reply = plane.call("conflicts", after=2 << 20 | 1)
    assert [row[:2] for row in reply["conflicts"]] == [
        [2, f"/{BOX}/00001.sy"]]


# ---- what is not understood -------------------------------------------------

@pytest.mark.parametrize("command, code", [
    ({"v": 1, "cmd": "fly"}, "unsupported"),
    ({"v": 9, "cmd": "later", "new": [1, None]}, "unsupported"),
    ({"v": 1}, "bad-request"),
    ({"cmd": "sync"}, "bad-request"),
    ({"v": 1, "cmd": 7}, "bad-request"),
    ({"v": 1, "cmd": "sync", "dir": "sideways"}, "bad-request"),
    ({"v": 1, "cmd": "changes"}, "bad-request"),
    ({"v": 1, "cmd": "cancel", "run": -1}, "bad-request"),
    ({"v": 1, "cmd": "runs", "after": "x"}, "bad-request"),
])
def test_what_is_not_understood_is_refused(plane, command, code):
    plane.start()
    plane.call("runs")
    request = secrets.token_hex(16).encode()
    plane.operator.send(b"device", request, msgpack.packb(command))
    reply = plane.operator.reply(request)
    assert reply["code"] == code and reply["ok"] is False and reply["msg"]
    assert not (plane.device.state / "runs.jsonl").exists()


def test_a_newer_operator_is_understood(plane):
    plane.start()
    assert plane.call("sync", v=9, extra={"a": [1]})["run"] == 1
    assert plane.wait_run(1)["ok"]


class FakeHub:
    """A control socket that says to an engine what no hub would."""

    def __init__(self, context, address):
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.router_mandatory = 1
        self.socket.bind(address)

    def is_reached(self):
        try:
            self.socket.send_multipart([b"device", b""])
        except zmq.ZMQError:
            return False
        return True

    def wait_reached(self):
        """Until the engine is there."""
        wait_until(self.is_reached, 10, "the engine")

    def receive(self, seconds=5):
        """The next message of the engine."""
        if not self.socket.poll(int(seconds * 1000)):
            return None
        return self.socket.recv_multipart()[1:]


def test_nothing_a_hub_says_stops_the_engine(short_dir, processes, context):
    device = Device(short_dir)
    hub = FakeHub(context, f"ipc://{short_dir}/control")
    engine = device.start(processes, mode="manual", hub=f"ipc://{short_dir}")
    hub.wait_reached()
    assert hub.receive(0.5) is None  # it speaks when spoken to
    request, good = b"f" * 32, msgpack.packb({"v": 1, "cmd": "runs"})
    for frames in ([], [b""], [b"op"], [b"op", request], [b"op", b"x", good],
                   [b"op", b"g" * 32, good], [b"", request[:-1], good],
                   [b"op", request, good, b""], [b"op"] * 50):
        hub.socket.send_multipart([b"device", *(frames or [b""])])
    bad = [b"", b"\xc1", b"\xdd\xff\xff\xff\xff", b"\x91" * 9000,
           b"\xff" * 100000, good + b"\0", msgpack.packb({"v": 1.5})]
    for i, command in enumerate(bad):
        hub.socket.send_multipart([b"device", b"op", b"%032x" % i, command])
    for i in range(len(bad)):
        sender, answered, reply = hub.receive()
        assert (sender, answered) == (b"op", b"%032x" % i)
        assert msgpack.unpackb(reply)["code"] == "bad-request"
    hub.socket.send_multipart([b"device", b"op", request, good])
    assert msgpack.unpackb(hub.receive()[2])["ok"]
    assert "a message that is no command" in engine.log
    assert engine.stop() == 0


def test_commands_do_not_hold_up_the_beat(short_dir, processes, context):
    device = Device(short_dir)
    hub = FakeHub(context, f"ipc://{short_dir}/control")
    ingest = Ingest(context, f"ipc://{short_dir}/ingest")
    device.state.mkdir()
    (device.state / "runs.jsonl").write_text("".join(
        json.dumps({"run": run, "ok": True, "code": "", "why": "x" * 200,
                    "dir": "both"}) + "\n" for run in range(1, 1001)))
    device.start(processes, mode="manual", hub=f"ipc://{short_dir}")
    hub.wait_reached()
    assert ingest.read(10)
    page = msgpack.packb({"v": 1, "cmd": "runs", "after": 2})
    ingest.states.clear()
    answered = 0
    # Without an end until it has beaten so often.
    while len(ingest.states) < 5:
        assert answered < 1_000_000, ingest.states
        for i in range(20):
            hub.socket.send_multipart([b"device", b"op",
                                       b"%032x" % (answered + i), page])
        for _ in range(20):
            assert msgpack.unpackb(hub.receive()[2])["runs"][0]["run"] == 1
        answered += 20
        while ingest.read(0):
            pass
    ups = [state["up"] for state in ingest.states]
    assert min(b - a for a, b in zip(ups, ups[1:])) < 1500, ups


# ---- who comes and goes -----------------------------------------------------

def test_an_engine_that_is_gone_is_unreachable(plane):
    engine = plane.start()
    plane.call("runs")
    assert engine.stop() == 0
    plane.wait_unreachable()


def test_an_engine_killed_in_a_run_takes_commands_when_it_is_back(plane):
    engine = plane.start()
    lock, run = plane.start_held_run(dir="upload")
    assert plane.call("sync")["run"] == run + 1
    request = plane.operator.request
    engine.kill()
    plane.wait_unreachable()
    lock.unlink()
    plane.start()
    last = plane.call("runs")["runs"][0]
    assert (last["code"], last["dir"]) == ("interrupted", "upload")
    # What it promised died with it: whoever waited asks again.
    reply = plane.operator.call("device", "sync", request=request)
    assert reply["run"] == run + 1
    assert plane.wait_run(run + 1)["ok"]


def test_commands_work_after_a_restart_of_the_hub(plane):
    engine = plane.start()
    assert plane.call("sync")["run"] == 1
    plane.wait_run(1)
    took = []
    for signal_number in (signal.SIGKILL, signal.SIGTERM):
        plane.hub_process.signal(signal_number)
        plane.hub_process.wait()
        plane.hub_process = plane.hub.start(plane.processes)
        began = time.monotonic()
        assert plane.call("runs")["ok"]  # and it has said nothing before
        took.append(time.monotonic() - began)
    assert min(took) < 5, took
    assert plane.call("sync")["run"] == 2
    assert plane.wait_run(2)["ok"]
    assert engine.is_running()


def test_a_hub_that_comes_late_finds_the_engine(plane):
    plane.hub_process.stop()
    plane.start()
    plane.hub_process = plane.hub.start(plane.processes)
    assert plane.call("sync")["run"] == 1


def test_of_two_engines_with_one_id_the_later_answers_while_it_is_there(
        plane, short_dir):
    first = plane.start()
    plane.call("runs")
    (short_dir / "b").mkdir()
    second = plane.start(Device(short_dir / "b", plane.device.store))

    def reaches(engine):
        before = engine.log.count("command sync")
        try:
            plane.operator.call("device", "sync", seconds=1)
        except AssertionError:  # it went where nobody is any more
            pass
        return engine.log.count("command sync") > before
    wait_until(lambda: reaches(second), 10, "a command at the second")
    assert second.stop() == 0
    # The connection of the first looks alive, and leads nowhere.
    wait_until(lambda: reaches(first), 30, "a command at the first")


# ---- a store that lost something ----

def break_latest(cloud):
    (cloud / "refs/latest").write_text("")


def break_index(cloud):
    (cloud / "indexes" / (cloud / "refs/latest").read_text()).unlink()


def break_objects(cloud):
    shutil.rmtree(next((cloud / "objects").iterdir()))


def break_list(cloud):
    (cloud / "indexes-v2.json").write_bytes(b"")


@pytest.mark.parametrize("broken", [break_latest, break_index, break_objects,
                                    break_list])
def test_an_upload_that_is_ordered_makes_a_damaged_store_whole(plane, broken):
    """It is what the remedy of not-found says; --once does not."""
    device = plane.device
    device.fill(20)
    plane.start()
    plane.call("sync")
    plane.wait_run(1)
    broken(device.cloud)
    device.write("new.sy", "new")
    if broken is not break_objects:  # who has them does not look for them
        plane.call("sync")
        assert plane.wait_run(2)["code"] == "not-found"
    plane.call("sync", dir="upload")
    wait_until(lambda: device.runs()[-1]["dir"] == "upload", SOON, "an upload")
    assert device.runs()[-1]["ok"]
    assert dejavu_reader.verify(device.cloud, KEY,
                                device.workspace).faults == []
