/* What an uploaded file is: the checks themselves, without the processes around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include "press/test/sample.h"

static struct arena *a;

/* The kind's type, or why not. */
static const char *verdict(str bytes)
{
    enum press_kind kind = PRESS_PDF;
    int fd = sample_file(bytes);
    const char *why = open_kind(fd, &kind);

    close(fd);
    return why ? why : press_kind_type(kind);
}

static str joined(str x, str y)
{
    return str_cat(a, x, y);
}

static str cut(str s, size_t n)
{
    return str_sub(s, 0, s.n - n);
}

static void good_files(void **state)
{
    (void)state;
    assert_string_equal(verdict(sample_pdf(a)), "application/pdf");
    assert_string_equal(verdict(sample_png(a, 640, 480)), "image/png");
    assert_string_equal(verdict(sample_jpeg(a, 640, 480)), "image/jpeg");
    assert_string_equal(verdict(sample_ofd(a)), "application/ofd");
    /* a telephone's preview behind it */
    assert_string_equal(verdict(joined(sample_jpeg(a, 9, 9), sample_jpeg(a, 3, 3))), "image/jpeg");
}

static void own_documents_are_pdf(void **state)
{
    struct press_receipt in = sample_receipt(NULL, 0);
    struct buf b;

    (void)state;
    buf_init(&b, a, PRESS_PDF_MAX);
    assert_int_equal(draw_receipt(&b, &in), 0);
    assert_string_equal(verdict(buf_text(&b)), "application/pdf");
}

static void foreign_files(void **state)
{
    str noise = S("\x13\x37garbage that is nothing at all, for a while");

    (void)state;
    assert_string_equal(verdict(S("")), "empty");
    assert_string_equal(verdict(S("\n")), "unknown");
    assert_string_equal(verdict(noise), "unknown");
    /* named x.png by its sender */
    assert_string_equal(verdict(S("<!DOCTYPE html><html><script>alert(1)</script></html>")), "unknown");
    assert_string_equal(verdict(S("MZ\x90\0\3\0\0\0")), "unknown");
    assert_string_equal(verdict(S("GIF89a\1\0\1\0\0\0\0;")), "unknown");
    assert_string_equal(verdict(S("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")), "unknown");
    assert_string_equal(verdict(joined(S(" "), sample_pdf(a))), "unknown");
    assert_string_equal(verdict(sample_zip(a, "word/document.xml", S("<w:document/>"), NULL)), "unknown");
    assert_string_equal(verdict(sample_zip(a, "sub/OFD.xml", S(SAMPLE_OFD_XML), NULL)), "unknown");
}

/* Every proper head of a good file is refused: nothing cut off passes, at any length. */
static void cut_files(void **state)
{
    str whole[] = {sample_pdf(a), sample_png(a, 640, 480), sample_jpeg(a, 640, 480), sample_ofd(a)};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t spare = i == 0 ? 1 : 0;           /* the line's end behind %%EOF may be missing */
        for (size_t n = 0; n + spare < whole[i].n; n++) {
            const char *v = verdict(str_sub(whole[i], 0, n));
            assert_null(strchr(v, '/'));
        }
    }
}

static void damaged_files(void **state)
{
    str png = str_dup(a, sample_png(a, 64, 48)), jpeg = sample_jpeg(a, 64, 48), pdf = sample_pdf(a);
    char *p;

    (void)state;
    p = (char *)(uintptr_t)png.p;
    p[45] ^= 1;                                  /* inside IDAT: the sum no longer fits */
    assert_string_equal(verdict(png), "damaged");
    assert_string_equal(verdict(S("\x89PNG\r\n\x1a\n")), "damaged");
    assert_string_equal(verdict(S("\xff\xd8\xff")), "damaged");
    assert_string_equal(verdict(S("\xff\xd8\xff\xd9")), "damaged");
    assert_string_equal(verdict(S("\xff\xd8\xff\xe0\xff\xff")), "damaged");
    assert_string_equal(verdict(cut(jpeg, 2)), "damaged");
    assert_string_equal(verdict(S("%PDF-1.4\n%%EOF\n")), "damaged");
    assert_string_equal(verdict(S("%PDF-1.4\nstartxref\n999999\n%%EOF\n")), "damaged");
    assert_string_equal(verdict(S("%PDF-1.4\nstartxref\n99999999999999999999\n%%EOF\n")), "damaged");
    assert_string_equal(verdict(S("%PDF-1.4\nstartxref\n3\n%%EOF\n")), "damaged");
    assert_string_equal(verdict(cut(pdf, 10)), "damaged");
    assert_string_equal(verdict(S("PK\3\4")), "damaged");
    assert_string_equal(verdict(sample_zip(a, "OFD.xml", S("<html>no</html>"), NULL)), "damaged");
    assert_string_equal(verdict(sample_zip(a, "OFD.xml", S(SAMPLE_OFD_XML), "../../etc/passwd")), "damaged");
    assert_string_equal(verdict(sample_zip(a, "OFD.xml", S(SAMPLE_OFD_XML), "/etc/passwd")), "damaged");
}

