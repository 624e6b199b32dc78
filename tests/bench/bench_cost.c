/*
 * bench_cost FD COMMAND [ARGUMENT...] - run a command and write to FD what it
 * cost: "exit-code cpu-us peak-KiB\n"; 128 and the signal for one that was
 * killed.
 *
 * A process begins with the peak of the one it was forked from.  The runner is
 * an interpreter that holds a workspace's names or its contents, so it starts
 * this instead, which holds nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int
exit_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static long long
microseconds(struct timeval t)
{
    return t.tv_sec * 1000000LL + t.tv_usec;
}

int
main(int argc, char *argv[])
{
    struct rusage usage = {0};
    int status, fd;
    pid_t pid;

    if (argc < 3)
        return 2;
    fd = (int)strtol(argv[1], NULL, 10);
    pid = fork();
    if (pid == 0) {
        close(fd);
        execvp(argv[2], argv + 2);
        (void)fprintf(stderr, "%s: %s\n", argv[2], strerrordesc_np(errno));
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return 1;
    (void)dprintf(fd, "%d %lld %ld\n", exit_code(status),
                  microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
                  usage.ru_maxrss);
    return exit_code(status);
}
