#include "tools/syncbus/log_rows.h"

#include "tools/syncbus/row_json.h"
#include "tools/syncbus/text.h"
#include "tools/syncbus/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>

#define PATH_MAX_SHOWN (4 * REPLY_PATH_MAX)

enum column {
    COLUMN_RUN,
    COLUMN_ENDED,
    COLUMN_RESULT,
    COLUMN_TOOK,
    COLUMN_DIRECTION,
    COLUMN_SENT,
    COLUMN_RECEIVED,
    COLUMN_CHANGES,
    COLUMN_CONFLICTS,
    COLUMN_COUNT,
};

static const struct table_column columns[COLUMN_COUNT] = {
    [COLUMN_RUN] = {.title = "RUN", .right = true},
    [COLUMN_ENDED] = {.title = "ENDED", .drop = 1},
    [COLUMN_RESULT] = {.title = "RESULT", .min = 6},
    [COLUMN_TOOK] = {.title = "TOOK", .drop = 4, .right = true},
    [COLUMN_DIRECTION] = {.title = "DIRECTION", .drop = 5},
    [COLUMN_SENT] = {.title = "SENT", .drop = 3},
    [COLUMN_RECEIVED] = {.title = "RECEIVED", .drop = 2},
    [COLUMN_CHANGES] = {.title = "CHANGED HERE", .drop = 6},
    [COLUMN_CONFLICTS] = {.title = "CONFLICTS", .drop = 7, .right = true},
};

static void
write_traffic(char *out, const struct state_traffic *t)
{
    char bytes[UNITS_MAX];

    units_bytes(bytes, t->bytes);
    if (t->files == 0 && t->bytes == 0) {
        (void)snprintf(out, TABLE_CELL_MAX, "-");
    } else {
        (void)snprintf(out, TABLE_CELL_MAX, "%" PRIu64 " (%s)", t->files,
                       bytes);
    }
}

static void
fill_row(struct table_cell *cells, const struct state_last *run)
{
    char span[UNITS_MAX], moment[UNITS_MAX];

    (void)snprintf(cells[COLUMN_RUN].text, TABLE_CELL_MAX, "%" PRIu64,
                   run->run);
    units_moment(moment, run->at_ms);
    (void)snprintf(cells[COLUMN_ENDED].text, TABLE_CELL_MAX, "%s", moment);
    units_span(span, run->duration_ms);
    (void)snprintf(cells[COLUMN_TOOK].text, TABLE_CELL_MAX, "%s", span);
    text_safe(cells[COLUMN_DIRECTION].text, TABLE_CELL_MAX, run->direction);
    text_safe(cells[COLUMN_RESULT].text, TABLE_CELL_MAX,
              run->ok             ? "ok"
              : run->code[0] != 0 ? run->code
                                  : "internal");
    cells[COLUMN_RESULT].hue = run->ok ? HUE_GREEN : HUE_RED;
    write_traffic(cells[COLUMN_SENT].text, &run->sent);
    write_traffic(cells[COLUMN_RECEIVED].text, &run->received);
    (void)snprintf(cells[COLUMN_CHANGES].text, TABLE_CELL_MAX,
                   "+%" PRIu64 " -%" PRIu64, run->upserts, run->removes);
    (void)snprintf(cells[COLUMN_CONFLICTS].text, TABLE_CELL_MAX, "%" PRIu64,
                   run->conflicts);
}

static int
add_run(struct log_rows *l, const struct state_last *run)
{
    struct table_cell *cells;
    json_t *row;

    if (l->json != NULL) {
        row = row_json_run(run);
        if (json_object_set_new(row, "error", row_json_error(run)) != 0) {
            json_decref(row);
            return -ENOMEM;
        }
        return json_array_append_new(l->json, row) == 0 ? 0 : -ENOMEM;
    }
    cells = table_add(&l->table);
    if (cells == NULL)
        return -ENOMEM;
    fill_row(cells, run);
    return 0;
}

/* ---- changes, conflicts ---- */

/* A later version may send another kind: it is shown as it is. */
static const char *
kind_word(char out[2], char kind)
{
    out[0] = kind;
    out[1] = '\0';
    return kind == '+'   ? "added"
           : kind == '~' ? "changed"
           : kind == '-' ? "removed"
           : kind == '>' ? "sent"
                         : out;
}

static int
add_change(struct log_rows *l, const struct reply *r,
           const struct reply_change *c)
{
    const char *path = reply_text(r, c->path);
    char safe[PATH_MAX_SHOWN], bytes[UNITS_MAX], kind[2];
    const char *word = kind_word(kind, c->kind);

    if (l->json != NULL) {
        json_t *row =
            json_pack("{so so sI}", "kind", row_json_text(word), "path",
                      row_json_text(path), "bytes", (json_int_t)c->size_bytes);

        return json_array_append_new(l->json, row) == 0 ? 0 : -ENOMEM;
    }
    text_safe(safe, sizeof safe, path);
    if (word == kind && !isprint((unsigned char)c->kind))
        word = "?";
    units_bytes(bytes, c->size_bytes);
    (void)fprintf(l->to, "%-8s %10s  %s\n", word, bytes, safe);
    return 0;
}

static int
add_conflict(struct log_rows *l, const struct reply *r,
             const struct reply_conflict *c)
{
    const char *path = reply_text(r, c->path);
    const char *kept = reply_text(r, c->kept);
    char safe[PATH_MAX_SHOWN], kind[4 * REPLY_KIND_MAX];
    char winner[4 * REPLY_WINNER_MAX];

    if (l->json != NULL) {
        json_t *row =
            json_pack("{sI so so so so}", "run", (json_int_t)c->run, "path",
                      row_json_text(path), "kind", row_json_text(c->kind),
                      "winner", row_json_text(c->winner), "kept",
                      kept[0] != '\0' ? row_json_text(kept) : json_null());

        return json_array_append_new(l->json, row) == 0 ? 0 : -ENOMEM;
    }
    text_safe(safe, sizeof safe, path);
    text_safe(kind, sizeof kind, c->kind);
    text_safe(winner, sizeof winner, c->winner);
    (void)fprintf(l->to, "run %" PRIu64 "  %s won (%s)  %s\n", c->run, winner,
                  kind, safe);
    text_safe(safe, sizeof safe, kept);
    (void)fprintf(l->to, "        the other is kept in %s\n",
                  kept[0] != '\0' ? safe : "no file");
    return 0;
}

int
log_rows_init(struct log_rows *l, FILE *to, bool as_json)
{
    *l = (struct log_rows){.to = to};
    if (as_json)
        l->json = json_array();
    table_init(&l->table, columns, COLUMN_COUNT);
    return as_json && l->json == NULL ? -ENOMEM : 0;
}

void
log_rows_clear(struct log_rows *l)
{
    json_decref(l->json);
    table_clear(&l->table);
    *l = (struct log_rows){.json = NULL};
}

int
log_rows_add(struct log_rows *l, const struct reply *r, size_t i)
{
    switch (r->rows) {
    case REPLY_RUNS:
        return add_run(l, &r->runs[i]);
    case REPLY_CHANGES:
        return add_change(l, r, &r->changes[i]);
    case REPLY_CONFLICTS:
        return add_conflict(l, r, &r->conflicts[i]);
    case REPLY_NO_ROWS:
        break;
    }
    return 0;
}
