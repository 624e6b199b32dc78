import pytest

from browser import Browser
from stand import Stand


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
def make_stand(processes, context):
    """make_stand(options...): a hub and a gateway; engines by its methods."""
    stands = []

    def make(*more, **options):
        stands.append(Stand(processes, context, *more, **options))
        return stands[-1]
    yield make
    for stand in stands:
        stand.close()
