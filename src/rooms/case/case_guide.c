/* What the case takes from the item's guide: fields and their labels, remedies, result, process. */
#include "base/arena.h"
#include "rooms/case/case_private.h"
#include "rooms/item/item.h"

/* The guide of the version the case was filed under; an empty object when it is gone. */
int case_item_guide(struct req *r, const struct case_by_id *c, json_t **ret)
{
    int found = item_guide(r->db, r->arena, c->item_id, c->item_version, ret);
    if (found < 0)
        return found;
    if (!found)
        *ret = case_json_new(r->arena);
    return 0;
}

const json_t *case_guide_fields(const json_t *guide)
{
    return json_object_get(guide, "fields");
}

/* A member in a language: name_en beside name. */
static str in_lang(struct req *r, int lang, const json_t *obj, const char *key)
{
    str en = lang == LANG_EN ? json_get_str(obj, str_z(r->arena, str_fmt(r->arena, "%s_en", key))) : STR_NONE;
    return str_empty(en) ? json_get_str(obj, key) : en;
}

str case_in_lang(struct req *r, const json_t *obj, const char *key)
{
    return in_lang(r, r->lang, obj, key);
}

static str period_words(struct req *r, int lang, const json_t *p)
{
    int64_t n = json_get_int(p, "n", 0);
    enum period_unit u;
    if (n <= 0 || n > 100000 || !period_unit_parse(json_get_str(p, "unit"), &u))
        return STR_NONE;
    return case_period_words(r, lang, (struct period){(int32_t)n, u});
}

/* Where to turn against a refusal or denial. The item's own data where it has some, else the general sentence. Documents take it
 * in Chinese, pages in the reader's language. */
str case_remedy(struct req *r, int lang, const json_t *guide)
{
    const json_t *all = json_object_get(guide, "remedies");
    if (json_is_string(all))
        return json_get_str(guide, "remedies");
    const json_t *again = json_object_get(all, "reconsideration"), *suit = json_object_get(all, "suit");
    str args[] = {period_words(r, lang, again), in_lang(r, lang, again, "body"),
                  period_words(r, lang, suit), in_lang(r, lang, suit, "body")};
    for (size_t i = 0; i < COUNT_OF(args); i++)
        if (str_empty(args[i]))
            return text_get(lang, T_CASE_REMEDY_GENERAL);
    return text_fill(r->arena, lang, T_CASE_REMEDY, args, COUNT_OF(args));
}

/* What was filled in: boxed in the record, because it holds personal numbers. */
int case_fields_open(struct req *r, int64_t case_id, str *ret)
{
    struct case_fields f;
    if (case_fields(r->db, case_id, &f) != 1)
        return ERR_FAIL;
    return secret_open(r->arena, f.fields, ret);
}

/* One row per field that was filled in, as people read it. */
int case_field_rows(struct req *r, const json_t *guide, str fields, const struct view_case_field_row **ret_at, size_t *ret_n)
{
    struct form_answers all;
    int code = form_answers(r, case_guide_fields(guide), fields, &all);
    if (code < 0)
        return code;
    struct view_case_field_row *at = NEW_ARRAY(r->arena, all.n + 1, struct view_case_field_row);
    for (size_t i = 0; i < all.n; i++)
        at[i] = (struct view_case_field_row){.label = all.at[i].label, .value = all.at[i].value, .url = STR_NONE};
    *ret_at = at;
    *ret_n = all.n;
    return 0;
}

/* ---- small things pages share ---- */

str case_state_word(struct req *r, str state)
{
    str word = text_find(r->lang, "case", str_fmt(r->arena, "state.%.*s", STRF(state)));
    return str_none(word) ? state : word;
}

str case_url(struct req *r, int64_t case_id, const char *tail)
{
    return str_fmt(r->arena, "/cases/%lld%s", (long long)case_id, tail);
}
