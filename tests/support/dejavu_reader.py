#!/usr/bin/python3
"""A second reader of the repository format, written from its page and sharing
no code with the engine: a misreading cannot hide on both sides.

    dejavu_reader.py --store DIR --key BASE64 [--workspace DIR]

DIR is the folder that holds refs/, indexes/ and objects/.  Everything the
latest index names is read and checked; with a workspace, compared with its
files byte for byte.  Exit code 1 and one line per fault when something is
wrong.
"""

import argparse
import base64
import hashlib
import io
import json
import re
import sys
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import dejavu_chunker
import dejavu_walk

ID = re.compile("[0-9a-f]{40}")
NONCE = 12
TAG = 16
CUT_LIMIT = 4 << 20  # the plain chunker takes about half a second a MiB
INDEX_KEYS = {"id": str, "memo": str, "created": int, "files": list,
              "count": int, "size": int, "systemID": str, "systemName": str,
              "systemOS": str, "checkIndexID": str, "aesKeyVerifyVal": str}
FILE_KEYS = {"id": str, "path": str, "size": int, "updated": int,
             "chunks": list}


class Fault(Exception):
    """What is wrong, with its name."""


def seconds(ms):
    """Toward zero, as the format counts them."""
    return -(-ms // 1000) if ms < 0 else ms // 1000


def sha1(data):
    return hashlib.sha1(data).hexdigest()


def file_id(path, updated_ms):
    return sha1((path + str(seconds(updated_ms))).encode())


def is_id(text):
    return isinstance(text, str) and ID.fullmatch(text) is not None


def unpack(data, name):
    """zstd: frames of any kind, also none at all."""
    if not data:
        return b""
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 29) \
            .stream_reader(io.BytesIO(data), read_across_frames=True)
        plain = reader.read()
    except zstandard.ZstdError as error:
        raise Fault(f"{name}: does not decompress: {error}") from None
    return plain


def unseal(key, data, name):
    if len(data) < NONCE + TAG:
        raise Fault(f"{name}: {len(data)} bytes are no sealed object")
    try:
        return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], None)
    except InvalidTag:
        raise Fault(f"{name}: does not decrypt: damaged, or another"
                    " key") from None


def parse(data, keys, name):
    """A JSON object that has exactly these keys and types."""
    try:
        record = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise Fault(f"{name}: no JSON: {error}") from None
    if not isinstance(record, dict):
        raise Fault(f"{name}: no JSON object")
    for key, kind in keys.items():
        if type(record.get(key)) is not kind:  # bool and float are no int
            raise Fault(f"{name}: {key} is {record.get(key)!r}, not of type"
                        f" {kind.__name__}")
    surplus = record.keys() - keys.keys()
    if surplus:
        raise Fault(f"{name}: unknown keys {sorted(surplus)}")
    return record


def check_path(path, name):
    parts = path.split("/")
    if parts[0] != "" or len(parts) < 2 or \
            any(part in ("", ".", "..") for part in parts[1:]):
        raise Fault(f"{name}: the path {path!r} is not safe")


class Repository:
    """The objects of one store.  Each read checks what it reads."""

    def __init__(self, root, key):
        self.root = Path(root)
        self.key = key

    def _read(self, name):
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            raise Fault(f"{name}: {error.strerror}") from None

    def _object(self, oid, what):
        name = f"objects/{oid[:2]}/{oid[2:]}"
        label = f"{name} ({what})"
        try:
            sealed = (self.root / name).read_bytes()
        except OSError as error:
            raise Fault(f"{label}: {error.strerror}") from None
        return unpack(unseal(self.key, sealed, label), label), label

    def latest(self):
        ref = self._read("refs/latest")
        if len(ref) != 40 or not is_id(ref.decode("latin-1")):
            raise Fault(f"refs/latest: {ref!r} is not exactly 40 hex digits")
        return ref.decode()

    def index(self, oid):
        name = f"indexes/{oid}"
        record = parse(unpack(self._read(name), name), INDEX_KEYS, name)
        if record["id"] != oid:
            raise Fault(f"{name}: calls itself {record['id']}")
        if record["count"] != len(record["files"]):
            raise Fault(f"{name}: count is {record['count']} for"
                        f" {len(record['files'])} files")
        bad = [x for x in record["files"] if not is_id(x)]
        if bad or len(set(record["files"])) != len(record["files"]):
            raise Fault(f"{name}: files are no list of distinct ids {bad[:1]}")
        self._check_key(record["aesKeyVerifyVal"], name)
        return record

    def _check_key(self, value, name):
        if value == "":
            return
        try:
            sealed = base64.b64decode(value, validate=True)
        except ValueError:
            raise Fault(f"{name}: aesKeyVerifyVal is no Base64") from None
        if unseal(self.key, sealed, f"{name}: aesKeyVerifyVal") != b"siyuan":
            raise Fault(f"{name}: aesKeyVerifyVal is not of this format")

    def file(self, oid):
        plain, name = self._object(oid, "a File")
        record = parse(plain, FILE_KEYS, name)
        expected = file_id(record["path"], record["updated"])
        if not oid == record["id"] == expected:
            raise Fault(f"{name}: id {record['id']}, but path and time make"
                        f" {expected}")
        check_path(record["path"], name)
        if not record["chunks"] or not all(map(is_id, record["chunks"])):
            raise Fault(f"{name}: chunks are no list of ids")
        return record

    def chunk(self, oid, path):
        plain, name = self._object(oid, f"a chunk of {path}")
        if sha1(plain) != oid:
            raise Fault(f"{name}: the content's SHA-1 is {sha1(plain)}")
        if len(plain) > dejavu_chunker.MAXIMUM:
            raise Fault(f"{name}: {len(plain)} bytes, longer than a chunk")
        return plain

    def index_list(self):
        name = "indexes-v2.json"
        try:
            entries = json.loads(unpack(self._read(name), name))["indexes"]
            return [entry["id"] for entry in entries or []]
        except (ValueError, KeyError, TypeError) as error:
            raise Fault(f"{name}: not of this format: {error}") from None


