#ifndef YW_PERSON_PAGE_H
#define YW_PERSON_PAGE_H
#include "core/req.h"

struct view_person_post;
struct view_person_agency;

int person_sign_in_prepare(struct req *r);
int person_sign_in_post(struct req *r);
int person_sign_in_page(struct req *r);
int person_as_page(struct req *r);
int person_as_post(struct req *r);
int person_sign_out_post(struct req *r);
int person_me_page(struct req *r);

/* Posts and mandates in force, for a view; `current` marks the one of this session. */
int person_fill_posts(struct req *r, int64_t person_id, int64_t current, struct view_person_post **ret_at, size_t *ret_n);
int person_fill_agencies(struct req *r, struct view_person_agency **ret_at, size_t *ret_n);
#endif
