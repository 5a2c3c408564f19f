/* The engine's walls, climbed: a room of bad handlers behind the real edge, engine, batch and store.
 *
 * Usage: engine_test NAME runs one test in a process of its own (a fresh store, fault counters at zero); engine_test --list
 * names them. run.sh builds it with -DYW_DEBUG: POST handlers run twice, the first run undone, and faults can be injected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/access.h"
#include "core/engine.h"
#include "core/jobs.h"
#include "core/keys.h"
#include "core/session.h"
#include "core/settings.h"
#include "texts.h"
#include "wall_sql.h"
#include "wall_view.h"

/* ---- the room ---- */

static atomic_int runs;                          /* how often the handler of /line ran: a room may not have this, a test may */

static int add_line(struct req *r, str words, int64_t *ret_id)
{
    *ret_id = new_id(r->db);
    return *ret_id < 0 ? ERR_FAIL : wall_line_add(r->db, *ret_id, words) < 0 ? ERR_FAIL : 0;
}

static int answer_line(struct req *r, int64_t id, str token)
{
    struct view_wall_line *v = NEW(r->arena, struct view_wall_line);
    v->line = id;
    v->token = token;
    return done(r, 201, S("/"), &vt_wall_line, v);
}

/* As it should be. */
static int line_post(struct req *r)
{
    const struct form_wall_words *f = r->form;
    int64_t id;
    atomic_fetch_add(&runs, 1);
    int code = add_line(r, f->words, &id);
    if (code)
        return code;
    evidence(r, "line", id, 1, f->words, STR_NONE);
    return answer_line(r, id, STR_NONE);
}

static int silent_post(struct req *r)            /* an act without evidence */
{
    int64_t id;
    return add_line(r, S("silent"), &id) ? ERR_FAIL : answer_line(r, id, STR_NONE);
}

static int idle_post(struct req *r)              /* says it changes nothing, and writes */
{
    int64_t id;
    return add_line(r, S("idle"), &id) ? ERR_FAIL : answer_line(r, id, STR_NONE);
}

static int idle_evidence_post(struct req *r)     /* says it changes nothing, and leaves evidence */
{
    evidence(r, "line", 1, 1, S("{}"), STR_NONE);
    return answer_line(r, 1, STR_NONE);
}

static int late_failure_post(struct req *r)      /* writes, says so, and then fails */
{
    int64_t id;
    if (add_line(r, S("late failure"), &id))
        return ERR_FAIL;
    evidence(r, "line", id, 1, S("{}"), STR_NONE);
    return ERR_FAIL;
}

static int late_refusal_post(struct req *r)      /* writes, and then refuses */
{
    int64_t id;
    if (add_line(r, S("late refusal"), &id))
        return ERR_FAIL;
    evidence(r, "line", id, 1, S("{}"), STR_NONE);
    return refuse_changed(r);
}

static int overlook_post(struct req *r)          /* the second statement fails on the primary key, and nobody looks */
{
    int64_t id;
    if (add_line(r, S("overlooked"), &id))
        return ERR_FAIL;
    wall_line_add(r->db, id, S("the same again"));
    evidence(r, "line", id, 1, S("{}"), STR_NONE);
    return answer_line(r, id, STR_NONE);
}

static int endless_post(struct req *r)           /* like most handlers it passes no more than ERR_FAIL up */
{
    if (wall_endless_write(r->db, 1000000000) < 0)
        return ERR_FAIL;
    evidence(r, "line", 1, 1, S("{}"), STR_NONE);
    return answer_line(r, 1, STR_NONE);
}

static int name_post(struct req *r)
{
    const struct form_wall_words *f = r->form;
    if (wall_name_add(r->db, 7, f->words) < 0)
        return ERR_FAIL;
    evidence(r, "name", 7, 1, f->words, STR_NONE);
    return answer_line(r, 7, STR_NONE);
}

static int read_name(struct req *r)
{
    struct wall_name_of row;
    struct view_wall_name *v = NEW(r->arena, struct view_wall_name);
    if (wall_name_of(r->db, 7, &row) != 1)
        return ERR_FAIL;
    v->name = row.name;
    return show(r, &vt_wall_name, v);
}

