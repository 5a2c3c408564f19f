/* What people are told when a case changes. Each message is written once, in both languages, inside the transaction of the act:
 * either both stand or neither. */
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "rooms/case/case.h"
#include "rooms/item/item.h"
#include "rooms/note/note_private.h"

enum { DEFECTS_MOST = 100, BODY_MOST = 1 << 18 };

/* The changes an applicant must know of: states by which a message is made, and its words. Reviewing and making are not told. */
static const struct kind { const char *state; int body; } kinds[] = {
    {"received", T_NOTE_BODY_RECEIVED}, {"awaiting_paper", T_NOTE_BODY_AWAITING_PAPER}, {"accepted", T_NOTE_BODY_ACCEPTED},
    {"correcting", T_NOTE_BODY_CORRECTING}, {"refused", T_NOTE_BODY_REFUSED}, {"granted", T_NOTE_BODY_GRANTED},
    {"denied", T_NOTE_BODY_DENIED}, {"at_window", T_NOTE_BODY_AT_WINDOW}, {"delivered", T_NOTE_BODY_DELIVERED},
    {"withdrawn", T_NOTE_BODY_WITHDRAWN},
};
static const struct kind supplemented = {"supplemented", T_NOTE_BODY_SUPPLEMENTED};

static const struct kind *kind_of(const struct case_event *e)
{
    if (!str_none(e->from) && str_eq(e->from, e->to))
        return NULL;                             /* an act that moves nothing */
    if (str_is(e->act, "supplement"))
        return &supplemented;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_is(e->to, kinds[i].state))
            return &kinds[i];
    return NULL;
}

str note_title(int lang, str kind)
{
    char key[64];
    int n = snprintf(key, sizeof key, "title.%.*s", STRF(kind));
    str words = n > 0 && (size_t)n < sizeof key ? text_find(lang, "note", (str){key, (size_t)n}) : STR_NONE;
    return str_none(words) ? kind : words;
}

/* ---- words ---- */

struct telling {
    struct req *r;
    const struct case_event *e;
    const struct kind *kind;
    struct note_case c;
    struct note_defects_rows defects;
    json_t *form;                                /* of the item's version; only where a field must be named */
};

static str in_lang(int lang, str zh, str en)
{
    return lang == LANG_EN && !str_empty(en) ? en : zh;
}

static void sentence(struct buf *b, const struct telling *t, int lang, int text, str arg)
{
    if (str_empty(arg))
        return;
    if (b->n && lang == LANG_EN && b->p[b->n - 1] != '\n')
        buf_char(b, ' ');
    buf_str(b, text_fill(t->r->arena, lang, text, &arg, 1));
}

static str day_text(const struct telling *t, int64_t day)
{
    return day == DB_NONE ? STR_NONE : date_text(t->r->arena, date_from_days((int32_t)day));
}

static void put_hall(struct buf *b, const struct telling *t, int lang)
{
    str name = in_lang(lang, t->c.hall_name, t->c.hall_name_en);
    if (str_empty(name))
        return;
    sentence(b, t, lang, T_NOTE_PART_HALL, name);
    sentence(b, t, lang, T_NOTE_PART_ADDRESS, in_lang(lang, t->c.hall_address, t->c.hall_address_en));
    sentence(b, t, lang, T_NOTE_PART_HOURS, in_lang(lang, t->c.hall_hours, t->c.hall_hours_en));
    sentence(b, t, lang, T_NOTE_PART_PHONE, t->c.hall_phone);
}

/* A field as the form calls it; its bare name where the guide does not say. */
static str field_label(const struct telling *t, int lang, str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(t->form, "fields"), i, f)
        if (str_eq(json_get_str(f, "name"), name)) {
            str label = in_lang(lang, json_get_str(f, "label"), json_get_str(f, "label_en"));
            return str_empty(label) ? name : label;
        }
    return name;
}

static void put_defects(struct buf *b, const struct telling *t, int lang)
{
    if (lang == LANG_EN)
        buf_char(b, ' ');
    buf_str(b, text_get(lang, T_NOTE_PART_DEFECTS));
    for (size_t i = 0; i < t->defects.n; i++) {
        const struct note_defects *d = &t->defects.at[i];
        str what = str_none(d->material) ? field_label(t, lang, d->field) : d->material;
        str args[] = {str_i64(t->r->arena, (int64_t)i + 1), what, d->problem};
        buf_char(b, '\n');
        buf_str(b, text_fill(t->r->arena, lang, T_NOTE_PART_DEFECT, args, COUNT_OF(args)));
    }
}

