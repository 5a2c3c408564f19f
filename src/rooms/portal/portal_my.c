/* My space: what is expected of me first, then what goes on. And who has looked at my data. */
#include "base/buf.h"
#include "rooms/portal/portal_private.h"
#include "rooms/watch/watch.h"

enum { EXPECTED = 20, OPEN = 10, CLOSED = 5, DRAFTS = 10, MESSAGES = 5, DOCUMENTS = 5, FOOTPRINTS = 20 };

/* ---- cases ---- */

static str holder_of(struct req *r, const struct portal_cases_person *c)
{
    if (str_is(c->desk, "applicant"))
        return req_text(r, T_PORTAL_HOLDER_YOU);
    if (str_is(c->desk, "body"))
        return portal_in_lang(r, c->department, c->department_en);
    str hall = portal_in_lang(r, c->hall, c->hall_en);
    return str_empty(hall) ? portal_in_lang(r, c->department, c->department_en) : hall;
}

static int fill_case(struct req *r, struct watch_calendars *cs, const struct portal_cases_person *c, struct view_portal_case *v)
{
    struct watch_shown shown;
    if (watch_show_light(r, cs, c->region, c->near_day, c->clock_day, &shown) < 0)
        return ERR_FAIL;
    bool runs = !str_is(shown.light, "none");
    *v = (struct view_portal_case){
        .name = portal_in_lang(r, c->item_name, c->item_name_en), .url = str_fmt(r->arena, "/cases/%lld", (long long)c->case_id),
        .number = c->number, .state = c->state, .holder = holder_of(r, c), .due = runs ? c->clock_day : DB_NONE,
        .light = shown.light, .words = shown.words, .closed = c->closed_at};
    return 0;
}

/* Both queries have the same columns; the enterprise's rows are copied into the person's shape. */
static int load_cases(struct req *r, int64_t part, int64_t most, struct portal_cases_person_rows *ret)
{
    struct portal_cases_enterprise_rows rows;
    if (r->who.enterprise_id == DB_NONE)
        return portal_cases_person(r->db, r->who.person_id, part, most, ret);
    if (portal_cases_enterprise(r->db, r->who.enterprise_id, part, most, &rows) < 0)
        return ERR_FAIL;
    ret->at = NEW_ARRAY(r->arena, rows.n, struct portal_cases_person);
    ret->n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct portal_cases_enterprise *e = &rows.at[i];
        ret->at[i] = (struct portal_cases_person){
            .case_id = e->case_id, .number = e->number, .item_name = e->item_name, .item_name_en = e->item_name_en, .state = e->state,
            .desk = e->desk, .department = e->department, .department_en = e->department_en, .hall = e->hall, .hall_en = e->hall_en,
            .region = e->region, .near_day = e->near_day, .clock_day = e->clock_day, .closed_at = e->closed_at};
    }
    return 0;
}

static int fill_cases(struct req *r, int64_t part, size_t most, const struct view_portal_case **ret_at, size_t *ret_n, bool *ret_more)
{
    struct portal_cases_person_rows rows;
    if (load_cases(r, part, (int64_t)most + 1, &rows) < 0)
        return ERR_FAIL;
    size_t n = rows.n > most ? most : rows.n;
    struct view_portal_case *at = NEW_ARRAY(r->arena, n, struct view_portal_case);
    struct watch_calendars calendars = {0};
    for (size_t i = 0; i < n; i++)
        if (fill_case(r, &calendars, &rows.at[i], &at[i]) < 0)
            return ERR_FAIL;
    *ret_at = at;
    *ret_n = n;
    *ret_more = rows.n > most;
    return 0;
}

/* ---- the other parts ---- */

static int fill_drafts(struct req *r, struct view_portal_my *v)
{
    struct portal_drafts_rows rows;
    int64_t enterprise = r->who.enterprise_id == DB_NONE ? 0 : r->who.enterprise_id;
    if (portal_drafts(r->db, r->who.person_id, enterprise, DRAFTS, &rows) < 0)
        return ERR_FAIL;
    struct view_portal_draft *at = NEW_ARRAY(r->arena, rows.n, struct view_portal_draft);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = (struct view_portal_draft){portal_in_lang(r, rows.at[i].item_name, rows.at[i].item_name_en),
                                           str_fmt(r->arena, "/drafts/%lld", (long long)rows.at[i].draft_id), rows.at[i].updated_at};
    v->drafts.at = at;
    v->drafts.n = rows.n;
    return 0;
}

static int fill_messages(struct req *r, struct view_portal_my *v)
{
    struct portal_messages_rows rows;
    if (portal_messages(r->db, r->who.person_id, MESSAGES, &rows) < 0)
        return ERR_FAIL;
    struct view_portal_message *at = NEW_ARRAY(r->arena, rows.n, struct view_portal_message);
    for (size_t i = 0; i < rows.n; i++) {
        const struct portal_messages *m = &rows.at[i];
        str title = text_find(r->lang, "note", str_fmt(r->arena, "title.%.*s", STRF(m->kind)));
        at[i] = (struct view_portal_message){
            .title = str_none(title) ? m->kind : title, .name = portal_in_lang(r, m->item_name, m->item_name_en),
            .url = str_fmt(r->arena, "/messages/%lld", (long long)m->message_id), .created = m->created_at,
            .unread = m->read_at == DB_NONE};
    }
    v->messages.at = at;
    v->messages.n = rows.n;
    return 0;
}

static struct view_portal_document document(struct req *r, int64_t case_id, str kind, str number, int64_t at, str zh, str en)
{
    const char *tail = str_is(kind, "receipt") ? "/receipt" : "#documents";
    return (struct view_portal_document){.kind = kind, .number = number, .name = portal_in_lang(r, zh, en), .created = at,
                                         .url = str_fmt(r->arena, "/cases/%lld%s", (long long)case_id, tail)};
}

