/* SQLite connections and statements: settings, the statement cache, binding, reading rows, poisoning. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/private.h"

enum { ROWS_MOST = 100000, ROWS_FIRST = 16 };
enum { PROGRESS_STEPS = 500, READER_WAIT_MS = 200, WRITER_WAIT_MS = 2000, CHECKPOINT_PAGES = 1000 };

/* ---- connections ---- */

static int set_switches(sqlite3 *db)
{
    static const struct { int what, on; } switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
    };
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        int rc = sqlite3_db_config(db, switches[i].what, switches[i].on, NULL);
        if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_OK;
}

int db_sqlite_open(const char *dir, bool writer, sqlite3 **ret)
{
    /* No memory mapping: an I/O error must come back as a code, not as a signal. LIKE as PostgreSQL has it. */
    static const char common[] = "pragma mmap_size = 0; pragma temp_store = memory; pragma case_sensitive_like = on; "
                                 "pragma wal_autocheckpoint = 0; pragma cell_size_check = on;";
    static const char for_writer[] = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000;";
    static const char for_reader[] = "pragma query_only = on; pragma cache_size = -4000;";
    char *path = sqlite3_mprintf("%s/yiwang.db", dir);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (writer ? SQLITE_OPEN_CREATE : 0);
    *ret = NULL;
    if (path == NULL)
        return SQLITE_NOMEM;
    int rc = sqlite3_open_v2(path, ret, flags, NULL);
    sqlite3_free(path);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(*ret, writer ? WRITER_WAIT_MS : READER_WAIT_MS);
    if (rc == SQLITE_OK)
        rc = set_switches(*ret);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*ret, common, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*ret, writer ? for_writer : for_reader, NULL, NULL, NULL);
    return rc;
}

static bool late(const struct db_conn *c)
{
    return c->deadline != 0 && clock_mono() > c->deadline;
}

static int on_progress(void *conn)
{
    return late(conn);
}

/* After each commit. A log that became shorter was begun anew. */
static int on_log(void *conn, sqlite3 *db, const char *name, int pages)
{
    struct db_conn *c = conn;
    (void)db, (void)name;
    if (pages < c->log_pages)
        c->checkpoint_at = CHECKPOINT_PAGES;
    c->log_pages = pages;
    return SQLITE_OK;
}

int db_conn_open(struct db_store *s, bool writer, struct db_conn **ret)
{
    if (writer && (!s->writer || s->writer_out)) {
        log_line(LOG_ERROR, "db", "a second writing connection was asked for");
        return ERR_FAIL;
    }
    struct db_conn *c = calloc(1, sizeof *c);
    sqlite3_stmt **stmts = calloc(db_query_count + 1, sizeof *stmts);
    if (c == NULL || stmts == NULL) {
        free(c);
        free(stmts);
        return ERR_FAIL;
    }
    *c = (struct db_conn){.store = s, .writer = writer, .stmts = stmts, .checkpoint_at = CHECKPOINT_PAGES};
    int rc = SQLITE_OK;
    if (writer && s->first != NULL)
        c->sqlite = s->first;
    else
        rc = db_sqlite_open(s->dir, writer, &c->sqlite);
    if (rc != SQLITE_OK) {
        log_line(LOG_ERROR, "db", "a connection cannot be opened: %s", sqlite3_errstr(rc));
        sqlite3_close(c->sqlite);
        free(stmts);
        free(c);
        return ERR_FAIL;
    }
    sqlite3_progress_handler(c->sqlite, PROGRESS_STEPS, on_progress, c);
    if (writer) {
        s->first = NULL;
        s->writer_out = true;
        sqlite3_wal_hook(c->sqlite, on_log, c);
    }
    *ret = c;
    return 0;
}

void db_conn_close(struct db_conn *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < db_query_count; i++)
        sqlite3_finalize(c->stmts[i]);
    for (size_t i = 0; i < FIXED_N; i++)
        sqlite3_finalize(c->fixed[i]);
    sqlite3_close(c->sqlite);
    if (c->writer)
        c->store->writer_out = false;
    free(c->stmts);
    free(c);
}

int64_t db_conn_commits(const struct db_conn *c)
{
    return c->commits;
}

