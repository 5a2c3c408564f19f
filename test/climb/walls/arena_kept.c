/* Keeps a pointer over the reset of its arena: the debug build has overwritten it, the address sanitizer stops here. */
#include "base/arena.h"
#include "base/str.h"

int main(void)
{
    struct arena *a = arena_new(1 << 20);
    char *kept = arena_alloc(a, 64);
    memset(kept, 'x', 64);
    arena_reset(a);
    volatile unsigned char first = (unsigned char)kept[0];
    fprintf(stderr, "the kept byte is %02x\n", first);
    return 0;
}
