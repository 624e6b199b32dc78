"""Man pages: made from the tables, without a complaint of mandoc, installed
with the programs."""

import os
import re
import shutil
import subprocess

import pytest

from syncbus_test import BUILD, program

PAGES = {"syncbus": 1, "syncbus-health": 1, "syncbus-sample": 1,
         "syncbus-aggregator": 8, "syncbus-engine": 8, "syncbus-gateway": 8}
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT",
            "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def say(name, *words):
    done = subprocess.run([program(name), *words], capture_output=True,
                          text=True, check=False, timeout=30, env={})
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def render(page):
    done = subprocess.run(["mandoc", "-Tascii", "-Owidth=200"], input=page,
                          capture_output=True, text=True, check=True)
    return re.sub(r".\x08", "", done.stdout)


@pytest.mark.parametrize("name", PAGES)
def test_mandoc_has_nothing_to_complain_of(name, tmp_path):
    path = tmp_path / f"{name}.{PAGES[name]}"
    path.write_text(say(name, "--man"))
    done = subprocess.run(["mandoc", "-Tlint", path], capture_output=True,
                          text=True, check=False)
    # Pages of other programs are not installed here.
    found = [line for line in done.stdout.splitlines()
             if "referenced manual not found" not in line]
    assert not found, "\n".join(found)
    if shutil.which("man"):
        done = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path],
            capture_output=True, text=True, check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"})
        assert done.stderr == ""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_every_section_and_every_option(name):
    page = render(say(name, "--man"))
    headings = re.findall(r"^([A-Z][A-Z ]+)$", page, re.M)
    wanted = [s for s in SECTIONS if s != "FILES" or name != "syncbus-health"]
    assert [h for h in headings if h != "COMMANDS"] == wanted
    text = say(name, "--help")
    for option in re.findall(r"^  (--[a-z0-9-]+)", text, re.M):
        assert re.search(rf"^ +{option}\b", page, re.M), option
    for variable in re.findall(r"SYNCBUS_[A-Z0-9_]+", text):
        assert variable in page, variable
    assert page.startswith(f"{name.upper()}({PAGES[name]})")
    assert "--man" not in text and "--man" not in page


def test_the_page_of_syncbus_has_its_commands():
    page = render(say("syncbus", "--man"))
    for command in ("status", "watch", "sync", "cancel", "enable", "disable",
                    "log", "doctor", "completion"):
        assert re.search(rf"^   {command}$", page, re.M), command
        text = say("syncbus", command, "--help")
        for option in re.findall(r"^  (--[a-z0-9-]+)", text, re.M):
            assert option in page, (command, option)
    assert page.count("SYNCBUS_JSON") == 1


def test_they_are_installed(tmp_path):
    subprocess.run(["cmake", "--install", BUILD, "--prefix", tmp_path],
                   check=True, capture_output=True)
    for name, section in PAGES.items():
        assert (tmp_path / "bin" / name).exists()
        page = tmp_path / "share" / "man" / f"man{section}" / \
            f"{name}.{section}"
        assert page.read_text() == say(name, "--man")
    share = tmp_path / "share"
    for shell, path in (
            ("bash", share / "bash-completion" / "completions" / "syncbus"),
            ("zsh", share / "zsh" / "site-functions" / "_syncbus"),
            ("fish", share / "fish" / "vendor_completions.d"
             / "syncbus.fish")):
        assert path.read_text() == say("syncbus", "completion", shell)
