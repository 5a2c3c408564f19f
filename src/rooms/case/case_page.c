/* The case page: one record, told to the applicant as a story and to staff as a work sheet. */
#include "base/arena.h"
#include "rooms/case/case_private.h"

#define HISTORY_MOST 200
#define DEFECT_SLOTS 6

/* What the page is made from. */
struct sheet {
    const struct case_by_id *c;
    enum case_relation relation;
    struct case_people people;
    json_t *guide;
    struct view_case_show *v;
};

static str lang_or(struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

static const char *const kinds[] = {"holder", "expected"};

/* Words by state: "expected.correcting". */
static str by_state(struct req *r, int kind, str state)
{
    str s = text_find(r->lang, "case", str_fmt(r->arena, "%s.%.*s", kinds[kind], STRF(state)));
    return str_none(s) ? S("") : s;
}

static str holder(struct req *r, const struct sheet *s)
{
    str desk = s->c->desk, hall = lang_or(r, s->people.hall_name, s->people.hall_name_en);
    str department = lang_or(r, s->people.department_name, s->people.department_name_en);
    if (str_is(desk, "applicant"))
        return req_text(r, s->relation == CASE_MINE ? T_CASE_HOLDER_YOU : T_CASE_HOLDER_APPLICANT);
    if (str_is(desk, "body"))
        return department;
    if (str_is(desk, "closed"))
        return req_text(r, T_CASE_HOLDER_CLOSED);
    return str_empty(hall) ? department : hall;
}

static void fill_facts(struct req *r, struct sheet *s)
{
    const struct case_by_id *c = s->c;
    const struct case_people *p = &s->people;
    struct view_case_show *v = s->v;
    v->case_id = c->case_id;
    v->number = c->number;
    v->acceptance_no = c->acceptance_no;
    v->state = c->state;
    v->version = c->version;
    v->item_code = c->item_code;
    v->item_name = lang_or(r, c->item_name, json_get_str(s->guide, "name_en"));
    v->item_url = str_cat(r->arena, S("/items/"), c->item_code);
    v->kind = c->kind;
    v->channel = c->channel;
    v->applicant = p->applicant_name;
    v->applicant_id = p->id_masked;
    v->applicant_mobile = p->mobile_masked;
    v->enterprise = p->enterprise_name;
    v->uscc = p->uscc;
    v->department = lang_or(r, p->department_name, p->department_name_en);
    v->phone = p->department_phone;
    v->hall = lang_or(r, p->hall_name, p->hall_name_en);
    v->hall_address = p->hall_address;
    v->hall_hours = p->hall_hours;
    v->submitted = c->submitted_at;
    v->received = c->received_at;
    v->accepted = c->accepted_at;
    v->decision = c->decision;
    v->reason = c->decision_reason;
    v->remedy = str_is(c->decision, "denied") || str_is(c->state, "refused") ? case_remedy(r, r->lang, s->guide) : STR_NONE;
    v->holder = holder(r, s);
    v->expected = by_state(r, 1, c->state);
    v->own = s->relation == CASE_MINE;
    v->you = v->own && (str_is(c->desk, "applicant") || str_is(c->state, "at_window"));
    v->act_url = case_url(r, c->case_id, "");
    v->receipt_url = case_url(r, c->case_id, "/receipt");
    v->messages_url = S("/messages");
}

/* ---- what was filed ---- */

static int fill_fields(struct req *r, struct sheet *s)
{
    if (case_fields_open(r, s->c->case_id, &s->v->fields) < 0)
        return ERR_FAIL;
    return case_field_rows(r, s->guide, s->v->fields, &s->v->field_rows.at, &s->v->field_rows.n);
}

static const json_t *guide_material(const json_t *guide, str name)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(guide, "materials"), i, m)
        if (case_same_text(json_get_str(m, "name"), name))
            return m;
    return NULL;
}

static str material_label(struct req *r, const json_t *guide, str name)
{
    str label = case_in_lang(r, guide_material(guide, name), "name");
    return str_empty(label) ? name : label;
}

