/*
 * syncbus - the command line for people and scripts.  The first word that is
 * no option is the command; it has a table of options and a function.
 */
#include "services/runtime/program.h"
#include "tools/syncbus/command.h"
#include "tools/syncbus/job.h"

#include <stdio.h>
#include <string.h>

struct cli {
    const struct command_entry *command; /* NULL: none was given */
    const struct settings *settings;
    struct session session;
};

static int
setup(void *self, const void *options, int stop_fd)
{
    struct cli *c = self;

    c->settings = options;
    c->session.stop_fd = stop_fd;
    if (c->command == NULL) {
        (void)session_complain("syncbus --help lists them.",
                               "COMMAND is missing");
        return PROGRAM_CONFIG;
    }
    if (c->command->draws) {
        c->session.job_fd = job_open(); /* before there are threads */
        if (c->session.job_fd < 0)
            return c->session.job_fd;
    }
    return session_open(&c->session, c->settings, c->command->needs);
}

static int
run(void *self)
{
    struct cli *c = self;
    int rc = c->command->run(&c->session, c->settings);

    /* What was not written was not said. */
    if (fflush(stdout) != 0 && rc == 0)
        rc = session_complain(NULL, "standard output: not all was written");
    return rc;
}

static void
teardown(void *self)
{
    struct cli *c = self;

    session_close(&c->session);
}

/* Move the command's word away: what is left are options and operands. */
static void
take_word(int *argc, char *argv[], int at)
{
    memmove(argv + at, argv + at + 1,
            (size_t)(*argc - at) * sizeof *argv); /* the NULL too */
    (*argc)--;
}

static int
refuse_word(const char *word)
{
    if (strcmp(word, "keygen") == 0) {
        (void)session_complain("Let the hub listen on ipc or loopback, or"
                               " behind a tunnel.",
                               "keygen is not there yet in this version:"
                               " nothing takes keys");
    } else {
        (void)session_complain("syncbus --help lists them.",
                               "there is no command \"%s\"", word);
    }
    return 2;
}

int
main(int argc, char *argv[])
{
    struct settings settings = {0};
    struct cli cli = {.session = {.stop_fd = -1, .job_fd = -1}};
    struct program program = {.options = &settings,
                              .self = &cli,
                              .setup = setup,
                              .run = run,
                              .teardown = teardown};
    int at;

    program.table = *command_main_table();
    at = options_find_command(&program.table, argc, argv);
    if (at > 0) {
        cli.command = command_find(argv[at]);
        if (cli.command == NULL)
            return refuse_word(argv[at]);
        program.table = *cli.command->table;
        take_word(&argc, argv, at);
    }
    return program_main(&program, argc, argv);
}
