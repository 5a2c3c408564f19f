/* Lists: my cases for people, the queue of the post for staff. Paged by key, from an index. */
#include "base/arena.h"
#include "base/num.h"
#include "rooms/case/case_private.h"

#define MINE_SIZE 20
#define QUEUE_SIZE 50

/* What a list shows of a case, whichever of the four queries read it. */
struct line {
    int64_t case_id, item_id, department_id, submitted_at, received_at, five_day, accepted_at, due_day, promised_day, made_at,
        window_day;
    str number, item_code, item_name, item_name_en, state, region, department, department_en, applicant;
};

/* Row x of any of them, with the columns they share. */
#define LINE(x) \
    ((struct line){.case_id = (x)->case_id, .submitted_at = (x)->submitted_at, .received_at = (x)->received_at, \
                   .five_day = (x)->five_day, .accepted_at = (x)->accepted_at, .due_day = (x)->due_day, \
                   .promised_day = (x)->promised_day, .made_at = (x)->made_at, .window_day = (x)->window_day, \
                   .number = (x)->number, .item_code = (x)->item_code, .item_name = (x)->item_name, \
                   .item_name_en = (x)->item_name_en, .state = (x)->state, .region = (x)->region, \
                   .department = (x)->department_name, .department_en = (x)->department_name_en, \
                   .applicant = (x)->enterprise_name})
#define QUEUE_LINE(x) queue_line(LINE(x), (x)->item_id, (x)->department_id, (x)->applicant_masked)

static struct line queue_line(struct line l, int64_t item_id, int64_t department_id, str applicant_masked)
{
    l.item_id = item_id;
    l.department_id = department_id;
    if (str_none(l.applicant))
        l.applicant = applicant_masked;
    return l;
}

