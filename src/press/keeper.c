/* The keeper: forks workers on demand and kills them. It never touches a document or a font itself, and has one thread, so that
 * fork is always safe here (in the server, with its threads, it would not be). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "press/press_private.h"

#define DRAW_JOBS_MAX 500                        /* then a fresh worker: what libraries leak stays bounded */

static void answer(int fd, int32_t status, const void *p, size_t n)
{
    struct wire_head head = {.status = status, .n = (uint32_t)n};

    if (wire_send(fd, &head, sizeof head, -1) || wire_send(fd, p, n, -1))
        _exit(0);
}

static void draw_job(int fd, struct arena *a, uint32_t n)
{
    char *in = arena_alloc(a, n);
    struct press_receipt receipt;
    struct buf out;

    if (wire_receive(fd, in, n, -1))
        _exit(0);
    buf_init(&out, a, PRESS_PDF_MAX);
    if (unpack_receipt(a, (str){in, n}, &receipt))
        answer(fd, ERR_FORMAT, NULL, 0);
    else if (draw_receipt(&out, &receipt))
        answer(fd, ERR_FAIL, NULL, 0);
    else
        answer(fd, 0, out.p, out.n);
}

static _Noreturn void draw_worker(int fd)
{
    struct arena *a = arena_new(128 * 1024 * 1024);
    uint32_t n;

    prctl(PR_SET_NAME, "press-draw");
    draw_warm_up();
    sandbox_enter(SANDBOX_DRAW);
    for (int i = 0; i < DRAW_JOBS_MAX && !wire_receive(fd, &n, sizeof n, -1); i++) {
        if (n > 2 * PRESS_TEXT_MAX)
            break;
        draw_job(fd, a, n);
        arena_reset(a);
    }
    _exit(0);
}

static _Noreturn void open_worker(int fd)
{
    enum press_kind kind = PRESS_PDF;
    const char *why;
    char letter;
    int file;

    prctl(PR_SET_NAME, "press-open");
    sandbox_enter(SANDBOX_OPEN);
    if (wire_receive_fd(fd, &letter, &file, -1) || file < 0)
        _exit(0);
    why = open_kind(file, &kind);
    if (why)
        answer(fd, ERR_FORMAT, why, strlen(why));
    else
        answer(fd, 0, &kind, sizeof kind);
    _exit(0);
}

static void end_worker(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *pid = 0;
}

/* Moves fd to 3 and closes everything above. */
static int keep_only(int fd)
{
    if (fd != 3) {
        if (dup2(fd, 3) != 3)
            die("press", "dup2: %m");
    }
    close_range(4, ~0u, 0);
    return 3;
}

static void new_worker(int control, char letter, pid_t *pid)
{
    int pair[2];

    end_worker(pid);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
        log_line(LOG_ERROR, "press", "socketpair: %m");
        wire_send_fd(control, letter, -1);
        return;
    }
    *pid = fork();
    if (*pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (letter == KEEPER_DRAW)
            draw_worker(keep_only(pair[1]));
        open_worker(keep_only(pair[1]));
    }
    if (*pid < 0)
        log_line(LOG_ERROR, "press", "fork: %m");
    close(pair[1]);
    wire_send_fd(control, letter, *pid > 0 ? pair[0] : -1);
    close(pair[0]);
}

_Noreturn void keeper_run(int control)
{
    pid_t draw = 0, open = 0;
    char letter;

    prctl(PR_SET_NAME, "press-keeper");
    signal(SIGINT, SIG_IGN);                     /* the server drains first, then closes our socket */
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    control = keep_only(control);
    while (!wire_receive(control, &letter, 1, -1)) {
        if (letter == KEEPER_DRAW)
            new_worker(control, letter, &draw);
        else if (letter == KEEPER_OPEN)
            new_worker(control, letter, &open);
        else if (letter == KEEPER_KILL_DRAW)
            end_worker(&draw);
        else if (letter == KEEPER_KILL_OPEN)
            end_worker(&open);
    }
    end_worker(&draw);
    end_worker(&open);
    _exit(0);
}
