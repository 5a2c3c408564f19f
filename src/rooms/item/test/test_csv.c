/* The CSV reader, fault by fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "rooms/item/item_private.h"

static int setup(void **state)
{
    *state = arena_new(8u << 20);
    return 0;
}

static int teardown(void **state)
{
    arena_drop(*state);
    return 0;
}

static void begin(struct item_csv *c, str text)
{
    item_csv_begin(c, text);
}

static void rows_end_with_either_line_end(void **state)
{
    struct item_csv c;
    struct item_csv_row row;
    begin(&c, S("\xEF\xBB\xBF" "a,b\r\n1,\r\n\r\n,2\n3,4"));
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_int_equal(row.n, 2);
    assert_true(str_is(row.at[0], "a"));         /* the mark at the head is not part of it */
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_int_equal(row.line, 2);
    assert_true(str_is(row.at[1], ""));
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_int_equal(row.line, 4);               /* the empty line is passed over and counted */
    assert_true(str_is(row.at[0], "") && str_is(row.at[1], "2"));
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_true(str_is(row.at[1], "4"));
    assert_int_equal(item_csv_next(&c, *state, &row), 0);
}

static void quotes_hold_commas_quotes_and_line_ends(void **state)
{
    struct item_csv c;
    struct item_csv_row row;
    begin(&c, S("\"a,\"\"b\"\"\",\"x\r\ny\",\"\"\nnext,,\n"));
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_int_equal(row.n, 3);
    assert_true(str_is(row.at[0], "a,\"b\""));
    assert_true(str_is(row.at[1], "x\r\ny"));
    assert_true(str_is(row.at[2], ""));
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_int_equal(row.line, 3);
}

/* Each fault: its line, its field, its words, and that the row behind it is read. */
static void faults_name_line_and_reason_and_reading_goes_on(void **state)
{
    static const struct { str text; size_t bad; const char *why; } cases[] = {
        {S("h\na,\"b\nok,1\n"), 1, "never closed"},
        {S("h\na,\"b\"c\nok,1\n"), 1, "behind the closing"},
        {S("h\na,b\"c\"\nok,1\n"), 1, "inside a field"},
        {S("h\na,b\rc\nok,1\n"), 1, "carriage return"},
        {S("h\na\xff,b\nok,1\n"), 0, "not valid UTF-8"},
        {S("h\na,\xC0\xAF\nok,1\n"), 1, "not valid UTF-8"},
        {S("h\na,\xED\xA0\x80\nok,1\n"), 1, "not valid UTF-8"},
        {S("h\na\0b,c\nok,1\n"), 0, "U+0000"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct item_csv c;
        struct item_csv_row row;
        size_t at;
        begin(&c, cases[i].text);
        assert_int_equal(item_csv_next(&c, *state, &row), 1);
        assert_int_equal(item_csv_next(&c, *state, &row), ERR_FORMAT);
        assert_int_equal(row.line, 2);
        assert_int_equal(row.bad, cases[i].bad);
        assert_true(str_find(row.why, str_c(cases[i].why), &at));
        assert_int_equal(item_csv_next(&c, *state, &row), 1);
        assert_int_equal(row.line, 3);
        assert_true(str_is(row.at[0], "ok"));
        assert_int_equal(item_csv_next(&c, *state, &row), 0);
    }
}

static void more_fields_than_fit_are_counted(void **state)
{
    struct item_csv c;
    struct item_csv_row row;
    char text[200] = {0};
    memset(text, ',', 100);
    begin(&c, (str){text, 100});
    assert_int_equal(item_csv_next(&c, *state, &row), 1);
    assert_int_equal(row.n, 101);
}

static void an_empty_text_has_no_row(void **state)
{
    struct item_csv c;
    struct item_csv_row row;
    begin(&c, S(""));
    assert_int_equal(item_csv_next(&c, *state, &row), 0);
    begin(&c, S("\xEF\xBB\xBF\r\n\n"));
    assert_int_equal(item_csv_next(&c, *state, &row), 0);
}

static void tokens_are_pairs_words_and_codes(void **state)
{
    struct item_tokens t = item_tokens_of(*state, item_fold(*state, S("食品经营（Ａb）511Z07-511602-1\n食品")));
    static const char *const want[] = {"511602", "511z07", "511z075116021", "ab", "品", "品经", "经营", "营", "食品"};
    assert_int_equal(t.n, COUNT_OF(want));
    for (size_t i = 0; i < t.n; i++)
        assert_true(str_is(t.at[i], want[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_end_with_either_line_end, setup, teardown),
        cmocka_unit_test_setup_teardown(quotes_hold_commas_quotes_and_line_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(faults_name_line_and_reason_and_reading_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(more_fields_than_fit_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_text_has_no_row, setup, teardown),
        cmocka_unit_test_setup_teardown(tokens_are_pairs_words_and_codes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
