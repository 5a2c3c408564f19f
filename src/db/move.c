/* A directory's store into an empty database, room by room, in one transaction there and one snapshot here. */
#include "db/move.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "db/ledger.h"
#include "db/move_private.h"
#include "db/sqlite.h"

enum { COLUMNS_MOST = 128, TABLES_MOST = 256 };

struct move {
    sqlite3 *from;
    PGconn *to;
    const char *dir;
    struct arena *a, *scratch;
    bool compare_only;
    int64_t tables;
    bool same;
    void (*told)(const struct db_moved *room);
    str why;
};

static int trouble(struct move *m, const char *what)
{
    m->why = str_fmt(m->a, "%s: %.*s", what, STRF(str_trim(str_c(PQerrorMessage(m->to)))));
    return ERR_FAIL;
}

static int plain(struct move *m, const char *sql, const char *what)
{
    PGresult *r = PQexec(m->to, sql);
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return ok ? 0 : trouble(m, what);
}

static int number(struct move *m, const char *sql, int64_t *ret)
{
    PGresult *r = PQexec(m->to, sql);
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    if (ok)
        *ret = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return ok ? 0 : trouble(m, "The database cannot be read");
}

/* ---- the source ---- */

static int prepare(struct move *m, const char *sql, const char *value, sqlite3_stmt **ret)
{
    if (sqlite3_prepare_v2(m->from, sql, -1, ret, NULL) == SQLITE_OK &&
        (value == NULL || sqlite3_bind_text(*ret, 1, value, -1, SQLITE_TRANSIENT) == SQLITE_OK))
        return 0;
    m->why = str_fmt(m->a, "The store cannot be read: %s.", sqlite3_errmsg(m->from));
    sqlite3_finalize(*ret);
    *ret = NULL;
    return ERR_FAIL;
}

/* Only a store at exactly this program's schema: the tables on both sides are then made by the same steps. */
static int check_steps(struct move *m)
{
    sqlite3_stmt *s;
    size_t n = 0, known = 0;
    int code = prepare(m, "select room, number, hash from core_schema", NULL, &s);
    if (code)
        return code;
    for (; sqlite3_step(s) == SQLITE_ROW; n++)
        for (size_t i = 0; i < db_steps_n; i++)
            known += strcmp(db_steps[i].room, (const char *)sqlite3_column_text(s, 0)) == 0 &&
                     db_steps[i].number == sqlite3_column_int(s, 1) &&
                     strcmp(db_steps[i].hash, (const char *)sqlite3_column_text(s, 2)) == 0;
    sqlite3_finalize(s);
    if (n == db_steps_n && known == n)
        return 0;
    m->why = str_fmt(m->a, "The store in %s is of another version than this program: serve it once with this program, then move it.", m->dir);
    return ERR_FAIL;
}

static int open_source(struct move *m)
{
    int rc = lite_open(m->dir, false, &m->from);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(m->from, "begin", NULL, NULL, NULL);   /* one snapshot; nobody else writes anyway */
    if (rc == SQLITE_OK)
        return check_steps(m);
    m->why = str_fmt(m->a, "The store in %s cannot be read: %s.", m->dir, sqlite3_errstr(rc));
    return ERR_FAIL;
}

/* The texts of one column of answers, in the scratch arena. */
static int list(struct move *m, const char *sql, const char *value, str *at, size_t most, size_t *ret_n)
{
    sqlite3_stmt *s;
    size_t n = 0;
    int rc, code = prepare(m, sql, value, &s);
    if (code)
        return code;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW && n < most)
        at[n++] = str_dup(m->scratch, str_c((const char *)sqlite3_column_text(s, 0)));
    sqlite3_finalize(s);
    *ret_n = n;
    if (rc == SQLITE_DONE)
        return 0;
    m->why = S("The store's tables cannot be listed.");
    return ERR_FAIL;
}

static str join(struct arena *a, const str *names, size_t n, const char *behind)
{
    struct buf b;
    buf_init(&b, a, 1 << 16);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s\"%.*s\"%s", i ? ", " : "", STRF(names[i]), behind);
    return buf_text(&b);
}

/* ---- the target ---- */

