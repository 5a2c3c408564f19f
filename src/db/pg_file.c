/* Files as rows of 256 KB, named by hash and part. A file is there when its parts are committed; keeping it again is no
 * error. It is read through a temporary file that has no name. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/pg.h"

static PGconn *borrow(struct pg_store *s)
{
    PGconn *pg = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->n_spare > 0)
        pg = s->spare[--s->n_spare];
    pthread_mutex_unlock(&s->lock);
    return pg != NULL ? pg : pg_connect(s->url, NULL, NULL);
}

static void give_back(struct pg_store *s, PGconn *pg)
{
    bool kept = false;
    pthread_mutex_lock(&s->lock);
    if (PQstatus(pg) == CONNECTION_OK && PQtransactionStatus(pg) == PQTRANS_IDLE && s->n_spare < PG_SPARE) {
        s->spare[s->n_spare++] = pg;
        kept = true;
    }
    pthread_mutex_unlock(&s->lock);
    if (!kept)
        PQfinish(pg);
}

static PGresult *ask(PGconn *pg, const char *sql, const uint8_t sm3[32], int64_t part, const char *bytes, int n)
{
    int64_t wire = (int64_t)htobe64((uint64_t)part);
    const char *values[] = {(const char *)sm3, (const char *)&wire, bytes};
    return PQexecParams(pg, sql, bytes ? 3 : 2, NULL, values, (int[]){32, 8, n}, (int[]){1, 1, 1}, 1);
}

static int plain(PGconn *pg, const char *sql)
{
    PGresult *r = PQexec(pg, sql);
    int code = PQresultStatus(r) == PGRES_COMMAND_OK ? 0 : pg_code(pg, r);
    PQclear(r);
    return code;
}

/* ERR_FORMAT: the temporary file cannot be read. */
static int send_parts(PGconn *pg, int fd, const uint8_t sm3[32], char *buffer)
{
    static const char add[] = "insert into core_file_chunk (sm3, part, bytes) values ($1::bytea, $2::bigint, $3::bytea) "
                              "on conflict (sm3, part) do nothing";
    int code = plain(pg, "begin");
    for (int64_t part = 0; code == 0; part++) {
        ssize_t n = pread(fd, buffer, PG_CHUNK, part * PG_CHUNK);
        if (n < 0)
            return ERR_FORMAT;
        if (n == 0 && part > 0)
            break;
        PGresult *r = ask(pg, add, sm3, part, buffer, (int)n);
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            code = pg_code(pg, r);
        PQclear(r);
    }
    return code ? code : plain(pg, "commit");
}

/* Twice: a spare connection may have been lost meanwhile, and sending the same parts again does no harm. */
int pg_file_keep(struct db_store *store, const char *tmp_path, const uint8_t sm3[32], str *ret_why)
{
    struct pg_store *s = pg_store(store);
    errno = ENOSPC;
    if (db_fault("file-full"))
        return db_file_refuse("fault injected", ret_why);
    int fd = open(tmp_path, O_RDONLY | O_CLOEXEC);
    char *buffer = malloc(PG_CHUNK);
    if (fd < 0 || buffer == NULL) {
        free(buffer);
        if (fd >= 0)
            close(fd);
        return db_file_refuse("temporary file", ret_why);
    }
    int code = ERR_TX_GONE;
    for (int i = 0; i < 2 && code == ERR_TX_GONE; i++) {
        PGconn *pg = borrow(s);
        if (pg == NULL)
            continue;
        code = send_parts(pg, fd, sm3, buffer);
        if (code && PQstatus(pg) == CONNECTION_OK)
            plain(pg, "rollback");
        give_back(s, pg);
    }
    free(buffer);
    close(fd);
    errno = code == ERR_FULL ? ENOSPC : EIO;
    if (code == 0 && unlink(tmp_path) != 0)
        log_line(LOG_WARN, "db", "a temporary file stays until the next start: %m");
    return code ? db_file_refuse("chunks", ret_why) : 0;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        p += put, n -= (size_t)put;
    }
    return true;
}

/* The number of parts, or an error. */
static int fetch_parts(PGconn *pg, int fd, const uint8_t sm3[32])
{
    static const char get[] = "select bytes from core_file_chunk where sm3 = $1::bytea and part = $2::bigint";
    for (int part = 0;; part++) {
        PGresult *r = ask(pg, get, sm3, part, NULL, 0);
        bool ok = PQresultStatus(r) == PGRES_TUPLES_OK, there = ok && PQntuples(r) == 1;
        int code = ok ? 0 : pg_code(pg, r);
        if (there && !write_all(fd, PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0)))
            code = ERR_FULL;
        PQclear(r);
        if (code)
            return code;
        if (!there)
            return part;
    }
}

int pg_file_open(struct db_store *store, const uint8_t sm3[32])
{
    struct pg_store *s = pg_store(store);
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/tmp", store->dir);
    int code = ERR_TX_GONE, fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    for (int i = 0; i < 2 && fd >= 0 && code == ERR_TX_GONE; i++) {
        PGconn *pg = borrow(s);
        if (pg == NULL)
            continue;
        if (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0)
            code = fetch_parts(pg, fd, sm3);
        give_back(s, pg);
    }
    if (code > 0 && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    if (code != 0)
        log_line(LOG_ERROR, "db", "a kept file could not be read from the database");
    return ERR_FAIL;
}
