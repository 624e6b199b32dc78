/*
 * Every socket option of SB1 stands in the tables below, once.  Most of them
 * are there because the library's default was seen to fail: see the protocol
 * page for which and how.
 */
#include "services/runtime/peer.h"

#include "services/runtime/endpoint.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define KERNEL_BUFFER     (128 * 1024) /* bytes: bounds how stale a reader gets */
#define FOLDER_MODE       0750
#define SOCKET_UMASK      0117
#define REBUILD_JITTER_MS 500

struct setting {
    int option;
    int value;
};

static const struct setting common_settings[] = {
    {ZMQ_HEARTBEAT_IVL, 1000},     {ZMQ_HEARTBEAT_TIMEOUT, 3000},
    {ZMQ_HEARTBEAT_TTL, 3000},     {ZMQ_RECONNECT_IVL, 100},
    {ZMQ_RECONNECT_IVL_MAX, 1000}, {ZMQ_CONNECT_TIMEOUT, 2000},
    {ZMQ_HANDSHAKE_IVL, 3000},     {ZMQ_TCP_MAXRT, 5000},
    {ZMQ_TCP_KEEPALIVE, 1},        {ZMQ_TCP_KEEPALIVE_IDLE, 30},
    {ZMQ_TCP_KEEPALIVE_INTVL, 10}, {ZMQ_TCP_KEEPALIVE_CNT, 3},
    {ZMQ_BACKLOG, 4096},           {ZMQ_LINGER, 0},
};

#define SETTINGS 5

/* What a role adds; an option 0 ends the list. */
static const struct role {
    int type;
    int hwm;
    struct setting settings[SETTINGS];
} roles[] = {
    /*
     * A hub sends no PING.  Those of its peers carry the TTL after which it
     * ends a connection; a second one would double what a thousand idle
     * engines cost.  And libzmq 4.3.4 aborts when a PING is due to a peer that
     * was cut off while the queue from it was full (stream_engine_base.cpp,
     * out_event): anybody who may connect could end the hub.
     */
    [PEER_INGEST_HUB] = {ZMQ_SUB,
                         64,
                         {{ZMQ_HEARTBEAT_IVL, 0}, {ZMQ_MAXMSGSIZE, 4096}}},
    [PEER_INGEST_ENGINE] = {ZMQ_XPUB,
                            16,
                            {{ZMQ_XPUB_VERBOSE, 1},
                             {ZMQ_IMMEDIATE, 1},
                             {ZMQ_LINGER, 500}}},
    [PEER_FEED_HUB] = {ZMQ_XPUB,
                       1000,
                       {{ZMQ_HEARTBEAT_IVL, 0},
                        {ZMQ_XPUB_VERBOSE, 1},
                        {ZMQ_SNDBUF, KERNEL_BUFFER},
                        {ZMQ_RCVBUF, KERNEL_BUFFER},
                        {ZMQ_MAXMSGSIZE, 512}}},
    [PEER_FEED_READER] = {ZMQ_SUB,
                          1000,
                          {{ZMQ_SNDBUF, KERNEL_BUFFER},
                           {ZMQ_RCVBUF, KERNEL_BUFFER}}},
    [PEER_CONTROL_HUB] = {ZMQ_ROUTER,
                          64,
                          {{ZMQ_HEARTBEAT_IVL, 0},
                           {ZMQ_ROUTER_MANDATORY, 1},
                           {ZMQ_ROUTER_HANDOVER, 1},
                           {ZMQ_MAXMSGSIZE, 8192}}},
    [PEER_CONTROL_CLIENT] = {ZMQ_DEALER, 64, {{ZMQ_IMMEDIATE, 1}}},
};

void *
peer_context_new(int io_threads)
{
    void *context = zmq_ctx_new();

    if (context == NULL)
        return NULL;
    if (zmq_ctx_set(context, ZMQ_IO_THREADS, io_threads) != 0) {
        (void)zmq_ctx_term(context);
        return NULL;
    }
    return context;
}

void
peer_context_free(void *context)
{
    while (context != NULL && zmq_ctx_term(context) != 0 && errno == EINTR)
        continue;
}

static int
set_option(void *socket, int option, int value)
{
    int64_t wide = value;

    if (option == ZMQ_MAXMSGSIZE)
        return zmq_setsockopt(socket, option, &wide, sizeof wide);
    return zmq_setsockopt(socket, option, &value, sizeof value);
}

static int
set_options(void *socket, const struct role *role, int hwm)
{
    int rc = 0;

    for (size_t i = 0; i < sizeof common_settings / sizeof *common_settings;
         i++) {
        rc |= set_option(socket, common_settings[i].option,
                         common_settings[i].value);
    }
    rc |= set_option(socket, ZMQ_SNDHWM, hwm != 0 ? hwm : role->hwm);
    rc |= set_option(socket, ZMQ_RCVHWM, hwm != 0 ? hwm : role->hwm);
    for (size_t i = 0; i < SETTINGS && role->settings[i].option != 0; i++) {
        rc |= set_option(socket, role->settings[i].option,
                         role->settings[i].value);
    }
    return rc;
}

