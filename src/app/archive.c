#include "app/archive.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/sm.h"

#define MANIFEST_MOST ((size_t)1 << 30)          /* some ten million files */
enum { TAR = 512, BLOCK = 1 << 20 };

struct tar_head {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], kind, link[100], magic[6], version[2];
    char user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
static_assert(sizeof(struct tar_head) == TAR, "a tar header has 512 bytes");

void archive_begin(struct archive *x, struct arena *a, int fd)
{
    *x = (struct archive){.fd = fd, .a = a, .scratch = arena_new(1 << 20), .block = arena_alloc(a, BLOCK)};
    buf_init(&x->lines, a, MANIFEST_MOST);
}

void archive_drop(struct archive *x)
{
    arena_drop(x->scratch);
    x->scratch = NULL;
}

static int damaged(struct archive *x, const char *what)
{
    x->why = str_fmt(x->a, "The backup is damaged: %s.", what);
    return ERR_FORMAT;
}

static int cannot_write(struct archive *x)
{
    bool full = errno == ENOSPC || errno == EDQUOT;
    x->why = full ? S("There is no space left.") : str_fmt(x->a, "Writing failed (%s).", strerrordesc_np(errno));
    return full ? ERR_FULL : ERR_FAIL;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        p += put, n -= (size_t)put;
    }
    return true;
}

