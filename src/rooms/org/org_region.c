/* Regions and departments: what an import may add, and who is inside whom. */
#include "base/num.h"
#include "core/req.h"
#include "org_sql.h"
#include "rooms/org/org.h"

str org_in_lang(int lang, str zh, str en)
{
    return lang == LANG_EN && !str_empty(en) ? en : zh;
}

bool org_region_code_ok(str code)
{
    if (code.n != 12)
        return false;
    bool any = false;
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
        any = any || code.p[i] != '0';
    }
    return any;
}

bool org_region_within(struct db *db, str code, str ancestor)
{
    struct org_region_inside row;
    return !str_empty(code) && !str_empty(ancestor) && org_region_inside(db, code, ancestor, &row) == 1;
}

int org_region_find(struct db *db, str code, str *ret_code)
{
    struct org_region_by_code region;
    struct org_region_by_alias alias;
    int found = org_region_by_code(db, code, &region);
    if (found == 1)
        *ret_code = region.code;
    if (found)
        return found;
    found = org_region_by_alias(db, code, &alias);
    if (found == 1)
        *ret_code = alias.code;
    return found;
}

static bool zeros_from(str code, size_t at)
{
    for (size_t i = at; i < code.n; i++)
        if (code.p[i] != '0')
            return false;
    return true;
}

/* Level by the shape of the code (GB/T 2260, GB/T 10114): 2 + 2 + 2 + 3 + 3 digits. Only for regions outside the tree. */
static int level_of_code(str code, const char **ret_kind)
{
    static const struct { size_t at; int level; const char *kind; } shapes[] = {
        {2, 2, "province"}, {4, 3, "city"}, {6, 4, "county"}, {9, 5, "town"}};
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (zeros_from(code, shapes[i].at)) {
            *ret_kind = shapes[i].kind;
            return shapes[i].level;
        }
    *ret_kind = "village";
    return 6;
}

int org_region_ensure(struct db *db, str code, str name)
{
    str known;
    if (!org_region_code_ok(code))
        return ERR_FORMAT;
    int found = org_region_find(db, code, &known);
    if (found)
        return found < 0 ? found : 0;
    const char *kind;
    int level = level_of_code(code, &kind);
    str shown = str_empty(name) ? code : name;
    if (org_region_put(db, &(struct org_region_put_in){
            .code = code, .name = shown, .name_en = shown, .parent = STR_NONE, .level = level, .kind = str_c(kind),
            .in_tree = false}) < 0 ||
        org_region_line_self(db, code) < 0)
        return ERR_FAIL;
    return 0;
}

int org_department_ensure(struct db *db, str region, str name, str code, int64_t *ret_id)
{
    str place;
    if (str_empty(name))
        return ERR_FORMAT;
    int found = org_region_find(db, region, &place);
    if (found <= 0)
        return found < 0 ? found : ERR_FORMAT;
    struct org_department_by_name known;
    found = org_department_by_name(db, place, name, &known);
    if (found == 1)
        *ret_id = known.department_id;
    if (found)
        return found < 0 ? found : 0;
    int64_t id = new_id(db);
    if (id < 0)
        return ERR_FAIL;
    struct org_department_add added;
    /* The key of an imported department is its identity; the demo's own keys are short words, so the two never meet. */
    if (org_department_add(db, &(struct org_department_add_in){
            .department_id = id, .key = str_fmt(db->arena, "%.*s:%.*s", STRF(place), STRF(name)), .name = name, .region = place,
            .uscc = num_uscc(code) ? code : STR_NONE, .code = code}, &added) != 1)
        return ERR_FAIL;
    *ret_id = added.department_id;
    return 0;
}

int org_department_id(struct db *db, str key, int64_t *ret_id)
{
    struct org_department_by_key row;
    int found = org_department_by_key(db, key, &row);
    if (found == 1)
        *ret_id = row.department_id;
    return found;
}

int org_hall_id(struct db *db, str key, int64_t *ret_id)
{
    struct org_hall_by_key row;
    int found = org_hall_by_key(db, key, &row);
    if (found == 1)
        *ret_id = row.hall_id;
    return found;
}

int org_place_of(struct db *db, str department, str hall, str window, struct org_place *ret)
{
    struct org_place place = {.department_id = DB_NONE, .hall_id = DB_NONE, .window_id = DB_NONE};
    struct org_department_by_key d;
    struct org_hall_by_key h;
    struct org_window_by_no w;
    int found = 0;
    if (!str_empty(department)) {
        if ((found = org_department_by_key(db, department, &d)) != 1)
            return found;
        place.department_id = d.department_id, place.name = d.name, place.name_en = d.name_en;
    }
    if (!str_empty(hall)) {
        if ((found = org_hall_by_key(db, hall, &h)) != 1)
            return found;
        place.hall_id = h.hall_id, place.name = h.name, place.name_en = h.name_en;
        if (!str_empty(window) && (found = org_window_by_no(db, h.hall_id, window, &w)) != 1)
            return found;
        if (!str_empty(window))
            place.window_id = w.window_id;
    }
    if (found == 1)
        *ret = place;
    return found;
}
