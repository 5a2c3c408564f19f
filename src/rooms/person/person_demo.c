/* The demo province: people with accounts, enterprises with their agents, staff with their posts. */
#include <argon2.h>

#include "base/json.h"
#include "base/num.h"
#include "core/req.h"
#include "person_sql.h"
#include "rooms/org/org.h"
#include "rooms/person/person_rule.h"

struct load { struct db *db; str hash; str *ret_why; };

static int wrong(const struct load *l, const char *what, str which)
{
    *l->ret_why = str_fmt(l->db->arena, "demo: %s: %.*s", what, STRF(which));
    return ERR_FORMAT;
}

/* All demo accounts share one published password, so one hash with one fixed salt does for all of them: it is computed once and
 * is the same in every demo store. Real accounts get a salt of their own (person_password_hash). */
static int demo_hash(struct arena *a, str password, str *ret)
{
    enum { PASSES = 2, MEMORY_KIB = 19456, LANES = 1, HASH = 32 };
    static const char salt[] = "yiwang demo salt";
    size_t n = argon2_encodedlen(PASSES, MEMORY_KIB, LANES, sizeof salt - 1, HASH, Argon2_id);
    char *encoded = arena_alloc(a, n);
    if (argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password.p, password.n, salt, sizeof salt - 1, HASH, encoded, n))
        return ERR_FAIL;
    *ret = str_c(encoded);
    return 0;
}

static int take_person(const struct load *l, const json_t *p, int64_t *ret_person)
{
    int code = person_take_in(l->db, l->db->arena, &(struct person_new){
        .name = json_get_str(p, "name"), .name_en = json_get_str(p, "name_en"), .id_number = json_get_str(p, "id_number"),
        .mobile = json_get_str(p, "mobile"), .mail = json_get_str(p, "mail"), .assurance = (int)json_get_int(p, "assurance", 3),
        .demo = true}, ret_person);
    if (code == ERR_FORMAT || code == ERR_EXISTS)
        return wrong(l, code == ERR_EXISTS ? "ID number of somebody else" : "person", json_get_str(p, "name"));
    str account = json_get_str(p, "account");
    if (code || str_none(account))
        return code;
    int64_t id = new_id(l->db);
    if (id < 0 || person_account_put(l->db, &(struct person_account_put_in){
            .account_id = id, .account = account, .person_id = *ret_person, .hash = l->hash, .at = clock_now()}) < 0)
        return ERR_FAIL;
    return 0;
}

static int take_citizen(const struct load *l, const json_t *p)
{
    int64_t person_id;
    return take_person(l, p, &person_id);
}

/* ---- enterprises ---- */

static str words_of(struct arena *a, const json_t *scope)
{
    struct buf b;
    size_t i;
    const json_t *word;
    buf_init(&b, a, 4096);
    json_array_foreach(scope, i, word) {
        buf_fmt(&b, "%s%s", i ? " " : "", json_string_value(word));
    }
    return buf_text(&b);
}

static int put_agent(const struct load *l, int64_t enterprise_id, int64_t person_id, bool legal, str scope, int32_t from,
                     int64_t to)
{
    int64_t id = new_id(l->db);
    return id < 0 || person_agent_put(l->db, &(struct person_agent_put_in){
        .agent_id = id, .enterprise_id = enterprise_id, .person_id = person_id, .legal = legal, .scope = scope, .from_day = from,
        .to_day = to}) < 0 ? ERR_FAIL : 0;
}

static int take_agent(const struct load *l, int64_t enterprise_id, const json_t *agent)
{
    struct person_account_by_name account;
    struct date from, to;
    str name = json_get_str(agent, "account");
    if (str_none(name) || person_account_by_name(l->db, name, &account) != 1 || !date_parse(json_get_str(agent, "from"), &from) ||
        !date_parse(json_get_str(agent, "to"), &to))
        return wrong(l, "agent", name);
    return put_agent(l, enterprise_id, account.person_id, false, words_of(l->db->arena, json_object_get(agent, "scope")),
                     date_days(from), date_days(to));
}

