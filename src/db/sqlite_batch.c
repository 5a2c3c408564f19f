/* Transactions: snapshots for readers, and the write batch with one savepoint per member.
 *
 * SQLITE_FULL, an I/O error, an interrupt inside a write or a ROLLBACK from a trigger ends the whole transaction, not only
 * the member's savepoint; the next SAVEPOINT would then begin a transaction of its own and commit alone. So every function
 * here looks at sqlite3_get_autocommit() first, and says ERR_TX_GONE. */
#include "base/clock.h"
#include "db/sqlite.h"

int lite_run_fixed(struct lite_conn *c, enum lite_fixed which)
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

static bool alive(const struct lite_conn *c)
{
    return !sqlite3_get_autocommit(c->sqlite);
}

static int complain(struct lite_conn *c, const char *what, int code)
{
    log_line(LOG_ERROR, "db", "%s: %s", what, sqlite3_errmsg(c->sqlite));
    return code;
}

/* ---- readers ---- */

int lite_read_begin(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    lite_reset_active(c);
    c->deadline = 0;
    if (alive(c))                                /* left by work that never came to its end */
        lite_run_fixed(c, FIXED_ROLLBACK);
    if (lite_run_fixed(c, FIXED_BEGIN_READ) != SQLITE_OK)
        return complain(c, "begin", ERR_FAIL);
    return 0;
}

void lite_read_end(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    lite_reset_active(c);
    if (alive(c) && lite_run_fixed(c, FIXED_ROLLBACK) != SQLITE_OK)
        complain(c, "end of a read", ERR_FAIL);
}

/* ---- the write batch ---- */

int lite_batch_begin(struct db_conn *conn, bool in_turn)
{
    struct lite_conn *c = lite_conn(conn);
    (void)in_turn;                               /* there is one writer */
    lite_reset_active(c);
    c->deadline = 0;
    if (alive(c)) {
        log_line(LOG_ERROR, "db", "a batch was begun inside a batch");
        return ERR_FAIL;
    }
    if (lite_run_fixed(c, FIXED_BEGIN_WRITE) != SQLITE_OK)
        return complain(c, "begin of a batch", ERR_FAIL);
    return 0;
}

bool lite_alive(struct db_conn *conn)
{
    return alive(lite_conn(conn));
}

int lite_member_begin(struct db_conn *conn, int ms)
{
    struct lite_conn *c = lite_conn(conn);
    lite_reset_active(c);
    if (!alive(c))
        return ERR_TX_GONE;
    if (lite_run_fixed(c, FIXED_SAVEPOINT) != SQLITE_OK)
        return complain(c, "savepoint", alive(c) ? ERR_FAIL : ERR_TX_GONE);
    c->deadline = ms > 0 ? clock_mono() + ms : 0;
    return 0;
}

/* What cannot be undone alone takes the batch with it: nothing of it was acknowledged, and its members run again. */
static int abandon(struct lite_conn *c, const char *what)
{
    complain(c, what, ERR_FAIL);
    lite_rollback(&c->head);
    return ERR_TX_GONE;
}

int lite_member_undo(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    c->deadline = 0;
    lite_reset_active(c);
    if (!alive(c))
        return ERR_TX_GONE;
    if (lite_run_fixed(c, FIXED_UNDO) != SQLITE_OK || lite_run_fixed(c, FIXED_RELEASE) != SQLITE_OK)
        return abandon(c, "undo of a member");
    return 0;
}

int lite_member_keep(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    c->deadline = 0;
    lite_reset_active(c);
    if (!alive(c))
        return ERR_TX_GONE;
    if (lite_run_fixed(c, FIXED_RELEASE) != SQLITE_OK)
        return abandon(c, "release of a member");
    return 0;
}

void lite_rollback(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    lite_reset_active(c);
    c->deadline = 0;
    if (alive(c) && lite_run_fixed(c, FIXED_ROLLBACK) != SQLITE_OK)
        complain(c, "rollback", ERR_FAIL);
}

int lite_commit(struct db_conn *conn)
{
    struct lite_conn *c = lite_conn(conn);
    lite_reset_active(c);
    c->deadline = 0;
    if (!alive(c))
        return ERR_TX_GONE;
    int rc = db_fault("commit-full") ? SQLITE_FULL : db_fault("commit-unknown") ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    if (rc == SQLITE_OK)
        rc = lite_run_fixed(c, FIXED_COMMIT);
    if (rc == SQLITE_OK)
        return 0;
    complain(c, "commit", ERR_FAIL);
    switch (rc & 0xff) {
    case SQLITE_FULL:                            /* the commit's last frame was never written */
        lite_rollback(conn);
        return ERR_FULL;
    case SQLITE_BUSY: case SQLITE_CONSTRAINT: case SQLITE_INTERRUPT:   /* refused before anything was written */
        lite_rollback(conn);
        return ERR_FAIL;
    default:
        return ERR_UNKNOWN;
    }
}
