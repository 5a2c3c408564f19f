#ifndef YW_DB_SQLITE_H
#define YW_DB_SQLITE_H
/* What the SQLite engine's files share: sqlite.c (connections, statements), sqlite_batch.c (transactions), sqlite_migrate.c. */
#include <sqlite3.h>

#include "db/private.h"

struct lite_store {
    struct db_store head;
    bool writer_out;                             /* the one writing connection was handed out */
    sqlite3 *first;                              /* writer: the connection that checkpointed, until it is handed out */
};

enum lite_fixed {
    FIXED_BEGIN_READ, FIXED_BEGIN_WRITE, FIXED_COMMIT, FIXED_ROLLBACK, FIXED_SAVEPOINT, FIXED_RELEASE, FIXED_UNDO, FIXED_N
};

struct lite_conn {
    struct db_conn head;
    sqlite3 *sqlite;
    sqlite3_stmt **stmts;                        /* db_query_count, prepared when first used */
    sqlite3_stmt *fixed[FIXED_N];
    sqlite3_stmt *active;                        /* may stand in the middle of its rows: reset before anything else */
    int64_t deadline;                            /* clock_mono; 0 is none */
    int log_pages, checkpoint_at;                /* length of the log, and the length at which to checkpoint next */
};

static inline struct lite_store *lite_store(struct db_store *s)
{
    return (struct lite_store *)(void *)s;
}

static inline struct lite_conn *lite_conn(struct db_conn *c)
{
    return (struct lite_conn *)(void *)c;
}

/* Opens DIR/yiwang.db with all settings of section 2 of the house rules. Returns an SQLite code; *ret may be set even then. */
int lite_open(const char *dir, bool writer, sqlite3 **ret);
void lite_reset_active(struct lite_conn *c);
/* Runs one of the fixed statements; an SQLite code. */
int lite_run_fixed(struct lite_conn *c, enum lite_fixed which);

int lite_store_migrate(struct db_store *s, struct arena *a, str *ret_why);
int lite_read_begin(struct db_conn *conn);
void lite_read_end(struct db_conn *conn);
int lite_batch_begin(struct db_conn *conn, bool in_turn);
int lite_member_begin(struct db_conn *conn, int ms);
int lite_member_keep(struct db_conn *conn);
int lite_member_undo(struct db_conn *conn);
bool lite_alive(struct db_conn *conn);
int lite_commit(struct db_conn *conn);
void lite_rollback(struct db_conn *conn);
#endif
