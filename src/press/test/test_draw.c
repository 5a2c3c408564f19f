/* Drawing, without the processes around it: text that can be taken out again, stable bytes, pages, the code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include "press/test/sample.h"

extern char **environ;
static struct arena *a;

static str draw(const struct press_receipt *in)
{
    struct buf b;

    buf_init(&b, a, PRESS_PDF_MAX);
    assert_int_equal(draw_receipt(&b, in), 0);
    return buf_text(&b);
}

/* What a program of poppler-utils writes about a document; skips when it is not installed. */
static str poppler(str pdf, const char *const *args)
{
    const char *argv[20] = {args[0]};
    posix_spawn_file_actions_t files;
    int in = sample_file(pdf), out = memfd_create("out", 0), status, n = 1;
    str path = str_fmt(a, "/proc/self/fd/%d", in);
    char *text;
    off_t size;
    pid_t pid;

    for (; args[n]; n++)
        argv[n] = args[n];
    argv[n] = path.p;
    argv[n + 1] = strcmp(args[0], "pdftotext") ? NULL : "-";
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    if (posix_spawnp(&pid, args[0], &files, NULL, (char **)(uintptr_t)argv, environ))
        skip();
    posix_spawn_file_actions_destroy(&files);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    size = lseek(out, 0, SEEK_END);
    text = arena_alloc(a, (size_t)size + 1);
    assert_int_equal(pread(out, text, (size_t)size, 0), size);
    close(in);
    close(out);
    return (str){text, (size_t)size};
}

static void has(str text, const char *words)
{
    size_t at;

    if (!str_find(text, str_c(words), &at))
        fail_msg("not found: %s", words);
}

static void text_is_found_again(void **state)
{
    static const str paragraphs[] = {S("请凭办件编号和查询码查询进度。"), S("Receipt is not acceptance."), S("生僻字：㐂、𠮷、䶮")};
    struct press_receipt in = sample_receipt(paragraphs, 3);
    str text = poppler(draw(&in), (const char *const[]){"pdftotext", "-layout", NULL});

    (void)state;
    has(text, "收件凭证");
    has(text, "办件编号：2026030200010042");
    has(text, "海口市政务服务中心（虚构）");
    has(text, "食品经营许可（新办）");
    has(text, "自受理之日起 5 个工作日");
    has(text, "营业执照复印件");
    has(text, "请凭办件编号和查询码查询进度。");
    has(text, "Receipt is not acceptance.");
    has(text, "未加盖印章无效");
    has(text, "1/1");
}

static void same_input_same_bytes(void **state)
{
    struct press_receipt in = sample_receipt(NULL, 0);
    str first = draw(&in), again = draw(&in), later;

    (void)state;
    assert_true(str_eq(first, again));
    assert_true(first.n < 60 * 1024);
    has(poppler(first, (const char *const[]){"pdfinfo", NULL}), "Mon Mar  2 01:05:00 2026 UTC");
    in.created += 60000;
    later = draw(&in);
    assert_false(str_eq(first, later));
}

static void long_documents_have_pages(void **state)
{
    str paragraphs[60], long_words, text;
    struct press_receipt in = sample_receipt(paragraphs, 60);
    struct buf b;

    (void)state;
    buf_init(&b, a, 100000);
    for (int i = 0; i < 400; i++)
        buf_lit(&b, "一段很长而没有换行的文字，");
    long_words = buf_text(&b);
    for (size_t i = 0; i < 60; i++)
        paragraphs[i] = str_fmt(a, "第 %zu 段。申请材料不齐全或者不符合法定形式的，应当当场或者在五个工作日内一次告知。", i + 1);
    in.rows = &(struct press_row){S("说明"), long_words};
    in.rows_n = 1;
    text = poppler(draw(&in), (const char *const[]){"pdftotext", "-layout", NULL});
    has(text, "第 1 段。");
    has(text, "第 60 段。");
    has(text, "6/6");
}

static void everything_may_be_absent(void **state)
{
    struct press_receipt in = {.title = S("决定书"), .created = 0};

    (void)state;
    has(poppler(draw(&in), (const char *const[]){"pdftotext", NULL}), "决定书");
}

/* The finder pattern 1:1:3:1:1 in the picture's row through the upper finders: its module, in pixels; 0 when there is none. */
static int finder(const unsigned char *row, int width, int *ret_modules)
{
    int runs[400] = {0}, n = 0, first = 0;

    while (first < width && row[first] > 128)
        first++;
    for (int x = first, begin = first; x <= width && n < 400; x++) {
        if (x == width || (row[x] > 128) != (row[begin] > 128)) {
            runs[n++] = x - begin;
            begin = x;
        }
    }
    for (int i = 0; i + 4 < n; i++) {
        int m = (runs[i] + runs[i + 1] + runs[i + 2] + runs[i + 3] + runs[i + 4]) / 7;
        if (m > 2 && abs(runs[i + 2] - 3 * m) <= 2 && abs(runs[i] - m) <= 1 && abs(runs[i + 1] - m) <= 1 &&
            abs(runs[i + 3] - m) <= 1) {
            int last = width - 1;
            while (row[last] > 128)
                last--;
            *ret_modules = (last + 1 - first + m / 2) / m;
            return m;
        }
    }
    return 0;
}

/* Drawn at 300 dots per inch, the code has its finders and a size that a QR code can have. */
static void code_is_a_qr_code(void **state)
{
    struct press_receipt in = sample_receipt(NULL, 0);
    static const char *const args[] = {"pdftoppm", "-gray", "-r", "300", "-x", "1930", "-y", "170", "-W", "330", "-H", "310", NULL};
    str picture = poppler(draw(&in), args);
    int found = 0, modules = 0;

    (void)state;
    assert_true(str_starts(picture, S("P5\n330 310\n255\n")));
    picture = str_sub(picture, 15, picture.n - 15);
    for (int y = 0; y < 310; y++)
        found += finder((const unsigned char *)picture.p + y * 330, 330, &modules) > 0;
    assert_true(found > 20);
    assert_true(modules >= 21 && modules <= 57);
    assert_int_equal(modules % 4, 1);            /* 17 + 4 * version */
}

static void packing_keeps_all(void **state)
{
    static const str paragraphs[] = {S("一"), S(""), STR_NONE};
    struct press_receipt in = sample_receipt(paragraphs, 3), out;
    struct buf b;

    (void)state;
    buf_init(&b, a, PRESS_TEXT_MAX);
    assert_int_equal(pack_receipt(&b, &in), 0);
    assert_int_equal(unpack_receipt(a, buf_text(&b), &out), 0);
    assert_true(str_eq(draw(&in), draw(&out)));
    assert_true(str_none(out.paragraphs[2]) && !str_none(out.paragraphs[1]));
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(unpack_receipt(a, str_sub(buf_text(&b), 0, n), &out), ERR_FORMAT);
}

static int begin(void **state)
{
    (void)state;
    a = arena_new(512 * 1024 * 1024);
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
        cmocka_unit_test(text_is_found_again), cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(long_documents_have_pages),
        cmocka_unit_test(everything_may_be_absent), cmocka_unit_test(code_is_a_qr_code), cmocka_unit_test(packing_keeps_all),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
