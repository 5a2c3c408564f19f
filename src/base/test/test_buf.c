#include "base/test/check.h"

#include "base/buf.h"

static void text_grows(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, mem, 1u << 20);
    check_str(buf_text(&b), "");
    assert_false(str_none(buf_text(&b)));
    buf_lit(&b, "a");
    buf_z(&b, "b");
    buf_str(&b, S("海"));
    buf_str(&b, STR_NONE);
    buf_char(&b, '-');
    buf_i64(&b, INT64_MIN);
    buf_fmt(&b, "%03d%s", 7, "");
    assert_string_equal(buf_text(&b).p, "ab海--9223372036854775808007");
    for (int i = 0; i < 20000; i++)
        buf_fmt(&b, "%d,", i);
    assert_int_equal(b.p[b.n], '\0');
    assert_true(str_ends(buf_text(&b), S(",19998,19999,")));
    assert_false(b.full);
}

static void past_the_ceiling_nothing_more_is_written(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, mem, 5);
    buf_lit(&b, "abc");
    buf_lit(&b, "de");
    assert_false(b.full);
    buf_lit(&b, "f");
    assert_true(b.full);
    check_str(buf_text(&b), "abcde");
    buf_init(&b, mem, 5);
    buf_fmt(&b, "%d", 123456);
    buf_char(&b, 'x');                      /* would fit, but something before it is missing already */
    assert_true(b.full);
    check_str(buf_text(&b), "");
    buf_init(&b, mem, 0);
    buf_put(&b, "", 0);
    assert_false(b.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(text_grows), TEST(past_the_ceiling_nothing_more_is_written)};
    return RUN(tests);
}
