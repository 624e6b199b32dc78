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

# The SDK is for go 1.21; Debian 12's 1.19 lacks three functions it calls.  The
# compiler reads other files in place of those that do, and they have them.
add_what_is_new() {
    sdk=$("$go" list -m -f '{{.Dir}}' \
        github.com/grafana/grafana-foundation-sdk/go)
    rm -rf "$out/overlay"
    mkdir "$out/overlay"
    grep -rlE --include='*.go' \
        '(errors\.Join|sync\.OnceValue|= max)\(' "$sdk" |
        while read -r file; do
            mine=$out/overlay/$(echo "${file#"$sdk"/}" | tr / -)
            sed 's/errors\.Join(/joined(/; s/sync\.OnceValue(/onceValue(/' \
                "$file" >"$mine"
            for new in joined onceValue max; do
                ! grep -q " $new(" "$mine" || cat "go1.21/$new" >>"$mine"
            done
            printf '"%s":"%s"\n' "$file" "$mine"
        done | paste -s -d , | sed 's/.*/{"Replace":{&}}/' \
        >"$out/overlay/overlay.json"
    GOFLAGS="$GOFLAGS -overlay=$out/overlay/overlay.json"
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
minor=$("$go" version | sed -n 's/.* go1\.\([0-9]*\).*/\1/p')
if [ "${minor:-0}" -ge 21 ]; then
    "$go" vet .
else
    add_what_is_new # vet does not see it
fi
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
