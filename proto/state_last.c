#include "proto/state_last.h"

#include "proto/field.h"

#define AT(member)    FIELD_AT(state_last, member)
#define UINT(member)  FIELD_NUMBER(state_last, member)
#define TEXT(member)  FIELD_STRING(state_last, member)
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

const struct field_table state_last_table = FIELD_TABLE(fields);
