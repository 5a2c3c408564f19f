/* What came in, brought into the form's shape: both faces meet here, and nothing is judged. */
#include <string.h>

#include "base/num.h"
#include "rooms/form/form_private.h"

static void drop(void *v)
{
    json_decref(v);
}

json_t *form_own(struct arena *a, json_t *v)
{
    if (!v)
        arena_array(a, SIZE_MAX, 2);             /* memory that could not be had is the arena's affair */
    arena_cleanup(a, drop, v);
    return v;
}

str form_string(const json_t *v)
{
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

bool form_blank(const json_t *v)
{
    const char *key;
    json_t *member;
    size_t i;
    if (!v || json_is_null(v))
        return true;
    if (json_is_string(v))
        return str_empty(str_trim(form_string(v)));
    if (!json_is_array(v) && !json_is_object(v))
        return false;
    json_object_foreach((json_t *)v, key, member)
        if (!form_blank(member))
            return false;
    json_array_foreach(v, i, member)
        if (!form_blank(member))
            return false;
    return true;
}

const json_t *form_field_named(const json_t *item_fields, str name)
{
    size_t i;
    json_t *field;
    json_array_foreach(item_fields, i, field)
        if (str_eq(json_get_str(field, "name"), name))
            return field;
    return NULL;
}

str form_kind(const json_t *field)
{
    str kind = json_get_str(field, "kind");
    return str_empty(kind) ? S("text") : kind;
}

str form_label(int lang, const json_t *any, const char *key)
{
    char en[32] = "";
    size_t n = strlen(key);
    if (lang == LANG_EN && n + 4 <= sizeof en) {
        memcpy(en, key, n);
        memcpy(en + n, "_en", 4);
        if (!str_empty(json_get_str(any, en)))
            return json_get_str(any, en);
    }
    return json_get_str(any, key);
}

str form_number_key(str kind)
{
    return str_is(kind, "enterprise") ? S("uscc") : S("id_number");
}

/* ---- person and enterprise ---- */

static bool alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static str cut_marks(str s)
{
    static const char *const marks[] = {"(", ")", ",", ":", "/", "-", "（", "）", "，", "：", "、"};
    for (bool more = true; more;) {
        more = false;
        s = str_trim(s);
        for (size_t i = 0; i < COUNT_OF(marks); i++)
            if (str_ends(s, str_c(marks[i]))) {
                s.n -= strlen(marks[i]);
                more = true;
            }
    }
    return s;
}

void form_split_pair(str text, str *ret_name, str *ret_number)
{
    str s = cut_marks(text);
    size_t at = s.n;
    bool digit = false;
    while (at > 0 && alnum(s.p[at - 1])) {
        at--;
        digit = digit || (s.p[at] >= '0' && s.p[at] <= '9');
    }
    bool number = digit && s.n - at >= 6;
    *ret_name = number ? cut_marks(str_sub(s, 0, at)) : s;
    *ret_number = number ? str_sub(s, at, s.n - at) : S("");
}

void form_pair_parts(str kind, const json_t *value, str *ret_name, str *ret_number)
{
    *ret_name = *ret_number = S("");
    if (json_is_string(value)) {
        form_split_pair(form_string(value), ret_name, ret_number);
    } else if (json_is_object(value)) {
        str number = form_string(json_object_get(value, form_number_key(kind).p));
        if (str_none(number) && !str_is(kind, "enterprise"))
            number = form_string(json_object_get(value, "id"));
        str name = form_string(json_object_get(value, "name"));
        *ret_name = str_none(name) ? S("") : name;
        *ret_number = str_none(number) ? S("") : number;
    }
}

/* ---- folding ---- */

static bool has_parts(const json_t *field)
{
    str kind = form_kind(field);
    return field && (str_is(kind, "person") || str_is(kind, "enterprise"));
}

static json_t *child(json_t *into, const char *key, bool array)
{
    json_t *c = json_object_get(into, key);
    if (!c || (array ? !json_is_array(c) : !json_is_object(c))) {
        c = array ? json_array() : json_object();
        json_object_set_new(into, key, c);
    }
    return c;
}

/* "NAME.part" and "NAME.row.column"; false: the name has no place in this form. */
static bool put_flat(struct arena *a, json_t *into, const json_t *item_fields, str key, json_t *value)
{
    str head, rest = str_cut(key, '.', &head), row_text;
    const json_t *field = form_field_named(item_fields, head);
    const char *name = str_z(a, head);
    if (str_empty(rest) || !field)
        return false;
    if (has_parts(field))
        return json_object_set(child(into, name, false), str_z(a, rest), value) == 0;
    if (!str_is(form_kind(field), "table"))
        return false;
    int64_t row;
    str column = str_cut(rest, '.', &row_text);
    if (str_empty(column) || !num_i64(row_text, &row) || row < 0 || (size_t)row >= FORM_ROWS_MAX)
        return false;
    json_t *rows = child(into, name, true);
    while (json_array_size(rows) <= (size_t)row)
        if (json_array_append_new(rows, json_object()))
            return false;
    json_t *line = json_array_get(rows, (size_t)row);
    return json_is_object(line) && json_object_set(line, str_z(a, column), value) == 0;
}

/* A list or object without its blank members; rows of a table that were left empty go. */
static json_t *without_blanks(struct arena *a, const json_t *v)
{
    const char *key;
    json_t *member, *out;
    size_t i;
    if (json_is_array(v)) {
        out = json_array();
        json_array_foreach(v, i, member)
            if (!form_blank(member))
                json_array_append(out, without_blanks(a, member));
        return form_own(a, out);
    }
    if (json_is_object(v)) {
        out = json_object();
        json_object_foreach((json_t *)v, key, member)
            if (!form_blank(member))
                json_object_set(out, key, without_blanks(a, member));
        return form_own(a, out);
    }
    return (json_t *)v;
}

json_t *form_fold(struct arena *a, const json_t *item_fields, const json_t *map)
{
    json_t *nested = form_own(a, json_object()), *out = form_own(a, json_object());
    const char *key;
    json_t *value;
    size_t i;
    json_object_foreach((json_t *)map, key, value)
        if (form_field_named(item_fields, str_c(key)))
            json_object_set_new(nested, key, json_deep_copy(value));     /* put_flat adds to objects and lists */
    json_object_foreach((json_t *)map, key, value)
        if (!form_field_named(item_fields, str_c(key)) && !put_flat(a, nested, item_fields, str_c(key), value))
            json_object_set(nested, key, value);
    json_t *field;
    json_array_foreach(item_fields, i, field) {
        const char *name = str_z(a, json_get_str(field, "name"));
        value = json_object_get(nested, name);
        if (!form_blank(value))
            json_object_set(out, name, without_blanks(a, value));
    }
    json_object_foreach(nested, key, value)
        if (!form_blank(value) && !json_object_get(out, key))
            json_object_set(out, key, without_blanks(a, value));
    return out;
}
