import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from syncbus_test import Processes  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "tsan: also runs against a ThreadSanitizer build")
    config.addinivalue_line(
        "markers", "slow: in ./dev test --all only")


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