static str file_url(struct req *r, int64_t case_id, int64_t file_id)
{
    return file_id == DB_NONE ? STR_NONE : str_fmt(r->arena, "/cases/%lld/files/%lld", (long long)case_id, (long long)file_id);
}

static int fill_materials(struct req *r, struct sheet *s)
{
    struct case_materials_rows rows;
    if (case_materials(r->db, s->c->case_id, &rows) < 0)
        return ERR_FAIL;
    struct view_case_material_row *at = NEW_ARRAY(r->arena, rows.n + 1, struct view_case_material_row);
    for (size_t i = 0; i < rows.n; i++) {
        const struct case_materials *m = &rows.at[i];
        const json_t *g = guide_material(s->guide, m->name);
        at[i] = (struct view_case_material_row){
            .name = m->name, .label = material_label(r, s->guide, m->name), .way = m->way, .state = m->state,
            .file = m->file_id, .certificate = m->certificate, .originals = m->originals, .copies = m->copies,
            .file_name = m->file_name, .line = m->line, .awaited = str_is(m->state, "awaited"), .given = str_is(m->state, "given"),
            .replaced = str_is(m->state, "replaced"), .basis = json_get_str(g, "basis"),
            .stand = case_in_lang(r, g, "accept_standard"), .index_no = (int64_t)i, .url = file_url(r, s->c->case_id, m->file_id)};
    }
    s->v->materials.at = at;
    s->v->materials.n = rows.n;
    return 0;
}

/* Required materials nobody has given in any way. */
static int fill_missing(struct req *r, struct sheet *s)
{
    size_t n = 0;
    struct form_gaps gaps;
    struct form_material *given = NEW_ARRAY(r->arena, s->v->materials.n + 1, struct form_material);
    for (size_t i = 0; i < s->v->materials.n; i++)
        if (!s->v->materials.at[i].replaced)
            given[n++] = (struct form_material){.name = s->v->materials.at[i].name, .way = s->v->materials.at[i].way,
                .file_id = DB_NONE};
    int code = form_material_gaps(r->db, s->c->item_id, s->c->item_version, given, n, &gaps);
    if (code < 0)
        return code;
    str *labels = NEW_ARRAY(r->arena, gaps.n_missing + 1, str);
    for (size_t i = 0; i < gaps.n_missing; i++)
        labels[i] = material_label(r, s->guide, gaps.missing[i]);
    s->v->missing.at = gaps.missing;
    s->v->missing_labels.at = labels;
    s->v->missing.n = s->v->missing_labels.n = gaps.n_missing;
    return 0;
}

static str field_label(struct req *r, const json_t *guide, str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(case_guide_fields(guide), i, f)
        if (str_eq(json_get_str(f, "name"), name))
            return case_in_lang(r, f, "label");
    return name;
}

static int fill_defects(struct req *r, struct sheet *s)
{
    struct case_defects_rows rows;
    if (case_defects(r->db, s->c->case_id, &rows) < 0)
        return ERR_FAIL;
    struct view_case_defect_row *at = NEW_ARRAY(r->arena, rows.n + 1, struct view_case_defect_row);
    for (size_t i = 0; i < rows.n; i++) {
        const struct case_defects *d = &rows.at[i];
        at[i] = (struct view_case_defect_row){.material = d->material, .field = d->field, .problem = d->problem, .open = d->open};
        at[i].about = str_none(d->field) ? material_label(r, s->guide, d->material) : field_label(r, s->guide, d->field);
    }
    s->v->defects.at = at;
    s->v->defects.n = rows.n;
    return 0;
}

/* ---- history and documents ---- */

/* What a reviewer writes for the one who decides stays inside the office. */
static bool note_is_inner(const struct sheet *s, str act)
{
    return s->relation == CASE_MINE && str_is(act, "review");
}

