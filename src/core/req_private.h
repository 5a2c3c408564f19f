#ifndef YW_CORE_REQ_PRIVATE_H
#define YW_CORE_REQ_PRIVATE_H
/* Inside of a request: engine, answers, session. Rooms include core/req.h only. */
#include "core/batch.h"
#include "core/req.h"
#include "web/edge.h"
#include "web/out.h"

enum answer_kind { ANSWER_NONE, ANSWER_SHOW, ANSWER_DONE, ANSWER_BYTES, ANSWER_FILE, ANSWER_REPLAY };

struct answer {                                  /* reset whenever a handler is run again */
    enum answer_kind kind;
    const struct view_type *type;
    const void *view;
    int status;
    str location, content_type, bytes, filename;
    int fd;                                      /* closed by the edge, or by answer_reset */
    int64_t fd_size;
    int notice;                                  /* text id, -1 for none */
    struct { const char *name; str value; int64_t seconds; } cookies[4];
    size_t n_cookies;
};
struct failure {                                 /* why it was refused */
    int status;                                  /* 0: nothing failed */
    const char *code;
    str message, field;
    const str *actions;
    size_t n_actions;
};
struct wrong { str field, message; };
struct seen { int64_t person_id, object_id; const char *object, *purpose; str what; };
struct leaf {
    bool set;
    const char *object;
    int64_t id, version, seq;                    /* seq 0: not drawn yet */
    str content, reason;
};

struct req_private {
    struct engine *engine;
    struct exchange *x;
    str params[REQ_PARAMS];
    size_t n_params;
    str token;                                   /* of the session: cookie or bearer */
    bool bearer;
    str visitor;                                 /* cookie of one who is not signed in */
    bool visitor_fresh;
    bool large;
    str set_lang, set_size;                      /* asked for in the query: becomes a cookie */
    str key;                                     /* idempotency key */
    struct form_pair *pairs; size_t n_pairs;     /* what a page posted, to offer it again after a new sign-in */
    bool csrf_ok;
    uint8_t body_hash[32];
    int notice_shown;                            /* text id from the cookie, -1 */
    int64_t seen_at;                             /* of the session */
    struct answer answer;
    struct failure failure;
    struct wrong wrongs[FORM_FAULTS_MAX];
    size_t n_wrongs;
    bool personal_settled;
    struct seen seen[8];
    size_t n_seen;
    struct leaf leaf;
    struct member member;                        /* its place in a batch */
    bool rendered;                               /* inside the transaction already */
    int stage;                                   /* engine.c */
    bool again;                                  /* a page shown again after a refused POST: its status is the failure's */
    str reference;
    const char *failed_query;                    /* inside the batch, for the log: its struct db does not outlive it */
};

void answer_reset(struct req *r);
str answer_json(struct req *r);                  /* the body of a `done` answer: kept with the idempotency key */
/* Turns answer or failure into bytes on the exchange. The database must still be open for HTML pages (layout). */
void answer_render(struct req *r);
/* The last resort, without memory or database. */
void answer_plain(struct exchange *x, int status, bool json);
void page_render(struct req *r, const struct view_type *type, const void *view, int status);
void fail_text(struct req *r, int status, const char *code, int text_id);
void form_faults_to_wrongs(struct req *r, const struct form_faults *faults);

int session_identify(struct req *r);             /* fills r->who; public when there is no valid session */
bool session_csrf_ok(struct req *r, str token);
str session_csrf(struct req *r);                 /* token for forms; makes a visitor cookie when needed */

int leaf_write(struct req *r);                   /* the evidence row of this act */
int seen_write(struct db *db, struct req *r);    /* access leaves and rows */
int ids_lease(struct db *db);                    /* engine, at the start of a batch */
void ids_forget(void);                           /* after a batch that did not commit */
/* In a pool: fewer are left than a member may need (slow: an import); a block is drawn in a transaction and used once that stands. */
bool ids_low(bool slow, int64_t *ret_wanted);
int ids_draw(struct db *db, int64_t n, int64_t *ret_first);
void ids_use(int64_t first, int64_t n);
#endif
