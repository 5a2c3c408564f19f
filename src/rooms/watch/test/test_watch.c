/* Supervision: the day on which a case is near, the clock that runs, and counters that always say what a recount would. */
#include "rooms/note/test/help.h"

#include "rooms/watch/watch_private.h"

/* ---- rules ---- */

static void near_is_a_third_or_one_day(void **state)
{
    (void)state;
    struct calendar none = {.first_year = 2026, .last_year = 2026};
    int64_t monday = DAY(2026, 3, 2);
    assert_int_equal(watch_near_day(&none, monday, DAY(2026, 3, 9)), DAY(2026, 3, 6));     /* 5 days: near when 1 is left */
    assert_int_equal(watch_near_day(&none, monday, DAY(2026, 3, 30)), DAY(2026, 3, 20));   /* 20 days: near when 6 are left */
    assert_int_equal(watch_near_day(&none, monday, DAY(2026, 3, 3)), monday);              /* a single day: at once */
    assert_int_equal(watch_near_day(&none, monday, monday), monday);
    struct day_entry off[] = {{(int32_t)DAY(2026, 3, 6), DAY_OFF, S("x")}};
    struct calendar with = {.at = off, .n = 1, .first_year = 2026, .last_year = 2026};
    assert_int_equal(watch_near_day(&with, monday, DAY(2026, 3, 9)), DAY(2026, 3, 5));     /* 4 days, the last but one is off */
}

static void lights_follow_the_days(void **state)
{
    (void)state;
    assert_int_equal(watch_light_of(0, 0, 100), WATCH_NONE);
    assert_int_equal(watch_light_of(DB_NONE, DB_NONE, 100), WATCH_NONE);
    assert_int_equal(watch_light_of(98, 102, 97), WATCH_OK);
    assert_int_equal(watch_light_of(98, 102, 98), WATCH_NEAR);
    assert_int_equal(watch_light_of(98, 102, 102), WATCH_NEAR);
    assert_int_equal(watch_light_of(98, 102, 103), WATCH_OVER);
}

static void each_state_has_its_clock(void **state)
{
    (void)state;
    int64_t start, due, at = date_start((struct date){2026, 3, 2});
    struct watch_stand s = {.state = S("received"), .received_at = at, .five_day = 7, .accepted_at = at, .due_day = 9, .promised_day = 8,
                            .made_at = at, .window_day = 10};
    assert_true(watch_clock(&s, DB_NONE, &start, &due));
    assert_int_equal(due, 7);
    assert_true(watch_clock(&s, at + 86400000, &start, &due));
    assert_int_equal(start, DAY(2026, 3, 3));
    s.state = S("reviewed");
    assert_true(watch_clock(&s, DB_NONE, &start, &due));
    assert_int_equal(due, 8);
    s.promised_day = DB_NONE;
    assert_true(watch_clock(&s, DB_NONE, &start, &due));
    assert_int_equal(due, 9);
    s.state = S("made");
    assert_true(watch_clock(&s, DB_NONE, &start, &due));
    assert_int_equal(due, 10);
    static const char *const still[] = {"awaiting_paper", "correcting", "granted", "denied", "at_window", "delivered", "refused", "withdrawn"};
    for (size_t i = 0; i < COUNT_OF(still); i++) {
        s.state = str_c(still[i]);
        assert_false(watch_clock(&s, DB_NONE, &start, &due));
    }
    s.state = S("accepted");
    s.due_day = DB_NONE;                         /* past the last published calendar: not known */
    assert_false(watch_clock(&s, DB_NONE, &start, &due));
}

/* ---- counters ---- */

static void move(struct stage *t, int64_t id, const char *to)
{
    char sql[600];
    bool open = !strstr("delivered refused withdrawn", to);
    snprintf(sql, sizeof sql,
             "update case_case set state = '%s', open = %d, number = 'n' || case_id, received_at = %lld, five_day = %lld, accepted_at = %lld,"
             " due_day = %lld, promised_day = %lld, made_at = %lld, window_day = %lld where case_id = %lld",
             to, open, (long long)date_start((struct date){2026, 3, 2}), (long long)DAY(2026, 3, 10),
             (long long)date_start((struct date){2026, 3, 3}), (long long)DAY(2026, 4, 1), (long long)DAY(2026, 3, 18),
             (long long)date_start((struct date){2026, 3, 12}), (long long)DAY(2026, 3, 17), (long long)id);
    exec(t, sql);
    assert_int_equal(hook(t, watch_case_changed, event_of(t, id, "act", "from", to)), 0);
}

