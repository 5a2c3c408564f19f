/* The press as the server uses it: processes, sandbox, killed workers, many threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "base/num.h"
#include "press/test/sample.h"

static struct arena *a;

/* A process of ours by its name (press-draw, press-keeper), or 0. Ours: a child's child. */
static pid_t find_process(const char *name)
{
    DIR *proc = opendir("/proc");
    pid_t found = 0;

    for (struct dirent *e; (e = readdir(proc)) && !found;) {
        char path[300], line[64] = "";
        int64_t pid;
        FILE *f;

        if (!num_i64(str_c(e->d_name), &pid))
            continue;
        snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
        f = fopen(path, "r");
        if (!f)
            continue;
        int parent = 0;
        char state = 'Z';
        if (fscanf(f, "%*d (%60[^)]) %c %d", line, &state, &parent) == 3 && !strcmp(line, name) && state != 'Z') {
            int64_t group = getpgid((pid_t)pid);
            if (group == getpgrp())
                found = (pid_t)pid;
        }
        fclose(f);
    }
    closedir(proc);
    return found;
}

static pid_t wait_process(const char *name)
{
    pid_t pid = 0;

    for (int i = 0; i < 500 && !(pid = find_process(name)); i++)
        usleep(10000);
    assert_true(pid > 0);
    return pid;
}

static void draws(void)
{
    static const str paragraphs[] = {S("收件不等于受理。")};
    struct press_receipt in = sample_receipt(paragraphs, 1);
    str pdf;

    assert_int_equal(press_receipt(a, &in, &pdf), 0);
    assert_true(str_starts(pdf, S("%PDF-1.5\n")));
    assert_true(pdf.n > 5000);
}

static const char *verdict(str bytes)
{
    enum press_kind kind = PRESS_PDF;
    str why = STR_NONE;
    int fd = sample_file(bytes), rc;

    rc = press_open(fd, &kind, &why);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), (off_t)bytes.n);    /* where the caller left it */
    close(fd);
    assert_true(rc == 0 || rc == ERR_FORMAT);
    return rc ? why.p : press_kind_type(kind);
}

static void documents_and_files(void **state)
{
    struct press_receipt in = sample_receipt(NULL, 0);
    str first, again;

    (void)state;
    assert_int_equal(press_receipt(a, &in, &first), 0);
    assert_int_equal(press_receipt(a, &in, &again), 0);
    assert_true(str_eq(first, again));
    assert_string_equal(verdict(first), "application/pdf");
    assert_string_equal(verdict(sample_png(a, 640, 480)), "image/png");
    assert_string_equal(verdict(sample_jpeg(a, 640, 480)), "image/jpeg");
    assert_string_equal(verdict(sample_ofd(a)), "application/ofd");
    assert_string_equal(verdict(S("")), "empty");
    assert_string_equal(verdict(S("<html></html>")), "unknown");
    assert_string_equal(verdict(sample_png(a, 60000, 60000)), "too_big");
    assert_string_equal(verdict(sample_zip(a, "a.txt", S("x"), NULL)), "unknown");
}

static void bad_input(void **state)
{
    static const str broken[] = {S("\xff\xfe")};
    struct press_receipt in = sample_receipt(broken, 1);
    struct buf b;
    str pdf = STR_NONE, long_text, why = STR_NONE;
    enum press_kind kind;

    (void)state;
    assert_int_equal(press_receipt(a, &in, &pdf), ERR_FORMAT);
    buf_init(&b, a, 400000);
    while (b.n < 300000)
        buf_lit(&b, "太长");
    long_text = buf_text(&b);
    in = sample_receipt(&long_text, 1);
    assert_int_equal(press_receipt(a, &in, &pdf), ERR_FORMAT);
    in = sample_receipt(NULL, 0);
    in.qr = str_sub(long_text, 0, 501);
    assert_int_equal(press_receipt(a, &in, &pdf), ERR_FORMAT);
    assert_true(str_none(pdf));
    assert_int_equal(press_open(-1, &kind, &why), ERR_FAIL);
    draws();
}

