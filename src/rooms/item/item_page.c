/* The list with its search and filters, and the themes. */
#include <string.h>

#include "base/num.h"
#include "core/req.h"
#include "item_sql.h"
#include "item_view.h"
#include "rooms/item/item_private.h"
#include "rooms/item/item_text.h"

enum { PAGE = 20, URL_MAX = 4000 };

/* ---- addresses of the list ---- */

enum param { P_Q, P_REGION, P_DEPARTMENT, P_THEME, P_OBJECT, P_TYPE, P_AFTER, PARAMS };
static const char *const param_names[PARAMS] = {"q", "region", "department", "theme", "object", "type", "after"};
struct params { str at[PARAMS]; };

static void encode(struct buf *b, str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_') {
            buf_char(b, (char)c);
        } else {
            buf_char(b, '%');
            buf_char(b, digits[c >> 4]);
            buf_char(b, digits[c & 15]);
        }
    }
}

/* /items with the filters in force, one of them set to something else (empty: taken away). Always from the first page. */
static str url_with(struct arena *a, const struct params *p, enum param which, str value)
{
    struct buf b;
    char sep = '?';
    buf_init(&b, a, URL_MAX);
    buf_lit(&b, "/items");
    for (int i = 0; i < PARAMS; i++) {
        str v = i == (int)which ? value : i == P_AFTER ? STR_NONE : p->at[i];
        if (str_empty(v))
            continue;
        buf_char(&b, sep);
        buf_z(&b, param_names[i]);
        buf_char(&b, '=');
        encode(&b, v);
        sep = '&';
    }
    return buf_text(&b);
}

/* ---- filters ---- */

struct choice { const char *value; int text; };

static struct view_item_filter filter_of(struct req *r, const struct params *p, enum param which, int name,
                                         const struct choice *choices, size_t n)
{
    struct view_item_chip *at = NEW_ARRAY(r->arena, n, struct view_item_chip);
    for (size_t i = 0; i < n; i++) {
        str value = str_c(choices[i].value);
        at[i] = (struct view_item_chip){req_text(r, choices[i].text), url_with(r->arena, p, which, value),
                                        str_eq(value, p->at[which]) || (str_empty(value) && str_empty(p->at[which]))};
    }
    return (struct view_item_filter){.name = req_text(r, name), .chips = {at, n}};
}

static void fill_filters(struct req *r, const struct params *p, struct view_item_list *v)
{
    static const struct choice objects[] = {
        {"", T_ITEM_ALL}, {"person", T_ITEM_OBJECT_PERSON}, {"organisation", T_ITEM_OBJECT_ORGANISATION}};
    static const struct choice types[] = {
        {"", T_ITEM_ALL}, {"01", T_ITEM_TYPE_01}, {"07", T_ITEM_TYPE_07}, {"05", T_ITEM_TYPE_05}, {"08", T_ITEM_TYPE_08},
        {"09", T_ITEM_TYPE_09}, {"10", T_ITEM_TYPE_10}, {"20", T_ITEM_TYPE_20}};
    struct view_item_filter *at = NEW(r->arena, struct view_item_filter);
    *at = filter_of(r, p, P_OBJECT, T_ITEM_FILTER_OBJECT, objects, COUNT_OF(objects));
    v->filters.at = at;
    v->filters.n = 1;
    struct view_item_filter by_type = filter_of(r, p, P_TYPE, T_ITEM_FILTER_TYPE, types, COUNT_OF(types));
    v->types.at = by_type.chips.at;
    v->types.n = by_type.chips.n;
}

/* What cannot be chosen from a short row stands as a chip that takes itself away: region, department, theme. */
static int fill_active(struct req *r, const struct params *p, const struct item_filter *f, struct view_item_list *v)
{
    struct view_item_chip *at = NEW_ARRAY(r->arena, 3, struct view_item_chip);
    size_t n = 0;
    struct item_region_name region;
    str here = str_empty(p->at[P_REGION]) ? f->home : p->at[P_REGION];
    int found = str_empty(here) ? 0 : item_region_name(r->db, here, &region);
    if (found < 0)
        return ERR_FAIL;
    if (found == 1) {
        str name = r->lang == LANG_EN && !str_none(region.name_en) ? region.name_en : region.name;
        bool chosen = !str_empty(p->at[P_REGION]);
        if (chosen || !str_empty(r->region))
            at[n++] = (struct view_item_chip){text_fill(r->arena, r->lang, T_ITEM_ONLY_REGION, &name, 1),
                                              url_with(r->arena, p, P_REGION, chosen ? S("") : here), chosen};
    }
    if (!str_empty(p->at[P_DEPARTMENT])) {
        struct item_department_name dept;
        int64_t id = 0;
        str name = p->at[P_DEPARTMENT];
        if (num_i64(name, &id) && (found = item_department_name(r->db, id, &dept)) != 0) {
            if (found < 0)
                return ERR_FAIL;
            name = r->lang == LANG_EN && !str_none(dept.name_en) ? dept.name_en : dept.name;
        }
        at[n++] = (struct view_item_chip){name, url_with(r->arena, p, P_DEPARTMENT, S("")), true};
    }
    if (!str_empty(f->theme)) {
        str name = item_word(r, item_theme_texts[str_is(f->theme_kind, "organisation")], f->theme);
        at[n++] = (struct view_item_chip){name, url_with(r->arena, p, P_THEME, S("")), true};
    }
    v->active.at = at;
    v->active.n = n;
    return 0;
}

/* ---- the page ---- */

static struct limit limit_from(int64_t n, str unit)
{
    return (struct limit){n, unit};
}