/* As many of n bytes as there are; -1 on an error. */
static ssize_t read_all(int fd, char *p, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, p + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static size_t padding(int64_t size)
{
    return (size_t)((TAR - size % TAR) % TAR);
}

/* ---- headers: wholly determined by name, mode, size and time ---- */

static void put_octal(char *at, size_t n, int64_t v)
{
    at[--n] = '\0';
    for (; n > 0; v >>= 3)
        at[--n] = (char)('0' + (v & 7));
}

static int64_t get_octal(const char *at, size_t n)
{
    int64_t v = 0;
    for (size_t i = 0; i < n && at[i] >= '0' && at[i] <= '7'; i++)
        v = v << 3 | (at[i] - '0');
    return v;
}

/* Eleven octal digits hold 8 GB; beyond that the number itself, first bit set. */
static void put_size(char at[12], int64_t v)
{
    if (v < INT64_C(1) << 33) {
        put_octal(at, 12, v);
        return;
    }
    memset(at, 0, 12);
    at[0] = (char)0x80;
    for (size_t i = 11; i > 3; i--, v >>= 8)
        at[i] = (char)(v & 0xff);
}

static int64_t get_size(const char at[12])
{
    if (!((unsigned char)at[0] & 0x80))
        return get_octal(at, 12);
    uint64_t v = 0;
    for (size_t i = 4; i < 12; i++)
        v = v << 8 | (unsigned char)at[i];
    return (int64_t)(v & INT64_MAX);
}

static struct tar_head head_of(const struct archive_part *p)
{
    struct tar_head h = {.kind = '0', .magic = "ustar", .version = {'0', '0'}, .user = "yiwang", .group = "yiwang"};
    unsigned sum = 0;
    memcpy(h.name, p->name, strnlen(p->name, sizeof h.name));
    put_octal(h.mode, sizeof h.mode, p->mode);
    put_octal(h.uid, sizeof h.uid, 0);
    put_octal(h.gid, sizeof h.gid, 0);
    put_size(h.size, p->size);
    put_octal(h.mtime, sizeof h.mtime, p->mtime);
    put_octal(h.major, sizeof h.major, 0);
    put_octal(h.minor, sizeof h.minor, 0);
    memset(h.sum, ' ', sizeof h.sum);
    for (size_t i = 0; i < sizeof h; i++)
        sum += ((const unsigned char *)&h)[i];
    put_octal(h.sum, 7, sum);                    /* six digits, NUL, and the blank that stands there */
    return h;
}

static void add_line(struct archive *x, const struct archive_part *p, const uint8_t sm3[32])
{
    buf_str(&x->lines, hex(x->scratch, sm3, 32));
    buf_fmt(&x->lines, " %lld %s\n", (long long)p->size, p->name);
    x->parts++;
    x->bytes += p->size;
}

/* ---- writing ---- */

static int put_head(struct archive *x, const struct archive_part *p)
{
    struct tar_head h = head_of(p);
    return write_all(x->fd, (const char *)&h, sizeof h) ? 0 : cannot_write(x);
}

static int put_zeros(struct archive *x, size_t n)
{
    static const char zeros[2 * TAR];
    return write_all(x->fd, zeros, n) ? 0 : cannot_write(x);
}

static struct archive_part part_of(const struct archive *x, const char *name, mode_t mode, int64_t size)
{
    struct archive_part p = {.mode = mode, .size = size, .mtime = x->mtime};
    assert(strlen(name) < sizeof p.name);
    memcpy(p.name, name, strlen(name));
    return p;
}

int archive_put(struct archive *x, const char *name, mode_t mode, int from, uint8_t ret_sm3[32])
{
    struct stat st;
    if (fstat(from, &st) || !S_ISREG(st.st_mode)) {
        x->why = str_fmt(x->a, "%s cannot be read.", name);
        return ERR_FAIL;
    }
    struct archive_part p = part_of(x, name, mode, st.st_size);
    arena_reset(x->scratch);
    struct sm3 *digest = sm3_new(x->scratch);
    int code = put_head(x, &p);
    for (int64_t left = p.size; !code && left > 0;) {
        size_t n = left < BLOCK ? (size_t)left : BLOCK;
        if (read_all(from, x->block, n) != (ssize_t)n) {
            x->why = str_fmt(x->a, "%s cannot be read to its end.", name);
            return ERR_FAIL;
        }
        sm3_add(digest, x->block, n);
        code = write_all(x->fd, x->block, n) ? 0 : cannot_write(x);
        left -= (int64_t)n;
    }
    if (!code)
        code = put_zeros(x, padding(p.size));
    sm3_end(digest, ret_sm3);
    if (!code)
        add_line(x, &p, ret_sm3);
    if (!code && x->lines.full) {
        x->why = S("There are more files than one backup can list.");
        code = ERR_FAIL;
    }
    return code;
}

/* The whole manifest for these parts. */
static str manifest(struct archive *x, str head)
{
    struct buf b;
    uint8_t sm3[32];
    buf_init(&b, x->a, MANIFEST_MOST + 4096);
    buf_str(&b, head);
    buf_str(&b, buf_text(&x->lines));
    sm3_of(b.p, b.n, sm3);
    buf_lit(&b, "sm3 ");
    buf_str(&b, hex(x->a, sm3, 32));
    buf_char(&b, '\n');
    return buf_text(&b);
}

int archive_end(struct archive *x, str head)
{
    str text = manifest(x, head);
    struct archive_part p = part_of(x, ARCHIVE_MANIFEST, 0600, (int64_t)text.n);
    int code = put_head(x, &p);
    if (!code && !write_all(x->fd, text.p, text.n))
        code = cannot_write(x);
    if (!code)
        code = put_zeros(x, padding(p.size));
    return code ? code : put_zeros(x, 2 * TAR);
}

/* ---- reading ---- */

static int take_zeros(struct archive *x, size_t n)
{
    char bytes[2 * TAR];
    if (read_all(x->fd, bytes, n) != (ssize_t)n)
        return damaged(x, "it was cut off");
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return damaged(x, "there are bytes between its parts");
    return 0;
}

/* The manifest must be, byte for byte, what the parts that were read would have given. */
static int take_manifest(struct archive *x, const struct archive_part *p)
{
    if (p->size > (int64_t)MANIFEST_MOST)
        return damaged(x, "its list of parts is too long");
    char *text = arena_alloc(x->a, (size_t)p->size + 1);
    if (read_all(x->fd, text, (size_t)p->size) != p->size)
        return damaged(x, "it was cut off");
    str given = {text, (size_t)p->size}, lines = buf_text(&x->lines);
    size_t tail = lines.n + 4 + 64 + 1;
    if (given.n < tail)
        return damaged(x, "its list of parts does not hold");
    str head = str_dup(x->a, str_sub(given, 0, given.n - tail));
    if (!str_eq(given, manifest(x, head)))
        return damaged(x, "a part is not what its list says");
    int code = take_zeros(x, padding(p->size));
    if (!code)
        code = take_zeros(x, 2 * TAR);
    char more;
    if (!code && read_all(x->fd, &more, 1) != 0)
        return damaged(x, "there are bytes behind its end");
    x->head = head;
    return code;
}

int archive_next(struct archive *x, struct archive_part *ret)
{
    struct tar_head h;
    struct archive_part p = {.mode = 0};
    if (read_all(x->fd, (char *)&h, sizeof h) != (ssize_t)sizeof h)
        return damaged(x, "it was cut off");
    memcpy(p.name, h.name, sizeof h.name);
    p.mode = (mode_t)get_octal(h.mode, sizeof h.mode);
    p.size = get_size(h.size);
    p.mtime = get_octal(h.mtime, sizeof h.mtime);
    struct tar_head same = head_of(&p);
    if (memcmp(&h, &same, sizeof h) != 0)
        return x->parts ? damaged(x, "the head of a part does not hold")
                        : damaged(x, "it does not begin as a backup of yiwang does");
    if (!strcmp(p.name, ARCHIVE_MANIFEST))
        return take_manifest(x, &p);
    *ret = p;
    return 1;
}

int archive_take(struct archive *x, const struct archive_part *p, int to)
{
    uint8_t sm3[32];
    int code = 0;
    arena_reset(x->scratch);
    struct sm3 *digest = sm3_new(x->scratch);
    for (int64_t left = p->size; !code && left > 0;) {
        size_t n = left < BLOCK ? (size_t)left : BLOCK;
        if (read_all(x->fd, x->block, n) != (ssize_t)n)
            return damaged(x, "it was cut off");
        sm3_add(digest, x->block, n);
        code = write_all(to, x->block, n) ? 0 : cannot_write(x);
        left -= (int64_t)n;
    }
    sm3_end(digest, sm3);
    if (!code)
        code = take_zeros(x, padding(p->size));
    if (!code)
        add_line(x, p, sm3);
    return code;
}
