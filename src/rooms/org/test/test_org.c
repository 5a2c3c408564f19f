/* Rules of org on a real store. */
#include "rooms/org/test/store.h"

#include "org_sql.h"
#include "org_view.h"
#include "rooms/org/org.h"
#include "rooms/org/org_csv.h"

static void load(struct fixture *t)
{
    struct org_demo demo = {built_in("demo/hainan/regions.csv"), built_in("demo/hainan/departments.json"),
                            built_in("demo/hainan/halls.json")};
    str why = STR_NONE;
    if (org_load_demo(&t->db, &demo, &why))
        fail_msg("%.*s", STRF(why));
}

/* ---- regions ---- */

static void the_uneven_tree_is_loaded_and_again_is_harmless(void **state)
{
    struct fixture *t = *state;
    struct org_region_path_rows path;
    struct org_region_top top;
    str code;
    load(t);
    load(t);
    assert_int_equal(org_region_top(&t->db, &top), 1);
    assert_true(str_is(top.code, "460000000000"));
    assert_true(org_region_within(&t->db, S("460105001000"), S("460100000000")));
    assert_true(org_region_within(&t->db, S("469007000000"), S("460000000000")));
    assert_true(org_region_within(&t->db, S("460100000000"), S("460100000000")));
    assert_false(org_region_within(&t->db, S("460100000000"), S("460105000000")));
    assert_false(org_region_within(&t->db, S("460105001000"), S("460200000000")));
    assert_int_equal(org_region_path(&t->db, S("460105001000"), &path), 0);
    assert_int_equal(path.n, 4);
    assert_true(str_is(path.at[0].name, "海南省"));
    assert_int_equal(org_region_path(&t->db, S("460400499000"), &path), 0);
    assert_int_equal(path.n, 2);                 /* 洋浦: directly under the province */
    assert_int_equal(org_region_find(&t->db, S("460321000000"), &code), 1);
    assert_true(str_is(code, "460302000000"));   /* 三沙: the statistics bureau's code */
}

static void a_foreign_region_stays_outside_the_tree(void **state)
{
    struct fixture *t = *state;
    struct org_region_by_code r;
    load(t);
    assert_int_equal(org_region_ensure(&t->db, S("511602000000"), STR_NONE), 0);
    assert_int_equal(org_region_ensure(&t->db, S("511602000000"), S("前锋区")), 0);
    assert_int_equal(org_region_by_code(&t->db, S("511602000000"), &r), 1);
    assert_false(r.in_tree);
    assert_int_equal(r.level, 4);
    assert_true(str_none(r.parent));
    assert_true(str_is(r.name, "511602000000"));
    assert_false(org_region_within(&t->db, S("511602000000"), S("460000000000")));
    assert_int_equal(org_region_ensure(&t->db, S("460100000000"), S("别的名字")), 0);
    assert_int_equal(org_region_by_code(&t->db, S("460100000000"), &r), 1);
    assert_true(str_is(r.name, "海口市"));
    assert_int_equal(org_region_ensure(&t->db, S("51160200000"), STR_NONE), ERR_FORMAT);
    assert_int_equal(org_region_ensure(&t->db, S("51160200000X"), STR_NONE), ERR_FORMAT);
    assert_int_equal(org_region_ensure(&t->db, S("000000000000"), STR_NONE), ERR_FORMAT);
}

/* ---- departments ---- */

static void a_department_is_region_and_name(void **state)
{
    struct fixture *t = *state;
    int64_t a, again, b, c;
    struct org_department_by_id d;
    assert_int_equal(org_region_ensure(&t->db, S("511602000000"), STR_NONE), 0);
    assert_int_equal(org_region_ensure(&t->db, S("511603000000"), STR_NONE), 0);
    assert_int_equal(org_department_ensure(&t->db, S("511602000000"), S("区经信局"), S("11511301008778183N"), &a), 0);
    assert_int_equal(org_department_ensure(&t->db, S("511602000000"), S("区经信局"), S("1"), &again), 0);
    assert_int_equal(org_department_ensure(&t->db, S("511603000000"), S("区经信局"), STR_NONE, &b), 0);
    assert_int_equal(org_department_ensure(&t->db, S("511602000000"), S("区教科体局"), S("083372204"), &c), 0);
    assert_true(a == again && a != b && a != c);
    assert_int_equal(org_department_by_id(&t->db, a, &d), 1);
    assert_true(str_is(d.uscc, "11511301008778183N"));
    assert_false(d.in_tree);
    assert_int_equal(org_department_by_id(&t->db, c, &d), 1);
    assert_true(str_none(d.uscc));
    assert_true(str_is(d.code, "083372204"));
    assert_int_equal(org_department_ensure(&t->db, S("511602000000"), S(""), STR_NONE, &a), ERR_FORMAT);
    assert_int_equal(org_department_ensure(&t->db, S("999999999999"), S("x"), STR_NONE, &a), ERR_FORMAT);
}

