"""The checks of `./dev stack`, in this order, against the running stack.

run.sh builds and starts it, sets the environment and takes it down again.
The last line is "N passed, N failed".
"""

import os
import shutil
import signal
import sys
import time
import traceback

import check_monitoring
import check_tls
from stack import (ENGINE, KEY, PORT, PRIVATE, PROJECT, READER, SECRETS,
                   SERVICES, TOKEN, UID, WORKSPACE, Store, ask, compose,
                   container, finished_sync, head, healthy, inside, inspect,
                   is_confined, logs, published, run)
from syncbus_test import wait_until

STOP_SECONDS = 2  # what the programs promise


def a_first_sync_is_shown_finished():
    data = finished_sync(since=time.monotonic() - 60, seconds=90)
    assert data["providerName"] == "Local", data
    assert data["cloudName"] == "main", data
    assert data["enabled"] is True and data["syncing"] is False, data
    assert data["engine"] == ENGINE, data


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
        want = [("127.0.0.1", PORT)] if service == "gateway" else []
        assert published(service) == want, f"{service}: {published(service)}"
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


def every_container_is_confined():
    for service in SERVICES:
        is_confined(service, f"syncbus-{service}", ("/", "/tmp",
                                                    "/usr/local/bin"))


def the_store_reads_back():
    with Store() as store:
        store.head()
        store.verify()


def what_another_device_syncs_arrives():
    """A second engine on the same store, both ways."""
    assets, name = WORKSPACE / "data" / "assets", "from-another-device.txt"
    with OtherDevice() as other:
        other.sync()
        there = other.workspace / "data" / "assets"
        assert there.is_dir(), "nothing arrived over there"
        (there / name).write_text("hello from over there\n")
        other.sync()
    # An edit here makes the engine run as it was set up to.
    write(assets / "an-edit.txt", "hello from here\n")
    wait_until((assets / name).exists, 45, "the other device's file")
    assert (assets / name).read_text() == "hello from over there\n"


def write(path, text):
    """As the workspace's owner would."""
    path.write_text(text)
    os.chown(path, UID, -1)


class OtherDevice:
    """One more workspace and state, in the folder of the first."""

    def __init__(self):
        self.folder = WORKSPACE.parent / "other"
        self.workspace = self.folder / "workspace"

    def __enter__(self):
        for path in (self.folder, self.workspace, self.workspace / "data",
                     self.folder / "state"):
            path.mkdir()
            os.chown(path, UID, -1)
        return self

    def sync(self):
        store = f"{PROJECT}_{os.environ['SYNCBUS_STORE']}"
        for path in self.workspace.rglob("*"):
            os.chown(path, UID, -1)
        run("docker", "run", "--rm", "--network", "none", "--cap-drop", "ALL",
            "-v", f"{self.folder}:/other", "-v", f"{store}:/store",
            "-v", f"{SECRETS / 'repo-key'}:/run/secrets/repo-key:ro",
            os.environ["SYNCBUS_IMAGE"], "syncbus-engine", "--once",
            "--id", "stack.other", "--hub", "ipc:///run/syncbus", "--workspace", "/other/workspace",
            "--state", "/other/state", "--provider", "local", "--local-path",
            "/store", "--repo-key-file", "/run/secrets/repo-key")

    def __exit__(self, *unused):
        shutil.rmtree(self.folder)


def the_reader_looks_and_does_not_act():
    status, body = ask("/metrics", token=READER)
    assert status == 200 and f'syncbus_engine_up{{engine="{ENGINE}"}} 1' in \
        body, f"{status} {body[:300]}"
    for path in ("/api/sync/getSyncInfo", f"/v1/engines/{ENGINE}/sync"):
        status, body = ask(path, "POST", READER)
        assert status == 403, f"{path}: {status} {body}"
    status, body = ask("/metrics")
    assert status == 401 and "syncbus_" not in body, f"{status} {body}"


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
        for secret in (TOKEN, READER, KEY):
            assert secret not in text, service


def data_survives_new_containers():
    synced = finished_sync(since=time.monotonic() - 60)["synced"]
    stored, device = head(), device_id()
    compose("down")
    note = WORKSPACE / "data" / "assets" / "added-by-the-stack-test.txt"
    write(note, "written while nothing ran\n")
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
        # Docker's own work is in it; it kills after ten.
        assert took < STOP_SECONDS + 6, f"{service} took {took:.1f} s"


CHECKS = (
    a_first_sync_is_shown_finished,
    without_the_token_nothing_is_told,
    liveness_needs_no_token,
    all_containers_become_healthy,
    only_the_gateway_publishes_and_only_on_loopback,
    engine_and_aggregator_have_no_network,
    every_container_is_confined,
    the_store_reads_back,
    what_another_device_syncs_arrives,
    the_reader_looks_and_does_not_act,
    a_restart_of_the_aggregator_heals,
    a_restart_of_the_gateway_heals,
    a_restart_of_the_engine_heals,
    # The processes of somebody's own engine may be another machine's.
    *([a_killed_engine_comes_back_by_itself] if PRIVATE else []),
    no_secret_is_in_the_logs,
    *check_monitoring.CHECKS,
    data_survives_new_containers,
    *check_tls.CHECKS,
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
