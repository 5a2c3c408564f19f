/* ops: is it alive, and what does it offer. */
#include "rooms/ops/ops.h"

#include <string.h>

#include "base/json.h"
#include "core/req.h"
#include "ops_view.h"

#define OPENAPI_MAX ((size_t)2 << 20)

static int ops_health_page(struct req *r)
{
    struct view_ops_health *v = NEW(r->arena, struct view_ops_health);
    v->status = S("ok");
    v->version = S(OPS_VERSION);
    v->engine = str_c(db_engine_name(r->db));
    return show(r, &vt_ops_health, v);
}

/* "/cases/{id}/accept" -> parameters of the operation. */
static void parameters(struct json *j, const struct route *t)
{
    json_key(j, S("parameters"));
    json_arr(j);
    str rest = str_c(t->path), one;
    while (!str_none(rest)) {
        rest = str_cut(rest, '/', &one);
        if (!str_starts(one, S("{")))
            continue;
        json_obj(j);
        json_key(j, S("name")), json_str(j, str_sub(one, 1, one.n - 2));
        json_key(j, S("in")), json_str(j, S("path"));
        json_key(j, S("required")), json_bool(j, true);
        json_key(j, S("schema")), json_raw(j, S("{\"type\":\"string\"}"));
        json_obj_end(j);
    }
    bool get = !strcmp(t->method, "GET");
    for (size_t i = 0; get && t->form && i < t->form->n; i++) {
        json_obj(j);
        json_key(j, S("name")), json_str(j, str_c(t->form->at[i].name));
        json_key(j, S("in")), json_str(j, S("query"));
        json_key(j, S("schema")), json_raw(j, S("{\"type\":\"string\"}"));
        json_obj_end(j);
    }
    json_arr_end(j);
}

static void field_schema(struct json *j, const struct form_field *f)
{
    static const char *const types[] = {
        [FORM_TEXT] = "{\"type\":\"string\"}", [FORM_INT] = "{\"type\":\"integer\"}", [FORM_ID] = "{\"type\":\"string\"}",
        [FORM_MONEY] = "{\"type\":\"integer\"}", [FORM_BOOL] = "{\"type\":\"boolean\"}",
        [FORM_DAY] = "{\"type\":\"string\",\"format\":\"date\"}", [FORM_MAP] = "{\"type\":\"object\"}", [FORM_ANY] = "{}",
        [FORM_UPLOAD] = "{\"type\":\"string\",\"format\":\"binary\"}", [FORM_LIST] = "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"};
    json_key(j, str_c(f->name));
    json_raw(j, str_c(types[f->kind]));
}

static void body(struct json *j, const struct route *t)
{
    if (strcmp(t->method, "POST") || !t->form)
        return;
    json_key(j, S("requestBody"));
    json_obj(j);
    json_key(j, S("content"));
    json_obj(j);
    json_key(j, t->form->upload ? S("multipart/form-data") : S("application/json"));
    json_obj(j);
    json_key(j, S("schema"));
    json_obj(j);
    json_key(j, S("type")), json_str(j, S("object"));
    json_key(j, S("additionalProperties")), json_bool(j, false);
    json_key(j, S("properties"));
    json_obj(j);
    for (size_t i = 0; i < t->form->n; i++)
        field_schema(j, &t->form->at[i]);
    json_obj_end(j);
    json_obj_end(j);
    json_obj_end(j);
    json_obj_end(j);
    json_obj_end(j);
}

static void operation(struct json *j, const struct route *t)
{
    json_key(j, strcmp(t->method, "GET") ? S("post") : S("get"));
    json_obj(j);
    json_key(j, S("x-right")), json_str(j, str_c(t->right));
    json_key(j, S("x-act")), json_str(j, str_c(t->act));
    if (strcmp(t->right, PUBLIC)) {
        json_key(j, S("security"));
        json_raw(j, S("[{\"token\":[]}]"));
    }
    parameters(j, t);
    body(j, t);
    json_key(j, S("responses"));
    json_raw(j, S("{\"2XX\":{\"description\":\"done\"},\"4XX\":{\"description\":\"refused\",\"content\":{\"application/json\":{\"schema\":"
                  "{\"$ref\":\"#/components/schemas/error\"}}}}}"));
    json_obj_end(j);
}

static bool first_of_path(size_t room, size_t route)
{
    const char *path = rooms[room]->routes[route].path;
    for (size_t i = 0; i <= room; i++)
        for (size_t k = 0; k < (i == room ? route : rooms[i]->n_routes); k++)
            if ((rooms[i]->routes[k].face & FACE_JSON) && !strcmp(rooms[i]->routes[k].path, path))
                return false;
    return true;
}

static void paths(struct json *j)
{
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t k = 0; k < rooms[i]->n_routes; k++) {
            const struct route *t = &rooms[i]->routes[k];
            if (!(t->face & FACE_JSON) || !first_of_path(i, k))
                continue;
            json_key(j, str_c(t->path));
            json_obj(j);
            for (size_t a = i; a < rooms_n; a++)
                for (size_t b = 0; b < rooms[a]->n_routes; b++)
                    if ((rooms[a]->routes[b].face & FACE_JSON) && !strcmp(rooms[a]->routes[b].path, t->path))
                        operation(j, &rooms[a]->routes[b]);
            json_obj_end(j);
        }
}

static int ops_openapi_page(struct req *r)
{
    struct buf b;
    struct json j;
    buf_init(&b, r->arena, OPENAPI_MAX);
    json_begin(&j, &b);
    json_obj(&j);
    json_key(&j, S("openapi")), json_str(&j, S("3.0.3"));
    json_key(&j, S("info"));
    json_raw(&j, S("{\"title\":\"Yiwang\",\"version\":\"" OPS_VERSION "\"}"));
    json_key(&j, S("paths"));
    json_obj(&j);
    paths(&j);
    json_obj_end(&j);
    json_key(&j, S("components"));
    json_raw(&j, S("{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}},\"schemas\":{\"error\":{\"type\":\"object\","
                   "\"properties\":{\"error\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\"},\"message\":{\"type\":"
                   "\"string\"},\"field\":{\"type\":\"string\"},\"actions\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                   "\"reference\":{\"type\":\"string\"}}}}}}}"));
    json_obj_end(&j);
    return send_bytes(r, "application/json; charset=utf-8", buf_text(&b), STR_NONE);
}

static const struct route routes[] = {
    GET_ROUTE("/health", PUBLIC, NO_CHECK, NO_FORM, FACE_JSON, ops_health_page, 0),
    GET_ROUTE("/openapi.json", PUBLIC, NO_CHECK, NO_FORM, FACE_JSON, ops_openapi_page, 0),
};

const struct room ops_room = {.name = "ops", .routes = routes, .n_routes = COUNT_OF(routes)};