static void the_demo_has_departments_halls_and_windows(void **state)
{
    struct fixture *t = *state;
    struct org_place place;
    struct org_hall_by_key h;
    load(t);
    assert_int_equal(org_place_of(&t->db, S("hk-water"), STR_NONE, STR_NONE, &place), 1);
    assert_true(str_is(place.name, "海口市水务局"));
    assert_int_equal(org_place_of(&t->db, STR_NONE, S("hall-hk"), S("2"), &place), 1);
    assert_true(place.window_id != DB_NONE);
    assert_int_equal(org_place_of(&t->db, STR_NONE, S("hall-hk"), S("99"), &place), 0);
    assert_int_equal(org_hall_by_key(&t->db, S("hall-jj"), &h), 1);
    assert_true(h.one_person);
}

static void a_demo_file_that_cannot_be_read_names_the_row(void **state)
{
    struct fixture *t = *state;
    str why = STR_NONE;
    struct org_demo orphan = {S("code,name,parent,level,kind,name_en,aliases\n460105000000,秀英区,460100000000,4,district,X,\n"),
                              S("{}"), S("{}")};
    assert_int_equal(org_load_demo(&t->db, &orphan, &why), ERR_FORMAT);
    assert_true(str_is(why, "demo: region before its parent: 460105000000"));
    struct org_demo broken = {S("code,name\n"), S("{}"), S("{}")};
    assert_int_equal(org_load_demo(&t->db, &broken, &why), ERR_FORMAT);
    struct org_demo no_list = {S("code,name,parent,level,kind,name_en,aliases\n"), S("{"), S("{}")};
    assert_int_equal(org_load_demo(&t->db, &no_list, &why), ERR_FORMAT);
}

static void csv_rows(void **state)
{
    struct fixture *t = *state;
    struct org_csv c = {.a = t->a, .rest = S("\xEF\xBB\xBF# words\r\na,\"b, \"\"c\"\"\",\r\n\r\nd\n\"e\n")};
    str f[ORG_CSV_FIELDS];
    assert_int_equal(org_csv_next(&c, f), 1);
    assert_true(str_is(f[0], "a") && str_is(f[1], "b, \"c\"") && str_is(f[2], "") && str_none(f[3]));
    assert_int_equal(org_csv_next(&c, f), 1);
    assert_true(str_is(f[0], "d"));
    assert_int_equal(org_csv_next(&c, f), ERR_FORMAT);
}

static void a_path_to_go_back_to_is_of_this_site(void **state)
{
    (void)state;
    assert_true(org_local_path(S("/")));
    assert_true(org_local_path(S("/items?q=%E6%B0%B4&after=3")));
    assert_false(org_local_path(STR_NONE));
    assert_false(org_local_path(S("")));
    assert_false(org_local_path(S("items")));
    assert_false(org_local_path(S("//evil.example")));
    assert_false(org_local_path(S("/\\evil.example")));
    assert_false(org_local_path(S("/a\r\nSet-Cookie: x")));
    assert_false(org_local_path(S("https://evil.example/")));
}

/* ---- posts ---- */

static struct org_post_new post_at(struct fixture *t, int64_t person, const char *role, const char *department, const char *hall)
{
    struct org_place place;
    assert_int_equal(org_place_of(&t->db, str_c(department), str_c(hall), STR_NONE, &place), 1);
    return (struct org_post_new){.person_id = person, .role = str_c(role), .name = S("岗位"), .name_en = STR_NONE,
                                 .department_id = place.department_id, .hall_id = place.hall_id, .window_id = DB_NONE,
                                 .region = S("460100000000"), .civil_servant = true, .from_day = date_days(day_of("2026-01-01")),
                                 .to_day = DB_NONE, .granter = S("测试"), .reason = S("测试"), .at = 1};
}

static void refused(struct fixture *t, const struct org_post_new *post, int text)
{
    int64_t id;
    int why = -1;
    assert_int_equal(org_post_grant(&t->db, post, &id, &why), ERR_REFUSED);
    assert_int_equal(why, text);
}

static void granted(struct fixture *t, const struct org_post_new *post)
{
    int64_t id;
    int why = -1;
    assert_int_equal(org_post_grant(&t->db, post, &id, &why), 0);
}

