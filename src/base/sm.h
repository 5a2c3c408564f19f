#ifndef YW_BASE_SM_H
#define YW_BASE_SM_H
/* National algorithms through OpenSSL 3: SM3 (GB/T 32905), HMAC-SM3, SM4-CTR with HMAC-SM3 (encrypt-then-MAC; OpenSSL 3.0
 * has no SM4-GCM). Functions cannot fail short of memory; then they end the process. */
#include "base/str.h"

struct sm3;                                      /* a running digest */
struct sm3 *sm3_new(struct arena *a);            /* lives with the arena */
void sm3_add(struct sm3 *d, const void *p, size_t n);
void sm3_end(struct sm3 *d, uint8_t ret[32]);
void sm3_of(const void *p, size_t n, uint8_t ret[32]);
void hmac_sm3(const uint8_t *key, size_t key_n, const void *p, size_t n, uint8_t ret[32]);

/* Box: nonce 16 | ciphertext | tag 32. The two keys are derived from `key` by HMAC-SM3 with the labels "enc" and "mac". */
str sm_box(struct arena *a, const uint8_t key[32], str plain);
int sm_unbox(struct arena *a, const uint8_t key[32], str box, str *ret_plain);   /* -1: forged or cut */

str hex(struct arena *a, const void *p, size_t n);
bool unhex(str s, void *ret, size_t n);          /* exactly n bytes */
bool bytes_equal(const void *a, const void *b, size_t n);   /* in constant time */
str base64(struct arena *a, const void *p, size_t n);
#endif
