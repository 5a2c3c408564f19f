/* The demo province: regions, departments, halls with their windows, from the files of demo/hainan. */
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "core/req.h"
#include "org_sql.h"
#include "rooms/org/org.h"
#include "rooms/org/org_csv.h"

static int wrong(struct db *db, const char *what, str which, str *ret_why)
{
    *ret_why = str_fmt(db->arena, "demo: %s: %.*s", what, STRF(which));
    return ERR_FORMAT;
}

static int take_aliases(struct db *db, str aliases, str code)
{
    while (!str_empty(aliases)) {
        str one;
        aliases = str_cut(aliases, '|', &one);
        if (!str_empty(one) && org_region_alias_put(db, one, code) < 0)
            return ERR_FAIL;
    }
    return 0;
}

/* code,name,parent,level,kind,name_en,aliases; a parent stands before its divisions. */
static int take_region(struct db *db, const str *f, str *ret_why)
{
    str code = f[0], parent = str_empty(f[2]) ? STR_NONE : f[2];
    int64_t level;
    struct org_region_by_code above;
    if (!org_region_code_ok(code) || str_empty(f[1]) || str_empty(f[5]) || !num_i64(f[3], &level))
        return wrong(db, "region", code, ret_why);
    if (!str_none(parent) && org_region_by_code(db, parent, &above) != 1)
        return wrong(db, "region before its parent", code, ret_why);
    if (org_region_put(db, &(struct org_region_put_in){
            .code = code, .name = f[1], .name_en = f[5], .parent = parent, .level = level, .kind = f[4], .in_tree = true}) < 0 ||
        org_region_line_self(db, code) < 0 || (!str_none(parent) && org_region_line_from(db, code, parent) < 0))
        return ERR_FAIL;
    return take_aliases(db, f[6], code);
}

static int take_regions(struct db *db, str csv, str *ret_why)
{
    struct org_csv c = {.a = db->arena, .rest = csv};
    str f[ORG_CSV_FIELDS];
    if (org_csv_next(&c, f) != 1 || !str_is(f[0], "code") || !str_is(f[6], "aliases"))
        return wrong(db, "regions.csv", S("expected code,name,parent,level,kind,name_en,aliases"), ret_why);
    int got;
    while ((got = org_csv_next(&c, f)) == 1) {
        int code = take_region(db, f, ret_why);
        if (code < 0)
            return code;
    }
    return got < 0 ? wrong(db, "regions.csv, line", str_i64(db->arena, c.line), ret_why) : 0;
}

/* The management office is known by its key: its supervisors see every department, those of the others their own. */
static int take_department(struct db *db, const json_t *d, str *ret_why)
{
    str key = json_get_str(d, "key"), name = json_get_str(d, "name"), region = json_get_str(d, "region"), place;
    if (str_empty(key) || str_empty(name) || org_region_find(db, str_none(region) ? S("") : region, &place) != 1)
        return wrong(db, "department", str_empty(key) ? name : key, ret_why);
    int64_t id;
    int found = org_department_id(db, key, &id);
    if (found < 0 || (!found && (id = new_id(db)) < 0))
        return ERR_FAIL;
    return org_department_put(db, &(struct org_department_put_in){
        .department_id = id, .key = key, .name = name, .name_en = json_get_str(d, "name_en"),
        .short_name = json_get_str(d, "short"), .region = place, .uscc = json_get_str(d, "uscc"), .body_kind = json_get_int(d, "body_kind", 1),
        .office = json_get_bool(d, "office", str_is(key, "hn-office")), .phone = json_get_str(d, "phone"),
        .complaint_phone = json_get_str(d, "complaint_phone"), .address = json_get_str(d, "address"),
        .address_en = json_get_str(d, "address_en")}) < 0 ? ERR_FAIL : 0;
}

static int take_windows(struct db *db, int64_t hall_id, const json_t *windows)
{
    size_t i;
    const json_t *w;
    json_array_foreach(windows, i, w) {
        int64_t id = new_id(db);                 /* a number not used when the window is there already: ids may have gaps */
        if (id < 0 || org_window_put(db, &(struct org_window_put_in){
                .window_id = id, .hall_id = hall_id, .no = json_get_str(w, "no"), .kind = json_get_str(w, "kind"),
                .name = json_get_str(w, "name"), .name_en = json_get_str(w, "name_en")}) < 0)
            return ERR_FAIL;
    }
    return 0;
}

static int take_hall(struct db *db, const json_t *h, str *ret_why)
{
    str key = json_get_str(h, "key"), region = json_get_str(h, "region"), place;
    if (str_empty(key) || str_empty(json_get_str(h, "name")) || org_region_find(db, str_none(region) ? S("") : region, &place) != 1)
        return wrong(db, "hall", key, ret_why);
    int64_t id;
    int found = org_hall_id(db, key, &id);
    if (found < 0 || (!found && (id = new_id(db)) < 0))
        return ERR_FAIL;
    if (org_hall_put(db, &(struct org_hall_put_in){
            .hall_id = id, .key = key, .name = json_get_str(h, "name"), .name_en = json_get_str(h, "name_en"), .region = place,
            .address = json_get_str(h, "address"), .address_en = json_get_str(h, "address_en"),
            .hours = json_get_str(h, "hours"), .hours_en = json_get_str(h, "hours_en"), .phone = json_get_str(h, "phone"),
            .one_person = json_get_bool(json_object_get(h, "profile"), "accept_and_issue_one_person", false)}) < 0)
        return ERR_FAIL;
    return take_windows(db, id, json_object_get(h, "windows"));
}

static int take_list(struct db *db, str text, const char *list, int (*take)(struct db *, const json_t *, str *), str *ret_why)
{
    str why;
    json_t *root = json_read(db->arena, text, &why);
    const json_t *rows = json_object_get(root, list), *row;
    size_t i;
    if (!json_is_array(rows))
        return wrong(db, list, root ? S("the list is missing") : why, ret_why);
    json_array_foreach(rows, i, row) {
        int code = take(db, row, ret_why);
        if (code < 0)
            return code;
    }
    return 0;
}

int org_load_demo(struct db *db, const struct org_demo *texts, str *ret_why)
{
    int code = take_regions(db, texts->regions_csv, ret_why);
    if (!code)
        code = take_list(db, texts->departments_json, "departments", take_department, ret_why);
    if (!code)
        code = take_list(db, texts->halls_json, "halls", take_hall, ret_why);
    return code;
}
