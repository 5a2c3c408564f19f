/* The counter: a clerk opens a case for the person standing there. The clerk records, the person is the applicant and signs. */
#include "base/arena.h"
#include "base/num.h"
#include "rooms/case/case_private.h"
#include "rooms/item/item.h"
#include "rooms/person/person.h"

#define PAGE_SIZE 50

static int32_t today(const struct req *r)
{
    return date_days(date_of(r->now));
}

static str in_lang(struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

/* GET /counter: what the hall is entrusted with today. */
int case_counter_page(struct req *r)
{
    const struct form_case_counter_start *f = r->form;
    struct view_case_counter_list *v = NEW(r->arena, struct view_case_counter_list);
    struct case_hall_items_rows rows;
    struct case_hall hall;
    if (r->who.hall_id == DB_NONE || case_hall(r->db, r->who.hall_id, &hall) != 1)
        return refuse(r, 403, "no_right", T_CASE_NOT_YOURS);
    int code = case_hall_items(r->db, &(struct case_hall_items_in){
        .hall_id = r->who.hall_id, .today = today(r), .after = f && f->after != DB_NONE ? f->after : 0,
        .most = PAGE_SIZE + 1}, &rows);
    if (code < 0)
        return code;
    size_t n = rows.n > PAGE_SIZE ? PAGE_SIZE : rows.n;
    struct view_case_counter_item *at = NEW_ARRAY(r->arena, n + 1, struct view_case_counter_item);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct view_case_counter_item){.name = in_lang(r, rows.at[i].name, rows.at[i].name_en), .code = rows.at[i].code,
                                                .department = rows.at[i].department_name,
                                                .url = str_cat(r->arena, S("/counter/"), rows.at[i].code)};
    v->items.at = at;
    v->items.n = n;
    v->hall = in_lang(r, hall.name, hall.name_en);
    if (rows.n > PAGE_SIZE) {
        v->next = str_i64(r->arena, rows.at[n - 1].item_id);
        v->next_url = str_cat(r->arena, S("/counter?after="), v->next);
    }
    return show(r, &vt_case_counter_list, v);
}

/* The item of the path, if it stands on the hall's list in force. */
static int load_item(struct req *r, struct case_item *ret)
{
    struct case_item_by_code by;
    int found = case_item_by_code(r->db, req_param(r, 0), &by);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    int entrusted = r->who.hall_id == DB_NONE ? 0 : item_entrusted(r->db, r->who.hall_id, by.item_id, today(r));
    if (entrusted < 0)
        return entrusted;
    if (!entrusted)
        return refuse(r, 403, "not_entrusted", T_CASE_NOT_ENTRUSTED);
    return case_item(r->db, by.item_id, ret) == 1 ? 0 : ERR_FAIL;
}

static int64_t first_known(int64_t typed, int64_t asked, int64_t otherwise)
{
    return typed != DB_NONE ? typed : asked != DB_NONE ? asked : otherwise;
}

static int fill_materials(struct req *r, const struct case_item *item, const struct form_case_counter_case *posted,
                          struct view_case_counter_open *v)
{
    struct case_item_materials_rows rows;
    if (case_item_materials(r->db, item->item_id, item->version, &rows) < 0)
        return ERR_FAIL;
    struct view_case_counter_material *at = NEW_ARRAY(r->arena, rows.n + 1, struct view_case_counter_material);
    size_t no = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct form_case_handed *was = NULL;
        bool paper = case_word_in(str_z(r->arena, rows.at[i].ways), S("paper"));
        for (size_t k = 0; posted && k < posted->materials.n; k++)
            if (str_eq(posted->materials.at[k].name, rows.at[i].name))
                was = &posted->materials.at[k];
        at[i] = (struct view_case_counter_material){
            .no = (int64_t)no, .name = rows.at[i].name, .required = rows.at[i].required, .paper = paper, .got = was && was->got,
            .originals = first_known(was ? was->originals : DB_NONE, rows.at[i].originals, 1),
            .copies = first_known(was ? was->copies : DB_NONE, rows.at[i].copies, 0)};
        no += paper;
    }
    v->materials.at = at;
    v->materials.n = rows.n;
    return 0;
}

