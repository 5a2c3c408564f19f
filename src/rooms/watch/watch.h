#ifndef YW_ROOM_WATCH_H
#define YW_ROOM_WATCH_H
/* watch: supervision. Counts and lights of all cases, without a look at any person. Other rooms may read watch_case_pub and
 * watch_count_pub. */
#include "core/room.h"

extern const struct room watch_room;
#endif
