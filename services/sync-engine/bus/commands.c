#include "services/sync-engine/bus/commands.h"

static enum run_direction
direction_of(enum command_dir dir)
{
    if (dir == COMMAND_UPLOAD)
        return RUN_UPLOAD;
    return dir == COMMAND_DOWNLOAD ? RUN_DOWNLOAD : RUN_BOTH;
}

static struct commands_decision
refuse(enum reply_code code)
{
    return (struct commands_decision){.code = code};
}

static struct commands_decision
ask(struct commands_desk *d, enum run_direction direction)
{
    if (!d->enabled)
        return refuse(REPLY_DISABLED);
    /* What was called off and is asked for again is wanted by the second. */
    if (!d->queued || d->revoked) {
        d->direction = direction;
    } else if (d->direction != direction) {
        d->direction = RUN_BOTH;
    }
    d->queued = true;
    d->revoked = false;
    return (struct commands_decision){.act = COMMANDS_WAKE, .run = d->next};
}

static struct commands_decision
cancel(struct commands_desk *d, const struct command *c)
{
    bool any = (c->has & COMMAND_HAS_RUN) == 0;

    if (d->running != 0 && (any || c->run == d->running))
        return (struct commands_decision){.act = COMMANDS_STOP};
    if (!d->queued || (!any && c->run != d->next) || (any && d->running != 0))
        return refuse(REPLY_NOT_FOUND);
    d->revoked = true;
    return (struct commands_decision){.act = COMMANDS_WAKE};
}

struct commands_decision
commands_decide(struct commands_desk *d, const struct command *c)
{
    switch (c->name) {
    case COMMAND_SYNC:
        return ask(d, direction_of(c->dir));
    case COMMAND_CANCEL:
        return cancel(d, c);
    case COMMAND_ENABLE:
        return (struct commands_decision){.act = COMMANDS_SWITCH_ON};
    case COMMAND_DISABLE:
        return (struct commands_decision){.act = COMMANDS_SWITCH_OFF};
    case COMMAND_RUNS:
    case COMMAND_CHANGES:
    case COMMAND_CONFLICTS:
        return (struct commands_decision){.act = COMMANDS_LIST};
    case COMMAND_COUNT:
        break;
    }
    return refuse(REPLY_UNSUPPORTED);
}

enum commands_act
commands_switch(struct commands_desk *d, bool enabled)
{
    if (enabled && !d->enabled)
        d->switched_on++;
    d->enabled = enabled;
    if (enabled)
        return COMMANDS_WAKE;
    /* It was promised: whoever waits for it must see how it ended. */
    d->revoked = d->queued;
    return d->running != 0 ? COMMANDS_STOP : COMMANDS_WAKE;
}

bool
commands_begin(struct commands_desk *d, struct commands_order *out)
{
    if (!d->enabled && !d->revoked)
        return false;
    *out = (struct commands_order){
        .run = d->next,
        .asked = d->queued,
        .revoked = d->revoked,
        .direction = d->direction,
    };
    d->running = d->next++;
    d->queued = d->revoked = false;
    return true;
}

void
commands_end(struct commands_desk *d)
{
    d->running = 0;
}
