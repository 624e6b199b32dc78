"""`syncbus doctor`: each thing that can be wrong is found, named, and comes
with what to do."""

import fcntl
import json
import os
from pathlib import Path

import msgpack
import pytest

import cli
from bus import Engine, Hub, Session
from cli import FAILED, LAST, Answers, now_ms
from syncbus_test import wait_until


def examine(bus, *words):
    done = bus.run("doctor", "--json", *words)
    answer = json.loads(done.stdout)
    failed = any(c["level"] == "fail" for c in answer["checks"])
    assert answer["ok"] is not failed
    assert done.returncode == (1 if failed else 0)
    return answer["checks"]


def find(checks, name, engine=""):
    found = [c for c in checks if c["check"] == name
             and c["engine"] == engine]
    assert found, (name, engine, checks)
    return found[0]


def test_a_bus_in_order(bus):
    bus.engine("nas", last=LAST, sync=now_ms(), inf={"ver": "0.1.0"})
    bus.wait_known("nas")
    checks = examine(bus)
    for name in ("bus", "beat", "version", "control", "refused", "lost"):
        assert find(checks, name)["level"] == "ok", name
    for name in ("engine", "last run", "clock", "version"):
        assert find(checks, name, "nas")["level"] == "ok", name
    # This one has no control socket.
    answers = find(checks, "answers", "nas")
    assert answers["level"] == "warn" and answers["remedy"]


def test_a_hub_that_is_not_there(short_dir):
    done = cli.run("doctor", "--hub", f"ipc://{short_dir}/bus")
    assert done.returncode == 1
    assert f"no answer from the hub at ipc://{short_dir}/bus/feed" \
        in done.stdout
    assert "There is no such socket" in done.stdout
    assert f"{short_dir}/bus: No such file or directory" in done.stdout
    assert "2 failed" in done.stdout


def test_a_hub_that_hangs(bus):
    bus.process.pause()
    checks = examine(bus)
    assert find(checks, "bus")["level"] == "fail"
    bus.process.resume()


def test_engines_with_every_kind_of_trouble(bus):
    bus.engine("broken", st="error", last=FAILED, fl=3)
    bus.engine("passing", st="error", fl=1,
               last={**FAILED, "code": "network", "why": "timed out"})
    bus.engine("stuck", st="syncing", run=1, ru=0, pr=0, ph="walk",
               up=10_000_000)
    bus.engine("off", st="bye")
    bus.engine("switched", st="disabled", en=False)
    synced = now_ms() - 3600_000  # a run a minute, the last an hour ago
    bus.engine("late", last={**LAST, "ts": synced}, sync=synced,
               nx=synced + 60_000)
    bus.engine("ahead", ts=now_ms() + 50_000)
    bus.engine("lost", ts=now_ms() - 3600_000)
    bus.engine("other", inf={"ver": "9.9\x1b[31m"}, v=7)
    bus.wait_known(*bus.engines)
    checks = examine(bus)

    def level(name, engine):
        check = find(checks, name, engine)
        assert check["level"] == "ok" or check["remedy"], check
        return check["level"]
    assert level("last run", "broken") == "fail"
    assert "401 Unauthorized" in find(checks, "last run", "broken")["text"]
    assert level("last run", "passing") == "warn"
    assert level("engine", "stuck") == "fail"
    assert level("engine", "off") == "warn"
    assert level("engine", "switched") == "warn"
    assert level("overdue", "late") == "warn"
    assert level("clock", "ahead") == "warn"
    assert "ahead of" in find(checks, "clock", "ahead")["text"]
    assert level("clock", "lost") == "fail"
    assert level("version", "other") == "warn"
    only = examine(bus, "late", "nobody")
    assert {c["engine"] for c in only} == {"", "late", "nobody"}
    assert find(only, "engine", "nobody")["level"] == "fail"


def test_two_engines_with_one_id(bus, context):
    first = bus.engine("nas")
    twin = Engine(context, bus.hub.ingest, "nas",
                  Session(first.session.epoch_us - 1_000_000))
    twin.wait_subscribed()
    bus.wait_known("nas")

    def found():
        twin.send()
        answer = json.loads(bus.run("status", "--json").stdout)
        return answer["engines"][0]["live"] == "dup"
    wait_until(found, 20, "dup")
    checks = examine(bus)
    assert find(checks, "twin", "nas")["level"] == "fail"
    assert "--id" in find(checks, "twin", "nas")["remedy"]
    refused = find(checks, "refused")
    assert refused["level"] == "warn" and "twin" in refused["text"]
    twin.close()


