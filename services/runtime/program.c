#include "services/runtime/program.h"

#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/stop.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.h>

/* Setup, run, teardown.  Returns the exit code. */
static int
run_steps(const struct program *program, int stop_fd)
{
    int rc = program->setup(program->self, program->options, stop_fd);

    if (rc == PROGRAM_CONFIG) {
        program->teardown(program->self);
        return 2;
    }
    if (rc == 0)
        rc = program->run(program->self);
    if (rc < 0)
        log_line(LOG_ERROR, "stopping: %s", zmq_strerror(-rc));
    notify_stopping();
    program->teardown(program->self);
    if (rc == PROGRAM_USAGE)
        return 2;
    return rc == 0 ? 0 : 1;
}

void
program_raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_line(LOG_WARN, "descriptors: %s", strerrordesc_np(errno));
}

int
program_main(const struct program *program, int argc, char *argv[])
{
    int stop_fd = stop_fd_open();
    int rc, code;

    if (stop_fd < 0) {
        log_line(LOG_ERROR, "stopping: signals: %s", zmq_strerror(-stop_fd));
        return 1;
    }
    rc = options_parse(&program->table, program->options, argc, argv);
    if (rc == 0) {
        code = run_steps(program, stop_fd);
    } else {
        code = rc == OPTIONS_DONE ? 0 : 2;
    }
    options_clear(&program->table, program->options);
    close(stop_fd);
    return code;
}
