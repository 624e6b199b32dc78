/*
 * log.c - `syncbus log`: what an engine remembers of its runs, page by page.
 */
#include "tools/syncbus/command.h"
#include "tools/syncbus/log_rows.h"
#include "tools/syncbus/manual.h"
#include "tools/syncbus/output.h"
#include "tools/syncbus/term.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the words of the command line ask for. */
struct request {
    struct command command;
    const char *engine; /* NULL: the only one */
};

struct listing {
    const struct request *request;
    const char *engine;
    struct reply *reply; /* the last page */
    size_t count, limit; /* rows shown; to show at most */
    bool is_cut;         /* there was a row more in the page */
    struct log_rows rows;
};

/* ---- what is asked for ---- */

static int
refuse(const char *what, const char *why)
{
    (void)session_complain("syncbus log --help says what may stand there.",
                           "%s: %s", what, why);
    return PROGRAM_USAGE;
}

static int
parse_run(struct command *c, const char *text)
{
    char *end;

    errno = 0;
    c->run = strtoull(text, &end, 10);
    c->has |= COMMAND_HAS_RUN;
    if (strspn(text, "0123456789") != strlen(text) || text[0] == '\0' ||
        errno != 0)
        return refuse(text, "is no number of a run");
    return 0;
}

static int
parse_words(struct request *r, const struct option_list *words)
{
    size_t at = 0;
    int rc = 0;

    r->command.name = COMMAND_RUNS;
    if (words->count > 0 && strcmp(words->value[0], "changes") == 0) {
        r->command.name = COMMAND_CHANGES;
        if (words->count < 2)
            return refuse("changes", "the number of a run is missing");
        rc = parse_run(&r->command, words->value[1]);
        at = 2;
    } else if (words->count > 0 && strcmp(words->value[0], "conflicts") == 0) {
        r->command.name = COMMAND_CONFLICTS;
        at = 1;
    } else if (words->count > 0 && strcmp(words->value[0], "runs") == 0) {
        at = 1;
    }
    if (rc == 0 && words->count > at)
        r->engine = words->value[at++];
    if (rc == 0 && words->count > at)
        return refuse(words->value[at], "is one word too many");
    return rc;
}

/* ---- pages ---- */

/* What a page of the wrong kind, or none at all, would be. */
static bool
is_expected(const struct listing *l)
{
    enum reply_rows rows = l->request->command.name == COMMAND_RUNS ? REPLY_RUNS
                           : l->request->command.name == COMMAND_CHANGES
                               ? REPLY_CHANGES
                               : REPLY_CONFLICTS;

    return l->reply->rows == rows;
}

/* A page, or for people as much of it as they want to see. */
static int
add_page(struct listing *l)
{
    const struct reply *r = l->reply;
    int rc = 0;

    if (!is_expected(l)) {
        return session_complain("Update the engine.",
                                "%s: a reply without the rows asked for",
                                l->engine);
    }
    for (size_t i = 0; rc == 0 && i < r->count; i++) {
        if (l->rows.json == NULL && l->count == l->limit) {
            l->is_cut = true;
            return 0;
        }
        rc = log_rows_add(&l->rows, r, i);
        l->count++;
    }
    return rc;
}

static int
ask_pages(struct session *s, struct listing *l)
{
    struct command command = l->request->command;
    int rc;

    do {
        rc = session_call(s, l->engine, &command, l->reply);
        if (rc == 0)
            rc = add_page(l);
        command.has |= COMMAND_HAS_AFTER;
        command.after = l->reply->next;
    } while (rc == 0 && (l->reply->has & REPLY_HAS_NEXT) != 0 &&
             l->count < l->limit && l->reply->count > 0);
    return rc;
}

/* The whole answer; takes the rows. */
static int
print_json(struct listing *l)
{
    static const char *const names[] = {[COMMAND_RUNS] = "runs",
                                        [COMMAND_CHANGES] = "changes",
                                        [COMMAND_CONFLICTS] = "conflicts"};
    const struct command *c = &l->request->command;
    bool more = (l->reply->has & REPLY_HAS_NEXT) != 0;
    json_t *root = json_pack(
        "{ss so so}", "engine", l->engine, names[c->name], l->rows.json, "next",
        more ? json_integer((json_int_t)l->reply->next) : json_null());

    l->rows.json = NULL;
    if (root != NULL && c->name == COMMAND_CHANGES &&
        json_object_set_new(root, "run", json_integer((json_int_t)c->run)) !=
            0) {
        json_decref(root);
        root = NULL;
    }
    return output_json(root);
}

static int
print(struct listing *l)
{
    struct term term = term_look(STDOUT_FILENO);

    if (l->rows.json != NULL)
        return print_json(l);
    if (l->count == 0) {
        (void)puts("none");
    } else if (l->request->command.name == COMMAND_RUNS) {
        table_print(stdout, &l->rows.table, term.width, term.hues);
    }
    if ((l->reply->has & REPLY_HAS_NEXT) != 0 || l->is_cut) {
        (void)fflush(stdout); /* the order of the lines */
        (void)fprintf(stderr, "there are more: --limit shows them\n");
    }
    return 0;
}

static int
run(struct session *s, const struct settings *settings)
{
    struct request request = {.command = {.minor = COMMAND_MINOR}};
    struct listing l = {.request = &request, .limit = (size_t)settings->limit};
    char engine[TOPIC_ID_MAX];
    int rc = parse_words(&request, &settings->words);

    if (options_given("after")) {
        request.command.has |= COMMAND_HAS_AFTER;
        request.command.after = (uint64_t)settings->after;
    }
    if (rc == 0)
        rc = session_pick(s, request.engine, engine);
    if (rc != 0)
        return rc;
    l.engine = engine;
    l.reply = calloc(1, sizeof *l.reply);
    rc = log_rows_init(&l.rows, stdout, settings->json);
    if (l.reply == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = ask_pages(s, &l);
    if (rc == 0)
        rc = print(&l);
    log_rows_clear(&l.rows);
    free(l.reply);
    return rc;
}

static const struct option_row rows[] = {
    {.name = "limit",
     .argument = "N",
     .help = "Show so many rows at most; with --json whole pages, so a few"
             " more",
     .fallback = "50",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = 1000000,
     .offset = offsetof(struct settings, limit)},
    {.name = "after",
     .argument = "NEXT",
     .help = "Go on behind this: `next` of an answer before",
     .kind = OPTION_NUMBER,
     .max = 9007199254740991,
     .offset = offsetof(struct settings, after)},
    {.name = "json",
     .help = "One JSON object for programs",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, json)},
};

static const struct option_row operands[] = {
    {.name = "words",
     .argument = "ENGINE",
     .help = "The engine; not needed when only one is live. In front of it"
             " may stand what is wanted: runs (the default), changes RUN, the"
             " files of that run, or conflicts, what lost and where it is"
             " kept",
     .choices = "runs|changes|conflicts",
     .kind = OPTION_LIST,
     .offset = offsetof(struct settings, words)},
};

static const struct option_table table = {
    .program = "syncbus log",
    .purpose = "Show the runs of an engine, newest first, what they changed,"
               " and conflicts.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .shared = &hub_address_options,
    .operands = operands,
    .operand_count = sizeof operands / sizeof *operands,
    .usage = "[runs|changes RUN|conflicts] [ENGINE]",
    .log_level = "error",
    .manual = &manual_log,
};

const struct command_entry command_log = {
    .table = &table,
    .needs = HUB_FEED | HUB_CONTROL,
    .run = run,
};
