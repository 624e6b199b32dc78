"""What the suites of the command line share."""

import pytest

from cli import LAST, Answers, Bus


@pytest.fixture
def bus(processes, context):
    """A hub, engines by its methods, and the command line."""
    bus = Bus(processes, context)
    yield bus
    bus.close()


@pytest.fixture
def nas(bus):
    """An engine that has run once, and takes commands."""
    bus.engine("nas", last=LAST)
    bus.wait_known("nas")
    return Answers(bus, "nas")
