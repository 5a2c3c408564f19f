#ifndef YW_FORM_TEST_REQUEST_H
#define YW_FORM_TEST_REQUEST_H
/* A request without an engine: what a handler of this room needs of one, on a store of its own with the demo province. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rooms/org/test/store.h"

#include "rooms/form/form_private.h"
#include "rooms/item/item.h"
#include "rooms/org/org.h"

static inline void load_demo(struct fixture *t)
{
    str why = STR_NONE, items[64];
    size_t n = 0;
    struct org_demo org = {built_in("demo/hainan/regions.csv"), built_in("demo/hainan/departments.json"),
                           built_in("demo/hainan/halls.json")};
    if (org_load_demo(&t->db, &org, &why))
        fail_msg("%.*s", STRF(why));
    for (size_t i = 0; i < demo_files_n && n < 64; i++)
        if (strstr(demo_files[i].path, "hainan/items/"))
            items[n++] = (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    if (item_load_demo(&t->db, t->a, items, n, built_in("demo/hainan/entrusted.json"), clock_now(), &why))
        fail_msg("%.*s", STRF(why));
}

/* A request of a citizen, fresh in everything. */
static inline struct req *request(struct fixture *t, int64_t person_id)
{
    struct req *r = NEW(t->a, struct req);
    r->arena = t->a;
    r->db = &t->db;
    r->json = true;
    r->lang = LANG_ZH;
    r->now = clock_now();
    r->priv = NEW(t->a, struct req_private);
    r->priv->x = NEW(t->a, struct exchange);
    r->priv->answer = (struct answer){.fd = -1, .notice = -1};
    r->who = (struct who){.session_id = 1, .person_id = person_id, .person_name = S("王小岛"), .post_id = DB_NONE,
                          .department_id = DB_NONE, .hall_id = DB_NONE, .enterprise_id = DB_NONE, .role = S("citizen")};
    return r;
}

static inline void add_file(struct fixture *t, int64_t file_id, int64_t person_id)
{
    struct form_file_add added;
    assert_int_equal(form_file_add(&t->db, &(struct form_file_add_in){
        .file_id = file_id, .owner_person_id = person_id, .name = S("a.pdf"), .size = 3, .type = S("application/pdf"),
        .sm3 = {"0123456789abcdef0123456789abcdef", 32}, .at = 1}, &added), 1);
}

/* Message of the refusal about `field`; absent when nothing was said about it. */
static inline str wrong_of(const struct req *r, const char *field)
{
    for (size_t i = 0; i < r->priv->n_wrongs; i++)
        if (str_is(r->priv->wrongs[i].field, field))
            return r->priv->wrongs[i].message;
    return STR_NONE;
}

static inline void same_text(str got, const char *want)
{
    if (!str_is(got, want))
        fail_msg("\n  got    %.*s\n  wanted %s", STRF(got), want);
}
#endif
