"""What every suite of pytest has."""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
import zmq

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from syncbus_test import Processes  # noqa: E402


@pytest.fixture
def processes():
    """processes.start(COMMAND...): ends with the test, which fails when a
    sanitizer complained about one of them."""
    everything = Processes()
    yield everything
    reports = everything.close()
    assert not reports, "\n".join(reports)


@pytest.fixture
def short_dir():
    """A folder with a short name: an ipc path holds at most 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="sb-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def context():
    """Of ZeroMQ."""
    with zmq.Context() as context:
        yield context
        context.destroy(0)
