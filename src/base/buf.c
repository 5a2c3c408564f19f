#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { SMALLEST = 256 };

void buf_init(struct buf *b, struct arena *a, size_t max)
{
    *b = (struct buf){.a = a, .max = max};
}

/* Makes room for n more bytes and the NUL behind them. False at the ceiling, and ever after. */
static bool room_for(struct buf *b, size_t n)
{
    if (b->full || n > b->max - b->n) {
        b->full = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? 2 * b->cap : SMALLEST;
        if (cap > b->max + 1)
            cap = b->max + 1;
        if (cap < need)
            cap = need;
        char *p = arena_alloc(b->a, cap);
        if (b->n)
            memcpy(p, b->p, b->n);
        b->p = p;
        b->cap = cap;
    }
    return true;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n == 0 || !room_for(b, n))
        return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_str(struct buf *b, str s)
{
    buf_put(b, s.p, s.n);
}

void buf_z(struct buf *b, const char *z)
{
    buf_put(b, z, strlen(z));
}

void buf_char(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)v);
    buf_put(b, digits, (size_t)n);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        die("buf", "a text cannot be formatted");
    if (room_for(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

str buf_text(const struct buf *b)
{
    return b->p ? (str){b->p, b->n} : S("");
}
