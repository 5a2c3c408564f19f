#include "base/test/check.h"

#include <openssl/evp.h>

#include "base/json.h"
#include "base/sm.h"

static str sm3_hex(str s)
{
    uint8_t d[32];
    sm3_of(s.p, s.n, d);
    return hex(mem, d, sizeof d);
}

/* GB/T 32905-2016 A.1 and A.2, and the digest of nothing. */
static void sm3_vectors(void **state)
{
    (void)state;
    check_str(sm3_hex(S("abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    str sixteen = S("abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd");
    check_str(sm3_hex(sixteen), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    check_str(sm3_hex(S("")), "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
    uint8_t d[32];
    struct sm3 *running = sm3_new(mem);
    for (size_t i = 0; i < sixteen.n; i++)
        sm3_add(running, sixteen.p + i, 1);
    sm3_end(running, d);
    check_str(hex(mem, d, 32), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

static void sm3_vectors_of_the_data(void **state)
{
    (void)state;
    str text = read_data("sm_vectors.json"), why;
    if (str_none(text))
        skip();
    const json_t *all = json_object_get(json_read(mem, text, &why), "sm3");
    assert_int_equal(json_array_size(all), 2);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *v = json_array_get(all, i);
        str msg = json_get_str(v, "msg_hex");
        char *p = arena_alloc(mem, msg.n);
        assert_true(unhex(msg, p, msg.n / 2));
        assert_true(str_eq(sm3_hex((str){p, msg.n / 2}), json_get_str(v, "digest")));
    }
}

/* HMAC by its definition (RFC 2104) over the digest tested above. */
static void hmac_is_the_nested_digest(void **state)
{
    (void)state;
    for (size_t key_n = 0; key_n <= 130; key_n += 13) {
        uint8_t key[130], block[64] = {0}, inner[32], want[32], got[32];
        memset(key, 0xa5, sizeof key);
        if (key_n > 64)
            sm3_of(key, key_n, block);
        else
            memcpy(block, key, key_n);
        for (size_t i = 0; i < 64; i++)
            block[i] ^= 0x36;
        struct sm3 *d = sm3_new(mem);
        sm3_add(d, block, 64);
        sm3_add(d, "hello", 5);
        sm3_end(d, inner);
        for (size_t i = 0; i < 64; i++)
            block[i] ^= 0x36 ^ 0x5c;
        d = sm3_new(mem);
        sm3_add(d, block, 64);
        sm3_add(d, inner, 32);
        sm3_end(d, want);
        hmac_sm3(key, key_n, "hello", 5, got);
        assert_memory_equal(want, got, 32);
    }
}

/* One block of SM4 by the library's plain mode: the oracle for what a box holds. */
static void sm4_block(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    EVP_CIPHER *ecb = EVP_CIPHER_fetch(NULL, "SM4-ECB", NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;
    assert_int_equal(EVP_EncryptInit_ex2(ctx, ecb, key, NULL, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, out, &n, in, 16), 1);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(ecb);
}

static void boxes_hold_sm4_ctr_and_hmac(void **state)
{
    (void)state;
    uint8_t v[16], out[16];
    assert_true(unhex(S("0123456789abcdeffedcba9876543210"), v, 16));
    sm4_block(v, v, out);
    check_str(hex(mem, out, 16), "681edf34d206965e86b3e94f536e4246");   /* GB/T 32907-2016 A.1 */

    uint8_t key[32], enc[32], mac[32], tag[32], stream[16];
    memset(key, 7, sizeof key);
    str plain = S("46000019000101008"), box = sm_box(mem, key, plain);
    assert_int_equal(box.n, 16 + plain.n + 32);
    hmac_sm3(key, 32, "enc", 3, enc);
    hmac_sm3(key, 32, "mac", 3, mac);
    hmac_sm3(mac, 32, box.p, box.n - 32, tag);
    assert_memory_equal(tag, box.p + box.n - 32, 32);
    sm4_block(enc, (const uint8_t *)box.p, stream);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal((uint8_t)box.p[16 + i], (uint8_t)plain.p[i] ^ stream[i]);
}

static void boxes_open_only_untouched(void **state)
{
    (void)state;
    uint8_t key[32] = {1}, other[32] = {2};
    str plain = S("张三 13876543210"), box = sm_box(mem, key, plain), back = S("untouched");
    assert_false(str_eq(box, sm_box(mem, key, plain)));
    assert_int_equal(sm_unbox(mem, key, box, &back), 0);
    assert_string_equal(back.p, plain.p);
    back = S("untouched");
    assert_int_equal(sm_unbox(mem, other, box, &back), -1);
    for (size_t i = 0; i < box.n; i++) {
        str forged = str_dup(mem, box);
        ((char *)forged.p)[i] ^= 1;
        assert_int_equal(sm_unbox(mem, key, forged, &back), -1);
        assert_int_equal(sm_unbox(mem, key, str_sub(box, 0, i), &back), -1);
    }
    assert_int_equal(sm_unbox(mem, key, STR_NONE, &back), -1);
    check_str(back, "untouched");
    assert_int_equal(sm_unbox(mem, key, sm_box(mem, key, S("")), &back), 0);
    check_str(back, "");
    check_absent(sm_box(mem, key, STR_NONE));
}

static void hex_and_base64(void **state)
{
    (void)state;
    uint8_t b[4] = {9, 9, 9, 9};
    check_str(hex(mem, "\x00\xff\x1a", 3), "00ff1a");
    assert_true(unhex(S("00fF1A"), b, 3));
    assert_memory_equal(b, "\x00\xff\x1a\x09", 4);
    assert_false(unhex(S("00fF1"), b, 3) || unhex(S("00fF1g"), b, 3) || unhex(S("00fF1A"), b, 2) || unhex(STR_NONE, b, 1));
    assert_memory_equal(b, "\x00\xff\x1a\x09", 4);
    check_str(base64(mem, "", 0), "");
    check_str(base64(mem, "f", 1), "Zg==");
    check_str(base64(mem, "foobar", 6), "Zm9vYmFy");
    assert_true(bytes_equal("ab", "ac", 1) && !bytes_equal("ab", "ac", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sm3_vectors), TEST(sm3_vectors_of_the_data), TEST(hmac_is_the_nested_digest), TEST(boxes_hold_sm4_ctr_and_hmac),
        TEST(boxes_open_only_untouched), TEST(hex_and_base64),
    };
    return RUN(tests);
}
