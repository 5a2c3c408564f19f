/* The write batch: one bad member must not harm the others, and what is gone must be known to be gone. */
#include "help.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include "base/clock.h"

static void begin_with_one(struct shop *t, int64_t id)
{
    struct db db;
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, id, str_fmt(t->a, "article %d", (int)id).p), 1);
    assert_int_equal(db_member_keep(&db), 0);
}

/* After the transaction was lost: nothing works that could commit something, nothing of it is visible, and a new batch works. */
static void expect_gone(struct shop *t, struct db *bad)
{
    struct db next;
    assert_false(db_batch_alive(t->writer));
    assert_int_equal(add_article(bad, 90, "after the end"), ERR_FAIL);
    assert_int_equal(db_member_undo(bad), ERR_TX_GONE);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &next), ERR_TX_GONE);
    assert_int_equal(db_batch_commit(t->writer), ERR_TX_GONE);
    assert_true(str_none(see_article(t, 1)) && str_none(see_article(t, 90)));
    begin_with_one(t, 1);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_false(str_none(see_article(t, 1)));
}

static void a_failed_member_harms_nobody(void **state)
{
    struct shop *t = *state;
    struct db db;
    begin_with_one(t, 1);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 2, "half of the work"), 1);
    assert_int_equal(add_article(&db, 3, "article 1"), ERR_FAIL);
    assert_int_equal(db_member_undo(&db), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 4, "undone by choice"), 1);
    assert_int_equal(db_member_undo(&db), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 5, "last"), 1);
    assert_int_equal(db_member_keep(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_false(str_none(see_article(t, 1)) || str_none(see_article(t, 5)));
    assert_true(str_none(see_article(t, 2)) && str_none(see_article(t, 3)) && str_none(see_article(t, 4)));
    assert_int_equal(db_conn_commits(t->writer), 1);
}

static void full_inside_a_member(void **state)
{
    only_sqlite();
    struct shop *t = *state;
    struct db db;
    char *big = calloc(1, 1u << 20);
    begin_with_one(t, 1);
    assert_int_equal(sqlite3_exec(lite_conn(t->writer)->sqlite, "pragma max_page_count = 40", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    int rc = shop_article_add(&db, &(struct shop_article_add_in){.article_id = 2, .title = S("big"), .seen_at = DB_NONE,
                                                                .picture = (str){big, 1u << 20}});
    assert_int_equal(rc, ERR_FULL);
    assert_int_equal(sqlite3_exec(lite_conn(t->writer)->sqlite, "pragma max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
    if (db_batch_alive(t->writer)) {             /* SQLite may undo the statement alone */
        assert_int_equal(db_member_undo(&db), 0);
        assert_int_equal(db_batch_commit(t->writer), 0);
        assert_false(str_none(see_article(t, 1)));
    } else {
        expect_gone(t, &db);
    }
    assert_true(str_none(see_article(t, 2)));
    free(big);
}

static void a_planted_rollback(void **state)
{
    only_sqlite();
    struct shop *t = *state;
    struct db db;
    static const char plant[] = "create trigger shop_planted after insert on shop_article when new.title = 'planted' "
                                "begin select raise(rollback, 'planted'); end";
    assert_int_equal(sqlite3_exec(lite_conn(t->writer)->sqlite, plant, NULL, NULL, NULL), SQLITE_OK);
    begin_with_one(t, 1);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 2, "planted"), ERR_TX_GONE);
    expect_gone(t, &db);
}

static void an_interrupted_write_takes_the_batch(void **state)
{
    struct shop *t = *state;
    struct db db;
    begin_with_one(t, 1);
    assert_int_equal(db_member_begin(t->writer, t->a, 20, &db), 0);
    int64_t from = clock_mono();
    assert_int_equal(shop_endless_write(&db, 100000000), ERR_INTERRUPTED);
    assert_true(clock_mono() - from < 2000);
    if (on_pg()) {                               /* takes its member only */
        assert_int_equal(db_member_undo(&db), 0);
        assert_int_equal(db_batch_commit(t->writer), 0);
    } else {
        expect_gone(t, &db);
    }
    assert_int_equal(see_orders(t), 0);
}

static void an_interrupted_read_takes_its_member_only(void **state)
{
    struct shop *t = *state;
    struct db db;
    struct shop_endless row;
    begin_with_one(t, 1);
    assert_int_equal(db_member_begin(t->writer, t->a, 20, &db), 0);
    assert_int_equal(add_article(&db, 2, "half"), 1);
    assert_int_equal(shop_endless(&db, &row), ERR_INTERRUPTED);
    assert_int_equal(db_member_undo(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_true(!str_none(see_article(t, 1)) && str_none(see_article(t, 2)));
}

static void time_is_up_between_statements(void **state)
{
    struct shop *t = *state;
    struct db db;
    begin_with_one(t, 1);
    assert_int_equal(db_member_begin(t->writer, t->a, 5, &db), 0);
    usleep(20000);
    assert_int_equal(add_article(&db, 2, "late"), ERR_INTERRUPTED);
    assert_true(db_batch_alive(t->writer));
    assert_int_equal(db_member_undo(&db), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);     /* the next one has its own time */
    assert_int_equal(add_article(&db, 3, "in time"), 1);
    assert_int_equal(db_member_keep(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_true(!str_none(see_article(t, 3)) && str_none(see_article(t, 2)));
}

static int refuse_commit(void *arg)
{
    (void)arg;
    return 1;
}

static void a_refused_commit(void **state)
{
    only_sqlite();
    struct shop *t = *state;
    begin_with_one(t, 1);
    sqlite3_commit_hook(lite_conn(t->writer)->sqlite, refuse_commit, NULL);
    assert_int_equal(db_batch_commit(t->writer), ERR_FAIL);
    sqlite3_commit_hook(lite_conn(t->writer)->sqlite, NULL, NULL);
    assert_true(str_none(see_article(t, 1)));
    assert_int_equal(commit_article(t, 2, "on it goes"), 0);
    assert_int_equal(db_conn_commits(t->writer), 1);
}

static void the_log_stays_short(void **state)
{
    only_sqlite();
    struct shop *t = *state;
    char path[96];
    struct stat st;
    int64_t longest = 0;
    char *page = calloc(1, 8000);
    snprintf(path, sizeof path, "%s/yiwang.db-wal", t->dir);
    for (int i = 1; i <= 1500; i++) {
        struct db db;
        assert_int_equal(db_batch_begin(t->writer), 0);
        assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
        assert_int_equal(shop_article_add(&db, &(struct shop_article_add_in){.article_id = i, .title = str_fmt(t->a, "%d", i),
            .seen_at = DB_NONE, .picture = (str){page, 8000}}), 1);
        assert_int_equal(db_member_keep(&db), 0);
        assert_int_equal(db_batch_commit(t->writer), 0);
        assert_int_equal(db_checkpoint(t->writer), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_size >= longest);      /* never truncated */
        longest = st.st_size;
    }
    assert_true(longest < 6 << 20);
    free(page);
}

/* ---- a pool: two writers at once, on PostgreSQL ---- */

static int count_and_add(struct db *db, int64_t id)
{
    struct shop_order_count row;
    int rc = shop_order_count(db, &row);
    return rc < 0 ? rc : add_order(db, id, 1, "b");
}

static void two_begin(struct shop *t, struct db_conn *other, struct db *a, struct db *b)
{
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_batch_begin(other), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, a), 0);
    assert_int_equal(db_member_begin(other, t->a, 0, b), 0);
}

static void collisions(void **state)
{
    if (!on_pg())
        skip();                                  /* one writer cannot collide */
    struct shop *t = *state;
    struct db_conn *other;
    struct db a, b;
    struct shop_number_draw drawn;
    assert_int_equal(commit_article(t, 1, "x"), 0);
    assert_int_equal(db_conn_open(t->store, true, &other), 0);
    two_begin(t, other, &a, &b);                 /* write skew: each counts, then adds what the other did not see */
    assert_int_equal(count_and_add(&a, 1), 1);
    assert_int_equal(count_and_add(&b, 2), 1);
    assert_int_equal(db_member_keep(&a), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    int kept = db_member_keep(&b), ended = db_batch_commit(other);
    assert_true(kept < 0 || ended == ERR_AGAIN);
    assert_int_equal(see_orders(t), 1);
    two_begin(t, other, &a, &b);                 /* one row changed by both */
    assert_int_equal(shop_order_count(&b, &(struct shop_order_count){0}), 1);
    assert_int_equal(shop_number_draw(&a, S("n"), &drawn), 1);
    assert_int_equal(db_member_keep(&a), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_int_equal(shop_number_draw(&b, S("n"), &drawn), ERR_AGAIN);
    assert_int_equal(b.poison_code, ERR_AGAIN);
    assert_int_equal(db_member_undo(&b), 0);
    db_batch_rollback(other);
    assert_int_equal(db_batch_begin_in_turn(t->writer), 0);   /* in turn the second waits, here until its time is up */
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &a), 0);
    assert_int_equal(db_batch_begin_in_turn(other), 0);
    assert_int_equal(db_member_begin(other, t->a, 50, &b), ERR_INTERRUPTED);
    assert_int_equal(shop_number_draw(&a, S("n"), &drawn), 1);
    assert_int_equal(drawn.value, 2);
    assert_int_equal(db_member_keep(&a), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_int_equal(db_member_begin(other, t->a, 2000, &b), 0);
    assert_int_equal(shop_number_draw(&b, S("n"), &drawn), 1);
    assert_int_equal(drawn.value, 3);            /* it sees what came before its turn */
    assert_int_equal(db_member_keep(&b), 0);
    assert_int_equal(db_batch_commit(other), 0);
    db_conn_close(other);
}

/* ---- readers beside the writer ---- */

struct watcher { struct shop *t; pthread_t thread; atomic_bool *stop; int64_t looks; bool torn; };

/* In one snapshot the number of orders must be that of the articles, however many batches commit meanwhile. */
static void *watch(void *arg)
{
    struct watcher *w = arg;
    struct db_conn *c;
    struct arena *a = arena_new(8u << 20);
    if (db_conn_open(w->t->store, false, &c) < 0)
        return NULL;
    while (!atomic_load(w->stop) && !w->torn) {
        struct db db;
        struct shop_article_list_rows rows = {0};
        struct shop_order_count orders = {0};
        w->torn = db_read_begin(c, a, &db) < 0 || shop_article_list(&db, 0, 100000, &rows) < 0 ||
                  shop_order_count(&db, &orders) != 1 || (int64_t)rows.n != orders.n;
        if (db.conn != NULL)
            db_read_end(&db);
        arena_reset(a);
        w->looks++;
    }
    db_conn_close(c);
    arena_drop(a);
    return NULL;
}

static void readers_beside_the_writer(void **state)
{
    struct shop *t = *state;
    atomic_bool stop = false;
    struct watcher w[2] = {{.t = t, .stop = &stop}, {.t = t, .stop = &stop}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&w[i].thread, NULL, watch, &w[i]), 0);
    for (int i = 1; i <= 300; i++) {
        struct db db;
        assert_int_equal(db_batch_begin(t->writer), 0);
        assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
        assert_int_equal(add_article(&db, i, str_fmt(t->a, "%d", i).p), 1);
        assert_int_equal(add_order(&db, i, i, "b"), 1);
        assert_int_equal(db_member_keep(&db), 0);
        assert_int_equal(db_batch_commit(t->writer), 0);
        assert_int_equal(db_checkpoint(t->writer), 0);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(w[i].thread, NULL);
        assert_true(w[i].looks > 0 && !w[i].torn);
    }
}

/* ---- in a child of its own: a full disk, a failing disk, a kill ---- */

/* Runs `work` in a child with a store in dir (made when missing); the exit status, or -signal. */
static int in_child(const char *dir, int (*work)(struct shop *t))
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct shop t = {.a = arena_new(64u << 20)};
        snprintf(t.dir, sizeof t.dir, "%s", dir);
        _exit(work(&t));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int add_quietly(struct shop *t, int64_t id, str picture)
{
    struct db db;
    if (db_batch_begin(t->writer) < 0 || db_member_begin(t->writer, t->a, 0, &db) < 0)
        return ERR_FAIL;
    int rc = shop_article_add(&db, &(struct shop_article_add_in){.article_id = id, .title = str_fmt(t->a, "%d", (int)id),
                                                                .seen_at = DB_NONE, .picture = picture});
    if (rc < 0 || db_member_keep(&db) < 0) {
        db_member_undo(&db);
        db_batch_rollback(t->writer);
        return rc < 0 ? rc : ERR_FAIL;
    }
    return db_batch_commit(t->writer);
}

static int open_quietly(struct shop *t)
{
    str why;
    return db_store_open(t->a, t->dir, true, &t->store, &why) < 0 || db_store_migrate(t->store, t->a, &why) < 0 ||
           db_conn_open(t->store, true, &t->writer) < 0;
}

static int on_a_full_disk(struct shop *t)
{
    static char big[200000];
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return 77;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("none", t->dir, "tmpfs", 0, "size=2m") != 0)
        return 77;
    if (open_quietly(t) || add_quietly(t, 1, STR_NONE) != 0)
        return 1;
    int rc = 0, n = 1;
    while (rc == 0 && n < 1000)
        rc = add_quietly(t, ++n, (str){big, sizeof big});
    if (rc != ERR_FULL)
        return 2;
    if (str_none(see_article(t, 1)) || str_none(see_article(t, n - 1)) || !str_none(see_article(t, n)))
        return 3;                                /* reads go on; acknowledged is there, refused is not */
    int more = add_quietly(t, n + 1, (str){big, sizeof big});
    return more == ERR_FULL && str_none(see_article(t, n + 1)) ? 0 : 4;
}

static int on_a_failing_disk(struct shop *t)
{
    static char big[400000];
    struct rlimit small = {300000, 300000};
    if (open_quietly(t) || add_quietly(t, 1, STR_NONE) != 0)
        return 1;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &small) != 0)
        return 2;
    int rc = add_quietly(t, 2, (str){big, sizeof big});
    return rc == ERR_UNKNOWN ? 0 : 10 - rc;
}

static int killed_inside_a_batch(struct shop *t)
{
    struct db db;
    if (open_quietly(t) || add_quietly(t, 1, STR_NONE) != 0 || db_batch_begin(t->writer) < 0 ||
        db_member_begin(t->writer, t->a, 0, &db) < 0 || add_article(&db, 2, "not committed") != 1 || db_member_keep(&db) < 0)
        return 1;
    raise(SIGKILL);
    return 2;
}

static int look_after_kill(struct shop *t)
{
    if (open_quietly(t))
        return 1;
    return !str_none(see_article(t, 1)) && str_none(see_article(t, 2)) ? 0 : 2;
}

static void a_full_disk(void **state)
{
    only_sqlite();
    char dir[] = "/tmp/yiwang-db-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    int rc = in_child(dir, on_a_full_disk);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (rc == 77)
        skip();
    assert_int_equal(rc, 0);
}

static void a_failing_disk(void **state)
{
    only_sqlite();
    char dir[] = "/tmp/yiwang-db-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    int rc = in_child(dir, on_a_failing_disk);
    assert_int_equal(rc, 0);
    assert_int_equal(in_child(dir, look_after_kill), 0);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void a_kill(void **state)
{
    only_sqlite();
    char dir[] = "/tmp/yiwang-db-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(in_child(dir, killed_inside_a_batch), -SIGKILL);
    assert_int_equal(in_child(dir, look_after_kill), 0);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#ifdef YW_DEBUG
static void injected_faults(void **state)
{
    struct shop *t = *state;
    struct db db;
    setenv("YIWANG_FAULT", "commit-full:1", 1);
    begin_with_one(t, 1);
    assert_int_equal(db_batch_commit(t->writer), ERR_FULL);
    assert_true(str_none(see_article(t, 1)));
    begin_with_one(t, 1);
    assert_int_equal(db_batch_commit(t->writer), 0);
    setenv("YIWANG_FAULT", "statement-full:3", 1);
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 5, "x"), ERR_FULL);
    assert_int_equal(db_member_undo(&db), 0);
    db_batch_rollback(t->writer);
    unsetenv("YIWANG_FAULT");
}
#endif

int main(void)
{
    log_set_level(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failed_member_harms_nobody, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(full_inside_a_member, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_planted_rollback, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(an_interrupted_write_takes_the_batch, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(an_interrupted_read_takes_its_member_only, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(time_is_up_between_statements, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_refused_commit, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(the_log_stays_short, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(readers_beside_the_writer, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(collisions, shop_setup, shop_teardown),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_failing_disk),
        cmocka_unit_test(a_kill),
#ifdef YW_DEBUG
        cmocka_unit_test_setup_teardown(injected_faults, shop_setup, shop_teardown),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
