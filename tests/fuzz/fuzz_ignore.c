/*
 * Any syncignore is compiled or refused, and any path decided, within bounds.
 * The input is the list, a NUL, and the path.
 *
 * Whatever RE2's rules let through, PCRE2 must compile: a pattern it refuses
 * would silently be ignored less than on other devices.  Properties (\pX) are
 * the exception, their names are PCRE2's to know.
 */
#include "services/sync-engine/repo/ignore.h"
#include "services/sync-engine/repo/pattern.h"
#include "services/sync-engine/repo/re2.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <assert.h>
#include <errno.h>
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(const char *line, size_t len)
{
    struct buffer go = {0};
    struct buffer pcre = {0};
    PCRE2_SIZE at;
    bool negated;
    int error = 0;

    if (pattern_translate(&go, &negated, line, len) == 0 &&
        re2_to_pcre2(&pcre, (const char *)go.data, go.len) == 0 &&
        memmem(go.data, go.len, "\\p", 2) == NULL &&
        memmem(go.data, go.len, "\\P", 2) == NULL) {
        pcre2_code *code =
            pcre2_compile(pcre.data, pcre.len, PCRE2_UTF, &error, &at, NULL);

        assert(code != NULL || error == PCRE2_ERROR_PATTERN_TOO_LARGE ||
               error == PCRE2_ERROR_PATTERN_TOO_COMPLICATED);
        pcre2_code_free(code);
    }
    buffer_clear(&go);
    buffer_clear(&pcre);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *nul = size != 0 ? memchr(text, '\0', size) : NULL;
    size_t len = nul != NULL ? (size_t)(nul - text) : size;
    struct ignore *ig;

    if (size == 0 || size > 4096)
        return 0;
    if (memchr(text, '\n', len) == NULL)
        check_line(text, len);
    if (ignore_new(&ig, text, len) != 0) {
        assert(ig == NULL);
        return 0;
    }
    if (nul != NULL) {
        int rc = ignore_match(ig, nul + 1, size - len - 1);

        assert(rc == 0 || rc == IGNORE_MATCHED || rc == -EILSEQ ||
               rc == -ELOOP);
    }
    ignore_free(ig);
    return 0;
}
