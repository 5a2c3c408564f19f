/* The receipt of a submission, on screen and on paper, and the files of a case. */
#include "base/arena.h"
#include "press/press.h"
#include "rooms/case/case_private.h"

/* The query code is boxed in the case, so that its owner can see the receipt again. */
static int open_code(struct req *r, int64_t case_id, str *ret)
{
    struct case_query_box b;
    if (case_query_box(r->db, case_id, &b) != 1)
        return ERR_FAIL;
    return secret_open(r->arena, b.query_box, ret);
}

static str progress_url(struct req *r, const struct case_by_id *c, str code)
{
    return str_fmt(r->arena, "/progress?id=%lld&query_code=%.*s", (long long)c->case_id, STRF(code));
}

static int fill(struct req *r, const struct case_by_id *c, struct view_case_receipt *v)
{
    struct case_office o;
    struct case_materials_rows rows;
    struct form_gaps gaps;
    if (open_code(r, c->case_id, &v->query_code) < 0 || case_office(r->db, c->case_id, &o) != 1 ||
        case_materials(r->db, c->case_id, &rows) < 0)
        return ERR_FAIL;
    struct form_material *given = NEW_ARRAY(r->arena, rows.n + 1, struct form_material);
    for (size_t i = 0; i < rows.n; i++)
        given[i] = (struct form_material){.name = rows.at[i].name, .way = rows.at[i].way, .file_id = DB_NONE};
    if (form_material_gaps(r->db, c->item_id, c->item_version, given, rows.n, &gaps) < 0)
        return ERR_FAIL;
    v->missing.at = gaps.missing;
    v->missing.n = gaps.n_missing;
    v->case_id = c->case_id;
    v->number = c->number;
    v->state = c->state;
    v->item_code = c->item_code;
    v->item_name = c->item_name;
    v->department = r->lang == LANG_EN && !str_empty(o.department_name_en) ? o.department_name_en : o.department_name;
    v->hall = r->lang == LANG_EN && !str_empty(o.hall_name_en) ? o.hall_name_en : o.hall_name;
    v->hall_address = o.hall_address;
    v->hall_hours = o.hall_hours;
    v->five_day = c->five_day;
    v->waiting = str_is(c->state, "awaiting_paper");
    v->receipt = (struct view_case_proof){.evidence = DB_NONE, .number = c->number, .query_code = v->query_code,
                                          .time = c->received_at == DB_NONE ? c->submitted_at : c->received_at};
    v->pdf_url = case_url(r, c->case_id, "/receipt.pdf");
    v->case_url = case_url(r, c->case_id, "");
    v->progress_url = progress_url(r, c, v->query_code);
    v->staff = is_staff(r);
    return 0;
}

/* Staff see the code only to hand it to the person in front of them: that is on record. */
static void account(struct req *r, const struct case_by_id *c)
{
    if (is_staff(r))
        personal_seen(r, c->applicant_person_id, "case", c->case_id, "counter", S("query code, materials"));
    else
        personal_own(r);
}

int case_receipt_page(struct req *r)
{
    struct view_case_receipt *v = NEW(r->arena, struct view_case_receipt);
    int code = fill(r, r->object, v);
    account(r, r->object);
    return code < 0 ? code : show(r, &vt_case_receipt, v);
}

/* ---- the receipt voucher (收件凭证) as PDF ---- */

str case_day_prose(struct req *r, int64_t ms)
{
    struct date d = date_of(ms);
    return str_fmt(r->arena, "%d年%d月%d日", d.y, d.m, d.d);
}

static void put_row(struct press_row *at, size_t *n, str label, str value)
{
    if (!str_empty(value))
        at[(*n)++] = (struct press_row){label, value};
}

static const char *zh(int id)
{
    return text_get(LANG_ZH, id).p;
}

static size_t pdf_rows(struct req *r, const struct case_by_id *c, const struct case_people *p, const struct view_case_receipt *v,
                       struct press_row *at)
{
    size_t n = 0;
    bool firm = !str_none(p->enterprise_name);
    put_row(at, &n, str_c(zh(T_CASE_PDF_ITEM)), c->item_name);
    put_row(at, &n, str_c(zh(T_CASE_PDF_ITEM_CODE)), c->item_code);
    put_row(at, &n, str_c(zh(T_CASE_PDF_APPLICANT)), firm ? p->enterprise_name : p->applicant_name);
    put_row(at, &n, str_c(zh(T_CASE_PDF_USCC)), firm ? p->uscc : STR_NONE);
    put_row(at, &n, str_c(zh(T_CASE_PDF_AGENT)), firm ? p->applicant_name : STR_NONE);
    put_row(at, &n, str_c(zh(T_CASE_PDF_ID)), firm ? STR_NONE : p->id_masked);
    put_row(at, &n, str_c(zh(T_CASE_PDF_TIME)), time_text(r->arena, v->receipt.time));
    str channel = text_find(LANG_ZH, "case", str_fmt(r->arena, "channel.%.*s", STRF(c->channel)));
    put_row(at, &n, str_c(zh(T_CASE_PDF_CHANNEL)), channel);
    put_row(at, &n, str_c(zh(T_CASE_PDF_HALL)), p->hall_name);
    if (c->five_day != DB_NONE)
        put_row(at, &n, str_c(zh(T_CASE_PDF_FIVE)), date_text(r->arena, date_from_days((int32_t)c->five_day)));
    put_row(at, &n, str_c(zh(T_CASE_PDF_CODE)), v->query_code);
    return n;
}

