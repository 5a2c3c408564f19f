/* The main job on the demo province, through the engine of acts: who may do what to which case, and what stands behind it. */
#include "rooms/org/test/store.h"

#include "core/access.h"
#include "core/settings.h"
#include "rooms/case/case_private.h"
#include "rooms/item/item.h"
#include "rooms/org/org.h"
#include "rooms/person/person.h"

#define REWARD "11460200MB0D00088H3460836003000"         /* 承诺件 of 三亚 */
#define LICENCE "11460200MB0D0007XH3460109021004"        /* 即办件 of 三亚 */
#define REWARD_FIELDS "{\"reply_no\":\"琼三医举〔2026〕1号\",\"anonymous\":false,\"channel\":\"%s\",\"reported_on\":\"2026-03-02\"," \
                      "\"bank\":\"示范银行\",\"account\":\"6222000000000000000\",\"holder\":\"测试甲\",\"mobile\":\"13800000001\"}"

/* People and places of the stories. */
struct world {
    struct fixture *t;
    int64_t citizen, other, clerk, clerk2, officer1, officer2, issuer;
    int64_t hall, wrong_hall, department, wrong_department;
    struct req r;
    struct req_private priv;
    struct route route;
};

/* An ID number that checks, fictitious: region, birth date and sequence are given, the last character is computed. */
static str id_number(struct fixture *t, int n)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    str head = str_fmt(t->a, "46010019900101%03d", n);
    int sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * (head.p[i] - '0');
    return str_fmt(t->a, "%.*s%c", STRF(head), "10X98765432"[sum % 11]);
}

static int64_t person(struct fixture *t, int n, const char *name)
{
    int64_t id;
    assert_int_equal(person_ensure(&t->db, t->a, str_c(name), id_number(t, n), S("13800000001"), &id), 0);
    return id;
}

static void load_items(struct fixture *t)
{
    str texts[32], why = STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < demo_files_n; i++)
        if (str_starts(str_c(demo_files[i].path), S("demo/hainan/items/")) && n < COUNT_OF(texts))
            texts[n++] = (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    if (item_load_demo(&t->db, t->a, texts, n, built_in("demo/hainan/entrusted.json"), clock_now(), &why))
        fail_msg("%.*s", STRF(why));
}

static int world_setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    str why = STR_NONE;
    struct fixture *t;
    fixture_setup(state);
    w->t = t = *state;
    access_build();
    assert_int_equal(settings_load(t->a, t->dir, &why), 0);
    struct org_demo demo = {built_in("demo/hainan/regions.csv"), built_in("demo/hainan/departments.json"),
        built_in("demo/hainan/halls.json")};
    if (org_load_demo(&t->db, &demo, &why) || org_calendar_seed(&t->db, built_in("src/rooms/org/calendar/national.csv"),
                                                               built_in("src/rooms/org/calendar/local.csv"), &why))
        fail_msg("%.*s", STRF(why));
    load_items(t);
    assert_int_equal(org_hall_id(&t->db, S("hall-sy"), &w->hall), 1);
    assert_int_equal(org_hall_id(&t->db, S("hall-hk"), &w->wrong_hall), 1);
    assert_int_equal(org_department_id(&t->db, S("sy-medins"), &w->department), 1);
    assert_int_equal(org_department_id(&t->db, S("hk-water"), &w->wrong_department), 1);
    w->citizen = person(t, 1, "测试甲");
    w->other = person(t, 2, "测试乙");
    w->clerk = person(t, 3, "测试丙");
    w->clerk2 = person(t, 4, "测试丁");
    w->officer1 = person(t, 5, "测试戊");
    w->officer2 = person(t, 6, "测试己");
    w->issuer = person(t, 7, "测试庚");
    *state = w;
    return 0;
}

static int world_teardown(void **state)
{
    struct world *w = *state;
    void *t = w->t;
    free(w);
    return fixture_teardown(&t);
}

/* ---- asking as somebody ---- */

