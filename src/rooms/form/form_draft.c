/* Drafts: one live draft of a person, an applicant and an item, saved at every step, never judged before it is submitted. */
#include <string.h>

#include "base/num.h"
#include "rooms/form/form_private.h"
#include "rooms/item/item.h"

/* 0 stands for the person; the unique key needs a value that is never NULL. */
static int64_t applicant_of(const struct req *r)
{
    return r->who.enterprise_id == DB_NONE ? 0 : r->who.enterprise_id;
}

str form_draft_url(struct req *r, int64_t draft_id, const char *tail)
{
    return str_fmt(r->arena, "/drafts/%lld%s", (long long)draft_id, tail);
}

/* ---- reading ---- */

static void fill_materials(struct req *r, struct form_full *d)
{
    struct form_material *at = NEW_ARRAY(r->arena, d->rows.n, struct form_material);
    for (size_t i = 0; i < d->rows.n; i++)
        at[i] = (struct form_material){d->rows.at[i].name, d->rows.at[i].way, d->rows.at[i].file_id, d->rows.at[i].certificate};
    d->d.materials = at;
    d->d.n_materials = d->rows.n;
}

/* The draft as stored; a closed one has neither fields nor materials. */
static int read_mine(struct req *r, int64_t draft_id, struct form_full *ret)
{
    struct form_draft_by_id row;
    int found = draft_id == DB_NONE ? 0 : form_draft_by_id(r->db, draft_id, &row);
    if (found < 0)
        return found;
    if (found == 0 || row.person_id != r->who.person_id || row.enterprise_id != r->who.enterprise_id)
        return not_there(r);
    personal_own(r);
    *ret = (struct form_full){.fields_version = row.fields_version};
    ret->d = (struct form_draft){.draft_id = draft_id, .person_id = row.person_id, .enterprise_id = row.enterprise_id,
        .item_id = row.item_id, .item_version = row.item_version, .version = row.version, .opened_at = row.opened_at,
        .updated_at = row.updated_at, .live = row.live, .fields = S("{}")};
    if (!row.live)
        return 0;
    if (secret_open(r->arena, row.fields, &ret->d.fields) || form_draft_materials(r->db, draft_id, &ret->rows) < 0)
        return ERR_FAIL;
    fill_materials(r, ret);
    return 0;
}

int form_draft_reload(struct req *r, int64_t draft_id, struct form_full **ret)
{
    *ret = NEW(r->arena, struct form_full);
    return read_mine(r, draft_id, *ret);
}

int form_draft_load(struct req *r, int64_t draft_id, struct form_draft *ret)
{
    struct form_full full;
    int code = read_mine(r, draft_id, &full);
    if (!code && !full.d.live)
        return refuse(r, 409, "closed", T_FORM_CLOSED_ERROR);
    if (!code)
        *ret = full.d;
    return code;
}

int form_draft_mine(struct req *r)
{
    if (is_staff(r))
        return refuse(r, 403, "no_right", T_FORM_NOT_FOR_STAFF);
    struct form_full *d;
    int code = form_draft_reload(r, req_id(r, 0), &d);
    r->object = d;
    return code;
}

int form_draft_close(struct db *db, int64_t draft_id, int64_t version, int64_t now)
{
    int n = form_draft_end(db, draft_id, version, now);
    if (n == 1 && form_draft_material_clear(db, draft_id) < 0)
        return ERR_FAIL;
    return n;
}

int form_guide_fields(struct req *r, int64_t item_id, int64_t version, json_t **ret_guide, const json_t **ret_fields)
{
    json_t *guide = NULL;
    int found = item_guide(r->db, r->arena, item_id, version, &guide);
    if (found < 0)
        return found;
    *ret_guide = found ? guide : NULL;
    *ret_fields = found ? json_object_get(guide, "fields") : NULL;
    return 0;
}

str form_draft_content(struct req *r, const struct form_full *d)
{
    struct buf b;
    struct json j;
    buf_init(&b, r->arena, FORM_FIELDS_MAX + (2u << 20));
    json_begin(&j, &b);
    json_obj(&j);
    json_key(&j, S("fields"));
    json_raw(&j, d->d.fields);
    json_key(&j, S("materials"));
    json_arr(&j);
    for (size_t i = 0; i < d->rows.n; i++) {
        json_obj(&j);
        json_key(&j, S("name"));
        json_str(&j, d->rows.at[i].name);
        json_key(&j, S("way"));
        json_str(&j, d->rows.at[i].way);
        if (d->rows.at[i].file_id != DB_NONE) {
            json_key(&j, S("file"));
            json_id(&j, d->rows.at[i].file_id);
        }
        json_obj_end(&j);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    return buf_text(&b);
}

/* Answers a POST on a draft: the page to go on with, or the draft as it is now. */
static int answer(struct req *r, int status, int64_t draft_id, str location)
{
    struct form_full *d;
    struct view_form_draft *v = NEW(r->arena, struct view_form_draft);
    int code = form_draft_reload(r, draft_id, &d);
    if (code)
        return code;
    evidence(r, "draft", draft_id, d->d.version, form_draft_content(r, d), STR_NONE);
    if (r->json && (code = form_draft_view(r, d, v)))
        return code;
    return done(r, status, location, &vt_form_draft, v);
}

/* ---- opening ---- */

static bool names(const json_t *list, const char *word)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
        if (str_is(form_string(one), word))
            return true;
    return false;
}

