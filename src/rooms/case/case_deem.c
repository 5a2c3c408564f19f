/* Silence (许可法 32 (4)): where the window neither accepted, refused nor told the corrections within five working days, the
 * application counts as accepted from the day of receipt. A legal effect of the clock: nobody's act, recorded like one. */
#include "base/arena.h"
#include "rooms/case/case_private.h"

/* Other kinds of items have no such rule. */
bool case_deemable(str item_type)
{
    return str_is(item_type, "01");
}

int case_await_answer(struct req *r, int64_t case_id, str item_type, int64_t five_day)
{
    if (!case_deemable(item_type) || five_day == DB_NONE)
        return 0;
    str payload = str_fmt(r->arena, "{\"case\":%lld,\"five_day\":%lld}", (long long)case_id, (long long)five_day);
    return job_add(r->db, "case.deem", payload, date_start(date_from_days((int32_t)five_day + 1)));
}

/* From receipt; after a supplement that was not answered either, from the supplement. */
static int act_deem(struct req *r, struct case_doing *d)
{
    d->note = text_get(LANG_ZH, T_CASE_DEEMED);
    return case_lay_acceptance(r, d, d->c->supplemented_at != DB_NONE ? d->c->supplemented_at : d->c->received_at, true);
}

struct silence { int64_t case_id, five_day; };

static int deem(struct req *r, void *arg)
{
    static const struct case_act act = {"deem", "received", "accepted", CASE_BY_WINDOW, NULL, NULL, act_deem};
    const struct silence *s = arg;
    struct case_by_id c;
    int found = case_by_id(r->db, s->case_id, &c);
    if (found < 0)
        return found;
    /* answered meanwhile, or a newer five days run */
    if (!found || !case_act_legal(&act, c.state) || c.five_day != s->five_day || date_days(date_of(r->now)) <= c.five_day)
        return 0;
    struct case_doing d = case_begin(&c, &act);
    personal_masked(r);
    int code = case_do(r, &d);
    return code < 0 ? code : 0;
}

static int finish(struct job *j, struct db *db)
{
    str why;
    json_t *p = json_read(db->arena, j->payload, &why);
    struct silence s = {.case_id = json_get_int(p, "case", 0), .five_day = json_get_int(p, "five_day", DB_NONE)};
    return act_of_clock(db, "case.deem", deem, &s);
}

const struct job_kind case_jobs[1] = {{.name = "case.deem", .finish = finish, .tries_max = 20}};
