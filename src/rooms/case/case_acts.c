/* The engine of acts, and the list of all of them. */
#include <string.h>

#include "base/arena.h"
#include "rooms/case/case_private.h"
#include "rooms/item/item.h"

/* Every act a case knows. A later room adds its list here (docs/add-a-step.md). */
static const struct case_acts *const all_acts[] = {&case_window_acts, &case_body_acts, &case_issue_acts};

const struct case_act *case_act_find(str name)
{
    for (size_t i = 0; i < COUNT_OF(all_acts); i++)
        for (size_t k = 0; k < all_acts[i]->n; k++)
            if (str_is(name, all_acts[i]->at[k].name))
                return &all_acts[i]->at[k];
    return NULL;
}

/* ---- who stands how to this case ---- */

static int32_t today(const struct req *r)
{
    return date_days(date_of(r->now));
}

/* The applicant; for an enterprise's case whoever holds its mandate today. */
static int applicant_side(struct req *r, const struct case_by_id *c)
{
    struct case_mandate m;
    if (c->enterprise_id == DB_NONE)
        return r->who.person_id != DB_NONE && r->who.person_id == c->applicant_person_id;
    if (r->who.enterprise_id != DB_NONE && r->who.enterprise_id != c->enterprise_id)
        return 0;
    return case_mandate(r->db, c->enterprise_id, r->who.person_id, today(r), &m);
}

static int staff_side(struct req *r, const struct case_by_id *c, enum case_relation *ret)
{
    const struct who *w = &r->who;
    *ret = CASE_NOT_MINE;
    if (w->department_id != DB_NONE && w->department_id == c->department_id && has_right(r, "case.decide"))
        *ret = CASE_BODY;
    else if (w->hall_id != DB_NONE && (c->hall_id == DB_NONE || c->hall_id == w->hall_id) &&
             (has_right(r, "case.window") || has_right(r, "case.issue"))) {      /* a case lies at one hall; others do not read it */
        int entrusted = w->hall_id == c->hall_id ? 1 : item_entrusted(r->db, w->hall_id, c->item_id, today(r));
        if (entrusted < 0)
            return entrusted;
        *ret = entrusted ? CASE_HALL : CASE_NOT_MINE;
    }
    return 0;
}

/* A session acts either in a post or as a citizen, never as both. */
int case_relation(struct req *r, const struct case_by_id *c, enum case_relation *ret)
{
    if (is_staff(r))
        return staff_side(r, c, ret);
    int mine = applicant_side(r, c);
    if (mine < 0)
        return mine;
    *ret = mine ? CASE_MINE : CASE_NOT_MINE;
    return 0;
}

/* ---- object checks ---- */

static int load(struct req *r, struct case_by_id **ret)
{
    int64_t id = req_id(r, 0);
    *ret = NEW(r->arena, struct case_by_id);
    if (id == DB_NONE)
        return not_there(r);
    int found = case_by_id(r->db, id, *ret);
    if (found < 0)
        return found;
    if (!found)
        return not_there(r);
    r->object = *ret;
    return 0;
}

/* Allowed when the relation is among `these` (bits by enum case_relation). */
static int check(struct req *r, unsigned these)
{
    struct case_by_id *c;
    enum case_relation relation;
    int code = load(r, &c);
    if (!code)
        code = case_relation(r, c, &relation);
    if (code < 0)
        return code;
    return these & 1u << relation ? 0 : not_there(r);
}

int case_in_reach(struct req *r)
{
    return check(r, 1u << CASE_MINE | 1u << CASE_HALL | 1u << CASE_BODY);
}

int case_is_mine(struct req *r)
{
    return check(r, 1u << CASE_MINE);
}

int case_at_my_body(struct req *r)
{
    return check(r, 1u << CASE_BODY);
}

int case_at_my_issuing(struct req *r)
{
    return check(r, 1u << CASE_HALL);
}

/* The receipt carries the query code: for the applicant's side, and for the window that hands it out. */
int case_holds_receipt(struct req *r)
{
    return is_staff(r) && !has_right(r, "case.window") ? not_there(r) : check(r, 1u << CASE_MINE | 1u << CASE_HALL);
}

/* A window clerk whose hall is not entrusted is told so (403 not_entrusted) by the act itself, instead of "not there". */
int case_at_my_window(struct req *r)
{
    struct case_by_id *c;
    return has_right(r, "case.window") ? load(r, &c) : not_there(r);
}

int case_mine_or_window(struct req *r)
{
    return has_right(r, "case.window") ? case_at_my_window(r) : case_is_mine(r);
}

/* ---- may this person do this act on this case? ---- */

/* Words for a refusal; text 0 with code NULL: allowed. */
struct no { const char *code; int text; };

static int class_here(struct req *r, const struct case_by_id *c, const char *duty, str *ret)
{
    struct case_hall hall = {0};
    if (r->who.hall_id != DB_NONE && case_hall(r->db, r->who.hall_id, &hall) < 0)
        return ERR_FAIL;
    *ret = str_c(case_duty_class(duty, case_immediate(c->kind), hall.one_person));
    return 0;
}

