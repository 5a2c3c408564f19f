/* Who I am. */
#include "person_sql.h"
#include "person_view.h"
#include "rooms/org/org.h"
#include "rooms/person/person_page.h"
#include "rooms/person/person_rule.h"

str person_role_name(struct arena *a, int lang, str role)
{
    struct buf b;
    buf_init(&b, a, 200);
    buf_lit(&b, "role.");
    for (size_t i = 0; i < role.n; i++)
        buf_char(&b, role.p[i] == '-' ? '_' : role.p[i]);
    str words = text_find(lang, "person", buf_text(&b));
    return str_none(words) ? role : words;
}

int person_fill_posts(struct req *r, int64_t person_id, int64_t current, struct view_person_post **ret_at, size_t *ret_n)
{
    struct person_posts_rows rows;
    if (person_posts(r->db, person_id, person_today(), &rows) < 0)
        return ERR_FAIL;
    struct view_person_post *at = NEW_ARRAY(r->arena, rows.n, struct view_person_post);
    for (size_t i = 0; i < rows.n; i++) {
        const struct person_posts *p = &rows.at[i];
        at[i] = (struct view_person_post){
            .post_id = p->post_id, .role = p->role, .role_name = person_role_name(r->arena, r->lang, p->role),
            .name = org_in_lang(r->lang, p->name, p->name_en),
            .department = org_in_lang(r->lang, p->department, p->department_en),
            .hall = org_in_lang(r->lang, p->hall, p->hall_en), .region = p->region,
            .region_name = org_in_lang(r->lang, p->region_name, p->region_name_en), .current = p->post_id == current};
    }
    *ret_at = at;
    *ret_n = rows.n;
    return 0;
}

int person_fill_agencies(struct req *r, struct view_person_agency **ret_at, size_t *ret_n)
{
    struct person_agencies_rows rows;
    if (person_agencies(r->db, r->who.person_id, person_today(), &rows) < 0)
        return ERR_FAIL;
    struct view_person_agency *at = NEW_ARRAY(r->arena, rows.n, struct view_person_agency);
    size_t n = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct person_agencies *e = &rows.at[i];
        if (n && at[n - 1].enterprise_id == e->enterprise_id) {      /* two mandates of one enterprise are one capacity */
            at[n - 1].legal = at[n - 1].legal || e->legal;
            continue;
        }
        at[n++] = (struct view_person_agency){
            .enterprise_id = e->enterprise_id, .name = org_in_lang(r->lang, e->name, e->name_en), .uscc = e->uscc,
            .legal = e->legal, .to = e->to_day, .current = e->enterprise_id == r->who.enterprise_id};
    }
    *ret_at = at;
    *ret_n = n;
    return 0;
}

int person_me_page(struct req *r)
{
    struct person_self self;
    struct view_person_me *v = NEW(r->arena, struct view_person_me);
    struct view_person_post *posts;
    struct view_person_agency *agencies;
    int found = person_self(r->db, r->who.person_id, &self);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    personal_own(r);
    if (person_fill_posts(r, r->who.person_id, r->who.post_id, &posts, &v->posts.n) < 0 ||
        person_fill_agencies(r, &agencies, &v->agencies.n) < 0)
        return ERR_FAIL;
    v->posts.at = posts;
    v->agencies.at = agencies;
    v->choices = v->posts.n || v->agencies.n;
    v->person = r->who.person_id;
    v->name = self.name;
    v->role = r->who.role;
    v->role_name = person_role_name(r->arena, r->lang, r->who.role);
    v->post = r->who.post_id;
    v->post_name = r->who.post_name;
    for (size_t i = 0; i < v->posts.n; i++)
        if (posts[i].current)
            v->post_name = posts[i].name;        /* in the reader's language */
    v->enterprise = r->who.enterprise_id;
    v->enterprise_name = r->who.enterprise_name;
    v->region = str_empty(r->who.region) ? STR_NONE : r->who.region;
    v->document = self.document;
    v->id_masked = self.id_masked;
    v->mobile_masked = self.mobile_masked;
    v->mail = self.mail;
    v->assurance = str_i64(r->arena, self.assurance);
    return show(r, &vt_person_me, v);
}
