#ifndef YW_DB_MOVE_PRIVATE_H
#define YW_DB_MOVE_PRIVATE_H
/* Rows on their way from a directory to a database, in the binary form of COPY: what is sent and what comes back by `copy ... to
 * stdout` are the same bytes when, and only when, every column of every row is the same. */
#include <sqlite3.h>

#include "base/sm.h"
#include "db/pg.h"

struct stream {
    PGconn *to;                                  /* NULL: digested only */
    struct arena *a;                             /* for sentences */
    struct sm3 *digest;
    char *block;                                 /* gathers small pieces */
    size_t n;
    int64_t rows;
    str why;                                     /* of a failure, one sentence */
    uint8_t hash[32];                            /* after stream_end */
};

/* copy: "copy TABLE (COLUMNS) from stdin (format binary)". Streams allocate in `scratch`, which outlives them. */
int stream_begin(struct stream *s, struct arena *a, struct arena *scratch, PGconn *to, const char *copy);
int stream_rows(struct stream *s, sqlite3_stmt *rows);
/* Every file under DIR/files, by name, in parts; each must be what its name says. */
int stream_files(struct stream *s, struct arena *scratch, const char *dir, int64_t *ret_files);
/* code: 0, or what went wrong: then the copy is broken off. Returns it, or an error of the end. */
int stream_end(struct stream *s, int code);
/* What the database holds, in the same form. copy: "copy (select ...) to stdout (format binary)". */
int stream_back(struct stream *s, struct arena *a, struct arena *scratch, PGconn *from, const char *copy);
#endif
