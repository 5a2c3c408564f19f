#include "base/test/check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    for (size_t n = 0; n < 3000; n += 7) {
        char *p = arena_alloc(mem, n);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
    assert_true(arena_used(mem) > 600 * 1000);
    arena_reset(mem);
    assert_int_equal(arena_used(mem), 0);
    char *p = arena_alloc(mem, 4000);
    for (size_t i = 0; i < 4000; i++)
        assert_int_equal(p[i], 0);
}

static void nothing_is_still_a_pointer_of_its_own(void **state)
{
    (void)state;
    assert_non_null(arena_alloc(mem, 0));
    assert_ptr_not_equal(arena_alloc(mem, 0), arena_alloc(mem, 0));
}

static void large_pieces_do_not_waste_the_block(void **state)
{
    (void)state;
    char *before = arena_alloc(mem, 16);
    char *large = arena_alloc(mem, 5u << 20);
    char *after = arena_alloc(mem, 16);
    assert_int_equal(large[(5u << 20) - 1], 0);
    assert_true(after > before && after - before < 256);
}

static char order[8];

static void note(void *arg)
{
    size_t n = strlen(order);
    order[n] = *(const char *)arg;
    order[n + 1] = '\0';
}

static void register_again(void *arg)
{
    arena_cleanup(arg, note, "z");
}

static void clean_ups_run_newest_first_and_once(void **state)
{
    (void)state;
    order[0] = '\0';
    arena_cleanup(mem, note, "a");
    arena_cleanup(mem, register_again, mem);
    arena_cleanup(mem, note, "b");
    arena_reset(mem);
    assert_string_equal(order, "bza");
    arena_reset(mem);
    assert_string_equal(order, "bza");
    arena_drop(NULL);
}

static void the_ceiling_jumps_to_the_guard(void **state)
{
    (void)state;
    struct arena *a = arena_new(100 * 1000);
    volatile size_t pieces = 0;
    if (setjmp(*arena_guard(a)) == 0) {
        assert_false(arena_failed(a));
        for (;; pieces++)
            arena_alloc(a, 1000);
    }
    assert_true(arena_failed(a));
    assert_in_range(pieces, 85, 100);       /* nearly all of the ceiling is usable */
    arena_reset(a);
    assert_false(arena_failed(a));
    if (setjmp(*arena_guard(a)) == 0) {
        arena_alloc(a, 100 * 1000 + 1);
        fail();
    }
    if (setjmp(*arena_guard(a)) == 0) {
        arena_array(a, SIZE_MAX / 2, 3);
        fail();
    }
    if (setjmp(*arena_guard(a)) == 0) {
        arena_alloc(a, SIZE_MAX);
        fail();
    }
    arena_unguard(a);
    assert_non_null(arena_alloc(a, 10));
    arena_drop(a);
}

static void a_clean_up_that_cannot_be_remembered_runs_at_once(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    order[0] = '\0';
    if (setjmp(*arena_guard(a)) == 0)
        for (;;)
            arena_alloc(a, 1);
    if (setjmp(*arena_guard(a)) == 0) {
        arena_cleanup(a, note, "x");
        fail();
    }
    assert_string_equal(order, "x");
    arena_drop(a);
}

/* Runs fn in a process of its own; true when that ended by abort. */
static bool aborts(void (*fn)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        fn();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void too_much_without_guard(void)
{
    arena_alloc(arena_new(1000), 2000);
}

static void too_much_on_the_way_out(void)
{
    struct arena *a = arena_new(1000);
    if (setjmp(*arena_guard(a)) == 0)
        arena_alloc(a, 2000);
    arena_alloc(a, 2000);                   /* the guard has fired: no second jump, no loop */
}

static void without_guard_the_process_ends(void **state)
{
    (void)state;
    assert_true(aborts(too_much_without_guard));
    assert_true(aborts(too_much_on_the_way_out));
}

static void use_after_reset(void)
{
    struct arena *a = arena_new(1000);
    volatile char *p = arena_alloc(a, 100);
    arena_reset(a);
    _exit((uint8_t)p[50] == 0xdd ? 3 : 0);
}

/* Debug builds overwrite it; under AddressSanitizer the read itself is caught. */
static void a_pointer_kept_too_long_shows_itself(void **state)
{
    (void)state;
#if defined(YW_DEBUG) || defined(__SANITIZE_ADDRESS__)
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        use_after_reset();
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(status != 0);
#else
    (void)use_after_reset;
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_is_zeroed_and_aligned),
        TEST(nothing_is_still_a_pointer_of_its_own),
        TEST(large_pieces_do_not_waste_the_block),
        TEST(clean_ups_run_newest_first_and_once),
        TEST(the_ceiling_jumps_to_the_guard),
        TEST(a_clean_up_that_cannot_be_remembered_runs_at_once),
        TEST(without_guard_the_process_ends),
        TEST(a_pointer_kept_too_long_shows_itself),
    };
    return RUN(tests);
}
