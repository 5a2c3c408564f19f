/* A directory: yiwang.db and files/. */
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/arena.h"
#include "verify/rows.h"

struct lite { struct source head; sqlite3 *db; const char *dir; };

static struct lite *lite(struct source *s)
{
    return (struct lite *)(void *)s;
}

static bool failed(struct source *s)
{
    s->why = str_dup(s->a, str_c(sqlite3_errmsg(lite(s)->db)));
    return false;
}

static bool ask(struct source *s, const char *sql, const struct value *values, int n, struct rows *ret)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(lite(s)->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return failed(s);
    for (int i = 0; i < n; i++) {
        const struct value *v = &values[i];
        if (v->kind == 'i')
            sqlite3_bind_int64(stmt, i + 1, v->n);
        else if (v->kind == 't')
            sqlite3_bind_text64(stmt, i + 1, v->s.p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
        else
            sqlite3_bind_blob64(stmt, i + 1, v->s.p, v->s.n, SQLITE_STATIC);
    }
    *ret = (struct rows){.from = s, .handle = stmt, .columns = sqlite3_column_count(stmt)};
    return true;
}

static int next(struct rows *r)
{
    int rc = sqlite3_step(r->handle);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return rc == SQLITE_ROW;
    failed(r->from);
    return -1;
}

static str text(struct rows *r, int at)
{
    const unsigned char *p = sqlite3_column_text(r->handle, at);
    return p ? (str){(const char *)p, (size_t)sqlite3_column_bytes(r->handle, at)} : STR_NONE;
}

static str bytes(struct rows *r, int at)
{
    if (sqlite3_column_type(r->handle, at) == SQLITE_NULL)
        return STR_NONE;
    const void *p = sqlite3_column_blob(r->handle, at);
    return p ? (str){p, (size_t)sqlite3_column_bytes(r->handle, at)} : S("");
}

static void end(struct rows *r)
{
    sqlite3_finalize(r->handle);
    r->handle = NULL;
}

static bool file(struct source *s, const uint8_t sm3[32], struct sm3 *d, int64_t *ret_size)
{
    char path[4096], name[65], block[65536];
    for (size_t i = 0; i < 32; i++)
        snprintf(name + 2 * i, 3, "%02x", sm3[i]);
    snprintf(path, sizeof path, "%s/files/%.2s/%s", lite(s)->dir, name, name + 2);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int64_t size = 0;
    ssize_t got = -1;
    while (fd >= 0 && (got = read(fd, block, sizeof block)) > 0) {
        sm3_add(d, block, (size_t)got);
        size += got;
    }
    if (fd >= 0)
        close(fd);
    *ret_size = size;
    return got == 0;
}

static void structure(struct source *s, void (*fault)(void *, const char *), void *arg)
{
    struct rows r;
    int more = -1;
    if (ask(s, "pragma integrity_check", NULL, 0, &r)) {
        while ((more = next(&r)) > 0)
            if (!str_is(text(&r, 0), "ok"))
                fault(arg, str_fmt(s->a, "the database file is damaged: %.*s", STRF(text(&r, 0))).p);
        end(&r);
    }
    if (more < 0)
        fault(arg, str_fmt(s->a, "the database file is damaged: %.*s", STRF(s->why)).p);
    if (ask(s, "pragma foreign_key_check", NULL, 0, &r)) {
        while (next(&r) > 0)
            fault(arg, str_fmt(s->a, "a row of %.*s points to a row of %.*s that is not there", STRF(text(&r, 0)), STRF(text(&r, 2))).p);
        end(&r);
    }
}

static void close_it(struct source *s)
{
    sqlite3_close(lite(s)->db);
}

struct source *source_sqlite(struct arena *a, const char *dir, str *ret_why)
{
    struct lite *l = NEW(a, struct lite);
    *l = (struct lite){.dir = dir, .head = {.a = a, .ask = ask, .next = next, .text = text, .bytes = bytes, .end = end, .file = file,
                                            .structure = structure, .close = close_it}};
    if (sqlite3_open_v2(str_fmt(a, "%s/yiwang.db", dir).p, &l->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        *ret_why = str_fmt(a, "The store in %s cannot be opened: %s.", dir, sqlite3_errmsg(l->db));
        sqlite3_close(l->db);
        return NULL;
    }
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_exec(l->db, "begin", NULL, NULL, NULL);      /* one snapshot for everything */
    return &l->head;
}
