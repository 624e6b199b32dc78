#include "gateway/stream/takeover.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Taken sockets live from here on, out of the way: descriptors are looked
 * through from below, and only those of civetweb are of interest.
 */
#define HIGH_FD 16384

int
takeover_open_dead(void)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    close(pair[1]);
    return pair[0];
}

static bool
is_port(int fd, int (*get)(int, struct sockaddr *, socklen_t *), int port,
        struct in_addr *address)
{
    struct sockaddr_in name = {0};
    socklen_t len = sizeof name;

    if (get(fd, (struct sockaddr *)&name, &len) != 0 ||
        name.sin_family != AF_INET || ntohs(name.sin_port) != port)
        return false;
    *address = name.sin_addr;
    return true;
}

static int
get_peer(int fd, struct sockaddr *name, socklen_t *len)
{
    return getpeername(fd, name, len);
}

static int
get_own(int fd, struct sockaddr *name, socklen_t *len)
{
    return getsockname(fd, name, len);
}

static bool
is_socket_of(int fd, const struct mg_request_info *info)
{
    struct in_addr peer, own;
    char text[INET_ADDRSTRLEN];

    return is_port(fd, get_peer, info->remote_port, &peer) &&
           is_port(fd, get_own, info->server_port, &own) &&
           inet_ntop(AF_INET, &peer, text, sizeof text) != NULL &&
           strcmp(text, info->remote_addr) == 0;
}

/*
 * The only socket connected to that peer.  Two of them, over two addresses of
 * this machine, could not be told apart.
 */
static int
find_socket(const struct mg_request_info *info)
{
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    int found = -ENOENT;

    if (folder == NULL)
        return -errno;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is ours alone */
    while (found != -EEXIST && (entry = readdir(folder)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10);

        if (fd >= HIGH_FD) /* they come in order */
            break;
        if (entry->d_name[0] != '.' && is_socket_of(fd, info))
            found = found == -ENOENT ? fd : -EEXIST;
    }
    closedir(folder);
    return found;
}

/* A second descriptor for fd, where those of streams live. */
static int
duplicate(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

    if (copy < 0 && errno == EINVAL) /* the limit is lower than that */
        copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

int
takeover_take(const struct mg_connection *conn, int dead_fd)
{
    int fd = find_socket(mg_get_request_info(conn)), copy;

    if (fd < 0)
        return fd;
    copy = duplicate(fd);
    if (copy < 0)
        return copy;
    if (fcntl(copy, F_SETFL, O_NONBLOCK) != 0 ||
        dup3(dead_fd, fd, O_CLOEXEC) < 0) {
        int error = errno;

        close(copy);
        return -error;
    }
    return copy;
}
