/* What is this file? By content alone, by positions in the file (pread), nothing of it kept but one block. PDF 1.x and 2.0
 * (ISO 32000), PNG (ISO 15948), JPEG (ISO 10918-1); OFD (GB/T 33190) is in open_ofd.c. A file that is two things is refused:
 * whoever reads it later must see what we saw. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "press/open_private.h"

#define SIDE_MAX 20000u
#define AREA_MAX 100000000u
#define CHUNKS_MAX 200000

bool file_read(struct file *f, int64_t at, void *p, size_t n)
{
    char *to = p;

    if (at < 0 || at > f->size || (int64_t)n > f->size - at)
        return false;
    while (n) {
        ssize_t got = pread(f->fd, to, n, at);
        if (got <= 0)
            return false;
        to += got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* The byte at a position, through the block; -1 behind the end. */
static int byte_at(struct file *f, int64_t at)
{
    if (at < f->block_at || at >= f->block_at + (int64_t)f->block_n) {
        int64_t left = f->size - at;
        size_t n = left > (int64_t)sizeof f->block ? sizeof f->block : left > 0 ? (size_t)left : 0;

        if (!n || !file_read(f, at, f->block, n))
            return -1;
        f->block_at = at;
        f->block_n = n;
    }
    return f->block[at - f->block_at];
}

/* Where `words` stand first in [from, to), or -1. */
static int64_t find(struct file *f, int64_t from, int64_t to, str words)
{
    static const size_t step = sizeof f->block / 2;

    for (int64_t at = from; at < to; at += (int64_t)step) {
        int64_t left = to - at;
        size_t n = left > (int64_t)(step + words.n) ? step + words.n : (size_t)left;
        const unsigned char *hit;

        f->block_n = 0;
        if (!file_read(f, at, f->block, n))
            return -1;
        hit = memmem(f->block, n, words.p, words.n);
        if (hit)
            return at + (hit - f->block);
    }
    return -1;
}

static bool stands(struct file *f, int64_t from, int64_t to, str words)
{
    return find(f, from < 0 ? 0 : from, to > f->size ? f->size : to, words) >= 0;
}

/* An archive's directory may stand at the end of any file (ZIP is read from behind). */
static bool archive_behind(struct file *f)
{
    return stands(f, f->size - 65557, f->size, S("PK\5\6"));
}

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const char *size_fits(uint32_t w, uint32_t h)
{
    if (!w || !h)
        return WHY_DAMAGED;
    return w > SIDE_MAX || h > SIDE_MAX || (uint64_t)w * h > AREA_MAX ? WHY_TOO_BIG : NULL;
}

/* ---- PNG ---- */

static bool png_depth(unsigned depth, unsigned colour)
{
    switch (colour) {
    case 0: return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3: return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2: case 4: case 6: return depth == 8 || depth == 16;
    default: return false;
    }
}

/* Type and data of a chunk against its CRC. */
static bool chunk_holds(struct file *f, int64_t at, uint32_t length)
{
    unsigned char sum[4];
    uLong crc = crc32(0, NULL, 0);
    int64_t from = at + 4, to = at + 8 + length;

    while (from < to) {
        size_t n = to - from > (int64_t)sizeof f->block ? sizeof f->block : (size_t)(to - from);

        f->block_n = 0;
        if (!file_read(f, from, f->block, n))
            return false;
        crc = crc32(crc, f->block, (uInt)n);
        from += (int64_t)n;
    }
    return file_read(f, to, sum, 4) && be32(sum) == crc;
}

static const char *open_png(struct file *f)
{
    unsigned char head[33];
    bool data = false;
    int64_t at = 8;
    const char *why;

    if (!file_read(f, 0, head, sizeof head) || be32(head + 8) != 13 || memcmp(head + 12, "IHDR", 4) ||
        !png_depth(head[24], head[25]) || head[26] || head[27] || head[28] > 1)
        return WHY_DAMAGED;
    why = size_fits(be32(head + 16), be32(head + 20));
    if (why)
        return why;
    for (int i = 0; i < CHUNKS_MAX; i++) {
        unsigned char c[8];
        uint32_t length;

        if (!file_read(f, at, c, 8))
            return WHY_DAMAGED;
        length = be32(c);
        if (length > INT32_MAX || f->size - at < 12 + (int64_t)length || !chunk_holds(f, at, length))
            return WHY_DAMAGED;
        at += 12 + (int64_t)length;
        data = data || !memcmp(c + 4, "IDAT", 4);
        if (!memcmp(c + 4, "IEND", 4))
            return !data || length ? WHY_DAMAGED : at == f->size ? NULL : WHY_MIXED;
    }
    return WHY_DAMAGED;
}

/* ---- JPEG ---- */

/* From the first byte of coded data to the marker behind it; -1 at the file's end. */
static int64_t skip_scan(struct file *f, int64_t at)
{
    for (;;) {
        int c = byte_at(f, at++), next;

        if (c < 0)
            return -1;
        if (c != 0xff)
            continue;
        next = byte_at(f, at);
        if (next < 0)
            return -1;
        if (next != 0 && next != 0xff && !(next >= 0xd0 && next <= 0xd7))
            return at - 1;
    }
}

