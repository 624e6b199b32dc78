#!/bin/sh
# packages.sh SUITE: put what tests/SUITE/requirements.txt lists into a Python
# environment of its own, build/packages/SUITE, once per version of that list.
# Needs python3-venv and PyPI.
#
# Exit codes: 0 they are there, 77 PyPI does not give them ("skipped: why" is
# the last line).
set -eu
cd "$(dirname "$0")/../.."
list=tests/$1/requirements.txt
out=$PWD/build/packages/$1
cmp -s "$list" "$out/installed.txt" && exit 0
rm -rf "$out"
mkdir -p "$(dirname "$out")"
/usr/bin/python3 -m venv "$out"
timeout 300 "$out/bin/pip" install --quiet --disable-pip-version-check \
    --no-deps --only-binary :all: --requirement "$list" \
    >"$out/pip.log" 2>&1 || {
    cat "$out/pip.log"
    printf 'skipped: PyPI does not give the packages of %s: %s\n' "$list" \
        "$(tail -n 1 "$out/pip.log")"
    exit 77
}
cp "$list" "$out/installed.txt"