static int name_masked_get(struct req *r)
{
    personal_masked(r);
    return read_name(r);
}

static int name_seen_get(struct req *r)
{
    personal_seen(r, 7, "name", 7, "case", S("name"));
    return read_name(r);
}

static int paper_seen_get(struct req *r)         /* a file of somebody's, from a descriptor and not from memory */
{
    int fd = memfd_create("paper", MFD_CLOEXEC);
    if (fd < 0 || write(fd, "Wang Moumou", 11) != 11)
        return ERR_FAIL;
    personal_seen(r, 7, "name", 7, "case", S("file"));
    return send_file(r, "application/pdf", fd, 11, S("paper.pdf"));
}

static int name_leak_post(struct req *r)         /* a POST that reads personal data and does not account for it */
{
    struct wall_name_of row;
    int64_t id;
    if (wall_name_of(r->db, 7, &row) != 1 || add_line(r, row.name, &id))
        return ERR_FAIL;
    evidence(r, "line", id, 1, S("{}"), STR_NONE);
    return answer_line(r, id, STR_NONE);
}

/* Slow the first time, as on a loaded machine: more than a member's share of a batch. */
static int late_post(struct req *r)
{
    static atomic_int times;
    int64_t id;
    if (atomic_fetch_add(&times, 1) < 2)         /* twice: debug builds run it once for nothing */
        usleep(60000);
    if (add_line(r, S("late"), &id))
        return ERR_FAIL;
    evidence(r, "line", id, 1, S("{}"), STR_NONE);
    return answer_line(r, id, STR_NONE);
}

static int write_get(struct req *r)              /* GET, and writes */
{
    int64_t ids = 424242;
    wall_line_add(r->db, ids, S("written by a GET"));
    return answer_line(r, ids, STR_NONE);
}

static int enter_post(struct req *r)
{
    str token;
    if (session_open(r, 7, 9, DB_NONE, &token) < 0)
        return ERR_FAIL;
    evidence(r, "person", 7, 1, S("{}"), STR_NONE);
    return answer_line(r, 7, token);
}

