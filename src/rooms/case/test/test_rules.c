/* Rules of cases: the state table, duties, numbers, lights and dates; the guards that stand in the schema. */
#include "rooms/org/test/store.h"

#include "rooms/case/case_private.h"
#include "rooms/org/org.h"

/* ---- every (state, act) pair ---- */

static const char *const states[] = {"awaiting_paper", "received", "correcting", "refused", "accepted", "reviewed",
                                     "granted", "denied", "made", "at_window", "delivered", "withdrawn"};
/* From the contract, written down a second time. */
static const struct { const char *act, *from, *to; } legal[] = {
    {"receive", "awaiting_paper", "received"}, {"accept", "received", "accepted"}, {"correct", "received", "correcting"},
    {"supplement", "correcting", "received"}, {"refuse", "received", "refused"}, {"review", "accepted", "reviewed"},
    {"approve", "reviewed", "granted"}, {"deny", "reviewed", "denied"}, {"make", "granted", "made"}, {"make", "denied", "made"},
    {"issue", "made", "at_window"}, {"deliver", "at_window", "delivered"}, {"withdraw", "awaiting_paper", "withdrawn"},
    {"withdraw", "received", "withdrawn"}, {"withdraw", "correcting", "withdrawn"}, {"withdraw", "accepted", "withdrawn"},
    {"withdraw", "reviewed", "withdrawn"},
};

static const char *expected_to(const char *act, const char *from)
{
    for (size_t i = 0; i < COUNT_OF(legal); i++)
        if (!strcmp(legal[i].act, act) && !strcmp(legal[i].from, from))
            return legal[i].to;
    return NULL;
}

static void each_act_is_legal_in_its_states_only(void **state)
{
    static const char *const names[] = {"receive", "accept", "correct", "supplement", "refuse", "review", "approve", "deny",
        "make",
                                        "issue", "deliver", "withdraw"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct case_act *a = case_act_find(str_c(names[i]));
        assert_non_null(a);
        for (size_t k = 0; k < COUNT_OF(states); k++) {
            const char *to = expected_to(names[i], states[k]);
            if (case_act_legal(a, str_c(states[k])) != (to != NULL))
                fail_msg("%s in %s", names[i], states[k]);
            if (to)
                assert_string_equal(a->to, to);
        }
    }
    assert_null(case_act_find(S("return")));     /* the approver has no act of returning */
    assert_null(case_act_find(S("")));
    assert_false(case_act_legal(case_act_find(S("withdraw")), S("")));
    assert_false(case_act_legal(case_act_find(S("withdraw")), S("accept")));
}

static void every_state_lies_on_one_desk(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(states); i++)
        assert_true(case_state_known(str_c(states[i])));
    assert_false(case_state_known(S("lost")));
    assert_false(case_state_open(S("delivered")) || case_state_open(S("refused")) || case_state_open(S("withdrawn")));
    assert_true(case_state_open(S("denied")));
    assert_true(str_is(case_desk_of(S("correcting")), "applicant"));
    assert_true(str_is(case_desk_of(S("made")), "issuing"));
}

static void the_grounds_of_refusal_are_a_closed_list(void **state)
{
    (void)state;
    assert_true(case_refusal_kind(S("not_required")) && case_refusal_kind(S("not_ours")) && case_refusal_kind(S("cited")));
    assert_false(case_refusal_kind(S("incomplete")) || case_refusal_kind(S("")) || case_refusal_kind(STR_NONE) ||
                 case_refusal_kind(S("cited not_ours")));
}

/* ---- duties ---- */

