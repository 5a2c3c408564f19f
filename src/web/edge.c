/* The edge. What libmicrohttpd leaves open is closed here: doubled Host and length headers, NUL in values, absolute
 * deadlines (its own time-out only knows idleness), ceilings while streaming, security headers on every answer. */
#include "web/edge.h"
#include "web/edge_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

#define EXCHANGE_CEILING ((size_t)24 << 20)
#define TARGET_MAX 4096
#define SLOWEST_BYTES_PER_MS 8                   /* a body slower than 8 KB/s is cut off */

/* One per TCP connection, in a list that the watchdog walks. */
struct edge_conn {
    int fd;
    int64_t deadline;                            /* monotonic ms; 0: none (suspended, answered by the engine's own limit) */
    struct edge_conn *next, *prev;
};

struct edge {
    struct MHD_Daemon *mhd;
    struct edge_config config;
    struct edge_app app;
    int port;
    int listen_fd;
    pthread_mutex_t lock;                        /* guards the list and the fds in it: a reused fd must not be shut */
    struct edge_conn *conns;
    int taken;                                   /* exchanges that sleep */
    pthread_t watchdog;
    bool stopping;
    _Atomic bool quiesced;                       /* answers now close their connection: no request comes too late for one */
};

static void conn_deadline(struct edge *e, struct MHD_Connection *c, int64_t deadline)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct edge_conn *conn = info ? info->socket_context : NULL;
    if (!conn)
        return;
    pthread_mutex_lock(&e->lock);
    conn->deadline = deadline;
    pthread_mutex_unlock(&e->lock);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct edge *e = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct edge_conn *conn = calloc(1, sizeof *conn);
        *socket_context = conn;
        if (!conn)
            return;
        conn->fd = info->connect_fd;
        pthread_mutex_lock(&e->lock);
        conn->deadline = clock_mono() + e->config.head_seconds * 1000;
        conn->next = e->conns;
        if (e->conns)
            e->conns->prev = conn;
        e->conns = conn;
        pthread_mutex_unlock(&e->lock);
        return;
    }
    struct edge_conn *conn = *socket_context;
    if (!conn)
        return;
    pthread_mutex_lock(&e->lock);
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        e->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    pthread_mutex_unlock(&e->lock);
    free(conn);
    *socket_context = NULL;
}

static void *watchdog(void *arg)
{
    struct edge *e = arg;
    for (;;) {
        usleep(500000);
        pthread_mutex_lock(&e->lock);
        bool stop = e->stopping;
        int64_t now = clock_mono();
        for (struct edge_conn *c = e->conns; c; c = c->next)
            if (c->deadline && c->deadline < now)
                shutdown(c->fd, SHUT_RDWR);
        pthread_mutex_unlock(&e->lock);
        if (stop)
            return NULL;
    }
}

/* ---- request head ---- */

