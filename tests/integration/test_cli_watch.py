"""`syncbus watch`: bars in place on a terminal, lines elsewhere, and a hub
that goes and comes."""

import re
import signal

import pytest

import cli
from cli import FAILED, LAST, now_ms
from syncbus_test import program

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (.*)")
HOSTILE = "/a\x1b]0;owned\x07\x1b[2J\r\n\x9b31m"


def syncing(**more):
    return {"st": "syncing", "ph": "send-chunks", "run": 18, "ru": 0, "pr": 0,
            "n": [12, 40], "pm": 500, "bps": 5 << 20,
            "it": "/assets/figure.png", **more}


def start_plain(bus, *words):
    return bus.processes.start(program("syncbus"), "watch", *words,
                               *bus.options, env=cli.environment())


def said(process):
    """The lines without their times."""
    return [LINE.fullmatch(line).group(1)
            for line in process.log.splitlines() if LINE.fullmatch(line)]


def test_a_line_for_every_change_and_none_for_progress(bus):
    engine = bus.engine("nas", last=LAST)
    watch = start_plain(bus)
    watch.wait_for("nas idle: run 17 ok")
    engine.send(**syncing())
    watch.wait_for("nas syncing: run 18: 50% send chunks 12/40")
    engine.send(n=[13, 40], pm=510)
    engine.send(ph="send-files", n=[1, 4], pm=900)
    watch.wait_for("run 18: 90% send files 1/4")
    engine.send(st="error", last=FAILED, ph="", it="")
    watch.wait_for("nas error: run 18 failed, auth: The store refused")
    assert watch.stop() == 0
    lines = said(watch)
    assert len(lines) == 5 and lines[0].startswith("hub tcp://")
    assert "\x1b" not in watch.log


def test_the_hub_goes_and_comes_and_it_says_so(bus):
    engine = bus.engine("nas", last=LAST)
    watch = start_plain(bus)
    watch.wait_for("nas idle")
    bus.process.kill()
    watch.wait_for("is away")
    bus.process = bus.hub.start(bus.processes)
    engine.send(**syncing())
    watch.wait_for("is back, restarted", 15)
    watch.wait_for("nas syncing", 15)
    assert watch.stop() == 0
    assert not [line for line in said(watch) if "unknown" in line]


def test_it_waits_for_a_hub_that_is_not_there_yet(processes, bus):
    bus.process.kill()
    watch = start_plain(bus)
    watch.wait_for("waiting for the hub at")
    watch.wait_for("syncbus-aggregator")
    bus.process = bus.hub.start(processes)
    watch.wait_for("is there", 15)
    assert watch.stop() == 0


