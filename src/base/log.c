#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static _Atomic int least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    least_level = (int)least;
}

/* One write per line, so that lines of different threads do not mix. What came from outside cannot start a line of its own. */
static void put_line(enum log_level level, const char *area, const char *fmt, va_list ap)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char line[2048];
    int64_t ms = clock_now(), second = (ms - date_start(date_of(ms))) / 1000;
    struct date d = date_of(ms);
    int n = snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+08:00 %s %s: ", d.y, d.m, d.d, (int)(second / 3600),
                     (int)(second / 60 % 60), (int)(second % 60), (int)((ms % 1000 + 1000) % 1000), names[level], area);
    size_t at = n < 0 ? 0 : (size_t)n < sizeof line - 1 ? (size_t)n : sizeof line - 2;
    n = vsnprintf(line + at, sizeof line - at - 1, fmt, ap);
    size_t end = at + (n < 0 ? 0 : (size_t)n);
    if (end > sizeof line - 2) {
        end = sizeof line - 2;
        while (end > at && ((uint8_t)line[end] & 0xc0) == 0x80)   /* cut between characters */
            end--;
    }
    for (size_t i = 0; i < end; i++)
        if ((uint8_t)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    line[end++] = '\n';
    if (write(STDERR_FILENO, line, end) < 0)
        return;                             /* nobody is left to tell */
}

void log_line(enum log_level level, const char *area, const char *fmt, ...)
{
    if ((int)level < least_level)
        return;
    va_list ap;
    va_start(ap, fmt);
    put_line(level, area, fmt, ap);
    va_end(ap);
}

void die(const char *area, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put_line(LOG_ERROR, area, fmt, ap);
    va_end(ap);
    abort();
}
