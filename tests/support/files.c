#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024

void
files_add(struct file_list *l, const char *path, const char *content,
          int64_t updated_ms)
{
    struct oid chunk;
    struct file_record f = {
        .path = path,
        .chunks = &chunk,
        .chunk_count = 1,
        .size = (int64_t)strlen(content),
        .updated = updated_ms,
    };

    assert_int_equal(oid_of_bytes(&chunk, content, strlen(content)), 0);
    assert_int_equal(oid_of_file(&f.id, path, updated_ms), 0);
    assert_int_equal(file_list_add(l, &f), 0);
}

void
files_read(struct file_list *l, const char *text)
{
    char copy[TEXT_MAX];
    char *rest = copy;
    char *word;

    *l = (struct file_list){0};
    assert_true(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    while ((word = strsep(&rest, " ")) != NULL) {
        char *content = strchr(word, ':');
        char *minutes = strchr(word, '@');

        if (*word == '\0')
            continue;
        assert_non_null(content);
        assert_non_null(minutes);
        *content++ = '\0';
        *minutes++ = '\0';
        files_add(l, word, content,
                  FILES_EPOCH_MS + llround(strtod(minutes, NULL) * 60000));
    }
    file_list_sort(l);
}
