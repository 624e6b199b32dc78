#include "services/runtime/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX 2000 /* bytes of one text, before escaping */
#define LINE_MAX 4096 /* PIPE_BUF: a line this long is still one piece */

static const char *const level_words[] = {"error", "warn", "info", "debug"};

static const char *program_name = "syncbus";
static enum log_level max_level = LOG_INFO;
static bool as_json;

struct line {
    size_t len;
    char buf[LINE_MAX];
};

void
log_init(const char *program, enum log_level level, bool json)
{
    program_name = program;
    max_level = level;
    as_json = json;
}

int
log_level_parse(enum log_level *out, const char *word)
{
    for (size_t i = 0; i < sizeof level_words / sizeof *level_words; i++) {
        if (strcmp(word, level_words[i]) == 0) {
            *out = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool
log_enabled(enum log_level level)
{
    return level <= max_level;
}

/* All of text, or nothing when it does not fit before the reserve. */
static bool
append(struct line *l, const char *text, size_t len, size_t reserve)
{
    if (l->len + len + reserve > sizeof l->buf)
        return false;
    memcpy(l->buf + l->len, text, len);
    l->len += len;
    return true;
}

static void
append_word(struct line *l, const char *word)
{
    (void)append(l, word, strlen(word), 0);
}

/* Length of the printable UTF-8 character at p; 0 when there is none. */
static size_t
character_length(const unsigned char *p, size_t left)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (p[0] < 0x20 || p[0] == 0x7f || (p[0] >= 0x80 && p[0] < 0xc2) ||
        p[0] > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    /* Overlong forms, surrogates, above U+10FFFF; C1 control characters. */
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90) ||
        (p[0] == 0xc2 && p[1] < 0xa0))
        return 0;
    return n;
}

/* The escape of a byte that is not shown as it is. */
static size_t
escape_byte(char out[8], unsigned char c)
{
    const char *slash = as_json ? "\\\\" : "\\";
    int n;

    if (c == '\n' || c == '\r' || c == '\t') {
        n = snprintf(out, 8, "%s%c", slash,
                     c == '\n'   ? 'n'
                     : c == '\r' ? 'r'
                                 : 't');
    } else {
        n = snprintf(out, 8, "%sx%02x", slash, c);
    }
    return n > 0 ? (size_t)n : 0;
}

/* The text, escaped; one that is cut ends in an ellipsis. */
static void
append_text(struct line *l, const char *text, size_t len, bool cut)
{
    const size_t reserve = sizeof "\xe2\x80\xa6\"}\n";
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;

    while (i < len) {
        size_t n = character_length(p + i, len - i);
        char escape[8];
        bool fits;

        if (n == 0 && cut && len - i < 4)
            break; /* the rest of a character that was cut through */
        if (n == 1 && as_json && (p[i] == '"' || p[i] == '\\')) {
            fits = append(l, p[i] == '"' ? "\\\"" : "\\\\", 2, reserve);
        } else if (n > 0) {
            fits = append(l, text + i, n, reserve);
        } else {
            fits = append(l, escape, escape_byte(escape, p[i]), reserve);
        }
        if (!fits) {
            cut = true;
            break;
        }
        i += n > 0 ? n : 1;
    }
    if (cut)
        append_word(l, "\xe2\x80\xa6");
}

static void
append_time(struct line *l)
{
    struct timespec now = {0};
    struct tm tm = {0};
    char date[32], text[48];

    (void)clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    if (strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        date[0] = '\0';
    (void)snprintf(text, sizeof text, "%s.%03ldZ", date, now.tv_nsec / 1000000);
    append_word(l, text);
}

static void
write_line(const struct line *l)
{
    size_t done = 0;

    while (done < l->len) {
        ssize_t n = write(STDERR_FILENO, l->buf + done, l->len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nowhere to complain to */
        done += (size_t)n;
    }
}

/* Everything before the text. */
static void
append_head(struct line *l, enum log_level level)
{
    if (as_json)
        append_word(l, "{\"ts\":\"");
    append_time(l);
    append_word(l, as_json ? "\",\"level\":\"" : " ");
    append_word(l, as_json ? level_words[level] : program_name);
    append_word(l, as_json ? "\",\"program\":\"" : " ");
    append_word(l, as_json ? program_name : level_words[level]);
    append_word(l, as_json ? "\",\"msg\":\"" : ": ");
}

void
log_line(enum log_level level, const char *format, ...)
{
    char text[TEXT_MAX + 1];
    struct line l = {0};
    int saved = errno; /* a caller may log before it reads errno */
    va_list args;
    int n;

    if (!log_enabled(level))
        return;
    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        return;
    append_head(&l, level);
    append_text(&l, text, n > TEXT_MAX ? TEXT_MAX : (size_t)n, n > TEXT_MAX);
    append_word(&l, as_json ? "\"}\n" : "\n");
    write_line(&l);
    errno = saved;
}

void
log_notice(const char *text)
{
    struct line l = {0};

    if (as_json)
        append_head(&l, LOG_INFO);
    append_text(&l, text, strlen(text), false);
    append_word(&l, as_json ? "\"}\n" : "\n");
    write_line(&l);
}

bool
log_allowed(unsigned long long *last_ms, unsigned long long now_ms,
            unsigned interval_ms)
{
    if (*last_ms != 0 && now_ms - *last_ms < interval_ms)
        return false;
    *last_ms = now_ms;
    return true;
}
