/* Acts of the acceptance window and of the applicant: receive, accept, correct, supplement, refuse, withdraw. */
#include "base/arena.h"
#include "rooms/case/case_private.h"

/* The five working days of 许可法 32, from receipt or from a supplement. */
static int five_days(struct req *r, const struct case_by_id *c, int64_t *ret_day)
{
    return case_due_day(r->db, c->region, date_of(r->now), 5, S("workday"), ret_day);
}

/* ---- receive: the papers are here ---- */

static int hand_in(struct req *r, const struct case_by_id *c, const struct form_case_receive *f)
{
    for (size_t i = 0; f && i < f->materials.n; i++) {
        const struct form_case_handed *m = &f->materials.at[i];
        bool counted = m->originals > 0 || m->copies > 0;
        if (str_empty(m->name) || (!m->got && !counted && !r->json))
            continue;
        int n = case_material_hand_in(r->db, &(struct case_material_hand_in_in){
            .case_id = c->case_id, .name = m->name, .originals = m->originals > 0 ? m->originals : counted ? 0 : 1,
            .copies = m->copies > 0 ? m->copies : 0, .received_at = r->now, .received_by_post = r->who.post_id});
        if (n < 0)
            return n;
        if (n == 0)
            wrong_field(r, str_fmt(r->arena, "materials.%zu.name", i), T_CASE_NOT_AWAITED, &m->name, 1);
    }
    return refuse_fields(r);
}

/* A submission that waited for paper becomes a receipt (收件): number, five-day clock, receipt voucher. */
static int act_receive(struct req *r, struct case_doing *d)
{
    int64_t five;
    str document;
    int code = hand_in(r, d->c, r->form);
    if (!code)
        code = case_number_draw(r, d->c->item_code, &d->number);
    if (!code)
        code = five_days(r, d->c, &five);
    if (!code)
        code = case_set_received(r->db, &(struct case_set_received_in){
            .case_id = d->c->case_id, .number = d->number, .received_at = r->now, .five_day = five});
    if (code >= 0)
        code = case_notice_issue(r, d, "receipt", NULL, &document);
    if (code < 0)
        return code;
    json_t *body = case_json_new(r->arena);
    case_json_set(body, "number", d->number);
    case_json_set(body, "document", document);
    d->content = json_text(r->arena, body);
    return case_await_answer(r, d->c->case_id, d->c->item_type, five);
}

/* ---- accept ---- */

/* A calendar that is not published yet leaves the dates open and never blocks. */
int case_lay_acceptance(struct req *r, struct case_doing *d, int64_t from, bool deemed)
{
    const struct case_by_id *c = d->c;
    int64_t legal, promised;
    struct date start = date_of(from);
    int code = case_due_day(r->db, c->region, start, c->legal_n, c->legal_unit, &legal);
    if (!code)
        code = case_due_day(r->db, c->region, start, c->promise_n, c->promise_unit, &promised);
    if (code)
        return code;
    json_t *body = case_json_new(r->arena);
    case_json_set(body, "accepted", date_text(r->arena, start));
    case_json_set(body, "legal", legal == DB_NONE ? STR_NONE : date_text(r->arena, date_from_days((int32_t)legal)));
    case_json_set(body, "promised", promised == DB_NONE ? STR_NONE : date_text(r->arena, date_from_days((int32_t)promised)));
    json_object_set_new(body, "deemed", json_boolean(deemed));
    if ((code = case_notice_issue(r, d, "acceptance", body, &d->acceptance_no)) < 0)
        return code;
    d->content = json_text(r->arena, body);
    return case_set_accepted(r->db, &(struct case_set_accepted_in){
        .case_id = c->case_id, .acceptance_no = d->acceptance_no, .accepted_at = from, .deemed = deemed, .due_day = legal,
        .promised_day = promised});
}

/* Acceptance counts from the supplement where there was one (许可法 32 (5)), else from now. */
static int act_accept(struct req *r, struct case_doing *d)
{
    return case_lay_acceptance(r, d, d->c->supplemented_at != DB_NONE ? d->c->supplemented_at : r->now, false);
}

/* ---- correct: once, complete, by defect ---- */

struct names { const struct case_item_materials_rows *materials; const json_t *fields; };

static bool names_material(const struct names *n, str name)
{
    for (size_t i = 0; i < n->materials->n; i++)
        if (case_same_text(n->materials->at[i].name, name))
            return true;
    return false;
}

static bool names_field(const struct names *n, str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(n->fields, i, f)
        if (str_eq(json_get_str(f, "name"), name))
            return true;
    return false;
}

