#include "gateway/http/hangup.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Both ends of a connection. */
struct ends {
    struct sockaddr_in here, there;
};

static bool
read_ends(struct ends *out, int fd)
{
    socklen_t here_len = sizeof out->here, there_len = sizeof out->there;

    return getpeername(fd, (struct sockaddr *)&out->there, &there_len) == 0 &&
           there_len == sizeof out->there && out->there.sin_family == AF_INET &&
           getsockname(fd, (struct sockaddr *)&out->here, &here_len) == 0 &&
           here_len == sizeof out->here;
}

static bool
is_of(const struct mg_request_info *info, int fd)
{
    struct in_addr remote = {0};
    struct ends ends = {0};

    return inet_pton(AF_INET, info->remote_addr, &remote) == 1 &&
           read_ends(&ends, fd) &&
           ends.there.sin_addr.s_addr == remote.s_addr &&
           ntohs(ends.there.sin_port) == info->remote_port &&
           ntohs(ends.here.sin_port) == info->server_port;
}

int
hangup_find(const struct request *r)
{
    const struct mg_request_info *info = mg_get_request_info(r->conn);
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    int found = -1;

    if (folder == NULL)
        return -1;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is ours alone */
    while (found < 0 && (entry = readdir(folder)) != NULL) {
        int fd =
            entry->d_name[0] != '.' ? (int)strtol(entry->d_name, NULL, 10) : -1;

        if (fd >= 0 && is_of(info, fd))
            found = fd;
    }
    closedir(folder);
    return found;
}

bool
hangup_is(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};

    return fd >= 0 && poll(&p, 1, 0) > 0 &&
           (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
