/* Documents of a case: each with a number of its own kind, content kept as JSON, unsealed until a seal is on it. */
#include "base/arena.h"
#include "rooms/case/case_private.h"

static void json_drop(void *tree)
{
    json_decref(tree);
}

json_t *case_json_new(struct arena *a)
{
    json_t *obj = json_object();
    if (obj)
        arena_cleanup(a, json_drop, obj);
    return obj;
}

void case_json_set(json_t *obj, const char *key, str value)
{
    if (str_none(value))
        json_object_set_new(obj, key, json_null());
    else
        json_object_set_new(obj, key, json_stringn(value.p, value.n));
}

/* 办件编号. Drawn at receipt only, gapless per item and day. */
int case_number_draw(struct req *r, str item_code, str *ret)
{
    struct date day = date_of(r->now);
    int64_t n;
    int code = series_next(r->db, case_number_series(r->arena, item_code, day), &n);
    if (code < 0)
        return code;
    *ret = case_number_format(r->arena, item_code, day, n);
    return 0;
}

/* Who, what, which office: the same on every document. Names are those of this day. */
static int common_facts(struct req *r, const struct case_doing *d, json_t *obj)
{
    const struct case_by_id *c = d->c;
    struct case_people p;
    if (case_people(r->db, c->case_id, &p) != 1)
        return ERR_FAIL;
    case_json_set(obj, "applicant", str_none(p.enterprise_name) ? p.applicant_name : p.enterprise_name);
    case_json_set(obj, "uscc", p.uscc);
    case_json_set(obj, "agent", str_none(p.enterprise_name) ? STR_NONE : p.applicant_name);
    case_json_set(obj, "number", str_none(d->number) ? c->number : d->number);
    case_json_set(obj, "item", c->item_name);
    case_json_set(obj, "item_code", c->item_code);
    case_json_set(obj, "department", p.department_name);
    case_json_set(obj, "phone", p.department_phone);
    case_json_set(obj, "hall", p.hall_name);
    case_json_set(obj, "date", date_text(r->arena, date_of(r->now)));
    case_json_set(obj, "post", r->who.post_name);
    return 0;
}

int case_notice_issue(struct req *r, const struct case_doing *d, const char *kind, json_t *body, str *ret_number)
{
    const char *sign = case_notice_sign(str_c(kind));
    int32_t year = date_of(r->now).y;
    int64_t n, id;
    json_t *content = case_json_new(r->arena);
    if (!sign || !content || common_facts(r, d, content) < 0)
        return ERR_FAIL;
    if (body && json_object_update(content, body) < 0)
        return ERR_FAIL;
    if (series_next(r->db, str_fmt(r->arena, "case.notice.%s.%04d", kind, year), &n) < 0)
        return ERR_FAIL;
    str number = case_document_number(r->arena, setting_str("case.document_office"), sign, year, n);
    case_json_set(content, "document", number);
    if ((id = new_id(r->db)) < 0)
        return ERR_FAIL;
    int code = case_notice_add(r->db, &(struct case_notice_add_in){
        .notice_id = id, .case_id = d->c->case_id, .kind = str_c(kind), .number = number,
        .content = json_text(r->arena, content), .created_at = r->now});
    if (code < 0)
        return code;
    if (ret_number)
        *ret_number = number;
    return 0;
}
