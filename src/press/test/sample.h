#ifndef YW_PRESS_TEST_SAMPLE_H
#define YW_PRESS_TEST_SAMPLE_H
/* Files for the tests, made in memory. */
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>
#include "press/press_private.h"

/* fontconfig keeps its patterns to the end of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

/* A file that holds `bytes`; closed by the caller. */
static inline int sample_file(str bytes)
{
    int fd = memfd_create("sample", 0);

    if (fd < 0 || write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
        abort();
    return fd;
}

static inline void sample_be32(struct buf *b, uint32_t v)
{
    char p[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};

    buf_put(b, p, 4);
}

static inline void sample_chunk(struct buf *b, const char *type, const void *data, size_t n)
{
    uLong crc = crc32(crc32(0, NULL, 0), (const unsigned char *)type, 4);

    sample_be32(b, (uint32_t)n);
    buf_put(b, type, 4);
    buf_put(b, data, n);
    sample_be32(b, (uint32_t)(n ? crc32(crc, data, (uInt)n) : crc));
}

/* A grey PNG of the given size by its head; the picture data is one short stream. */
static inline str sample_png(struct arena *a, uint32_t w, uint32_t h)
{
    unsigned char data[64], head[13] = {0};
    uLongf n = sizeof data;
    struct buf b;

    buf_init(&b, a, 4096);
    for (int i = 0; i < 4; i++) {
        head[i] = (unsigned char)(w >> (24 - 8 * i));
        head[4 + i] = (unsigned char)(h >> (24 - 8 * i));
    }
    head[8] = 8;
    buf_lit(&b, "\x89PNG\r\n\x1a\n");
    sample_chunk(&b, "IHDR", head, 13);
    compress(data, &n, (const unsigned char *)"\0\0", 2);
    sample_chunk(&b, "IDAT", data, n);
    sample_chunk(&b, "IEND", NULL, 0);
    return buf_text(&b);
}

static inline str sample_jpeg(struct arena *a, unsigned w, unsigned h)
{
    const char frame[] = {'\xff', '\xc0', 0, 11, 8, (char)(h >> 8), (char)h, (char)(w >> 8), (char)w, 1, 1, 0x11, 0};
    struct buf b;

    buf_init(&b, a, 4096);
    buf_lit(&b, "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0");
    buf_put(&b, frame, sizeof frame);
    buf_lit(&b, "\xff\xda\0\x08\1\1\0\0\x3f\0" "coded\xff\0data\xff\xd3more\xff\xd9");
    return buf_text(&b);
}

static inline str sample_pdf(struct arena *a)
{
    struct buf b;
    size_t xref;

    buf_init(&b, a, 4096);
    buf_lit(&b, "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n");
    xref = b.n;
    buf_fmt(&b, "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
                "trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", xref);
    return buf_text(&b);
}

/* A ZIP of one stored or packed entry, or of two when `second` is given. */
static inline str sample_zip(struct arena *a, const char *name, str data, const char *second)
{
    zip_error_t error;
    zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *z = zip_open_from_source(s, ZIP_TRUNCATE, &error);
    zip_stat_t st;
    char *p;

    zip_source_keep(s);
    zip_file_add(z, name, zip_source_buffer(z, data.p, data.n, 0), 0);
    if (second)
        zip_file_add(z, second, zip_source_buffer(z, "x", 1, 0), 0);
    if (zip_close(z) || zip_source_stat(s, &st) || zip_source_open(s))
        abort();
    p = arena_alloc(a, st.size + 1);
    if (zip_source_read(s, p, st.size) != (zip_int64_t)st.size)
        abort();
    zip_source_close(s);
    zip_source_free(s);
    return (str){p, st.size};
}

#define SAMPLE_OFD_XML                                                                                               \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                                       \
    "<ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\" Version=\"1.0\" DocType=\"OFD\"/>"

static inline str sample_ofd(struct arena *a)
{
    return sample_zip(a, "OFD.xml", S(SAMPLE_OFD_XML), "Doc_0/Document.xml");
}

static const struct press_row sample_rows[] = {
    {S("事项"), S("食品经营许可（新办）")},
    {S("申请人"), S("海口龙华示范饮食店（虚构）")},
    {S("承诺办结"), S("自受理之日起 5 个工作日")},
};
static const struct press_material sample_materials[] = {
    {S("食品经营许可申请书"), S("电子"), S("1"), S("已提交")},
    {S("营业执照复印件"), S("纸质"), S("2"), S("窗口收取")},
};

static inline struct press_receipt sample_receipt(const str *paragraphs, size_t n)
{
    return (struct press_receipt){
        .title = S("收件凭证"), .number = S("2026030200010042"), .number_label = S("办件编号："), .agency = S("海口市政务服务中心（虚构）"),
        .rows = sample_rows, .rows_n = 3, .materials_title = S("收到的材料"),
        .material_heads = {S("材料"), S("形式"), S("份数"), S("说明")}, .materials = sample_materials, .materials_n = 2,
        .paragraphs = paragraphs, .paragraphs_n = n, .qr = S("http://127.0.0.1:8080/progress?id=42"), .qr_note = S("扫码查进度"),
        .date = S("2026年3月2日"), .seal_note = S("未加盖印章无效"), .created = 1772413500000,
    };
}
#endif
