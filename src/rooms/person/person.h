#ifndef YW_ROOM_PERSON_H
#define YW_ROOM_PERSON_H
/* person: people, enterprises and their agents, accounts, sign-in. */
#include "core/room.h"
#include "db/db.h"

extern const struct room person_room;

/* ---- people ---- */
/* What is wrong with an ID number (公民身份号码, or a residence permit with the same layout): the text that names the rule,
 * or -1 when the number is right. */
int person_number_fault(str id_number);
/* 1 found, 0 nobody, also for a number that is none. */
int person_find_by_id_number(struct db *db, struct arena *a, str id_number, int64_t *ret_person);
/* Finds the person by ID number or adds them. mobile may be absent; of somebody known it changes nothing.
 * ERR_FORMAT: the number is wrong (person_number_fault says how), or the name is empty or the mobile is none;
 * ERR_EXISTS: the number belongs to somebody of another name. */
int person_ensure(struct db *db, struct arena *a, str name, str id_number, str mobile, int64_t *ret_person);
/* The keyed hash of a person that evidence carries. */
int person_key(struct arena *a, int64_t person_id, uint8_t ret[32]);
/* The numbers in clear. Personal: the handler accounts for it (personal_own, personal_seen). 1 found, 0 not. */
int person_id_number(struct db *db, struct arena *a, int64_t person_id, str *ret);
int person_mobile(struct db *db, struct arena *a, int64_t person_id, str *ret);

/* The word for a role ("acceptance-clerk") in the reader's language. */
str person_role_name(struct arena *a, int lang, str role);

/* ---- enterprises ---- */
int person_uscc_fault(str uscc);                 /* text, or -1 when it is right */
/* May the person act for the enterprise on this day? scope_word: what the mandate must name (an item's key), absent when any
 * mandate will do. A mandate for "*" covers everything. 1, 0. */
int person_acts_for(struct db *db, int64_t person_id, int64_t enterprise_id, str scope_word, int32_t day);

/* ---- accounts ---- */
/* Argon2id in its encoded form, salt of its own. At most two run at a time in the process: blocks. */
int person_password_hash(struct arena *a, str password, str *ret_hash);
bool person_password_ok(str password, const char *encoded);

/* ---- the engine's question: who is this? ---- */
int person_identify(struct db *db, struct arena *a, struct who *who);

/* ---- the demo province: after org_load_demo. Again is harmless. ERR_FORMAT: *ret_why names the row. ---- */
struct person_demo { str people_json, enterprises_json, staff_json; };
int person_load_demo(struct db *db, const struct person_demo *texts, str *ret_why);
#endif