static str in_lang(const struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

static void fill_row(struct req *r, struct case_calendars *cs, const struct line *l, struct view_case_row *v)
{
    struct case_running run;
    *v = (struct view_case_row){
        .case_id = l->case_id, .number = l->number, .item_code = l->item_code, .item_name = l->item_name,
        .title = in_lang(r, l->item_name, l->item_name_en), .state = l->state, .url = case_url(r, l->case_id, ""),
        .department = in_lang(r, l->department, l->department_en), .applicant = l->applicant, .submitted = l->submitted_at,
        .received = l->received_at, .due = DB_NONE, .light = S("none"), .words = req_text(r, T_CASE_LIGHT_NONE)};
    bool runs = case_clock_running(l->state, l->received_at, DB_NONE, l->five_day, l->accepted_at, l->due_day, l->promised_day,
                                   l->made_at, l->window_day, &run);
    if (!runs || run.unknown)
        return;
    const struct calendar *c = case_calendar(r, cs, l->region);
    if (!c)
        return;
    int32_t left;
    enum case_light light = case_light_of(c, (int32_t)run.start_day, (int32_t)run.due_day, date_days(date_of(r->now)), &left);
    v->due = run.due_day;
    v->light = str_c(case_light_name(light));
    v->words = case_light_words(r, light, left);
}

/* ---- address of the list with one part changed ---- */

struct where { str state; int64_t department_id, item_id; };

static str list_url(struct req *r, const struct where *w, int64_t after)
{
    struct buf b;
    char sep = '?';
    buf_init(&b, r->arena, 1024);
    buf_z(&b, "/cases");
    if (!str_empty(w->state))
        buf_fmt(&b, "%cstate=%.*s", sep, STRF(w->state)), sep = '&';
    if (w->department_id != DB_NONE)
        buf_fmt(&b, "%cdepartment=%lld", sep, (long long)w->department_id), sep = '&';
    if (w->item_id != DB_NONE)
        buf_fmt(&b, "%citem=%lld", sep, (long long)w->item_id), sep = '&';
    if (after != DB_NONE)
        buf_fmt(&b, "%cafter=%lld", sep, (long long)after);
    return buf_text(&b);
}

static void fill_next(struct req *r, struct view_case_list *v, const struct where *w, int64_t last)
{
    v->next = str_i64(r->arena, last);
    v->next_url = list_url(r, w, last);
}

static void fill_states(struct req *r, struct view_case_list *v, const struct where *w, const char *const *states, size_t n)
{
    struct view_case_chip *at = NEW_ARRAY(r->arena, n + 1, struct view_case_chip);
    struct where other = *w;
    other.state = STR_NONE;
    at[0] = (struct view_case_chip){.name = req_text(r, is_staff(r) ? T_CASE_TO_DO : T_CASE_ALL),
                                    .url = list_url(r, &other, DB_NONE),
                                    .here = str_empty(w->state)};
    for (size_t i = 0; i < n; i++) {
        other.state = str_c(states[i]);
        at[i + 1] = (struct view_case_chip){.name = case_state_word(r, other.state), .url = list_url(r, &other, DB_NONE),
                                            .here = str_eq(w->state, other.state)};
    }
    v->states.at = at;
    v->states.n = n + 1;
}

/* ---- my cases ---- */

static int mine(struct req *r, const struct form_case_filter *f, struct view_case_list *v)
{
    static const char *const states[] = {"awaiting_paper", "correcting", "received", "accepted", "at_window", "delivered",
        "refused", "withdrawn"};
    struct where w = {.state = str_empty(f->state) ? STR_NONE : f->state, .department_id = DB_NONE, .item_id = DB_NONE};
    int64_t before = f->after == DB_NONE ? INT64_MAX : f->after;
    struct case_calendars cs = {0};
    struct case_mine_rows rows = {0};
    struct case_of_enterprise_rows of = {0};
    int64_t enterprise = r->who.enterprise_id, day = date_days(date_of(r->now));
    int code;
    if (enterprise == DB_NONE)
        code = case_mine(r->db, &(struct case_mine_in){.person_id = r->who.person_id, .today = day, .state = w.state,
                                                       .before = before, .most = MINE_SIZE + 1}, &rows);
    else
        code = case_of_enterprise(r->db, &(struct case_of_enterprise_in){.enterprise_id = enterprise, .state = w.state,
                                                                         .before = before, .most = MINE_SIZE + 1}, &of);
    if (code < 0)
        return code;
    size_t n = rows.n + of.n, most = n > MINE_SIZE ? MINE_SIZE : n;
    struct view_case_row *at = NEW_ARRAY(r->arena, most + 1, struct view_case_row);
    for (size_t i = 0; i < most; i++) {
        struct line l = of.n ? LINE(&of.at[i]) : LINE(&rows.at[i]);
        fill_row(r, &cs, &l, &at[i]);
    }
    v->cases.at = at;
    v->cases.n = most;
    v->filtered = !str_empty(w.state);
    fill_states(r, v, &w, states, COUNT_OF(states));
    if (n > MINE_SIZE)
        fill_next(r, v, &w, at[most - 1].case_id);
    return 0;
}

/* ---- the queue of a post ---- */

/* States each desk works on, and those it may look up. */
static const char *const window_states[] = {"received", "awaiting_paper", "correcting", "accepted", "refused"};
static const char *const body_states[] = {"accepted", "reviewed", "granted", "denied", "made", "delivered"};
static const char *const issuing_states[] = {"made", "at_window", "delivered"};

struct desk { const char *name; const char *const *states; size_t n; bool by_department; };

static bool my_desk(struct req *r, struct desk *ret)
{
    if (has_right(r, "case.window") && r->who.hall_id != DB_NONE)
        *ret = (struct desk){"window", window_states, COUNT_OF(window_states), false};
    else if (has_right(r, "case.issue") && r->who.hall_id != DB_NONE)
        *ret = (struct desk){"issuing", issuing_states, COUNT_OF(issuing_states), false};
    else if (has_right(r, "case.decide") && r->who.department_id != DB_NONE)
        *ret = (struct desk){"body", body_states, COUNT_OF(body_states), true};
    else
        return false;
    return true;
}

static bool chip_known(const struct view_case_chip *at, size_t n, str url)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(at[i].url, url))
            return true;
    return false;
}