static int make_schema(struct move *m)
{
    int64_t there = 0;
    int code = plain(m, "select pg_advisory_xact_lock(" PG_SCHEMA_LOCK ")", "The database cannot be locked");
    if (!code)
        code = number(m, "select (current_schema() is null and current_setting('search_path') = 'yiwang')::int", &there);
    if (!code && there)
        code = plain(m, "create schema yiwang", "The schema yiwang cannot be made");
    if (!code)
        code = number(m, "select (current_schema() is not null)::int", &there);
    if (code)
        return code;
    if (!there) {
        m->why = S("The schema that the database's search_path names does not exist: make it first.");
        return ERR_FAIL;
    }
    code = number(m, "select count(*) from pg_tables where schemaname = current_schema()", &there);
    if (code)
        return code;
    if (there > 0) {
        m->why = S("The database is not empty: a store is moved into an empty one only.");
        return ERR_EXISTS;
    }
    code = plain(m, DB_LEDGER_POSTGRESQL, "The ledger cannot be made");
    for (size_t i = 0; code == 0 && i < db_steps_n; i++)
        code = plain(m, db_steps[i].sql[1], str_fmt(m->a, "Step %s %04d_%s", db_steps[i].room, db_steps[i].number, db_steps[i].name).p);
    return code;
}

static int open_target(struct move *m)
{
    static const char write[] = "begin; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";
    static const char read[] = "begin isolation level repeatable read read only; set local statement_timeout = 0; "
                               "set local idle_in_transaction_session_timeout = 0";
    int64_t there = 0;
    int code = plain(m, m->compare_only ? read : write, "The database cannot be used");
    if (code || !m->compare_only)
        return code ? code : make_schema(m);
    code = number(m, "select count(*) from pg_tables where schemaname = current_schema() and tablename = 'core_schema'", &there);
    if (!code && !there) {
        m->why = S("There is no store in that database.");
        code = ERR_FAIL;
    }
    return code;
}

/* ---- one table, one room, the files ---- */

struct sum { struct sm3 *digest; struct db_moved told; struct buf differs; };

static void begin_sum(struct move *m, struct sum *s, const char *room)
{
    *s = (struct sum){.digest = sm3_new(m->scratch), .told = {.room = room, .same = true}};
    buf_init(&s->differs, m->scratch, 4096);
}

static void add_pair(struct sum *s, str table, const struct stream *here, const struct stream *there)
{
    sm3_add(s->digest, here->hash, sizeof here->hash);
    s->told.rows += here->rows;
    if (here->rows == there->rows && memcmp(here->hash, there->hash, sizeof here->hash) == 0)
        return;
    s->told.same = false;
    buf_fmt(&s->differs, "%s%.*s (%lld rows here, %lld there)", s->differs.n ? ", " : "", STRF(table), (long long)here->rows,
            (long long)there->rows);
}

static void end_sum(struct move *m, struct sum *s)
{
    uint8_t hash[32];
    sm3_end(s->digest, hash);
    s->told.hash = hex(m->scratch, hash, sizeof hash).p;
    s->told.differs = buf_text(&s->differs).p;
    m->same = m->same && s->told.same;
    m->told(&s->told);
}

static int pair(struct move *m, int code, struct stream *s)
{
    if (code)
        m->why = s->why;
    return code;
}

static int move_table(struct move *m, struct sum *sum, str table)
{
    str columns[COLUMNS_MOST], keys[COLUMNS_MOST];
    size_t n = 0, n_keys = 0;
    sqlite3_stmt *rows = NULL;
    struct stream here, there;
    int code = list(m, "select name from pragma_table_info(?1) order by cid", table.p, columns, COLUMNS_MOST, &n);
    if (!code)
        code = list(m, "select name from pragma_table_info(?1) where pk > 0 order by pk", table.p, keys, COLUMNS_MOST, &n_keys);
    if (code)
        return code;
    str names = join(m->scratch, columns, n, "");
    str order = n_keys ? join(m->scratch, keys, n_keys, "") : join(m->scratch, columns, n, " nulls first");
    const char *select = str_fmt(m->scratch, "select %s from %s order by %s", names.p, table.p, order.p).p;
    const char *in = str_fmt(m->scratch, "copy %s (%s) from stdin (format binary)", table.p, names.p).p;
    const char *out = str_fmt(m->scratch, "copy (%s) to stdout (format binary)", select).p;
    code = prepare(m, select, NULL, &rows);
    if (code)
        return code;
    code = stream_begin(&here, m->a, m->scratch, m->compare_only ? NULL : m->to, in);
    if (!code)
        code = stream_rows(&here, rows);
    code = pair(m, stream_end(&here, code), &here);
    sqlite3_finalize(rows);
    if (!code)
        code = pair(m, stream_back(&there, m->a, m->scratch, m->to, out), &there);
    if (!code)
        add_pair(sum, table, &here, &there);
    return code;
}

