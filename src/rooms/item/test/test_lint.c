/* The linter: each rule on a guide that is good but for one thing, the demo items, and the way through the store. */
#include <stdio.h>
#include <string.h>

#include "rooms/org/test/store.h"

#include "rooms/item/item_private.h"

static json_t *fixture(struct arena *a)
{
    FILE *f = fopen("src/rooms/item/test/fixture-lint.json", "rb");
    assert_non_null(f);
    char *p = arena_alloc(a, 1u << 20);
    size_t n = fread(p, 1, 1u << 20, f);
    assert_int_equal(fclose(f), 0);
    str why = STR_NONE;
    json_t *tree = json_read(a, (str){p, n}, &why);
    if (!tree)
        fail_msg("%.*s", STRF(why));
    return tree;
}

static str said(struct arena *a, const struct item_finding_line *f)
{
    assert_false(str_empty(f->mend));
    return str_fmt(a, "%.*s %.*s %.*s", STRF(f->field), STRF(f->rule), STRF(f->wording));
}

static void same(struct arena *a, size_t at, const json_t *want, struct item_finding_lines got)
{
    for (size_t i = 0; i < got.n || i < json_array_size(want); i++) {
        str g = i < got.n ? said(a, &got.at[i]) : S("nothing"), w = str_c(json_string_value(json_array_get(want, i)));
        if (!str_eq(g, w))
            fail_msg("case %zu, finding %zu: wanted \"%.*s\", got \"%.*s\"", at + 1, i + 1, STRF(w), STRF(g));
    }
}

static void each_rule_finds_what_it_is_for_and_nothing_else(void **state)
{
    struct fixture *t = *state;
    json_t *f = fixture(t->a), *good = json_object_get(f, "good"), *one;
    size_t i;
    same(t->a, 0, NULL, item_lint(t->a, good));
    json_array_foreach(json_object_get(f, "bad"), i, one) {
        const char *key;
        json_t *v, *guide = json_copy(good);
        json_object_foreach(json_object_get(one, "set"), key, v) {
            if (json_is_null(v))
                json_object_del(guide, key);
            else
                json_object_set(guide, key, v);
        }
        same(t->a, i, json_object_get(one, "want"), item_lint(t->a, guide));
        json_decref(guide);
    }
}

static void the_demo_items_have_no_finding(void **state)
{
    struct fixture *t = *state;
    size_t items = 0;
    for (size_t i = 0; i < demo_files_n; i++) {
        if (strncmp(demo_files[i].path, "demo/hainan/items/", 18) != 0)
            continue;
        str why = STR_NONE;
        const json_t *guide = json_read(t->a, (str){(const char *)demo_files[i].plain, demo_files[i].plain_n}, &why);
        assert_non_null(guide);
        struct item_finding_lines found = item_lint(t->a, guide);
        if (found.n)
            fail_msg("%s: %s", demo_files[i].path, said(t->a, &found.at[0]).p);
        items++;
    }
    assert_int_equal(items, 15);
}

static void published_items_come_one_after_the_other(void **state)
{
    struct fixture *t = *state;
    struct item_import_result r;
    str head = S("department,main_item,name,region_code,item_code,task_type,dept_code\n"
                 "示范局,未分类,一,999901000000,L-1,1,D1\n示范局,未分类,二,999901000000,L-2,20,D1\n");
    assert_int_equal(item_import(&t->db, t->a, head, S("test"), 0, 0, &r), 0);
    struct item_finding_lines found;
    int64_t after = 0;
    str code;
    assert_int_equal(item_lint_next(&t->db, t->a, &after, &code, &found), 1);
    assert_true(str_is(code, "L-1") && found.n == 11);                   /* 9 elements, two telephones */
    assert_int_equal(item_lint_next(&t->db, t->a, &after, &code, &found), 1);
    assert_true(str_is(code, "L-2") && found.n == 8);                    /* no permit: three elements fewer */
    assert_int_equal(item_lint_next(&t->db, t->a, &after, &code, &found), 0);
    assert_int_equal(item_lint_of(&t->db, t->a, S("L-2"), &found), 1);
    assert_int_equal(found.n, 8);
    assert_int_equal(item_lint_of(&t->db, t->a, S("L-3"), &found), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
        WITH_STORE(each_rule_finds_what_it_is_for_and_nothing_else),
        WITH_STORE(the_demo_items_have_no_finding),
        WITH_STORE(published_items_come_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
