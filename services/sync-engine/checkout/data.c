#include "services/sync-engine/checkout/data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
data_open(struct data *d, const char *workspace, struct problem *p)
{
    d->fd = -1;
    if (asprintf(&d->name, "%s/data", workspace) < 0) {
        d->name = NULL;
        return problem_errno(p, -ENOMEM, "workspace %s", workspace);
    }
    d->fd = open(d->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->fd >= 0)
        return 0;
    if (errno == ENOENT || errno == ENOTDIR) {
        return problem_set(p, PROBLEM_NO_WORKSPACE,
                           "%s is no workspace: there is no folder %s",
                           workspace, d->name);
    }
    return problem_errno(p, -errno, "cannot open %s", d->name);
}

void
data_close(struct data *d)
{
    if (d->fd >= 0)
        (void)close(d->fd);
    free(d->name);
    d->fd = -1;
    d->name = NULL;
}
