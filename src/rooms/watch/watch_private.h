#ifndef YW_ROOM_WATCH_PRIVATE_H
#define YW_ROOM_WATCH_PRIVATE_H
/* What the files of this room share. */
#include "base/calendar.h"
#include "core/req.h"
#include "rooms/watch/watch.h"
#include "texts.h"
#include "watch_sql.h"
#include "watch_view.h"

/* ---- watch_rule.c: rules without a database ---- */
/* The first day from `start` on at which a period is near its end: a third of its working days or less is left, or one day. */
int64_t watch_near_day(const struct calendar *c, int64_t start, int64_t due);
/* The clock that runs in this state: its first and last day. false: none runs, or its last day is not known. */
bool watch_clock(const struct watch_stand *s, int64_t supplemented_at, int64_t *ret_start, int64_t *ret_due);
enum watch_light { WATCH_NONE, WATCH_OK, WATCH_NEAR, WATCH_OVER };
enum watch_light watch_light_of(int64_t near_day, int64_t due_day, int64_t today);
const char *watch_light_name(enum watch_light l);

/* watch_count.c: hook on "case.changed": keeps watch_case and watch_count, in the transaction of the act. */
int watch_case_changed(struct req *r, const void *event);

/* watch_page.c, watch_story.c */
int watch_page(struct req *r);
int watch_case_in_reach(struct req *r);
int watch_case_page(struct req *r);
/* A department's own supervisor sees its cases only: its number. 0: the office, which sees all. */
int watch_scope(struct req *r, int64_t *ret_department, str *ret_name);
str watch_in_lang(const struct req *r, str zh, str en);
#endif