static int fill_history(struct req *r, struct sheet *s)
{
    struct case_history_of_rows rows;
    if (case_history_of(r->db, s->c->case_id, 0, HISTORY_MOST, &rows) < 0)
        return ERR_FAIL;
    struct view_case_history_row *at = NEW_ARRAY(r->arena, rows.n + 1, struct view_case_history_row);
    for (size_t i = 0; i < rows.n; i++) {
        const struct case_history_of *h = &rows.at[r->json ? i : rows.n - 1 - i];    /* pages: newest first */
        at[i] = (struct view_case_history_row){.seq = h->seq, .act = h->act, .from_state = h->from_state, .state = h->to_state,
                                               .at = h->at, .who = lang_or(r, h->post_name, h->post_name_en),
                                               .note = note_is_inner(s, h->act) ? STR_NONE : h->note};
    }
    s->v->history.at = at;
    s->v->history.n = rows.n;
    return 0;
}

/* The receipt voucher has its own address: the query code is on it, for the applicant and the window alone (case_holds_receipt). */
static str document_url(struct req *r, const struct sheet *s, const struct case_notice_list *n)
{
    int64_t case_id = s->c->case_id;
    if (str_is(n->kind, "receipt"))
        return s->relation == CASE_MINE || has_right(r, "case.window") ? case_url(r, case_id, "/receipt.pdf") : STR_NONE;
    return str_fmt(r->arena, "/cases/%lld/documents/%lld", (long long)case_id, (long long)n->notice_id);
}

static int fill_notices(struct req *r, struct sheet *s)
{
    struct case_notice_list_rows rows;
    if (case_notice_list(r->db, s->c->case_id, &rows) < 0)
        return ERR_FAIL;
    struct view_case_notice_row *at = NEW_ARRAY(r->arena, rows.n + 1, struct view_case_notice_row);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct view_case_notice_row){
            .kind = rows.at[i].kind, .number = rows.at[i].number, .created = rows.at[i].created_at, .sealed = rows.at[i].sealed,
            .url = document_url(r, s, &rows.at[i])};
    s->v->notices.at = at;
    s->v->notices.n = rows.n;
    return 0;
}

static void fill_result(struct req *r, struct sheet *s)
{
    str why;
    const json_t *of_item = json_object_get(s->guide, "result");
    s->v->result_name = json_get_str(of_item, str_is(s->c->decision, "denied") ? "negative" : "name");
    json_t *t = str_empty(s->c->result) ? NULL : json_read(r->arena, s->c->result, &why);
    if (!t)
        return;
    struct view_case_result *v = NEW(r->arena, struct view_case_result);
    *v = (struct view_case_result){.name = json_get_str(t, "name"), .number = json_get_str(t, "number"),
                                   .valid_from = json_get_str(t, "valid_from"), .valid_to = json_get_str(t, "valid_to")};
    s->v->result = v;
}

/* Why it was refused, and where to go instead: as the notice says it. */
static int fill_refusal(struct req *r, struct sheet *s)
{
    struct case_notice_of n;
    str why;
    if (!str_is(s->c->state, "refused"))
        return 0;
    int found = case_notice_of(r->db, s->c->case_id, S("refusal"), &n);
    const json_t *t = found == 1 ? json_read(r->arena, n.content, &why) : NULL;
    if (!t)
        return found < 0 ? found : 0;
    struct view_case_refusal *v = NEW(r->arena, struct view_case_refusal);
    *v = (struct view_case_refusal){.kind = json_get_str(t, "kind"), .reason = json_get_str(t, "reason"),
                                    .office = json_get_str(t, "office"), .article = json_get_str(t, "article")};
    s->v->refusal = v;
    return 0;
}

static int fill_delivery(struct req *r, struct sheet *s)
{
    struct case_delivery d;
    str why;
    if (!str_is(s->c->state, "delivered"))
        return 0;
    if (case_delivery(r->db, s->c->case_id, &d) != 1)
        return ERR_FAIL;
    json_t *t = json_read(r->arena, d.delivery, &why);
    str method = json_get_str(t, "method"), code = json_get_str(t, "code"), tracking = json_get_str(t, "tracking");
    str words = text_find(r->lang, "case", str_fmt(r->arena, "method.%.*s", STRF(method)));
    if (!str_none(code) && s->relation == CASE_MINE)
        words = str_fmt(r->arena, "%.*s %.*s", STRF(words), STRF(code));
    if (!str_none(tracking))
        words = str_fmt(r->arena, "%.*s %.*s", STRF(words), STRF(tracking));
    s->v->delivery = words;
    return 0;
}

