"""kill -9 at every call that changes a file system, one by one: the store
stays whole, the next run finishes the job."""

import random

import pytest

import checker
import nemesis
import trials
from scenarios import SCENARIOS
from syncbus_test import LONG

SEED = 4
every_scenario = pytest.mark.parametrize("name", SCENARIOS)


def killed_once(prepared, folder, at, mode, workers=1):
    site = prepared.copy(folder / "site")
    killed = nemesis.run(site, at, mode, workers=workers)
    if not killed.is_killed:  # with several workers a run may have fewer calls
        return checker.job_is_finished(site, prepared, killed)
    wrong = checker.store_is_whole(site, prepared)
    wrong += checker.workspace_is_whole(site, prepared)
    wrong += checker.job_is_finished(site, prepared, nemesis.run(site))
    return wrong + checker.interruption_is_told(site, killed)


def killed_again(prepared, folder, at, again, mode="kill"):
    site = prepared.copy(folder / "site")
    nemesis.run(site, at, mode)
    nemesis.run(site, again, mode)
    wrong = checker.store_is_whole(site, prepared)
    wrong += checker.workspace_is_whole(site, prepared)
    return wrong + checker.job_is_finished(site, prepared, nemesis.run(site))


@every_scenario
def test_killed_before_any_call(prepared, arena, name):
    world = prepared(name)
    lives = [{"at": call.number, "mode": "kill"} for call in world.calls]
    trials.check(killed_once, world, arena / f"{name}-kill", lives)


@every_scenario
def test_killed_within_any_write(prepared, arena, name):
    world = prepared(name)
    lives = [{"at": call.number, "mode": "torn"} for call in world.calls
             if call.name == "write" and call.result != "1"]
    trials.check(killed_once, world, arena / f"{name}-torn", lives)


@every_scenario
def test_killed_with_several_workers(prepared, arena, name):
    world = prepared(name)
    numbers = range(1, len(world.calls) + 1, 1 if LONG else 7)
    lives = [{"at": at, "mode": "kill", "workers": 4} for at in numbers]
    trials.check(killed_once, world, arena / f"{name}-workers", lives)


@every_scenario
def test_the_run_that_repairs_is_killed_as_well(prepared, arena, name):
    world = prepared(name)
    draw = random.Random(f"{SEED} {name}")
    last = len(world.calls)
    lives = [{"at": draw.randint(1, last), "again": draw.randint(1, last)}
             for _ in range(400 if LONG else 30)]
    trials.check(killed_again, world, arena / f"{name}-again", lives)
