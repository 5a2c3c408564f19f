#include "core/batch.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "core/cache.h"
#include "core/engine.h"
#include "core/queue.h"
#include "core/req_private.h"

#define MEMBERS 64
#define BATCH_MS 20
#define MEMBER_MS 20
#define ALONE_MS 2000

#define TRIES 6
#define WRITERS_MOST 64

struct writer {
    struct batch *batch;
    struct db_conn *conn;
    pthread_t thread;
    struct arena *scratch;                       /* for the batch's own statements */
};
struct batch {
    struct queue *queue;
    struct writer writers[WRITERS_MOST];         /* one, but for a pool */
    int n;
    _Atomic int64_t batches, members, lost;      /* written by the writers, read by anyone */
};

static int run_in_savepoint(struct db_conn *conn, struct member *m, int ms)
{
    struct db db = {0};
    if (setjmp(*arena_guard(m->arena))) {
        arena_unguard(m->arena);
        m->code = ERR_INTERRUPTED;
        return db_member_undo(&db) == ERR_TX_GONE ? ERR_TX_GONE : ERR_INTERRUPTED;
    }
    int code = db_member_begin(conn, m->arena, ms, &db);
    if (!code)
        code = m->run(&db, m->arg);
    if (db.poisoned && (!code || code == ERR_FAIL || db.poison_code == ERR_AGAIN))
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

static int open_batch(struct writer *w)
{
    arena_reset(w->scratch);
    int code = db_batch_begin(w->conn);
    if (code)
        return code;
    struct member own = {.arena = w->scratch, .run = lease};
    if (run_in_savepoint(w->conn, &own, 0) == 0)
        return 0;
    db_batch_rollback(w->conn);
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
static void close_batch(struct writer *w, struct member **at, size_t n)
{
    int code = db_batch_commit(w->conn);
    w->batch->members += (int64_t)n;
    if (code)
        ids_forget();
    for (size_t i = 0; i < n; i++)
        at[i]->after(at[i], at[i]->code ? at[i]->code : code);
    if (code == ERR_UNKNOWN)
        end_process("the outcome of a commit is unknown, and the answers say so");
}

static void run_alone(struct writer *w, struct member *m)
{
    bool slow = m->slow;                         /* m may be gone once it was told */
    m->code = 0;
    int code = open_batch(w);
    if (code) {
        m->after(m, code);
        return;
    }
    if (run_member(w->conn, m, m->slow ? 0 : ALONE_MS) == ERR_TX_GONE) {
        db_batch_rollback(w->conn);
        ids_forget();
        m->after(m, m->code ? m->code : ERR_FAIL);
        return;
    }
    close_batch(w, &m, 1);
    if (slow)
        cache_forget();                          /* imports are slow members */
}

static void run_batch(struct writer *w, struct member *first)
{
    struct batch *b = w->batch;
    struct member *at[MEMBERS], *late[MEMBERS];
    size_t n = 0, n_late = 0;
    int64_t until = clock_mono() + BATCH_MS;
    struct member *slow = NULL;
    int code = open_batch(w);
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
        if (run_member(w->conn, m, MEMBER_MS) == ERR_TX_GONE) {
            db_batch_rollback(w->conn);
            ids_forget();
            b->lost++;
            for (size_t i = 0; i < n; i++)
                run_alone(w, at[i]);
            for (size_t i = 0; i < n_late; i++)
                run_alone(w, late[i]);
            return;
        }
        if (m->code == ERR_INTERRUPTED)
            late[n_late++] = at[--n];            /* undone; it gets more time, when nobody waits for it */
    }
    close_batch(w, at, n);
    for (size_t i = 0; i < n_late; i++)
        run_alone(w, late[i]);
    if (slow)
        run_alone(w, slow);
}

static void checkpoint(struct writer *w)
{
    if (db_checkpoint(w->conn) == ERR_UNKNOWN)
        end_process("a checkpoint could not be synced");
}

static void *writer(void *arg)
{
    struct writer *w = arg;
    struct member *m;
    while ((m = queue_take(w->batch->queue))) {
        if (m->slow)
            run_alone(w, m);
        else
            run_batch(w, m);
        if (++w->batch->batches % 64 == 0)
            checkpoint(w);
    }
    checkpoint(w);
    return NULL;
}

/* ---- a pool ---- */

static int once(struct db_conn *conn, struct member *m, bool in_turn)
{
    int code = in_turn ? db_batch_begin_in_turn(conn) : db_batch_begin(conn);
    if (code)
        return code;
    m->code = 0;
    code = run_member(conn, m, m->slow ? 0 : ALONE_MS);
    if (!code && !m->code)
        return db_batch_commit(conn);
    db_batch_rollback(conn);
    return m->code ? m->code : code;
}

/* ERR_EXISTS: a unique key that another transaction has just taken; the next run sees it. */
static bool worth_another(int code, int tries)
{
    return ((code == ERR_AGAIN || code == ERR_TX_GONE) && tries < TRIES) || (code == ERR_EXISTS && tries < 3);
}

static void pause_before(int tries, int code)
{
    uint16_t r;
    rand_bytes(&r, sizeof r);
    unsigned most = (code == ERR_TX_GONE ? 40000u : 2000u) << tries;
    usleep(most / 2 + r % (most / 2));
}

/* In turn from the second time on: two that collide would otherwise go on colliding. */
static int until_it_stands(struct writer *w, struct member *m)
{
    int code = once(w->conn, m, m->in_turn);
    for (int tries = 1; worth_another(code, tries); tries++) {
        pause_before(tries, code);
        w->batch->lost++;
        code = once(w->conn, m, !m->slow);
    }
    if (code == ERR_AGAIN || code == ERR_TX_GONE)
        return ERR_INTERRUPTED;                  /* 503, come again */
    return code == ERR_EXISTS ? ERR_FAIL : code;
}

struct draw { int64_t first, n; };

static int draw_ids(struct db *db, void *arg)
{
    struct draw *d = arg;
    return ids_draw(db, d->n, &d->first);
}

static int lease_apart(struct writer *w, bool slow)
{
    struct draw d = {0};
    if (!ids_low(slow, &d.n))
        return 0;
    arena_reset(w->scratch);
    struct member own = {.arena = w->scratch, .run = draw_ids, .arg = &d};
    int code = until_it_stands(w, &own);
    if (!code)
        ids_use(d.first, d.n);
    return code;
}

static void run_apart(struct writer *w, struct member *m)
{
    bool slow = m->slow;                         /* m may be gone once it was told */
    int code = lease_apart(w, slow);
    if (!code)
        code = until_it_stands(w, m);
    if (slow)
        cache_forget();
    w->batch->members++;
    m->after(m, code);
}

static void *pool_writer(void *arg)
{
    struct writer *w = arg;
    struct member *m;
    while ((m = queue_take(w->batch->queue))) {
        run_apart(w, m);
        w->batch->batches++;
    }
    return NULL;
}

/* ---- start and stop ---- */

static int start_one(struct batch *b, struct db_store *store)
{
    struct writer *w = &b->writers[b->n];
    *w = (struct writer){.batch = b, .scratch = arena_new(16 << 20)};
    if (db_conn_open(store, true, &w->conn) || pthread_create(&w->thread, NULL, db_store_pool(store) ? pool_writer : writer, w))
        return ERR_FAIL;
    b->n++;
    return 0;
}

int batch_start(struct arena *a, struct db_store *store, struct batch **ret, str *ret_why)
{
    struct batch *b = NEW(a, struct batch);
    b->queue = queue_new(a, 4096);
    int wanted = db_store_pool(store) ? (int)setting_int("db.writers") : 1;
    while (b->n < wanted)
        if (start_one(b, store)) {
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
    for (int i = 0; i < b->n; i++) {
        pthread_join(b->writers[i].thread, NULL);
        db_conn_close(b->writers[i].conn);
        arena_drop(b->writers[i].scratch);
    }
}

static void note_code(struct member *m, int code)
{
    m->code = code;
}

int offline_write(struct db_store *store, struct arena *a, int (*run)(struct db *db, void *arg), void *arg)
{
    struct batch b = {.n = 0};
    struct writer w = {.batch = &b, .scratch = arena_new(16 << 20)};
    if (db_conn_open(store, true, &w.conn))
        return ERR_FAIL;
    struct member m = {.arena = a, .run = run, .after = note_code, .arg = arg, .slow = true};
    if (db_store_pool(store))
        run_apart(&w, &m);
    else
        run_alone(&w, &m);
    db_checkpoint(w.conn);
    db_conn_close(w.conn);
    arena_drop(w.scratch);
    return m.code;
}