/* Characters of fonts that were not open before the sandbox closed: drawn somehow, and never a failure. */
static void foreign_letters(void **state)
{
    static const str paragraphs[] = {S("ไทย العربية 한국어 ᠮᠣᠩᠭᠣᠯ བོད་ ئۇيغۇر 😀 𠮷 䶮 \u200b\u202e")};
    struct press_receipt in = sample_receipt(paragraphs, 1);
    str pdf;

    (void)state;
    assert_int_equal(press_receipt(a, &in, &pdf), 0);
    draws();
}

static void killed_worker_is_replaced(void **state)
{
    pid_t old = wait_process("press-draw");

    (void)state;
    kill(old, SIGKILL);
    draws();
    assert_int_not_equal(wait_process("press-draw"), old);
}

/* Stopped in the middle of a job: the caller is free after five seconds, the worker is dead, the next document is drawn. */
static void hung_worker_is_killed(void **state)
{
    pid_t old = wait_process("press-draw");
    struct press_receipt in = sample_receipt(NULL, 0);
    int64_t began = clock_mono();
    str pdf;

    (void)state;
    kill(old, SIGSTOP);
    assert_int_equal(press_receipt(a, &in, &pdf), ERR_FAIL);
    assert_in_range(clock_mono() - began, 4500, 8000);
    assert_int_equal(kill(old, 0), -1);
    draws();
}

static void *client(void *arg)
{
    struct arena *own = arena_new(64 * 1024 * 1024);
    intptr_t bad = 0;

    (void)arg;
    for (int i = 0; i < 5; i++) {
        struct press_receipt in = sample_receipt(NULL, 0);
        str pdf = STR_NONE, why;
        enum press_kind kind;
        int fd;

        bad += press_receipt(own, &in, &pdf) != 0;
        fd = sample_file(str_none(pdf) ? S("x") : pdf);
        bad += press_open(fd, &kind, &why) != 0;
        close(fd);
    }
    arena_drop(own);
    return (void *)bad;
}

static void many_threads(void **state)
{
    pthread_t threads[6];
    void *bad;

    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, client, NULL), 0);
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], &bad);
        assert_null(bad);
    }
}

/* In a child under the sandbox: what must fail does, what an intruder would do ends it. */
static int confined(enum sandbox kind, int act)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        sandbox_enter(kind);
        if (act == 0)
            _exit(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 7 : 1);
        if (act == 1)
            execl("/bin/true", "true", (char *)NULL);
        if (act == 2)
            socket(AF_INET, SOCK_STREAM, 0);
        if (act == 3)
            _exit(fork() < 0 ? 7 : 1);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void sandbox_holds(void **state)
{
    (void)state;
    for (int kind = SANDBOX_DRAW; kind <= SANDBOX_OPEN; kind++) {
        assert_int_equal(confined((enum sandbox)kind, 0), 7);
        assert_int_equal(confined((enum sandbox)kind, 1), -SIGSYS);
        assert_int_equal(confined((enum sandbox)kind, 2), -SIGSYS);
        assert_int_equal(confined((enum sandbox)kind, 3), 7);
    }
}

/* Last: afterwards calls fail in a sentence and nothing is left over. */
static void stopped(void **state)
{
    struct press_receipt in = sample_receipt(NULL, 0);
    enum press_kind kind;
    str pdf, why;
    int fd = sample_file(S("x"));

    (void)state;
    press_stop();
    assert_int_equal(press_receipt(a, &in, &pdf), ERR_FAIL);
    assert_int_equal(press_open(fd, &kind, &why), ERR_FAIL);
    assert_int_equal(find_process("press-draw"), 0);
    assert_int_equal(find_process("press-keeper"), 0);
    close(fd);
}

static int begin(void **state)
{
    (void)state;
    setpgid(0, 0);                               /* so that find_process sees only our own */
    a = arena_new(512 * 1024 * 1024);
    return press_start();
}

static int end(void **state)
{
    (void)state;
    press_stop();
    arena_drop(a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_and_files), cmocka_unit_test(bad_input), cmocka_unit_test(foreign_letters),
        cmocka_unit_test(killed_worker_is_replaced), cmocka_unit_test(hung_worker_is_killed), cmocka_unit_test(many_threads),
        cmocka_unit_test(sandbox_holds), cmocka_unit_test(stopped),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