static int jobs_post(struct req *r)
{
    static const char *const kinds[] = {"wall.unknown", "wall.heavy", "wall.broken", "wall.light"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (job_add(r->db, kinds[i], S("{}"), 0))
            return ERR_FAIL;
    evidence(r, "line", 1, 1, S("{}"), STR_NONE);
    return answer_line(r, 1, STR_NONE);
}

static int heavy_load(struct job *j, struct db *db)      /* more than a job may have */
{
    (void)db;
    arena_alloc(j->arena, (size_t)80 << 20);
    return 0;
}

static int broken_finish(struct job *j, struct db *db)   /* the same row twice */
{
    wall_line_add(db, j->job_id, S("broken"));
    return wall_line_add(db, j->job_id, S("broken"));
}

static int light_finish(struct job *j, struct db *db)
{
    return wall_line_add(db, j->job_id, S("light"));
}

static const struct job_kind jobs[] = {
    {.name = "wall.heavy", .load = heavy_load, .tries_max = 5},
    {.name = "wall.broken", .finish = broken_finish, .tries_max = 1},
    {.name = "wall.light", .finish = light_finish, .tries_max = 1},
};

static int only_mine(struct req *r)
{
    return str_is(req_param(r, 0), "7") ? 0 : not_there(r);
}

#define WALL_POST(path, act, run) POST_ROUTE(path, PUBLIC, NO_CHECK, NO_FORM, FACE_JSON, act, NO_PREPARE, run, NO_AGAIN, 0)
static struct route routes[] = {
    POST_ROUTE("/line", PUBLIC, NO_CHECK, &fd_wall_words, FACE_JSON, "wall.line", NO_PREPARE, line_post, NO_AGAIN, 0),
    WALL_POST("/silent", "wall.silent", silent_post),
    WALL_POST("/idle", NO_ACT, idle_post),
    WALL_POST("/idle-evidence", NO_ACT, idle_evidence_post),
    WALL_POST("/late-failure", "wall.late", late_failure_post),
    WALL_POST("/late-refusal", "wall.late", late_refusal_post),
    WALL_POST("/overlook", "wall.overlook", overlook_post),
    WALL_POST("/endless", "wall.endless", endless_post),
    WALL_POST("/late", "wall.late", late_post),
    WALL_POST("/enter", "wall.enter", enter_post),
    WALL_POST("/jobs", "wall.jobs", jobs_post),
    POST_ROUTE("/name", PUBLIC, NO_CHECK, &fd_wall_words, FACE_JSON, "wall.name", NO_PREPARE, name_post, NO_AGAIN, 0),
    WALL_POST("/name-leak", "wall.leak", name_leak_post),
    GET_ROUTE("/name", PUBLIC, NO_CHECK, NO_FORM, FACE_JSON, read_name, 0),
    GET_ROUTE("/name-masked", PUBLIC, NO_CHECK, NO_FORM, FACE_JSON, name_masked_get, 0),
    GET_ROUTE("/name-seen", "wall.see", NO_CHECK, NO_FORM, FACE_JSON, name_seen_get, 0),
    GET_ROUTE("/paper-seen", "wall.see", NO_CHECK, NO_FORM, FACE_BOTH, paper_seen_get, 0),
    GET_ROUTE("/write", PUBLIC, NO_CHECK, NO_FORM, FACE_JSON, write_get, 0),
    GET_ROUTE("/mine/{id}", PUBLIC, only_mine, NO_FORM, FACE_JSON, name_masked_get, 0),
};

static int identify(struct db *db, struct arena *a, struct who *who)
{
    (void)db, (void)a;
    who->role = S("clerk");
    who->region = S("");
    who->post_name = S("");
    who->person_name = S("");
    return 1;
}

static const struct right rights[] = {{"wall.see", "clerk"}};
static const struct room wall_room = {.name = "wall", .routes = routes, .n_routes = COUNT_OF(routes), .rights = rights,
                                      .n_rights = COUNT_OF(rights), .identify = identify,
                                      .jobs = jobs, .n_jobs = COUNT_OF(jobs)};
const struct room *const rooms[] = {&wall_room};
const size_t rooms_n = 1;

/* ---- a store and a server of its own ---- */

static char dir[64], log_path[256];
static struct arena *house;
static struct db_store *store;
static struct engine *engine;
static struct edge *edge;

static int setup(void **state)
{
    (void)state;
    str why = STR_NONE;
    house = arena_new(64 << 20);
    snprintf(dir, sizeof dir, "/tmp/yiwang-wall-XXXXXX");
    assert_non_null(mkdtemp(dir));
    if (keys_make(house, dir, &why) || settings_load(house, dir, &why) || keys_load(house, dir, &why))
        fail_msg("%.*s", STRF(why));
    access_build();
    if (db_store_open(house, dir, true, &store, &why) || db_store_migrate(store, house, &why))
        fail_msg("%.*s", STRF(why));
    struct engine_config ec = {.store = store, .readers = 2};
    assert_int_equal(engine_start(house, &ec, &engine, &why), 0);
    struct edge_app app = engine_app(engine);
    struct edge_config c = {.address = "127.0.0.1", .port = 0, .threads = 1, .idle_seconds = 30, .head_seconds = 10,
                            .max_connections = 200, .page_csp = "default-src 'none'"};
    assert_int_equal(edge_start(house, &c, &app, &edge, &why), 0);
    const char *log = getenv("WALL_LOG");        /* what the engine says; run.sh shows it when a test fails */
    if (log)
        snprintf(log_path, sizeof log_path, "%s", log);
    else
        snprintf(log_path, sizeof log_path, "%s/log", dir);
    assert_non_null(freopen(log_path, "w", stderr));
    return 0;
}

static int drop_path(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    unsetenv("YIWANG_FAULT");
    edge_quiesce(edge);
    engine_drain(engine);
    edge_stop(edge, 5000);
    engine_stop(engine);
    db_store_close(store);
    arena_drop(house);
    nftw(dir, drop_path, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* ---- a client ---- */

struct answer { int status; char text[8192]; };

static int send_request(const char *method, const char *path, const char *words, const char *token)
{
    char body[512] = "{}", text[2048];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)edge_port(edge)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    if (words)
        snprintf(body, sizeof body, "{\"words\":\"%s\"}", words);
    bool post = method[0] == 'P';
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: here\r\nAccept: application/json\r\nConnection: close\r\n",
                     method, path);
    if (token)
        n += snprintf(text + n, sizeof text - (size_t)n, "Authorization: Bearer %s\r\n", token);
    if (post)
        n += snprintf(text + n, sizeof text - (size_t)n, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                      strlen(body));
    n += snprintf(text + n, sizeof text - (size_t)n, "\r\n%s", post ? body : "");
    assert_int_equal(write(fd, text, (size_t)n), n);
    return fd;
}

static struct answer read_answer(int fd)
{
    struct answer a = {0};
    size_t n = 0;
    for (ssize_t got; n + 1 < sizeof a.text && (got = read(fd, a.text + n, sizeof a.text - 1 - n)) > 0;)
        n += (size_t)got;
    close(fd);
    assert_true(n > 12);
    a.status = (int)strtol(a.text + 9, NULL, 10);
    return a;
}

static struct answer ask(const char *method, const char *path, const char *words)
{
    return read_answer(send_request(method, path, words, NULL));
}

static int64_t number_of(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    char path[96];
    snprintf(path, sizeof path, "%s/yiwang.db", dir);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

static int64_t lines(void)
{
    return number_of("select count(*) from wall_line");
}

static int64_t leaves(void)
{
    return number_of("select count(*) from core_evidence");
}

static bool log_says(const char *words)
{
    char text[65536] = "";
    fflush(stderr);
    FILE *f = fopen(log_path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return strstr(text, words) != NULL;
}

static void assert_gapless(void)
{
    assert_int_equal(number_of("select coalesce(max(seq), 0) - count(*) from core_evidence"), 0);
}

/* ---- evidence and acts ---- */

static void an_act_leaves_a_row_and_a_leaf(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/line", "one").status, 201);
    assert_int_equal(lines(), 1);
    assert_int_equal(leaves(), 1);
    assert_gapless();
}

static void an_act_without_evidence_does_not_stand(void **state)
{
    (void)state;
    struct answer a = ask("POST", "/silent", NULL);
    assert_int_equal(a.status, 500);
    assert_non_null(strstr(a.text, "\"code\":\"failed\""));
    assert_int_equal(lines(), 0);
    assert_int_equal(leaves(), 0);
    assert_true(log_says("POST /silent: act wall.silent, leaf no"));
}

static void no_act_may_not_write(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/idle", NULL).status, 500);
    assert_int_equal(lines(), 0);
    assert_true(log_says("POST /idle: act none, leaf no, wrote yes"));
}

static void no_act_may_not_leave_evidence(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/idle-evidence", NULL).status, 500);
    assert_int_equal(leaves(), 0);
    assert_true(log_says("POST /idle-evidence: act none, leaf yes"));
}

static void what_fails_after_writing_does_not_stand(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/late-failure", NULL).status, 500);
    struct answer a = ask("POST", "/late-refusal", NULL);
    assert_int_equal(a.status, 409);
    assert_non_null(strstr(a.text, "\"code\":\"changed\""));
    assert_int_equal(lines(), 0);
    assert_int_equal(leaves(), 0);
    assert_int_equal(ask("POST", "/line", "after").status, 201);
    assert_gapless();
}

static void an_overlooked_failure_does_not_stand(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/overlook", NULL).status, 500);
    assert_int_equal(lines(), 0);
    assert_int_equal(leaves(), 0);
}

static void a_get_cannot_write(void **state)
{
    (void)state;
    ask("GET", "/write", NULL);
    assert_int_equal(lines(), 0);
    assert_true(log_says("write on a read-only connection"));
}

static void a_foreign_object_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/name", "王某").status, 201);
    assert_int_equal(ask("GET", "/mine/7", NULL).status, 200);
    assert_int_equal(ask("GET", "/mine/8", NULL).status, 404);
}

/* ---- personal data ---- */

static void personal_data_unaccounted_does_not_leave(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/name", "Wang Moumou").status, 201);
    struct answer a = ask("GET", "/name", NULL);
    assert_int_equal(a.status, 500);
    assert_null(strstr(a.text, "Wang Moumou"));
    assert_true(log_says("GET /name read personal columns without accounting for it"));
    assert_int_equal(ask("GET", "/name-masked", NULL).status, 200);
}

static void personal_data_unaccounted_in_a_post_undoes_it(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/name", "Wang Moumou").status, 201);
    struct answer a = ask("POST", "/name-leak", NULL);
    assert_int_equal(a.status, 500);
    assert_null(strstr(a.text, "Wang Moumou"));
    assert_int_equal(lines(), 0);
    assert_int_equal(leaves(), 1);
    assert_true(log_says("POST /name-leak read personal columns without accounting for it"));
}

static void enter(char *token)
{
    struct answer a = ask("POST", "/enter", NULL);
    assert_int_equal(a.status, 201);
    const char *at = strstr(a.text, "\"token\":\"");
    assert_non_null(at);
    snprintf(token, 49, "%s", at + 9);
}

static void who_saw_is_on_record_before_the_answer_leaves(void **state)
{
    (void)state;
    char token[64];
    assert_int_equal(ask("POST", "/name", "Wang Moumou").status, 201);
    assert_int_equal(ask("GET", "/name-seen", NULL).status, 401);
    enter(token);
    int64_t before = leaves();
    struct answer a = read_answer(send_request("GET", "/name-seen", NULL, token));
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.text, "Wang Moumou"));
    assert_int_equal(leaves(), before + 1);
    assert_int_equal(number_of("select count(*) from core_access where person_id = 7"), 1);
}

