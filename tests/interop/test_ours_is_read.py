"""What our engine writes, the libraries of a kernel read, and would have
written the same: JSON, MessagePack, cuts, the set of files, the key."""

import base64
import random
import re

import pytest

import peer_device
from engine import KEY
from peer_device import (copy_tree, make_ours, make_peer, ours_ok, sample,
                         tree, verify)

EPOCH = 1700000000


def test_a_sample_workspace_and_its_edits(tmp_path):
    ours = make_ours(tmp_path)
    sample(ours.workspace, "--files", 400, "--bytes", "32M")
    ours_ok(ours, "upload")
    verify(ours)
    sample(ours.workspace, "--edit", 60)
    ours_ok(ours, "both")
    verify(ours)


def noise(length, seed=1):
    return random.Random(seed).randbytes(length)


CONTENTS = {
    "empty": b"",
    "one byte under the chunker": noise((512 << 10) - 1),
    "the shortest for the chunker": noise(512 << 10),
    "one byte over": noise((512 << 10) + 1),
    "zeros": bytes(2 << 20),
    "never a cut": b"\xff" * (18 << 20),
    "noise": noise(20 << 20),
    "noise moved by an insertion": noise(3 << 20) + b"inserted" +
                                   noise(20 << 20)[3 << 20:],
    "a short period": b"0123456789abcdef" * (200 << 10),
}


def test_cuts_are_those_of_restic(tmp_path):
    ours = make_ours(tmp_path)
    for name, content in CONTENTS.items():
        path = ours.write(name, "")
        path.write_bytes(content)
    ours_ok(ours, "upload")
    verify(ours)


def test_names_that_encoders_treat_specially(tmp_path):
    ours = make_ours(tmp_path)
    for number, name in enumerate((
            "a<b>&c.sy", "line\u2028paragraph\u2029.sy", 'quote".sy',
            "图 片.png", "\U0001f600.sy", "tab\t.sy", "unit\x1fdel\x7f.sy",
            "a" * 30, "a" * 31, "b" * 254, f"{'c' * 120}/{'d' * 120}/e",
            f"{'f' * 200}/{'g' * 200}/{'h' * 200}", "%s %d",
            "~", "$HOME", "nul", "COM1", "trailing space ", "'")):
        ours.write(name, name, EPOCH + number)
    ours.write("at zero", "x", 0.001)
    ours.write("before the second", "x", 1.999)
    ours_ok(ours, "upload")
    verify(ours)
    assert len(tree(ours)) == 21


# The pieces of ignore lines that the matcher treats specially, and of names
# that tell apart what it makes of them.
RULE_PARTS = ["a", "b", "ab", "*", "**", "?", "/", "/", "!", "#", ".", "+",
              "[ab]", "(a|b)", "[", "\\", "\\*", "{1,2}", "^", "$", "*.log",
              "**/", "/**", "/**/", " ", "\r", ".*", "|", "]", "é"]
NAME_PARTS = ["a", "b", "ab", "aab", "+", "a+b", "a?c", "#a", "!b", "x.log",
              "é", "a b", "[ab]", "{1,2}", "^", "$", "(a)", "*"]


def random_rules(chance):
    rules = ["".join(chance.choices(RULE_PARTS, k=chance.randrange(1, 6)))
             for _ in range(chance.randrange(1, 5))]
    # A list that ignores everything tells nothing.
    return "\n".join(rules + ["!keep", "!/.siyuan/syncignore"])


@pytest.mark.parametrize("seed", range(4))
def test_ignored_is_what_go_gitignore_ignores(tmp_path, seed):
    chance = random.Random(seed)
    kept = made = 0
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        ours = make_ours(folder)
        for _ in range(60):
            parts = chance.choices(NAME_PARTS, k=chance.randrange(1, 4))
            if (ours.workspace / "data" / "/".join(parts)).exists() or any(
                    (ours.workspace / "data" / "/".join(parts[:i])).is_file()
                    for i in range(1, len(parts))):
                continue
            ours.write("/".join(parts), "x", EPOCH)
        ours.write("keep", "x", EPOCH)
        path = ours.write(".siyuan/syncignore", "")
        path.write_text(random_rules(chance), newline="")
        ours_ok(ours, "upload")
        done = peer_device.run("verify", ours.cloud, workspace=ours.workspace)
        assert done.returncode == 0, (
            f"seed {seed}.{number}, rules {path.read_text()!r}: "
            f"{done.stdout}")
        kept += int(re.search(r": (\d+) files", done.stdout)[1])
        made += len(tree(ours))
    assert 0.2 < kept / made < 0.95  # the lists do tell files apart


def test_built_in_filters_are_those_of_a_kernel(tmp_path):
    ours = make_ours(tmp_path)
    for name in ("doc.sy", ".hidden", "x.tmp", ".git/config", "a/.b/c",
                 ".siyuan/conf.json", "a/.siyuan/sort.json", "x.TMP",
                 "storage/local.json", "storage/recent-doc.json",
                 "storage/ref-used.json", "storage/local.json.sy",
                 "a/filesys_status_check/x", "filesys_status_check2/x",
                 "20210808180117-6v0mkxr/a/b.sy", "box/storage/local.json"):
        ours.write(name, name, EPOCH)
    (ours.workspace / "data/link").symlink_to("doc.sy")
    ours_ok(ours, "upload")
    verify(ours)


def objects(store):
    return set(peer_device.run_ok("objects", store).splitlines())


def test_plaintext_objects_are_equal_byte_for_byte(tmp_path):
    ours, other = make_ours(tmp_path, "ours"), make_ours(tmp_path, "other")
    other.store = tmp_path / "another store"
    peer = make_peer(tmp_path, other)
    sample(ours.workspace, "--files", 150, "--bytes", "12M")
    copy_tree(ours, peer)
    ours_ok(ours, "upload")
    peer.ok("upload")
    assert len(objects(ours.cloud)) > 250
    assert objects(ours.cloud) == objects(other.cloud)


@pytest.mark.parametrize("passphrase", [
    "correct horse battery staple", "密码", "siyuan",
    base64.b64encode(KEY).decode()[:-1]])
def test_a_passphrase_makes_the_key_that_x_crypto_makes(tmp_path, passphrase):
    ours = make_ours(tmp_path)
    ours.write("doc.sy", "text", EPOCH)
    ours.key_file.write_text(passphrase + "\n")
    ours_ok(ours, "upload", repo_key_file=None,
            repo_passphrase_file=ours.key_file)
    key = base64.b64decode(peer_device.run_ok("key", passphrase=passphrase))
    peer_device.run_ok("verify", ours.cloud, key=key,
                       workspace=ours.workspace)
    assert peer_device.run("verify", ours.cloud, key=KEY).returncode == 1


def test_a_device_of_ours_reads_it_back_too(tmp_path):
    """The way around: equal to what the peer checks out."""
    ours = make_ours(tmp_path)
    sample(ours.workspace, "--files", 100, "--bytes", "8M")
    ours_ok(ours, "upload")
    peer, second = make_peer(tmp_path, ours), make_ours(tmp_path, "second")
    peer.ok("download")
    ours_ok(second, "both")
    assert tree(peer) == tree(second)
    assert len(tree(peer)) == 97
