/* Lights in words, by the calendar of the deciding department's region. */
#include "rooms/org/org.h"
#include "rooms/watch/watch_private.h"

static const struct calendar *calendar_of(struct req *r, struct watch_calendars *cs, str region)
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

static str words_of(struct req *r, enum watch_light light, int32_t left)
{
    str days = str_i64(r->arena, left < 0 ? -left : left);
    if (light == WATCH_OVER)
        return text_fill(r->arena, r->lang, left == -1 ? T_WATCH_LIGHT_OVER_ONE : T_WATCH_LIGHT_OVER, &days, 1);
    if (left == 0)
        return req_text(r, T_WATCH_LIGHT_TODAY);
    return text_fill(r->arena, r->lang, left == 1 ? T_WATCH_LIGHT_LEFT_ONE : T_WATCH_LIGHT_LEFT, &days, 1);
}

int watch_show_light(struct req *r, struct watch_calendars *cs, str region, int64_t near_day, int64_t due_day, struct watch_shown *ret)
{
    enum watch_light light = watch_light_of(near_day, due_day, date_days(date_of(r->now)));
    ret->light = str_c(watch_light_name(light));
    ret->words = req_text(r, T_WATCH_LIGHT_NONE);
    if (light == WATCH_NONE)
        return 0;
    const struct calendar *calendar = calendar_of(r, cs, region);
    if (!calendar)
        return ERR_FAIL;
    int32_t left = workdays_between(calendar, date_of(r->now), date_from_days((int32_t)due_day));
    if (light == WATCH_OVER && left == 0)
        left = -1;                               /* only days off since: over all the same */
    ret->words = words_of(r, light, left);
    return 0;
}
