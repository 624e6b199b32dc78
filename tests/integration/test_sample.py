"""syncbus-sample: the same workspace every time, of the shape the engine
expects, and never over somebody's files."""

import hashlib
import json
import re
import subprocess

import pytest

import dejavu_walk
from syncbus_test import program

ID = r"\d{14}-[0-9a-z]{7}"


def sample(*arguments):
    return subprocess.run(
        [program("syncbus-sample"), *map(str, arguments)],
        capture_output=True, text=True, timeout=120)


def make(folder, files=120, size="32M", seed=1):
    done = sample("--out", folder, "--files", files, "--bytes", size,
                  "--seed", seed)
    assert done.returncode == 0, done.stderr
    return folder


def tree(folder):
    """{path: (size, time in ns, hash)} of all of it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            info = path.stat()
            found[str(path.relative_to(folder))] = (
                info.st_size, info.st_mtime_ns,
                hashlib.sha1(path.read_bytes()).hexdigest())
    return found


def test_same_numbers_same_workspace(tmp_path):
    first = tree(make(tmp_path / "a"))
    assert first == tree(make(tmp_path / "b"))
    assert first != tree(make(tmp_path / "c", seed=2))


def test_edits_repeat_too(tmp_path):
    folders = [make(tmp_path / "a"), make(tmp_path / "b")]
    before = tree(folders[0])
    for folder in folders:
        for _ in range(2):
            assert sample("--out", folder, "--edit", 10).returncode == 0
    after = tree(folders[0])
    assert after == tree(folders[1])
    assert len(after.keys() - before.keys()) == 4
    # One that an edit added may be removed by the next.
    assert 3 <= len(before.keys() - after.keys()) <= 4
    changed = [path for path in before.keys() & after.keys()
               if before[path] != after[path] and path.startswith("data/")]
    assert 10 <= len(changed) <= 12
    for path in changed:
        assert before[path][1] // 10**9 != after[path][1] // 10**9


def test_shape_of_the_workspace(tmp_path):
    files = tree(make(tmp_path / "a"))
    data = {path: info for path, info in files.items()
            if path.startswith("data/")}
    assert len(data) == 120
    assert sum(size for size, _, _ in data.values()) == 32 << 20
    assert "conf/conf.json" in files and (tmp_path / "a/temp").is_dir()
    assert [x for x in data if re.fullmatch(
        f"data/{ID}/.siyuan/conf.json", x)]
    assert [x for x in data if re.fullmatch(
        f"data/{ID}/{ID}/{ID}/{ID}.sy", x)], "no documents below documents"
    assert [x for x in data if re.fullmatch(f"data/storage/av/{ID}.json", x)]
    assert [x for x, info in data.items() if info[0] == 0]
    assert [x for x, info in data.items() if info[0] > 8 << 20]
    assert [x for x, info in data.items() if info[1] % 10**9 != 0]


def test_documents_are_trees_of_blocks(tmp_path):
    make(tmp_path / "a")
    documents = list((tmp_path / "a/data").rglob("*.sy"))
    assert len(documents) > 50
    for path in documents:
        doc = json.loads(path.read_text(encoding="utf-8"))
        assert doc["ID"] == doc["Properties"]["id"] == path.stem
        assert doc["Type"] == "NodeDocument" and doc["Spec"] == "1"
        assert doc["Properties"]["title"]
        assert re.fullmatch(r"\d{14}", doc["Properties"]["updated"])
        for block in doc["Children"]:
            assert re.fullmatch(ID, block["ID"])
            assert block["Type"].startswith("Node")


def test_a_part_is_left_out_of_snapshots(tmp_path):
    make(tmp_path / "a")
    walked = dejavu_walk.walk(tmp_path / "a/data")
    everything = [x for x in tree(tmp_path / "a") if x.startswith("data/")]
    left_out = {x[4:] for x in everything} - walked.keys()
    assert left_out == {"/storage/local.json", "/storage/recent-doc.json",
                        "/storage/petal/sample/cache/index.json"}


def test_other_folders_stay_as_they_are(tmp_path):
    mine = tmp_path / "notes"
    (mine / "data").mkdir(parents=True)
    (mine / "data/mine.txt").write_text("mine")
    before = tree(mine)
    for arguments in (["--files", 50], ["--edit", 3]):
        done = sample("--out", mine, *arguments)
        assert done.returncode == 2
        assert str(mine) in done.stderr and done.stderr.count("\n") == 1
    assert tree(mine) == before


def test_a_sample_is_made_anew_and_keeps_other_folders(tmp_path):
    folder = make(tmp_path / "a")
    (folder / "history").mkdir()
    (folder / "history/kept").write_text("kept")
    (folder / "data/assets/stray").write_text("stray")
    make(folder, files=60, size="4M", seed=5)
    (folder / "history/kept").unlink()
    assert tree(folder) == tree(make(tmp_path / "b", 60, "4M", 5))


def test_a_foreign_link_in_the_way_is_not_followed(tmp_path):
    folder = make(tmp_path / "a")
    target = tmp_path / "target"
    target.mkdir()
    (target / "mine").write_text("mine")
    (folder / "data/assets/link").symlink_to(target)
    make(folder)
    assert (target / "mine").read_text() == "mine"


@pytest.mark.parametrize("arguments, says", [
    ([], "--out"),
    (["--out", "x", "--bytes", "1Q"], "--bytes"),
    (["--out", "x", "--bytes", "10K"], "--bytes"),
    (["--out", "x", "--files", "3"], "--files"),
    (["--out", "x", "--edit", "0"], "--edit"),
    (["--out", "/nonexistent", "--edit", "1"], "/nonexistent")])
def test_wrong_usage_is_one_line_and_exit_2(arguments, says, tmp_path):
    done = subprocess.run([program("syncbus-sample"), *arguments],
                          capture_output=True, text=True, cwd=tmp_path,
                          timeout=20)
    assert done.returncode == 2
    assert says in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_exit_1(tmp_path):
    (tmp_path / "file").write_text("mine")
    done = sample("--out", tmp_path / "file/sample")
    assert done.returncode == 1
    assert f"{tmp_path}/file/sample: Not a directory" in done.stderr
