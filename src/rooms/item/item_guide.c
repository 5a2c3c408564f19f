/* The guide of an item as people see it, and the acceptance handbook beside it. Everything is read from the guide's own tree;
 * what the library does not know is left out or says so. */
#include <string.h>

#include "core/req.h"
#include "item_sql.h"
#include "item_view.h"
#include "rooms/item/item_private.h"
#include "rooms/item/item_text.h"

/* ---- parts of the guide alone ---- */

static void fill_stages(struct req *r, const json_t *guide, struct view_item_guide *v)
{
    const json_t *list = json_object_get(guide, "process");
    struct view_item_stage *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_stage);
    size_t i;
    json_t *s;
    json_array_foreach((json_t *)list, i, s) {
        struct limit l = item_limit_of(json_object_get(s, "limit"));
        at[i] = (struct view_item_stage){
            .name = item_said_of(r->lang, s, "name"), .note = item_said_new(r, s, "content"),
            .limit = l.n == 0 ? (struct limit){DB_NONE, STR_NONE} : l, .at_once = l.n == 0};
    }
    v->stages.at = at;
    v->stages.n = json_array_size(list);
}

static void fill_fees(struct req *r, const json_t *guide, struct view_item_guide *v)
{
    const json_t *list = json_object_get(guide, "fees"), *fee = json_object_get(guide, "fee");
    struct view_item_fee *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_fee);
    size_t i;
    json_t *f;
    json_array_foreach((json_t *)list, i, f)
        at[i] = (struct view_item_fee){
            .name = item_said_of(r->lang, f, "name"), .amount = json_get_int(f, "amount", DB_NONE),
            .unit = item_said_new(r, f, "unit"),
            .reduction = item_said_new(r, f, "reduction"), .basis = item_or_none(json_get_str(f, "basis")),
            .check = json_get_bool(f, "to_check", false)};
    v->fees.at = at;
    v->fees.n = json_array_size(list);
    v->has_fee_word = json_is_boolean(fee);
    v->charged = json_is_true(fee);
}

static void fill_spots(struct req *r, const json_t *guide, struct view_item_guide *v)
{
    const json_t *list = json_object_get(guide, "places");
    struct view_item_spot *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_spot);
    size_t i;
    json_t *p;
    json_array_foreach((json_t *)list, i, p)
        at[i] = (struct view_item_spot){
            .name = item_said_of(r->lang, p, "name"), .address = item_said_new(r, p, "address"),
            .hours = item_said_new(r, p, "hours"),
            .windows = item_or_none(item_joined(r, json_object_get(p, "windows"), NULL)),
            .phone = item_or_none(json_get_str(p, "phone"))};
    v->spots.at = at;
    v->spots.n = json_array_size(list);
}

static void fill_questions(struct req *r, const json_t *guide, struct view_item_guide *v)
{
    const json_t *list = json_object_get(guide, "questions");
    struct view_item_question *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_question);
    size_t i;
    json_t *q;
    json_array_foreach((json_t *)list, i, q)
        at[i] = (struct view_item_question){item_said_of(r->lang, q, "question"), item_said_of(r->lang, q, "answer")};
    v->questions.at = at;
    v->questions.n = json_array_size(list);
}

/* ---- facts of a guide ---- */

#define PUT_FACTS(list_, facts_) ((list_).at = (facts_).at, (list_).n = (facts_).n)

