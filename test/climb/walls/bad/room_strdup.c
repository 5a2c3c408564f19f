/* room: sorry_strdup_is_a_banned_function */
char *again(const char *s);
char *again(const char *s) { return strdup(s); }
