"""What every integration test needs: the programs of one build, free ports,
processes that end with the test, waiting with a deadline."""

import fcntl
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SYNCBUS_BUILD",
                            ROOT / "build" / "dev")).resolve()
TSAN_SUPPRESSIONS = ROOT / "tests" / "support" / "tsan.supp"
LONG = bool(os.environ.get("SYNCBUS_LONG"))  # nightly sizes

# What must happen is waited for this many times longer than it may take on a
# machine like that of whoever wrote the test: only a failure comes later.
SLOWER = 6

SANITIZER_MARKS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                   "WARNING: ThreadSanitizer", ": runtime error: ")

# Below the ephemeral range: there, a client that connects to a port nobody
# listens on can be given that very port and meet itself.
_CLAIMS = Path(tempfile.gettempdir()) / f"syncbus-test-ports-{os.getuid()}"
_claims = []  # lock files, open as long as this process lives
_next_port = 20000 + os.getpid() * 37 % 11000


def program(name):
    path = BUILD / "bin" / name
    assert path.exists(), f"{path} is missing: build it first"
    return str(path)


def _claim_port(port):
    """Is it ours until this process ends?  Tests run side by side."""
    _CLAIMS.mkdir(exist_ok=True)
    claim = open(_CLAIMS / str(port), "w")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as s:
            s.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def free_port():
    """A TCP port below 32768 that nobody uses now; never the same twice."""
    global _next_port
    for _ in range(12000):
        _next_port = _next_port + 1 if _next_port < 32000 else 20000
        if _claim_port(_next_port):
            return _next_port
    raise RuntimeError("no free port below 32768")


def wait_until(condition, seconds, what):
    """The first true value of condition(); fails after so many seconds of a
    quick machine."""
    deadline = time.monotonic() + seconds * SLOWER
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds * SLOWER} s: {what}")
        time.sleep(0.01)


def assert_never(condition, seconds, what):
    """It stays false for so long, by the clock."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert not condition(), what
        time.sleep(0.01)


def quickest(action, seconds, rounds=5):
    """The shortest of some times that action() took, in seconds, as soon as
    one is below `seconds`.  A machine that has other things to do is late
    once or twice, a program that waits for something is late every time."""
    took = []
    while not took or min(took) >= seconds:
        assert len(took) < rounds, f"never within {seconds} s: {took}"
        began = time.monotonic()
        action()
        took.append(time.monotonic() - began)
    return min(took)


class Held:
    """A file that nobody can open until the block ends: who tries waits (who
    opens it with O_NONBLOCK is told so).  A run stays where it reads such a
    file of the store for as long as it is looked at, on any machine.  A lease
    of Linux, for 45 s at most."""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        # Somebody at the door is told by this signal; by default it kills.
        self._was = signal.signal(signal.SIGIO, signal.SIG_IGN)
        self._fd = os.open(self._path, os.O_RDONLY)
        # Not while somebody has it open.
        wait_until(self._take, 5, f"a lease of {self._path}")
        return self

    def _take(self):
        try:
            fcntl.fcntl(self._fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except BlockingIOError:
            return False
        return True

    @property
    def is_wanted(self):
        """Does somebody wait for it?"""
        return self._fd >= 0 and fcntl.fcntl(
            self._fd, fcntl.F_GETLEASE) != fcntl.F_WRLCK

    def let_go(self):
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __exit__(self, *_):
        self.let_go()
        signal.signal(signal.SIGIO, self._was)


class Process:
    """A program under test.  Its output goes to a file, so that it never
    waits for a reader."""

    def __init__(self, *command, env=None, cwd=None):
        self.command = [str(word) for word in command]
        self._log = tempfile.NamedTemporaryFile(prefix="syncbus-test-")
        inherited = {key: value for key, value in os.environ.items()
                     if not key.startswith("SYNCBUS_")}
        self.popen = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=subprocess.STDOUT, cwd=cwd,
            env={"TSAN_OPTIONS": f"suppressions={TSAN_SUPPRESSIONS}",
                 **inherited, **(env or {})})

    @property
    def pid(self):
        return self.popen.pid

    @property
    def log(self):
        return Path(self._log.name).read_text(errors="replace")

    def is_running(self):
        return self.popen.poll() is None

    def wait_for(self, text, seconds=20):
        """The first line of the output that holds text."""
        def find():
            for line in self.log.splitlines():
                if text in line:
                    return line
            assert self.is_running(), (
                f"{self.command[0]} ended ({self.popen.returncode}):\n"
                f"{self.log}")
            return None
        return wait_until(find, seconds, f"'{text}' from {self.command[0]};"
                          f" its output:\n{self.log}")

    def wait_ready(self, seconds=20):
        """Wait for the ready line; returns self."""
        self.wait_for("ready: ", seconds)
        return self

    def wait(self, seconds=20):
        """Wait for its end; returns the exit code."""
        try:
            return self.popen.wait(seconds * SLOWER)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command[0]} did not end in"
                                 f" {seconds * SLOWER} s:\n{self.log}"
                                 ) from None

    def signal(self, number):
        self.popen.send_signal(number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """As a power cut would."""
        if self.is_running():
            self.popen.kill()
        self.popen.wait()

    def stop(self, seconds=10):
        """Ask it to end; returns the exit code."""
        if self.is_running():
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
        return self.wait(seconds)

    def rss_bytes(self):
        text = Path(f"/proc/{self.pid}/status").read_text()
        line = next(x for x in text.splitlines() if x.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def cpu_seconds(self):
        stat = Path(f"/proc/{self.pid}/stat").read_text()
        fields = stat[stat.rindex(")") + 2:].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """End it in any case; what a fixture calls."""
        self.kill()
        self._log.close()


class Processes:
    """Starts processes and ends them all, last first."""

    def __init__(self):
        self._all = []

    def start(self, *command, **options):
        process = Process(*command, **options)
        self._all.append(process)
        return process

    def close(self):
        """End all; returns what sanitizers had to say about them."""
        reports = []
        while self._all:
            process = self._all.pop()
            process.kill()
            if any(mark in process.log for mark in SANITIZER_MARKS):
                reports.append(process.log)
            process.close()
        return reports
