"""What a run both ways costs, over the number of files: nothing to do, ten
edits, many edits on two devices, a whole workspace into an empty device.

The cost should be one walk and what has changed: the rows of ten edits less
those of none stay the same from a thousand files to a hundred thousand.

No peer does the same.  rclone sync and bisync copy files as they are, with no
versions, no encryption and no third opinion; restic keeps versions of one
side.  A plain copy of the store is the floor of a pull."""

import base64
import os
import shutil
import subprocess

import dejavu_walk
from measure import add_costs, interleave, median_of, run_pipeline
from syncbus_test import program

KEY = base64.b64encode(bytes(range(32))).decode()
# Numbers of files, edits on each side, rounds.
SIZES = {"full": ((1000, 10000, 100000), 1000, 3),
         "quick": ((300, 1000, 3000), 100, 3), "smoke": ((60, 120), 10, 1)}
FILE_BYTES = 4096
EDITS = 10
PEAK_MIB = 96


class Device:
    """A workspace, its engine's state, and the store it shares."""

    def __init__(self, folder, store):
        self.folder = folder
        self.workspace = folder / "workspace"
        self.data = self.workspace / "data"
        self.store = store
        store.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(parents=True, exist_ok=True)
        self.key = folder / "key"
        self.key.touch(mode=0o600)
        self.key.write_text(KEY)

    def sync(self):
        return run_pipeline([
            program("syncbus-engine"), "--id", self.folder.name, "--once",
            "--direction", "both", "--workspace", self.workspace, "--state",
            self.folder / "state", "--provider", "local", "--local-path",
            self.store, "--repo-key-file", self.key])


def documents(data):
    """In the same order for all copies of a workspace."""
    return sorted(path for path in data.rglob("*.sy") if path.is_file())


class Edits:
    """Edits of documents, each to a time of its own: whole seconds count."""

    def __init__(self):
        self.number = 0

    def make(self, paths):
        for path in paths:
            self.number += 1
            text = path.read_bytes()[:FILE_BYTES]
            path.write_bytes(text + f"<!-- {self.number:08} -->".encode())
            at = 1_800_000_000 + self.number
            os.utime(path, (at, at))


def contents(data):
    """What is synced of a data folder."""
    return {path: (data / path[1:]).read_bytes()
            for path in dejavu_walk.walk(data)}


def same(a, b, what):
    """A fast run that wrote something else is no result."""
    if contents(a) != contents(b):
        raise RuntimeError(f"what was measured is wrong: {what}")


class Size:
    """One number of files: ours, and the peers over the same data."""

    def __init__(self, folder, files):
        self.folder = folder
        folder.mkdir()
        self.device = Device(folder / "a", folder / "store")
        shutil.rmtree(self.device.data)
        subprocess.run(
            [program("syncbus-sample"), "--out", self.device.workspace,
             "--files", str(files), "--bytes", str(files * FILE_BYTES)],
            check=True, stdout=subprocess.DEVNULL)
        self.documents = documents(self.device.data)
        self.edits = Edits()
        self.edited = -1
        self.secret = folder / "secret"
        self.secret.write_text("a password for benchmarks\n")
        self.restic_env = {"RESTIC_PASSWORD_FILE": str(self.secret),
                           "RESTIC_CACHE_DIR": str(folder / "cache")}
        run_pipeline(["restic", "-r", folder / "restic", "init"],
                     env=self.restic_env)
        for run in (self.ours, self.rclone, self.restic):
            run(None)

    def _edit(self, turn):
        """Ten edits a turn, for whoever comes first."""
        if turn is not None and turn != self.edited:
            self.edited = turn
            first = turn * EDITS
            self.edits.make(self.documents[i % len(self.documents)] for i in
                            range(first, first + EDITS))

    def ours(self, turn):
        self._edit(turn)
        return self.device.sync()

    def rclone(self, turn):
        self._edit(turn)
        return run_pipeline(
            ["rclone", "-q", "sync", self.device.data, self.folder / "mirror"],
            env={"RCLONE_CONFIG": "/dev/null"})

    def restic(self, turn):
        self._edit(turn)
        return run_pipeline(["restic", "-r", self.folder / "restic", "-q",
                             "backup", self.device.data], env=self.restic_env)

    # ---- into an empty device ----

    def pull(self, turn):
        device = Device(self.folder / f"pull-{turn}", self.device.store)
        return device.sync()

    def restore(self, turn):
        return run_pipeline(
            ["restic", "-r", self.folder / "restic", "-q", "restore", "latest",
             "--target", self.folder / f"restore-{turn}"],
            env=self.restic_env)

    def copy_store(self, turn):
        return run_pipeline(
            ["rclone", "-q", "copy", self.device.store / "main",
             self.folder / f"copy-{turn}"],
            env={"RCLONE_CONFIG": "/dev/null"})

    def check_pull(self, turn):
        same(self.device.data,
             self.folder / f"pull-{turn}" / "workspace/data", "the pull")


