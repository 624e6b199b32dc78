"""`syncbus sync`, `cancel`, `enable`, `disable`: what reaches the engine, and
exit codes a script can rely on.  The engine is one of Python's."""

import signal
import threading

import pytest

import cli
from cli import LAST, now_ms
from syncbus_test import program, wait_until

PROMISE = {"v": 1, "ok": True, "code": "", "run": 18}


def start(bus, *words):
    return bus.processes.start(program("syncbus"), *words, *bus.options,
                               env=cli.environment())


def ended(**more):
    """The run that was promised."""
    return {**LAST, "run": 18, "ts": now_ms(), **more}


@pytest.mark.parametrize("words, direction", [
    ([], "both"), (["--upload"], "upload"), (["--download"], "download")])
def test_sync_asks_the_only_live_engine(bus, nas, words, direction):
    sync = start(bus, "sync", *words)
    command = nas.answer(PROMISE)
    assert sync.wait() == 0
    assert command["cmd"] == "sync" and command["dir"] == direction
    assert sync.log == "nas: run 18 will do it\n"


def test_an_ambiguous_engine_is_asked_for(bus, nas):
    bus.engine("laptop")
    bus.wait_known("laptop")
    for words in (["sync"], ["cancel"], ["enable"], ["disable"], ["log"]):
        done = bus.run(*words)
        assert done.returncode == 2, words
        assert "name one: laptop, nas" in done.stderr
    sync = start(bus, "sync", "nas")
    nas.answer(PROMISE)
    assert sync.wait() == 0


def test_an_engine_that_is_off_is_not_a_candidate(bus, nas):
    bus.engine("laptop", st="bye")
    bus.wait_known("laptop")
    sync = start(bus, "sync")
    nas.answer(PROMISE)
    assert sync.wait() == 0


def test_wait_is_0_when_the_run_ended_well(bus, nas):
    sync = start(bus, "sync", "--wait")
    nas.answer(PROMISE)
    engine = bus.engines["nas"]
    engine.send(st="syncing", ph="walk", run=18, ru=0, pr=0)
    engine.send(last={**LAST, "run": 17})
    assert sync.is_running()
    engine.send(st="idle", last=ended())
    assert sync.wait() == 0
    assert "nas: run 18 ok, sent 3 files (9.4 KiB)" in sync.log


def test_on_a_terminal_it_shows_how_far_the_run_is(bus, nas):
    session = bus.terminal("sync", "--wait", columns=100)
    nas.answer(PROMISE)
    engine = bus.engines["nas"]
    engine.send(st="syncing", ph="send-chunks", run=18, ru=0, pr=0, pm=420)
    session.wait_for(lambda t: " 42% " in t)
    engine.send(pm=800)
    session.wait_for(lambda t: " 80% " in t and " 42% " not in t)
    engine.send(st="idle", ph="walk", last=ended())
    assert session.finish() == 0
    lines = session.terminal.lines()
    assert lines[0] == "nas: waiting for run 18"
    assert lines[1].startswith("nas: run 18 ok") and len(lines) == 2


def test_wait_is_1_when_the_run_failed_and_says_what_to_do(bus, nas):
    sync = start(bus, "sync", "--wait", "nas")
    nas.answer(PROMISE)
    bus.engines["nas"].send(st="error", last=ended(
        ok=False, code="auth", why="401 Unauthorized"))
    assert sync.wait() == 1
    assert "nas: run 18 failed, auth: The store refused" in sync.log
    assert "401 Unauthorized" in sync.log
    assert "Check the credentials" in sync.log


def test_the_time_limit_of_an_engines_store_is_another(bus, nas):
    """An engine's environment, sourced in a shell, changes nothing here."""
    sync = bus.processes.start(
        program("syncbus"), "sync", "--wait", *bus.options,
        env=cli.environment({"SYNCBUS_TIMEOUT": "30s",
                             "SYNCBUS_SYNC_TIMEOUT": "1"}))
    nas.answer(PROMISE)
    assert sync.wait() == 1
    assert "run 18 has not ended in time" in sync.log


def test_wait_has_an_end_when_it_is_told_to(bus, nas):
    sync = start(bus, "sync", "--wait", "--timeout", 1)
    nas.answer(PROMISE)
    assert sync.wait() == 1
    assert "run 18 has not ended in time" in sync.log


def test_a_hub_that_goes_is_not_taken_for_the_engine(bus, nas):
    sync = start(bus, "sync", "--wait")
    nas.answer(PROMISE)
    sync.wait_for("nas: waiting for run 18")
    bus.process.kill()
    assert sync.wait(30) == 1
    assert "the hub at tcp://" in sync.log
    assert "run 18 was not seen to end" in sync.log
    assert len(sync.log.splitlines()) == 3  # and what to do


