#include "base/test/check.h"

#include "base/calendar.h"
#include "base/json.h"
#include "base/num.h"

static struct date day(str text)
{
    struct date d;
    if (!date_parse(text, &d))
        fail_msg("no date: %.*s", STRF(text));
    return d;
}

static int by_day(const void *x, const void *y)
{
    int32_t a = ((const struct day_entry *)x)->day, b = ((const struct day_entry *)y)->day;
    return (a > b) - (a < b);
}

/* Adds the rows date,kind,name; with a region only those of its rows region,date,kind,name. */
static void add_rows(const char *path, str region, struct day_entry *at, size_t *n)
{
    str rest = read_file(path), line;
    assert_false(str_none(rest));
    while (!str_empty(rest)) {
        rest = str_cut(rest, '\n', &line);
        str first, cells = str_cut(line, ',', &first), date = first, kind;
        if (str_starts(line, S("#")) || str_is(first, "date") || str_is(first, "region"))
            continue;
        if (!str_none(region)) {
            if (!str_eq(first, region))
                continue;
            cells = str_cut(cells, ',', &date);
        }
        str name = str_cut(cells, ',', &kind);
        assert_true(str_is(kind, "off") || str_is(kind, "work"));
        at[(*n)++] = (struct day_entry){date_days(day(date)), str_is(kind, "work") ? DAY_WORK : DAY_OFF, name};
    }
}

/* The national days, and those of a region laid over them. */
static struct calendar load(str region)
{
    struct day_entry *at = NEW_ARRAY(mem, 1000, struct day_entry);
    size_t n = 0;
    add_rows("src/rooms/org/calendar/national.csv", STR_NONE, at, &n);
    for (size_t i = 1; i < n; i++)
        assert_true(at[i - 1].day < at[i].day);
    if (!str_none(region))
        add_rows("src/rooms/org/calendar/local.csv", region, at, &n);
    qsort(at, n, sizeof *at, by_day);       /* no day stands in both files; see later_duplicate_wins for those that do */
    return (struct calendar){.at = at, .n = n, .first_year = 2018, .last_year = 2026};
}

static str due_text(const struct calendar *c, str from, int32_t n, enum period_unit unit)
{
    struct due r, again;
    due_after(mem, c, day(from), (struct period){n, unit}, false, &r);
    due_after(mem, c, day(from), (struct period){n, unit}, true, &again);
    assert_true(r.at == NULL && r.n == 0 && again.n > 0);
    assert_true(r.known == again.known && r.counted == again.counted && r.missing_year == again.missing_year);
    return r.known ? date_text(mem, r.date) : str_fmt(mem, "unknown %d after %d", r.missing_year, r.counted);
}

static void check_due(const struct calendar *c, str from, int32_t n, enum period_unit unit, str want)
{
    str got = due_text(c, from, n, unit);
    if (!str_eq(got, want))
        fail_msg("%.*s + %d %s: %.*s, not %.*s", STRF(from), n, period_unit_name(unit), STRF(got), STRF(want));
}

