/* Pages of a draft: the task list, its three steps one page each, my drafts, and the page before the first. */
#include <string.h>

#include "base/num.h"
#include "rooms/form/form_private.h"

static int64_t applicant_of(const struct req *r)
{
    return r->who.enterprise_id == DB_NONE ? 0 : r->who.enterprise_id;
}

static str in_lang(const struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

static str applicant_name(const struct req *r)
{
    return r->who.enterprise_id == DB_NONE ? r->who.person_name : r->who.enterprise_name;
}

/* ---- what every face shows ---- */

static void fill_common(struct req *r, const struct form_full *d, const struct form_about_id *item, struct view_form_draft *v)
{
    struct view_form_draft_material *at = NEW_ARRAY(r->arena, d->rows.n, struct view_form_draft_material);
    for (size_t i = 0; i < d->rows.n; i++) {
        const struct form_draft_materials *m = &d->rows.at[i];
        at[i] = (struct view_form_draft_material){.name = m->name, .file = m->file_id, .certificate = m->certificate,
                                                  .later = str_is(m->way, "later"), .paper = str_is(m->way, "paper")};
    }
    v->materials.at = at;
    v->materials.n = d->rows.n;
    v->draft_id = d->d.draft_id;
    v->item_code = item->code;
    v->item_name = in_lang(r, item->name, item->name_en);
    v->department = in_lang(r, item->department, item->department_en);
    v->enterprise = d->d.enterprise_id == DB_NONE ? STR_NONE : r->who.enterprise_name;
    v->applicant = applicant_name(r);
    v->fields = d->d.fields;
    v->version = d->d.version;
    v->updated = d->d.updated_at;
    v->opened = d->d.opened_at;
    v->url = form_draft_url(r, d->d.draft_id, "");
    v->item_url = str_fmt(r->arena, "/items/%.*s", STRF(item->code));
    v->newer_item = item->version != d->d.item_version;
}

int form_draft_view(struct req *r, const struct form_full *d, struct view_form_draft *ret)
{
    struct form_about_id item;
    int found = form_about_id(r->db, d->d.item_id, &item);
    if (found != 1)
        return found < 0 ? found : not_there(r);
    *ret = (struct view_form_draft){.step_no = 0};
    fill_common(r, d, &item, ret);
    return 0;
}

/* ---- one step ---- */

struct paging {                                  /* what the steps share */
    struct req *r;
    const struct form_full *d;
    struct form_about_id item;
    json_t *guide;
    const json_t *item_fields;
    json_t *folded;
    struct form_problems problems;
    struct view_form_draft *v;
};

static int start(struct req *r, const struct form_full *d, struct paging *ret)
{
    str why;
    *ret = (struct paging){.r = r, .d = d, .v = NEW(r->arena, struct view_form_draft)};
    int found = form_about_id(r->db, d->d.item_id, &ret->item);
    if (found != 1)
        return found < 0 ? found : not_there(r);
    if (form_guide_fields(r, d->d.item_id, ret->item.version, &ret->guide, &ret->item_fields))
        return ERR_FAIL;
    const json_t *map = json_read(r->arena, d->d.fields, &why);
    if (!map)
        return ERR_FAIL;
    ret->folded = form_fold(r->arena, ret->item_fields, map);
    form_judge(r, ret->item_fields, ret->folded, &ret->problems);
    fill_common(r, d, &ret->item, ret->v);
    return form_fill_slots(r, d, ret->item.version, ret->guide, ret->v);
}

static int fields_step(struct paging *p, const struct form_form_ask *ask)
{
    struct req *r = p->r;
    const struct form_form_save *posted = req_posted(r, &fd_form_save);
    struct form_show how = {.check = ask && ask->check, .grow = true, .rows = ask ? ask->rows : STR_NONE};
    json_t *shown = p->folded;
    str why;
    if (posted && !str_none(posted->fields)) {   /* refused: what was typed stays, beside what is stored */
        const json_t *map = json_read(r->arena, posted->fields, &why);
        if (map)
            shown = form_fold(r->arena, p->item_fields, map);
        p->v->conflict = posted->version != DB_NONE && posted->version != p->d->d.version;
        how.stored = p->v->conflict ? p->folded : NULL;
    }
    p->v->step_no = 1;
    if (form_fill_inputs(r, p->item_fields, shown, &how, &p->v->form))
        return ERR_FAIL;
    return show(r, &vt_form_draft_fields, p->v);
}

static const struct form_problem *problem_of(const struct form_problems *all, str name)
{
    for (size_t i = 0; i < all->n; i++) {
        str path = all->at[i].path;
        if (str_starts(path, name) && (path.n == name.n || path.p[name.n] == '.'))
            return &all->at[i];
    }
    return NULL;
}

static str input_url(struct paging *p, const char *check, str path)
{
    return str_fmt(p->r->arena, "/drafts/%lld?step=fields%s#fields.%.*s", (long long)p->d->d.draft_id, check, STRF(path));
}

static void fill_answers(struct paging *p)
{
    struct req *r = p->r;
    struct view_form_answer_row *at = NEW_ARRAY(r->arena, json_array_size(p->item_fields), struct view_form_answer_row);
    json_t *field;
    size_t i, n = 0;
    json_array_foreach(p->item_fields, i, field) {
        str name = json_get_str(field, "name");
        const json_t *v = json_object_get(p->folded, str_z(r->arena, name));
        const struct form_problem *wrong = problem_of(&p->problems, name);
        at[n].label = form_label(r->lang, field, "label");
        at[n].value = form_value_text(r, field, v);
        at[n].id = str_fmt(r->arena, "fields.%.*s", STRF(wrong ? wrong->path : name));   /* where the error summary leads */
        at[n].problem = wrong ? form_problem_text(r, wrong) : STR_NONE;
        at[n].url = input_url(p, wrong ? "&check=1" : "", wrong ? wrong->path : name);
        n++;
    }
    p->v->answers.at = at;
    p->v->answers.n = n;
}

/* Every problem as a line with the field's own name before it. */
static void fill_problems(struct paging *p)
{
    struct req *r = p->r;
    struct view_form_problem_row *at = NEW_ARRAY(r->arena, p->problems.n, struct view_form_problem_row);
    for (size_t i = 0; i < p->problems.n; i++) {
        const struct form_problem *one = &p->problems.at[i];
        str head, text = form_problem_text(r, one);
        str_cut(one->path, '.', &head);
        const json_t *field = form_field_named(p->item_fields, head);
        str label = field ? form_label(r->lang, field, "label") : head;
        bool says_it = one->text == T_FORM_WRONG_MISSING && str_eq(head, one->path);
        at[i].message = str_fmt(r->arena, r->lang == LANG_EN ? "%.*s: %.*s" : "%.*s：%.*s", STRF(label), STRF(text));
        if (says_it)
            at[i].message = text;
        at[i].url = field ? input_url(p, "&check=1", one->path) : input_url(p, "", S(""));
    }
    p->v->problems.at = at;
    p->v->problems.n = p->problems.n;
}

static int review_step(struct paging *p)
{
    p->v->step_no = 3;
    fill_answers(p);
    fill_problems(p);
    return show(p->r, &vt_form_draft_review, p->v);
}

static void fill_task(struct paging *p, struct view_form_task *t, int name, int hint, const char *step, const char *state,
                      int word)
{
    struct req *r = p->r;
    *t = (struct view_form_task){.name = req_text(r, name), .hint = req_text(r, hint), .state = str_c(state),
                                 .word = req_text(r, word), .url = form_draft_url(r, p->d->d.draft_id, step)};
}

static int task_page(struct paging *p)
{
    struct view_form_task *at = NEW_ARRAY(p->r->arena, 3, struct view_form_task);
    bool begun = json_object_size(p->folded) > 0, fields = p->problems.n == 0, materials = p->v->missing.n == 0;
    fill_task(p, &at[0], T_FORM_STEP_FIELDS, T_FORM_STEP_FIELDS_HINT, "?step=fields", fields ? "done" : begun ? "you" : "plain",
              fields ? T_FORM_STATE_DONE : begun ? T_FORM_STATE_BEGUN : T_FORM_STATE_NOT_BEGUN);
    fill_task(p, &at[1], T_FORM_STEP_MATERIALS, T_FORM_STEP_MATERIALS_HINT, "?step=materials",
              materials ? "done" : p->d->rows.n ? "you" : "plain",
              materials ? T_FORM_STATE_DONE : p->d->rows.n ? T_FORM_STATE_BEGUN : T_FORM_STATE_NOT_BEGUN);
    fill_task(p, &at[2], T_FORM_STEP_REVIEW, T_FORM_STEP_REVIEW_HINT, "?step=review", fields ? "you" : "plain",
              fields ? T_FORM_STATE_READY : T_FORM_STATE_NOT_READY);
    p->v->tasks.at = at;
    p->v->tasks.n = 3;
    p->v->go_url = at[fields ? materials ? 2 : 1 : 0].url;
    p->v->begun = begun || p->d->rows.n > 0;
    return show(p->r, &vt_form_draft, p->v);
}

static int gone(struct req *r, const struct form_full *d)
{
    struct form_about_id item;
    if (r->json)
        return refuse(r, 409, "closed", T_FORM_CLOSED_ERROR);
    if (form_about_id(r->db, d->d.item_id, &item) != 1)
        return not_there(r);
    struct view_form_gone *v = NEW(r->arena, struct view_form_gone);
    v->item_name = in_lang(r, item.name, item.name_en);
    return show(r, &vt_form_gone, v);
}

int form_draft_page(struct req *r)
{
    const struct form_full *d = r->object;
    const struct form_form_ask *ask = r->form;
    struct paging p;
    if (!d->d.live)
        return gone(r, d);
    int code = start(r, d, &p);
    if (code)
        return code;
    if (req_posted(r, &fd_form_save) || (ask && str_is(ask->step, "fields")))
        return fields_step(&p, ask);
    if (req_posted(r, &fd_form_choose) || (ask && str_is(ask->step, "materials"))) {
        p.v->step_no = 2;
        return show(r, &vt_form_draft_materials, p.v);
    }
    if (ask && str_is(ask->step, "review"))
        return review_step(&p);
    return task_page(&p);
}

int form_draft_review_page(struct req *r)
{
    struct form_full *d;
    struct paging p;
    int code = form_draft_reload(r, req_id(r, 0), &d);
    if (code)
        return code;
    if (!d->d.live)
        return gone(r, d);
    code = start(r, d, &p);
    return code ? code : review_step(&p);
}

/* ---- my drafts ---- */

int form_list_page(struct req *r)
{
    const struct form_form_after *f = r->form;
    struct form_draft_list_rows rows;
    if (form_draft_list(r->db, &(struct form_draft_list_in){
            .person_id = r->who.person_id, .applicant = applicant_of(r), .most = FORM_PAGE + 1,
            .before = f && f->after != DB_NONE ? f->after : INT64_MAX}, &rows) < 0)
        return ERR_FAIL;
    struct view_form_list *v = NEW(r->arena, struct view_form_list);
    size_t n = rows.n > FORM_PAGE ? FORM_PAGE : rows.n;
    struct view_form_row *at = NEW_ARRAY(r->arena, n, struct view_form_row);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct view_form_row){.draft_id = rows.at[i].draft_id, .item_code = rows.at[i].item_code,
            .item_name = in_lang(r, rows.at[i].item_name, rows.at[i].item_name_en), .version = rows.at[i].version,
            .updated = rows.at[i].updated_at, .opened = rows.at[i].opened_at, .url = form_draft_url(r, rows.at[i].draft_id, "")};
    v->drafts.at = at;
    v->drafts.n = n;
    if (rows.n > n) {
        v->next = str_i64(r->arena, at[n - 1].draft_id);
        v->next_url = str_fmt(r->arena, "/drafts?after=%.*s", STRF(v->next));
    }
    return show(r, &vt_form_list, v);
}

