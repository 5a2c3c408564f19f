/* Submission: the one way a case comes to be, for POST /cases, a draft, and the counter. */
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "base/rand.h"
#include "rooms/case/case_private.h"
#include "rooms/item/item.h"
#include "rooms/person/person.h"

/* What is being built. */
struct making {
    const struct case_submission *s;
    struct case_item item;
    str region, department;                      /* of the deciding department: its calendar counts */
    json_t *guide;
    struct case_by_id c;                         /* the record as it will be read back, for notices and the event */
    str fields, code;
    struct view_case_receipt *out;
};

static bool guide_objects_allow(const json_t *guide, bool enterprise)
{
    const json_t *objects = json_object_get(guide, "objects");
    size_t i;
    json_t *o;
    if (json_array_size(objects) == 0)
        return true;
    json_array_foreach(objects, i, o)
        if (json_is_string(o) && strcmp(json_string_value(o), enterprise ? "organisation" : "person") == 0)
            return true;
    return false;
}

/* Penalty, coercion, levy and inspection are acts of the authority: nobody applies for them. */
static int may_be_applied_for(struct req *r, const struct making *m)
{
    if (!m->item.published)
        return refuse_field(r, "item", T_CASE_NO_SUCH_ITEM);
    if (case_word_in("02 03 04 06", m->item.type))
        return refuse_field(r, "item", T_CASE_NO_APPLICATION);
    return m->s->handed || m->item.online ? 0 : refuse_field(r, "item", T_CASE_NOT_ONLINE);
}

static int load_item(struct req *r, struct making *m)
{
    struct case_department d;
    int found = case_item(r->db, m->s->item_id, &m->item);
    if (found <= 0)
        return found < 0 ? found : refuse_field(r, "item", T_CASE_NO_SUCH_ITEM);
    if ((found = may_be_applied_for(r, m)) < 0)
        return found;
    if (case_department(r->db, m->item.department_id, &d) != 1)
        return ERR_FAIL;
    m->region = d.region;
    m->department = r->lang == LANG_EN && !str_empty(d.name_en) ? d.name_en : d.name;
    found = item_form(r->db, r->arena, m->item.item_id, m->item.version, &m->guide);
    if (found < 0)
        return found;
    if (!found)
        m->guide = case_json_new(r->arena);
    if (!guide_objects_allow(m->guide, m->s->enterprise_id != DB_NONE))
        return refuse(r, 400, "invalid", m->s->enterprise_id != DB_NONE ? T_CASE_PERSONS_ONLY : T_CASE_ENTERPRISES_ONLY);
    return 0;
}

/* A mandate names what it covers: the item's key, or its code where it has none. */
static int mandate_covers(struct req *r, const struct making *m)
{
    str word = json_get_str(m->guide, "key");
    if (m->s->enterprise_id == DB_NONE)
        return 0;
    int may = person_acts_for(r->db, m->s->actor_person_id, m->s->enterprise_id, str_empty(word) ? m->item.code : word,
                              date_days(date_of(r->now)));
    return may < 0 ? may : may ? 0 : refuse(r, 403, "no_mandate", T_CASE_NO_MANDATE);
}

/* A duty's place: the counter's own hall, or a hall entrusted with the item, that of its region first. None is no obstacle. */
static int choose_hall(struct req *r, struct making *m)
{
    struct case_hall_for h;
    m->c.hall_id = m->s->hall_id;
    if (m->c.hall_id != DB_NONE)
        return 0;
    int found = case_hall_for(r->db, m->item.item_id, m->item.region, date_days(date_of(r->now)), &h);
    if (found > 0)
        m->c.hall_id = h.hall_id;
    return found < 0 ? found : 0;
}

/* Required materials nobody named are told, and block nothing (law.md); any that comes on paper makes an online case wait. */
static int look_for_gaps(struct req *r, struct making *m)
{
    struct form_gaps gaps;
    int code = form_material_gaps(r->db, m->item.item_id, m->item.version, m->s->materials, m->s->n_materials, &gaps);
    if (code < 0)
        return code;
    m->out->missing.at = gaps.missing;
    m->out->missing.n = gaps.n_missing;
    m->out->waiting = gaps.paper_wanted && !m->s->handed;
    return 0;
}

