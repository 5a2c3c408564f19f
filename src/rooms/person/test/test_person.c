/* Rules of person on a real store. */
#include "rooms/org/test/store.h"

#include "base/num.h"
#include "person_sql.h"
#include "person_view.h"
#include "rooms/org/org.h"
#include "rooms/person/person_rule.h"

#define NUMBER "460000190001010012"

static void load(struct fixture *t)
{
    struct org_demo org = {built_in("demo/hainan/regions.csv"), built_in("demo/hainan/departments.json"),
                           built_in("demo/hainan/halls.json")};
    struct person_demo person = {built_in("demo/hainan/people.json"), built_in("demo/hainan/enterprises.json"),
                                 built_in("demo/hainan/staff.json")};
    str why = STR_NONE;
    if (org_load_demo(&t->db, &org, &why) || person_load_demo(&t->db, &person, &why))
        fail_msg("%.*s", STRF(why));
}

static int64_t person_of(struct fixture *t, const char *account)
{
    struct person_account_by_name row;
    assert_int_equal(person_account_by_name(&t->db, str_c(account), &row), 1);
    return row.person_id;
}

/* ---- numbers ---- */

static void a_wrong_number_names_the_rule(void **state)
{
    (void)state;
    assert_int_equal(person_number_fault(S(NUMBER)), -1);
    assert_int_equal(person_number_fault(S(" 11010519491231002x ")), -1);
    assert_int_equal(person_number_fault(S("810000190001010018")), -1);
    assert_int_equal(person_number_fault(S("46000019000101001")), T_PERSON_ID_LENGTH);
    assert_int_equal(person_number_fault(STR_NONE), T_PERSON_ID_LENGTH);
    assert_int_equal(person_number_fault(S("46000019000101O012")), T_PERSON_ID_CHARS);
    assert_int_equal(person_number_fault(S("46000019000101001Y")), T_PERSON_ID_CHARS);
    assert_int_equal(person_number_fault(S("460000190002300012")), T_PERSON_ID_BIRTH);
    assert_int_equal(person_number_fault(S("460000190001010013")), T_PERSON_ID_CHECK);
    assert_int_equal(person_uscc_fault(S("91460100MA5T00002P")), -1);
    assert_int_equal(person_uscc_fault(S("91460100MA5T00003P")), T_PERSON_USCC_CHECK);
    assert_int_equal(person_uscc_fault(S("91460100MA5T0000IP")), T_PERSON_USCC_CHARS);
    assert_int_equal(person_uscc_fault(S("91460100")), T_PERSON_USCC_LENGTH);
}

static void a_person_is_found_again_by_number(void **state)
{
    struct fixture *t = *state;
    int64_t a, b, found;
    str number;
    assert_int_equal(person_find_by_id_number(&t->db, t->a, S("11010519491231002X"), &found), 0);
    assert_int_equal(person_ensure(&t->db, t->a, S("测试甲"), S("11010519491231002x"), S("13800138000"), &a), 0);
    assert_int_equal(person_ensure(&t->db, t->a, S(" 测试甲 "), S("11010519491231002X "), STR_NONE, &b), 0);
    assert_true(a == b);
    assert_int_equal(person_find_by_id_number(&t->db, t->a, S("11010519491231002x"), &found), 1);
    assert_true(found == a);
    assert_int_equal(person_id_number(&t->db, t->a, a, &number), 1);
    assert_true(str_is(number, "11010519491231002X"));
    assert_true(t->db.saw_personal);
    assert_int_equal(person_mobile(&t->db, t->a, a, &number), 1);
    assert_true(str_is(number, "13800138000"));
    assert_int_equal(person_id_number(&t->db, t->a, a + 1, &number), 0);
}

static void what_the_counter_may_not_take_in(void **state)
{
    struct fixture *t = *state;
    int64_t a;
    assert_int_equal(person_ensure(&t->db, t->a, S("甲"), S("460000190001010013"), STR_NONE, &a), ERR_FORMAT);
    assert_int_equal(person_ensure(&t->db, t->a, S(" "), S(NUMBER), STR_NONE, &a), ERR_FORMAT);
    assert_int_equal(person_ensure(&t->db, t->a, S("甲"), S(NUMBER), S("12345"), &a), ERR_FORMAT);
    assert_int_equal(person_find_by_id_number(&t->db, t->a, S(NUMBER), &a), 0);
    assert_int_equal(person_ensure(&t->db, t->a, S("甲"), S(NUMBER), STR_NONE, &a), 0);
    assert_int_equal(person_ensure(&t->db, t->a, S("乙"), S(NUMBER), STR_NONE, &a), ERR_EXISTS);
}

