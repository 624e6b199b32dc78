#!/usr/bin/python3
"""Write the seed corpora of the protocol's fuzz targets from vectors.json.

Run it after adding vectors; a seed is named like its vector.  Messages that a
decoder accepts lead deepest; of the others only the malformed ones are seeds.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
VECTORS = HERE.parent.parent / "proto" / "vectors.json"
TARGET = {"snapshot": "beat", "any": "wire"}


def main():
    for vector in json.loads(VECTORS.read_text("utf-8")):
        target = TARGET.get(vector["message"], vector["message"])
        data = bytes.fromhex(vector["hex"])
        if "value" in vector or target == "wire":
            folder = HERE / "corpus" / target
            folder.mkdir(parents=True, exist_ok=True)
            (folder / vector["name"]).write_bytes(data)


main()
