#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/move_private.h"

enum { BLOCK = 64 * 1024 };

/* The head of a binary COPY: its mark, no flags, nothing more. */
static const char head[19] = "PGCOPY\n\377\r\n";

static int refused(struct stream *s, PGconn *pg, const PGresult *r)
{
    s->why = str_fmt(s->a, "The database refused what was sent: %s.", pg_message(pg, r));
    return pg_code(pg, r);
}

/* ---- out ---- */

static int put_now(struct stream *s, const char *p, size_t n)
{
    sm3_add(s->digest, p, n);
    for (size_t at = 0; s->to != NULL && at < n; at += BLOCK) {
        size_t piece = n - at < BLOCK ? n - at : BLOCK;
        if (PQputCopyData(s->to, p + at, (int)piece) != 1) {
            s->why = S("The connection to the database was lost.");
            return ERR_TX_GONE;
        }
    }
    return 0;
}

static int flush(struct stream *s)
{
    size_t n = s->n;
    s->n = 0;
    return n > 0 ? put_now(s, s->block, n) : 0;
}

static int put(struct stream *s, const void *p, size_t n)
{
    int code = s->n + n > BLOCK ? flush(s) : 0;
    if (code)
        return code;
    if (n > BLOCK)
        return put_now(s, p, n);
    if (n > 0)
        memcpy(s->block + s->n, p, n);
    s->n += n;
    return 0;
}

static int put_count(struct stream *s, int16_t n)
{
    uint16_t wire = htobe16((uint16_t)n);
    return put(s, &wire, sizeof wire);
}

/* p NULL: SQL's NULL. */
static int put_field(struct stream *s, const void *p, size_t n)
{
    uint32_t wire = htobe32(p ? (uint32_t)n : UINT32_MAX);
    int code = put(s, &wire, sizeof wire);
    return code || p == NULL ? code : put(s, p, n);
}

static int put_int(struct stream *s, int64_t v)
{
    uint64_t wire = htobe64((uint64_t)v);
    return put_field(s, &wire, sizeof wire);
}

static void begin(struct stream *s, struct arena *a, struct arena *scratch, PGconn *to)
{
    *s = (struct stream){.to = to, .a = a, .digest = sm3_new(scratch), .block = arena_alloc(scratch, BLOCK)};
}

int stream_begin(struct stream *s, struct arena *a, struct arena *scratch, PGconn *to, const char *copy)
{
    begin(s, a, scratch, to);
    if (to != NULL) {
        PGresult *r = PQexec(to, copy);
        int code = PQresultStatus(r) == PGRES_COPY_IN ? 0 : refused(s, to, r);
        PQclear(r);
        if (code) {
            s->to = NULL;
            return code;
        }
    }
    return put(s, head, sizeof head);
}

int stream_end(struct stream *s, int code)
{
    if (!code)
        code = put_count(s, -1);
    if (!code)
        code = flush(s);
    if (s->to != NULL) {
        bool sent = PQputCopyEnd(s->to, code ? "broken off" : NULL) == 1;
        PGresult *r = PQgetResult(s->to);
        if (!code && (!sent || PQresultStatus(r) != PGRES_COMMAND_OK))
            code = refused(s, s->to, r);
        PQclear(r);
        while ((r = PQgetResult(s->to)) != NULL)
            PQclear(r);
    }
    sm3_end(s->digest, s->hash);
    return code;
}

static int put_column(struct stream *s, sqlite3_stmt *row, int at)
{
    switch (sqlite3_column_type(row, at)) {
    case SQLITE_NULL:
        return put_field(s, NULL, 0);
    case SQLITE_INTEGER:
        return put_int(s, sqlite3_column_int64(row, at));
    case SQLITE_TEXT: {
        const unsigned char *p = sqlite3_column_text(row, at);
        return put_field(s, p ? (const char *)p : "", (size_t)sqlite3_column_bytes(row, at));
    }
    case SQLITE_BLOB: {
        const void *p = sqlite3_column_blob(row, at);   /* NULL for an empty one */
        return put_field(s, p ? p : "", (size_t)sqlite3_column_bytes(row, at));
    }
    default:
        s->why = S("There is a number with a fraction in the store: no column takes one.");
        return ERR_FORMAT;
    }
}

int stream_rows(struct stream *s, sqlite3_stmt *rows)
{
    int columns = sqlite3_column_count(rows), rc, code = 0;
    while (code == 0 && (rc = sqlite3_step(rows)) != SQLITE_DONE) {
        if (rc != SQLITE_ROW) {
            s->why = str_fmt(s->a, "The store cannot be read: %s.", sqlite3_errmsg(sqlite3_db_handle(rows)));
            return ERR_FAIL;
        }
        code = put_count(s, (int16_t)columns);
        for (int i = 0; code == 0 && i < columns; i++)
            code = put_column(s, rows, i);
        s->rows++;
    }
    return code;
}

