"""The module knows every call with which the engine could change a file
system: one it does not know would never be anybody's last."""

import subprocess

import nemesis
from syncbus_test import program

CHANGING = """write pwrite pwritev pwritev2 writev dprintf vdprintf fsync
fdatasync syncfs sync sync_file_range ftruncate truncate fallocate
posix_fallocate fchmod fchmodat chmod chown fchown fchownat lchown futimens
utimensat utime utimes futimes lutimes rename renameat renameat2 link linkat
symlink symlinkat unlink unlinkat rmdir remove mkdir mkdirat mknod mknodat
mkfifo mkfifoat creat open openat mkstemp mkostemp mkdtemp tmpfile fopen
freopen sendfile copy_file_range splice setxattr fsetxattr lsetxattr
removexattr fremovexattr mmap msync""".split()


def _symbols(path, kind):
    out = subprocess.run(["nm", "-D", path], capture_output=True, text=True,
                         check=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines()
            if f" {kind} " in line}


def _plain(name):
    return name.removeprefix("__").removesuffix("_chk").removesuffix("64")


def test_every_changing_call_of_the_engine_is_known():
    used = {name for name in _symbols(program("syncbus-engine"), "U")
            if _plain(name) in CHANGING}
    assert "write" in used, "nm found nothing"
    assert used - _symbols(nemesis.SHIM, "T") == set()