def test_messages_that_make_no_sense(bus):
    engine = bus.engine("nas")
    with engine._lock:
        engine.send_raw(b"sb1/s/nas/", msgpack.packb({"v": 1}))
        engine.send_raw(b"sb1/x/nas/", b"?")
    bus.wait_refused("message")
    texts = [c["text"] for c in examine(bus) if c["check"] == "refused"]
    assert any("cannot read (message)" in text for text in texts), texts


def test_an_engine_that_answers(bus):
    bus.engine("nas", last=LAST)
    bus.wait_known("nas")
    answers = Answers(bus, "nas")
    doctor = bus.processes.start(cli.program("syncbus"), "doctor",
                                 *bus.options, env=cli.environment())
    answers.answer({"v": 1, "ok": True, "code": "", "runs": []})
    assert doctor.wait() == 0
    assert "nas: it answers commands" in doctor.log


def test_sockets_anybody_may_use(processes, context, short_dir):
    hub = Hub(short_dir / "bus")
    hub.start(processes)

    def check(mode):
        (short_dir / "bus").chmod(mode)
        done = cli.run("doctor", "--json", "--hub", f"ipc://{short_dir}/bus")
        return find(json.loads(done.stdout)["checks"], "socket folder")
    assert check(0o750)["level"] == "ok"
    assert check(0o755)["level"] == "warn"
    assert check(0o777)["level"] == "fail"


def test_folders_of_this_machine(bus, short_dir):
    workspace, state, store = (short_dir / n for n in ("w", "s", "t"))
    (workspace / "data" / "box").mkdir(parents=True)
    state.mkdir(mode=0o700)
    words = ["--state", state, "--workspace", workspace, "--local-path", store]
    checks = examine(bus, *words)
    assert find(checks, "store")["level"] == "fail"
    assert "No such file" in find(checks, "store")["text"]
    store.mkdir()
    checks = examine(bus, *words)
    mine = [c for c in checks if c["check"] in ("state", "workspace", "store",
                                                "watches")]
    assert not [c for c in mine if c["level"] != "ok"
                and "free" not in c["text"]]
    assert find(checks, "watches")["text"].startswith("2 folders")
    texts = "\n".join(c["text"] for c in mine)
    assert "no engine runs on it" in texts
    assert "no SiYuan kernel has it open" in texts
    state.chmod(0o755)
    with open(workspace / ".lock", "w", encoding="ascii") as lock, \
            open(state / "lock", "w", encoding="ascii") as own:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fcntl.flock(own, fcntl.LOCK_EX)
        texts = {c["text"]: c["level"] for c in examine(bus, *words)}
    assert texts[f"{workspace}: a SiYuan kernel has it open"] == "warn"
    assert texts[f"{state}: an engine runs on it"] == "ok"
    assert texts[f"{state}: others may look into it"] == "warn"
    checks = examine(bus, "--workspace", workspace / "data")
    assert "has no folder data/" in find(checks, "workspace")["text"]
    (short_dir / "file").touch()
    checks = examine(bus, "--local-path", short_dir / "file")
    assert "is no folder" in find(checks, "store")["text"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives its rights away")
def test_a_folder_that_may_not_be_written(bus, short_dir):
    (short_dir / "store").mkdir(mode=0o555)
    short_dir.chmod(0o755)
    done = cli.subprocess.run(
        ["setpriv", "--reuid", "65534", "--clear-groups",
         cli.program("syncbus"), "doctor", *bus.options, "--local-path",
         short_dir / "store"], capture_output=True, text=True, check=False,
        env=cli.environment(), timeout=30)
    assert done.returncode == 1, done
    assert "cannot be written to" in done.stdout


def test_for_people_it_has_remedies_and_a_sum(bus):
    bus.engine("evil", st="error", last={**FAILED, "why": "\x1b]0;x\x07"})
    bus.wait_known("evil")
    session = bus.terminal("doctor", columns=200)
    assert session.finish(20) == 1
    assert "\\x1b]0;x\\x07" in session.terminal.text
    assert "-> Check the credentials" in session.terminal.text
    assert "1 failed" in session.terminal.text
    assert "31" in session.terminal.hues


def test_ctrl_c_ends_it_at_once(bus):
    session = bus.terminal("doctor")
    # Before it listens for signals a key is lost, or ends Python's child.
    descriptors = Path(f"/proc/{session.popen.pid}/fd")
    wait_until(lambda: any("signalfd" in os.readlink(fd)
                           for fd in descriptors.iterdir()), 5, "a signalfd")
    while session.read(0.05):
        session.press(b"\x03")
    assert session.popen.wait(60) != 0
    assert " failed" not in session.terminal.text  # not even its last line
