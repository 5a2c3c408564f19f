#ifndef YW_DB_BACKUP_H
#define YW_DB_BACKUP_H
/* Online backup of the database (files are copied by who calls: they never change). */
#include "db/db.h"

struct db_point { int64_t seq, at; };            /* the newest evidence row; seq 0: there is none yet */

/* Copies the database as it stands at one moment to `to`, a new file beside the live one or elsewhere, while others write.
 * A reader's work: it holds one snapshot, never checkpoints, and the log of the store grows until it is done. The copy is not
 * synced. ERR_REFUSED: this engine has its own way; ERR_FULL: no space. *ret_why is one sentence. */
int db_backup(struct db_store *s, struct arena *a, const char *to, struct db_point *ret, str *ret_why);
#endif
