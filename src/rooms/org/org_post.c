/* Posts. The separation of duties stands twice: here with a sentence for people, and in the schema as a foreign key from
 * (person, branch) of every post to the one branch a person has. */
#include "core/req.h"
#include "org_sql.h"
#include "org_view.h"
#include "rooms/org/org.h"

enum { BODY_OTHER = 9, FAR_DAY = 2932896 };      /* GB/T 39046 A.3; 9999-12-31 */

str org_branch_of_role(str role)
{
    static const struct { const char *role, *branch; } roles[] = {
        {"acceptance-clerk", "window"}, {"issuing-clerk", "window"}, {"approving-officer", "approval"},
        {"supervisor", "supervision"}, {"item-editor", "library"}, {"item-reviewer", "library"}};
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (str_is(role, roles[i].role))
            return str_c(roles[i].branch);
    return STR_NONE;
}

/* The person's branch is fixed by the first post. */
static int take_duty(struct db *db, int64_t person_id, str branch, int *ret_why)
{
    struct org_duty_add added;
    int code = org_duty_add(db, person_id, branch, &added);
    if (code)
        return code < 0 ? code : 0;
    struct org_duty_of has;
    if (org_duty_of(db, person_id, &has) != 1)
        return ERR_FAIL;
    if (str_eq(has.branch, branch))
        return 0;
    *ret_why = T_ORG_POST_OTHER_BRANCH;
    return ERR_REFUSED;
}

static int window_post_ok(struct db *db, const struct org_post_new *in, int *ret_why)
{
    if (in->hall_id == DB_NONE) {
        *ret_why = T_ORG_POST_NEEDS_HALL;
        return ERR_REFUSED;
    }
    struct org_post_other_side other;
    int found = org_post_other_side(db, &(struct org_post_other_side_in){
        .person_id = in->person_id, .hall_id = in->hall_id, .role = in->role, .from_day = in->from_day,
        .to_day = in->to_day == DB_NONE ? FAR_DAY : in->to_day}, &other);
    if (found == 1) {
        *ret_why = T_ORG_POST_BOTH_SIDES;
        return ERR_REFUSED;
    }
    return found;
}

static int department_post_ok(struct db *db, const struct org_post_new *in, int *ret_why)
{
    struct org_department_body body;
    int found = in->department_id == DB_NONE ? 0 : org_department_body(db, in->department_id, &body);
    if (found < 0)
        return found;
    if (!found) {
        *ret_why = T_ORG_POST_NEEDS_DEPARTMENT;
        return ERR_REFUSED;
    }
    if (str_is(in->role, "approving-officer") && !in->civil_servant && body.body_kind != BODY_OTHER) {
        *ret_why = T_ORG_POST_CIVIL_SERVANT;
        return ERR_REFUSED;
    }
    return 0;
}

int org_post_grant(struct db *db, const struct org_post_new *in, int64_t *ret_post, int *ret_why)
{
    str branch = org_branch_of_role(in->role);
    if (str_none(branch)) {
        *ret_why = T_ORG_POST_ROLE;
        return ERR_REFUSED;
    }
    if (in->to_day != DB_NONE && in->to_day < in->from_day) {
        *ret_why = T_ORG_POST_PERIOD;
        return ERR_REFUSED;
    }
    int code = str_is(branch, "window") ? window_post_ok(db, in, ret_why) : department_post_ok(db, in, ret_why);
    if (!code)
        code = take_duty(db, in->person_id, branch, ret_why);
    if (code)
        return code;
    int64_t id = new_id(db);
    if (id < 0 || org_post_add(db, &(struct org_post_add_in){
            .post_id = id, .person_id = in->person_id, .branch = branch, .role = in->role, .name = in->name,
            .name_en = in->name_en, .department_id = in->department_id, .hall_id = in->hall_id, .window_id = in->window_id,
            .region = in->region, .civil_servant = in->civil_servant, .from_day = in->from_day, .to_day = in->to_day,
            .granter = in->granter, .reason = in->reason, .at = in->at}) < 0)
        return ERR_FAIL;
    *ret_post = id;
    return 0;
}

int org_post_has(struct db *db, int64_t person_id, str role, int64_t from_day)
{
    struct org_post_same row;
    return org_post_same(db, person_id, role, from_day, &row);
}
