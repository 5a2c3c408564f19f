/* Small things that the pages of a guide are made of, and the parts that the guide and the handbook share. */
#include <stdio.h>
#include <string.h>

#include "core/req.h"
#include "item_sql.h"
#include "item_view.h"
#include "rooms/item/item_private.h"
#include "rooms/item/item_text.h"

/* ---- small things ---- */

struct view_item_said item_said(int lang, str zh, str en)
{
    if (lang == LANG_EN && !str_empty(en))
        return (struct view_item_said){en, false};
    return (struct view_item_said){str_none(zh) ? S("") : zh, lang == LANG_EN};
}

struct view_item_said item_said_of(int lang, const json_t *obj, const char *key)
{
    char twin[64];
    snprintf(twin, sizeof twin, "%s_en", key);
    return item_said(lang, json_get_str(obj, key), json_get_str(obj, twin));
}

const struct view_item_said *item_said_new(struct req *r, const json_t *obj, const char *key)
{
    struct view_item_said said = item_said_of(r->lang, obj, key);
    if (str_empty(said.text))
        return NULL;
    struct view_item_said *at = NEW(r->arena, struct view_item_said);
    *at = said;
    return at;
}

struct limit item_limit_of(const json_t *v)
{
    int64_t n = json_get_int(v, "n", -1);
    str unit = item_unit_code(json_get_str(v, "unit"));
    return n < 0 || str_none(unit) ? (struct limit){DB_NONE, STR_NONE} : (struct limit){n, unit};
}

str item_word(struct req *r, const char *prefix, str value)
{
    str word = text_find(r->lang, "item", str_fmt(r->arena, "%s.%.*s", prefix, STRF(value)));
    return str_none(word) ? value : word;
}

str item_or_none(str s)
{
    return str_empty(s) ? STR_NONE : s;
}

/* The words of a list through a text prefix, joined the language's way. */
str item_joined(struct req *r, const json_t *list, const char *prefix)
{
    struct buf b;
    size_t i;
    json_t *v;
    buf_init(&b, r->arena, 4000);
    json_array_foreach((json_t *)list, i, v) {
        if (i > 0)
            buf_str(&b, r->lang == LANG_EN ? S(", ") : S("、"));
        if (json_is_string(v))
            buf_str(&b, prefix ? item_word(r, prefix, str_c(json_string_value(v))) : str_c(json_string_value(v)));
        else
            buf_str(&b, json_text(r->arena, v));
    }
    return buf_text(&b);
}

/* A value that pages do not know, as plain text: [20,"工作日"] reads 20 工作日; an object as its members. */
str item_plain(struct req *r, const json_t *v)
{
    if (json_is_string(v))
        return str_c(json_string_value(v));
    if (json_is_boolean(v))
        return req_text(r, json_is_true(v) ? T_ITEM_YES : T_ITEM_NO);
    struct buf b;
    size_t i;
    const char *key;
    json_t *m;
    buf_init(&b, r->arena, 64 << 10);
    if (json_is_array(v)) {
        json_array_foreach((json_t *)v, i, m) {
            if (i > 0)
                buf_z(&b, json_is_object(m) ? "\n" : " ");
            buf_str(&b, item_plain(r, m));
        }
    } else if (json_is_object(v)) {
        json_object_foreach((json_t *)v, key, m) {
            if (b.n > 0)
                buf_str(&b, r->lang == LANG_EN ? S("; ") : S("；"));
            buf_str(&b, item_word(r, "other", str_c(key)));
            buf_str(&b, r->lang == LANG_EN ? S(": ") : S("："));
            buf_str(&b, item_plain(r, m));
        }
    } else {
        buf_str(&b, json_text(r->arena, v));
    }
    return buf_text(&b);
}

/* ---- lists of facts ---- */

struct item_facts item_facts_new(struct req *r, const struct item_findings_rows *found, size_t cap)
{
    return (struct item_facts){.r = r, .found = found, .at = NEW_ARRAY(r->arena, cap, struct view_item_fact), .cap = cap};
}

bool item_to_check(const struct item_findings_rows *found, const char *field)
{
    for (size_t i = 0; found && i < found->n; i++)
        if (str_is(found->at[i].what, "to_check") && str_is(found->at[i].field, field))
            return true;
    return false;
}

void item_fact_said(struct item_facts *f, str label, struct view_item_said value, const char *field)
{
    if (str_empty(value.text) || f->n == f->cap)
        return;
    f->at[f->n++] = (struct view_item_fact){label, value, field && item_to_check(f->found, field)};
}

/* A value in the reader's language already. */
void item_fact(struct item_facts *f, int label, str value, const char *field)
{
    item_fact_said(f, req_text(f->r, label), (struct view_item_said){value, false}, field);
}

/* A value of the catalogue, Chinese with or without an English twin. */
void item_fact_of(struct item_facts *f, int label, const json_t *obj, const char *key)
{
    item_fact_said(f, req_text(f->r, label), item_said_of(f->r->lang, obj, key), key);
}

str item_limit_text(struct req *r, struct limit l)
{
    if (l.n == DB_NONE)
        return STR_NONE;
    if (l.n == 0)
        return req_text(r, T_ITEM_AT_ONCE);
    const str args[] = {str_i64(r->arena, l.n)};
    int text = str_is(l.unit, "workday") ? T_ITEM_N_WORKDAYS : str_is(l.unit, "day") ? T_ITEM_N_DAYS
        : str_is(l.unit, "month") ? T_ITEM_N_MONTHS : T_ITEM_N_HOURS;
    return text_fill(r->arena, r->lang, text, args, 1);
}

