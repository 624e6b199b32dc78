#include "gateway/routes.h"

#include "gateway/siyuan/handlers.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct route *
find(const char *path, const char *method)
{
    return routes_find(path, strlen(path), method);
}

static void
every_route_is_found_by_its_own_methods_only(void **unused)
{
    static const char *const posts[] = {
        "/api/sync/createCloudSyncDir",    "/api/sync/getBootSync",
        "/api/sync/getSyncInfo",           "/api/sync/performSync",
        "/api/sync/performBootSync",       "/api/sync/setSyncEnable",
        "/api/sync/setSyncProvider",       "/api/sync/setSyncProviderS3",
        "/api/sync/setSyncProviderWebDAV", "/api/system/currentTime",
        "/api/sync/listCloudSyncDir",      "/api/sync/setSyncLAN"};

    (void)unused;
    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
        assert_string_equal(find(posts[i], "POST")->path, posts[i]);
        assert_null(find(posts[i], "GET"));
        assert_null(find(posts[i], "PUT"));
        assert_null(find(posts[i], "post"));
    }
    assert_non_null(find("/api/system/version", "GET"));
    assert_non_null(find("/api/system/version", "POST"));
    assert_non_null(find("/healthz", "GET"));
    assert_null(find("/healthz", "POST"));
}

static void
what_answers_get_answers_head(void **unused)
{
    size_t count;
    const struct route *rows = routes_all(&count);

    (void)unused;
    assert_ptr_equal(find("/healthz", "HEAD"), find("/healthz", "GET"));
    assert_null(find("/api/sync/getSyncInfo", "HEAD"));
    for (size_t i = 0; i < count; i++) {
        if ((rows[i].methods & ROUTES_HEAD) != 0)
            assert_true((rows[i].methods & ROUTES_GET) != 0);
    }
}

/* A row that is out of order, or hidden by another, is not found. */
static void
every_row_finds_itself_and_has_a_name_of_its_own(void **unused)
{
    size_t count;
    const struct route *rows = routes_all(&count);

    (void)unused;
    for (size_t i = 0; i < count; i++) {
        const char *method =
            (rows[i].methods & ROUTES_GET) != 0 ? "GET" : "POST";

        assert_ptr_equal(find(rows[i].path, method), &rows[i]);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rows[i].name, rows[j].name);
            assert_true(strcmp(rows[j].path, rows[i].path) < 0);
        }
    }
}

static void
a_path_must_match_to_its_last_byte(void **unused)
{
    static const char *const no[] = {"",
                                     "/",
                                     "/api/sync/getSyncInf",
                                     "/api/sync/getSyncInfo/",
                                     "/api/sync/getSyncInfoX",
                                     "/api/sync/GetSyncInfo",
                                     "api/sync/getSyncInfo",
                                     "/readyzz",
                                     "/zzz",
                                     "*"};

    (void)unused;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_null(find(no[i], "POST"));
    assert_non_null(routes_find("/healthz/", 8, "GET"));
    assert_null(routes_find("/healthz", 7, "GET"));
}

static void
a_parameter_is_one_segment_and_comes_decoded(void **unused)
{
    static const struct {
        const char *path, *id;
        int rc;
    } rows[] = {
        {"/v1/engines/nas", "nas", 0},
        {"/v1/engines/{id}", "{id}", 0},
        {"/v1/engines/a%2Fb", "a/b", 0},
        {"/v1/engines/..", "..", 0},
        {"/v1/engines/%e6%96%87", "文", 0},
        {"/v1/engines/%00", "", -EINVAL},
        {"/v1/engines/%4", "", -EINVAL},
        {"/v1/engines/%ff", "\xff", -EINVAL},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r = {.path = rows[i].path};
        const struct route *route = find(rows[i].path, "GET");

        assert_string_equal(route->path, "/v1/engines/{id}");
        assert_int_equal(routes_take_params(route, &r), rows[i].rc);
        assert_string_equal(r.param[0], rows[i].id);
        assert_string_equal(r.param[1], "");
    }
    assert_null(find("/v1/engines/", "GET"));
    assert_null(find("/v1/engines//", "GET"));
    assert_null(find("/v1/engines/a/b", "GET"));
    assert_null(find("/v1/engines/nas/", "GET"));
}

static void
only_the_administrator_sees_or_changes_a_sync(void **unused)
{
    (void)unused;
    assert_int_equal(find("/api/sync/getSyncInfo", "POST")->role, AUTH_ADMIN);
    assert_int_equal(find("/api/sync/setSyncMode", "POST")->role, AUTH_ADMIN);
    assert_int_equal(find("/readyz", "GET")->role, AUTH_ANYBODY);
    assert_true(find("/api/sync/getSyncInfo", "POST")->handler ==
                handlers_sync_info);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_found_by_its_own_methods_only),
        cmocka_unit_test(what_answers_get_answers_head),
        cmocka_unit_test(every_row_finds_itself_and_has_a_name_of_its_own),
        cmocka_unit_test(a_path_must_match_to_its_last_byte),
        cmocka_unit_test(a_parameter_is_one_segment_and_comes_decoded),
        cmocka_unit_test(only_the_administrator_sees_or_changes_a_sync),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
