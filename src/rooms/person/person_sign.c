/* Signing in and out. The password is checked in `prepare`, outside the writer; an account that does not exist costs the same
 * work and gets the same words as a wrong password, so neither tells who has an account. */
#include <string.h>

#include "base/log.h"
#include "core/session.h"
#include "person_sql.h"
#include "person_view.h"
#include "rooms/org/org.h"
#include "rooms/person/person_page.h"
#include "rooms/person/person_rule.h"

/* Argon2id of a password that nobody knows, with the parameters of all others. */
static const char nobody[] =
    "$argon2id$v=19$m=19456,t=2,p=1$26uHAeAOox6xV7Qqb8Fl3g$ETyQ7RT0VFCbvM5OWW2LIJxNkajfAg7jKSLJsYyYgCE";

struct checked { int64_t account_id, person_id; str hash; };

static int wrong_password(struct req *r, int64_t account_id)
{
    log_line(LOG_INFO, "person", "sign-in refused, account %lld", account_id == DB_NONE ? 0LL : (long long)account_id);
    /* In a page 403, so that the form is shown again (401 leads to signing in, which is here). */
    return refuse(r, r->json ? 401 : 403, "wrong_sign_in", T_PERSON_WRONG);
}

int person_sign_in_prepare(struct req *r)
{
    const struct form_person_sign_in *f = r->form;
    struct person_account_by_name account;
    int found = person_account_by_name(r->db, str_lower_ascii(r->arena, str_trim(f->account)), &account);
    if (found < 0)
        return found;
    bool right = person_password_ok(f->password, found ? str_z(r->arena, account.hash) : nobody);
    if (!found || !right || !str_is(account.status, "active"))
        return wrong_password(r, found ? account.account_id : DB_NONE);
    struct checked *c = NEW(r->arena, struct checked);
    *c = (struct checked){account.account_id, account.person_id, account.hash};
    r->prepared = c;
    return 0;
}

/* Where a person with exactly one post and nothing else to choose from goes at once; in JSON the first post is taken. */
static struct person_choice at_once(const struct req *r, const struct person_posts_rows *posts,
                                    const struct person_agencies_rows *agencies)
{
    bool sure = posts->n && (r->json || (posts->n == 1 && !agencies->n));
    return (struct person_choice){.post_id = sure ? posts->at[0].post_id : DB_NONE, .enterprise_id = DB_NONE};
}

static str next_of(str next)
{
    return org_local_path(next) ? next : S("/my");
}

