#include "app/control.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"
#include "core/engine.h"

#define TEXT_MAX ((size_t)256 << 20)

struct control { int fd; pthread_t thread; _Atomic bool stop; struct engine *engine; const char *path; };

static bool read_all(int fd, char *p, size_t n)
{
    while (n) {
        ssize_t got = read(fd, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got, n -= (size_t)got;
    }
    return true;
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

/* A message: 16 digits of length, then the bytes. */
static bool read_message(struct arena *a, int fd, str *ret)
{
    char head[17] = "";
    int64_t n;
    if (!read_all(fd, head, 16) || !num_i64(str_c(head), &n) || n < 0 || (size_t)n > TEXT_MAX)
        return false;
    char *p = arena_alloc(a, (size_t)n + 1);
    *ret = (str){p, (size_t)n};
    return read_all(fd, p, (size_t)n);
}

static bool write_message(int fd, str text)
{
    char head[24];
    snprintf(head, sizeof head, "%016zu", text.n);
    return write_all(fd, head, 16) && write_all(fd, text.p, text.n);
}

static void serve_one(struct control *c, int fd)
{
    struct arena *a = arena_new((size_t)2 << 30);
    if (setjmp(*arena_guard(a))) {
        arena_drop(a);
        return;
    }
    str words, input, one;
    if (read_message(a, fd, &words) && read_message(a, fd, &input)) {
        struct buf out;
        str args[32];
        size_t n = 0;
        buf_init(&out, a, 64 << 20);
        struct command_run run = {.input = input, .out = &out, .args = args};
        str rest = str_cut(words, '\t', &run.command);
        while (!str_none(rest) && n < 32) {
            rest = str_cut(rest, '\t', &one);
            args[n++] = one;
        }
        run.n_args = n;
        command_fn fn = command_find(run.command);
        if (!fn || fn(a, c->engine, engine_store(c->engine), &run))
            run.exit_code = 1;
        write_message(fd, str_i64(a, run.exit_code));
        write_message(fd, buf_text(&out));
    }
    arena_drop(a);
}

static void *listener(void *arg)
{
    struct control *c = arg;
    while (!c->stop) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        if (poll(&p, 1, 200) <= 0)
            continue;
        int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        struct timeval patience = {.tv_sec = 10};        /* a client that falls silent must not hold up the end */
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        serve_one(c, fd);
        close(fd);
    }
    return NULL;
}

static bool address_of(struct arena *a, const char *dir, struct sockaddr_un *ret, const char **ret_path)
{
    str path = str_fmt(a, "%s/control.sock", dir);
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path.n >= sizeof ret->sun_path)
        return false;
    memcpy(ret->sun_path, path.p, path.n);
    *ret_path = path.p;
    return true;
}

struct control *control_start(struct arena *a, struct engine *e, const char *dir)
{
    struct sockaddr_un address;
    struct control *c = NEW(a, struct control);
    c->engine = e;
    c->fd = -1;
    if (!address_of(a, dir, &address, &c->path)) {
        log_line(LOG_WARN, "control", "the path of DIR is too long for a socket: commands that write need a stopped server");
        return c;
    }
    unlink(c->path);
    mode_t before = umask(077);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = c->fd >= 0 && !bind(c->fd, (struct sockaddr *)&address, sizeof address) && !listen(c->fd, 8);
    umask(before);
    if (!ok || pthread_create(&c->thread, NULL, listener, c)) {
        log_line(LOG_WARN, "control", "no control socket: %s", strerrordesc_np(errno));
        if (c->fd >= 0)
            close(c->fd);
        c->fd = -1;
    }
    return c;
}

void control_stop(struct control *c)
{
    if (c->fd < 0)
        return;
    c->stop = true;
    pthread_join(c->thread, NULL);
    close(c->fd);
    unlink(c->path);
}

int control_call(struct arena *a, const char *dir, const struct command_run *run, int *ret_exit, str *ret_out)
{
    struct sockaddr_un address;
    const char *path;
    struct buf words;
    if (!address_of(a, dir, &address, &path))
        return 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    buf_init(&words, a, 65536);
    buf_str(&words, run->command);
    for (size_t i = 0; i < run->n_args; i++) {
        buf_char(&words, '\t');
        buf_str(&words, run->args[i]);
    }
    str code_text;
    int64_t code = 1;
    *ret_out = S("The server went away before it answered.\n");
    if (write_message(fd, buf_text(&words)) && write_message(fd, str_none(run->input) ? S("") : run->input) &&
        read_message(a, fd, &code_text))
        if (!num_i64(code_text, &code) || !read_message(a, fd, ret_out))
            code = 1;
    close(fd);
    *ret_exit = (int)code;
    return 1;
}
