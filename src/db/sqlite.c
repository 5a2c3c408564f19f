/* SQLite connections and statements: settings, the statement cache, binding, reading rows, poisoning. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/sqlite.h"

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

int lite_open(const char *dir, bool writer, sqlite3 **ret)
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

static bool late(const struct lite_conn *c)
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
    struct lite_conn *c = conn;
    (void)db, (void)name;
    if (pages < c->log_pages)
        c->checkpoint_at = CHECKPOINT_PAGES;
    c->log_pages = pages;
    return SQLITE_OK;
}

static int conn_open(struct db_store *store, bool writer, struct db_conn **ret)
{
    struct lite_store *s = lite_store(store);
    if (writer && (!store->writer || s->writer_out)) {
        log_line(LOG_ERROR, "db", "a second writing connection was asked for");
        return ERR_FAIL;
    }
    struct lite_conn *c = calloc(1, sizeof *c);
    sqlite3_stmt **stmts = calloc(db_query_count + 1, sizeof *stmts);
    if (c == NULL || stmts == NULL) {
        free(c);
        free(stmts);
        return ERR_FAIL;
    }
    *c = (struct lite_conn){.head = {&db_sqlite, store, writer, 0}, .stmts = stmts, .checkpoint_at = CHECKPOINT_PAGES};
    int rc = SQLITE_OK;
    if (writer && s->first != NULL)
        c->sqlite = s->first;
    else
        rc = lite_open(store->dir, writer, &c->sqlite);
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
    *ret = &c->head;
    return 0;
}

static void conn_close(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    for (size_t i = 0; i < db_query_count; i++)
        sqlite3_finalize(c->stmts[i]);
    for (size_t i = 0; i < FIXED_N; i++)
        sqlite3_finalize(c->fixed[i]);
    sqlite3_close(c->sqlite);
    if (conn->writer)
        lite_store(conn->store)->writer_out = false;
    free(c->stmts);
    free(c);
}

static int checkpoint(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    if (!conn->writer || c->log_pages < c->checkpoint_at)
        return 0;
    int rc = sqlite3_wal_checkpoint_v2(c->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    c->checkpoint_at = c->log_pages + CHECKPOINT_PAGES;   /* a reader may hold the log's end: do not try at every commit */
    if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
        return 0;
    log_line(LOG_ERROR, "db", "checkpoint: %s", sqlite3_errmsg(c->sqlite));
    return (rc & 0xff) == SQLITE_FULL ? 0 : ERR_UNKNOWN;   /* full: the log still holds everything */
}

/* ---- statements ---- */

void lite_reset_active(struct lite_conn *c)
{
    if (c->active != NULL)
        sqlite3_reset(c->active);
    c->active = NULL;
}

static int poison(struct db *db, const struct db_query *q, int code, const char *why)
{
    db_poison(db, q, code, why);
    lite_reset_active(lite_conn(db->conn));
    return code;
}