/* Chips for what stands in the list now: a department or item that is not in it would lead to an empty page. */
static void fill_chips(struct req *r, struct view_case_list *v, const struct where *w, const struct line *lines, size_t n)
{
    struct view_case_chip *departments = NEW_ARRAY(r->arena, n + 2, struct view_case_chip);
    struct view_case_chip *items = NEW_ARRAY(r->arena, n + 2, struct view_case_chip);
    size_t nd = 0, ni = 0;
    struct where other = *w;
    other.department_id = DB_NONE;
    departments[nd++] = (struct view_case_chip){.name = req_text(r, T_CASE_ALL), .url = list_url(r, &other, DB_NONE),
        .here = w->department_id == DB_NONE};
    for (size_t i = 0; i < n && nd < 12; i++) {
        other.department_id = lines[i].department_id;
        str url = list_url(r, &other, DB_NONE);
        if (!chip_known(departments, nd, url))
            departments[nd++] = (struct view_case_chip){.name = in_lang(r, lines[i].department, lines[i].department_en),
                .url = url, .here = w->department_id == other.department_id};
    }
    other = *w;
    other.item_id = DB_NONE;
    items[ni++] = (struct view_case_chip){.name = req_text(r, T_CASE_ALL), .url = list_url(r, &other, DB_NONE),
        .here = w->item_id == DB_NONE};
    for (size_t i = 0; i < n && ni < 12; i++) {
        other.item_id = lines[i].item_id;
        str url = list_url(r, &other, DB_NONE);
        if (!chip_known(items, ni, url))
            items[ni++] = (struct view_case_chip){.name = in_lang(r, lines[i].item_name, lines[i].item_name_en), .url = url,
                .here = w->item_id == other.item_id};
    }
    v->departments.at = departments;
    v->departments.n = nd > 2 || w->department_id != DB_NONE ? nd : 0;
    v->items.at = items;
    v->items.n = ni > 2 || w->item_id != DB_NONE ? ni : 0;
}

static int queue_lines(struct req *r, const struct desk *desk, const struct where *w, int64_t after, struct line **ret_at,
    size_t *ret_n)
{
    struct case_hall_queue_rows hall = {0};
    struct case_department_queue_rows body = {0};
    str on = str_empty(w->state) ? str_c(desk->name) : case_desk_of(w->state), state = str_empty(w->state) ? STR_NONE : w->state;
    int code;
    if (desk->by_department)
        code = case_department_queue(r->db, &(struct case_department_queue_in){
            .department_id = r->who.department_id, .desk = on, .state = state, .item_id = w->item_id, .after = after,
            .most = QUEUE_SIZE + 1}, &body);
    else
        code = case_hall_queue(r->db, &(struct case_hall_queue_in){
            .hall_id = r->who.hall_id, .desk = on, .state = state, .department_id = w->department_id, .item_id = w->item_id,
            .after = after, .most = QUEUE_SIZE + 1}, &hall);
    if (code < 0)
        return code;
    size_t n = hall.n + body.n;
    struct line *at = NEW_ARRAY(r->arena, n + 1, struct line);
    for (size_t i = 0; i < n; i++)
        at[i] = hall.n ? QUEUE_LINE(&hall.at[i]) : QUEUE_LINE(&body.at[i]);
    *ret_at = at;
    *ret_n = n;
    return 0;
}

static int queue(struct req *r, const struct form_case_filter *f, struct view_case_list *v)
{
    struct desk desk;
    struct line *lines;
    struct where w = {.state = f->state, .department_id = f->department, .item_id = f->item};
    size_t n;
    v->post = r->who.post_name;
    if (!my_desk(r, &desk))
        return 0;
    v->counter = has_right(r, "case.window") && r->who.hall_id != DB_NONE;
    int code = queue_lines(r, &desk, &w, f->after == DB_NONE ? 0 : f->after, &lines, &n);
    if (code < 0)
        return code;
    size_t most = n > QUEUE_SIZE ? QUEUE_SIZE : n;
    struct case_calendars cs = {0};
    struct view_case_row *at = NEW_ARRAY(r->arena, most + 1, struct view_case_row);
    for (size_t i = 0; i < most; i++)
        fill_row(r, &cs, &lines[i], &at[i]);
    v->cases.at = at;
    v->cases.n = most;
    v->filtered = !str_empty(w.state) || w.department_id != DB_NONE || w.item_id != DB_NONE;
    fill_states(r, v, &w, desk.states, desk.n);
    fill_chips(r, v, &w, lines, most);
    if (n > QUEUE_SIZE)
        fill_next(r, v, &w, at[most - 1].case_id);
    return 0;
}

int case_list_page(struct req *r)
{
    const struct form_case_filter *f = r->form;
    struct view_case_list *v = NEW(r->arena, struct view_case_list);
    if (!str_empty(f->state) && !case_state_known(f->state))
        return refuse_field(r, "state", T_CASE_NO_SUCH_STATE);
    int code = is_staff(r) ? queue(r, f, v) : mine(r, f, v);
    return code < 0 ? code : show(r, is_staff(r) ? &vt_case_queue : &vt_case_list, v);
}