static void one_person_one_branch(void **state)
{
    struct fixture *t = *state;
    load(t);
    struct org_post_new window = post_at(t, 1, "acceptance-clerk", NULL, "hall-hk");
    struct org_post_new officer = post_at(t, 1, "approving-officer", "hk-water", NULL);
    struct org_post_new supervisor = post_at(t, 1, "supervisor", "hk-water", NULL);
    struct org_post_new editor = post_at(t, 1, "item-editor", "hk-water", NULL);
    granted(t, &window);
    refused(t, &officer, T_ORG_POST_OTHER_BRANCH);
    refused(t, &supervisor, T_ORG_POST_OTHER_BRANCH);
    refused(t, &editor, T_ORG_POST_OTHER_BRANCH);
    granted(t, &window);                         /* a second post of the same branch */
    window.person_id = 2;
    officer.person_id = supervisor.person_id = 3;
    window.to_day = window.from_day + 10;        /* also when the first post has long ended */
    granted(t, &window);
    granted(t, &officer);
    refused(t, &supervisor, T_ORG_POST_OTHER_BRANCH);
    assert_int_equal(org_post_has(&t->db, 3, S("approving-officer"), officer.from_day), 1);
    assert_int_equal(org_post_has(&t->db, 3, S("supervisor"), officer.from_day), 0);
}

static void the_schema_refuses_a_second_branch_by_itself(void **state)
{
    struct fixture *t = *state;
    struct org_duty_add added;
    load(t);
    assert_int_equal(org_duty_add(&t->db, 7, S("window"), &added), 1);
    struct org_post_new p = post_at(t, 7, "approving-officer", "hk-water", NULL);
    int code = org_post_add(&t->db, &(struct org_post_add_in){
        .post_id = 1000000, .person_id = 7, .branch = S("approval"), .role = p.role, .name = p.name, .name_en = STR_NONE,
        .department_id = p.department_id, .hall_id = DB_NONE, .window_id = DB_NONE, .region = p.region, .civil_servant = true,
        .from_day = p.from_day, .to_day = DB_NONE, .granter = p.granter, .reason = p.reason, .at = 1});
    assert_true(code < 0);
}

static void the_schema_refuses_a_role_under_a_foreign_branch(void **state)
{
    struct fixture *t = *state;
    struct org_duty_add added;
    load(t);
    assert_int_equal(org_duty_add(&t->db, 7, S("window"), &added), 1);
    struct org_post_new p = post_at(t, 7, "approving-officer", "hk-water", "hall-hk");
    int code = org_post_add(&t->db, &(struct org_post_add_in){
        .post_id = 1000000, .person_id = 7, .branch = S("window"), .role = p.role, .name = p.name, .name_en = STR_NONE,
        .department_id = p.department_id, .hall_id = p.hall_id, .window_id = DB_NONE, .region = p.region, .civil_servant = true,
        .from_day = p.from_day, .to_day = DB_NONE, .granter = p.granter, .reason = p.reason, .at = 1});
    assert_true(code < 0);
}

static void accepting_and_issuing_only_where_the_hall_says_so(void **state)
{
    struct fixture *t = *state;
    load(t);
    struct org_post_new accept = post_at(t, 1, "acceptance-clerk", NULL, "hall-hk");
    struct org_post_new issue = post_at(t, 1, "issuing-clerk", NULL, "hall-hk");
    granted(t, &accept);
    refused(t, &issue, T_ORG_POST_BOTH_SIDES);
    issue.hall_id = post_at(t, 1, "issuing-clerk", NULL, "hall-jj").hall_id;
    refused(t, &issue, T_ORG_POST_BOTH_SIDES);   /* one of the two halls does not allow it */
    struct org_post_new town_accept = post_at(t, 2, "acceptance-clerk", NULL, "hall-jj");
    struct org_post_new town_issue = post_at(t, 2, "issuing-clerk", NULL, "hall-jj");
    granted(t, &town_accept);
    granted(t, &town_issue);
    struct org_post_new was = post_at(t, 3, "acceptance-clerk", NULL, "hall-hk");
    struct org_post_new becomes = post_at(t, 3, "issuing-clerk", NULL, "hall-hk");
    was.to_day = date_days(day_of("2026-05-31"));
    becomes.from_day = date_days(day_of("2026-06-01"));
    granted(t, &was);
    granted(t, &becomes);                        /* one after the other is allowed */
}

static void what_a_post_needs(void **state)
{
    struct fixture *t = *state;
    load(t);
    struct org_post_new p = post_at(t, 1, "approving-officer", "hk-water", NULL);
    p.civil_servant = false;
    refused(t, &p, T_ORG_POST_CIVIL_SERVANT);
    p = post_at(t, 1, "approving-officer", NULL, "hall-hk");
    refused(t, &p, T_ORG_POST_NEEDS_DEPARTMENT);
    p = post_at(t, 1, "issuing-clerk", "hk-water", NULL);
    refused(t, &p, T_ORG_POST_NEEDS_HALL);
    p = post_at(t, 1, "king", "hk-water", NULL);
    refused(t, &p, T_ORG_POST_ROLE);
    p = post_at(t, 1, "supervisor", "hk-water", NULL);
    p.to_day = p.from_day - 1;
    refused(t, &p, T_ORG_POST_PERIOD);
    struct org_duty_of duty;                     /* a refused post leaves no branch behind */
    assert_int_equal(org_duty_of(&t->db, 1, &duty), 0);
}

