/* Statements: every type there and back, refusals at run time, poisoning, readers that cannot write. */
#include "help.h"

static void values_come_back(void **state)
{
    struct shop *t = *state;
    struct db db;
    struct shop_article_by_id row;
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(shop_article_add(&db, &(struct shop_article_add_in){.article_id = 7, .title = S("准予许可决定书"),
        .price = INT64_MAX, .sold = true, .seen_at = -1, .note = S(""), .extra = S("{}"), .picture = (str){"\0\xff", 2}}), 1);
    assert_int_equal(shop_article_add(&db, &(struct shop_article_add_in){.article_id = 8, .title = S("b"), .seen_at = DB_NONE}),
                     1);
    assert_int_equal(shop_article_by_id(&db, 7, &row), 1);
    assert_true(str_is(row.title, "准予许可决定书"));
    assert_true(row.price == INT64_MAX && row.sold && row.seen_at == -1);
    assert_true(row.note.p != NULL && row.note.n == 0 && str_is(row.extra, "{}"));
    assert_true(row.picture.n == 2 && memcmp(row.picture.p, "\0\xff", 2) == 0);
    assert_int_equal(shop_article_by_id(&db, 8, &row), 1);
    assert_true(row.seen_at == DB_NONE && !row.sold && str_none(row.note) && str_none(row.picture) && str_none(row.extra));
    memset(&row, 0x5a, sizeof row);
    struct shop_article_by_id before = row;
    assert_int_equal(shop_article_by_id(&db, 9, &row), 0);
    assert_memory_equal(&row, &before, sizeof row);
    assert_int_equal(db_member_keep(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
}

static void rows_and_upserts(void **state)
{
    struct shop *t = *state;
    struct db db;
    struct shop_article_list_rows rows = {0};
    struct shop_number_draw drawn;
    struct shop_title_claim claimed;
    struct shop_search_find_rows found = {0};
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    for (int i = 1; i <= 100; i++)
        assert_int_equal(add_article(&db, i, str_fmt(t->a, "title %d", i).p), 1);
    assert_int_equal(shop_article_list(&db, 10, 1000, &rows), 0);
    assert_int_equal(rows.n, 90);
    assert_true(rows.at[0].article_id == 11 && str_is(rows.at[89].title, "title 100"));
    assert_int_equal(shop_article_list(&db, 100, 10, &rows), 0);
    assert_int_equal(rows.n, 0);
    for (int i = 1; i <= 3; i++)
        assert_true(shop_number_draw(&db, S("a"), &drawn) == 1 && drawn.value == i);
    assert_int_equal(shop_title_claim(&db, 200, S("title 5"), &claimed), 0);    /* expected conflict: nothing, not poisoned */
    assert_int_equal(shop_title_claim(&db, 200, S("title new"), &claimed), 1);
    assert_int_equal(shop_search_add(&db, 5, S("户口 口登 登记")), 1);
    assert_int_equal(shop_search_find(&db, S("口登"), &found), 0);
    assert_true(found.n == 1 && found.at[0].article_id == 5);
    assert_int_equal(db_member_keep(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
}

/* Each of these poisons: the next call fails, the query is named, and keep does not keep. */
static void poison_case(struct shop *t, int which, int want)
{
    struct db db;
    struct shop_article_any any;
    struct shop_article_wrong_type wrong;
    struct shop_search_find_rows found = {0};
    int rc = 0;
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 1, "x"), 1);
    assert_int_equal(add_article(&db, 2, "y"), 1);
    switch (which) {
    case 0: rc = add_article(&db, 1, "z"); break;                                            /* key taken */
    case 1: rc = add_article(&db, 3, "x"); break;                                            /* unique */
    case 2: rc = add_order(&db, 1, 99, "nobody"); break;                                     /* no such article */
    case 3: rc = shop_order_add(&db, &(struct shop_order_add_in){.order_id = 1, .article_id = 1, .buyer = S("b")});   /* check */
        break;
    case 4: rc = add_order(&db, 1, 1, NULL); break;                                          /* input absent */
    case 5: rc = add_order(&db, DB_NONE, 1, "b"); break;
    case 6: rc = shop_article_any(&db, &any); break;                                         /* two rows for -> row */
    case 7: rc = shop_search_find(&db, S("(secret & "), &found); break;                        /* broken search expression */
    default: fail();
    }
    assert_int_equal(rc, want);
    assert_true(db.poisoned && db.failed_query != NULL);
    assert_int_equal(shop_article_wrong_type(&db, &wrong), ERR_FAIL);
    assert_int_equal(add_article(&db, 5, "later"), ERR_FAIL);
    assert_int_equal(db_member_keep(&db), ERR_FAIL);
    assert_true(db_batch_alive(t->writer));
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_true(str_none(see_article(t, 1)));
}

static void failures_poison(void **state)
{
    for (int i = 0; i <= 7; i++)
        poison_case(*state, i, ERR_FAIL);
}

static void a_null_result_must_be_declared(void **state)
{
    struct shop *t = *state;
    struct db_conn *c;
    struct db db;
    struct shop_article_wrong_type row;
    assert_int_equal(commit_article(t, 1, "not x"), 0);
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(shop_article_wrong_type(&db, &row), ERR_FAIL);
    db_read_end(&db);
    db_conn_close(c);
}

static void a_reader_cannot_write(void **state)
{
    struct shop *t = *state;
    struct db_conn *c;
    struct db db;
    struct shop_number_draw drawn;
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(add_article(&db, 1, "x"), ERR_FAIL);
    db_read_end(&db);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(shop_number_draw(&db, S("a"), &drawn), ERR_FAIL);
    db_read_end(&db);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    db.writable = true;                          /* even then SQLite itself refuses: query_only */
    assert_int_equal(add_article(&db, 1, "x"), ERR_FAIL);
    db_read_end(&db);
    assert_int_equal(db_batch_begin(c), ERR_FAIL);
    db_conn_close(c);
    assert_true(str_none(see_article(t, 1)));
}

static void a_second_writer_is_refused(void **state)
{
    only_sqlite();
    struct shop *t = *state;
    struct db_conn *c = NULL;
    assert_int_equal(db_conn_open(t->store, true, &c), ERR_FAIL);
    assert_null(c);
}

static void personal_is_noticed(void **state)
{
    struct shop *t = *state;
    struct db db;
    struct shop_order_buyer row;
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, 1, "x"), 1);
    assert_int_equal(add_order(&db, 1, 1, "王某"), 1);
    assert_int_equal(shop_order_buyer(&db, 2, &row), 0);
    assert_false(db.saw_personal);
    assert_int_equal(shop_order_buyer(&db, 1, &row), 1);
    assert_true(db.saw_personal && str_is(row.buyer, "王某"));
    assert_int_equal(db_member_keep(&db), 0);
    db_batch_rollback(t->writer);
}

