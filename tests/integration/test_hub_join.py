"""G1: a new subscriber has every state at once and misses nothing after."""

import time

import pytest
import zmq

from bus import Hub, Subscriber, start_fleet
from syncbus_test import LONG

ENGINES = 1000
JOINS = 10000 if LONG else 200


@pytest.fixture
def context():
    with zmq.Context() as c:
        yield c
        c.destroy(0)


def test_a_join_gives_every_state_and_misses_nothing(processes, context):
    hub = Hub()
    process = hub.start(processes)
    start_fleet(processes, hub.ingest, ENGINES, rate=10, syncing=True)
    watcher = Subscriber(context, hub.feed, rcvhwm=100000)
    watcher.pump_until(lambda: len(watcher.copy) == ENGINES, 10, "all engines")

    took = []
    for _ in range(JOINS):
        s = Subscriber(context, hub.feed, rcvhwm=100000)
        s.pump_until(lambda s=s: s.has_snapshot, 2, "snapshot")
        assert len(s.copy) == ENGINES
        took.append(s.snapshot_ms)
        s.pump(0.05)
        assert s.gaps == 0, s.gap
        s.close()
    took.sort()
    print(f"join: median {took[len(took) // 2]:.1f} ms, worst {took[-1]:.1f}")
    assert process.is_running()
