/* Pages: choosing a region, the departments of a region, one department. */
#include "core/req.h"
#include "org_sql.h"
#include "org_view.h"
#include "rooms/org/org.h"
#include "rooms/org/org_page.h"

enum { PAGE = 20, OUTSIDE_MOST = 50, YEAR_SECONDS = 365 * 24 * 3600 };

/* ---- shared ---- */

/* The region asked for, else the one chosen, else the province. 1 found; 0 when what was asked for is unknown. */
static int region_of(struct req *r, str asked, struct org_region_by_code *ret)
{
    struct org_region_top top;
    str code;
    if (!str_empty(asked)) {
        int found = org_region_find(r->db, asked, &code);
        return found == 1 ? org_region_by_code(r->db, code, ret) : found;
    }
    if (!str_empty(r->region) && org_region_by_code(r->db, r->region, ret) == 1)
        return 1;
    int found = org_region_top(r->db, &top);
    return found == 1 ? org_region_by_code(r->db, top.code, ret) : found;
}

/* The regions above, the province first, the region itself left out. */
static int path_of(struct req *r, str code, struct view_org_region_link **ret_at, size_t *ret_n)
{
    struct org_region_path_rows rows;
    if (org_region_path(r->db, code, &rows) < 0)
        return ERR_FAIL;
    struct view_org_region_link *at = NEW_ARRAY(r->arena, rows.n, struct view_org_region_link);
    size_t n = 0;
    for (size_t i = 0; i < rows.n; i++)
        if (!str_eq(rows.at[i].code, code))
            at[n++] = (struct view_org_region_link){rows.at[i].code, org_in_lang(r->lang, rows.at[i].name, rows.at[i].name_en)};
    *ret_at = at;
    *ret_n = n;
    return 0;
}

static int halls_of(struct req *r, str region, struct view_org_hall_row **ret_at, size_t *ret_n)
{
    struct org_hall_list_rows rows;
    if (org_hall_list(r->db, region, &rows) < 0)
        return ERR_FAIL;
    struct view_org_hall_row *at = NEW_ARRAY(r->arena, rows.n, struct view_org_hall_row);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct view_org_hall_row){
            .hall_id = rows.at[i].hall_id, .name = org_in_lang(r->lang, rows.at[i].name, rows.at[i].name_en),
            .address = org_in_lang(r->lang, rows.at[i].address, rows.at[i].address_en),
            .hours = org_in_lang(r->lang, rows.at[i].hours, rows.at[i].hours_en), .phone = rows.at[i].phone};
    *ret_at = at;
    *ret_n = rows.n;
    return 0;
}

/* ---- regions ---- */

/* Cards for regions whose own divisions are near (a city's districts under the province), a plain list for the others. */
static void fill_regions(struct req *r, const struct org_region_by_code *here, const struct org_region_below_rows *rows,
                         struct view_org_regions *v)
{
    struct view_org_region_card *all = NEW_ARRAY(r->arena, rows->n, struct view_org_region_card),
        *cards = NEW_ARRAY(r->arena, rows->n, struct view_org_region_card),
        *plain = NEW_ARRAY(r->arena, rows->n, struct view_org_region_card);
    for (size_t i = 0; i < rows->n; i++) {
        const struct org_region_below *child = &rows->at[i];
        if (child->depth != 1)
            continue;
        struct view_org_region_link *small = NEW_ARRAY(r->arena, rows->n, struct view_org_region_link);
        size_t n = 0;
        bool inside = false, deeper = false;
        for (size_t j = 0; j < rows->n; j++) {
            const struct org_region_below *g = &rows->at[j];
            if (g->depth != 2 || !str_eq(g->parent, child->code))
                continue;
            inside = true;
            if (g->level <= here->level + 2)
                small[n++] = (struct view_org_region_link){g->code, org_in_lang(r->lang, g->name, g->name_en)};
            deeper = deeper || g->level < 5;
        }
        struct view_org_region_card card = {
            .code = child->code, .name = org_in_lang(r->lang, child->name, child->name_en), .kind = child->kind,
            .level = child->level, .inside = n ? deeper : inside, .chosen = str_eq(child->code, r->region),
            .small = {small, n}};
        all[v->regions.n++] = card;
        if (n)
            cards[v->cards.n++] = card;
        else
            plain[v->plain.n++] = card;
    }
    v->regions.at = all;
    v->cards.at = cards;
    v->plain.at = plain;
}

