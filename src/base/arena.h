#ifndef YW_BASE_ARENA_H
#define YW_BASE_ARENA_H
/* Arena: memory that lives exactly as long as one piece of work (a request, a job, a scratch loop).
 *
 * Nothing is freed singly. Clean-ups (closing a file, freeing a library's object) are attached to the arena and run
 * newest first when it is reset or dropped. Every arena has a ceiling at birth.
 *
 * Memory that cannot be had never comes back as NULL: arena_alloc jumps to the arena's recovery point (arena_guard,
 * set by whoever runs the work: the engine, a job runner, main), or ends the process with a sentence where none is
 * set. So no room checks for NULL, and no room sets a guard. Never allocate while a lock is held or inside a
 * library's call-back that cannot be jumped across. */
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* A new arena that may grow to `ceiling` bytes. Ends the process if even the first block cannot be had. */
struct arena *arena_new(size_t ceiling);
/* The same, but returns NULL when memory is short: for callers that can refuse work (the edge). */
struct arena *arena_try_new(size_t ceiling);
/* Zeroed memory, aligned for any type. n == 0 is allowed and gives a unique pointer. */
void *arena_alloc(struct arena *a, size_t n);
/* n objects of `size` bytes; overflow is treated as memory that cannot be had. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* Runs fn(arg) when the arena is reset or dropped, newest first. */
void arena_cleanup(struct arena *a, void (*fn)(void *arg), void *arg);
/* Runs clean-ups and keeps the first block. Debug builds overwrite the memory with 0xdd. */
void arena_reset(struct arena *a);
/* Runs clean-ups and gives everything back. NULL is allowed. */
void arena_drop(struct arena *a);
size_t arena_used(const struct arena *a);

/* The recovery point: `if (setjmp(*arena_guard(a))) { ...memory was short... }`. arena_unguard removes it.
 * The arena itself stays valid after the jump and must still be reset or dropped. */
jmp_buf *arena_guard(struct arena *a);
void arena_unguard(struct arena *a);
/* True inside a guarded piece of work whose allocation failed (after the jump). */
bool arena_failed(const struct arena *a);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))
#endif
