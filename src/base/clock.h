#ifndef YW_BASE_CLOCK_H
#define YW_BASE_CLOCK_H
/* Time. The only place that asks the operating system. Wall time is milliseconds since 1970 UTC; what people see is
 * UTC+8 by own arithmetic (no localtime, no TZ). Tests set the clock: clock_set, or YIWANG_CLOCK=2026-03-02T09:00:00+08:00
 * in the environment (the clock then starts there and runs on). */
#include "base/str.h"

struct date { int32_t y, m, d; };                /* a civil date in UTC+8 */

int64_t clock_now(void);                         /* wall, ms */
int64_t clock_mono(void);                        /* monotonic, ms: for deadlines of work, never for law */
void clock_set(int64_t ms);                      /* freezes wall time; clock_set(-1) thaws it */
int clock_init_env(void);                        /* reads YIWANG_CLOCK; -1 when it cannot be read as a time */

int32_t date_days(struct date d);                /* days since 1970-01-01 */
struct date date_from_days(int32_t days);
struct date date_of(int64_t ms);                 /* the civil date in UTC+8 */
int64_t date_start(struct date d);               /* 00:00 in UTC+8, ms */
bool date_valid(struct date d);
int date_weekday(struct date d);                 /* 1 Monday ... 7 Sunday */
bool date_parse(str s, struct date *ret);        /* YYYY-MM-DD, nothing else */
str date_text(struct arena *a, struct date d);   /* 2026-11-23 */
bool time_parse(str s, int64_t *ret);            /* RFC 3339 with Z or an offset */
str time_rfc3339(struct arena *a, int64_t ms);   /* 2026-11-23T09:05:07+08:00 */
str time_text(struct arena *a, int64_t ms);      /* 2026-11-23 09:05 */
#endif
