#ifndef YW_BASE_STR_H
#define YW_BASE_STR_H
/* str: a borrowed piece of text, UTF-8 without U+0000, or of bytes where the name says so.
 * `p == NULL` means absent (SQL NULL, field not sent); an empty text has p != NULL and n == 0.
 * Texts made by this project's functions are also NUL-terminated at p[n]; slices are not. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

typedef struct str {
    const char *p;
    size_t n;
} str;

#define S(lit) ((str){(lit), sizeof(lit) - 1})  /* a literal */
#define STR_NONE ((str){NULL, 0})               /* absent */
#define STRF(s) (int)(s).n, (s).p ? (s).p : ""  /* for "%.*s" */

str str_c(const char *z);                        /* borrowed from a C string; NULL gives STR_NONE */
bool str_none(str s);                            /* absent */
bool str_empty(str s);                           /* absent or of length zero */
bool str_eq(str a, str b);                       /* absent equals only absent */
bool str_is(str a, const char *z);
bool str_starts(str s, str head);
bool str_ends(str s, str tail);
int str_cmp(str a, str b);                       /* by bytes, absent first: the order of text collate "C" */
bool str_find(str s, str part, size_t *ret_at);
str str_sub(str s, size_t from, size_t n);       /* clipped to s; borrowed */
str str_trim(str s);                             /* ASCII space, tab, CR, LF and U+3000 at both ends */
/* Cuts at the first `sep`: *ret_head is before it, the result behind it (absent when there was none). */
str str_cut(str s, char sep, str *ret_head);

str str_dup(struct arena *a, str s);             /* NUL-terminated copy; absent stays absent */
const char *str_z(struct arena *a, str s);       /* as a C string; absent gives "" */
str str_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
str str_vfmt(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0), nonnull(2)));
str str_cat(struct arena *a, str x, str y);
str str_lower_ascii(struct arena *a, str s);
str str_i64(struct arena *a, int64_t v);

/* UTF-8. Overlong forms, surrogates, values over U+10FFFF and U+0000 are refused. */
bool utf8_valid(str s);
size_t utf8_length(str s);                       /* code points; s must be valid */
/* The code point at *at, which is moved behind it; s must be valid and *at < s.n. */
uint32_t utf8_next(str s, size_t *at);
str utf8_head(str s, size_t points);             /* the first `points` code points; borrowed */
size_t utf8_put(char out[4], uint32_t point);    /* bytes written */
#endif