struct head_scan { struct exchange *x; struct edge *e; int hosts, lengths; bool chunked, bad; str forwarded_for, forwarded_proto; };

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value, size_t value_n)
{
    (void)kind;
    struct head_scan *h = cls;
    struct exchange *x = h->x;
    str v = {value ? value : "", value ? value_n : 0};
    if (memchr(v.p, 0, v.n) || memchr(key, 0, key_n) || !utf8_valid(v)) {
        h->bad = true;
        return MHD_YES;
    }
    static const struct { const char *name; size_t at; } wanted[] = {
        {"Host", offsetof(struct exchange, host)},
        {"Cookie", offsetof(struct exchange, cookie)},
        {"Authorization", offsetof(struct exchange, authorization)},
        {"Accept", offsetof(struct exchange, accept)},
        {"Accept-Language", offsetof(struct exchange, accept_language)},
        {"Content-Type", offsetof(struct exchange, content_type)},
        {"Origin", offsetof(struct exchange, origin)},
        {"Sec-Fetch-Site", offsetof(struct exchange, fetch_site)},
        {"Idempotency-Key", offsetof(struct exchange, idempotency_key)},
        {"If-None-Match", offsetof(struct exchange, if_none_match)},
        {"Accept-Encoding", offsetof(struct exchange, accept_encoding)},
        {"X-CSRF-Token", offsetof(struct exchange, csrf)},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (strlen(wanted[i].name) == key_n && !strncasecmp(wanted[i].name, key, key_n)) {
            str *slot = (str *)((char *)x + wanted[i].at);
            if (slot->p && i != 1 && i != 3 && i != 4 && i != 10) /* only Cookie and Accept* may come twice; the first counts */
                h->bad = true;
            if (!slot->p)
                *slot = v;
        }
    }
    if (key_n == 4 && !strncasecmp(key, "Host", 4))
        h->hosts++;
    else if (key_n == 14 && !strncasecmp(key, "Content-Length", 14)) {
        h->lengths++;
        for (size_t i = 0; i < v.n; i++)
            if (v.p[i] < '0' || v.p[i] > '9')
                h->bad = true;
        if (v.n == 0 || v.n > 18)
            h->bad = true;
    } else if (key_n == 17 && !strncasecmp(key, "Transfer-Encoding", 17)) {
        if (h->chunked || v.n != 7 || strncasecmp(v.p, "chunked", 7))
            h->bad = true;
        h->chunked = true;
    } else if (key_n == 15 && !strncasecmp(key, "X-Forwarded-For", 15))
        h->forwarded_for = v;
    else if (key_n == 17 && !strncasecmp(key, "X-Forwarded-Proto", 17))
        h->forwarded_proto = v;
    return MHD_YES;
}

static str peer_address(struct arena *a, struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    if (info && info->client_addr->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr, text, sizeof text);
    else if (info && info->client_addr->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr, text, sizeof text);
    return str_dup(a, str_c(text));
}

/* The last address in X-Forwarded-For is the one our own proxy saw. */
static void believe_proxy(struct edge *e, struct exchange *x, const struct head_scan *h)
{
    if (!e->config.trusted_proxy || !str_is(x->remote, e->config.trusted_proxy))
        return;
    str rest = h->forwarded_for, last = STR_NONE;
    while (!str_none(rest))
        rest = str_cut(rest, ',', &last);
    last = str_trim(last);
    if (last.n > 0 && last.n < 64)
        x->remote = str_dup(x->arena, last);
    x->secure = str_is(h->forwarded_proto, "https");
}

/* 0 when the head is sound; otherwise the status to refuse with. */
static int check_head(struct edge *e, struct MHD_Connection *c, struct exchange *x, const char *version)
{
    struct head_scan h = {.x = x, .e = e};
    MHD_get_connection_values_n(c, MHD_HEADER_KIND, on_header, &h);
    x->remote = peer_address(x->arena, c);
    believe_proxy(e, x, &h);
    bool http11 = !strcmp(version, MHD_HTTP_VERSION_1_1);
    if (h.bad || h.lengths > 1 || (h.lengths && h.chunked) || h.hosts > 1 || (http11 && h.hosts != 1))
        return 400;
    if (!str_is(x->method, "GET") && !str_is(x->method, "HEAD") && !str_is(x->method, "POST"))
        return 405;
    if (x->priv->target_bad || x->target.n == 0 || x->target.p[0] != '/')
        return x->target.n > TARGET_MAX ? 414 : 400;
    return 0;
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    (void)c;
    struct arena *a = arena_try_new(EXCHANGE_CEILING);
    if (!a)
        return NULL;
    if (setjmp(*arena_guard(a))) {
        arena_drop(a);
        return NULL;
    }
    struct exchange *x = NEW(a, struct exchange);
    x->arena = a;
    x->priv = NEW(a, struct exchange_private);
    x->priv->edge = cls;
    x->out_fd = -1;
    x->started = clock_mono();
    size_t n = strlen(uri);
    if (n > TARGET_MAX)
        x->priv->target_bad = true;
    x->target = str_dup(a, (str){uri, n > TARGET_MAX ? TARGET_MAX + 1 : n});
    x->query = str_cut(x->target, '?', &x->path);
    arena_unguard(a);
    return x;
}

/* ---- answer ---- */

