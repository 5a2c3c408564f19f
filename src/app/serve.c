/* `yiwang serve`: start-up in an order in which each failure is one sentence, and an orderly end. */
#include "app/serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/admin.h"
#include "app/control.h"
#include "base/log.h"
#include "base/num.h"
#include "core/access.h"
#include "core/engine.h"
#include "core/jobs.h"
#include "core/keys.h"
#include "core/settings.h"
#include "db/db.h"
#include "press/press.h"
#include "web/edge.h"

#define PAGE_CSP                                                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "      \
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

bool parse_address(struct arena *a, str text, const char **ret_address, int *ret_port)
{
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    int64_t port;
    if (colon < 2 || !num_i64(str_sub(text, colon, text.n), &port) || port < 0 || port > 65535)
        return false;
    str host = str_sub(text, 0, colon - 1);
    if (host.n > 2 && host.p[0] == '[')
        host = str_sub(host, 1, host.n - 2);
    *ret_address = str_z(a, host);
    *ret_port = (int)port;
    return true;
}

static int sentence_out(const char *sentence)
{
    fprintf(stderr, "yiwang: %s\n", sentence);
    return 1;
}

static const char *url_given;

void use_database(const char *url)
{
    url_given = url;
}

const char *store_url(void)
{
    return url_given ? url_given : setting_str("db.url").p;
}

int open_store(struct arena *a, const char *dir, bool writer, struct db_store **ret)
{
    str why = STR_NONE;
    struct stat st;
    if (settings_load(a, dir, &why))
        return sentence_out(why.p);
    bool url = store_url()[0] != '\0';
    if (!url && stat(str_fmt(a, "%s/yiwang.db", dir).p, &st))
        return sentence_out(str_fmt(a, "There is no store in %s; make one with `yiwang init --data %s`.", dir, dir).p);
    if (writer && access(dir, W_OK))
        return sentence_out(str_fmt(a, "The directory %s cannot be written (%s).", dir, strerrordesc_np(errno)).p);
    if (keys_load(a, dir, &why))
        return sentence_out(why.p);
    access_build();
    if (db_store_open_at(a, store_url(), dir, writer, ret, &why))
        return sentence_out(why.p);
    if (db_store_blank(*ret)) {
        db_store_close(*ret);
        return sentence_out(str_fmt(a, "There is no store in that database; make one: `yiwang init --data %s --db ...`.", dir).p);
    }
    if (writer && db_store_migrate(*ret, a, &why)) {
        db_store_close(*ret);
        return sentence_out(why.p);
    }
    return 0;
}

static void wait_for_signal(void)
{
    sigset_t set;
    int sig;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigwait(&set, &sig);
}

static void block_signals(void)
{
    signal(SIGPIPE, SIG_IGN);                    /* first thing: a client that left must not end the process */
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static struct edge_config edge_config(const char *address, int port)
{
    str proxy = setting_str("edge.trusted_proxy");
    return (struct edge_config){
        .address = address, .port = port, .threads = (int)setting_int("edge.threads"),
        .idle_seconds = (int)setting_int("edge.idle_seconds"), .head_seconds = (int)setting_int("edge.head_seconds"),
        .max_connections = (int)setting_int("edge.connections"), .trusted_proxy = proxy.n ? proxy.p : NULL, .page_csp = PAGE_CSP};
}

int serve(const struct serve_options *o)
{
    struct arena *a = arena_new(64 << 20);
    struct db_store *store;
    struct engine *engine;
    struct edge *edge;
    const char *address;
    int port;
    str why = STR_NONE;
    block_signals();
    if (!parse_address(a, o->listen, &address, &port))
        return sentence_out("--listen takes ADDRESS:PORT, for example 127.0.0.1:8080.");
    if (press_start())                           /* before any thread: it is forked */
        return sentence_out("The press (the process that draws documents) could not be started.");
    if (open_store(a, o->dir, true, &store))
        return 1;
    struct engine_config ec = {.store = store, .readers = (int)setting_int("edge.readers"),
                               .workers = (int)setting_int("edge.workers")};
    if (engine_start(a, &ec, &engine, &why))
        return sentence_out(why.p);
    struct edge_config config = edge_config(address, port);
    struct edge_app app = engine_app(engine);
    if (edge_start(a, &config, &app, &edge, &why)) {
        engine_stop(engine);
        db_store_close(store);
        return sentence_out(why.p);
    }
    struct edge *admin = NULL;
    if (!str_empty(o->admin)) {
        if (!parse_address(a, o->admin, &address, &port))
            return sentence_out("--admin takes ADDRESS:PORT, for example 127.0.0.1:9090.");
        struct edge_config ac = edge_config(address, port);
        struct edge_app figures = admin_app(engine);
        ac.threads = 1;
        ac.max_connections = 100;
        if (edge_start(a, &ac, &figures, &admin, &why)) {
            edge_stop(edge, 0);
            engine_stop(engine);
            db_store_close(store);
            return sentence_out(why.p);
        }
    }
    jobs_start(engine);
    struct control *control = control_start(a, engine, o->dir);
    log_line(LOG_INFO, "serve", "listening on %s, port %d; data in %s", config.address, edge_port(edge), o->dir);
    wait_for_signal();
    log_line(LOG_INFO, "serve", "stopping: no new work, finishing what was taken");
    edge_quiesce(edge);
    engine_drain(engine);
    control_stop(control);
    jobs_stop();
    edge_stop(edge, 10000);
    if (admin)
        edge_stop(admin, 0);
    engine_stop(engine);
    db_store_close(store);
    press_stop();
    arena_drop(a);
    return 0;
}
