/* The engine. Edge threads hand requests over; readers serve GETs and prepare POSTs; one writer runs them in batches, and no
 * answer leaves before the batch it was written in is on disk. */
#include "core/engine.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/access.h"
#include "core/batch.h"
#include "core/cache.h"
#include "core/intake.h"
#include "core/queue.h"
#include "core/req_private.h"
#include "core_sql.h"
#include "db/file.h"
#include "texts.h"
#include "web_view.h"

#define QUEUE_MOST 2000
#define OLDEST_MS 10000                          /* a request that waited longer is refused: its client has given up */

enum { STAGE_FIRST, STAGE_WRITE, STAGE_AGAIN, STAGE_ACCESS };
enum next { NEXT_ANSWER, NEXT_WRITE };

struct engine {
    struct db_store *store;
    struct queue *reads, *works;                 /* works: what has a `prepare` that may block (Argon2, files) */
    struct batch *batch;
    pthread_t threads[128];
    int threads_n;
    _Atomic bool draining;
    _Atomic int64_t requests;
    pthread_mutex_t limit_lock;
    struct { uint64_t address; int64_t minute; int count; } limits[4096];
};

void fail_text(struct req *r, int status, const char *code, int text_id)
{
    const char *query = r->db ? r->db->failed_query : r->priv->failed_query;
    refuse(r, status, code, text_id);
    if (status >= 500)
        log_line(status == 503 ? LOG_WARN : LOG_ERROR, "engine", "%s %s -> %d %s ref=%.*s%s%s", r->route->method, r->route->path,
                 status, code, STRF(r->priv->reference), query ? " query=" : "", query ? query : "");
}

/* A handler's code that is no refusal becomes one. */
static void code_to_failure(struct req *r, int code)
{
    if (r->priv->failure.status)
        return;
    if (code == ERR_FULL)
        fail_text(r, 507, "full", T_CORE_FULL);
    else if (code == ERR_INTERRUPTED || code == ERR_TX_GONE || (r->db && r->db->poison_code == ERR_TX_GONE))
        fail_text(r, 503, "busy", T_CORE_BUSY);  /* the connection to the database was lost: the next one stands */
    else if (code == ERR_UNKNOWN)
        fail_text(r, 503, "unknown", T_CORE_UNKNOWN);
    else
        fail_text(r, 500, "failed", T_CORE_FAILED);
}

/* ---- checks that stand before every handler ---- */

static int check_right(struct req *r)
{
    if (access_allows(&r->who, r->route->right))
        return 0;
    if (r->who.person_id == DB_NONE)
        return refuse(r, 401, "sign_in", T_CORE_SIGN_IN_FIRST);
    return refuse(r, 403, "no_right", T_CORE_NO_RIGHT);
}

static int check_all(struct req *r)
{
    int code = check_right(r);
    if (!code && r->route->check)
        code = r->route->check(r);
    return code;
}

static bool limited(struct engine *e, str address)
{
    uint64_t h = 1469598103934665603ULL;
    for (size_t i = 0; i < address.n; i++)
        h = (h ^ (unsigned char)address.p[i]) * 1099511628211ULL;
    int64_t minute = clock_mono() / 60000;
    size_t slot = h % COUNT_OF(e->limits);
    pthread_mutex_lock(&e->limit_lock);
    if (e->limits[slot].minute != minute || e->limits[slot].address != h) {
        e->limits[slot].address = h;
        e->limits[slot].minute = minute;
        e->limits[slot].count = 0;
    }
    bool over = ++e->limits[slot].count > setting_int("edge.limited_per_minute");
    pthread_mutex_unlock(&e->limit_lock);
    return over;
}

/* ---- reader side ---- */

static str sign_in_url(struct req *r)
{
    struct buf b;
    buf_init(&b, r->arena, 8192);
    buf_lit(&b, "/sign-in?next=");
    str t = str_is(r->priv->x->method, "POST") ? S("/my") : r->priv->x->target;
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c == '&' || c == '+' || c == '#' || c == '%' || c <= ' ' || c > 126 || c == '"' || c == '<' || c == '>')
            buf_fmt(&b, "%%%02X", c);
        else
            buf_char(&b, (char)c);
    }
    return buf_text(&b);
}

