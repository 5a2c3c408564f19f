/* PostgreSQL statements: prepared when first used on a connection, values and results in the binary format. */
#include <endian.h>
#include <string.h>

#include "base/clock.h"
#include "db/pg.h"

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25,
       OID_NAME = 19, OID_VARCHAR = 1043, OID_NUMERIC = 1700 };
enum { VALUES_MOST = 64 };

static int poison(struct db *db, const struct db_query *q, int code, const char *why)
{
    db_poison(db, q, code, why);
    pg_clear(pg_conn(db->conn));
    return code == ERR_EXISTS ? ERR_FAIL : code;   /* the engine sees the difference in poison_code, a handler does not */
}

static int failed(struct db *db, const struct db_query *q)
{
    struct pg_conn *c = pg_conn(db->conn);
    return poison(db, q, pg_code(c->pg, c->active), pg_message(c->pg, c->active));
}

static int prepare(struct db *db, const struct db_query *q)
{
    static const Oid oids[] = {[DB_INT] = OID_INT8, [DB_BOOL] = OID_INT8, [DB_TEXT] = OID_TEXT, [DB_BLOB] = OID_BYTEA};
    struct pg_conn *c = pg_conn(db->conn);
    Oid types[VALUES_MOST];
    if (c->prepared[q->index])
        return 0;
    for (uint16_t i = 0; i < q->n_in; i++)
        types[i] = oids[q->in[i].type];
    c->active = PQprepare(c->pg, q->name, q->sql[1], q->n_in, types);
    if (PQresultStatus(c->active) != PGRES_COMMAND_OK)
        return failed(db, q);
    pg_clear(c);
    c->prepared[q->index] = true;
    return 0;
}

struct values { const char *at[VALUES_MOST]; int length[VALUES_MOST], binary[VALUES_MOST]; int64_t whole[VALUES_MOST]; };

/* False: absent where the head does not allow it. */
static bool bind_one(struct values *v, size_t i, const struct db_field *f, const char *in)
{
    const char *p = in + f->offset;
    v->binary[i] = 1;
    v->at[i] = NULL;
    if (f->type == DB_INT || f->type == DB_BOOL) {
        int64_t n = f->type == DB_BOOL ? *(const bool *)p : *(const int64_t *)(const void *)p;
        if (f->type == DB_INT && n == DB_NONE)
            return f->null;
        v->whole[i] = (int64_t)htobe64((uint64_t)n);
        v->at[i] = (const char *)&v->whole[i];
        v->length[i] = 8;
        return true;
    }
    str s = *(const str *)(const void *)p;
    if (s.p == NULL)
        return f->null;
    v->at[i] = s.p;
    v->length[i] = (int)s.n;
    return s.n <= INT32_MAX;
}

/* Runs the statement; its result is c->active then. */
static int run(struct db *db, const struct db_query *q, const void *in)
{
    struct pg_conn *c = pg_conn(db->conn);
    struct values v;
    pg_clear(c);
    if (!c->open || c->pg == NULL || PQtransactionStatus(c->pg) != PQTRANS_INTRANS)
        return poison(db, q, ERR_TX_GONE, "there is no transaction");
    if (c->deadline != 0 && clock_mono() > c->deadline)
        return poison(db, q, ERR_INTERRUPTED, "the member's time is up");
    if (db_fault("statement-full"))
        return poison(db, q, ERR_FULL, "fault injected");
    if (q->n_in > VALUES_MOST)
        return poison(db, q, ERR_FAIL, "too many inputs: raise VALUES_MOST");
    for (uint16_t i = 0; i < q->n_in; i++)
        if (!bind_one(&v, i, &q->in[i], in)) {
            log_line(LOG_ERROR, "db", "query %s: input %s is absent", q->name, q->in[i].name);
            return poison(db, q, ERR_FAIL, "an input that its head does not allow to be absent");
        }
    int code = prepare(db, q);
    if (code)
        return code;
    c->active = PQexecPrepared(c->pg, q->name, q->n_in, v.at, v.length, v.binary, 1);
    ExecStatusType status = PQresultStatus(c->active);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return failed(db, q);
    if (PQnfields(c->active) != q->n_out)
        return poison(db, q, ERR_FAIL, "another number of columns than its head declares");
    return 0;
}

