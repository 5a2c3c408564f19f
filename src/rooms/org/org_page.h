#ifndef YW_ORG_PAGE_H
#define YW_ORG_PAGE_H
#include "core/room.h"
int org_regions_page(struct req *r);
int org_region_pick_page(struct req *r);
int org_departments_page(struct req *r);
int org_department_page(struct req *r);
#endif
