#ifndef YW_BASE_TEST_CHECK_H
#define YW_BASE_TEST_CHECK_H
/* What the unit tests of base share. Programs run from the project's root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

static struct arena *mem;                   /* fresh for every test */

static inline int set_up(void **state)
{
    (void)state;
    mem = arena_new(64u << 20);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_drop(mem);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define RUN(tests) cmocka_run_group_tests((tests), NULL, NULL)

/* Texts are compared through a copy, so that a failure prints both. */
#define check_str(s, z) assert_string_equal(str_z(mem, (s)), (z))
#define check_absent(s) assert_true(str_none(s))

static inline str read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return STR_NONE;
    char *p = arena_alloc(mem, (1u << 20) + 1);
    size_t n = fread(p, 1, 1u << 20, f);
    fclose(f);
    return (str){p, n};
}

/* A file of the real data, absent where that is not at hand. */
static inline str read_data(const char *name)
{
    const char *dir = getenv("YIWANG_DATA");
    return read_file(str_fmt(mem, "%s/%s", dir ? dir : "../shared/data", name).p);
}
#endif
