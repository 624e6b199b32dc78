/*
 * bench_snapshot - one snapshot of a workspace into a repository, nothing
 * else: no store, no bus.  What a run spends before it has anything to send.
 *
 *     bench_snapshot WORKSPACE REPO
 *
 * The key is a constant: never point it at a repository that matters.
 */
#include "services/sync-engine/repo/snapshot.h"

#include <stdio.h>

int
main(int argc, char *argv[])
{
    static const struct repo_key key = {.bytes =
                                            "a key for benchmarks, no secret"};
    struct repo_options folder = {.path = NULL, .key = &key};
    struct snapshot_options opt = {
        .memo = "bench_snapshot", .system_id = "bench", .system_name = "bench"};
    struct snapshot snapshot = {0};
    struct problem problem = {0};
    struct repo *repo = NULL;
    int rc;

    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_snapshot WORKSPACE REPO\n");
        return 2;
    }
    opt.workspace = argv[1];
    folder.path = argv[2];
    rc = repo_open(&repo, &folder, &problem);
    if (rc == 0)
        rc = snapshot_make(&snapshot, repo, &opt, &problem);
    if (rc >= 0) {
        printf("%zu files, %lld bytes%s\n", snapshot.files.count,
               (long long)snapshot.index.size,
               rc == SNAPSHOT_UNCHANGED ? ", unchanged" : "");
    }
    snapshot_clear(&snapshot);
    repo_close(repo);
    return rc >= 0 ? 0 : 1;
}
