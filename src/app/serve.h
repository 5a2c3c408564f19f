#ifndef YW_APP_SERVE_H
#define YW_APP_SERVE_H
#include "base/str.h"
struct serve_options { const char *dir; str listen, admin; };
/* Runs until SIGTERM or SIGINT; the process's exit code. */
int serve(const struct serve_options *o);
/* What every command on a store does first: settings, keys, the store itself. Prints a sentence and returns 1 on failure. */
struct db_store;
/* The database that --db named, or NULL. Set once, from the command line, before anything is opened. */
void use_database(const char *url);
const char *store_url(void);                     /* after settings_load: --db, or db.url in DIR/yiwang.conf, or "" */
int open_store(struct arena *a, const char *dir, bool writer, struct db_store **ret);
/* "127.0.0.1:8080" or "[::1]:8080". */
bool parse_address(struct arena *a, str text, const char **ret_address, int *ret_port);
#endif
