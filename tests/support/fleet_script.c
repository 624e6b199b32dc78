#include "tests/support/fleet_script.h"

#include "services/sync-engine/merge/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define OFFSET_MAX_MIN 20

static const char *const VERBS[SCRIPT_KINDS] = {
    "edits",     "writes the common text to",
    "touches",   "removes",
    "renames",   "syncs",
    "downloads", "uploads",
};

static const unsigned WEIGHTS[SCRIPT_KINDS] = {26, 8, 8, 10, 8, 30, 5, 5};

const char *const script_paths[SCRIPT_PATHS] = {
    "/a.sy", "/box/b.sy", "/box/b/c.sy", "/assets/d.png", "/E", "/.siyuan/f",
};

/* ---- making scripts ------------------------------------------------------ */

static int
below(uint64_t *seed, int n)
{
    return (int)(draw_next(seed) % (uint64_t)n);
}

static enum script_kind
draw_kind(uint64_t *seed)
{
    int lot = below(seed, 100);
    int kind = 0;

    while (lot >= (int)WEIGHTS[kind])
        lot -= (int)WEIGHTS[kind++];
    return (enum script_kind)kind;
}

void
script_make(struct script *s, uint64_t seed, size_t count)
{
    *s = (struct script){.count = count};
    for (int i = 0; i < FLEET_DEVICES; i++) {
        s->blank[i] = i > 0 && below(&seed, 3) == 0;
        if (below(&seed, 2) == 0) {
            s->offset_s[i] =
                60 * (below(&seed, 2 * OFFSET_MAX_MIN + 1) - OFFSET_MAX_MIN);
        }
    }
    for (size_t i = 0; i < count; i++) {
        s->ops[i] = (struct script_op){
            .kind = draw_kind(&seed),
            .device = below(&seed, FLEET_DEVICES),
            .path = (size_t)below(&seed, (int)SCRIPT_PATHS),
            .other = (size_t)below(&seed, (int)SCRIPT_PATHS),
            .wait_s = below(&seed, below(&seed, 4) == 0 ? 1200 : 60),
            .content = (unsigned)i,
        };
    }
}

void
script_print(const struct script *s)
{
    for (int i = 0; i < FLEET_DEVICES; i++) {
        print_message("  %c: clock %+d min%s\n", 'A' + i, s->offset_s[i] / 60,
                      s->blank[i] ? ", blank" : "");
    }
    for (size_t i = 0; i < s->count; i++) {
        const struct script_op *op = &s->ops[i];

        print_message("  +%d s: %c %s", op->wait_s, 'A' + op->device,
                      VERBS[op->kind]);
        if (op->kind < SCRIPT_SYNC)
            print_message(" %s", script_paths[op->path]);
        if (op->kind == SCRIPT_RENAME)
            print_message(" to %s", script_paths[op->other]);
        print_message("\n");
    }
}

/* ---- shrinking ----------------------------------------------------------- */

static void
cut(struct script *to, const struct script *from, size_t start, size_t count)
{
    *to = *from;
    memmove(to->ops + start, from->ops + start + count,
            (from->count - start - count) * sizeof *to->ops);
    to->count = from->count - count;
}

/* Leave out what is not needed to fail, larger parts first. */
void
script_shrink(struct script *s, script_run_fn run)
{
    size_t part = s->count / 2;

    while (part > 0) {
        bool shorter = false;

        for (size_t i = 0; i + part <= s->count;) {
            struct script less;

            cut(&less, s, i, part);
            if (run(&less) != NULL) {
                *s = less;
                shorter = true;
            } else {
                i++;
            }
        }
        if (!shorter)
            part /= 2;
        if (part > s->count)
            part = s->count;
    }
}

void
script_run_seeds(const struct script_seeds *seeds, script_run_fn run)
{
    for (uint64_t i = 0; i < seeds->count; i++) {
        uint64_t seed = seeds->first + i;
        struct script s;

        script_make(&s, seed, seeds->ops);
        if (run(&s) == NULL)
            continue;
        script_shrink(&s, run);
        print_message("seed %llu, shrunk:\n", (unsigned long long)seed);
        script_print(&s);
        fail_msg("%s", run(&s));
    }
}
