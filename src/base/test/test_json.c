#include "base/test/check.h"

#include "base/clock.h"
#include "base/json.h"

static str nested(size_t levels, const char *open, const char *close)
{
    struct buf b;
    buf_init(&b, mem, 1u << 20);
    for (size_t i = 0; i < levels; i++)
        buf_z(&b, open);
    buf_z(&b, "1");
    for (size_t i = 0; i < levels; i++)
        buf_z(&b, close);
    return buf_text(&b);
}

static void reading(void **state)
{
    (void)state;
    str why;
    const json_t *t = json_read(mem, S("{\"名\":\"海口\",\"n\":9007199254740993,\"b\":true,\"e\":\"\"}"), &why);
    assert_non_null(t);
    check_str(json_get_str(t, "名"), "海口");
    check_absent(json_get_str(t, "n"));
    check_absent(json_get_str(t, "none"));
    assert_false(str_none(json_get_str(t, "e")));
    assert_true(json_get_int(t, "n", 0) == INT64_C(9007199254740993));
    assert_int_equal(json_get_int(t, "b", -7), -7);
    assert_true(json_get_bool(t, "b", false) && json_get_bool(t, "n", true) && !json_get_bool(NULL, "b", false));
    check_absent(json_get_str(NULL, "x"));
    assert_non_null(json_read(mem, S(" [] "), &why));
    assert_non_null(json_read(mem, S("3"), &why));
    /* A slice: what stands behind it is not read. */
    assert_non_null(json_read(mem, str_sub(S("{}x"), 0, 2), &why));
}

static void strictness(void **state)
{
    (void)state;
    static const str bad[] = {
        {"", 0}, {NULL, 0}, {"{\"a\":1,\"a\":2}", 13}, {"\"a\\u0000\"", 9}, {"{}x", 3}, {"{}\0", 3}, {"\"\xff\"", 3},
        {"\"\xed\xa0\x80\"", 5}, {"1e999", 5}, {"99999999999999999999", 20}, {"[1,]", 4}, {"{'a':1}", 7}, {"\"\\ud800\"", 8},
        {"nul", 3}, {"NaN", 3}, {"[01]", 4}, {"\"a\nb\"", 5}, {"\xef\xbb\xbf{}", 5}, {"[", 1}, {"\"", 1}, {"\"\\", 2},
        {"\"a\0b\"", 5},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        str why = STR_NONE;
        if (json_read(mem, bad[i], &why))
            fail_msg("accepted: number %zu", i);
        assert_false(str_empty(why));
    }
}

static void depth(void **state)
{
    (void)state;
    str why;
    assert_non_null(json_read(mem, nested(64, "[", "]"), &why));
    assert_null(json_read(mem, nested(65, "[", "]"), &why));
    check_str(why, "more than 64 levels deep");
    int64_t before = clock_mono();
    assert_null(json_read(mem, nested(10000, "[", "]"), &why));
    assert_null(json_read(mem, nested(10000, "{\"a\":", "}"), &why));
    assert_null(json_read(mem, nested(100000, "[", ""), &why));
    assert_true(clock_mono() - before < 50);
    /* Brackets inside a string, also behind an escaped quotation mark, are text. */
    assert_non_null(json_read(mem, str_fmt(mem, "[\"\\\"\\\\\\\"%.*s\"]", STRF(str_sub(nested(100, "[{", ""), 0, 200))), &why));
    assert_non_null(json_read(mem, nested(1, "[[],[],[[]],{\"a\":[]},", "]"), &why));
}

static void writing(void **state)
{
    (void)state;
    struct buf b;
    struct json j;
    str why;
    buf_init(&b, mem, 4096);
    json_begin(&j, &b);
    json_obj(&j);
    json_key(&j, S("a\"b"));
    json_str(&j, S("\"\\/\b\f\n\r\t\x01\x7f海"));
    json_key(&j, S("list"));
    json_arr(&j);
    json_int(&j, -5);
    json_id(&j, INT64_MAX);
    json_bool(&j, true);
    json_none(&j);
    json_str(&j, STR_NONE);
    json_str(&j, S(""));
    json_arr(&j);
    json_arr_end(&j);
    json_obj(&j);
    json_obj_end(&j);
    json_raw(&j, S("{\"r\":[]}"));
    json_value(&j, json_read(mem, S("{ \"z\": 1, \"a\": [ \"海/\" ] }"), &why));
    json_value(&j, NULL);
    json_arr_end(&j);
    json_key(&j, S("end"));
    json_int(&j, 0);
    json_obj_end(&j);
    const char *want = "{\"a\\\"b\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f海\",\"list\":[-5,\"9223372036854775807\",true,null,null,"
                       "\"\",[],{},{\"r\":[]},{\"z\":1,\"a\":[\"海/\"]},null],\"end\":0}";
    check_str(buf_text(&b), want);
    const json_t *back = json_read(mem, buf_text(&b), &why);
    assert_non_null(back);
    check_str(json_get_str(back, "a\"b"), "\"\\/\b\f\n\r\t\x01\x7f海");
    check_str(json_text(mem, json_object_get(back, "end")), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(reading), TEST(strictness), TEST(depth), TEST(writing)};
    return RUN(tests);
}
