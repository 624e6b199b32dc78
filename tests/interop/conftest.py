import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"),
                str(HERE.parent / "integration")]

from syncbus_test import Processes  # noqa: E402


@pytest.fixture
def processes():
    """processes.start(COMMAND...): ends with the test, which fails when a
    sanitizer complained about one of them."""
    everything = Processes()
    yield everything
    reports = everything.close()
    assert not reports, "\n".join(reports)
