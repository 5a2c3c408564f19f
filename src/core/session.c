#include "core/session.h"

#include <string.h>

#include "base/rand.h"
#include "base/sm.h"
#include "core/access.h"
#include "core/keys.h"
#include "core/req_private.h"
#include "core_sql.h"

static str token_hash(struct arena *a, str token)
{
    uint8_t *h = arena_alloc(a, 32);
    sm3_of(token.p, token.n, h);
    return (str){(char *)h, 32};
}

int session_open(struct req *r, int64_t person_id, int64_t post_id, int64_t enterprise_id, str *ret_token)
{
    str token = rand_hex(r->arena, 24);
    int64_t id = new_id(r->db);
    if (id < 0)
        return ERR_FAIL;
    int code = core_session_add(r->db, &(struct core_session_add_in){
        .session_id = id, .token_hash = token_hash(r->arena, token), .person_id = person_id, .post_id = post_id,
        .enterprise_id = enterprise_id, .at = r->now, .address = r->priv->x->remote});
    if (code < 0)
        return code;
    set_cookie(r, "yw_session", token, setting_int("session.hours") * 3600);
    *ret_token = token;
    return 0;
}

int session_close(struct req *r)
{
    if (r->who.session_id == DB_NONE)
        return 0;
    set_cookie(r, "yw_session", S(""), 0);
    int code = core_session_end(r->db, r->who.session_id, r->now);
    return code < 0 ? code : 0;
}

int session_close_all(struct req *r, int64_t person_id)
{
    int code = core_session_end_all(r->db, person_id, r->now);
    return code < 0 ? code : 0;
}

int session_identify(struct req *r)
{
    struct req_private *p = r->priv;
    r->who = (struct who){.session_id = DB_NONE, .person_id = DB_NONE, .post_id = DB_NONE, .department_id = DB_NONE,
                          .hall_id = DB_NONE, .enterprise_id = DB_NONE, .role = S(""), .region = S(""), .person_name = S("")};
    if (str_empty(p->token))
        return 0;
    struct core_session_by_hash s;
    int code = core_session_by_hash(r->db, token_hash(r->arena, p->token), &s);
    if (code <= 0)
        return code;
    if (r->now - s.seen_at > setting_int("session.idle_minutes") * 60000 ||
        r->now - s.opened_at > setting_int("session.hours") * 3600000)
        return 0;
    struct who who = r->who;
    who.session_id = s.session_id, who.person_id = s.person_id, who.post_id = s.post_id, who.enterprise_id = s.enterprise_id;
    for (size_t i = 0; i < rooms_n; i++)
        if (rooms[i]->identify) {
            code = rooms[i]->identify(r->db, r->arena, &who);
            if (code <= 0)
                return code;                     /* the post or the mandate has ended: treated as not signed in */
        }
    r->db->saw_personal = false;                 /* who asks is no disclosure */
    who.rights = access_of_role(who.role);
    p->seen_at = s.seen_at;
    r->who = who;
    return 0;
}

str session_csrf(struct req *r)
{
    struct req_private *p = r->priv;
    if (r->who.session_id != DB_NONE)
        return csrf_token(r->arena, p->token);
    if (str_empty(p->visitor)) {
        p->visitor = rand_hex(r->arena, 16);
        p->visitor_fresh = true;
    }
    return csrf_token(r->arena, p->visitor);
}

/* By the cookie that was sent, not by the session's state: an expired session's page still proves where it came from. */
bool session_csrf_ok(struct req *r, str token)
{
    struct req_private *p = r->priv;
    str cookies[2] = {p->bearer ? STR_NONE : p->token, p->visitor};
    for (size_t i = 0; i < 2; i++) {
        if (str_empty(cookies[i]))
            continue;
        str want = csrf_token(r->arena, cookies[i]);
        if (token.n == want.n && bytes_equal(token.p, want.p, want.n))
            return true;
    }
    return false;
}
