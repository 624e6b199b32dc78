#include "tools/syncbus/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* JSON may hold DEL as it is. */
static void
print_escaped(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\x7f') {
            (void)fputs("\\u007f", stdout);
        } else {
            (void)putchar(*p);
        }
    }
}

int
output_json(json_t *json)
{
    bool is_tty = isatty(STDOUT_FILENO) == 1;
    char *text = NULL;

    if (json != NULL) {
        text = json_dumps(json, is_tty ? JSON_COMPACT | JSON_ENSURE_ASCII
                                       : JSON_COMPACT);
    }
    json_decref(json);
    if (text == NULL)
        return -ENOMEM;
    print_escaped(text);
    (void)putchar('\n');
    free(text);
    return ferror(stdout) != 0 ? -EIO : 0;
}
