/* The table of supervision: counts, lights, and the cases that need a look. All from watch_count and watch_case. */
#include "base/buf.h"
#include "base/num.h"
#include "rooms/watch/watch_private.h"

enum { PAGE = 50, DEPARTMENTS_MOST = 100 };

/* What is asked for; every chip and link is this with one thing changed. */
struct ask { str region, light; int64_t department; };

str watch_in_lang(const struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

int watch_scope(struct req *r, int64_t *ret_department, str *ret_name)
{
    struct watch_department d;
    *ret_department = 0;
    *ret_name = STR_NONE;
    if (r->who.department_id == DB_NONE)
        return 0;
    int found = watch_department(r->db, r->who.department_id, &d);
    if (found < 0)
        return found;
    if (found && !d.office) {
        *ret_department = r->who.department_id;
        *ret_name = watch_in_lang(r, d.name, d.name_en);
    }
    return 0;
}

/* ---- addresses ---- */

static str url_of(struct req *r, const struct ask *a, str after)
{
    struct buf b;
    buf_init(&b, r->arena, 400);
    buf_lit(&b, "/watch");
    char sep = '?';
    if (!str_empty(a->region))
        buf_fmt(&b, "%cregion=%.*s", sep, STRF(a->region)), sep = '&';
    if (a->department)
        buf_fmt(&b, "%cdepartment=%lld", sep, (long long)a->department), sep = '&';
    if (!str_empty(a->light))
        buf_fmt(&b, "%clight=%.*s", sep, STRF(a->light)), sep = '&';
    if (!str_empty(after))
        buf_fmt(&b, "%cafter=%.*s", sep, STRF(after));
    return buf_text(&b);
}

/* A region that is not twelve digits, or a light that is none, is no filter. */
static void read_ask(struct req *r, int64_t own, struct ask *ret)
{
    const struct form_watch_ask *f = r->form;
    int64_t digits;
    ret->region = f->region.n == 12 && num_i64(f->region, &digits) ? f->region : S("");
    ret->light = str_is(f->light, "over") || str_is(f->light, "near") ? f->light : S("");
    ret->department = own ? own : f->department == DB_NONE ? 0 : f->department;
}

/* ---- parts ---- */

static struct view_watch_total total_of(int64_t open, int64_t over, int64_t near, int64_t none, int64_t closed)
{
    return (struct view_watch_total){open, over, near, open - over - near - none, none, closed};
}

static int fill_total(struct req *r, const struct ask *a, int64_t today, struct view_watch_list *v)
{
    struct watch_total t;
    if (watch_total(r->db, today, a->region, a->department, &t) != 1)
        return ERR_FAIL;
    bool any = t.n_open != DB_NONE;              /* sums over nothing are absent */
    v->total = any ? total_of(t.n_open, t.n_over, t.n_near, t.n_none, t.n_closed) : (struct view_watch_total){0};
    return 0;
}

static int fill_states(struct req *r, const struct ask *a, struct view_watch_list *v)
{
    static const char *const order[] = {"awaiting_paper", "received", "correcting", "accepted", "reviewed", "granted", "denied", "made",
                                        "at_window", "delivered", "refused", "withdrawn"};
    struct watch_by_state_rows rows;
    if (watch_by_state(r->db, a->region, a->department, &rows) < 0)
        return ERR_FAIL;
    struct view_watch_state_row *at = NEW_ARRAY(r->arena, rows.n, struct view_watch_state_row);
    for (size_t k = 0; k < COUNT_OF(order); k++)
        for (size_t i = 0; i < rows.n; i++)
            if (str_is(rows.at[i].state, order[k])) {
                at[v->states.n++] = (struct view_watch_state_row){rows.at[i].state, rows.at[i].open, rows.at[i].n};
                v->most = rows.at[i].n > v->most ? rows.at[i].n : v->most;
            }
    v->states.at = at;
    return 0;
}

static int fill_regions(struct req *r, const struct ask *a, int64_t own, int64_t today, struct view_watch_list *v)
{
    struct watch_by_region_rows rows;
    if (watch_by_region(r->db, today, own, &rows) < 0)
        return ERR_FAIL;
    struct view_watch_region_row *at = NEW_ARRAY(r->arena, rows.n, struct view_watch_region_row);
    struct view_watch_chip *chips = NEW_ARRAY(r->arena, rows.n + 1, struct view_watch_chip);
    struct ask other = *a;
    other.region = S("");
    chips[0] = (struct view_watch_chip){req_text(r, T_WATCH_ALL_REGIONS), url_of(r, &other, STR_NONE), str_empty(a->region)};
    for (size_t i = 0; i < rows.n; i++) {
        const struct watch_by_region *g = &rows.at[i];
        other.region = g->code;
        str name = watch_in_lang(r, g->name, g->name_en);
        at[i] = (struct view_watch_region_row){g->code, name, g->n_open, g->n_over, g->n_near, url_of(r, &other, STR_NONE)};
        chips[i + 1] = (struct view_watch_chip){name, at[i].url, str_eq(a->region, g->code)};
    }
    v->regions.at = at;
    v->regions.n = rows.n;
    v->places.at = chips;
    v->places.n = rows.n + 1;
    return 0;
}

static int fill_departments(struct req *r, const struct ask *a, int64_t today, struct view_watch_list *v)
{
    struct watch_by_department_rows rows;
    if (watch_by_department(r->db, &(struct watch_by_department_in){
            .today = today, .within = a->region, .department_id = a->department, .most = DEPARTMENTS_MOST}, &rows) < 0)
        return ERR_FAIL;
    struct view_watch_department_row *at = NEW_ARRAY(r->arena, rows.n, struct view_watch_department_row);
    struct ask one = *a;
    for (size_t i = 0; i < rows.n; i++) {
        const struct watch_by_department *d = &rows.at[i];
        one.department = d->department_id;
        at[i] = (struct view_watch_department_row){
            .department_id = d->department_id, .name = watch_in_lang(r, d->name, d->name_en), .region = d->region, .n_open = d->n_open,
            .n_over = d->n_over, .n_near = d->n_near, .n_none = d->n_none, .n_closed = d->n_closed,
            .n_ok = d->n_open - d->n_over - d->n_near - d->n_none, .n_clock = d->n_open - d->n_none, .url = url_of(r, &one, STR_NONE)};
    }
    v->departments.at = at;
    v->departments.n = rows.n;
    return 0;
}

/* after: "DAY.ID" of the last row seen. */
static void read_after(str after, int64_t *ret_day, int64_t *ret_id)
{
    str day, id = str_cut(after, '.', &day);
    if (str_empty(id) || !num_i64(day, ret_day) || !num_i64(id, ret_id))
        *ret_day = *ret_id = 0;
}

static int fill_cases(struct req *r, const struct ask *a, int64_t today, struct view_watch_list *v)
{
    const struct form_watch_ask *f = r->form;
    struct watch_urgent_rows rows;
    struct watch_urgent_in in = {.today = today, .within = a->region, .department_id = a->department, .most = PAGE + 1,
                                 .late = str_is(a->light, "over") ? 1 : str_is(a->light, "near") ? 2 : 0};
    read_after(f->after, &in.after_day, &in.after_id);
    if (watch_urgent(r->db, &in, &rows) < 0)
        return ERR_FAIL;
    size_t n = rows.n > PAGE ? PAGE : rows.n;
    struct view_watch_case_row *at = NEW_ARRAY(r->arena, n, struct view_watch_case_row);
    struct watch_calendars calendars = {0};
    for (size_t i = 0; i < n; i++) {
        const struct watch_urgent *c = &rows.at[i];
        struct watch_shown shown;
        if (watch_show_light(r, &calendars, c->region, c->near_day, c->due_day, &shown) < 0)
            return ERR_FAIL;
        at[i] = (struct view_watch_case_row){
            .case_id = c->case_id, .number = c->number, .item_name = watch_in_lang(r, c->item_name, c->item_name_en), .state = c->state,
            .department = watch_in_lang(r, c->department, c->department_en), .hall = watch_in_lang(r, c->hall, c->hall_en),
            .due = c->due_day, .light = shown.light, .words = shown.words, .over = c->due_day < today,
            .url = str_fmt(r->arena, "/watch/cases/%lld", (long long)c->case_id)};
    }
    v->cases.at = at;
    v->cases.n = n;
    v->next = v->next_url = STR_NONE;
    if (rows.n > PAGE) {
        v->next = str_fmt(r->arena, "%lld.%lld", (long long)at[n - 1].due, (long long)at[n - 1].case_id);
        v->next_url = url_of(r, a, v->next);
    }
    return 0;
}

static void fill_light_chips(struct req *r, const struct ask *a, struct view_watch_list *v)
{
    static const struct { const char *light; int text; } all[] = {
        {"", T_WATCH_LIGHT_BOTH}, {"over", T_WATCH_ONLY_OVER}, {"near", T_WATCH_ONLY_NEAR}};
    struct view_watch_chip *chips = NEW_ARRAY(r->arena, COUNT_OF(all), struct view_watch_chip);
    struct ask other = *a;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        other.light = str_c(all[i].light);
        chips[i] = (struct view_watch_chip){req_text(r, all[i].text), url_of(r, &other, STR_NONE), str_eq(a->light, other.light)};
    }
    v->lights.at = chips;
    v->lights.n = COUNT_OF(all);
}

