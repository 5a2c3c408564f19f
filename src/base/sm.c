#include "base/sm.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/rand.h"

enum { NONCE = 16, TAG = 32, SM4_KEY = 16 };

/* Fetched once: fetching by name for every call costs more than a short digest. */
static EVP_MD *sm3;
static EVP_CIPHER *sm4_ctr;
static EVP_MAC *hmac;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void must(int ok)
{
    if (ok != 1)
        die("sm", "the cryptographic library failed");
}

static void fetch(void)
{
    sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    sm4_ctr = EVP_CIPHER_fetch(NULL, "SM4-CTR", NULL);
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    must(sm3 && sm4_ctr && hmac);
}

static void ready(void)
{
    must(pthread_once(&once, fetch) == 0);
}

struct sm3 {
    EVP_MD_CTX *ctx;
};

static void free_md(void *ctx)
{
    EVP_MD_CTX_free(ctx);
}

struct sm3 *sm3_new(struct arena *a)
{
    ready();
    struct sm3 *d = NEW(a, struct sm3);
    d->ctx = EVP_MD_CTX_new();
    must(d->ctx != NULL);
    arena_cleanup(a, free_md, d->ctx);
    must(EVP_DigestInit_ex2(d->ctx, sm3, NULL));
    return d;
}

void sm3_add(struct sm3 *d, const void *p, size_t n)
{
    must(EVP_DigestUpdate(d->ctx, p, n));
}

void sm3_end(struct sm3 *d, uint8_t ret[32])
{
    must(EVP_DigestFinal_ex(d->ctx, ret, NULL));
}

void sm3_of(const void *p, size_t n, uint8_t ret[32])
{
    ready();
    must(EVP_Digest(p, n, ret, NULL, sm3, NULL));
}

/* HMAC over two pieces one behind the other. */
static void hmac_two(const uint8_t *key, size_t key_n, str x, str y, uint8_t ret[32])
{
    ready();
    char name[] = "SM3";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac);
    must(ctx != NULL);
    must(EVP_MAC_init(ctx, key_n ? key : (const uint8_t *)"", key_n, params));
    if (x.n)
        must(EVP_MAC_update(ctx, (const uint8_t *)x.p, x.n));
    if (y.n)
        must(EVP_MAC_update(ctx, (const uint8_t *)y.p, y.n));
    size_t n;
    must(EVP_MAC_final(ctx, ret, &n, 32));
    EVP_MAC_CTX_free(ctx);
}

void hmac_sm3(const uint8_t *key, size_t key_n, const void *p, size_t n, uint8_t ret[32])
{
    hmac_two(key, key_n, (str){p, n}, STR_NONE, ret);
}

struct box_keys {
    uint8_t enc[32], mac[32];               /* of enc, SM4 takes the first 16 bytes */
};

static struct box_keys keys_of(const uint8_t key[32])
{
    struct box_keys k = {0};
    hmac_sm3(key, 32, "enc", 3, k.enc);
    hmac_sm3(key, 32, "mac", 3, k.mac);
    return k;
}

/* SM4 in counter mode, which is its own inverse. */
static void sm4(const struct box_keys *k, const uint8_t nonce[NONCE], const char *in, size_t n, char *out)
{
    _Static_assert(SM4_KEY <= sizeof k->enc, "the derived key covers SM4's");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(ctx != NULL);
    must(EVP_EncryptInit_ex2(ctx, sm4_ctr, k->enc, nonce, NULL));
    while (n) {
        int part = n < (1u << 30) ? (int)n : 1 << 30, written;
        must(EVP_EncryptUpdate(ctx, (uint8_t *)out, &written, (const uint8_t *)in, part));
        must(written == part);
        in += part;
        out += part;
        n -= (size_t)part;
    }
    EVP_CIPHER_CTX_free(ctx);
}

str sm_box(struct arena *a, const uint8_t key[32], str plain)
{
    if (str_none(plain))
        return STR_NONE;
    size_t n = NONCE + plain.n;
    char *box = arena_alloc(a, n + TAG + 1);
    struct box_keys k = keys_of(key);
    rand_bytes(box, NONCE);
    sm4(&k, (const uint8_t *)box, plain.p, plain.n, box + NONCE);
    hmac_sm3(k.mac, sizeof k.mac, box, n, (uint8_t *)box + n);
    OPENSSL_cleanse(&k, sizeof k);
    return (str){box, n + TAG};
}

int sm_unbox(struct arena *a, const uint8_t key[32], str box, str *ret_plain)
{
    if (box.n < NONCE + TAG)
        return -1;
    size_t n = box.n - TAG;
    char *plain = arena_alloc(a, n - NONCE + 1);
    struct box_keys k = keys_of(key);
    uint8_t tag[TAG];
    hmac_sm3(k.mac, sizeof k.mac, box.p, n, tag);
    bool genuine = bytes_equal(tag, box.p + n, TAG);
    if (genuine)
        sm4(&k, (const uint8_t *)box.p, box.p + NONCE, n - NONCE, plain);
    OPENSSL_cleanse(&k, sizeof k);
    if (!genuine)
        return -1;
    *ret_plain = (str){plain, n - NONCE};
    return 0;
}

str hex(struct arena *a, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = p;
    char *out = arena_array(a, 2 * n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[from[i] >> 4];
        out[2 * i + 1] = digits[from[i] & 15];
    }
    return (str){out, 2 * n};
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool unhex(str s, void *ret, size_t n)
{
    if (s.n % 2 || s.n / 2 != n)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (hex_digit(s.p[i]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)ret)[i] = (uint8_t)(hex_digit(s.p[2 * i]) << 4 | hex_digit(s.p[2 * i + 1]));
    return true;
}

bool bytes_equal(const void *a, const void *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

str base64(struct arena *a, const void *p, size_t n)
{
    if (n > INT32_MAX / 2)
        die("base64", "%zu bytes are too many", n);
    char *out = arena_alloc(a, (n + 2) / 3 * 4 + 1);
    int len = EVP_EncodeBlock((uint8_t *)out, n ? p : "", (int)n);
    return (str){out, (size_t)len};
}