void edge_header(struct exchange *x, const char *name, str value)
{
    if (x->n_headers == EXCHANGE_HEADERS)
        die("edge", "more than %d headers on an answer", EXCHANGE_HEADERS);
    for (size_t i = 0; i < value.n; i++)         /* no header can be smuggled into another's value */
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            die("edge", "control character in header %s", name);
    x->headers[x->n_headers].name = name;
    x->headers[x->n_headers++].value = value;
}

static void standard_headers(struct edge *e, struct exchange *x, struct MHD_Response *r)
{
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(r, "X-Frame-Options", "DENY");
    MHD_add_response_header(r, "Referrer-Policy", "same-origin");
    MHD_add_response_header(r, "Cross-Origin-Opener-Policy", "same-origin");
    MHD_add_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(r, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    MHD_add_response_header(r, "Content-Security-Policy", e->config.page_csp);
    if (!x || !x->cacheable)
        MHD_add_response_header(r, "Cache-Control", "no-store");
}

static enum MHD_Result send_answer(struct edge *e, struct MHD_Connection *c, struct exchange *x)
{
    struct MHD_Response *r;
    int64_t size = 0;
    if (x->out_fd >= 0) {
        size = x->out_fd_size;
        r = MHD_create_response_from_fd64((uint64_t)size, x->out_fd);
        if (r)
            x->out_fd = -1;                      /* the response closes it */
    } else if (x->file) {
        size = (int64_t)(x->out_gzip ? x->file->gz_n : x->file->plain_n);
        r = MHD_create_response_from_buffer((size_t)size, (void *)(uintptr_t)(x->out_gzip ? x->file->gz : x->file->plain),
                                            MHD_RESPMEM_PERSISTENT);
    } else {
        size = (int64_t)x->out_body.n;           /* borrowed from the arena, which outlives the response */
        r = MHD_create_response_from_buffer(x->out_body.n, (void *)(uintptr_t)(x->out_body.n ? x->out_body.p : ""),
                                            MHD_RESPMEM_PERSISTENT);
    }
    if (!r)
        return MHD_NO;
    standard_headers(e, x, r);
    if (x->out_type.n)
        MHD_add_response_header(r, "Content-Type", x->out_type.p);
    for (size_t i = 0; i < x->n_headers; i++)
        MHD_add_response_header(r, x->headers[i].name, x->headers[i].value.p);
    if (x->priv->close_after || e->quiesced)
        MHD_add_response_header(r, "Connection", "close");
    conn_deadline(e, c, clock_mono() + 30000 + size / SLOWEST_BYTES_PER_MS);
    enum MHD_Result ok = MHD_queue_response(c, (unsigned)x->status, r);
    MHD_destroy_response(r);
    return ok;
}

/* A refusal before the application has seen the exchange. The body that may still come is not read: the connection closes. */
static enum MHD_Result refuse_early(struct edge *e, struct MHD_Connection *c, struct exchange *x, int status)
{
    static const struct { int status; const char *code, *message; } known[] = {
        {405, "method", "不支持的方法 / method not allowed"}, {413, "too_large", "内容过大 / body too large"},
        {414, "too_long", "地址过长 / address too long"},      {500, "failed", "系统出错，请稍后再试 / failed, please try again"},
        {507, "full", "存储空间已满，什么都没有保存，请稍后再试 / no space left; nothing was kept, please try again later"},
    };
    const char *code = "bad_request", *message = "请求格式不正确 / malformed request";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            code = known[i].code, message = known[i].message;
    x->status = status;
    x->priv->close_after = true;
    x->out_type = S("application/json; charset=utf-8");
    x->out_body = str_fmt(x->arena, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}", code, message);
    x->priv->state = X_ANSWERED;
    return send_answer(e, c, x);
}

void edge_answer(struct exchange *x)
{
    struct edge *e = x->priv->edge;
    pthread_mutex_lock(&e->lock);
    e->taken--;
    x->priv->state = X_ANSWERED;
    pthread_mutex_unlock(&e->lock);
    MHD_resume_connection(x->priv->conn);
}

static enum MHD_Result hand_over(struct edge *e, struct MHD_Connection *c, struct exchange *x)
{
    x->priv->conn = c;
    conn_deadline(e, c, 0);
    pthread_mutex_lock(&e->lock);
    e->taken++;
    x->priv->state = X_TAKEN;
    pthread_mutex_unlock(&e->lock);
    MHD_suspend_connection(c);                   /* before the application can answer: resume needs a suspended connection */
    if (e->app.body(e->app.ctx, x) == EDGE_ANSWERED)
        edge_answer(x);
    return MHD_YES;
}

static enum MHD_Result first_call(struct edge *e, struct MHD_Connection *c, struct exchange *x, const char *method,
                                  const char *version)
{
    x->method = str_dup(x->arena, str_c(method));
    x->priv->state = X_READING;
    int status = check_head(e, c, x, version);
    if (status)
        return refuse_early(e, c, x, status);
    int next = e->app.head(e->app.ctx, x);
    if (next == EDGE_ANSWERED) {
        if (str_is(x->method, "POST"))
            x->priv->close_after = true;         /* its body was not read */
        x->priv->state = X_ANSWERED;
        return send_answer(e, c, x);
    }
    if (x->body_kind == BODY_FORM || x->body_kind == BODY_JSON)
        buf_init(&x->body_buf, x->arena, (size_t)x->body_max);
    if (x->body_kind == BODY_MULTIPART && multipart_begin(x, c))
        return refuse_early(e, c, x, 400);
    conn_deadline(e, c, clock_mono() + 20000);
    return MHD_YES;
}

static enum MHD_Result body_data(struct edge *e, struct MHD_Connection *c, struct exchange *x, const char *data, size_t *n)
{
    x->priv->received += (int64_t)*n;
    int64_t limit = x->body_kind == BODY_MULTIPART ? x->upload_max + x->body_max : x->body_max;
    if (x->priv->received > limit && !x->priv->body_error)
        x->priv->body_error = 413;
    if (!x->priv->body_error && x->body_kind == BODY_MULTIPART)
        multipart_data(x, data, *n);
    else if (!x->priv->body_error && x->body_kind != BODY_NONE)
        buf_put(&x->body_buf, data, *n);
    *n = 0;
    /* Past twice the limit the client is not listening: cut. Until then it is read on, so that it can see the answer. */
    if (x->priv->received > 2 * limit + (1 << 20))
        return MHD_NO;
    if (x->priv->received / SLOWEST_BYTES_PER_MS > x->priv->deadline_step) {
        x->priv->deadline_step = x->priv->received / SLOWEST_BYTES_PER_MS + 1000;
        conn_deadline(e, c, x->started + 20000 + x->priv->received / SLOWEST_BYTES_PER_MS + 2000);
    }
    return MHD_YES;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                                 const char *data, size_t *data_n, void **req_cls)
{
    (void)url;
    struct edge *e = cls;
    struct exchange *x = *req_cls;
    if (!x)
        return MHD_NO;
    if (x->priv->state == X_ANSWERED)
        return send_answer(e, c, x);
    if (setjmp(*arena_guard(x->arena)))          /* memory is short: drop the connection, nothing was begun */
        return MHD_NO;
    enum MHD_Result ok;
    if (x->priv->state == X_NEW)
        ok = first_call(e, c, x, method, version);
    else if (*data_n)
        ok = body_data(e, c, x, data, data_n);
    else {
        if (x->body_kind == BODY_MULTIPART)
            multipart_end(x);
        x->body_fault = x->priv->body_error;
        if (!x->body_fault && (x->body_kind == BODY_FORM || x->body_kind == BODY_JSON))
            x->body = buf_text(&x->body_buf);
        arena_unguard(x->arena);
        return hand_over(e, c, x);
    }
    arena_unguard(x->arena);
    return ok;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **req_cls, enum MHD_RequestTerminationCode code)
{
    (void)code;
    struct edge *e = cls;
    struct exchange *x = *req_cls;
    *req_cls = NULL;
    if (!x)
        return;
    conn_deadline(e, c, clock_mono() + (e->config.idle_seconds + e->config.head_seconds) * 1000);
    if (x->body_kind == BODY_MULTIPART)
        multipart_drop(x);
    e->app.done(e->app.ctx, x);
    if (x->out_fd >= 0)
        close(x->out_fd);
    arena_drop(x->arena);
}

/* ---- start and stop ---- */

static size_t keep_escapes(void *cls, struct MHD_Connection *c, char *s)
{
    (void)cls;
    (void)c;
    return strlen(s);                            /* decoding is ours: MHD's would turn %00 and %2f into structure */
}

static void mhd_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    char line[256];
    vsnprintf(line, sizeof line, fmt, ap);
    size_t n = strlen(line);
    while (n && line[n - 1] == '\n')
        line[--n] = 0;
    log_line(LOG_DEBUG, "edge", "%s", line);
}

