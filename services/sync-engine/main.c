#include "services/runtime/program.h"
#include "services/sync-engine/config/config.h"
#include "services/sync-engine/run/dry_run.h"

struct self {
    struct config_checked checked;
    struct dry_run dry;
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
    if (self->checked.engine.dry_run) {
        rc = dry_run_open(&self->dry, self->checked.engine.state);
        if (rc < 0)
            return rc;
        self->checked.engine.state = self->dry.path;
        self->checked.engine.below_fd = self->dry.below_fd;
    }
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
    dry_run_close(&self->dry);
    key_wipe(&self->checked.engine.key);
}

int
main(int argc, char *argv[])
{
    static struct config config;
    static struct self self = {.dry = DRY_RUN_NOTHING};
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
