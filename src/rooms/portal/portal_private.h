#ifndef YW_ROOM_PORTAL_PRIVATE_H
#define YW_ROOM_PORTAL_PRIVATE_H
/* What the files of this room share. */
#include "core/req.h"
#include "portal_sql.h"
#include "portal_view.h"
#include "rooms/portal/portal.h"
#include "texts.h"

/* portal_home.c */
int portal_home_page(struct req *r);
int portal_frame(struct req *r, int64_t *ret_unread, str *ret_region_name);
str portal_in_lang(const struct req *r, str zh, str en);
/* The region chosen, or the province. 1 found, 0 there is none yet. */
int portal_region_here(struct req *r, struct portal_region *ret);

/* portal_my.c, portal_desk.c */
int portal_my_page(struct req *r);
int portal_footprints_page(struct req *r);
int portal_desk_page(struct req *r);

/* portal_about.c */
int portal_signed_in_page(struct req *r);
int portal_map_page(struct req *r);
int portal_accessibility_page(struct req *r);
int portal_help_page(struct req *r);
int portal_mistakes_page(struct req *r);
#endif
