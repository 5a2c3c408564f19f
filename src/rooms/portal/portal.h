#ifndef YW_ROOM_PORTAL_H
#define YW_ROOM_PORTAL_H
/* portal: the way in. Home, navigation, my space, the desk of staff, and the few pages about the site itself. It has no tables. */
#include "core/room.h"

extern const struct room portal_room;
#endif
