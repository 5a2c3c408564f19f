#ifndef YW_ROOM_ITEM_H
#define YW_ROOM_ITEM_H
/* item: the item library (事项库): codes, versions, materials, themes, findings, entrusted lists, import, search, guides. */
#include "base/json.h"
#include "core/room.h"
#include "db/db.h"

extern const struct room item_room;

/* ---- one item ---- */
/* The published version's head. type: two digits of GB/T 39046-2020 A.1 ("01" permit ... "20" public service);
 * kind: "immediate" (即办件), "commitment" (承诺件), "other". level 0: not stated. */
struct item_head {
    int64_t item_id;
    str code, name, name_en;                     /* name_en may be absent */
    int64_t version;
    str type, kind;
    int64_t department_id;
    str region;
    int64_t level;
    bool online;
    int64_t legal_n;  str legal_unit;            /* DB_NONE: no limit stated; unit workday day month hour */
    int64_t promise_n; str promise_unit;
    bool code_national, code_own;
};
int item_by_code(struct db *db, str code, struct item_head *ret);        /* 1 found, 0 not */
/* The whole guide of one version (demo/README.md says what stands in it), as a tree that lives with `a` and is shared with other
 * requests: read it, do not change it. 1 found, 0 not. */
int item_guide(struct db *db, struct arena *a, int64_t item_id, int64_t version, json_t **ret);
/* Of it only key, objects and fields: what a submission is checked by, at a tenth of the cost. */
int item_form(struct db *db, struct arena *a, int64_t item_id, int64_t version, json_t **ret);
/* Is the item on the hall's entrusted list (委托受理事项清单) in force on that day (days since 1970)? 1 or 0. */
int item_entrusted(struct db *db, int64_t hall_id, int64_t item_id, int64_t day);

/* ---- for the home page ---- */
struct item_name { str code, name, name_en; };   /* name_en may be absent */
struct item_names { const struct item_name *at; size_t n; };
int item_popular_list(struct db *db, str region, int64_t most, struct item_names *ret);
/* Themes of one kind ("person", "organisation") that have items, in the order of the code list. theme: "person-085", as in
 * /items?theme=. */
struct item_theme_line { str theme, code, name; int64_t n; };
struct item_theme_lines { const struct item_theme_line *at; size_t n; };
int item_theme_list(struct db *db, int lang, const char *kind, struct item_theme_lines *ret);

/* ---- import: CSV or JSON, told apart by content ---- */
enum { ITEM_DRY_RUN = 1, ITEM_SKIP_BAD = 2 };
struct item_refusal { int64_t line; str field, reason; };                /* line 0: the file as a whole; field may be empty */
struct item_import_result {
    int64_t imported, updated, unchanged, refused;
    const struct item_refusal *refusals;         /* refused many, by line */
    size_t n;
};
/* Takes a file in. source: its name, kept with each version. 0: keep what was written. ERR_REFUSED: something was refused and
 * ITEM_SKIP_BAD was not given; nothing was written. Other codes: undo. With ITEM_DRY_RUN nothing is written and the counts say
 * what would be. *ret is filled in every case; its texts live in `a`. */
int item_import(struct db *db, struct arena *a, str text, str source, int flags, int64_t now, struct item_import_result *ret);

/* ---- the linter: what a guide's wording leaves open, what contradicts itself, what is missing (item_lint.c) ---- */
/* field: where, counted from 1 ("conditions.2.text"); rule: a word ("vague", "missing"); wording: what stands there, "-" when
 * nothing does; mend: what to do, one English sentence without a full stop. */
struct item_finding_line { str field, rule, wording, mend; };
struct item_finding_lines { const struct item_finding_line *at; size_t n; };
struct item_finding_lines item_lint(struct arena *a, const json_t *guide);
/* Of the published version. 1 found, 0 not. */
int item_lint_of(struct db *db, struct arena *a, str code, struct item_finding_lines *ret);
/* Of the next published item behind *after (an id, at first 0), which moves on. 1, or 0 at the end. */
int item_lint_next(struct db *db, struct arena *a, int64_t *after, str *ret_code, struct item_finding_lines *ret);

/* ---- the demo province ---- */
/* item_json: one guide per text; entrusted_json: the entrusted lists. Again is harmless. ERR_FORMAT: *ret_why says why. */
int item_load_demo(struct db *db, struct arena *a, const str *item_json, size_t n, str entrusted_json, int64_t now, str *ret_why);

/* ---- shared with later rooms ---- */
str item_type_name(int lang, str type);
str item_kind_name(int lang, str kind);
#endif
