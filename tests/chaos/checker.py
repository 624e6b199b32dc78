"""What must hold after a run that ended as it should not have, and after the
next one.  Each check returns a list of sentences: what is wrong."""

import json
from dataclasses import dataclass

import dejavu_reader
import dejavu_walk
from engine import KEY

CODES = {"ENOSPC": {"disk-full"}, "full": {"disk-full"}}


def _data(site):
    """{"/path": (bytes, seconds)} of what a snapshot of the workspace has."""
    data = site.workspace / "data"
    return {path: ((data / path[1:]).read_bytes(), int(info.st_mtime))
            for path, info in dejavu_walk.walk(data).items()}


def _store(site):
    """The same of the store's latest snapshot, every object checked; None
    without one.  Raises dejavu_reader.Fault."""
    repository = dejavu_reader.Repository(site.cloud, KEY)
    if not (site.cloud / "refs" / "latest").exists():
        return None
    found = {}
    for oid in repository.index(repository.latest())["files"]:
        record = repository.file(oid)
        content = b"".join(repository.chunk(x, record["path"])
                           for x in record["chunks"])
        if len(content) != record["size"]:
            raise dejavu_reader.Fault(f"{record['path']}: other size")
        found[record["path"]] = (content, record["updated"] // 1000)
    return found


@dataclass
class Picture:
    data: dict
    store: dict

    @staticmethod
    def take(site):
        return Picture(_data(site), _store(site))


def left_overs(site, lock=True):
    """Temporary files anywhere; with lock, also the cloud lock."""
    return [str(path.relative_to(site.folder))
            for path in sorted(site.folder.rglob("*"))
            if path.name.endswith(".tmp") or ".siyuan-sync" in path.name
            or (lock and path.name == "lock-sync")]


def store_is_whole(site, prepared):
    """For every other device: the state before, or the one after."""
    try:
        found = _store(site)
        listed = dejavu_reader.Repository(site.cloud, KEY).index_list() \
            if (site.cloud / "indexes-v2.json").exists() else []
    except dejavu_reader.Fault as fault:
        return [f"the store is damaged: {fault}"]
    if len(set(listed)) != len(listed):
        return [f"indexes-v2.json has one twice: {listed}"]
    if found not in (prepared.before.store, prepared.after.store):
        return ["the store has neither the old nor the new state:"
                f" {sorted(found or {})}"]
    return []


def workspace_is_whole(site, prepared):
    """Each file is the old one or the new one, as a whole."""
    before, after = prepared.before.data, prepared.after.data
    found = _data(site)
    if not prepared.scenario.changes_workspace:
        return [] if found == before else ["the workspace was touched"]
    wrong = [path for path in before.keys() | after.keys() | found.keys()
             if found.get(path) not in (before.get(path), after.get(path))]
    return [f"{path} is neither old nor new: {found.get(path)}"
            for path in wrong]


def runs(site):
    """What runs.jsonl says; the sentences about lines that say nothing."""
    path = site.state / "runs.jsonl"
    found, wrong = [], []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            wrong.append(f"runs.jsonl has a line that is none: {line!r}")
    return found, wrong


def job_is_finished(site, prepared, outcome):
    """After a run that says it went well."""
    wrong = []
    if outcome.code != 0:
        return [f"the next run failed: {outcome.output}"]
    report = dejavu_reader.verify(site.cloud, KEY, site.workspace,
                                  cut_limit=0)
    wrong += [f"the store in the end: {fault}" for fault in report.faults]
    if _data(site) != prepared.after.data:
        wrong.append("the workspace in the end is not what an undisturbed run"
                     " makes")
    wrong += [f"left over: {name}" for name in left_overs(site)]
    wrong += losers_are_kept(site, prepared)
    return wrong


def losers_are_kept(site, prepared):
    """What the run takes from this device is in history/."""
    history = site.workspace / "history"
    kept = {path.read_bytes() for path in history.rglob("*")
            if path.is_file()} if history.exists() else set()
    return [f"our version is lost: {content!r}"
            for content in prepared.scenario.kept if content not in kept]


def interruption_is_told(site, killed):
    """Exactly the runs that began and were not recorded are `interrupted`."""
    began = any(c.name == "rename" and c.to.endswith("/state/journal")
                and c.is_done for c in killed.calls)
    recorded = any(c.name == "write" and c.path.endswith("/runs.jsonl")
                   and c.is_done for c in killed.calls)
    found, wrong = runs(site)
    told = [run for run in found if run.get("code") == "interrupted"]
    expected = 1 if began and not recorded else 0
    if len(told) != expected:
        wrong.append(f"{len(told)} interrupted runs in runs.jsonl, not"
                     f" {expected}: {found}")
    if not found or not found[-1]["ok"]:
        wrong.append(f"the last run of runs.jsonl is not ok: {found[-1:]}")
    return wrong


def failure_is_clear(mode, outcome):
    """A failed call ends the run with a code that fits, or the run says in
    its log what it did without."""
    if outcome.code == 0:
        return []
    if outcome.code != 1:
        return [f"exit code {outcome.code}: {outcome.output}"]
    failed = [line for line in outcome.output.splitlines()
              if " failed: " in line and line.startswith("run ")]
    codes = {line.split(" failed: ")[1].split(":")[0] for line in failed}
    if failed and mode in CODES and not codes <= CODES[mode]:
        return [f"code {codes}: {outcome.output}"]
    if not failed and "error" not in outcome.output:
        return [f"it failed without a word: {outcome.output}"]
    return []
