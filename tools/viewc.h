#ifndef YW_VIEWC_H
#define YW_VIEWC_H
/* viewc: compiles every room's X.view (types), html/NAME.html (templates) and text/zh.txt, text/en.txt (words) to C.
 * One run, one process: memory is taken and never given back. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIEWC_ROOMS 60

/* Text under construction. */
struct sb { char *p; size_t n, cap; };
void sb_put(struct sb *b, const char *p, size_t n);
void sb_z(struct sb *b, const char *z);
void sb_fmt(struct sb *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sb_literal(struct sb *b, const char *p, size_t n);    /* a C string literal, in lines */
void sb_json(struct sb *b, const char *z);                 /* a JSON string with its quotes */

/* A list that grows: struct { T *at; size_t n, cap; }. */
#define LIST(T) struct { T *at; size_t n, cap; }
#define ADD(l, ...) \
    ((l)->at = grow((l)->at, (l)->n, &(l)->cap, sizeof *(l)->at), (l)->at[(l)->n] = (__VA_ARGS__), &(l)->at[(l)->n++])
void *grow(void *at, size_t n, size_t *cap, size_t size);
void *take(size_t n);                                      /* zeroed */
char *copy(const char *p, size_t n);
char *print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool same(const char *a, const char *b);
bool starts(const char *s, const char *head);

enum kind {
    K_TEXT, K_INT, K_ID, K_MONEY, K_TIME, K_DAY, K_BOOL, K_LIMIT, K_JSON, K_MARKUP, K_VIEW,    /* views */
    K_MAP, K_ANY, K_UPLOAD                                                                  /* forms only */
};

struct member {
    const char *name, *json;                     /* json: name in the JSON face, NULL: stays out of it */
    enum kind kind;
    const char *ref_name;                        /* K_VIEW: another view's or form's name */
    struct type *ref;
    bool list, opt, required, lines;
    uint32_t max;
    int line;
};

struct type {                                    /* a view or a form */
    struct room *room;
    const char *name;
    bool form, has_json, upload;
    int line, written;                           /* written: 0 not yet, 1 under way, 2 done */
    LIST(struct member) members;
};

struct text {
    const char *key, *c_name;
    const char *words[2];                        /* zh, en */
    int line[2], holes;
    bool used;
};

struct template {
    struct room *room;
    const char *name, *full, *file;
    const char *src;                             /* whole file, NUL-terminated */
    const char *body; int body_line;             /* behind the head lines */
    struct type *view;
    bool is_layout;                              /* has {{body}} */
    const char *layout_name; int layout_line;
    struct template *layout;
    const char *title; int title_line;           /* words of the title tag, or NULL */
};

struct room {
    size_t index;
    const char *name, *dir, *view_file;
    LIST(struct type *) types;
    LIST(struct text) texts;
    LIST(struct template *) templates;
    bool uses[VIEWC_ROOMS];                      /* rooms whose header is included */
};

struct viewc {
    struct room rooms[VIEWC_ROOMS];
    size_t n;
    const char *out, *icons;
    struct type *page;                           /* web_page, what layouts see */
};

/* Prints file:line: message. Goes on with the next template when `guarded` is running, else ends the program. */
void fail(const char *file, int line, const char *fmt, ...) __attribute__((noreturn, format(printf, 3, 4)));
void warn(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void guarded(void (*fn)(struct viewc *, struct template *, struct sb *), struct viewc *c, struct template *t, struct sb *b);

char *read_text(const char *path);               /* NULL when missing; BOM and CR removed, UTF-8 checked */
bool is_name(const char *s);                     /* [a-z][a-z0-9_]* */
/* Cuts s into words at blanks; at most max, the rest of a longer line counts but is not stored. */
size_t split_words(char *s, char **ret, size_t max);
struct room *room_named(struct viewc *c, const char *name);

/* viewc_type.c */
void types_read(struct viewc *c, struct room *r);
void types_resolve(struct viewc *c, struct room *r);
struct type *type_find(struct viewc *c, const char *name, bool form);
void types_header(struct room *r, struct sb *h);
void types_source(struct room *r, struct sb *s);
void vt_write(struct sb *s, const char *name, const struct type *view, const char *html);

/* viewc_text.c */
void texts_read(struct viewc *c, struct room *r);
/* By the name used in a template: this room's key, or ROOM.KEY. NULL when there is none. */
struct text *text_named(struct viewc *c, struct room *r, const char *name);
/* For {{tt prefix member}}: the room that has keys under the prefix; marks them used. *ret_prefix is without the room. */
struct room *text_prefix(struct viewc *c, struct room *r, const char *name, const char **ret_prefix);
void texts_write(struct viewc *c, struct sb *h, struct sb *s);
void texts_warn(struct viewc *c);
const char *icon_svg(struct viewc *c, const char *file, int line, const char *name);

/* viewc_html.c */
void templates_read(struct viewc *c, struct room *r);
void templates_resolve(struct viewc *c, struct room *r);
void template_compile(struct viewc *c, struct template *t, struct sb *s);
#endif