/* No column and no page of the database file holds the number. */
static void the_number_is_not_in_the_file(void **state)
{
    struct fixture *t = *state;
    int64_t a;
    char path[128], *bytes = malloc(8u << 20);
    const char *names[] = {"yiwang.db", "yiwang.db-wal"};
    assert_int_equal(person_ensure(&t->db, t->a, S("甲乙丙"), S(NUMBER), S("13812345678"), &a), 0);
    assert_int_equal(db_member_keep(&t->db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    bool name_seen = false;
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", t->dir, names[i]);
        FILE *f = fopen(path, "rb");
        size_t n = f ? fread(bytes, 1, 8u << 20, f) : 0;
        if (f)
            fclose(f);
        assert_null(n ? memmem(bytes, n, NUMBER, 18) : NULL);
        assert_null(n ? memmem(bytes, n, "13812345678", 11) : NULL);
        name_seen = name_seen || (n && memmem(bytes, n, "甲乙丙", 9));
    }
    assert_true(name_seen);
    free(bytes);
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &t->db), 0);
}

static void the_key_of_a_person_is_steady_and_their_own(void **state)
{
    struct fixture *t = *state;
    uint8_t a[32], b[32], c[32];
    assert_int_equal(person_key(t->a, 5, a), 0);
    assert_int_equal(person_key(t->a, 5, b), 0);
    assert_int_equal(person_key(t->a, 6, c), 0);
    assert_memory_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
}

/* ---- the demo ---- */

static void the_demo_loads_and_again_is_harmless(void **state)
{
    struct fixture *t = *state;
    struct person_posts_rows posts;
    load(t);
    int64_t before = person_of(t, "clerk-jj");
    load(t);
    assert_true(before == person_of(t, "clerk-jj"));
    assert_int_equal(person_posts(&t->db, before, person_today(), &posts), 0);
    assert_int_equal(posts.n, 1);
    assert_true(str_is(posts.at[0].role, "acceptance-clerk"));
    assert_true(!str_none(posts.at[0].hall) && str_none(posts.at[0].department));
    assert_true(str_ends(posts.at[0].name, S("综合受理")));
    assert_true(str_ends(posts.at[0].name_en, S("Acceptance")));
}

static void a_demo_with_a_wrong_number_is_refused(void **state)
{
    struct fixture *t = *state;
    str why = STR_NONE;
    struct person_demo bad = {S("{\"password\":\"x\",\"people\":["
                                "{\"account\":\"a\",\"name\":\"某人\",\"id_number\":\"460000190001010013\"}]}"),
                              S("{\"enterprises\":[]}"), S("{\"staff\":[]}")};
    assert_int_equal(person_load_demo(&t->db, &bad, &why), ERR_FORMAT);
    assert_true(str_is(why, "demo: person: 某人"));
}

/* ---- who ---- */

static struct who who_of(int64_t person, int64_t post, int64_t enterprise)
{
    return (struct who){.person_id = person, .post_id = post, .enterprise_id = enterprise, .department_id = DB_NONE,
                        .hall_id = DB_NONE};
}

static void identify_follows_post_and_mandate(void **state)
{
    struct fixture *t = *state;
    struct person_posts_rows posts;
    struct person_agencies_rows agencies;
    int64_t later;
    load(t);
    int64_t clerk = person_of(t, "clerk-hk"), agent = person_of(t, "agent1"), owner = person_of(t, "citizen4");
    struct who who = who_of(clerk, DB_NONE, DB_NONE);
    assert_int_equal(person_identify(&t->db, t->a, &who), 1);
    assert_true(str_is(who.role, "citizen"));

    assert_int_equal(person_posts(&t->db, clerk, person_today(), &posts), 0);
    who = who_of(clerk, posts.at[0].post_id, DB_NONE);
    assert_int_equal(person_identify(&t->db, t->a, &who), 1);
    assert_true(str_is(who.role, "acceptance-clerk"));
    assert_true(who.hall_id != DB_NONE && who.department_id == DB_NONE);
    assert_true(str_is(who.region, "460100000000"));
    who = who_of(agent, posts.at[0].post_id, DB_NONE);
    assert_int_equal(person_identify(&t->db, t->a, &who), 0);        /* somebody else's post */

    assert_int_equal(person_agencies(&t->db, agent, person_today(), &agencies), 0);
    assert_int_equal(agencies.n, 2);             /* the third mandate ended in 2025 */
    who = who_of(agent, DB_NONE, agencies.at[0].enterprise_id);
    assert_int_equal(person_identify(&t->db, t->a, &who), 1);
    assert_true(str_is(who.role, "agent"));
    assert_true(!str_empty(who.enterprise_name));
    who = who_of(clerk, DB_NONE, agencies.at[0].enterprise_id);
    assert_int_equal(person_identify(&t->db, t->a, &who), 0);

    assert_int_equal(person_agencies(&t->db, owner, person_today(), &agencies), 0);
    assert_int_equal(agencies.n, 1);             /* the legal representative */
    assert_true(agencies.at[0].legal);

    assert_true(time_parse(S("2029-01-01T09:00:00+08:00"), &later));
    clock_set(later);
    assert_int_equal(person_agencies(&t->db, agent, person_today(), &agencies), 0);
    assert_int_equal(agencies.n, 0);
    who = who_of(1, DB_NONE, DB_NONE);
    assert_int_equal(person_identify(&t->db, t->a, &who), 0);
}