void *
peer_open(void *context, enum peer_role role, int hwm)
{
    void *socket = zmq_socket(context, roles[role].type);
    int error;

    if (socket == NULL)
        return NULL;
    if (set_options(socket, &roles[role], hwm) == 0)
        return socket;
    error = errno;
    peer_close(socket);
    errno = error;
    return NULL;
}

void
peer_close(void *socket)
{
    peer_close_linger(socket, 0);
}

void
peer_close_linger(void *socket, int linger_ms)
{
    if (socket == NULL)
        return;
    (void)set_option(socket, ZMQ_LINGER, linger_ms);
    (void)zmq_close(socket);
}

/* An IPv6 socket prefers ::1 for "localhost", where nobody may listen. */
static int
allow_ipv6(void *socket, const char *endpoint)
{
    if (strchr(endpoint, '[') == NULL)
        return 0;
    return set_option(socket, ZMQ_IPV6, 1);
}

int
peer_connect(void *socket, const char *endpoint)
{
    if (allow_ipv6(socket, endpoint) == 0 && zmq_connect(socket, endpoint) == 0)
        return 0;
    return -errno;
}

/* Say what could not be bound, and what to do about it. */
static int
complain(const char *endpoint, int error)
{
    const char *remedy =
        error == EADDRINUSE
            ? "; another process has it: stop that one or choose another"
              " address"
        : error == EADDRNOTAVAIL || error == ENODEV
            ? "; this machine has no such address: give one of its own as"
              " a number, or *"
            : "";

    log_line(LOG_ERROR, "cannot listen on %s: %s%s", endpoint,
             zmq_strerror(error), remedy);
    return -error;
}

/* Who holds the lock, as its file says; 0 when it does not say. */
static long
read_holder(int fd)
{
    char text[32] = "";
    long pid = 0;

    if (pread(fd, text, sizeof text - 1, 0) > 0)
        pid = strtol(text, NULL, 10);
    return pid;
}

/*
 * Take path's lock file.  The lock ends with the process, so a file that is
 * left over holds nobody up.
 */
static int
take_lock(const char *endpoint, const char *path, int *lock_fd)
{
    char lock_path[ENDPOINT_MAX + 8];
    int fd;

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        int error = errno;

        log_line(LOG_ERROR, "cannot listen on %s: %s: %s", endpoint, lock_path,
                 strerrordesc_np(error));
        return -error;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        log_line(LOG_ERROR,
                 "cannot listen on %s: held by process %ld; stop it or choose"
                 " another address",
                 endpoint, read_holder(fd));
        close(fd);
        return -EADDRINUSE;
    }
    if (ftruncate(fd, 0) == 0)
        dprintf(fd, "%ld\n", (long)getpid());
    *lock_fd = fd;
    return 0;
}

/* zmq_bind() removes what is at the path: only ever a socket of ours. */
static int
prepare_path(const char *endpoint, int *lock_fd)
{
    const char *path = endpoint + strlen("ipc://");
    char folder[ENDPOINT_MAX];
    struct stat st;
    int rc = endpoint_folder(folder, endpoint);

    if (rc != 0)
        return complain(endpoint, -rc);
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
        rc = -errno;
        log_line(LOG_ERROR, "cannot listen on %s: folder %s: %s", endpoint,
                 folder, strerrordesc_np(-rc));
        return rc;
    }
    rc = take_lock(endpoint, path, lock_fd);
    if (rc == 0 && lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
        rc = complain(endpoint, EEXIST);
    return rc;
}

int
peer_rebind(void *socket, const char *endpoint)
{
    mode_t before = umask(SOCKET_UMASK);
    int rc = 0;

    if (allow_ipv6(socket, endpoint) != 0 || zmq_bind(socket, endpoint) != 0)
        rc = -errno;
    umask(before);
    return rc;
}

int
peer_bind(void *socket, const char *endpoint, int *lock_fd)
{
    int rc = 0;

    *lock_fd = -1;
    if (strncmp(endpoint, "ipc://", 6) == 0)
        rc = prepare_path(endpoint, lock_fd);
    if (rc != 0)
        return rc;
    rc = peer_rebind(socket, endpoint);
    return rc == 0 ? 0 : complain(endpoint, -rc);
}

int
peer_bound_endpoint(void *socket, char *out, size_t cap)
{
    size_t len = cap;

    return zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, out, &len) == 0 ? 0
                                                                     : -errno;
}

uint32_t
peer_chance(void)
{
    uint32_t value;

    return getrandom(&value, sizeof value, 0) == sizeof value ? value : 0;
}

void
watchdog_init(struct watchdog *w, uint64_t limit_ms, uint64_t now_ms)
{
    *w = (struct watchdog){.limit_ms = limit_ms, .heard_at_ms = now_ms};
}

void
watchdog_heard(struct watchdog *w, uint64_t now_ms)
{
    w->heard_at_ms = now_ms;
}

bool
watchdog_due(const struct watchdog *w, uint64_t now_ms)
{
    /* heard_at_ms lies ahead of now_ms during the jitter of a rebuild. */
    return now_ms > w->heard_at_ms && now_ms - w->heard_at_ms >= w->limit_ms;
}

void
watchdog_rebuilt(struct watchdog *w, uint64_t now_ms, uint32_t random_value)
{
    w->heard_at_ms = now_ms + random_value % (REBUILD_JITTER_MS + 1);
}
