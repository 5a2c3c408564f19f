/* The file port: kept under its digest, once, and readable. */
#include "help.h"
#include "base/sm.h"
#include "db/file.h"

/* A temporary file with this content; its path, and its digest. */
static const char *spool(struct shop *t, str content, uint8_t sm3[32])
{
    static int n;
    const char *path = str_fmt(t->a, "%s/tmp/%d", db_store_dir(t->store), ++n).p;
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content.p, content.n), content.n);
    close(fd);
    sm3_of(content.p, content.n, sm3);
    return path;
}

static void expect_content(struct shop *t, const uint8_t sm3[32], str want)
{
    char have[64];
    int fd = file_open(t->store, sm3);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, have, sizeof have), want.n);
    assert_memory_equal(have, want.p, want.n);
    close(fd);
}

static void kept_once(void **state)
{
    struct shop *t = *state;
    uint8_t sm3[32], other[32];
    str why = STR_NONE;
    const char *one = spool(t, S("申请表"), sm3);
    assert_true(file_open(t->store, sm3) < 0);
    assert_int_equal(file_keep(t->store, one, sm3, &why), 0);
    assert_int_equal(access(one, F_OK), -1);
    expect_content(t, sm3, S("申请表"));
    const char *two = spool(t, S("申请表"), other);
    assert_memory_equal(sm3, other, 32);
    assert_int_equal(file_keep(t->store, two, other, &why), 0);
    assert_int_equal(access(two, F_OK), -1);
    expect_content(t, sm3, S("申请表"));
    str name = hex(t->a, sm3, 32);
    assert_int_equal(access(str_fmt(t->a, "%s/files/%.2s/%s", t->dir, name.p, name.p + 2).p, F_OK), on_pg() ? -1 : 0);
}

static void a_cut_file_is_replaced(void **state)
{
    only_sqlite();
    struct shop *t = *state;
    uint8_t sm3[32];
    str why = STR_NONE;
    assert_int_equal(file_keep(t->store, spool(t, S("whole"), sm3), sm3, &why), 0);
    str name = hex(t->a, sm3, 32);
    assert_int_equal(truncate(str_fmt(t->a, "%s/files/%.2s/%s", t->dir, name.p, name.p + 2).p, 2), 0);
    assert_int_equal(file_keep(t->store, spool(t, S("whole"), sm3), sm3, &why), 0);
    expect_content(t, sm3, S("whole"));
}

static void refusals(void **state)
{
    struct shop *t = *state;
    uint8_t sm3[32];
    str why = STR_NONE;
    const char *path = spool(t, S("x"), sm3);
    assert_int_equal(file_keep(t->store, "/nowhere/x", sm3, &why), ERR_FAIL);
    assert_true(str_is(why, "The file could not be stored."));
#ifdef YW_DEBUG
    setenv("YIWANG_FAULT", "file-full:1", 1);
    assert_int_equal(file_keep(t->store, path, sm3, &why), ERR_FULL);
    assert_true(str_is(why, "There is no space left for files."));
    assert_int_equal(access(path, F_OK), 0);
    unsetenv("YIWANG_FAULT");
#endif
    assert_int_equal(file_keep(t->store, path, sm3, &why), 0);
}

int main(void)
{
    log_set_level(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kept_once, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_cut_file_is_replaced, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(refusals, shop_setup, shop_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
