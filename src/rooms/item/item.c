/* The record of the room, and what other rooms ask of an item. */
#include "rooms/item/item.h"

#include <stdio.h>

#include "core/req.h"
#include "core/tree.h"
#include "item_sql.h"
#include "item_view.h"
#include "rooms/item/item_private.h"

int item_by_code(struct db *db, str code, struct item_head *ret)
{
    struct item_head_by_code row;
    int found = item_head_by_code(db, code, &row);
    if (found == 1)
        *ret = (struct item_head){
            .item_id = row.item_id, .code = row.code, .name = row.name, .name_en = row.name_en, .version = row.version,
            .type = row.type, .kind = row.kind, .department_id = row.department_id, .region = row.region, .level = row.level,
            .online = row.online, .legal_n = row.legal_n, .legal_unit = row.legal_unit, .promise_n = row.promise_n,
            .promise_unit = row.promise_unit, .code_national = row.code_national, .code_own = row.code_own,
        };
    return found;
}

/* kind g: the whole body, f: the part a submission is checked by. */
static str tree_name(struct arena *a, const char *kind, str hash)
{
    return str_cat(a, str_c(kind), hash);
}

int item_guide(struct db *db, struct arena *a, int64_t item_id, int64_t version, json_t **ret)
{
    struct item_hash h;
    struct item_body row;
    int found = item_hash(db, item_id, version, &h);
    if (found <= 0)
        return found;
    str name = tree_name(a, "g", h.hash);
    json_t *tree = tree_find(a, name);
    if (!tree && item_body(db, item_id, version, &row) == 1)
        tree = tree_read(a, name, row.body);
    if (!tree)
        return ERR_FAIL;
    *ret = tree;
    return 1;
}

int item_form(struct db *db, struct arena *a, int64_t item_id, int64_t version, json_t **ret)
{
    struct item_hash h;
    struct item_form_part row;
    int found = item_hash(db, item_id, version, &h);
    if (found <= 0)
        return found;
    str name = tree_name(a, "f", h.hash);
    json_t *tree = tree_find(a, name);
    if (!tree && item_form_part(db, item_id, version, &row) == 1)
        tree = tree_read(a, name, row.form);
    if (!tree)
        return ERR_FAIL;
    *ret = tree;
    return 1;
}

int item_popular_list(struct db *db, str region, int64_t most, struct item_names *ret)
{
    struct item_popular_rows rows;
    struct item_home_top top;
    if (str_empty(region)) {
        if (item_home_top(db, &top) != 1)
            return *ret = (struct item_names){NULL, 0}, 0;
        region = top.code;
    }
    if (item_popular(db, region, most, &rows) < 0)
        return ERR_FAIL;
    struct item_name *at = NEW_ARRAY(db->arena, rows.n, struct item_name);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct item_name){rows.at[i].code, rows.at[i].name, rows.at[i].name_en};
    *ret = (struct item_names){at, rows.n};
    return 0;
}

int item_theme_list(struct db *db, int lang, const char *kind, struct item_theme_lines *ret)
{
    struct item_theme_counts_rows rows;
    if (item_theme_counts(db, str_c(kind), &rows) < 0)
        return ERR_FAIL;
    struct item_theme_line *at = NEW_ARRAY(db->arena, rows.n, struct item_theme_line);
    for (size_t i = 0; i < rows.n; i++) {
        str code = rows.at[i].code, prefix = str_c(item_theme_texts[str_is(str_c(kind), "organisation")]);
        str name = text_find(lang, "item", str_fmt(db->arena, "%.*s.%.*s", STRF(prefix), STRF(code)));
        at[i] = (struct item_theme_line){.theme = str_fmt(db->arena, "%s-%.*s", kind, STRF(code)), .code = code,
                                         .name = str_none(name) ? code : name, .n = rows.at[i].n};
    }
    *ret = (struct item_theme_lines){at, rows.n};
    return 0;
}

static str named(int lang, const char *prefix, str value)
{
    char key[40];
    if (value.n > 20)
        return value;
    int n = snprintf(key, sizeof key, "%s.%.*s", prefix, STRF(value));
    str name = text_find(lang, "item", (str){key, (size_t)n});
    return str_none(name) ? value : name;
}

str item_type_name(int lang, str type)
{
    return named(lang, "type", type);
}

str item_kind_name(int lang, str kind)
{
    return named(lang, "kind", kind);
}

static const struct route routes[] = {
    GET_ROUTE("/items", PUBLIC, NO_CHECK, &fd_item_ask, FACE_BOTH, item_list_page, 0),
    GET_ROUTE("/items/{code}", PUBLIC, NO_CHECK, NO_FORM, FACE_BOTH, item_guide_page, ROUTE_CACHE),
    GET_ROUTE("/items/{code}/blank/{no}", PUBLIC, NO_CHECK, NO_FORM, FACE_HTML, item_blank_page, ROUTE_LIMITED),
    GET_ROUTE("/items/{code}/handbook", "item.handbook", NO_CHECK, NO_FORM, FACE_BOTH, item_handbook_page, 0),
    GET_ROUTE("/themes", PUBLIC, NO_CHECK, NO_FORM, FACE_BOTH, item_themes_page, 0),
};
static const struct right rights[] = {{"item.handbook", "*"}};

const struct room item_room = {
    .name = "item", .routes = routes, .n_routes = COUNT_OF(routes), .rights = rights, .n_rights = COUNT_OF(rights),
};
