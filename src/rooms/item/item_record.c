/* From a guide to the columns that lists, clocks and rules read, and into the store. The guide itself is never changed. */
#include <string.h>

#include "base/num.h"
#include "base/sm.h"
#include "core/req.h"
#include "item_sql.h"
#include "rooms/item/item_private.h"
#include "rooms/org/org.h"

enum { NAME_MAX_POINTS = 1000, CODE_MAX = 100, NOTES_MAX = 200, OTHER_MAX_POINTS = 1000 };

/* ---- findings ---- */

static void note(struct arena *a, struct item_record *rec, str field, const char *what, str detail)
{
    if (!rec->notes)
        rec->notes = NEW_ARRAY(a, NOTES_MAX, struct item_note);
    if (rec->n_notes < NOTES_MAX)
        rec->notes[rec->n_notes++] = (struct item_note){field, str_c(what), str_none(detail) ? S("") : detail};
}

/* A code is national only when it parses as USCC + level + 12 digits (+ 2) and the USCC's check character is right. Everything
 * else is a finding, never a refusal (domain.md 14). */
static void judge_code(struct arena *a, struct item_record *rec)
{
    struct item_code c;
    rec->code_national = num_item_code(rec->code, &c);
    if (rec->code_own) {
        note(a, rec, S("code"), "code_own", rec->code);
    } else if (!rec->code_national) {
        bool looks = rec->code.n == 31 || rec->code.n == 33;
        note(a, rec, S("code"), looks ? "code_check" : "code_not_national", rec->code);
    } else {
        rec->basic = c.basic;
        if (rec->level > 0 && c.level != rec->level)
            note(a, rec, S("level"), "level_mismatch", str_fmt(a, "%d / %d", (int)rec->level, c.level));
        if (!str_eq(rec->type, str_fmt(a, "%02d", c.type)))
            note(a, rec, S("type"), "type_mismatch", str_fmt(a, "%.*s / %02d", STRF(rec->type), c.type));
    }
}

static void judge(struct arena *a, struct item_record *rec)
{
    size_t i;
    json_t *v;
    judge_code(a, rec);
    if (str_is(rec->type, "00"))
        note(a, rec, S("type"), "type_unknown", json_get_str(rec->tree, "type_given"));
    if (str_empty(rec->region) && str_empty(rec->department_key))
        note(a, rec, S("region"), "region_missing", STR_NONE);
    json_array_foreach(json_object_get(rec->tree, "to_check"), i, v)
        if (json_is_string(v))
            note(a, rec, str_c(json_string_value(v)), "to_check", STR_NONE);
    json_array_foreach(json_object_get(rec->tree, "basis"), i, v)
        if (json_get_bool(v, "to_check", false))
            note(a, rec, str_fmt(a, "basis.%zu", i + 1), "to_check", json_get_str(v, "law"));
}

/* ---- reading ---- */

static bool printable(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

/* A stable code of our own, from region, department and name, for what came without one. */
static str own_code(struct arena *a, const struct item_record *rec)
{
    uint8_t hash[32];
    str what = str_fmt(a, "%.*s\n%.*s%.*s\n%.*s", STRF(rec->region), STRF(rec->department), STRF(rec->department_key),
        STRF(rec->name));
    sm3_of(what.p, what.n, hash);
    return str_cat(a, S("YW-"), hex(a, hash, 10));
}

static const char *wrong_text(str s, size_t points, bool must)
{
    if (str_empty(str_trim(s)))
        return must ? "is missing" : NULL;
    if (utf8_length(s) > points)
        return points == NAME_MAX_POINTS ? "is longer than 1,000 characters" : "is too long";
    return printable(s) ? NULL : "holds a control character";
}

static const char *wrong_record(const struct item_record *rec, const char **ret_field)
{
    const char *why;
#define CHECK(field, value, points, must)                        \
    if ((why = wrong_text((value), (points), (must))) != NULL)   \
        return *ret_field = (field), why
    CHECK("name", rec->name, NAME_MAX_POINTS, true);
    CHECK("code", rec->code, CODE_MAX, false);
    CHECK("main_item", rec->main_item, OTHER_MAX_POINTS, false);
    CHECK("department", str_none(rec->department_key) ? rec->department : rec->department_key, 200, true);
    CHECK("dept_code", rec->dept_code, 200, false);
    CHECK("key", rec->key, 100, false);
#undef CHECK
    *ret_field = "region";
    if (!str_empty(rec->region) && !org_region_code_ok(rec->region))
        return "is not a division code of 12 digits";
    *ret_field = "type";
    if (str_empty(rec->type))
        return "is not a known type code (01 to 10, 20)";
    return NULL;
}

static void read_limit(const json_t *v, int64_t *ret_n, str *ret_unit)
{
    int64_t n = json_get_int(v, "n", -1);
    str unit = item_unit_code(json_get_str(v, "unit"));
    *ret_n = n < 0 || str_none(unit) ? DB_NONE : n;
    *ret_unit = n < 0 ? STR_NONE : unit;
}

static void read_objects(struct item_record *rec)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(rec->tree, "objects"), i, v) {
        rec->for_person |= json_is_string(v) && str_is(str_c(json_string_value(v)), "person");
        rec->for_organisation |= json_is_string(v) && str_is(str_c(json_string_value(v)), "organisation");
    }
}

