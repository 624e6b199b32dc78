import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scenarios import SCENARIOS, prepare  # noqa: E402

ROOM = 256 << 20


def _memory():
    """A folder in memory: a barrier there costs nothing."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > ROOM:
        return memory
    return None


@pytest.fixture(scope="session")
def arena():
    path = Path(tempfile.mkdtemp(prefix="syncbus-chaos-", dir=_memory()))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def prepared(arena):
    """prepared(scenario): made once, then only copied."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = prepare(SCENARIOS[name], arena / name)
        return made[name]
    return get
