#!/bin/sh
# Put the clients of requirements.txt into build/clients, once per version of
# that list.  Needs python3-venv and PyPI.
#
# Exit codes: 0 they are there, 77 PyPI does not give them ("skipped: why" is
# the last line).
set -eu
cd "$(dirname "$0")"
out=$(cd ../.. && pwd)/build/clients
cmp -s requirements.txt "$out/installed.txt" && exit 0
rm -rf "$out"
mkdir -p "$(dirname "$out")"
/usr/bin/python3 -m venv "$out"
timeout 300 "$out/bin/pip" install --quiet --disable-pip-version-check \
    --no-deps --only-binary :all: --requirement requirements.txt \
    >"$out/pip.log" 2>&1 || {
    cat "$out/pip.log"
    printf 'skipped: PyPI does not give the clients: %s\n' \
        "$(tail -n 1 "$out/pip.log")"
    exit 77
}
cp requirements.txt "$out/installed.txt"
