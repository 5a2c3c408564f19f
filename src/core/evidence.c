/* Evidence rows in their final form. Tree and checkpoints are built over them later; nothing here will change for that. */
#include <string.h>

#include "base/log.h"
#include "base/rand.h"
#include "base/sm.h"
#include "core/req_private.h"
#include "core_sql.h"

void evidence(struct req *r, const char *object, int64_t id, int64_t version, str content, str reason)
{
    struct leaf *leaf = &r->priv->leaf;
    if (leaf->set)
        die("evidence", "%s: two evidence() calls in one act", r->route->path);
    *leaf = (struct leaf){.set = true, .object = object, .id = id, .version = version, .content = content,
                          .reason = str_none(reason) ? S("") : reason};
}

int64_t evidence_number(struct req *r)
{
    struct leaf *leaf = &r->priv->leaf;
    if (!leaf->seq && series_next(r->db, S("evidence"), &leaf->seq))
        leaf->seq = 0;                           /* the transaction is poisoned now: nothing will be kept */
    return leaf->seq;
}

static int row_write(struct db *db, int64_t seq, const struct req *r, const char *act, const char *object, int64_t id,
                     int64_t version, str content, str reason)
{
    uint8_t salt[16], hash[32];
    rand_bytes(salt, sizeof salt);
    struct sm3 *d = sm3_new(db->arena);
    sm3_add(d, salt, sizeof salt);
    sm3_add(d, content.p, content.n);
    sm3_end(d, hash);
    int code = core_evidence_add(db, &(struct core_evidence_add_in){
        .seq = seq, .at = r->now, .post_id = r->who.post_id,
        .person = r->who.person_id == DB_NONE ? (str){"", 0} : (str){(const char *)r->who.person_key, 32},
        .act = str_c(act), .object = str_c(object), .object_id = id, .version = version, .reason = reason,
        .hash = {(char *)hash, 32}});
    if (code >= 0)
        code = core_evidence_salt_add(db, seq, (str){(char *)salt, sizeof salt});
    return code < 0 ? code : 0;
}

int leaf_write(struct req *r)
{
    const struct leaf *leaf = &r->priv->leaf;
    int64_t seq = evidence_number(r);
    if (!seq)
        return ERR_FAIL;
    return row_write(r->db, seq, r, r->route->act, leaf->object, leaf->id, leaf->version, leaf->content, leaf->reason);
}

int seen_write(struct db *db, struct req *r)
{
    for (size_t i = 0; i < r->priv->n_seen; i++) {
        const struct seen *s = &r->priv->seen[i];
        int64_t seq, id = new_id(db);
        if (id < 0 || series_next(db, S("evidence"), &seq))
            return ERR_FAIL;
        int code = row_write(db, seq, r, "read", s->object, s->object_id, 0, s->what, str_c(s->purpose));
        if (code)
            return code;
        code = core_access_add(db, &(struct core_access_add_in){
            .access_id = id, .person_id = s->person_id, .at = r->now, .seq = seq, .post_id = r->who.post_id,
            .object = str_c(s->object), .object_id = s->object_id, .purpose = str_c(s->purpose), .what = s->what});
        if (code < 0)
            return code;
    }
    return 0;
}

void personal_own(struct req *r)
{
    r->priv->personal_settled = true;
}

void personal_masked(struct req *r)
{
    r->priv->personal_settled = true;
}

void personal_seen(struct req *r, int64_t person_id, const char *object, int64_t id, const char *purpose, str what)
{
    struct req_private *p = r->priv;
    p->personal_settled = true;
    for (size_t i = 0; i < p->n_seen; i++)
        if (p->seen[i].person_id == person_id && p->seen[i].object_id == id)
            return;
    if (p->n_seen == COUNT_OF(p->seen))
        die("evidence", "%s: more than %zu persons seen in one request", r->route->path, COUNT_OF(p->seen));
    p->seen[p->n_seen++] = (struct seen){person_id, id, object, purpose, what};
}

int act_of_clock(struct db *db, const char *act, int (*run)(struct req *r, void *arg), void *arg)
{
    const struct route route = {.method = "CLOCK", .path = act, .act = act};
    struct req_private *priv = NEW(db->arena, struct req_private);
    struct req *r = NEW(db->arena, struct req);
    *priv = (struct req_private){.answer = {.fd = -1, .notice = -1}, .notice_shown = -1, .reference = S("clock")};
    *r = (struct req){.arena = db->arena, .db = db, .route = &route, .lang = LANG_ZH, .now = clock_now(), .region = S(""), .priv = priv,
        .who = {.session_id = DB_NONE, .person_id = DB_NONE, .post_id = DB_NONE, .department_id = DB_NONE, .hall_id = DB_NONE,
                .enterprise_id = DB_NONE}};
    int code = run(r, arg);
    return code < 0 || !priv->leaf.set ? code : leaf_write(r);
}
