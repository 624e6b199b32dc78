#include "services/runtime/notify.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One datagram to the manager's socket; '@' names an abstract one. */
static void
send_message(const char *message)
{
    const char *path = secure_getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t len;
    int fd;

    if (path == NULL || (path[0] != '/' && path[0] != '@'))
        return;
    if (strlen(path) >= sizeof address.sun_path) {
        log_line(LOG_WARN, "NOTIFY_SOCKET is too long: %s", path);
        return;
    }
    memcpy(address.sun_path, path, strlen(path));
    len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || sendto(fd, message, strlen(message), MSG_NOSIGNAL,
                         (const struct sockaddr *)&address, len) < 0) {
        log_line(LOG_WARN, "cannot notify %s: %s", path,
                 strerrordesc_np(errno));
    }
    if (fd >= 0)
        close(fd);
}

void
notify_ready(const char *format, ...)
{
    char text[1024] = "ready: ";
    const size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
    log_notice(text);
    send_message("READY=1");
}

void
notify_stopping(void)
{
    send_message("STOPPING=1");
}