/* The words that search reads: name, keywords, main item, summary, codes; folded. */
static str words_of(struct arena *a, const struct item_record *rec)
{
    struct buf b;
    size_t i;
    json_t *v;
    buf_init(&b, a, 64 << 10);
    str parts[] = {rec->name, rec->name_en, rec->main_item, json_get_str(rec->tree, "summary"), rec->code, rec->basic,
                   json_get_str(rec->tree, "local_code")};
    for (i = 0; i < COUNT_OF(parts); i++) {
        buf_str(&b, parts[i]);
        buf_lit(&b, "\n");
    }
    json_array_foreach(json_object_get(rec->tree, "keywords"), i, v) {
        buf_z(&b, json_is_string(v) ? json_string_value(v) : "");
        buf_lit(&b, "\n");
    }
    return item_fold(a, buf_text(&b));
}

int item_record_read(struct arena *a, str body, struct item_record *ret, str *ret_field, str *ret_why)
{
    struct item_record rec = {.line = ret->line, .body = body, .item_id = DB_NONE};
    rec.tree = json_read(a, body, ret_why);
    if (!rec.tree)
        return *ret_field = S(""), ERR_FORMAT;
    const json_t *t = rec.tree, *online = json_object_get(t, "online");
    sm3_of(body.p, body.n, rec.hash);
    rec.name = json_get_str(t, "name");
    rec.name_en = json_get_str(t, "name_en");
    rec.code = json_get_str(t, "code");
    rec.key = json_get_str(t, "key");
    rec.basic = json_get_str(t, "base_code");
    rec.main_item = json_get_str(t, "main_item");
    rec.department_key = json_get_str(t, "department");
    rec.department = json_get_str(t, "department_name");
    rec.dept_code = json_get_str(t, "dept_code");
    rec.region = json_get_str(t, "region");
    rec.level = json_get_int(t, "level", 0);
    rec.type = json_object_get(t, "type") ? item_type_code(ITEM_GBT, json_get_str(t, "type")) : S("00");
    rec.kind = item_kind_code(json_get_str(t, "kind"));
    if (str_none(rec.kind))
        rec.kind = S("other");
    rec.online = json_is_object(online) ? json_get_bool(online, "available", false)
                                        : json_array_size(json_object_get(t, "fields")) > 0;
    read_limit(json_object_get(t, "legal"), &rec.legal_n, &rec.legal_unit);
    read_limit(json_object_get(t, "promise"), &rec.promise_n, &rec.promise_unit);
    read_objects(&rec);
    const char *field, *why = wrong_record(&rec, &field);
    if (why)
        return *ret_field = str_c(field), *ret_why = str_c(why), ERR_FORMAT;
    rec.code_own = str_empty(rec.code);
    if (rec.code_own)
        rec.code = own_code(a, &rec);
    judge(a, &rec);
    rec.words = words_of(a, &rec);
    *ret = rec;
    return 0;
}

/* ---- writing ---- */

static str ways_of(struct arena *a, const json_t *list)
{
    struct buf b;
    size_t i;
    json_t *v;
    buf_init(&b, a, 200);
    json_array_foreach((json_t *)list, i, v) {
        if (i > 0)
            buf_char(&b, ' ');
        buf_z(&b, json_is_string(v) ? json_string_value(v) : "");
    }
    return buf_text(&b);
}

