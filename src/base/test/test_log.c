#include "base/test/check.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* What fn writes to standard error. */
static str logged(void (*fn)(void))
{
    int keep = dup(STDERR_FILENO), pipes[2];
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], STDERR_FILENO);
    close(pipes[1]);
    fn();
    dup2(keep, STDERR_FILENO);
    close(keep);
    char *p = arena_alloc(mem, 65536);
    size_t n = 0;
    for (ssize_t got; (got = read(pipes[0], p + n, 65536 - n)) > 0;)
        n += (size_t)got;
    close(pipes[0]);
    return (str){p, n};
}

static void forged(void)
{
    log_line(LOG_WARN, "test", "name %s", "x\n2026-03-02 error test: forged\x1b[2J海");
    log_line(LOG_DEBUG, "test", "not shown");
}

static void one_line_per_event(void **state)
{
    (void)state;
    clock_set(1772413200123);
    check_str(logged(forged), "2026-03-02T09:00:00.123+08:00 warn test: name x 2026-03-02 error test: forged [2J海\n");
}

static void endless(void)
{
    log_line(LOG_ERROR, "test", "%s", str_z(mem, read_file("src/rooms/org/calendar/national.csv")));
}

static void long_words_are_cut_between_characters(void **state)
{
    (void)state;
    str line = logged(endless);
    assert_in_range(line.n, 2000, 2048);
    assert_true(utf8_valid(line) && str_ends(line, S("\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(one_line_per_event), TEST(long_words_are_cut_between_characters)};
    return RUN(tests);
}
