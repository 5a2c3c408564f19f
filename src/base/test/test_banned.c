#include "base/test/check.h"

#include <sys/wait.h>
#include <unistd.h>

/* What the compiler says to `source` with banned.h in front; its exit status to *ret_status. */
static str compile(const char *define, str source, int *ret_status)
{
    int in[2], out[2];
    assert_int_equal(pipe(in) | pipe(out), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDERR_FILENO);
        close(in[1]);
        close(out[0]);
        execlp("cc", "cc", "-std=c11", "-D_GNU_SOURCE", "-O2",
               "-D_FORTIFY_SOURCE=2", define, "-Isrc", "-include", "src/base/banned.h",
               "-fsyntax-only", "-x", "c", "-", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], source.p, source.n), source.n);
    close(in[1]);
    char *p = arena_alloc(mem, 65536);
    size_t n = 0;
    for (ssize_t got; n < 65535 && (got = read(out[0], p + n, 65535 - n)) > 0;)
        n += (size_t)got;
    close(out[0]);
    assert_int_equal(waitpid(child, ret_status, 0), child);
    return (str){p, n};
}

#define EVERYWHERE "strcpy strcat strncpy strncat sprintf vsprintf gets strtok asctime ctime localtime gmtime localtime_r " \
                   "mktime atoi atol atof system popen rand srand random alloca strerror tmpnam mktemp"
#define IN_ROOMS "malloc calloc realloc free strdup strndup fopen open printf time clock_gettime exit abort"

/* One function of the source per word. */
static str calls_of(const char *words)
{
    str source = S("#include \"base/json.h\"\n"), rest = str_c(words), word;
    for (int i = 0; !str_none(rest); i++) {
        rest = str_cut(rest, ' ', &word);
        source = str_cat(mem, source, str_fmt(mem, "void f%d(void); void f%d(void) { %.*s(0, 0); }\n", i, i, STRF(word)));
    }
    return source;
}

static void check_named(const char *define, const char *words)
{
    int status;
    str said = compile(define, calls_of(words), &status), rest = str_c(words), word;
    assert_true(status != 0);
    while (!str_none(rest)) {
        size_t at;
        rest = str_cut(rest, ' ', &word);
        if (!str_find(said, str_fmt(mem, "sorry_%.*s_is_a_banned_function", STRF(word)), &at))
            fail_msg("%.*s is not refused", STRF(word));
    }
}

static void banned_calls_name_their_function(void **state)
{
    (void)state;
    check_named("-DYW_BASE", EVERYWHERE);
    check_named("-DYW_ROOM", EVERYWHERE " " IN_ROOMS);
}

static void all_else_compiles(void **state)
{
    (void)state;
    int status;
    str fine = S("#include \"base/json.h\"\n#include \"base/calendar.h\"\n#include <stdio.h>\n#include <fcntl.h>\n"
                 "#include <pthread.h>\n"
                 "int f(const char *a); int f(const char *a) { int time = 0, open = (int)strlen(a); "
                 "return time + open; }\n");
    check_str(compile("-DYW_ROOM", fine, &status), "");
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(banned_calls_name_their_function), TEST(all_else_compiles)};
    return RUN(tests);
}
