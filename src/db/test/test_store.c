/* The store: one writer among all processes, the schema ledger, and what is said when a store cannot be opened. */
#include "help.h"
#include "db/ledger.h"

static struct db_store *open_raw(struct shop *t)
{
    struct db_store *s = NULL;
    str why = STR_NONE;
    if (db_store_open(t->a, t->dir, true, &s, &why) < 0)
        fail_msg("%.*s", STRF(why));
    return s;
}

/* Runs SQL of the test's own on a closed store. */
static void meddle(struct shop *t, const char *sql)
{
    shop_close(t);
    struct db_store *s = open_raw(t);
    assert_int_equal(sqlite3_exec(lite_store(s)->first, sql, NULL, NULL, NULL), SQLITE_OK);
    db_store_close(s);
}

static void expect_refused(struct shop *t, const char *part)
{
    struct db_store *s = open_raw(t);
    str why = STR_NONE;
    size_t at;
    assert_int_equal(db_store_migrate(s, t->a, &why), ERR_FAIL);
    if (!str_find(why, str_c(part), &at))
        fail_msg("\"%.*s\" does not say \"%s\"", STRF(why), part);
    db_store_close(s);
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

static void steps_are_recorded_once(void **state)
{
    struct shop *t = *state;
    assert_int_equal(commit_article(t, 1, "kept"), 0);
    shop_close(t);
    shop_open(t);                                /* nothing is applied again */
    assert_true(str_is(see_article(t, 1), "kept"));
    assert_int_equal(number(lite_conn(t->writer)->sqlite, "select count(*) from core_schema where length(hash) = 64 and applied_at > 0"), 2);
    assert_int_equal(number(lite_conn(t->writer)->sqlite, "select min_binary from core_store"), 1);
}

static void settings_hold(void **state)
{
    struct shop *t = *state;
    struct db_conn *c;
    assert_int_equal(number(lite_conn(t->writer)->sqlite, "pragma synchronous"), 2);
    assert_int_equal(number(lite_conn(t->writer)->sqlite, "pragma foreign_keys"), 1);
    assert_int_equal(number(lite_conn(t->writer)->sqlite, "pragma mmap_size"), 0);
    assert_int_equal(number(lite_conn(t->writer)->sqlite, "pragma trusted_schema"), 0);
    assert_int_equal(sqlite3_exec(lite_conn(t->writer)->sqlite, "select \"text\"", NULL, NULL, NULL), SQLITE_ERROR);
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(number(lite_conn(c)->sqlite, "pragma query_only"), 1);
    assert_int_equal(number(lite_conn(c)->sqlite, "pragma wal_autocheckpoint"), 0);
    assert_int_equal(number(lite_conn(c)->sqlite, "select 'A' like 'a'"), 0);          /* as PostgreSQL has it */
    db_conn_close(c);
}

static void a_changed_step_is_refused(void **state)
{
    struct shop *t = *state;
    meddle(t, "update core_schema set hash = 'other' where room = 'shop' and number = 2");
    expect_refused(t, "step shop 0002_series was changed");
    meddle(t, "update core_schema set hash = 'other'");
    expect_refused(t, "step shop 0001_start");
}

static void a_newer_store_is_refused(void **state)
{
    struct shop *t = *state;
    meddle(t, "update core_store set min_binary = 2");
    expect_refused(t, "needs a newer yiwang");
    meddle(t, "update core_store set min_binary = 1; insert into core_schema values ('shop', 3, 'gone', 'x', 1, 'contract')");
    expect_refused(t, "shop 0003_gone");
    meddle(t, "update core_schema set kind = 'expand' where number = 3");
    shop_open(t);                                /* a step that only adds is no obstacle */
}

static void unreadable_places(void **state)
{
    struct shop *t = *state;
    struct db_store *s = NULL;
    str why = STR_NONE;
    assert_int_equal(db_store_open(t->a, "/proc/yiwang", true, &s, &why), ERR_FAIL);
    assert_true(str_starts(why, S("The directory /proc/yiwang cannot be made: ")));
    assert_int_equal(db_store_open(t->a, "/proc", true, &s, &why), ERR_FAIL);
    assert_true(str_starts(why, S("The directory /proc cannot be written: ")));
    assert_int_equal(db_store_open(t->a, "/proc/nowhere", false, &s, &why), ERR_FAIL);
    assert_true(str_starts(why, S("There is no readable store in /proc/nowhere: ")));
    shop_close(t);
    unlink(str_fmt(t->a, "%s/yiwang.db-wal", t->dir).p);
    FILE *f = fopen(str_fmt(t->a, "%s/yiwang.db", t->dir).p, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database ", f);
    fclose(f);
    assert_int_equal(db_store_open(t->a, t->dir, true, &s, &why), ERR_FAIL);
    assert_true(str_starts(why, S("The database ")));
    assert_null(s);
    unlink(str_fmt(t->a, "%s/yiwang.db", t->dir).p);
}

static void tmp_is_emptied(void **state)
{
    struct shop *t = *state;
    const char *left = str_fmt(t->a, "%s/tmp/upload", t->dir).p;
    shop_close(t);
    close(open(left, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    shop_open(t);
    assert_int_equal(access(left, F_OK), -1);
}

/* ---- other processes ---- */

/* The code of opening the store as the writer from another process: 0 opened, 1 in use and said so, 2 anything else. */
static int open_elsewhere(struct shop *t)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct db_store *s;
        str why = STR_NONE;
        size_t at;
        struct arena *a = arena_new(1u << 20);
        int rc = db_store_open(a, t->dir, true, &s, &why);
        _exit(rc == 0 ? 0 : rc == ERR_EXISTS && str_find(why, S("in use by another yiwang"), &at) ? 1 : 2);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void one_writer_among_processes(void **state)
{
    struct shop *t = *state;
    assert_int_equal(open_elsewhere(t), 1);
    pid_t child = fork();                        /* a child (keeper, press) must not keep the lock alive */
    assert_true(child >= 0);
    if (child == 0) {
        pause();
        _exit(0);
    }
    shop_close(t);
    assert_int_equal(open_elsewhere(t), 0);
    shop_open(t);
    assert_int_equal(open_elsewhere(t), 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static int die_at_commit;                        /* in the child only: which commit is cut short */

static int on_commit(void *arg)
{
    (void)arg;
    if (--die_at_commit == 0)
        raise(SIGKILL);
    return 0;
}

static int on_open(sqlite3 *db, const char **message, const void *api)
{
    (void)message, (void)api;
    sqlite3_commit_hook(db, on_commit, NULL);
    return SQLITE_OK;
}

static void migrate_and_die(const char *dir, int at)
{
    struct arena *a = arena_new(1u << 20);
    struct db_store *s;
    str why;
    die_at_commit = at;
    sqlite3_auto_extension((void (*)(void))on_open);
    if (db_store_open(a, dir, true, &s, &why) == 0)
        db_store_migrate(s, a, &why);
    _exit(0);
}

/* Killed in the commit of the ledger, of the first and of the second step (the very first commit is that of the journal
 * mode): each stands wholly or not at all. */
static void a_kill_between_steps(void **state)
{
    struct shop *t = *state;
    shop_close(t);
    for (int at = 2; at <= 4; at++) {
        nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(mkdir(t->dir, 0700), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            migrate_and_die(t->dir, at);
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        struct db_store *s = open_raw(t);
        int64_t ledger = number(lite_store(s)->first, "select count(*) from sqlite_master where name = 'core_schema'");
        assert_int_equal(ledger, at > 2);
        assert_int_equal(ledger ? number(lite_store(s)->first, "select count(*) from core_schema") : 0, at > 2 ? at - 3 : 0);
        assert_int_equal(number(lite_store(s)->first, "select count(*) from sqlite_master where name in ('shop_article', 'shop_series')"),
                         at > 2 ? at - 3 : 0);
        db_store_close(s);
    }
    shop_open(t);
    assert_int_equal(commit_article(t, 1, "after all"), 0);
}

int main(void)
{
    log_set_level(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(steps_are_recorded_once, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(settings_hold, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_changed_step_is_refused, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_newer_store_is_refused, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(unreadable_places, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(tmp_is_emptied, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(one_writer_among_processes, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_kill_between_steps, shop_setup, shop_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
