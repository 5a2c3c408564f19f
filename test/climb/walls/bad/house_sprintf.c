/* house: sorry_sprintf_is_a_banned_function */
void print(char *to, int n);
void print(char *to, int n) { sprintf(to, "%d", n); }
