"""A terminal that knows the few sequences the command line may use, and is
shocked by every other: what it shows, and a program that runs in it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata

from syncbus_test import SLOWER

SEQUENCE = re.compile(r"\x1b\[(\?25)?(\d*)([A-Za-z])")


def width_of(char):
    if unicodedata.combining(char) or char in "\u200c\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Terminal:
    """Feed it what a program prints; lines() is what stands there."""

    def __init__(self, columns=80, rows=24):
        self.resize(columns, rows)
        self.row = self.column = 0
        self.cursor_shown = True
        self.hues = set()
        self.wrapped = False  # a line was longer than the terminal
        self._cells = {}
        self._rest = ""

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows

    def feed(self, text):
        text = self._rest + text
        self._rest = ""
        while text:
            char = text[0]
            if char != "\x1b":
                self._put(char)
                text = text[1:]
                continue
            found = SEQUENCE.match(text)
            if not found:
                assert re.fullmatch(r"\x1b(\[\??\d*)?", text), (
                    f"an escape sequence nobody should send: {text[:20]!r}")
                self._rest = text
                return
            self._obey(*found.groups())
            text = text[found.end():]

    def _obey(self, private, number, letter):
        count = int(number or 1)
        if private:
            assert letter in "hl"
            self.cursor_shown = letter == "h"
        elif letter == "A":
            self.row = max(0, self.row - count)
        elif letter == "K":
            self._erase(lambda row, column: row == self.row
                        and column >= self.column)
        elif letter == "J" and number == "2":
            self._cells = {}
        elif letter == "J":
            self._erase(lambda row, column: row > self.row or
                        (row == self.row and column >= self.column))
        elif letter == "H":
            self.row = self.column = 0
        else:
            assert letter == "m", f"sequence {number}{letter}"
            self.hues.add(number)

    def _erase(self, hit):
        self._cells = {at: char for at, char in self._cells.items()
                       if not hit(*at)}

    def _put(self, char):
        if char == "\n":
            self.row += 1
            self.column = 0  # the line discipline adds the return
        elif char == "\r":
            self.column = 0
        else:
            assert char.isprintable() or char in "\u200c\u200d", (
                f"{char!r} reached the terminal")
            width = width_of(char)
            if self.column + width > self.columns:
                self.wrapped = True
                self.row += 1
                self.column = 0
            at = (self.row, self.column)
            self._cells[at] = (self._cells.get(at, "") if width == 0
                               else "") + char
            self.column += width
        if self.row >= self.rows:  # scroll
            up = self.row - self.rows + 1
            self._cells = {(row - up, column): c for (row, column), c
                           in self._cells.items() if row >= up}
            self.row -= up

    def lines(self):
        out = []
        for row in range(self.rows):
            cells = {c: char for (r, c), char in self._cells.items()
                     if r == row}
            out.append("".join(
                cells.get(c, "" if width_of(cells.get(c - 1, " ")[:1]) == 2
                          else " ")
                for c in range(max(cells, default=-1) + 1)).rstrip())
        while out and not out[-1]:
            out.pop()
        return out

    @property
    def text(self):
        return "\n".join(self.lines())


class Session:
    """A program on a pseudo terminal."""

    def __init__(self, *command, columns=80, rows=24, env=None):
        self.terminal = Terminal(columns, rows)
        self.raw = b""
        self._master, slave = pty.openpty()
        self._set_size(slave, columns, rows)
        self.popen = subprocess.Popen(
            [str(word) for word in command], stdin=slave, stdout=slave,
            stderr=slave, close_fds=True, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=env)
        os.close(slave)

    @staticmethod
    def _set_size(fd, columns, rows):
        fcntl.ioctl(fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self._set_size(self._master, columns, rows)
        self.terminal.resize(columns, rows)

    def read(self, seconds):
        """Show what comes within that time; False at the end."""
        if not select.select([self._master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        self.terminal.feed(data.decode(errors="replace").replace("\r\n", "\n"))
        return bool(data)

    def wait_for(self, condition, seconds=10, what="the screen"):
        """Until condition(text of the screen); returns that text."""
        deadline = time.monotonic() + seconds * SLOWER
        while not condition(self.terminal.text):
            assert time.monotonic() < deadline, (
                f"it did not come: {what}; there is:\n"
                f"{self.terminal.text}")
            if not self.read(0.05):
                assert condition(self.terminal.text), (
                    f"it ended before {what}:\n{self.terminal.text}")
        return self.terminal.text

    def press(self, key):
        os.write(self._master, key)

    def finish(self, seconds=10):
        """Read to the end; returns the exit code."""
        deadline = time.monotonic() + seconds * SLOWER
        while self.read(0.05):
            assert time.monotonic() < deadline, (
                f"it did not end:\n{self.terminal.text}")
        return self.popen.wait(seconds * SLOWER)

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        os.close(self._master)
