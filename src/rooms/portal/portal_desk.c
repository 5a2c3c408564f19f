/* The desk of staff: what waits for this post, counted, each figure a way to its list. */
#include <string.h>

#include "rooms/portal/portal_private.h"
#include "rooms/watch/watch.h"

enum { FIGURES = 8, LINKS = 8, URGENT = 10, COUNTED_MOST = 1000 };

/* What each role counts. state NULL: a light; late says which. */
struct figure { const char *role, *desk, *state; int late, text; const char *url; };
static const struct figure figures[] = {
    {"acceptance-clerk", "window", "received", 0, T_PORTAL_DESK_TO_ACCEPT, "/cases?state=received"},
    {"acceptance-clerk", "window", NULL, 1, T_PORTAL_DESK_OVER, "/cases?state=received"},
    {"acceptance-clerk", "window", NULL, 0, T_PORTAL_DESK_NEAR, "/cases?state=received"},
    {"acceptance-clerk", "applicant", "awaiting_paper", 0, T_PORTAL_DESK_PAPER, "/cases?state=awaiting_paper"},
    {"acceptance-clerk", "applicant", "correcting", 0, T_PORTAL_DESK_CORRECTING, "/cases?state=correcting"},
    {"issuing-clerk", "issuing", "made", 0, T_PORTAL_DESK_TO_SIGN_IN, "/cases?state=made"},
    {"issuing-clerk", "issuing", NULL, 1, T_PORTAL_DESK_OVER, "/cases?state=made"},
    {"issuing-clerk", "issuing", NULL, 0, T_PORTAL_DESK_NEAR, "/cases?state=made"},
    {"issuing-clerk", "issuing", "at_window", 0, T_PORTAL_DESK_TO_HAND_OVER, "/cases?state=at_window"},
    {"approving-officer", NULL, "accepted", 0, T_PORTAL_DESK_TO_REVIEW, "/cases?state=accepted"},
    {"approving-officer", NULL, "reviewed", 0, T_PORTAL_DESK_TO_DECIDE, "/cases?state=reviewed"},
    {"approving-officer", NULL, NULL, 1, T_PORTAL_DESK_OVER, "/cases?state=accepted"},
    {"approving-officer", NULL, NULL, 0, T_PORTAL_DESK_NEAR, "/cases?state=accepted"},
    {"approving-officer", NULL, "granted", 0, T_PORTAL_DESK_TO_MAKE, "/cases?state=granted"},
    {"approving-officer", NULL, "denied", 0, T_PORTAL_DESK_TO_MAKE_DENIED, "/cases?state=denied"},
    {"supervisor", NULL, "", 0, T_PORTAL_DESK_OPEN, "/watch"},
    {"supervisor", NULL, NULL, 1, T_PORTAL_DESK_OVER, "/watch?light=over"},
    {"supervisor", NULL, NULL, 0, T_PORTAL_DESK_NEAR, "/watch?light=near"},
};

static int count_hall(struct req *r, const struct figure *f, int64_t today, int64_t *ret)
{
    struct portal_hall_count n;
    struct portal_hall_lights lights;
    if (f->state) {
        if (portal_hall_count(r->db, r->who.hall_id, str_c(f->desk), str_c(f->state), &n) != 1)
            return ERR_FAIL;
        *ret = n.n;
        return 0;
    }
    if (portal_hall_lights(r->db, &(struct portal_hall_lights_in){
            .hall_id = r->who.hall_id, .desk = str_c(f->desk), .today = today, .late = f->late}, &lights) != 1)
        return ERR_FAIL;
    *ret = lights.n;
    return 0;
}

static int count_department(struct req *r, const struct figure *f, int64_t today, int64_t *ret)
{
    struct portal_department_count n = {0};
    struct portal_department_lights lights = {0};
    if (f->state ? portal_department_count(r->db, r->who.department_id, str_c(f->state), &n) != 1
                 : portal_department_lights(r->db, r->who.department_id, today, f->late, &lights) != 1)
        return ERR_FAIL;
    *ret = f->state ? n.n : lights.n;
    return 0;
}

/* The office counts everything, a department's own supervisor its cases. */
static int count_watched(struct req *r, const struct figure *f, int64_t today, int64_t *ret)
{
    struct portal_all_open n = {0};
    struct portal_all_lights lights = {0};
    struct portal_office o = {.office = true};
    if (r->who.department_id != DB_NONE && portal_office(r->db, r->who.department_id, &o) < 0)
        return ERR_FAIL;
    int64_t of = o.office ? 0 : r->who.department_id;
    if (f->state ? portal_all_open(r->db, of, &n) != 1 : portal_all_lights(r->db, of, today, f->late, &lights) != 1)
        return ERR_FAIL;
    *ret = f->state ? n.n : lights.n;
    return 0;
}

static int count(struct req *r, const struct figure *f, int64_t today, int64_t *ret)
{
    *ret = 0;
    if (f->desk)
        return r->who.hall_id == DB_NONE ? 0 : count_hall(r, f, today, ret);
    if (!strcmp(f->role, "supervisor"))
        return count_watched(r, f, today, ret);
    return r->who.department_id == DB_NONE ? 0 : count_department(r, f, today, ret);
}

