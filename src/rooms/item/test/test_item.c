/* Import, search and the demo items, on a real store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rooms/org/test/store.h"

#include "item_sql.h"
#include "rooms/item/item_private.h"
#include "rooms/org/org.h"

#define HEAD "department,main_item,name,region_code,item_code,task_type,dept_code\n"
#define ROW(name, code) "示范局,未分类," name ",999901000000," code ",1,D1\n"

/* ---- help ---- */

static str read_path(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return STR_NONE;
    char *p = arena_alloc(a, 4u << 20);
    size_t n = fread(p, 1, 4u << 20, f);
    assert_int_equal(fclose(f), 0);
    return (str){p, n};
}

static str file(struct fixture *t, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "src/rooms/item/test/%s", name);
    str text = read_path(t->a, path);
    assert_false(str_none(text));
    return text;
}

/* Real data: $YIWANG_DATA, then ../shared/data; skipped where absent. */
static str real(struct fixture *t, const char *name)
{
    char path[500];
    const char *dir = getenv("YIWANG_DATA");
    snprintf(path, sizeof path, "%s/%s", dir && *dir ? dir : "../shared/data", name);
    str text = read_path(t->a, path);
    if (str_none(text)) {
        print_message("no %s\n", path);
        skip();
    }
    return text;
}

static struct item_import_result import(struct fixture *t, str text, int flags, int want)
{
    struct item_import_result got;
    int rc = item_import(&t->db, t->a, text, S("test"), flags, clock_now(), &got);
    if (rc != want) {
        for (size_t i = 0; i < got.n; i++)
            print_message("line %lld %.*s: %.*s\n", (long long)got.refusals[i].line, STRF(got.refusals[i].field),
                STRF(got.refusals[i].reason));
        fail_msg("import gave %d, wanted %d", rc, want);
    }
    return got;
}

static void counts(struct item_import_result got, int imported, int updated, int unchanged, int refused)
{
    assert_int_equal(got.imported, imported);
    assert_int_equal(got.updated, updated);
    assert_int_equal(got.unchanged, unchanged);
    assert_int_equal(got.refused, refused);
    assert_int_equal(got.n, refused);
}

static bool has_finding(struct fixture *t, int64_t item_id, const char *what)
{
    struct item_findings_rows rows;
    assert_int_equal(item_findings(&t->db, item_id, &rows), 0);
    for (size_t i = 0; i < rows.n; i++)
        if (str_is(rows.at[i].what, what))
            return true;
    return false;
}

static struct item_hits find(struct fixture *t, struct item_filter f)
{
    struct item_hits hits;
    if (f.most == 0)
        f.most = 20;
    assert_int_equal(item_search(&t->db, t->a, &f, &hits), 0);
    return hits;
}

static struct item_hits words(struct fixture *t, const char *q)
{
    return find(t, (struct item_filter){.q = str_c(q)});
}