/* Computed by hand from the notices; the golden cases of every later change. */
static void working_days(void **state)
{
    (void)state;
    struct calendar c = load(STR_NONE);
    static const struct { str from; int32_t n; str due; } golden[] = {
        {{"2019-04-11", 10}, 20, {"2019-05-10", 10}}, {{"2019-04-30", 10}, 5, {"2019-05-09", 10}},
        {{"2020-01-23", 10}, 5, {"2020-02-07", 10}},  {{"2024-02-08", 10}, 20, {"2024-03-13", 10}},
        {{"2025-09-26", 10}, 5, {"2025-10-10", 10}},  {{"2026-02-09", 10}, 5, {"2026-02-14", 10}},
        {{"2026-02-13", 10}, 5, {"2026-02-27", 10}},  {{"2026-04-30", 10}, 3, {"2026-05-08", 10}},
        {{"2026-09-18", 10}, 20, {"2026-10-22", 10}}, {{"2024-09-13", 10}, 1, {"2024-09-14", 10}},
        {{"2024-09-27", 10}, 5, {"2024-10-10", 10}},  {{"2024-02-09", 10}, 10, {"2024-02-29", 10}},
        {{"2023-01-19", 10}, 5, {"2023-01-31", 10}},  {{"2025-04-25", 10}, 3, {"2025-04-29", 10}},
        {{"2020-01-22", 10}, 20, {"2020-02-27", 10}}, {{"2021-09-17", 10}, 5, {"2021-09-26", 10}},
        {{"2024-10-12", 10}, 1, {"2024-10-14", 10}},  {{"2026-09-24", 10}, 10, {"2026-10-15", 10}},
        {{"2018-12-28", 10}, 1, {"2018-12-29", 10}},  {{"2026-03-02", 10}, 0, {"2026-03-02", 10}},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        check_due(&c, golden[i].from, golden[i].n, UNIT_WORKDAY, golden[i].due);
        assert_int_equal(workdays_between(&c, day(golden[i].from), day(golden[i].due)), golden[i].n);
        assert_int_equal(workdays_between(&c, day(golden[i].due), day(golden[i].from)), -golden[i].n);
    }
}

static void working_days_of_the_data(void **state)
{
    (void)state;
    str text = read_data("deadlines.json"), why;
    if (str_none(text))
        skip();
    struct calendar c = load(STR_NONE);
    const json_t *cases = json_object_get(json_read(mem, text, &why), "cases");
    assert_int_equal(json_array_size(cases), 10);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *v = json_array_get(cases, i);
        check_due(&c, json_get_str(v, "accepted"), (int32_t)json_get_int(v, "working_days", 0), UNIT_WORKDAY,
                  json_get_str(v, "due"));
    }
}

/* 三月三 is a day off in single cities and counties only. */
static void local_days(void **state)
{
    (void)state;
    static const struct { str region, from, due; } golden[] = {
        {{"469007", 6}, {"2024-04-10", 10}, {"2024-04-12", 10}}, {{"460100", 6}, {"2024-04-10", 10}, {"2024-04-11", 10}},
        {{"469028", 6}, {"2023-04-19", 10}, {"2023-04-23", 10}}, {{"460100", 6}, {"2023-04-19", 10}, {"2023-04-20", 10}},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        struct calendar c = load(golden[i].region);
        check_due(&c, golden[i].from, 1, UNIT_WORKDAY, golden[i].due);
    }
}

static void local_days_of_the_data(void **state)
{
    (void)state;
    str text = read_data("holidays_hainan_local.json"), why;
    if (str_none(text))
        skip();
    const json_t *golden = json_object_get(json_read(mem, text, &why), "golden");
    assert_int_equal(json_array_size(golden), 4);
    for (size_t i = 0; i < json_array_size(golden); i++) {
        const json_t *v = json_array_get(golden, i);
        struct calendar c = load(json_get_str(v, "area"));
        check_due(&c, json_get_str(v, "accepted"), (int32_t)json_get_int(v, "working_days", 0), UNIT_WORKDAY,
                  json_get_str(v, "due"));
    }
}

/* The project's list was taken from the real data: nothing of it may get lost. It does not check the data itself. */
static void the_list_is_that_of_the_data(void **state)
{
    (void)state;
    str theirs = read_data("holidays.csv"), ours = read_file("src/rooms/org/calendar/national.csv"), head, line;
    if (str_none(theirs))
        skip();
    theirs = str_cut(theirs, '\n', &head);
    while (!str_empty(theirs)) {
        size_t at;
        theirs = str_cut(theirs, '\n', &line);
        line = str_trim(line);
        if (!str_empty(line) && !str_find(ours, str_fmt(mem, "\n%.*s\n", STRF(line)), &at))
            fail_msg("missing: %.*s", STRF(line));
    }
}

