#ifndef YW_BASE_BUF_H
#define YW_BASE_BUF_H
/* buf: text under construction, in an arena, with a ceiling fixed at birth. Past the ceiling nothing more is written
 * and `full` is set; whoever sends the text looks at it once, at the end. */
#include "base/arena.h"
#include "base/str.h"

struct buf {
    struct arena *a;
    char *p;
    size_t n, cap, max;
    bool full;
};

void buf_init(struct buf *b, struct arena *a, size_t max);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, str s);              /* absent writes nothing */
void buf_z(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
str buf_text(const struct buf *b);               /* what stands there, NUL-terminated; borrowed until the next put */
#define buf_lit(b, lit) buf_put((b), (lit), sizeof(lit) - 1)
#endif