static void load_demo(struct fixture *t)
{
    struct org_demo demo = {built_in("demo/hainan/regions.csv"), built_in("demo/hainan/departments.json"),
                            built_in("demo/hainan/halls.json")};
    str why = STR_NONE, items[64];
    size_t n = 0;
    if (org_load_demo(&t->db, &demo, &why))
        fail_msg("%.*s", STRF(why));
    for (size_t i = 0; i < demo_files_n && n < COUNT_OF(items); i++)
        if (!strncmp(demo_files[i].path, "demo/hainan/items/", 18))
            items[n++] = (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    if (item_load_demo(&t->db, t->a, items, n, built_in("demo/hainan/entrusted.json"), clock_now(), &why) < 0)
        fail_msg("%.*s", STRF(why));
}

/* ---- CSV ---- */

static void a_catalogue_is_kept_verbatim_and_flagged(void **state)
{
    struct fixture *t = *state;
    struct item_head h;
    struct item_place place;
    counts(import(t, file(t, "fixture.csv"), 0, 0), 5, 0, 0, 0);
    assert_int_equal(item_by_code(&t->db, S("999Z0131000003-999901000000-000-TESTBODY1-1-00"), &h), 1);
    assert_true(str_is(h.name, "小餐饮“备案”, 含\"流动摊点\""));
    assert_true(str_is(h.type, "10"));
    assert_false(h.code_national);
    assert_true(has_finding(t, h.item_id, "code_not_national"));
    assert_int_equal(item_place(&t->db, h.item_id, &place), 1);
    assert_true(str_is(place.department, "示范区市场监管局"));
    assert_true(str_is(place.region_name, "999901000000"));
    assert_int_equal(item_by_code(&t->db, S("999F0114000005-999901000000-000-08123456-7-1-00"), &h), 1);
    assert_true(str_is(h.name, "工伤认定（职业病、含“视同工伤”；a/b·①）"));
}

static void the_same_file_again_changes_nothing(void **state)
{
    struct fixture *t = *state;
    struct item_head h;
    json_t *guide;
    str text = file(t, "fixture.csv");
    counts(import(t, text, ITEM_DRY_RUN, 0), 5, 0, 0, 0);
    assert_int_equal(words(t, "食品").n, 0);
    counts(import(t, text, 0, 0), 5, 0, 0, 0);
    counts(import(t, text, 0, 0), 0, 0, 5, 0);
    counts(import(t, S(HEAD "示范区人社局,未分类,社保卡补换（新）,999901000000,999B0114000004-999901000000-000-08123456-7-1-00,20,08123456-7\n"),
        0, 0),
           0, 1, 0, 0);
    assert_int_equal(item_by_code(&t->db, S("999B0114000004-999901000000-000-08123456-7-1-00"), &h), 1);
    assert_int_equal(h.version, 2);
    assert_int_equal(item_guide(&t->db, t->a, h.item_id, 1, &guide), 1);
    assert_true(str_is(json_get_str(guide, "name"), "社保卡补换"));      /* the old version stays */
    assert_int_equal(words(t, "补换（新").n, 1);
}

static void a_mark_and_crlf_are_accepted(void **state)
{
    struct fixture *t = *state;
    counts(import(t, S("\xEF\xBB\xBF" "item_code,name,department,main_item,region_code,task_type,dept_code\r\n"
                       "C-1,事项一,示范局,,999901000000,1,\r\n"), 0, 0), 1, 0, 0, 0);
    assert_int_equal(words(t, "事项一").n, 1);
}

static void names_may_be_a_thousand_characters_long(void **state)
{
    struct fixture *t = *state;
    char name[3100] = "";
    for (int i = 0; i < 1000; i++)
        memcpy(name + (size_t)i * 3, "长", 3);
    name[3000] = 0;
    counts(import(t, str_fmt(t->a, HEAD ROW("%s", "LONG-1"), name), 0, 0), 1, 0, 0, 0);
    struct item_import_result got = import(t, str_fmt(t->a, HEAD ROW("%s长", "LONG-2"), name), 0, ERR_REFUSED);
    counts(got, 0, 0, 0, 1);
    assert_true(str_is(got.refusals[0].field, "name"));
    assert_true(str_is(got.refusals[0].reason, "is longer than 1,000 characters"));
}

struct refused { str text; int64_t line; const char *field, *reason; };

static void what_is_wrong_is_refused_with_line_field_and_reason(void **state)
{
    struct fixture *t = *state;
    static const struct refused cases[] = {
        {S(""), 0, "", "empty"},
        {S("department,name\n"), 1, "", "missing"},
        {S("department,main_item,name,region_code,item_code,task_type,dept_code,extra\n"), 1, "extra", "no column"},
        {S("department,main_item,name,name,region_code,item_code,task_type,dept_code\n"), 1, "name", "twice"},
        {S(HEAD "示范局,未分类,事项,999901000000,C-1,1\n"), 2, "", "6 columns"},
        {S(HEAD "示范局,未分类,事项,999901000000,C-1,1,D,E\n"), 2, "", "8 columns"},
        {S(HEAD "示范局,未分类,\"事项,999901000000,C-1,1,D\n"), 2, "name", "never closed"},
        {S(HEAD "示范局,未分类,\"事\"项,999901000000,C-1,1,D\n"), 2, "name", "closing quotation"},
        {S(HEAD "示范局,未分类,事\xff,999901000000,C-1,1,D\n"), 2, "name", "UTF-8"},
        {S(HEAD "示范局,未分类,事\0项,999901000000,C-1,1,D\n"), 2, "name", "U+0000"},
        {S(HEAD "示范局,未分类,,999901000000,C-1,1,D\n"), 2, "name", "missing"},
        {S(HEAD "示范局,未分类,　 ,999901000000,C-1,1,D\n"), 2, "name", "missing"},
        {S(HEAD ",未分类,事项,999901000000,C-1,1,D\n"), 2, "department", "missing"},
        {S(HEAD "示范局,未分类,\"事\n项\",999901000000,C-1,1,D\n"), 2, "name", "control character"},
        {S(HEAD "示范局,未分类,事项,9999,C-1,1,D\n"), 2, "region_code", "12 digits"},
        {S(HEAD "示范局,未分类,事项,,C-1,1,D\n"), 2, "region_code", "missing"},
        {S(HEAD "示范局,未分类,事项,999901000000,C-1,77,D\n"), 2, "task_type", "type code"},
        {S(HEAD "示范局,未分类,事项,999901000000,C-1,,D\n"), 2, "task_type", "missing"},
        {S(HEAD ROW("一", "C-1") ROW("二", "C-2") ROW("三", "C-1")), 4, "item_code", "stands on line 2 and again on line 4"},
        {S("{\"items\":[{]}"), 1, "", "JSON cannot be read"},
        {S("{\"a\":1}"), 1, "items", "missing"},
        {S("{\"items\":[\n{\"name\":\"一\",\"dept\":\"局\",\"type\":\"行政许可\"},\n7]}"), 2, "", "not an object"},
        {S("{\"items\":[\n{\"name\":\"一\",\"dept\":\"局\"},\n{\"dept\":\"局\",\"type\":\"行政许可\"}]}"), 3, "name", "missing"},
        {S("{\"items\":[\n{\"name\":\"一\",\"dept\":\"局\"},\n{\"name\":\"一\",\"dept\":\"局\"}]}"), 3, "code",
            "line 2 and again on line 3"},
        {S("{\"department\":\"nobody\",\"name\":\"一\",\"type\":\"01\"}"), 1, "department", "no department with the key"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t at;
        struct item_import_result got = import(t, cases[i].text, 0, ERR_REFUSED);
        assert_true(got.n > 0 && got.refused == (int64_t)got.n && got.imported == 0);
        assert_int_equal(got.refusals[0].line, cases[i].line);
        if (cases[i].field[0])
            assert_true(str_is(got.refusals[0].field, cases[i].field));
        assert_true(str_find(got.refusals[0].reason, str_c(cases[i].reason), &at));
    }
    assert_int_equal(find(t, (struct item_filter){.home = S("")}).n, 0);        /* nothing was taken in */
}

static void bad_rows_are_skipped_only_when_asked(void **state)
{
    struct fixture *t = *state;
    str text = S(HEAD ROW("一", "C-1") "示范局,未分类,\"坏,999901000000,C-9,1,D1\n" ROW("二", "C-2") ROW("三", "C-1") ROW("四", "C-4"));
    counts(import(t, text, 0, ERR_REFUSED), 0, 0, 0, 2);
    counts(import(t, text, ITEM_SKIP_BAD | ITEM_DRY_RUN, 0), 3, 0, 0, 2);
    counts(import(t, text, ITEM_SKIP_BAD, 0), 3, 0, 0, 2);
    struct item_head h;
    assert_int_equal(item_by_code(&t->db, S("C-1"), &h), 1);
    assert_true(str_is(h.name, "一"));
    assert_int_equal(item_by_code(&t->db, S("C-9"), &h), 0);
}

/* ---- guides ---- */

static void guides_are_mapped_and_unknown_keys_kept(void **state)
{
    struct fixture *t = *state;
    struct item_head h;
    json_t *g;
    counts(import(t, file(t, "fixture-guides.json"), 0, 0), 4, 0, 0, 0);
    counts(import(t, file(t, "fixture-guides.json"), 0, 0), 0, 0, 4, 0);
    assert_int_equal(item_by_code(&t->db, S("SFX-0001"), &h), 1);
    assert_true(str_is(h.type, "01") && str_is(h.kind, "commitment") && str_is(h.region, "999902000000"));
    assert_int_equal(h.level, 4);
    assert_int_equal(h.legal_n, 20);
    assert_true(str_is(h.promise_unit, "workday") && !h.online);
    assert_int_equal(item_guide(&t->db, t->a, h.item_id, 1, &g), 1);
    assert_true(str_is(json_get_str(g, "delegation"), "下放"));
    assert_true(json_is_array(json_object_get(g, "special")));
    assert_int_equal(json_array_size(json_object_get(g, "process")), 3);
    const json_t *m = json_array_get(json_object_get(g, "materials"), 1);
    assert_true(str_is(json_get_str(m, "name"), "取水评估报告（无等级）") && !json_get_bool(m, "required", true));
    assert_true(str_is(json_get_str(json_array_get(json_object_get(g, "materials"), 0), "stamp"), "单位盖章"));
    assert_true(str_is(json_get_str(json_object_get(g, "given"), "level"), "县级(4)"));
    assert_int_equal(find(t, (struct item_filter){.object = S("person")}).n, 1);
}

static void an_item_without_a_code_gets_one_of_its_own(void **state)
{
    struct fixture *t = *state;
    counts(import(t, file(t, "fixture-guides.json"), 0, 0), 4, 0, 0, 0);
    struct item_hits hits = words(t, "没有编码");
    struct item_head h;
    assert_int_equal(hits.n, 1);
    assert_int_equal(item_by_code(&t->db, hits.at[0].code, &h), 1);
    assert_true(h.code_own && str_starts(h.code, S("YW-")));
    assert_true(has_finding(t, h.item_id, "code_own") && has_finding(t, h.item_id, "type_unknown") &&
                has_finding(t, h.item_id, "region_missing"));
    assert_int_equal(words(t, "示范取水许可").n, 2);                     /* one name, two departments: two items */
    assert_int_equal(item_by_code(&t->db, S("11460000MB0D0001074460114004000"), &h), 1);
    assert_true(str_is(h.type, "10"));           /* 其他行政权力(20) of the exchange list is our 10 */
    assert_true(h.code_national && has_finding(t, h.item_id, "type_mismatch"));
}

/* ---- search ---- */

static void two_characters_one_character_and_codes_are_found(void **state)
{
    struct fixture *t = *state;
    import(t, file(t, "fixture.csv"), 0, 0);
    assert_int_equal(words(t, "食品").n, 2);
    assert_int_equal(words(t, "社保").n, 1);
    assert_int_equal(words(t, "卡").n, 1);
    assert_int_equal(words(t, "换").n, 1);       /* the last character of a run */
    assert_int_equal(words(t, "许可证明").n, 0);
    assert_int_equal(words(t, "999A0131000001").n, 1);
    assert_int_equal(words(t, "999a0131").n, 2);
    assert_int_equal(words(t, "999A0131000001-9999").n, 1);
    assert_int_equal(words(t, "999A0131000002-999901000000-000-TESTBODY1-1-00").n, 1);
    assert_int_equal(words(t, "食品 变更").n, 1);
    assert_int_equal(words(t, "ＡＢ").n, 0);
    assert_int_equal(words(t, "　食品　").n, 2);
    assert_int_equal(words(t, "，。！%_'\"").n, 0);
    assert_int_equal(words(t, "工伤认定（职业病").n, 1);
}

static void words_that_stand_apart_are_found_when_nothing_else_is(void **state)
{
    struct fixture *t = *state;
    import(t, file(t, "fixture.csv"), 0, 0);
    struct item_hits hits = words(t, "食品许可");
    assert_int_equal(hits.n, 2);
    assert_true(hits.relaxed);
    assert_false(words(t, "食品经营").relaxed);
}

static void the_name_itself_comes_first_then_its_beginning_then_the_own_region(void **state)
{
    struct fixture *t = *state;
    import(t, S(HEAD "甲局,,关于居住证的说明,999901000000,R-1,20,\n" "甲局,,居住证办理,999901000000,R-2,20,\n"
                "甲局,,居住证,999901000000,R-3,20,\n" "乙局,,居住证办理（乙）,999902000000,R-4,20,\n"), 0, 0);
    struct item_hits hits = words(t, "居住证");
    assert_int_equal(hits.n, 4);
    assert_true(str_is(hits.at[0].code, "R-3") && str_is(hits.at[1].code, "R-2") && str_is(hits.at[3].code, "R-1"));
    hits = find(t, (struct item_filter){.q = S("居住证"), .home = S("999902000000")});
    assert_true(str_is(hits.at[1].code, "R-4"));
    hits = find(t, (struct item_filter){.home = S("999902000000")});
    assert_int_equal(hits.n, 4);
    assert_true(str_is(hits.at[0].code, "R-4") && str_is(hits.at[1].code, "R-1"));
    assert_int_equal(find(t, (struct item_filter){.region = S("999901000000")}).n, 3);
    assert_int_equal(find(t, (struct item_filter){.department = S("乙局")}).n, 1);
    assert_int_equal(find(t, (struct item_filter){.type = S("01")}).n, 0);
}

/* Every item once, whatever the page size. */
static void pages_join_without_gap_or_repeat(void **state)
{
    struct fixture *t = *state;
    import(t, file(t, "fixture.csv"), 0, 0);
    import(t, S(HEAD "乙局,,食品乙,999902000000,R-4,20,\n" "乙局,,乙食品,999902000000,R-5,20,\n"), 0, 0);
    static const struct item_filter cases[] = {
        {.q = {NULL, 0}}, {.home = {"999902000000", 12}}, {.q = {"食品", 6}}, {.q = {"食品", 6}, .home = {"999902000000", 12}}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct item_filter f = cases[i];
        size_t all = find(t, f).n, seen = 0;
        int64_t ids[20];
        f.most = 2;
        do {
            struct item_hits page = find(t, f);
            for (size_t j = 0; j < page.n; j++) {
                for (size_t k = 0; k < seen; k++)
                    assert_true(ids[k] != page.at[j].item_id);
                ids[seen++] = page.at[j].item_id;
            }
            f.after = page.next;
        } while (!str_none(f.after));
        assert_int_equal(seen, all);
    }
    struct item_hits hits;
    static const char *const bad[] = {"x", "1", "1.x", "-1.2", "1.-2", "999.1", "1.99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(item_search(&t->db, t->a, &(struct item_filter){.after = str_c(bad[i]), .most = 2}, &hits), ERR_FORMAT);
}

/* ---- the demo ---- */

static void the_demo_items_are_complete(void **state)
{
    struct fixture *t = *state;
    static const char *const needed[] = {"conditions", "materials", "process", "places", "contacts", "questions", "result",
                                         "basis", "fields", "handbook", "legal", "promise"};
    load_demo(t);
    load_demo(t);                                /* again is harmless */
    struct item_hits hits = find(t, (struct item_filter){.most = 100});
    assert_true(hits.n >= 15);
    for (size_t i = 0; i < hits.n; i++) {
        struct item_head h;
        json_t *g;
        assert_int_equal(item_by_code(&t->db, hits.at[i].code, &h), 1);
        assert_int_equal(h.version, 1);
        assert_true(h.code_national);
        assert_int_equal(item_guide(&t->db, t->a, h.item_id, h.version, &g), 1);
        for (size_t k = 0; k < COUNT_OF(needed); k++) {
            const json_t *v = json_object_get(g, needed[k]);
            if (!(json_array_size(v) > 0 || json_object_size(v) > 0))
                fail_msg("%.*s has no %s", STRF(h.code), needed[k]);
        }
    }
}

static str list_of(struct fixture *t, const json_t *g, const char *key)
{
    struct buf b;
    size_t i;
    json_t *v;
    buf_init(&b, t->a, 64 << 10);
    json_array_foreach(json_object_get(g, key), i, v) {
        buf_str(&b, json_get_str(v, "name"));
        buf_lit(&b, "\n");
    }
    return buf_text(&b);
}

static void no_two_demo_items_share_a_material_list_or_a_process(void **state)
{
    struct fixture *t = *state;
    str papers[100], stages[100];
    load_demo(t);
    struct item_hits hits = find(t, (struct item_filter){.most = 100});
    for (size_t i = 0; i < hits.n; i++) {
        json_t *g;
        assert_int_equal(item_guide(&t->db, t->a, hits.at[i].item_id, 1, &g), 1);
        papers[i] = list_of(t, g, "materials");
        stages[i] = list_of(t, g, "process");
        for (size_t k = 0; k < i; k++)
            if (str_eq(papers[i], papers[k]) || str_eq(stages[i], stages[k]))
                fail_msg("%.*s and %.*s are the same", STRF(hits.at[i].code), STRF(hits.at[k].code));
    }
}

static void an_entrusted_list_is_in_force_within_its_period(void **state)
{
    struct fixture *t = *state;
    struct item_id_by_key item;
    int64_t hall;
    load_demo(t);
    assert_int_equal(item_id_by_key(&t->db, S("sewage-discharge"), &item), 1);
    assert_int_equal(org_hall_id(&t->db, S("hall-hk"), &hall), 1);
    int64_t day = date_days(day_of("2026-11-23"));
    assert_int_equal(item_entrusted(&t->db, hall, item.item_id, day), 1);
    assert_int_equal(item_entrusted(&t->db, hall, item.item_id, date_days(day_of("2025-12-31"))), 0);
    assert_int_equal(item_entrusted(&t->db, hall, item.item_id, date_days(day_of("2029-01-01"))), 0);
    assert_int_equal(org_hall_id(&t->db, S("hall-sy"), &hall), 1);
    assert_int_equal(item_entrusted(&t->db, hall, item.item_id, day), 0);
}

static void the_home_page_has_popular_items_and_themes(void **state)
{
    struct fixture *t = *state;
    struct item_names names;
    struct item_theme_lines themes;
    load_demo(t);
    assert_int_equal(item_popular_list(&t->db, S(""), 8, &names), 0);
    assert_int_equal(names.n, 8);
    assert_int_equal(item_theme_list(&t->db, LANG_ZH, "person", &themes), 0);
    assert_true(themes.n > 0 && themes.at[0].n > 0);
    struct item_hits hits = find(t, (struct item_filter){.theme_kind = S("person"), .theme = themes.at[0].code});
    assert_int_equal(hits.n, themes.at[0].n);
}

/* ---- real data ---- */

static void the_real_catalogue_is_taken_in_verbatim(void **state)
{
    struct fixture *t = *state;
    str text = real(t, "items-guangan.csv");
    struct item_csv csv;
    struct item_csv_row row;
    counts(import(t, text, 0, 0), 1135, 0, 0, 0);
    counts(import(t, text, 0, 0), 0, 0, 1135, 0);
    item_csv_begin(&csv, text);
    assert_int_equal(item_csv_next(&csv, t->a, &row), 1);
    int n = 0;
    while (item_csv_next(&csv, t->a, &row) == 1) {
        struct item_head h;
        struct item_place place;
        assert_int_equal(item_by_code(&t->db, row.at[4], &h), 1);
        assert_true(str_eq(h.name, row.at[2]) && str_eq(h.code, row.at[4]) && str_eq(h.region, row.at[3]) && !h.code_national);
        assert_int_equal(item_place(&t->db, h.item_id, &place), 1);
        assert_true(str_eq(place.department, row.at[0]));
        n++;
    }
    assert_int_equal(n, 1135);
    assert_true(words(t, "社保").n > 0 && words(t, "公积金").n + words(t, "食品").n > 0);
    struct item_filter f = {.region = S("511602000000"), .most = 20};
    int seen = 0;
    do {
        struct item_hits page = find(t, f);
        seen += (int)page.n;
        f.after = page.next;
    } while (!str_none(f.after));
    assert_int_equal(seen, 1135);
}

static void the_real_guides_are_taken_in_whole(void **state)
{
    struct fixture *t = *state;
    str text = real(t, "guides.json"), why;
    const json_t *all = json_read(t->a, text, &why), *items = json_object_get(all, "items");
    counts(import(t, text, 0, 0), 31, 0, 0, 0);
    counts(import(t, text, 0, 0), 0, 0, 31, 0);
    size_t i;
    json_t *g;
    json_array_foreach(items, i, g) {
        struct item_hits hits = find(t, (struct item_filter){.q = json_get_str(g, "name"), .most = 50});
        bool found = false;
        for (size_t k = 0; k < hits.n && !found; k++) {
            json_t *body;
            assert_int_equal(item_guide(&t->db, t->a, hits.at[k].item_id, 1, &body), 1);
            found = json_equal(json_object_get(body, "given"), g) == 1;
        }
        if (!found)
            fail_msg("%.*s is not there whole", STRF(json_get_str(g, "name")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_catalogue_is_kept_verbatim_and_flagged),
        TEST(the_same_file_again_changes_nothing),
        TEST(a_mark_and_crlf_are_accepted),
        TEST(names_may_be_a_thousand_characters_long),
        TEST(what_is_wrong_is_refused_with_line_field_and_reason),
        TEST(bad_rows_are_skipped_only_when_asked),
        TEST(guides_are_mapped_and_unknown_keys_kept),
        TEST(an_item_without_a_code_gets_one_of_its_own),
        TEST(two_characters_one_character_and_codes_are_found),
        TEST(words_that_stand_apart_are_found_when_nothing_else_is),
        TEST(the_name_itself_comes_first_then_its_beginning_then_the_own_region),
        TEST(pages_join_without_gap_or_repeat),
        TEST(the_demo_items_are_complete),
        TEST(no_two_demo_items_share_a_material_list_or_a_process),
        TEST(an_entrusted_list_is_in_force_within_its_period),
        TEST(the_home_page_has_popular_items_and_themes),
        TEST(the_real_catalogue_is_taken_in_verbatim),
        TEST(the_real_guides_are_taken_in_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
