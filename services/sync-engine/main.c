#include "services/runtime/program.h"
#include "services/sync-engine/config.h"

struct self {
    struct config_checked checked;
    struct engine *engine;
    int stop_fd;
};

static int
setup(void *arg, const void *options, int stop_fd)
{
    struct self *self = arg;
    int rc = config_check(&self->checked, options);

    self->stop_fd = stop_fd;
    if (rc == CONFIG_WRONG)
        return PROGRAM_CONFIG;
    rc = engine_new(&self->engine, &self->checked.engine);
    return rc == ENGINE_CONFIG ? PROGRAM_CONFIG : rc;
}

static int
run(void *arg)
{
    struct self *self = arg;

    return engine_run(self->engine, self->stop_fd);
}

static void
teardown(void *arg)
{
    struct self *self = arg;

    engine_free(self->engine);
    key_wipe(&self->checked.engine.key);
}

int
main(int argc, char *argv[])
{
    static struct config config;
    static struct self self;
    const struct program program = {
        .table = config_table,
        .options = &config,
        .self = &self,
        .setup = setup,
        .run = run,
        .teardown = teardown,
    };

    return program_main(&program, argc, argv);
}
