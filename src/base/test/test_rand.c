#include "base/test/check.h"

#include "base/rand.h"

static void the_system_gives_different_bytes(void **state)
{
    (void)state;
    assert_true(rand_u64() != rand_u64());
    str x = rand_hex(mem, 16), y = rand_hex(mem, 16);
    assert_int_equal(x.n, 32);
    assert_false(str_eq(x, y));
    assert_int_equal(strspn(x.p, "0123456789abcdef"), 32);
}

static void digits_are_even(void **state)
{
    (void)state;
    size_t n = 20000, count[10] = {0};
    str s = rand_digits(mem, n);
    assert_int_equal(s.n, n);
    for (size_t i = 0; i < n; i++) {
        assert_in_range(s.p[i], '0', '9');
        count[s.p[i] - '0']++;
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(count[i], 1700, 2300);   /* seven standard deviations */
}

/* Stays last: the seed holds for the rest of the process. */
static void a_seed_repeats_its_stream(void **state)
{
    (void)state;
    rand_seed_for_test(7);
    uint64_t x = rand_u64(), y = rand_u64();
    rand_seed_for_test(7);
    assert_true(x == rand_u64() && y == rand_u64() && x != y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_system_gives_different_bytes), TEST(digits_are_even), TEST(a_seed_repeats_its_stream),
    };
    return RUN(tests);
}