static uint64_t big_endian(const unsigned char *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* sum() of bigint is numeric: digits of base 10000, the first one's weight, the sign. Whole numbers within 64 bits only. */
static bool numeric(const unsigned char *p, int n, int64_t *ret)
{
    if (n < 8)
        return false;
    int digits = (int)big_endian(p, 2), weight = (int16_t)big_endian(p + 2, 2), sign = (int)big_endian(p + 4, 2);
    int64_t v = 0;
    if (n < 8 + 2 * digits || digits > weight + 1 || (sign != 0 && sign != 0x4000))
        return digits == 0 && sign == 0 ? *ret = 0, true : false;
    for (int i = 0; i <= weight; i++) {
        int64_t digit = i < digits ? (int64_t)big_endian(p + 8 + 2 * i, 2) : 0;
        if (__builtin_mul_overflow(v, 10000, &v) || __builtin_add_overflow(v, digit, &v))
            return false;
    }
    *ret = sign ? -v : v;
    return true;
}

static bool whole(const PGresult *r, int row, int at, int64_t *ret)
{
    const unsigned char *p = (const unsigned char *)PQgetvalue(r, row, at);
    int n = PQgetlength(r, row, at);
    switch (PQftype(r, at)) {
    case OID_INT8: *ret = (int64_t)big_endian(p, 8); return n == 8;
    case OID_INT4: *ret = (int32_t)big_endian(p, 4); return n == 4;
    case OID_INT2: *ret = (int16_t)big_endian(p, 2); return n == 2;
    case OID_BOOL: *ret = p[0] != 0; return n == 1;
    case OID_NUMERIC: return numeric(p, n, ret);
    default: return false;
    }
}

static bool read_one(struct arena *a, const PGresult *r, int row, int at, const struct db_field *f, char *into)
{
    void *p = into + f->offset;
    bool null = PQgetisnull(r, row, at);
    int64_t v = DB_NONE;
    if (null && !f->null)
        return false;
    if (f->type == DB_INT || f->type == DB_BOOL) {
        if (!null && !whole(r, row, at, &v))
            return false;
        if (f->type == DB_INT)
            *(int64_t *)p = v;
        else
            *(bool *)p = v != 0;
        return true;
    }
    Oid type = PQftype(r, at);
    bool fits = f->type == DB_BLOB ? type == OID_BYTEA : type == OID_TEXT || type == OID_VARCHAR || type == OID_NAME;
    str s = {PQgetvalue(r, row, at), (size_t)PQgetlength(r, row, at)};
    if (!null && !fits)
        return false;
    *(str *)p = null ? STR_NONE : str_dup(a, s.n == 0 ? S("") : s);
    return true;
}

static int read_row(struct db *db, const struct db_query *q, int row, char *into)
{
    const PGresult *r = pg_conn(db->conn)->active;
    for (int i = 0; i < q->n_out; i++)
        if (!read_one(db->arena, r, row, i, &q->out[i], into)) {
            log_line(LOG_ERROR, "db", "query %s: column %s is NULL or of another type", q->name, q->out[i].name);
            return poison(db, q, ERR_FAIL, "a result that its head does not declare");
        }
    if (q->personal)
        db->saw_personal = true;
    return 0;
}

int pg_row(struct db *db, const struct db_query *q, const void *in, void *ret_row)
{
    struct pg_conn *c = pg_conn(db->conn);
    int rc = run(db, q, in);
    if (rc < 0)
        return rc;
    int n = PQntuples(c->active);
    if (n > 1)
        return poison(db, q, ERR_FAIL, "more than one row where its head says -> row");
    if (n == 1) {
        char *at = arena_alloc(db->arena, q->row_size);
        rc = read_row(db, q, 0, at);
        if (rc < 0)
            return rc;
        memcpy(ret_row, at, q->row_size);
    }
    pg_clear(c);
    return n;
}

int pg_rows(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n)
{
    struct pg_conn *c = pg_conn(db->conn);
    int rc = run(db, q, in);
    if (rc < 0)
        return rc;
    int n = PQntuples(c->active);
    if (n > DB_ROWS_MOST)
        return poison(db, q, ERR_FAIL, "too many rows: it needs a limit");
    char *at = n == 0 ? NULL : arena_array(db->arena, (size_t)n, q->row_size);
    for (int i = 0; i < n; i++) {
        rc = read_row(db, q, i, at + (size_t)i * q->row_size);
        if (rc < 0)
            return rc;
    }
    pg_clear(c);
    *ret_at = at;
    *ret_n = (size_t)n;
    return 0;
}

int pg_exec(struct db *db, const struct db_query *q, const void *in)
{
    struct pg_conn *c = pg_conn(db->conn);
    int rc = run(db, q, in);
    if (rc < 0)
        return rc;
    int n = 0;
    for (const char *p = PQcmdTuples(c->active); *p >= '0' && *p <= '9' && n < 100000000; p++)
        n = n * 10 + (*p - '0');
    pg_clear(c);
    return n;
}
