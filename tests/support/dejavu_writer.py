"""Writes a small repository as a kernel would, so that tests have one nobody
here's engine has made.  Only for fixtures: it keeps everything in memory and
makes no claim to be careful with a real store."""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import dejavu_chunker
from dejavu_reader import file_id, sha1

EMPTY_CHUNK = sha1(b"")


def go_json(value, indent=None):
    """JSON as Go writes it: compact or tabs, with its escapes."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, separators=separators,
                      indent=indent)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def pack(plain, frame="kernel"):
    """One zstd frame.  "kernel": what a kernel writes for short input, no
    content size and no checksum; "none": nothing for nothing, as older
    kernels; "full": with size and checksum."""
    if frame == "none" and not plain:
        return b""
    full = frame == "full"
    return zstandard.ZstdCompressor(
        write_checksum=full, write_content_size=full).compress(plain)


def seal(key, plain):
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


class Writer:
    """Collects files, then publishes an index:

        writer = Writer(folder, key)
        writer.add("/doc.txt", b"text", 1700000000123)
        writer.publish()
    """

    def __init__(self, root, key, device="kernel-of-a-test"):
        self.root = Path(root)
        self.key = key
        self.device = device
        self.files = {}  # path: File record
        self.created = 1700000000000

    def _store(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def _store_object(self, oid, plain, frame):
        name = f"objects/{oid[:2]}/{oid[2:]}"
        if not (self.root / name).exists():  # objects never change
            self._store(name, seal(self.key, pack(plain, frame)))

    def add(self, path, data, updated_ms, frame="kernel"):
        """Add or replace a file; returns its File record."""
        chunks, at = [], 0
        for length in dejavu_chunker.lengths(data):
            piece = data[at:at + length]
            at += length
            chunks.append(sha1(piece))
            self._store_object(chunks[-1], piece, frame)
        record = {"id": file_id(path, updated_ms), "path": path,
                  "size": len(data), "updated": updated_ms, "chunks": chunks}
        self._store_object(record["id"], go_json(record), frame)
        self.files[path] = record
        return record

    def remove(self, path):
        del self.files[path]

    def publish(self, memo="[Sync] Cloud sync, completed in 0.01s"):
        """Write index, refs/latest and indexes-v2.json; returns the id."""
        self.created += 1000
        oid = hashlib.sha1(secrets.token_bytes(32)).hexdigest()
        records = [self.files[path] for path in sorted(self.files)]
        index = {"id": oid, "memo": memo, "created": self.created,
                 "files": [record["id"] for record in records],
                 "count": len(records),
                 "size": sum(record["size"] for record in records),
                 "systemID": self.device, "systemName": "host",
                 "systemOS": "linux",
                 "checkIndexID": hashlib.sha1(
                     secrets.token_bytes(32)).hexdigest(),
                 "aesKeyVerifyVal": base64.b64encode(
                     seal(self.key, b"siyuan")).decode()}
        path = self._store(f"indexes/{oid}", pack(go_json(index)))
        os.utime(path, ns=(self.created * 1000000,) * 2)
        self._store("refs/latest", oid.encode())
        self._list(index)
        return oid

    def _list(self, index):
        name = "indexes-v2.json"
        entries = []
        if (self.root / name).exists():
            data = (self.root / name).read_bytes()
            entries = json.loads(
                zstandard.ZstdDecompressor().decompressobj().decompress(data)
            )["indexes"]
        keys = ("id", "systemID", "systemName", "systemOS")
        entries.insert(0, {key: index[key] for key in keys})
        self._store(name, pack(go_json({"indexes": entries}, indent="\t")))