static struct req *ask(struct world *w, int64_t person_id)
{
    w->priv = (struct req_private){.answer = {.fd = -1, .notice = -1}};
    w->r = (struct req){.arena = w->t->a, .db = &w->t->db, .route = &w->route, .lang = LANG_ZH, .json = true, .now = clock_now(),
        .priv = &w->priv};
    w->r.who = (struct who){.session_id = 1, .person_id = person_id, .post_id = DB_NONE, .department_id = DB_NONE,
        .hall_id = DB_NONE,
                            .enterprise_id = DB_NONE, .role = S("citizen"), .region = S("460200000000")};
    w->route = (struct route){.method = "POST", .path = "/cases", .act = "case.submit"};
    return &w->r;
}

static struct req *ask_post(struct world *w, int64_t person_id, const char *role, int64_t hall, int64_t department)
{
    struct req *r = ask(w, person_id);
    r->who.post_id = 1000 + person_id;
    r->who.post_name = S("测试岗位");
    r->who.role = str_c(role);
    r->who.rights = access_of_role(r->who.role);
    r->who.hall_id = hall;
    r->who.department_id = department;
    return r;
}

static struct req *clerk(struct world *w) { return ask_post(w, w->clerk, "acceptance-clerk", w->hall, DB_NONE); }
static struct req *officer(struct world *w, int64_t p) { return ask_post(w, p, "approving-officer", DB_NONE, w->department); }
static struct req *issuing(struct world *w) { return ask_post(w, w->issuer, "issuing-clerk", w->hall, DB_NONE); }

static struct case_by_id *record(struct world *w, int64_t id)
{
    struct case_by_id *c = arena_alloc(w->t->a, sizeof *c);
    assert_int_equal(case_by_id(&w->t->db, id, c), 1);
    return c;
}

/* Does an act as the one who asks. Returns 0, or the refusal's HTTP status. */
static int act(struct world *w, struct req *r, int64_t id, const char *name, const void *form)
{
    w->route = (struct route){.method = "POST", .path = str_fmt(w->t->a, "/cases/{id}/%s", name).p, .act = name};
    r->object = record(w, id);
    r->form = form;
    int code = case_act_post(r);
    if (code == ERR_REFUSED)
        return w->priv.n_wrongs ? 400 : w->priv.failure.status;
    if (code)
        fail_msg("%s gave %d (query %s)", name, code, w->t->db.failed_query ? w->t->db.failed_query : "none");
    assert_true(w->priv.leaf.set);               /* one evidence leaf per act */
    return 0;
}

#define PLAIN (&(struct form_case_plain){.version = DB_NONE})
#define REASON(text) (&(struct form_case_decide){.version = DB_NONE, .reason = S(text)})
#define OPINION (&(struct form_case_review){.version = DB_NONE, .opinion = S("材料属实")})

static void expect_state(struct world *w, int64_t id, const char *state)
{
    struct case_by_id *c = record(w, id);
    if (!str_is(c->state, state))
        fail_msg("state %.*s, wanted %s", STRF(c->state), state);
}

static void expect_code(struct world *w, const char *code)
{
    assert_string_equal(w->priv.failure.code, code);
}

static struct view_case_receipt submit_with(struct world *w, const char *item, str fields, const struct form_material *materials,
    size_t n)
{
    struct req *r = ask(w, w->citizen);
    struct item_head head;
    struct view_case_receipt receipt = {0};
    assert_int_equal(item_by_code(r->db, str_c(item), &head), 1);
    struct case_submission s = {.act = S("submit"), .item_id = head.item_id, .applicant_person_id = w->citizen,
        .actor_person_id = w->citizen,
                                .enterprise_id = DB_NONE, .hall_id = DB_NONE, .fields = fields, .materials = materials,
                                .n_materials = n};
    int code = case_submit(r, &s, &receipt);
    if (code) {
        for (size_t i = 0; i < w->priv.n_wrongs; i++)
            print_message("%.*s: %.*s\n", STRF(w->priv.wrongs[i].field), STRF(w->priv.wrongs[i].message));
        fail_msg("submit gave %d (query %s)", code, w->t->db.failed_query ? w->t->db.failed_query : "none");
    }
    return receipt;
}

static str option(struct world *w, const char *item, const char *field)
{
    struct item_head head;
    json_t *guide, *f;
    size_t i;
    assert_int_equal(item_by_code(&w->t->db, str_c(item), &head), 1);
    assert_int_equal(item_guide(&w->t->db, w->t->a, head.item_id, head.version, &guide), 1);
    json_array_foreach(json_object_get(guide, "fields"), i, f)
        if (str_is(json_get_str(f, "name"), field))
            return json_get_str(json_array_get(json_object_get(f, "options"), 0), "value");
    return STR_NONE;
}

