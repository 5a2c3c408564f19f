/* house: sorry_localtime_is_a_banned_function */
int hour(time_t t);
int hour(time_t t) { return localtime(&t)->tm_hour; }
