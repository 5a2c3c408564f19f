#ifndef YW_PRESS_OPEN_PRIVATE_H
#define YW_PRESS_OPEN_PRIVATE_H
/* Between open.c and open_ofd.c. */
#include "press/press_private.h"

#define WHY_EMPTY "empty"
#define WHY_UNKNOWN "unknown"
#define WHY_DAMAGED "damaged"
#define WHY_MIXED "mixed"
#define WHY_TOO_BIG "too_big"
#define WHY_LOCKED "locked"

/* A file read by position; `block` is the part last looked at byte by byte. */
struct file {
    int fd;
    int64_t size, block_at;
    size_t block_n;
    unsigned char block[65536];
};
bool file_read(struct file *f, int64_t at, void *p, size_t n);   /* false: not there in full */

/* NULL when it is an OFD, or a WHY_ word. */
const char *open_ofd(struct file *f);
#endif
