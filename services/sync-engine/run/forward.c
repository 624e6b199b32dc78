#include "services/sync-engine/run/forward.h"

int
forward_problem(struct fault *f, int rc, const struct problem *p)
{
    static const enum code codes[] = {
        [PROBLEM_NONE] = CODE_INTERNAL,
        [PROBLEM_NO_WORKSPACE] = CODE_CONFIG,
        [PROBLEM_EMPTY_WORKSPACE] = CODE_EMPTY_WORKSPACE,
        [PROBLEM_BUSY_FILE] = CODE_BUSY_FILE,
        [PROBLEM_UNREADABLE] = CODE_PERMISSION,
        [PROBLEM_UNSAFE_PATH] = CODE_UNSAFE_PATH,
        [PROBLEM_DISK_FULL] = CODE_DISK_FULL,
        [PROBLEM_DAMAGED] = CODE_REPO_DAMAGED,
        [PROBLEM_WRONG_KEY] = CODE_KEY_MISMATCH,
        [PROBLEM_CANCELLED] = CODE_CANCELLED,
        [PROBLEM_PERMISSION] = CODE_PERMISSION,
        [PROBLEM_SYSTEM] = CODE_INTERNAL,
    };

    fault_set(f, codes[p->kind], "%s", p->text);
    return rc;
}