static void duties_are_kept_apart(void **state)
{
    static const char *const all[] = {"accept", "issue", "review", "decide", "make"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        for (size_t k = 0; k < COUNT_OF(all); k++) {
            str had = str_c(case_duty_class(all[i], false, false)), now = str_c(case_duty_class(all[k], false, false));
            bool fits = i == k || (k == 4 && (i == 2 || i == 3));    /* who reviewed or decided may also make */
            if (case_duty_fits(had, now) != fits)
                fail_msg("had %s, now %s", all[i], all[k]);
        }
    assert_string_equal(case_duty_class("review", true, false), "approval");
    assert_string_equal(case_duty_class("decide", true, false), "approval");
    assert_string_equal(case_duty_class("accept", true, false), "accept");
    assert_string_equal(case_duty_class("accept", false, true), "window");
    assert_string_equal(case_duty_class("issue", false, true), "window");
    assert_false(case_duty_fits(S("window"), S("approval")));
    assert_true(case_duty_fits(S("approval"), S("make")));
}

/* ---- numbers ---- */

static void numbers_have_their_form(void **state)
{
    struct arena *a = arena_new(1u << 20);
    struct date day = {2026, 11, 3};
    (void)state;
    assert_true(str_is(case_number_format(a, S("11469002MB0D00117Y4460131024000"), day, 7),
        "11469002MB0D00117Y4460131024000202611030007"));
    assert_true(str_is(case_number_format(a, S("11469002MB0D00117Y446013102400001"), day, 7),
        "11469002MB0D00117Y4460131024000202611030007"));
    assert_true(str_is(case_number_format(a, S("GA-0001"), day, 12345), "GA-00012026110312345"));
    assert_true(str_is(case_number_series(a, S("GA-0001"), day), "case.number.GA-0001.20261103"));
    assert_true(str_is(case_document_number(a, S("琼政务"), case_notice_sign(S("acceptance")), 2026, 123), "琼政务受〔2026〕000123号"));
    assert_null(case_notice_sign(S("letter")));
    arena_drop(a);
}

/* ---- lights ---- */

static void expect_light(const char *start, const char *due, const char *now, enum case_light light, int32_t left)
{
    struct calendar c = {.first_year = 2026, .last_year = 2026};
    int32_t got;
    enum case_light l = case_light_of(&c, date_days(day_of(start)), date_days(day_of(due)), date_days(day_of(now)), &got);
    if (l != light || got != left)
        fail_msg("%s..%s on %s: %s, %d left", start, due, now, case_light_name(l), got);
}

static void lights_follow_working_days(void **state)
{
    (void)state;
    expect_light("2026-11-02", "2026-11-30", "2026-11-02", CASE_LIGHT_OK, 20);
    expect_light("2026-11-02", "2026-11-30", "2026-11-19", CASE_LIGHT_OK, 7);
    expect_light("2026-11-02", "2026-11-30", "2026-11-20", CASE_LIGHT_NEAR, 6);      /* a third of 20 */
    expect_light("2026-11-02", "2026-11-30", "2026-11-30", CASE_LIGHT_NEAR, 0);
    expect_light("2026-11-02", "2026-11-30", "2026-12-01", CASE_LIGHT_OVER, -1);
    expect_light("2026-11-02", "2026-11-06", "2026-11-07", CASE_LIGHT_OVER, -1);     /* a Saturday: over all the same */
    expect_light("2026-11-02", "2026-11-04", "2026-11-03", CASE_LIGHT_NEAR, 1);      /* one day is near whatever the total */
}

static void the_clock_that_runs(void **state)
{
    struct case_running run;
    int64_t t = date_start((struct date){2026, 11, 3});
    (void)state;
    assert_true(case_clock_running(S("received"), t, DB_NONE, 20770, DB_NONE, DB_NONE, DB_NONE, DB_NONE, DB_NONE, &run));
    assert_string_equal(run.name, "five_days");
    assert_true(case_clock_running(S("accepted"), t, DB_NONE, 20770, t, 20800, 20790, DB_NONE, DB_NONE, &run));
    assert_string_equal(run.name, "promise");
    assert_true(run.due_day == 20790 && !run.unknown);
    assert_true(case_clock_running(S("reviewed"), t, DB_NONE, 20770, t, 20800, DB_NONE, DB_NONE, DB_NONE, &run));
    assert_string_equal(run.name, "legal");
    assert_true(case_clock_running(S("accepted"), t, DB_NONE, 20770, t, DB_NONE, DB_NONE, DB_NONE, DB_NONE, &run));
    assert_true(run.unknown);                    /* past the last calendar: said plainly, no block */
    assert_true(case_clock_running(S("made"), t, DB_NONE, 20770, t, 20800, 20790, t, 20775, &run));
    assert_string_equal(run.name, "window");
    assert_false(case_clock_running(S("correcting"), t, DB_NONE, 20770, DB_NONE, DB_NONE, DB_NONE, DB_NONE, DB_NONE, &run));
    assert_false(case_clock_running(S("awaiting_paper"), DB_NONE, DB_NONE, DB_NONE, DB_NONE, DB_NONE, DB_NONE, DB_NONE, DB_NONE,
        &run));
}

/* ---- dates on a store ---- */

static void expect_due(struct fixture *t, const char *region, const char *from, int64_t n, const char *unit, const char *due)
{
    int64_t day;
    assert_int_equal(case_due_day(&t->db, str_c(region), day_of(from), n, str_c(unit), &day), 0);
    if (!due)
        assert_true(day == DB_NONE);
    else if (day != date_days(day_of(due)))
        fail_msg("%s + %lld %s in %s: %.*s", from, (long long)n, unit, region, STRF(date_text(t->a,
            date_from_days((int32_t)day))));
}

static void due_dates_by_the_calendar_of_the_deciding_region(void **state)
{
    struct fixture *t = *state;
    str why = STR_NONE;
    struct org_demo demo = {built_in("demo/hainan/regions.csv"), built_in("demo/hainan/departments.json"),
        built_in("demo/hainan/halls.json")};
    if (org_load_demo(&t->db, &demo, &why) ||
        org_calendar_seed(&t->db,
        S("date,kind,name\n2026-01-01,off,元旦\n2026-10-01,off,国庆节\n2026-10-02,off,国庆节\n2026-10-10,work,国庆节\n"),
                          S("region,date,kind,name\n469007000000,2026-04-20,off,三月三\n"), &why))
        fail_msg("%.*s", STRF(why));
    expect_due(t, "460000000000", "2026-09-29", 5, "workday", "2026-10-08");
    expect_due(t, "460000000000", "2026-10-09", 1, "workday", "2026-10-10");         /* a Saturday made up */
    expect_due(t, "460000000000", "2026-04-17", 1, "workday", "2026-04-20");
    expect_due(t, "469007000000", "2026-04-17", 1, "workday", "2026-04-21");         /* 东方: a local holiday */
    expect_due(t, "460000000000", "2026-04-17", 0, "workday", "2026-04-17");         /* decided at once */
    expect_due(t, "460000000000", "2026-11-03", 30, "day", "2026-12-03");
    expect_due(t, "460000000000", "2026-12-25", 20, "workday", NULL);                /* 2027 is not published */
    expect_due(t, "460000000000", "2026-11-03", DB_NONE, "workday", NULL);
    expect_due(t, "460000000000", "2026-11-03", 3, "fortnight", NULL);
}

/* ---- guards in the schema ---- */

static int put_case(struct fixture *t, int64_t id, str number)
{
    return case_insert(&t->db, &(struct case_insert_in){
        .case_id = id, .number = number, .item_id = 1, .item_version = 1, .item_code = S("C"), .item_name = S("事项"),
            .item_type = S("01"),
        .kind = S("commitment"), .region = S("460000000000"), .department_id = 1, .hall_id = DB_NONE, .applicant_person_id = 5,
        .enterprise_id = DB_NONE, .actor_person_id = 5, .channel = S("online"), .state = S("received"), .desk = S("window"),
        .fields = S("x"), .legal_n = DB_NONE, .promise_n = DB_NONE, .submitted_at = 1, .received_at = 1, .five_day = DB_NONE,
        .query_hash = S("h"), .query_box = S("b")});
}

static void one_person_has_one_duty_in_a_case(void **state)
{
    struct fixture *t = *state;
    struct case_duty_take taken;
    struct case_duty_of had;
    assert_int_equal(put_case(t, 1, S("C1")), 1);
    assert_int_equal(case_duty_take(&t->db, &(struct case_duty_take_in){.case_id = 1, .person_id = 9, .class = S("accept"),
        .at = 1}, &taken), 1);
    assert_int_equal(case_duty_take(&t->db, &(struct case_duty_take_in){.case_id = 1, .person_id = 9, .class = S("decide"),
        .at = 1}, &taken), 0);
    assert_int_equal(case_duty_of(&t->db, 1, 9, &had), 1);
    assert_true(str_is(had.class, "accept"));
    assert_int_equal(case_duty_take(&t->db, &(struct case_duty_take_in){.case_id = 1, .person_id = 9, .class = S("boss"),
        .at = 1}, &taken), 0);
}

static void a_stale_version_moves_nothing(void **state)
{
    struct fixture *t = *state;
    struct case_by_id c;
    struct case_move_in move = {.case_id = 1, .was = 2, .state = S("accepted"), .desk = S("body"), .open = true,
        .closed_at = DB_NONE, .hall_id = DB_NONE};
    assert_int_equal(put_case(t, 1, S("C1")), 1);
    assert_int_equal(case_move(&t->db, &move), 0);
    move.was = 1;
    assert_int_equal(case_move(&t->db, &move), 1);
    assert_int_equal(case_by_id(&t->db, 1, &c), 1);
    assert_true(c.version == 2 && c.seq == 2 && str_is(c.state, "accepted"));
}

static void a_number_is_given_once(void **state)
{
    struct fixture *t = *state;
    assert_int_equal(put_case(t, 1, S("C1")), 1);
    assert_true(put_case(t, 2, S("C1")) < 0);
}

static void a_step_of_history_is_written_once(void **state)
{
    struct fixture *t = *state;
    struct case_history_add_in step = {.case_id = 1, .seq = 1, .version = 1, .act = S("submit"), .to_state = S("received"),
        .at = 1,
                                       .person_id = 5, .post_id = DB_NONE};
    assert_int_equal(put_case(t, 1, S("C1")), 1);
    assert_int_equal(case_history_add(&t->db, &step), 1);
    assert_true(case_history_add(&t->db, &step) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_act_is_legal_in_its_states_only), cmocka_unit_test(every_state_lies_on_one_desk),
        cmocka_unit_test(the_grounds_of_refusal_are_a_closed_list), cmocka_unit_test(duties_are_kept_apart),
        cmocka_unit_test(numbers_have_their_form), cmocka_unit_test(lights_follow_working_days),
        cmocka_unit_test(the_clock_that_runs),
        TEST(due_dates_by_the_calendar_of_the_deciding_region), TEST(one_person_has_one_duty_in_a_case),
        TEST(a_stale_version_moves_nothing), TEST(a_number_is_given_once), TEST(a_step_of_history_is_written_once),
    };
    return cmocka_run_group_tests_name("case rules", tests, NULL, NULL);
}
