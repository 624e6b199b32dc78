#include "services/sync-engine/cloud/lock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/cloud/skew.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_BYTES_MAX 4096 /* a lock has about 80 */

#define TIME_END 1e15 /* ms; a double is exact below, the year is 33658 */

/* How late a refresh may come before others may take the lock. */
#define LOCK_MARGIN_MS 10000

enum owner {
    OWNER_NONE,   /* no lock */
    OWNER_US,     /* carries our device id */
    OWNER_OTHER,  /* a valid lock of another device */
    OWNER_BROKEN, /* something that is no lock */
};

struct seen {
    enum owner owner;
    uint64_t time_ms;
    char device[65]; /* cut, for messages */
};

/* What one attempt to take the lock leaves for the next. */
struct attempts {
    bool again;  /* there may be one */
    bool broken; /* what was found was no lock */
};

static uint64_t
now_ms(const struct lock *l)
{
    return l->clock.wall_ms(l->clock.ctx);
}

/* Read what is there, whoever wrote it. */
static void
parse(const struct lock *l, const struct store_buffer *b, struct seen *seen)
{
    json_t *root = json_loadb(b->data, b->size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *device = json_object_get(root, "deviceID");
    const json_t *time = json_object_get(root, "time");

    *seen = (struct seen){.owner = OWNER_BROKEN};
    if (json_is_string(device) && json_is_number(time) &&
        json_number_value(time) >= 0 && json_number_value(time) < TIME_END) {
        seen->owner = strcmp(json_string_value(device), l->device) == 0
                          ? OWNER_US
                          : OWNER_OTHER;
        seen->time_ms = (uint64_t)json_number_value(time);
        (void)snprintf(seen->device, sizeof seen->device, "%s",
                       json_string_value(device));
    }
    json_decref(root);
}

/* 0 and *seen filled, or what the store said. */
static int
look(const struct lock *l, struct seen *seen, struct fault *f)
{
    struct store_buffer b;
    int rc = store_get(l->store, LOCK_KEY, LOCK_BYTES_MAX, &b, f);

    if (rc == STORE_ABSENT) {
        *seen = (struct seen){.owner = OWNER_NONE};
        return 0;
    }
    if (rc < 0 && f->code == CODE_NOT_FOUND) {
        /* A folder, or far too long: there is something. */
        *seen = (struct seen){.owner = OWNER_BROKEN};
        return 0;
    }
    if (rc < 0)
        return rc;
    parse(l, &b, seen);
    free(b.data);
    return 0;
}

static int
write_lock(struct lock *l, struct fault *f)
{
    uint64_t time_ms = now_ms(l);
    struct store_body body = {0};
    json_t *root = json_pack("{s:s, s:I}", "deviceID", l->device, "time",
                             (json_int_t)time_ms);
    char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
    int rc;

    json_decref(root);
    if (text == NULL)
        return fault_set(f, CODE_INTERNAL, "cannot encode the cloud lock");
    body.data = text;
    body.size = strlen(text);
    /* Durable: a power cut must not leave a lock that is none, for ever. */
    rc = store_put(l->store, LOCK_KEY, &body, STORE_REPLACE | STORE_DURABLE, f);
    free(text);
    if (rc == 0)
        l->time_ms = time_ms;
    return rc;
}

/* A lock that is not ours, as a fault. */
static int
blame(const struct lock *l, const struct seen *seen, struct fault *f)
{
    int64_t age_ms = (int64_t)(now_ms(l) - seen->time_ms);

    switch (seen->owner) {
    case OWNER_OTHER:
        if (skew_is_ahead(now_ms(l), (int64_t)seen->time_ms)) {
            return fault_set(f, CODE_CLOCK_SKEW,
                             "device %s holds " LOCK_KEY ", written %" PRId64
                             " s in the future: its clock or ours is wrong",
                             seen->device, -age_ms / 1000);
        }
        return fault_set(f, CODE_LOCKED,
                         "device %s holds " LOCK_KEY ", written %" PRId64
                         " s %s",
                         seen->device, (age_ms < 0 ? -age_ms : age_ms) / 1000,
                         age_ms < 0 ? "in the future" : "ago");
    case OWNER_BROKEN:
        return fault_set(f, CODE_LOCK_FAILED,
                         "what is " LOCK_KEY " in the store is no lock; "
                         "delete it");
    default:
        return fault_set(f, CODE_LOCK_FAILED,
                         LOCK_KEY " was deleted by another device");
    }
}

/*
 * A kernel truncates and writes: what is no lock now may be one in a moment.
 * What is none after a pause is what a crash left, and would bar everybody for
 * ever; a kernel deletes it at once (6.3).
 */
static bool
is_free(const struct lock *l, const struct seen *seen, bool broken_before)
{
    if (seen->owner == OWNER_NONE || seen->owner == OWNER_US)
        return true;
    if (seen->owner == OWNER_BROKEN)
        return broken_before;
    return seen->owner == OWNER_OTHER &&
           now_ms(l) > seen->time_ms + LOCK_EXPIRY_MS;
}

/* It may have arrived all the same: leave nothing behind. */
static void
take_back(struct lock *l)
{
    l->held = true;
    lock_drop(l);
}

/*
 * One attempt.  Reading back what was written settles most races of two
 * devices that both found no lock: the later writer wins.
 */
static int
attempt(struct lock *l, struct attempts *a, struct fault *f)
{
    struct seen seen;
    int rc = look(l, &seen, f);

    a->again = false;
    if (rc < 0)
        return rc;
    if (is_free(l, &seen, a->broken)) {
        bool broken = seen.owner == OWNER_BROKEN;

        rc = write_lock(l, f);
        if (rc == 0)
            rc = look(l, &seen, f);
        if (rc < 0) {
            take_back(l);
            return broken ? blame(l, &seen, f) : rc;
        }
        if (broken && seen.owner == OWNER_US)
            log_line(LOG_WARN, LOCK_KEY " in the store was no lock: replaced");
        if (seen.owner == OWNER_US)
            return 0;
    }
    a->again = true;
    a->broken = seen.owner == OWNER_BROKEN;
    return blame(l, &seen, f);
}

int
lock_take(struct lock *l, struct fault *f)
{
    struct attempts a = {0};

    for (int i = 1;; i++) {
        int rc = attempt(l, &a, f);

        if (rc == 0) {
            l->held = true;
            return 0;
        }
        if (!a.again || i == LOCK_ATTEMPTS)
            return rc;
        if (l->clock.wait_ms(l->clock.ctx, LOCK_PAUSE_MS) < 0) {
            fault_set(f, CODE_CANCELLED, "stopped while waiting for the lock");
            return -ECANCELED;
        }
    }
}

int
lock_check(struct lock *l, struct fault *f)
{
    struct seen seen;
    int rc = look(l, &seen, f);

    if (rc < 0)
        return rc;
    if (seen.owner == OWNER_US)
        return 0;
    /* Not ours any more: dropping it would delete somebody else's. */
    l->held = false;
    return blame(l, &seen, f);
}

int
lock_refresh(struct lock *l, struct fault *f)
{
    int rc = lock_check(l, f);

    if (rc == 0)
        rc = write_lock(l, f);
    if (rc == 0 || !l->held)
        return rc;
    if (now_ms(l) < l->time_ms + LOCK_EXPIRY_MS - LOCK_MARGIN_MS) {
        log_line(LOG_WARN, "cloud lock not refreshed yet: %s", f->cause);
        *f = (struct fault){0};
        return 0;
    }
    return rc;
}

void
lock_drop(struct lock *l)
{
    struct fault f = {0};
    struct seen seen;

    for (int i = 0; l->held && i < LOCK_ATTEMPTS; i++) {
        int rc = look(l, &seen, &f);

        if (rc == 0 && seen.owner == OWNER_US)
            rc = store_del(l->store, LOCK_KEY, &f);
        if (rc == 0)
            l->held = false;
    }
    if (l->held) {
        log_line(LOG_WARN, "cloud lock not released, it expires in %d s: %s",
                 LOCK_EXPIRY_MS / 1000, f.cause);
    }
    l->held = false;
}
