/* Materials: which ways are open for each, what is still missing, and choosing one. */
#include <string.h>

#include "base/num.h"
#include "rooms/form/form_private.h"

bool form_way_in(str ways, const char *way)
{
    str rest = ways, one;
    while (!str_none(rest)) {
        rest = str_cut(rest, ' ', &one);
        if (str_is(one, way))
            return true;
    }
    return false;
}

static const struct form_slots *slot_named(const struct form_slots_rows *slots, str name)
{
    for (size_t i = 0; i < slots->n; i++)
        if (str_eq(slots->at[i].name, name))
            return &slots->at[i];
    return NULL;
}

static const struct form_slots *slot_numbered(const struct form_slots_rows *slots, int64_t no)
{
    for (size_t i = 0; i < slots->n; i++)
        if (slots->at[i].no == no)
            return &slots->at[i];
    return NULL;
}

/* 1 mine, 0 not. */
static int mine(struct req *r, int64_t file_id)
{
    struct form_file_by_id file;
    int found = file_id > 0 ? form_file_by_id(r->db, file_id, &file) : 0;
    return found == 1 ? file.owner_person_id == r->who.person_id : found;
}

/* ---- on submission ---- */

static int check_one(struct req *r, const struct form_slots_rows *slots, const struct form_material *m, str path)
{
    const struct form_slots *slot = slot_named(slots, m->name);
    if (!slot)
        wrong_field(r, path, T_FORM_NO_MATERIAL, &m->name, 1);
    else if (str_is(m->way, "certificate"))
        wrong_field(r, path, T_FORM_CERTIFICATE_LATER, &m->name, 1);
    else if (str_empty(m->way) || !form_way_in(slot->ways, str_z(r->arena, m->way)))
        wrong_field(r, path, T_FORM_WRONG_WAY, &m->name, 1);
    else if (str_is(m->way, "file")) {
        int found = mine(r, m->file_id);
        if (found < 0)
            return found;
        if (!found)
            wrong_field(r, path, T_FORM_WRONG_FILE, NULL, 0);
    }
    return 0;
}

int form_check_materials(struct req *r, int64_t item_id, int64_t version, const struct form_material *at, size_t n)
{
    struct form_slots_rows slots;
    if (form_slots(r->db, item_id, version, &slots) < 0)
        return ERR_FAIL;
    for (size_t i = 0; i < n; i++) {
        str path = str_fmt(r->arena, "materials.%zu", i);
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice = twice || str_eq(at[k].name, at[i].name);
        if (twice)
            wrong_field(r, path, T_FORM_MATERIAL_TWICE, &at[i].name, 1);
        else if (check_one(r, &slots, &at[i], path))
            return ERR_FAIL;
    }
    return refuse_fields(r);
}

int form_material_gaps(struct db *db, int64_t item_id, int64_t version, const struct form_material *at, size_t n,
                       struct form_gaps *ret)
{
    struct form_slots_rows slots;
    if (form_slots(db, item_id, version, &slots) < 0)
        return ERR_FAIL;
    str *missing = NEW_ARRAY(db->arena, slots.n, str);
    struct form_gaps gaps = {.missing = missing};
    for (size_t i = 0; i < slots.n; i++) {
        bool there = false;
        for (size_t k = 0; k < n; k++)
            there = there || (str_eq(at[k].name, slots.at[i].name) && !str_empty(at[k].way));
        if (!there && slots.at[i].required)
            missing[gaps.n_missing++] = slots.at[i].name;
    }
    for (size_t k = 0; k < n; k++)
        gaps.paper_wanted = gaps.paper_wanted || str_is(at[k].way, "paper");
    *ret = gaps;
    return 0;
}

/* ---- POST /drafts/{id}/materials/{no} ---- */

