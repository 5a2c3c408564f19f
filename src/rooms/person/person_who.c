/* Who somebody is today: posts and mandates in force. */
#include <string.h>

#include "base/num.h"
#include "core/req.h"
#include "person_sql.h"
#include "rooms/person/person_rule.h"

int32_t person_today(void)
{
    return date_days(date_of(clock_now()));
}

int person_identify(struct db *db, struct arena *a, struct who *who)
{
    struct person_who self;
    int found = person_who(db, who->person_id, &self);
    if (found != 1)
        return found;
    if (person_key(a, who->person_id, who->person_key) < 0)
        return ERR_FAIL;
    who->person_name = self.name;
    who->role = S("citizen");
    if (who->post_id != DB_NONE) {
        struct person_who_post post;
        found = person_who_post(db, who->post_id, who->person_id, person_today(), &post);
        if (found != 1)
            return found;                        /* the post has ended */
        who->role = post.role;
        who->post_name = post.name;
        who->department_id = post.department_id;
        who->hall_id = post.hall_id;
        who->region = post.region;
    } else if (who->enterprise_id != DB_NONE) {
        struct person_who_enterprise enterprise;
        found = person_who_enterprise(db, who->enterprise_id, who->person_id, person_today(), &enterprise);
        if (found != 1)
            return found;                        /* the mandate has ended or was revoked */
        who->role = S("agent");
        who->enterprise_name = enterprise.name;
    }
    return 1;
}

int person_acts_for(struct db *db, int64_t person_id, int64_t enterprise_id, str scope_word, int32_t day)
{
    struct person_mandates_rows rows;
    if (person_mandates(db, enterprise_id, person_id, day, &rows) < 0)
        return ERR_FAIL;
    for (size_t i = 0; i < rows.n; i++) {
        str rest = rows.at[i].scope, one;
        if (str_none(scope_word))
            return 1;
        while (!str_none(rest)) {
            rest = str_cut(rest, ' ', &one);
            if (str_is(one, "*") || str_eq(one, scope_word))
                return 1;
        }
    }
    return 0;
}

int person_choose(struct db *db, int64_t person_id, str word, struct person_choice *ret)
{
    struct person_choice choice = {.post_id = DB_NONE, .enterprise_id = DB_NONE};
    struct person_who_post post;
    struct person_who_enterprise enterprise;
    int64_t id;
    int found = 0;
    if (str_is(word, "self")) {
        found = 1;
    } else if (str_starts(word, S("enterprise-")) && num_i64(str_sub(word, 11, word.n), &id)) {
        found = person_who_enterprise(db, id, person_id, person_today(), &enterprise);
        choice.enterprise_id = id;
    } else if (num_i64(str_starts(word, S("post-")) ? str_sub(word, 5, word.n) : word, &id)) {
        found = person_who_post(db, id, person_id, person_today(), &post);
        choice.post_id = id;
    }
    if (found == 1)
        *ret = choice;
    return found;
}
