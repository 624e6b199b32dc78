#!/usr/bin/python3
"""`./dev bench`: measures ours against programs people know and prints one
table; a copy goes to build/bench.json.

    run.py [--quick | --smoke] [--only SECTION] [--folder DIR]

--smoke only checks that every section still works: its numbers mean nothing.
Exit code 1 when a section failed, 0 otherwise; a target that was missed is
said in the table, and is no failure: machines differ.
"""

import argparse
import importlib
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.path.insert(0, str(HERE))

from measure import Table  # noqa: E402
from syncbus_test import BUILD, ROOT  # noqa: E402

# Section: the programs of ours and of others it cannot do without.
SECTIONS = {
    "files": (["syncbus-sample", "syncbus-engine", "bench_snapshot"],
              ["restic", "rclone", "tar", "zstd", "openssl"]),
    "sync": (["syncbus-sample", "syncbus-engine"], ["restic", "rclone"]),
    "gateway": (["syncbus-aggregator", "syncbus-gateway", "bare_civetweb"],
                ["wrk", "nginx"]),
    "bus": (["syncbus-aggregator", "syncbus-gateway", "bus_load"], []),
    "streams": (["syncbus-aggregator", "syncbus-gateway", "bare_civetweb",
                 "bare_events", "bus_load", "stream_load"], ["wrk"]),
    "metrics": (["syncbus-aggregator", "syncbus-gateway"], []),
}


def find_missing(ours, others):
    missing = [name for name in ours if not (BUILD / "bin" / name).exists()]
    path = "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin"
    missing += [name for name in others if not shutil.which(name, path=path)]
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="smaller sizes")
    size.add_argument("--smoke", action="store_true",
                      help="tiny sizes, only to see that it works")
    parser.add_argument("--only", choices=SECTIONS)
    parser.add_argument("--folder", metavar="DIR",
                        help="where to write; a disk, not a tmpfs (default:"
                        " build/)")
    options = parser.parse_args()
    scale = "smoke" if options.smoke else "quick" if options.quick else "full"

    base = Path(options.folder) if options.folder else ROOT / "build"
    base.mkdir(parents=True, exist_ok=True)
    table, failed = Table(), False
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=base))
    try:
        for name in [options.only] if options.only else SECTIONS:
            missing = find_missing(*SECTIONS[name])
            if missing:
                table.skip(name, f"no {', '.join(missing)}")
                continue
            own = folder / name
            own.mkdir()
            try:
                importlib.import_module(f"section_{name}").run(
                    table, own, scale)
            except Exception:  # the other sections still count
                traceback.print_exc()
                table.skip(name, "it failed, see above")
                failed = True
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{table}")
    table.save(ROOT / "build" / "bench.json")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
