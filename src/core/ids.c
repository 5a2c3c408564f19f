/* Ids and series. Ids are leased in blocks from core_series by the writer, so most cost nothing; what a lost batch had leased is
 * forgotten with it. Only the writer thread (or a command that holds the store alone) comes here. */
#include "core/req_private.h"
#include "core_sql.h"

#define BLOCK 4096
#define LEAST 1024                               /* fewer left at the start of a batch: lease again */
static struct { int64_t next, end; } block;

int ids_lease(struct db *db)
{
    if (block.end - block.next >= LEAST)
        return 0;
    struct core_series_draw drawn;
    if (core_series_draw(db, S("id"), BLOCK, &drawn) != 1)
        return ERR_FAIL;
    block.next = drawn.value - BLOCK + 1;
    block.end = drawn.value + 1;
    return 0;
}

void ids_forget(void)
{
    block.next = block.end = 0;
}

int64_t new_id(struct db *db)
{
    if (block.next < block.end)
        return block.next++;
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
