#ifndef YW_WEB_EDGE_H
#define YW_WEB_EDGE_H
/* The edge: HTTP/1.1 through libmicrohttpd, hardened (docs/edge.md). It knows exchanges, no rooms and no database.
 *
 * Life of an exchange: head() is called in an edge thread when the head has been read; it looks at the route and says how
 * large a body may be. The body is then collected (or its file part spooled). body() is called when it is complete: it
 * either fills the answer and returns EDGE_ANSWERED, or takes the exchange over and returns EDGE_TAKEN; the connection
 * then sleeps until edge_answer(x) is called from any thread. Nothing in head() or body() may block. */
#include "base/arena.h"
#include "base/str.h"
#include "web/form.h"
#include "web/static.h"

enum { EDGE_READ_BODY, EDGE_ANSWERED, EDGE_TAKEN };
enum body_kind { BODY_NONE, BODY_FORM, BODY_JSON, BODY_MULTIPART };
#define EXCHANGE_HEADERS 12

struct exchange {
    struct arena *arena;
    /* request; absent where not sent */
    str method, target;                          /* as sent: path and query, undecoded */
    str path, query;                             /* split at '?', undecoded */
    str host, cookie, authorization, accept, accept_language, content_type, origin, fetch_site, idempotency_key,
        if_none_match, accept_encoding, csrf;                     /* csrf: X-CSRF-Token, for scripts that post JSON with the session cookie */
    str remote;                                  /* the client's address; from X-Forwarded-For only behind a configured proxy */
    bool secure;                                 /* X-Forwarded-Proto: https from a configured proxy */
    /* set by head() */
    enum body_kind body_kind;
    int64_t body_max;                            /* bytes; more is 413 */
    int64_t upload_max;                          /* bytes of the file part */
    const char *spool_dir;                       /* where a file part goes */
    void *app;                                   /* core's request */
    /* body */
    struct buf body_buf;
    str body;                                    /* BODY_FORM, BODY_JSON */
    struct form_pair *pairs; size_t n_pairs;     /* BODY_MULTIPART: the fields that are not the file */
    struct upload *upload;
    int body_fault;                              /* 0, or the status that says why the body could not be taken: 400 413 500 507 */
    /* answer */
    int status;
    str out_type, out_body;
    struct { const char *name; str value; } headers[EXCHANGE_HEADERS];
    size_t n_headers;
    const struct static_file *file;              /* an embedded file instead of out_body */
    bool out_gzip;                               /* send file->gz */
    int out_fd;                                  /* a file to stream instead (owned: closed by the edge); -1 for none */
    int64_t out_fd_size;
    bool cacheable;                              /* else Cache-Control: no-store */
    int64_t started;                             /* monotonic ms */
    struct exchange_private *priv;
};

struct edge_config {
    const char *address; int port;
    int threads;
    int idle_seconds, head_seconds;
    int max_connections;
    const char *trusted_proxy;                   /* address, or NULL */
    const char *page_csp;
};
struct edge_app {
    void *ctx;
    int (*head)(void *ctx, struct exchange *x);
    int (*body)(void *ctx, struct exchange *x);
    void (*done)(void *ctx, struct exchange *x);     /* the answer has left or the client is gone; the arena is dropped after it */
};
struct edge;
/* ret_why: one sentence (port in use, address not ours). */
int edge_start(struct arena *a, const struct edge_config *c, const struct edge_app *app, struct edge **ret, str *ret_why);
int edge_port(const struct edge *e);             /* the port in use (config port 0 chooses one) */
void edge_answer(struct exchange *x);
void edge_header(struct exchange *x, const char *name, str value);
/* Stops accepting; open connections go on. */
void edge_quiesce(struct edge *e);
/* Waits until no exchange is taken (at most ms), then closes everything. */
void edge_stop(struct edge *e, int ms);
#endif
