#include "gateway/stream/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_MAX   (EVENTS_ID_MAX + 32)
#define BEAT_MAX   256
#define LINE_EXTRA 7 /* "data: " and a line feed */

void
events_init(struct events *c, uint64_t epoch)
{
    *c = (struct events){.epoch = epoch};
}

void
events_clear(struct events *c)
{
    for (size_t i = 0; i < c->count; i++) {
        shared_text_drop(c->rows[i]->event);
        free(c->rows[i]);
    }
    free(c->rows);
    shared_text_drop(c->beat);
    *c = (struct events){0};
}

static size_t
find_place(const struct events *c, const char *id)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(c->rows[middle]->id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct events_row *
events_find(const struct events *c, const char *id)
{
    size_t i = find_place(c, id);

    if (i < c->count && strcmp(c->rows[i]->id, id) == 0)
        return c->rows[i];
    return NULL;
}

struct events_row *
events_first(const struct events *c)
{
    return c->count > 0 ? c->rows[0] : NULL;
}

static int
grow(struct events *c)
{
    size_t cap = c->cap > 0 ? 2 * c->cap : 16;
    struct events_row **rows;

    if (c->count < c->cap)
        return 0;
    rows = realloc(c->rows, cap * sizeof(struct events_row *));
    if (rows == NULL)
        return -ENOMEM;
    c->rows = rows;
    c->cap = cap;
    return 0;
}

static struct events_row *
insert(struct events *c, const char *id)
{
    size_t place = find_place(c, id);
    struct events_row *row;

    if (grow(c) != 0)
        return NULL;
    row = calloc(1, sizeof *row);
    if (row == NULL)
        return NULL;
    (void)snprintf(row->id, sizeof row->id, "%s", id);
    memmove(c->rows + place + 1, c->rows + place,
            (c->count - place) * sizeof(struct events_row *));
    c->rows[place] = row;
    c->count++;
    if (place > 0)
        c->rows[place - 1]->next = row;
    if (place + 1 < c->count)
        row->next = c->rows[place + 1];
    return row;
}

/* Out of the order of change. */
static void
take_out(struct events *c, struct events_row *row)
{
    if (row->newer != NULL)
        row->newer->older = row->older;
    if (row->older != NULL)
        row->older->newer = row->newer;
    if (c->newest == row)
        c->newest = row->older;
}

/* row is the newest from now on. */
static void
move_to_front(struct events *c, struct events_row *row)
{
    take_out(c, row);
    row->older = c->newest;
    row->newer = NULL;
    if (c->newest != NULL)
        c->newest->newer = row;
    c->newest = row;
}

int
events_format_id(char out[EVENTS_ID_MAX], const struct events *c,
                 uint64_t number)
{
    return snprintf(out, EVENTS_ID_MAX, "%llx-%llu",
                    (unsigned long long)c->epoch, (unsigned long long)number);
}

/* The event: its name, its id, its line. */
static struct shared_text *
format_event(const struct events *c, const struct events_look *look,
             size_t *line)
{
    char id[EVENTS_ID_MAX], head[HEAD_MAX];
    struct shared_text *event;
    size_t n;

    (void)events_format_id(id, c, c->newest_number + 1);
    n = (size_t)snprintf(head, sizeof head, "event: state\nid: %s\n", id);
    event = shared_text_new(n + LINE_EXTRA + look->len + 1);
    if (event == NULL)
        return NULL;
    memcpy(event->text, head, n);
    *line = n;
    memcpy(event->text + n, "data: ", 6);
    memcpy(event->text + n + 6, look->json, look->len);
    memcpy(event->text + n + 6 + look->len, "\n\n", 2);
    return event;
}

bool
events_is_new(const struct events *c, const char *id, uint64_t digest)
{
    const struct events_row *row = events_find(c, id);

    return row == NULL || row->digest != digest;
}

int
events_put(struct events *c, const struct events_look *look)
{
    struct events_row *row = events_find(c, look->id);
    struct shared_text *event;
    size_t line;

    event = format_event(c, look, &line);
    if (event != NULL && row == NULL)
        row = insert(c, look->id);
    if (event == NULL || row == NULL) {
        shared_text_drop(event);
        return -ENOMEM;
    }
    shared_text_drop(row->event);
    row->event = event;
    row->line = line;
    row->line_len = look->len + LINE_EXTRA;
    row->digest = look->digest;
    row->number = ++c->newest_number;
    row->count++;
    move_to_front(c, row);
    return 0;
}

void
events_sweep(struct events *c)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->count; i++) {
        struct events_row *row = c->rows[i];

        if (row->is_gone) {
            take_out(c, row);
            shared_text_drop(row->event);
            free(row);
        } else {
            c->rows[kept++] = row;
        }
    }
    c->count = kept;
    for (size_t i = 0; i < kept; i++)
        c->rows[i]->next = i + 1 < kept ? c->rows[i + 1] : NULL;
    c->swept_number = c->newest_number;
    c->sweeps++;
}

int
events_beat(struct events *c)
{
    char text[BEAT_MAX];
    int n = snprintf(text, sizeof text,
                     "event: beat\ndata: {\"bus\":\"%s\",\"engines\":%zu,"
                     "\"asOfMs\":%llu}\n\n",
                     c->is_bus_up ? "up" : "down", c->count,
                     (unsigned long long)c->as_of_ms);
    struct shared_text *beat = shared_text_copy(text, (size_t)n);

    if (beat == NULL)
        return -ENOMEM;
    shared_text_drop(c->beat);
    c->beat = beat;
    c->beats++;
    return 0;
}

int
events_parse_id(uint64_t *out, const struct events *c, const char *id)
{
    char again[EVENTS_ID_MAX];
    const char *dash = strchr(id, '-');
    unsigned long long number;

    if (dash == NULL)
        return -EINVAL;
    number = strtoull(dash + 1, NULL, 10);
    if (number > c->newest_number ||
        (c->sweeps > 0 && number <= c->swept_number))
        return -EINVAL;
    /* Written back it must be the same: nothing else is one of ours. */
    (void)events_format_id(again, c, number);
    if (strcmp(again, id) != 0)
        return -EINVAL;
    *out = number;
    return 0;
}
