/* The schema ledger on PostgreSQL: as on SQLite, a step and its row in one transaction. An advisory lock lets two programs
 * that start at once bring one database up to date: the second finds nothing to do. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/ledger.h"
#include "db/pg.h"

/* values: texts, NULL-terminated; cast in the statement. *ret: the first column of the first row, as a number. */
static int run(PGconn *pg, const char *sql, const char *const *values, int64_t *ret)
{
    int n = 0;
    while (values != NULL && values[n] != NULL)
        n++;
    PGresult *r = n == 0 ? PQexec(pg, sql) : PQexecParams(pg, sql, n, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_TUPLES_OK && ret != NULL)
        *ret = PQntuples(r) > 0 ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    PQclear(r);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? 0 : ERR_FAIL;
}

static int trouble(PGconn *pg, struct arena *a, const char *what, str *ret_why)
{
    str text = str_trim(str_c(PQerrorMessage(pg)));
    *ret_why = str_fmt(a, "The store's schema: %s: %.*s", what, STRF(text));
    run(pg, "rollback", NULL, NULL);
    return ERR_FAIL;
}

static const char ledger_there[] = "select count(*) from pg_tables where schemaname = current_schema() and "
                                   "tablename = 'core_schema'";

static int make_ledger(PGconn *pg, struct arena *a, str *ret_why)
{
    static const char first_row[] = "insert into core_store (only_row, min_binary, created_at) values (1, 1, $1::bigint)";
    int64_t there = 0;
    const char *now = str_i64(a, clock_now()).p;
    /* The schema yiwang is made here; one that the address names must be there. */
    if (run(pg, "select count(*) from pg_namespace where nspname = 'yiwang' or current_setting('search_path') <> 'yiwang'", NULL,
            &there) || (there == 0 && run(pg, "create schema yiwang", NULL, NULL)))
        return trouble(pg, a, "the schema yiwang cannot be made", ret_why);
    if (run(pg, "select (current_schema() is not null)::int", NULL, &there))
        return trouble(pg, a, "it cannot be read", ret_why);
    if (there == 0) {
        *ret_why = S("The schema that the database's search_path names does not exist: make it first.");
        return ERR_FAIL;
    }
    if (run(pg, ledger_there, NULL, &there))
        return trouble(pg, a, "it cannot be read", ret_why);
    if (there > 0)
        return 0;
    if (run(pg, "begin", NULL, NULL) || run(pg, DB_LEDGER_POSTGRESQL, NULL, NULL) ||
        run(pg, first_row, (const char *[]){now, NULL}, NULL) || run(pg, "commit", NULL, NULL))
        return trouble(pg, a, "the ledger cannot be made", ret_why);
    return 0;
}

static int check_ledger(PGconn *pg, struct arena *a, str *ret_why)
{
    int64_t least = 0;
    if (run(pg, "select min_binary from core_store", NULL, &least))
        return trouble(pg, a, "the ledger cannot be read", ret_why);
    int rc = db_ledger_least(a, least, ret_why);
    if (rc < 0)
        return rc;
    PGresult *r = PQexec(pg, "select room, number, name, hash, kind from core_schema order by room, number");
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        rc = trouble(pg, a, "the ledger cannot be read", ret_why);
    for (int i = 0; rc == 0 && i < PQntuples(r); i++)
        rc = db_ledger_row(a, PQgetvalue(r, i, 0), (int)strtol(PQgetvalue(r, i, 1), NULL, 10), PQgetvalue(r, i, 2),
                           PQgetvalue(r, i, 3), PQgetvalue(r, i, 4), ret_why);
    PQclear(r);
    return rc;
}

static int apply(PGconn *pg, struct arena *a, const struct db_step *step)
{
    static const char row[] = "insert into core_schema (room, number, name, hash, applied_at, kind) "
                              "values ($1, $2::bigint, $3, $4, $5::bigint, $6)";
    static const char raise[] = "update core_store set min_binary = greatest(min_binary, $1::bigint)";
    const char *number = str_i64(a, step->number).p, *now = str_i64(a, clock_now()).p, *binary = str_i64(a, YW_BINARY).p;
    const char *values[] = {step->room, number, step->name, step->hash, now, step->kind, NULL};
    if (run(pg, "begin", NULL, NULL) || run(pg, step->sql[1], NULL, NULL) || run(pg, row, values, NULL))
        return ERR_FAIL;
    if (strcmp(step->kind, "contract") == 0 && run(pg, raise, (const char *[]){binary, NULL}, NULL))
        return ERR_FAIL;
    return run(pg, "commit", NULL, NULL);
}

static int apply_all(PGconn *pg, struct arena *a, str *ret_why)
{
    static const char find[] = "select count(*) from core_schema where room = $1 and number = $2::bigint";
    for (size_t i = 0; i < db_steps_n; i++) {
        const struct db_step *step = &db_steps[i];
        int64_t there = 0;
        if (run(pg, find, (const char *[]){step->room, str_i64(a, step->number).p, NULL}, &there))
            return trouble(pg, a, "the ledger cannot be read", ret_why);
        if (there > 0)
            continue;
        if (apply(pg, a, step))
            return trouble(pg, a, str_fmt(a, "step %s %04d_%s", step->room, step->number, step->name).p, ret_why);
        log_line(LOG_INFO, "db", "schema step %s %04d_%s applied", step->room, step->number, step->name);
    }
    return 0;
}

bool pg_blank(struct db_store *s)
{
    int64_t there = 1;
    run(pg_store(s)->first, ledger_there, NULL, &there);
    return there == 0;
}

int pg_migrate(struct db_store *s, struct arena *a, str *ret_why)
{
    PGconn *pg = pg_store(s)->first;
    if (run(pg, "set statement_timeout = 0; select pg_advisory_lock(" PG_SCHEMA_LOCK ")", NULL, NULL))
        return trouble(pg, a, "it cannot be locked", ret_why);
    int rc = make_ledger(pg, a, ret_why);
    if (rc == 0)
        rc = check_ledger(pg, a, ret_why);
    if (rc == 0)
        rc = apply_all(pg, a, ret_why);
    run(pg, "select pg_advisory_unlock(" PG_SCHEMA_LOCK "); set statement_timeout = '10s'", NULL, NULL);
    return rc;
}