/* The session has ended under a form: its content is offered again, to be sent on after a new sign-in. Nothing typed is lost. */
static void offer_again(struct req *r)
{
    struct req_private *p = r->priv;
    struct view_web_resume *v = NEW(r->arena, struct view_web_resume);
    struct view_web_pair *pairs = NEW_ARRAY(r->arena, p->n_pairs + 1, struct view_web_pair);
    size_t n = 0;
    for (size_t i = 0; i < p->n_pairs; i++, n++)
        pairs[n].name = p->pairs[i].name, pairs[n].value = p->pairs[i].value;
    if (!str_empty(p->key))
        pairs[n].name = S("_key"), pairs[n++].value = p->key;
    v->action = p->x->path;
    v->sign_in_url = S("/sign-in?next=/signed-in");
    v->pairs.at = pairs;
    v->pairs.n = n;
    p->failure.status = 0;
    show(r, &vt_web_resume, v);
    p->answer.status = 401;
}

static void to_sign_in(struct req *r)
{
    struct req_private *p = r->priv;
    if (r->json)
        return;
    if (str_is(p->x->method, "POST") && p->csrf_ok && p->n_pairs && !p->x->upload) {
        offer_again(r);
        return;
    }
    str url = sign_in_url(r);
    p->failure.status = 0;
    redirect(r, url);
}

static handler check_of_page(handler run)
{
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_routes; j++)
            if (rooms[i]->routes[j].run == run && !strcmp(rooms[i]->routes[j].method, "GET"))
                return rooms[i]->routes[j].check;
    return NULL;
}

static void settle_personal(struct req *r)
{
    if (r->db->saw_personal && !r->priv->personal_settled) {
        log_line(LOG_ERROR, "engine", "%s %s read personal columns without accounting for it", r->route->method, r->route->path);
        answer_reset(r);
        fail_text(r, 500, "failed", T_CORE_FAILED);
    }
}

/* A refused POST from a page: the page once more, with what was typed and the error summary. */
static void show_again(struct req *r)
{
    struct req_private *p = r->priv;
    const struct route *t = r->route;
    int status = p->failure.status;
    if (r->json || !t->again || (status != 400 && status != 409 && status != 403 && status != 422))
        return;
    struct failure failure = p->failure;
    size_t n_wrongs = p->n_wrongs;
    answer_reset(r);
    r->posted = r->form;
    r->posted_desc = t->form;
    r->form = NULL;
    handler check = check_of_page(t->again);
    int code = check ? check(r) : 0;
    if (!code)
        code = t->again(r);
    if (!code && p->answer.kind == ANSWER_SHOW)
        p->again = true;
    p->failure = failure;                        /* also when the page cannot be shown: why it was refused is the answer */
    p->n_wrongs = n_wrongs;
    if (p->again)
        settle_personal(r);
}

static void keep_session_fresh(struct req *r);

static enum next serve_first(struct req *r)
{
    struct engine *e = r->priv->engine;
    bool post = str_is(r->priv->x->method, "POST");
    int code = 0;
    if (session_identify(r) < 0)
        code_to_failure(r, ERR_FAIL);
    keep_session_fresh(r);
    if (!r->priv->failure.status && (r->route->flags & ROUTE_LIMITED) && limited(e, r->priv->x->remote))
        refuse(r, 429, "limited", T_CORE_LIMITED);
    if (r->priv->failure.status) {               /* refused at the edge: malformed, undeclared, wrong origin */
        bool form_fault = r->priv->n_wrongs > 0;
        if (form_fault && check_right(r) == ERR_REFUSED)
            r->priv->n_wrongs = 0;               /* who may not come here is not told about fields */
        if (r->priv->failure.status == 401)
            to_sign_in(r);
        else if (form_fault && r->priv->n_wrongs)
            show_again(r);
        return NEXT_ANSWER;
    }
    code = check_all(r);
    if (!code && post && r->route->prepare)
        code = r->route->prepare(r);
    if (!code && !post)
        code = r->route->run(r);
    if (!code && post)
        return NEXT_WRITE;
    if (code) {
        code_to_failure(r, code);
        if (r->priv->failure.status == 401)
            to_sign_in(r);
        else if (post)
            show_again(r);
    } else
        settle_personal(r);
    return NEXT_ANSWER;
}

static void answer_or_account(struct engine *e, struct req *r);

