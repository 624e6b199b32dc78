#include "gateway/dashboard/assets.h"

#include <errno.h>
#include <string.h>

#define HTML "text/html; charset=utf-8"
#define CSS  "text/css; charset=utf-8"
#define JS   "text/javascript; charset=utf-8"
#define SVG  "image/svg+xml"

/* Made by syncbus_embed(), one pair a file. */
#define EMBEDDED(symbol)                                                       \
    extern const unsigned char symbol[], symbol##_gz[];                        \
    extern const size_t symbol##_len, symbol##_gz_len

EMBEDDED(page_index_en);
EMBEDDED(page_index_zh_CN);
EMBEDDED(page_actions_js);
EMBEDDED(page_api_js);
EMBEDDED(page_app_css);
EMBEDDED(page_app_js);
EMBEDDED(page_card_js);
EMBEDDED(page_chart_js);
EMBEDDED(page_details_js);
EMBEDDED(page_dom_js);
EMBEDDED(page_error_box_js);
EMBEDDED(page_format_js);
EMBEDDED(page_icon_svg);
EMBEDDED(page_list_js);
EMBEDDED(page_login_js);
EMBEDDED(page_model_js);
EMBEDDED(page_notice_js);
EMBEDDED(page_pages_js);
EMBEDDED(page_storage_js);
EMBEDDED(page_stream_js);
EMBEDDED(page_texts_js);
extern const unsigned char page_version[];

struct row {
    const char *name, *type;
    const unsigned char *plain, *gzip;
    const size_t *plain_len, *gzip_len;
};

#define ROW(file, kind, symbol)                                                \
    {                                                                          \
        file, kind, symbol, symbol##_gz, &symbol##_len, &symbol##_gz_len       \
    }

static const struct row pages[LANG_COUNT] = {
    [LANG_EN] = ROW("index.html", HTML, page_index_en),
    [LANG_ZH_CN] = ROW("index.html", HTML, page_index_zh_CN),
};

static const struct row parts[] = {
    ROW("actions.js", JS, page_actions_js),
    ROW("api.js", JS, page_api_js),
    ROW("app.css", CSS, page_app_css),
    ROW("app.js", JS, page_app_js),
    ROW("card.js", JS, page_card_js),
    ROW("chart.js", JS, page_chart_js),
    ROW("details.js", JS, page_details_js),
    ROW("dom.js", JS, page_dom_js),
    ROW("error_box.js", JS, page_error_box_js),
    ROW("format.js", JS, page_format_js),
    ROW("icon.svg", SVG, page_icon_svg),
    ROW("list.js", JS, page_list_js),
    ROW("login.js", JS, page_login_js),
    ROW("model.js", JS, page_model_js),
    ROW("notice.js", JS, page_notice_js),
    ROW("pages.js", JS, page_pages_js),
    ROW("storage.js", JS, page_storage_js),
    ROW("stream.js", JS, page_stream_js),
    ROW("texts.js", JS, page_texts_js),
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
