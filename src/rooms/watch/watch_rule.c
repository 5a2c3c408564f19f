/* Which clock runs, and what colour it shows. */
#include "rooms/watch/watch_private.h"

enum { PERIOD_MOST = 4000 };                     /* days; nothing lawful is longer */

int64_t watch_near_day(const struct calendar *c, int64_t start, int64_t due)
{
    if (start >= due || due - start > PERIOD_MOST)
        return due;
    int32_t total = workdays_between(c, date_from_days((int32_t)start), date_from_days((int32_t)due)), left = total;
    int64_t day = start;
    while (day < due && left > 1 && left * 3 > total)
        left -= calendar_workday(c, (int32_t)++day, NULL);
    return day;
}

static int64_t day_of(int64_t ms)
{
    return ms == DB_NONE ? DB_NONE : date_days(date_of(ms));
}

bool watch_clock(const struct watch_stand *s, int64_t supplemented_at, int64_t *ret_start, int64_t *ret_due)
{
    int64_t start = DB_NONE, due = DB_NONE;
    if (str_is(s->state, "received")) {
        start = day_of(supplemented_at == DB_NONE ? s->received_at : supplemented_at);
        due = s->five_day;
    } else if (str_is(s->state, "accepted") || str_is(s->state, "reviewed")) {
        start = day_of(s->accepted_at);
        due = s->promised_day == DB_NONE ? s->due_day : s->promised_day;
    } else if (str_is(s->state, "made")) {
        start = day_of(s->made_at);
        due = s->window_day;
    }
    if (start == DB_NONE || due == DB_NONE)
        return false;
    *ret_start = start;
    *ret_due = due;
    return true;
}

enum watch_light watch_light_of(int64_t near_day, int64_t due_day, int64_t today)
{
    if (due_day == DB_NONE || due_day == 0)
        return WATCH_NONE;
    if (due_day < today)
        return WATCH_OVER;
    return near_day <= today ? WATCH_NEAR : WATCH_OK;
}

const char *watch_light_name(enum watch_light l)
{
    static const char *const names[] = {"none", "ok", "near", "over"};
    return names[l];
}