def test_bars_are_redrawn_in_place(bus):
    engine = bus.engine("nas", **syncing())
    bus.engine("laptop", last=LAST, sync=now_ms() - 65000,
               nx=now_ms() + 20900)
    bus.wait_known("nas", "laptop")
    session = bus.terminal("watch", columns=130, rows=12)
    text = session.wait_for(lambda t: " 50% " in t)
    assert "[#" in text and "/assets/figure.png" in text
    assert "5.0 MiB/s" in text
    session.wait_for(lambda t: "synced 1 min ago, next in" in t)
    assert not session.terminal.cursor_shown
    assert "34" in session.terminal.hues
    for share in (600, 700, 800):
        engine.send(pm=share, n=[share // 25, 40])
        session.wait_for(lambda t, s=share: f" {s // 10}% " in t)
    text = session.terminal.text
    assert text.count("nas") == 1 and text.count("laptop") == 1
    session.press(b"\x03")
    assert session.finish() == 0
    assert session.terminal.cursor_shown
    assert not session.terminal.wrapped


def test_sigterm_restores_the_cursor_too(bus):
    bus.engine("nas")
    session = bus.terminal("watch")
    session.wait_for(lambda t: "nas" in t)
    session.popen.send_signal(signal.SIGTERM)
    assert session.finish() == 0
    assert session.terminal.cursor_shown


def test_ctrl_z_gives_the_shell_its_cursor_and_fg_draws_anew(bus):
    bus.engine("nas", **syncing())
    session = cli.TerminalSession(
        "/bin/bash", "-c", 'set -m; "$@"; echo "left with $?"; read; fg',
        "bash", program("syncbus"), "watch", *bus.options,
        env=cli.environment({"TERM": "xterm"}), columns=100)
    bus.terminals.append(session)
    session.wait_for(lambda t: " 50% " in t)
    session.press(b"\x1a")
    session.wait_for(lambda t: "left with 148" in t)
    assert session.terminal.cursor_shown
    session.press(b"\n")
    session.wait_for(lambda t: " 50% " in t.partition("left with 148")[2])
    assert not session.terminal.cursor_shown
    session.press(b"\x03")
    session.wait_for(lambda t: session.terminal.cursor_shown)
    session.finish()
    # What stood there stays, once.
    assert session.terminal.text.count("[#") == 2


def test_more_engines_than_rows(bus):
    for i in range(12):
        bus.engine(f"idle{i:02}")
    bus.engine("zz-busy", **syncing())
    bus.wait_known("zz-busy", *(f"idle{i:02}" for i in range(12)))
    session = bus.terminal("watch", rows=8)
    text = session.wait_for(lambda t: "and 8 more: 8 idle" in t)
    assert len(text.splitlines()) == 7  # one for the hub, six, no scrolling
    assert text.splitlines()[1].startswith("zz-busy")
    assert "hub tcp://" in text.splitlines()[0]


@pytest.mark.parametrize("columns", [20, 40, 60])
def test_lines_fit_a_narrow_terminal(bus, columns):
    bus.engine("nas.with.a-rather-long-name", **syncing(
        it="/资料/" + "很长的名字" * 9 + ".sy"))
    bus.engine("broken", st="error", last=FAILED)
    session = bus.terminal("watch", columns=columns, rows=10)
    session.wait_for(lambda t: "syncing" in t and "broken" in t)
    session.press(b"\x03")
    assert session.finish() == 0
    assert not session.terminal.wrapped


def test_a_resize_leaves_no_rubbish(bus):
    bus.engine("nas", **syncing())
    bus.engine("laptop")
    bus.wait_known("nas", "laptop")
    session = bus.terminal("watch", columns=130, rows=20)
    session.wait_for(lambda t: "/assets/figure.png" in t)
    for columns, rows in ((50, 10), (120, 30), (40, 5)):
        before = len(session.raw)
        session.resize(columns, rows)
        session.wait_for(
            lambda t, n=before: b"\x1b[2J" in session.raw[n:]
            and t.count("nas") == 1
            and t.count("laptop") == 1)
    assert session.popen.poll() is None


def test_the_terminal_shows_that_the_hub_is_away_and_back(bus):
    bus.engine("nas")
    session = bus.terminal("watch", columns=120)
    session.wait_for(lambda t: "1 engine" in t)
    bus.process.kill()
    session.wait_for(lambda t: "is away" in t and "unknown" in t)
    bus.process = bus.hub.start(bus.processes)
    session.wait_for(lambda t: "restarted" in t and "idle" in t, 15)


def test_hostile_paths_do_not_reach_the_terminal(bus):
    engine = bus.engine("evil", **syncing(it=HOSTILE, ph="walk\x1b[31m"))
    bus.wait_known("evil")
    session = bus.terminal("watch", columns=160)
    session.wait_for(lambda t: "\\x1b]0;owned\\x07" in t)  # or it would fail
    session.press(b"\x03")
    assert session.finish() == 0
    watch = start_plain(bus)
    watch.wait_for("evil syncing")
    engine.send(st="error", last={**FAILED, "why": HOSTILE}, ph="")
    watch.wait_for("owned")
    assert watch.stop() == 0
    assert "\x1b" not in watch.log and "\x9b" not in watch.log


def test_a_dumb_terminal_gets_lines(bus):
    bus.engine("nas", last=LAST)
    session = bus.terminal("watch", env={"TERM": "dumb"}, columns=200)
    session.wait_for(lambda t: "nas idle: run 17 ok" in t)
    session.press(b"\x03")
    assert session.finish() == 0
    assert b"\x1b" not in session.raw


def test_only_the_engines_that_were_named(bus):
    bus.engine("nas")
    bus.engine("laptop")
    bus.wait_known("nas", "laptop")
    watch = start_plain(bus, "laptop")
    watch.wait_for("laptop idle")
    bus.engines["nas"].send(**syncing())
    bus.engines["laptop"].send(**syncing())
    watch.wait_for("laptop syncing")
    assert watch.stop() == 0
    assert not [line for line in said(watch) if line.startswith("nas")]