static int fill_figures(struct req *r, struct view_portal_desk *v)
{
    struct view_portal_figure *at = NEW_ARRAY(r->arena, FIGURES, struct view_portal_figure);
    int64_t today = date_days(date_of(r->now)), n;
    for (size_t i = 0; i < COUNT_OF(figures) && v->figures.n < FIGURES; i++) {
        const struct figure *f = &figures[i];
        if (!str_is(r->who.role, f->role))
            continue;
        if (count(r, f, today, &n) < 0)
            return ERR_FAIL;
        n = n == DB_NONE ? 0 : n;                /* a sum over nothing */
        at[v->figures.n++] = (struct view_portal_figure){
            .n = n >= COUNTED_MOST ? S("999+") : str_i64(r->arena, n), .name = req_text(r, f->text), .url = str_c(f->url),
            .light = f->state ? STR_NONE : f->late ? S("over") : S("near")};
    }
    v->figures.at = at;
    return 0;
}

/* Both queries have the same columns. */
static int load_urgent(struct req *r, struct portal_hall_urgent_rows *ret)
{
    struct portal_department_urgent_rows rows;
    bool accepts = str_is(r->who.role, "acceptance-clerk"), issues = str_is(r->who.role, "issuing-clerk");
    *ret = (struct portal_hall_urgent_rows){0};
    if ((accepts || issues) && r->who.hall_id != DB_NONE)
        return portal_hall_urgent(r->db, r->who.hall_id, accepts ? S("window") : S("issuing"), URGENT, ret);
    if (!str_is(r->who.role, "approving-officer") || r->who.department_id == DB_NONE)
        return 0;
    if (portal_department_urgent(r->db, r->who.department_id, URGENT, &rows) < 0)
        return ERR_FAIL;
    ret->at = NEW_ARRAY(r->arena, rows.n, struct portal_hall_urgent);
    ret->n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct portal_department_urgent *d = &rows.at[i];
        ret->at[i] = (struct portal_hall_urgent){d->case_id, d->number, d->item_name, d->item_name_en, d->state, d->region, d->near_day,
                                                 d->due_day};
    }
    return 0;
}

static int fill_urgent(struct req *r, struct view_portal_desk *v)
{
    struct portal_hall_urgent_rows rows;
    struct watch_calendars calendars = {0};
    if (load_urgent(r, &rows) < 0)
        return ERR_FAIL;
    struct view_portal_urgent *at = NEW_ARRAY(r->arena, rows.n, struct view_portal_urgent);
    for (size_t i = 0; i < rows.n; i++) {
        const struct portal_hall_urgent *c = &rows.at[i];
        struct watch_shown shown;
        if (watch_show_light(r, &calendars, c->region, c->near_day, c->due_day, &shown) < 0)
            return ERR_FAIL;
        at[i] = (struct view_portal_urgent){
            .number = c->number, .name = portal_in_lang(r, c->item_name, c->item_name_en), .state = c->state, .due = c->due_day,
            .light = shown.light, .words = shown.words, .over = str_is(shown.light, "over"),
            .url = str_fmt(r->arena, "/cases/%lld", (long long)c->case_id)};
    }
    v->urgent.at = at;
    v->urgent.n = rows.n;
    return 0;
}

static void fill_links(struct req *r, struct view_portal_desk *v)
{
    static const struct { const char *right, *url; int text; } all[] = {
        {"case.window", "/counter", T_PORTAL_DESK_LINK_COUNTER}, {NULL, "/cases", T_PORTAL_DESK_LINK_CASES},
        {"watch.see", "/watch", T_PORTAL_DESK_LINK_WATCH},       {NULL, "/items", T_PORTAL_DESK_LINK_ITEMS},
        {NULL, "/departments", T_PORTAL_DESK_LINK_DEPARTMENTS},  {NULL, "/sign-in/as", T_PORTAL_DESK_LINK_AS},
        {NULL, "/my/footprints", T_PORTAL_DESK_LINK_FOOTPRINTS}, {NULL, "/help", T_PORTAL_DESK_LINK_HELP},
    };
    struct view_portal_link *at = NEW_ARRAY(r->arena, LINKS, struct view_portal_link);
    for (size_t i = 0; i < COUNT_OF(all) && v->links.n < LINKS; i++)
        if (!all[i].right || has_right(r, all[i].right))
            at[v->links.n++] = (struct view_portal_link){req_text(r, all[i].text), str_c(all[i].url)};
    v->links.at = at;
}

int portal_desk_page(struct req *r)
{
    if (!is_staff(r))
        return redirect(r, S("/my"));
    struct view_portal_desk *v = NEW(r->arena, struct view_portal_desk);
    if (fill_figures(r, v) < 0 || fill_urgent(r, v) < 0)
        return ERR_FAIL;
    fill_links(r, v);
    v->person_name = r->who.person_name;
    v->post_name = r->who.post_name;
    v->role = r->who.role;
    return show(r, &vt_portal_desk, v);
}
