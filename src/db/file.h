#ifndef YW_DB_FILE_H
#define YW_DB_FILE_H
/* The file port: immutable files named by their SM3, DIR/files/ab/cdef... A file is kept before the row that names it is
 * committed; a file without a row is swept later. */
#include "db/db.h"

/* Takes over the complete temporary file at tmp_path (in db_store_dir()/tmp), whose digest the caller computed while
 * writing. When it returns 0 the file is on disk under its name and the temporary one is gone; keeping the same content
 * again is no error. ERR_FULL: no space. *ret_why (a literal) is set on failure; the temporary file then stays. */
int file_keep(struct db_store *s, const char *tmp_path, const uint8_t sm3[32], str *ret_why);
/* A descriptor for reading, to be closed by the caller; ERR_FAIL when there is no such file. */
int file_open(struct db_store *s, const uint8_t sm3[32]);
#endif