static str reward_fields(struct world *w)
{
    return str_fmt(w->t->a, REWARD_FIELDS, option(w, REWARD, "channel").p);
}

static int64_t submit(struct world *w)
{
    return submit_with(w, REWARD, reward_fields(w), NULL, 0).case_id;
}

/* ---- stories ---- */

static void from_submission_to_service(void **state)
{
    struct world *w = *state;
    struct view_case_receipt receipt = submit_with(w, REWARD, reward_fields(w), NULL, 0);
    int64_t id = receipt.case_id;
    assert_true(str_is(receipt.number, REWARD "202611230001"));
    assert_true(receipt.query_code.n == 6 && receipt.receipt.evidence > 0);
    assert_int_equal(receipt.missing.n, 2);      /* required materials are told, and block nothing */
    struct case_by_id *c = record(w, id);
    assert_true(str_none(c->acceptance_no) && c->accepted_at == DB_NONE);
    assert_true(c->five_day == date_days((struct date){2026, 11, 30}));
    assert_true(c->hall_id == w->hall);
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 0);
    c = record(w, id);
    assert_true(str_is(c->acceptance_no, "琼政务受〔2026〕000001号"));
    assert_true(c->promised_day == date_days((struct date){2026, 12, 14}));
    assert_int_equal(act(w, officer(w, w->officer1), id, "review", OPINION), 0);
    /* review and decision are two people */
    assert_int_equal(act(w, officer(w, w->officer1), id, "approve", REASON("准予")), 403);
    expect_code(w, "duty");
    assert_int_equal(act(w, officer(w, w->officer2), id, "approve", REASON("准予")), 0);
    assert_int_equal(act(w, officer(w, w->officer1), id, "make", &(struct form_case_make){.version = DB_NONE,
        .result = S("{\"number\":\"1号\"}")}), 0);
    assert_true(record(w, id)->window_day == date_days((struct date){2026, 11, 26}));
    assert_int_equal(act(w, issuing(w), id, "issue", PLAIN), 0);
    struct form_case_deliver wrong = {.version = DB_NONE, .method = S("window"), .recipient = S("测试乙")};
    assert_int_equal(act(w, issuing(w), id, "deliver", &wrong), 400);
    struct form_case_deliver right = {.version = DB_NONE, .method = S("window"), .recipient = S("测试甲"),
                                      .id_last4 = str_sub(id_number(w->t, 1), 14, 4)};
    assert_int_equal(act(w, issuing(w), id, "deliver", &right), 0);
    expect_state(w, id, "delivered");
    assert_true(!record(w, id)->open && record(w, id)->version == 7 && record(w, id)->seq == 7);
}

static void an_illegal_act_names_the_legal_ones(void **state)
{
    struct world *w = *state;
    int64_t id = submit(w);
    assert_int_equal(act(w, officer(w, w->officer1), id, "review", OPINION), 409);
    assert_int_equal(w->priv.failure.n_actions, 0);
    assert_int_equal(act(w, clerk(w), id, "receive", &(struct form_case_receive){.version = DB_NONE}), 409);
    expect_code(w, "illegal_act");
    assert_int_equal(w->priv.failure.n_actions, 3);
    assert_true(str_is(w->priv.failure.actions[0], "accept") && str_is(w->priv.failure.actions[1], "correct") &&
                str_is(w->priv.failure.actions[2], "refuse"));
    assert_int_equal(act(w, clerk(w), id, "accept", &(struct form_case_plain){.version = 9}), 409);
    expect_code(w, "changed");
    expect_state(w, id, "received");
}

static void only_an_entrusted_window_acts(void **state)
{
    struct world *w = *state;
    int64_t id = submit(w);
    assert_int_equal(act(w, ask_post(w, w->clerk, "acceptance-clerk", w->wrong_hall, DB_NONE), id, "accept", PLAIN), 403);
    expect_code(w, "not_entrusted");
    clock_set(date_start((struct date){2029, 1, 5}));                  /* the list has run out */
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 403);
    expect_code(w, "not_entrusted");
}

