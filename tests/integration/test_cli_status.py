"""`syncbus status`: a table that fits, JSON that is stable, and a hub that is
not there."""

import json
import subprocess

import pytest

import cli
from cli import FAILED, LAST, now_ms
from gateway import Gateway
from terminal import Terminal, width_of

HOSTILE = "/a\x1b]0;owned\x07\x1b[2J\r\n\x9b31m\u202egpj.\x7fz"


def syncing(**more):
    return {"st": "syncing", "ph": "send-chunks", "run": 18, "ru": 0, "pr": 0,
            "n": [12, 40], "b": [7 << 20, 24 << 20], "pm": 574,
            "bps": 5 << 20, "it": "/assets/figure.png", **more}


def fleet(bus):
    bus.engine("nas.notes", last=LAST, sync=now_ms() - 185000, **syncing())
    bus.engine("laptop", last=LAST, sync=now_ms() - 65000,
               nx=now_ms() + 10_000_000, cnt={"ok": 3, "err": 0, "cf": 0,
                                         "tx": 9600, "rx": 16000})
    bus.engine("phone", st="error", last=FAILED, fl=3)
    bus.wait_known("nas.notes", "laptop", "phone")


def rows_of(text):
    return {line.split()[0]: line for line in text.splitlines() if line}


def test_the_table_says_what_every_engine_does(bus):
    fleet(bus)
    done = bus.run("status")
    assert done.returncode == 0 and done.stderr == ""
    rows = rows_of(done.stdout)
    assert rows["ENGINE"].split("  ") != []
    assert "syncing" in rows["nas.notes"]
    assert "57% send chunks 12/40" in rows["nas.notes"]
    assert "3 min ago" in rows["nas.notes"]
    assert "1 min ago" in rows["laptop"] and "in 2 h" in rows["laptop"]
    assert "never" in rows["phone"] and "auth" in rows["phone"]
    assert ("phone: auth: The store refused the user name, password or key"
            " (401 Unauthorized). Check the credentials in the engine's"
            " settings.") in done.stdout
    assert "\x1b" not in done.stdout


def test_only_the_engines_that_were_named(bus):
    fleet(bus)
    done = bus.run("status", "phone", "laptop")
    assert sorted(rows_of(done.stdout)) == ["ENGINE", "laptop", "phone",
                                            "phone:"]
    done = bus.run("status", "phone", "nobody")
    assert done.returncode == 1
    assert "nobody: the hub does not know this engine" in done.stderr
    done = bus.run("status", "nobody")
    assert done.returncode == 1 and done.stdout == ""
    done = bus.run("status", "No Body")
    assert done.returncode == 2
    assert "\"No Body\" is no id of an engine" in done.stderr


