/* Calendars: the State Council's yearly notices, with the overlays of single divisions. */
#include <string.h>

#include "core/req.h"
#include "org_sql.h"
#include "rooms/org/org.h"
#include "rooms/org/org_csv.h"

int org_calendar_from(struct db *db, struct arena *a, str region, int32_t from_day, struct calendar *ret)
{
    struct org_calendar_days_rows rows;
    struct org_calendar_span span;
    if (org_calendar_days(db, str_none(region) ? S("") : region, from_day, &rows) < 0 || org_calendar_span(db, &span) != 1)
        return ERR_FAIL;
    struct day_entry *at = NEW_ARRAY(a, rows.n, struct day_entry);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct day_entry){.day = (int32_t)rows.at[i].day, .name = str_dup(a, rows.at[i].name),
                                   .kind = str_is(rows.at[i].kind, "work") ? DAY_WORK : DAY_OFF};
    /* Without any notice nothing is covered: every date past the first year is unknown. */
    *ret = (struct calendar){.at = at, .n = rows.n, .first_year = span.first == DB_NONE ? 0 : (int32_t)span.first,
                             .last_year = span.last == DB_NONE ? 0 : (int32_t)span.last};
    return 0;
}

int org_calendar(struct db *db, struct arena *a, str region, struct calendar *ret)
{
    return org_calendar_from(db, a, region, INT32_MIN, ret);
}

/* The overlays are written with the six digits of GB/T 2260; regions have twelve. */
static str region_code(struct arena *a, str s)
{
    return s.n == 6 ? str_cat(a, s, S("000000")) : s;
}

static int take_day(struct db *db, str region, const str *f)
{
    struct date date;
    if (!date_parse(f[0], &date) || !(str_is(f[1], "off") || str_is(f[1], "work")) || str_empty(f[2]))
        return ERR_FORMAT;
    if (org_calendar_put(db, &(struct org_calendar_put_in){
            .region = region, .day = date_days(date), .kind = f[1], .name = f[2]}) < 0)
        return ERR_FAIL;
    if (str_empty(region) && date.m == 1 && date.d == 1 && org_calendar_year_put(db, date.y) < 0)
        return ERR_FAIL;
    return 0;
}

static int take_file(struct db *db, str csv, bool local, str *ret_why)
{
    struct org_csv c = {.a = db->arena, .rest = csv};
    str f[ORG_CSV_FIELDS];
    bool head = true;
    int got;
    while ((got = org_csv_next(&c, f)) == 1) {
        str place = local ? region_code(db->arena, f[0]) : S("");
        int code = ERR_FORMAT;
        if (head)
            code = str_is(f[0], local ? "region" : "date") ? 0 : ERR_FORMAT;
        else if (!local || org_region_code_ok(place))
            code = take_day(db, place, local ? f + 1 : f);
        head = false;
        if (code == ERR_FORMAT)
            break;
        if (code < 0)
            return code;
    }
    if (!got && !head)
        return 0;
    *ret_why = str_fmt(db->arena, "%s calendar, line %d: expected %sdate,kind,name with kind off or work",
                       local ? "local" : "national", c.line, local ? "region," : "");
    return ERR_FORMAT;
}

int org_calendar_seed(struct db *db, str national_csv, str local_csv, str *ret_why)
{
    int code = take_file(db, national_csv, false, ret_why);
    return code ? code : take_file(db, local_csv, true, ret_why);
}
