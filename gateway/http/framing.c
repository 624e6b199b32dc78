#include "gateway/http/framing.h"

#include <civetweb.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* How many there are of those that say where a request ends, or for whom. */
struct census {
    int host, length, coding;
    bool is_length_odd;
};

static bool
is_decimal(const char *value)
{
    return value[0] != '\0' && value[strspn(value, "0123456789")] == '\0';
}

static void
count_field(struct census *c, const struct mg_header *h)
{
    if (strcasecmp(h->name, "Host") == 0) {
        c->host++;
    } else if (strcasecmp(h->name, "Content-Length") == 0) {
        c->length++;
        c->is_length_odd |= !is_decimal(h->value);
    } else if (strcasecmp(h->name, "Transfer-Encoding") == 0) {
        c->coding++;
    }
}

/* The text of what is wrong, or NULL. */
static const char *
judge(const struct census *c, bool is_1_1)
{
    if (c->host > 1)
        return "400 more than one Host";
    if (is_1_1 && c->host == 0)
        return "400 no Host";
    if (c->is_length_odd)
        return "400 Content-Length is no decimal number";
    if (c->length > 1)
        return "400 more than one Content-Length";
    if (c->coding > 1)
        return "400 more than one Transfer-Encoding";
    if (c->length > 0 && c->coding > 0)
        return "400 both Content-Length and Transfer-Encoding";
    if (!is_1_1 && c->coding > 0)
        return "400 Transfer-Encoding in HTTP/1.0";
    return NULL;
}

struct framing_fault
framing_check(const struct mg_header *fields, int count, bool is_1_1)
{
    struct census census = {0};
    const char *text;

    if (count > FRAMING_FIELDS_MAX)
        return (struct framing_fault){431, "431 more than 63 header fields"};
    for (int i = 0; i < count; i++)
        count_field(&census, &fields[i]);
    text = judge(&census, is_1_1);
    return text != NULL ? (struct framing_fault){400, text}
                        : (struct framing_fault){0, ""};
}