static int why_not_duty(struct req *r, const struct case_by_id *c, const struct case_act *a, struct no *ret)
{
    str class;
    struct case_duty_of had;
    if (!a->duty || !is_staff(r))
        return 0;
    struct case_mandate m;
    int agent = c->enterprise_id == DB_NONE ? 0 : case_mandate(r->db, c->enterprise_id, r->who.person_id, today(r), &m);
    if (agent < 0)
        return agent;
    if (agent || r->who.person_id == c->applicant_person_id || r->who.person_id == c->actor_person_id) {
        *ret = (struct no){"own_case", T_CASE_OWN_CASE};
        return 0;
    }
    int found = case_duty_of(r->db, c->case_id, r->who.person_id, &had);
    if (found < 0 || class_here(r, c, a->duty, &class) < 0)
        return ERR_FAIL;
    if (found && !case_duty_fits(had.class, class))
        *ret = (struct no){"duty", T_CASE_DUTY_MIXED};
    return 0;
}

static int why_not_place(struct req *r, const struct case_by_id *c, const struct case_act *a, struct no *ret)
{
    enum case_relation relation;
    int code = case_relation(r, c, &relation);
    if (code < 0)
        return code;
    bool window = a->by == CASE_BY_WINDOW || (a->by == CASE_BY_EITHER && is_staff(r));
    if (window) {
        int entrusted = r->who.hall_id == DB_NONE ? 0 : item_entrusted(r->db, r->who.hall_id, c->item_id, today(r));
        if (entrusted < 0)
            return entrusted;
        if (!entrusted)
            *ret = (struct no){"not_entrusted", T_CASE_NOT_ENTRUSTED};
        return 0;
    }
    enum case_relation needed = a->by == CASE_BY_BODY ? CASE_BODY : a->by == CASE_BY_ISSUING ? CASE_HALL : CASE_MINE;
    if (relation != needed)
        *ret = (struct no){"no_right", T_CASE_NOT_YOURS};
    return 0;
}

static int why_not(struct req *r, const struct case_by_id *c, const struct case_act *a, struct no *ret)
{
    *ret = (struct no){0};
    int code = why_not_place(r, c, a, ret);
    return code < 0 || ret->code ? code : why_not_duty(r, c, a, ret);
}

static bool has_act_right(struct req *r, const struct case_act *a)
{
    if (a->by == CASE_BY_APPLICANT)
        return !is_staff(r) && signed_in(r);
    if (a->by == CASE_BY_EITHER)
        return is_staff(r) ? has_right(r, "case.window") : signed_in(r);
    return has_right(r, a->right);
}

int case_actions(struct req *r, const struct case_by_id *c, const str **ret_at, size_t *ret_n)
{
    size_t n = 0;
    str *at = NEW_ARRAY(r->arena, 64, str);
    for (size_t i = 0; i < COUNT_OF(all_acts); i++)
        for (size_t k = 0; k < all_acts[i]->n && n < 64; k++) {
            const struct case_act *a = &all_acts[i]->at[k];
            struct no no;
            if (!case_act_legal(a, c->state) || !has_act_right(r, a))
                continue;
            if (why_not(r, c, a, &no) < 0)
                return ERR_FAIL;
            if (!no.code)
                at[n++] = str_c(a->name);
        }
    *ret_at = at;
    *ret_n = n;
    return 0;
}

/* Takes the duty in the schema: the primary key is the guard, whatever the rule above had read. */
int case_duty_enter(struct req *r, const struct case_by_id *c, const char *duty)
{
    str class;
    struct case_duty_take taken;
    struct case_duty_of had;
    if (class_here(r, c, duty, &class) < 0)
        return ERR_FAIL;
    int got = case_duty_take(r->db, &(struct case_duty_take_in){
        .case_id = c->case_id, .person_id = r->who.person_id, .class = class, .at = r->now}, &taken);
    if (got)
        return got < 0 ? got : 0;
    if (case_duty_of(r->db, c->case_id, r->who.person_id, &had) != 1)
        return ERR_FAIL;
    return case_duty_fits(had.class, class) ? 0 : refuse(r, 403, "duty", T_CASE_DUTY_MIXED);
}

/* ---- doing it ---- */

int case_history(struct req *r, const struct case_doing *d)
{
    int code = case_history_add(r->db, &(struct case_history_add_in){
        .case_id = d->c->case_id, .seq = d->seq, .version = d->version, .act = str_c(d->act->name), .from_state = d->c->state,
        .to_state = d->to, .at = r->now, .person_id = r->who.person_id, .post_id = r->who.post_id, .post_name = r->who.post_name,
        .note = str_empty(d->note) ? STR_NONE : d->note});
    return code < 0 ? code : 0;
}

