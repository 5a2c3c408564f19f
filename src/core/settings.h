#ifndef YW_CORE_SETTINGS_H
#define YW_CORE_SETTINGS_H
/* DIR/yiwang.conf: `name = value` per line, # comments. Every name stands in some room's settings table; an unknown one refuses
 * the start with a sentence that names it. Read through setting_int and setting_str of core/req.h. */
#include "base/str.h"
int settings_load(struct arena *a, const char *dir, str *ret_why);
#endif