static void later_duplicate_wins(void **state)
{
    (void)state;
    int32_t monday = date_days((struct date){2026, 3, 2});
    const struct day_entry at[] = {
        {monday - 1, DAY_OFF, S("x")}, {monday, DAY_WORK, S("national")}, {monday, DAY_OFF, S("middle")},
        {monday, DAY_OFF, S("local")}, {monday + 1, DAY_WORK, S("y")}};
    struct calendar c = {at, 5, 2026, 2026};
    str name;
    assert_false(calendar_workday(&c, monday, &name));
    check_str(name, "local");
    check_due(&c, S("2026-03-01"), 1, UNIT_WORKDAY, S("2026-03-03"));
}

static void natural_days_and_months(void **state)
{
    (void)state;
    struct calendar c = load(STR_NONE);
    check_due(&c, S("2026-03-02"), 10, UNIT_DAY, S("2026-03-12"));
    check_due(&c, S("2026-03-02"), 5, UNIT_DAY, S("2026-03-09"));     /* a Saturday moves to Monday */
    check_due(&c, S("2026-09-21"), 10, UNIT_DAY, S("2026-10-08"));    /* 国庆节 */
    check_due(&c, S("2026-02-04"), 10, UNIT_DAY, S("2026-02-14"));    /* a working Saturday stays */
    check_due(&c, S("2026-01-31"), 1, UNIT_MONTH, S("2026-02-28"));   /* the month's last day, also a make-up day */
    check_due(&c, S("2024-01-31"), 1, UNIT_MONTH, S("2024-02-29"));
    check_due(&c, S("2024-02-29"), 12, UNIT_MONTH, S("2025-02-28"));
    check_due(&c, S("2026-03-31"), 1, UNIT_MONTH, S("2026-04-30"));
    check_due(&c, S("2025-12-15"), 2, UNIT_MONTH, S("2026-02-24"));   /* in 春节 */
    check_due(&c, S("2025-11-10"), 13, UNIT_MONTH, S("2026-12-10"));
    check_due(&c, S("2026-03-02"), 0, UNIT_DAY, S("2026-03-02"));
    assert_true(due_after_hours(1000, 24) == 86401000);
}

static void past_the_last_calendar_the_date_is_unknown(void **state)
{
    (void)state;
    struct calendar c = load(STR_NONE);
    check_due(&c, S("2026-12-28"), 3, UNIT_WORKDAY, S("2026-12-31"));
    check_due(&c, S("2026-12-28"), 4, UNIT_WORKDAY, S("unknown 2027 after 3"));
    check_due(&c, S("2026-12-28"), 5, UNIT_DAY, S("unknown 2027 after 3"));
    check_due(&c, S("2026-12-28"), 1, UNIT_MONTH, S("unknown 2027 after 3"));
    check_due(&c, S("2027-03-01"), 1, UNIT_WORKDAY, S("unknown 2027 after 0"));
    check_due(&c, S("2017-12-01"), 1, UNIT_WORKDAY, S("unknown 2017 after 0"));
    check_due(&c, S("2017-12-31"), 1, UNIT_WORKDAY, S("2018-01-02"));
    check_due(&c, S("2026-12-28"), INT32_MAX, UNIT_WORKDAY, S("unknown 2027 after 3"));
    check_due(&c, S("2026-12-28"), INT32_MAX, UNIT_DAY, S("unknown 2027 after 3"));
    check_due(&c, S("2026-12-31"), INT32_MAX, UNIT_MONTH, S("unknown 2027 after 0"));
    check_due(&c, S("9999-12-31"), INT32_MAX, UNIT_MONTH, S("unknown 10000 after 0"));
    assert_int_equal(workdays_between(&c, day(S("2027-03-01")), day(S("2027-03-08"))), 5);
}

