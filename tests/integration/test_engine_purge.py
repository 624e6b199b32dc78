"""Old local snapshots go; what is kept, the next sync and the store do not
notice."""

import os
import re
import shutil
import time

import pytest

import dejavu_reader
from engine import BOX, KEY, Device, Ingest

DAY = 86400
GONE = 500  # files


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """Days are local ones: here and now it is about noon, on no day on which
    clocks are changed."""
    utc = time.gmtime()
    monkeypatch.setenv("TZ", f"NOON{utc.tm_hour - 12:+d}")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    device.fill(5)
    return device


def sync(device, *more, **options):
    done = device.once(*more, direction="both", **options)
    assert done.returncode == 0, done.stderr
    return done.stderr


def indexes(device):
    return sorted((device.state / "repo" / "indexes").iterdir())


def objects(device):
    return {path for path in (device.state / "repo" / "objects").rglob("*")
            if path.is_file()}


def snapshots(device, count, days):
    """Make `count` snapshots, each with a file of its own, and date them
    `days` back, all on one day; returns the old ones."""
    before = set(indexes(device)) if device.state.exists() else set()
    for i in range(count):
        device.write(f"{BOX}/00000.sy", f"version {days} {i}", 1700000100 + i)
        sync(device, retention_days=0)
    old = set(indexes(device)) - before
    assert len(old) == count
    noon = time.mktime((*time.localtime()[:3], 12, 0, 0, 0, 0, -1))
    for i, path in enumerate(sorted(old)):
        os.utime(path, (noon - days * DAY + i,) * 2)
    return old


def purged(log):
    found = re.search(r"purged (\d+) indexes, (\d+) objects, (\d+) bytes", log)
    return tuple(map(int, found.groups())) if found else None


def assert_reads_back(device):
    """The latest snapshot, here and in the store, is the workspace."""
    for folder in (device.state / "repo", device.cloud):
        report = dejavu_reader.verify(folder, KEY, device.workspace)
        faults = [fault for fault in report.faults
                  if folder == device.cloud  # only a store has this list
                  or not fault.startswith("indexes-v2.json")]
        assert faults == []


def assert_whole(device):
    """What is here reads back, and so does what comes of the next edit."""
    assert_reads_back(device)
    device.write(f"{BOX}/after.sy", "after the purge", 1700009000)
    assert purged(sync(device, retention_days=0)) is None
    assert_reads_back(device)


def test_snapshots_older_than_the_retention_go(device):
    old = snapshots(device, 4, 3)
    recent = snapshots(device, 3, 0)
    before = objects(device)
    log = sync(device, retention_days=10, retention_daily=4)
    assert purged(log) is None  # nothing is old enough
    log = sync(device, retention_days=2)
    assert set(indexes(device)) == recent
    count, gone, size = purged(log)
    assert count == len(old)
    assert gone == len(before) - len(objects(device)) == 8
    assert size > 0
    assert_whole(device)


def test_a_day_keeps_its_share_and_today_everything(device):
    old = snapshots(device, 5, 3)
    recent = snapshots(device, 3, 0)
    log = sync(device, retention_daily=3)
    assert purged(log)[0] == 2
    assert recent < set(indexes(device))
    assert max(old, key=lambda path: 0 if not path.exists()
               else path.stat().st_mtime) in indexes(device)
    log = sync(device)  # two a day, 180 days
    assert purged(log)[0] == 1
    assert_whole(device)


def test_what_refs_name_stays_however_old(device):
    old = snapshots(device, 3, 400)
    tagged = sorted(old)[0]
    refs = device.state / "repo" / "refs"
    (refs / "tags").mkdir()
    (refs / "tags" / "kept").write_text(tagged.name)
    recent = snapshots(device, 4, 0)
    latest = device.state / "repo" / "indexes" / (refs / "latest").read_text()
    assert latest in recent
    os.utime(latest, (1, 1))
    log = sync(device)
    assert purged(log)[0] == 2
    assert set(indexes(device)) == recent | {tagged}
    assert_whole(device)


def test_few_snapshots_all_stay(device):
    snapshots(device, 3, 400)
    snapshots(device, 2, 0)
    before = indexes(device)
    assert purged(sync(device)) is None
    assert indexes(device) == before


def test_damage_stops_the_purge_and_not_the_run(device):
    old = snapshots(device, 2, 400)
    recent = snapshots(device, 4, 0)
    refs = {path.read_text() for path in
            (device.state / "repo" / "refs").iterdir()}
    victim = next(path for path in recent if path.name not in refs)
    victim.write_bytes(b"garbage")
    before = set(indexes(device)), objects(device)
    log = sync(device)
    assert (set(indexes(device)), objects(device)) == before
    assert victim.name in log and "old local snapshots stay for now" in log
    assert purged(log) is None
    victim.unlink()
    assert purged(sync(device))[0] == len(old)
    assert_whole(device)


def purge_once(device, processes, context, turn):
    """A purge by a running engine, of some hundred files; the states it told,
    and whether one of them was of that phase."""
    for i in range(GONE):
        device.write(f"assets/{i}.txt", f"gone {turn} {i}")
    snapshots(device, 2, 400)
    shutil.rmtree(device.workspace / "data/assets")
    recent = snapshots(device, 3, 0)
    run = device.runs()[-1]["run"] + 1
    ingest = Ingest(context, f"{device.hub}/ingest")
    engine = device.start(processes, direction="both").wait_ready()
    ingest.watch_until(lambda state: state["st"] == "idle"
                       and state["last"]["run"] == run, 30, "the run")
    ingest.close()
    assert purged(engine.log)[0] >= 2 and purged(engine.log)[1] > 2 * GONE
    assert recent <= set(indexes(device))
    assert engine.stop() == 0
    for state in ingest.states:
        if state.get("ph") == "purge":
            assert state["st"] == "syncing" and state["run"] == run
            assert 0 < state["n"][0] <= state["n"][1]
    return "purge" in {state.get("ph") for state in ingest.states}


@pytest.mark.tsan
def test_a_running_engine_purges_after_its_first_run_and_says_so(
        short_dir, processes, context):
    device = Device(short_dir)
    (short_dir / "bus").mkdir()
    # A machine may be too quick for it to be seen, or too busy to look.
    assert any(purge_once(device, processes, context, turn)
               for turn in range(5)), "no purge was told of"
    assert_whole(device)