/* ---- the process drawn ---- */

static const char *const stages[] = {"receive", "accept", "review", "decide", "make", "deliver"};

static int stage_rank(str stage)
{
    for (size_t i = 0; i < COUNT_OF(stages); i++)
        if (str_is(stage, stages[i]))
            return (int)i;
    return 2;                    /* whatever else a guide names happens between acceptance and decision */
}

/* How far the case is: the stage it stands in; *ret_stopped when it ended there without a result. */
static int case_rank(const struct case_by_id *c, bool *ret_stopped)
{
    static const struct { const char *state; int rank; } ranks[] = {
        {"awaiting_paper", 0}, {"received", 1}, {"correcting", 1}, {"refused", 1}, {"accepted", 2}, {"reviewed", 3},
        {"granted", 4}, {"denied", 4}, {"made", 5}, {"at_window", 5}, {"delivered", 6},
    };
    *ret_stopped = str_is(c->state, "refused") || str_is(c->state, "withdrawn");
    for (size_t i = 0; i < COUNT_OF(ranks); i++)
        if (str_is(c->state, ranks[i].state))
            return ranks[i].rank;
    return c->accepted_at != DB_NONE ? 2 : c->received_at != DB_NONE ? 1 : 0;
}

/* The first step at the case's stage or beyond is where it stands: what comes before it is done. */
static void mark_steps(const struct case_by_id *c, struct view_case_step_row *at, const int *rank, size_t n)
{
    bool stopped;
    int here = case_rank(c, &stopped);
    size_t now = 0;
    while (now < n && rank[now] < here)
        now++;
    for (size_t i = 0; i < n; i++) {
        at[i].now = i == now;
        at[i].class_name = str_c(i < now ? "step step-done" : i > now ? "step" : stopped ? "step step-stop" : "step step-now");
    }
}

static void fill_steps(struct req *r, struct sheet *s)
{
    const json_t *process = json_object_get(s->guide, "process");
    size_t i, n = 0, most = json_array_size(process) + COUNT_OF(stages);
    struct view_case_step_row *at = NEW_ARRAY(r->arena, most, struct view_case_step_row);
    int *rank = NEW_ARRAY(r->arena, most, int);
    json_t *p;
    at[n++].name = req_text(r, T_CASE_STAGE_RECEIVE);
    json_array_foreach(process, i, p) {
        rank[n] = stage_rank(json_get_str(p, "stage"));
        at[n++].name = case_in_lang(r, p, "name");
    }
    for (i = 1; json_array_size(process) == 0 && i < COUNT_OF(stages); i++) {
        rank[n] = (int)i;
        at[n++].name = text_find(r->lang, "case", str_fmt(r->arena, "stage.%s", stages[i]));
    }
    mark_steps(s->c, at, rank, n);
    s->v->steps.at = at;
    s->v->steps.n = n;
}

/* ---- the forms of what is legal now ---- */

static bool in_list(const struct view_case_show *v, const char *act)
{
    for (size_t i = 0; i < v->actions.n; i++)
        if (str_is(v->actions.at[i], act))
            return true;
    return false;
}

static int fill_actions(struct req *r, struct sheet *s)
{
    struct view_case_show *v = s->v;
    if (case_actions(r, s->c, &v->actions.at, &v->actions.n) < 0)
        return ERR_FAIL;
    v->can = (struct view_case_can){
        .receive = in_list(v, "receive"), .accept = in_list(v, "accept"), .correct = in_list(v, "correct"),
        .supplement = in_list(v, "supplement"), .refuse = in_list(v, "refuse"), .review = in_list(v, "review"),
        .approve = in_list(v, "approve"), .deny = in_list(v, "deny"), .make = in_list(v, "make"), .issue = in_list(v, "issue"),
        .deliver = in_list(v, "deliver"), .withdraw = in_list(v, "withdraw")};
    v->any_act = v->actions.n > 0;
    return 0;
}

