#ifndef YW_ROOM_ITEM_PRIVATE_H
#define YW_ROOM_ITEM_PRIVATE_H
/* Between the files of this room only. */
#include "rooms/item/item.h"

/* ---- item_csv.c: RFC 4180, strict ---- */
enum { ITEM_CSV_FIELDS = 32 };
struct item_csv { str text; size_t at; int64_t line; };
struct item_csv_row {
    int64_t line;                                /* where the row begins */
    str at[ITEM_CSV_FIELDS];
    size_t n;                                    /* may be more than ITEM_CSV_FIELDS: then the rest was counted only */
    str why;                                     /* of ERR_FORMAT */
    size_t bad;                                  /* the field it is about, 0-based */
};
void item_csv_begin(struct item_csv *c, str text);                       /* skips a BOM */
/* 1 a row, 0 the end, ERR_FORMAT with line, bad and why (reading goes on at the next line). Empty lines are passed over. */
int item_csv_next(struct item_csv *c, struct arena *a, struct item_csv_row *ret);

/* ---- item_type.c: code lists ---- */
enum item_source { ITEM_GBT, ITEM_SICHUAN, ITEM_EXCHANGE };              /* whose type codes */
/* The two digits of GB/T 39046 for a type as a source writes it; absent when unknown. */
str item_type_code(enum item_source source, str given);
str item_kind_code(str given);                                           /* "immediate" "commitment"; absent when unknown */
int64_t item_level_code(str given);                                      /* 1 ... 7; 0 unknown */
str item_unit_code(str given);                                           /* workday day month hour; absent when unknown */
bool item_theme_known(str kind, str code);
extern const char *const item_theme_codes[2][48];                        /* person, organisation; ends with NULL */
extern const char *const item_theme_texts[2];                            /* the prefixes of their names in text/ */

/* ---- item_map.c: any shape into a guide of ours ---- */
/* A row of the catalogue; names in the order of item_columns. */
enum { COL_DEPARTMENT, COL_MAIN_ITEM, COL_NAME, COL_REGION, COL_CODE, COL_TYPE, COL_DEPT_CODE, COLUMNS };
extern const char *const item_columns[COLUMNS];
str item_map_row(struct arena *a, const str *cells);
/* A member of a guides file: known keys mapped, unknown ones kept. */
str item_map_guide(struct arena *a, const json_t *given);
/* Keys of a guide that pages place by themselves; all others are shown as other information. */
bool item_key_placed(const char *key);

/* ---- item_record.c: what the columns hold, read from a guide ---- */
struct item_note { str field, what, detail; };
struct item_record {
    int64_t line;
    str body;                                    /* compact JSON */
    uint8_t hash[32];
    json_t *tree;
    str code, key, basic, name, name_en, main_item, type, kind, region, department, department_key, dept_code, words;
    bool code_national, code_own, online, for_person, for_organisation;
    int64_t level, legal_n, promise_n;
    str legal_unit, promise_unit;
    struct item_note *notes; size_t n_notes;
    /* left by the first pass for the second */
    int64_t item_id, version, department_id;     /* DB_NONE: new */
    bool refused, same;
};
/* ERR_FORMAT: refused, with field and reason. */
int item_record_read(struct arena *a, str body, struct item_record *ret, str *ret_field, str *ret_why);
int item_record_write(struct db *db, struct arena *a, struct item_record *rec, str source, int64_t now);

/* ---- item_search.c ---- */
str item_fold(struct arena *a, str s);           /* lower case, full-width forms narrowed */
struct item_tokens { const str *at; size_t n; };
struct item_tokens item_tokens_of(struct arena *a, str folded);          /* of an item's words, each once */
struct item_filter {
    str q, region, department, theme_kind, theme, object, type, after;   /* absent: no such filter */
    str home;                                    /* own region first; absent: by id alone */
    int64_t most;
};
struct item_hit {
    int64_t item_id;
    str code, name, name_en, department, department_en, region, region_name, region_name_en, type, kind;
    bool online, mine;                           /* mine: of the home region, above it or inside it */
    int64_t legal_n, promise_n;
    str legal_unit, promise_unit, words;
    int rank;
};
struct item_hits { struct item_hit *at; size_t n; str next; bool relaxed; };   /* relaxed: no item held the words side by side */
/* ERR_FORMAT: `after` is none of ours. */
int item_search(struct db *db, struct arena *a, const struct item_filter *f, struct item_hits *ret);

/* ---- item_page.c, item_guide.c ---- */
int item_list_page(struct req *r);
int item_guide_page(struct req *r);
int item_blank_page(struct req *r);                                      /* item_blank.c */
int item_handbook_page(struct req *r);
int item_themes_page(struct req *r);
#endif