static void fill_basics(struct req *r, const json_t *g, const struct item_findings_rows *found, struct view_item_guide *v)
{
    struct item_facts f = item_facts_new(r, found, 32), c = item_facts_new(r, found, 12);
    const json_t *online = json_object_get(g, "online"), *quantity = json_object_get(g, "quantity_limit");
    const json_t *extension = json_object_get(g, "extension"), *agent = json_object_get(g, "agent");
    str type = item_type_name(r->lang, v->type);
    item_fact(&f, T_ITEM_FACT_TYPE, v->filing ? str_cat(r->arena, type, req_text(r, T_ITEM_FILING)) : type, "type");
    item_fact(&f, T_ITEM_FACT_KIND, item_kind_name(r->lang, v->kind), "kind");
    item_fact(&f, T_ITEM_FACT_OBJECTS, item_joined(r, json_object_get(g, "objects"), "object"), "objects");
    item_fact_said(&f, req_text(r, T_ITEM_FACT_BODY), v->office, "department");
    if (v->level > 0)
        item_fact(&f, T_ITEM_FACT_LEVEL, item_word(r, "level", str_i64(r->arena, v->level)), "level");
    item_fact_of(&f, T_ITEM_FACT_MAIN, g, "main_item");
    item_fact_of(&f, T_ITEM_FACT_SCOPE, g, "scope");
    item_fact(&f, T_ITEM_FACT_ACCEPT, item_limit_text(r, v->accept), "accept");
    item_fact_said(&f, req_text(r, T_ITEM_FACT_LEGAL_NOTE), item_said_of(r->lang, g, "legal_note"), NULL);
    if (extension) {
        str args[] = {item_limit_text(r, item_limit_of(extension)), item_said_of(r->lang, extension, "by").text};
        item_fact(&f, T_ITEM_FACT_EXTENSION, text_fill(r->arena, r->lang, T_ITEM_EXTENSION_BY, args, 2), "extension");
    }
    item_fact_of(&f, T_ITEM_FACT_QUANTITY, quantity, "text");
    item_fact(&f, T_ITEM_FACT_CHANNELS, item_joined(r, json_object_get(online, "channels"), "channel"), "online");
    item_fact(&f, T_ITEM_FACT_DELIVERY, item_joined(r, json_object_get(g, "delivery"), "delivery"), "delivery");
    item_fact_of(&f, T_ITEM_FACT_AGENT, agent, "note");
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(g, "intermediary"), i, m)
        item_fact_of(&f, T_ITEM_FACT_INTERMEDIARY, m, "name");
    json_array_foreach(json_object_get(g, "special_procedures"), i, m)
        item_fact_of(&f, T_ITEM_FACT_SPECIAL, m, "name");
    item_fact_said(&c, req_text(r, T_ITEM_FACT_TYPE_GIVEN), item_said(r->lang, json_get_str(g, "type_given"), STR_NONE), NULL);
    item_fact(&c, T_ITEM_FACT_CODE, v->code, NULL);
    item_fact(&c, T_ITEM_FACT_BASE_CODE, json_get_str(g, "base_code"), "base_code");
    item_fact(&c, T_ITEM_FACT_LOCAL_CODE, json_get_str(g, "local_code"), NULL);
    item_fact(&c, T_ITEM_FACT_DEPT_CODE, json_get_str(g, "dept_code"), NULL);
    item_fact(&c, T_ITEM_FACT_VERSION, str_i64(r->arena, v->version), NULL);
    item_fact(&c, T_ITEM_FACT_FROM, json_get_str(g, "effective_from"), NULL);
    if (json_is_string(json_object_get(g, "source")))
        item_fact_said(&c, req_text(r, T_ITEM_FACT_SOURCE), item_said(r->lang, json_get_str(g, "source"), STR_NONE), NULL);
    PUT_FACTS(v->basics, f);
    PUT_FACTS(v->codes, c);
}

static void fill_consult(struct req *r, const json_t *g, const struct item_place *place, struct view_item_guide *v)
{
    struct item_facts f = item_facts_new(r, NULL, 8);
    const json_t *contacts = json_object_get(g, "contacts"), *consult = json_object_get(contacts, "consult"),
                 *complaint = json_object_get(contacts, "complaint");
    item_fact(&f, T_ITEM_CONSULT_PHONE, consult ? json_get_str(consult, "phone") : place->phone, NULL);
    item_fact_of(&f, T_ITEM_CONSULT_HOURS, consult, "hours");
    item_fact(&f, T_ITEM_COMPLAINT_PHONE, complaint ? json_get_str(complaint, "phone") : place->complaint_phone, NULL);
    item_fact(&f, T_ITEM_HOTLINE, json_get_str(complaint, "hotline"), NULL);
    PUT_FACTS(v->consult, f);
}

