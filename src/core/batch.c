#include "core/batch.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/cache.h"
#include "core/engine.h"
#include "core/queue.h"
#include "core/req_private.h"

#define MEMBERS 64
#define BATCH_MS 20
#define MEMBER_MS 20
#define ALONE_MS 2000

struct batch {
    struct db_conn *conn;
    struct queue *queue;
    pthread_t thread;
    struct arena *scratch;                       /* for the batch's own statements */
    _Atomic int64_t batches, members, lost;      /* written by the writer, read by anyone */
};

static int run_in_savepoint(struct db_conn *conn, struct member *m, int ms)
{
    struct db db = {0};
    if (setjmp(*arena_guard(m->arena))) {
        arena_unguard(m->arena);
        return db_member_undo(&db) == ERR_TX_GONE ? ERR_TX_GONE : ERR_INTERRUPTED;
    }
    int code = db_member_begin(conn, m->arena, ms, &db);
    if (!code)
        code = m->run(&db, m->arg);
    if (db.poisoned && (!code || code == ERR_FAIL))
        code = db.poison_code;                   /* full, interrupted; an overlooked failure does not stand either */
    arena_unguard(m->arena);
    m->code = code;
    if (!db_batch_alive(conn))
        return ERR_TX_GONE;
    int end = code ? db_member_undo(&db) : db_member_keep(&db);
    if (end) {
        m->code = code ? code : end;
        return ERR_TX_GONE;
    }
    return m->code;
}

/* 0: ran, its code is in m->code. ERR_TX_GONE: the transaction is lost. Debug builds run it twice, the first time for nothing. */
static int run_member(struct db_conn *conn, struct member *m, int ms)
{
#ifdef YW_DEBUG
    struct db db = {0};
    if (!m->slow && !setjmp(*arena_guard(m->arena))) {
        int code = db_member_begin(conn, m->arena, ms, &db);
        if (!code)
            code = m->run(&db, m->arg);
        arena_unguard(m->arena);
        m->code = db.poisoned ? db.poison_code : code;
        if (!db_batch_alive(conn) || db_member_undo(&db))
            return ERR_TX_GONE;
    }
#endif
    return run_in_savepoint(conn, m, ms) == ERR_TX_GONE ? ERR_TX_GONE : 0;
}

static int lease(struct db *db, void *arg)
{
    (void)arg;
    return ids_lease(db);
}

static int open_batch(struct batch *b)
{
    arena_reset(b->scratch);
    int code = db_batch_begin(b->conn);
    if (code)
        return code;
    struct member own = {.arena = b->scratch, .run = lease};
    if (run_in_savepoint(b->conn, &own, 0) == 0)
        return 0;
    db_batch_rollback(b->conn);
    ids_forget();
    return own.code ? own.code : ERR_FAIL;
}

static _Noreturn void end_process(const char *what)
{
    log_line(LOG_ERROR, "batch", "%s: the process ends, start-up finds out what is on disk", what);
    usleep(200000);                              /* let the answers leave */
    _exit(3);
}

/* Ends the batch and settles its members. A commit whose outcome is not known ends the process: start-up finds out. */
static void close_batch(struct batch *b, struct member **at, size_t n)
{
    int code = db_batch_commit(b->conn);
    b->members += (int64_t)n;
    if (code)
        ids_forget();
    for (size_t i = 0; i < n; i++)
        at[i]->after(at[i], at[i]->code ? at[i]->code : code);
    if (code == ERR_UNKNOWN)
        end_process("the outcome of a commit is unknown, and the answers say so");
}

static void run_alone(struct batch *b, struct member *m)
{
    bool slow = m->slow;                         /* m may be gone once it was told */
    m->code = 0;
    int code = open_batch(b);
    if (code) {
        m->after(m, code);
        return;
    }
    if (run_member(b->conn, m, m->slow ? 0 : ALONE_MS) == ERR_TX_GONE) {
        db_batch_rollback(b->conn);
        ids_forget();
        m->after(m, m->code ? m->code : ERR_FAIL);
        return;
    }
    close_batch(b, &m, 1);
    if (slow)
        cache_forget();                          /* imports are slow members */
}

static void run_batch(struct batch *b, struct member *first)
{
    struct member *at[MEMBERS], *late[MEMBERS];
    size_t n = 0, n_late = 0;
    int64_t until = clock_mono() + BATCH_MS;
    struct member *slow = NULL;
    int code = open_batch(b);
    if (code) {
        first->after(first, code);
        return;
    }
    for (struct member *m = first; m; m = n + n_late < MEMBERS && clock_mono() < until ? queue_try(b->queue) : NULL) {
        if (m->slow) {
            slow = m;
            break;
        }
        at[n++] = m;
        m->code = 0;
        if (run_member(b->conn, m, MEMBER_MS) == ERR_TX_GONE) {
            db_batch_rollback(b->conn);
            ids_forget();
            b->lost++;
            for (size_t i = 0; i < n; i++)
                run_alone(b, at[i]);
            for (size_t i = 0; i < n_late; i++)
                run_alone(b, late[i]);
            return;
        }
        if (m->code == ERR_INTERRUPTED)
            late[n_late++] = at[--n];            /* undone; it gets more time, when nobody waits for it */
    }
    close_batch(b, at, n);
    for (size_t i = 0; i < n_late; i++)
        run_alone(b, late[i]);
    if (slow)
        run_alone(b, slow);
}

static void checkpoint(struct batch *b)
{
    if (db_checkpoint(b->conn) == ERR_UNKNOWN)
        end_process("a checkpoint could not be synced");
}

static void *writer(void *arg)
{
    struct batch *b = arg;
    struct member *m;
    while ((m = queue_take(b->queue))) {
        if (m->slow)
            run_alone(b, m);
        else
            run_batch(b, m);
        if (++b->batches % 64 == 0)
            checkpoint(b);
    }
    checkpoint(b);
    return NULL;
}

int batch_start(struct arena *a, struct db_store *store, struct batch **ret, str *ret_why)
{
    struct batch *b = NEW(a, struct batch);
    b->queue = queue_new(a, 4096);
    b->scratch = arena_new(16 << 20);
    if (db_conn_open(store, true, &b->conn) || pthread_create(&b->thread, NULL, writer, b)) {
        *ret_why = S("The writer could not be started.");
        return ERR_FAIL;
    }
    *ret = b;
    return 0;
}

void batch_figures(struct batch *b, int64_t *ret_batches, int64_t *ret_members, int64_t *ret_lost, size_t *ret_waiting)
{
    *ret_batches = b->batches;
    *ret_members = b->members;
    *ret_lost = b->lost;
    *ret_waiting = queue_length(b->queue);
}

bool batch_put(struct batch *b, struct member *m)
{
    return queue_put(b->queue, m);
}

void batch_stop(struct batch *b)
{
    queue_close(b->queue);
    pthread_join(b->thread, NULL);
    db_conn_close(b->conn);
    arena_drop(b->scratch);
}

static void note_code(struct member *m, int code)
{
    m->code = code;
}

int offline_write(struct db_store *store, struct arena *a, int (*run)(struct db *db, void *arg), void *arg)
{
    struct batch b = {.scratch = arena_new(16 << 20)};
    if (db_conn_open(store, true, &b.conn))
        return ERR_FAIL;
    struct member m = {.arena = a, .run = run, .after = note_code, .arg = arg, .slow = true};
    run_alone(&b, &m);
    db_checkpoint(b.conn);
    db_conn_close(b.conn);
    arena_drop(b.scratch);
    return m.code;
}
