#include "base/test/check.h"

#include "base/clock.h"

static struct date day(const char *text)
{
    struct date d;
    assert_true(date_parse(str_c(text), &d));
    return d;
}

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(time_parse(str_c(text), &ms));
    return ms;
}

static void days_and_dates(void **state)
{
    (void)state;
    assert_int_equal(date_days(day("1970-01-01")), 0);
    assert_int_equal(date_days(day("2000-03-01")), 11017);
    assert_int_equal(date_days(day("2038-01-20")), 24856);
    assert_int_equal(date_days(day("1969-12-31")), -1);
    int32_t n = date_days(day("0001-01-01"));
    int weekday = 1;                        /* proleptic Gregorian: a Monday */
    for (int32_t y = 1; y <= 9999; y++)
        for (int32_t m = 1; m <= 12; m++)
            for (int32_t d = 1; d <= 31; d++) {
                struct date x = {y, m, d};
                if (!date_valid(x))
                    continue;
                struct date back = date_from_days(n);
                if (date_days(x) != n || back.y != y || back.m != m || back.d != d || date_weekday(x) != weekday)
                    fail_msg("%04d-%02d-%02d", y, m, d);
                n++;
                weekday = weekday % 7 + 1;
            }
    assert_int_equal(n, 2932897);           /* 9999-12-31 is the day before */
}

static void dates_as_text(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "2026-2-03", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01",
                                      "2026/01/01", "2026-01-01 ", " 2026-01-01", "20260101",
                                      "+026-01-01", "1900-02-29", "2026-01-00"};
    struct date d;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (date_parse(str_c(bad[i]), &d))
            fail_msg("accepted: %s", bad[i]);
    assert_false(date_parse(STR_NONE, &d));
    check_str(date_text(mem, day("2024-02-29")), "2024-02-29");
    check_str(date_text(mem, day("2000-02-29")), "2000-02-29");
    assert_int_equal(date_weekday(day("2026-11-23")), 1);
    assert_int_equal(date_weekday(day("2026-11-22")), 7);
    assert_int_equal(date_weekday(day("1969-12-28")), 7);
}

static void times_as_text(void **state)
{
    (void)state;
    assert_int_equal(at("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(at("1970-01-01T08:00:00+08:00"), 0);
    assert_int_equal(at("1969-12-31T18:30:00.25-05:30"), 250);
    assert_int_equal(at("2026-03-02T09:00:00.1239+08:00"), 1772413200123);
    assert_int_equal(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
    static const char *const bad[] = {"", "2026-03-02", "2026-03-02T09:00:00", "2026-03-02 09:00:00Z", "2026-03-02T24:00:00Z",
                                      "2026-03-02T09:60:00Z", "2026-03-02T09:00:00.Z", "2026-03-02T09:00:00+0800",
                                      "2026-03-02T09:00:00+24:00", "2026-02-30T09:00:00Z", "2026-03-02T09:00:00Zx",
                                      "2026-03-02T09:00:00z ", "2026-03-02T9:00:00Z",
                                      "2026-03-02T09:00:61Z", "2026-03-02T09:00:00+08:60"};
    int64_t ms;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (time_parse(str_c(bad[i]), &ms))
            fail_msg("accepted: %s", bad[i]);
    check_str(time_rfc3339(mem, 1772413200999), "2026-03-02T09:00:00+08:00");
    check_str(time_rfc3339(mem, at("2026-12-31T15:59:59Z")), "2026-12-31T23:59:59+08:00");
    check_str(time_rfc3339(mem, -28800001), "1969-12-31T23:59:59+08:00");
    check_str(time_text(mem, at("2026-12-31T16:00:00Z")), "2027-01-01 00:00");
}

static void the_civil_date_is_that_of_utc8(void **state)
{
    (void)state;
    check_str(date_text(mem, date_of(at("2026-03-01T15:59:59.999Z"))), "2026-03-01");
    check_str(date_text(mem, date_of(at("2026-03-01T16:00:00Z"))), "2026-03-02");
    check_str(date_text(mem, date_of(at("1960-01-01T00:00:00+08:00"))), "1960-01-01");
    assert_int_equal(date_start(day("2026-03-02")), at("2026-03-02T00:00:00+08:00"));
}

static void tests_set_the_clock(void **state)
{
    (void)state;
    clock_set(at("2026-03-02T09:00:00+08:00"));
    assert_int_equal(clock_now(), 1772413200000);
    clock_set(-1);
    assert_true(clock_now() > at("2024-01-01T00:00:00Z"));
    setenv("YIWANG_CLOCK", "2031-05-01T10:00:00+08:00", 1);
    assert_int_equal(clock_init_env(), 0);
    int64_t passed = clock_now() - at("2031-05-01T10:00:00+08:00");
    assert_true(passed >= 0 && passed < 5000);
    setenv("YIWANG_CLOCK", "tomorrow", 1);
    assert_int_equal(clock_init_env(), -1);
    int64_t before = clock_mono();
    assert_true(clock_mono() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(days_and_dates), TEST(dates_as_text), TEST(times_as_text), TEST(the_civil_date_is_that_of_utc8),
        TEST(tests_set_the_clock),
    };
    return RUN(tests);
}
