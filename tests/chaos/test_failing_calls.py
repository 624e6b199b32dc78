"""One call fails, or the disk is full from one call on: the run ends with a
code that fits or does without; nothing half-written is visible; the next run
finishes the job."""

import pytest

import checker
import nemesis
import trials
from scenarios import SCENARIOS

# Removing and shrinking need no room.
NEED_ROOM = {"open", "write", "mkdir", "rename", "fsync", "syncfs"}


def failing(prepared, folder, at, mode):
    site = prepared.copy(folder / "site")
    failed = nemesis.run(site, at, mode)
    wrong = checker.failure_is_clear(mode, failed)
    wrong += checker.store_is_whole(site, prepared)
    wrong += checker.workspace_is_whole(site, prepared)
    struck = [call.name for call in failed.calls if call.number == at]
    if struck != ["unlink"] and mode != "full":
        wrong += [f"left over: {name}" for name in checker.left_overs(site)]
    if failed.code == 0:
        wrong += checker.job_is_finished(site, prepared, failed)
    wrong += checker.job_is_finished(site, prepared, nemesis.run(site))
    return wrong + checker.runs(site)[1]


MODES = ("ENOSPC", "EIO", "full", "short")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", SCENARIOS)
def test_any_call_fails(prepared, arena, name, mode):
    world = prepared(name)
    calls = [call for call in world.calls if call.is_done]
    if mode in ("ENOSPC", "full"):
        calls = [call for call in calls if call.name in NEED_ROOM]
    if mode == "short":
        calls = [call for call in calls if call.name == "write"]
    lives = [{"at": call.number, "mode": mode}
             for call in trials.sample(calls, MODES.index(mode) % 3, 3)]
    trials.check(failing, world, arena / f"{name}-{mode}", lives)