static void fill_result(struct req *r, const json_t *g, const struct item_findings_rows *found, struct view_item_guide *v)
{
    struct item_facts f = item_facts_new(r, found, 12), m = item_facts_new(r, found, 4);
    const json_t *result = json_object_get(g, "result"), *remedies = json_object_get(g, "remedies");
    static const struct { const char *key; int label; } ways[] = {
        {"reconsideration", T_ITEM_REMEDY_RECONSIDERATION}, {"suit", T_ITEM_REMEDY_SUIT}};
    item_fact_of(&f, T_ITEM_RESULT_NAME, result, "name");
    item_fact_of(&f, T_ITEM_RESULT_TYPE, result, "type_name");
    item_fact_of(&f, T_ITEM_RESULT_VALIDITY, result, "validity");
    item_fact_of(&f, T_ITEM_RESULT_SAMPLE, result, "sample");
    item_fact_of(&f, T_ITEM_RESULT_NEGATIVE, result, "negative");
    PUT_FACTS(v->result, f);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        const json_t *way = json_object_get(remedies, ways[i].key);
        str args[] = {item_said_of(r->lang, way, "body").text, item_limit_text(r, item_limit_of(way))};
        if (!way || str_none(args[1]))
            continue;
        item_fact(&m, ways[i].label, text_fill(r->arena, r->lang, T_ITEM_REMEDY_WITHIN, args, 2), NULL);
        m.at[m.n - 1].check = json_get_bool(remedies, "to_check", false);
    }
    PUT_FACTS(v->remedies, m);
}

/* What the JSON face says by itself, and what is for the counter only. */
static bool said_in_json(const char *key)
{
    static const char *const said[] = {"code", "name", "name_en", "department", "department_name", "region", "level", "type",
        "kind", "objects", "legal", "promise", "accept", "summary", "summary_en", "conditions", "materials", "fields", "process", "fee",
        "fees", "basis", "places", "contacts", "questions", "result", "remedies", "themes", "given", "to_check", "handbook", "defects",
        "not_accepted", "denial"};
    for (size_t i = 0; i < COUNT_OF(said); i++)
        if (strcmp(key, said[i]) == 0)
            return true;
    return false;
}

/* Keys that no page places are shown as they came; the JSON face has all that it does not say elsewhere as one object. */
static void fill_others(struct req *r, const json_t *g, struct view_item_guide *v)
{
    struct item_facts f = item_facts_new(r, NULL, 100);
    struct buf b;
    struct json j;
    const char *key;
    json_t *m;
    buf_init(&b, r->arena, 1 << 20);
    json_begin(&j, &b);
    json_obj(&j);
    json_object_foreach((json_t *)g, key, m) {
        if (!item_key_placed(key))
            item_fact_said(&f, item_word(r, "other", str_c(key)), item_said(r->lang, item_plain(r, m), STR_NONE), NULL);
        if (!said_in_json(key)) {
            json_key(&j, str_c(key));
            json_value(&j, m);
        }
    }
    json_obj_end(&j);
    v->j_other = buf_text(&b);
    PUT_FACTS(v->others, f);
}

/* ---- the guide ---- */

static str raw(struct req *r, const json_t *g, const char *key, str otherwise)
{
    const json_t *v = json_object_get(g, key);
    return v ? json_text(r->arena, v) : otherwise;
}

