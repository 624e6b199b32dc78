#include "services/sync-engine/checkout/seen.h"

#include "services/sync-engine/checkout/assemble.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#define TICK_MS 20 /* the kernel's time of a file lags behind the clock */

static int64_t
to_ms(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

/* 0 for yes, ASSEMBLE_DIFFERS for no, or negative. */
static int
has_content(const struct seen *s, const struct file_record *r, struct worker *w,
            struct problem *p)
{
    const struct assemble a = {
        .objects = s->objects, .record = r, .root = s->root};

    return assemble_compare(&a, w, s->dir_fd, s->name, p);
}

/* As has_content(). */
static int
is_as_seen(const struct seen *s, const struct stat *st, struct worker *w,
           struct problem *p)
{
    int64_t updated = to_ms(&st->st_mtim);

    if (s->was == NULL || st->st_size != s->was->size ||
        updated / 1000 != s->was->updated / 1000)
        return ASSEMBLE_DIFFERS;
    return updated == s->was->updated ? 0 : has_content(s, s->was, w, p);
}

static int
check_file(const struct seen *s, const struct stat *st, struct worker *w,
           struct problem *p)
{
    int rc = is_as_seen(s, st, w, p);

    if (rc != ASSEMBLE_DIFFERS)
        return rc;
    if (s->want != NULL && st->st_size == s->want->size) {
        rc = has_content(s, s->want, w, p);
        if (rc != ASSEMBLE_DIFFERS)
            return rc == 0 ? SEEN_WANTED : rc;
    }
    /* Nothing that was there, unmoved, before the snapshot can be new. */
    if (s->was == NULL && to_ms(&st->st_ctim) + TICK_MS < s->seen_at_ms)
        return SEEN_LEFT_OUT;
    return SEEN_CHANGED;
}

int
seen_check(const struct seen *s, struct worker *w, struct problem *p)
{
    struct stat st;

    if (fstatat(s->dir_fd, s->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            return s->was == NULL ? 0 : SEEN_GONE;
        return problem_unreadable(p, -errno, "cannot look at %s%s", s->root,
                                  s->want != NULL ? s->want->path
                                                  : s->was->path);
    }
    if (S_ISDIR(st.st_mode))
        return SEEN_FOLDER;
    if (!S_ISREG(st.st_mode))
        return SEEN_SPECIAL;
    return check_file(s, &st, w, p);
}
