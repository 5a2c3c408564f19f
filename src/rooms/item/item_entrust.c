/* Entrusted lists (委托受理事项清单) and the demo province's items. */
#include "base/clock.h"
#include "core/req.h"
#include "item_sql.h"
#include "rooms/item/item_private.h"

int item_entrusted(struct db *db, int64_t hall_id, int64_t item_id, int64_t day)
{
    struct item_entrusted_now row;
    return item_entrusted_now(db, hall_id, item_id, day, &row);
}

static str words_of(struct arena *a, const json_t *list)
{
    struct buf b;
    size_t i;
    json_t *v;
    buf_init(&b, a, 1000);
    json_array_foreach((json_t *)list, i, v) {
        if (i > 0)
            buf_char(&b, ' ');
        buf_z(&b, json_is_string(v) ? json_string_value(v) : "");
    }
    return buf_text(&b);
}

static bool day_of(const json_t *row, const char *key, int64_t *ret)
{
    struct date d;
    if (!date_parse(json_get_str(row, key), &d))
        return false;
    *ret = date_days(d);
    return true;
}

/* One row: hall x department x items. ERR_FORMAT: *ret_why says what is unknown. */
static int load_row(struct db *db, struct arena *a, const json_t *row, str *ret_why)
{
    struct item_hall_by_key hall;
    struct item_department_by_key dept;
    int64_t from, to = DB_NONE;
    str hall_key = json_get_str(row, "hall"), dept_key = json_get_str(row, "department");
    str instrument = json_get_str(row, "instrument"), number = json_get_str(row, "instrument_no");
    if (str_none(hall_key) || str_none(dept_key) || !day_of(row, "from", &from) ||
        (json_object_get(row, "to") && !day_of(row, "to", &to)))
        return *ret_why = S("an entrusted list needs hall, department, from and a date in to"), ERR_FORMAT;
    if (item_hall_by_key(db, hall_key, &hall) != 1 || item_department_by_key(db, dept_key, &dept) != 1)
        return *ret_why = str_fmt(a, "entrusted list: hall %.*s or department %.*s is unknown", STRF(hall_key), STRF(dept_key)),
            ERR_FORMAT;
    size_t i;
    json_t *key;
    json_array_foreach(json_object_get(row, "items"), i, key) {
        struct item_id_by_key item;
        str name = str_c(json_string_value(key));
        if (str_none(name) || item_id_by_key(db, name, &item) != 1)
            return *ret_why = str_fmt(a, "entrusted list of %.*s: item %.*s is unknown", STRF(hall_key), STRF(name)), ERR_FORMAT;
        int64_t id = new_id(db);
        struct item_entrust_add_in in = {
            .entrust_id = id, .hall_id = hall.hall_id, .item_id = item.item_id, .department_id = dept.department_id,
            .instrument = str_none(instrument) ? S("") : instrument, .instrument_no = str_none(number) ? S("") : number,
            .from_day = from, .to_day = to, .acts = words_of(a, json_object_get(row, "acts")),
        };
        if (id < 0 || item_entrust_add(db, &in) < 0)
            return *ret_why = S("the entrusted list could not be written"), ERR_FAIL;
    }
    return 0;
}

int item_load_demo(struct db *db, struct arena *a, const str *item_json, size_t n, str entrusted_json, int64_t now, str *ret_why)
{
    for (size_t i = 0; i < n; i++) {
        struct item_import_result got;
        int rc = item_import(db, a, item_json[i], S("demo"), 0, now, &got);
        if (rc == ERR_REFUSED)
            *ret_why = str_fmt(a, "demo item %zu, line %lld: %.*s %.*s", i + 1, (long long)got.refusals[0].line,
                               STRF(got.refusals[0].field), STRF(got.refusals[0].reason));
        else if (rc < 0)
            *ret_why = str_fmt(a, "demo item %zu could not be written", i + 1);
        if (rc < 0)
            return rc == ERR_REFUSED ? ERR_FORMAT : rc;
    }
    const json_t *all = json_read(a, entrusted_json, ret_why);
    if (!all)
        return ERR_FORMAT;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(all, "entrusted"), i, row) {
        int rc = load_row(db, a, row, ret_why);
        if (rc < 0)
            return rc;
    }
    return 0;
}
