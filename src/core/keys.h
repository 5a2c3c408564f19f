#ifndef YW_CORE_KEYS_H
#define YW_CORE_KEYS_H
/* The secret of a store: DIR/secret.key, 32 random bytes, mode 0400, made by `init`. Personal numbers are boxed and hashed with
 * keys derived from it; csrf tokens too. Losing it makes personal numbers unreadable: it belongs into the backup, apart. */
#include "base/str.h"
int keys_make(struct arena *a, const char *dir, str *ret_why);
int keys_load(struct arena *a, const char *dir, str *ret_why);
str csrf_token(struct arena *a, str cookie);
#endif
