#ifndef YW_ROOM_FORM_H
#define YW_ROOM_FORM_H
/* form: what an applicant fills in before there is a case: fields checked against the item's form, drafts, uploaded files.
 * Kinds of fields: text textarea number money date choice choices region person enterprise mobile mail bool table file. */
#include "base/json.h"
#include "core/req.h"

extern const struct room form_room;

/* ---- fields ---- */
/* map_json: an object of fields as it came in, in either face: {"name": value}, also the flat names of a page ("owner.id_number",
 * "staff.0.name"). item_fields: the array "fields" of the item's guide; NULL is an empty one.
 * complete false (a save): nothing is judged but size and shape; *ret_canonical is what was typed, in the form's order, unknown
 * names behind it, empty values left out.
 * complete true (a submit): every fault is collected with wrong_field("fields.NAME") and ERR_REFUSED returned; else canonical:
 * the form's order, money in fen, dates as text, numbers, true and false, person {"name","id_number"}, enterprise
 * {"name","uscc"}, choices and tables as arrays. An absent map_json is an empty object. */
int form_check_fields(struct req *r, const json_t *item_fields, str map_json, bool complete, str *ret_canonical);

/* Fields as people read them, in the form's order, only those that have a value; a table is one line per row. For lists that
 * show what was answered. personal: the value holds a personal number (mask it, or account for it). */
struct form_answer { str name, label, value; bool personal; };
struct form_answers { const struct form_answer *at; size_t n; };
int form_answers(struct req *r, const json_t *item_fields, str fields_json, struct form_answers *ret);

/* The inputs of a form, filled with fields_json (absent: empty), for a page of another room: put a member `inputs form_inputs` in
 * the view, {{include form.inputs inputs}} inside the <form>; names are fields.NAME. check: faults are shown at the inputs. */
struct view_form_inputs;
int form_inputs(struct req *r, const json_t *item_fields, str fields_json, bool check, struct view_form_inputs *ret);

/* ---- materials ---- */
/* One material as it is offered. way: file (with file_id), certificate, later, paper; empty or absent is refused. */
struct form_material {
    str name;
    str way;
    int64_t file_id;                             /* DB_NONE unless way is "file" */
    str certificate;                             /* absent unless way is "certificate" */
};
/* Names must be materials of that version of the item, each at most once, the way one of its ways, a file one of the acting
 * person's. A certificate is refused: they come later. Collects wrong_field("materials.N"), N the place in the list; ERR_REFUSED.
 * Missing materials are no fault here. */
int form_check_materials(struct req *r, int64_t item_id, int64_t version, const struct form_material *at, size_t n);
/* What a complete set would have beside these: names of required materials that were not offered (a warning, never a refusal),
 * and whether any is to come on paper (then the case waits for it). */
struct form_gaps { const str *missing; size_t n_missing; bool paper_wanted; };
int form_material_gaps(struct db *db, int64_t item_id, int64_t version, const struct form_material *at, size_t n,
                       struct form_gaps *ret);

/* ---- drafts ---- */
struct form_draft {
    int64_t draft_id, person_id, enterprise_id;  /* enterprise_id: DB_NONE, the person's own */
    int64_t item_id, item_version;               /* version of the item it was last saved against */
    int64_t version;                             /* of the draft: a submit names it, or is refused as changed */
    int64_t opened_at, updated_at;
    bool live;                                   /* false: submitted or deleted; fields and materials are gone */
    str fields;                                  /* JSON object as typed, never judged */
    const struct form_material *materials;
    size_t n_materials;
};
/* A live draft of the one who asks: same person, same applicant. 0, or ERR_REFUSED: 404 when it is not theirs, 409 when it has
 * been submitted or deleted. Accounts for the personal data (personal_own). */
int form_draft_load(struct req *r, int64_t draft_id, struct form_draft *ret);
/* Object check of routes /drafts/{id}...: is it theirs? A closed one passes, so that a repeated submit reaches its kept answer;
 * `run` then calls form_draft_load. Leaves struct form_draft in r->object, live or not. */
int form_draft_mine(struct req *r);
/* Closes a draft that became a case: its fields are erased here (the case has them), its materials let go. 1 closed; 0: it is
 * not at that version any more (answer refuse_changed). */
int form_draft_close(struct db *db, int64_t draft_id, int64_t version, int64_t now);
/* The page "check and submit": the `again` handler of POST /drafts/{id}/submit, whose form has declare bool, version int. */
int form_draft_review_page(struct req *r);
#endif