/* Behind the image: telephones put previews and notes of their own there; archives, documents and pages have no business here. */
static const char *jpeg_tail(struct file *f, int64_t end)
{
    static const str foreign[] = {S("%PDF-"), S("<html"), S("<HTML"), S("<script"), S("<SCRIPT"),
                                  S("<!DOCTYPE"), S("<!doctype"), S("<?php")};

    for (size_t i = 0; end < f->size && i < sizeof foreign / sizeof foreign[0]; i++) {
        if (stands(f, end, f->size, foreign[i]))
            return WHY_MIXED;
    }
    return archive_behind(f) ? WHY_MIXED : NULL;
}

static bool is_frame(int marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static const char *open_jpeg(struct file *f)
{
    bool frame = false, scan = false;
    int64_t at = 2;

    for (int i = 0; i < CHUNKS_MAX; i++) {
        unsigned char s[9];
        int marker;
        unsigned length;

        while (byte_at(f, at) == 0xff && byte_at(f, at + 1) == 0xff)
            at++;
        if (byte_at(f, at) != 0xff || (marker = byte_at(f, at + 1)) <= 0)
            return WHY_DAMAGED;
        if (marker == 0xd9)
            return frame && scan ? jpeg_tail(f, at + 2) : WHY_DAMAGED;
        if (!file_read(f, at + 2, s, 2) || (length = (unsigned)s[0] << 8 | s[1]) < 2 || f->size - at - 2 < (int64_t)length)
            return WHY_DAMAGED;
        if (is_frame(marker)) {
            const char *why;
            if (length < 8 || !file_read(f, at + 2, s, 7))
                return WHY_DAMAGED;
            why = size_fits((uint32_t)s[5] << 8 | s[6], (uint32_t)s[3] << 8 | s[4]);
            if (why)
                return why;
            frame = true;
        }
        at += 2 + length;
        if (marker == 0xda) {
            scan = true;
            at = frame ? skip_scan(f, at) : -1;
            if (at < 0)
                return WHY_DAMAGED;
        }
    }
    return WHY_DAMAGED;
}

/* ---- PDF ---- */

static bool is_space(int c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* A number behind spaces; -1 when there is none. Moves *at behind it. */
static int64_t number_at(struct file *f, int64_t *at)
{
    int64_t n = 0;
    int digits = 0;

    while (is_space(byte_at(f, *at)))
        (*at)++;
    for (; is_digit(byte_at(f, *at)) && digits < 12; digits++)
        n = n * 10 + byte_at(f, (*at)++) - '0';
    return digits && !is_digit(byte_at(f, *at)) ? n : -1;
}

/* The cross-reference that startxref points to: a table with its trailer, or a stream object. Both name the root. */
static bool xref_holds(struct file *f, int64_t xref)
{
    int64_t at = xref, trailer;
    char word[4];

    while (is_space(byte_at(f, at)))
        at++;
    if (file_read(f, at, word, 4) && !memcmp(word, "xref", 4)) {
        trailer = find(f, at, f->size, S("trailer"));
        return trailer >= 0 && stands(f, trailer, trailer + 16384, S("/Root"));
    }
    return number_at(f, &at) >= 0 && number_at(f, &at) >= 0 && stands(f, at, at + 16, S("obj")) &&
           stands(f, at, at + 16384, S("/XRef")) && stands(f, at, at + 16384, S("/Root"));
}

static const char *open_pdf(struct file *f)
{
    char head[8];
    int64_t end = -1, at = f->size > 2048 ? f->size - 2048 : 0, xref = -1, hit;

    if (!file_read(f, 0, head, 8) || (head[5] != '1' && head[5] != '2') || head[6] != '.' || !is_digit(head[7]))
        return WHY_DAMAGED;
    while ((hit = find(f, at, f->size, S("%%EOF"))) >= 0) {
        end = hit;
        at = hit + 5;
    }
    at = f->size > 4096 ? f->size - 4096 : 0;
    while (end >= 0 && (hit = find(f, at, end, S("startxref"))) >= 0) {
        at = hit + 9;
        xref = at;
    }
    if (xref < 0)
        return WHY_DAMAGED;
    f->block_n = 0;
    xref = number_at(f, &xref);
    if (xref <= 0 || xref >= f->size || !xref_holds(f, xref))
        return WHY_DAMAGED;
    return archive_behind(f) ? WHY_MIXED : NULL;
}

const char *open_kind(int fd, enum press_kind *ret_kind)
{
    struct file f = {.fd = fd};
    unsigned char head[8] = {0};
    const char *why;
    enum press_kind kind;
    struct stat st;

    if (fstat(fd, &st) || st.st_size <= 0)
        return WHY_EMPTY;
    f.size = st.st_size;
    file_read(&f, 0, head, f.size < 8 ? (size_t)f.size : 8);
    if (!memcmp(head, "%PDF-", 5)) {
        kind = PRESS_PDF;
        why = open_pdf(&f);
    } else if (!memcmp(head, "\x89PNG\r\n\x1a\n", 8)) {
        kind = PRESS_PNG;
        why = open_png(&f);
    } else if (!memcmp(head, "\xff\xd8\xff", 3)) {
        kind = PRESS_JPEG;
        why = open_jpeg(&f);
    } else if (!memcmp(head, "PK\3\4", 4)) {
        kind = PRESS_OFD;
        why = open_ofd(&f);
    } else {
        return WHY_UNKNOWN;
    }
    if (!why && kind != PRESS_PDF && stands(&f, 0, 1024, S("%PDF-")))    /* readers of PDF accept its head there */
        why = WHY_MIXED;
    if (!why)
        *ret_kind = kind;
    return why;
}
