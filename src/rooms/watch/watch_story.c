/* One case as supervision sees it: offices, posts and dates. No applicant, no papers, no words of anybody. */
#include "rooms/watch/watch_private.h"

int watch_case_in_reach(struct req *r)
{
    struct watch_story *c = NEW(r->arena, struct watch_story);
    int64_t own, id = req_id(r, 0);
    str name;
    int found = id == DB_NONE ? 0 : watch_story(r->db, id, c);
    if (found < 0 || watch_scope(r, &own, &name) < 0)
        return ERR_FAIL;
    if (!found || (own && own != c->department_id))
        return not_there(r);
    r->object = c;
    return 0;
}

static int fill_history(struct req *r, int64_t case_id, struct view_watch_story *v)
{
    struct watch_history_rows rows;
    if (watch_history(r->db, case_id, &rows) < 0)
        return ERR_FAIL;
    struct view_watch_event *at = NEW_ARRAY(r->arena, rows.n, struct view_watch_event);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct view_watch_event){rows.at[i].act, rows.at[i].to_state, rows.at[i].at, rows.at[i].post_name,
                                          str_is(rows.at[i].act, "deem")};
    v->history.at = at;
    v->history.n = rows.n;
    return 0;
}

/* The way of every case; a time behind a step: it is done. */
static void fill_steps(struct req *r, const struct watch_story *c, struct view_watch_story *v)
{
    const struct { const char *key; int64_t at; } way[] = {
        {"received", c->received_at}, {"accepted", c->accepted_at}, {"decided", c->decided_at}, {"made", c->made_at},
        {"at_window", c->at_window_at}, {"delivered", str_is(c->state, "delivered") ? c->closed_at : DB_NONE}};
    struct view_watch_step *at = NEW_ARRAY(r->arena, COUNT_OF(way) + 1, struct view_watch_step);
    size_t n = 0;
    bool pending = false;
    for (size_t i = 0; i < COUNT_OF(way); i++) {
        bool done_ = way[i].at != DB_NONE, now = !done_ && !pending && c->open;
        pending = pending || !done_;
        if (!done_ && !c->open)
            continue;
        at[n++] = (struct view_watch_step){str_c(way[i].key), done_ ? S("step step-done") : now ? S("step step-now") : S("step"), now, way[i].at};
    }
    if (!c->open && !str_is(c->state, "delivered"))
        at[n++] = (struct view_watch_step){c->state, S("step step-stop"), true, c->closed_at};
    v->steps.at = at;
    v->steps.n = n;
}

int watch_case_page(struct req *r)
{
    const struct watch_story *c = r->object;
    struct view_watch_story *v = NEW(r->arena, struct view_watch_story);
    struct watch_calendars calendars = {0};
    struct watch_shown shown;
    if (watch_show_light(r, &calendars, c->region, c->near_day, c->clock_day, &shown) < 0)
        return ERR_FAIL;
    *v = (struct view_watch_story){
        .case_id = c->case_id, .number = c->number, .acceptance_no = c->acceptance_no,
        .item_name = watch_in_lang(r, c->item_name, c->item_name_en), .state = c->state, .kind = c->kind, .channel = c->channel,
        .department = watch_in_lang(r, c->department, c->department_en), .region = watch_in_lang(r, c->region_name, c->region_name_en),
        .hall = watch_in_lang(r, c->hall, c->hall_en), .submitted = c->submitted_at, .received = c->received_at,
        .five_day = c->five_day, .accepted = c->accepted_at, .deemed = c->deemed, .legal = c->due_day, .promised = c->promised_day,
        .decided = c->decided_at, .window = c->window_day, .closed = c->closed_at,
        .due = str_is(shown.light, "none") ? DB_NONE : c->clock_day, .light = shown.light, .words = shown.words};
    if (fill_history(r, c->case_id, v) < 0)
        return ERR_FAIL;
    fill_steps(r, c, v);
    return show(r, &vt_watch_story, v);
}
