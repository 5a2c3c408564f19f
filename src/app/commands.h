#ifndef YW_APP_COMMANDS_H
#define YW_APP_COMMANDS_H
/* The commands apart from serve. Each prints its own sentences and returns the exit code. */
#include "base/str.h"
int cmd_init(struct arena *a, const char *dir, const char *demo);
int cmd_deadline(struct arena *a, const char *dir, const char *const *args, int n);
int cmd_verify(struct arena *a, const char *dir, const char *const *args, int n);
int cmd_item_lint(struct arena *a, const char *dir, const char *const *codes, int n);
/* app/backup.c, app/restore.c */
int cmd_backup(struct arena *a, const char *dir, const char *file, bool with_key);
int cmd_restore(struct arena *a, const char *file, const char *dir);
int cmd_check(struct arena *a, const char *dir);
int cmd_move(struct arena *a, const char *dir, bool compare_only);
/* DIR remembers the address given by --db, so that --data alone names the store from now on. */
int remember_url(struct arena *a, const char *dir, str *ret_why);
#endif
