/* room: sorry_fopen_is_a_banned_function */
void *look(void);
void *look(void) { return fopen("/etc/passwd", "r"); }
