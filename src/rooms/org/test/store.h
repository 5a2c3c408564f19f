#ifndef YW_ORG_TEST_STORE_H
#define YW_ORG_TEST_STORE_H
/* A store of its own for the rules of org and person: a directory, a key, the schema, one writer with an open member. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/keys.h"
#include "core/req.h"
#include "core/req_private.h"
#include "web/static.h"

extern const struct static_file demo_files[];
extern const size_t demo_files_n;

struct fixture { char dir[64]; struct arena *a; struct db_store *store; struct db_conn *writer; struct db db; };

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

static inline int fixture_setup(void **state)
{
    struct fixture *t = calloc(1, sizeof *t);
    log_set_level(LOG_WARN);
    str why = STR_NONE;
    int64_t now;
    assert_true(time_parse(S("2026-11-23T09:00:00+08:00"), &now));
    clock_set(now);
    snprintf(t->dir, sizeof t->dir, "/tmp/yiwang-org-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    t->a = arena_new(256u << 20);
    if (keys_make(t->a, t->dir, &why) || keys_load(t->a, t->dir, &why) || db_store_open(t->a, t->dir, true, &t->store, &why) ||
        db_store_migrate(t->store, t->a, &why))
        fail_msg("%.*s", STRF(why));
    assert_int_equal(db_conn_open(t->store, true, &t->writer), 0);
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &t->db), 0);
    *state = t;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *t = *state;
    (void)db_member_undo(&t->db);
    db_batch_rollback(t->writer);
    ids_forget();
    db_conn_close(t->writer);
    db_store_close(t->store);
    arena_drop(t->a);
    nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(t);
    clock_set(-1);
    return 0;
}

/* A file built into the program, by its path in the tree. */
static inline str built_in(const char *path)
{
    for (size_t i = 0; i < demo_files_n; i++)
        if (!strcmp(demo_files[i].path, path))
            return (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    fail_msg("no file %s", path);
    return STR_NONE;
}

static inline struct date day_of(const char *text)
{
    struct date d;
    assert_true(date_parse(str_c(text), &d));
    return d;
}

/* The rest of the member is lost after a failed statement: what a test expects to fail is the last thing it does. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#endif
