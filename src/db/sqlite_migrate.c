/* The schema ledger. Steps are numbered, forward-only, and applied in one transaction each together with their row in
 * core_schema, so that a kill leaves a step wholly or not at all. */
#include <string.h>

#include "base/clock.h"
#include "db/ledger.h"
#include "db/sqlite.h"

/* For the few statements of this page. letters: the type of each value, i (int64_t) or t (text); *ret: the first column. */
static int run(sqlite3 *db, const char *sql, const char *letters, const void *const *values, int64_t *ret)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    for (int i = 0; rc == SQLITE_OK && letters[i] != '\0'; i++)
        rc = letters[i] == 'i' ? sqlite3_bind_int64(s, i + 1, *(const int64_t *)values[i])
                               : sqlite3_bind_text(s, i + 1, values[i], -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW && ret != NULL)
        *ret = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int trouble(sqlite3 *db, struct arena *a, const char *what, str *ret_why)
{
    *ret_why = str_fmt(a, "The store's schema: %s: %s.", what, sqlite3_errmsg(db));
    bool full = (sqlite3_errcode(db) & 0xff) == SQLITE_FULL;
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "rollback", NULL, NULL, NULL);
    return full ? ERR_FULL : ERR_FAIL;
}

static int make_ledger(sqlite3 *db, struct arena *a, str *ret_why)
{
    static const char first_row[] = "insert into core_store (only_row, min_binary, created_at) values (1, 1, ?1)";
    int64_t there = 0, now = clock_now();
    if (run(db, "select count(*) from sqlite_master where name = 'core_schema'", "", NULL, &there) != SQLITE_OK)
        return trouble(db, a, "it cannot be read", ret_why);
    if (there > 0)
        return 0;
    if (sqlite3_exec(db, "begin immediate;" DB_LEDGER_SQLITE, NULL, NULL, NULL) != SQLITE_OK ||
        run(db, first_row, "i", (const void *[]){&now}, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "commit", NULL, NULL, NULL) != SQLITE_OK)
        return trouble(db, a, "the ledger cannot be made", ret_why);
    return 0;
}

static const char *text(sqlite3_stmt *s, int at)
{
    return (const char *)sqlite3_column_text(s, at);
}

static int check_ledger(sqlite3 *db, struct arena *a, str *ret_why)
{
    static const char rows[] = "select room, number, name, hash, kind from core_schema order by room, number";
    int64_t least = 0;
    sqlite3_stmt *s = NULL;
    if (run(db, "select min_binary from core_store", "", NULL, &least) != SQLITE_OK ||
        sqlite3_prepare_v2(db, rows, -1, &s, NULL) != SQLITE_OK)
        return trouble(db, a, "the ledger cannot be read", ret_why);
    int rc = db_ledger_least(a, least, ret_why);
    while (rc == 0 && sqlite3_step(s) == SQLITE_ROW)
        rc = db_ledger_row(a, text(s, 0), sqlite3_column_int(s, 1), text(s, 2), text(s, 3), text(s, 4), ret_why);
    sqlite3_finalize(s);
    return rc;
}

static int apply(sqlite3 *db, const struct db_step *step)
{
    static const char row[] = "insert into core_schema (room, number, name, hash, applied_at, kind) "
                              "values (?1, ?2, ?3, ?4, ?5, ?6)";
    int64_t number = step->number, now = clock_now(), binary = YW_BINARY;
    int rc = sqlite3_exec(db, "begin immediate", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, step->sql[0], NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = run(db, row, "tittit", (const void *[]){step->room, &number, step->name, step->hash, &now, step->kind}, NULL);
    if (rc == SQLITE_OK && strcmp(step->kind, "contract") == 0)
        rc = run(db, "update core_store set min_binary = max(min_binary, ?1)", "i", (const void *[]){&binary}, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "commit", NULL, NULL, NULL);
    return rc;
}

int lite_store_migrate(struct db_store *s, struct arena *a, str *ret_why)
{
    sqlite3 *db = lite_store(s)->first;
    if (db == NULL) {
        *ret_why = S("The schema is brought up to date by the writer, before its connection is handed out.");
        return ERR_FAIL;
    }
    int rc = make_ledger(db, a, ret_why);
    if (rc == 0)
        rc = check_ledger(db, a, ret_why);
    for (size_t i = 0; rc == 0 && i < db_steps_n; i++) {
        const struct db_step *step = &db_steps[i];
        int64_t there = 0, number = step->number;
        const void *key[] = {step->room, &number};
        if (run(db, "select count(*) from core_schema where room = ?1 and number = ?2", "ti", key, &there) != SQLITE_OK)
            return trouble(db, a, "the ledger cannot be read", ret_why);
        if (there > 0)
            continue;
        if (apply(db, step) != SQLITE_OK)
            return trouble(db, a, str_fmt(a, "step %s %04d_%s", step->room, step->number, step->name).p, ret_why);
        log_line(LOG_INFO, "db", "schema step %s %04d_%s applied", step->room, step->number, step->name);
    }
    return rc;
}
