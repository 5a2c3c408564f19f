/* A consistent copy of an SQLite store. One read transaction is held from the first page to the last, so the copy is the
 * store at one moment and sqlite3_backup has no reason to begin anew however much is written meanwhile. */
#include "db/backup.h"

#include <unistd.h>

#include "db/sqlite.h"

enum { PAGES_AT_ONCE = 4096, BUSY_MOST = 100, BUSY_WAIT_MS = 100 };

/* The first read of the transaction: the snapshot is taken here. */
static int read_point(sqlite3 *from, struct db_point *ret)
{
    static const char newest[] = "select seq, at from core_evidence order by seq desc limit 1";
    sqlite3_stmt *s = NULL;
    struct db_point point = {0, 0};
    int rc = sqlite3_exec(from, "begin", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(from, newest, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        point = (struct db_point){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        rc = SQLITE_OK;
    sqlite3_finalize(s);
    if (rc == SQLITE_OK)
        *ret = point;
    return rc;
}

static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    int rc = SQLITE_OK;
    for (int busy = 0; b != NULL && busy < BUSY_MOST; busy += rc != SQLITE_OK) {
        rc = sqlite3_backup_step(b, PAGES_AT_ONCE);
        if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
            sqlite3_sleep(BUSY_WAIT_MS);
        else if (rc != SQLITE_OK)
            break;
    }
    int end = sqlite3_backup_finish(b);          /* NULL is harmless */
    if (b == NULL)
        return sqlite3_extended_errcode(to);
    return rc == SQLITE_DONE ? end : rc;
}

/* The copy is nobody's store yet: no journal, no syncs; a half one is thrown away. */
static int open_copy(const char *path, sqlite3 **ret)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(path, ret, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*ret, "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -4000", NULL, NULL, NULL);
    return rc;
}

int db_backup(struct db_store *s, struct arena *a, const char *to, struct db_point *ret, str *ret_why)
{
    if (s->engine != &db_sqlite) {
        *ret_why = S("A PostgreSQL database is backed up with pg_dump (docs/postgresql.md).");
        return ERR_REFUSED;
    }
    sqlite3 *from = NULL, *copy = NULL;
    struct db_point point = {0, 0};
    int rc = lite_open(s->dir, false, &from);
    if (rc == SQLITE_OK)
        rc = read_point(from, &point);
    if (rc == SQLITE_OK)
        rc = open_copy(to, &copy);
    if (rc == SQLITE_OK)
        rc = copy_pages(from, copy);
    int closed = sqlite3_close(copy);
    if (rc == SQLITE_OK)
        rc = closed;
    sqlite3_close(from);                         /* ends the snapshot */
    if (rc != SQLITE_OK) {
        bool full = (rc & 0xff) == SQLITE_FULL;
        *ret_why = full ? str_fmt(a, "There is no space left for the backup (%s).", to)
                        : str_fmt(a, "The database could not be copied to %s: %s.", to, sqlite3_errstr(rc));
        return full ? ERR_FULL : ERR_FAIL;
    }
    *ret = point;
    return 0;
}
