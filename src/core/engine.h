#ifndef YW_CORE_ENGINE_H
#define YW_CORE_ENGINE_H
/* The engine: threads, queues and the write batch between the edge and the rooms (house.md 2). */
#include "core/req.h"
#include "web/edge.h"

struct engine;
struct engine_config {
    struct db_store *store;
    int readers, workers;                        /* threads, at most 64 each; workers run what has a `prepare` */
};
int engine_start(struct arena *a, const struct engine_config *c, struct engine **ret, str *ret_why);
struct edge_app engine_app(struct engine *e);
struct db_store *engine_store(struct engine *e);
struct engine_figures { int64_t requests, batches, members, lost; size_t waiting_reads, waiting_writes; };
void engine_figures(struct engine *e, struct engine_figures *ret);       /* since start; for the admin listener */
void engine_drain(struct engine *e);                     /* refuses new work with 503, finishes what is queued */
void engine_stop(struct engine *e);

/* A piece of writing that is no HTTP request: jobs, the command line's import, access rows. Runs as one member of a batch in the
 * writer thread; returns after its commit. run returns 0 to keep, < 0 to undo. slow: without the 20 ms limit, in a batch of its own. */
int engine_write(struct engine *e, struct arena *a, bool slow, int (*run)(struct db *db, void *arg), void *arg);
/* The same without a running engine: the command line on a store it has locked itself. */
int offline_write(struct db_store *s, struct arena *a, int (*run)(struct db *db, void *arg), void *arg);
#endif
