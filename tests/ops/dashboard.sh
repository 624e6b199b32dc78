#!/bin/sh
# ops/grafana-dashboard.json against Grafana's own schema, field by field.
#
# Needs go 1.19 or later and the Go module proxy.  Exit codes: 0 it fits, 1 it
# does not, 77 this cannot be checked here ("skipped: why" is the last line).
set -eu
cd "$(dirname "$0")/dashboard"
root=$(cd ../../.. && pwd)
out=$root/build/ops
# The committed go.mod and go.sum decide; nothing else is fetched.
export GOFLAGS='-mod=readonly -buildvcs=false' GOTOOLCHAIN=local GOWORK=off

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

fits() { # FILE
    "$out/dashboard" "$1" >"$out/dashboard.log" 2>&1
}

go=go
command -v go >/dev/null 2>&1 || go=/usr/bin/go
"$go" version >/dev/null 2>&1 || skip "no go (Debian: golang-go)"
mkdir -p "$out"
timeout 120 "$go" mod download >"$out/download.log" 2>&1 || {
    cat "$out/download.log"
    # Other bytes than go.sum names are no missing network.
    ! grep -q 'SECURITY ERROR' "$out/download.log" || exit 1
    skip "the Go module proxy gives no $(tail -n 1 "$out/download.log")"
}
"$go" vet .
"$go" build -o "$out/dashboard" .

file=$root/ops/grafana-dashboard.json
fits "$file" || {
    cat "$out/dashboard.log"
    exit 1
}
# A field that Grafana does not know must not pass, or nothing was checked.
sed 's/"gridPos": {/"gridPosition": {/' "$file" >"$out/wrong.json"
! fits "$out/wrong.json" || {
    echo "a wrong dashboard passed as well"
    exit 1
}
echo "1 passed, 0 failed"