/* SQLite's code after a failed step. Its messages name tables and columns but no values; FTS5's would quote the search. */
static int failed(struct db *db, const struct db_query *q, int rc)
{
    const char *message = sqlite3_errmsg(lite_conn(db->conn)->sqlite);
    if (strncmp(message, "fts5", 4) == 0)
        message = "the search expression cannot be read";
    int code = (rc & 0xff) == SQLITE_INTERRUPT ? ERR_INTERRUPTED : (rc & 0xff) == SQLITE_FULL ? ERR_FULL : ERR_FAIL;
    if (code == ERR_FAIL && sqlite3_get_autocommit(lite_conn(db->conn)->sqlite))
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

/* Everything up to the first step: the cached statement, its values. */
static int start(struct db *db, const struct db_query *q, const void *in, sqlite3_stmt **ret)
{
    struct lite_conn *c = lite_conn(db->conn);
    if (sqlite3_get_autocommit(c->sqlite))
        return poison(db, q, ERR_TX_GONE, "there is no transaction");
    if (late(c))
        return poison(db, q, ERR_INTERRUPTED, "the member's time is up");
    if (db_fault("statement-full"))
        return poison(db, q, ERR_FULL, "fault injected");
    lite_reset_active(c);
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
    lite_reset_active(lite_conn(db->conn));
    if (sqlite3_get_autocommit(lite_conn(db->conn)->sqlite))
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
static bool read_one(struct arena *a, sqlite3_stmt *s, int at, const struct db_field *f, char *into)
{
    static const int wanted[] = {
        [DB_INT] = SQLITE_INTEGER, [DB_BOOL] = SQLITE_INTEGER, [DB_TEXT] = SQLITE_TEXT, [DB_BLOB] = SQLITE_BLOB
    };
    int type = sqlite3_column_type(s, at);
    void *p = into + f->offset;
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

static int read_row(struct db *db, const struct db_query *q, sqlite3_stmt *s, char *into)
{
    for (int i = 0; i < q->n_out; i++)
        if (!read_one(db->arena, s, i, &q->out[i], into)) {
            log_line(LOG_ERROR, "db", "query %s: column %s is NULL or of another type", q->name, q->out[i].name);
            return poison(db, q, ERR_FAIL, "a result that its head does not declare");
        }
    if (q->personal)
        db->saw_personal = true;
    return 0;
}

static int row(struct db *db, const struct db_query *q, const void *in, void *ret_row)
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
    char *at = arena_alloc(db->arena, q->row_size);
    int err = read_row(db, q, s, at);
    if (err < 0)
        return err;
    rc = sqlite3_step(s);                        /* a writing statement ends here */
    if (rc == SQLITE_ROW)
        return poison(db, q, ERR_FAIL, "more than one row where its head says -> row");
    if (rc != SQLITE_DONE)
        return failed(db, q, rc);
    err = done(db, q, 1);
    if (err == 1)
        memcpy(ret_row, at, q->row_size);
    return err;
}

static int rows(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n)
{
    sqlite3_stmt *s = NULL;
    int rc = start(db, q, in, &s);
    if (rc < 0)
        return rc;
    char *at = NULL;
    size_t n = 0, cap = 0;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (n == DB_ROWS_MOST)
            return poison(db, q, ERR_FAIL, "too many rows: it needs a limit");
        if (n == cap) {
            cap = cap == 0 ? DB_ROWS_FIRST : cap * 2;
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

static int exec(struct db *db, const struct db_query *q, const void *in)
{
    sqlite3_stmt *s = NULL;
    int rc = start(db, q, in, &s);
    if (rc < 0)
        return rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        continue;
    if (rc != SQLITE_DONE)
        return failed(db, q, rc);
    int64_t changed = sqlite3_changes64(lite_conn(db->conn)->sqlite);
    return done(db, q, changed > INT_MAX ? INT_MAX : (int)changed);
}

/* ---- the store ---- */

/* The log of an earlier process may be in memory only: its last sync may have failed. Checkpointing syncs it first. */
static int checkpoint_all(sqlite3 *db)
{
    int left = 0, copied = 0;
    int rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_FULL, &left, &copied);
    if ((rc & 0xff) == SQLITE_BUSY) {            /* another process reads an older snapshot: the log is synced all the same */
        log_line(LOG_WARN, "db", "the log was not wholly checkpointed: a reader of another process holds it");
        return SQLITE_OK;
    }
    if (rc == SQLITE_OK && left > 0)
        log_line(LOG_DEBUG, "db", "checkpointed the log: %d of %d pages", copied, left);
    return rc;
}

static int store_open(struct db_store *s, struct arena *a, const char *url, str *ret_why)
{
    struct lite_store *l = lite_store(s);
    (void)url;
    if (!s->writer) {
        if (access(str_fmt(a, "%s/yiwang.db", s->dir).p, R_OK) == 0)
            return 0;
        *ret_why = str_fmt(a, "There is no readable store in %s: %m.", s->dir);
        return ERR_FAIL;
    }
    int rc = db_make_dir(a, str_fmt(a, "%s/files", s->dir).p, ret_why);
    if (rc < 0)
        return rc;
    int code = lite_open(s->dir, true, &l->first);
    if (code == SQLITE_OK)
        code = checkpoint_all(l->first);
    if (code == SQLITE_OK)
        return 0;
    *ret_why = str_fmt(a, "The database %s/yiwang.db cannot be opened: %s.", s->dir,
                       l->first ? sqlite3_errmsg(l->first) : sqlite3_errstr(code));
    return (code & 0xff) == SQLITE_FULL ? ERR_FULL : ERR_FAIL;
}

static void store_close(struct db_store *s)
{
    sqlite3_close(lite_store(s)->first);
}

const struct db_engine db_sqlite = {
    .name = "sqlite", .store_size = sizeof(struct lite_store),
    .store_open = store_open, .store_migrate = lite_store_migrate, .store_close = store_close,
    .conn_open = conn_open, .conn_close = conn_close, .read_begin = lite_read_begin, .read_end = lite_read_end,
    .batch_begin = lite_batch_begin, .member_begin = lite_member_begin, .member_keep = lite_member_keep,
    .member_undo = lite_member_undo, .alive = lite_alive, .commit = lite_commit, .rollback = lite_rollback,
    .checkpoint = checkpoint, .row = row, .rows = rows, .exec = exec,
    .file_keep = db_dir_file_keep, .file_open = db_dir_file_open,
};
