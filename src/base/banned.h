#ifndef YW_BASE_BANNED_H
#define YW_BASE_BANNED_H
/* Forced in front of every file of the program (gcc -include). The system headers come first, so that their own
 * declarations still read; from here on a call of a banned function names an identifier that does not exist, and the
 * compiler's error names the function. After git's banned.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#ifdef YW_ROOM
#include <fcntl.h>
#endif

#define BANNED(function) sorry_##function##_is_a_banned_function

/* No bound on what is written, or a bound without a NUL: str and buf know their lengths. */
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef gets
#define strcpy(...) BANNED(strcpy)
#define strcat(...) BANNED(strcat)
#define strncpy(...) BANNED(strncpy)
#define strncat(...) BANNED(strncat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define gets(...) BANNED(gets)

/* Hidden state shared by all threads: str_cut, "%m". */
#undef strtok
#undef strerror
#define strtok(...) BANNED(strtok)
#define strerror(...) BANNED(strerror)

/* Time zones of the machine: time is shown in UTC+8 by base/clock.h. */
#undef asctime
#undef ctime
#undef localtime
#undef gmtime
#undef localtime_r
#undef mktime
#define asctime(...) BANNED(asctime)
#define ctime(...) BANNED(ctime)
#define localtime(...) BANNED(localtime)
#define gmtime(...) BANNED(gmtime)
#define localtime_r(...) BANNED(localtime_r)
#define mktime(...) BANNED(mktime)

/* Silent on what is no number: base/num.h. */
#undef atoi
#undef atol
#undef atof
#define atoi(...) BANNED(atoi)
#define atol(...) BANNED(atol)
#define atof(...) BANNED(atof)

/* A shell reads the text. */
#undef system
#undef popen
#define system(...) BANNED(system)
#define popen(...) BANNED(popen)

/* Guessable: base/rand.h. */
#undef rand
#undef srand
#undef random
#define rand(...) BANNED(rand)
#define srand(...) BANNED(srand)
#define random(...) BANNED(random)

/* No failure on a full stack; names that another process can take first. */
#undef alloca
#undef tmpnam
#undef mktemp
#define alloca(...) BANNED(alloca)
#define tmpnam(...) BANNED(tmpnam)
#define mktemp(...) BANNED(mktemp)

#ifdef YW_ROOM
/* Rooms have an arena for memory, the file port for files, the log for words, base/clock.h for time, and no say over
 * the life of the process. */
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef strdup
#undef strndup
#undef fopen
#undef open
#undef printf
#undef time
#undef clock_gettime
#undef exit
#undef abort
#define malloc(...) BANNED(malloc)
#define calloc(...) BANNED(calloc)
#define realloc(...) BANNED(realloc)
#define free(...) BANNED(free)
#define strdup(...) BANNED(strdup)
#define strndup(...) BANNED(strndup)
#define fopen(...) BANNED(fopen)
#define open(...) BANNED(open)
#define printf(...) BANNED(printf)
#define time(...) BANNED(time)
#define clock_gettime(...) BANNED(clock_gettime)
#define exit(...) BANNED(exit)
#define abort(...) BANNED(abort)
#endif
#endif
