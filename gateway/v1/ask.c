#include "gateway/v1/ask.h"

#include "gateway/http/body.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_DIGITS 19
#define REAL_END      9223372036854775808.0 /* 2^63: no json_int_t from here */
#define NAME_SHOWN    "%.40s" /* of a member that is a stranger's */

static int
take_direction(struct ask *a, const json_t *value)
{
    const char *token = json_string_value(value);

    return token != NULL ? command_dir_parse(&a->direction, token) : -EINVAL;
}

static int
take_wait(struct ask *a, const json_t *value)
{
    a->wait = json_is_true(value);
    return json_is_boolean(value) ? 0 : -EINVAL;
}

/* An integer is one however it is written: 17, 17.0, 1.7e1. */
static int
take_run(struct ask *a, const json_t *value)
{
    double real = json_real_value(value);
    json_int_t run = json_integer_value(value);

    if (json_is_real(value) && real >= 1 && real < REAL_END &&
        real == (double)(json_int_t)real)
        run = (json_int_t)real;
    a->has_run = true;
    a->run = run > 0 ? (uint64_t)run : 0;
    return run > 0 ? 0 : -EINVAL;
}

static const struct {
    enum ask_member bit;
    const char *name;
    int (*take)(struct ask *a, const json_t *value);
    const char *must;
} members_known[] = {
    {ASK_DIRECTION, "direction", take_direction,
     "must be \"both\", \"upload\" or \"download\""},
    {ASK_WAIT, "wait", take_wait, "must be true or false"},
    {ASK_RUN, "run", take_run, "must be the number of a run, from 1"},
};

static int
take(struct ask *a, char why[ASK_WHY_MAX], unsigned members, const char *name,
     const json_t *value)
{
    for (size_t i = 0; i < sizeof members_known / sizeof *members_known; i++) {
        if ((members & members_known[i].bit) == 0 ||
            strcmp(name, members_known[i].name) != 0)
            continue;
        if (members_known[i].take(a, value) == 0)
            return 0;
        (void)snprintf(why, ASK_WHY_MAX, "\"%s\" %s", name,
                       members_known[i].must);
        return -EINVAL;
    }
    (void)snprintf(why, ASK_WHY_MAX, "\"" NAME_SHOWN "\" is not known here",
                   name);
    return -EINVAL;
}

static int
take_all(struct ask *a, char why[ASK_WHY_MAX], unsigned members, json_t *root)
{
    const char *name;
    json_t *value;
    int rc = 0;

    if (!json_is_object(root)) {
        (void)snprintf(why, ASK_WHY_MAX, "it must be a JSON object");
        return -EINVAL;
    }
    json_object_foreach(root, name, value)
    {
        if (rc == 0)
            rc = take(a, why, members, name, value);
    }
    return rc;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What it quotes is a stranger's: one line all the same. */
static void
flatten(char *why)
{
    for (; *why != '\0'; why++) {
        if ((unsigned char)*why < ' ')
            *why = ' ';
    }
}

static int
parse(struct ask *out, char why[ASK_WHY_MAX], unsigned members,
      const char *body, size_t len)
{
    struct ask a = {.direction = COMMAND_BOTH};
    json_error_t error;
    json_t *root;
    size_t blanks = 0;
    int rc;

    while (blanks < len && is_blank(body[blanks]))
        blanks++;
    if (blanks == len) {
        *out = a;
        return 0;
    }
    if (!body_is_shallow(body, len)) {
        (void)snprintf(why, ASK_WHY_MAX, "it is nested too deeply");
        return -EINVAL;
    }
    root =
        json_loadb(body, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL) {
        (void)snprintf(why, ASK_WHY_MAX, "not JSON at byte %d: %.120s",
                       error.position, error.text);
        return -EINVAL;
    }
    rc = take_all(&a, why, members, root);
    json_decref(root);
    if (rc == 0)
        *out = a;
    return rc;
}

int
ask_parse(struct ask *out, char why[ASK_WHY_MAX], unsigned members,
          const char *body, size_t len)
{
    int rc = parse(out, why, members, body, len);

    if (rc != 0)
        flatten(why);
    return rc;
}

int
ask_number(uint64_t *out, const char *text)
{
    size_t len = strspn(text, "0123456789");
    uint64_t value = 0;

    if (len == 0 || len > NUMBER_DIGITS || text[len] != '\0')
        return -EINVAL;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    if (value > INT64_MAX)
        return -EINVAL;
    *out = value;
    return 0;
}
