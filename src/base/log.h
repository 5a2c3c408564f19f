#ifndef YW_BASE_LOG_H
#define YW_BASE_LOG_H
/* One line per event to stderr: time, level, area, words, a reference. No personal data, ever: ids and keyed hashes only. */
#include "base/str.h"
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_line(enum log_level level, const char *area, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void log_set_level(enum log_level least);
/* For what cannot be gone on from: logs, then abort(). */
_Noreturn void die(const char *area, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#endif
