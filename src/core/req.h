#ifndef YW_CORE_REQ_H
#define YW_CORE_REQ_H
/* A request as a handler sees it, and the few ways to answer it. This page is the manual of room writers; docs/add-a-page.md
 * walks through it once.
 *
 * Life of a request (core/engine.c): GET: reader thread: session, right, object check, run, answer. POST: reader thread:
 * session, right, prepare (may block: Argon2, files, drawing); writer thread, inside one savepoint: session, right and object check
 * again, run, evidence leaf; COMMIT; answer. `run` of a POST may be run more than once (a batch that lost its transaction,
 * debug builds): no effect outside r->db and r->arena. */
#include "base/fault.h"
#include "core/room.h"
#include "db/db.h"
#include "web/form.h"
#include "web/out.h"

struct exchange;
struct view_web_error;

/* Who asks. Public: person_id == DB_NONE. A staff member acts in exactly one post per session. */
struct who {
    int64_t session_id;
    int64_t person_id;                           /* natural person: duty rules are per person, never per account */
    str person_name;
    uint8_t person_key[32];                      /* keyed hash of the person, for evidence */
    int64_t post_id;                             /* DB_NONE: acts as a citizen */
    str post_name, role;                         /* role: contract.md, "citizen", "agent", "acceptance-clerk" ... */
    int64_t department_id, hall_id;              /* of the post; DB_NONE where it has none */
    str region;                                  /* of the post, or the person's choice */
    int64_t enterprise_id;                       /* acting for this enterprise; DB_NONE otherwise */
    str enterprise_name;
    uint64_t rights;                             /* bits by core/access.c */
};

#define REQ_PARAMS 4
struct req {
    struct arena *arena;
    struct db *db;
    const struct route *route;
    int lang;                                    /* LANG_ZH, LANG_EN */
    bool json;                                   /* the JSON face was asked for */
    struct who who;
    int64_t now;                                 /* wall ms, one value for the whole request */
    str region;                                  /* 12-digit code of the region chosen (cookie), "" for the province */
    const void *form;                            /* the decoded form of this route, struct form_...; NULL when it has none */
    const struct form_desc *posted_desc;         /* in a page shown again after a refused POST: what had been posted */
    const void *posted;
    void *object;                                /* left by the object check for the handler */
    void *prepared;                              /* left by prepare */
    struct req_private *priv;
};

/* ---- input ---- */
str req_param(const struct req *r, int n);               /* n-th {..} of the path, decoded */
int64_t req_id(const struct req *r, int n);              /* as an id; DB_NONE when it is not one (then answer not_there) */
bool is_staff(const struct req *r);
bool signed_in(const struct req *r);
bool has_right(const struct req *r, const char *right);
/* The values of a refused POST when its page is shown again, else NULL. */
const void *req_posted(const struct req *r, const struct form_desc *desc);
str req_text(const struct req *r, int text_id);          /* in the request's language */

/* ---- answers: the result is what the handler returns ---- */
int show(struct req *r, const struct view_type *type, const void *view);      /* 200, HTML or JSON */
/* After a POST. HTML: 303 to `location`. JSON: `status` (200 or 201) with the view (type may be NULL: {}). */
int done(struct req *r, int status, str location, const struct view_type *type, const void *view);
int redirect(struct req *r, str location);               /* from a GET: 303; JSON gets {} */
void say(struct req *r, int text_id);                    /* a line shown once on the page after the redirect */
int send_bytes(struct req *r, const char *type, str bytes, str filename);     /* filename absent: shown inline */
int send_file(struct req *r, const char *type, int fd, int64_t size, str filename);   /* fd is owned from here on */
void set_cookie(struct req *r, const char *name, str value, int64_t seconds); /* HttpOnly; SameSite=Lax; 0 deletes */

/* ---- refusals: each returns ERR_REFUSED ---- */
int refuse(struct req *r, int status, const char *code, int text_id);
int refuse_with(struct req *r, int status, const char *code, int text_id, const str *args, size_t n);
int refuse_field(struct req *r, const char *field, int text_id);              /* 400 invalid, with the field */
int refuse_field_with(struct req *r, str field, int text_id, const str *args, size_t n);
/* Collects one more fault without returning: refuse_fields returns ERR_REFUSED when any was collected, else 0. */
void wrong_field(struct req *r, str field, int text_id, const str *args, size_t n);
int refuse_fields(struct req *r);
int not_there(struct req *r);                            /* 404: also for what is not mine */
int refuse_changed(struct req *r);                       /* 409 changed: a stale version */
int refuse_actions(struct req *r, const char *code, int text_id, const str *actions, size_t n);  /* 409 with the legal ones */

/* ---- the record ---- */
/* Says what the act of this POST changed. Exactly once per successful POST whose route has an act; the engine writes the leaf
 * (post, person, act, object, version, time, reason, salted SM3 of content) in the same transaction. content: canonical text. */
void evidence(struct req *r, const char *object, int64_t id, int64_t version, str content, str reason);
/* The number the leaf will have, drawn now: for answers that carry it. Call it after evidence(). */
int64_t evidence_number(struct req *r);
/* Reading personal columns must be accounted for, or the answer is withheld (500, logged): */
void personal_own(struct req *r);                        /* they belong to the person who asks, or to the enterprise acted for */
void personal_masked(struct req *r);                     /* they leave masked only, or not at all */
/* Staff saw a person's data unmasked: one access leaf, and a row the person can see. purpose: "case", "counter" ...; what: fields. */
void personal_seen(struct req *r, int64_t person_id, const char *object, int64_t id, const char *purpose, str what);

/* ---- shared helpers on a transaction ---- */
int64_t new_id(struct db *db);                           /* increasing, unique over all tables; negative ERR_* on failure */
int series_next(struct db *db, str series, int64_t *ret);/* 1, 2, 3 ... without gaps, serialised by the engine */
int job_add(struct db *db, const char *kind, str payload_json, int64_t due_ms);
/* Calls what other rooms registered for this event, inside the same transaction. data: as the event's header comment says. */
int event_emit(struct req *r, const char *name, const void *data);
/* An upload made durable under its SM3, in `prepare` (blocks; the row that names it is written in `run`). ERR_FULL, ERR_FAIL. */
int upload_keep(struct req *r, const struct upload *u);
int upload_fd(const struct upload *u);                   /* the spooled file for reading; close_fd it. negative: failed */
int kept_fd(struct req *r, const uint8_t sm3[32]);       /* a kept file for reading (send_file takes it over). negative: not there */
void close_fd(int fd);
/* An act of the clock, from a job's finish: what the law lays down when a period has run out. `run` gets a request of nobody (who is
 * public, texts Chinese) and says evidence() as a handler does; the leaf is written with `act`. Without evidence() nothing was done. */
int act_of_clock(struct db *db, const char *act, int (*run)(struct req *r, void *arg), void *arg);
/* Personal numbers: ciphertext and look-up hash with the keys of DIR (0400). */
str secret_box(struct arena *a, str plain);
int secret_open(struct arena *a, str box, str *ret_plain);
str secret_hash(struct arena *a, str plain);             /* HMAC-SM3, 32 bytes */
int64_t setting_int(const char *name);
str setting_str(const char *name);
const char *store_dir(void);
#endif
