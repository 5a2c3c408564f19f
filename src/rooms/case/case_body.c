/* Acts of the implementing body: review, approve, deny, make. There is no act of returning: a case once accepted goes on. */
#include "base/arena.h"
#include "rooms/case/case_private.h"

static int act_review(struct req *r, struct case_doing *d)
{
    const struct form_case_review *f = r->form;
    json_t *body = case_json_new(r->arena);
    case_json_set(body, "opinion", f->opinion);
    d->content = json_text(r->arena, body);
    d->note = d->reason = f->opinion;
    return 0;
}

static int decide(struct req *r, struct case_doing *d, const char *decision, const char *notice, json_t *body)
{
    const struct form_case_decide *f = r->form;
    case_json_set(body, "reason", f->reason);
    d->content = json_text(r->arena, body);
    d->note = d->reason = f->reason;
    int code = case_notice_issue(r, d, notice, body, NULL);
    if (code < 0)
        return code;
    return case_set_decided(r->db, &(struct case_set_decided_in){
        .case_id = d->c->case_id, .decision = str_c(decision), .decision_reason = f->reason, .decided_at = r->now});
}

static int act_approve(struct req *r, struct case_doing *d)
{
    return decide(r, d, "granted", "grant", case_json_new(r->arena));
}

/* A denial says why, and where to turn (许可法 38). */
static int act_deny(struct req *r, struct case_doing *d)
{
    json_t *guide, *body = case_json_new(r->arena);
    if (case_item_guide(r, d->c, &guide) < 0)
        return ERR_FAIL;
    case_json_set(body, "remedy", case_remedy(r, LANG_ZH, guide));
    return decide(r, d, "denied", "denial", body);
}

/* The result goes to the issuing window, which has three working days to have it there. */
static int act_make(struct req *r, struct case_doing *d)
{
    const struct form_case_make *f = r->form;
    str why, text = STR_NONE;
    int64_t window_day;
    json_t *guide, *sent = f && !str_empty(f->result) ? json_read(r->arena, f->result, &why) : NULL;
    json_t *result = case_json_new(r->arena);
    if (case_item_guide(r, d->c, &guide) < 0)
        return ERR_FAIL;
    str name = str_trim(json_get_str(sent, "name"));
    bool denied = str_is(d->c->decision, "denied");
    const json_t *of_item = json_object_get(guide, "result");
    if (str_empty(name))
        name = json_get_str(of_item, denied ? "negative" : "name");
    if (str_empty(name))
        name = text_get(LANG_ZH, denied ? T_CASE_RESULT_DENIAL : T_CASE_RESULT_GRANT);
    if (sent)
        json_object_update(result, (json_t *)sent);
    case_json_set(result, "name", name);
    case_json_set(result, "decision", d->c->decision);
    text = json_text(r->arena, result);
    int code = case_due_day(r->db, d->c->region, date_of(r->now), 3, S("workday"), &window_day);
    if (code < 0)
        return code;
    d->content = text;
    d->note = name;
    return case_set_made(r->db, &(struct case_set_made_in){
        .case_id = d->c->case_id, .result = text, .made_at = r->now, .window_day = window_day});
}

static const struct case_act acts[] = {
    {"review", "accepted", "reviewed", CASE_BY_BODY, "case.decide", "review", act_review},
    {"approve", "reviewed", "granted", CASE_BY_BODY, "case.decide", "decide", act_approve},
    {"deny", "reviewed", "denied", CASE_BY_BODY, "case.decide", "decide", act_deny},
    {"make", "granted denied", "made", CASE_BY_BODY, "case.decide", "make", act_make},
};
const struct case_acts case_body_acts = {acts, COUNT_OF(acts)};