/* GET /counter/{item}: person, form, papers on one page: the person is waiting. */
int case_counter_item_page(struct req *r)
{
    const struct form_case_counter_case *posted = req_posted(r, &fd_case_counter_case);
    struct view_case_counter_open *v = NEW(r->arena, struct view_case_counter_open);
    struct case_item item;
    json_t *guide;
    int code = load_item(r, &item);
    if (code < 0)
        return code;
    if (item_guide(r->db, r->arena, item.item_id, item.version, &guide) != 1)
        return ERR_FAIL;
    v->item_code = item.code;
    v->item_name = in_lang(r, item.name, item.name_en);
    v->item_url = str_cat(r->arena, S("/items/"), item.code);
    v->post_url = str_cat(r->arena, S("/counter/"), item.code);
    if (posted) {
        v->name = posted->name;
        v->id_number = posted->id_number;
        v->mobile = posted->mobile;
        v->declare = posted->declare;
    }
    str typed = posted ? posted->fields : STR_NONE;
    if (fill_materials(r, &item, posted, v) < 0 ||
        form_inputs(r, case_guide_fields(guide), typed, posted != NULL, &v->inputs) < 0)
        return ERR_FAIL;
    return show(r, &vt_case_counter_open, v);
}

static int find_person(struct req *r, const struct form_case_counter_case *f, int64_t *ret)
{
    int fault = person_number_fault(f->id_number);
    if (fault >= 0)
        wrong_field(r, S("id_number"), fault, NULL, 0);
    if (!num_mobile(f->mobile))
        wrong_field(r, S("mobile"), T_CASE_MOBILE, NULL, 0);
    if (!f->declare)
        wrong_field(r, S("declare"), T_CASE_DECLARE_MISSING, NULL, 0);
    int code = refuse_fields(r);
    if (code < 0)
        return code;
    code = person_ensure(r->db, r->arena, str_trim(f->name), f->id_number, f->mobile, ret);
    personal_masked(r);
    if (code == ERR_EXISTS)
        return refuse_field(r, "name", T_CASE_OTHER_NAME);
    if (code == ERR_FORMAT)
        return refuse_field(r, "name", T_CASE_NAME_EMPTY);
    return code < 0 ? code : 0;
}

/* The papers on the counter: one row of the page per material. */
static size_t handed_in(struct req *r, const struct form_case_counter_case *f, struct form_material **ret_at,
                        struct case_handed **ret_handed)
{
    struct form_material *at = NEW_ARRAY(r->arena, f->materials.n + 1, struct form_material);
    struct case_handed *handed = NEW_ARRAY(r->arena, f->materials.n + 1, struct case_handed);
    size_t n = 0;
    for (size_t i = 0; i < f->materials.n; i++) {
        const struct form_case_handed *m = &f->materials.at[i];
        if (!m->got)
            continue;
        at[n] = (struct form_material){.name = m->name, .way = S("paper"), .file_id = DB_NONE, .certificate = STR_NONE};
        handed[n].originals = m->originals > 0 ? m->originals : 0;
        handed[n++].copies = m->copies > 0 ? m->copies : 0;
    }
    *ret_at = at;
    *ret_handed = handed;
    return n;
}

int case_counter_post(struct req *r)
{
    const struct form_case_counter_case *f = r->form;
    struct case_submission s = {.act = S("open"), .enterprise_id = DB_NONE, .fields = f->fields};
    struct form_material *materials;
    struct case_handed *handed;
    struct case_item item;
    int code = load_item(r, &item);
    if (!code)
        code = find_person(r, f, &s.applicant_person_id);
    if (code < 0)
        return code;
    s.item_id = item.item_id;
    s.actor_person_id = s.applicant_person_id;
    if ((code = case_counter_may(r, &s)) < 0)
        return code;
    s.n_materials = handed_in(r, f, &materials, &handed);
    s.materials = materials;
    s.handed = handed;
    struct view_case_receipt *v = NEW(r->arena, struct view_case_receipt);
    if ((code = case_submit(r, &s, v)) < 0)
        return code;
    return done(r, 201, case_url(r, v->case_id, "/receipt"), &vt_case_receipt, v);
}
