/* house: sorry_strcpy_is_a_banned_function */
void copy(char *to, const char *from);
void copy(char *to, const char *from) { strcpy(to, from); }
