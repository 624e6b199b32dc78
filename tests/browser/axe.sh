#!/bin/sh
# Put axe-core into build/browser/axe, once per version of requirements.txt.
# Needs python3-venv and PyPI.
#
# Exit codes: 0 it is there, 77 PyPI does not give it ("skipped: why" is the
# last line).
set -eu
cd "$(dirname "$0")"
out=$(cd ../.. && pwd)/build/browser/axe
cmp -s requirements.txt "$out/installed.txt" && exit 0
rm -rf "$out"
mkdir -p "$out"
/usr/bin/python3 -m venv "$out/venv"
timeout 300 "$out/venv/bin/pip" install --quiet --disable-pip-version-check \
    --no-deps --only-binary :all: --require-hashes --target "$out/lib" \
    --requirement requirements.txt >"$out/pip.log" 2>&1 || {
    cat "$out/pip.log"
    printf 'skipped: PyPI does not give axe-core: %s\n' \
        "$(tail -n 1 "$out/pip.log")"
    exit 77
}
cp "$out/lib/axe_playwright_python/axe.min.js" "$out/axe.min.js"
cp requirements.txt "$out/installed.txt"
cd "$out"
rm -rf venv lib