/* ---- files ---- */

static ssize_t read_part(int fd, char *p)
{
    size_t n = 0;
    while (n < PG_CHUNK) {
        ssize_t got = read(fd, p + n, PG_CHUNK - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static int put_parts(struct stream *s, int fd, const uint8_t sm3[32], struct sm3 *found, char *buffer)
{
    int code = 0;
    for (int64_t part = 0; code == 0; part++) {
        ssize_t n = read_part(fd, buffer);
        if (n < 0)
            return ERR_FAIL;
        if (n == 0 && part > 0)                  /* an empty file has one part */
            break;
        sm3_add(found, buffer, (size_t)n);
        code = put_count(s, 3);
        if (!code)
            code = put_field(s, sm3, 32);
        if (!code)
            code = put_int(s, part);
        if (!code)
            code = put_field(s, buffer, (size_t)n);
        s->rows++;
    }
    return code;
}

static int put_file(struct stream *s, struct arena *scratch, const char *dir, str name, char *buffer)
{
    uint8_t sm3[32], found[32];
    struct sm3 *digest = sm3_new(scratch);
    const char *path = str_fmt(scratch, "%s/files/%.2s/%s", dir, name.p, name.p + 2).p;
    if (!unhex(name, sm3, sizeof sm3))
        return 0;                                /* not one of ours */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int code = fd < 0 ? ERR_FAIL : put_parts(s, fd, sm3, digest, buffer);
    if (code == ERR_FAIL && str_none(s->why))
        s->why = str_fmt(s->a, "The file %s cannot be read: %m.", path);
    if (fd >= 0)
        close(fd);
    sm3_end(digest, found);
    if (code || memcmp(found, sm3, sizeof sm3) == 0)
        return code;
    s->why = str_fmt(s->a, "The file %s is damaged: its bytes do not match its name.", path);
    return ERR_FORMAT;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

/* The whole names (64 digits) in one folder, in order. */
static size_t list_names(struct arena *a, const char *path, const char *prefix, str **ret)
{
    size_t n = 0, cap = 0;
    str *at = NULL;
    DIR *d = opendir(path);
    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        if (strlen(e->d_name) != 62)
            continue;
        if (n == cap) {
            cap = cap == 0 ? 64 : 2 * cap;
            str *bigger = NEW_ARRAY(a, cap, str);
            if (n > 0)
                memcpy(bigger, at, n * sizeof *at);
            at = bigger;
        }
        at[n++] = str_fmt(a, "%s%s", prefix, e->d_name);
    }
    if (d != NULL)
        closedir(d);
    if (n > 0)
        qsort(at, n, sizeof *at, by_name);
    *ret = at;
    return n;
}

int stream_files(struct stream *s, struct arena *scratch, const char *dir, int64_t *ret_files)
{
    char *buffer = arena_alloc(scratch, PG_CHUNK);
    int64_t files = 0;
    int code = 0;
    for (unsigned folder = 0; code == 0 && folder < 256; folder++) {
        const char *prefix = str_fmt(scratch, "%02x", folder).p;
        struct arena *own = arena_new((size_t)1 << 30);
        str *names;
        size_t n = list_names(own, str_fmt(scratch, "%s/files/%s", dir, prefix).p, prefix, &names);
        for (size_t i = 0; code == 0 && i < n; i++, files++)
            code = put_file(s, own, dir, names[i], buffer);
        arena_drop(own);
    }
    *ret_files = files;
    return code;
}

/* ---- back ---- */

int stream_back(struct stream *s, struct arena *a, struct arena *scratch, PGconn *from, const char *copy)
{
    begin(s, a, scratch, NULL);
    PGresult *r = PQexec(from, copy);
    int code = PQresultStatus(r) == PGRES_COPY_OUT ? 0 : refused(s, from, r), n = 0;
    PQclear(r);
    if (code)
        return code;
    for (char *piece; (n = PQgetCopyData(from, &piece, 0)) > 0;) {
        sm3_add(s->digest, piece, (size_t)n);
        PQfreemem(piece);
    }
    r = PQgetResult(from);
    if (n == -2 || PQresultStatus(r) != PGRES_COMMAND_OK)
        code = refused(s, from, r);
    else
        s->rows = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    while ((r = PQgetResult(from)) != NULL)
        PQclear(r);
    sm3_end(s->digest, s->hash);
    return code;
}
