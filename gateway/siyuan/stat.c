#include "gateway/siyuan/stat.h"

#include "gateway/cause.h"
#include "gateway/texts.h"

#include <stdio.h>
#include <string.h>

void
stat_format_bytes(char out[STAT_BYTES_MAX], uint64_t bytes)
{
    static const char *const units[] = {"B",  "kB", "MB", "GB",
                                        "TB", "PB", "EB"};
    uint64_t unit = 1, hundredths;
    size_t e = 0;

    while (bytes / unit >= 1000) {
        unit *= 1000;
        e++;
    }
    /* bytes * 100 might not fit: whole part and rest apart. */
    hundredths = bytes / unit * 100;
    if (unit > 1)
        hundredths += (bytes % unit + unit / 100 - 1) / (unit / 100);
    if (hundredths % 100 == 0) {
        (void)snprintf(out, STAT_BYTES_MAX, "%llu %s",
                       (unsigned long long)hundredths / 100, units[e]);
    } else if (hundredths % 10 == 0) {
        (void)snprintf(out, STAT_BYTES_MAX, "%llu.%llu %s",
                       (unsigned long long)hundredths / 100,
                       (unsigned long long)hundredths / 10 % 10, units[e]);
    } else {
        (void)snprintf(out, STAT_BYTES_MAX, "%llu.%02llu %s",
                       (unsigned long long)hundredths / 100,
                       (unsigned long long)hundredths % 100, units[e]);
    }
}

const char *
stat_provider(const char *token)
{
    static const char *const names[][2] = {{"local", "Local File System"},
                                           {"webdav", "WebDAV"},
                                           {"s3", "S3"},
                                           {"siyuan", "SiYuan"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i][0], token) == 0)
            return names[i][1];
    }
    return "Unknown";
}

void
stat_escape_html(char *out, size_t cap, const char *text)
{
    static const char *const entities[] = {"<&lt;", ">&gt;", "&&amp;",
                                           "\"&#34;", "'&#39;"};
    size_t len = 0;

    for (; *text != '\0' && len + 8 < cap; text++) {
        const char *piece = NULL;

        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
            if (entities[i][0] == *text)
                piece = entities[i] + 1;
        }
        if (piece != NULL) {
            memcpy(out + len, piece, strlen(piece));
            len += strlen(piece);
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
}

static void
format_failure(char out[STAT_MAX], const struct state *s, enum lang lang)
{
    enum code code = code_find(s->last.code);
    char plain[STATE_WHY_MAX], own[6 * STATE_WHY_MAX];
    char name[6 * STATE_CLOUD_MAX];
    const char *cause = texts_cause(code, lang);

    if (code == CODE_QUOTA) {
        stat_escape_html(name, sizeof name, s->cloud);
        texts_fill(out, STAT_MAX, texts_get(TEXT_STAT_QUOTA, lang),
                   (const char *const[]){name, NULL});
        return;
    }
    if (code == CODE_INTERNAL && s->last.why[0] != '\0') {
        cause_clean(plain, sizeof plain, s->last.why);
        stat_escape_html(own, sizeof own, plain);
        cause = own;
    }
    texts_fill(out, STAT_MAX, texts_get(TEXT_STAT_FAILED, lang),
               (const char *const[]){cause, stat_provider(s->provider), NULL});
}

static void
format_success(char out[STAT_MAX], const struct state_last *l, enum lang lang)
{
    const uint64_t counts[] = {l->sent.files, l->received.files, l->sent.chunks,
                               l->received.chunks};
    char number[4][24], sent[STAT_BYTES_MAX], received[STAT_BYTES_MAX];

    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(number[i], sizeof number[i], "%llu",
                       (unsigned long long)counts[i]);
    }
    stat_format_bytes(sent, l->sent.bytes);
    stat_format_bytes(received, l->received.bytes);
    texts_fill(out, STAT_MAX, texts_get(TEXT_STAT_DONE, lang),
               (const char *const[]){number[0], number[1], number[2], number[3],
                                     sent, received, NULL});
}

void
stat_format(char out[STAT_MAX], const struct state *s, enum lang lang)
{
    out[0] = '\0';
    if (s->name == STATE_DISABLED ||
        ((s->has & STATE_HAS_ENABLED) != 0 && !s->enabled)) {
        (void)snprintf(out, STAT_MAX, "%s",
                       texts_get(TEXT_STAT_DISABLED, lang));
    } else if ((s->has & STATE_HAS_LAST) == 0) {
        return;
    } else if (s->last.ok) {
        format_success(out, &s->last, lang);
    } else {
        format_failure(out, s, lang);
    }
}