static void serve(struct engine *e, struct db_conn *conn, struct req *r)
{
    struct exchange *x = r->priv->x;
    if (clock_mono() - x->started > OLDEST_MS && r->priv->stage == STAGE_FIRST && x->body_kind != BODY_MULTIPART) {
        answer_plain(x, 503, r->json);
        edge_answer(x);
        return;
    }
    struct db db = {0};
    volatile bool open = false;
    if (setjmp(*arena_guard(r->arena))) {        /* memory is short: this request alone is refused */
        if (open)
            db_read_end(&db);
        arena_unguard(r->arena);
        answer_plain(x, 503, r->json);
        edge_answer(x);
        return;
    }
    enum next next = NEXT_ANSWER;
    if (db_read_begin(conn, r->arena, &db)) {
        arena_unguard(r->arena);
        answer_plain(x, 503, r->json);
        edge_answer(x);
        return;
    }
    open = true;
    r->db = &db;
    r->now = clock_now();
    if (r->priv->stage == STAGE_FIRST)
        next = serve_first(r);
    else {
        session_identify(r);
        show_again(r);
    }
    if (next == NEXT_ANSWER)
        answer_render(r);
    db_read_end(&db);
    open = false;
    r->db = NULL;
    arena_unguard(r->arena);
    if (next == NEXT_ANSWER) {
        answer_or_account(e, r);
        return;
    }
    r->priv->stage = STAGE_WRITE;
    if (!batch_put(e->batch, &r->priv->member)) {
        answer_plain(x, 503, r->json);
        edge_answer(x);
    }
}

/* Staff saw personal data: the finished answer waits until that is on record. */
static void answer_or_account(struct engine *e, struct req *r)
{
    if (r->priv->n_seen && (!r->priv->failure.status || r->priv->again)) {
        r->priv->stage = STAGE_ACCESS;
        r->priv->member.in_turn = true;          /* leaves are numbered without gaps */
        if (batch_put(e->batch, &r->priv->member))
            return;
        answer_plain(r->priv->x, 503, r->json);
    }
    edge_answer(r->priv->x);
}

static void serve_queue(struct engine *e, struct queue *q)
{
    struct db_conn *conn;
    if (db_conn_open(e->store, false, &conn))
        die("engine", "a reader could not open the store");
    struct req *r;
    while ((r = queue_take(q)))
        serve(e, conn, r);
    db_conn_close(conn);
}

static void *reader(void *arg)
{
    struct engine *e = arg;
    serve_queue(e, e->reads);
    return NULL;
}

static void *worker(void *arg)
{
    struct engine *e = arg;
    serve_queue(e, e->works);
    return NULL;
}

/* ---- writer side: one member of a batch ---- */

/* Only what was asked for before: the same act on another case is another request, whatever its body. */
static int replay(struct req *r, const struct core_key_find *k)
{
    struct answer *a = &r->priv->answer;
    if (!str_eq(k->route, r->priv->x->path) || k->body_hash.n != 32 || memcmp(k->body_hash.p, r->priv->body_hash, 32))
        return refuse(r, 409, "key_reused", T_CORE_KEY_REUSED);
    a->kind = ANSWER_REPLAY;
    a->status = 200;
    a->location = str_none(k->location) ? S("/my") : k->location;
    return secret_open(r->arena, k->answer, &a->bytes) ? ERR_FAIL : 0;
}

static int run_and_record(struct req *r)
{
    int code = check_all(r);
    if (!code)
        code = r->route->run(r);
    if (code)
        return code;
    bool has_act = strcmp(r->route->act, NO_ACT) != 0;
    if (has_act != r->priv->leaf.set || (!has_act && r->db->wrote)) {
        log_line(LOG_ERROR, "engine", "POST %s: act %s, leaf %s, wrote %s", r->route->path, r->route->act,
                 r->priv->leaf.set ? "yes" : "no", r->db->wrote ? "yes" : "no");
        return ERR_FAIL;
    }
    if (has_act)
        code = leaf_write(r);
    if (!code && r->priv->n_seen)
        code = seen_write(r->db, r);
    if (!code && r->db->saw_personal && !r->priv->personal_settled) {
        settle_personal(r);
        return ERR_REFUSED;
    }
    return code;
}

static int keep_key(struct req *r)
{
    struct answer *a = &r->priv->answer;
    if (str_empty(r->priv->key) || r->who.person_id == DB_NONE || a->kind != ANSWER_DONE)
        return 0;
    return core_key_add(r->db, &(struct core_key_add_in){
        .person_id = r->who.person_id, .key = r->priv->key, .route = r->priv->x->path,
        .body_hash = {(char *)r->priv->body_hash, 32}, .status = a->status, .location = a->location,
        .answer = secret_box(r->arena, answer_json(r)), .at = r->now}) < 0 ? ERR_FAIL : 0;
}

