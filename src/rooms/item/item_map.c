/* Any shape of the catalogue into a guide of ours (demo/README.md). Known keys are mapped; unknown ones stay as they are, and
 * the whole record as it came is kept under "given", so nothing is lost or bent by the mapping. */
#include <string.h>

#include "rooms/item/item_private.h"

enum { BODY_MAX = 4 << 20 };

const char *const item_columns[COLUMNS] = {"department", "main_item", "name", "region_code", "item_code", "task_type",
    "dept_code"};

static void text(struct json *j, const char *key, str v)
{
    if (str_empty(v))
        return;
    json_key(j, str_c(key));
    json_str(j, v);
}

static void flag(struct json *j, const char *key, bool v)
{
    json_key(j, str_c(key));
    json_bool(j, v);
}

str item_map_row(struct arena *a, const str *cells)
{
    struct buf b;
    struct json j;
    buf_init(&b, a, BODY_MAX);
    json_begin(&j, &b);
    json_obj(&j);
    text(&j, "code", cells[COL_CODE]);
    text(&j, "name", cells[COL_NAME]);
    text(&j, "main_item", cells[COL_MAIN_ITEM]);
    text(&j, "type", item_type_code(ITEM_SICHUAN, cells[COL_TYPE]));
    text(&j, "type_given", cells[COL_TYPE]);
    text(&j, "department_name", cells[COL_DEPARTMENT]);
    text(&j, "dept_code", cells[COL_DEPT_CODE]);
    text(&j, "region", cells[COL_REGION]);
    json_obj_end(&j);
    return buf_text(&b);
}

/* ---- guides ---- */

static bool is_limit(const json_t *v)
{
    const json_t *unit = json_array_get(v, 1);
    return json_array_size(v) == 2 && json_is_integer(json_array_get(v, 0)) && json_integer_value(json_array_get(v, 0)) >= 0 &&
           json_is_string(unit) && !str_none(item_unit_code(str_c(json_string_value(unit))));
}

static void limit(struct json *j, int64_t n, str unit)
{
    json_obj(j);
    json_key(j, S("n"));
    json_int(j, n);
    json_key(j, S("unit"));
    json_str(j, item_unit_code(unit));
    json_obj_end(j);
}

/* [20, "工作日"] */
static bool put_limit(struct json *j, const char *key, const json_t *v)
{
    if (!is_limit(v))
        return false;
    json_key(j, str_c(key));
    limit(j, json_integer_value(json_array_get(v, 0)), str_c(json_string_value(json_array_get(v, 1))));
    return true;
}

/* Who may apply, from words or from the codes "3,6" (1 is a natural person in every variant). Unknown words: an organisation,
 * for every other word in use names a kind of one. */
static bool put_objects(struct json *j, const json_t *g)
{
    const json_t *words = json_object_get(g, "serve");
    str codes = json_get_str(g, "serve_codes"), code;
    bool person = false, organisation = false;
    size_t i;
    json_t *w;
    json_array_foreach((json_t *)words, i, w) {
        str s = str_c(json_string_value(w));
        bool is_person = str_is(s, "自然人") || str_is(s, "个人") || str_is(s, "公民");
        person |= is_person;
        organisation |= !is_person && !str_empty(s);
    }
    while (!str_empty(codes)) {
        codes = str_cut(codes, ',', &code);
        person |= str_is(str_trim(code), "1");
        organisation |= !str_is(str_trim(code), "1");
    }
    if (!person && !organisation)
        return false;
    json_key(j, S("objects"));
    json_arr(j);
    if (person)
        json_str(j, S("person"));
    if (organisation)
        json_str(j, S("organisation"));
    json_arr_end(j);
    return true;
}

/* One material; keys that are not ours stay (stamp, remark ...). A listed material without "need" counts as required. */
static void put_material(struct json *j, const json_t *m)
{
    const char *key;
    json_t *v;
    str form = json_get_str(m, "form");
    bool paper = str_starts(form, S("纸质")), electronic = str_starts(form, S("电子"));
    json_obj(j);
    text(j, "name", json_get_str(m, "name"));
    flag(j, "required", json_get_int(m, "need", 1) == 1);
    json_key(j, S("ways"));
    json_arr(j);
    if (!paper)
        json_str(j, S("file"));
    if (!electronic)
        json_str(j, S("paper"));
    json_arr_end(j);
    text(j, "format", paper ? S("paper") : electronic ? S("electronic") : S(""));
    json_object_foreach((json_t *)m, key, v) {
        if (strcmp(key, "name") == 0 || strcmp(key, "required") == 0 || strcmp(key, "ways") == 0 || strcmp(key, "format") == 0)
            continue;
        json_key(j, str_c(key));
        json_value(j, v);
    }
    json_obj_end(j);
}