/* ---- the parts of a guide ---- */

void item_fill_conditions(struct req *r, const json_t *guide, struct item_conditions *ret)
{
    const json_t *list = json_object_get(guide, "conditions");
    struct view_item_condition *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_condition);
    size_t i;
    json_t *v;
    json_array_foreach((json_t *)list, i, v)
        at[i] = (struct view_item_condition){
            json_is_string(v) ? item_said(r->lang, str_c(json_string_value(v)), STR_NONE) : item_said_of(r->lang, v, "text"),
            json_get_int(v, "kind", 1) == 2};
    *ret = (struct item_conditions){at, json_array_size(list)};
}

void item_fill_refers(struct req *r, const json_t *guide, struct item_refers *ret)
{
    const json_t *list = json_object_get(guide, "not_accepted");
    struct view_item_refer *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_refer);
    size_t i;
    json_t *m;
    json_array_foreach((json_t *)list, i, m)
        at[i] = (struct view_item_refer){item_word(r, "refer", json_get_str(m, "kind")), item_said_of(r->lang, m, "text"),
                                         item_said_new(r, m, "office"), item_or_none(json_get_str(m, "article"))};
    *ret = (struct item_refers){at, json_array_size(list)};
}

void item_fill_denials(struct req *r, const json_t *guide, struct item_denials *ret)
{
    const json_t *list = json_object_get(guide, "denial");
    struct view_item_said *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_said);
    size_t i;
    json_t *m;
    json_array_foreach((json_t *)list, i, m)
        at[i] = json_is_string(m) ? item_said(r->lang, str_c(json_string_value(m)), STR_NONE) : item_said_of(r->lang, m, "text");
    *ret = (struct item_denials){at, json_array_size(list)};
}

static bool known_of_material(const char *key)
{
    static const char *const known[] = {"name", "name_en", "required", "required_case", "required_case_en", "ways", "format",
        "originals", "copies", "blank_form", "later", "filling_note", "filling_note_en", "accept_standard", "accept_standard_en",
        "source", "source_name", "source_name_en", "basis", "issuer", "certificate", "page_format", "form", "n", "need"};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strcmp(key, known[i]) == 0)
            return true;
    return false;
}

static void fill_paper_facts(struct req *r, const json_t *m, bool staff, struct view_item_paper *p)
{
    struct item_facts f = item_facts_new(r, NULL, 24);
    const char *key;
    json_t *v;
    item_fact_of(&f, T_ITEM_PAPER_FILLING, m, "filling_note");
    item_fact_of(&f, T_ITEM_PAPER_STANDARD, m, "accept_standard");
    item_fact_of(&f, T_ITEM_PAPER_SOURCE, m, "source_name");
    item_fact_of(&f, T_ITEM_PAPER_ISSUER, m, "issuer");
    item_fact_of(&f, T_ITEM_PAPER_CERTIFICATE, m, "certificate");
    item_fact_of(&f, T_ITEM_PAPER_BASIS, m, "basis");
    if (staff)
        item_fact_of(&f, T_ITEM_PAPER_PAGE, m, "page_format");
    json_object_foreach((json_t *)m, key, v)
        if (!known_of_material(key))
            item_fact_said(&f, item_word(r, "other", str_c(key)), item_said(r->lang, item_plain(r, v), STR_NONE), NULL);
    p->facts.at = f.at;
    p->facts.n = f.n;
}

void item_fill_papers(struct req *r, const json_t *guide, bool staff, struct item_papers *ret)
{
    const json_t *list = json_object_get(guide, "materials");
    struct view_item_paper *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_paper);
    size_t i;
    json_t *m;
    json_array_foreach((json_t *)list, i, m) {
        str format = json_get_str(m, "format");
        int64_t originals = json_get_int(m, "originals", 0), copies = json_get_int(m, "copies", 0);
        at[i] = (struct view_item_paper){
            .name = item_said_of(r->lang, m, "name"), .required = json_get_bool(m, "required", true),
            .required_case = item_said_new(r, m, "required_case"), .ways = item_joined(r, json_object_get(m, "ways"), "way"),
            .format = str_empty(format) ? STR_NONE : item_word(r, "format", format),
            .originals = originals > 0 ? originals : DB_NONE, .copies = copies > 0 ? copies : DB_NONE,
            .later = item_limit_of(json_object_get(m, "later")), .blank = json_get_bool(m, "blank_form", false),
            .blank_url = str_fmt(r->arena, "/items/%.*s/blank/%zu", STRF(req_param(r, 0)), i + 1),
        };
        fill_paper_facts(r, m, staff, &at[i]);
    }
    *ret = (struct item_papers){at, json_array_size(list)};
}

void item_fill_laws(struct req *r, const json_t *guide, struct item_laws *ret)
{
    const json_t *list = json_object_get(guide, "basis");
    struct view_item_law *at = NEW_ARRAY(r->arena, json_array_size(list) + 1, struct view_item_law);
    size_t i;
    json_t *v;
    json_array_foreach((json_t *)list, i, v) {
        str source = item_or_none(json_get_str(v, "source"));
        bool link = !str_none(source) && (str_starts(source, S("https://")) || str_starts(source, S("http://")));
        at[i] = (struct view_item_law){
            .law = json_is_string(v) ? str_c(json_string_value(v)) : json_get_str(v, "law"),
            .article = item_or_none(json_get_str(v, "article")),
            .text = item_or_none(json_get_str(v, "text")), .source = link ? STR_NONE : source, .link = link ? source : STR_NONE,
            .check = json_get_bool(v, "to_check", false)};
    }
    *ret = (struct item_laws){at, json_array_size(list)};
}