static void fill_raw(struct req *r, const json_t *g, struct view_item_guide *v)
{
    v->j_conditions = raw(r, g, "conditions", S("[]"));
    v->j_materials = raw(r, g, "materials", S("[]"));
    v->j_form = raw(r, g, "fields", S("[]"));
    v->j_process = raw(r, g, "process", S("[]"));
    v->j_fee = raw(r, g, "fee", STR_NONE);
    v->j_fees = raw(r, g, "fees", S("[]"));
    v->j_basis = raw(r, g, "basis", S("[]"));
    v->j_places = raw(r, g, "places", S("[]"));
    v->j_contacts = raw(r, g, "contacts", STR_NONE);
    v->j_questions = raw(r, g, "questions", S("[]"));
    v->j_result = raw(r, g, "result", STR_NONE);
    v->j_remedies = raw(r, g, "remedies", STR_NONE);
    v->j_themes = raw(r, g, "themes", STR_NONE);
    v->j_given = raw(r, g, "given", STR_NONE);
}

static void fill_objects(struct req *r, const json_t *g, struct view_item_guide *v)
{
    const json_t *list = json_object_get(g, "objects");
    str *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, str);
    size_t i;
    json_t *o;
    json_array_foreach((json_t *)list, i, o)
        if (json_is_string(o))
            at[v->objects.n++] = str_c(json_string_value(o));
    v->objects.at = at;
}

static void fill_head(struct req *r, const struct item_head *h, const struct item_place *place, const json_t *g,
                      const struct item_findings_rows *found, struct view_item_guide *v)
{
    const json_t *online = json_object_get(g, "online");
    *v = (struct view_item_guide){
        .code = h->code, .name = h->name, .name_en = h->name_en, .version = h->version, .department = place->department,
        .department_en = place->department_en, .region = h->region, .region_name = place->region_name, .level = h->level,
        .type = h->type, .kind = h->kind, .legal = {h->legal_n, h->legal_unit}, .promise = {h->promise_n, h->promise_unit},
        .accept = item_limit_of(json_object_get(g, "accept")), .online = h->online, .code_national = h->code_national,
        .code_own = h->code_own, .summary = item_or_none(json_get_str(g, "summary")),
        .summary_en = item_or_none(json_get_str(g, "summary_en")),
        .title_ = item_said(r->lang, h->name, h->name_en), .brief = item_said_new(r, g, "summary"),
        .office = item_said(r->lang, place->department, place->department_en), .immediate = str_is(h->kind, "immediate"),
        .at_once = h->promise_n == 0, .filing = json_get_bool(g, "filing", false),
        .fictitious = json_get_bool(g, "code_fictitious", false),
        .check_legal = item_to_check(found, "legal"), .check_promise = item_to_check(found, "promise"),
        .check_conditions = item_to_check(found, "conditions"), .check_papers = item_to_check(found, "materials"),
        .check_laws = item_to_check(found, "basis"), .visits = json_get_int(online, "visits", DB_NONE),
    };
    v->page_title = v->title_.text;
    struct view_item_remark *remarks = NEW_ARRAY(r->arena, found->n, struct view_item_remark);
    for (size_t i = 0; i < found->n; i++) {
        remarks[i] = (struct view_item_remark){found->at[i].field, found->at[i].what};
        v->to_check += str_is(found->at[i].what, "to_check");
    }
    v->findings.at = remarks;
    v->findings.n = found->n;
}

/* The item of the address: 1 found with its guide, place and findings, 0 not. */
static int load(struct req *r, struct item_head *h, json_t **ret_guide, struct item_place *place,
                struct item_findings_rows *found)
{
    int got = item_by_code(r->db, req_param(r, 0), h);
    if (got == 1)
        got = item_guide(r->db, r->arena, h->item_id, h->version, ret_guide);
    if (got == 1)
        got = item_place(r->db, h->item_id, place);
    if (got == 1 && item_findings(r->db, h->item_id, found) < 0)
        return ERR_FAIL;
    return got;
}