static bool put_materials(struct json *j, const json_t *list)
{
    size_t i;
    json_t *m;
    json_array_foreach((json_t *)list, i, m)
        if (str_empty(json_get_str(m, "name")))
            return false;
    if (json_array_size(list) == 0)
        return false;
    json_key(j, S("materials"));
    json_arr(j);
    json_array_foreach((json_t *)list, i, m)
        put_material(j, m);
    json_arr_end(j);
    return true;
}

/* ["受理", "审查"] or [["审批", 2, "工作日"]] */
static bool put_process(struct json *j, const json_t *list)
{
    size_t i;
    json_t *s;
    json_array_foreach((json_t *)list, i, s)
        if (!json_is_string(s) && !(json_array_size(s) == 3 && json_is_string(json_array_get(s, 0))))
            return false;
    if (json_array_size(list) == 0)
        return false;
    json_key(j, S("process"));
    json_arr(j);
    json_array_foreach((json_t *)list, i, s) {
        json_obj(j);
        text(j, "name", str_c(json_string_value(json_is_string(s) ? s : json_array_get(s, 0))));
        const json_t *unit = json_array_get(s, 2);
        if (json_is_integer(json_array_get(s, 1)) && json_is_string(unit) &&
            !str_none(item_unit_code(str_c(json_string_value(unit))))) {
            json_key(j, S("limit"));
            limit(j, json_integer_value(json_array_get(s, 1)), str_c(json_string_value(unit)));
        }
        json_obj_end(j);
    }
    json_arr_end(j);
    return true;
}

static void put_single(struct json *j, const char *list, const char *key, str v, const char *key2, str v2)
{
    if (str_empty(v) && str_empty(v2))
        return;
    json_key(j, str_c(list));
    json_arr(j);
    json_obj(j);
    text(j, key, v);
    text(j, key2, v2);
    json_obj_end(j);
    json_arr_end(j);
}

/* "450721" is the division 450721000000; anything else is kept as it came and then refused by the record's rules. */
static str region_of(struct arena *a, str area)
{
    return area.n == 6 ? str_cat(a, area, S("000000")) : area;
}

static void put_codes(struct json *j, const json_t *g)
{
    static const char *const order[] = {"handle_item_code", "impl_code", "local_code"};   /* base_code is shared: never a key */
    str code = STR_NONE;
    for (size_t i = 0; i < COUNT_OF(order) && str_empty(code); i++)
        code = json_get_str(g, order[i]);
    text(j, "code", code);
}

static void put_themes(struct json *j, const json_t *g)
{
    str theme = json_get_str(g, "theme_legal");
    if (!item_theme_known(S("organisation"), theme))
        return;
    json_key(j, S("themes"));
    json_obj(j);
    json_key(j, S("organisation"));
    json_arr(j);
    json_str(j, theme);
    json_arr_end(j);
    json_obj_end(j);
}

static void put_result(struct json *j, const json_t *g)
{
    str name = json_get_str(g, "result"), type = json_get_str(g, "result_type");
    if (str_empty(name) && str_empty(type))
        return;
    json_key(j, S("result"));
    json_obj(j);
    text(j, "name", name);
    text(j, "type_name", type);
    text(j, "validity", json_get_str(g, "valid"));
    json_obj_end(j);
}

/* Keys whose value stands elsewhere in the guide once it was understood. */
static const char *const guide_keys[] = {"name", "dept", "dept_code", "type", "area", "level", "kind", "handle_item_code",
    "legal", "promise", "materials", "steps", "result", "result_type", "window", "hours", "conditions", "fee", "serve",
    "serve_codes", "theme_legal", "stages", "valid"};

static bool understood(const char *key, const json_t *g, const bool *done)
{
    if (strcmp(key, "legal") == 0)
        return done[0];
    if (strcmp(key, "promise") == 0)
        return done[1];
    if (strcmp(key, "materials") == 0)
        return done[2];
    if (strcmp(key, "steps") == 0)
        return done[3];
    if (strcmp(key, "stages") == 0)
        return done[4];
    if (strcmp(key, "serve") == 0 || strcmp(key, "serve_codes") == 0)
        return done[5];
    if (strcmp(key, "level") == 0)
        return item_level_code(json_get_str(g, "level")) > 0;
    if (strcmp(key, "kind") == 0)
        return !str_none(item_kind_code(json_get_str(g, "kind")));
    if (strcmp(key, "theme_legal") == 0)
        return item_theme_known(S("organisation"), json_get_str(g, "theme_legal"));
    if (strcmp(key, "fee") == 0)
        return json_is_boolean(json_object_get(g, "fee"));
    if (strcmp(key, "valid") == 0)
        return !str_empty(json_get_str(g, "result")) || !str_empty(json_get_str(g, "result_type"));
    for (size_t i = 0; i < COUNT_OF(guide_keys); i++)
        if (strcmp(key, guide_keys[i]) == 0)
            return json_is_string(json_object_get(g, key));
    return false;
}

