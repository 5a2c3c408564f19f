#ifndef YW_BASE_RAND_H
#define YW_BASE_RAND_H
/* Randomness, from the operating system. Tests may seed it (a fixed stream, never in a release build's server). */
#include "base/str.h"
void rand_bytes(void *p, size_t n);              /* ends the process if the system has none to give */
str rand_hex(struct arena *a, size_t bytes);
str rand_digits(struct arena *a, size_t digits); /* unbiased decimal digits */
uint64_t rand_u64(void);
void rand_seed_for_test(uint64_t seed);
#endif
