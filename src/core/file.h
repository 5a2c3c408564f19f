#ifndef YW_CORE_FILE_H
#define YW_CORE_FILE_H
/* Files as rooms meet them. upload_open and upload_keep block: call them from `prepare`. Nothing of an upload stays when it is
 * not kept: the spool goes with the request's arena. */
#include "core/req.h"

/* The spooled upload, to look into: a descriptor to be closed by the caller; < 0: ERR_FAIL. */
int upload_open(const struct upload *u);
/* Makes the upload durable under its digest, before the row that names it is written. ERR_FULL: no space left; ERR_FAIL. */
int upload_keep(struct req *r, const struct upload *u);
/* A kept file, for send_file (which takes the descriptor over); < 0: ERR_FAIL, there is none. */
int kept_open(struct req *r, const uint8_t sm3[32]);
#endif