static bool means_the_same(const char *key)
{
    static const char *const same[] = {"version", "source", "base_code", "local_code", "legal_note"};
    for (size_t i = 0; i < COUNT_OF(same); i++)
        if (strcmp(key, same[i]) == 0)
            return true;
    return false;
}

/* What was not understood stays as it came; a key of ours whose value has another shape keeps it under another name. */
static void put_unknown(struct json *j, const json_t *g, const bool *done)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)g, key, v) {
        if (understood(key, g, done))
            continue;
        json_key(j, item_key_placed(key) && !means_the_same(key) ? str_fmt(j->b->a, "given_%s", key) : str_c(key));
        json_value(j, v);
    }
}

str item_map_guide(struct arena *a, const json_t *g)
{
    struct buf b;
    struct json j;
    buf_init(&b, a, BODY_MAX);
    json_begin(&j, &b);
    json_obj(&j);
    put_codes(&j, g);
    text(&j, "name", json_get_str(g, "name"));
    text(&j, "type", item_type_code(ITEM_EXCHANGE, json_get_str(g, "type")));
    text(&j, "type_given", json_get_str(g, "type"));
    text(&j, "kind", item_kind_code(json_get_str(g, "kind")));
    text(&j, "department_name", json_get_str(g, "dept"));
    text(&j, "dept_code", json_get_str(g, "dept_code"));
    text(&j, "region", region_of(a, json_get_str(g, "area")));
    int64_t level = item_level_code(json_get_str(g, "level"));
    if (level > 0) {
        json_key(&j, S("level"));
        json_int(&j, level);
    }
    put_themes(&j, g);
    bool done[6];
    done[0] = put_limit(&j, "legal", json_object_get(g, "legal"));
    done[1] = put_limit(&j, "promise", json_object_get(g, "promise"));
    put_single(&j, "conditions", "text", json_get_str(g, "conditions"), "", STR_NONE);
    done[2] = put_materials(&j, json_object_get(g, "materials"));
    done[3] = put_process(&j, json_object_get(g, "steps"));
    done[4] = !done[3] && put_process(&j, json_object_get(g, "stages"));
    if (json_is_boolean(json_object_get(g, "fee")))
        flag(&j, "fee", json_is_true(json_object_get(g, "fee")));
    put_single(&j, "places", "name", json_get_str(g, "window"), "hours", json_get_str(g, "hours"));
    put_result(&j, g);
    done[5] = put_objects(&j, g);
    put_unknown(&j, g, done);
    json_key(&j, S("given"));
    json_value(&j, g);
    json_obj_end(&j);
    return buf_text(&b);
}

/* Everything of a guide that a page places by itself or that is for the machine; all else is "other information". */
static const char *const placed[] = {
    "key", "code", "name", "name_en", "summary", "type", "type_given", "type_name", "filing", "kind",
    "kind_name", "objects", "object_codes", "department", "department_name", "dept_code", "region", "level", "themes", "keywords",
    "legal", "promise", "accept", "legal_note", "extension", "conditions", "materials", "process", "fee", "fees", "places",
    "contacts", "questions", "result", "basis", "fields", "quantity_limit", "intermediary", "remedies", "handbook", "defects",
    "not_accepted", "denial", "online", "to_check", "version", "state", "effective_from", "code_fictitious", "base_code",
    "local_code", "legal_profile", "assurance", "signature", "special_procedures", "agent", "scope", "express",
    "delivery", "power_source", "main_item", "given", "source",
};

/* The English twin of a key (legal_note_en) goes with it. */
bool item_key_placed(const char *key)
{
    size_t n = strlen(key), bare = n > 3 && strcmp(key + n - 3, "_en") == 0 ? n - 3 : n;
    for (size_t i = 0; i < COUNT_OF(placed); i++)
        if (strcmp(key, placed[i]) == 0 || (strncmp(key, placed[i], bare) == 0 && placed[i][bare] == '\0'))
            return true;
    return false;
}
