/* Clocks: which period runs, when it ends, and why on that day. All by the calendar of the deciding department's region. */
#include <string.h>

#include "base/arena.h"
#include "rooms/case/case_private.h"
#include "rooms/org/org.h"

int case_due_day(struct db *db, str region, struct date start, int64_t n, str unit, int64_t *ret_day)
{
    enum period_unit u;
    *ret_day = DB_NONE;
    if (n == DB_NONE || n < 0 || n > 100000 || !period_unit_parse(unit, &u))
        return 0;
    if (u == UNIT_HOUR) {                       /* hours run from the event; the day it falls on is what the case keeps */
        *ret_day = date_days(date_of(due_after_hours(date_start(start), (int32_t)n)));
        return 0;
    }
    struct calendar c;
    int code = org_calendar_from(db, db->arena, region, date_days(start), &c);
    if (code < 0)
        return code;
    struct due due;
    due_after(db->arena, &c, start, (struct period){(int32_t)n, u}, false, &due);
    if (due.known)
        *ret_day = date_days(due.date);
    return 0;
}

const struct calendar *case_calendar(struct req *r, struct case_calendars *cs, str region)
{
    for (size_t i = 0; i < cs->n; i++)
        if (str_eq(cs->at[i].region, region))
            return &cs->at[i].calendar;
    size_t at = cs->n < COUNT_OF(cs->at) ? cs->n++ : 0;
    if (org_calendar(r->db, r->arena, region, &cs->at[at].calendar) < 0)
        return NULL;
    cs->at[at].region = region;
    return &cs->at[at].calendar;
}

static int64_t day_of(int64_t ms)
{
    return ms == DB_NONE ? DB_NONE : date_days(date_of(ms));
}

bool case_clock_running(str state, int64_t received_at, int64_t supplemented_at, int64_t five_day, int64_t accepted_at,
                        int64_t due_day, int64_t promised_day, int64_t made_at, int64_t window_day, struct case_running *ret)
{
    if (str_is(state, "received"))
        *ret = (struct case_running){"five_days", day_of(supplemented_at != DB_NONE ? supplemented_at : received_at), five_day,
                                     false};
    else if (case_word_in("accepted reviewed", state) && promised_day != DB_NONE)
        *ret = (struct case_running){"promise", day_of(accepted_at), promised_day, false};
    else if (case_word_in("accepted reviewed", state))
        *ret = (struct case_running){"legal", day_of(accepted_at), due_day, false};
    else if (str_is(state, "made"))
        *ret = (struct case_running){"window", day_of(made_at), window_day, false};
    else
        return false;
    ret->unknown = ret->due_day == DB_NONE;
    return ret->start_day != DB_NONE;
}

str case_light_words(struct req *r, enum case_light l, int32_t left)
{
    str days = str_i64(r->arena, left < 0 ? -left : left);
    if (l == CASE_LIGHT_NONE)
        return req_text(r, T_CASE_LIGHT_NONE);
    if (l == CASE_LIGHT_OVER)
        return text_fill(r->arena, r->lang, left == -1 ? T_CASE_LIGHT_OVER_ONE : T_CASE_LIGHT_OVER, &days, 1);
    if (left == 0)
        return req_text(r, T_CASE_LIGHT_TODAY);
    return text_fill(r->arena, r->lang, left == 1 ? T_CASE_LIGHT_LEFT_ONE : T_CASE_LIGHT_LEFT, &days, 1);
}

/* The period behind the clock that runs. */
static bool running_period(const struct case_by_id *c, const char *name, struct period *ret)
{
    int64_t n = 5;
    str unit = S("workday");
    if (strcmp(name, "window") == 0)
        n = 3;
    else if (strcmp(name, "promise") == 0)
        n = c->promise_n, unit = c->promise_unit;
    else if (strcmp(name, "legal") == 0)
        n = c->legal_n, unit = c->legal_unit;
    if (n == DB_NONE || n < 0 || n > 100000 || !period_unit_parse(unit, &ret->unit))
        return false;
    ret->n = (int32_t)n;
    return ret->unit != UNIT_HOUR;
}

