#include "tools/syncbus/job.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int
job_open(void)
{
    sigset_t set;
    int fd, rc;

    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    sigaddset(&set, SIGCONT);
    rc = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (rc != 0)
        return -rc;
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* Returns when it is continued, or at once when no shell could do that. */
static void
stop_here(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    (void)raise(SIGTSTP); /* waits until it is unblocked: of this thread */
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

bool
job_look(int fd, struct screen *s)
{
    bool was_open = s->is_open, seen = false;
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        seen = true;
        if (info.ssi_signo == SIGTSTP) {
            screen_close(s);
            stop_here();
        }
    }
    if (seen && was_open)
        screen_open(s);
    return seen;
}
