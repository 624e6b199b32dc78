#!/bin/sh
# ./dev run as a stranger meets it: starts, prints a finished sync, ends on a
# signal with no process left, and starts again.
set -eu
cd "$(dirname "$0")/.."

port=$(/usr/bin/python3 - <<'PY'
import random, socket
while True:
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.randint(20000, 32000)))
        print(s.getsockname()[1])
        break
    except OSError:
        continue
PY
)
out=$(mktemp)
cleanup() {
    kill "$pid" 2>/dev/null || :
    rm -rf "$out" "var/$port"
}
pid=
trap cleanup EXIT

die() {
    cat "$out" >&2
    printf 'run: %s\n' "$*" >&2
    exit 1
}

for round in first second; do
    ./dev run --port "$port" >"$out" 2>&1 </dev/null &
    pid=$!
    timeout 240 tail --pid=$pid -n +1 -f "$out" | grep -q 'running until' ||
        die "$round start did not get to a finished sync"
    answer=$(grep '"code":0' "$out") || die "$round start printed no getSyncInfo"
    case $answer in
    *'"state":"idle"'*'"ok":true'*) ;;
    *) die "$round start: the printed sync is not finished: $answer" ;;
    esac
    curl -fsS -m 5 -X POST "http://127.0.0.1:$port/api/sync/getSyncInfo" |
        grep -q '"bus":"up"' || die "$round start: getSyncInfo is not live"
    kill -TERM $pid
    timeout 20 tail --pid=$pid -f /dev/null || die "$round start did not stop"
    wait $pid || :
    if pgrep -f "var/$port/" >/dev/null; then
        die "$round start left processes behind: $(pgrep -af "var/$port/")"
    fi
done
printf '2 passed, 0 failed\n'
