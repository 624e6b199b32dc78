#include "services/sync-engine/run/content.h"

#include "services/sync-engine/repo/objects.h"

#include <errno.h>

int
content_read(struct buffer *out, struct repo *r, const struct file_record *f,
             size_t max, struct problem *p)
{
    struct worker *w = repo_worker(r);
    char key[OBJECTS_KEY_MAX];

    out->len = 0;
    if (f->size < 0 || (uint64_t)f->size > max)
        return CONTENT_TOO_LARGE;
    for (uint32_t i = 0; i < f->chunk_count; i++) {
        int rc =
            objects_read_chunk(repo_objects(r), w, &f->chunks[i], &w->plain, p);

        if (rc == OBJECTS_ABSENT) {
            return problem_set(p, PROBLEM_DAMAGED, "%s is missing, part of %s",
                               objects_key(&f->chunks[i], key), f->path);
        }
        if (rc < 0)
            return rc;
        if (w->plain.len > max - out->len)
            return CONTENT_TOO_LARGE;
        rc = buffer_append(out, w->plain.data, w->plain.len);
        if (rc < 0)
            return problem_errno(p, rc, "reading %s", f->path);
    }
    return 0;
}
