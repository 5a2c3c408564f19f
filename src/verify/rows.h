#ifndef YW_VERIFY_ROWS_H
#define YW_VERIFY_ROWS_H
/* The checker's own way to rows: a store, either engine, read in one snapshot. Statements fit both engines; values are $1, $2 ...,
 * first used in that order; a whole number stands in cast($1 as bigint). */
#include "base/sm.h"
#include "base/str.h"

struct value { char kind; int64_t n; str s; };   /* i: n; t: text in s; b: bytes in s */

struct rows {                                    /* the answer to one question */
    struct source *from;
    void *handle;
    int columns, at, cursor;
};

struct source {
    struct arena *a;
    str why;                                     /* of the last failure */
    bool (*ask)(struct source *s, const char *sql, const struct value *values, int n, struct rows *ret);
    int (*next)(struct rows *r);                 /* 1 a row, 0 the end, -1 failed */
    str (*text)(struct rows *r, int at);         /* absent: NULL; numbers in digits; until the next row */
    str (*bytes)(struct rows *r, int at);
    void (*end)(struct rows *r);
    /* Adds a file's bytes to `d`; false: it is not there, or cannot be read. */
    bool (*file)(struct source *s, const uint8_t sm3[32], struct sm3 *d, int64_t *ret_size);
    /* What the engine itself can say about the store: fault() once for each thing that is wrong. */
    void (*structure)(struct source *s, void (*fault)(void *arg, const char *sentence), void *arg);
    void (*close)(struct source *s);
};

/* NULL: it cannot be opened, or there is no store; *ret_why is one sentence. Lives in `a`. */
struct source *source_sqlite(struct arena *a, const char *dir, str *ret_why);
struct source *source_postgresql(struct arena *a, const char *url, str *ret_why);
#endif
