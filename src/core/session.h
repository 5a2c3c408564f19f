#ifndef YW_CORE_SESSION_H
#define YW_CORE_SESSION_H
/* Sessions: rows in the database, found by the SM3 of a random token. The token is in a cookie (pages) or in
 * `Authorization: Bearer` (JSON); only its hash is stored. */
#include "core/req.h"

/* Opens a session for the person (and post, and enterprise acted for; DB_NONE for none) and sets the cookie. */
int session_open(struct req *r, int64_t person_id, int64_t post_id, int64_t enterprise_id, str *ret_token);
int session_close(struct req *r);                        /* the one that asks */
int session_close_all(struct req *r, int64_t person_id);
#endif