static void fill_lines(struct req *r, const struct item_hits *hits, struct view_item_list *v)
{
    struct view_item_line *at = NEW_ARRAY(r->arena, hits->n, struct view_item_line);
    for (size_t i = 0; i < hits->n; i++) {
        const struct item_hit *h = &hits->at[i];
        at[i] = (struct view_item_line){
            .code = h->code, .name = h->name, .name_en = h->name_en, .department = h->department, .region = h->region,
            .region_name = h->region_name, .type = h->type, .kind = h->kind, .legal = limit_from(h->legal_n, h->legal_unit),
            .promise = limit_from(h->promise_n, h->promise_unit), .online = h->online,
            .title = item_said(r->lang, h->name, h->name_en), .office = item_said(r->lang, h->department, h->department_en),
            .place = item_said(r->lang, h->region_name, h->region_name_en), .immediate = str_is(h->kind, "immediate"),
        };
    }
    v->items.at = at;
    v->items.n = hits->n;
}

/* theme=person-085, organisation-030, or 085 of either kind. */
static bool read_theme(str theme, struct item_filter *f)
{
    str kind, code = str_cut(theme, '-', &kind);
    f->theme_kind = str_none(code) ? STR_NONE : kind;
    f->theme = str_none(code) ? theme : code;
    if (str_empty(theme))
        return true;
    if (!str_none(code))
        return item_theme_known(kind, code);
    return item_theme_known(S("person"), theme) || item_theme_known(S("organisation"), theme);
}

/* In HTML the chosen region's items and those of the regions above come first; the JSON face lists by id alone. */
static int home_of(struct req *r, str *ret)
{
    struct item_home_top top;
    *ret = STR_NONE;
    if (r->json)
        return 0;
    if (!str_empty(r->region))
        return *ret = r->region, 0;
    int found = item_home_top(r->db, &top);
    if (found == 1)
        *ret = top.code;
    return found < 0 ? found : 0;
}

static str or_empty(str s)
{
    return str_none(s) ? S("") : str_trim(s);
}

int item_list_page(struct req *r)
{
    const struct form_item_ask *in = r->form;
    struct params p = {{or_empty(in->q), or_empty(in->region), or_empty(in->department), or_empty(in->theme),
                        or_empty(in->object), or_empty(in->type), or_empty(in->after)}};
    struct item_filter f = {.q = p.at[P_Q], .region = p.at[P_REGION], .department = p.at[P_DEPARTMENT], .object = p.at[P_OBJECT],
                            .type = p.at[P_TYPE], .after = p.at[P_AFTER], .most = PAGE};
    struct item_hits hits;
    if (!str_empty(f.object) && !str_is(f.object, "person") && !str_is(f.object, "organisation"))
        return refuse_field(r, "object", T_ITEM_WRONG_OBJECT);
    if (!read_theme(p.at[P_THEME], &f))
        return refuse_field(r, "theme", T_ITEM_WRONG_THEME);
    if (home_of(r, &f.home) < 0)
        return ERR_FAIL;
    int rc = item_search(r->db, r->arena, &f, &hits);
    if (rc == ERR_FORMAT)
        return refuse_field(r, "after", T_ITEM_WRONG_AFTER);
    struct view_item_list *v = NEW(r->arena, struct view_item_list);
    if (rc < 0)
        return rc;
    fill_lines(r, &hits, v);
    v->next = hits.next;
    v->q = p.at[P_Q];
    v->object = p.at[P_OBJECT];
    v->type = p.at[P_TYPE];
    v->department = p.at[P_DEPARTMENT];
    v->theme = p.at[P_THEME];
    v->region = p.at[P_REGION];
    v->more = !str_none(hits.next);
    v->next_url = v->more ? url_with(r->arena, &p, P_AFTER, hits.next) : S("");
    v->clear_url = S("/items");
    v->relaxed = hits.relaxed;
    fill_filters(r, &p, v);
    if (!r->json && fill_active(r, &p, &f, v) < 0)
        return ERR_FAIL;
    return show(r, &vt_item_list, v);
}

/* ---- themes ---- */

static int theme_rows(struct req *r, int which, const char *kind, struct view_item_theme_row **ret_at, size_t *ret_n)
{
    struct item_theme_counts_rows rows;
    size_t n = 0;
    if (item_theme_counts(r->db, str_c(kind), &rows) < 0)
        return ERR_FAIL;
    struct view_item_theme_row *at = NEW_ARRAY(r->arena, COUNT_OF(item_theme_codes[0]), struct view_item_theme_row);
    for (const char *const *code = item_theme_codes[which]; *code; code++) {
        struct view_item_theme_row row = {.theme = str_fmt(r->arena, "%s-%s", kind, *code), .code = str_c(*code),
            .name = item_word(r, item_theme_texts[which], str_c(*code)), .n = 0};
        for (size_t i = 0; i < rows.n; i++)
            if (str_is(rows.at[i].code, *code))
                row.n = rows.at[i].n;
        at[n++] = row;
    }
    *ret_at = at;
    *ret_n = n;
    return 0;
}

int item_themes_page(struct req *r)
{
    struct view_item_themes *v = NEW(r->arena, struct view_item_themes);
    struct view_item_theme_row *person, *organisation;
    if (theme_rows(r, 0, "person", &person, &v->person.n) < 0 || theme_rows(r, 1, "organisation", &organisation,
        &v->organisation.n) < 0)
        return ERR_FAIL;
    v->person.at = person;
    v->organisation.at = organisation;
    return show(r, &vt_item_themes, v);
}
