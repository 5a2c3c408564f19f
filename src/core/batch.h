#ifndef YW_CORE_BATCH_H
#define YW_CORE_BATCH_H
/* Group commit: the one thread that writes. Members run one after the other inside one transaction, each in a savepoint; all
 * answers leave after the COMMIT. A member that fails is undone alone; when one takes the whole transaction with it (disk full,
 * interrupt), nothing was acknowledged and every member is run again by itself.
 *
 * In a pool (PostgreSQL) several threads write, each member in a transaction of its own; one that collided with another, or whose
 * connection was lost before its COMMIT, is run again. A COMMIT without an answer is ERR_UNKNOWN, and the process goes on. */
#include "db/db.h"


struct batch;
struct member {
    struct arena *arena;
    int (*run)(struct db *db, void *arg);        /* < 0: undo. May be called more than once */
    void (*after)(struct member *m, int code);   /* once: 0 when on disk, else ERR_* and nothing of it stands (ERR_UNKNOWN apart) */
    void *arg;
    bool slow;                                   /* no time limit, a batch of its own */
    bool in_turn;                                /* draws from a series all draw from: in a pool, waits instead of colliding */
    int code;
};
int batch_start(struct arena *a, struct db_store *store, struct batch **ret, str *ret_why);
/* Since start: batches that ended, members that were run to their end, batches that lost their transaction; and the queue's length. */
void batch_figures(struct batch *b, int64_t *ret_batches, int64_t *ret_members, int64_t *ret_lost, size_t *ret_waiting);
bool batch_put(struct batch *b, struct member *m);       /* false: the queue is full or closed */
void batch_stop(struct batch *b);                        /* finishes what is queued */
#endif