int form_choose_prepare(struct req *r)
{
    const struct form_form_choose *f = r->form;
    if (!f->upload.path)
        return 0;
    struct form_kept *kept = NEW(r->arena, struct form_kept);
    int code = form_keep_upload(r, &f->upload, str_z(r->arena, str_fmt(r->arena, "materials.%.*s", STRF(req_param(r, 1)))), kept);
    r->prepared = kept;
    return code;
}

/* What the page's buttons and the JSON members come to: a way, and the file when it is one. */
static int chosen(struct req *r, const struct form_form_choose *f, str path, str *ret_way, int64_t *ret_file)
{
    struct form_file_same row;
    *ret_file = DB_NONE;
    *ret_way = f->way;
    if (f->upload.path || f->file != DB_NONE)
        *ret_way = S("file");
    if (f->upload.path) {
        int code = form_file_row(r, &f->upload, r->prepared, &row);
        if (code)
            return code;
        *ret_file = row.file_id;
    } else if (str_is(*ret_way, "file")) {
        int found = f->file == DB_NONE ? -1 : mine(r, f->file);
        if (f->file == DB_NONE)
            return refuse_field_with(r, path, T_FORM_NO_FILE, NULL, 0);
        if (found <= 0)
            return found < 0 ? found : refuse_field_with(r, path, T_FORM_WRONG_FILE, NULL, 0);
        *ret_file = f->file;
    }
    return 0;
}

static int choose(struct req *r, const struct form_full *d, const struct form_slots *slot, str path)
{
    const struct form_form_choose *f = r->form;
    str way;
    int64_t file;
    int code = chosen(r, f, path, &way, &file);
    if (code)
        return code;
    if (str_is(way, "remove"))
        return form_draft_material_drop(r->db, d->d.draft_id, slot->name) < 0 ? ERR_FAIL : 0;
    if (str_is(way, "certificate"))
        return refuse_field_with(r, path, T_FORM_CERTIFICATE_LATER, &slot->name, 1);
    if (str_empty(way) || !form_way_in(slot->ways, str_z(r->arena, way)))
        return refuse_field_with(r, path, T_FORM_WRONG_WAY, &slot->name, 1);
    return form_draft_material_put(r->db, &(struct form_draft_material_put_in){
        .draft_id = d->d.draft_id, .name = slot->name, .way = way, .file_id = file, .certificate = STR_NONE}) < 0 ? ERR_FAIL : 0;
}

int form_choose_post(struct req *r)
{
    const struct form_form_choose *f = r->form;
    const struct form_full *d = r->object;
    struct form_about_id item;
    struct form_slots_rows slots;
    struct form_full *now;
    if (!d->d.live)
        return refuse(r, 409, "closed", T_FORM_CLOSED_ERROR);
    if (form_about_id(r->db, d->d.item_id, &item) != 1 || form_slots(r->db, d->d.item_id, item.version, &slots) < 0)
        return ERR_FAIL;
    const struct form_slots *slot = slot_numbered(&slots, req_id(r, 1));
    if (!slot)
        return not_there(r);
    if (f->version != DB_NONE && f->version != d->d.version)
        return refuse_changed(r);
    int code = choose(r, d, slot, str_fmt(r->arena, "materials.%lld", (long long)slot->no));
    if (code)
        return code;
    int n = form_draft_step(r->db, &(struct form_draft_step_in){
        .draft_id = d->d.draft_id, .version = d->d.version, .item_version = item.version, .at = r->now});
    if (n != 1)
        return n < 0 ? n : refuse_changed(r);
    if ((code = form_draft_reload(r, d->d.draft_id, &now)))
        return code;
    evidence(r, "draft", d->d.draft_id, now->d.version, form_draft_content(r, now), STR_NONE);
    struct view_form_draft *v = NEW(r->arena, struct view_form_draft);
    if (r->json && (code = form_draft_view(r, now, v)))
        return code;
    str url = form_draft_url(r, d->d.draft_id, "?step=materials");
    return done(r, 200, str_fmt(r->arena, "%.*s#m-%lld", STRF(url), (long long)slot->no), &vt_form_draft, v);
}

