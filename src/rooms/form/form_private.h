#ifndef YW_ROOM_FORM_PRIVATE_H
#define YW_ROOM_FORM_PRIVATE_H
/* What the files of this room share. */
#include "form_sql.h"
#include "form_view.h"
#include "rooms/form/form.h"
#include "texts.h"

#define FORM_FIELDS_MAX ((size_t)400000)         /* bytes of one application's fields */
#define FORM_ROWS_MAX ((size_t)500)              /* rows of a table field, whatever the item says */
#define FORM_PAGE 20

/* ---- form_fold.c: JSON trees that live with an arena ---- */
json_t *form_own(struct arena *a, json_t *v);    /* dropped with the arena; NULL is memory that could not be had */
str form_string(const json_t *v);                /* absent when it is no string */
bool form_blank(const json_t *v);                /* nothing was entered: absent, null, "", or a list or object of such */
const json_t *form_field_named(const json_t *item_fields, str name);
str form_kind(const json_t *field);
str form_label(int lang, const json_t *any, const char *key);    /* key, or key_en when English is asked for and there */
/* The fields in the form's order, flat names of a page folded into objects and rows, blanks left out, unknown names last. */
json_t *form_fold(struct arena *a, const json_t *item_fields, const json_t *map);
/* "李四 460105199001011234" -> both; either may be empty. */
void form_split_pair(str text, str *ret_name, str *ret_number);
str form_number_key(str kind);                   /* "id_number" or "uscc" */
/* Name and number of a person or enterprise field, from an object or a text. */
void form_pair_parts(str kind, const json_t *value, str *ret_name, str *ret_number);

/* ---- form_check.c ---- */
struct form_problem { str path; int text; str args[2]; size_t n; };
struct form_problems { struct form_problem *at; size_t n, room; };
/* Judges a folded tree; the canonical tree is complete only when there is no problem. */
json_t *form_judge(struct req *r, const json_t *item_fields, const json_t *folded, struct form_problems *ret);
str form_problem_text(struct req *r, const struct form_problem *p);
str form_option_value(const json_t *option);

/* ---- form_show.c ---- */
str form_value_text(struct req *r, const json_t *field, const json_t *value);
struct form_show { bool check, grow; str rows; const json_t *stored; };
int form_fill_inputs(struct req *r, const json_t *item_fields, const json_t *folded, const struct form_show *how,
                     struct view_form_inputs *ret);

/* ---- form_draft.c ---- */
struct form_full {                               /* what form_draft_mine leaves; `d` must stay first */
    struct form_draft d;
    int64_t fields_version;
    struct form_draft_materials_rows rows;
};
int form_open_post(struct req *r);
int form_save_post(struct req *r);
int form_delete_post(struct req *r);
int form_guide_fields(struct req *r, int64_t item_id, int64_t version, json_t **ret_guide, const json_t **ret_fields);
str form_draft_url(struct req *r, int64_t draft_id, const char *tail);
/* Text id of why this item is not for the one who asks (persons, organisations), or -1. */
int form_unfit(struct req *r, const json_t *guide);
/* Canonical text of what was saved, for the evidence leaf. */
str form_draft_content(struct req *r, const struct form_full *d);
int form_draft_reload(struct req *r, int64_t draft_id, struct form_full **ret);

/* ---- form_page.c ---- */
int form_start_page(struct req *r);
int form_list_page(struct req *r);
int form_draft_page(struct req *r);
/* The members that leave as JSON. */
int form_draft_view(struct req *r, const struct form_full *d, struct view_form_draft *ret);

/* ---- form_material.c ---- */
bool form_way_in(str ways, const char *way);
int form_choose_prepare(struct req *r);
int form_choose_post(struct req *r);
int form_fill_slots(struct req *r, const struct form_full *d, int64_t item_version, const json_t *guide,
                    struct view_form_draft *v);

/* ---- form_file.c ---- */
struct form_kept { const char *type; };          /* from prepare: the upload is on disk under its digest */
/* Looks into the upload, decides its type and keeps it. field: where to complain. */
int form_keep_upload(struct req *r, const struct upload *u, const char *field, struct form_kept *ret);
int form_file_row(struct req *r, const struct upload *u, const struct form_kept *k, struct form_file_same *ret);
str form_size_words(struct req *r, int64_t size);
int form_file_prepare(struct req *r);
int form_file_post(struct req *r);
int form_files_page(struct req *r);
int form_file_get(struct req *r);
#endif
