"""Many short lives of an engine, two at a time."""

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from syncbus_test import LONG

PROCESSES = 2
SHOWN = 8


def sample(calls, part=0, parts=1):
    """All calls in long tests; else the first and the last of each kind, and
    of these one of so many parts."""
    if LONG:
        return list(calls)
    first, last = {}, {}
    for call in calls:
        first.setdefault(call.kind, call)
        last[call.kind] = call
    numbers = {call.number for call in (*first.values(), *last.values())}
    return [call for call in calls if call.number in numbers][part::parts]


def _one(job):
    life, prepared, folder, settings = job
    folder.mkdir()
    try:
        wrong = life(prepared, folder, **settings)
    except Exception as error:  # the folder is worth a look
        wrong = [f"{type(error).__name__}: {error}"]
    if not (wrong and os.environ.get("CHAOS_KEEP")):
        shutil.rmtree(folder)
    return settings, wrong


def check(life, prepared, folder, lives):
    """Run life(prepared, folder, **settings) for each of the settings and
    fail with those that found something.  CHAOS_KEEP=1 keeps their folders."""
    assert lives, "nothing to try"
    folder.mkdir(exist_ok=True)
    number = len(list(folder.iterdir()))
    jobs = [(life, prepared, folder / f"{number + i}", settings)
            for i, settings in enumerate(lives)]
    with ProcessPoolExecutor(PROCESSES, get_context("fork")) as pool:
        results = list(pool.map(_one, jobs, chunksize=4))
    bad = [(settings, wrong) for settings, wrong in results if wrong]
    text = "\n".join(
        f"{settings}: {_name(prepared, settings)}\n    "
        + "\n    ".join(map(str, wrong[:4]))
        for settings, wrong in bad[:SHOWN])
    assert not bad, f"{len(bad)} of {len(jobs)} lives:\n{text}"


def _name(prepared, settings):
    for call in prepared.calls:
        if call.number == settings.get("at"):
            return f"{call.name} {call.path} {call.to}"
    return "past the end"
