#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

str str_c(const char *z)
{
    return z ? (str){z, strlen(z)} : STR_NONE;
}

bool str_none(str s)
{
    return s.p == NULL;
}

bool str_empty(str s)
{
    return s.n == 0;
}

bool str_eq(str a, str b)
{
    if (!a.p || !b.p)
        return !a.p && !b.p;
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

bool str_is(str a, const char *z)
{
    return str_eq(a, str_c(z));
}

bool str_starts(str s, str head)
{
    return head.n <= s.n && (head.n == 0 || memcmp(s.p, head.p, head.n) == 0);
}

bool str_ends(str s, str tail)
{
    return tail.n <= s.n && (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

int str_cmp(str a, str b)
{
    if (!a.p || !b.p)
        return (a.p != NULL) - (b.p != NULL);
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? (c > 0) - (c < 0) : (a.n > b.n) - (a.n < b.n);
}

bool str_find(str s, str part, size_t *ret_at)
{
    if (!s.p || part.n > s.n)
        return false;
    const char *hit = part.n ? memmem(s.p, s.n, part.p, part.n) : s.p;
    if (!hit)
        return false;
    *ret_at = (size_t)(hit - s.p);
    return true;
}

str str_sub(str s, size_t from, size_t n)
{
    if (!s.p)
        return s;
    if (from > s.n)
        from = s.n;
    return (str){s.p + from, n < s.n - from ? n : s.n - from};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    str wide = S("\u3000");                 /* the space between Chinese characters */
    for (;;) {
        if (s.n && is_blank(s.p[0]))
            s = str_sub(s, 1, s.n);
        else if (str_starts(s, wide))
            s = str_sub(s, wide.n, s.n);
        else if (s.n && is_blank(s.p[s.n - 1]))
            s.n--;
        else if (str_ends(s, wide))
            s.n -= wide.n;
        else
            return s;
    }
}

str str_cut(str s, char sep, str *ret_head)
{
    const char *hit = s.n ? memchr(s.p, sep, s.n) : NULL;
    if (!hit) {
        *ret_head = s;
        return STR_NONE;
    }
    size_t at = (size_t)(hit - s.p);
    *ret_head = (str){s.p, at};
    return (str){hit + 1, s.n - at - 1};
}

/* Room for n bytes and a NUL behind them. */
static char *room_for(struct arena *a, size_t n)
{
    return arena_alloc(a, n + 1);
}

str str_dup(struct arena *a, str s)
{
    if (!s.p)
        return s;
    char *p = room_for(a, s.n);
    if (s.n)
        memcpy(p, s.p, s.n);
    return (str){p, s.n};
}

const char *str_z(struct arena *a, str s)
{
    return s.n ? str_dup(a, s).p : "";
}

str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str s = str_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}

str str_vfmt(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        die("str", "a text cannot be formatted");
    char *p = room_for(a, (size_t)n);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (str){p, (size_t)n};
}

str str_cat(struct arena *a, str x, str y)
{
    char *p = room_for(a, x.n + y.n);
    if (x.n)
        memcpy(p, x.p, x.n);
    if (y.n)
        memcpy(p + x.n, y.p, y.n);
    return (str){p, x.n + y.n};
}

str str_lower_ascii(struct arena *a, str s)
{
    if (!s.p)
        return s;
    char *p = room_for(a, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + ('a' - 'A')) : s.p[i];
    return (str){p, s.n};
}

str str_i64(struct arena *a, int64_t v)
{
    return str_fmt(a, "%lld", (long long)v);
}

/* Reads one code point of at most n bytes. Returns its length, 0 when it is not valid. */
static size_t decode(const uint8_t *p, size_t n, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};   /* by length: less than this is overlong, or U+0000 */
    size_t len = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : (p[0] & 0xf8) == 0xf0 ? 4 : 0;
    if (len == 0 || len > n)
        return 0;
    uint32_t point = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (p[i] & 0x3f);
    }
    if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *ret_point = point;
    return len;
}

bool utf8_valid(str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    for (size_t at = 0, len; at < s.n; at += len) {
        uint32_t point;
        len = decode(p + at, s.n - at, &point);
        if (len == 0)
            return false;
    }
    return true;
}

size_t utf8_length(str s)
{
    size_t points = 0;
    for (size_t i = 0; i < s.n; i++)
        points += ((uint8_t)s.p[i] & 0xc0) != 0x80;
    return points;
}

uint32_t utf8_next(str s, size_t *at)
{
    uint32_t point = 0xfffd;
    size_t len = decode((const uint8_t *)s.p + *at, s.n - *at, &point);
    *at += len ? len : 1;                   /* callers hold valid text; a fault must still not loop for ever */
    return point;
}

str utf8_head(str s, size_t points)
{
    size_t at = 0;
    while (at < s.n && points--)
        utf8_next(s, &at);
    return str_sub(s, 0, at);
}

size_t utf8_put(char out[4], uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)((0xf00u >> len & 0xff) | point);
    return len;
}
