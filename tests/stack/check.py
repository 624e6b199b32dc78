"""The checks of `./dev stack`, in this order, against the running stack.

run.sh builds and starts it, sets the environment and takes it down again.
The last line is "N passed, N failed".
"""

import os
import signal
import sys
import time
import traceback

from stack import (KEY, PORT, SERVICES, TOKEN, WORKSPACE, Store, ask, compose,
                   container, finished_sync, head, healthy, inside, inspect,
                   logs, run)
from syncbus_test import wait_until

UID = int(os.environ["SYNCBUS_UID"])
PRIVATE = os.environ.get("SYNCBUS_STACK_PRIVATE") == "yes"
STOP_SECONDS = 2  # what the programs promise


def a_first_sync_is_shown_finished():
    data = finished_sync(since=time.monotonic() - 60, seconds=90)
    assert data["providerName"] == "Local", data
    assert data["cloudName"] == "main", data
    assert data["enabled"] is True and data["syncing"] is False, data
    assert data["engine"] == os.environ["SYNCBUS_ID"], data


def without_the_token_nothing_is_told():
    for token in (None, "wrong", TOKEN[:-1]):
        status, body = ask("/api/sync/getSyncInfo", "POST", token)
        assert status == 401, f"token {token}: {status} {body}"
        assert "providerName" not in body, body


def liveness_needs_no_token():
    for path in ("/healthz", "/readyz"):
        status, body = ask(path)
        assert status == 200, f"{path}: {status} {body}"


def all_containers_become_healthy():
    healthy()


def only_the_gateway_publishes_and_only_on_loopback():
    for service in SERVICES:
        published = [bound for bounds in
                     inspect(service)["NetworkSettings"]["Ports"].values()
                     for bound in bounds or []]
        want = [{"HostIp": "127.0.0.1", "HostPort": str(PORT)}]
        assert published == (want if service == "gateway" else []), \
            f"{service}: {published}"
    if PRIVATE:
        assert listeners(PORT) == {"0100007F"}, listeners(PORT)


