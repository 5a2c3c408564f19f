#include "app/admin.h"

#include "base/buf.h"
#include "core/engine.h"

static int on_head(void *ctx, struct exchange *x)
{
    struct engine_figures f;
    engine_figures(ctx, &f);
    x->out_type = S("text/plain; version=0.0.4; charset=utf-8");
    if (!str_is(x->path, "/metrics")) {
        x->status = 404;
        x->out_body = S("not found\n");
        return EDGE_ANSWERED;
    }
    struct buf b;
    buf_init(&b, x->arena, 8192);
    buf_fmt(&b, "# TYPE yiwang_requests_total counter\nyiwang_requests_total %lld\n", (long long)f.requests);
    buf_fmt(&b, "# TYPE yiwang_batches_total counter\nyiwang_batches_total %lld\n", (long long)f.batches);
    buf_fmt(&b, "# TYPE yiwang_batch_members_total counter\nyiwang_batch_members_total %lld\n", (long long)f.members);
    buf_fmt(&b, "# TYPE yiwang_batches_lost_total counter\nyiwang_batches_lost_total %lld\n", (long long)f.lost);
    buf_fmt(&b, "# TYPE yiwang_waiting_reads gauge\nyiwang_waiting_reads %zu\n", f.waiting_reads);
    buf_fmt(&b, "# TYPE yiwang_waiting_writes gauge\nyiwang_waiting_writes %zu\n", f.waiting_writes);
    x->status = 200;
    x->out_body = buf_text(&b);
    return EDGE_ANSWERED;
}

static int on_body(void *ctx, struct exchange *x)
{
    (void)ctx;
    x->status = 404;
    return EDGE_ANSWERED;
}

static void on_done(void *ctx, struct exchange *x)
{
    (void)ctx;
    (void)x;
}

struct edge_app admin_app(struct engine *e)
{
    return (struct edge_app){.ctx = e, .head = on_head, .body = on_body, .done = on_done};
}