/* Everything a POST does inside its savepoint. May be run again: starts from nothing each time. */
static int inside(struct db *db, void *arg)
{
    struct req *r = arg;
    r->db = db;
    r->priv->failed_query = NULL;
    if (r->priv->stage == STAGE_ACCESS)
        return seen_write(db, r);
    r->now = clock_now();
    answer_reset(r);
    if (session_identify(r) < 0)
        return ERR_FAIL;
    int code = check_right(r);
    if (code)
        return code;
    if (!str_empty(r->priv->key) && r->who.person_id != DB_NONE) {
        struct core_key_find k;
        code = core_key_find(db, r->who.person_id, r->priv->key, &k);
        if (code)
            return code < 0 ? code : replay(r, &k);
    }
    code = run_and_record(r);
    if (!code)
        code = keep_key(r);
    if (!code && r->priv->answer.kind == ANSWER_SHOW) {
        answer_render(r);                        /* a page needs the open database for its frame */
        r->priv->rendered = true;
    }
    r->priv->failed_query = db->failed_query;
    return code;
}

/* After the batch: on disk, or undone. */
static void after(struct req *r, int code)
{
    struct engine *e = r->priv->engine;
    struct exchange *x = r->priv->x;
    r->db = NULL;                                /* the batch's, gone */
    if (r->priv->stage == STAGE_ACCESS) {
        if (code)
            answer_plain(x, 503, r->json);       /* no bytes leave unrecorded */
        edge_answer(x);
        return;
    }
    if (setjmp(*arena_guard(r->arena))) {
        arena_unguard(r->arena);
        answer_plain(x, 503, r->json);
        edge_answer(x);
        return;
    }
    if (code) {
        code_to_failure(r, code);
        r->priv->stage = STAGE_AGAIN;
        if (!r->json && code != ERR_UNKNOWN) {   /* a reader shows the page with the errors */
            arena_unguard(r->arena);             /* from here on the request is the reader's */
            if (queue_put(e->reads, r))
                return;
            answer_plain(x, 503, false);
            edge_answer(x);
            return;
        }
    }
    if (!r->priv->rendered || code)
        answer_render(r);
    arena_unguard(r->arena);
    edge_answer(x);
}

static void after_member(struct member *m, int code)
{
    after(m->arg, code);
}

/* ---- what the edge calls ---- */

static int on_head(void *ctx, struct exchange *x)
{
    struct engine *e = ctx;
    e->requests++;
    if (e->draining) {
        answer_plain(x, 503, false);
        return EDGE_ANSWERED;
    }
    return intake_head(e, x);
}

/* The body could not be taken: too large, cut off, no space for it. Its sender reads the answer like any other. */
static void refuse_body(struct req *r, const struct exchange *x)
{
    str most = str_i64(r->arena, setting_int("upload.max_mb"));
    if (x->body_fault == 413 && x->body_kind == BODY_MULTIPART)
        refuse_with(r, 413, "too_large", T_CORE_FILE_TOO_LARGE, &most, 1);
    else if (x->body_fault == 413)
        refuse(r, 413, "too_large", T_CORE_TOO_LARGE);
    else if (x->body_fault == 507)
        refuse(r, 507, "full", T_CORE_FULL);
    else if (x->body_fault == 400)
        refuse(r, 400, "bad_request", T_CORE_BAD_BODY);
    else
        refuse(r, x->body_fault, "failed", T_CORE_FAILED);
}

static int on_body(void *ctx, struct exchange *x)
{
    struct engine *e = ctx;
    struct req *r = x->app;
    if (setjmp(*arena_guard(x->arena))) {
        answer_plain(x, 503, r->json);
        return EDGE_ANSWERED;
    }
    if (x->body_fault && !r->priv->failure.status)
        refuse_body(r, x);
    intake_body(r);                              /* does nothing more to what is refused already */
    if (cache_answer(r)) {
        arena_unguard(x->arena);
        return EDGE_ANSWERED;
    }
    arena_unguard(x->arena);
    r->priv->member = (struct member){.arena = r->arena, .run = inside, .after = after_member, .arg = r,
                                      .slow = (r->route->flags & ROUTE_SLOW) != 0, .in_turn = strcmp(r->route->act, NO_ACT) != 0};
    r->priv->stage = STAGE_FIRST;
    if (queue_put(r->route->prepare ? e->works : e->reads, r))
        return EDGE_TAKEN;
    answer_plain(x, 503, r->json);
    edge_header(x, "Retry-After", S("2"));
    return EDGE_ANSWERED;
}