int item_guide_page(struct req *r)
{
    struct item_head h;
    struct item_place place;
    struct item_findings_rows found;
    struct item_conditions conditions;
    struct item_papers papers;
    struct item_laws laws;
    struct item_refers refers;
    struct item_denials denials;
    json_t *g;
    int got = load(r, &h, &g, &place, &found);
    if (got <= 0)
        return got < 0 ? got : not_there(r);
    struct view_item_guide *v = NEW(r->arena, struct view_item_guide);
    fill_head(r, &h, &place, g, &found, v);
    fill_objects(r, g, v);
    fill_raw(r, g, v);
    item_fill_conditions(r, g, &conditions);
    item_fill_papers(r, g, false, &papers);
    item_fill_laws(r, g, &laws);
    item_fill_refers(r, g, &refers);
    item_fill_denials(r, g, &denials);
    PUT_FACTS(v->conditions, conditions);
    PUT_FACTS(v->papers, papers);
    PUT_FACTS(v->laws, laws);
    PUT_FACTS(v->refers, refers);
    PUT_FACTS(v->denials, denials);
    fill_basics(r, g, &found, v);
    fill_stages(r, g, v);
    fill_fees(r, g, v);
    fill_spots(r, g, v);
    fill_consult(r, g, &place, v);
    fill_questions(r, g, v);
    fill_result(r, g, &found, v);
    fill_others(r, g, v);
    v->sparse = !(v->conditions.n + v->papers.n + v->stages.n + v->fees.n + v->laws.n + v->spots.n + v->questions.n +
                  v->result.n);
    return show(r, &vt_item_guide, v);
}

/* ---- the acceptance handbook (受理手册) ---- */

static void fill_checks(struct req *r, const json_t *g, struct view_item_handbook *v)
{
    const json_t *steps = json_object_get(g, "handbook"), *defects = json_object_get(g, "defects");
    struct view_item_check *check = NEW_ARRAY(r->arena, json_array_size(steps) + 1, struct view_item_check);
    struct view_item_defect *defect = NEW_ARRAY(r->arena, json_array_size(defects) + 1, struct view_item_defect);
    size_t i;
    json_t *m;
    json_array_foreach((json_t *)steps, i, m)
        check[i] = (struct view_item_check){json_get_str(m, "step"), json_get_str(m, "check"), json_get_str(m, "passes_when")};
    json_array_foreach((json_t *)defects, i, m)
        defect[i] = (struct view_item_defect){json_get_str(m, "target"), json_get_str(m, "problem"), json_get_str(m, "mend")};
    v->steps.at = check;
    v->steps.n = json_array_size(steps);
    v->defects.at = defect;
    v->defects.n = json_array_size(defects);
}

int item_handbook_page(struct req *r)
{
    struct item_head h;
    struct item_place place;
    struct item_findings_rows found;
    struct item_conditions conditions;
    struct item_papers papers;
    struct item_laws laws;
    struct item_refers refers;
    struct item_denials denials;
    json_t *g;
    int got = load(r, &h, &g, &place, &found);
    if (got <= 0)
        return got < 0 ? got : not_there(r);
    struct view_item_handbook *v = NEW(r->arena, struct view_item_handbook);
    *v = (struct view_item_handbook){
        .code = h.code, .name = h.name, .version = h.version, .department = place.department, .kind = h.kind,
        .legal = {h.legal_n, h.legal_unit}, .promise = {h.promise_n, h.promise_unit},
        .accept = item_limit_of(json_object_get(g, "accept")), .title_ = item_said(r->lang, h.name, h.name_en),
        .office = item_said(r->lang, place.department, place.department_en), .at_once = h.promise_n == 0,
        .j_materials = raw(r, g, "materials", S("[]")),
    };
    v->page_title = text_fill(r->arena, r->lang, T_ITEM_HANDBOOK_PAGE, &v->title_.text, 1);
    item_fill_conditions(r, g, &conditions);
    item_fill_papers(r, g, true, &papers);
    item_fill_laws(r, g, &laws);
    item_fill_refers(r, g, &refers);
    item_fill_denials(r, g, &denials);
    PUT_FACTS(v->conditions, conditions);
    PUT_FACTS(v->papers, papers);
    PUT_FACTS(v->laws, laws);
    PUT_FACTS(v->refers, refers);
    PUT_FACTS(v->denials, denials);
    fill_checks(r, g, v);
    return show(r, &vt_item_handbook, v);
}