int form_unfit(struct req *r, const json_t *guide)
{
    const json_t *objects = json_object_get(guide, "objects");
    bool person = names(objects, "person"), organisation = names(objects, "organisation");
    if (r->who.enterprise_id == DB_NONE && organisation && !person)
        return T_FORM_ONLY_ORGANISATION;
    if (r->who.enterprise_id != DB_NONE && person && !organisation)
        return T_FORM_ONLY_PERSON;
    return -1;
}

static int may_open(struct req *r, str code, struct form_about_code *ret)
{
    const json_t *fields;
    json_t *guide;
    if (is_staff(r))
        return refuse(r, 403, "no_right", T_FORM_NOT_FOR_STAFF);
    int found = form_about_code(r->db, code, ret);
    if (found < 0)
        return found;
    if (found == 0 || !ret->published)
        return refuse_field(r, "item", T_FORM_NO_ITEM);
    if (!ret->online)
        return refuse_field(r, "item", T_FORM_OFFLINE);
    if (form_guide_fields(r, ret->item_id, ret->version, &guide, &fields))
        return ERR_FAIL;
    int unfit = form_unfit(r, guide);
    return unfit < 0 ? 0 : refuse_field(r, "item", unfit);
}

/* A new draft in the given slot; 0 rows: the slot was taken in the meantime. */
static int add(struct req *r, const struct form_about_code *item, int64_t slot, struct form_draft_add *ret)
{
    int64_t id = new_id(r->db);
    if (id < 0)
        return ERR_FAIL;
    return form_draft_add(r->db, &(struct form_draft_add_in){
        .draft_id = id, .person_id = r->who.person_id, .applicant = applicant_of(r), .enterprise_id = r->who.enterprise_id,
        .item_id = item->item_id, .item_version = item->version, .live_slot = slot, .fields = secret_box(r->arena, S("{}")),
        .at = r->now}, ret);
}

int form_open_post(struct req *r)
{
    const struct form_form_open *f = r->form;
    struct form_about_code item;
    struct form_draft_live live;
    struct form_draft_slots slots;
    struct form_draft_add added;
    int code = may_open(r, f->item, &item);
    if (code)
        return code;
    int found = form_draft_live(r->db, r->who.person_id, applicant_of(r), item.item_id, &live);
    if (found < 0)
        return found;
    if (found && !f->another) {
        say(r, T_FORM_CONTINUE_HERE);
        return answer(r, 200, live.draft_id, form_draft_url(r, live.draft_id, ""));
    }
    int64_t slot = 0;
    if (found) {
        if (form_draft_slots(r->db, r->who.person_id, applicant_of(r), item.item_id, &slots) != 1)
            return ERR_FAIL;
        slot = slots.top == DB_NONE ? 0 : slots.top + 1;
    }
    if ((code = add(r, &item, slot, &added)) < 0)
        return code;
    if (code == 0)                               /* another tab was first */
        return refuse_changed(r);
    return answer(r, 201, added.draft_id, form_draft_url(r, added.draft_id, ""));
}

/* ---- saving ---- */

/* What is stored with what was sent laid over it: a JSON client may save part by part. A page always sends all its fields. */
static int laid_over(struct req *r, str stored, str sent, const json_t *item_fields, str *ret)
{
    str why, folded;
    int code = form_check_fields(r, item_fields, sent, false, &folded);
    if (code)
        return code;
    json_t *base = json_read(r->arena, stored, &why), *over = json_read(r->arena, sent, &why);
    json_t *tree = json_read(r->arena, folded, &why);
    const char *key;
    json_t *value;
    if (!base || !over || !tree)
        return ERR_FAIL;
    json_object_foreach(over, key, value)        /* sent empty: taken back */
        if (form_blank(value))
            json_object_del(base, key);
    json_object_update(base, tree);
    *ret = json_text(r->arena, base);
    return 0;
}

/* Fields saved from a page that was read before somebody changed them would undo that change. Materials are no obstacle. */
static bool stale(const struct form_form_save *f, const struct form_full *d, bool fields)
{
    if (f->version == DB_NONE)
        return false;
    return f->version > d->d.version || f->version < (fields && f->materials.n == 0 ? d->fields_version : d->d.version);
}

