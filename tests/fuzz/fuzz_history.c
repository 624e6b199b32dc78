/*
 * Any runs.jsonl can be read, and a run added to it is the last one, however
 * the file ended.
 */
#include "services/sync-engine/state/history.h"
#include "tests/fuzz/one_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct state_last run = {
        .run = 7, .ok = true, .at_ms = 1700000000000, .direction = "both"};
    struct history found;
    struct history again;
    int dir_fd = one_file_write("runs.jsonl", data, size);

    assert(history_load(&found, dir_fd) == 0);
    assert(found.any || found.synced_at_ms == 0);
    assert(history_add(&found, &run) == 0);
    assert(history_load(&again, dir_fd) == 0);
    assert(again.any && again.last.run == 7 && again.last.ok);
    assert(again.synced_at_ms == run.at_ms);
    assert(again.lines <= HISTORY_MAX);
    return 0;
}