def unchanged(_turn, run):
    return run(None)


def measure_size(table, folder, files, rounds):
    size = Size(folder, files)
    peers = (("rclone sync", "rclone"), ("restic backup", "restic"))
    still = interleave(rounds, {
        name: lambda turn, run=run: unchanged(turn, run) for name, run in
        (("ours", size.ours), ("rclone", size.rclone),
         ("restic", size.restic))})
    add_costs(table, f"sync, nothing to do: {files} files", still["ours"],
              [(label, still[key]) for label, key in peers],
              peak_mib=PEAK_MIB)
    edited = interleave(rounds, {"ours": size.ours, "rclone": size.rclone,
                                 "restic": size.restic})
    add_costs(table, f"sync, {EDITS} edits: {files} files", edited["ours"],
              [(label, edited[key]) for label, key in peers],
              peak_mib=PEAK_MIB)
    beyond = max(0, median_of(edited["ours"], "seconds") -
                 median_of(still["ours"], "seconds"))
    table.add(f"of that, for the edits: {files} files", beyond, None, None, "s")
    pulled = interleave(rounds, {"ours": size.pull, "restic": size.restore,
                                 "copy": size.copy_store})
    add_costs(table, f"pull into an empty device: {files} files",
              pulled["ours"], [("restic restore", pulled["restic"]),
                               ("rclone copy of the store", pulled["copy"])],
              peak_mib=PEAK_MIB)
    size.check_pull(rounds - 1)


class Pair:
    """Two devices that were equal, edited on both sides in each turn."""

    def __init__(self, folder, files, edits):
        folder.mkdir()
        self.edits, self.each = Edits(), edits
        self.a = Device(folder / "a", folder / "store")
        self.b = Device(folder / "b", self.a.store)
        shutil.rmtree(self.a.data)
        subprocess.run(
            [program("syncbus-sample"), "--out", self.a.workspace, "--files",
             str(files), "--bytes", str(files * FILE_BYTES)], check=True,
            stdout=subprocess.DEVNULL)
        self.a.sync()
        self.b.sync()
        self.left, self.right = folder / "left", folder / "right"
        for side in (self.left, self.right):
            shutil.copytree(self.a.data, side)
        self.bisync_words = ["rclone", "-q", "bisync", self.left, self.right,
                             "--workdir", folder / "bisync", "--force"]
        self._bisync("--resync")

    def _bisync(self, *more):
        return run_pipeline(self.bisync_words + list(more),
                            env={"RCLONE_CONFIG": "/dev/null"})

    def _edit(self, turn, left, right):
        mine, theirs = documents(left), documents(right)
        first = 2 * turn * self.each
        at = [i % len(mine) for i in range(first, first + 2 * self.each)]
        self.edits.make(mine[i] for i in at[:self.each])
        self.edits.make(theirs[i] for i in at[self.each:])

    def ours(self, turn):
        self._edit(turn, self.a.data, self.b.data)
        self.a.sync()
        cost = self.b.sync()
        self.a.sync()
        same(self.a.data, self.b.data, "the merge")
        return cost

    def bisync(self, turn):
        self._edit(turn, self.left, self.right)
        cost = self._bisync()
        same(self.left, self.right, "rclone's merge")
        return cost


def run(table, folder, scale):
    sizes, edits, rounds = SIZES[scale]
    for files in sizes:
        measure_size(table, folder / str(files), files, rounds)
    pair = Pair(folder / "pair", sizes[-2], edits)
    merged = interleave(rounds, {"ours": pair.ours, "bisync": pair.bisync})
    add_costs(table,
              f"merge of {edits} edits on each side: {sizes[-2]} files",
              merged["ours"], [("rclone bisync", merged["bisync"])],
              peak_mib=PEAK_MIB)
