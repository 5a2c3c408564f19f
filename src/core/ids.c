/* Ids and series. Ids are leased in blocks from core_series, so most cost nothing. On SQLite the writer leases inside its
 * batch, and what a lost batch had leased is forgotten with it; in a pool (PostgreSQL) a block is leased in a transaction of its
 * own and then shared by all writers of this process. */
#include <pthread.h>

#include "core/req_private.h"
#include "core_sql.h"

#define BLOCK 4096
#define LEAST 1024                               /* fewer left at the start of a batch: lease again */
#define LEAST_SLOW (1 << 18)                      /* in a pool, before an import: it must not lease inside its long transaction */
static struct { int64_t next, end; } block;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool ids_low(bool slow, int64_t *ret_wanted)
{
    pthread_mutex_lock(&lock);
    bool low = block.end - block.next < (slow ? LEAST_SLOW : LEAST);
    pthread_mutex_unlock(&lock);
    *ret_wanted = slow ? LEAST_SLOW * 2 : BLOCK;
    return low;
}

int ids_draw(struct db *db, int64_t n, int64_t *ret_first)
{
    struct core_series_draw drawn;
    int code = core_series_draw(db, S("id"), n, &drawn);
    if (code != 1)
        return code < 0 ? code : ERR_FAIL;
    *ret_first = drawn.value - n + 1;
    return 0;
}

/* What is left of the old block is not used: numbers are not scarce. */
void ids_use(int64_t first, int64_t n)
{
    pthread_mutex_lock(&lock);
    if (block.end - block.next < n) {
        block.next = first;
        block.end = first + n;
    }
    pthread_mutex_unlock(&lock);
}

int ids_lease(struct db *db)
{
    int64_t first, n;
    if (!ids_low(false, &n))
        return 0;
    if (ids_draw(db, n, &first))
        return ERR_FAIL;
    ids_use(first, n);
    return 0;
}

void ids_forget(void)
{
    pthread_mutex_lock(&lock);
    block.next = block.end = 0;
    pthread_mutex_unlock(&lock);
}

int64_t new_id(struct db *db)
{
    pthread_mutex_lock(&lock);
    int64_t id = block.next < block.end ? block.next++ : 0;
    pthread_mutex_unlock(&lock);
    if (id)
        return id;
    struct core_series_draw drawn;               /* block used up within one batch: one by one, rolled back with its member */
    if (core_series_draw(db, S("id"), 1, &drawn) != 1)
        return ERR_FAIL;
    return drawn.value;
}

int series_next(struct db *db, str series, int64_t *ret)
{
    struct core_series_draw drawn;
    int code = core_series_draw(db, series, 1, &drawn);
    if (code != 1)
        return code < 0 ? code : ERR_FAIL;
    *ret = drawn.value;
    return 0;
}

int job_add(struct db *db, const char *kind, str payload_json, int64_t due_ms)
{
    int64_t id = new_id(db);
    if (id < 0)
        return ERR_FAIL;
    int code = core_job_insert(db, &(struct core_job_insert_in){
        .job_id = id, .kind = str_c(kind), .payload = payload_json, .due_at = due_ms, .at = clock_now()});
    return code < 0 ? code : 0;
}
