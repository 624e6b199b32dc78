"""G1: a new subscriber has every state at once and misses nothing after."""

import pytest
import zmq

from bus import Engine, Hub, Subscriber, start_fleet, state_topic
from syncbus_test import LONG

ENGINES = 1000
JOINS = 10000 if LONG else 60


@pytest.fixture
def hub(processes, context):
    """A hub that knows 1000 engines, which change ten times a second."""
    addresses = Hub()
    addresses.process = addresses.start(processes)
    start_fleet(processes, addresses.ingest, ENGINES, rate=10, syncing=True)
    s = Subscriber(context, addresses.feed, filter_=b"sb1/s/eng00000/")
    s.pump_until(lambda: s.beat and s.beat["n"] == ENGINES, 10, "all engines")
    s.close()
    return addresses


def test_a_join_gives_every_state_and_misses_nothing(hub, context):
    took = []
    for _ in range(JOINS):
        s = Subscriber(context, hub.feed, rcvhwm=100000)
        s.pump_until(lambda s=s: s.has_snapshot, 2, "snapshot")
        assert len(s.copy) == ENGINES
        took.append(s.snapshot_ms)
        s.pump_until(lambda s=s: s.applied > ENGINES + 100, 5, "live states")
        assert s.gaps == 0, s.gap
        s.close()
    took.sort()
    print(f"join: median {took[len(took) // 2]:.1f} ms, worst {took[-1]:.1f}")


def test_asking_before_subscribing_loses(hub, context):
    """The control: z first, on a connection that is up, then the states."""
    for _ in range(20):
        s = Subscriber(context, hub.feed, ask_first=True, is_live=True,
                       rcvhwm=100000)
        s.pump_until(lambda s=s: s.has_snapshot, 5, "snapshot")
        s.socket.setsockopt(zmq.SUBSCRIBE, s.late)
        s.pump_until(lambda s=s: s.gaps or s.applied > 4 * ENGINES, 5,
                     "a gap, or the next states of all")
        lost = s.gaps
        s.close()
        if lost:
            return
    pytest.fail("the wrong order never lost: the other test proves nothing")


def test_a_filter_gives_a_part_and_live_states_of_it(hub, context):
    s = Subscriber(context, hub.feed, filter_=b"sb1/s/eng0001")
    s.pump_until(lambda: s.has_snapshot, 5, "snapshot")
    assert sorted(s.copy) == [f"eng0001{i}" for i in range(10)]
    s.pump_until(lambda: s.applied >= 60, 5, "live states")
    assert len(s.copy) == 10 and s.gaps == 0


@pytest.mark.tsan
def test_many_join_at_once(hub, context):
    """More than one tick may answer."""
    joining = [Subscriber(context, hub.feed, filter_=b"sb1/s/eng0000")
               for _ in range(200)]
    for s in joining:
        s.pump_until(lambda s=s: s.has_snapshot, 5, "snapshot")
        assert len(s.copy) == 10


def test_more_than_a_thousand_engines_come_in_parts(processes, context):
    hub = Hub()
    hub.start(processes)
    engine = Engine(context, hub.ingest, "x", sndhwm=5000).wait_subscribed()
    for i in range(2001):
        engine.send_raw(state_topic(f"e{i}"), engine.session.message({}))
    s = Subscriber(context, hub.feed, filter_=b"sb1/s/none/")
    s.pump_until(lambda: s.beat and s.beat["n"] == 2001, 5, "all engines")
    everything = Subscriber(context, hub.feed, rcvhwm=10000)
    everything.pump_until(lambda: everything.has_snapshot, 5, "snapshot")
    assert len(everything.copy) == 2001
    s.pump_until(lambda: s.has_snapshot, 5, "the empty snapshot")
    assert s.copy == {}


def test_a_new_nonce_gives_a_new_snapshot(hub, context):
    s = Subscriber(context, hub.feed, filter_=b"sb1/s/eng00001/")
    s.pump_until(lambda: s.has_snapshot, 5, "snapshot")
    s.ask()
    s.pump_until(lambda: s.snapshots == 2, 5, "another snapshot")
    assert s.gaps == 0
