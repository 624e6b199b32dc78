/*
 * Any report of a run can be read line by line, and from any line on again.
 */
#include "services/sync-engine/state/changes.h"
#include "tests/fuzz/one_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Opened where a line began, the report gives that line first. */
static void
check_from_here(int dir_fd, uint64_t at, const struct changes_line *line)
{
    struct changes again;
    struct changes_line first;

    assert(changes_open(&again, dir_fd, 1, at) == 0);
    assert(changes_next(&again, &first) == 0);
    assert(again.at == at && first.is_conflict == line->is_conflict);
    assert(strcmp(first.path, line->path) == 0);
    assert(first.kind == line->kind && first.size_bytes == line->size_bytes);
    changes_close(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int dir_fd = one_file_write("changes/1.jsonl", data, size);
    struct changes changes;
    struct changes_line line;
    uint64_t next = 0;
    int rc;

    assert(changes_open(&changes, dir_fd, 1, 0) == 0);
    while ((rc = changes_next(&changes, &line)) == 0) {
        assert(changes.at >= next && changes.at < size);
        next = changes.at + 1;
        assert(line.path != NULL);
        check_from_here(dir_fd, changes.at, &line);
    }
    assert(rc == CHANGES_END);
    changes_close(&changes);
    assert(changes_open(&changes, dir_fd, 2, 0) < 0);
    return 0;
}
