"""The generator: what a run is about to do when something happens to it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import checker
import nemesis
from engine import BOX, Device

T = 1700000000  # all times lie days apart: no rule about minutes applies


class Site(Device):
    """A device in a folder that may be a copy of another one."""

    def __init__(self, folder, direction):
        self.folder = Path(folder)
        self.direction = direction
        self.name = "device"
        self.workspace = self.folder / "device" / "workspace"
        self.state = self.folder / "device" / "state"
        self.key_file = self.folder / "device" / "key"
        self.store = self.folder / "store"
        self.hub = f"ipc://{self.folder}/bus"

    def command(self, *more, **replaced):
        return super().command(
            *more, **{"direction": self.direction, **replaced})


def _fill(device):
    """Ten files: nested, empty, with the same content, of several pieces."""
    for i in range(5):
        device.write(f"{BOX}/{i}.sy", f"page {i}\n" * 9, T + i)
    device.write(f"{BOX}/deep/er/5.sy", "deep\n", T + 5)
    device.write("assets/empty.bin", "", T + 6)
    device.write("assets/twin.bin", "page 1\n" * 9, T + 7)
    device.write("assets/large.bin", "".join(
        f"{i * i * 7919 % 999983:06}" for i in range(30000)), T + 8)
    device.write(".siyuan/syncignore", "*.ignored\n", T + 9)


def _edit(device, word, at):
    """One of each: added, changed, removed, moved; a folder goes, one comes."""
    data = device.workspace / "data"
    device.write(f"{BOX}/{word}.sy", f"{word}\n", at)
    device.write(f"{word}/new/folder.sy", f"{word} in a folder\n", at + 1)
    device.write(f"{BOX}/{'0' if word == 'ours' else '1'}.sy",
                 f"{word} now\n", at + 2)
    (data / BOX / f"{'2' if word == 'ours' else '3'}.sy").unlink()


def _both_edit(device, word, at):
    _edit(device, word, at)
    device.write(f"{BOX}/4.sy", f"{word} of both\n", at + 3)


def _sync(device, direction):
    done = device.once(direction=direction)
    assert done.returncode == 0, done.stdout + done.stderr


def _upload_first(device, _):
    _fill(device)


def _upload_edits(device, _):
    _fill(device)
    _sync(device, "upload")
    _edit(device, "ours", T + 200000)
    shutil.rmtree(device.workspace / "data" / BOX / "deep")


def _fork(device, other):
    """Two devices that agree."""
    _fill(device)
    _sync(device, "both")
    _sync(other, "both")


def _theirs(other):
    _both_edit(other, "theirs", T + 400000)
    shutil.rmtree(other.workspace / "data" / BOX / "deep")
    _sync(other, "both")


def _merge(device, other):
    _fork(device, other)
    _both_edit(device, "ours", T + 200000)
    _theirs(other)


def _join(device, other):
    _fill(other)
    _sync(other, "both")


@dataclass
class Scenario:
    direction: str
    build: object
    changes_workspace: bool = True
    kept: tuple = ()  # contents that lose against the store


SCENARIOS = {
    "upload-first": Scenario("upload", _upload_first, False),
    "upload-edits": Scenario("upload", _upload_edits, False),
    "merge": Scenario("both", _merge, kept=(b"ours of both\n",)),
    "join": Scenario("both", _join),
    "download": Scenario("download", _merge, kept=(
        b"ours of both\n", b"ours now\n", b"ours\n",
        b"ours in a folder\n")),
}


@dataclass
class Prepared:
    name: str
    scenario: Scenario
    folder: Path
    calls: list  # of a run that nothing happens to
    before: checker.Picture
    after: checker.Picture

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Site(folder, self.scenario.direction)


def prepare(scenario, folder):
    folder.mkdir()
    origin = folder / "origin"
    for part in ("device", "store", "other"):
        (origin / part).mkdir(parents=True)
    device = Device(origin / "device", store=origin / "store")
    scenario.build(device, Device(origin / "other", store=device.store,
                                  name="other"))
    shutil.rmtree(origin / "other")
    before = checker.Picture.take(Site(origin, scenario.direction))
    site = Prepared(folder.name, scenario, origin, [], before, None).copy(
        folder / "dry")
    dry = nemesis.run(site)
    assert dry.code == 0, dry.output
    after = checker.Picture.take(site)
    assert after.store == after.data, "a run leaves both sides equal"
    return Prepared(folder.name, scenario, origin, dry.calls, before, after)
