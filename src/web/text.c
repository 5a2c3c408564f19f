#include "web/text.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "texts.h"

enum { TEXT_MAX = 100000 };

str text_get(int lang, int id)
{
    assert(id >= 0 && id < TEXT_COUNT);
    return text_plain[lang == LANG_EN][id];
}

/* Order of the table: room, then key. */
static int name_cmp(const struct text_name *t, const char *room, str key)
{
    int d = strcmp(t->room, room);
    return d ? d : str_cmp(str_c(t->key), key);
}

str text_find(int lang, const char *room, str key)
{
    size_t low = 0, high = TEXT_COUNT;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int d = name_cmp(&text_names[mid], room, key);
        if (d == 0)
            return text_get(lang, text_names[mid].id);
        if (d < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return STR_NONE;
}

str text_fill(struct arena *a, int lang, int id, const str *args, size_t n)
{
    str s = text_get(lang, id), hole = S("{}");
    if (n == 0)
        return s;
    struct buf b;
    size_t at;
    buf_init(&b, a, TEXT_MAX);
    for (size_t i = 0; i < n && str_find(s, hole, &at); i++) {
        buf_put(&b, s.p, at);
        buf_str(&b, args[i]);
        s = str_sub(s, at + hole.n, s.n);
    }
    buf_str(&b, s);
    return buf_text(&b);
}
