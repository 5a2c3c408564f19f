/* PostgreSQL: connections and transactions. Readers: one repeatable-read snapshot on the primary. Writers: one SERIALIZABLE
 * transaction to a member; the caller runs a member again when it collided (ERR_AGAIN) or the connection was lost before its
 * COMMIT (ERR_TX_GONE). A COMMIT whose answer never came is ERR_UNKNOWN and nothing else.
 *
 * BEGIN is sent with a batch's first member. Only a member that follows a kept one needs a savepoint; undoing the first is a
 * ROLLBACK, and the next begins anew. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/pg.h"

/* ---- connections ---- */

static void on_notice(void *arg, const PGresult *r)
{
    const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    (void)arg;
    log_line(LOG_DEBUG, "db", "postgresql: %s", text ? text : "notice");
}

/* Without a search path of its own, from the address or the role, everything lies in the schema yiwang. */
static const char settings[] =
    "select set_config('search_path', case when current_setting('search_path') = '\"$user\", public' then 'yiwang' "
    "else current_setting('search_path') end, false), set_config('statement_timeout', '10s', false), "
    "set_config('idle_in_transaction_session_timeout', '60s', false), set_config('synchronous_commit', 'on', false)";

PGconn *pg_connect(const char *url, struct arena *a, str *ret_why)
{
    /* What stands before dbname may be said otherwise in the address, what stands behind it may not. */
    static const char *const names[] = {"connect_timeout", "tcp_user_timeout", "application_name", "target_session_attrs",
                                        "dbname", "client_encoding", NULL};
    const char *values[] = {"5", "10000", "yiwang", "read-write", url, "UTF8", NULL};
    PGconn *pg = PQconnectdbParams(names, values, 1);
    PGresult *r = NULL;
    if (PQstatus(pg) == CONNECTION_OK) {
        PQsetNoticeReceiver(pg, on_notice, NULL);
        r = PQexec(pg, settings);
        if (PQresultStatus(r) == PGRES_TUPLES_OK) {
            PQclear(r);
            return pg;
        }
    }
    str text = str_trim(str_c(PQerrorMessage(pg)));   /* names host and role, never the password */
    if (ret_why != NULL)
        *ret_why = str_fmt(a, "The database cannot be reached: %.*s", STRF(text));
    log_line(LOG_WARN, "db", "the database cannot be reached: %.*s", STRF(text));
    PQclear(r);
    PQfinish(pg);
    return NULL;
}

void pg_clear(struct pg_conn *c)
{
    PQclear(c->active);
    c->active = NULL;
}

static bool lost(const struct pg_conn *c)
{
    return c->pg == NULL || PQstatus(c->pg) != CONNECTION_OK;
}

static void let_go(struct pg_conn *c)
{
    pg_clear(c);
    PQfinish(c->pg);
    c->pg = NULL;
    c->open = false;
    memset(c->prepared, 0, db_query_count * sizeof *c->prepared);
}

static int connected(struct pg_conn *c)
{
    if (!lost(c))
        return 0;
    bool again = c->pg != NULL;
    let_go(c);
    c->pg = pg_connect(pg_store(c->head.store)->url, NULL, NULL);
    if (c->pg == NULL)
        return ERR_TX_GONE;
    if (again)
        log_line(LOG_INFO, "db", "connected to the database again");
    return 0;
}

static int conn_open(struct db_store *store, bool writer, struct db_conn **ret)
{
    if (writer && !store->writer) {
        log_line(LOG_ERROR, "db", "a writing connection was asked for on a store opened for reading");
        return ERR_FAIL;
    }
    struct pg_conn *c = calloc(1, sizeof *c);
    bool *prepared = calloc(db_query_count + 1, sizeof *prepared);
    if (c == NULL || prepared == NULL) {
        free(c);
        free(prepared);
        return ERR_FAIL;
    }
    *c = (struct pg_conn){.head = {&db_pg, store, writer, 0}, .prepared = prepared};
    if (connected(c)) {
        free(prepared);
        free(c);
        return ERR_FAIL;
    }
    *ret = &c->head;
    return 0;
}

static void conn_close(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    let_go(c);
    free(c->prepared);
    free(c);
}

/* ---- what went wrong ---- */