static int save_material(struct req *r, const struct form_full *d, size_t i, const struct form_form_save_material *m)
{
    struct form_file_by_id file;
    int ways = (m->file != DB_NONE) + !str_empty(m->certificate) + m->later + m->paper;
    str path = str_fmt(r->arena, "materials.%zu", i);
    if (ways > 1)
        return refuse_field_with(r, path, T_FORM_ONE_WAY, NULL, 0);
    if (ways == 0)
        return form_draft_material_drop(r->db, d->d.draft_id, m->name);
    if (m->file != DB_NONE) {
        int found = form_file_by_id(r->db, m->file, &file);
        if (found < 0)
            return found;
        if (found == 0 || file.owner_person_id != r->who.person_id)
            return refuse_field_with(r, path, T_FORM_WRONG_FILE, NULL, 0);
    }
    return form_draft_material_put(r->db, &(struct form_draft_material_put_in){
        .draft_id = d->d.draft_id, .name = m->name, .file_id = m->file,
        .certificate = str_empty(m->certificate) ? STR_NONE : m->certificate,
        .way = m->file != DB_NONE ? S("file") : m->paper ? S("paper") : m->later ? S("later") : S("certificate")});
}

static int save_fields(struct req *r, const struct form_full *d, const struct form_about_id *item, str sent)
{
    const json_t *item_fields;
    json_t *guide;
    str text;
    if (form_guide_fields(r, item->item_id, item->version, &guide, &item_fields))
        return ERR_FAIL;
    int code = laid_over(r, r->json ? d->d.fields : S("{}"), sent, item_fields, &text);
    if (!code)
        code = form_check_fields(r, item_fields, text, false, &text);
    if (code)
        return code;
    int n = form_draft_write(r->db, &(struct form_draft_write_in){
        .draft_id = d->d.draft_id, .version = d->d.version, .item_version = item->version, .fields = secret_box(r->arena, text),
        .at = r->now});
    return n < 0 ? n : n == 1 ? 0 : refuse_changed(r);
}

/* Fit to stand in an address as it is. */
static bool plain_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
            return false;
    return s.n > 0;
}

/* Where the button leads. */
static str after_save(struct req *r, const struct form_full *d, str next)
{
    if (str_is(next, "continue"))
        return form_draft_url(r, d->d.draft_id, "?step=materials");
    if (str_starts(next, S("rows."))) {
        str name = str_sub(next, 5, next.n);
        if (plain_name(name))
            return str_fmt(r->arena, "/drafts/%lld?step=fields&rows=%.*s#fields.%.*s", (long long)d->d.draft_id, STRF(name),
                           STRF(name));
    }
    say(r, T_FORM_SAVED);
    return form_draft_url(r, d->d.draft_id, "?step=fields");
}

int form_save_post(struct req *r)
{
    const struct form_form_save *f = r->form;
    const struct form_full *d = r->object;
    struct form_about_id item;
    if (!d->d.live)
        return refuse(r, 409, "closed", T_FORM_CLOSED_ERROR);
    /* a page whose boxes are all unticked sends no field at all */
    bool fields = !str_none(f->fields) || (!r->json && !str_empty(f->next));
    if (stale(f, d, fields))
        return refuse(r, 409, "changed", T_FORM_CONFLICT);
    if (form_about_id(r->db, d->d.item_id, &item) != 1)
        return ERR_FAIL;
    int code;
    for (size_t i = 0; i < f->materials.n; i++)
        if ((code = save_material(r, d, i, &f->materials.at[i])) < 0)
            return code;
    if (fields) {
        code = save_fields(r, d, &item, str_none(f->fields) ? S("{}") : f->fields);
    } else {
        code = form_draft_step(r->db, &(struct form_draft_step_in){
            .draft_id = d->d.draft_id, .version = d->d.version, .item_version = item.version, .at = r->now});
        code = code == 1 ? 0 : code < 0 ? code : refuse_changed(r);
    }
    return code ? code : answer(r, 200, d->d.draft_id, after_save(r, d, f->next));
}

/* ---- deleting ---- */

int form_delete_post(struct req *r)
{
    const struct form_form_delete *f = r->form;
    const struct form_full *d = r->object;
    if (!d->d.live)
        return refuse(r, 409, "closed", T_FORM_CLOSED_ERROR);
    if (f->version != DB_NONE && f->version != d->d.version)
        return refuse_changed(r);
    int n = form_draft_close(r->db, d->d.draft_id, d->d.version, r->now);
    if (n <= 0)
        return n < 0 ? n : refuse_changed(r);
    evidence(r, "draft", d->d.draft_id, d->d.version + 1, S("{}"), STR_NONE);
    say(r, T_FORM_DELETED);
    return done(r, 200, S("/drafts"), NULL, NULL);
}
