/* Pages: my messages, one message, and marking as read. A GET never writes, so reading is an act of its own. */
#include "rooms/note/note_private.h"

enum { PAGE = 20 };

/* Messages belong to the person. In a post one acts for the office, and sees none. */
static int64_t reader_of(const struct req *r)
{
    return is_staff(r) ? 0 : r->who.person_id;
}

int note_unread(struct db *db, int64_t person_id, int64_t *ret)
{
    struct note_unread_count row;
    if (note_unread_count(db, person_id, &row) != 1)
        return ERR_FAIL;
    *ret = row.n;
    return 0;
}

static str item_in_lang(const struct req *r, str zh, str en)
{
    return r->lang == LANG_EN && !str_empty(en) ? en : zh;
}

int note_is_mine(struct req *r)
{
    struct note_by_id *m = NEW(r->arena, struct note_by_id);
    int64_t id = req_id(r, 0);
    int found = id == DB_NONE ? 0 : note_by_id(r->db, id, reader_of(r), m);
    if (found <= 0)
        return found < 0 ? found : not_there(r);
    personal_own(r);
    r->object = m;
    return 0;
}

static bool waits_for_person(str kind)
{
    return str_is(kind, "correcting") || str_is(kind, "awaiting_paper") || str_is(kind, "at_window");
}

int note_list_page(struct req *r)
{
    const struct form_note_ask *f = r->form;
    struct note_list_rows rows;
    struct view_note_list *v = NEW(r->arena, struct view_note_list);
    int64_t before = f && f->after != DB_NONE ? f->after : INT64_MAX;
    if (note_list(r->db, reader_of(r), before, PAGE + 1, &rows) < 0 || note_unread(r->db, reader_of(r), &v->unread) < 0)
        return ERR_FAIL;
    size_t n = rows.n > PAGE ? PAGE : rows.n;
    struct view_note_row *at = NEW_ARRAY(r->arena, n, struct view_note_row);
    for (size_t i = 0; i < n; i++) {
        const struct note_list *m = &rows.at[i];
        at[i] = (struct view_note_row){
            .message_id = m->message_id, .kind = m->kind, .title = note_title(r->lang, m->kind),
            .item_name = item_in_lang(r, m->item_name, m->item_name_en), .number = m->number, .case_id = m->case_id,
            .created = m->created_at, .read = m->read_at, .unread = m->read_at == DB_NONE, .mail = m->mail,
            .you = m->read_at == DB_NONE && waits_for_person(m->kind)};
    }
    v->messages.at = at;
    v->messages.n = n;
    v->next = rows.n > PAGE ? at[n - 1].message_id : DB_NONE;
    v->staff = is_staff(r);
    return show(r, &vt_note_list, v);
}

int note_page(struct req *r)
{
    const struct note_by_id *m = r->object;
    struct view_note_show *v = NEW(r->arena, struct view_note_show);
    *v = (struct view_note_show){
        .message_id = m->message_id, .kind = m->kind, .title = note_title(r->lang, m->kind),
        .item_name = item_in_lang(r, m->item_name, m->item_name_en), .number = m->number, .case_id = m->case_id,
        .said = r->lang == LANG_EN ? m->body_en : m->body_zh, .created = m->created_at, .read = m->read_at, .mail = m->mail,
        .mail_at = m->mail_at, .mail_tries = m->mail_tries, .you = waits_for_person(m->kind)};
    return show(r, &vt_note_show, v);
}

int note_read_post(struct req *r)
{
    const struct note_by_id *m = r->object;
    if (note_read(r->db, m->message_id, r->now) < 0)
        return ERR_FAIL;
    evidence(r, "message", m->message_id, 1, S("{}"), STR_NONE);
    say(r, T_NOTE_READ_DONE);
    return done(r, 200, S("/messages"), NULL, NULL);
}

int note_read_all_post(struct req *r)
{
    if (note_read_all(r->db, reader_of(r), r->now) < 0)
        return ERR_FAIL;
    evidence(r, "person", r->who.person_id, 1, S("{}"), STR_NONE);
    say(r, T_NOTE_READ_ALL_DONE);
    return done(r, 200, S("/messages"), NULL, NULL);
}
