#!/bin/sh
# Prints the folder of the programs prometheus and promtool.
#
# Where they are not installed, they are taken out of Debian's package, into
# build/: installing it would start a server on this machine, now and at every
# boot.
set -eu
cd "$(dirname "$0")/../.."

if command -v promtool >/dev/null 2>&1 && command -v prometheus >/dev/null 2>&1
then
    dirname "$(command -v promtool)"
    exit 0
fi

folder=$PWD/build/prometheus
if [ -x "$folder/promtool" ]; then
    echo "$folder"
    exit 0
fi

mkdir -p build
half=$(mktemp -d build/prometheus.XXXXXX)
trap 'rm -rf "$half"' EXIT

# As the user it may: apt's lists are readable by all.
download() {
    (cd "$half" && apt-get download prometheus) >"$half/log" 2>&1
}

echo "taking promtool out of Debian's package prometheus" >&2
download || {
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -q >/dev/null 2>&1 && download
} || {
    cat "$half/log" >&2
    echo "prometheus.sh: apt-get cannot download the package prometheus" >&2
    exit 1
}
dpkg-deb --fsys-tarfile "$half"/*.deb |
    tar -x -C "$half" ./usr/bin/prometheus ./usr/bin/promtool
# One of several that do this at once is first; all of them are right.
mv -T "$half/usr/bin" "$folder" 2>/dev/null || [ -x "$folder/promtool" ]
echo "$folder"
