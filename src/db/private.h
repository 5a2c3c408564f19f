#ifndef YW_DB_PRIVATE_H
#define YW_DB_PRIVATE_H
/* What the files of src/db share. The rules of the engine stand in sqlite.c (connections, statements), batch.c
 * (transactions) and store.c (directory, lock). */
#include <sqlite3.h>

#include "base/log.h"
#include "db/db.h"

struct db_store {
    char *dir;
    int lock_fd;                                 /* -1 when this store is not the writer */
    bool writer;
    bool writer_out;                             /* the one writing connection was handed out */
    sqlite3 *first;                              /* writer: the connection that checkpointed, until it is handed out */
};

enum db_fixed {
    FIXED_BEGIN_READ, FIXED_BEGIN_WRITE, FIXED_COMMIT, FIXED_ROLLBACK, FIXED_SAVEPOINT, FIXED_RELEASE, FIXED_UNDO, FIXED_N
};

struct db_conn {
    struct db_store *store;
    sqlite3 *sqlite;
    bool writer;
    sqlite3_stmt **stmts;                        /* db_query_count, prepared when first used */
    sqlite3_stmt *fixed[FIXED_N];
    sqlite3_stmt *active;                        /* may stand in the middle of its rows: reset before anything else */
    int64_t deadline;                            /* clock_mono; 0 is none */
    int64_t commits;
    int log_pages, checkpoint_at;                /* length of the log, and the length at which to checkpoint next */
};

/* Opens DIR/yiwang.db with all settings of section 2 of the house rules. Returns an SQLite code; *ret may be set even then. */
int db_sqlite_open(const char *dir, bool writer, sqlite3 **ret);
void db_reset_active(struct db_conn *c);
/* Runs one of the fixed statements; an SQLite code. */
int db_run_fixed(struct db_conn *c, enum db_fixed which);
/* True when YIWANG_FAULT says that this passage of `point` fails. Always false in release builds. */
bool db_fault(const char *point);
#endif