static int move_room(struct move *m, const char *room)
{
    static const char tables[] = "select name from sqlite_master where type = 'table' and substr(name, 1, length(?1) + 1) = ?1 || '_' "
                                 "order by rowid";
    str names[TABLES_MOST];
    size_t n = 0;
    struct sum sum;
    arena_reset(m->scratch);
    begin_sum(m, &sum, room);
    int code = list(m, tables, room, names, TABLES_MOST, &n);
    for (size_t i = 0; code == 0 && i < n; i++)
        code = move_table(m, &sum, names[i]);
    if (code)
        return code;
    sum.told.tables = (int64_t)n;
    m->tables += (int64_t)n;
    end_sum(m, &sum);
    return 0;
}

static int move_files(struct move *m)
{
    struct stream here, there;
    struct sum sum;
    arena_reset(m->scratch);
    begin_sum(m, &sum, "files");
    int code = stream_begin(&here, m->a, m->scratch, m->compare_only ? NULL : m->to,
                            "copy core_file_chunk (sm3, part, bytes) from stdin (format binary)");
    if (!code)
        code = stream_files(&here, m->scratch, m->dir, &sum.told.tables);
    code = pair(m, stream_end(&here, code), &here);
    if (!code)
        code = pair(m, stream_back(&there, m->a, m->scratch, m->to,
                                   "copy (select sm3, part, bytes from core_file_chunk order by sm3, part) to stdout (format binary)"), &there);
    if (code)
        return code;
    add_pair(&sum, S("core_file_chunk"), &here, &there);
    end_sum(m, &sum);
    return 0;
}

/* No table on either side was left out. */
static int check_tables(struct move *m)
{
    sqlite3_stmt *s;
    int64_t here = 0, there = 0;
    int code = prepare(m, "select count(*) from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!'", NULL, &s);
    if (code)
        return code;
    if (sqlite3_step(s) == SQLITE_ROW)
        here = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    code = number(m, "select count(*) from pg_tables where schemaname = current_schema() and tablename <> 'core_file_chunk'", &there);
    if (code || (here == m->tables && there == m->tables))
        return code;
    m->why = str_fmt(m->a, "There are %lld tables in the store and %lld in the database, but the rooms have %lld.", (long long)here,
                     (long long)there, (long long)m->tables);
    return ERR_FAIL;
}

static int move_all(struct move *m)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < db_steps_n; i++)
        if (i == 0 || strcmp(db_steps[i].room, db_steps[i - 1].room) != 0)
            code = move_room(m, db_steps[i].room);
    if (!code)
        code = move_files(m);
    if (!code)
        code = check_tables(m);
    if (!code && !m->same) {
        m->why = m->compare_only ? S("The directory and the database do not hold the same.")
                                 : S("What was read back from the database is not what was sent; nothing of it was kept.");
        code = ERR_REFUSED;
    }
    return code;
}

static int commit(struct move *m)
{
    PGresult *r = PQexec(m->to, "commit");
    bool done = PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0;
    bool lost = PQstatus(m->to) != CONNECTION_OK;
    PQclear(r);
    if (done) {
        PQclear(PQexec(m->to, "set statement_timeout = 0; analyze"));   /* so that the first requests are planned well */
        return 0;
    }
    if (!lost)
        return trouble(m, "The database did not keep the store");
    m->why = S("The database was lost at the very end: it holds the whole store or nothing; `yiwang move --compare` says which.");
    return ERR_UNKNOWN;
}

int db_move(struct db_store *from, struct db_store *to, struct arena *a, bool compare_only,
            void (*told)(const struct db_moved *room), str *ret_why)
{
    struct move m = {.to = pg_store(to)->first, .dir = from->dir, .a = a, .scratch = arena_new(256 << 20),
                     .compare_only = compare_only, .same = true, .told = told};
    int code = open_source(&m);
    if (!code)
        code = open_target(&m);
    if (!code)
        code = move_all(&m);
    if (!code && !compare_only)
        code = commit(&m);
    if (PQtransactionStatus(m.to) != PQTRANS_IDLE)
        PQclear(PQexec(m.to, "rollback"));
    sqlite3_close(m.from);
    arena_drop(m.scratch);
    *ret_why = m.why;
    return code;
}
