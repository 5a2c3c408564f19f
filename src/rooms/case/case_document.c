/* The documents of a case as PDF: drawn from the content filed with their number, always in Chinese, unsealed. */
#include "base/arena.h"
#include "press/press.h"
#include "rooms/case/case_private.h"

#define ROWS_MOST 20
#define PARAGRAPHS_MOST 110

struct sheet {
    struct press_row rows[ROWS_MOST];
    str paragraphs[PARAGRAPHS_MOST];
    size_t n_rows, n_paragraphs;
};

static str zh(int id)
{
    return text_get(LANG_ZH, id);
}

static void put_rows(struct sheet *s, const json_t *content)
{
    static const struct { int label; const char *key; } rows[] = {
        {T_CASE_DOC_APPLICANT, "applicant"}, {T_CASE_DOC_USCC, "uscc"}, {T_CASE_DOC_AGENT, "agent"},
        {T_CASE_DOC_NUMBER, "number"}, {T_CASE_DOC_ITEM, "item"}, {T_CASE_DOC_ITEM_CODE, "item_code"},
        {T_CASE_DOC_ACCEPTED, "accepted"}, {T_CASE_DOC_LEGAL, "legal"},
        {T_CASE_DOC_PROMISED, "promised"}, {T_CASE_DOC_OFFICE, "office"}, {T_CASE_DOC_ARTICLE, "article"},
        {T_CASE_DOC_RECIPIENT, "recipient"}, {T_CASE_DOC_TRACKING, "tracking"}, {T_CASE_DOC_PHONE, "phone"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        str value = json_get_str(content, rows[i].key);
        if (!str_empty(value))
            s->rows[s->n_rows++] = (struct press_row){zh(rows[i].label), value};
    }
}

static void put_paragraph(struct sheet *s, str text)
{
    if (!str_empty(text) && s->n_paragraphs < PARAGRAPHS_MOST)
        s->paragraphs[s->n_paragraphs++] = text;
}

static void put_words(struct req *r, struct sheet *s, str kind, const json_t *content)
{
    struct arena *a = r->arena;
    size_t i;
    json_t *d;
    const char *tail = json_get_bool(content, "deemed", false) ? "_deemed" : "";
    put_paragraph(s, text_find(LANG_ZH, "case", str_fmt(a, "doc.%.*s%s", STRF(kind), tail)));
    put_paragraph(s, json_get_str(content, "reason"));
    json_array_foreach(json_object_get(content, "defects"), i, d) {
        str about = json_get_str(d, "material");
        if (str_none(about))
            about = json_get_str(d, str_none(json_get_str(d, "label")) ? "field" : "label");
        put_paragraph(s, str_fmt(a, "%zu. %.*s：%.*s", i + 1, STRF(about), STRF(json_get_str(d, "problem"))));
    }
    str remedy = json_get_str(content, "remedy"), method = json_get_str(content, "method");
    if (!str_none(method))
        s->rows[s->n_rows++] = (struct press_row){
            zh(T_CASE_DOC_METHOD), text_find(LANG_ZH, "case", str_fmt(a, "method.%.*s", STRF(method)))};
    if (!str_empty(remedy))
        put_paragraph(s, str_cat(a, zh(T_CASE_DOC_REMEDY), remedy));
}

static int draw(struct req *r, const struct case_notice_by_id *n, str *ret_pdf)
{
    str why;
    struct sheet s = {.n_rows = 0};
    json_t *content = json_read(r->arena, n->content, &why);
    if (!content)
        return ERR_FAIL;
    put_rows(&s, content);
    put_words(r, &s, n->kind, content);
    const str footer[] = {zh(T_CASE_PDF_DEMO)};
    struct press_receipt in = {
        .title = text_find(LANG_ZH, "case", str_fmt(r->arena, "notice.%.*s", STRF(n->kind))), .number = n->number,
        .number_label = zh(T_CASE_DOC_LABEL), .agency = json_get_str(content, "department"), .rows = s.rows, .rows_n = s.n_rows,
        .paragraphs = s.paragraphs, .paragraphs_n = s.n_paragraphs, .date = case_day_prose(r, n->created_at),
        .seal_note = n->sealed ? STR_NONE : zh(T_CASE_PDF_SEAL), .footer = footer, .footer_n = 1, .created = n->created_at};
    return press_receipt(r->arena, &in, ret_pdf);
}

int case_document_pdf(struct req *r)
{
    const struct case_by_id *c = r->object;
    struct case_notice_by_id n;
    int64_t id = req_id(r, 1);
    str pdf;
    int found = id == DB_NONE ? 0 : case_notice_by_id(r->db, c->case_id, id, &n);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    if (is_staff(r))
        personal_seen(r, c->applicant_person_id, "case", c->case_id, "case", str_cat(r->arena, S("document "), n.number));
    else
        personal_own(r);
    int code = draw(r, &n, &pdf);
    return code < 0 ? code : send_bytes(r, "application/pdf", pdf, str_fmt(r->arena, "document-%lld.pdf", (long long)id));
}
