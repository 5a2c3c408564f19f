/* The server's side of the press. Locks are held over socket traffic only; nothing is taken from an arena meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "press/press_private.h"

/* One press per process: its sockets are process-wide as a daemon's are. Changed under the locks only. */
static struct {
    pthread_mutex_t control_lock, draw_lock, open_lock;
    int control;                                 /* to the keeper; -1: not started */
    int draw;                                    /* to the drawing worker; -1: none */
    pid_t keeper;
} press = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, -1, -1, 0};

/* A socket to a new worker, or -1. The keeper ends the old one of that kind. */
static int ask_worker(char letter)
{
    char got = 0;
    int fd = -1;

    pthread_mutex_lock(&press.control_lock);
    if (press.control < 0 || wire_send(press.control, &letter, 1, clock_mono() + PRESS_DEADLINE_MS) ||
        wire_receive_fd(press.control, &got, &fd, clock_mono() + PRESS_DEADLINE_MS))
        fd = -1;
    pthread_mutex_unlock(&press.control_lock);
    if (fd < 0)
        log_line(LOG_ERROR, "press", "no worker '%c'", letter);
    return fd;
}

static void kill_worker(char letter)
{
    pthread_mutex_lock(&press.control_lock);
    if (press.control >= 0)
        wire_send(press.control, &letter, 1, clock_mono() + PRESS_DEADLINE_MS);
    pthread_mutex_unlock(&press.control_lock);
}

int press_start(void)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
        log_line(LOG_ERROR, "press", "socketpair: %m");
        return ERR_FAIL;
    }
    press.keeper = fork();
    if (press.keeper < 0) {
        log_line(LOG_ERROR, "press", "fork: %m");
        close(pair[0]);
        close(pair[1]);
        return ERR_FAIL;
    }
    if (press.keeper == 0)
        keeper_run(pair[1]);
    close(pair[1]);
    press.control = pair[0];
    press.draw = ask_worker(KEEPER_DRAW);        /* loads its fonts while the server starts */
    return press.draw < 0 ? ERR_FAIL : 0;
}

void press_stop(void)
{
    pthread_mutex_lock(&press.draw_lock);
    pthread_mutex_lock(&press.control_lock);
    if (press.draw >= 0)
        close(press.draw);
    if (press.control >= 0)
        close(press.control);
    press.draw = press.control = -1;
    pthread_mutex_unlock(&press.control_lock);
    pthread_mutex_unlock(&press.draw_lock);
    if (press.keeper > 0) {
        while (waitpid(press.keeper, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    press.keeper = 0;
}

/* ---- drawing ---- */

struct answer { void *p; size_t n; int32_t status; };

static void free_answer(void *p)
{
    free(((struct answer *)p)->p);
}

/* One try; ERR_FAIL: the worker is gone or was too slow. */
static int draw_once(str job, struct answer *ret)
{
    int64_t deadline = clock_mono() + PRESS_DEADLINE_MS;
    uint32_t n = (uint32_t)job.n;
    struct wire_head head;

    if (wire_send(press.draw, &n, sizeof n, deadline) || wire_send(press.draw, job.p, job.n, deadline) ||
        wire_receive(press.draw, &head, sizeof head, deadline) || head.n > PRESS_PDF_MAX)
        return ERR_FAIL;
    ret->p = malloc(head.n + 1);
    if (!ret->p || wire_receive(press.draw, ret->p, head.n, deadline))
        return ERR_FAIL;
    ((char *)ret->p)[head.n] = '\0';
    ret->n = head.n;
    ret->status = head.status;
    return 0;
}

/* Draws under the lock; a worker that ended since the last job (its time was over, or somebody killed it) is replaced once.
 * One that ran into the deadline is killed and the job given up: it would only take as long again. */
static int draw_locked(str job, struct answer *ret)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        int64_t began = clock_mono();

        if (press.draw < 0)
            press.draw = ask_worker(KEEPER_DRAW);
        if (press.draw < 0)
            return ERR_FAIL;
        if (!draw_once(job, ret))
            return 0;
        free(ret->p);
        ret->p = NULL;
        close(press.draw);
        press.draw = ask_worker(KEEPER_DRAW);
        if (clock_mono() - began >= PRESS_DEADLINE_MS) {
            log_line(LOG_ERROR, "press", "a drawing took over %d ms; its worker was killed", PRESS_DEADLINE_MS);
            return ERR_FAIL;
        }
        log_line(LOG_WARN, "press", "the drawing worker ended; a new one draws");
    }
    return ERR_FAIL;
}

int press_receipt(struct arena *a, const struct press_receipt *in, str *ret_pdf)
{
    struct answer *answer = NEW(a, struct answer);
    struct buf job;
    int rc;

    buf_init(&job, a, PRESS_TEXT_MAX);
    if (pack_receipt(&job, in) || in->qr.n > 500)
        return ERR_FORMAT;
    arena_cleanup(a, free_answer, answer);
    pthread_mutex_lock(&press.draw_lock);
    rc = draw_locked(buf_text(&job), answer);
    pthread_mutex_unlock(&press.draw_lock);
    if (rc || answer->status)
        return rc ? rc : answer->status == ERR_FORMAT ? ERR_FORMAT : ERR_FAIL;
    *ret_pdf = (str){answer->p, answer->n};
    return 0;
}

/* ---- opening ---- */

const char *press_kind_type(enum press_kind kind)
{
    switch (kind) {
    case PRESS_PDF: return "application/pdf";
    case PRESS_OFD: return "application/ofd";
    case PRESS_PNG: return "image/png";
    case PRESS_JPEG: return "image/jpeg";
    }
    return "application/octet-stream";
}

/* The worker's word as one of ours: nothing a hostile file may have got hold of is passed on. */
static str known_why(const char *p, size_t n)
{
    static const char *const words[] = {"empty", "unknown", "damaged", "mixed", "too_big", "locked"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == n && !memcmp(words[i], p, n))
            return str_c(words[i]);
    }
    return S("unreadable");
}