/* ---- calendars ---- */

static void seed(struct fixture *t)
{
    str why = STR_NONE;
    if (org_calendar_seed(&t->db, built_in("src/rooms/org/calendar/national.csv"),
                          built_in("src/rooms/org/calendar/local.csv"), &why))
        fail_msg("%.*s", STRF(why));
}

static void expect_due(struct fixture *t, const char *region, const char *from, int32_t n, const char *want)
{
    struct calendar c;
    struct due due;
    assert_int_equal(org_calendar(&t->db, t->a, str_c(region), &c), 0);
    due_after(t->a, &c, day_of(from), (struct period){n, UNIT_WORKDAY}, false, &due);
    assert_true(due.known);
    assert_string_equal(date_text(t->a, due.date).p, want);
}

/* data/holidays_hainan_local.json, golden */
static void local_days_are_laid_over_the_national_ones(void **state)
{
    struct fixture *t = *state;
    load(t);
    seed(t);
    seed(t);
    expect_due(t, "469007000000", "2024-04-10", 1, "2024-04-12");
    expect_due(t, "460100000000", "2024-04-10", 1, "2024-04-11");
    expect_due(t, "469028000000", "2023-04-19", 1, "2023-04-23");
    expect_due(t, "460100000000", "2023-04-19", 1, "2023-04-20");
    expect_due(t, "469007100000", "2024-04-10", 1, "2024-04-12");    /* a town of 东方 keeps its county's days */
    expect_due(t, "", "2024-04-10", 1, "2024-04-11");
    expect_due(t, "511602000000", "2024-04-10", 1, "2024-04-11");    /* unknown: the national calendar */
}

static void the_calendar_ends_with_the_last_notice(void **state)
{
    struct fixture *t = *state;
    struct calendar c;
    struct due due;
    assert_int_equal(org_calendar(&t->db, t->a, S(""), &c), 0);
    assert_int_equal(c.n, 0);
    seed(t);
    assert_int_equal(org_calendar(&t->db, t->a, S(""), &c), 0);
    assert_int_equal(c.first_year, 2018);
    assert_int_equal(c.last_year, 2026);
    due_after(t->a, &c, day_of("2026-12-25"), (struct period){20, UNIT_WORKDAY}, false, &due);
    assert_false(due.known);
    assert_int_equal(due.missing_year, 2027);
}

static void a_bad_calendar_names_the_line(void **state)
{
    struct fixture *t = *state;
    str why = STR_NONE, head = S("date,kind,name\n"), local = S("region,date,kind,name\n");
    assert_int_equal(org_calendar_seed(&t->db, S("date,kind,name\n2026-02-30,off,x\n"), local, &why), ERR_FORMAT);
    assert_true(str_starts(why, S("national calendar, line 2")));
    assert_int_equal(org_calendar_seed(&t->db, S("date,kind,name\n2026-01-01,holiday,x\n"), local, &why), ERR_FORMAT);
    assert_int_equal(org_calendar_seed(&t->db, head, S("region,date,kind,name\n46,2026-01-01,off,x\n"), &why), ERR_FORMAT);
    assert_int_equal(org_calendar_seed(&t->db, head, S("region,date,kind,name\n,2026-01-01,off,x\n"), &why), ERR_FORMAT);
    assert_true(str_starts(why, S("local calendar, line 2")));
    assert_int_equal(org_calendar_seed(&t->db, S(""), S(""), &why), ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_uneven_tree_is_loaded_and_again_is_harmless),
        TEST(a_foreign_region_stays_outside_the_tree),
        TEST(a_department_is_region_and_name),
        TEST(the_demo_has_departments_halls_and_windows),
        TEST(a_demo_file_that_cannot_be_read_names_the_row),
        TEST(csv_rows),
        TEST(a_path_to_go_back_to_is_of_this_site),
        TEST(one_person_one_branch),
        TEST(the_schema_refuses_a_second_branch_by_itself),
        TEST(the_schema_refuses_a_role_under_a_foreign_branch),
        TEST(accepting_and_issuing_only_where_the_hall_says_so),
        TEST(what_a_post_needs),
        TEST(local_days_are_laid_over_the_national_ones),
        TEST(the_calendar_ends_with_the_last_notice),
        TEST(a_bad_calendar_names_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
