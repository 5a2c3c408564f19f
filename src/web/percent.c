/* Percent-encoded text into pairs: the query of a URL and urlencoded bodies. */
#include <string.h>

#include "base/fault.h"
#include "web/form.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes; UTF-8 is judged by the caller. */
static int decode(struct arena *a, str s, bool plus, str *ret)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t k = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? digit(s.p[i + 1]) : -1, low = i + 2 < s.n ? digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return ERR_FORMAT;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == 0)
            return ERR_FORMAT;
        p[k++] = c;
    }
    *ret = (str){ p, k };
    return 0;
}

int percent_decode(struct arena *a, str s, bool plus, str *ret)
{
    str text;
    if (decode(a, s, plus, &text) < 0 || !utf8_valid(text))
        return ERR_FORMAT;
    *ret = text;
    return 0;
}

int form_split(struct arena *a, str body, size_t max_pairs, struct form_pair **ret, size_t *ret_n)
{
    size_t room = 0, n = 0;
    for (size_t i = 0; i < body.n; i++)
        room += body.p[i] == '&';
    if (++room > max_pairs)
        room = max_pairs;
    struct form_pair *pairs = NEW_ARRAY(a, room, struct form_pair);
    for (str rest = body, part; !str_none(rest);) {
        rest = str_cut(rest, '&', &part);
        if (str_empty(part))
            continue;
        if (n == max_pairs)
            return ERR_FORMAT;
        str name, value = str_cut(part, '=', &name);
        if (decode(a, name, true, &pairs[n].name) < 0 || decode(a, str_none(value) ? S("") : value, true, &pairs[n].value) < 0)
            return ERR_FORMAT;
        n++;
    }
    *ret = pairs;
    *ret_n = n;
    return 0;
}
