/* Counting: what a case was counted as is taken away, what it is now is added. Nothing is ever counted by looking at all cases. */
#include "rooms/case/case.h"
#include "rooms/org/org.h"
#include "rooms/watch/watch_private.h"

/* Where the case stands now, in the shape in which it is counted. */
static int stand_now(struct req *r, int64_t case_id, struct watch_counted *ret)
{
    struct watch_stand s;
    struct watch_supplemented again = {DB_NONE};
    struct calendar calendar;
    int64_t start, due;
    if (watch_stand(r->db, case_id, &s) != 1)
        return ERR_FAIL;
    if (str_is(s.state, "received") && watch_supplemented(r->db, case_id, &again) < 0)
        return ERR_FAIL;
    *ret = (struct watch_counted){.region = s.region, .department_id = s.department_id, .state = s.state, .open = s.open};
    if (!s.open || !watch_clock(&s, again.at, &start, &due))
        return 0;
    if (org_calendar_from(r->db, r->arena, s.region, (int32_t)(start < due ? start : due), &calendar) < 0)
        return ERR_FAIL;
    ret->due_day = due;
    ret->near_day = watch_near_day(&calendar, start, due);
    return 0;
}

static bool counted_alike(const struct watch_counted *a, const struct watch_counted *b)
{
    return str_eq(a->region, b->region) && a->department_id == b->department_id && str_eq(a->state, b->state) && a->open == b->open &&
           a->near_day == b->near_day && a->due_day == b->due_day;
}

static int take_away(struct db *db, const struct watch_counted *c)
{
    int code = watch_count_take(db, &(struct watch_count_take_in){
        .department_id = c->department_id, .region = c->region, .state = c->state, .near_day = c->near_day, .due_day = c->due_day});
    return code < 0 ? code : watch_count_drop(db, &(struct watch_count_drop_in){
        .department_id = c->department_id, .region = c->region, .state = c->state, .near_day = c->near_day, .due_day = c->due_day});
}

static int add(struct db *db, const struct watch_counted *c)
{
    return watch_count_add(db, &(struct watch_count_add_in){
        .department_id = c->department_id, .region = c->region, .state = c->state, .open = c->open, .near_day = c->near_day,
        .due_day = c->due_day});
}

int watch_case_changed(struct req *r, const void *event)
{
    const struct case_event *e = event;
    struct watch_counted was, now;
    int found = watch_counted(r->db, e->case_id, &was);
    if (found < 0 || stand_now(r, e->case_id, &now) < 0)
        return ERR_FAIL;
    if (found && counted_alike(&was, &now))
        return 0;
    if (found && take_away(r->db, &was) < 0)
        return ERR_FAIL;
    if (add(r->db, &now) < 0)
        return ERR_FAIL;
    int code = watch_case_put(r->db, &(struct watch_case_put_in){
        .case_id = e->case_id, .region = now.region, .department_id = now.department_id, .state = now.state, .open = now.open,
        .near_day = now.near_day, .due_day = now.due_day, .at = e->at});
    return code < 0 ? code : 0;
}
