"""What an engine says on the bus, read without any of our code."""

import itertools
import os

import pytest
import zmq

from engine import Device, Ingest
from syncbus_test import quickest

pytestmark = pytest.mark.tsan


@pytest.fixture
def device(short_dir):
    device = Device(short_dir)
    device.hub_ingest = f"ipc://{short_dir}/ingest"
    return device


def start(device, processes, *more, **replaced):
    return device.start(processes, *more, hub_ingest=device.hub_ingest,
                        **replaced)


def is_after_run(state):
    return state["st"] in ("idle", "error") and "last" in state


def test_a_run_is_told_from_start_to_end(device, processes, context):
    device.fill(2000)
    device.write("assets/big.bin", os.urandom(8 << 20).hex())
    ingest = Ingest(context, device.hub_ingest)
    engine = start(device, processes).wait_ready()
    ingest.watch_until(is_after_run, 30, "end of the run")
    states = ingest.states
    assert {s["topic"] for s in states} == {b"sb1/s/device/"}
    assert len({(s["e"], s["i"]) for s in states}) == 1
    assert all(b["q"] == a["q"] + 1 for a, b in itertools.pairwise(states))

    run = [s for s in states if s["st"] == "syncing"]
    assert len(run) > 2
    assert {s["run"] for s in run} == {1}
    assert all(a["pm"] <= b["pm"] for a, b in itertools.pairwise(run))
    assert run[0]["pm"] < 100 and run[-1]["pm"] > 500
    assert max(s["pm"] for s in run) < 1000
    for a, b in itertools.pairwise(run):
        if a["ph"] == b["ph"]:
            assert a["n"][0] <= b["n"][0] and a["b"][0] <= b["b"][0]
    for s in run:
        assert s["ru"] <= s["pr"] <= s["up"]
        assert s["n"][1] == 0 or s["n"][0] <= s["n"][1]
        assert s["b"][1] == 0 or s["b"][0] <= s["b"][1]
    phases = {s["ph"] for s in run}
    assert phases & {"walk", "index"} and phases & {"send-chunks", "send-files"}
    assert any(s.get("it", "").startswith("/") for s in run)
    assert any(s["bps"] > 0 for s in run)

    end = states[-1]
    assert end["st"] == "idle" and "ph" not in end and "it" not in end
    assert end["last"]["ok"] and end["last"]["code"] == ""
    assert end["last"]["run"] == 1 and end["last"]["dir"] == "upload"
    assert end["last"]["tx"][0] == 2001
    assert end["cnt"]["ok"] == 1 and end["cnt"]["tx"] == end["last"]["tx"][2]
    assert end["hd"] == device.latest()
    assert end["sync"] == end["last"]["ts"]
    assert 0 < end["nx"] - end["sync"] <= 30000
    assert end["fl"] == 0 and end["en"] is True
    assert end["prov"] == "local" and end["cloud"] == "main"
    assert len(end["rp"]) == 16
    assert end["inf"]["os"] == "linux" and end["inf"]["ver"]
    assert engine.stop() == 0


def test_an_idle_engine_beats_every_second_and_says_bye(device, processes,
                                                       context):
    device.fill(1)
    ingest = Ingest(context, device.hub_ingest)
    engine = start(device, processes).wait_ready()
    ingest.read_until(is_after_run, 20, "end of the run")
    beats = [ingest.read(60) for _ in range(5)]
    gaps = [b["up"] - a["up"] for a, b in itertools.pairwise(beats)]
    # By its own clock; a busy machine may be late, but not each time.
    assert min(gaps) <= 1300 and max(gaps) >= 900, gaps
    assert engine.stop() == 0
    ingest.read_until(lambda s: s["st"] == "bye", 2, "bye")
    assert ingest.read(0.3) is None


def test_a_hub_that_comes_late_has_the_state_at_once(device, processes,
                                                     context):
    device.fill(1)
    engine = start(device, processes).wait_ready()
    engine.wait_for("run 1 ok")
    state = Ingest(context, device.hub_ingest).read(60)
    assert state is not None and state["last"]["ok"]


def test_a_subscription_is_answered_at_once(device, processes, context):
    device.fill(1)
    ingest = Ingest(context, device.hub_ingest)
    start(device, processes).wait_ready()
    ingest.read_until(is_after_run, 20, "end of the run")
    took = []
    # Beats are a second apart.  Who subscribes late is not the engine's fault.
    while not took or min(took) >= 500:
        assert len(took) < 10, took
        beat = ingest.read(60)
        ingest.socket.subscribe(b"sb1/s/d")
        took.append(ingest.read(60)["up"] - beat["up"])
        ingest.socket.unsubscribe(b"sb1/s/d")


def test_a_hub_that_returns_is_found_again(device, processes, context):
    device.fill(1)
    ingest = Ingest(context, device.hub_ingest)
    start(device, processes).wait_ready()
    before = ingest.read_until(is_after_run, 20, "end of the run")
    ingest.close()
    again = Ingest(context, device.hub_ingest)
    state = again.read(60)
    assert state is not None
    assert (state["e"], state["i"]) == (before["e"], before["i"])
    assert state["q"] > before["q"]


def test_the_socket_is_rebuilt_after_five_silent_seconds(device, processes,
                                                         context):
    """Who listens to nothing of ours is no hub: a subscription must come."""
    device.fill(1)
    mute = context.socket(zmq.SUB)
    mute.linger = 0
    monitor = mute.get_monitor_socket(zmq.EVENT_ACCEPTED)
    mute.bind(device.hub_ingest)
    start(device, processes).wait_ready()
    assert monitor.poll(60_000)
    monitor.recv_multipart()
    assert monitor.poll(60_000), "not connected anew"
    monitor.recv_multipart()
    mute.disable_monitor()
    mute.close()


def test_a_failed_run_is_told_with_its_cause(device, processes, context):
    ingest = Ingest(context, device.hub_ingest)
    start(device, processes).wait_ready()
    state = ingest.read_until(is_after_run, 20, "end of the run")
    assert state["st"] == "error"
    assert state["last"]["code"] == "empty-workspace"
    assert state["fl"] == 1 and state["cnt"]["err"] == 1
    assert "data" in state["last"]["why"]
    assert 55000 < state["nx"] - state["last"]["ts"] <= 60000
    assert state["sync"] == 0


def test_an_interrupted_run_is_told_after_the_restart(device, processes,
                                                     context):
    device.fill(1)
    assert device.once().returncode == 0
    (device.state / "journal").write_text(
        '{"run":2,"started":1700000000000,"step":"send-chunks"}')
    ingest = Ingest(context, device.hub_ingest)
    start(device, processes, mode="manual").wait_ready()
    state = ingest.read(60)
    assert state["st"] == "idle"
    assert state["last"]["code"] == "interrupted"
    assert state["last"]["run"] == 2 and not state["last"]["ok"]
    assert state["sync"] == device.runs()[0]["ts"]


def test_names_stay_private_when_asked_to(device, processes, context):
    device.fill(800)
    ingest = Ingest(context, device.hub_ingest)
    start(device, processes, share_names="no").wait_ready()
    ingest.read_until(is_after_run, 30, "end of the run")
    assert not any("it" in s for s in ingest.states)


def test_without_a_hub_nothing_waits(device):
    device.fill(1)
    assert device.once(hub_ingest=device.hub_ingest).returncode == 0

    def run():
        assert device.once(hub_ingest=device.hub_ingest).returncode == 0
    quickest(run, 1.5)
