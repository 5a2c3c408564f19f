#ifndef YW_ROOM_NOTE_H
#define YW_ROOM_NOTE_H
/* note: what people are told. In-site messages, and the outbox of those that also leave by mail. */
#include "core/room.h"
#include "db/db.h"

extern const struct room note_room;

/* Unread messages of a person, counted no further than 100. */
int note_unread(struct db *db, int64_t person_id, int64_t *ret);
#endif
