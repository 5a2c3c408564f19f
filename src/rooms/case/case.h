#ifndef YW_ROOM_CASE_H
#define YW_ROOM_CASE_H
/* The case record: submission, states, acts, clocks, notices, receipts. What other rooms may use of it.
 *
 * A case moves only by acts. An act is one row of a table (struct case_act); the engine in case_acts.c does for every act
 * the same things in the same order: legal in this state, not stale, allowed for this person, apply, record, tell.
 * docs/add-a-step.md adds an act by example. */
#include "core/req.h"
#include "case_sql.h"
#include "rooms/form/form.h"

/* On whose desk an act is done. */
enum case_by {
    CASE_BY_APPLICANT,          /* applicant or agent with a mandate in force */
    CASE_BY_WINDOW,             /* clerk of a hall on whose entrusted list in force the item stands */
    CASE_BY_EITHER,             /* applicant, or such a clerk at the counter */
    CASE_BY_BODY,               /* officer of the implementing body */
    CASE_BY_ISSUING             /* clerk of the hall's issuing window */
};

/* One act being done. `c` is the case as read; apply() fills the rest as needed. */
struct case_doing {
    const struct case_by_id *c;
    const struct case_act *act;
    int64_t version, seq;       /* of the case after this act */
    str to;                     /* the state after: act->to, which apply() may change among the states the act names */
    str note;                   /* one line for the history, in the words of the person who acted; may be absent */
    str reason;                 /* for the evidence leaf; may be absent */
    str number;                 /* number drawn by this act, or the case's own */
    str acceptance_no;
    str content;                /* JSON text of what the act laid down, hashed into the evidence leaf; absent: {} */
};

struct case_act {
    const char *name;           /* "accept": path segment, word in `actions`, evidence "case.accept" */
    const char *from;           /* states it is legal in, separated by spaces */
    const char *to;             /* state after it */
    enum case_by by;
    const char *right;          /* right of the route */
    const char *duty;           /* class of duty it takes: accept review decide make issue; NULL for the applicant */
    int (*apply)(struct req *r, struct case_doing *d);
};

/* Acts of one source file; the list of lists stands at the top of case_acts.c. */
struct case_acts {
    const struct case_act *at;
    size_t n;
};
extern const struct room case_room;
extern const struct case_acts case_window_acts, case_body_acts, case_issue_acts;

const struct case_act *case_act_find(str name);          /* NULL when there is none */
/* Handler of every POST /cases/{id}/ACT: the act is the last segment of the route's path. */
int case_act_post(struct req *r);

/* Event "case.changed", emitted inside the transaction of every act and of every submission. Borrowed texts. */
struct case_event {
    int64_t case_id, version;
    str act, from, to;          /* from: absent for a submission */
    str number, acceptance_no;  /* absent where not yet drawn */
    int64_t item_id;
    str item_name;
    int64_t applicant_person_id, actor_person_id, enterprise_id;     /* enterprise_id: DB_NONE for a person's case */
    str region;
    int64_t department_id, hall_id;
    str note;
    int64_t at;
};

/* ---- submission ---- */
struct case_submission {
    str act;                    /* "submit" or "open" (at the counter) */
    int64_t item_id;
    int64_t applicant_person_id, enterprise_id, actor_person_id;
    int64_t hall_id;            /* of the counter; DB_NONE online: a hall entrusted with the item is chosen */
    str fields;                 /* JSON object as sent */
    const struct form_material *materials;
    size_t n_materials;
    const struct case_handed *handed;    /* at the counter: what lies on it, parallel to materials; NULL online */
};
struct case_handed { int64_t originals, copies; };
struct view_case_receipt;
/* Creates the case, records evidence, emits the event; all in the caller's transaction. ERR_REFUSED when refused. */
int case_submit(struct req *r, const struct case_submission *s, struct view_case_receipt *ret);

/* ---- lights ---- */
enum case_light { CASE_LIGHT_NONE, CASE_LIGHT_OK, CASE_LIGHT_NEAR, CASE_LIGHT_OVER };
#endif
