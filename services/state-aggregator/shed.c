#include "services/state-aggregator/shed.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library's declaration has a type of its own for the address. */
int shed_accept(int fd, void *address, void *len, int flags) __asm__("accept4");

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int reserve_fd = -1; /* with the mutex */
static atomic_uint_least64_t count;

static int
take_reserve(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int
shed_open(void)
{
    reserve_fd = take_reserve();
    return reserve_fd < 0 ? -errno : 0;
}

uint64_t
shed_count(void)
{
    return atomic_load(&count);
}

static int
accept_with_kernel(int fd, void *address, void *len, int flags)
{
    return (int)syscall(SYS_accept4, fd, address, len, flags);
}

static void
turn_away(int listener)
{
    int fd;

    (void)pthread_mutex_lock(&mutex);
    if (reserve_fd >= 0)
        close(reserve_fd);
    fd = accept_with_kernel(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        atomic_fetch_add(&count, 1);
    }
    reserve_fd = take_reserve(); /* or -1: the next one may have more luck */
    (void)pthread_mutex_unlock(&mutex);
}

int
shed_accept(int fd, void *address, void *len, int flags)
{
    int accepted = accept_with_kernel(fd, address, len, flags);

    if (accepted >= 0 || (errno != EMFILE && errno != ENFILE))
        return accepted;
    turn_away(fd);
    errno = ECONNABORTED;
    return -1;
}
