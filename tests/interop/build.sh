#!/bin/sh
# Build the peer of the interop tests: build/interop/peer.
#
#   build.sh          needs go 1.19 or later and the Go module proxy
#   build.sh has-go   exit code 0 when such a go is there
#
# Exit codes: 0 built, 1 the peer's code is wrong, 77 it cannot be built here
# ("skipped: why" is the last line).
set -eu
cd "$(dirname "$0")/peer"
out=$(cd ../../.. && pwd)/build/interop
# The committed go.mod and go.sum decide; nothing else is fetched.
export GOFLAGS='-mod=readonly -buildvcs=false' GOTOOLCHAIN=local GOWORK=off

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

is_new_enough() { # GO
    minor=$("$1" version 2>/dev/null | sed -n 's/.* go1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 19 ]
}

find_go() { # the one in PATH, else Debian's
    for go in go /usr/bin/go /usr/lib/go-1.19/bin/go; do
        is_new_enough "$go" && return 0
    done
    return 1
}

find_go || {
    [ "${1-}" != has-go ] || exit 1
    skip "no go 1.19 or later (Debian: golang-go)"
}
[ "${1-}" != has-go ] || exit 0

mkdir -p "$out"
rm -f "$out/peer"
timeout 120 "$go" mod download >"$out/download.log" 2>&1 || {
    cat "$out/download.log"
    # Other bytes than go.sum names are no missing network.
    ! grep -q 'SECURITY ERROR' "$out/download.log" || exit 1
    skip "the Go module proxy gives no $(tail -n 1 "$out/download.log")"
}
unformatted=$("$(dirname "$(command -v "$go")")/gofmt" -l .)
[ -z "$unformatted" ] || {
    printf 'gofmt would change: %s\n' "$unformatted"
    exit 1
}
"$go" vet .
"$go" build -o "$out/peer" .