static void a_mandate_covers_what_it_names(void **state)
{
    struct fixture *t = *state;
    struct person_enterprise_by_uscc coconut, port;
    int32_t today = person_today();
    load(t);
    int64_t agent1 = person_of(t, "agent1"), agent3 = person_of(t, "agent3");
    assert_int_equal(person_enterprise_by_uscc(&t->db, S("91460100MA5T00002P"), &coconut), 1);
    assert_int_equal(person_enterprise_by_uscc(&t->db, S("91460400MA5T00037R"), &port), 1);
    assert_int_equal(person_acts_for(&t->db, agent1, coconut.enterprise_id, S("labour-dispatch"), today), 1);
    assert_int_equal(person_acts_for(&t->db, agent1, coconut.enterprise_id, S("labour"), today), 0);
    assert_int_equal(person_acts_for(&t->db, agent1, coconut.enterprise_id, STR_NONE, today), 1);
    assert_int_equal(person_acts_for(&t->db, agent1, port.enterprise_id, S("labour-dispatch"), today), 0);
    assert_int_equal(person_acts_for(&t->db, agent3, port.enterprise_id, S("anything"), today), 1);
    assert_int_equal(person_acts_for(&t->db, agent3, port.enterprise_id, S("anything"), date_days(day_of("2029-01-01"))), 0);
}

static void a_choice_must_be_ones_own(void **state)
{
    struct fixture *t = *state;
    struct person_posts_rows posts;
    struct person_agencies_rows agencies;
    struct person_choice c;
    load(t);
    int64_t clerk = person_of(t, "clerk-hk"), agent = person_of(t, "agent1");
    assert_int_equal(person_posts(&t->db, clerk, person_today(), &posts), 0);
    assert_int_equal(person_agencies(&t->db, agent, person_today(), &agencies), 0);
    str post = str_fmt(t->a, "post-%lld", (long long)posts.at[0].post_id), bare = str_i64(t->a, posts.at[0].post_id);
    str enterprise = str_fmt(t->a, "enterprise-%lld", (long long)agencies.at[0].enterprise_id);
    assert_int_equal(person_choose(&t->db, clerk, S("self"), &c), 1);
    assert_true(c.post_id == DB_NONE && c.enterprise_id == DB_NONE);
    assert_int_equal(person_choose(&t->db, clerk, post, &c), 1);
    assert_true(c.post_id == posts.at[0].post_id);
    assert_int_equal(person_choose(&t->db, clerk, bare, &c), 1);
    assert_int_equal(person_choose(&t->db, agent, post, &c), 0);
    assert_int_equal(person_choose(&t->db, agent, enterprise, &c), 1);
    assert_true(c.enterprise_id == agencies.at[0].enterprise_id && c.post_id == DB_NONE);
    assert_int_equal(person_choose(&t->db, clerk, enterprise, &c), 0);
    assert_int_equal(person_choose(&t->db, clerk, S("post-"), &c), 0);
    assert_int_equal(person_choose(&t->db, clerk, S("root"), &c), 0);
}

/* ---- passwords ---- */

static void passwords(void **state)
{
    struct fixture *t = *state;
    struct person_account_by_name row;
    str hash, other;
    assert_int_equal(person_password_hash(t->a, S("一个密码 1"), &hash), 0);
    assert_int_equal(person_password_hash(t->a, S("一个密码 1"), &other), 0);
    assert_false(str_eq(hash, other));           /* a salt of its own */
    assert_true(str_starts(hash, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_true(person_password_ok(S("一个密码 1"), str_z(t->a, hash)));
    assert_false(person_password_ok(S("一个密码 2"), str_z(t->a, hash)));
    assert_false(person_password_ok(S(""), str_z(t->a, hash)));
    load(t);
    assert_int_equal(person_account_by_name(&t->db, S("citizen1"), &row), 1);
    assert_true(person_password_ok(S("Demo-2026-hainan"), str_z(t->a, row.hash)));
}

static void role_names(void **state)
{
    struct fixture *t = *state;
    assert_true(str_is(person_role_name(t->a, LANG_EN, S("acceptance-clerk")), "Acceptance clerk"));
    assert_true(str_is(person_role_name(t->a, LANG_ZH, S("citizen")), "个人"));
    assert_true(str_is(person_role_name(t->a, LANG_EN, S("nobody")), "nobody"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wrong_number_names_the_rule),
        TEST(a_person_is_found_again_by_number),
        TEST(what_the_counter_may_not_take_in),
        TEST(the_number_is_not_in_the_file),
        TEST(the_key_of_a_person_is_steady_and_their_own),
        TEST(the_demo_loads_and_again_is_harmless),
        TEST(a_demo_with_a_wrong_number_is_refused),
        TEST(identify_follows_post_and_mandate),
        TEST(a_mandate_covers_what_it_names),
        TEST(a_choice_must_be_ones_own),
        TEST(passwords),
        TEST(role_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