bool org_local_path(str s)
{
    if (s.n < 1 || s.p[0] != '/' || (s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\')))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == '\\')
            return false;
    return true;
}

int org_regions_page(struct req *r)
{
    const struct form_org_region_ask *f = r->form;
    struct org_region_by_code here, chosen;
    struct org_region_top top;
    struct org_region_below_rows rows;
    struct view_org_region_link *path;
    struct view_org_regions *v = NEW(r->arena, struct view_org_regions);
    if (org_region_top(r->db, &top) < 0)
        return ERR_FAIL;
    /* The list begins at the province, whatever region was chosen before. */
    int found = region_of(r, str_empty(f->in) ? top.code : f->in, &here);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    if (region_of(r, STR_NONE, &chosen) < 0 || org_region_below(r->db, here.code, &rows) < 0 ||
        path_of(r, here.code, &path, &v->path.n) < 0)
        return ERR_FAIL;
    v->path.at = path;
    v->here_name = org_in_lang(r->lang, here.name, here.name_en);
    v->here = (struct view_org_region_link){here.code, v->here_name};
    v->here_chosen = str_eq(chosen.code, here.code);
    v->chosen_name = org_in_lang(r->lang, chosen.name, chosen.name_en);
    v->next = org_local_path(f->next) ? f->next : S("/");
    fill_regions(r, &here, &rows, v);
    return show(r, &vt_org_regions, v);
}

/* A choice is a cookie and nothing else: no record is written. The province itself is the absence of a choice. */
int org_region_pick_page(struct req *r)
{
    const struct form_org_region_pick *f = r->form;
    struct org_region_by_code region;
    int found = region_of(r, req_param(r, 0), &region);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    if (region.in_tree && str_none(region.parent))
        set_cookie(r, "region", S(""), 0);
    else
        set_cookie(r, "region", region.code, YEAR_SECONDS);
    return redirect(r, org_local_path(f->next) ? f->next : S("/"));
}

/* ---- departments ---- */

static int fill_neighbours(struct req *r, const struct org_region_by_code *region, struct view_org_departments *v)
{
    struct org_region_busy_rows below;
    struct org_region_outside_rows outside = {0};
    bool province = region->in_tree && str_none(region->parent);
    if (org_region_busy(r->db, region->code, &below) < 0 || (province && org_region_outside(r->db, OUTSIDE_MOST, &outside) < 0))
        return ERR_FAIL;
    struct view_org_region_link *at = NEW_ARRAY(r->arena, below.n + outside.n, struct view_org_region_link);
    for (size_t i = 0; i < below.n; i++)
        at[i] = (struct view_org_region_link){below.at[i].code, org_in_lang(r->lang, below.at[i].name, below.at[i].name_en)};
    for (size_t i = 0; i < outside.n; i++)
        at[below.n + i] = (struct view_org_region_link){outside.at[i].code,
                                                        org_in_lang(r->lang, outside.at[i].name, outside.at[i].name_en)};
    v->below.at = at;
    v->below.n = below.n;
    v->outside.at = at + below.n;
    v->outside.n = outside.n;
    return 0;
}

static int fill_departments(struct req *r, str region, int64_t after, struct view_org_departments *v)
{
    struct org_department_list_rows rows;
    if (org_department_list(r->db, region, after, PAGE + 1, &rows) < 0)
        return ERR_FAIL;
    size_t n = rows.n > PAGE ? PAGE : rows.n;
    struct view_org_department_row *at = NEW_ARRAY(r->arena, n, struct view_org_department_row);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct view_org_department_row){
            .department_id = rows.at[i].department_id, .name = org_in_lang(r->lang, rows.at[i].name, rows.at[i].name_en),
            .phone = rows.at[i].phone, .address = org_in_lang(r->lang, rows.at[i].address, rows.at[i].address_en)};
    v->departments.at = at;
    v->departments.n = n;
    v->next = rows.n > PAGE ? at[n - 1].department_id : DB_NONE;
    return 0;
}

int org_departments_page(struct req *r)
{
    const struct form_org_department_search *f = r->form;
    struct org_region_by_code region;
    int found = region_of(r, f->region, &region);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    struct view_org_departments *v = NEW(r->arena, struct view_org_departments);
    struct view_org_region_link *path;
    struct view_org_hall_row *halls;
    if (path_of(r, region.code, &path, &v->path.n) < 0 || halls_of(r, region.code, &halls, &v->halls.n) < 0 ||
        fill_departments(r, region.code, f->after == DB_NONE ? 0 : f->after, v) < 0 || fill_neighbours(r, &region, v) < 0)
        return ERR_FAIL;
    v->path.at = path;
    v->halls.at = halls;
    v->region_code = region.code;
    v->region_name = org_in_lang(r->lang, region.name, region.name_en);
    v->region = (struct view_org_region_link){region.code, v->region_name};
    return show(r, &vt_org_departments, v);
}

int org_department_page(struct req *r)
{
    struct org_department_by_id d;
    int64_t id = req_id(r, 0);
    int found = id == DB_NONE ? 0 : org_department_by_id(r->db, id, &d);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    struct view_org_department_page *v = NEW(r->arena, struct view_org_department_page);
    struct view_org_hall_row *halls;
    if (halls_of(r, d.region, &halls, &v->halls.n) < 0)
        return ERR_FAIL;
    v->halls.at = halls;
    v->department_id = d.department_id;
    v->name = org_in_lang(r->lang, d.name, d.name_en);
    v->region = d.region;
    v->region_name = org_in_lang(r->lang, d.region_name, d.region_name_en);
    v->body_kind = str_i64(r->arena, d.body_kind);
    v->uscc = d.uscc;
    v->code = d.code;
    v->phone = d.phone;
    v->complaint = d.complaint_phone;
    v->address = org_in_lang(r->lang, d.address, d.address_en);
    v->in_tree = d.in_tree;
    return show(r, &vt_org_department_page, v);
}
