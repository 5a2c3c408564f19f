#ifndef YW_CORE_ROOM_H
#define YW_CORE_ROOM_H
/* The room record: what a domain hands to the house. One per folder of src/rooms, listed in app/rooms.c. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct req;
struct db;
struct arena;
struct form_desc;
struct who;

typedef int (*handler)(struct req *r);

enum { FACE_HTML = 1, FACE_JSON = 2, FACE_BOTH = 3 };
enum {
    ROUTE_NEEDS_KEY = 1,        /* POST without an idempotency key is refused */
    ROUTE_CACHE = 2,            /* GET public page that may be cached by the edge for a moment (item guides) */
    ROUTE_SLOW = 4,             /* no 20 ms limit in the writer (imports) */
    ROUTE_LIMITED = 8           /* rate-limited per client address (public look-ups, sign-in) */
};

/* A route. Never filled by hand: GET_ROUTE and POST_ROUTE make a column that is left out a compile error.
 *   path   "/cases/{id}/accept"; a segment in braces is a parameter, in order
 *   right  PUBLIC, SIGNED_IN, or a name from some room's rights
 *   check  "is this mine?": a function named case_is_mine; runs before `run` in the same transaction; NO_CHECK written out
 *   form   fd_... from the room's .view file; NO_FORM
 *   face   FACE_HTML, FACE_JSON, FACE_BOTH
 *   act    evidence word of a POST: "case.accept"; NO_ACT only for what changes no record (sign-out of nothing, previews)
 *   prepare  may block; NO_PREPARE
 *   again  GET handler that shows the page once more after a refused POST in HTML (req_posted has the values); NO_AGAIN
 *   flags  ROUTE_..., 0 */
struct route {
    const char *method, *path, *right, *check_name, *act;
    handler check;
    const struct form_desc *form;
    handler prepare, run, again;
    int face, flags;
};
#define PUBLIC "public"
#define SIGNED_IN "signed-in"
#define NO_CHECK NULL
#define NO_FORM NULL
#define NO_ACT "none"
#define NO_PREPARE NULL
#define NO_AGAIN NULL
#define GET_ROUTE(path_, right_, check_, form_, face_, run_, flags_)                                                          \
    {.method = "GET", .path = (path_), .right = (right_), .check = (check_), .check_name = #check_, .form = (form_),          \
     .face = (face_), .run = (run_), .flags = (flags_), .act = "none"}
#define POST_ROUTE(path_, right_, check_, form_, face_, act_, prepare_, run_, again_, flags_)                                 \
    {.method = "POST", .path = (path_), .right = (right_), .check = (check_), .check_name = #check_, .form = (form_),         \
     .face = (face_), .act = (act_), .prepare = (prepare_), .run = (run_), .again = (again_), .flags = (flags_)}

struct setting { const char *name, *otherwise; bool number; int64_t least, most; const char *help; };
struct right { const char *name; const char *roles; };       /* roles that have it, separated by spaces; "*" staff of any post */
struct event_hook { const char *name; int (*fn)(struct req *r, const void *data); };
struct nav_link { int text; const char *url; const char *right; };   /* right "staff" / "not-staff" / PUBLIC / a right */

/* A job: load in a reader, outside without a database (network, drawing), finish in the writer. All three may be NULL. */
struct job {
    struct arena *arena;
    int64_t job_id;
    str payload;                 /* JSON */
    int tries;                   /* how many times it had been tried before */
    void *loaded;                /* from load to outside and finish */
    int outside_code;            /* what outside returned */
    str outside_why;
};
struct job_kind {
    const char *name;
    int (*load)(struct job *j, struct db *db);
    int (*outside)(struct job *j);
    int (*finish)(struct job *j, struct db *db);     /* < 0: the job is tried again later, with growing pauses */
    int tries_max;                                   /* then it stays as dead, and /health of ops shows it */
};

struct room {
    const char *name;
    const struct route *routes; size_t n_routes;
    const struct setting *settings; size_t n_settings;
    const struct right *rights; size_t n_rights;
    const struct event_hook *events; size_t n_events;
    const struct job_kind *jobs; size_t n_jobs;
    const struct nav_link *nav; size_t n_nav;
    /* One room only (person): completes `who` from a session's person and post, inside the transaction. 1 yes, 0 no longer valid. */
    int (*identify)(struct db *db, struct arena *a, struct who *who);
    /* One room only (portal): the number of unread messages and the region's name for the layout; may be NULL. */
    int (*frame)(struct req *r, int64_t *ret_unread, str *ret_region_name);
};
#define COUNT_OF(a) (sizeof(a) / sizeof *(a))
extern const struct room *const rooms[];             /* app/rooms.c */
extern const size_t rooms_n;
#endif