int pg_code(PGconn *pg, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    if (pg == NULL || PQstatus(pg) != CONNECTION_OK || state == NULL || strncmp(state, "08", 2) == 0 ||
        strncmp(state, "57P", 3) == 0 || strcmp(state, "25P03") == 0)
        return ERR_TX_GONE;                      /* shut down or timed out: connect anew */
    if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0)
        return ERR_AGAIN;
    if (strcmp(state, "57014") == 0 || strcmp(state, "55P03") == 0)
        return ERR_INTERRUPTED;
    if (strcmp(state, "53100") == 0)
        return ERR_FULL;
    if (strcmp(state, "23505") == 0)
        return ERR_EXISTS;                       /* may be a collision that a second run sees coming */
    return ERR_FAIL;
}

const char *pg_message(PGconn *pg, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (state != NULL && (strncmp(state, "22", 2) == 0 || strcmp(state, "42601") == 0))
        return "a value or a search expression cannot be read";   /* the server's sentence would quote it */
    if (text != NULL)
        return text;
    return pg == NULL || PQstatus(pg) != CONNECTION_OK ? "the connection was lost" : "the database gave no reason";
}

/* Simple statements without values. */
static int simple(struct pg_conn *c, const char *sql, const char *what)
{
    pg_clear(c);
    if (c->pg == NULL)
        return ERR_TX_GONE;
    PGresult *r = PQexec(c->pg, sql);
    ExecStatusType status = PQresultStatus(r);
    int code = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : pg_code(c->pg, r);
    if (code)
        log_line(code == ERR_AGAIN ? LOG_DEBUG : LOG_WARN, "db", "%s: %s", what, pg_message(c->pg, r));
    PQclear(r);
    if (code == ERR_TX_GONE)
        let_go(c);
    return code;
}

static void roll_back(struct pg_conn *c)
{
    c->open = false;
    pg_clear(c);
    if (!lost(c) && PQtransactionStatus(c->pg) != PQTRANS_IDLE && simple(c, "rollback", "rollback"))
        let_go(c);
}

/* ---- readers ---- */

static int begin(struct pg_conn *c, const char *sql)
{
    roll_back(c);                                /* left by work that never came to its end */
    int code = ERR_TX_GONE;
    for (int i = 0; i < 2 && code == ERR_TX_GONE; i++) {   /* twice: an idle connection's loss shows only now */
        code = connected(c);
        if (!code)
            code = simple(c, sql, "begin");
        if (code == ERR_FAIL) {                  /* no primary any more: the address may name another */
            let_go(c);
            code = ERR_TX_GONE;
        }
    }
    c->open = code == 0;
    if (code)
        roll_back(c);
    return code;
}

static int read_begin(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    c->deadline = 0;
    return begin(c, "begin isolation level repeatable read read only") ? ERR_TX_GONE : 0;
}

static void read_end(struct db_conn *conn)
{
    roll_back(pg_conn(conn));
}

/* ---- the write batch ---- */

static int batch_begin(struct db_conn *conn, bool in_turn)
{
    struct pg_conn *c = pg_conn(conn);
    if (c->in_batch) {
        log_line(LOG_ERROR, "db", "a batch was begun inside a batch");
        return ERR_FAIL;
    }
    roll_back(c);
    c->in_batch = true;
    c->in_turn = in_turn;
    c->kept = 0;
    return 0;
}

static bool alive(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    if (!c->in_batch || !c->open)
        return c->in_batch && c->kept == 0;
    return !lost(c) && PQtransactionStatus(c->pg) != PQTRANS_IDLE;
}

/* LOCK takes no snapshot: what the transaction reads is as new as its turn. */
static int member_begin(struct db_conn *conn, int ms)
{
    struct pg_conn *c = pg_conn(conn);
    char sql[200];
    if (!alive(conn))
        return ERR_TX_GONE;
    const char *begin_words = c->kept == 0 ? "begin isolation level serializable" : "savepoint member";
    const char *turn = c->in_turn && c->kept == 0 ? "; lock table core_store in share row exclusive mode" : "";
    snprintf(sql, sizeof sql, "%s; set local statement_timeout = %d%s", begin_words, ms > 0 ? ms : 0, turn);
    int code = c->kept == 0 ? begin(c, sql) : simple(c, sql, "savepoint");
    c->deadline = ms > 0 ? clock_mono() + ms : 0;
    return code;
}

static int member_undo(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    c->deadline = 0;
    if (!alive(conn))
        return ERR_TX_GONE;
    if (c->kept == 0) {
        roll_back(c);
        return 0;
    }
    if (simple(c, "rollback to member; release member", "undo of a member") == 0)
        return 0;
    roll_back(c);
    return ERR_TX_GONE;
}

