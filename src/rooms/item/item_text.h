#ifndef YW_ROOM_ITEM_TEXT_H
#define YW_ROOM_ITEM_TEXT_H
/* Small things of this room's pages. */
#include "core/req.h"
#include "item_view.h"
#include "rooms/item/item_private.h"

/* A text of the catalogue in the reader's language; Chinese, marked so, where there is no English. */
struct view_item_said item_said(int lang, str zh, str en);
/* The member `key` of a guide with its English twin key_en. Absent text when missing. */
struct view_item_said item_said_of(int lang, const json_t *obj, const char *key);
/* The same on its own, NULL when missing or empty. */
const struct view_item_said *item_said_new(struct req *r, const json_t *obj, const char *key);
struct limit item_limit_of(const json_t *v);
/* "prefix.value" in the reader's language; the value itself when there is no such text. */
str item_word(struct req *r, const char *prefix, str value);

/* The words of a list through a text prefix (NULL: as they are), joined the language's way. */
str item_joined(struct req *r, const json_t *list, const char *prefix);
/* A value that pages do not know, as plain text: [20,"工作日"] reads 20 工作日; an object as its members. */
str item_plain(struct req *r, const json_t *v);
str item_limit_text(struct req *r, struct limit l);
str item_or_none(str s);                         /* an empty text is absent */

/* A list of facts under construction; past its end nothing is added. `field`: marked when its finding says so, or NULL. */
struct item_findings_rows;
struct item_facts {
    struct req *r;
    const struct item_findings_rows *found;
    struct view_item_fact *at;
    size_t n, cap;
};
struct item_facts item_facts_new(struct req *r, const struct item_findings_rows *found, size_t cap);
void item_fact_said(struct item_facts *f, str label, struct view_item_said value, const char *field);
void item_fact(struct item_facts *f, int label, str value, const char *field);           /* in the reader's language already */
void item_fact_of(struct item_facts *f, int label, const json_t *obj, const char *key);  /* a text of the catalogue */
bool item_to_check(const struct item_findings_rows *found, const char *field);

/* The parts of a guide, for the guide itself and the handbook . */
struct item_conditions { const struct view_item_condition *at; size_t n; };
struct item_papers { const struct view_item_paper *at; size_t n; };
struct item_laws { const struct view_item_law *at; size_t n; };
struct item_refers { const struct view_item_refer *at; size_t n; };
struct item_denials { const struct view_item_said *at; size_t n; };
void item_fill_refers(struct req *r, const json_t *guide, struct item_refers *ret);      /* who need not apply, or not here */
void item_fill_denials(struct req *r, const json_t *guide, struct item_denials *ret);
void item_fill_conditions(struct req *r, const json_t *guide, struct item_conditions *ret);
void item_fill_papers(struct req *r, const json_t *guide, bool staff, struct item_papers *ret);
void item_fill_laws(struct req *r, const json_t *guide, struct item_laws *ret);
#endif