static int write_materials(struct req *r, const struct making *m)
{
    for (size_t i = 0; i < m->s->n_materials; i++) {
        const struct form_material *f = &m->s->materials[i];
        const struct case_handed *h = m->s->handed ? &m->s->handed[i] : NULL;
        bool awaited = (str_is(f->way, "paper") && !h) || str_is(f->way, "later");
        int code = case_material_add(r->db, &(struct case_material_add_in){
            .case_id = m->c.case_id, .line = (int64_t)i + 1, .name = f->name, .way = f->way,
            .state = awaited ? S("awaited") : S("given"),
            .file_id = f->file_id, .certificate = str_empty(f->certificate) ? STR_NONE : f->certificate,
            .originals = h ? h->originals : 0, .copies = h ? h->copies : 0, .received_at = awaited ? DB_NONE : r->now,
            .received_by_post = h ? r->who.post_id : DB_NONE});
        if (code < 0)
            return code;
    }
    return 0;
}

static int insert(struct req *r, struct making *m)
{
    struct case_by_id *c = &m->c;
    const struct case_submission *s = m->s;
    int code;
    bool waits = m->out->waiting;
    c->five_day = DB_NONE;
    if ((c->case_id = new_id(r->db)) < 0)
        return ERR_FAIL;
    if (!waits && (code = case_number_draw(r, m->item.code, &c->number)) < 0)
        return code;
    if (!waits && (code = case_due_day(r->db, m->region, date_of(r->now), 5, S("workday"), &c->five_day)) < 0)
        return code;
    c->state = waits ? S("awaiting_paper") : S("received");
    c->received_at = waits ? DB_NONE : r->now;
    m->code = rand_digits(r->arena, 6);
    code = case_insert(r->db, &(struct case_insert_in){
        .case_id = c->case_id, .number = c->number, .item_id = m->item.item_id, .item_version = m->item.version,
        .item_code = m->item.code, .item_name = m->item.name, .item_type = m->item.type, .kind = m->item.kind,
        .region = m->region,
        .department_id = m->item.department_id, .hall_id = c->hall_id, .applicant_person_id = s->applicant_person_id,
        .enterprise_id = s->enterprise_id, .actor_person_id = s->actor_person_id,
        .channel = s->handed ? S("counter") : S("online"),
        .state = c->state, .desk = case_desk_of(c->state), .fields = secret_box(r->arena, m->fields), .legal_n = m->item.legal_n,
        .legal_unit = m->item.legal_unit, .promise_n = m->item.promise_n, .promise_unit = m->item.promise_unit,
        .submitted_at = r->now, .received_at = c->received_at, .five_day = c->five_day,
        .query_hash = case_query_hash(r->arena, c->case_id, m->code), .query_box = secret_box(r->arena, m->code)});
    return code < 0 ? code : 0;
}

/* The members of the record that notices, history and the event read. */
static void fill_record(struct making *m)
{
    struct case_by_id *c = &m->c;
    c->item_id = m->item.item_id;
    c->item_version = m->item.version;
    c->item_code = m->item.code;
    c->item_name = m->item.name;
    c->kind = m->item.kind;
    c->region = m->region;
    c->department_id = m->item.department_id;
    c->applicant_person_id = m->s->applicant_person_id;
    c->enterprise_id = m->s->enterprise_id;
    c->actor_person_id = m->s->actor_person_id;
    c->acceptance_no = STR_NONE;
}