/* A page sends one choice "m:NAME" or "f:NAME"; JSON names material or field. */
static void split_about(const struct form_case_defect *f, str *ret_material, str *ret_field)
{
    *ret_material = str_empty(f->material) ? STR_NONE : f->material;
    *ret_field = str_empty(f->field) ? STR_NONE : f->field;
    if (str_starts(f->about, S("m:")))
        *ret_material = str_sub(f->about, 2, f->about.n);
    else if (str_starts(f->about, S("f:")))
        *ret_field = str_sub(f->about, 2, f->about.n);
}

static const struct case_defects *same_defect(const struct case_defects_rows *first, str material, str field)
{
    for (size_t i = 0; i < first->n; i++)
        if ((!str_none(material) && str_eq(first->at[i].material, material)) ||
            (!str_none(field) && str_eq(first->at[i].field, field)))
            return &first->at[i];
    return NULL;
}

struct defect { str material, field, problem; int64_t line; };   /* line: of the first notice, or a new one */

/* One row of the notice. false: an empty row of the page, or a fault was noted. */
static bool read_defect(struct req *r, size_t i, const struct form_case_defect *f, const struct names *names,
                        const struct case_defects_rows *first, bool again, struct defect *ret)
{
    str at = str_fmt(r->arena, "defects.%zu.", i);
    split_about(f, &ret->material, &ret->field);
    ret->problem = str_trim(f->problem);
    bool about = !str_none(ret->material) || !str_none(ret->field);
    if (!about && str_empty(ret->problem) && !r->json)
        return false;
    const struct case_defects *was = same_defect(first, ret->material, ret->field);
    ret->line = was ? was->line : 0;
    if (str_empty(ret->problem))
        wrong_field(r, str_cat(r->arena, at, S("problem")), T_CASE_PROBLEM_MISSING, NULL, 0);
    else if (!about)
        wrong_field(r, str_cat(r->arena, at, S("material")), T_CASE_DEFECT_OF_WHAT, NULL, 0);
    else if (!str_none(ret->material) && !names_material(names, ret->material))
        wrong_field(r, str_cat(r->arena, at, S("material")), T_CASE_NO_SUCH_MATERIAL, &ret->material, 1);
    else if (!str_none(ret->field) && !names_field(names, ret->field))
        wrong_field(r, str_cat(r->arena, at, S("field")), T_CASE_NO_SUCH_FIELD, &ret->field, 1);
    else if (again && !was)
        wrong_field(r, str_cat(r->arena, at, S("problem")), T_CASE_NOT_IN_FIRST, NULL, 0);
    else
        return true;
    return false;
}

static int write_defects(struct req *r, const struct case_by_id *c, const struct defect *at, size_t n, bool again)
{
    int code = 0;
    for (size_t i = 0; i < n && code >= 0; i++)
        code = again ? case_defect_reopen(r->db, c->case_id, at[i].line)
                     : case_defect_add(r->db, &(struct case_defect_add_in){.case_id = c->case_id, .line = (int64_t)i + 1,
                           .material = at[i].material, .field = at[i].field, .problem = at[i].problem});
    return code < 0 ? code : 0;
}

static str field_label(const json_t *fields, str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(fields, i, f)
        if (str_eq(json_get_str(f, "name"), name))
            return json_get_str(f, "label");
    return STR_NONE;
}

static json_t *defects_json(struct req *r, const json_t *fields, const struct defect *at, size_t n)
{
    json_t *list = json_array(), *body = case_json_new(r->arena);
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();
        case_json_set(one, "material", at[i].material);
        case_json_set(one, "field", at[i].field);
        case_json_set(one, "label", field_label(fields, at[i].field));
        case_json_set(one, "problem", at[i].problem);
        json_array_append_new(list, one);
    }
    json_object_set_new(body, "defects", list);
    return body;
}

/* Everything that is missing is told at once. A second notice may only name which of the first defects remain. */
/* The five days are over: what silence has laid down cannot be undone by a notice, even before the clock's job has come by. */
static bool silence_has_spoken(const struct req *r, const struct case_by_id *c)
{
    return case_deemable(c->item_type) && c->five_day != DB_NONE && date_days(date_of(r->now)) > c->five_day;
}

