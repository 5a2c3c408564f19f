#ifndef YW_APP_ARCHIVE_H
#define YW_APP_ARCHIVE_H
/* The form of a backup: a plain tar file (POSIX ustar; sizes from 8 GB on as GNU and BSD write them), so that `tar xf` opens it
 * when nothing else can. Its last part is manifest.txt:
 *
 *     yiwang backup 1
 *     taken 2026-11-23T17:00:00+08:00
 *     evidence 1234 2026-11-23T16:59:59+08:00        number and time of the newest row, or `evidence 0 -`
 *     <SM3, 64 hex> <bytes> <name>                   one line per part, in the order of the file
 *     sm3 <64 hex>                                   of all lines before
 *
 * Every byte of the file is either compared with what the writer would have put there (headers, padding, the end) or
 * covered by a digest, so any damage is found. It shows accidents, not forgery: keep backups where only you can write. */
#include <sys/types.h>

#include "base/buf.h"

#define ARCHIVE_MANIFEST "manifest.txt"

struct archive {
    int fd;
    struct arena *a;                             /* the manifest grows here */
    struct arena *scratch;
    char *block;
    struct buf lines;                            /* the manifest's part lines so far */
    int64_t parts, bytes, mtime;
    str why;                                     /* of a failure: one sentence */
    str head;                                    /* reading, after the manifest: its lines before the parts */
};

void archive_begin(struct archive *x, struct arena *a, int fd);
void archive_drop(struct archive *x);

/* Writing. from: a file open for reading, at its start. ERR_FULL, ERR_FAIL. */
int archive_put(struct archive *x, const char *name, mode_t mode, int from, uint8_t ret_sm3[32]);
/* The manifest and the end. head: its lines before the parts. The caller syncs. */
int archive_end(struct archive *x, str head);

/* Reading. 1: a part (its contents must be taken next); 0: the end, the manifest and every digest hold, `head` is set.
 * ERR_FORMAT: damaged. */
struct archive_part { char name[101]; mode_t mode; int64_t size, mtime; };
int archive_next(struct archive *x, struct archive_part *ret);
int archive_take(struct archive *x, const struct archive_part *part, int to);
#endif
