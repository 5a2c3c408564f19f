/* house: sorry_rand_is_a_banned_function */
int guessable(void);
int guessable(void) { return rand(); }
