/* People and enterprises by their numbers. A number typed by a person is judged rule by rule, so that the answer can name the
 * rule; what is stored is ciphertext, a keyed hash for look-up, and a mask for display. */
#include <string.h>

#include "base/num.h"
#include "core/req.h"
#include "person_sql.h"
#include "person_view.h"
#include "rooms/person/person_rule.h"

/* The number as it is kept: no spaces around, letters in capitals. */
static str canonical(struct arena *a, str number)
{
    str s = str_trim(number);
    struct buf b;
    buf_init(&b, a, 64);
    for (size_t i = 0; i < s.n; i++)
        buf_char(&b, s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i]);
    return buf_text(&b);
}

/* A number is hashed with what kind of document it is of; all of today's kinds share the 18 characters of GB 11643. */
static str number_hash(struct arena *a, str number)
{
    return secret_hash(a, str_cat(a, S("id:"), number));
}

int person_number_fault(str id_number)
{
    str s = str_trim(id_number);
    int64_t day;
    if (s.n != 18)
        return T_PERSON_ID_LENGTH;
    for (size_t i = 0; i < 18; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(i == 17 && (s.p[i] == 'X' || s.p[i] == 'x')))
            return T_PERSON_ID_CHARS;
    if (!num_i64(str_sub(s, 6, 8), &day) ||
        !date_valid((struct date){(int32_t)(day / 10000), (int32_t)(day / 100 % 100), (int32_t)(day % 100)}))
        return T_PERSON_ID_BIRTH;
    return num_citizen_id(s) ? -1 : T_PERSON_ID_CHECK;
}

int person_uscc_fault(str uscc)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if (uscc.n != 18)
        return T_PERSON_USCC_LENGTH;
    for (size_t i = 0; i < 18; i++)
        if (!memchr(alphabet, uscc.p[i], sizeof alphabet - 1))
            return T_PERSON_USCC_CHARS;
    return num_uscc(uscc) ? -1 : T_PERSON_USCC_CHECK;
}

int person_find_by_id_number(struct db *db, struct arena *a, str id_number, int64_t *ret_person)
{
    struct person_by_hash row;
    if (person_number_fault(id_number) >= 0)
        return 0;
    int found = person_by_hash(db, number_hash(a, canonical(a, id_number)), &row);
    if (found == 1)
        *ret_person = row.person_id;
    return found;
}

static const char *document_of(str number)
{
    if (number.p[0] == '9')
        return "foreign_residence";              /* 外国人永久居留身份证, form of 2023 */
    return number.p[0] == '8' && number.p[1] >= '1' && number.p[1] <= '3' ? "residence_permit" : "citizen_id";
}

static int add(struct db *db, struct arena *a, const struct person_new *in, str number, int64_t *ret_person)
{
    struct person_add row;
    str mobile = str_trim(in->mobile);
    bool has_mobile = !str_empty(mobile);
    int64_t id = new_id(db);
    if (id < 0)
        return ERR_FAIL;
    int code = person_add(db, &(struct person_add_in){
        .person_id = id, .name = in->name, .name_masked = mask_name(a, in->name), .name_en = in->name_en,
        .document = str_c(document_of(number)), .number_box = secret_box(a, number), .number_hash = number_hash(a, number),
        .id_masked = mask_id(a, number), .mobile_box = has_mobile ? secret_box(a, mobile) : STR_NONE,
        .mobile_masked = has_mobile ? mask_mobile(a, mobile) : STR_NONE, .mail = str_empty(in->mail) ? STR_NONE : in->mail,
        .assurance = in->assurance, .demo = in->demo, .at = clock_now()}, &row);
    if (code != 1)
        return ERR_FAIL;
    *ret_person = id;
    return 0;
}

int person_take_in(struct db *db, struct arena *a, const struct person_new *in, int64_t *ret_person)
{
    struct person_new clean = *in;
    struct person_by_hash known;
    clean.name = str_trim(in->name);
    if (person_number_fault(in->id_number) >= 0 || str_empty(clean.name))
        return ERR_FORMAT;
    if (!str_empty(str_trim(in->mobile)) && !num_mobile(str_trim(in->mobile)))
        return ERR_FORMAT;
    str number = canonical(a, in->id_number);
    int found = person_by_hash(db, number_hash(a, number), &known);
    if (found < 0)
        return found;
    if (!found)
        return add(db, a, &clean, number, ret_person);
    if (!str_eq(known.name, clean.name))
        return ERR_EXISTS;
    *ret_person = known.person_id;
    return 0;
}

int person_ensure(struct db *db, struct arena *a, str name, str id_number, str mobile, int64_t *ret_person)
{
    /* Seen at the counter with the document in hand, but not checked against the authority: level 2. */
    return person_take_in(db, a, &(struct person_new){.name = name, .id_number = id_number, .mobile = mobile, .assurance = 2},
                          ret_person);
}

int person_key(struct arena *a, int64_t person_id, uint8_t ret[32])
{
    str hash = secret_hash(a, str_fmt(a, "person:%lld", (long long)person_id));
    if (hash.n != 32)
        return ERR_FAIL;
    memcpy(ret, hash.p, 32);
    return 0;
}

int person_id_number(struct db *db, struct arena *a, int64_t person_id, str *ret)
{
    struct person_number_box row;
    int found = person_number_box(db, person_id, &row);
    if (found == 1 && secret_open(a, row.number_box, ret) < 0)
        return ERR_FAIL;
    return found;
}

int person_mobile(struct db *db, struct arena *a, int64_t person_id, str *ret)
{
    struct person_mobile_box row;
    int found = person_mobile_box(db, person_id, &row);
    if (found != 1 || str_none(row.mobile_box))
        return found < 0 ? found : 0;
    return secret_open(a, row.mobile_box, ret) < 0 ? ERR_FAIL : 1;
}