static int take_enterprise(const struct load *l, const json_t *e)
{
    struct person_enterprise_by_uscc known;
    int64_t id, legal;
    str uscc = json_get_str(e, "uscc");
    if (str_none(uscc) || person_uscc_fault(uscc) >= 0)
        return wrong(l, "enterprise", json_get_str(e, "name"));
    int code = take_person(l, json_object_get(e, "legal_person"), &legal);
    if (code)
        return code;
    int found = person_enterprise_by_uscc(l->db, uscc, &known);
    if (found < 0 || (id = found ? known.enterprise_id : new_id(l->db)) < 0 ||
        person_enterprise_put(l->db, &(struct person_enterprise_put_in){
            .enterprise_id = id, .uscc = uscc, .name = json_get_str(e, "name"), .name_en = json_get_str(e, "name_en"),
            .kind = json_get_str(e, "kind"), .region = json_get_str(e, "region"), .address = json_get_str(e, "address"),
            .legal_person_id = legal, .demo = true}) < 0)
        return ERR_FAIL;
    code = put_agent(l, id, legal, true, S("*"), 0, DB_NONE);
    size_t i;
    const json_t *agent;
    json_array_foreach(json_object_get(e, "agents"), i, agent) {
        if (!code)
            code = take_agent(l, id, agent);
    }
    return code;
}

/* ---- staff ---- */

/* "审核 Review": Chinese, then English. */
static void split_duty(str duty, str *ret_zh, str *ret_en)
{
    *ret_en = str_cut(duty, ' ', ret_zh);
}

static int post_of(const struct load *l, const json_t *s, struct org_post_new *post)
{
    struct arena *a = l->db->arena;
    struct org_place place;
    str zh, en;
    bool hall = !str_empty(json_get_str(s, "hall"));
    if (org_place_of(l->db, hall ? STR_NONE : json_get_str(s, "department"), json_get_str(s, "hall"), json_get_str(s, "window"),
                     &place) != 1)
        return wrong(l, "department or hall of", json_get_str(s, "account"));
    split_duty(json_get_str(s, "duty"), &zh, &en);
    post->name = str_fmt(a, "%.*s %.*s", STRF(place.name), STRF(zh));
    bool english = !str_empty(place.name_en) && !str_empty(en);
    post->name_en = english ? str_fmt(a, "%.*s: %.*s", STRF(place.name_en), STRF(en)) : STR_NONE;
    post->department_id = place.department_id;
    post->hall_id = place.hall_id;
    post->window_id = place.window_id;
    return 0;
}

static int take_staff(const struct load *l, const json_t *s)
{
    struct org_post_new post = {.role = json_get_str(s, "role"), .region = json_get_str(s, "region"), .to_day = DB_NONE,
                                .from_day = date_days((struct date){2026, 1, 1}),
                                .civil_servant = json_get_bool(s, "civil_servant", false),
                                .granter = S("演示数据"), .reason = S("演示岗位"), .at = clock_now()};
    int64_t post_id;
    int why = -1, code = take_person(l, s, &post.person_id);
    if (!code)
        code = org_post_has(l->db, post.person_id, post.role, post.from_day);
    if (code)
        return code < 0 ? code : 0;              /* loaded before */
    code = post_of(l, s, &post);
    if (!code)
        code = org_post_grant(l->db, &post, &post_id, &why);
    return code == ERR_REFUSED ? wrong(l, str_z(l->db->arena, json_get_str(s, "account")), text_get(LANG_EN, why)) : code;
}

static int take_list(const struct load *l, str text, const char *list, int (*take)(const struct load *, const json_t *))
{
    str why;
    json_t *root = json_read(l->db->arena, text, &why);
    const json_t *rows = json_object_get(root, list), *row;
    size_t i;
    if (!json_is_array(rows))
        return wrong(l, list, root ? S("the list is missing") : why);
    json_array_foreach(rows, i, row) {
        int code = take(l, row);
        if (code < 0)
            return code;
    }
    return 0;
}

int person_load_demo(struct db *db, const struct person_demo *texts, str *ret_why)
{
    struct load l = {.db = db, .ret_why = ret_why};
    str why;
    json_t *people = json_read(db->arena, texts->people_json, &why);
    str password = json_get_str(people, "password");
    if (str_empty(password))
        return wrong(&l, "people.json", people ? S("the password is missing") : why);
    int code = demo_hash(db->arena, password, &l.hash);
    if (!code)
        code = take_list(&l, texts->people_json, "people", take_citizen);
    if (!code)
        code = take_list(&l, texts->enterprises_json, "enterprises", take_enterprise);
    if (!code)
        code = take_list(&l, texts->staff_json, "staff", take_staff);
    return code;
}