static int fill_picked(struct req *r, const struct ask *a, struct view_watch_list *v)
{
    struct watch_department d;
    struct ask without = *a;
    without.department = 0;
    if (!a->department || !str_none(v->own))
        return 0;
    int found = watch_department(r->db, a->department, &d);
    if (found <= 0)
        return found;
    struct view_watch_chip *chip = NEW(r->arena, struct view_watch_chip);
    *chip = (struct view_watch_chip){watch_in_lang(r, d.name, d.name_en), url_of(r, &without, STR_NONE), true};
    v->picked.at = chip;
    v->picked.n = 1;
    return 0;
}

int watch_page(struct req *r)
{
    struct view_watch_list *v = NEW(r->arena, struct view_watch_list);
    int64_t own, today = date_days(date_of(r->now));
    struct ask a;
    if (watch_scope(r, &own, &v->own) < 0)
        return ERR_FAIL;
    read_ask(r, own, &a);
    v->day = today;
    if (fill_total(r, &a, today, v) < 0 || fill_states(r, &a, v) < 0 || fill_regions(r, &a, own, today, v) < 0 ||
        fill_departments(r, &a, today, v) < 0 || fill_cases(r, &a, today, v) < 0 || fill_picked(r, &a, v) < 0)
        return ERR_FAIL;
    fill_light_chips(r, &a, v);
    return show(r, &vt_watch_list, v);
}
