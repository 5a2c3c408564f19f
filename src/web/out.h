#ifndef YW_WEB_OUT_H
#define YW_WEB_OUT_H
/* HTML on its way out. Only code made by the template compiler writes markup; everything else hands it values, and each
 * function here escapes for one context. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "web/text.h"

struct limit { int64_t n; str unit; };           /* n == INT64_MIN: absent; unit workday day month hour */
struct markup { str html; };                     /* made by html_... only */

struct out {
    struct buf b;
    int lang;
    str csrf;                                    /* token for _csrf; absent on pages that cannot post */
    str key_seed;                                /* _key = seed + "-" + running number: one idempotency key per form shown */
    int forms;
    const void *page;                            /* struct view_web_page, for layouts and {{page.x}} */
};

/* What a layout is called with: the page inside it. Made by generated code. */
struct layout {
    void (*html)(struct out *, const void *);
    const void *view;
    str title;
};

/* A view: how it leaves as JSON and as HTML (NULL where it does not). Made by the view compiler. */
struct view_type {
    const char *name;
    void (*json)(struct json *j, const void *view);
    void (*html)(struct out *o, const void *view);
    size_t size;
    const char *schema;                          /* OpenAPI component, JSON text */
};

void out_text(struct out *o, str s);             /* element content and quoted attributes: & < > " ' */
void out_url(struct out *o, str s);              /* whole URL; anything but http https mailto tel / ? # becomes "#" */
void out_url_part(struct out *o, str s);         /* percent-encoded, then fit for an attribute */
void out_int(struct out *o, int64_t v);
void out_money(struct out *o, int64_t fen);
void out_time(struct out *o, int64_t ms, bool prose);
void out_day(struct out *o, int64_t days, bool prose);
void out_limit(struct out *o, struct limit l);
void out_markup(struct out *o, struct markup m);
void out_t(struct out *o, int text_id, const str *args, size_t n);   /* text with {} filled, all escaped */
void out_tt(struct out *o, const char *room, const char *prefix, str value);
void out_form(struct out *o);                    /* the hidden _csrf and _key */
void out_raw(struct out *o, const char *p, size_t n);   /* literal markup of a template */
/* What was written so far, as markup for another view (a list drawn once, a found word marked). */
struct markup out_take(const struct out *o);

/* Members as arguments of a text; prose form of days and times; "" when absent. */
str out_str_int(struct out *o, int64_t v);
str out_str_money(struct out *o, int64_t fen);
str out_str_time(struct out *o, int64_t ms);
str out_str_day(struct out *o, int64_t days);
str out_str_limit(struct out *o, struct limit l);

/* Members in the JSON face; null when absent (INT64_MIN, STR_NONE). */
void json_opt_int(struct json *j, int64_t v);
void json_opt_id(struct json *j, int64_t v);
void json_opt_raw(struct json *j, str json_text);
void json_time(struct json *j, int64_t ms);
void json_day(struct json *j, int64_t days);
void json_limit(struct json *j, struct limit l);
#endif
