#include "gateway/dashboard/assets.h"

#include <errno.h>
#include <string.h>

#define HTML "text/html; charset=utf-8"
#define CSS  "text/css; charset=utf-8"
#define JS   "text/javascript; charset=utf-8"
#define SVG  "image/svg+xml"

/* Made by syncbus_embed(), two a file. */
#define EMBEDDED(file)                                                         \
    extern const unsigned char page_##file[], page_##file##_gz[];              \
    extern const size_t page_##file##_len, page_##file##_gz_len

EMBEDDED(index_en);
EMBEDDED(index_zh_CN);
EMBEDDED(actions_js);
EMBEDDED(api_js);
EMBEDDED(app_css);
EMBEDDED(app_js);
EMBEDDED(card_js);
EMBEDDED(chart_js);
EMBEDDED(details_js);
EMBEDDED(dom_js);
EMBEDDED(error_box_js);
EMBEDDED(format_js);
EMBEDDED(icon_svg);
EMBEDDED(list_js);
EMBEDDED(login_js);
EMBEDDED(model_js);
EMBEDDED(notice_js);
EMBEDDED(pages_js);
EMBEDDED(storage_js);
EMBEDDED(stream_js);
EMBEDDED(texts_js);
extern const unsigned char page_version[];

struct row {
    const char *name, *type;
    const unsigned char *plain, *gzip;
    const size_t *plain_len, *gzip_len;
};

#define ROW(name, kind, file)                                                  \
    {                                                                          \
        name, kind, page_##file, page_##file##_gz, &page_##file##_len,         \
            &page_##file##_gz_len                                              \
    }

static const struct row pages[LANG_COUNT] = {
    [LANG_EN] = ROW("index.html", HTML, index_en),
    [LANG_ZH_CN] = ROW("index.html", HTML, index_zh_CN),
};

static const struct row parts[] = {
    ROW("actions.js", JS, actions_js),     ROW("api.js", JS, api_js),
    ROW("app.css", CSS, app_css),          ROW("app.js", JS, app_js),
    ROW("card.js", JS, card_js),           ROW("chart.js", JS, chart_js),
    ROW("details.js", JS, details_js),     ROW("dom.js", JS, dom_js),
    ROW("error_box.js", JS, error_box_js), ROW("format.js", JS, format_js),
    ROW("icon.svg", SVG, icon_svg),        ROW("list.js", JS, list_js),
    ROW("login.js", JS, login_js),         ROW("model.js", JS, model_js),
    ROW("notice.js", JS, notice_js),       ROW("pages.js", JS, pages_js),
    ROW("storage.js", JS, storage_js),     ROW("stream.js", JS, stream_js),
    ROW("texts.js", JS, texts_js),
};

static void
take(struct asset *out, const struct row *row)
{
    out->name = row->name;
    out->type = row->type;
    out->plain = (struct assets_bytes){row->plain, *row->plain_len};
    out->gzip = (struct assets_bytes){row->gzip, *row->gzip_len};
}

const char *
assets_version(void)
{
    return (const char *)page_version;
}

void
assets_page(struct asset *out, enum lang lang)
{
    take(out, &pages[lang]);
}

int
assets_find(struct asset *out, const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, name) == 0) {
            take(out, &parts[i]);
            return 0;
        }
    }
    return -ENOENT;
}
