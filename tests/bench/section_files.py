"""Snapshot and upload of a workspace against programs people know for the
same work: read everything, cut or not, compress, encrypt, store.

Every run writes into new folders and nothing is removed before the end:
removing many files makes the creation of others slow for a while on ext4."""

import base64
import subprocess

from measure import add_costs, interleave, run_pipeline
from syncbus_test import BUILD, ROOT, program

KEY = base64.b64encode(bytes(range(32))).decode()
READER = ROOT / "tests/support/dejavu_reader.py"
SIZES = {"full": (20000, "1536M", 3), "quick": (2000, "192M", 3),
         "smoke": (60, "4M", 1)}


class Bench:
    def __init__(self, folder, scale):
        self.folder = folder
        self.files, self.size, self.rounds = SIZES[scale]
        self.workspace = folder / "workspace"
        self.data = self.workspace / "data"
        self.secret = folder / "secret"
        self.secret.write_text("a password for benchmarks\n")
        self.key = folder / "key"
        self.key.touch(mode=0o600)
        self.key.write_text(KEY)
        subprocess.run(
            [program("syncbus-sample"), "--out", self.workspace, "--files",
             str(self.files), "--bytes", self.size], check=True,
            stdout=subprocess.DEVNULL)
        self._read_once()

    def _read_once(self):
        """All of them measure with the files in memory."""
        for path in self.data.rglob("*"):
            if path.is_file():
                path.read_bytes()

    def new(self, name, turn):
        path = self.folder / f"{name}-{turn}"
        path.mkdir(exist_ok=True)
        return path

    # ---- ours ----

    def snapshot(self, turn):
        repo = self.new("ours-snapshot", turn) / "repo"
        return run_pipeline([BUILD / "bin/bench_snapshot", self.workspace,
                             repo])

    def upload(self, turn):
        base = self.new("ours-upload", turn)
        (base / "store").mkdir(exist_ok=True)
        return run_pipeline([
            program("syncbus-engine"), "--id", "bench", "--once",
            "--direction", "upload", "--workspace", self.workspace,
            "--state", base / "state", "--provider", "local", "--local-path",
            base / "store", "--repo-key-file", self.key])

    def check(self, turn):
        """A fast run that stored something else is no result: the second
        reader compares every byte.  In a process of its own: what this one
        holds is the least that a child's peak can be."""
        done = subprocess.run(
            ["/usr/bin/python3", READER, "--store",
             self.new("ours-upload", turn) / "store/main", "--key", KEY,
             "--workspace", self.workspace, "--cut-limit", "0"],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"what was measured is wrong: {done.stdout}"
                               f"{done.stderr}")

    # ---- peers ----

    def restic(self, turn):
        repo = self.new("restic", turn)
        env = {"RESTIC_PASSWORD_FILE": str(self.secret),
               "RESTIC_CACHE_DIR": str(self.new("restic-cache", turn))}
        if not (repo / "config").exists():
            run_pipeline(["restic", "-r", repo, "init"], env=env)
        return run_pipeline(["restic", "-r", repo, "-q", "backup", self.data],
                            env=env)

    def rclone(self, turn):
        target = self.new("rclone", turn)
        password = subprocess.run(["rclone", "obscure", "benchmark"],
                                  capture_output=True, text=True,
                                  check=True).stdout.strip()
        env = {"RCLONE_CONFIG": "/dev/null",
               "RCLONE_CONFIG_C_TYPE": "crypt",
               "RCLONE_CONFIG_C_REMOTE": str(target),
               "RCLONE_CONFIG_C_PASSWORD": password}
        return run_pipeline(["rclone", "-q", "sync", self.data, "c:"],
                            env=env)

    def tar(self, turn):
        return run_pipeline(
            ["tar", "-C", self.workspace, "-cf", "-", "data"],
            ["zstd", "-q", "-3", "-T2"],
            ["openssl", "enc", "-aes-256-ctr", "-pbkdf2", "-pass",
             f"file:{self.secret}"],
            output=self.new("tar", turn) / "archive")


PEERS = (("restic backup", "restic"), ("rclone sync, crypt", "rclone"),
         ("tar | zstd -3 -T2 | openssl", "tar"))

# Peer's time by ours, to reach: a snapshot in 0.65 of restic's time, with
# upload in 1.1 of rclone's, an unchanged run eight times as fast as restic.
SNAPSHOT = {"restic backup": 1 / 0.65}
UPLOAD = {"rclone sync, crypt": 1 / 1.1}
UNCHANGED = {"restic backup": 8}
PEAK_MIB = 96


def run(table, folder, scale):
    bench = Bench(folder, scale)
    name = f"{bench.files} files, {bench.size}"
    first = interleave(bench.rounds, {
        "snapshot": bench.snapshot, "restic": bench.restic,
        "upload": bench.upload, "rclone": bench.rclone, "tar": bench.tar})
    peers = [(label, first[key]) for label, key in PEERS]
    add_costs(table, f"snapshot: {name}", first["snapshot"], peers, SNAPSHOT,
              PEAK_MIB)
    add_costs(table, f"snapshot + upload: {name}", first["upload"], peers,
              UPLOAD, PEAK_MIB)
    # The same folders again: nothing has changed since.
    again = interleave(bench.rounds, {
        "upload": bench.upload, "restic": bench.restic,
        "rclone": bench.rclone})
    add_costs(table, f"unchanged run: {name}", again["upload"],
              [(label, again[key]) for label, key in PEERS[:2]], UNCHANGED,
              PEAK_MIB)
    bench.check(bench.rounds - 1)