static str leaf_content(struct req *r, const struct making *m)
{
    struct buf b;
    struct json j;
    buf_init(&b, r->arena, 4u << 20);
    json_begin(&j, &b);
    json_obj(&j);
    json_key(&j, S("item"));
    json_str(&j, m->item.code);
    json_key(&j, S("number"));
    json_str(&j, m->c.number);
    json_key(&j, S("state"));
    json_str(&j, m->c.state);
    json_key(&j, S("fields"));
    json_raw(&j, m->fields);
    json_key(&j, S("materials"));
    json_arr(&j);
    for (size_t i = 0; i < m->s->n_materials; i++) {
        json_obj(&j);
        json_key(&j, S("name"));
        json_str(&j, m->s->materials[i].name);
        json_key(&j, S("way"));
        json_str(&j, m->s->materials[i].way);
        json_key(&j, S("file"));
        if (m->s->materials[i].file_id == DB_NONE)
            json_none(&j);
        else
            json_id(&j, m->s->materials[i].file_id);
        json_obj_end(&j);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    return buf_text(&b);
}

/* The code is guessable alone, so it is hashed with the case it belongs to. */
str case_query_hash(struct arena *a, int64_t case_id, str code)
{
    return secret_hash(a, str_fmt(a, "case:%lld:%.*s", (long long)case_id, STRF(code)));
}

/* History, receipt voucher, duty of the clerk, evidence, event. */
static int record(struct req *r, struct making *m)
{
    static const struct case_act submit = {.name = "submit"}, open = {.name = "open"};
    const struct case_by_id from_nothing = m->c;
    struct case_by_id c = from_nothing;
    str state = c.state;
    c.state = STR_NONE;          /* it comes from no state */
    struct case_doing d = {.c = &c, .act = m->s->handed ? &open : &submit, .version = 1, .seq = 1, .to = state, .note = STR_NONE,
                           .reason = STR_NONE, .number = c.number, .acceptance_no = STR_NONE, .content = STR_NONE};
    int code = m->s->handed ? case_duty_enter(r, &c, "accept") : 0;
    if (!code)
        code = case_history(r, &d);
    if (!code && !str_none(c.number))
        code = case_notice_issue(r, &d, "receipt", NULL, NULL);
    if (!code && !str_none(c.number))
        code = case_await_answer(r, c.case_id, m->item.type, c.five_day);
    if (code < 0)
        return code;
    evidence(r, "case", c.case_id, 1, leaf_content(r, m), STR_NONE);
    return case_emit(r, &d, c.number, STR_NONE);
}

static void fill_receipt(struct req *r, const struct making *m)
{
    struct view_case_receipt *v = m->out;
    v->case_id = m->c.case_id;
    v->number = m->c.number;
    v->query_code = m->code;
    v->state = m->c.state;
    v->item_code = m->item.code;
    v->item_name = m->item.name;
    v->department = m->department;
    v->five_day = m->c.five_day;
    v->receipt = (struct view_case_proof){.evidence = evidence_number(r), .number = m->c.number, .query_code = m->code,
                                          .time = r->now};
}

int case_submit(struct req *r, const struct case_submission *s, struct view_case_receipt *ret)
{
    struct making m = {.s = s, .out = ret};
    m.c.number = STR_NONE;
    personal_masked(r);          /* names go into the receipt voucher; the answer carries none */
    int code = load_item(r, &m);
    if (code < 0 || (code = mandate_covers(r, &m)) < 0)
        return code;
    int fields = form_check_fields(r, case_guide_fields(m.guide), str_empty(s->fields) ? S("{}") : s->fields, true, &m.fields);
    int materials = form_check_materials(r, s->item_id, m.item.version, s->materials, s->n_materials);
    if (fields < 0 || materials < 0)
        return fields < 0 ? fields : materials;
    if ((code = choose_hall(r, &m)) < 0 || (code = look_for_gaps(r, &m)) < 0 || (code = insert(r, &m)) < 0)
        return code;
    fill_record(&m);
    if ((code = write_materials(r, &m)) < 0 || (code = record(r, &m)) < 0)
        return code;
    fill_receipt(r, &m);
    return 0;
}

/* ---- who applies ---- */

static int own_enterprise(struct req *r, int64_t enterprise_id, struct case_submission *s)
{
    struct case_mandate m;
    int found = case_mandate(r->db, enterprise_id, r->who.person_id, date_days(date_of(r->now)), &m);
    if (found < 0)
        return found;
    if (!found)
        return refuse(r, 403, "no_mandate", T_CASE_NO_MANDATE);
    s->enterprise_id = enterprise_id;
    return 0;
}

/* {"enterprise": id or USCC} */
static int applicant_enterprise(struct req *r, str which, struct case_submission *s)
{
    struct case_enterprise_by_uscc e;
    int64_t id;
    if (which.n == 18) {
        int found = case_enterprise_by_uscc(r->db, which, &e);
        if (found <= 0)
            return found < 0 ? found : refuse(r, 403, "no_mandate", T_CASE_NO_MANDATE);
        id = e.enterprise_id;
    } else if (!num_i64(which, &id)) {
        return refuse_field(r, "applicant", T_CASE_APPLICANT_UNREADABLE);
    }
    return own_enterprise(r, id, s);
}

/* {"person": id, ID number, or {name, id_number, mobile}} : a clerk at the counter. */
static int applicant_person(struct req *r, const json_t *p, struct case_submission *s)
{
    int64_t id = DB_NONE;
    str text = json_is_string(p) ? (str){json_string_value(p), json_string_length(p)} : STR_NONE;
    int code = 0;
    if (json_is_object(p)) {
        str number = json_get_str(p, "id_number");
        if (!num_citizen_id(number))
            return refuse_field(r, "applicant", T_CASE_ID_NUMBER);
        code = person_ensure(r->db, r->arena, json_get_str(p, "name"), number, json_get_str(p, "mobile"), &id);
    } else if (text.n == 18) {
        if (!num_citizen_id(text))
            return refuse_field(r, "applicant", T_CASE_ID_NUMBER);
        code = person_find_by_id_number(r->db, r->arena, text, &id);
        if (code == 0)
            return refuse_field(r, "applicant", T_CASE_NO_SUCH_PERSON);
    } else {
        struct case_person_masked masked;
        if (!num_i64(text, &id))
            return refuse_field(r, "applicant", T_CASE_APPLICANT_UNREADABLE);
        code = case_person_masked(r->db, id, &masked);
        if (code == 0)
            return refuse_field(r, "applicant", T_CASE_NO_SUCH_PERSON);
    }
    if (code == ERR_EXISTS)
        return refuse_field(r, "applicant", T_CASE_OTHER_NAME);
    if (code == ERR_FORMAT)
        return refuse_field(r, "applicant", T_CASE_APPLICANT_UNREADABLE);
    if (code < 0)
        return code;
    s->applicant_person_id = s->actor_person_id = id;
    return 0;
}

/* A clerk opens only what stands on the hall's entrusted list in force, and never a case of their own. */
int case_counter_may(struct req *r, struct case_submission *s)
{
    if (!has_right(r, "case.window") || r->who.hall_id == DB_NONE)
        return refuse(r, 403, "no_right", T_CASE_NOT_YOURS);
    int entrusted = item_entrusted(r->db, r->who.hall_id, s->item_id, date_days(date_of(r->now)));
    if (entrusted < 0)
        return entrusted;
    if (!entrusted)
        return refuse(r, 403, "not_entrusted", T_CASE_NOT_ENTRUSTED);
    if (s->applicant_person_id == r->who.person_id)
        return refuse(r, 403, "own_case", T_CASE_OWN_CASE);
    s->hall_id = r->who.hall_id;
    return 0;
}

static int read_applicant(struct req *r, str text, struct case_submission *s)
{
    str why;
    s->applicant_person_id = s->actor_person_id = r->who.person_id;
    s->enterprise_id = s->hall_id = DB_NONE;
    json_t *a = str_empty(text) ? NULL : json_read(r->arena, text, &why);
    const json_t *person = json_object_get(a, "person");
    str enterprise = json_get_str(a, "enterprise");
    if (is_staff(r)) {
        if (!person)
            return refuse(r, 403, "no_right", T_CASE_STAFF_APPLIES);
        int code = applicant_person(r, person, s);
        return code < 0 ? code : case_counter_may(r, s);
    }
    if (!str_empty(enterprise))
        return applicant_enterprise(r, enterprise, s);
    if (a && !json_is_null(a) && json_object_size(a) > 0)
        return refuse_field(r, "applicant", T_CASE_APPLICANT_UNREADABLE);
    return r->who.enterprise_id != DB_NONE ? own_enterprise(r, r->who.enterprise_id, s) : 0;
}

/* The one way a material is given; more than one, or none, is a fault. */
static void read_material(struct req *r, size_t i, const struct form_case_new_material *f, struct form_material *ret)
{
    int ways = (f->file != DB_NONE) + !str_empty(f->certificate) + f->later + f->paper;
    *ret = (struct form_material){.name = f->name, .file_id = f->file,
                                  .certificate = str_empty(f->certificate) ? STR_NONE : f->certificate};
    if (f->file != DB_NONE)
        ret->way = S("file");
    else
        ret->way = !str_empty(f->certificate) ? S("certificate") : f->later ? S("later") : S("paper");
    if (ways != 1)
        wrong_field(r, str_fmt(r->arena, "materials.%zu", i), T_CASE_ONE_WAY, NULL, 0);
}

/* ---- POST /drafts/{id}/submit ---- */

int case_draft_submit_post(struct req *r)
{
    const struct form_case_submit *f = r->form;
    const struct form_draft *draft = r->object;
    struct case_submission s = {.act = S("submit"), .item_id = draft->item_id, .hall_id = DB_NONE, .fields = draft->fields,
        .applicant_person_id = r->who.person_id, .actor_person_id = r->who.person_id, .enterprise_id = DB_NONE,
        .materials = draft->materials, .n_materials = draft->n_materials};
    struct form_draft open;
    int code = form_draft_load(r, draft->draft_id, &open);       /* submitted or deleted: 409 */
    if (code < 0)
        return code;
    if (f->version != DB_NONE && f->version != draft->version)
        return refuse_changed(r);
    if (!f->declare)
        return refuse_field(r, "declare", T_CASE_DECLARE_MISSING);
    code = draft->enterprise_id != DB_NONE ? own_enterprise(r, draft->enterprise_id, &s) : 0;
    struct view_case_receipt *v = NEW(r->arena, struct view_case_receipt);
    if (code < 0 || (code = case_submit(r, &s, v)) < 0)
        return code;
    int closed = form_draft_close(r->db, draft->draft_id, draft->version, r->now);
    if (closed < 0)
        return closed;
    if (!closed)
        return refuse_changed(r);
    return done(r, 201, case_url(r, v->case_id, "/receipt"), &vt_case_receipt, v);
}

/* ---- POST /cases ---- */

int case_new_post(struct req *r)
{
    const struct form_case_new *f = r->form;
    struct case_item_by_code item;
    struct case_submission s = {.act = S("submit"), .fields = f->fields};
    int found = case_item_by_code(r->db, f->item, &item);
    if (found <= 0)
        return found < 0 ? found : refuse_field(r, "item", T_CASE_NO_SUCH_ITEM);
    s.item_id = item.item_id;
    int code = read_applicant(r, f->applicant, &s);
    if (code < 0)
        return code;
    struct form_material *at = NEW_ARRAY(r->arena, f->materials.n + 1, struct form_material);
    struct case_handed *handed = NEW_ARRAY(r->arena, f->materials.n + 1, struct case_handed);
    for (size_t i = 0; i < f->materials.n; i++) {
        read_material(r, i, &f->materials.at[i], &at[i]);
        handed[i].originals = 1;
    }
    if ((code = refuse_fields(r)) < 0)
        return code;
    s.materials = at;
    s.n_materials = f->materials.n;
    s.handed = is_staff(r) ? handed : NULL;
    struct view_case_receipt *v = NEW(r->arena, struct view_case_receipt);
    if ((code = case_submit(r, &s, v)) < 0)
        return code;
    return done(r, 201, case_url(r, v->case_id, "/receipt"), &vt_case_receipt, v);
}
