"""What a disk may hold after a power cut, made of the log of a killed run.

Nothing is durable but what a barrier covered, to the letter of POSIX: fsync of
a file its bytes, fsync of a folder the names in it, syncfs everything.  Of
the rest any part may be there:

    bytes   every name is there, bytes no barrier covered are not
    names   neither is a name, or its removal, that no barrier covered
    mixed   for each file and name, drawn: there or not
"""

import os
import random
import shutil
from pathlib import PurePosixPath

MODES = ("bytes", "names", "mixed")


class File:
    def __init__(self, size):
        self.size = size  # as far as written
        self.durable = size


class Disk:
    """Two trees of names: as the programs see it, and as the disk has it."""

    def __init__(self, origin):
        self.now, self.durable = {}, {}  # name: File, or None for a folder
        for path in origin.rglob("*"):
            name = str(path.relative_to(origin))
            self.now[name] = File(path.stat().st_size) \
                if path.is_file() else None
        self.durable = dict(self.now)

    def follow(self, call):
        if call.is_done:
            getattr(self, f"_{call.name}", self._ignore)(call)

    def _ignore(self, call):
        pass

    def _open(self, call):
        self.now.setdefault(call.path, File(0))

    def _write(self, call):
        self.now[call.path].size += int(call.result)

    def _ftruncate(self, call):
        """To its last size, or to nothing: both leave no byte to lose."""
        file = self.now[call.path]
        file.durable = min(file.durable, file.size)

    def _mkdir(self, call):
        self.now[call.path] = None

    def _unlink(self, call):
        del self.now[call.path]

    def _rename(self, call):
        self.now[call.to] = self.now.pop(call.path)

    def _fsync(self, call):
        file = self.now.get(call.path)
        if file is not None:
            file.durable = file.size
            return
        for name in self.now.keys() | self.durable.keys():
            if str(PurePosixPath(name).parent) == call.path:
                self._settle(name)

    _fdatasync = _fsync

    def _settle(self, name):
        if name in self.now:
            self.durable[name] = self.now[name]
        else:
            self.durable.pop(name, None)

    def _syncfs(self, _):
        self.durable = dict(self.now)
        for file in self.now.values():
            if file is not None:
                file.durable = file.size


def cut(folder, origin, calls, mode, seed):
    """Leave in `folder` what the disk may hold after the calls."""
    disk = Disk(origin)
    for call in calls:
        disk.follow(call)
    draw = random.Random(seed)

    def is_lost():
        return mode != "mixed" or draw.random() < 0.5

    if mode != "bytes":
        for name in sorted(disk.now.keys() | disk.durable.keys()):
            if disk.now.get(name, 0) is not disk.durable.get(name, 0) \
                    and is_lost():
                _undo(disk, name, folder, origin)
    for name in sorted(disk.now):
        path, file = folder / name, disk.now[name]
        if file is not None and file.durable < file.size and path.is_file() \
                and is_lost():
            os.truncate(path, min(file.durable, path.stat().st_size))


def _undo(disk, name, folder, origin):
    """Give a name back what the disk has under it.  What was durable and is
    replaced in this very run stays: its bytes are gone from here."""
    path, old = folder / name, origin / name
    if name not in disk.durable:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        disk.now.pop(name, None)
    elif old.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(old, path)
        disk.now.pop(name, None)
