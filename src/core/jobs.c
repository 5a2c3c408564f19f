#include "core/jobs.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/engine.h"
#include "core/req_private.h"
#include "core_sql.h"

#define LEASE_MS 120000
#define AT_ONCE 16
#define SWEEP_MS 600000
#define KEY_DAYS INT64_C(30)

static struct { struct engine *engine; pthread_t thread; _Atomic bool stop; bool running; } runner;

struct one { int64_t id; const struct job_kind *kind; struct job *job; int code; bool leased; };

static const struct job_kind *kind_of(str name)
{
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_jobs; j++)
            if (str_is(name, rooms[i]->jobs[j].name))
                return &rooms[i]->jobs[j];
    return NULL;
}

static int lease(struct db *db, void *arg)
{
    struct one *o = arg;
    struct core_job_lease got;
    int64_t now = clock_now();
    int code = core_job_lease(db, o->id, now, now + LEASE_MS, &got);
    o->leased = code == 1;
    return code < 0 ? code : 0;
}

static int64_t pause_ms(int tries)
{
    int64_t s = 5;
    for (int i = 0; i < tries && s < 3600; i++)
        s *= 2;
    return s * 1000;
}

/* In the writer: the job's own last word, then done, later, or dead. */
static int settle(struct db *db, void *arg)
{
    struct one *o = arg;
    struct job *j = o->job;
    int code = o->code;
    if (!code && o->kind->finish)
        code = o->kind->finish(j, db);
    if (!code)
        return core_job_done(db, o->id) < 0 ? ERR_FAIL : 0;
    if (db->poisoned)
        return ERR_FAIL;                         /* undone; run_one says so in a second go */
    str why = str_none(j->outside_why) ? S("failed") : j->outside_why;
    if (j->tries + 1 >= o->kind->tries_max) {
        log_line(LOG_ERROR, "jobs", "job %lld %s is dead after %d tries", (long long)o->id, o->kind->name, j->tries + 1);
        return core_job_dead(db, o->id, why) < 0 ? ERR_FAIL : 0;
    }
    return core_job_later(db, o->id, clock_now() + pause_ms(j->tries), why) < 0 ? ERR_FAIL : 0;
}

/* What a job does outside the writer. Where its memory does not suffice it has failed like any other. */
static int work(struct db_conn *conn, struct arena *a, const struct one *o)
{
    struct db db = {0};
    volatile bool open = false;
    volatile int code = 0;
    if (setjmp(*arena_guard(a))) {
        if (open)
            db_read_end(&db);
        arena_unguard(a);
        log_line(LOG_ERROR, "jobs", "job %lld %s: out of memory", (long long)o->id, o->kind->name);
        return ERR_FULL;
    }
    if (o->kind->load && !(code = db_read_begin(conn, a, &db))) {
        open = true;
        code = o->kind->load(o->job, &db);
        open = false;
        db_read_end(&db);
    }
    if (!code && o->kind->outside)
        code = o->job->outside_code = o->kind->outside(o->job);
    arena_unguard(a);
    return code;
}

/* Whether it moved: a job that could not be leased or settled must not be asked for again at once. */
static bool run_one(struct db_conn *conn, const struct core_job_due_list *row)
{
    struct job job = {.job_id = row->job_id, .payload = row->payload, .tries = (int)row->tries};
    struct one o = {.id = row->job_id, .kind = kind_of(row->kind), .job = &job};
    if (!o.kind) {
        log_line(LOG_ERROR, "jobs", "job %lld has a kind no room knows: %.*s", (long long)row->job_id, STRF(row->kind));
        return false;
    }
    struct arena *a = arena_new(64 << 20), *wa = arena_new(16 << 20);    /* the writer guards the second */
    job.arena = a;
    bool moved = !engine_write(runner.engine, wa, false, lease, &o) && o.leased;
    if (moved) {
        o.code = work(conn, a, &o);
        int code = engine_write(runner.engine, wa, false, settle, &o);
        if (code && !o.code) {                   /* its last word failed, and was undone: that counts as a try too */
            o.code = code;
            code = engine_write(runner.engine, wa, false, settle, &o);
        }
        if (code)
            log_line(LOG_WARN, "jobs", "job %lld %s could not be settled (%d): again when its lease is over", (long long)o.id,
                     o.kind->name, code);
    }
    arena_drop(wa);
    arena_drop(a);
    return moved;
}

static int due_jobs(struct db_conn *conn, struct arena *a, struct core_job_due_list_rows *ret)
{
    struct db db = {0};
    volatile bool open = false;
    volatile int code = ERR_FAIL;
    if (setjmp(*arena_guard(a)) == 0 && !db_read_begin(conn, a, &db)) {
        open = true;
        code = core_job_due_list(&db, clock_now(), AT_ONCE, ret);
    }
    if (open)
        db_read_end(&db);
    arena_unguard(a);
    return code;
}

/* Idempotency keys are kept 30 days (docs/contract.md). */
static int expire_keys(struct db *db, void *arg)
{
    (void)arg;
    return core_key_expire(db, clock_now() - KEY_DAYS * 86400000) < 0 ? ERR_FAIL : 0;
}

static void sweep(int64_t *last)
{
    if (clock_mono() - *last < SWEEP_MS)
        return;
    *last = clock_mono();
    struct arena *a = arena_new(1 << 20);        /* the writer guards this one */
    engine_write(runner.engine, a, true, expire_keys, NULL);
    arena_drop(a);
}

static void *run(void *arg)
{
    (void)arg;
    int64_t swept = clock_mono();
    struct db_conn *conn;
    struct arena *a = arena_new(16 << 20);
    if (db_conn_open(engine_store(runner.engine), false, &conn))
        die("jobs", "the store could not be opened");
    while (!runner.stop) {
        struct core_job_due_list_rows due = {0};
        bool idle = true;
        if (due_jobs(conn, a, &due) == 0)
            for (size_t i = 0; i < due.n && !runner.stop; i++)
                idle = !run_one(conn, &due.at[i]) && idle;
        arena_reset(a);
        sweep(&swept);
        for (int i = 0; idle && i < 5 && !runner.stop; i++)
            usleep(100000);
    }
    db_conn_close(conn);
    arena_drop(a);
    return NULL;
}

void jobs_start(struct engine *e)
{
    runner.engine = e;
    runner.stop = false;
    runner.running = pthread_create(&runner.thread, NULL, run, NULL) == 0;
    if (!runner.running)
        log_line(LOG_ERROR, "jobs", "the job thread could not be started");
}

void jobs_stop(void)
{
    runner.stop = true;
    if (runner.running)
        pthread_join(runner.thread, NULL);
}