int case_emit(struct req *r, const struct case_doing *d, str number, str acceptance_no)
{
    const struct case_by_id *c = d->c;
    return event_emit(r, "case.changed", &(struct case_event){
        .case_id = c->case_id, .version = d->version, .act = str_c(d->act->name), .from = c->state, .to = d->to,
        .number = number, .acceptance_no = acceptance_no, .item_id = c->item_id, .item_name = c->item_name,
        .applicant_person_id = c->applicant_person_id, .actor_person_id = c->actor_person_id,
        .enterprise_id = c->enterprise_id, .region = c->region, .department_id = c->department_id, .hall_id = c->hall_id,
        .note = d->note, .at = r->now});
}

/* What the evidence leaf is a hash of: the act, the move, and what it laid down. */
static str leaf_content(struct req *r, const struct case_doing *d)
{
    struct buf b;
    struct json j;
    buf_init(&b, r->arena, 4u << 20);
    json_begin(&j, &b);
    json_obj(&j);
    json_key(&j, S("act"));
    json_str(&j, str_c(d->act->name));
    json_key(&j, S("from"));
    json_str(&j, d->c->state);
    json_key(&j, S("to"));
    json_str(&j, d->to);
    json_key(&j, S("note"));
    json_str(&j, d->note);
    json_key(&j, S("content"));
    json_raw(&j, str_empty(d->content) ? S("{}") : d->content);
    json_obj_end(&j);
    return buf_text(&b);
}

static int answer(struct req *r, const struct case_doing *d)
{
    struct case_by_id now;
    struct view_case_state *v = NEW(r->arena, struct view_case_state);
    if (case_by_id(r->db, d->c->case_id, &now) != 1)
        return ERR_FAIL;
    *v = (struct view_case_state){.case_id = now.case_id, .number = now.number, .acceptance_no = now.acceptance_no,
                                  .state = now.state, .version = now.version};
    if (case_actions(r, &now, &v->actions.at, &v->actions.n) < 0)
        return ERR_FAIL;
    say(r, T_CASE_ACT_DONE);
    return done(r, 200, case_url(r, now.case_id, ""), &vt_case_state, v);
}

struct case_doing case_begin(const struct case_by_id *c, const struct case_act *a)
{
    return (struct case_doing){.c = c, .act = a, .version = c->version + 1, .seq = c->seq + 1, .to = str_c(a->to),
                               .note = STR_NONE,
                               .reason = STR_NONE, .number = STR_NONE, .acceptance_no = STR_NONE, .content = STR_NONE};
}

/* Apply, move, history, evidence, event: the same for an act of a person and one of the clock. */
int case_do(struct req *r, struct case_doing *d)
{
    const struct case_by_id *c = d->c;
    if (d->act->duty && is_staff(r)) {
        int code = case_duty_enter(r, c, d->act->duty);
        if (code < 0)
            return code;
    }
    int code = d->act->apply(r, d);
    if (code < 0)
        return code;
    if (!case_state_known(d->to))
        return ERR_FAIL;
    bool open = case_state_open(d->to), hall_act = d->act->by == CASE_BY_WINDOW || d->act->by == CASE_BY_ISSUING;
    int moved = case_move(r->db, &(struct case_move_in){
        .case_id = c->case_id, .was = c->version, .state = d->to, .desk = case_desk_of(d->to), .open = open,
        .closed_at = open ? DB_NONE : r->now, .hall_id = hall_act ? r->who.hall_id : DB_NONE});
    if (moved < 0)
        return moved;
    if (moved == 0)
        return refuse_changed(r);
    if ((code = case_history(r, d)) < 0)
        return code;
    evidence(r, "case", c->case_id, d->version, leaf_content(r, d), d->reason);
    return case_emit(r, d, str_none(d->number) ? c->number : d->number,
                     str_none(d->acceptance_no) ? c->acceptance_no : d->acceptance_no);
}

/* The version the client saw is the first member of every act's form. */
static int64_t seen_version(const struct req *r)
{
    return r->form ? *(const int64_t *)r->form : DB_NONE;
}

static const struct case_act *act_of_route(const struct req *r)
{
    const char *slash = strrchr(r->route->path, '/');
    return slash ? case_act_find(str_c(slash + 1)) : NULL;
}

int case_act_post(struct req *r)
{
    const struct case_by_id *c = r->object;
    const struct case_act *a = act_of_route(r);
    struct no no;
    personal_masked(r);          /* names go into documents and checks; the answer carries none */
    if (!a)
        return ERR_FAIL;
    if (!case_act_legal(a, c->state)) {
        const str *actions;
        size_t n;
        return case_actions(r, c, &actions, &n) < 0 ? ERR_FAIL : refuse_actions(r, "illegal_act", T_CASE_ILLEGAL, actions, n);
    }
    if (seen_version(r) != DB_NONE && seen_version(r) != c->version)
        return refuse_changed(r);
    if (why_not(r, c, a, &no) < 0)
        return ERR_FAIL;
    if (no.code)
        return refuse(r, 403, no.code, no.text);
    struct case_doing d = case_begin(c, a);
    int code = case_do(r, &d);
    return code < 0 ? code : answer(r, &d);
}