static int fill_documents(struct req *r, struct view_portal_my *v)
{
    struct portal_documents_person_rows mine;
    struct portal_documents_enterprise_rows firm;
    struct view_portal_document *at = NEW_ARRAY(r->arena, DOCUMENTS, struct view_portal_document);
    if (r->who.enterprise_id == DB_NONE) {
        if (portal_documents_person(r->db, r->who.person_id, DOCUMENTS, &mine) < 0)
            return ERR_FAIL;
        for (size_t i = 0; i < mine.n; i++, v->documents.n++)
            at[i] = document(r, mine.at[i].case_id, mine.at[i].kind, mine.at[i].number, mine.at[i].created_at, mine.at[i].item_name,
                             mine.at[i].item_name_en);
    } else {
        if (portal_documents_enterprise(r->db, r->who.enterprise_id, DOCUMENTS, &firm) < 0)
            return ERR_FAIL;
        for (size_t i = 0; i < firm.n; i++, v->documents.n++)
            at[i] = document(r, firm.at[i].case_id, firm.at[i].kind, firm.at[i].number, firm.at[i].created_at, firm.at[i].item_name,
                             firm.at[i].item_name_en);
    }
    v->documents.at = at;
    return 0;
}

static int fill_who(struct req *r, struct view_portal_my *v)
{
    struct portal_enterprises enterprises;
    struct portal_posts posts;
    int64_t day = date_days(date_of(r->now));
    if (portal_enterprises(r->db, r->who.person_id, day, &enterprises) != 1 || portal_posts(r->db, r->who.person_id, day, &posts) != 1)
        return ERR_FAIL;
    v->person_name = r->who.person_name;
    v->enterprise = r->who.enterprise_id == DB_NONE ? STR_NONE : r->who.enterprise_name;
    v->can_switch = enterprises.n + posts.n > 0;
    return 0;
}

int portal_my_page(struct req *r)
{
    if (is_staff(r))
        return redirect(r, S("/desk"));
    struct view_portal_my *v = NEW(r->arena, struct view_portal_my);
    bool more;
    if (fill_who(r, v) < 0 || fill_cases(r, 1, EXPECTED, &v->expected.at, &v->expected.n, &more) < 0 ||
        fill_cases(r, 2, OPEN, &v->open.at, &v->open.n, &v->more_open) < 0 ||
        fill_cases(r, 3, CLOSED, &v->closed.at, &v->closed.n, &v->more_closed) < 0 || fill_drafts(r, v) < 0 ||
        fill_messages(r, v) < 0 || fill_documents(r, v) < 0)
        return ERR_FAIL;
    v->more_open = v->more_open || more;
    v->any_case = v->expected.n + v->open.n + v->closed.n > 0;
    return show(r, &vt_portal_my, v);
}

/* ---- footprints ---- */

/* "id number" -> "what.id_number", "file 123" -> "what.file". */
static str word_key(struct arena *a, str word)
{
    struct buf b;
    buf_init(&b, a, 200);
    buf_lit(&b, "what.");
    while (word.n && (word.p[word.n - 1] == ' ' || (word.p[word.n - 1] >= '0' && word.p[word.n - 1] <= '9')))
        word.n--;
    for (size_t i = 0; i < word.n; i++)
        buf_char(&b, word.p[i] == ' ' || word.p[i] == '-' ? '_' : word.p[i]);
    return buf_text(&b);
}

/* "name, id number": each word in the reader's language where there is a word for it. */
static str words_of(struct req *r, str list)
{
    struct buf b;
    buf_init(&b, r->arena, 2000);
    str rest = list, one;
    while (!str_none(rest)) {
        rest = str_cut(rest, ',', &one);
        one = str_trim(one);
        if (str_empty(one))
            continue;
        str word = text_find(r->lang, "portal", word_key(r->arena, one));
        if (b.n)
            buf_z(&b, r->lang == LANG_EN ? ", " : "、");
        buf_str(&b, str_none(word) ? one : word);
    }
    return buf_text(&b);
}

int portal_footprints_page(struct req *r)
{
    const struct form_portal_ask *f = r->form;
    struct portal_footprints_rows rows;
    struct view_portal_footprints *v = NEW(r->arena, struct view_portal_footprints);
    if (portal_footprints(r->db, r->who.person_id, f->after == DB_NONE ? INT64_MAX : f->after, FOOTPRINTS + 1, &rows) < 0)
        return ERR_FAIL;
    size_t n = rows.n > FOOTPRINTS ? FOOTPRINTS : rows.n;
    struct view_portal_footprint *at = NEW_ARRAY(r->arena, n, struct view_portal_footprint);
    for (size_t i = 0; i < n; i++) {
        const struct portal_footprints *s = &rows.at[i];
        bool of_case = str_is(s->object, "case");
        str post = portal_in_lang(r, s->post, s->post_en);
        at[i] = (struct view_portal_footprint){
            .at = s->at, .post = str_empty(post) ? req_text(r, T_PORTAL_FOOTPRINT_SYSTEM) : post, .purpose = s->purpose,
            .what = words_of(r, s->what), .about = of_case ? (str_none(s->number) ? s->item_name : s->number) : STR_NONE,
            .url = of_case && !is_staff(r) ? str_fmt(r->arena, "/cases/%lld", (long long)s->object_id) : STR_NONE};
    }
    v->seen.at = at;
    v->seen.n = n;
    v->next = rows.n > FOOTPRINTS ? rows.at[n - 1].access_id : DB_NONE;
    return show(r, &vt_portal_footprints, v);
}
