"""Which files of a workspace belong into a snapshot: the walk, its filters and
the ignore rules, from the format page alone."""

import os
import re
import stat
from pathlib import Path

USER_GUIDES = ("20210808180117-6v0mkxr", "20210808180117-czj9bvb",
               "20211226090932-5lcq56f", "20240530133126-axarxgx")
LEFT_OUT = ("data/storage/local.json", "data/storage/recent-doc.json",
            "data/storage/ref-used.json")


def translate(line):
    """One ignore line as (expression, is negated); None for no rule."""
    line = line.rstrip("\r")
    if line.startswith("#"):
        return None
    line = line.strip(" ")
    if not line:
        return None
    negated = line.startswith("!")
    if negated:
        line = line[1:]
    if line[:1] in ("#", "!"):
        line = line[1:]
    if not line.startswith("/") and re.search(r"[^/+]/.*\*\.", line):
        line = "/" + line
    line = line.replace(".", r"\.")
    if line.startswith("/**/"):
        line = line[1:]
    # NUL: a star of ours, which the rule for plain stars leaves alone.
    line = line.replace("/**/", "(/|/.+/)")
    line = line.replace("**/", "(|.\0/)").replace("/**", "(|/.\0)")
    line = line.replace(r"\*", "\\\0").replace("*", r"([^/]*)")
    line = line.replace("?", r"\?").replace("\0", "*")
    line += r"(|.*)\Z" if line.endswith("/") else r"(|/.*)\Z"
    line = "^(|/)" + line[1:] if line.startswith("/") else "^(|.*/)" + line
    return line, negated


class Ignore:
    """The rules of a list of lines, in order; doubles count once."""

    def __init__(self, lines):
        self._rules = []
        for line in dict.fromkeys(lines):
            rule = translate(line)
            if rule is None:
                continue
            try:
                self._rules.append((re.compile(rule[0]), rule[1]))
            except re.error:
                continue

    def matches(self, path):
        ignored = False
        for expression, negated in self._rules:
            if expression.search(path):
                ignored = not negated
        return ignored


def rules_of(data):
    """The ignore rules of the workspace whose data folder this is."""
    lines = []
    file = Path(data) / ".siyuan" / "syncignore"
    if file.is_file():
        lines += file.read_text(encoding="utf-8").replace("\r\n", "\n") \
            .split("\n")
    lines += [f"{guide}/**/*" for guide in USER_GUIDES]
    lines.append("/.siyuan/conf.json")
    return Ignore(lines)


def _enters(name):
    if name.startswith(".") and name != ".siyuan":
        return False
    return name != "filesys_status_check"


def walk(data):
    """{"/path": stat result} of every file a snapshot of data/ holds."""
    data = os.path.abspath(data)
    rules = rules_of(data)
    found = {}
    for folder, folders, files in os.walk(data):
        folders[:] = sorted(name for name in folders if _enters(name))
        for name in sorted(files):
            full = os.path.join(folder, name)
            path = full[len(data):]
            info = os.lstat(full)
            if (name.startswith(".") or name.endswith(".tmp")
                    or full.endswith(LEFT_OUT)
                    or not stat.S_ISREG(info.st_mode) or rules.matches(path)):
                continue
            found[path] = info
    return found