static int pdf_materials(struct req *r, const struct case_by_id *c, struct press_material **ret_at, size_t *ret_n)
{
    struct case_materials_rows rows;
    if (case_materials(r->db, c->case_id, &rows) < 0)
        return ERR_FAIL;
    struct press_material *at = NEW_ARRAY(r->arena, rows.n + 1, struct press_material);
    for (size_t i = 0; i < rows.n; i++) {
        const struct case_materials *m = &rows.at[i];
        str copies = STR_NONE;
        if (m->originals || m->copies)
            copies = str_fmt(r->arena, "%lld / %lld", (long long)m->originals, (long long)m->copies);
        at[i] = (struct press_material){.name = m->name, .copies = copies,
            .form = text_find(LANG_ZH, "case", str_fmt(r->arena, "way.%.*s", STRF(m->way))),
            .note = text_find(LANG_ZH, "case", str_fmt(r->arena, "material.%.*s", STRF(m->state)))};
    }
    *ret_at = at;
    *ret_n = rows.n;
    return 0;
}

static int draw(struct req *r, const struct case_by_id *c, str *ret_pdf)
{
    struct view_case_receipt v = {0};
    struct case_people p;
    struct case_notice_of notice;
    struct press_row rows[16];
    struct press_material *materials;
    size_t n_materials;
    int found = case_notice_of(r->db, c->case_id, S("receipt"), &notice);
    if (found < 0 || fill(r, c, &v) < 0 || case_people(r->db, c->case_id, &p) != 1 ||
        pdf_materials(r, c, &materials, &n_materials) < 0)
        return ERR_FAIL;
    bool waits = str_none(c->number);
    const str paragraphs[] = {str_c(zh(waits ? T_CASE_PDF_WAITS : T_CASE_PDF_RECEIVED)), str_c(zh(T_CASE_PDF_QUERY))};
    const str footer[] = {str_c(zh(T_CASE_PDF_DEMO)),
                          found ? str_cat(r->arena, str_c(zh(T_CASE_PDF_DOCUMENT)), notice.number) : S("")};
    struct press_receipt in = {
        .title = str_c(zh(waits ? T_CASE_PDF_TITLE_SUBMITTED : T_CASE_PDF_TITLE)),
        .number = waits ? str_i64(r->arena, c->case_id) : c->number,
        .number_label = str_c(zh(waits ? T_CASE_PDF_SUBMISSION : T_CASE_PDF_NUMBER)), .agency = p.department_name, .rows = rows,
        .rows_n = pdf_rows(r, c, &p, &v, rows), .materials_title = str_c(zh(T_CASE_PDF_MATERIALS)),
        .material_heads = {str_c(zh(T_CASE_PDF_M_NAME)), str_c(zh(T_CASE_PDF_M_FORM)), str_c(zh(T_CASE_PDF_M_COPIES)),
                           str_c(zh(T_CASE_PDF_M_NOTE))},
        .materials = materials, .materials_n = n_materials, .paragraphs = paragraphs, .paragraphs_n = COUNT_OF(paragraphs),
        .qr = str_cat(r->arena, setting_str("case.public_url"), v.progress_url), .qr_note = str_c(zh(T_CASE_PDF_QR)),
        .date = case_day_prose(r, v.receipt.time), .seal_note = waits ? STR_NONE : str_c(zh(T_CASE_PDF_SEAL)), .footer = footer,
        .footer_n = found ? 2 : 1, .created = v.receipt.time};
    return press_receipt(r->arena, &in, ret_pdf);
}

int case_receipt_pdf(struct req *r)
{
    const struct case_by_id *c = r->object;
    str pdf;
    int code = draw(r, c, &pdf);
    account(r, c);
    if (code < 0)
        return code;
    return send_bytes(r, "application/pdf", pdf, str_fmt(r->arena, "receipt-%lld.pdf", (long long)c->case_id));
}

/* GET /cases/{id}/files/{file}: a paper of this case, for the applicant's side and the staff whose case it is. */
int case_file_get(struct req *r)
{
    const struct case_by_id *c = r->object;
    struct case_material_file f;
    enum case_relation relation;
    int64_t file_id = req_id(r, 1);
    int code = case_relation(r, c, &relation);
    if (code < 0)
        return code;
    if (file_id == DB_NONE)
        return not_there(r);
    int found = case_material_file(r->db, c->case_id, file_id, &f);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    if (relation == CASE_MINE)
        personal_own(r);
    else
        personal_seen(r, c->applicant_person_id, "case", c->case_id, "case", str_fmt(r->arena, "file %lld", (long long)file_id));
    int fd = f.sm3.n == 32 ? kept_fd(r, (const uint8_t *)f.sm3.p) : -1;
    return fd < 0 ? ERR_FAIL : send_file(r, str_z(r->arena, f.type), fd, f.size, f.file_name);
}