def listeners(port):
    """Local addresses, as the kernel writes them, of listening sockets."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as lines:
            for line in list(lines)[1:]:
                local, state = line.split()[1], line.split()[3]
                address, number = local.split(":")
                if state == "0A" and int(number, 16) == port:
                    found.add(address)
    return found


def engine_and_aggregator_have_no_network():
    for service in ("engine", "aggregator"):
        names = inside(service, "ls", "/sys/class/net").stdout.split()
        assert names == ["lo"], f"{service}: {names}"


def nothing_runs_as_root_or_can_become_it():
    want = {"Uid": f"{UID} {UID} {UID} {UID}", "CapEff": "0" * 16,
            "CapBnd": "0" * 16, "NoNewPrivs": "1"}
    for service in SERVICES:
        for status in processes(service):
            found = {field: status[field] for field in want}
            assert found == want, f"{service}: {status['Name']}: {found}"


def processes(service):
    """/proc/PID/status of the init and of the program."""
    text = inside(service, "sh", "-c",
                  "for i in /proc/[0-9]*; do [ $i = /proc/$$ ] || "
                  "cat $i/status 2>/dev/null; echo; done").stdout
    found = []
    for block in text.split("\n\n"):
        fields = (line.split(":", 1) for line in block.splitlines() if line)
        status = {name: " ".join(value.split()) for name, value in fields}
        if "NoNewPrivs" in status:
            found.append(status)
    names = {status["Name"] for status in found}
    # The kernel keeps 15 bytes of a name.
    assert f"syncbus-{service}"[:15] in names, f"{service}: {names}"
    return found


def the_root_is_read_only():
    for service in SERVICES:
        assert inspect(service)["HostConfig"]["ReadonlyRootfs"], service
        for folder in ("/", "/tmp", "/usr/local/bin"):
            done = inside(service, "touch", f"{folder}/x", check=False)
            assert "Read-only file system" in done.stdout, \
                f"{service}: {folder}: {done.stdout}"
    done = inside("engine", "touch", "/workspace/data/x", check=False)
    assert "Read-only file system" in done.stdout, done.stdout


def every_container_has_limits():
    for service in SERVICES:
        host = inspect(service)["HostConfig"]
        for limit in ("Memory", "NanoCpus", "PidsLimit"):
            assert (host[limit] or 0) > 0, f"{service}: no {limit}"


def the_store_reads_back():
    with Store() as store:
        store.head()
        store.verify()


def a_restart_of_the_aggregator_heals():
    restart("aggregator")


def a_restart_of_the_gateway_heals():
    restart("gateway")


def a_restart_of_the_engine_heals():
    restart("engine")


def restart(service):
    before, stored = inspect(service)["State"], head()
    synced = finished_sync(since=time.monotonic() - 60)["synced"]
    compose("restart", service)
    up = time.monotonic()
    assert inspect(service)["State"]["StartedAt"] != before["StartedAt"]
    finished_sync(since=up, synced=synced)
    assert head() == stored, "an unchanged workspace got a new index"
    healthy()


def a_killed_engine_comes_back_by_itself():
    before, stored = inspect("engine"), head()
    os.kill(before["State"]["Pid"], signal.SIGKILL)

    def is_back():
        now = inspect("engine")
        return (now["RestartCount"] > before["RestartCount"]
                and now["State"]["Running"])

    wait_until(is_back, 20, "the killed engine runs again")
    finished_sync(since=time.monotonic())
    assert head() == stored, "an unchanged workspace got a new index"


def no_secret_is_in_the_logs():
    for service in SERVICES:
        text = logs(service)
        assert "ready: " in text, f"{service}: {text}"
        assert TOKEN not in text and KEY not in text, service


def data_survives_new_containers():
    synced = finished_sync(since=time.monotonic() - 60)["synced"]
    stored, device = head(), device_id()
    compose("down")
    note = WORKSPACE / "data" / "assets" / "added-by-the-stack-test.txt"
    note.parent.mkdir(exist_ok=True)
    note.write_text("written while nothing ran\n")
    os.chown(note, UID, -1)
    compose("up", "-d", "--no-build")
    finished_sync(since=time.monotonic(), synced=synced + 1)
    with Store() as store:
        assert store.head() != stored, "the new file is not in the store"
        assert (store.repository() / "indexes" / stored).is_file(), \
            "the index from before is gone"
        store.verify()
    assert device_id() == device, "the engine's state did not survive"


def device_id():
    return inside("engine", "cat", "/var/lib/syncbus/device-id").stdout


def all_stop_cleanly_and_in_time():
    for service in SERVICES:
        began = time.monotonic()
        run("docker", "stop", container(service))
        took = time.monotonic() - began
        state = inspect(service)["State"]
        assert state["ExitCode"] == 0, \
            f"{service}: exit {state['ExitCode']}\n{logs(service)[-2000:]}"
        # One second for the docker command itself.
        assert took < STOP_SECONDS + 1, f"{service} took {took:.1f} s"


CHECKS = (
    a_first_sync_is_shown_finished,
    without_the_token_nothing_is_told,
    liveness_needs_no_token,
    all_containers_become_healthy,
    only_the_gateway_publishes_and_only_on_loopback,
    engine_and_aggregator_have_no_network,
    nothing_runs_as_root_or_can_become_it,
    the_root_is_read_only,
    every_container_has_limits,
    the_store_reads_back,
    a_restart_of_the_aggregator_heals,
    a_restart_of_the_gateway_heals,
    a_restart_of_the_engine_heals,
    # The processes of somebody's own engine may be another machine's.
    *([a_killed_engine_comes_back_by_itself] if PRIVATE else []),
    no_secret_is_in_the_logs,
    data_survives_new_containers,
    all_stop_cleanly_and_in_time,
)


def main():
    passed = failed = 0
    for check in CHECKS:
        began = time.monotonic()
        try:
            check()
        except Exception:  # a broken check must not hide the others
            failed += 1
            print(f"FAILED  {check.__name__}\n{traceback.format_exc()}",
                  flush=True)
            if check is CHECKS[0]:
                break  # nothing else can hold
        else:
            passed += 1
            print(f"ok      {check.__name__} "
                  f"({time.monotonic() - began:.1f} s)", flush=True)
    if failed:
        print(compose("logs", "--no-color", "--tail=60"), flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