static void on_done(void *ctx, struct exchange *x)
{
    (void)ctx;
    struct req *r = x->app;
    if (r && r->priv->answer.kind == ANSWER_FILE && r->priv->answer.fd >= 0)
        close(r->priv->answer.fd);
}

struct edge_app engine_app(struct engine *e)
{
    return (struct edge_app){.ctx = e, .head = on_head, .body = on_body, .done = on_done};
}

/* ---- writing without a request ---- */

struct waiting { pthread_mutex_t lock; pthread_cond_t done; bool is_done; int code; int (*run)(struct db *, void *); void *arg; };

static int waiting_run(struct db *db, void *arg)
{
    struct waiting *w = arg;
    return w->run(db, w->arg);
}

static void waiting_after(struct member *m, int code)
{
    struct waiting *w = m->arg;
    pthread_mutex_lock(&w->lock);
    w->is_done = true;
    w->code = code;
    pthread_cond_signal(&w->done);
    pthread_mutex_unlock(&w->lock);
}

int engine_write(struct engine *e, struct arena *a, bool slow, int (*run)(struct db *db, void *arg), void *arg)
{
    struct waiting w = {.lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER, .run = run, .arg = arg};
    struct member m = {.arena = a, .run = waiting_run, .after = waiting_after, .arg = &w, .slow = slow};
    if (!batch_put(e->batch, &m))
        return ERR_FAIL;
    pthread_mutex_lock(&w.lock);
    while (!w.is_done)
        pthread_cond_wait(&w.done, &w.lock);
    pthread_mutex_unlock(&w.lock);
    return w.code;
}

static int touch(struct db *db, void *arg)
{
    struct req *r = arg;
    int code = core_session_touch(db, r->who.session_id, r->now);
    return code < 0 ? code : 0;
}

static void keep_session_fresh(struct req *r)
{
    if (r->who.session_id == DB_NONE || r->now - r->priv->seen_at < 300000)
        return;
    struct arena *a = arena_new(1 << 20);        /* the member must not use the request's arena: its guard is ours */
    engine_write(r->priv->engine, a, false, touch, r);
    arena_drop(a);
}

/* ---- start and stop ---- */

int engine_start(struct arena *a, const struct engine_config *c, struct engine **ret, str *ret_why)
{
    struct engine *e = NEW(a, struct engine);
    e->store = c->store;
    e->reads = queue_new(a, QUEUE_MOST);
    pthread_mutex_init(&e->limit_lock, NULL);
    int code = batch_start(a, c->store, &e->batch, ret_why);
    if (code)
        return code;
    e->works = queue_new(a, QUEUE_MOST);
    for (; e->threads_n < c->readers + c->workers; e->threads_n++)
        if (pthread_create(&e->threads[e->threads_n], NULL, e->threads_n < c->readers ? reader : worker, e)) {
            *ret_why = S("A thread could not be started.");
            return ERR_FAIL;
        }
    *ret = e;
    return 0;
}

void engine_figures(struct engine *e, struct engine_figures *ret)
{
    ret->requests = e->requests;
    ret->waiting_reads = queue_length(e->reads);
    batch_figures(e->batch, &ret->batches, &ret->members, &ret->lost, &ret->waiting_writes);
}

struct db_store *engine_store(struct engine *e)
{
    return e->store;
}

int upload_keep(struct req *r, const struct upload *u)
{
    str why;
    int code = file_keep(r->priv->engine->store, u->path, u->sm3, &why);
    if (code)
        log_line(LOG_ERROR, "engine", "an upload could not be kept: %.*s", STRF(why));
    return code;
}

int upload_fd(const struct upload *u)
{
    return open(u->path, O_RDONLY | O_CLOEXEC);
}

int kept_fd(struct req *r, const uint8_t sm3[32])
{
    return file_open(r->priv->engine->store, sm3);
}

void close_fd(int fd)
{
    close(fd);
}

void engine_drain(struct engine *e)
{
    e->draining = true;
}

void engine_stop(struct engine *e)
{
    queue_close(e->reads);
    queue_close(e->works);
    for (int i = 0; i < e->threads_n; i++)
        pthread_join(e->threads[i], NULL);
    batch_stop(e->batch);
}
