#!/bin/sh
# compose.yaml in a real Docker engine, from nothing: `./dev stack`.
#
# Uses the engine that answers; else starts a private one, as root, and ends
# it again.  Its images are kept in a cache, so that the second run is fast.
# Exit codes: 0 all checks passed, 1 not, 77 it cannot run here ("skipped:
# why" is the last line).
#
#   SYNCBUS_STACK_CACHE    where the private engine keeps images
#                          (default /var/cache/syncbus-stack)
#   SYNCBUS_STACK_COMPOSE  the compose command (default docker-compose, else
#                          "docker compose")
#   DEBIAN_MIRROR          where the base image's packages come from
set -eu
cd "$(dirname "$0")/../.."
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

python=/usr/bin/python3
base=debian:bookworm-slim
cache=${SYNCBUS_STACK_CACHE:-/var/cache/syncbus-stack}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
began=$(date +%s)
work='' engine='' engine_dir='' half_base='' others='' up='' checked=''

say() {
    printf 'stack: %s (%s s)\n' "$*" "$(($(date +%s) - began))"
}

die() {
    printf 'stack: %s\n' "$*" >&2
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

# need PACKAGE...: install what is missing.
need() {
    missing=''
    for package in "$@"; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) ||
            status=none
        [ "$status" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || skip "not root, and these packages are missing:$missing"
    say "installing Debian packages:$missing"
    # shellcheck disable=SC2086  # a word list on purpose
    { apt-get update -q &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
            --no-install-recommends $missing; } >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        die "apt-get could not install:$missing"
    }
}

# quietly COMMAND...: show its output only when it fails.
quietly() {
    "$@" >"$work/log" 2>&1 || {
        tail -n 200 "$work/log" >&2
        die "failed: $*"
    }
}

# ---- the engine -------------------------------------------------------------

engine_answers() {
    command -v docker >/dev/null 2>&1 &&
        timeout 10 docker version >/dev/null 2>&1
}

# Without iptables rules, default bridge or IP forwarding: nothing of the
# machine's own network changes.  A published port still works, through
# docker-proxy; builds use the machine's network.  --pdeathsig: the engine
# ends with this script, also when that is killed.
start_engine() {
    sweep_old
    engine_dir=$(mktemp -d /run/syncbus-stack.XXXXXX)
    printf '%s\n' "$engine_dir" "$work" >"$cache/left"
    export DOCKER_HOST="unix://$engine_dir/docker.sock"
    unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
    echo '{}' >"$engine_dir/daemon.json"
    setsid setpriv --pdeathsig TERM dockerd \
        --config-file "$engine_dir/daemon.json" --host "$DOCKER_HOST" \
        --data-root "$cache/docker" --exec-root "$engine_dir/exec" \
        --pidfile "$engine_dir/pid" --bridge none --iptables=false \
        --ip-forward=false >"$engine_dir/log" 2>&1 </dev/null 9>&- &
    engine=$!
    tries=600
    until docker version >/dev/null 2>&1; do
        tries=$((tries - 1))
        kill -0 "$engine" 2>/dev/null || engine=''
        if [ -z "$engine" ] || [ $tries = 0 ]; then
            tail -n 20 "$engine_dir/log" >&2
            skip "no Docker engine starts here:" \
                "$(tail -n 1 "$engine_dir/log" | cut -c1-200)"
        fi
        sleep 0.2
    done
    say "a private Docker engine runs, $(docker info -f \
        '{{.ServerVersion}}, storage driver {{.Driver}}')"
}

stop_engine() {
    [ -n "$engine_dir" ] || return 0
    if [ -n "$engine" ]; then
        kill "$engine" 2>/dev/null || :
        wait "$engine" 2>/dev/null || :
    fi
    # What holds a path of this run's own folder was started by it.
    if pgrep -af "$engine_dir" >&2; then
        say "the processes above stayed behind"
        return 1
    fi
    sweep "$engine_dir"
}