static void two_things_at_once(void **state)
{
    str page = S("<html><script>alert(1)</script></html>"), zip = sample_zip(a, "a.txt", S("x"), NULL);

    (void)state;
    assert_string_equal(verdict(joined(sample_png(a, 4, 4), page)), "mixed");
    assert_string_equal(verdict(joined(sample_png(a, 4, 4), zip)), "mixed");
    assert_string_equal(verdict(joined(sample_jpeg(a, 4, 4), page)), "mixed");
    assert_string_equal(verdict(joined(sample_jpeg(a, 4, 4), zip)), "mixed");
    assert_string_equal(verdict(joined(sample_jpeg(a, 4, 4), sample_pdf(a))), "mixed");
    assert_string_equal(verdict(joined(sample_pdf(a), zip)), "mixed");
    assert_string_equal(verdict(sample_zip(a, "OFD.xml", S(SAMPLE_OFD_XML), "%PDF-1.4")), "mixed");
}

static void too_big(void **state)
{
    size_t n = 64 * 1024 * 1024;
    char *zeros = calloc(1, n);

    (void)state;
    assert_string_equal(verdict(sample_png(a, 60000, 60000)), "too_big");
    assert_string_equal(verdict(sample_png(a, 20001, 1)), "too_big");
    assert_string_equal(verdict(sample_png(a, 19999, 19999)), "too_big");
    assert_string_equal(verdict(sample_png(a, 0, 4)), "damaged");
    assert_string_equal(verdict(sample_jpeg(a, 60000, 60000)), "too_big");
    assert_non_null(zeros);
    assert_string_equal(verdict(sample_zip(a, "OFD.xml", (str){zeros, n}, NULL)), "too_big");    /* 64 MB in 64 KB */
    free(zeros);
}

/* Good files with bytes changed at random: any verdict will do, as long as there is one. */
static void spoilt_files(void **state)
{
    str whole[] = {sample_pdf(a), sample_png(a, 640, 480), sample_jpeg(a, 640, 480), sample_ofd(a)};
    uint64_t dice = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 4000; i++) {
        str s = str_dup(a, whole[i % 4]);
        for (int k = 0; k < 1 + i % 7; k++) {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            ((char *)(uintptr_t)s.p)[dice % s.n] = (char)(dice >> 32);
        }
        verdict(s);
    }
}

/* Real files with real seals, where the shared data is at hand. */
static void real_ofd(void **state)
{
    static const char *const names[] = {"DigitalSign.ofd", "SESV4SignDoc.ofd", "v4signed.ofd"};
    const char *data = getenv("YIWANG_DATA");
    int seen = 0;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        str path = str_fmt(a, "%s/ofd/%s", data ? data : "../shared/data", names[i]);
        enum press_kind kind = PRESS_PDF;
        int fd = open(path.p, O_RDONLY);

        if (fd < 0)
            continue;
        assert_null(open_kind(fd, &kind));
        assert_int_equal(kind, PRESS_OFD);
        close(fd);
        seen++;
    }
    if (!seen)
        skip();
}

static int begin(void **state)
{
    (void)state;
    a = arena_new(256 * 1024 * 1024);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_drop(a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files), cmocka_unit_test(own_documents_are_pdf), cmocka_unit_test(foreign_files),
        cmocka_unit_test(cut_files), cmocka_unit_test(damaged_files), cmocka_unit_test(two_things_at_once),
        cmocka_unit_test(too_big), cmocka_unit_test(spoilt_files), cmocka_unit_test(real_ofd),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
