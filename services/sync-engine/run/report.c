#include "services/sync-engine/run/report.h"

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING    ".jsonl"
#define FIRST_CAP 64
#define DECIMAL   10

/* Room for one more item of that size. */
static int
make_room(void **items, size_t count, size_t *cap, size_t size)
{
    size_t grown = *cap == 0 ? FIRST_CAP : *cap * 2;
    void *more;

    if (count < *cap)
        return 0;
    more = reallocarray(*items, grown, size);
    if (more == NULL)
        return -ENOMEM;
    *items = more;
    *cap = grown;
    return 0;
}

int
report_add_change(struct report *r, const struct report_change *c)
{
    void *items = r->changes;
    char *path;
    int rc;

    if (r->change_count == REPORT_CHANGES_MAX)
        return 0;
    path = arena_text(&r->arena, c->path, strlen(c->path));
    rc = path == NULL ? -ENOMEM
                      : make_room(&items, r->change_count, &r->change_cap,
                                  sizeof *r->changes);
    r->changes = items;
    if (rc < 0)
        return rc;
    r->changes[r->change_count] = *c;
    r->changes[r->change_count++].path = path;
    return 0;
}

/* Where the conflict about this path is, or would be. */
static size_t
find_place(const struct report *r, const char *path, bool *found)
{
    size_t low = 0;
    size_t high = r->conflict_count;

    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(r->conflicts[middle].path, path);

        *found = order == 0;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return high;
}

int
report_add_conflict(struct report *r, const struct report_conflict *c)
{
    bool found;
    size_t at = find_place(r, c->path, &found);
    struct report_conflict copy = *c; /* kind and winner are constants */
    void *items = r->conflicts;
    int rc;

    copy.path = arena_text(&r->arena, c->path, strlen(c->path));
    copy.kept = arena_text(&r->arena, c->kept, strlen(c->kept));
    if (copy.path == NULL || copy.kept == NULL)
        return -ENOMEM;
    if (!found) {
        rc = make_room(&items, r->conflict_count, &r->conflict_cap,
                       sizeof *r->conflicts);
        r->conflicts = items;
        if (rc < 0)
            return rc;
        memmove(r->conflicts + at + 1, r->conflicts + at,
                (r->conflict_count - at) * sizeof *r->conflicts);
        r->conflict_count++;
    }
    r->conflicts[at] = copy;
    return 0;
}

/* Append a line; takes over line. */
static int
append_line(struct buffer *out, json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);
    int rc = text == NULL ? -ENOMEM : buffer_append(out, text, strlen(text));

    if (rc == 0)
        rc = buffer_append(out, "\n", 1);
    free(text);
    json_decref(line);
    return rc;
}

static int
render(struct buffer *out, const struct report *r)
{
    int rc = 0;

    for (size_t i = 0; i < r->change_count && rc == 0; i++) {
        const struct report_change *c = &r->changes[i];
        const char kind[] = {(char)c->kind, '\0'};

        rc = append_line(
            out, json_pack("[s,s,I]", kind, c->path, (json_int_t)c->size));
    }
    for (size_t i = 0; i < r->conflict_count && rc == 0; i++) {
        const struct report_conflict *c = &r->conflicts[i];

        rc = append_line(out, json_pack("{s:s, s:s, s:s, s:s}", "path", c->path,
                                        "conflict", c->kind, "winner",
                                        c->winner, "kept", c->kept));
    }
    return rc;
}

/* The number of a name such as "17.jsonl". */
static bool
parse_name(const char *name, uint64_t *run)
{
    char *end;

    *run = strtoumax(name, &end, DECIMAL);
    return end != name && strcmp(end, ENDING) == 0;
}

static int
remove_old(void *ctx, int dir_fd, const char *name)
{
    const uint64_t *run = ctx;
    uint64_t number;

    if (parse_name(name, &number) && number + REPORT_RUNS_MAX <= *run &&
        unlinkat(dir_fd, name, 0) != 0 && errno != ENOENT)
        return -errno;
    return 0;
}

static int
save(int dir_fd, uint64_t run, const struct buffer *text)
{
    char name[DISK_NAME_MAX];
    int folder_fd;
    int rc = disk_make_folder(dir_fd, REPORT_FOLDER);

    if (rc < 0)
        return rc;
    folder_fd =
        openat(dir_fd, REPORT_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return -errno;
    (void)snprintf(name, sizeof name, "%" PRIu64 ENDING, run);
    rc = disk_write(folder_fd, name, text->data, text->len);
    close(folder_fd);
    return rc;
}

/*
 * The number may have been another run's, that is in no history: its line was
 * lost in a power cut or on a full disk.
 */
static int
remove_same(int dir_fd, uint64_t run)
{
    char name[DISK_NAME_MAX];

    (void)snprintf(name, sizeof name, REPORT_FOLDER "/%" PRIu64 ENDING, run);
    return unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT ? 0 : -errno;
}

int
report_save(const struct report *r, int dir_fd, uint64_t run)
{
    struct buffer text = {0};
    int rc = 0;

    if (r->change_count + r->conflict_count > 0) {
        rc = render(&text, r);
        if (rc == 0)
            rc = save(dir_fd, run, &text);
        buffer_clear(&text);
    } else {
        rc = remove_same(dir_fd, run);
    }
    if (rc == 0)
        rc = disk_list(dir_fd, REPORT_FOLDER, remove_old, &run);
    return rc;
}

int
report_sweep(int dir_fd)
{
    return disk_sweep(dir_fd, REPORT_FOLDER);
}

void
report_clear(struct report *r)
{
    free(r->changes);
    free(r->conflicts);
    arena_clear(&r->arena);
    *r = (struct report){0};
}