static void put_details(struct buf *b, const struct telling *t, int lang)
{
    const struct case_event *e = t->e;
    str state = str_c(t->kind->state);
    if (str_is(state, "received") || str_is(state, "supplemented"))
        sentence(b, t, lang, T_NOTE_PART_FIVE_DAY, day_text(t, t->c.five_day));
    else if (str_is(state, "accepted")) {
        if (str_is(e->act, "deem"))
            sentence(b, t, lang, T_NOTE_PART_DEEMED, S("5"));
        sentence(b, t, lang, T_NOTE_PART_ACCEPTANCE_NO, e->acceptance_no);
        sentence(b, t, lang, T_NOTE_PART_PROMISED, day_text(t, t->c.promised_day != DB_NONE ? t->c.promised_day : t->c.due_day));
    } else if (str_is(state, "correcting"))
        put_defects(b, t, lang);
    else if (str_is(state, "refused") || str_is(state, "granted") || str_is(state, "denied"))
        sentence(b, t, lang, T_NOTE_PART_REASON, e->note);
    else if (str_is(state, "at_window") || str_is(state, "awaiting_paper"))
        put_hall(b, t, lang);
}

static str body_of(const struct telling *t, int lang)
{
    struct buf b;
    buf_init(&b, t->r->arena, BODY_MOST);
    str item = in_lang(lang, t->e->item_name, t->c.item_name_en);
    buf_str(&b, text_fill(t->r->arena, lang, t->kind->body, &item, 1));
    if (!str_empty(t->e->number) && !str_is(str_c(t->kind->state), "awaiting_paper"))
        sentence(&b, t, lang, T_NOTE_PART_NUMBER, t->e->number);
    put_details(&b, t, lang);
    return buf_text(&b);
}

/* ---- the message and its mail ---- */

static int queue_mail(struct req *r, int64_t person_id, int64_t message_id)
{
    struct note_has_mail has;
    if (str_empty(setting_str("note.smtp_url")))
        return 0;
    int found = note_has_mail(r->db, person_id, &has);
    if (found <= 0)
        return found;
    int code = note_mail_add(r->db, message_id, r->now);
    if (code < 0)
        return code;
    return job_add(r->db, "note.mail", str_fmt(r->arena, "{\"message\":\"%lld\"}", (long long)message_id), r->now);
}

static int tell(const struct telling *t, int64_t person_id)
{
    const struct case_event *e = t->e;
    struct note_add added;
    int64_t id = new_id(t->r->db);
    if (id < 0)
        return ERR_FAIL;
    int got = note_add(t->r->db, &(struct note_add_in){
        .message_id = id, .person_id = person_id, .case_id = e->case_id, .case_version = e->version,
        .kind = str_c(t->kind->state), .number = str_empty(e->number) ? STR_NONE : e->number, .item_name = e->item_name,
        .item_name_en = t->c.item_name_en, .body_zh = body_of(t, LANG_ZH), .body_en = body_of(t, LANG_EN), .created_at = e->at}, &added);
    return got <= 0 ? got : queue_mail(t->r, person_id, id);
}

/* What the one complete notice names. */
static int load_defects(struct telling *t)
{
    struct req *r = t->r;
    bool fields = false;
    if (note_defects(r->db, t->e->case_id, DEFECTS_MOST, &t->defects) < 0)
        return ERR_FAIL;
    for (size_t i = 0; i < t->defects.n; i++)
        fields = fields || str_none(t->defects.at[i].material);
    return fields ? item_form(r->db, r->arena, t->c.item_id, t->c.item_version, &t->form) : 0;
}

int note_case_changed(struct req *r, const void *event)
{
    const struct case_event *e = event;
    struct telling t = {.r = r, .e = e, .kind = kind_of(e)};
    if (!t.kind)
        return 0;
    if (note_case(r->db, e->case_id, &t.c) != 1)
        return ERR_FAIL;
    if (str_is(str_c(t.kind->state), "correcting") && load_defects(&t) < 0)
        return ERR_FAIL;
    int code = tell(&t, e->applicant_person_id);
    if (!code && e->actor_person_id != DB_NONE && e->actor_person_id != e->applicant_person_id)
        code = tell(&t, e->actor_person_id);
    return code < 0 ? code : 0;
}
