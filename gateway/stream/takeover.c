#include "gateway/stream/takeover.h"

#include "gateway/http/peer_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int
takeover_open_dead(void)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    close(pair[1]);
    return pair[0];
}

/* A second descriptor for fd, out of the way of peer_socket_find(). */
static int
duplicate(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, PEER_SOCKET_HIGH);

    if (copy < 0 && errno == EINVAL) /* the limit is lower than that */
        copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

int
takeover_take(const struct mg_connection *conn, int dead_fd)
{
    int fd = peer_socket_find(conn), copy;

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