def test_json_has_the_names_of_get_sync_info(bus):
    fleet(bus)
    done = bus.run("status", "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["bus"] == "up" and answer["hub"] == bus.hub.feed
    assert abs(answer["asOfMs"] - now_ms()) < 60_000
    engines = {e["engine"]: e for e in answer["engines"]}
    assert sorted(engines) == ["laptop", "nas.notes", "phone"]
    nas = engines["nas.notes"]
    assert nas["providerName"] == "WebDAV" and nas["cloudName"] == "main"
    assert nas["enabled"] is True and nas["syncing"] is True
    assert nas["state"] == "syncing" and nas["live"] == "on"
    progress = nas["progress"]
    assert (progress["current"], progress["total"]) == (12, 40)
    assert progress["percent"] == 30 and progress["overallPercent"] == 57.4
    assert progress["item"] == "/assets/figure.png"
    assert progress["phase"] == "send-chunks" and not progress["stalled"]
    assert nas["lastError"] is None and nas["nextRunAt"] is None
    assert nas["lastRun"]["uploaded"] == {"files": 3, "chunks": 1,
                                          "bytes": 9600}
    assert nas["counts"] is None and nas["software"] == ""
    assert engines["laptop"]["counts"]["sentBytes"] == 9600
    phone = engines["phone"]
    assert phone["lastError"]["code"] == "auth"
    assert phone["lastError"]["cause"] == "401 Unauthorized"
    assert phone["lastError"]["remedy"].startswith("Check the credentials")
    assert phone["failuresInARow"] == 3 and phone["syncing"] is False
    assert phone["progress"]["overallPercent"] is None
    assert 0 < engines["laptop"]["nextRunAt"] - now_ms() < 10_000_000


def test_a_hub_elsewhere_needs_a_word_of_consent():
    done = cli.run("status", "--hub", "tcp://192.0.2.1")
    assert done.returncode == 2 and done.stdout == ""
    assert "hub tcp://192.0.2.1:7572 is on another machine" in done.stderr
    assert "--insecure" in done.stderr


def test_a_hub_that_is_not_there_is_named_with_a_remedy(short_dir):
    done = cli.run("status", "--hub", f"ipc://{short_dir}")
    assert done.returncode == 1 and done.stdout == ""
    assert f"no answer from the hub at ipc://{short_dir}/feed" in done.stderr
    assert "There is no such socket" in done.stderr
    assert "syncbus-aggregator" in done.stderr and "--hub" in done.stderr
    done = cli.run("status", "--json", "--hub", "tcp://127.0.0.1")
    assert done.returncode == 1 and done.stdout == ""
    assert "tcp://127.0.0.1:7572" in done.stderr


@pytest.mark.parametrize("words, message", [
    ([], "COMMAND is missing"),
    (["stats"], "there is no command \"stats\""),
    (["keygen"], "keygen is not there yet"),
    (["status", "--jason"], "syncbus status: --jason: unknown option"),
    (["status", "--hub", "http://x"], "--hub: \"http://x\" is neither"),
    (["status", "--hub-feed", "tcp://x"], "--hub-feed: \"tcp://x\" is neither"),
    (["cancel", "a", "b"], "syncbus cancel: b: is one word too many"),
    (["cancel", "--run", "x"], "--run: \"x\" is not a whole number"),
])
def test_wrong_usage_exits_2(words, message):
    done = cli.run(*words)
    assert done.returncode == 2
    assert message in done.stderr and done.stdout == ""


def test_options_may_stand_before_the_command(bus):
    bus.engine("solo")
    bus.wait_known("solo")
    done = cli.run("--hub-feed", bus.hub.feed, "--hub-control",
                   bus.hub.control, "status")
    assert done.returncode == 0 and "solo" in done.stdout
    done = cli.run("status", env={"SYNCBUS_HUB_FEED": bus.hub.feed})
    assert done.returncode == 0 and "solo" in done.stdout


def test_colours_are_for_terminals_without_no_color(bus):
    fleet(bus)
    session = bus.terminal("status", columns=120)
    assert session.finish() == 0
    assert "31" in session.terminal.hues  # the error is red
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        session = bus.terminal("status", env=env)
        assert session.finish() == 0
        assert "phone" in session.terminal.text
        assert session.terminal.hues == set()
        assert b"\x1b" not in session.raw
    session = bus.terminal("status", env={"NO_COLOR": ""})
    assert session.finish() == 0
    assert session.terminal.hues != set()


@pytest.mark.parametrize("columns", [20, 30, 40, 60, 80, 200])
def test_rows_fit_the_terminal(bus, columns):
    fleet(bus)
    session = bus.terminal("status", columns=columns, rows=40)
    assert session.finish() == 0
    table = session.raw.decode().split("\r\n\r\n")[0]
    for line in table.splitlines():
        shown = Terminal(1000, 5)
        shown.feed(line)
        assert sum(map(width_of, shown.text)) <= columns, line
    assert "error" in table and "phone" in table


def test_hostile_texts_do_not_reach_the_terminal(bus):
    bus.engine("evil", **syncing(it=HOSTILE, ph="walk\x1b[31m"),
               last={**FAILED, "why": HOSTILE, "code": "\x1b[5mx"},
               msg=HOSTILE, inf={"ver": HOSTILE})
    bus.wait_known("evil")
    for words in (["status"], ["status", "--json"]):
        session = bus.terminal(*words, env={"NO_COLOR": "1"}, columns=200)
        assert session.finish() == 0  # the terminal would not bear it
        assert "evil" in session.terminal.text
        assert b"\x1b" not in session.raw
        assert b"\xc2\x9b" not in session.raw
    plain = bus.run("status")
    assert "\\x1b]0;owned\\x07" in plain.stdout
    assert "\\u202egpj." in plain.stdout
    answer = json.loads(bus.run("status", "--json").stdout)
    assert answer["engines"][0]["progress"]["item"] == HOSTILE


def test_a_reader_that_goes_is_no_success(bus):
    bus.engine("solo")
    bus.wait_known("solo")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(
            [cli.program("syncbus"), "status", *bus.options], stdout=full,
            stderr=subprocess.PIPE, text=True, check=False,
            env=cli.environment(), timeout=30)
    assert done.returncode == 1
    assert "not all was written" in done.stderr


def test_the_gateway_says_the_same(bus, processes):
    fleet(bus)
    gateway = Gateway(processes, bus.hub)
    gateway.wait_for(lambda data: len(data["engines"]) == 3)
    theirs = gateway.ask("GET", "/v1/engines").json["engines"]
    ours = json.loads(bus.run("status", "--json").stdout)["engines"]
    moving = {"ageMs", "upMs", "progress"}
    for there, here in zip(theirs, ours, strict=True):
        assert set(there) == set(here)
        # Its `info` is a text in the gateway's language.
        assert set(there["progress"]) == {*here["progress"], "info"}
        assert {k: v for k, v in there.items() if k not in moving} == {
            k: v for k, v in here.items() if k not in moving}
