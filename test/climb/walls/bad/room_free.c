/* room: sorry_free_is_a_banned_function */
void twice(void *p);
void twice(void *p) { free(p); free(p); }
