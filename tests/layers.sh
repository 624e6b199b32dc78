#!/bin/sh
# Who may include whom, and that every folder with code has its page.
#
# proto -> nothing of ours; runtime -> proto; bus-client -> proto, runtime;
# services, gateway, tools -> these and themselves, never each other; repo/
# knows no network and no bus; cloud/ knows no repository format.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 1
bad=0

complain() {
    printf '%s\n' "$*" >&2
    bad=1
}

# allow FOLDER 'REGEX of project headers it may include'
allow() {
    found=$(git ls-files -co --exclude-standard "$1/*.c" "$1/*.h" |
        xargs -r grep -nE '^ *# *include +"' /dev/null |
        grep -vE "include +\"($2)")
    [ -z "$found" ] || complain "forbidden include (allowed here: $2):
$found"
}

engine=services/sync-engine
allow proto 'proto/'
allow services/runtime 'proto/|services/runtime/'
allow services/state-aggregator 'proto/|services/runtime/|services/state-aggregator/'
allow services/bus-client 'proto/|services/runtime/|services/bus-client/'
allow gateway 'proto/|services/(runtime|bus-client)/|gateway/'
allow tools 'proto/|services/(runtime|bus-client)/|tools/'
# repo/ may log; it knows neither bus nor network.
allow $engine/repo "$engine/repo/|services/runtime/(log|clock)\.h"
allow $engine/cloud "$engine/cloud/|services/runtime/(log|clock)\.h|proto/code\.h"
# merge/ knows repo's pure records only, no I/O.
allow $engine/merge "$engine/merge/|$engine/repo/(arena|buffer|file_record|ignore|oid|path)\.h"
# checkout/ writes what others decided: no bus, no network, no merge.
allow $engine/checkout "$engine/(checkout|repo)/|services/runtime/(log|clock)\.h"
# the rest: config/ and state/ are read by all, run/ by engine and state/.
allow $engine "$engine/|proto/|services/(runtime|bus-client)/"

found=$(git ls-files -co --exclude-standard "$engine/repo/*" "$engine/checkout/*" proto |
    xargs -r grep -nE 'include +<(zmq|curl)' /dev/null)
[ -z "$found" ] || complain "no network below repo/, checkout/ and proto/:
$found"

found=$(git ls-files -co --exclude-standard "$engine/merge/*" |
    xargs -r grep -nE 'include +<(fcntl|unistd|dirent|sys/|poll)' /dev/null)
[ -z "$found" ] || complain "merge/ is pure:
$found"

# libzmq only where sockets live; msgpack-c only behind proto's scan.
found=$(git ls-files -co --exclude-standard '*.c' '*.h' |
    grep -v '^tests/' | xargs -r grep -lE 'include +<msgpack' | grep -v '^proto/')
[ -z "$found" ] || complain "msgpack-c is used only in proto/: $found"

for folder in $(git ls-files -co --exclude-standard '*.c' |
    xargs -r -n1 dirname | sort -u); do
    if [ ! -f "$folder/README.md" ]; then
        complain "$folder: no README.md"
    elif [ "$(wc -l <"$folder/README.md")" -gt 60 ]; then
        complain "$folder/README.md: longer than 60 lines"
    fi
done

for file in $(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^tests/'); do
    limit=400
    case $file in *.h) limit=120 ;; esac
    lines=$(wc -l <"$file")
    [ "$lines" -le $limit ] ||
        complain "$file: $lines lines, over $limit: two modules?"
done

[ $bad = 0 ] || exit 1
printf 'layers, pages and sizes hold\n'