/* ---- before the first step ---- */

int form_start_page(struct req *r)
{
    const struct form_form_open *posted = req_posted(r, &fd_form_open);
    const struct form_form_start *f = r->form;
    str code = posted ? posted->item : f ? f->item : STR_NONE;
    struct form_about_code item;
    struct form_draft_beside_rows rows;
    const json_t *fields;
    json_t *guide;
    int found = str_empty(code) ? 0 : form_about_code(r->db, code, &item);
    if (found <= 0 || !item.published)
        return found < 0 ? found : not_there(r);
    if (form_guide_fields(r, item.item_id, item.version, &guide, &fields) ||
        form_draft_beside(r->db, &(struct form_draft_beside_in){.person_id = r->who.person_id, .applicant = applicant_of(r),
                              .item_id = item.item_id, .most = FORM_PAGE}, &rows) < 0)
        return ERR_FAIL;
    struct view_form_start *v = NEW(r->arena, struct view_form_start);
    struct view_form_row *at = NEW_ARRAY(r->arena, rows.n, struct view_form_row);
    int unfit = form_unfit(r, guide);
    v->item_code = item.code;
    v->item_name = in_lang(r, item.name, item.name_en);
    v->item_url = str_fmt(r->arena, "/items/%.*s", STRF(item.code));
    v->applicant = applicant_name(r);
    v->staff = is_staff(r);
    v->offline = !item.online;
    v->unfit = unfit < 0 ? STR_NONE : req_text(r, unfit);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct view_form_row){.draft_id = rows.at[i].draft_id, .item_code = item.code, .item_name = v->item_name,
            .version = rows.at[i].version, .updated = rows.at[i].updated_at, .opened = rows.at[i].opened_at,
            .url = form_draft_url(r, rows.at[i].draft_id, "")};
    v->drafts.at = at;
    v->drafts.n = rows.n;
    return show(r, &vt_form_start, v);
}
