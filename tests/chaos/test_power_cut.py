"""The machine goes down at any call: what no barrier covered is lost."""

import pytest

import checker
import nemesis
import power
import trials
from scenarios import SCENARIOS

OTHER_BOOT = "11111111-2222-3333-4444-555555555555\n"


def powerless(prepared, folder, at, mode):
    site = prepared.copy(folder / "site")
    boot = folder / "boot_id"
    boot.write_text(OTHER_BOOT)
    killed = nemesis.run(site, at, "kill")
    power.cut(site.folder, prepared.folder, killed.calls, mode,
              f"{prepared.name} {at}")
    wrong = checker.store_is_whole(site, prepared)
    wrong += checker.workspace_is_whole(site, prepared)
    again = nemesis.run(site, boot=boot)
    return wrong + checker.job_is_finished(site, prepared, again)


@pytest.mark.parametrize("mode", power.MODES)
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_power_is_cut_at_any_call(prepared, arena, name, mode):
    world = prepared(name)
    calls = trials.sample(world.calls, power.MODES.index(mode),
                          len(power.MODES))
    lives = [{"at": call.number, "mode": mode} for call in calls]
    # Past the end: what the last barrier did not cover.
    lives.append({"at": len(world.calls) + 1, "mode": mode})
    trials.check(powerless, world, arena / f"{name}-{mode}", lives)
