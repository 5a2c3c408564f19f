#include "base/num.h"

#include <string.h>

#include "base/arena.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

bool num_i64(str s, int64_t *ret)
{
    bool minus = s.n && s.p[0] == '-';
    str digits = str_sub(s, minus, s.n);
    if (!all_digits(digits))
        return false;
    int64_t v = 0;                          /* built below zero, where there is room for the smallest value */
    for (size_t i = 0; i < digits.n; i++)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digits.p[i] - '0', &v))
            return false;
    if (!minus && v == INT64_MIN)
        return false;
    *ret = minus ? v : -v;
    return true;
}

bool num_fen(str s, int64_t *ret_fen)
{
    str yuan, part = str_cut(s, '.', &yuan);
    int64_t y, f = 0;
    if (!all_digits(yuan) || !num_i64(yuan, &y))
        return false;
    if (!str_none(part)) {
        if (part.n > 2 || !all_digits(part))
            return false;
        f = (part.p[0] - '0') * 10 + (part.n == 2 ? part.p[1] - '0' : 0);
    }
    if (__builtin_mul_overflow(y, 100, &y) || __builtin_add_overflow(y, f, &y))
        return false;
    *ret_fen = y;
    return true;
}

str num_yuan(struct arena *a, int64_t fen)
{
    uint64_t v = fen < 0 ? -(uint64_t)fen : (uint64_t)fen;
    return str_fmt(a, "%s%llu.%02llu", fen < 0 ? "-" : "", (unsigned long long)(v / 100), (unsigned long long)(v % 100));
}

bool num_citizen_id_birth(str s, struct date *ret)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    if (s.n != 18 || !all_digits(str_sub(s, 0, 17)))
        return false;
    int sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * (s.p[i] - '0');
    char check = s.p[17] == 'x' ? 'X' : s.p[17];
    if (check != "10X98765432"[sum % 11])
        return false;
    int64_t yyyymmdd;
    if (!num_i64(str_sub(s, 6, 8), &yyyymmdd))
        return false;
    struct date d = {(int32_t)(yyyymmdd / 10000), (int32_t)(yyyymmdd / 100 % 100), (int32_t)(yyyymmdd % 100)};
    if (!date_valid(d))
        return false;
    *ret = d;
    return true;
}

bool num_citizen_id(str s)
{
    struct date birth;
    return num_citizen_id_birth(s, &birth);
}

bool num_uscc(str s)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";   /* without I O S V Z */
    if (s.n != 18)
        return false;
    int sum = 0, weight = 1, value = 0;
    for (size_t i = 0; i < 18; i++) {
        const char *at = memchr(alphabet, s.p[i], sizeof alphabet - 1);
        if (!at)
            return false;
        value = (int)(at - alphabet);
        if (i < 17)
            sum += weight * value;
        weight = weight * 3 % 31;
    }
    return value == (31 - sum % 31) % 31;
}

bool num_mobile(str s)
{
    return s.n == 11 && all_digits(s) && s.p[0] == '1' && s.p[1] >= '3';
}

bool num_mail(str s)
{
    str local, domain = str_cut(s, '@', &local);
    size_t at;
    if (s.n > 254 || local.n == 0 || domain.n == 0 || str_find(domain, S("@"), &at) || !str_find(domain, S("."), &at))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == '<' || s.p[i] == '>')   /* would end a mail command's address */
            return false;
    return domain.p[0] != '.' && domain.p[domain.n - 1] != '.' && !str_find(domain, S(".."), &at);
}

bool num_item_code(str s, struct item_code *ret)
{
    if (s.n != 31 && s.n != 33)
        return false;
    str uscc = str_sub(s, 0, 18), tail = str_sub(s, 18, s.n);   /* level 1, basic code 12, sequence 0 or 2 */
    if (!num_uscc(uscc) || !all_digits(tail) || tail.p[0] < '1' || tail.p[0] > '7')   /* levels: GB/T 39046-2020 A.2 */
        return false;
    int sequence = s.n == 33 ? (tail.p[13] - '0') * 10 + tail.p[14] - '0' : 0;
    if (s.n == 33 && sequence == 0)
        return false;
    *ret = (struct item_code){
        .uscc = uscc,
        .level = tail.p[0] - '0',
        .basic = str_sub(tail, 1, 12),
        .type = (tail.p[3] - '0') * 10 + tail.p[4] - '0',   /* basic code: owner 2, type 2, department 2, main 3, sub 3 */
        .sequence = sequence,
    };
    return true;
}

/* Keeps `head` code points at the start and `tail` at the end; one star for each of the others. */
static str masked(struct arena *a, str s, size_t head, size_t tail)
{
    if (str_none(s))
        return s;
    size_t points = utf8_length(s), stars = points > head + tail ? points - head - tail : 0;
    str first = utf8_head(s, head), until = utf8_head(s, head + stars);
    char *p = arena_alloc(a, s.n + 1);      /* a star is never longer than what it hides */
    size_t n = first.n;
    if (n)
        memcpy(p, first.p, n);
    memset(p + n, '*', stars);
    n += stars;
    memcpy(p + n, s.p + until.n, s.n - until.n);
    return (str){p, n + s.n - until.n};
}

str mask_name(struct arena *a, str name)
{
    size_t points = utf8_length(name);
    return masked(a, name, points > 1, points > 2);
}

str mask_mobile(struct arena *a, str mobile)
{
    return mobile.n == 11 ? masked(a, mobile, 3, 4) : masked(a, mobile, 0, mobile.n > 8 ? 4 : 0);
}

/* Shorter numbers, such as permits and passports, would stand almost bare: of them only the last 4 are kept. */
str mask_id(struct arena *a, str id)
{
    return id.n >= 15 ? masked(a, id, 6, 4) : masked(a, id, 0, id.n >= 8 ? 4 : 0);
}

str mask_mail(struct arena *a, str mail)
{
    str local, domain = str_cut(mail, '@', &local);
    if (str_none(domain))
        return masked(a, mail, 0, 0);
    str first = utf8_head(local, utf8_length(local) > 1);
    return str_fmt(a, "%.*s***@%.*s", STRF(first), STRF(domain));
}