/* One line a day: mark, date, days counted, reason. */
static str explained(const struct calendar *c, str from, struct period p)
{
    struct due r;
    struct buf b;
    due_after(mem, c, day(from), p, true, &r);
    buf_init(&b, mem, 1u << 16);
    for (size_t i = 0; i < r.n; i++)
        buf_fmt(&b, "%c%.*s %d %.*s;", "=+-!"[r.at[i].kind], STRF(str_sub(date_text(mem, date_from_days(r.at[i].day)), 5, 5)),
                r.at[i].counted, STRF(r.at[i].why));
    return buf_text(&b);
}

static void every_day_is_explained(void **state)
{
    (void)state;
    struct calendar c = load(STR_NONE);
    check_str(explained(&c, S("2026-02-12"), (struct period){3, UNIT_WORKDAY}),
              "=02-12 0 ;+02-13 1 ;+02-14 2 春节;-02-15 2 春节;-02-16 2 春节;-02-17 2 春节;-02-18 2 春节;-02-19 2 春节;-02-20 2 春节;"
              "-02-21 2 春节;-02-22 2 春节;-02-23 2 春节;+02-24 3 ;");
    check_str(explained(&c, S("2026-03-05"), (struct period){2, UNIT_DAY}),
              "=03-05 0 ;+03-06 1 ;+03-07 2 星期六;-03-08 2 星期日;!03-09 2 ;");
    check_str(explained(&c, S("2026-12-30"), (struct period){2, UNIT_WORKDAY}), "=12-30 0 ;+12-31 1 ;");
}

/* Against a second, slow way of counting: all days listed first, then the n-th taken. */
static void against_a_plain_count(void **state)
{
    (void)state;
    struct calendar c = load(S("469007"));
    int32_t first = date_days((struct date){2018, 1, 1}), last = date_days((struct date){2026, 12, 31});
    int32_t *working = NEW_ARRAY(mem, 4000, int32_t), n = 0;
    for (int32_t d = first, weekday = 1; d <= last; d++, weekday = weekday % 7 + 1) {   /* 2018-01-01 was a Monday */
        bool work = weekday <= 5;
        for (size_t i = 0; i < c.n; i++)
            if (c.at[i].day == d)
                work = c.at[i].kind == DAY_WORK;
        if (work)
            working[n++] = d;
    }
    for (int32_t d = first; d < last; d += 3)
        for (int32_t days = 1; days <= 45; days += 11) {
            int32_t i = 0;
            while (i < n && working[i] <= d)
                i++;
            struct due r;
            due_after(mem, &c, date_from_days(d), (struct period){days, UNIT_WORKDAY}, false, &r);
            assert_int_equal(r.known, i + days <= n);
            if (r.known)
                assert_int_equal(date_days(r.date), working[i + days - 1]);
            else
                assert_int_equal(r.counted, n - i);
        }
}

static void unit_names(void **state)
{
    (void)state;
    static const struct { const char *word; enum period_unit unit; } words[] = {
        {"workday", UNIT_WORKDAY}, {"day", UNIT_DAY}, {"month", UNIT_MONTH}, {"hour", UNIT_HOUR}, {"工作日", UNIT_WORKDAY},
        {"日", UNIT_DAY}, {"自然日", UNIT_DAY}, {"月", UNIT_MONTH}, {"个月", UNIT_MONTH}, {"小时", UNIT_HOUR}};
    enum period_unit u;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_true(period_unit_parse(str_c(words[i].word), &u));
        assert_int_equal(u, words[i].unit);
    }
    assert_false(period_unit_parse(S("days"), &u) || period_unit_parse(S(""), &u) || period_unit_parse(STR_NONE, &u));
    assert_string_equal(period_unit_name(UNIT_MONTH), "month");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(working_days), TEST(working_days_of_the_data), TEST(local_days), TEST(local_days_of_the_data),
        TEST(the_list_is_that_of_the_data), TEST(later_duplicate_wins), TEST(natural_days_and_months),
        TEST(past_the_last_calendar_the_date_is_unknown),
        TEST(every_day_is_explained), TEST(against_a_plain_count), TEST(unit_names),
    };
    return RUN(tests);
}