static int act_correct(struct req *r, struct case_doing *d)
{
    const struct form_case_correct *f = r->form;
    if (silence_has_spoken(r, d->c))
        return refuse(r, 409, "deemed", T_CASE_FIVE_DAYS_OVER);
    struct case_item_materials_rows materials;
    struct case_defects_rows first;
    json_t *guide;
    if (case_item_guide(r, d->c, &guide) < 0 || case_defects(r->db, d->c->case_id, &first) < 0 ||
        case_item_materials(r->db, d->c->item_id, d->c->item_version, &materials) < 0)
        return ERR_FAIL;
    struct names names = {&materials, case_guide_fields(guide)};
    struct defect *at = NEW_ARRAY(r->arena, f->defects.n + 1, struct defect);
    bool again = d->c->corrected_at != DB_NONE;
    size_t n = 0;
    for (size_t i = 0; i < f->defects.n; i++)
        n += read_defect(r, i, &f->defects.at[i], &names, &first, again, &at[n]);
    int code = refuse_fields(r);
    if (code)
        return code;
    if (n == 0)
        return refuse_field(r, "defects", T_CASE_DEFECTS_NONE);
    if ((code = write_defects(r, d->c, at, n, again)) < 0)
        return code;
    json_t *body = defects_json(r, names.fields, at, n);
    d->content = json_text(r->arena, body);
    if ((code = case_notice_issue(r, d, "correction", body, NULL)) < 0)
        return code;
    return case_set_corrected(r->db, d->c->case_id, r->now);
}

/* ---- supplement: answers only what was named ---- */

static bool defect_named(const struct case_defects_rows *all, str material, str field)
{
    const struct case_defects *d = same_defect(all, material, field);
    return d && d->open;
}

/* Old fields with the corrected ones laid over them, checked as a whole. */
static int merged_fields(struct req *r, const struct case_by_id *c, str sent, const struct case_defects_rows *defects, str *ret)
{
    str was, why;
    json_t *guide, *tree, *map;
    if (case_fields_open(r, c->case_id, &was) < 0)
        return ERR_FAIL;
    *ret = was;
    if (str_empty(sent))
        return 0;
    if (case_item_guide(r, c, &guide) < 0 || !(tree = json_read(r->arena, was, &why)) || !(map = json_read(r->arena, sent, &why)))
        return ERR_FAIL;
    const char *key;
    json_t *value;
    json_object_foreach(map, key, value) {
        if (defect_named(defects, STR_NONE, str_c(key)))
            json_object_set(tree, key, value);
        else
            wrong_field(r, str_fmt(r->arena, "fields.%s", key), T_CASE_NOT_NAMED, NULL, 0);
    }
    int code = refuse_fields(r);
    if (code)
        return code;
    return form_check_fields(r, case_guide_fields(guide), json_text(r->arena, tree), true, ret);
}

/* Paper can be handed in only where somebody stands to take it. */
static bool read_material(struct req *r, size_t i, const struct form_case_new_material *m,
                          const struct case_defects_rows *defects, struct form_material *ret)
{
    str at = str_fmt(r->arena, "materials.%zu", i);
    *ret = (struct form_material){.name = m->name, .way = STR_NONE, .file_id = m->file};
    if (m->file != DB_NONE)
        ret->way = S("file");
    else if (!str_empty(m->certificate))
        ret->way = S("certificate"), ret->certificate = m->certificate;
    else if (m->paper)
        ret->way = S("paper");
    else if (!r->json)
        return false;                           /* a row of the page left alone */
    if (!defect_named(defects, m->name, STR_NONE))
        wrong_field(r, at, T_CASE_NOT_NAMED, NULL, 0);
    else if (str_none(ret->way) || (m->paper && !is_staff(r)))
        wrong_field(r, at, T_CASE_PAPER_AT_COUNTER, NULL, 0);
    else
        return true;
    return false;
}

static int add_materials(struct req *r, const struct case_by_id *c, const struct form_material *at, size_t n)
{
    struct case_material_last last;
    if (case_material_last(r->db, c->case_id, &last) != 1)
        return ERR_FAIL;
    for (size_t i = 0; i < n; i++) {
        bool paper = str_is(at[i].way, "paper");
        int code = case_material_replace(r->db, c->case_id, at[i].name);
        if (code >= 0)
            code = case_material_add(r->db, &(struct case_material_add_in){
                .case_id = c->case_id, .line = last.line + 1 + (int64_t)i, .name = at[i].name, .way = at[i].way,
                .state = S("given"),
                .file_id = at[i].file_id, .certificate = str_empty(at[i].certificate) ? STR_NONE : at[i].certificate,
                .originals = paper ? 1 : 0, .copies = 0, .received_at = r->now, .received_by_post = r->who.post_id});
        if (code < 0)
            return code;
    }
    return 0;
}

static int answer_defects(struct req *r, const struct case_by_id *c, const struct case_defects_rows *defects, const json_t *map,
                          const struct form_material *at, size_t n, size_t *ret_answered)
{
    *ret_answered = 0;
    for (size_t k = 0; k < defects->n; k++) {
        const struct case_defects *d = &defects->at[k];
        bool answered = !str_none(d->field) && json_object_get(map, str_z(r->arena, d->field)) != NULL;
        for (size_t i = 0; i < n; i++)
            answered |= str_eq(at[i].name, d->material);
        if (!d->open || !answered)
            continue;
        ++*ret_answered;
        if (case_defect_answer(r->db, c->case_id, d->line) < 0)
            return ERR_FAIL;
    }
    return 0;
}