static void nobody_handles_their_own_case(void **state)
{
    struct world *w = *state;
    int64_t id = submit(w);
    assert_int_equal(act(w, ask_post(w, w->citizen, "acceptance-clerk", w->hall, DB_NONE), id, "accept", PLAIN), 403);
    expect_code(w, "own_case");
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 0);
    assert_int_equal(act(w, officer(w, w->citizen), id, "review", OPINION), 403);
    expect_code(w, "own_case");
    assert_int_equal(act(w, officer(w, w->clerk), id, "review", OPINION), 403);        /* who accepted never approves */
    expect_code(w, "duty");
}

static void only_the_implementing_body_decides(void **state)
{
    struct world *w = *state;
    enum case_relation relation;
    int64_t id = submit(w);
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 0);
    struct req *r = ask_post(w, w->officer1, "approving-officer", DB_NONE, w->wrong_department);
    assert_int_equal(act(w, r, id, "review", OPINION), 403);
    assert_int_equal(case_relation(r, record(w, id), &relation), 0);
    assert_int_equal(relation, CASE_NOT_MINE);
    assert_int_equal(case_relation(ask(w, w->other), record(w, id), &relation), 0);
    assert_int_equal(relation, CASE_NOT_MINE);
    assert_int_equal(case_relation(ask(w, w->citizen), record(w, id), &relation), 0);
    assert_int_equal(relation, CASE_MINE);
}

static void an_immediate_case_may_be_one_officers(void **state)
{
    struct world *w = *state;
    str fields = str_fmt(w->t->a, "{\"class\":\"%s\",\"issued_region\":\"三亚\",\"lost\":false,\"mobile\":\"13800000001\"}",
                         option(w, LICENCE, "class").p);
    int64_t id = submit_with(w, LICENCE, fields, NULL, 0).case_id;
    assert_int_equal(org_department_id(&w->t->db, S("sy-traffic"), &w->department), 1);
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 0);
    assert_int_equal(act(w, officer(w, w->officer1), id, "review", OPINION), 0);
    assert_int_equal(act(w, officer(w, w->officer1), id, "deny", REASON("不符合条件")), 0);
    expect_state(w, id, "denied");
    struct case_notice_of n;
    assert_int_equal(case_notice_of(&w->t->db, id, S("denial"), &n), 1);
    assert_true(str_find(n.content, S("复议"), &(size_t){0}) && str_find(n.content, S("不符合条件"), &(size_t){0}));
}

static struct form_case_correct *defects(struct world *w, const char *const *fields, size_t n)
{
    struct form_case_correct *f = arena_alloc(w->t->a, sizeof *f);
    f->version = DB_NONE;
    f->defects.at = arena_array(w->t->a, n + 1, sizeof *f->defects.at);
    f->defects.n = n;
    for (size_t i = 0; i < n; i++) {
        f->defects.at[i].field = str_c(fields[i]);
        f->defects.at[i].problem = S("请核对");
    }
    return f;
}

static void corrections_are_told_once(void **state)
{
    struct world *w = *state;
    int64_t id = submit(w);
    assert_int_equal(act(w, clerk(w), id, "correct", defects(w, (const char *const[]){"no_such"}, 1)), 400);
    assert_int_equal(act(w, clerk(w), id, "correct", defects(w, NULL, 0)), 400);
    assert_int_equal(act(w, clerk(w), id, "correct", defects(w, (const char *const[]){"bank", "account"}, 2)), 0);
    expect_state(w, id, "correcting");
    struct form_case_supplement beyond = {.version = DB_NONE, .fields = S("{\"holder\":\"别人\"}")};
    assert_int_equal(act(w, ask(w, w->citizen), id, "supplement", &beyond), 400);     /* only what was named */
    struct form_case_supplement nothing = {.version = DB_NONE};
    assert_int_equal(act(w, ask(w, w->citizen), id, "supplement", &nothing), 400);
    clock_set(date_start((struct date){2026, 11, 25}));
    struct form_case_supplement some = {.version = DB_NONE, .fields = S("{\"bank\":\"另一银行\"}")};
    assert_int_equal(act(w, ask(w, w->citizen), id, "supplement", &some), 0);
    expect_state(w, id, "received");
    /* a new defect */
    assert_int_equal(act(w, clerk(w), id, "correct", defects(w, (const char *const[]){"holder"}, 1)), 400);
    /* what remains */
    assert_int_equal(act(w, clerk(w), id, "correct", defects(w, (const char *const[]){"account"}, 1)), 0);
    struct form_case_supplement rest = {.version = DB_NONE, .fields = S("{\"account\":\"6222000000000000001\"}")};
    assert_int_equal(act(w, ask(w, w->citizen), id, "supplement", &rest), 0);
    clock_set(date_start((struct date){2026, 11, 27}));
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 0);
    /* counts from the supplement */
    assert_true(date_days(date_of(record(w, id)->accepted_at)) == date_days((struct date){2026, 11, 25}));
    str was;
    assert_int_equal(case_fields_open(ask(w, w->citizen), id, &was), 0);
    assert_true(str_find(was, S("另一银行"), &(size_t){0}));
}

