"""A device whose engine is the peer: another program than ours on the same
store.  SYNCBUS_PEER names its binary; any with the verbs of README.md will
do."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

import dejavu_walk
from engine import KEY, Device
from syncbus_test import ROOT, program

PEER = os.environ.get("SYNCBUS_PEER", str(ROOT / "build/interop/peer"))
LOCKED = 3


def run(verb, store=None, key=KEY, **options):
    """The completed process of one verb."""
    words = [PEER, verb]
    if store:
        options.update(store=store, key=base64.b64encode(key).decode())
    for option, value in options.items():
        words += ["--" + option.replace("_", "-"), str(value)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120,
                          check=False, stdin=subprocess.DEVNULL)


def run_ok(verb, store=None, **options):
    done = run(verb, store, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def verify(device):
    """The libraries read all that `device`, one of ours, has written: its
    store, and the repository and full-latest.json of its state folder."""
    for repository in (device.cloud, device.state / "repo"):
        run_ok("verify", repository, workspace=device.workspace,
               full_latest=device.state / "repo/full-latest.json")


class PeerDevice:
    """Workspace of a peer below `folder`; `ours` is a device of its store."""

    def __init__(self, folder, ours):
        self.workspace = folder / "workspace"
        self.state = folder / "state"
        (self.workspace / "data").mkdir(parents=True)
        self.name = folder.name
        self.cloud = ours.cloud

    write = Device.write

    def run(self, verb, **options):
        return run(verb, self.cloud, device=self.name, lock_tries=1,
                   workspace=self.workspace, state=self.state, **options)

    def ok(self, verb, **options):
        done = self.run(verb, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def make_ours(folder, name="ours"):
    """A device of ours; all below one folder share its store."""
    (folder / name).mkdir()
    return Device(folder / name, store=folder / "store", name=name)


def make_peer(folder, ours, name="peer"):
    (folder / name).mkdir()
    return PeerDevice(folder / name, ours)


def ours_ok(device, direction="both", **options):
    done = device.once(direction=direction, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def sample(workspace, *arguments):
    if not any((workspace / "data").iterdir()):  # a new one is asked for
        shutil.rmtree(workspace)
    subprocess.run([program("syncbus-sample"), "--out", workspace,
                    *map(str, arguments)], check=True, timeout=120,
                   capture_output=True)


def tree(device):
    """Every file: its bytes and its time in milliseconds."""
    data = device.workspace / "data"
    return {str(path.relative_to(data)):
            (path.read_bytes(), path.stat().st_mtime_ns // 10**6)
            for path in data.rglob("*") if path.is_file()}


def synced_tree(device):
    """The part of tree() that belongs into a snapshot."""
    paths = dejavu_walk.walk(device.workspace / "data")
    return {name: value for name, value in tree(device).items()
            if "/" + name in paths}


def copy_tree(source, target):
    """The same files with the same times, as a backup would bring them."""
    shutil.copytree(Path(source.workspace) / "data",
                    Path(target.workspace) / "data", dirs_exist_ok=True)
