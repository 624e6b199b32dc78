#include "gateway/openapi.h"

#include "gateway/routes.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *document;

static int
set_up(void **unused)
{
    (void)unused;
    document = json_loadb((const char *)openapi_json, openapi_json_len,
                          JSON_REJECT_DUPLICATES, NULL);
    return document != NULL ? 0 : -1;
}

static int
tear_down(void **unused)
{
    (void)unused;
    json_decref(document);
    return 0;
}

static const char *
text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const json_t *
operation_of(const char *path, const char *method)
{
    const json_t *paths = json_object_get(document, "paths");

    return json_object_get(json_object_get(paths, path), method);
}

/* Fail with the name of what is missing. */
static void
must(bool condition, const char *path, const char *method, const char *what)
{
    if (!condition)
        fail_msg("%s %s: %s", method, path, what);
}

static void
check_operation(const struct route *row, const char *method, const char *name)
{
    static const char *const roles[] = {[AUTH_ANYBODY] = "anybody",
                                        [AUTH_READER] = "reader",
                                        [AUTH_ADMIN] = "administrator"};
    const json_t *operation = operation_of(row->path, method);
    const json_t *security = json_object_get(operation, "security");
    const char *id = text(operation, "operationId");
    const char *role = text(operation, "x-role");

    must(operation != NULL, row->path, method, "not in openapi.json");
    must(id != NULL && strcmp(id, name) == 0, row->path, method, "operationId");
    must(role != NULL && strcmp(role, roles[row->role]) == 0, row->path, method,
         "x-role");
    must((row->role == AUTH_ANYBODY) == json_is_array(security), row->path,
         method, "security is [] for anybody, and else that of the document");
}

static void
every_route_is_in_the_document(void **unused)
{
    size_t count;
    const struct route *rows = routes_all(&count);
    char name[64];

    (void)unused;
    for (size_t i = 0; i < count; i++) {
        bool get = (rows[i].methods & ROUTES_GET) != 0;

        if (get)
            check_operation(&rows[i], "get", rows[i].name);
        if ((rows[i].methods & ROUTES_POST) == 0)
            continue;
        (void)snprintf(name, sizeof name, "%s%s", rows[i].name,
                       get ? "ByPost" : "");
        check_operation(&rows[i], "post", name);
    }
}

static void
the_document_has_nothing_but_routes(void **unused)
{
    json_t *paths = json_object_get(document, "paths");
    const char *path, *key;
    json_t *item, *value;

    (void)unused;
    json_object_foreach(paths, path, item)
    {
        json_object_foreach(item, key, value)
        {
            const char *method = strcmp(key, "post") == 0 ? "POST" : "GET";
            const struct route *row = routes_find(path, strlen(path), method);

            must(strcmp(key, "get") == 0 || strcmp(key, "post") == 0, path, key,
                 "no such method");
            must(row != NULL && strcmp(row->path, path) == 0, path, key,
                 "no such route");
        }
    }
}

/* Parameters of the path, in its order. */
static void
every_parameter_of_a_path_is_described(void **unused)
{
    size_t count;
    const struct route *rows = routes_all(&count);

    (void)unused;
    for (size_t i = 0; i < count; i++) {
        const char *brace = strchr(rows[i].path, '{');
        bool get = (rows[i].methods & ROUTES_GET) != 0;
        const json_t *operation =
            operation_of(rows[i].path, get ? "get" : "post");
        const json_t *parameters = json_object_get(operation, "parameters");

        for (size_t n = 0; brace != NULL; n++) {
            must(json_array_get(parameters, n) != NULL, rows[i].path, "",
                 "a parameter is not described");
            brace = strchr(brace + 1, '{');
        }
    }
}

static void
its_version_is_that_of_the_program(void **unused)
{
    (void)unused;
    assert_string_equal(text(document, "openapi"), "3.1.0");
    assert_string_equal(text(json_object_get(document, "info"), "version"),
                        SYNCBUS_VERSION);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_in_the_document),
        cmocka_unit_test(the_document_has_nothing_but_routes),
        cmocka_unit_test(every_parameter_of_a_path_is_described),
        cmocka_unit_test(its_version_is_that_of_the_program),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
