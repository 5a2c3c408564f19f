/* Acts of the issuing window: issue (the result is signed in), deliver (handed over with proof). */
#include "base/arena.h"
#include "base/rand.h"
#include "rooms/case/case_private.h"
#include "rooms/person/person.h"

static int act_issue(struct req *r, struct case_doing *d)
{
    return case_set_at_window(r->db, d->c->case_id, r->now);
}

/* Is this the person: the name, and the last four of the identity number where they were typed. */
static int is_person(struct req *r, int64_t person_id, str name, str last4, bool *ret)
{
    struct case_person_name p;
    str id;
    *ret = false;
    int found = case_person_name(r->db, person_id, &p);
    if (found <= 0 || !case_same_text(p.name, name))
        return found < 0 ? found : 0;
    *ret = true;
    if (str_empty(last4))
        return 0;
    found = person_id_number(r->db, r->arena, person_id, &id);
    if (found < 0)
        return found;
    *ret = found && id.n >= 4 && str_eq(str_lower_ascii(r->arena, str_sub(id, id.n - 4, 4)), str_lower_ascii(r->arena, last4));
    return 0;
}

/* "张三 1234" carries the four digits with the name. */
static void split_recipient(const struct form_case_deliver *f, str *ret_name, str *ret_last4)
{
    str s = str_trim(f->recipient);
    *ret_name = s;
    *ret_last4 = str_trim(f->id_last4);
    if (!str_empty(*ret_last4) || s.n < 5)
        return;
    str tail = str_sub(s, s.n - 4, 4);
    for (size_t i = 0; i < 3; i++)
        if (tail.p[i] < '0' || tail.p[i] > '9')
            return;
    *ret_last4 = tail;
    *ret_name = str_trim(str_sub(s, 0, s.n - 4));
}

/* Whoever takes it, by whatever way, is the applicant or the agent of the case; at the window also by the document's last digits. */
static int check_recipient(struct req *r, const struct case_by_id *c, const struct form_case_deliver *f, str *ret_name)
{
    str name, last4;
    bool ok;
    split_recipient(f, &name, &last4);
    *ret_name = name;
    if (str_is(f->method, "window") && str_empty(last4) && !r->json)
        return refuse_field(r, "id_last4", T_CASE_LAST4_MISSING);
    int code = is_person(r, c->applicant_person_id, name, last4, &ok);
    if (!code && !ok && c->actor_person_id != c->applicant_person_id)
        code = is_person(r, c->actor_person_id, name, last4, &ok);
    if (code < 0)
        return code;
    return ok ? 0 : refuse_field(r, "recipient", T_CASE_NOT_RECIPIENT);
}

/* The hand-over: window (person checked), locker (code), post (number). The service record is the proof. */
static int act_deliver(struct req *r, struct case_doing *d)
{
    const struct form_case_deliver *f = r->form;
    str name, code_text = str_empty(str_trim(f->code)) ? STR_NONE : str_trim(f->code);
    if (!case_word_in("window locker post", f->method))
        return refuse_field(r, "method", T_CASE_DELIVERY_METHOD);
    if (str_is(f->method, "post") && str_empty(str_trim(f->tracking)))
        return refuse_field(r, "tracking", T_CASE_TRACKING_MISSING);
    int code = check_recipient(r, d->c, f, &name);
    if (code < 0)
        return code;
    if (str_is(f->method, "locker") && str_none(code_text))
        code_text = rand_digits(r->arena, 6);
    json_t *body = case_json_new(r->arena);
    case_json_set(body, "method", f->method);
    case_json_set(body, "recipient", name);
    case_json_set(body, "code", str_is(f->method, "locker") ? code_text : STR_NONE);
    case_json_set(body, "tracking", str_is(f->method, "post") ? str_trim(f->tracking) : STR_NONE);
    case_json_set(body, "at", time_rfc3339(r->arena, r->now));
    d->content = json_text(r->arena, body);
    d->note = text_find(LANG_ZH, "case", str_fmt(r->arena, "method.%.*s", STRF(f->method)));
    if ((code = case_set_delivered(r->db, d->c->case_id, d->content)) < 0)
        return code;
    return case_notice_issue(r, d, "service", body, NULL);
}

static const struct case_act acts[] = {
    {"issue", "made", "at_window", CASE_BY_ISSUING, "case.issue", "issue", act_issue},
    {"deliver", "at_window", "delivered", CASE_BY_ISSUING, "case.issue", "issue", act_deliver},
};
const struct case_acts case_issue_acts = {acts, COUNT_OF(acts)};
