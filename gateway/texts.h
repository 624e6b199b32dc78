/*
 * texts.h - every text the gateway shows, in both languages of the product.
 * (Codes of a run have theirs in proto/code.h.)  Pure; all strings live as
 * long as the process.
 *
 * TEXT_STAT_*, TEXT_STATUS_*, TEXT_BROWSER, TEXT_SYNCING: SiYuan's own
 * wording, which clients parse.
 */
#ifndef GATEWAY_TEXTS_H
#define GATEWAY_TEXTS_H

#include "proto/code.h"
#include "proto/phase.h"
#include "services/bus-client/copy.h"

#include <stddef.h>

enum text {
    TEXT_STAT_DONE,      /* L150: files, chunks, bytes: sent/received */
    TEXT_STAT_FAILED,    /* L80: cause */
    TEXT_STAT_DISABLED,  /* L53 */
    TEXT_STAT_QUOTA,     /* L43: cloud space */
    TEXT_BROWSER,        /* L156 */
    TEXT_NO_SNAPSHOT,    /* nothing heard from the aggregator since start */
    TEXT_NO_ENGINE,      /* it knows none */
    TEXT_UNKNOWN_ENGINE, /* this one: id */
    TEXT_CONFIGURATION,  /* a call that would configure an engine */
    TEXT_TOO_MANY,       /* failed logins: seconds */
    TEXT_PHASE_OTHER,    /* a phase this version does not know: token */
    TEXT_SYNCING,        /* L81 */
    TEXT_STATUS_DONE,    /* L149: seconds */
    TEXT_BOOT_FAILED,    /* L17 */
    TEXT_BOOT_SYNCING,   /* L307 */
    TEXT_BOOT_DONE,      /* L300 */
    TEXT_WRONG_CODE,     /* L83 */
    TEXT_NO_CODE,        /* nothing to log out of */
    TEXT_FOREIGN,        /* a page of another origin */
    TEXT_BUSY,           /* too many calls wait for engines */
    TEXT_STOPPING,       /* the gateway */
    TEXT_HUB_AWAY,       /* commands cannot be sent */
    TEXT_ENGINE_GONE,    /* while a call waited for it: id */
    TEXT_STILL_SYNCING,  /* after an hour */
    TEXT_COUNT,
};

/* As it stands; "%s" marks where texts_fill() puts something. */
const char *texts_get(enum text text, enum lang lang);

/*
 * Write a text to out (cap bytes, cut if need be) with arguments in the place
 * of its "%s", in order; arguments end with NULL.
 */
void texts_fill(char *out, size_t cap, const char *text,
                const char *const arguments[]);

/* What a phase is called in progress.info: "Uploading"; "" for PHASE_NONE. */
const char *texts_phase(enum phase phase, enum lang lang);

/*
 * What SiYuan's status bar says in a phase, its own words: with its count and
 * total, or one argument, in "%s"; "" for PHASE_NONE.
 */
const char *texts_status(enum phase phase, enum lang lang);

/* What progress.info says outside a run: "Idle". */
const char *texts_shown(enum copy_shown shown, enum lang lang);

/*
 * SiYuan's words for the cause of a failure, where they are known in that
 * language; else those of proto/code.h.
 */
const char *texts_cause(enum code code, enum lang lang);

#endif
