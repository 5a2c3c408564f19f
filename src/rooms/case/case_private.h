#ifndef YW_ROOM_CASE_PRIVATE_H
#define YW_ROOM_CASE_PRIVATE_H
/* What the files of this room share. */
#include "base/calendar.h"
#include "base/json.h"
#include "case_view.h"
#include "rooms/case/case.h"
#include "texts.h"

/* ---- case_rules.c: rules without a database ---- */
bool case_word_in(const char *words, str word);          /* one of words separated by spaces */
str case_desk_of(str state);                             /* who has it now: applicant window body issuing closed */
bool case_state_known(str state);
bool case_state_open(str state);
bool case_act_legal(const struct case_act *a, str state);
/* The class of duty here: acceptance and issuing are one at a one-person counter, review and decision in an immediate case. */
const char *case_duty_class(const char *duty, bool immediate, bool one_person);
/* May a person who was `had` in this case now be `now`? Making follows any part of the approval. */
bool case_duty_fits(str had, str now);
str case_number_format(struct arena *a, str item_code, struct date day, int64_t sequence);
str case_number_series(struct arena *a, str item_code, struct date day);
const char *case_notice_sign(str kind);                  /* the character in a document's number; NULL for an unknown kind */
str case_document_number(struct arena *a, str office, const char *sign, int32_t year, int64_t sequence);
enum case_light case_light_of(const struct calendar *c, int32_t start, int32_t due, int32_t today, int32_t *ret_left);
const char *case_light_name(enum case_light l);
bool case_refusal_kind(str kind);                        /* the closed list */
bool case_same_text(str a, str b);                       /* equal but for spaces at the ends */
bool case_immediate(str kind);

/* ---- case_clock.c ---- */
/* Due day of a period from `start` by the calendar of `region`; *ret_day is DB_NONE when not known or no period is set. */
int case_due_day(struct db *db, str region, struct date start, int64_t n, str unit, int64_t *ret_day);
/* The clock that runs now: from which day, to which day. false: none runs. */
struct case_running { const char *name; int64_t start_day, due_day; bool unknown; };
bool case_clock_running(str state, int64_t received_at, int64_t supplemented_at, int64_t five_day, int64_t accepted_at,
                        int64_t due_day, int64_t promised_day, int64_t made_at, int64_t window_day, struct case_running *ret);
str case_period_words(struct req *r, int lang, struct period p);
int case_clock_view(struct req *r, const struct case_by_id *c, struct view_case_clock *ret);
/* Calendars by region, loaded once per request: lists mix regions. */
struct case_calendars { struct { str region; struct calendar calendar; } at[16]; size_t n; };
const struct calendar *case_calendar(struct req *r, struct case_calendars *cs, str region);
str case_light_words(struct req *r, enum case_light l, int32_t left);

/* ---- case_notice.c ---- */
int case_number_draw(struct req *r, str item_code, str *ret);
/* Draws the number, files the document, unsealed. body: members of the content beside the common facts; may be NULL. */
int case_notice_issue(struct req *r, const struct case_doing *d, const char *kind, json_t *body, str *ret_number);
json_t *case_json_new(struct arena *a);                  /* an empty object that lives with the arena */
void case_json_set(json_t *obj, const char *key, str value);

/* ---- case_acts.c ---- */
enum case_relation { CASE_NOT_MINE, CASE_MINE, CASE_HALL, CASE_BODY };
int case_relation(struct req *r, const struct case_by_id *c, enum case_relation *ret);
/* Names of the acts legal now for the one who asks. */
int case_actions(struct req *r, const struct case_by_id *c, const str **ret_at, size_t *ret_n);
struct case_doing case_begin(const struct case_by_id *c, const struct case_act *a);
int case_do(struct req *r, struct case_doing *d);
int case_history(struct req *r, const struct case_doing *d);
int case_emit(struct req *r, const struct case_doing *d, str number, str acceptance_no);
int case_duty_enter(struct req *r, const struct case_by_id *c, const char *duty);

/* ---- case_deem.c: silence ---- */
bool case_deemable(str item_type);
/* From now on the five days run until `five_day`; after it the case is deemed accepted unless it was answered. */
int case_await_answer(struct req *r, int64_t case_id, str item_type, int64_t five_day);
extern const struct job_kind case_jobs[1];
/* Acceptance as counted from `from`: dates, notice, columns. */
int case_lay_acceptance(struct req *r, struct case_doing *d, int64_t from, bool deemed);

/* ---- object checks of the routes ---- */
int case_in_reach(struct req *r);                        /* GET: applicant, hall, body */
int case_is_mine(struct req *r);
int case_at_my_window(struct req *r);
int case_at_my_body(struct req *r);
int case_at_my_issuing(struct req *r);
int case_mine_or_window(struct req *r);
int case_holds_receipt(struct req *r);

/* ---- handlers ---- */
int case_new_post(struct req *r);
int case_draft_submit_post(struct req *r);
int case_list_page(struct req *r);
int case_page(struct req *r);
int case_receipt_page(struct req *r);
int case_receipt_pdf(struct req *r);
int case_document_pdf(struct req *r);
int case_file_get(struct req *r);
int case_progress_page(struct req *r);
int case_counter_page(struct req *r);
int case_counter_item_page(struct req *r);
int case_counter_post(struct req *r);

/* ---- case_guide.c: what comes from the item's guide ---- */
int case_item_guide(struct req *r, const struct case_by_id *c, json_t **ret);
const json_t *case_guide_fields(const json_t *guide);
str case_in_lang(struct req *r, const json_t *obj, const char *key);      /* the reader's language */
str case_remedy(struct req *r, int lang, const json_t *guide);
int case_fields_open(struct req *r, int64_t case_id, str *ret);
int case_field_rows(struct req *r, const json_t *guide, str fields, const struct view_case_field_row **ret_at, size_t *ret_n);
str case_state_word(struct req *r, str state);
str case_url(struct req *r, int64_t case_id, const char *tail);

/* ---- shared between ways in and out ---- */
str case_day_prose(struct req *r, int64_t ms);          /* 2026年11月23日 */
str case_query_hash(struct arena *a, int64_t case_id, str code);
int case_counter_may(struct req *r, struct case_submission *s);
#endif
