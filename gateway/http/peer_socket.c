#include "gateway/http/peer_socket.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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

int
peer_socket_find(const struct mg_connection *conn)
{
    const struct mg_request_info *info = mg_get_request_info(conn);
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    int found = -ENOENT;

    if (folder == NULL)
        return -errno;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the folder is ours alone */
    while (found != -EEXIST && (entry = readdir(folder)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10);

        if (fd >= PEER_SOCKET_HIGH) /* they come in order */
            break;
        if (entry->d_name[0] != '.' && is_socket_of(fd, info))
            found = found == -ENOENT ? fd : -EEXIST;
    }
    closedir(folder);
    return found;
}
