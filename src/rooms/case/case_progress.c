/* Public progress query: state, office and dates, for whoever has number and query code. The answer to a wrong code and to a
 * number that does not exist is the same, and both do the same work. */
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "base/sm.h"
#include "rooms/case/case_private.h"

/* By 办件编号, or by the submission's own id where there is no number yet. */
static int find(struct req *r, str id, struct case_by_id *ret)
{
    struct case_id_by_number by;
    int64_t case_id = DB_NONE;
    int found = case_id_by_number(r->db, id, &by);
    if (found < 0)
        return found;
    if (found)
        case_id = by.case_id;
    else if (!num_i64(id, &case_id))
        return 0;
    return case_by_id(r->db, case_id, ret);
}

static bool code_fits(struct req *r, const struct case_by_id *c, int found, str code)
{
    str hash = case_query_hash(r->arena, found ? c->case_id : 0, code);
    return found && hash.n == c->query_hash.n && bytes_equal(hash.p, c->query_hash.p, hash.n);
}

static int fill(struct req *r, const struct case_by_id *c, struct view_case_progress *v)
{
    struct case_office o;
    if (case_office(r->db, c->case_id, &o) != 1)
        return ERR_FAIL;
    bool hall = str_is(c->desk, "window") || str_is(c->desk, "issuing") || str_is(c->state, "awaiting_paper");
    bool en = r->lang == LANG_EN;
    str department = en && !str_empty(o.department_name_en) ? o.department_name_en : o.department_name;
    str place = en && !str_empty(o.hall_name_en) ? o.hall_name_en : o.hall_name;
    *v = (struct view_case_progress){.asked = v->asked, .found = true, .number = c->number, .state = c->state,
        .office = hall && !str_empty(place) ? place : department, .submitted = c->submitted_at, .received = c->received_at,
        .accepted = c->accepted_at, .due = c->promised_day != DB_NONE ? c->promised_day : c->due_day, .closed = c->closed_at};
    return 0;
}

int case_progress_page(struct req *r)
{
    const struct form_case_progress *f = r->form;
    struct view_case_progress *v = NEW(r->arena, struct view_case_progress);
    struct case_by_id c;
    str id = f ? str_trim(f->id) : STR_NONE, code = f ? str_trim(f->query_code) : STR_NONE;
    *v = (struct view_case_progress){.asked = id, .submitted = DB_NONE, .received = DB_NONE, .accepted = DB_NONE, .due = DB_NONE,
                                     .closed = DB_NONE, .state = STR_NONE, .office = STR_NONE};
    if (str_empty(id) && str_empty(code) && !r->json)
        return show(r, &vt_case_progress, v);
    int found = find(r, str_none(id) ? S("") : id, &c);
    if (found < 0)
        return found;
    bool fits = code_fits(r, &c, found, str_none(code) ? S("") : code);
    if (!fits && r->json)
        return refuse(r, 404, "not_found", T_CASE_PROGRESS_NONE);
    v->wrong = !fits;
    if (fits && fill(r, &c, v) < 0)
        return ERR_FAIL;
    return show(r, &vt_case_progress, v);
}
