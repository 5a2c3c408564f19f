#ifndef YW_DB_DB_H
#define YW_DB_DB_H
/* One interface, two engines. Rooms never see more than `struct db *` and the typed functions the SQL compiler makes from
 * their .sql files; there is no function here that takes SQL text.
 *
 * A struct db is one connection inside one transaction, borrowed for one piece of work. Results live in `arena`.
 * Generated functions return: row: 1 found, 0 not found; rows: 0; none: rows changed; < 0: ERR_*. After the first failed
 * statement the transaction is poisoned: every later call returns ERR_FAIL, so a handler that overlooks a code cannot
 * commit half of its work (PostgreSQL does the same by itself). */
#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"

#define DB_NONE INT64_MIN                        /* SQL NULL of an integer column */

enum db_type { DB_INT, DB_BOOL, DB_TEXT, DB_BLOB };   /* id int money time are DB_INT; text json are DB_TEXT */

struct db_field {
    const char *name;
    uint8_t type;                                /* enum db_type */
    bool null;                                   /* NULL allowed */
    bool personal;                               /* unmasked personal data: reading it must be accounted for */
    uint16_t offset;                             /* in the row or input struct */
};

struct db_query {
    const char *name;                            /* "case_by_id" */
    const char *sql[2];                          /* [0] SQLite with ?1, [1] PostgreSQL with $1 */
    const struct db_field *in, *out;
    uint16_t n_in, n_out, row_size;
    bool writes, personal;
    uint16_t index;                              /* 0 ... db_query_count-1 over all rooms */
};

struct db {
    struct arena *arena;                         /* results and texts go here */
    bool writable;
    bool poisoned;
    bool wrote;                                  /* a writing query ran: an act without a leaf is noticed */
    bool saw_personal;                           /* a query with a personal column returned a row */
    const char *failed_query;                    /* name of the query that poisoned it, for the log */
    int poison_code;                             /* its ERR_*, kept for a handler that only passes ERR_FAIL up */
    struct db_conn *conn;
};

/* Called by generated code only. ret_row: row_size bytes. */
int db_row(struct db *db, const struct db_query *q, const void *in, void *ret_row);
int db_rows(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n);
int db_exec(struct db *db, const struct db_query *q, const void *in);
const char *db_engine_name(const struct db *db);  /* "sqlite" or "postgresql" */

/* ---- engine side (core/engine.c, app, tests): connections and transactions ---- */
struct db_store;                                 /* an opened DIR: settings, lock, path */

struct db_step {                                 /* a schema step, made by the SQL compiler */
    const char *room; int number; const char *name;
    const char *kind;                            /* "expand" or "contract" */
    const char *sql[2];
    const char *hash;                            /* SM3 hex of the source text */
};
extern const struct db_step db_steps[];          /* in order of rooms, then number */
extern const size_t db_steps_n;
extern const size_t db_query_count;
extern const struct db_query *const db_queries[];

/* Opens DIR/yiwang.db. `writer`: makes DIR, DIR/files and DIR/tmp (and empties DIR/tmp), takes DIR/lock (one process only),
 * checkpoints the whole log with fsync, may migrate. On failure returns < 0 and *ret_why is one sentence for people
 * (English), allocated in `a`. ERR_EXISTS: another process holds the lock. Open a store once in a process. */
int db_store_open(struct arena *a, const char *dir, bool writer, struct db_store **ret, str *ret_why);
/* Applies the steps that the ledger (core_schema) does not have yet; refuses a store newer than the program (min_binary
 * or an unknown step marked contract) and a hash mismatch. */
int db_store_migrate(struct db_store *s, struct arena *a, str *ret_why);
void db_store_close(struct db_store *s);
const char *db_store_dir(const struct db_store *s);
/* The same for either engine. url: NULL or "" is SQLite in DIR; postgresql://... is that database, and DIR keeps the lock, tmp
 * and what core and app put there (key file, settings, control socket). */
int db_store_open_at(struct arena *a, const char *url, const char *dir, bool writer, struct db_store **ret, str *ret_why);
bool db_is_url(const char *place);
/* A database in which no yiwang ever was (never true of a directory that could be opened). */
bool db_store_blank(struct db_store *s);
/* True: any number of writing connections, one member to a transaction, which may have to run again (ERR_AGAIN). */
bool db_store_pool(const struct db_store *s);

/* A connection of its own for one thread. Readers are query_only and never checkpoint. Exactly one writer per store, but
 * for db_store_pool. A lost connection is made anew at the next begin. */
int db_conn_open(struct db_store *s, bool writer, struct db_conn **ret);
void db_conn_close(struct db_conn *c);
/* One read transaction (a snapshot) on a reader. */
int db_read_begin(struct db_conn *c, struct arena *a, struct db *ret);
void db_read_end(struct db *db);

/* The write batch: BEGIN; per member db_member_begin ... keep or undo; db_commit. */
int db_batch_begin(struct db_conn *c);
/* The same for members that draw from a series all writers share: they wait for each other at the start, where waiting costs
 * nothing, instead of colliding at the end. Differs on a pool only. */
int db_batch_begin_in_turn(struct db_conn *c);
/* SAVEPOINT; the member's time: 0 is without limit, else milliseconds until it is interrupted (ERR_INTERRUPTED). */
int db_member_begin(struct db_conn *c, struct arena *a, int ms, struct db *ret);
int db_member_keep(struct db *db);               /* RELEASE. ERR_TX_GONE when the whole transaction is gone */
int db_member_undo(struct db *db);               /* ROLLBACK TO, RELEASE. ERR_TX_GONE likewise */
bool db_batch_alive(struct db_conn *c);          /* false: the transaction ended under us, re-run every member alone */
/* 0; ERR_FULL: certainly not committed, the store goes on (ERR_TX_GONE and ERR_FAIL likewise: there was nothing to commit,
 * or it was refused); ERR_AGAIN: it collided with another, nothing of it stands, run it again; ERR_UNKNOWN: it may stand or not.
 * On SQLite the process must end then. */
int db_batch_commit(struct db_conn *c);
void db_batch_rollback(struct db_conn *c);
/* Passive, from the writer, after each batch: it works when the log has grown enough, and never truncates. ERR_UNKNOWN: a
 * sync failed, the process must end. */
int db_checkpoint(struct db_conn *c);
int64_t db_conn_commits(const struct db_conn *c);   /* commits that reached the disk, for measurements */

/* Fault injection for tests: YIWANG_FAULT=POINT:N in the environment of a debug build (-DYW_DEBUG) makes the N-th passage of
 * POINT fail: statement-full, commit-full, commit-unknown, file-full. */
#endif
