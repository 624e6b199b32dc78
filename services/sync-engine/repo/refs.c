#include "services/sync-engine/repo/refs.h"

#include "services/sync-engine/repo/disk.h"

#include <errno.h>

int
refs_read(struct repo *r, const char *key, struct oid *out, struct problem *p)
{
    struct buffer found = {0};
    int rc = disk_read(repo_dir(r), key, &found, OID_HEX_LEN);
    int parsed =
        rc == 0 ? oid_from_hex(out, (const char *)found.data, found.len) : 0;

    buffer_clear(&found);
    if (rc == -ENOENT)
        return REFS_ABSENT;
    if (rc == -EFBIG || parsed != 0) {
        return problem_set(p, PROBLEM_DAMAGED,
                           "%s/%s is damaged: not 40 hex characters",
                           repo_path(r), key);
    }
    return rc == 0 ? 0 : problem_errno(p, rc, "%s/%s", repo_path(r), key);
}

int
refs_write(struct repo *r, const char *key, const struct oid *id,
           struct problem *p)
{
    char hex[OID_HEX_MAX];
    int rc =
        disk_write_durable(repo_dir(r), key, oid_to_hex(id, hex), OID_HEX_LEN);

    return rc == 0 ? 0 : problem_errno(p, rc, "%s/%s", repo_path(r), key);
}
