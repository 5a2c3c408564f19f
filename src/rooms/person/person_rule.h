#ifndef YW_PERSON_RULE_H
#define YW_PERSON_RULE_H
/* Between the files of this room. */
#include "rooms/person/person.h"

/* More of a person than the counter knows. */
struct person_new {
    str name, name_en, id_number, mobile, mail;
    int assurance;                               /* 实名等级: 1 declared ... 5 in person or by certificate */
    bool demo;
};
/* As person_ensure. */
int person_take_in(struct db *db, struct arena *a, const struct person_new *in, int64_t *ret_person);
int32_t person_today(void);                      /* date_days in UTC+8: the day by which posts and mandates are valid */

/* What /sign-in/as and JSON's "post" name: "self", "post-ID" (JSON: ID alone), "enterprise-ID". */
struct person_choice { int64_t post_id, enterprise_id; };
/* 1 this person may; 0 not, or not readable. */
int person_choose(struct db *db, int64_t person_id, str word, struct person_choice *ret);
#endif
