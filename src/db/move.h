#ifndef YW_DB_MOVE_H
#define YW_DB_MOVE_H
/* A directory's store into an empty database, or the two compared. All or nothing: tables, rows and files go in one transaction,
 * which stands only when every byte of every column, read back from the database in the order of its keys, is what was sent. */
#include "db/db.h"

struct db_moved {                                /* a room; or "files" */
    const char *room;
    int64_t tables, rows;                        /* of "files": files, chunks */
    const char *hash;                            /* SM3 over its tables' streams, in hex */
    bool same;
    const char *differs;                         /* !same: what, as a sentence's end */
};

/* from: opened as writer (nobody else writes), on a directory; to: opened for reading, on a database. Neither is left changed on
 * failure. told: once for each room, in order. ERR_EXISTS: the database is not empty; ERR_REFUSED: compared, and not the same;
 * ERR_UNKNOWN: the answer to COMMIT did not come. *ret_why is one sentence. */
int db_move(struct db_store *from, struct db_store *to, struct arena *a, bool compare_only,
            void (*told)(const struct db_moved *room), str *ret_why);
#endif