static int times_said(const char *words)
{
    char text[65536] = "";
    int n = 0;
    fflush(stderr);
    FILE *f = fopen(log_path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    for (const char *at = text; (at = strstr(at, words)); at++)
        n++;
    return n;
}

static int faults(void)
{
    return times_said("fault injected");
}

/* The access row cannot be written: no bytes leave. The fault is put under one statement after the other; where it meets the run
 * that debug builds undo, the answer stands. */
static void nothing_unrecorded_leaves(const char *path)
{
    char token[64], fault[40];
    int withheld = 0;
    assert_int_equal(ask("POST", "/name", "Wang Moumou").status, 201);
    enter(token);
    for (int n = 1; n < 4000; n += 101) {        /* further apart than one request has statements: each n is met once */
        int before = faults();
        snprintf(fault, sizeof fault, "statement-full:%d", n);
        setenv("YIWANG_FAULT", fault, 1);
        for (int i = 0; i < 100 && faults() == before; i++) {
            int64_t seen = number_of("select count(*) from core_access");
            struct answer a = read_answer(send_request("GET", path, NULL, token));
            bool leaves_it = strstr(a.text, "Wang Moumou") != NULL;
            assert_true((a.status == 200) == leaves_it);
            assert_int_equal(number_of("select count(*) from core_access"), seen + leaves_it);
            withheld += !leaves_it;
        }
        assert_int_equal(faults(), before + 1);
    }
    assert_true(withheld > 5);
}

static void what_cannot_be_recorded_does_not_leave(void **state)
{
    (void)state;
    nothing_unrecorded_leaves("/name-seen");
}

static void a_file_that_cannot_be_recorded_does_not_leave(void **state)
{
    (void)state;
    nothing_unrecorded_leaves("/paper-seen");
}

/* ---- jobs ---- */

static bool within(int tenths, const char *sql, int64_t want)
{
    while (number_of(sql) != want && tenths-- > 0)
        usleep(100000);
    return number_of(sql) == want;
}

/* One that nobody knows, one that wants too much memory, one that fails at its end: the others go on, and each says so. */
static void a_bad_job_stops_no_other(void **state)
{
    (void)state;
    jobs_start(engine);
    for (int64_t round = 1; round <= 2; round++) {
        assert_int_equal(ask("POST", "/jobs", NULL).status, 201);
        assert_true(within(100, "select count(*) from wall_line where words = 'light'", round));
        assert_true(within(100, "select count(*) from core_job where kind = 'wall.broken' and state = 'dead'", round));
        assert_true(within(100, "select count(*) from core_job where kind = 'wall.heavy' and state = 'open' and tries = 1 "
                                "and lease_until = 0 and due_at > 0", round));
    }
    assert_int_equal(number_of("select count(*) from wall_line where words = 'broken'"), 0);
    assert_true(log_says("wall.heavy: out of memory"));
    assert_true(log_says("wall.broken is dead after 1 tries"));
    int said = times_said("has a kind no room knows");
    usleep(1100000);
    assert_in_range(times_said("has a kind no room knows") - said, 1, 8);    /* asked again now and then, not in a circle */
    jobs_stop();
}

/* ---- batches ---- */

#define CROWD 12
static int hold(struct db *db, void *arg)
{
    (void)db, (void)arg;
    usleep(250000);
    return 0;
}

static void *hold_writer(void *arg)
{
    struct arena *a = arena_new(1 << 20);
    engine_write(engine, a, true, hold, arg);
    arena_drop(a);
    return NULL;
}

/* All at once, while the writer is held up: they share a batch. */
static void crowd(const char *const *paths, const char *const *words, struct answer *ret, int n)
{
    int fd[CROWD];
    pthread_t holder;
    assert_int_equal(pthread_create(&holder, NULL, hold_writer, NULL), 0);
    usleep(50000);
    for (int i = 0; i < n; i++)
        fd[i] = send_request("POST", paths[i], words[i], NULL);
    for (int i = 0; i < n; i++)
        ret[i] = read_answer(fd[i]);
    pthread_join(holder, NULL);
}

static void fill_crowd(const char **paths, const char **words)
{
    static const char *const numbered[CROWD] = {"w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "w11"};
    for (int i = 0; i < CROWD; i++)
        paths[i] = "/line", words[i] = numbered[i];
}

/* A rollback from a trigger ends the whole transaction, which the SQL compiler refuses; put in behind its back. */
static void arm_trigger(void)
{
    sqlite3 *db;
    char path[96];
    snprintf(path, sizeof path, "%s/yiwang.db", dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 2000);
    assert_int_equal(sqlite3_exec(db, "create trigger wall_boom before insert on wall_line when new.words = 'boom' "
                                      "begin select raise(rollback, 'boom'); end", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void a_poisoned_member_harms_only_itself(void **state)
{
    (void)state;
    const char *paths[CROWD], *words[CROWD];
    struct answer got[CROWD];
    arm_trigger();
    fill_crowd(paths, words);
    words[5] = "boom";
    crowd(paths, words, got, CROWD);
    for (int i = 0; i < CROWD; i++)
        if (i == 5)
            assert_in_range(got[i].status, 500, 503);
        else
            assert_int_equal(got[i].status, 201);
    assert_int_equal(lines(), CROWD - 1);
    assert_int_equal(leaves(), CROWD - 1);
    assert_gapless();
}

static void a_member_that_takes_too_long_harms_only_itself(void **state)
{
    (void)state;
    const char *paths[CROWD], *words[CROWD];
    struct answer got[CROWD];
    fill_crowd(paths, words);
    paths[3] = "/endless", words[3] = NULL;
    crowd(paths, words, got, CROWD);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(got[i].status, i == 3 ? 503 : 201);
    assert_int_equal(lines(), CROWD - 1);
    assert_gapless();
}

/* A member that overstays in a batch is no fault of the one who asked: alone it has more time. */
static void a_late_member_is_run_again_alone(void **state)
{
    (void)state;
    const char *paths[CROWD], *words[CROWD];
    struct answer got[CROWD];
    fill_crowd(paths, words);
    paths[4] = "/late", words[4] = NULL;
    crowd(paths, words, got, CROWD);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(got[i].status, 201);
    assert_int_equal(lines(), CROWD);
    assert_gapless();
}

/* Whatever statement of whatever member fails: what was answered 201 stands, what was not does not. */
static void what_was_answered_stands_whichever_statement_fails(void **state)
{
    (void)state;
    const char *paths[CROWD], *words[CROWD];
    struct answer got[CROWD];
    char fault[40];
    int64_t stands = 0;
    int refused = 0;
    fill_crowd(paths, words);
    for (int n = 40; n < 40 + 23 * 20; n += 23) {
        snprintf(fault, sizeof fault, "statement-full:%d", n);
        setenv("YIWANG_FAULT", fault, 1);
        int fd[4];
        for (int i = 0; i < 4; i++)
            fd[i] = send_request("POST", "/line", words[i], NULL);
        for (int i = 0; i < 4; i++) {
            got[i] = read_answer(fd[i]);
            if (got[i].status == 201)
                stands++;
            else
                refused++;
        }
        assert_int_equal(lines(), stands);
        assert_int_equal(leaves(), stands);
        assert_gapless();
    }
    assert_true(refused > 0);
}

static void a_full_disk_at_commit_refuses_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/line", "before").status, 201);
    setenv("YIWANG_FAULT", "commit-full:1", 1);
    struct answer a = ask("POST", "/line", "lost");
    assert_int_equal(a.status, 507);
    unsetenv("YIWANG_FAULT");
    assert_int_equal(lines(), 1);
    assert_int_equal(ask("POST", "/line", "after").status, 201);
    assert_int_equal(lines(), 2);
    assert_gapless();
}

static void an_unknown_commit_says_so_and_ends_the_process(void **state)
{
    (void)state;
    pid_t child = fork();                        /* before any thread of this process uses the store */
    assert_true(child >= 0);
    if (child == 0) {
        setup(NULL);
        setenv("YIWANG_FAULT", "commit-unknown:1", 1);
        struct answer a = ask("POST", "/line", "who knows");
        bool told = a.status == 503 && strstr(a.text, "\"code\":\"unknown\"");
        usleep(2000000);                         /* the writer ends the process with 3 */
        _exit(told ? 98 : 99);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

static void a_handler_is_run_twice_in_debug_builds(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/line", "once").status, 201);
    assert_int_equal(atomic_load(&runs), 2);
    assert_int_equal(lines(), 1);
    assert_int_equal(leaves(), 1);
}

/* ---- start ---- */

/* What the process says before it ends. */
static void dies_saying(void (*break_it)(void), const char *words)
{
    int pipes[2];
    char said[4096] = "";
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], 2);
        break_it();
        access_build();
        _exit(0);
    }
    close(pipes[1]);
    size_t n = 0;
    for (ssize_t got; n + 1 < sizeof said && (got = read(pipes[0], said + n, sizeof said - 1 - n)) > 0;)
        n += (size_t)got;
    close(pipes[0]);
    int status;
    waitpid(child, &status, 0);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (!strstr(said, words))
        fail_msg("it said: %s", said);
}

static void no_such_right(void)
{
    routes[0].right = "wall.nobody";
}

static void no_act(void)
{
    routes[1].act = NULL;
}

static void routes_are_checked_at_start(void **state)
{
    (void)state;
    dies_saying(no_such_right, "no room declares the right wall.nobody");
    dies_saying(no_act, "route 1 has an empty column");
}

#define WALL(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WALL(an_act_leaves_a_row_and_a_leaf),
        WALL(an_act_without_evidence_does_not_stand),
        WALL(no_act_may_not_write),
        WALL(no_act_may_not_leave_evidence),
        WALL(what_fails_after_writing_does_not_stand),
        WALL(an_overlooked_failure_does_not_stand),
        WALL(a_get_cannot_write),
        WALL(a_foreign_object_is_not_there),
        WALL(personal_data_unaccounted_does_not_leave),
        WALL(personal_data_unaccounted_in_a_post_undoes_it),
        WALL(who_saw_is_on_record_before_the_answer_leaves),
        WALL(what_cannot_be_recorded_does_not_leave),
        WALL(a_file_that_cannot_be_recorded_does_not_leave),
        WALL(a_bad_job_stops_no_other),
        WALL(a_poisoned_member_harms_only_itself),
        WALL(a_member_that_takes_too_long_harms_only_itself),
        WALL(a_late_member_is_run_again_alone),
        WALL(what_was_answered_stands_whichever_statement_fails),
        WALL(a_full_disk_at_commit_refuses_and_goes_on),
        cmocka_unit_test(an_unknown_commit_says_so_and_ends_the_process),
        WALL(a_handler_is_run_twice_in_debug_builds),
        cmocka_unit_test(routes_are_checked_at_start),
    };
    for (size_t i = 0; argc == 2 && !strcmp(argv[1], "--list") && i < COUNT_OF(tests); i++)
        printf("%s\n", tests[i].name);
    if (argc == 2 && !strcmp(argv[1], "--list"))
        return 0;
    if (argc == 2)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
