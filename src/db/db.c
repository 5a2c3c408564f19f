/* Every call of db.h goes to the engine of its store; what all engines do alike stands here. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "db/file.h"
#include "db/ledger.h"
#include "db/private.h"

bool db_fault(const char *point)
{
#ifdef YW_DEBUG
    static atomic_int passages;
    str want = str_c(getenv("YIWANG_FAULT")), name;
    int64_t nth;
    if (str_none(want) || !num_i64(str_cut(want, ':', &name), &nth) || !str_is(name, point))
        return false;
    return atomic_fetch_add(&passages, 1) + 1 == nth;
#else
    (void)point;
    return false;
#endif
}

/* ---- statements ---- */

int db_poison(struct db *db, const struct db_query *q, int code, const char *why)
{
    bool expected = code == ERR_INTERRUPTED || code == ERR_AGAIN;
    log_line(code == ERR_AGAIN ? LOG_DEBUG : expected ? LOG_WARN : LOG_ERROR, "db", "query %s: %s", q->name, why);
    db->poisoned = true;
    db->failed_query = q->name;
    db->poison_code = code;
    return code;
}

int db_refuse(struct db *db, const struct db_query *q)
{
    if (db->conn == NULL || db->poisoned)
        return ERR_FAIL;
    if (q->writes && !db->writable)
        return db_poison(db, q, ERR_FAIL, "write on a read-only connection");
    if (q->writes)
        db->wrote = true;
    return 0;
}

int db_row(struct db *db, const struct db_query *q, const void *in, void *ret_row)
{
    int rc = db_refuse(db, q);
    return rc < 0 ? rc : db->conn->engine->row(db, q, in, ret_row);
}

int db_rows(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n)
{
    int rc = db_refuse(db, q);
    return rc < 0 ? rc : db->conn->engine->rows(db, q, in, ret_at, ret_n);
}

int db_exec(struct db *db, const struct db_query *q, const void *in)
{
    int rc = db_refuse(db, q);
    return rc < 0 ? rc : db->conn->engine->exec(db, q, in);
}

const char *db_engine_name(const struct db *db)
{
    return db->conn->engine->name;
}

/* ---- connections and transactions ---- */

int db_conn_open(struct db_store *s, bool writer, struct db_conn **ret)
{
    return s->engine->conn_open(s, writer, ret);
}

void db_conn_close(struct db_conn *c)
{
    if (c != NULL)
        c->engine->conn_close(c);
}

int64_t db_conn_commits(const struct db_conn *c)
{
    return c->commits;
}

int db_read_begin(struct db_conn *c, struct arena *a, struct db *ret)
{
    int rc = c->engine->read_begin(c);
    if (rc == 0)
        *ret = (struct db){.arena = a, .conn = c};
    return rc;
}

void db_read_end(struct db *db)
{
    if (db->conn == NULL)
        return;
    db->conn->engine->read_end(db->conn);
    db->conn = NULL;
}

static int begin(struct db_conn *c, bool in_turn)
{
    if (c->writer)
        return c->engine->batch_begin(c, in_turn);
    log_line(LOG_ERROR, "db", "a batch was begun on a reader");
    return ERR_FAIL;
}

int db_batch_begin(struct db_conn *c)
{
    return begin(c, false);
}

int db_batch_begin_in_turn(struct db_conn *c)
{
    return begin(c, true);
}

bool db_batch_alive(struct db_conn *c)
{
    return c->engine->alive(c);
}

int db_member_begin(struct db_conn *c, struct arena *a, int ms, struct db *ret)
{
    int rc = c->engine->member_begin(c, ms);
    if (rc == 0)
        *ret = (struct db){.arena = a, .conn = c, .writable = true};
    return rc;
}

int db_member_undo(struct db *db)
{
    struct db_conn *c = db->conn;
    db->conn = NULL;
    return c == NULL ? 0 : c->engine->member_undo(c);   /* NULL: undone already, by a keep that failed */
}

int db_member_keep(struct db *db)
{
    struct db_conn *c = db->conn;
    if (c == NULL)
        return ERR_FAIL;
    if (db->poisoned) {
        int rc = db_member_undo(db);
        return rc < 0 ? rc : ERR_FAIL;
    }
    db->conn = NULL;
    return c->engine->member_keep(c);
}

int db_batch_commit(struct db_conn *c)
{
    int rc = c->engine->commit(c);
    c->commits += rc == 0;
    return rc;
}

void db_batch_rollback(struct db_conn *c)
{
    c->engine->rollback(c);
}

int db_checkpoint(struct db_conn *c)
{
    return c->engine->checkpoint(c);
}

/* ---- the schema ledger ---- */

static const struct db_step *find_step(const char *room, int number)
{
    for (size_t i = 0; i < db_steps_n; i++)
        if (db_steps[i].number == number && strcmp(db_steps[i].room, room) == 0)
            return &db_steps[i];
    return NULL;
}

int db_ledger_row(struct arena *a, const char *room, int number, const char *name, const char *hash, const char *kind,
                  str *ret_why)
{
    const struct db_step *step = find_step(room, number);
    if (step != NULL && strcmp(step->hash, hash) == 0)
        return 0;
    if (step != NULL) {
        *ret_why = str_fmt(a, "Schema step %s %04d_%s was changed after this store applied it: use the program that made the "
                           "store, or a new store.", room, number, name);
        return ERR_FAIL;
    }
    if (strcmp(kind, "contract") == 0) {
        *ret_why = str_fmt(a, "This store needs a newer yiwang: it has schema step %s %04d_%s.", room, number, name);
        return ERR_FAIL;
    }
    log_line(LOG_WARN, "db", "the store has a step that this program does not know: %s %04d_%s (it only adds)", room, number,
             name);
    return 0;
}

int db_ledger_least(struct arena *a, int64_t min_binary, str *ret_why)
{
    if (min_binary <= YW_BINARY)
        return 0;
    *ret_why = str_fmt(a, "This store needs a newer yiwang (store version %d, this program %d).", (int)min_binary, YW_BINARY);
    return ERR_FAIL;
}

/* ---- files ---- */

int file_keep(struct db_store *s, const char *tmp_path, const uint8_t sm3[32], str *ret_why)
{
    return s->engine->file_keep(s, tmp_path, sm3, ret_why);
}

int file_open(struct db_store *s, const uint8_t sm3[32])
{
    return s->engine->file_open(s, sm3);
}