/* Rows of the correction notice: each may name a material of the item or a field of the form; later only what was named first. */
static size_t defect_choices(struct req *r, const struct sheet *s, const struct case_item_materials_rows *materials,
                             struct view_case_choice *at)
{
    size_t i, n = 0;
    json_t *f;
    if (s->c->corrected_at != DB_NONE) {
        for (i = 0; i < s->v->defects.n; i++) {
            const struct view_case_defect_row *d = &s->v->defects.at[i];
            bool field = !str_none(d->field);
            str value = field ? str_cat(r->arena, S("f:"), d->field) : str_cat(r->arena, S("m:"), d->material);
            at[n++] = (struct view_case_choice){.value = value, .label = d->about};
        }
        return n;
    }
    for (i = 0; i < materials->n; i++)
        at[n++] = (struct view_case_choice){.value = str_cat(r->arena, S("m:"), materials->at[i].name),
            .label = material_label(r, s->guide, materials->at[i].name)};
    json_array_foreach(case_guide_fields(s->guide), i, f)
        at[n++] = (struct view_case_choice){.value = str_cat(r->arena, S("f:"), json_get_str(f, "name")),
            .label = case_in_lang(r, f, "label")};
    return n;
}

static int fill_slots(struct req *r, struct sheet *s)
{
    struct case_item_materials_rows materials;
    const struct form_case_correct *posted = req_posted(r, &fd_case_correct);
    if (!s->v->can.correct)
        return 0;
    if (case_item_materials(r->db, s->c->item_id, s->c->item_version, &materials) < 0)
        return ERR_FAIL;
    size_t most = materials.n + json_array_size(case_guide_fields(s->guide)) + s->v->defects.n;
    struct view_case_choice *choices = NEW_ARRAY(r->arena, most + 1, struct view_case_choice);
    size_t n = defect_choices(r, s, &materials, choices);
    struct view_case_slot *at = NEW_ARRAY(r->arena, DEFECT_SLOTS, struct view_case_slot);
    for (size_t i = 0; i < DEFECT_SLOTS; i++) {
        at[i].no = (int64_t)i;
        at[i].nth = (int64_t)i + 1;
        at[i].choices.at = choices;
        at[i].choices.n = n;
        if (!posted || i >= posted->defects.n)
            continue;
        at[i].problem = posted->defects.at[i].problem;
        at[i].about = str_empty(posted->defects.at[i].about) ? STR_NONE : posted->defects.at[i].about;
        for (size_t k = 0; k < n; k++)
            if (str_eq(choices[k].value, at[i].about))
                at[i].about_label = choices[k].label;
    }
    s->v->slots.at = at;
    s->v->slots.n = DEFECT_SLOTS;
    return 0;
}

static void fill_typed(struct req *r, struct sheet *s)
{
    const struct form_case_refuse *refusal = req_posted(r, &fd_case_refuse);
    const struct form_case_review *review = req_posted(r, &fd_case_review);
    const struct form_case_decide *decide = req_posted(r, &fd_case_decide);
    const struct form_case_withdraw *withdraw = req_posted(r, &fd_case_withdraw);
    const struct form_case_deliver *deliver = req_posted(r, &fd_case_deliver);
    struct view_case_typed *t = &s->v->typed;
    if (refusal)
        t->refuse = refusal->reason, t->office = refusal->office, t->article = refusal->article;
    if (review)
        t->review = review->opinion;
    if (decide)
        t->decide = decide->reason;
    if (withdraw)
        t->withdraw = withdraw->reason;
    if (deliver)
        t->recipient = deliver->recipient, t->tracking = deliver->tracking;
}

