/* A database: rows by cursors, a thousand at a time; files from their chunk rows. One savepoint stands from the beginning, so that
 * a statement that fails does not end the snapshot. */
#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>

#include "base/arena.h"
#include "verify/rows.h"

struct pg { struct source head; PGconn *pg; int cursors; };

static struct pg *pg_of(struct source *s)
{
    return (struct pg *)(void *)s;
}

static bool good(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
}

static void failed(struct source *s)
{
    PGconn *pg = pg_of(s)->pg;
    s->why = str_dup(s->a, str_trim(str_c(PQerrorMessage(pg))));
    PQclear(PQexec(pg, "rollback to savepoint question"));
}

/* A question with values has a short answer: at once. */
static bool ask_with(struct source *s, const char *sql, const struct value *values, int n, struct rows *ret)
{
    enum { MOST = 4 };
    char digits[MOST][24];
    const char *at[MOST];
    int length[MOST] = {0}, binary[MOST] = {0};
    for (int i = 0; i < n && i < MOST; i++) {
        snprintf(digits[i], sizeof digits[i], "%lld", (long long)values[i].n);
        at[i] = values[i].kind == 'i' ? digits[i] : values[i].kind == 't' ? str_dup(s->a, values[i].s).p : values[i].s.p;
        length[i] = (int)values[i].s.n;
        binary[i] = values[i].kind == 'b';
    }
    PGresult *r = PQexecParams(pg_of(s)->pg, sql, n, NULL, at, length, binary, 0);
    if (!good(r)) {
        PQclear(r);
        failed(s);
        return false;
    }
    *ret = (struct rows){.from = s, .handle = r, .columns = PQnfields(r), .at = -1};
    return true;
}

static bool fetch(struct rows *r)
{
    char sql[64];
    PQclear(r->handle);
    snprintf(sql, sizeof sql, "fetch 1000 from answer_%d", r->cursor);
    r->handle = PQexec(pg_of(r->from)->pg, sql);
    r->columns = PQnfields(r->handle);
    r->at = -1;
    if (good(r->handle))
        return true;
    failed(r->from);
    return false;
}

static void end(struct rows *r)
{
    char sql[64];
    PQclear(r->handle);
    r->handle = NULL;
    snprintf(sql, sizeof sql, "close answer_%d", r->cursor);
    if (r->cursor && PQtransactionStatus(pg_of(r->from)->pg) == PQTRANS_INTRANS)
        PQclear(PQexec(pg_of(r->from)->pg, sql));
}

static bool ask(struct source *s, const char *sql, const struct value *values, int n, struct rows *ret)
{
    if (n > 0)
        return ask_with(s, sql, values, n, ret);
    struct rows rows = {.from = s, .cursor = ++pg_of(s)->cursors};
    PGresult *r = PQexec(pg_of(s)->pg, str_fmt(s->a, "declare answer_%d no scroll cursor for %s", rows.cursor, sql).p);
    bool ok = good(r);
    PQclear(r);
    if (!ok) {
        failed(s);
        return false;
    }
    if (!fetch(&rows)) {
        PQclear(rows.handle);
        return false;
    }
    *ret = rows;
    return true;
}

static int next(struct rows *r)
{
    if (++r->at < PQntuples(r->handle))
        return 1;
    if (!r->cursor || PQntuples(r->handle) == 0)
        return 0;
    if (!fetch(r))
        return -1;
    return ++r->at < PQntuples(r->handle);
}

static str text(struct rows *r, int at)
{
    if (PQgetisnull(r->handle, r->at, at))
        return STR_NONE;
    return (str){PQgetvalue(r->handle, r->at, at), (size_t)PQgetlength(r->handle, r->at, at)};
}

static str bytes(struct rows *r, int at)
{
    str t = text(r, at);                         /* \x and two digits a byte */
    if (str_none(t) || !str_starts(t, S("\\x")))
        return STR_NONE;
    size_t n = (t.n - 2) / 2;
    char *p = arena_alloc(r->from->a, n + 1);
    return unhex(str_sub(t, 2, t.n), p, n) ? (str){p, n} : STR_NONE;
}