static str choose_url(struct req *r, str next)
{
    struct buf b;
    buf_init(&b, r->arena, 4096);
    buf_lit(&b, "/sign-in/as?next=");
    for (size_t i = 0; i < next.n; i++) {
        unsigned char c = (unsigned char)next.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("/-_.~", c);
        if (plain)
            buf_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    return buf_text(&b);
}

static int answer(struct req *r, const struct checked *c, const struct person_choice *choice, str token, bool choose)
{
    const struct form_person_sign_in *f = r->form;
    if (!r->json)
        return done(r, 200, choose ? choose_url(r, next_of(f->next)) : next_of(f->next), NULL, NULL);
    struct view_person_signed_in *v = NEW(r->arena, struct view_person_signed_in);
    struct person_who self;
    struct view_person_post *posts;
    if (person_who(r->db, c->person_id, &self) != 1 ||
        person_fill_posts(r, c->person_id, choice->post_id, &posts, &v->posts.n) < 0)
        return ERR_FAIL;
    personal_own(r);
    v->posts.at = posts;
    v->token = token;
    v->person = c->person_id;
    v->name = self.name;
    v->post = choice->post_id;
    return done(r, 200, S("/my"), &vt_person_signed_in, v);
}

int person_sign_in_post(struct req *r)
{
    const struct form_person_sign_in *f = r->form;
    const struct checked *c = r->prepared;
    struct person_account_by_name now;
    struct person_posts_rows posts;
    struct person_agencies_rows agencies;
    str token;
    /* What prepare saw must still stand: closed or changed meanwhile is as if it had been wrong. */
    int found = person_account_by_name(r->db, str_lower_ascii(r->arena, str_trim(f->account)), &now);
    if (found < 0)
        return found;
    if (!found || now.account_id != c->account_id || !str_eq(now.hash, c->hash) || !str_is(now.status, "active"))
        return wrong_password(r, c->account_id);
    if (person_posts(r->db, c->person_id, person_today(), &posts) < 0 ||
        person_agencies(r->db, c->person_id, person_today(), &agencies) < 0)
        return ERR_FAIL;
    struct person_choice choice = at_once(r, &posts, &agencies);
    bool named = !str_empty(f->post);
    found = named ? person_choose(r->db, c->person_id, f->post, &choice) : 1;
    if (found <= 0)
        return found < 0 ? found : refuse_field(r, "post", T_PERSON_WRONG_POST);
    if (session_close(r) < 0 || session_open(r, c->person_id, choice.post_id, choice.enterprise_id, &token) < 0)
        return ERR_FAIL;
    /* The leaf is about the person, not yet by them; and an answer that carries a token is kept for no repeated key. */
    r->who.person_id = r->who.post_id = DB_NONE;
    evidence(r, "person", c->person_id, 1, str_fmt(r->arena, "account %lld", (long long)c->account_id), S(""));
    return answer(r, c, &choice, token, !named && choice.post_id == DB_NONE && (posts.n || agencies.n));
}

int person_sign_in_page(struct req *r)
{
    const struct form_person_sign_in *posted = req_posted(r, &fd_person_sign_in);
    const struct form_person_sign_in_ask *f = posted ? NULL : r->form;
    struct view_person_sign_in *v = NEW(r->arena, struct view_person_sign_in);
    v->account = posted && !str_none(posted->account) ? posted->account : S("");
    v->next = posted ? posted->next : f ? f->next : STR_NONE;
    v->next = next_of(v->next);
    return show(r, &vt_person_sign_in, v);
}

/* ---- in which capacity ---- */

int person_as_page(struct req *r)
{
    const struct form_person_as *posted = req_posted(r, &fd_person_as);
    const struct form_person_as_ask *f = posted ? NULL : r->form;
    struct view_person_as *v = NEW(r->arena, struct view_person_as);
    struct view_person_post *posts;
    struct view_person_agency *agencies;
    if (person_fill_posts(r, r->who.person_id, r->who.post_id, &posts, &v->posts.n) < 0 ||
        person_fill_agencies(r, &agencies, &v->agencies.n) < 0)
        return ERR_FAIL;
    v->posts.at = posts;
    v->agencies.at = agencies;
    v->name = r->who.person_name;
    v->self = r->who.post_id == DB_NONE && r->who.enterprise_id == DB_NONE;
    v->next = next_of(posted ? posted->next : f ? f->next : STR_NONE);
    return show(r, &vt_person_as, v);
}

int person_as_post(struct req *r)
{
    const struct form_person_as *f = r->form;
    struct person_choice choice;
    str token;
    int found = person_choose(r->db, r->who.person_id, f->as, &choice);
    if (found <= 0)
        return found < 0 ? found : refuse_field(r, "as", T_PERSON_WRONG_AS);
    /* A new session for the new capacity: the old token is worth nothing from here on. */
    if (session_close(r) < 0 || session_open(r, r->who.person_id, choice.post_id, choice.enterprise_id, &token) < 0)
        return ERR_FAIL;
    evidence(r, "person", r->who.person_id, 1, f->as, S(""));
    return done(r, 200, next_of(f->next), NULL, NULL);
}

int person_sign_out_post(struct req *r)
{
    if (session_close(r) < 0)
        return ERR_FAIL;
    evidence(r, "person", r->who.person_id, 1, S("session"), S(""));
    say(r, T_PERSON_SIGNED_OUT);
    return done(r, 200, S("/"), NULL, NULL);
}
