/* room: sorry_malloc_is_a_banned_function */
void *leak(void);
void *leak(void) { return malloc(10); }
