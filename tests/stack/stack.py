"""The running stack as the checks see it: its containers through the docker
command, its gateway through the published port."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from syncbus_test import wait_until  # noqa: E402

SERVICES = ("aggregator", "engine", "gateway")
ENGINE = os.environ["SYNCBUS_ID"]
UID = int(os.environ["SYNCBUS_UID"])
PRIVATE = os.environ.get("SYNCBUS_STACK_PRIVATE") == "yes"
PORT = int(os.environ["SYNCBUS_PORT"])
SECRETS = Path(os.environ["SYNCBUS_SECRETS"])
WORKSPACE = Path(os.environ["SYNCBUS_WORKSPACE"])
TOKEN = (SECRETS / "api-token").read_text().strip()
READER = (SECRETS / "reader-token").read_text().strip()
KEY = (SECRETS / "repo-key").read_text().strip()
PROJECT = os.environ["COMPOSE_PROJECT_NAME"]
COMPOSE = shlex.split(os.environ["SYNCBUS_STACK_COMPOSE"])


def run(*command, check=True):
    done = subprocess.run(command, cwd=ROOT, text=True, timeout=180,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n"
                             f"{done.stdout.strip()}")
    return done


class Door:
    """How the gateway is reached: its own port, or through the proxy."""

    def __init__(self):
        self.url, self.tls = f"http://127.0.0.1:{PORT}", None


door = Door()


def compose(*arguments):
    return run(*COMPOSE, *arguments).stdout


def container(service):
    """The id of a service's container, running or not."""
    found = run("docker", "ps", "-aq", "--no-trunc",
                "--filter", f"label=com.docker.compose.project={PROJECT}",
                "--filter", f"label=com.docker.compose.service={service}")
    ids = found.stdout.split()
    assert len(ids) == 1, f"containers of {service}: {ids}"
    return ids[0]


def published(service):
    """Where the service can be reached from outside: [(address, port), ...]"""
    ports = inspect(service)["NetworkSettings"]["Ports"].values()
    return sorted((bound["HostIp"], int(bound["HostPort"]))
                  for bounds in ports for bound in bounds or [])


def processes(service, program):
    """/proc/PID/status of everything in the container; program is there."""
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
    assert program[:15] in names, f"{service}: {names}"
    return found


def is_confined(service, program, folders=("/", "/usr/local/bin")):
    """No rights, none to be had, nothing to write to, and limits."""
    want = {"Uid": f"{UID} {UID} {UID} {UID}", "CapEff": "0" * 16,
            "CapBnd": "0" * 16, "NoNewPrivs": "1"}
    for status in processes(service, program):
        found = {field: status[field] for field in want}
        assert found == want, f"{service}: {status['Name']}: {found}"
    host = inspect(service)["HostConfig"]
    assert host["ReadonlyRootfs"], service
    for limit in ("Memory", "NanoCpus", "PidsLimit"):
        assert (host[limit] or 0) > 0, f"{service}: no {limit}"
    for folder in folders:
        done = inside(service, "touch", f"{folder}/x", check=False)
        assert "Read-only file system" in done.stdout, \
            f"{service}: {folder}: {done.stdout}"


def inspect(service):
    return json.loads(run("docker", "inspect", container(service)).stdout)[0]


def inside(service, *command, check=True):
    return run("docker", "exec", container(service), *command, check=check)


def logs(service):
    return run("docker", "logs", container(service)).stdout


def ask(path, method="GET", token=None, body=b"{}", seconds=30):
    """(status, body) of one request; (0, reason) when nobody answers."""
    request = urllib.request.Request(f"{door.url}{path}", method=method)
    if method == "POST":
        request.data = body
    if token is not None:
        request.add_header("Authorization", f"Token {token}")
    try:
        with urllib.request.urlopen(request, timeout=seconds,
                                    context=door.tls) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def sync_info():
    """getSyncInfo's data; None when it has none."""
    status, body = ask("/api/sync/getSyncInfo", "POST", TOKEN)
    if status != 200:
        return None
    answer = json.loads(body)
    return answer["data"] if answer["code"] == 0 else None


def finished_sync(since, synced=1, seconds=60):
    """Wait until getSyncInfo shows a sync that ended well, `synced` (ms) or
    later, in a state that the aggregator received after `since` (monotonic):
    what the gateway remembers from before does not count."""
    last = {}

    def find():
        data = sync_info()
        last["data"] = data
        if data is None or data["bus"] != "up" or data["live"] != "on":
            return None
        if data["ageMs"] / 1000 > time.monotonic() - since:
            return None
        done = data["lastRun"]
        ended = (data["state"] == "idle" and data["synced"] >= synced
                 and done is not None and done["ok"])
        return data if ended else None

    try:
        return wait_until(find, seconds, "a finished sync in getSyncInfo")
    except AssertionError as error:
        raise AssertionError(f"{error}; the last answer was "
                             f"{json.dumps(last['data'])}") from None


def sync_now():
    """Let the engine run, and wait until it has."""
    status, body = ask(f"/v1/engines/{ENGINE}/sync", "POST", TOKEN,
                       b'{"wait":true}', 60)
    assert status == 200, f"{status} {body}"
    return json.loads(body)


def healthy(services=SERVICES, seconds=60):
    def statuses():
        return {service: inspect(service)["State"]["Health"]
                for service in services}

    def find():
        return all(health["Status"] == "healthy"
                   for health in statuses().values())

    def describe():
        return "; ".join(
            f"{service}: {health['Status']}, last check: "
            + " ".join(log["Output"].strip() or f"exit {log['ExitCode']}"
                       for log in (health["Log"] or [])[-1:])
            for service, health in statuses().items())

    try:
        wait_until(find, seconds, f"healthy: {', '.join(services)}")
    except AssertionError as error:
        raise AssertionError(f"{error}; {describe()}") from None


class Store:
    """A copy of the store's volume."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="syncbus-store-")
        self.path = Path(self._folder.name) / "store"
        run("docker", "cp", f"{container('engine')}:/store", str(self.path))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._folder.cleanup()

    def repository(self):
        """The one folder below that holds refs/latest."""
        found = list(self.path.glob("**/refs/latest"))
        assert len(found) == 1, f"refs/latest in the store: {found}"
        return found[0].parents[1]

    def head(self):
        """The id of the index that refs/latest names."""
        head = (self.repository() / "refs" / "latest").read_text()
        assert len(head) == 40, f"refs/latest holds {head!r}"
        return head

    def verify(self):
        """Every file of the workspace, through the independent reader."""
        run("/usr/bin/python3", "tests/support/dejavu_reader.py",
            "--store", str(self.repository()), "--key", KEY,
            "--workspace", str(WORKSPACE))


def head():
    with Store() as store:
        return store.head()
