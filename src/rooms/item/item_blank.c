/* Blank forms (空表): free of charge and to be had before applying (许可法 29). Drawn by the press from the material and, for an
 * application form, from the fields that the online form asks. */
#include "core/req.h"
#include "item_view.h"
#include "press/press.h"
#include "rooms/item/item_private.h"
#include "rooms/item/item_text.h"

#define LINE S("____________________________")

static str label_of(struct req *r, const json_t *field)
{
    str en = json_get_str(field, "label_en");
    return r->lang == LANG_EN && !str_empty(en) ? en : json_get_str(field, "label");
}

/* Choices are printed with boxes to tick. */
static str space_for(struct req *r, const json_t *field)
{
    const json_t *options = json_object_get(field, "options");
    struct buf b;
    size_t n = json_array_size(options);
    if (str_is(json_get_str(field, "kind"), "bool"))
        return req_text(r, T_ITEM_BLANK_YES_NO);
    if (n == 0)
        return LINE;
    buf_init(&b, r->arena, 8192);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(options, i);
        buf_lit(&b, "□ ");
        buf_str(&b, json_is_string(o) ? str_c(json_string_value(o)) : label_of(r, o));
        buf_lit(&b, "  ");
    }
    return buf_text(&b);
}

static bool is_application(str name)
{
    size_t at;
    return str_find(name, S("申请"), &at) || str_find(name, S("登记表"), &at) || str_find(name, S("备案表"), &at);
}

static size_t fill_rows(struct req *r, const json_t *guide, str material, struct press_row *rows)
{
    size_t n = 0;
    const int who[] = {T_ITEM_BLANK_APPLICANT, T_ITEM_BLANK_DOCUMENT, T_ITEM_BLANK_AGENT, T_ITEM_BLANK_PHONE};
    for (size_t i = 0; i < COUNT_OF(who); i++)
        rows[n++] = (struct press_row){req_text(r, who[i]), LINE};
    const json_t *fields = json_object_get(guide, "fields");
    for (size_t i = 0; is_application(material) && i < json_array_size(fields); i++) {
        const json_t *f = json_array_get(fields, i);
        if (!str_is(json_get_str(f, "kind"), "file"))
            rows[n++] = (struct press_row){label_of(r, f), space_for(r, f)};
    }
    return n;
}

int item_blank_page(struct req *r)
{
    struct item_head h;
    json_t *guide;
    int64_t no = req_id(r, 1);
    int got = item_by_code(r->db, req_param(r, 0), &h);
    if (got == 1)
        got = item_guide(r->db, r->arena, h.item_id, h.version, &guide);
    if (got < 0)
        return got;
    const json_t *m = got && no != DB_NONE ? json_array_get(json_object_get(guide, "materials"), (size_t)no - 1) : NULL;
    if (!m || !json_get_bool(m, "blank_form", false))
        return not_there(r);
    str material = json_get_str(m, "name"), note = item_said_of(r->lang, m, "filling_note").text;
    struct press_row *rows = NEW_ARRAY(r->arena, json_array_size(json_object_get(guide, "fields")) + 4, struct press_row);
    str paragraphs[2] = {note, req_text(r, T_ITEM_BLANK_SIGN)};
    struct press_receipt in = {
        .title = item_said_of(r->lang, m, "name").text, .number = h.code, .number_label = req_text(r, T_ITEM_BLANK_CODE),
        .agency = item_said(r->lang, h.name, h.name_en).text, .rows = rows, .rows_n = fill_rows(r, guide, material, rows),
        .paragraphs = str_empty(note) ? paragraphs + 1 : paragraphs, .paragraphs_n = str_empty(note) ? 1 : 2, .created = r->now};
    str pdf;
    int code = press_receipt(r->arena, &in, &pdf);
    return code ? code : send_bytes(r, "application/pdf", pdf, str_cat(r->arena, material, S(".pdf")));
}
