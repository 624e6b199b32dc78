#include "tools/syncbus/table.h"

#include "tools/syncbus/text.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2 /* between columns */

void
table_init(struct table *t, const struct table_column *columns, size_t count)
{
    *t = (struct table){.columns = columns, .column_count = count};
}

void
table_clear(struct table *t)
{
    free(t->cells);
    *t = (struct table){0};
}

struct table_cell *
table_add(struct table *t)
{
    struct table_cell *cells = t->cells;
    size_t first = t->rows * t->column_count;

    if (t->rows == t->cap) {
        size_t cap = t->cap > 0 ? 2 * t->cap : 8;

        cells = realloc(cells, cap * t->column_count * sizeof *cells);
        if (cells == NULL)
            return NULL;
        t->cells = cells;
        t->cap = cap;
    }
    memset(cells + first, 0, t->column_count * sizeof *cells);
    t->rows++;
    return cells + first;
}

/* How wide each column is shown; 0: not at all. */
struct layout {
    size_t width[TABLE_COLUMNS_MAX];
};

static void
measure(struct layout *l, const struct table *t)
{
    for (size_t c = 0; c < t->column_count; c++) {
        l->width[c] = text_width(t->columns[c].title);
        for (size_t r = 0; r < t->rows; r++) {
            size_t width = text_width(t->cells[r * t->column_count + c].text);

            if (width > l->width[c])
                l->width[c] = width;
        }
    }
}

static size_t
total(const struct layout *l, const struct table *t)
{
    size_t sum = 0;

    for (size_t c = 0; c < t->column_count; c++) {
        if (l->width[c] > 0)
            sum += l->width[c] + (sum > 0 ? GAP : 0);
    }
    return sum;
}

/* What the table takes at least with the columns it has now. */
static size_t
smallest(const struct layout *l, const struct table *t)
{
    struct layout least = *l;

    for (size_t c = 0; c < t->column_count; c++) {
        size_t min = t->columns[c].min;

        if (min > 0 && least.width[c] > min)
            least.width[c] = min;
    }
    return total(&least, t);
}

static void
drop_columns(struct layout *l, const struct table *t, size_t width)
{
    while (smallest(l, t) > width) {
        size_t first = t->column_count;

        for (size_t c = 0; c < t->column_count; c++) {
            if (l->width[c] > 0 && t->columns[c].drop > 0 &&
                (first == t->column_count ||
                 t->columns[c].drop > t->columns[first].drop))
                first = c;
        }
        if (first == t->column_count)
            return;
        l->width[first] = 0;
    }
}

/* Cut the last columns first: what a row is about stands in front. */
static void
cut_columns(struct layout *l, const struct table *t, size_t width)
{
    for (size_t c = t->column_count; c-- > 0;) {
        size_t now = total(l, t), min = t->columns[c].min;

        if (now <= width)
            return;
        if (min == 0 || l->width[c] <= min)
            continue;
        l->width[c] =
            l->width[c] - min > now - width ? l->width[c] - (now - width) : min;
    }
}

struct printer {
    FILE *to;
    const struct table *table;
    struct layout layout;
    size_t last; /* column: nothing is padded after it */
    bool hues;
};

static void
print_cell(const struct printer *p, size_t c, const char *text, enum hue hue)
{
    const struct table_column *column = &p->table->columns[c];
    char shown[TABLE_CELL_MAX + 8];
    size_t room = p->layout.width[c];
    size_t used = text_cut_end(shown, sizeof shown, text, room);
    bool hued = p->hues && hue != HUE_PLAIN && used > 0;
    int pad = (int)(room - used);

    (void)fprintf(p->to, "%*s%s%s%s", column->right ? pad : 0, "",
                  hued ? hue_begin(hue) : "", shown, hued ? HUE_END : "");
    if (c != p->last) {
        (void)fprintf(p->to, "%*s", GAP + (column->right ? 0 : pad), "");
    }
}

static void
print_row(const struct printer *p, const struct table_cell *cells)
{
    for (size_t c = 0; c < p->table->column_count; c++) {
        if (p->layout.width[c] == 0)
            continue;
        if (cells != NULL) {
            print_cell(p, c, cells[c].text, cells[c].hue);
        } else {
            print_cell(p, c, p->table->columns[c].title, HUE_BOLD);
        }
    }
    (void)fputc('\n', p->to);
}

void
table_print(FILE *to, const struct table *t, size_t width, bool hues)
{
    struct printer p = {.to = to, .table = t, .hues = hues};

    measure(&p.layout, t);
    if (width != TABLE_WIDE) {
        drop_columns(&p.layout, t, width);
        cut_columns(&p.layout, t, width);
    }
    for (size_t c = 0; c < t->column_count; c++) {
        if (p.layout.width[c] > 0)
            p.last = c;
    }
    print_row(&p, NULL);
    for (size_t r = 0; r < t->rows; r++)
        print_row(&p, t->cells + r * t->column_count);
}
