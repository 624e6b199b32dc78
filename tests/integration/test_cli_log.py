"""`syncbus log`: runs, changes and conflicts, page by page."""

import json

import pytest

import cli
from cli import FAILED, LAST
from syncbus_test import program

HOSTILE = "/a\x1b]0;owned\x07\n\x9b31m"


def start(bus, *words):
    return bus.processes.start(program("syncbus"), "log", *words, *bus.options,
                               env=cli.environment())


def page(rows, more=None, **fields):
    return {"v": 1, "ok": True, "code": "", **rows, **fields,
            **({"next": more} if more else {})}


def runs(first, last):
    return {"runs": [{**LAST, "run": n} for n in range(first, last - 1, -1)]}


def test_runs_are_the_default(bus, nas):
    log = start(bus)
    command = nas.answer(page({"runs": [FAILED, LAST]}))
    assert log.wait() == 0
    assert command["cmd"] == "runs" and "after" not in command
    rows = [line.split() for line in log.log.splitlines()]
    assert rows[0][0] == "RUN"
    assert rows[1][0] == "18" and "auth" in rows[1]
    assert rows[2][0] == "17" and "ok" in rows[2]
    assert "3 (9.4 KiB)" in log.log and "2 s" in log.log


def test_pages_are_asked_for_until_the_limit(bus, nas):
    log = start(bus, "--limit", 5, "runs", "nas")
    nas.answer(page(runs(20, 18), more=71))
    assert nas.answer(page(runs(17, 15), more=72))["after"] == 71
    assert log.wait() == 0
    rows = [line.split()[0] for line in log.log.splitlines()]
    assert rows[:6] == ["RUN", "20", "19", "18", "17", "16"]
    assert "there are more" in log.log


def test_the_last_page_ends_it(bus, nas):
    log = start(bus, "--limit", 500)
    nas.answer(page(runs(20, 18), more=71))
    nas.answer(page(runs(17, 17)))
    assert log.wait() == 0
    assert "there are more" not in log.log
    assert len(log.log.splitlines()) == 5


def test_json_has_whole_pages_and_where_to_go_on(bus, nas):
    log = start(bus, "--json", "--limit", 2, "--after", 7)
    assert nas.answer(page(runs(20, 18), more=71))["after"] == 7
    assert log.wait() == 0
    answer = json.loads(log.log)
    assert [run["run"] for run in answer["runs"]] == [20, 19, 18]
    assert answer["next"] == 71 and answer["engine"] == "nas"
    assert answer["runs"][0]["error"] is None
    assert answer["runs"][0]["uploaded"]["bytes"] == 9600
    log = start(bus, "--json")
    nas.answer(page({"runs": [FAILED]}))
    assert log.wait() == 0
    answer = json.loads(log.log)
    assert answer["next"] is None
    assert answer["runs"][0]["error"]["code"] == "auth"


def test_changes_of_a_run(bus, nas):
    rows = {"changes": [["+", "/new.sy", 1536], ["~", HOSTILE, 10],
                        ["-", "/gone.sy", 0], [">", "/sent.sy", 7],
                        ["!", "/later.sy", 7]]}
    log = start(bus, "changes", "17")
    command = nas.answer(page(rows))
    assert log.wait() == 0
    assert command["cmd"] == "changes" and command["run"] == 17
    lines = log.log.splitlines()
    assert lines[0].split() == ["added", "1.5", "KiB", "/new.sy"]
    assert lines[1].endswith("/a\\x1b]0;owned\\x07\\n\\x9b31m")
    assert lines[2].startswith("removed") and lines[3].startswith("sent")
    assert lines[4].startswith("! ")
    log = start(bus, "changes", "17", "nas", "--json")
    nas.answer(page(rows))
    assert log.wait() == 0
    answer = json.loads(log.log)
    assert answer["run"] == 17
    assert answer["changes"][1] == {"kind": "changed", "path": HOSTILE,
                                    "bytes": 10}


def test_conflicts(bus, nas):
    rows = {"conflicts": [
        [17, "/a.sy", "local-upsert-cloud-upsert", "cloud",
         "/history/2026-a.sy"],
        [16, "/b.sy", "local-remove-cloud-upsert", "cloud", ""]]}
    log = start(bus, "conflicts")
    assert nas.answer(page(rows))["cmd"] == "conflicts"
    assert log.wait() == 0
    assert "run 17  cloud won (local-upsert-cloud-upsert)  /a.sy" in log.log
    assert "kept in /history/2026-a.sy" in log.log
    log = start(bus, "conflicts", "--json")
    nas.answer(page(rows))
    assert log.wait() == 0
    kept = [row["kept"] for row in json.loads(log.log)["conflicts"]]
    assert kept == ["/history/2026-a.sy", None]


def test_nothing_is_said_to_be_nothing(bus, nas):
    log = start(bus, "conflicts")
    nas.answer(page({"conflicts": []}))
    assert log.wait() == 0
    assert log.log == "none\n"


def test_a_run_that_is_not_kept(bus, nas):
    log = start(bus, "changes", "3")
    nas.answer({"v": 1, "ok": False, "code": "not-found", "msg": ""})
    assert log.wait() == 1
    assert "There is no such run, or it is no longer kept" in log.log


def test_an_answer_to_something_else_is_no_answer(bus, nas):
    log = start(bus)
    nas.answer({"v": 1, "ok": True, "code": ""})
    assert log.wait() == 1
    assert "a reply without the rows asked for" in log.log


def test_an_engine_that_never_ends_its_pages(bus, nas):
    log = start(bus, "--limit", 100)
    nas.answer(page({"runs": []}, more=1))
    assert log.wait() == 0


@pytest.mark.parametrize("words, message", [
    (["changes"], "changes: the number of a run is missing"),
    (["changes", "x"], "x: is no number of a run"),
    (["changes", "-1"], "-1: options are long ones"),
    (["changes", "99999999999999999999"], "is no number of a run"),
    (["runs", "nas", "more"], "more: is one word too many"),
    (["nas", "more"], "more: is one word too many"),
    (["--limit", "0"], "--limit: 0 is not between 1"),
    (["Runs"], "\"Runs\" is no id of an engine"),
])
def test_wrong_usage(words, message):
    done = cli.run("log", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_narrow_terminal(bus, nas):
    session = bus.terminal("log", columns=30)
    nas.answer(page({"runs": [FAILED, LAST]}))
    assert session.finish() == 0
    assert not session.terminal.wrapped
    assert "auth" in session.terminal.text