static void refusals_need_their_ground(void **state)
{
    struct world *w = *state;
    int64_t id = submit(w);
    struct form_case_refuse f = {.version = DB_NONE, .kind = S("incomplete"), .reason = S("材料不齐")};
    assert_int_equal(act(w, clerk(w), id, "refuse", &f), 400);
    f.kind = S("not_ours");
    assert_int_equal(act(w, clerk(w), id, "refuse", &f), 400);
    f.kind = S("cited");
    assert_int_equal(act(w, clerk(w), id, "refuse", &f), 400);
    f.kind = S("not_ours");
    f.office = S("示范市医保局");
    assert_int_equal(act(w, clerk(w), id, "refuse", &f), 0);
    expect_state(w, id, "refused");
    /* a refused case keeps its number, and has no acceptance number */
    assert_false(str_none(record(w, id)->number));
    assert_true(str_none(record(w, id)->acceptance_no));
}

static void paper_waits_without_a_number(void **state)
{
    struct world *w = *state;
    const struct form_material paper[] = {{.name = S("举报奖励申领表"), .way = S("paper"), .file_id = DB_NONE}};
    struct view_case_receipt receipt = submit_with(w, REWARD, reward_fields(w), paper, 1);
    assert_true(str_none(receipt.number) && receipt.waiting);
    expect_state(w, receipt.case_id, "awaiting_paper");
    assert_int_equal(act(w, clerk(w), receipt.case_id, "accept", PLAIN), 409);
    struct form_case_handed handed = {.name = S("别的材料"), .got = true, .originals = 1, .copies = 0};
    struct form_case_receive f = {.version = DB_NONE, .materials = {.at = &handed, .n = 1}};
    assert_int_equal(act(w, clerk(w), receipt.case_id, "receive", &f), 400);
    handed.name = paper[0].name;
    assert_int_equal(act(w, clerk(w), receipt.case_id, "receive", &f), 0);
    assert_true(str_is(record(w, receipt.case_id)->number, REWARD "202611230001"));
    assert_true(record(w, receipt.case_id)->five_day == date_days((struct date){2026, 11, 30}));
}

static void the_applicant_withdraws_before_the_decision(void **state)
{
    struct world *w = *state;
    int64_t id = submit(w);
    struct form_case_withdraw f = {.version = DB_NONE};
    assert_int_equal(act(w, ask(w, w->other), id, "withdraw", &f), 403);
    assert_int_equal(act(w, ask(w, w->citizen), id, "withdraw", &f), 0);
    expect_state(w, id, "withdrawn");
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 409);
}

static void numbers_run_without_gaps(void **state)
{
    struct world *w = *state;
    str first = submit_with(w, REWARD, reward_fields(w), NULL, 0).number, second = submit_with(w, REWARD, reward_fields(w), NULL,
        0).number;
    assert_true(str_ends(first, S("0001")) && str_ends(second, S("0002")));
}

static void the_query_code_opens_one_case_only(void **state)
{
    struct world *w = *state;
    struct view_case_receipt receipt = submit_with(w, REWARD, reward_fields(w), NULL, 0);
    struct form_case_progress f = {.id = receipt.number, .query_code = receipt.query_code};
    struct req *r = ask(w, DB_NONE);
    r->form = &f;
    assert_int_equal(case_progress_page(r), 0);
    f.query_code = S("000000");
    assert_int_equal(case_progress_page(r), ERR_REFUSED);
    str wrong_code = w->priv.failure.message;
    f.id = S("1");
    assert_int_equal(case_progress_page(r), ERR_REFUSED);
    assert_true(str_eq(wrong_code, w->priv.failure.message));
    assert_int_equal(w->priv.failure.status, 404);
}