static int write_materials(struct db *db, struct arena *a, const struct item_record *rec)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(rec->tree, "materials"), i, m) {
        str name = json_get_str(m, "name"), format = json_get_str(m, "format");
        struct item_material_add_in in = {
            .item_id = rec->item_id, .version = rec->version, .no = (int64_t)i + 1, .name = str_none(name) ? S("") : name,
            .required = json_get_bool(m, "required", true), .ways = ways_of(a, json_object_get(m, "ways")),
            .format = str_none(format) ? S("") : format, .originals = json_get_int(m, "originals", 0),
            .copies = json_get_int(m, "copies", 0),
        };
        if (item_material_add(db, &in) < 0)
            return ERR_FAIL;
    }
    return 0;
}

static int write_themes(struct db *db, const struct item_record *rec)
{
    static const char *const kinds[] = {"person", "organisation"};
    if (item_theme_clear(db, rec->item_id) < 0)
        return ERR_FAIL;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        size_t i;
        json_t *v;
        json_array_foreach(json_object_get(json_object_get(rec->tree, "themes"), kinds[k]), i, v) {
            str code = str_c(json_string_value(v));
            if (item_theme_known(str_c(kinds[k]), code) && item_theme_add(db, str_c(kinds[k]), code, rec->item_id) < 0)
                return ERR_FAIL;
        }
    }
    return 0;
}

static int write_notes(struct db *db, const struct item_record *rec)
{
    if (item_finding_clear(db, rec->item_id) < 0)
        return ERR_FAIL;
    for (size_t i = 0; i < rec->n_notes; i++)
        if (item_finding_add(db, &(struct item_finding_add_in){rec->item_id, rec->notes[i].field, rec->notes[i].what,
                                                               rec->notes[i].detail}) < 0)
            return ERR_FAIL;
    return 0;
}

static int write_tokens(struct db *db, struct arena *a, const struct item_record *rec)
{
    struct item_tokens tokens = item_tokens_of(a, rec->words);
    if (item_token_clear(db, rec->item_id) < 0)
        return ERR_FAIL;
    for (size_t i = 0; i < tokens.n; i++)
        if (item_token_add(db, tokens.at[i], rec->item_id) < 0)
            return ERR_FAIL;
    return 0;
}

static str or_none(str s)
{
    return str_empty(s) ? STR_NONE : s;
}

/* The members that a submission is checked by (item_form). */
static str form_part(struct arena *a, const json_t *tree)
{
    static const char *const members[] = {"key", "objects", "fields"};
    struct buf b;
    struct json j;
    buf_init(&b, a, 4u << 20);
    json_begin(&j, &b);
    json_obj(&j);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const json_t *v = json_object_get(tree, members[i]);
        if (!v)
            continue;
        json_key(&j, str_c(members[i]));
        json_raw(&j, json_text(a, v));
    }
    json_obj_end(&j);
    return buf_text(&b);
}

/* A new item, or a new version of one that is there. */
int item_record_write(struct db *db, struct arena *a, struct item_record *rec, str source, int64_t now)
{
    if (rec->item_id == DB_NONE) {
        rec->item_id = new_id(db);
        rec->version = 0;
        if (rec->item_id < 0)
            return ERR_FAIL;
    }
    rec->version++;
    struct item_add_in in = {
        .item_id = rec->item_id, .code = rec->code, .code_national = rec->code_national, .code_own = rec->code_own,
        .key = or_none(rec->key), .basic = or_none(rec->basic), .name = rec->name, .name_en = or_none(rec->name_en),
        .main_item = or_none(rec->main_item), .type = rec->type, .kind = rec->kind, .department_id = rec->department_id,
        .region = rec->region, .level = rec->level, .online = rec->online, .for_person = rec->for_person,
        .for_organisation = rec->for_organisation, .legal_n = rec->legal_n, .legal_unit = rec->legal_unit,
        .promise_n = rec->promise_n, .promise_unit = rec->promise_unit, .words = rec->words, .version = rec->version,
    };
    if (item_add(db, &in) < 0)
        return ERR_FAIL;
    str hash = {(const char *)rec->hash, sizeof rec->hash};
    struct item_version_add_in version = {rec->item_id, rec->version, rec->body, form_part(a, rec->tree), hash, source, now};
    if (item_version_add(db, &version) < 0 || write_materials(db, a, rec) < 0 || write_themes(db, rec) < 0 ||
        write_notes(db, rec) < 0 || write_tokens(db, a, rec) < 0)
        return ERR_FAIL;
    return 0;
}