/* ---- the page's list ---- */

static const json_t *guide_material(const json_t *guide, str name)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(guide, "materials"), i, m)
        if (str_eq(json_get_str(m, "name"), name))
            return m;
    return NULL;
}

/* Files sent before, those of the same name first. */
static void fill_old(struct req *r, const struct form_file_list_rows *files, int64_t now_chosen, struct view_form_slot *s)
{
    struct view_form_option *at = NEW_ARRAY(r->arena, files->n, struct view_form_option);
    size_t n = 0;
    for (size_t i = 0; i < files->n; i++)
        if (files->at[i].file_id != now_chosen)
            at[n++] = (struct view_form_option){.value = str_i64(r->arena, files->at[i].file_id), .label = files->at[i].name};
    s->old.at = at;
    s->old.n = n;
}

static void fill_slot(struct req *r, const struct form_full *d, const struct form_slots *slot, const json_t *guide,
                      const struct form_file_list_rows *files, struct view_form_slot *s)
{
    const json_t *more = guide_material(guide, slot->name);
    int64_t chosen_file = DB_NONE;
    *s = (struct view_form_slot){.no = slot->no, .name = form_label(r->lang, more, "name"), .required = slot->required};
    s->name = str_none(s->name) ? slot->name : s->name;
    s->note = form_label(r->lang, more, "filling_note");
    s->when = slot->required ? STR_NONE : form_label(r->lang, more, "required_case");
    s->action = str_fmt(r->arena, "/drafts/%lld/materials/%lld", (long long)d->d.draft_id, (long long)slot->no);
    s->can_file = form_way_in(slot->ways, "file");
    s->can_paper = form_way_in(slot->ways, "paper");
    s->can_later = form_way_in(slot->ways, "later");
    s->none = !s->can_file && !s->can_paper && !s->can_later;
    for (size_t i = 0; i < d->rows.n; i++) {
        const struct form_draft_materials *m = &d->rows.at[i];
        if (!str_eq(m->name, slot->name))
            continue;
        s->given = true;
        s->file = str_is(m->way, "file");
        s->paper = str_is(m->way, "paper");
        s->later = str_is(m->way, "later");
        if (s->file) {
            chosen_file = m->file_id;
            s->file_name = m->file_name;
            s->file_url = str_fmt(r->arena, "/files/%lld", (long long)m->file_id);
            s->size = form_size_words(r, m->size);
        }
    }
    if (s->can_file)
        fill_old(r, files, chosen_file, s);
}

int form_fill_slots(struct req *r, const struct form_full *d, int64_t item_version, const json_t *guide,
                    struct view_form_draft *v)
{
    struct form_slots_rows slots;
    struct form_file_list_rows files;
    struct form_gaps gaps;
    if (form_slots(r->db, d->d.item_id, item_version, &slots) < 0 ||
        form_file_list(r->db, r->who.person_id, INT64_MAX, 50, &files) < 0 ||
        form_material_gaps(r->db, d->d.item_id, item_version, d->d.materials, d->d.n_materials, &gaps))
        return ERR_FAIL;
    struct view_form_slot *at = NEW_ARRAY(r->arena, slots.n, struct view_form_slot);
    for (size_t i = 0; i < slots.n; i++)
        fill_slot(r, d, &slots.at[i], guide, &files, &at[i]);
    v->slots.at = at;
    v->slots.n = slots.n;
    str *missing = NEW_ARRAY(r->arena, gaps.n_missing, str);
    for (size_t i = 0; i < gaps.n_missing; i++) {
        str name = form_label(r->lang, guide_material(guide, gaps.missing[i]), "name");
        missing[i] = str_none(name) ? gaps.missing[i] : name;
    }
    v->missing.at = missing;
    v->missing.n = gaps.n_missing;
    v->on_paper = gaps.paper_wanted;
    return 0;
}