def test_a_cancelled_run_is_no_success(bus, nas):
    sync = start(bus, "sync", "--wait")
    nas.answer(PROMISE)
    bus.engines["nas"].send(st="error", last=ended(ok=False, code="cancelled"))
    assert sync.wait() == 1
    assert "nas: run 18 failed, cancelled" in sync.log


def test_who_stops_waiting_is_not_told_that_all_is_well(bus, nas):
    sync = start(bus, "sync", "--wait")
    nas.answer(PROMISE)
    sync.wait_for("nas: waiting for run 18")
    sync.signal(signal.SIGINT)
    assert sync.wait() == 1
    assert "no longer waiting for run 18" in sync.log
    assert "It goes on" in sync.log


@pytest.mark.parametrize("words, what", [
    ([], "no run is under way"), (["--run", "7"], "run 7 is not under way")])
def test_cancel_says_when_there_is_nothing_to_cancel(bus, nas, words, what):
    cancel = start(bus, "cancel", *words)
    nas.answer({"v": 1, "ok": False, "code": "not-found", "msg": ""})
    assert cancel.wait() == 1
    assert f"nas: nothing to cancel, {what}" in cancel.log


def test_a_refusal_is_told_with_its_remedy(bus, nas):
    sync = start(bus, "sync")
    nas.answer({"v": 1, "ok": False, "code": "disabled",
                "msg": "switched off\x1b[31m"})
    assert sync.wait() == 1
    assert "nas: switched off\\x1b[31m (disabled)" in sync.log
    assert "Enable it first." in sync.log


def test_an_engine_that_is_not_there(bus, nas):
    done = bus.run("sync", "--wait", "nobody")
    assert done.returncode == 1
    assert "nobody: The engine is not connected (unreachable)" in done.stderr
    assert "Check that the engine is running" in done.stderr
    assert "On the bus: nas" in done.stderr


def test_an_engine_that_does_not_answer(bus, nas):
    done = bus.run("cancel", "nas")
    assert done.returncode == 1
    assert "nas: The engine did not answer in time (timeout)" in done.stderr


def test_a_command_in_flight_is_given_up_on_a_signal(bus, nas):
    cancel = start(bus, "cancel", "nas")
    assert nas.dealer.receive()
    cancel.signal(signal.SIGTERM)
    assert cancel.wait() != 0
    assert "did not answer" not in cancel.log  # nor has it waited for that


def test_without_a_hub(short_dir):
    for words in (["sync"], ["sync", "--wait", "nas"], ["cancel"], ["log"]):
        done = cli.run(*words, "--hub", f"ipc://{short_dir}")
        assert done.returncode == 1, words
        assert f"ipc://{short_dir}/feed" in done.stderr
    done = cli.run("enable", "nas", "--hub", f"ipc://{short_dir}")
    assert done.returncode == 1
    assert f"ipc://{short_dir}/control: There is no such socket" in done.stderr


def test_cancel_names_the_run_when_it_is_told_to(bus, nas):
    for words, run in (([], None), (["--run", "18"], 18)):
        cancel = start(bus, "cancel", *words)
        command = nas.answer({"v": 1, "ok": True, "code": ""})
        assert cancel.wait() == 0
        assert command["cmd"] == "cancel" and command.get("run") == run


def test_enable_and_disable_tell_what_is_now(bus, nas):
    for word, now in (("disable", False), ("enable", True)):
        done = start(bus, word)
        command = nas.answer({"v": 1, "ok": True, "code": "", "en": now})
        assert done.wait() == 0
        assert command["cmd"] == word
        assert done.log == f"nas: {word}d\n"


def test_upload_and_download_exclude_each_other(bus, nas):
    done = bus.run("sync", "--upload", "--download")
    assert done.returncode == 2
    assert "exclude each other" in done.stderr
    assert nas.dealer.receive(0.1) is None


def test_many_may_wait_for_one_run(bus, nas):
    waiting = [start(bus, "sync", "--wait") for _ in range(4)]
    answering = threading.Thread(
        target=lambda: [nas.answer(PROMISE) for _ in waiting])
    answering.start()
    answering.join()
    bus.engines["nas"].send(st="idle", last=ended())
    wait_until(lambda: not any(w.is_running() for w in waiting), 10, "ends")
    assert [w.wait() for w in waiting] == [0, 0, 0, 0]
