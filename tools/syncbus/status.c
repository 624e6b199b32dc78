/*
 * status.c - `syncbus status`: one look at the copy, as a table or as JSON.
 */
#include "proto/topic.h"
#include "tools/syncbus/command.h"
#include "tools/syncbus/engine_text.h"
#include "tools/syncbus/manual.h"
#include "tools/syncbus/output.h"
#include "tools/syncbus/roster.h"
#include "tools/syncbus/row_json.h"
#include "tools/syncbus/table.h"
#include "tools/syncbus/term.h"
#include "tools/syncbus/text.h"
#include "tools/syncbus/units.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum column {
    COLUMN_ENGINE,
    COLUMN_STATE,
    COLUMN_PROGRESS,
    COLUMN_SYNCED,
    COLUMN_NEXT,
    COLUMN_ERROR,
    COLUMN_COUNT,
};

static const struct table_column columns[COLUMN_COUNT] = {
    [COLUMN_ENGINE] = {.title = "ENGINE", .min = 8},
    [COLUMN_STATE] = {.title = "STATE"},
    [COLUMN_PROGRESS] = {.title = "PROGRESS", .drop = 2, .min = 8},
    [COLUMN_SYNCED] = {.title = "LAST SYNC", .drop = 3},
    [COLUMN_NEXT] = {.title = "NEXT", .drop = 4},
    [COLUMN_ERROR] = {.title = "LAST ERROR", .drop = 1, .min = 4},
};

static void
fill_row(struct table_cell *cells, const struct copy_engine *e,
         uint64_t wall_ms)
{
    char text[ENGINE_TEXT_MAX], distance[UNITS_MAX];

    (void)snprintf(cells[COLUMN_ENGINE].text, TABLE_CELL_MAX, "%s", e->id);
    engine_text_state(text, e);
    (void)snprintf(cells[COLUMN_STATE].text, TABLE_CELL_MAX, "%.100s", text);
    cells[COLUMN_STATE].hue = hue_of(e->shown);
    engine_text_progress(text, e);
    (void)text_cut_end(cells[COLUMN_PROGRESS].text, TABLE_CELL_MAX,
                       text[0] != '\0' ? text : "-", TABLE_CELL_MAX / 8);
    units_distance(distance, e->state.synced_at_ms, wall_ms);
    (void)snprintf(cells[COLUMN_SYNCED].text, TABLE_CELL_MAX, "%s", distance);
    engine_text_next(text, e, wall_ms);
    (void)snprintf(cells[COLUMN_NEXT].text, TABLE_CELL_MAX, "%.100s", text);
    if (engine_text_error(e) == NULL) {
        (void)snprintf(cells[COLUMN_ERROR].text, TABLE_CELL_MAX, "-");
    } else {
        text_safe(cells[COLUMN_ERROR].text, TABLE_CELL_MAX,
                  e->state.last.code[0] != '\0' ? e->state.last.code
                                                : "internal");
        cells[COLUMN_ERROR].hue = HUE_RED;
    }
}

/* What to do about each engine whose last run failed. */
static void
print_remedies(const struct roster *r, const struct term *term)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct copy_engine *e = &r->engines[i];
        char text[ENGINE_TEXT_MAX];

        engine_text_remedy(text, e);
        if (text[0] == '\0')
            continue;
        (void)printf("\n%s%s%s: %s\n", term->hues ? hue_begin(HUE_BOLD) : "",
                     e->id, term->hues ? HUE_END : "", text);
    }
}

static int
print_table(const struct session *s, const struct roster *r)
{
    struct term term = term_look(STDOUT_FILENO);
    struct table table;
    int rc = 0;

    if (!r->bus_up) {
        (void)printf("The hub at %s fell silent; this is its last word.\n\n",
                     s->hub.feed);
    }
    if (r->count == 0) {
        if (r->known == 0)
            (void)puts("no engine is known to the hub");
        return 0; /* names that are not known: check_known() */
    }
    table_init(&table, columns, COLUMN_COUNT);
    for (size_t i = 0; rc == 0 && i < r->count; i++) {
        struct table_cell *cells = table_add(&table);

        if (cells == NULL) {
            rc = -ENOMEM;
        } else {
            fill_row(cells, &r->engines[i], r->wall_ms);
        }
    }
    if (rc == 0) {
        table_print(stdout, &table, term.width, term.hues);
        print_remedies(r, &term);
    }
    table_clear(&table);
    return rc;
}

static int
print_json(const struct session *s, const struct roster *r)
{
    json_t *engines = json_array(), *root;
    int rc = engines != NULL ? 0 : -1;

    for (size_t i = 0; rc == 0 && i < r->count; i++) {
        rc = json_array_append_new(engines,
                                   row_json_engine(&r->engines[i], r->now_ms));
    }
    root = json_pack("{ss ss sI so}", "hub", s->hub.feed, "bus",
                     r->bus_up ? "up" : "down", "asOfMs",
                     (json_int_t)r->wall_ms, "engines", engines);
    if (rc != 0) {
        json_decref(root);
        root = NULL;
    }
    return output_json(root);
}

static int
print(const struct session *s, const struct settings *settings,
      const struct roster *r)
{
    if (settings->json)
        return print_json(s, r);
    if (!settings->ids)
        return print_table(s, r);
    for (size_t i = 0; i < r->count; i++)
        (void)puts(r->engines[i].id);
    return 0;
}

/* Every engine that was asked for must be there. */
static int
check_known(const struct roster *r, const struct settings *settings)
{
    int rc = 0;

    for (size_t i = 0; i < settings->engines.count; i++) {
        if (roster_find(r, settings->engines.value[i]) != NULL)
            continue;
        rc = session_complain(
            r->known > 0 ? "`syncbus status` lists those that it knows."
                         : "It knows none at all: is an engine running, with"
                           " the same --hub?",
            "%s: the hub does not know this engine",
            settings->engines.value[i]);
    }
    return rc;
}

static int
run(struct session *s, const struct settings *settings)
{
    struct roster roster = {.engines = NULL};
    int rc = command_check_engines(settings);

    if (rc == 0)
        rc = session_wait_snapshot(s);
    if (rc == 0)
        rc = roster_take(&roster, s->mirror, &settings->engines);
    if (rc == 0)
        rc = print(s, settings, &roster);
    if (rc == 0)
        rc = check_known(&roster, settings);
    roster_clear(&roster);
    return rc;
}

static const struct option_row rows[] = {
    {.name = "json",
     .help = "One JSON object for programs; names as in getSyncInfo",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, json)},
    {.name = "ids",
     .help = "Only the ids of the engines, one a line",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, ids)},
};

static const struct option_table table = {
    .program = "syncbus status",
    .purpose = "Show what every engine does.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .shared = &hub_address_options,
    .operands = &command_engines_row,
    .operand_count = 1,
    .log_level = "error",
    .manual = &manual_status,
};

const struct command_entry command_status = {
    .table = &table,
    .needs = HUB_FEED,
    .run = run,
};
