#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

#include "base/arena.h"

#define DAY_MS INT64_C(86400000)
#define CHINA_MS INT64_C(28800000)          /* UTC+8 all year, in the whole country */

/* Tests only: moved before threads start, or between the requests of a test. */
static _Atomic int64_t frozen_at = -1, shift;

static int64_t ask(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);               /* cannot fail for these two clocks */
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    int64_t at = frozen_at;
    return at >= 0 ? at : ask(CLOCK_REALTIME) + shift;
}

int64_t clock_mono(void)
{
    return ask(CLOCK_MONOTONIC);
}

void clock_set(int64_t ms)
{
    frozen_at = ms;
}

int clock_init_env(void)
{
    const char *text = getenv("YIWANG_CLOCK");
    int64_t at;
    if (!text)
        return 0;
    if (!time_parse(str_c(text), &at))
        return -1;
    shift = at - ask(CLOCK_REALTIME);
    return 0;
}

static int64_t floor_div(int64_t n, int64_t by)
{
    return n / by - (n % by < 0);
}

/* Both directions count years from 1 March in cycles of 400 years (146,097 days): the leap day falls at a year's end. */
int32_t date_days(struct date d)
{
    int64_t y = d.m <= 2 ? (int64_t)d.y - 1 : d.y;
    int64_t cycle = floor_div(y, 400), year = y - cycle * 400;
    int64_t month = d.m > 2 ? d.m - 3 : d.m + 9;
    int64_t day = (153 * month + 2) / 5 + d.d - 1;
    return (int32_t)(cycle * 146097 + year * 365 + year / 4 - year / 100 + day - 719468);
}

struct date date_from_days(int32_t days)
{
    int64_t z = (int64_t)days + 719468;
    int64_t cycle = floor_div(z, 146097), in_cycle = z - cycle * 146097;
    int64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int64_t day = in_cycle - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day + 2) / 153;
    int64_t m = month < 10 ? month + 3 : month - 9;
    return (struct date){
        .y = (int32_t)(cycle * 400 + year + (m <= 2)),
        .m = (int32_t)m,
        .d = (int32_t)(day - (153 * month + 2) / 5 + 1),
    };
}

struct date date_of(int64_t ms)
{
    return date_from_days((int32_t)floor_div(ms + CHINA_MS, DAY_MS));
}

int64_t date_start(struct date d)
{
    return date_days(d) * DAY_MS - CHINA_MS;
}

bool date_valid(struct date d)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (d.y < 1 || d.y > 9999 || d.m < 1 || d.m > 12 || d.d < 1)
        return false;
    bool leap = (d.y % 4 == 0 && d.y % 100 != 0) || d.y % 400 == 0;
    return d.d <= days[d.m - 1] + (d.m == 2 && leap);
}

int date_weekday(struct date d)
{
    int32_t since_monday = (date_days(d) + 3) % 7;   /* 1970-01-01 was a Thursday */
    return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

/* n digits at `from`; -1 when there is anything else. */
static int32_t digits(str s, size_t from, size_t n)
{
    int32_t v = 0;
    for (size_t i = from; i < from + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

bool date_parse(str s, struct date *ret)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    struct date d = {digits(s, 0, 4), digits(s, 5, 2), digits(s, 8, 2)};
    if (!date_valid(d))
        return false;
    *ret = d;
    return true;
}

str date_text(struct arena *a, struct date d)
{
    return str_fmt(a, "%04d-%02d-%02d", d.y, d.m, d.d);
}

/* "Z" or "+08:00": minutes east of Greenwich. */
static bool offset_parse(str s, int32_t *ret_minutes)
{
    if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
        *ret_minutes = 0;
        return true;
    }
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
        return false;
    int32_t h = digits(s, 1, 2), m = digits(s, 4, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *ret_minutes = s.p[0] == '-' ? -(h * 60 + m) : h * 60 + m;
    return true;
}

bool time_parse(str s, int64_t *ret)
{
    struct date d;
    if (s.n < 20 || !date_parse(str_sub(s, 0, 10), &d) || (s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' || s.p[16] != ':')
        return false;
    int32_t h = digits(s, 11, 2), m = digits(s, 14, 2), sec = digits(s, 17, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60)   /* 60: a leap second counts as the next one */
        return false;
    size_t at = 19;
    int32_t ms = 0;
    if (s.p[at] == '.') {
        size_t first = ++at;
        for (int32_t weight = 100; at < s.n && digits(s, at, 1) >= 0; at++, weight /= 10)
            ms += weight * digits(s, at, 1);
        if (at == first)
            return false;
    }
    int32_t east;
    if (!offset_parse(str_sub(s, at, s.n), &east))
        return false;
    *ret = date_days(d) * DAY_MS + ((h * 60 + m - east) * INT64_C(60) + sec) * 1000 + ms;
    return true;
}

str time_rfc3339(struct arena *a, int64_t ms)
{
    struct date d = date_of(ms);
    int32_t sec = (int32_t)floor_div(ms - date_start(d), 1000);
    return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d+08:00", d.y, d.m, d.d, sec / 3600, sec / 60 % 60, sec % 60);
}

str time_text(struct arena *a, int64_t ms)
{
    struct date d = date_of(ms);
    int32_t min = (int32_t)((ms - date_start(d)) / 60000);
    return str_fmt(a, "%04d-%02d-%02d %02d:%02d", d.y, d.m, d.d, min / 60, min % 60);
}