static void silence_is_acceptance_for_a_permit(void **state)
{
    struct world *w = *state;
    str fields = str_fmt(w->t->a, "{\"class\":\"%s\",\"issued_region\":\"三亚\",\"lost\":false,\"mobile\":\"13800000001\"}",
                         option(w, LICENCE, "class").p);
    int64_t id = submit_with(w, LICENCE, fields, NULL, 0).case_id, other = submit(w);
    struct case_by_id *c = record(w, id);
    struct job j = {.arena = w->t->a, .payload = str_fmt(w->t->a, "{\"case\":%lld,\"five_day\":%lld}", (long long)id,
        (long long)c->five_day)};
    assert_int_equal(case_jobs[0].finish(&j, &w->t->db), 0);
    expect_state(w, id, "received");             /* not before the last day is over */
    clock_set(date_start((struct date){2026, 12, 1}));
    assert_int_equal(case_jobs[0].finish(&j, &w->t->db), 0);
    expect_state(w, id, "accepted");
    c = record(w, id);
    assert_true(c->deemed && c->accepted_at == c->received_at && !str_none(c->acceptance_no));
    assert_int_equal(case_jobs[0].finish(&j, &w->t->db), 0);
    assert_true(record(w, id)->version == 2);    /* once */
    expect_state(w, other, "received");
    assert_true(case_deemable(S("01")) && !case_deemable(S("08")));
}

static void no_notice_after_silence(void **state)
{
    struct world *w = *state;
    str fields = str_fmt(w->t->a, "{\"class\":\"%s\",\"issued_region\":\"三亚\",\"lost\":false,\"mobile\":\"13800000001\"}",
                         option(w, LICENCE, "class").p);
    int64_t id = submit_with(w, LICENCE, fields, NULL, 0).case_id;
    struct form_case_refuse refusal = {.version = DB_NONE, .kind = S("not_required"), .reason = S("无需办理")};
    clock_set(date_start((struct date){2026, 12, 1}));   /* the five days are over, the clock's job has not come by */
    assert_int_equal(act(w, clerk(w), id, "refuse", &refusal), 409);
    expect_code(w, "deemed");
    expect_state(w, id, "received");
}

static void a_stranger_takes_nothing_by_any_way(void **state)
{
    static const char *const ways[] = {"window", "locker", "post"};
    struct world *w = *state;
    int64_t id = submit(w);
    assert_int_equal(act(w, clerk(w), id, "accept", PLAIN), 0);
    assert_int_equal(act(w, officer(w, w->officer1), id, "review", OPINION), 0);
    assert_int_equal(act(w, officer(w, w->officer2), id, "approve", REASON("符合规定")), 0);
    assert_int_equal(act(w, officer(w, w->officer2), id, "make", &(struct form_case_make){.version = DB_NONE}), 0);
    assert_int_equal(act(w, ask_post(w, w->issuer, "issuing-clerk", w->wrong_hall, DB_NONE), id, "issue", PLAIN), 403);
    assert_int_equal(act(w, issuing(w), id, "issue", PLAIN), 0);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct form_case_deliver f = {.version = DB_NONE, .method = str_c(ways[i]), .recipient = S("路人甲"), .tracking = S("EMS1")};
        assert_int_equal(act(w, issuing(w), id, "deliver", &f), 400);
    }
    expect_state(w, id, "at_window");
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(from_submission_to_service), STORY(an_illegal_act_names_the_legal_ones), STORY(only_an_entrusted_window_acts),
        STORY(nobody_handles_their_own_case), STORY(only_the_implementing_body_decides),
        STORY(an_immediate_case_may_be_one_officers),
        STORY(corrections_are_told_once), STORY(refusals_need_their_ground), STORY(paper_waits_without_a_number),
        STORY(the_applicant_withdraws_before_the_decision), STORY(numbers_run_without_gaps),
        STORY(the_query_code_opens_one_case_only),
        STORY(silence_is_acceptance_for_a_permit), STORY(no_notice_after_silence), STORY(a_stranger_takes_nothing_by_any_way),
    };
    return cmocka_run_group_tests_name("case acts", tests, NULL, NULL);
}