/* In a period of calendar days a counted Saturday is a day like any other: its name would only confuse. */
static void explain(struct req *r, const struct due *due, enum period_unit unit, struct view_case_clock *v)
{
    static const char *const kinds[] = {"start", "counted", "skipped", "moved"};
    if (!due->n)
        return;
    struct view_case_day *days = NEW_ARRAY(r->arena, due->n, struct view_case_day);
    for (size_t i = 0; i < due->n; i++)
        days[i] = (struct view_case_day){.date = due->at[i].day, .kind = str_c(kinds[due->at[i].kind]),
                                         .counted = due->at[i].counted,
                                         .why = unit != UNIT_WORKDAY && due->at[i].kind == STEP_COUNTED ? STR_NONE : due->at[i].why,
                                         .month_day = str_sub(date_text(r->arena, date_from_days(due->at[i].day)), 5, 5),
                                         .last = due->known && i + 1 == due->n};
    v->days.at = days;
    v->days.n = due->n;
    if (!due->known)
        v->missing_year = due->missing_year;
}

/* "3 working days" */
str case_period_words(struct req *r, int lang, struct period p)
{
    static const int units[2][4] = {{T_CASE_UNIT_WORKDAY, T_CASE_UNIT_DAY, T_CASE_UNIT_MONTH, T_CASE_UNIT_HOUR},
                                    {T_CASE_UNIT_WORKDAYS, T_CASE_UNIT_DAYS, T_CASE_UNIT_MONTHS, T_CASE_UNIT_HOURS}};
    str n = str_i64(r->arena, p.n);
    return text_fill(r->arena, lang, units[p.n != 1][p.unit], &n, 1);
}

/* One sentence: from when, how long, until when. */
static str sentence(struct req *r, const char *name, int64_t start, struct period p, const struct due *due)
{
    struct arena *a = r->arena;
    str from = date_text(a, date_from_days((int32_t)start));
    str until = due->known ? date_text(a, due->date) : str_i64(a, due->missing_year);
    str args[] = {text_find(r->lang, "case", str_fmt(a, "clock.%s", name)), from, case_period_words(r, r->lang, p), until};
    int known = p.unit == UNIT_WORKDAY ? T_CASE_CLOCK_WHY : T_CASE_CLOCK_WHY_DAYS;
    return text_fill(a, r->lang, due->known ? known : T_CASE_CLOCK_UNKNOWN, args, 4);
}

int case_clock_view(struct req *r, const struct case_by_id *c, struct view_case_clock *v)
{
    struct case_running run;
    struct period p;
    struct due due = {0};
    *v = (struct view_case_clock){.five_day = c->five_day, .legal = c->due_day, .promised = c->promised_day,
                                  .window = c->window_day, .due = DB_NONE, .left = DB_NONE, .missing_year = DB_NONE,
                                  .runs = S("none"), .light = S("none"), .words = STR_NONE, .sentence = STR_NONE,
                                  .deemed = c->deemed};
    v->words = case_light_words(r, CASE_LIGHT_NONE, 0);
    v->waits = str_is(c->state, "awaiting_paper");
    v->sentence = req_text(r, v->waits ? T_CASE_CLOCK_WAITS : T_CASE_CLOCK_NONE);
    if (!case_clock_running(c->state, c->received_at, c->supplemented_at, c->five_day, c->accepted_at, c->due_day,
                            c->promised_day, c->made_at, c->window_day, &run))
        return 0;
    v->runs = str_c(run.name);
    struct calendar calendar;
    int32_t start = (int32_t)run.start_day, today = date_days(date_of(r->now));
    int code = org_calendar_from(r->db, r->arena, c->region, start < today ? start : today, &calendar);
    if (code < 0)
        return code;
    if (running_period(c, run.name, &p)) {
        due_after(r->arena, &calendar, date_from_days((int32_t)run.start_day), p, true, &due);
        explain(r, &due, p.unit, v);
        v->sentence = sentence(r, run.name, run.start_day, p, &due);
    }
    if (run.unknown)
        return 0;
    int32_t left;
    enum case_light light = case_light_of(&calendar, (int32_t)run.start_day, (int32_t)run.due_day, today, &left);
    v->due = run.due_day;
    v->left = left;
    v->light = str_c(case_light_name(light));
    v->words = case_light_words(r, light, left);
    return 0;
}
