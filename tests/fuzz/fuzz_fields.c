/*
 * What a stranger writes into header fields that choose something: the input
 * is split at its line feeds.  The first lines are Upgrade, Connection,
 * version, key, Accept, Last-Event-ID and the query of a stream; all lines,
 * cut at their colons, are the fields of one request.
 */
#include "gateway/http/framing.h"
#include "gateway/metrics/accept.h"
#include "gateway/stream/events.h"
#include "gateway/stream/filter.h"
#include "gateway/stream/handshake.h"
#include "proto/topic.h"

#include <assert.h>
#include <civetweb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINES_MAX 80

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The field of a line; without a colon it is all name. */
static struct mg_header
field_of(char *line)
{
    char *colon = strchr(line, ':');

    if (colon == NULL)
        return (struct mg_header){line, ""};
    *colon = '\0';
    return (struct mg_header){line, colon + 1};
}

/* Who passes has one Host and one way to find the end. */
static void
try_framing(char *const line[], int count)
{
    struct mg_header fields[LINES_MAX];
    struct framing_fault fault;
    int ends = 0;

    for (int i = 0; i < count; i++) {
        fields[i] = field_of(line[i]);
        ends += strcasecmp(fields[i].name, "Content-Length") == 0;
        ends += strcasecmp(fields[i].name, "Transfer-Encoding") == 0;
    }
    fault = framing_check(fields, count, true);
    assert((fault.status == 0) == (fault.text[0] == '\0'));
    assert(fault.status == 0 || strtol(fault.text, NULL, 10) == fault.status);
    assert(fault.status != 0 || (ends <= 1 && count <= FRAMING_FIELDS_MAX));
}

static void
try_stream(char *const line[])
{
    struct handshake h = {.upgrade = line[0],
                          .connection = line[1],
                          .version = line[2],
                          .key = line[3]};
    static struct filter filter;
    static struct events events;
    uint64_t number;
    int rc = handshake_check(&h);

    assert(rc >= 0);
    assert(rc != 0 || strcmp(h.version, "13") == 0);
    (void)accept_format(line[4]);
    events_init(&events, 1795495875000);
    (void)events_parse_id(&number, &events, line[5]);
    if (filter_parse(&filter, line[6]) != 0)
        return;
    assert(filter.count <= FILTER_ENGINES_MAX);
    for (size_t i = 0; i < filter.count; i++)
        assert(topic_is_id(filter.id[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char empty[1];
    char *line[LINES_MAX], *copy, *at;
    int count = 0;

    copy = malloc(size + 1);
    assert(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    for (at = copy; at != NULL && count < LINES_MAX;)
        line[count++] = strsep(&at, "\n");
    for (int i = count; i < 7; i++)
        line[i] = empty;
    try_stream(line);
    try_framing(line, count);
    free(copy);
    return 0;
}