/* The answers a supplement asks for: one input per defect still open. */
static int fill_asks(struct req *r, struct sheet *s)
{
    struct case_files_of_rows files = {0};
    str why;
    if (!s->v->can.supplement)
        return 0;
    if (!is_staff(r) && case_files_of(r->db, r->who.person_id, 50, &files) < 0)
        return ERR_FAIL;
    struct view_case_choice *choices = NEW_ARRAY(r->arena, files.n + 1, struct view_case_choice);
    for (size_t i = 0; i < files.n; i++)
        choices[i] = (struct view_case_choice){.value = str_i64(r->arena, files.at[i].file_id), .label = files.at[i].name};
    struct view_case_ask *at = NEW_ARRAY(r->arena, s->v->defects.n + 1, struct view_case_ask);
    json_t *map = json_read(r->arena, s->v->fields, &why);
    size_t n = 0, m = 0;
    for (size_t i = 0; i < s->v->defects.n; i++) {
        const struct view_case_defect_row *d = &s->v->defects.at[i];
        if (!d->open)
            continue;
        at[n] = (struct view_case_ask){.no = str_none(d->material) ? 0 : (int64_t)m, .about = d->about, .problem = d->problem,
                                       .field = d->field, .material = d->material};
        if (!str_none(d->material))
            m++;
        else
            at[n].label = json_get_str(map, str_z(r->arena, d->field));
        at[n].files.at = choices;
        at[n++].files.n = files.n;
    }
    s->v->asks.at = at;
    s->v->asks.n = n;
    return 0;
}

static void fill_handbook(struct req *r, struct sheet *s)
{
    const json_t *book = json_object_get(s->guide, "handbook"), *conditions = json_object_get(s->guide, "conditions");
    size_t i, n = 0;
    json_t *one;
    if (s->relation == CASE_MINE)
        return;
    if (!has_right(r, "case.window"))
        book = NULL;
    struct view_case_field_row *at = NEW_ARRAY(r->arena, json_array_size(book) + 1, struct view_case_field_row);
    json_array_foreach(book, i, one)
        at[n++] = (struct view_case_field_row){.label = json_get_str(one, "step"), .url = STR_NONE,
            .value = str_fmt(r->arena, "%.*s %.*s", STRF(json_get_str(one, "check")), STRF(json_get_str(one, "passes_when")))};
    s->v->handbook.at = at;
    s->v->handbook.n = n;
    str *texts = NEW_ARRAY(r->arena, json_array_size(conditions) + 1, str);
    n = 0;
    json_array_foreach(conditions, i, one)
        texts[n++] = json_is_string(one) ? str_c(json_string_value(one)) : case_in_lang(r, one, "text");
    s->v->conditions.at = texts;
    s->v->conditions.n = n;
}

static void account(struct req *r, const struct sheet *s)
{
    if (s->relation == CASE_MINE)
        personal_own(r);
    else
        personal_seen(r, s->c->applicant_person_id, "case", s->c->case_id, "case", S("name, form, materials, documents"));
}

int case_page(struct req *r)
{
    struct sheet s = {.c = r->object, .v = NEW(r->arena, struct view_case_show)};
    int code = case_relation(r, s.c, &s.relation);
    if (code < 0)
        return code;
    if (case_people(r->db, s.c->case_id, &s.people) != 1 || case_item_guide(r, s.c, &s.guide) < 0)
        return ERR_FAIL;
    fill_facts(r, &s);
    fill_result(r, &s);
    fill_steps(r, &s);
    fill_handbook(r, &s);
    fill_typed(r, &s);
    if (fill_fields(r, &s) < 0 || fill_materials(r, &s) < 0 || fill_missing(r, &s) < 0 || fill_defects(r, &s) < 0 ||
        fill_history(r, &s) < 0 || fill_notices(r, &s) < 0 || fill_refusal(r, &s) < 0 || fill_delivery(r, &s) < 0 ||
        fill_actions(r, &s) < 0 || fill_slots(r, &s) < 0 || fill_asks(r, &s) < 0 || case_clock_view(r, s.c, &s.v->clock) < 0)
        return ERR_FAIL;
    account(r, &s);
    return show(r, s.relation == CASE_MINE ? &vt_case_show : &vt_case_desk, s.v);
}
