#include "services/sync-engine/merge/order.h"

#include "services/sync-engine/repo/path.h"

#include <string.h>

static int
group_of(const char *path)
{
    static const char *const PREFIXES[] = {
        "/assets/",  "/emojis/",    "/storage/", "/plugins/",
        "/widgets/", "/templates/", "/public/",
    };
    int count = (int)(sizeof PREFIXES / sizeof *PREFIXES);

    if (strstr(path, ".siyuan") != NULL)
        return 0;
    for (int i = 0; i < count; i++) {
        if (strncmp(path, PREFIXES[i], strlen(PREFIXES[i])) == 0)
            return 1 + i;
    }
    return 1 + count;
}

static int
depth_of(const char *path)
{
    int depth = 0;

    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth;
}

int
order_compare(const char *a, const char *b)
{
    int by_group = group_of(a) - group_of(b);
    int by_depth;

    if (by_group != 0)
        return by_group;
    by_depth = depth_of(a) - depth_of(b);
    return by_depth != 0 ? by_depth : strcmp(a, b);
}

/* The first of the sorted files whose path is not before the len bytes. */
static size_t
lower_bound(const struct file_record *const *sorted, size_t count,
            const char *path, size_t len)
{
    size_t low = 0;

    while (count > 0) {
        size_t half = count / 2;

        if (strncmp(sorted[low + half]->path, path, len) < 0) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

static bool
is_written(const char *path, size_t len,
           const struct file_record *const *sorted, size_t count)
{
    size_t at = lower_bound(sorted, count, path, len);

    return at < count && strncmp(sorted[at]->path, path, len) == 0 &&
           sorted[at]->path[len] == '\0';
}

bool
order_is_in_way(const char *path, const struct file_record *const *sorted,
                size_t count)
{
    char folder[PATH_LEN_MAX + 2];
    size_t len = strlen(path);
    size_t at;

    if (count == 0 || len > PATH_LEN_MAX)
        return false;
    for (size_t i = 1; i < len; i++) {
        if (path[i] == '/' && is_written(path, i, sorted, count))
            return true;
    }
    memcpy(folder, path, len);
    folder[len++] = '/';
    folder[len] = '\0';
    at = lower_bound(sorted, count, folder, len);
    return at < count && strncmp(sorted[at]->path, folder, len) == 0;
}
