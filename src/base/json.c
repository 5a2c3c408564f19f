#include "base/json.h"

#include <assert.h>

#include "base/log.h"

enum { MOST_LEVELS = 64 };

/* Counts brackets outside strings, so that a deep text is refused before the recursive parser sees it. Whether the brackets
 * match is the parser's question. */
static bool too_deep(str text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > MOST_LEVELS)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

static void drop_tree(void *tree)
{
    json_decref(tree);
}

json_t *json_read(struct arena *a, str text, str *ret_why)
{
    if (too_deep(text)) {
        *ret_why = S("more than 64 levels deep");
        return NULL;
    }
    json_error_t fault;
    json_t *tree = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (!tree && json_error_code(&fault) == json_error_out_of_memory)
        arena_array(a, SIZE_MAX, 2);        /* memory that cannot be had is the arena's affair, not the text's fault */
    if (!tree) {
        *ret_why = str_fmt(a, "line %d, column %d: %s", fault.line, fault.column, fault.text);
        return NULL;
    }
    arena_cleanup(a, drop_tree, tree);
    return tree;
}

str json_get_str(const json_t *obj, const char *key)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

int64_t json_get_int(const json_t *obj, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool json_get_bool(const json_t *obj, const char *key, bool otherwise)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

/* Measured first, written second: the library's call-back must not be jumped across, so nothing is allocated inside it. */
str json_text(struct arena *a, const json_t *any)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t n = json_dumpb(any, NULL, 0, flags);
    if (n == 0)
        die("json", "a tree cannot be written");
    char *p = arena_alloc(a, n + 1);
    json_dumpb(any, p, n, flags);
    return (str){p, n};
}

void json_begin(struct json *j, struct buf *b)
{
    *j = (struct json){.b = b};
}

/* Before every value: the comma, where one is due. */
static void separate(struct json *j)
{
    if (j->comma[j->depth])
        buf_char(j->b, ',');
    j->comma[j->depth] = true;
}

static void open_level(struct json *j, char bracket)
{
    separate(j);
    buf_char(j->b, bracket);
    j->depth++;
    assert(j->depth < sizeof j->comma);
    j->comma[j->depth] = false;
}

static void close_level(struct json *j, char bracket)
{
    assert(j->depth > 0);
    j->depth--;
    buf_char(j->b, bracket);
}

void json_obj(struct json *j)
{
    open_level(j, '{');
}

void json_obj_end(struct json *j)
{
    close_level(j, '}');
}

void json_arr(struct json *j)
{
    open_level(j, '[');
}

void json_arr_end(struct json *j)
{
    close_level(j, ']');
}

static void quoted(struct json *j, str s)
{
    buf_char(j->b, '"');
    json_escape(j->b, s);
    buf_char(j->b, '"');
}

void json_key(struct json *j, str key)
{
    separate(j);
    quoted(j, key);
    buf_char(j->b, ':');
    j->comma[j->depth] = false;             /* the value follows; it sets the mark again */
}

void json_str(struct json *j, str v)
{
    if (str_none(v)) {
        json_none(j);
        return;
    }
    separate(j);
    quoted(j, v);
}

void json_int(struct json *j, int64_t v)
{
    separate(j);
    buf_i64(j->b, v);
}

void json_id(struct json *j, int64_t v)
{
    separate(j);
    buf_char(j->b, '"');
    buf_i64(j->b, v);
    buf_char(j->b, '"');
}

void json_bool(struct json *j, bool v)
{
    json_raw(j, v ? S("true") : S("false"));
}

void json_none(struct json *j)
{
    json_raw(j, S("null"));
}

void json_raw(struct json *j, str json_text)
{
    separate(j);
    buf_str(j->b, json_text);
}

void json_value(struct json *j, const json_t *v)
{
    if (v)
        json_raw(j, json_text(j->b->a, v));
    else
        json_none(j);
}

/* What needs a backslash inside a string (RFC 8259 section 7); 'u' stands for the \u00xx form. */
static char escape_of(char c)
{
    switch (c) {
    case '"': case '\\': return c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return (uint8_t)c < 0x20 ? 'u' : '\0';
    }
}

void json_escape(struct buf *b, str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        char e = escape_of(s.p[i]);
        if (!e)
            continue;
        buf_put(b, s.p + from, i - from);
        from = i + 1;
        if (e == 'u')
            buf_fmt(b, "\\u%04x", (uint8_t)s.p[i]);
        else
            buf_put(b, (char[]){'\\', e}, 2);
    }
    buf_put(b, s.p + from, s.n - from);
}
