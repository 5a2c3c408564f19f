#ifndef YW_APP_CONTROL_H
#define YW_APP_CONTROL_H
/* DIR/control.sock: a command that writes while a server holds DIR hands its work to that server. One request a connection:
 * a line of words separated by tabs, the length of the text that follows, the text; the answer is the exit code and what to print. */
#include "base/arena.h"
#include "base/str.h"

struct engine;
struct db_store;
struct control;
struct control *control_start(struct arena *a, struct engine *e, const char *dir);
void control_stop(struct control *c);

/* A writing command: `args` and the file's bytes in, what to print out. Runs in a writer. */
struct command_run { str command; const str *args; size_t n_args; str input; struct buf *out; int exit_code; };
typedef int (*command_fn)(struct arena *a, struct engine *e, struct db_store *store, struct command_run *run);
command_fn command_find(str name);               /* app/commands.c */

/* Client side: 1 a server answered (exit code and output set), 0 no server holds DIR. */
int control_call(struct arena *a, const char *dir, const struct command_run *run, int *ret_exit, str *ret_out);
#endif
