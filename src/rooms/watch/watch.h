#ifndef YW_ROOM_WATCH_H
#define YW_ROOM_WATCH_H
/* watch: supervision. Counts and lights of all cases, without a look at any person. Other rooms may read watch_case_pub and
 * watch_count_pub. */
#include "base/calendar.h"
#include "core/room.h"

extern const struct room watch_room;

/* ---- lights, for the lists of later rooms: near_day and due_day of watch_case_pub ---- */
/* Calendars met so far: a list mixes regions. Begin with {0}. */
struct watch_calendars { struct { str region; struct calendar calendar; } at[8]; size_t n; };
struct watch_shown { str light, words; };        /* none ok near over; "还剩 3 个工作日" in the reader's language */
int watch_show_light(struct req *r, struct watch_calendars *cs, str region, int64_t near_day, int64_t due_day, struct watch_shown *ret);
#endif