class Report:
    """What verify() found."""

    def __init__(self):
        self.faults = []
        self.index = None
        self.files = {}  # path: File record
        self.chunks = set()
        self.bytes = 0

    @property
    def is_sound(self):
        return not self.faults

    def __str__(self):
        index = self.index["id"] if self.index else "none"
        lines = [f"index {index}: {len(self.files)} files, {self.bytes} bytes,"
                 f" {len(self.chunks)} chunks"]
        lines += [f"wrong: {fault}" for fault in self.faults]
        return "\n".join(lines)


class _Verifier:
    def __init__(self, repository, data, cut_limit):
        self._repository = repository
        self._data = Path(data) if data else None
        self._cut_limit = cut_limit
        self.report = Report()

    def _try(self, step, *args):
        try:
            return step(*args)
        except Fault as fault:
            self.report.faults.append(str(fault))
            return None

    def run(self):
        report = self.report
        oid = self._try(self._repository.latest)
        report.index = self._try(self._repository.index, oid) if oid else None
        if report.index is None:
            return report
        for file in report.index["files"]:
            self._try(self._file, file)
        if report.is_sound and report.bytes != report.index["size"]:
            report.faults.append(f"indexes/{oid}: size is"
                                 f" {report.index['size']}, the files have"
                                 f" {report.bytes}")
        self._try(self._index_list, oid)
        if self._data:
            self._compare_listing()
        return report

    def _index_list(self, oid):
        listed = self._repository.index_list()
        if listed[:1] != [oid] or len(set(listed)) != len(listed):
            raise Fault(f"indexes-v2.json: {oid} is not first, or there twice:"
                        f" {listed[:3]}")

    def _file(self, oid):
        record = self._repository.file(oid)
        path = record["path"]
        if path in self.report.files:
            raise Fault(f"{path}: twice in the index")
        self.report.files[path] = record
        self._content(record)

    def _content(self, record):
        path = record["path"]
        keeps = record["size"] <= self._cut_limit
        kept, cuts, at = [], [], 0
        for oid in record["chunks"]:
            piece = self._repository.chunk(oid, path)
            if self._data:
                self._compare_piece(path, at, piece)
            at += len(piece)
            cuts.append(len(piece))
            self.report.chunks.add(oid)
            if keeps:
                kept.append(piece)
        self.report.bytes += at
        if at != record["size"]:
            raise Fault(f"{path}: size is {record['size']}, the chunks have"
                        f" {at}")
        if keeps:
            expected = dejavu_chunker.lengths(b"".join(kept))
            if cuts != expected:
                raise Fault(f"{path}: cut into {cuts}, not {expected}")

    def _compare_piece(self, path, at, piece):
        try:
            with open(str(self._data) + path, "rb") as file:
                file.seek(at)
                same = file.read(len(piece)) == piece
        except OSError as error:
            raise Fault(f"{path}: in the repository, but not to be read here:"
                        f" {error.strerror}") from None
        if not same:
            raise Fault(f"{path}: other bytes in the workspace, from byte"
                        f" {at}")

    def _compare_listing(self):
        here = dejavu_walk.walk(self._data)
        faults = self.report.faults
        faults += [f"{path}: missing in the repository"
                   for path in here.keys() - self.report.files.keys()]
        faults += [f"{path}: does not belong into the repository"
                   for path in self.report.files.keys() - here.keys()]
        for path in here.keys() & self.report.files.keys():
            record = self.report.files[path]
            ms = here[path].st_mtime_ns // 1000000
            if record["updated"] != ms or record["size"] != here[path].st_size:
                faults.append(
                    f"{path}: {record['size']} bytes of {record['updated']},"
                    f" the workspace has {here[path].st_size} of {ms}")


def verify(store, key, workspace=None, cut_limit=CUT_LIMIT):
    """Read everything the latest index of the store names.  Files of at most
    cut_limit bytes are cut again; with a workspace its data/ is compared."""
    data = Path(workspace) / "data" if workspace else None
    return _Verifier(Repository(store, key), data, cut_limit).run()


def contents(store, key):
    """{"/path": bytes} of the latest index: for small repositories."""
    repository = Repository(store, key)
    files = {}
    for oid in repository.index(repository.latest())["files"]:
        record = repository.file(oid)
        files[record["path"]] = b"".join(
            repository.chunk(x, record["path"]) for x in record["chunks"])
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--store", required=True, metavar="DIR")
    parser.add_argument("--key", required=True, metavar="BASE64")
    parser.add_argument("--workspace", metavar="DIR")
    parser.add_argument("--cut-limit", metavar="BYTES", type=int,
                        default=CUT_LIMIT,
                        help="cut no larger files again (default %(default)s:"
                        " half a second a MiB)")
    options = parser.parse_args()
    try:
        key = base64.b64decode(options.key, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        parser.error("--key: not the Base64 of 32 bytes")
    report = verify(options.store, key, options.workspace,
                    options.cut_limit)
    print(report)
    return 0 if report.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
