#include "services/sync-engine/state/changes.h"

#include "services/sync-engine/run/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_CAP 64

int
changes_open(struct changes *c, int state_fd, uint64_t run, uint64_t at)
{
    char name[NAME_CAP];
    struct stat st;
    int fd;
    int rc = 0;

    *c = (struct changes){0};
    (void)snprintf(name, sizeof name, REPORT_FOLDER "/%" PRIu64 ".jsonl", run);
    fd = openat(state_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    c->file = fdopen(fd, "r");
    if (c->file == NULL) {
        rc = -errno;
        close(fd);
    } else if (fstat(fd, &st) != 0 ||
               fseeko(c->file,
                      at < (uint64_t)st.st_size ? (off_t)at : st.st_size,
                      SEEK_SET) != 0) {
        rc = -errno;
        changes_close(c);
    }
    return rc;
}

static uint64_t
get_size(const json_t *value)
{
    json_int_t n = json_integer_value(value);

    return n < 0 ? 0 : (uint64_t)n;
}

/* False when it is none of ours. */
static bool
parse(struct changes_line *out, const json_t *value)
{
    const char *kind = json_string_value(json_array_get(value, 0));

    *out = (struct changes_line){.is_conflict = json_is_object(value)};
    if (!out->is_conflict) {
        out->path = json_string_value(json_array_get(value, 1));
        if (kind != NULL)
            out->kind = kind[0];
        out->size_bytes = get_size(json_array_get(value, 2));
        return out->path != NULL && out->kind != '\0';
    }
    out->path = json_string_value(json_object_get(value, "path"));
    out->conflict = json_string_value(json_object_get(value, "conflict"));
    out->winner = json_string_value(json_object_get(value, "winner"));
    out->kept = json_string_value(json_object_get(value, "kept"));
    return out->path != NULL && out->conflict != NULL && out->winner != NULL &&
           out->kept != NULL;
}

int
changes_next(struct changes *c, struct changes_line *out)
{
    for (;;) {
        off_t at = ftello(c->file);
        ssize_t n;

        errno = 0;
        n = getline(&c->line, &c->line_cap, c->file);
        if (n < 0)
            return errno != 0 ? -errno : CHANGES_END;
        json_decref(c->value);
        c->value = json_loadb(c->line, (size_t)n, 0, NULL);
        c->at = (uint64_t)at;
        if (parse(out, c->value))
            return 0;
    }
}

void
changes_close(struct changes *c)
{
    json_decref(c->value);
    free(c->line);
    if (c->file != NULL)
        (void)fclose(c->file);
    *c = (struct changes){0};
}
