#include "base/test/check.h"

static void absent_and_empty_differ(void **state)
{
    (void)state;
    assert_true(str_none(STR_NONE) && str_empty(STR_NONE) && str_empty(S("")));
    assert_false(str_none(S("")));
    assert_true(str_none(str_c(NULL)) && !str_none(str_c("")));
    assert_true(str_eq(STR_NONE, STR_NONE) && str_eq(S(""), str_c("")));
    assert_false(str_eq(STR_NONE, S("")) || str_eq(S(""), STR_NONE) || str_is(STR_NONE, ""));
    check_absent(str_dup(mem, STR_NONE));
    check_absent(str_lower_ascii(mem, STR_NONE));
    check_absent(str_sub(STR_NONE, 0, 1));
    assert_string_equal(str_z(mem, STR_NONE), "");
    assert_int_equal(str_cmp(STR_NONE, STR_NONE), 0);
    assert_int_equal(str_cmp(STR_NONE, S("")), -1);
    assert_int_equal(str_cmp(S(""), STR_NONE), 1);
}

static void comparing(void **state)
{
    (void)state;
    assert_int_equal(str_cmp(S("a"), S("b")), -1);
    assert_int_equal(str_cmp(S("ab"), S("a")), 1);
    assert_int_equal(str_cmp(S("\xff"), S("a")), 1);
    assert_int_equal(str_cmp(S("a"), S("a")), 0);
    assert_true(str_starts(S("abc"), S("ab")) && str_starts(S("abc"), S("")) && !str_starts(S("a"), S("ab")));
    assert_true(str_ends(S("abc"), S("bc")) && !str_ends(S("abc"), S("abcd")) && !str_ends(S("abc"), S("ab")));
}

static void finding_and_cutting(void **state)
{
    (void)state;
    size_t at = 99;
    assert_true(str_find(S("海口市"), S("口"), &at));
    assert_int_equal(at, 3);
    assert_false(str_find(S("abc"), S("abcd"), &at) || str_find(STR_NONE, S(""), &at) || str_find(S("abc"), S("x"), &at));
    assert_int_equal(at, 3);
    check_str(str_sub(S("abcdef"), 2, 3), "cde");
    check_str(str_sub(S("abc"), 2, SIZE_MAX), "c");
    check_str(str_sub(S("abc"), 9, 1), "");
    str head, rest = str_cut(S("a=b=c"), '=', &head);
    check_str(head, "a");
    check_str(rest, "b=c");
    rest = str_cut(S("a="), '=', &head);
    assert_false(str_none(rest));
    assert_int_equal(rest.n, 0);
    check_absent(str_cut(S("abc"), '=', &head));
    check_str(head, "abc");
    check_absent(str_cut(STR_NONE, '=', &head));
    check_absent(head);
}

static void trimming(void **state)
{
    (void)state;
    check_str(str_trim(S(" \t\r\n\u3000 海 口 \u3000\n")), "海 口");
    check_str(str_trim(S("\u3000 ")), "");
    check_absent(str_trim(STR_NONE));
    check_str(str_trim(S("x\xe3\x80")), "x\xe3\x80");
}

static void making(void **state)
{
    (void)state;
    str slice = str_sub(S("abcdef"), 1, 2);
    assert_string_equal(str_dup(mem, slice).p, "bc");
    assert_string_equal(str_z(mem, slice), "bc");
    assert_string_equal(str_cat(mem, slice, S("中")).p, "bc中");
    assert_string_equal(str_cat(mem, STR_NONE, STR_NONE).p, "");
    assert_string_equal(str_fmt(mem, "%.*s-%d", STRF(slice), 7).p, "bc-7");
    assert_string_equal(str_fmt(mem, "[%.*s]", STRF(STR_NONE)).p, "[]");
    assert_string_equal(str_lower_ascii(mem, S("ÄBC-X海")).p, "Äbc-x海");
    check_str(str_i64(mem, INT64_MIN), "-9223372036854775808");
}

static void utf8_refusals(void **state)
{
    (void)state;
    static const str bad[] = {
        {"\0", 1}, {"\x80", 1}, {"\xc0\x80", 2}, {"\xc1\xbf", 2}, {"\xe0\x9f\xbf", 3}, {"\xf0\x8f\xbf\xbf", 4},   /* overlong */
        {"\xed\xa0\x80", 3}, {"\xed\xbf\xbf", 3},                                              /* surrogates */
        {"\xf4\x90\x80\x80", 4}, {"\xf5\x80\x80\x80", 4}, {"\xff", 1}, {"\xfe", 1},              /* past U+10FFFF */
        {"\xe6\xb5", 2}, {"\xe6", 1}, {"\xf0\x9f\x98", 3}, {"\xe6\x41\x41", 3}, {"a\xc3", 2},    /* cut short */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (utf8_valid(bad[i]))
            fail_msg("accepted: number %zu", i);
    assert_true(utf8_valid(STR_NONE) && utf8_valid(S("")) && utf8_valid(S("aé海😀\x7f\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80")));
}

static void utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t point = 1; point <= 0x10ffff; point += point < 0x11000 ? 1 : 97) {
        if (point == 0xd800)
            point = 0xe000;
        char out[4];
        str s = {out, utf8_put(out, point)};
        size_t at = 0;
        assert_true(utf8_valid(s));
        assert_int_equal(utf8_length(s), 1);
        assert_int_equal(utf8_next(s, &at), point);
        assert_int_equal(at, s.n);
    }
    assert_int_equal(utf8_length(S("aé海😀")), 4);
    check_str(utf8_head(S("aé海😀"), 3), "aé海");
    check_str(utf8_head(S("aé"), 9), "aé");
    check_str(utf8_head(S("aé"), 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(absent_and_empty_differ), TEST(comparing), TEST(finding_and_cutting), TEST(trimming),
        TEST(making), TEST(utf8_refusals), TEST(utf8_round_trip),
    };
    return RUN(tests);
}
