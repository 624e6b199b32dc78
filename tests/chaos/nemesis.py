"""Runs the engine and lets something happen to it at a given call."""

import os
import re
import subprocess
from dataclasses import dataclass

from syncbus_test import BUILD, SLOWER

SHIM = BUILD / "lib" / "syncbus_faults.so"
TIMEOUT = 30 * SLOWER


@dataclass
class Call:
    number: int
    name: str
    result: str  # a number, or how the engine was killed
    path: str
    to: str

    @property
    def is_done(self):
        return self.result.isdigit()

    @property
    def kind(self):
        """Equal for calls that do the same to another object or file."""
        words = [self.name, "ok" if self.is_done else "no"]
        for path in (self.path, self.to):
            path = re.sub(r"(.{7})\.tmp$", "*.tmp", path)
            path = re.sub(r"/objects/.*", "/objects/*", path)
            words.append(re.sub(r"[0-9a-f]{32,}", "*", path))
        return " ".join(words)


@dataclass
class Outcome:
    code: int
    output: str
    calls: list

    @property
    def is_killed(self):
        return self.code == -9


def _read(log, folder):
    calls = []
    for line in log.read_text(errors="replace").splitlines():
        number, name, result, path, to = line.split("\t")
        calls.append(Call(int(number), name, result,
                          path.removeprefix(f"{folder}/"),
                          to.removeprefix(f"{folder}/")))
    log.unlink()
    return calls


def run(site, at=0, mode="count", boot=None, workers=1):
    """One run of the engine of a site, with its log of calls."""
    assert SHIM.exists(), f"{SHIM} is missing: build it first"
    log = site.folder / "faults.log"
    clean = {k: v for k, v in os.environ.items()
             if not k.startswith("SYNCBUS_")}
    faults = {"LD_PRELOAD": str(SHIM), "FAULTS_LOG": str(log),
              "FAULTS_AT": str(at), "FAULTS_MODE": mode}
    if boot:
        faults["FAULTS_BOOT"] = str(boot)
    done = subprocess.run(
        site.command("--once", concurrency=workers), capture_output=True,
        text=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL,
        env={**clean, **faults})
    return Outcome(done.returncode, done.stdout + done.stderr,
                   _read(log, site.folder))
