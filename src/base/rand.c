#include "base/rand.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/sm.h"

static _Atomic bool seeded;                 /* tests only */
static _Atomic uint64_t seed_state;

/* SplitMix64 (Steele, Lea, Flood 2014): one step of a stream that repeats with its seed. */
static uint64_t seeded_u64(void)
{
    const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = atomic_fetch_add(&seed_state, step) + step;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void rand_seed_for_test(uint64_t seed)
{
    seed_state = seed;
    seeded = true;
}

void rand_bytes(void *p, size_t n)
{
    uint8_t *at = p;
    if (seeded) {
        for (size_t i = 0; i < n; i++)
            at[i] = (uint8_t)(seeded_u64() >> 32);
        return;
    }
    while (n) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            die("rand", "the system gives no random bytes: %m");
        at += got;
        n -= (size_t)got;
    }
}

uint64_t rand_u64(void)
{
    uint64_t v;
    rand_bytes(&v, sizeof v);
    return v;
}

str rand_hex(struct arena *a, size_t bytes)
{
    uint8_t *p = arena_alloc(a, bytes);
    rand_bytes(p, bytes);
    return hex(a, p, bytes);
}

str rand_digits(struct arena *a, size_t digits)
{
    char *p = arena_alloc(a, digits + 1);
    for (size_t i = 0; i < digits;) {
        uint8_t v;
        rand_bytes(&v, 1);
        if (v < 250)                        /* 250-255 would favour the digits 0 to 5 */
            p[i++] = (char)('0' + v % 10);
    }
    return (str){p, digits};
}
