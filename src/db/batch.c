/* Transactions: snapshots for readers, and the write batch with one savepoint per member.
 *
 * SQLITE_FULL, an I/O error, an interrupt inside a write or a ROLLBACK from a trigger ends the whole transaction, not only
 * the member's savepoint; the next SAVEPOINT would then begin a transaction of its own and commit alone. So every function
 * here looks at sqlite3_get_autocommit() first, and says ERR_TX_GONE. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
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

int db_run_fixed(struct db_conn *c, enum db_fixed which)
{
    static const char *const sql[FIXED_N] = {
        [FIXED_BEGIN_READ] = "begin",         [FIXED_BEGIN_WRITE] = "begin immediate", [FIXED_COMMIT] = "commit",
        [FIXED_ROLLBACK] = "rollback",        [FIXED_SAVEPOINT] = "savepoint member",  [FIXED_RELEASE] = "release member",
        [FIXED_UNDO] = "rollback to member",
    };
    int rc = SQLITE_OK;
    if (c->fixed[which] == NULL)
        rc = sqlite3_prepare_v3(c->sqlite, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &c->fixed[which], NULL);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_step(c->fixed[which]);
    return sqlite3_reset(c->fixed[which]);
}

static bool alive(const struct db_conn *c)
{
    return !sqlite3_get_autocommit(c->sqlite);
}

static int complain(struct db_conn *c, const char *what, int code)
{
    log_line(LOG_ERROR, "db", "%s: %s", what, sqlite3_errmsg(c->sqlite));
    return code;
}

/* ---- readers ---- */

int db_read_begin(struct db_conn *c, struct arena *a, struct db *ret)
{
    db_reset_active(c);
    c->deadline = 0;
    if (alive(c))                                /* left by work that never came to its end */
        db_run_fixed(c, FIXED_ROLLBACK);
    if (db_run_fixed(c, FIXED_BEGIN_READ) != SQLITE_OK)
        return complain(c, "begin", ERR_FAIL);
    *ret = (struct db){.arena = a, .conn = c};
    return 0;
}

void db_read_end(struct db *db)
{
    if (db->conn == NULL)
        return;
    db_reset_active(db->conn);
    if (alive(db->conn) && db_run_fixed(db->conn, FIXED_ROLLBACK) != SQLITE_OK)
        complain(db->conn, "end of a read", ERR_FAIL);
    db->conn = NULL;
}

/* ---- the write batch ---- */

int db_batch_begin(struct db_conn *c)
{
    db_reset_active(c);
    c->deadline = 0;
    if (!c->writer || alive(c)) {
        log_line(LOG_ERROR, "db", "a batch was begun on a reader or inside a batch");
        return ERR_FAIL;
    }
    if (db_run_fixed(c, FIXED_BEGIN_WRITE) != SQLITE_OK)
        return complain(c, "begin of a batch", ERR_FAIL);
    return 0;
}

bool db_batch_alive(struct db_conn *c)
{
    return alive(c);
}

int db_member_begin(struct db_conn *c, struct arena *a, int ms, struct db *ret)
{
    db_reset_active(c);
    if (!alive(c))
        return ERR_TX_GONE;
    if (db_run_fixed(c, FIXED_SAVEPOINT) != SQLITE_OK)
        return complain(c, "savepoint", alive(c) ? ERR_FAIL : ERR_TX_GONE);
    c->deadline = ms > 0 ? clock_mono() + ms : 0;
    *ret = (struct db){.arena = a, .conn = c, .writable = true};
    return 0;
}

/* What cannot be undone alone takes the batch with it: nothing of it was acknowledged, and its members run again. */
static int abandon(struct db_conn *c, const char *what)
{
    complain(c, what, ERR_FAIL);
    db_batch_rollback(c);
    return ERR_TX_GONE;
}

int db_member_undo(struct db *db)
{
    struct db_conn *c = db->conn;
    if (c == NULL)                               /* undone already, by a keep that failed */
        return 0;
    db->conn = NULL;
    c->deadline = 0;
    db_reset_active(c);
    if (!alive(c))
        return ERR_TX_GONE;
    if (db_run_fixed(c, FIXED_UNDO) != SQLITE_OK || db_run_fixed(c, FIXED_RELEASE) != SQLITE_OK)
        return abandon(c, "undo of a member");
    return 0;
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
    c->deadline = 0;
    db_reset_active(c);
    if (!alive(c))
        return ERR_TX_GONE;
    if (db_run_fixed(c, FIXED_RELEASE) != SQLITE_OK)
        return abandon(c, "release of a member");
    return 0;
}

void db_batch_rollback(struct db_conn *c)
{
    db_reset_active(c);
    c->deadline = 0;
    if (alive(c) && db_run_fixed(c, FIXED_ROLLBACK) != SQLITE_OK)
        complain(c, "rollback", ERR_FAIL);
}

int db_batch_commit(struct db_conn *c)
{
    db_reset_active(c);
    c->deadline = 0;
    if (!alive(c))
        return ERR_TX_GONE;
    int rc = db_fault("commit-full") ? SQLITE_FULL : db_fault("commit-unknown") ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    if (rc == SQLITE_OK)
        rc = db_run_fixed(c, FIXED_COMMIT);
    if (rc == SQLITE_OK) {
        c->commits++;
        return 0;
    }
    complain(c, "commit", ERR_FAIL);
    switch (rc & 0xff) {
    case SQLITE_FULL:                            /* the commit's last frame was never written */
        db_batch_rollback(c);
        return ERR_FULL;
    case SQLITE_BUSY: case SQLITE_CONSTRAINT: case SQLITE_INTERRUPT:   /* refused before anything was written */
        db_batch_rollback(c);
        return ERR_FAIL;
    default:
        return ERR_UNKNOWN;
    }
}