# sweep FOLDER: unmount what is below and remove it.
sweep() {
    awk -v dir="$1/" 'index($2, dir) == 1 { print $2 }' /proc/mounts |
        sort -r | xargs -r umount -l
    rm -rf --one-file-system "$1"
}

# What a run that was killed left lying; its processes ended with it.
sweep_old() {
    [ -f "$cache/left" ] || return 0
    while read -r folder; do
        case $folder in */syncbus-stack.*) sweep "$folder" ;; esac
    done <"$cache/left"
}

# ---- the base image ---------------------------------------------------------

# What Debian's own image is made of, with this machine's way to packages
# (proxies, mirrors that are older than they should be).
make_base() {
    need debootstrap
    say "making $base with debootstrap"
    mkdir -p "$cache"
    half_base=$(mktemp -d "$cache/syncbus-stack.XXXXXX")
    [ ! -f "$cache/left" ] || printf '%s\n' "$half_base" >>"$cache/left"
    quietly debootstrap --variant=minbase bookworm "$half_base" "$mirror"
    apt-config dump | grep -E '^Acquire::(http|https|ftp|Check|Retries)' \
        >"$half_base/etc/apt/apt.conf.d/90host" || :
    cat >"$half_base/etc/apt/sources.list" <<TEXT
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb $mirror-security bookworm-security main
TEXT
    rm -rf "$half_base"/var/lib/apt/lists/* "$half_base"/var/cache/apt/*
    tar -C "$half_base" -c . | quietly docker import - "$base"
    drop_base
}

drop_base() {
    [ -n "$half_base" ] || return 0
    sweep "$half_base" # an interrupted debootstrap leaves its mounts
    half_base=''
}

# ---- the stack --------------------------------------------------------------

choose_compose() {
    compose=${SYNCBUS_STACK_COMPOSE:-}
    [ -z "$compose" ] || return 0
    if command -v docker-compose >/dev/null 2>&1; then
        compose=docker-compose
    elif docker compose version >/dev/null 2>&1; then
        compose='docker compose'
    else
        need docker-compose
        compose=docker-compose
    fi
}

compose() {
    # shellcheck disable=SC2086  # "docker compose" is two words
    $compose "$@"
}

# The environment of compose.yaml, whole: a .env in the checkout is the
# user's, not ours.
configure() {
    uid=10001 gid=100 # as on a NAS; Debian has a name for 100
    [ "$(id -u)" = 0 ] || uid=$(id -u) gid=$(id -g)
    export COMPOSE_PROJECT_NAME=syncbus-stack-test
    export COMPOSE_FILE="compose.yaml:compose.override.yaml:$work/override.yaml"
    # As users with TLS do, without compose.override.yaml.
    export SYNCBUS_STACK_TLS_FILE="compose.yaml:$work/override.yaml"
    export COMPOSE_PROFILES=monitoring
    export SYNCBUS_IMAGE=syncbus-stack-test:latest
    export SYNCBUS_PROXY_IMAGE=syncbus-stack-test:proxy
    export SYNCBUS_PROMETHEUS_IMAGE=syncbus-stack-test:prometheus
    export SYNCBUS_UID="$uid" SYNCBUS_GID="$gid"
    export SYNCBUS_SECRETS="$work/secrets" SYNCBUS_WORKSPACE="$work/workspace"
    export SYNCBUS_STORE=store SYNCBUS_ID=stack.test SYNCBUS_INTERVAL=30
    export SYNCBUS_DIRECTION=both SYNCBUS_NET=172.30.75
    export SYNCBUS_LANG=en SYNCBUS_ENGINE_MEMORY=512m SYNCBUS_ENGINE_CPUS=1.0
    # shellcheck disable=SC2046  # four words
    set -- $(PYTHONPATH=tests/support $python -c \
        'import syncbus_test as t; print(*(t.free_port() for _ in range(4)))')
    export SYNCBUS_PORT="$1" SYNCBUS_PROMETHEUS_PORT="$2"
    export SYNCBUS_HTTPS_BIND=127.0.0.1 SYNCBUS_HTTPS_PORT="$3"
    export SYNCBUS_HTTP_PORT="$4" SYNCBUS_STACK_COMPOSE="$compose"
    # What differs from what users run: how it is built, and that a change
    # of health is seen sooner.
    cat >"$work/override.yaml" <<TEXT
services:
  aggregator: &override
    build: {network: host}
    healthcheck: {interval: 1s}
  engine: *override
  gateway: *override
  proxy: *override
  prometheus: *override
TEXT
}

make_secrets() {
    mkdir -m 0700 "$work/secrets" "$work/workspace"
    head -c 32 /dev/urandom | base64 -w 0 >"$work/secrets/repo-key"
    for name in api-token reader-token; do
        head -c 24 /dev/urandom | base64 -w 0 | tr '+/' '-_' \
            >"$work/secrets/$name"
    done
    quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
        -nodes -days 2 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
        -keyout "$work/secrets/tls-key" -out "$work/secrets/tls-cert"
    chmod 0400 "$work"/secrets/*
    [ "$(id -u)" != 0 ] ||
        chown -R "$uid:$gid" "$work/secrets" "$work/workspace"
}

build() {
    if ! docker image inspect "$base" >/dev/null 2>&1; then
        # Somebody's own engine gets Debian's own image where it can.
        if [ -n "$engine" ] || ! timeout 120 docker pull -q "$base"; then
            make_base
        fi
    fi
    say "building the images"
    # These two mostly download, the other mostly compiles.
    compose build proxy prometheus >"$work/log.others" 2>&1 &
    others=$!
    # The tag keeps the build stage, and with it the compiler's packages, out
    # of the pruning below.
    quietly docker build --network host --target build \
        -t syncbus-stack-test:build .
    quietly compose build aggregator
    wait "$others" || {
        tail -n 200 "$work/log.others" >&2
        die "failed: compose build proxy prometheus"
    }
    others=''
    [ -z "$engine" ] || quietly docker image prune -f
}

down() { # all of it, whichever profile it is in
    COMPOSE_PROFILES=tls,monitoring \
        compose down -v --remove-orphans -t 5
}

bring_up() {
    up=1
    quietly down
    # As the image's user, who must be able to read it.
    quietly docker run --rm --network none --cap-drop ALL \
        -v "$work/workspace:/out" "$SYNCBUS_IMAGE" \
        syncbus-sample --out /out/sample --files 200 --bytes 8M
    export SYNCBUS_WORKSPACE="$work/workspace/sample"
    say "starting the stack"
    if ! compose up -d --no-build >"$work/log" 2>&1; then
        cat "$work/log" >&2
        compose logs --no-color --tail=50 >&2 || :
        die "compose up failed"
    fi
}

take_down() {
    [ -n "$up" ] || return 0
    up=''
    down >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        return 1
    }
}

clean_up() {
    rc=$?
    trap - EXIT INT TERM HUP
    if [ -n "$others" ]; then
        kill "$others" 2>/dev/null || :
        wait "$others" 2>/dev/null || :
    fi
    take_down || rc=1
    drop_base
    stop_engine || rc=1
    [ -z "$work" ] || rm -rf --one-file-system "$work"
    case $rc in
    0 | 77) ;;
    *) [ -n "$checked" ] || echo '0 passed, 1 failed' ;;
    esac
    exit $rc
}

work=$(mktemp -d "${TMPDIR:-/tmp}/syncbus-stack.XXXXXX")
# The image's user passes through to its workspace.
chmod 0711 "$work"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if ! engine_answers; then
    [ "$(id -u)" = 0 ] ||
        skip "no Docker engine answers, and only root can start one"
    mkdir -p "$cache"
    # One private engine at a time: they would share the cache.
    exec 9>"$cache/lock"
    flock -w 900 9 || die "another run has held $cache/lock for 15 minutes"
    need docker.io docker-compose util-linux procps
    start_engine
fi
need openssl curl
choose_compose
configure
make_secrets
build
bring_up
checked=1
# SYNCBUS_STACK_PRIVATE: the containers' processes are this machine's own.
SYNCBUS_STACK_PRIVATE=${engine:+yes} $python tests/stack/check.py
