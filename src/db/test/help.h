#ifndef YW_DB_TEST_HELP_H
#define YW_DB_TEST_HELP_H
/* What the programs of this folder share: a store in a directory of its own, and short ways to run a batch. The schema and
 * the queries are those of src/db/test/room (room "shop"). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "db/pg.h"
#include "db/sqlite.h"
/* Made by tools/sqlc from src/db/test/room; they take the place of the program's own steps and queries. */
#include "dbtest/shop_sql.c"
#include "dbtest/schema.c"

struct shop { char dir[64]; char url[512]; struct arena *a; struct db_store *store; struct db_conn *writer; };

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

/* With YIWANG_PG=postgresql://... in the environment the store is a schema of its own in that database (test/pg/check.sh). */
static inline bool on_pg(void)
{
    return getenv("YIWANG_PG") != NULL;
}

static inline void pg_do(const char *before, const char *name, const char *after)
{
    char sql[200];
    PGconn *pg = PQconnectdb(getenv("YIWANG_PG"));
    PQclear(PQexec(pg, "set client_min_messages = warning"));
    snprintf(sql, sizeof sql, "%s\"%s\"%s", before, name, after);
    PGresult *r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(pg));
    PQclear(r);
    PQfinish(pg);
}

static inline void only_sqlite(void)
{
    if (on_pg())
        skip();
}

static inline void shop_open(struct shop *t)
{
    str why = STR_NONE;
    if (db_store_open_at(t->a, t->url, t->dir, true, &t->store, &why) < 0 || db_store_migrate(t->store, t->a, &why) < 0)
        fail_msg("%.*s", STRF(why));
    assert_int_equal(db_conn_open(t->store, true, &t->writer), 0);
}

static inline void shop_close(struct shop *t)
{
    db_conn_close(t->writer);
    db_store_close(t->store);
    t->writer = NULL;
    t->store = NULL;
}

static inline int shop_setup(void **state)
{
    struct shop *t = calloc(1, sizeof *t);
    snprintf(t->dir, sizeof t->dir, "/tmp/yiwang-db-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    t->a = arena_new(64u << 20);
    if (on_pg()) {
        pg_do("create schema ", t->dir + 5, "");
        snprintf(t->url, sizeof t->url, "%s?options=-csearch_path%%3D%%22%s%%22", getenv("YIWANG_PG"), t->dir + 5);
    }
    shop_open(t);
    *state = t;
    return 0;
}

static inline int shop_teardown(void **state)
{
    struct shop *t = *state;
    shop_close(t);
    if (on_pg())
        pg_do("drop schema ", t->dir + 5, " cascade");
    arena_drop(t->a);
    nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(t);
    return 0;
}

/* One member of a batch that is open already. */
static inline int add_article(struct db *db, int64_t id, const char *title)
{
    return shop_article_add(db, &(struct shop_article_add_in){.article_id = id, .title = str_c(title), .price = 100,
                                .seen_at = DB_NONE});
}

static inline int add_order(struct db *db, int64_t id, int64_t article, const char *buyer)
{
    return shop_order_add(db, &(struct shop_order_add_in){.order_id = id, .article_id = article, .buyer = str_c(buyer),
                                                          .amount = 1});
}

/* A batch of one member that adds one article; the code of the commit. */
static inline int commit_article(struct shop *t, int64_t id, const char *title)
{
    struct db db;
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(add_article(&db, id, title), 1);
    assert_int_equal(db_member_keep(&db), 0);
    return db_batch_commit(t->writer);
}

/* What a reader of its own sees: the title of an article, or absent. */
static inline str see_article(struct shop *t, int64_t id)
{
    struct db_conn *c;
    struct db db;
    struct shop_article_by_id row;
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    int rc = shop_article_by_id(&db, id, &row);
    db_read_end(&db);
    db_conn_close(c);
    assert_true(rc >= 0);
    return rc == 1 ? row.title : STR_NONE;
}

static inline int64_t see_orders(struct shop *t)
{
    struct db_conn *c;
    struct db db;
    struct shop_order_count row;
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(shop_order_count(&db, &row), 1);
    db_read_end(&db);
    db_conn_close(c);
    return row.n;
}
#endif
