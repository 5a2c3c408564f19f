/* The first page, and what every page's frame asks for. */
#include "rooms/item/item.h"
#include "rooms/note/note.h"
#include "rooms/portal/portal_private.h"

enum { POPULAR = 10, THEMES = 12, DEPARTMENTS = 12 };

str portal_in_lang(const struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

int portal_region_here(struct req *r, struct portal_region *ret)
{
    struct portal_top top;
    if (!str_empty(r->region)) {
        int found = portal_region(r->db, r->region, ret);
        if (found)
            return found;
    }
    int found = portal_top(r->db, &top);
    return found == 1 ? portal_region(r->db, top.code, ret) : found;
}

int portal_frame(struct req *r, int64_t *ret_unread, str *ret_region_name)
{
    struct portal_region here;
    *ret_unread = 0;
    *ret_region_name = req_text(r, T_PORTAL_REGION_NONE);
    int found = portal_region_here(r, &here);
    if (found < 0)
        return found;
    if (found)
        *ret_region_name = portal_in_lang(r, here.name, here.name_en);
    return signed_in(r) && !is_staff(r) ? note_unread(r->db, r->who.person_id, ret_unread) : 0;
}

/* ---- themes ---- */

#define DRAWN(name) offsetof(struct view_portal_drawing, name)
struct drawn { const char *theme; size_t at; };
static const struct drawn drawings[] = {
    {"person-005", DRAWN(child)},          {"person-010", DRAWN(house)},          {"person-015", DRAWN(people)},
    {"person-020", DRAWN(school)},         {"person-030", DRAWN(work)},           {"person-035", DRAWN(building)},
    {"person-040", DRAWN(shop)},           {"person-050", DRAWN(document)},       {"person-055", DRAWN(money)},
    {"person-060", DRAWN(people)},         {"person-065", DRAWN(care)},           {"person-070", DRAWN(plan)},
    {"person-075", DRAWN(house)},          {"person-085", DRAWN(social)},         {"person-090", DRAWN(document)},
    {"person-095", DRAWN(traffic)},        {"person-120", DRAWN(law)},            {"person-130", DRAWN(green)},
    {"person-145", DRAWN(health)},         {"organisation-005", DRAWN(building)}, {"organisation-010", DRAWN(shop)},
    {"organisation-015", DRAWN(document)}, {"organisation-025", DRAWN(money)},    {"organisation-030", DRAWN(work)},
    {"organisation-035", DRAWN(social)},   {"organisation-040", DRAWN(plan)},     {"organisation-075", DRAWN(green)},
    {"organisation-085", DRAWN(plan)},     {"organisation-090", DRAWN(traffic)},  {"organisation-095", DRAWN(green)},
    {"organisation-110", DRAWN(health)},   {"organisation-120", DRAWN(school)},   {"organisation-155", DRAWN(law)},
};

static struct view_portal_drawing drawing_of(str theme)
{
    struct view_portal_drawing d = {0};
    size_t at = DRAWN(other);
    for (size_t i = 0; i < COUNT_OF(drawings); i++)
        if (str_is(theme, drawings[i].theme))
            at = drawings[i].at;
    *(bool *)((char *)&d + at) = true;
    return d;
}

static int fill_themes(struct req *r, const char *kind, const struct view_portal_theme **ret_at, size_t *ret_n)
{
    struct item_theme_lines lines;
    if (item_theme_list(r->db, r->lang, kind, &lines) < 0)
        return ERR_FAIL;
    size_t n = lines.n < THEMES ? lines.n : THEMES;
    struct view_portal_theme *at = NEW_ARRAY(r->arena, n, struct view_portal_theme);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct view_portal_theme){lines.at[i].name, lines.at[i].theme, drawing_of(lines.at[i].theme)};
    *ret_at = at;
    *ret_n = n;
    return 0;
}

/* ---- the page ---- */

static int fill_popular(struct req *r, str region, struct view_portal_home *v)
{
    struct item_names names;
    if (item_popular_list(r->db, region, POPULAR, &names) < 0)
        return ERR_FAIL;
    struct view_portal_link *at = NEW_ARRAY(r->arena, names.n, struct view_portal_link);
    for (size_t i = 0; i < names.n; i++)
        at[i] = (struct view_portal_link){portal_in_lang(r, names.at[i].name, names.at[i].name_en),
                                          str_fmt(r->arena, "/items/%.*s", STRF(names.at[i].code))};
    v->popular.at = at;
    v->popular.n = names.n;
    return 0;
}

static int fill_departments(struct req *r, str region, struct view_portal_home *v)
{
    struct portal_departments_rows rows;
    if (portal_departments(r->db, region, DEPARTMENTS, &rows) < 0)
        return ERR_FAIL;
    struct view_portal_link *at = NEW_ARRAY(r->arena, rows.n, struct view_portal_link);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct view_portal_link){portal_in_lang(r, rows.at[i].name, rows.at[i].name_en),
                                          str_fmt(r->arena, "/departments/%lld", (long long)rows.at[i].department_id)};
    v->departments.at = at;
    v->departments.n = rows.n;
    return 0;
}

/* Words often looked for: a text of the site, with bars between them. */
static void fill_words(struct req *r, struct view_portal_home *v)
{
    str rest = req_text(r, T_PORTAL_HOME_WORDS), one;
    str *at = NEW_ARRAY(r->arena, 8, str);
    while (!str_none(rest) && v->words.n < 8) {
        rest = str_cut(rest, '|', &one);
        at[v->words.n++] = str_trim(one);
    }
    v->words.at = at;
}

int portal_home_page(struct req *r)
{
    struct view_portal_home *v = NEW(r->arena, struct view_portal_home);
    struct portal_region here;
    int found = portal_region_here(r, &here);
    if (found < 0)
        return found;
    v->region_code = found ? here.code : S("");
    v->region_name = found ? portal_in_lang(r, here.name, here.name_en) : req_text(r, T_PORTAL_REGION_NONE);
    if (fill_themes(r, "person", &v->person.at, &v->person.n) < 0 || fill_themes(r, "organisation", &v->organisation.at, &v->organisation.n) < 0 ||
        fill_popular(r, v->region_code, v) < 0 || fill_departments(r, v->region_code, v) < 0)
        return ERR_FAIL;
    fill_words(r, v);
    return show(r, &vt_portal_home, v);
}
