#ifndef YW_DB_PG_H
#define YW_DB_PG_H
/* What the PostgreSQL engine's files share: pg.c (connections, transactions), pg_query.c (statements), pg_migrate.c (schema),
 * pg_file.c (files as chunk rows). */
#include <libpq-fe.h>
#include <pthread.h>

#include "db/private.h"

enum { PG_SPARE = 8 };
enum { PG_CHUNK = 256 * 1024 };                  /* bytes of a file in one row */
#define PG_SCHEMA_LOCK "8387235644297"           /* who makes or changes the schema: our own number among advisory locks */

struct pg_store {
    struct db_store head;
    char *url;
    PGconn *first;                               /* the connection that opened the store; migrates */
    pthread_mutex_t lock;
    PGconn *spare[PG_SPARE];                     /* for files, between two uses */
    int n_spare;
};

struct pg_conn {
    struct db_conn head;
    PGconn *pg;
    bool *prepared;                              /* db_query_count; forgotten with the connection */
    PGresult *active;                            /* freed before anything else: reading it may jump out of an arena */
    int64_t deadline;                            /* clock_mono; 0 is none */
    bool in_batch, in_turn, open, member_first;  /* open: BEGIN was sent */
    int kept;                                    /* members of this batch that stand */
};

static inline struct pg_store *pg_store(struct db_store *s)
{
    return (struct pg_store *)(void *)s;
}

static inline struct pg_conn *pg_conn(struct db_conn *c)
{
    return (struct pg_conn *)(void *)c;
}

/* A new connection with this engine's settings, or NULL (logged). `why`: the server's words, when wanted. */
PGconn *pg_connect(const char *url, struct arena *a, str *ret_why);
void pg_clear(struct pg_conn *c);
/* SQLSTATE to ERR_*; a lost connection is ERR_TX_GONE. */
int pg_code(PGconn *pg, const PGresult *r);
/* The server's sentence about what failed, without values. */
const char *pg_message(PGconn *pg, const PGresult *r);

int pg_row(struct db *db, const struct db_query *q, const void *in, void *ret_row);
int pg_rows(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n);
int pg_exec(struct db *db, const struct db_query *q, const void *in);
bool pg_blank(struct db_store *s);
int pg_migrate(struct db_store *s, struct arena *a, str *ret_why);
int pg_file_keep(struct db_store *s, const char *tmp_path, const uint8_t sm3[32], str *ret_why);
int pg_file_open(struct db_store *s, const uint8_t sm3[32]);
#endif
