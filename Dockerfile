# One image with every program; compose.yaml runs three containers of it.
# No syntax beyond the classic builder's: Debian 12's Docker has no BuildKit
# client.

# ---- build ------------------------------------------------------------------
FROM debian:bookworm-slim AS build

# civetweb-dev's CMake config names files of the package civetweb.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends \
        cmake ninja-build pkg-config gcc libc6-dev \
        libzmq3-dev libmsgpack-dev libcivetweb-dev civetweb libjansson-dev \
        libssl-dev libzstd-dev libpcre2-dev libutf8proc-dev \
    && rm -rf /var/lib/apt/lists/*

# .dockerignore lets only what the build reads through, so that a changed
# test or page does not compile everything again.
WORKDIR /src
COPY . .
RUN cmake --preset release \
    && cmake --build --preset release \
    && cmake --install build/release --prefix /out --strip

# ---- run --------------------------------------------------------------------
FROM debian:bookworm-slim

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends \
        libzmq5 libmsgpackc2 libcivetweb1 libjansson4 libssl3 libzstd1 \
        libpcre2-8-0 libutf8proc2 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*

# The numbers are fixed, so that files on volumes keep their owner from one
# image to the next.  Build with those of the workspace's owner, whatever they
# are: -o, because a NAS uses numbers that Debian has names for (gid 100).
ARG SYNCBUS_UID=10001
ARG SYNCBUS_GID=10001

# A new named volume takes owner and mode from the folder it covers.
RUN groupadd -o --gid "$SYNCBUS_GID" syncbus \
    && useradd -o --uid "$SYNCBUS_UID" --gid syncbus --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin syncbus \
    && install -d -o syncbus -g syncbus -m 0700 /var/lib/syncbus /store \
    && install -d -o syncbus -g syncbus -m 0750 /run/syncbus

COPY --from=build /out/bin/ /usr/local/bin/

LABEL org.opencontainers.image.title="syncbus" \
    org.opencontainers.image.description="Makes synchronisation visible and reliable: engine, aggregator, gateway" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.base.name="debian:bookworm-slim"

USER $SYNCBUS_UID:$SYNCBUS_GID
# A library that is missing above fails here, not at the user's.
RUN set -e; for program in /usr/local/bin/syncbus*; do "$program" --version; done
WORKDIR /
CMD ["syncbus-gateway", "--help"]