int db_checkpoint(struct db_conn *c)
{
    if (!c->writer || c->log_pages < c->checkpoint_at)
        return 0;
    int rc = sqlite3_wal_checkpoint_v2(c->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    c->checkpoint_at = c->log_pages + CHECKPOINT_PAGES;   /* a reader may hold the log's end: do not try at every commit */
    if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
        return 0;
    log_line(LOG_ERROR, "db", "checkpoint: %s", sqlite3_errmsg(c->sqlite));
    return (rc & 0xff) == SQLITE_FULL ? 0 : ERR_UNKNOWN;   /* full: the log still holds everything */
}

/* ---- statements ---- */

void db_reset_active(struct db_conn *c)
{
    if (c->active != NULL)
        sqlite3_reset(c->active);
    c->active = NULL;
}

static int poison(struct db *db, const struct db_query *q, int code, const char *why)
{
    log_line(code == ERR_INTERRUPTED ? LOG_WARN : LOG_ERROR, "db", "query %s: %s", q->name, why);
    db->poisoned = true;
    db->failed_query = q->name;
    db->poison_code = code;
    db_reset_active(db->conn);
    return code;
}

/* SQLite's code after a failed step. Its messages name tables and columns but no values; FTS5's would quote the search. */
static int failed(struct db *db, const struct db_query *q, int rc)
{
    const char *message = sqlite3_errmsg(db->conn->sqlite);
    if (strncmp(message, "fts5", 4) == 0)
        message = "the search expression cannot be read";
    int code = (rc & 0xff) == SQLITE_INTERRUPT ? ERR_INTERRUPTED : (rc & 0xff) == SQLITE_FULL ? ERR_FULL : ERR_FAIL;
    if (code == ERR_FAIL && sqlite3_get_autocommit(db->conn->sqlite))
        code = ERR_TX_GONE;
    return poison(db, q, code, message);
}

static int bind_one(sqlite3_stmt *s, int at, const struct db_field *f, const char *in)
{
    const char *p = in + f->offset;
    if (f->type == DB_BOOL)
        return sqlite3_bind_int(s, at, *(const bool *)p);
    if (f->type == DB_INT) {
        int64_t v = *(const int64_t *)(const void *)p;
        if (v == DB_NONE)
            return f->null ? sqlite3_bind_null(s, at) : SQLITE_MISMATCH;
        return sqlite3_bind_int64(s, at, v);
    }
    str v = *(const str *)(const void *)p;
    if (v.p == NULL)
        return f->null ? sqlite3_bind_null(s, at) : SQLITE_MISMATCH;
    if (f->type == DB_TEXT)
        return sqlite3_bind_text64(s, at, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8);
    return sqlite3_bind_blob64(s, at, v.p, v.n, SQLITE_STATIC);
}

/* Everything up to the first step: refusals, the cached statement, its values. */
static int start(struct db *db, const struct db_query *q, const void *in, sqlite3_stmt **ret)
{
    struct db_conn *c = db->conn;
    if (c == NULL || db->poisoned)
        return ERR_FAIL;
    if (q->writes && !db->writable)
        return poison(db, q, ERR_FAIL, "write on a read-only connection");
    if (q->writes)
        db->wrote = true;
    if (sqlite3_get_autocommit(c->sqlite))
        return poison(db, q, ERR_TX_GONE, "there is no transaction");
    if (late(c))
        return poison(db, q, ERR_INTERRUPTED, "the member's time is up");
    if (db_fault("statement-full"))
        return poison(db, q, ERR_FULL, "fault injected");
    db_reset_active(c);
    sqlite3_stmt **s = &c->stmts[q->index];
    if (*s == NULL) {
        int rc = sqlite3_prepare_v3(c->sqlite, q->sql[0], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
        if (rc != SQLITE_OK)
            return failed(db, q, rc);
    }
    c->active = *s;
    for (uint16_t i = 0; i < q->n_in; i++) {
        int rc = bind_one(*s, i + 1, &q->in[i], in);
        if (rc == SQLITE_MISMATCH) {
            log_line(LOG_ERROR, "db", "query %s: input %s is absent", q->name, q->in[i].name);
            return poison(db, q, ERR_FAIL, "an input that its head does not allow to be absent");
        }
        if (rc != SQLITE_OK)
            return failed(db, q, rc);
    }
    *ret = *s;
    return 0;
}

/* The end of a successful statement: it may still have ended the transaction (a trigger, a planted ROLLBACK). */
static int done(struct db *db, const struct db_query *q, int result)
{
    db_reset_active(db->conn);
    if (sqlite3_get_autocommit(db->conn->sqlite))
        return poison(db, q, ERR_TX_GONE, "the statement ended the transaction");
    return result;
}

static str read_text(struct arena *a, sqlite3_stmt *s, int at, bool text)
{
    const void *p = text ? (const void *)sqlite3_column_text(s, at) : sqlite3_column_blob(s, at);
    str v = {p, (size_t)sqlite3_column_bytes(s, at)};
    return str_dup(a, v.n == 0 ? S("") : v);
}

/* False when the column's value is not of the type that the query's head declares. */
static bool read_one(struct arena *a, sqlite3_stmt *s, int at, const struct db_field *f, char *row)
{
    static const int wanted[] = {
        [DB_INT] = SQLITE_INTEGER, [DB_BOOL] = SQLITE_INTEGER, [DB_TEXT] = SQLITE_TEXT, [DB_BLOB] = SQLITE_BLOB
    };
    int type = sqlite3_column_type(s, at);
    void *p = row + f->offset;
    if (type != wanted[f->type] && !(type == SQLITE_NULL && f->null))
        return false;
    if (f->type == DB_INT)
        *(int64_t *)p = type == SQLITE_NULL ? DB_NONE : sqlite3_column_int64(s, at);
    else if (f->type == DB_BOOL)
        *(bool *)p = sqlite3_column_int(s, at) != 0;
    else
        *(str *)p = type == SQLITE_NULL ? STR_NONE : read_text(a, s, at, f->type == DB_TEXT);
    return true;
}

static int read_row(struct db *db, const struct db_query *q, sqlite3_stmt *s, char *row)
{
    for (int i = 0; i < q->n_out; i++)
        if (!read_one(db->arena, s, i, &q->out[i], row)) {
            log_line(LOG_ERROR, "db", "query %s: column %s is NULL or of another type", q->name, q->out[i].name);
            return poison(db, q, ERR_FAIL, "a result that its head does not declare");
        }
    if (q->personal)
        db->saw_personal = true;
    return 0;
}

int db_row(struct db *db, const struct db_query *q, const void *in, void *ret_row)
{
    sqlite3_stmt *s = NULL;
    int rc = start(db, q, in, &s);
    if (rc < 0)
        return rc;
    rc = sqlite3_step(s);
    if (rc == SQLITE_DONE)
        return done(db, q, 0);
    if (rc != SQLITE_ROW)
        return failed(db, q, rc);
    char *row = arena_alloc(db->arena, q->row_size);
    int err = read_row(db, q, s, row);
    if (err < 0)
        return err;
    rc = sqlite3_step(s);                        /* a writing statement ends here */
    if (rc == SQLITE_ROW)
        return poison(db, q, ERR_FAIL, "more than one row where its head says -> row");
    if (rc != SQLITE_DONE)
        return failed(db, q, rc);
    err = done(db, q, 1);
    if (err == 1)
        memcpy(ret_row, row, q->row_size);
    return err;
}

int db_rows(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n)
{
    sqlite3_stmt *s = NULL;
    int rc = start(db, q, in, &s);
    if (rc < 0)
        return rc;
    char *at = NULL;
    size_t n = 0, cap = 0;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (n == ROWS_MOST)
            return poison(db, q, ERR_FAIL, "too many rows: it needs a limit");
        if (n == cap) {
            cap = cap == 0 ? ROWS_FIRST : cap * 2;
            char *bigger = arena_array(db->arena, cap, q->row_size);
            if (n > 0)
                memcpy(bigger, at, n * q->row_size);
            at = bigger;
        }
        int err = read_row(db, q, s, at + n * q->row_size);
        if (err < 0)
            return err;
        n++;
    }
    if (rc != SQLITE_DONE)
        return failed(db, q, rc);
    rc = done(db, q, 0);
    if (rc == 0) {
        *ret_at = at;
        *ret_n = n;
    }
    return rc;
}

int db_exec(struct db *db, const struct db_query *q, const void *in)
{
    sqlite3_stmt *s = NULL;
    int rc = start(db, q, in, &s);
    if (rc < 0)
        return rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        continue;
    if (rc != SQLITE_DONE)
        return failed(db, q, rc);
    int64_t changed = sqlite3_changes64(db->conn->sqlite);
    return done(db, q, changed > INT_MAX ? INT_MAX : (int)changed);
}
