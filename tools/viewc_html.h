#ifndef YW_VIEWC_HTML_H
#define YW_VIEWC_HTML_H
/* viewc: the state of one template's compilation, shared by viewc_html.c (markup) and viewc_tag.c ({{tags}}). */
#include "viewc.h"

enum where { IN_TEXT, IN_TAG, IN_VALUE, IN_RAW, IN_RCDATA };

/* Where the walk stands. {{end}} and {{else}} must stand where their {{if}} stood. */
struct place { enum where where; char quote; int tag, attr; size_t depth; };

struct element { const char *name; int line; };
struct tag {                                     /* the tag being read */
    const char *name, *method, *type;
    int line;
    bool has_alt, has_label, has_src, has_action;
};

struct scope {
    const char *var;                             /* C name of a pointer to the view or value */
    const struct type *type;                     /* NULL: a plain value of a list */
    enum kind kind;                              /* of the plain value */
    const char *index;                           /* C name of the number in the list, or NULL */
};

struct block {                                   /* if, ifnot, each, with */
    const char *word, *list;                     /* list: C name of the list of {{each}} */
    int line;
    bool has_else, start, blank;                 /* start, blank: as they were; true only if true on every way */
    bool start_after, blank_after;
    struct place at;
    size_t scopes;                               /* how many there were outside */
};

struct comp {
    struct viewc *c;
    struct template *t;
    const char *p;
    int line, serial, vars, inner;
    struct sb code, lit, value;                  /* value: literal text of the attribute being read */
    struct place at;
    struct tag tag;
    const char *attr_name;
    bool attr_url, attr_closed;
    bool start;                                  /* nothing stands yet in the attribute's value */
    bool blank;                                  /* a blank was read inside the tag */
    LIST(struct element) elements;
    LIST(struct scope) scopes;
    LIST(struct block) blocks;
};

bool one_of(const char *s, const char *const *list);
const char *braces_end(const char *p);
void eat(struct comp *k, size_t n, bool keep);
void emit(struct comp *k, const char *code);
void flush(struct comp *k);
/* viewc_tag.c */
void tag_in_braces(struct comp *k);
const char *title_code(struct comp *k);
#endif
