#include "proto/state_last.h"

#include "proto/field.h"

#define AT(member)   .offset = offsetof(struct state_last, member)
#define UINT(member) .kind = FIELD_UINT, .bound = WIRE_INT_MAX, AT(member)
#define TEXT(member)                                                           \
    .kind = FIELD_TEXT, .bound = sizeof((struct state_last *)0)->member,       \
    AT(member)
#define THREE(member) .kind = FIELD_UINTS, .bound = 3, AT(member)

/* THREE() reads three members as an array: nothing may stand between them. */
_Static_assert(sizeof(struct state_traffic) == 3 * sizeof(uint64_t), "packed");
_Static_assert(offsetof(struct state_last, conflicts) ==
                   offsetof(struct state_last, upserts) + 2 * sizeof(uint64_t),
               "packed");

static const struct field fields[] = {
    {"run", UINT(run), .need = FIELD_REQUIRED},
    {"ok", .kind = FIELD_BOOL, AT(ok), .need = FIELD_REQUIRED},
    {"code", TEXT(code)},
    {"why", TEXT(why)},
    {"ts", UINT(at_ms)},
    {"ms", UINT(duration_ms)},
    {"dir", TEXT(direction)},
    {"tx", THREE(sent)},
    {"rx", THREE(received)},
    {"chg", THREE(upserts)},
};

const struct field_table state_last_table = {
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
};