static int act_supplement(struct req *r, struct case_doing *d)
{
    const struct form_case_supplement *f = r->form;
    struct case_defects_rows defects;
    str fields, why;
    int64_t five;
    size_t n = 0, answered;
    if (case_defects(r->db, d->c->case_id, &defects) < 0)
        return ERR_FAIL;
    struct form_material *at = NEW_ARRAY(r->arena, f->materials.n + 1, struct form_material);
    for (size_t i = 0; i < f->materials.n; i++)
        n += read_material(r, i, &f->materials.at[i], &defects, &at[n]);
    int code = refuse_fields(r);
    if (!code)
        code = merged_fields(r, d->c, f->fields, &defects, &fields);
    if (!code && n)
        code = form_check_materials(r, d->c->item_id, d->c->item_version, at, n);
    if (code)
        return code;
    json_t *map = str_empty(f->fields) ? NULL : json_read(r->arena, f->fields, &why);
    if (answer_defects(r, d->c, &defects, map, at, n, &answered) < 0 || add_materials(r, d->c, at, n) < 0)
        return ERR_FAIL;
    if (!answered)
        return refuse(r, 400, "invalid", T_CASE_NOTHING_SUPPLEMENTED);
    d->content = fields;
    if ((code = five_days(r, d->c, &five)) < 0)
        return code;
    code = case_set_supplemented(r->db, &(struct case_set_supplemented_in){
        .case_id = d->c->case_id, .supplemented_at = r->now, .five_day = five, .fields = secret_box(r->arena, fields)});
    return code < 0 ? code : case_await_answer(r, d->c->case_id, d->c->item_type, five);
}

/* ---- refuse: a closed list of grounds; incomplete papers are never one ---- */

static int act_refuse(struct req *r, struct case_doing *d)
{
    const struct form_case_refuse *f = r->form;
    if (silence_has_spoken(r, d->c))
        return refuse(r, 409, "deemed", T_CASE_FIVE_DAYS_OVER);
    if (!case_refusal_kind(f->kind))
        return refuse_field(r, "kind", T_CASE_REFUSAL_KIND);
    if (str_is(f->kind, "not_ours") && str_empty(str_trim(f->office)))
        return refuse_field(r, "office", T_CASE_REFUSAL_OFFICE);
    if (str_is(f->kind, "cited") && str_empty(str_trim(f->article)))
        return refuse_field(r, "article", T_CASE_REFUSAL_ARTICLE);
    json_t *guide, *body = case_json_new(r->arena);
    if (case_item_guide(r, d->c, &guide) < 0)
        return ERR_FAIL;
    case_json_set(body, "kind", f->kind);
    case_json_set(body, "reason", f->reason);
    case_json_set(body, "office", str_is(f->kind, "not_ours") ? f->office : STR_NONE);
    case_json_set(body, "article", str_is(f->kind, "cited") ? f->article : STR_NONE);
    case_json_set(body, "remedy", case_remedy(r, LANG_ZH, guide));
    d->content = json_text(r->arena, body);
    d->note = d->reason = f->reason;
    return case_notice_issue(r, d, "refusal", body, NULL);
}

static int act_withdraw(struct req *r, struct case_doing *d)
{
    const struct form_case_withdraw *f = r->form;
    str reason = f ? f->reason : STR_NONE;
    json_t *body = case_json_new(r->arena);
    case_json_set(body, "reason", reason);
    d->content = json_text(r->arena, body);
    d->note = d->reason = str_empty(reason) ? STR_NONE : reason;
    return case_notice_issue(r, d, "withdrawal", body, NULL);
}

static const struct case_act acts[] = {
    {"receive", "awaiting_paper", "received", CASE_BY_WINDOW, "case.window", "accept", act_receive},
    {"accept", "received", "accepted", CASE_BY_WINDOW, "case.window", "accept", act_accept},
    {"correct", "received", "correcting", CASE_BY_WINDOW, "case.window", "accept", act_correct},
    {"supplement", "correcting", "received", CASE_BY_EITHER, SIGNED_IN, "accept", act_supplement},
    {"refuse", "received", "refused", CASE_BY_WINDOW, "case.window", "accept", act_refuse},
    {"withdraw", "awaiting_paper received correcting accepted reviewed", "withdrawn", CASE_BY_APPLICANT, SIGNED_IN, NULL,
     act_withdraw},
};
const struct case_acts case_window_acts = {acts, COUNT_OF(acts)};
