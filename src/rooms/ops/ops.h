#ifndef YW_ROOM_OPS_H
#define YW_ROOM_OPS_H
/* ops: health, the description of the JSON face. */
#include "core/room.h"
#define OPS_VERSION "0.1.0"
extern const struct room ops_room;
#endif
