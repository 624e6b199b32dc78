#include "services/sync-engine/checkout/tree.h"

#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

struct tree {
    bool files; /* remove them, too */
    int depth;
};

static int take_entry(void *ctx, int dir_fd, const char *name);

static int
take(struct tree *t, int dir_fd, const char *name)
{
    int rc = 0;

    if (t->depth > WALK_DEPTH_MAX)
        return -ELOOP;
    t->depth++;
    rc = disk_list(dir_fd, name, take_entry, t);
    t->depth--;
    if (rc != 0 || unlinkat(dir_fd, name, AT_REMOVEDIR) == 0)
        return rc;
    return errno == ENOENT ? 0 : -errno;
}

static int
take_entry(void *ctx, int dir_fd, const char *name)
{
    struct tree *t = ctx;

    if (t->files && unlinkat(dir_fd, name, 0) == 0)
        return 0;
    if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return take(t, dir_fd, name);
    return errno == ENOTDIR ? -ENOTEMPTY : -errno;
}

int
tree_remove(int dir_fd, const char *name)
{
    struct tree t = {.files = true};

    return take(&t, dir_fd, name);
}

int
tree_prune(int dir_fd, const char *name)
{
    struct tree t = {.files = false};

    return take(&t, dir_fd, name);
}
