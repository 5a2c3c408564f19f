#ifndef YW_WEB_STATIC_H
#define YW_WEB_STATIC_H
/* Files built into the program (style sheets, scripts, the mark): the table that tools/embed.c writes, and its look-up. */
#include "base/str.h"

struct static_file {
    const char *path, *type, *etag;      /* "/static/app.css"; Content-Type; strong ETag of the plain bytes, quoted */
    const unsigned char *plain, *gz;     /* gz == NULL: packing does not help */
    size_t plain_n, gz_n;
};
extern const struct static_file static_files[];          /* sorted by path */
extern const size_t static_files_n;

/* NULL when there is none. A packed answer needs an ETag of its own: the caller puts "-gz" before the closing quote. */
const struct static_file *static_find(str path);
#endif