static int listen_on(struct arena *a, const struct edge_config *c, int *ret_fd, int *ret_port, str *ret_why)
{
    struct sockaddr_storage sa = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&sa;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&sa;
    socklen_t n;
    if (inet_pton(AF_INET, c->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET, v4->sin_port = htons((uint16_t)c->port), n = sizeof *v4;
    } else if (inet_pton(AF_INET6, c->address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6, v6->sin6_port = htons((uint16_t)c->port), n = sizeof *v6;
    } else {
        *ret_why = str_fmt(a, "%s is not an IP address.", c->address);
        return ERR_FORMAT;
    }
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&sa, n) || listen(fd, 1024)) {
        *ret_why = errno == EADDRINUSE ? str_fmt(a, "Port %d on %s is in use by another program.", c->port, c->address)
                                       : str_fmt(a, "Cannot listen on %s:%d (%s).", c->address, c->port, strerrordesc_np(errno));
        if (fd >= 0)
            close(fd);
        return ERR_FAIL;
    }
    getsockname(fd, (struct sockaddr *)&sa, &n);
    *ret_port = ntohs(sa.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
    *ret_fd = fd;
    return 0;
}

int edge_start(struct arena *a, const struct edge_config *c, const struct edge_app *app, struct edge **ret, str *ret_why)
{
    struct edge *e = NEW(a, struct edge);
    e->config = *c;
    e->app = *app;
    pthread_mutex_init(&e->lock, NULL);
    int code = listen_on(a, c, &e->listen_fd, &e->port, ret_why);
    if (code)
        return code;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    e->mhd = MHD_start_daemon(flags, 0, NULL, NULL, on_access, e,
                              MHD_OPTION_EXTERNAL_LOGGER, mhd_log, NULL,
                              MHD_OPTION_LISTEN_SOCKET, e->listen_fd,
                              MHD_OPTION_THREAD_POOL_SIZE, (unsigned)c->threads,
                              MHD_OPTION_CONNECTION_LIMIT, (unsigned)c->max_connections,
                              MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)c->idle_seconds,
                              MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)10240,   /* x 10,000 idle ones: 100 MB */
                              MHD_OPTION_STRICT_FOR_CLIENT, 1,
                              MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
                              MHD_OPTION_URI_LOG_CALLBACK, on_uri, e,
                              MHD_OPTION_NOTIFY_CONNECTION, on_connection, e,
                              MHD_OPTION_NOTIFY_COMPLETED, on_completed, e,
                              MHD_OPTION_END);
    if (!e->mhd || pthread_create(&e->watchdog, NULL, watchdog, e)) {
        *ret_why = S("The HTTP server could not be started.");
        return ERR_FAIL;
    }
    *ret = e;
    return 0;
}

int edge_port(const struct edge *e)
{
    return e->port;
}

void edge_quiesce(struct edge *e)
{
    e->quiesced = true;
    int fd = MHD_quiesce_daemon(e->mhd);
    if (fd >= 0)
        close(fd);
}

void edge_stop(struct edge *e, int ms)
{
    int64_t until = clock_mono() + ms;
    for (;;) {
        pthread_mutex_lock(&e->lock);
        int taken = e->taken;
        pthread_mutex_unlock(&e->lock);
        if (!taken || clock_mono() > until)
            break;
        usleep(5000);
    }
    usleep(20000);                               /* let the last answers be written */
    MHD_stop_daemon(e->mhd);
    pthread_mutex_lock(&e->lock);
    e->stopping = true;
    pthread_mutex_unlock(&e->lock);
    pthread_join(e->watchdog, NULL);
}