/* ERR_FAIL: no verdict came. */
static int open_once(int worker, int file, struct wire_head *ret_head, char ret_text[32])
{
    int64_t deadline = clock_mono() + PRESS_DEADLINE_MS;

    if (wire_send_fd(worker, 'f', file) || wire_receive(worker, ret_head, sizeof *ret_head, deadline) || ret_head->n > 32 ||
        wire_receive(worker, ret_text, ret_head->n, deadline))
        return ERR_FAIL;
    return 0;
}

/* A description of its own, read-only: the worker can neither write to the file nor move the caller's position. */
static int reopen(int fd)
{
    char path[40];
    struct stat st;
    int own;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    own = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (own >= 0 && (fstat(own, &st) || !S_ISREG(st.st_mode))) {
        close(own);
        own = -1;
    }
    if (own < 0)
        log_line(LOG_ERROR, "press", "the file to open is none: %m");
    return own;
}

int press_open(int fd, enum press_kind *ret_kind, str *ret_why)
{
    struct wire_head head = {0};
    char text[32] = {0};
    enum press_kind kind;
    int own = reopen(fd), worker, rc;

    if (own < 0)
        return ERR_FAIL;
    pthread_mutex_lock(&press.open_lock);
    worker = ask_worker(KEEPER_OPEN);
    rc = worker < 0 ? ERR_FAIL : open_once(worker, own, &head, text);
    if (worker >= 0)
        close(worker);
    if (worker >= 0 && rc)
        kill_worker(KEEPER_KILL_OPEN);
    pthread_mutex_unlock(&press.open_lock);
    close(own);
    if (worker < 0)
        return ERR_FAIL;
    if (rc) {
        log_line(LOG_WARN, "press", "a worker died or ran out of time over an uploaded file");
        *ret_why = S("unreadable");
        return ERR_FORMAT;
    }
    memcpy(&kind, text, sizeof kind);
    if (head.status == 0 && head.n == sizeof kind &&
        (kind == PRESS_PDF || kind == PRESS_OFD || kind == PRESS_PNG || kind == PRESS_JPEG)) {
        *ret_kind = kind;
        return 0;
    }
    *ret_why = known_why(text, head.n);
    return ERR_FORMAT;
}