/* What the counters hold, and what a recount of the cases would give: by department and state. */
static void same_as_recount(struct stage *t)
{
    const char *kept = seen(t, "select group_concat(department_id || state || n, ' ') from (select department_id, state, sum(n) as n"
                               " from watch_count group by department_id, state order by department_id, state)");
    const char *fresh = seen(t, "select group_concat(department_id || state || n, ' ') from (select department_id, state, count(*) as n"
                                " from case_case where case_id in (select case_id from watch_case) group by department_id, state"
                                " order by department_id, state)");
    assert_string_equal(kept, fresh);
    assert_string_equal(seen(t, "select count(*) from watch_count where n <= 0"), "0");
    assert_string_equal(seen(t, "select (select coalesce(sum(n),0) from watch_count where due_day > 0)"
                                " - (select count(*) from watch_case where due_day > 0)"), "0");
}

static void one_case_is_counted_in_one_place(void **state)
{
    struct stage *t = *state;
    static const char *const way[] = {"awaiting_paper", "received", "correcting", "received", "accepted", "reviewed", "granted", "made",
                                      "at_window", "delivered"};
    for (size_t i = 0; i < COUNT_OF(way); i++) {
        move(t, 51, way[i]);
        assert_string_equal(seen(t, "select group_concat(state || ':' || n) from watch_count"), str_fmt(t->a, "%s:1", way[i]).p);
    }
    assert_string_equal(seen(t, "select open || due_day from watch_count"), "00");
}

static void the_clock_is_the_one_of_the_state(void **state)
{
    struct stage *t = *state;
    move(t, 51, "received");
    assert_string_equal(seen(t, "select due_day from watch_case"), str_i64(t->a, DAY(2026, 3, 10)).p);
    assert_string_equal(seen(t, "select near_day from watch_case"), str_i64(t->a, DAY(2026, 3, 9)).p);
    move(t, 51, "accepted");
    assert_string_equal(seen(t, "select due_day from watch_case"), str_i64(t->a, DAY(2026, 3, 18)).p);
    move(t, 51, "correcting");
    assert_string_equal(seen(t, "select due_day || ' ' || near_day from watch_case"), "0 0");
}

static void telling_twice_counts_once(void **state)
{
    struct stage *t = *state;
    move(t, 51, "received");
    move(t, 51, "received");
    assert_string_equal(seen(t, "select sum(n) from watch_count"), "1");
}

static void counters_equal_a_recount_after_any_walk(void **state)
{
    struct stage *t = *state;
    static const char *const states[] = {"awaiting_paper", "received", "correcting", "accepted", "reviewed", "granted", "denied", "made",
                                         "at_window", "delivered", "refused", "withdrawn"};
    uint64_t x = 20260302;
    for (int64_t i = 0; i < 12; i++)
        add_case(t, 100 + i, i % 2 ? 11 : 12, i % 2 ? "460100000000" : "460000000000");
    for (int i = 0; i < 120; i++) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        move(t, 100 + (int64_t)(x >> 33) % 12, states[(x >> 45) % COUNT_OF(states)]);
        if (i % 20 == 19)
            same_as_recount(t);
    }
}

static int read_by_department(struct db *db, void *arg)
{
    struct watch_by_department_rows *rows = arg;
    return watch_by_department(db, &(struct watch_by_department_in){
        .today = DAY(2026, 3, 19), .within = S("460100000000"), .department_id = 0, .most = 10}, rows);
}

static void a_region_filter_takes_what_lies_within(void **state)
{
    struct stage *t = *state;
    struct watch_by_department_rows rows;
    add_case(t, 61, 12, "460000000000");
    add_case(t, 62, 11, "460100000000");
    move(t, 51, "accepted");
    move(t, 61, "accepted");
    move(t, 62, "delivered");
    assert_int_equal(in_batch(t, read_by_department, &rows), 0);
    assert_int_equal(rows.n, 1);
    assert_int_equal(rows.at[0].department_id, 11);
    assert_int_equal(rows.at[0].n_open, 1);
    assert_int_equal(rows.at[0].n_over, 1);      /* promised by the 18th */
    assert_int_equal(rows.at[0].n_closed, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_is_a_third_or_one_day), cmocka_unit_test(lights_follow_the_days), cmocka_unit_test(each_state_has_its_clock),
        TEST(one_case_is_counted_in_one_place), TEST(the_clock_is_the_one_of_the_state), TEST(telling_twice_counts_once),
        TEST(counters_equal_a_recount_after_any_walk), TEST(a_region_filter_takes_what_lies_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
