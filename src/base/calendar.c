#include "base/calendar.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"

/* The entry that rules a day: of several the last, which the overlay put there. */
static const struct day_entry *entry_of(const struct calendar *c, int32_t day)
{
    size_t low = 0, high = c->n;            /* the first entry behind `day` lies in low..high */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->at[mid].day <= day)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && c->at[low - 1].day == day ? &c->at[low - 1] : NULL;
}

bool calendar_workday(const struct calendar *c, int32_t day, str *ret_name)
{
    const struct day_entry *e = entry_of(c, day);
    int weekday = date_weekday(date_from_days(day));
    if (ret_name)
        *ret_name = e ? e->name : weekday == 6 ? S("星期六") : weekday == 7 ? S("星期日") : STR_NONE;
    return e ? e->kind == DAY_WORK : weekday < 6;
}

/* One computation in progress. */
struct walk {
    struct arena *a;
    const struct calendar *c;
    bool explain;
    size_t cap;
    struct due out;
};

static void add_step(struct walk *w, int32_t day, enum step_kind kind, str why)
{
    struct due *o = &w->out;
    if (!w->explain)
        return;
    if (o->n == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 64;
        struct due_step *at = NEW_ARRAY(w->a, w->cap, struct due_step);
        if (o->n)
            memcpy(at, o->at, o->n * sizeof *at);
        o->at = at;
    }
    o->at[o->n++] = (struct due_step){.day = day, .kind = kind, .counted = o->counted, .why = why};
}

/* False, with the missing year noted, when no notice covers the day. */
static bool published(struct walk *w, int32_t day)
{
    int32_t year = date_from_days(day).y;
    if (year >= w->c->first_year && year <= w->c->last_year)
        return true;
    w->out.missing_year = year;
    return false;
}

static void found(struct walk *w, int32_t day)
{
    w->out.known = true;
    w->out.date = date_from_days(day);
}

static void count_workdays(struct walk *w, int32_t day, int32_t n)
{
    while (w->out.counted < n) {
        if (!published(w, ++day))
            return;
        str why;
        bool work = calendar_workday(w->c, day, &why);
        w->out.counted += work;
        add_step(w, day, work ? STEP_COUNTED : STEP_SKIPPED, why);
    }
    found(w, day);
}

/* Natural days up to `last`; from a day off on to the next working day (民法典 203). */
static void count_days(struct walk *w, int32_t day, int64_t last)
{
    bool work = true;
    str why;
    while (day < last) {
        if (!published(w, ++day))
            return;
        work = calendar_workday(w->c, day, &why);
        w->out.counted++;
        add_step(w, day, STEP_COUNTED, why);
    }
    while (!work) {
        if (!published(w, ++day))
            return;
        work = calendar_workday(w->c, day, &why);
        add_step(w, day, work ? STEP_MOVED : STEP_SKIPPED, why);
    }
    found(w, day);
}

/* The same date n months on, or the month's last day where it has no such date. Years past 9999 stay past every calendar. */
static int64_t months_on(struct date start, int32_t n)
{
    int64_t months = (int64_t)start.y * 12 + start.m - 1 + n;
    int64_t year = months / 12 < 10000 ? months / 12 : 10000;
    struct date d = {(int32_t)year, (int32_t)(months % 12) + 1, start.d};
    while (d.d > 28 && !date_valid((struct date){d.y < 10000 ? d.y : 2000, d.m, d.d}))
        d.d--;
    return date_days(d);
}

void due_after(struct arena *a, const struct calendar *c, struct date start, struct period p, bool explain, struct due *ret)
{
    assert(p.unit != UNIT_HOUR);
    struct walk w = {.a = a, .c = c, .explain = explain};
    int32_t day = date_days(start), n = p.n > 0 ? p.n : 0;
    add_step(&w, day, STEP_START, STR_NONE);
    if (p.unit == UNIT_WORKDAY)
        count_workdays(&w, day, n);
    else
        count_days(&w, day, p.unit == UNIT_MONTH ? months_on(start, n) : (int64_t)day + n);
    *ret = w.out;
}

int64_t due_after_hours(int64_t start, int32_t hours)
{
    return start + hours * INT64_C(3600000);
}

int32_t workdays_between(const struct calendar *c, struct date from, struct date to)
{
    int32_t a = date_days(from), b = date_days(to), n = 0;
    int32_t low = a < b ? a : b, high = a < b ? b : a;
    for (int32_t day = low + 1; day <= high; day++)
        n += calendar_workday(c, day, NULL);
    return a <= b ? n : -n;
}

static const char *const unit_names[] = {"workday", "day", "month", "hour"};

bool period_unit_parse(str s, enum period_unit *ret)
{
    static const struct { str word; enum period_unit unit; } words[] = {
        {{"工作日", sizeof "工作日" - 1}, UNIT_WORKDAY}, {{"日", sizeof "日" - 1}, UNIT_DAY},
        {{"自然日", sizeof "自然日" - 1}, UNIT_DAY}, {{"月", sizeof "月" - 1}, UNIT_MONTH},
        {{"个月", sizeof "个月" - 1}, UNIT_MONTH}, {{"小时", sizeof "小时" - 1}, UNIT_HOUR},
    };
    for (size_t i = 0; i < sizeof unit_names / sizeof unit_names[0]; i++)
        if (str_is(s, unit_names[i])) {
            *ret = (enum period_unit)i;
            return true;
        }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(s, words[i].word)) {
            *ret = words[i].unit;
            return true;
        }
    return false;
}

const char *period_unit_name(enum period_unit u)
{
    return unit_names[u];
}