static int member_keep(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    c->deadline = 0;
    pg_clear(c);
    if (!alive(conn))
        return ERR_TX_GONE;
    c->kept++;
    if (c->kept == 1 || simple(c, "release member", "release of a member") == 0)
        return 0;
    roll_back(c);
    return ERR_TX_GONE;
}

static void rollback(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    roll_back(c);
    c->in_batch = false;
    c->deadline = 0;
}

/* What a COMMIT's answer means. None at all, or the words of a server that goes down: it may stand or not. */
static int commit_code(struct pg_conn *c, const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (PQresultStatus(r) == PGRES_COMMAND_OK)
        return strcmp(PQcmdStatus((PGresult *)(uintptr_t)r), "COMMIT") == 0 ? 0 : ERR_FAIL;
    if (r == NULL || state == NULL || strcmp(state, "40003") == 0 || pg_code(c->pg, r) == ERR_TX_GONE)
        return ERR_UNKNOWN;
    int code = pg_code(c->pg, r);
    return code == ERR_AGAIN || code == ERR_FULL || code == ERR_INTERRUPTED ? code : ERR_FAIL;
}

static int commit(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    int code = 0;
    pg_clear(c);
    if (!alive(conn))
        code = ERR_TX_GONE;
    else if (db_fault("commit-full"))
        code = ERR_FULL;
    else if (c->open) {
        PGresult *r = PQexec(c->pg, "commit");
        code = commit_code(c, r);
        if (code && code != ERR_AGAIN)
            log_line(LOG_ERROR, "db", "commit: %s", pg_message(c->pg, r));
        PQclear(r);
        if (db_fault("commit-unknown"))
            code = ERR_UNKNOWN;
    }
    if (code == ERR_UNKNOWN)
        let_go(c);
    rollback(conn);
    return code;
}

static int checkpoint(struct db_conn *conn)
{
    (void)conn;                                  /* the server's own business */
    return 0;
}

/* ---- the store ---- */

static int one_text(PGconn *pg, struct arena *a, const char *sql, str *ret)
{
    PGresult *r = PQexec(pg, sql);
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    if (ok)
        *ret = PQgetisnull(r, 0, 0) ? STR_NONE : str_dup(a, str_c(PQgetvalue(r, 0, 0)));
    PQclear(r);
    return ok ? 0 : ERR_FAIL;
}

static int store_open(struct db_store *store, struct arena *a, const char *url, str *ret_why)
{
    struct pg_store *s = pg_store(store);
    str encoding = STR_NONE;
    pthread_mutex_init(&s->lock, NULL);
    if (store->writer) {                         /* with a sentence of its own; a reader finds out at its first begin */
        int rc = db_make_dir(a, store->dir, ret_why);
        if (rc < 0)
            return rc;
    }
    s->url = strdup(url);
    if (s->url == NULL) {
        *ret_why = S("There is not enough memory to open the store.");
        return ERR_FAIL;
    }
    s->first = pg_connect(url, a, ret_why);
    if (s->first == NULL)
        return ERR_FAIL;
    if (one_text(s->first, a, "show server_encoding", &encoding) || !str_is(encoding, "UTF8")) {
        *ret_why = str_fmt(a, "The database must be encoded in UTF8; it is in %.*s.", STRF(encoding));
        return ERR_FAIL;
    }
    if (PQserverVersion(s->first) < 130000) {
        *ret_why = S("The database must be PostgreSQL 13 or newer; 15 is what is tested.");
        return ERR_FAIL;
    }
    return 0;
}

static void store_close(struct db_store *store)
{
    struct pg_store *s = pg_store(store);
    PQfinish(s->first);
    for (int i = 0; i < s->n_spare; i++)
        PQfinish(s->spare[i]);
    pthread_mutex_destroy(&s->lock);
    free(s->url);
}

const struct db_engine db_pg = {
    .name = "postgresql", .pool = true, .store_size = sizeof(struct pg_store),
    .store_open = store_open, .store_blank = pg_blank, .store_migrate = pg_migrate, .store_close = store_close,
    .conn_open = conn_open, .conn_close = conn_close, .read_begin = read_begin, .read_end = read_end,
    .batch_begin = batch_begin, .member_begin = member_begin, .member_keep = member_keep, .member_undo = member_undo,
    .alive = alive, .commit = commit, .rollback = rollback, .checkpoint = checkpoint,
    .row = pg_row, .rows = pg_rows, .exec = pg_exec, .file_keep = pg_file_keep, .file_open = pg_file_open,
};
