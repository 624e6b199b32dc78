/*
 * Any file named journal tells of an interrupted run, and what is told can be
 * written and read again.
 */
#include "services/sync-engine/state/journal.h"
#include "tests/fuzz/one_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct journal found;
    struct journal again;
    int dir_fd = one_file_write("journal", data, size);

    assert(journal_load(&found, dir_fd) == 0);
    assert(strlen(found.step) < JOURNAL_STEP_MAX);
    assert(found.dir_fd == dir_fd);
    assert(journal_begin(&again, dir_fd, found.run, found.started_at_ms,
                         "both") == 0);
    assert(journal_load(&again, dir_fd) == 0);
    assert(again.run == found.run && again.step[0] == '\0');
    assert(again.started_at_ms == found.started_at_ms);
    return 0;
}
