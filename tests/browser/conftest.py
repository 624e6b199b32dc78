import shutil
import sys
import tempfile
from pathlib import Path

import pytest
import zmq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from browser import Browser  # noqa: E402
from stand import Stand  # noqa: E402
from syncbus_test import Processes  # noqa: E402


@pytest.fixture(scope="session")
def chromium():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium):
    """As if it had never been anywhere."""
    chromium.reset()
    return chromium


@pytest.fixture
def processes():
    everything = Processes()
    yield everything
    reports = everything.close()
    assert not reports, "\n".join(reports)


@pytest.fixture
def context():
    context = zmq.Context()
    yield context
    context.destroy(0)


@pytest.fixture
def make_stand(processes, context):
    """make_stand(options...): a hub and a gateway; engines by its methods."""
    stands = []

    def make(*more, **options):
        stands.append(Stand(processes, context, *more, **options))
        return stands[-1]
    yield make
    for stand in stands:
        stand.close()


@pytest.fixture
def short_dir():
    path = Path(tempfile.mkdtemp(prefix="sb-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)
