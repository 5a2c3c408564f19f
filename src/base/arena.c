#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
enum { RED_ZONE = 16 };                     /* lets ASan see a write past the end of one piece */
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { RED_ZONE = 0 };
#endif

enum { ALIGN = 16, FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 256 * 1024 };
_Static_assert(_Alignof(max_align_t) <= ALIGN, "arena memory must suit any type");

struct block {
    struct block *below;
    char *memory;
    size_t n, size;
};

struct cleanup {
    struct cleanup *older;
    void (*fn)(void *arg);
    void *arg;
};

struct arena {
    struct block first, *top;               /* the chain ends at &first, whose memory stands behind this struct */
    struct cleanup *newest;
    size_t ceiling, held, used, next_size;
    jmp_buf recovery;
    bool guarded, failed;
};

static size_t rounded(size_t n)
{
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

struct arena *arena_try_new(size_t ceiling)
{
    size_t head = rounded(sizeof(struct arena));
    size_t size = ceiling < FIRST_BLOCK - head ? rounded(ceiling) : FIRST_BLOCK - head;
    struct arena *a = malloc(head + size);
    if (!a)
        return NULL;
    *a = (struct arena){
        .first = {.memory = (char *)a + head, .size = size},
        .ceiling = ceiling,
        .held = size,
        .next_size = 2 * FIRST_BLOCK,
    };
    a->top = &a->first;
    ASAN_POISON_MEMORY_REGION(a->first.memory, size);
    return a;
}

struct arena *arena_new(size_t ceiling)
{
    struct arena *a = arena_try_new(ceiling);
    if (!a)
        die("arena", "no memory for a new arena");
    return a;
}

static _Noreturn void cannot_be_had(struct arena *a, size_t n)
{
    if (!a->guarded)
        die("arena", "%zu bytes cannot be had: %zu of %zu in use and no recovery point set", n, a->used, a->ceiling);
    a->guarded = false;                     /* a guard serves once: failing again on the way out must not loop */
    a->failed = true;
    longjmp(a->recovery, 1);
}

/* A block with room for n bytes (rounded). What is larger than a quarter of a usual block gets one of its own, put below
 * the top, so that the rest of the top is not lost. NULL when it cannot be had. */
static struct block *block_for(struct arena *a, size_t n)
{
    size_t left = a->ceiling > a->held ? a->ceiling - a->held : 0;
    bool own = n > a->next_size / 4;
    size_t size = own || left < a->next_size ? n : a->next_size;
    if (!own && left < a->next_size && left > n)
        size = left & ~(size_t)(ALIGN - 1);
    if (size > left || size < n)
        return NULL;
    size_t head = rounded(sizeof(struct block));
    struct block *b = own ? calloc(1, head + size) : malloc(head + size);
    if (!b)
        return NULL;
    *b = (struct block){.memory = (char *)b + head, .size = size};
    ASAN_POISON_MEMORY_REGION(b->memory, size);
    a->held += size;
    if (own) {
        b->below = a->top->below;
        a->top->below = b;
    } else {
        b->below = a->top;
        a->top = b;
        if (a->next_size < LARGEST_BLOCK)
            a->next_size *= 2;
    }
    return b;
}

static void *try_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX - 4 * ALIGN - sizeof(struct block))
        return NULL;
    size_t want = rounded(n ? n : 1) + RED_ZONE;
    struct block *b = a->top;
    bool fresh = false;
    if (b->size - b->n < want) {
        b = block_for(a, want);
        if (!b)
            return NULL;
        fresh = b != a->top;                /* a block of its own comes zeroed from calloc */
    }
    void *p = b->memory + b->n;
    b->n += want;
    a->used += want;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    return fresh || n == 0 ? p : memset(p, 0, n);
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = try_alloc(a, n);
    if (!p)
        cannot_be_had(a, n);
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        cannot_be_had(a, SIZE_MAX);
    return arena_alloc(a, bytes);
}

void arena_cleanup(struct arena *a, void (*fn)(void *arg), void *arg)
{
    struct cleanup *c = try_alloc(a, sizeof *c);
    if (!c) {
        fn(arg);                            /* it cannot be remembered, so it is cleaned up before the jump */
        cannot_be_had(a, sizeof *c);
    }
    *c = (struct cleanup){.older = a->newest, .fn = fn, .arg = arg};
    a->newest = c;
}

/* Overwrites what is given back, so that a pointer kept too long shows itself. */
static void spoil(struct block *b)
{
    ASAN_UNPOISON_MEMORY_REGION(b->memory, b->size);
#ifdef YW_DEBUG
    memset(b->memory, 0xdd, b->n);
#endif
}

void arena_reset(struct arena *a)
{
    while (a->newest) {                     /* a clean-up may still use the arena, even register another one */
        struct cleanup *c = a->newest;
        a->newest = c->older;
        c->fn(c->arg);
    }
    for (struct block *b = a->top, *below; b; b = below) {
        below = b->below;
        spoil(b);
        if (b != &a->first)
            free(b);
    }
    a->first.n = 0;
    a->first.below = NULL;
    a->top = &a->first;
    a->held = a->first.size;
    a->used = 0;
    a->next_size = 2 * FIRST_BLOCK;
    a->failed = false;
    ASAN_POISON_MEMORY_REGION(a->first.memory, a->first.size);
}

void arena_drop(struct arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    ASAN_UNPOISON_MEMORY_REGION(a->first.memory, a->first.size);
    free(a);
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

jmp_buf *arena_guard(struct arena *a)
{
    a->guarded = true;
    a->failed = false;
    return &a->recovery;
}

void arena_unguard(struct arena *a)
{
    a->guarded = false;
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}