static void a_reader_has_a_snapshot(void **state)
{
    struct shop *t = *state;
    struct db_conn *c;
    struct db db;
    struct shop_article_by_id row;
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(shop_article_by_id(&db, 1, &row), 0);
    assert_int_equal(commit_article(t, 1, "x"), 0);
    assert_int_equal(shop_article_by_id(&db, 1, &row), 0);
    db_read_end(&db);
    assert_int_equal(shop_article_by_id(&db, 1, &row), ERR_FAIL);    /* after its end */
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(shop_article_by_id(&db, 1, &row), 1);
    db_read_end(&db);
    db_conn_close(c);
}

/* Memory runs short in the middle of the rows: the jump leaves the connection usable. */
static void memory_short_inside_rows(void **state)
{
    struct shop *t = *state;
    struct db_conn *c;
    struct db db;
    struct shop_article_list_rows rows = {0};
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    for (int i = 1; i <= 2000; i++)
        assert_int_equal(add_article(&db, i, str_fmt(t->a, "a title that is long enough to fill an arena soon %d", i).p), 1);
    assert_int_equal(db_member_keep(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    for (int round = 0; round < 3; round++) {
        struct arena *small = arena_new(64u << 10);
        volatile bool jumped = false;
        if (setjmp(*arena_guard(small)) == 0) {
            assert_int_equal(db_read_begin(c, small, &db), 0);
            shop_article_list(&db, 0, 100000, &rows);
            fail_msg("the arena should have been too small");
        } else {
            jumped = true;
        }
        assert_true(jumped);
        arena_unguard(small);
        if (round != 1)
            db_read_end(&db);
        arena_drop(small);
    }
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(shop_article_list(&db, 0, 100000, &rows), 0);
    assert_int_equal(rows.n, 2000);
    db_read_end(&db);
    db_conn_close(c);
}

int main(void)
{
    log_set_level(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_come_back, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(rows_and_upserts, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(failures_poison, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_null_result_must_be_declared, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_reader_cannot_write, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_second_writer_is_refused, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(personal_is_noticed, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_reader_has_a_snapshot, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(memory_short_inside_rows, shop_setup, shop_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
