#ifndef YW_DB_PRIVATE_H
#define YW_DB_PRIVATE_H
/* What the files of src/db share, whatever the engine. db.c hands every call of db.h to the store's engine; store.c holds the
 * directory and its lock. The rules of the engines stand in sqlite*.c (private parts: sqlite.h) and pg*.c (pg.h). */
#include "base/log.h"
#include "db/db.h"

struct db_store;
struct db_conn;

/* An engine: the functions of db.h and db/file.h. Their meaning is written there. */
struct db_engine {
    const char *name;
    bool pool;                                   /* several writing connections, each member a transaction of its own */
    size_t store_size;                           /* its own struct; begins with struct db_store */
    int (*store_open)(struct db_store *s, struct arena *a, const char *url, str *ret_why);
    bool (*store_blank)(struct db_store *s);     /* may be NULL: never */
    int (*store_migrate)(struct db_store *s, struct arena *a, str *ret_why);
    void (*store_close)(struct db_store *s);
    int (*conn_open)(struct db_store *s, bool writer, struct db_conn **ret);
    void (*conn_close)(struct db_conn *c);
    int (*read_begin)(struct db_conn *c);
    void (*read_end)(struct db_conn *c);
    int (*batch_begin)(struct db_conn *c, bool in_turn);
    int (*member_begin)(struct db_conn *c, int ms);
    int (*member_keep)(struct db_conn *c);
    int (*member_undo)(struct db_conn *c);
    bool (*alive)(struct db_conn *c);
    int (*commit)(struct db_conn *c);
    void (*rollback)(struct db_conn *c);
    int (*checkpoint)(struct db_conn *c);
    int (*row)(struct db *db, const struct db_query *q, const void *in, void *ret_row);
    int (*rows)(struct db *db, const struct db_query *q, const void *in, void **ret_at, size_t *ret_n);
    int (*exec)(struct db *db, const struct db_query *q, const void *in);
    int (*file_keep)(struct db_store *s, const char *tmp_path, const uint8_t sm3[32], str *ret_why);
    int (*file_open)(struct db_store *s, const uint8_t sm3[32]);
};
extern const struct db_engine db_sqlite, db_pg;

struct db_store {                                /* the head of each engine's own */
    const struct db_engine *engine;
    char *dir;
    int lock_fd;                                 /* -1 when this store is not the writer */
    bool writer;
};

struct db_conn {                                 /* likewise */
    const struct db_engine *engine;
    struct db_store *store;
    bool writer;
    int64_t commits;
};

enum { DB_ROWS_MOST = 100000, DB_ROWS_FIRST = 16 };

/* Marks the transaction as poisoned by this query, logs why, returns the code. */
int db_poison(struct db *db, const struct db_query *q, int code, const char *why);
/* What stands before every statement: 0, or the refusal's code. */
int db_refuse(struct db *db, const struct db_query *q);
/* One row of the ledger against the program: 0, or a code and a sentence. */
int db_ledger_row(struct arena *a, const char *room, int number, const char *name, const char *hash, const char *kind,
                  str *ret_why);
int db_ledger_least(struct arena *a, int64_t min_binary, str *ret_why);
int db_make_dir(struct arena *a, const char *path, str *ret_why);
/* A file that cannot be kept, by errno: ERR_FULL or ERR_FAIL, logged. */
int db_file_refuse(const char *what, str *ret_why);
int db_dir_file_keep(struct db_store *s, const char *tmp_path, const uint8_t sm3[32], str *ret_why);
int db_dir_file_open(struct db_store *s, const uint8_t sm3[32]);
/* True when YIWANG_FAULT says that this passage of `point` fails. Always false in release builds. */
bool db_fault(const char *point);
#endif