static bool file(struct source *s, const uint8_t sm3[32], struct sm3 *d, int64_t *ret_size)
{
    static const char part[] = "select bytes from core_file_chunk where sm3 = $1::bytea and part = $2::bigint";
    int64_t size = 0, n = 0;
    for (bool more = true; more; n++) {
        int64_t wire = (int64_t)htobe64((uint64_t)n);
        PGresult *r = PQexecParams(pg_of(s)->pg, part, 2, NULL, (const char *[]){(const char *)sm3, (const char *)&wire},
                                   (int[]){32, 8}, (int[]){1, 1}, 1);
        if (!good(r)) {
            PQclear(r);
            failed(s);
            return false;
        }
        more = PQntuples(r) == 1;
        if (more) {
            sm3_add(d, PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0));
            size += PQgetlength(r, 0, 0);
        }
        PQclear(r);
    }
    *ret_size = size;
    return n > 1;                                /* the last look found nothing */
}

/* Foreign keys and checks are looked at anew: a superuser, or a restored dump, can have gone around them. Each row is what is
 * wrong and a statement that counts how often. Damaged pages are pg_amcheck's business. */
static const char constraints[] =
    "select 'a row of ' || c.conrelid::regclass || ' points to a row of ' || c.confrelid::regclass || ' that is not there', "
    "format('select count(*) from %s c where %s and not exists (select 1 from %s p where %s)', c.conrelid::regclass, "
    "string_agg(format('c.%I is not null', a.attname), ' and '), c.confrelid::regclass, "
    "string_agg(format('p.%I = c.%I', f.attname, a.attname), ' and ')) "
    "from pg_constraint c cross join lateral unnest(c.conkey, c.confkey) as k (mine, theirs) "
    "join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.mine "
    "join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.theirs "
    "where c.contype = 'f' and c.connamespace = current_schema()::regnamespace group by c.oid, c.conrelid, c.confrelid "
    "union all select 'a row of ' || conrelid::regclass || ' breaks the check ' || conname, "
    "format('select count(*) from %s where not (%s)', conrelid::regclass, pg_get_expr(conbin, conrelid)) "
    "from pg_constraint where contype = 'c' and connamespace = current_schema()::regnamespace";

static void structure(struct source *s, void (*fault)(void *, const char *), void *arg)
{
    struct rows r, count;
    int more = -1;
    if (ask(s, constraints, NULL, 0, &r)) {
        while ((more = next(&r)) > 0) {
            if (!ask_with(s, text(&r, 1).p, NULL, 0, &count)) {
                fault(arg, s->why.p);
                continue;
            }
            if (next(&count) > 0 && !str_is(text(&count, 0), "0"))
                fault(arg, str_fmt(s->a, "%.*s (%.*s times)", STRF(text(&r, 0)), STRF(text(&count, 0))).p);
            end(&count);
        }
        end(&r);
    }
    if (more < 0)
        fault(arg, s->why.p);
}

static void close_it(struct source *s)
{
    PQfinish(pg_of(s)->pg);
}

static void quiet(void *arg, const PGresult *r)
{
    (void)arg, (void)r;
}

/* Without a search path of its own, from the address or the role, a store lies in the schema yiwang. */
static const char settings[] =
    "select set_config('search_path', case when current_setting('search_path') = '\"$user\", public' then 'yiwang' "
    "else current_setting('search_path') end, false), set_config('statement_timeout', '0', false), set_config('bytea_output', 'hex', false)";

struct source *source_postgresql(struct arena *a, const char *url, str *ret_why)
{
    static const char *const names[] = {"connect_timeout", "application_name", "dbname", "client_encoding", NULL};
    const char *values[] = {"5", "yiwang verify", url, "UTF8", NULL};
    struct pg *p = NEW(a, struct pg);
    *p = (struct pg){.head = {.a = a, .ask = ask, .next = next, .text = text, .bytes = bytes, .end = end, .file = file,
                              .structure = structure, .close = close_it}};
    p->pg = PQconnectdbParams(names, values, 1);
    PQsetNoticeReceiver(p->pg, quiet, NULL);
    static const char *const first[] = {settings, "begin isolation level repeatable read read only",
                                        "select only_row from core_store where only_row = 1", "savepoint question"};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        PGresult *r = PQexec(p->pg, first[i]);
        bool ok = good(r);
        const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
        if (!ok && str_is(str_c(state), "42P01"))
            *ret_why = S("There is no store in that database.");
        else if (!ok)
            *ret_why = str_fmt(a, "The database cannot be read: %.*s", STRF(str_trim(str_c(PQerrorMessage(p->pg)))));
        PQclear(r);
        if (!ok) {
            PQfinish(p->pg);
            return NULL;
        }
    }
    return &p->head;
}
