"""Completion: each shell really sources it and completes with it."""

import os
import shutil
import subprocess
import time

import pytest

import cli

from syncbus_test import program
from terminal import Terminal, Session

COMMANDS = ["cancel", "completion", "disable", "doctor", "enable", "log",
            "status", "sync", "watch"]

# What bash's own completion does with a line, without readline.
BASH = r"""
syncbus() { "$SYNCBUS_PROGRAM" "$@"; }
source <(syncbus completion bash)
[[ $(complete -p syncbus) == *_syncbus* ]] || exit 9
compopt() { :; }  # only while readline asks
COMP_LINE=$1 COMP_POINT=${#1}
line=${1//=/ = }
line=${line//:/ : }
read -ra COMP_WORDS <<<"$line"
[[ $1 == *' ' || $1 == *'=' ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_syncbus
printf '%s\n' "${COMPREPLY[@]}" | sort
"""


@pytest.fixture
def bus(bus):
    bus.engine("nas.notes")
    bus.engine("laptop")
    bus.wait_known("nas.notes", "laptop")
    return bus


def environment(bus=None):
    more = {"SYNCBUS_PROGRAM": os.path.abspath(program("syncbus")), "HISTFILE": "/dev/null",
            "PATH": os.path.dirname(os.path.abspath(program("syncbus")))
            + ":/usr/bin:/bin"}
    if bus:
        more["SYNCBUS_HUB_FEED"] = bus.hub.feed
        more["SYNCBUS_HUB_CONTROL"] = bus.hub.control
    return cli.environment(more)


def bash(line, bus=None, cwd=None):
    done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", line],
                          capture_output=True, text=True, check=False,
                          env=environment(bus), timeout=30, cwd=cwd)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout.split()


def test_bash_completes_commands_and_options():
    assert bash("syncbus ") == COMMANDS
    assert bash("syncbus s") == ["status", "sync"]
    assert bash("syncbus --hub tcp://a.b s") == ["status", "sync"]
    assert bash("syncbus --hub=tcp://a.b d") == ["disable", "doctor"]
    assert bash("syncbus --log-l") == ["--log-level"]
    assert bash("syncbus sync --") == sorted([
        "--download", "--help", "--hub", "--hub-control", "--hub-feed",
        "--insecure", "--log-format", "--log-level", "--timeout", "--upload",
        "--version", "--wait"])
    assert bash("syncbus log ch") == ["changes"]
    assert bash("syncbus completion ") == ["bash", "fish", "zsh"]
    assert bash("syncbus nope ") == []


def test_bash_completes_values(tmp_path):
    assert bash("syncbus status --log-level e") == ["error"]
    assert bash("syncbus status --log-format=") == ["json", "text"]
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    assert bash("syncbus doctor --state f", cwd=tmp_path) == ["folder"]
    assert bash("syncbus log --limit ") == []


def test_bash_completes_engines(bus):
    assert bash("syncbus sync ", bus) == ["laptop", "nas.notes"]
    assert bash("syncbus status n", bus) == ["nas.notes"]
    assert bash("syncbus log ", bus) == ["changes", "conflicts", "laptop",
                                         "nas.notes", "runs"]
    done = bus.run("status", "--ids")
    assert done.returncode == 0 and done.stdout == "laptop\nnas.notes\n"


def test_fish_completes(bus):
    if not shutil.which("fish"):
        pytest.skip("no fish here")

    def fish(line):
        done = subprocess.run(
            ["fish", "--no-config", "-c", "syncbus completion fish | source;"
             "complete -C $argv[1]", line], capture_output=True, text=True,
            check=False, env=environment(bus), timeout=30)
        assert done.returncode == 0 and done.stderr == "", done
        return sorted(row.split("\t")[0] for row in done.stdout.splitlines())
    assert fish("syncbus ") == COMMANDS
    assert fish("syncbus sync ") == ["laptop", "nas.notes"]
    assert fish("syncbus sync --up") == ["--upload"]
    assert fish("syncbus status --log-level ") == ["debug", "error", "info",
                                                   "warn"]
    assert "changes" in fish("syncbus log ")
    assert fish("syncbus cancel --j") == []


def test_zsh_completes(bus, tmp_path):
    if not shutil.which("zsh"):
        pytest.skip("no zsh here")
    (tmp_path / "_syncbus").write_text(subprocess.run(
        [program("syncbus"), "completion", "zsh"], capture_output=True,
        text=True, check=True).stdout)
    (tmp_path / ".zshrc").write_text(
        "PS1='> ' RPS1= PROMPT_EOL_MARK=\nunsetopt zle_bracketed_paste\n"
        f"fpath=({tmp_path} $fpath)\nautoload -U compinit\n"
        f"compinit -u -d {tmp_path}/dump\n"
        "zstyle ':completion:*' list-prompt ''\n"
        # The words that are offered, into a file: the screen is zsh's.
        "list() { print -rl -- $compstate[nmatches] > $1 }\n"
        f"compadd() {{ local -a got; builtin compadd -O got \"$@\";"
        f" print -rl -- $got >> {tmp_path}/got; builtin compadd \"$@\" }}\n"
        "echo ready\n")

    def complete(line):
        got = tmp_path / "got"
        got.unlink(missing_ok=True)
        session = Session("zsh", "-i", env={
            **environment(bus), "ZDOTDIR": str(tmp_path), "TERM": "dumb"})
        session.terminal = Anything()
        try:
            session.wait_for(lambda t: "ready" in t, 20)
            session.press(line.encode() + b"\t")
            deadline = time.monotonic() + 20
            while not (got.exists() and got.read_text().split()):
                assert time.monotonic() < deadline, session.raw
                session.read(0.05)
            session.read(0.5)
            return set(got.read_text().split())
        finally:
            session.close()
    assert complete("syncbus ") >= set(COMMANDS)
    assert complete("syncbus sync ") >= {"laptop", "nas.notes"}
    assert complete("syncbus sync --upl") >= {"--upload"}


class Anything(Terminal):
    """A shell may send what it likes."""

    def __init__(self):
        super().__init__()
        self.all = ""

    def feed(self, text):
        self.all += text

    @property
    def text(self):
        return self.all


def test_another_shell_is_refused():
    done = cli.run("completion", "tcsh")
    assert done.returncode == 2
    assert "\"tcsh\" is none of bash|zsh|fish" in done.stderr
    done = cli.run("completion")
    assert done.returncode == 2 and "SHELL: is missing" in done.stderr
