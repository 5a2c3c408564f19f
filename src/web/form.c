#include "web/form.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/num.h"

#define ABSENT INT64_MIN

/* ---- faults ---- */

static void add_fault(struct form_faults *f, str field, enum form_wrong wrong, int64_t max)
{
    if (f->n < FORM_FAULTS_MAX)
        f->at[f->n++] = (struct form_fault){ field, wrong, max };
}

/* Where a member stands, for the fault: defects.0.problem. Made only when something is wrong with it. */
struct path { const struct path *in; str name; size_t index; };

static str path_text(struct arena *a, const struct path *p, str name)
{
    if (!p)
        return name;
    return str_fmt(a, "%.*s.%zu.%.*s", STRF(path_text(a, p->in, p->name)), p->index, STRF(name));
}

struct reader {
    struct arena *a;
    struct form_faults *faults;
    const struct upload *upload;
    bool upload_taken;
};

static void wrong(struct reader *r, const struct path *in, str name, enum form_wrong what, int64_t max)
{
    add_fault(r->faults, path_text(r->a, in, name), what, max);
}

static void field_wrong(struct reader *r, const struct path *in, const struct form_field *f, enum form_wrong what)
{
    bool sized = what == FORM_TOO_LONG || what == FORM_TOO_MANY;
    wrong(r, in, str_c(f->name), what, sized ? f->max : 0);
}

/* ---- members of the struct ---- */

struct list { void *at; size_t n; };             /* what every list member looks like */

static void set(const struct form_field *f, void *ret, const void *value, size_t n)
{
    memcpy((char *)ret + f->offset, value, n);
}

static void set_int(const struct form_field *f, void *ret, int64_t v)
{
    set(f, ret, &v, sizeof v);
}

static void set_str(const struct form_field *f, void *ret, str v)
{
    set(f, ret, &v, sizeof v);
}

static void set_absent(const struct form_desc *d, void *ret)
{
    memset(ret, 0, d->size);
    for (size_t i = 0; i < d->n; i++) {
        uint8_t k = d->at[i].kind;
        if (k == FORM_INT || k == FORM_ID || k == FORM_MONEY || k == FORM_DAY)
            set_int(&d->at[i], ret, ABSENT);
    }
}

/* ---- what both faces share ---- */

/* C0, DEL and C1 controls; `lines` lets tab, LF and CR pass. */
static bool has_control(str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch < 0x20 && !(lines && (ch == '\t' || ch == '\n' || ch == '\r')))
            return true;
        if (ch == 0x7f || (ch == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0))
            return true;
    }
    return false;
}

static void take_text(struct reader *r, const struct path *in, const struct form_field *f, str v, void *ret)
{
    if (!utf8_valid(v)) {
        field_wrong(r, in, f, FORM_NOT_UTF8);
        return;
    }
    if (v.n > f->max)
        field_wrong(r, in, f, FORM_TOO_LONG);
    else if (has_control(v, f->lines))
        field_wrong(r, in, f, FORM_BAD_CHARS);
    else if (f->required && str_empty(str_trim(v)))
        field_wrong(r, in, f, FORM_MISSING);
    set_str(f, ret, str_dup(r->a, v));           /* also when it is wrong: the page is shown again with what was typed */
}

static void take_day(struct reader *r, const struct path *in, const struct form_field *f, str v, void *ret)
{
    struct date d;
    if (date_parse(v, &d))
        set_int(f, ret, date_days(d));
    else
        field_wrong(r, in, f, FORM_NOT_DATE);
}

static void take_number(struct reader *r, const struct path *in, const struct form_field *f, str v, void *ret)
{
    int64_t n;
    if (num_i64(v, &n) && n != ABSENT && (f->kind != FORM_ID || n > 0))
        set_int(f, ret, n);
    else
        field_wrong(r, in, f, FORM_NOT_NUMBER);
}

/* Free fields as a JSON object: its strings obey the same rules as text that may have lines. */
static bool clean_tree(struct reader *r, const struct path *in, str name, const json_t *v)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(v) && has_control((str){ json_string_value(v), json_string_length(v) }, true)) {
        wrong(r, in, name, FORM_BAD_CHARS, 0);
        return false;
    }
    json_object_foreach((json_t *)v, key, member) {
        if (has_control(str_c(key), false)) {
            wrong(r, in, name, FORM_BAD_CHARS, 0);
            return false;
        }
        if (!clean_tree(r, in, str_fmt(r->a, "%.*s.%s", STRF(name), key), member))
            return false;
    }
    json_array_foreach(v, i, member)
        if (!clean_tree(r, in, name, member))
            return false;
    return true;
}

static void take_tree(struct reader *r, const struct path *in, const struct form_field *f, const json_t *v, void *ret)
{
    if (f->kind == FORM_MAP && !json_is_object(v)) {
        field_wrong(r, in, f, FORM_NOT_OBJECT);
        return;
    }
    bool clean = clean_tree(r, in, str_c(f->name), v);
    str text = json_text(r->a, v);
    if (clean && text.n > f->max)
        field_wrong(r, in, f, FORM_TOO_LONG);
    else if (clean && f->required && f->kind == FORM_MAP && json_object_size(v) == 0)
        field_wrong(r, in, f, FORM_MISSING);
    set_str(f, ret, text);                       /* as above */
}

/* ---- JSON ---- */

static void object_in(struct reader *r, const struct form_desc *d, const json_t *body, const struct path *in, void *ret);

static str string_of(const json_t *v)
{
    return (str){ json_string_value(v), json_string_length(v) };
}

static void list_in(struct reader *r, const struct path *in, const struct form_field *f, const json_t *v, void *ret)
{
    size_t n = json_array_size(v);
    if (!json_is_array(v)) {
        field_wrong(r, in, f, FORM_NOT_LIST);
    } else if (n > f->max) {
        field_wrong(r, in, f, FORM_TOO_MANY);
    } else if (n == 0 && f->required) {
        field_wrong(r, in, f, FORM_MISSING);
    } else if (n) {
        struct list l = { arena_array(r->a, n, f->sub->size), n };
        for (size_t i = 0; i < n; i++)
            object_in(r, f->sub, json_array_get(v, i), &(struct path){ in, str_c(f->name), i }, (char *)l.at + i * f->sub->size);
        set(f, ret, &l, sizeof l);
    }
}

static void json_number(struct reader *r, const struct path *in, const struct form_field *f, const json_t *v, void *ret)
{
    if (f->kind == FORM_ID && json_is_string(v))
        take_number(r, in, f, string_of(v), ret);
    else if (f->kind == FORM_MONEY && (!json_is_integer(v) || json_integer_value(v) < 0))
        field_wrong(r, in, f, FORM_NOT_MONEY);
    else if (!json_is_integer(v) || json_integer_value(v) == ABSENT || (f->kind == FORM_ID && json_integer_value(v) <= 0))
        field_wrong(r, in, f, FORM_NOT_NUMBER);
    else
        set_int(f, ret, json_integer_value(v));
}

static void json_member(struct reader *r, const struct path *in, const struct form_field *f, const json_t *v, void *ret)
{
    if (f->kind == FORM_UPLOAD) {
        if (v)
            field_wrong(r, in, f, FORM_UNKNOWN);
        else if (f->required)
            field_wrong(r, in, f, FORM_MISSING);
        return;
    }
    if (!v || json_is_null(v)) {
        if (f->required)
            field_wrong(r, in, f, FORM_MISSING);
        return;
    }
    switch ((enum form_kind)f->kind) {
    case FORM_TEXT:
    case FORM_DAY:
        if (!json_is_string(v))
            field_wrong(r, in, f, f->kind == FORM_TEXT ? FORM_NOT_TEXT : FORM_NOT_DATE);
        else if (f->kind == FORM_TEXT)
            take_text(r, in, f, string_of(v), ret);
        else
            take_day(r, in, f, string_of(v), ret);
        break;
    case FORM_BOOL:
        if (json_is_boolean(v))
            set(f, ret, &(bool){ json_is_true(v) }, sizeof(bool));
        else
            field_wrong(r, in, f, FORM_NOT_BOOL);
        break;
    case FORM_LIST: list_in(r, in, f, v, ret); break;
    case FORM_MAP:
    case FORM_ANY: take_tree(r, in, f, v, ret); break;
    default: json_number(r, in, f, v, ret); break;
    }
}

static const struct form_field *declared(const struct form_desc *d, str name)
{
    for (size_t i = 0; i < d->n; i++)
        if (str_is(name, d->at[i].name))
            return &d->at[i];
    return NULL;
}

static void object_in(struct reader *r, const struct form_desc *d, const json_t *body, const struct path *in, void *ret)
{
    const char *key;
    json_t *member;
    set_absent(d, ret);
    if (!json_is_object(body)) {
        add_fault(r->faults, in ? str_fmt(r->a, "%.*s.%zu", STRF(path_text(r->a, in->in, in->name)), in->index) : S(""),
                  FORM_NOT_OBJECT, 0);
        return;
    }
    for (size_t i = 0; i < d->n; i++)
        json_member(r, in, &d->at[i], json_object_get(body, d->at[i].name), ret);
    json_object_foreach((json_t *)body, key, member)
        if (!declared(d, str_c(key)) && (in || key[0] != '_'))
            wrong(r, in, str_dup(r->a, str_c(key)), FORM_UNKNOWN, 0);
}

int form_decode_json(struct arena *a, const struct form_desc *d, const json_t *body, void *ret, struct form_faults *ret_faults)
{
    struct reader r = { .a = a, .faults = ret_faults };
    ret_faults->n = 0;
    object_in(&r, d, body, NULL, ret);
    return ret_faults->n ? ERR_FORMAT : 0;
}

/* ---- pairs ---- */

/* A pair on its way down: `rest` is what is left of the name behind list members and indexes. */
struct item { str rest, value; bool used; };
struct items { struct item *at; size_t n; };

static void items_in(struct reader *r, const struct form_desc *d, struct items *items, const struct path *in, void *ret);

static bool under(str rest, const char *name)
{
    size_t n = strlen(name);
    return rest.n > n + 1 && rest.p[n] == '.' && memcmp(rest.p, name, n) == 0;
}

static str behind(str rest, const char *name)
{
    return str_sub(rest, strlen(name) + 1, rest.n);
}

/* "12.problem" -> 12 and "problem"; no leading zeros. */
static bool list_index(str s, size_t *ret_index, str *ret_rest)
{
    str head, rest = str_cut(s, '.', &head);
    int64_t v;
    if (str_none(rest) || head.n > 6 || !num_i64(head, &v) || v < 0 || (head.n > 1 && head.p[0] == '0') || head.p[0] == '-')
        return false;
    *ret_index = (size_t)v;
    *ret_rest = rest;
    return true;
}

/* Sorts the list's pairs into one set per index. False when an index is missing, broken or too large (fault set). */
static bool split_list(struct reader *r, const struct form_field *f, struct items *items, const struct path *in,
                       struct items **ret_sets, size_t *ret_n)
{
    size_t n = 0, index, total = 0;
    str rest;
    for (size_t i = 0; i < items->n; i++)
        items->at[i].used |= under(items->at[i].rest, f->name);
    for (size_t i = 0; i < items->n; i++) {
        if (!under(items->at[i].rest, f->name))
            continue;
        bool readable = list_index(behind(items->at[i].rest, f->name), &index, &rest);
        if (!readable || index >= f->max) {
            field_wrong(r, in, f, readable ? FORM_TOO_MANY : FORM_NOT_LIST);
            return false;
        }
        n = index + 1 > n ? index + 1 : n;
        total++;
    }
    if (n > total) {
        field_wrong(r, in, f, FORM_NOT_LIST);
        return false;
    }
    struct items *sets = NEW_ARRAY(r->a, n, struct items);
    for (size_t i = 0; i < items->n; i++)
        if (under(items->at[i].rest, f->name) && list_index(behind(items->at[i].rest, f->name), &index, &rest))
            sets[index].n++;
    for (size_t i = 0; i < n; i++) {
        sets[i].at = NEW_ARRAY(r->a, sets[i].n, struct item);
        if (sets[i].n == 0) {
            field_wrong(r, in, f, FORM_NOT_LIST);
            return false;
        }
        sets[i].n = 0;
    }
    for (size_t i = 0; i < items->n; i++)
        if (under(items->at[i].rest, f->name) && list_index(behind(items->at[i].rest, f->name), &index, &rest))
            sets[index].at[sets[index].n++] = (struct item){ .rest = rest, .value = items->at[i].value };
    *ret_sets = sets;
    *ret_n = n;
    return true;
}

static void list_from_items(struct reader *r, const struct form_field *f, struct items *items, const struct path *in, void *ret)
{
    struct items *sets;
    size_t n;
    if (!split_list(r, f, items, in, &sets, &n))
        return;
    if (n == 0) {
        if (f->required)
            field_wrong(r, in, f, FORM_MISSING);
        return;
    }
    struct list l = { arena_array(r->a, n, f->sub->size), n };
    for (size_t i = 0; i < n; i++)
        items_in(r, f->sub, &sets[i], &(struct path){ in, str_c(f->name), i }, (char *)l.at + i * f->sub->size);
    set(f, ret, &l, sizeof l);
}

static void drop_json(void *v)
{
    json_decref(v);
}

static json_t *owned(struct arena *a, json_t *v)
{
    if (!v)
        arena_array(a, SIZE_MAX, 2);             /* memory that cannot be had is the arena's affair */
    arena_cleanup(a, drop_json, v);
    return v;
}

/* fields.NAME=value: one value is a string, several of one name are a list. */
static void map_from_items(struct reader *r, const struct form_field *f, struct items *items, const struct path *in, void *ret)
{
    json_t *map = owned(r->a, json_object());
    bool any = false;
    for (size_t i = 0; i < items->n; i++) {
        struct item *it = &items->at[i];
        if (!under(it->rest, f->name))
            continue;
        it->used = any = true;
        if (!utf8_valid(it->rest) || !utf8_valid(it->value)) {
            field_wrong(r, in, f, FORM_NOT_UTF8);
            return;
        }
        str key = behind(it->rest, f->name);
        json_t *value = json_stringn(it->value.p, it->value.n), *old = json_object_getn(map, key.p, key.n);
        int bad = 0;
        if (json_is_array(old))
            bad = json_array_append_new(old, value);
        else if (old)
            bad = json_object_setn_new(map, key.p, key.n, json_pack("[Oo]", old, value));
        else
            bad = json_object_setn_new(map, key.p, key.n, value);
        if (bad)
            owned(r->a, NULL);
    }
    if (any)
        take_tree(r, in, f, map, ret);
    else if (f->required)
        field_wrong(r, in, f, FORM_MISSING);
}

static bool bool_of(str v, bool *ret)
{
    bool yes = str_is(v, "1") || str_is(v, "on") || str_is(v, "true") || str_is(v, "yes");
    bool no = str_is(v, "0") || str_is(v, "off") || str_is(v, "false") || str_is(v, "no");
    *ret = yes;
    return yes || no;
}

static void any_from_text(struct reader *r, const struct path *in, const struct form_field *f, str v, void *ret)
{
    str why;
    if (v.n > f->max) {
        field_wrong(r, in, f, FORM_TOO_LONG);
        return;
    }
    json_t *tree = json_read(r->a, v, &why);
    if (tree)
        take_tree(r, in, f, tree, ret);
    else
        field_wrong(r, in, f, FORM_NOT_OBJECT);
}

static void value_from_text(struct reader *r, const struct path *in, const struct form_field *f, str v, void *ret)
{
    int64_t fen;
    bool yes;
    switch ((enum form_kind)f->kind) {
    case FORM_TEXT: take_text(r, in, f, v, ret); break;
    case FORM_DAY: take_day(r, in, f, v, ret); break;
    case FORM_ANY: any_from_text(r, in, f, v, ret); break;
    case FORM_MONEY:
        if (num_fen(v, &fen))
            set_int(f, ret, fen);
        else
            field_wrong(r, in, f, FORM_NOT_MONEY);
        break;
    case FORM_BOOL:
        if (bool_of(v, &yes))
            set(f, ret, &yes, sizeof yes);
        else
            field_wrong(r, in, f, FORM_NOT_BOOL);
        break;
    default: take_number(r, in, f, v, ret); break;
    }
}

static void scalar_from_items(struct reader *r, const struct form_field *f, struct items *items, const struct path *in, void *ret)
{
    struct item *found = NULL;
    for (size_t i = 0; i < items->n; i++) {
        if (!str_is(items->at[i].rest, f->name))
            continue;
        items->at[i].used = true;
        if (found) {
            field_wrong(r, in, f, FORM_TWICE);
            return;
        }
        found = &items->at[i];
    }
    bool empty = !found || (f->kind != FORM_TEXT && str_empty(found->value));
    if (empty && f->required)
        field_wrong(r, in, f, FORM_MISSING);
    else if (!empty)
        value_from_text(r, in, f, found->value, ret);
}

/* The part itself was streamed; a text pair of its name is what browsers send for "no file chosen" when it is empty. */
static void upload_in(struct reader *r, const struct form_field *f, struct items *items, void *ret)
{
    for (size_t i = 0; i < items->n; i++)
        if (str_is(items->at[i].rest, f->name) && str_empty(items->at[i].value))
            items->at[i].used = true;
    if (r->upload && str_is(r->upload->field, f->name)) {
        set(f, ret, r->upload, sizeof *r->upload);
        r->upload_taken = true;
    } else if (f->required)
        field_wrong(r, NULL, f, FORM_MISSING);
}

static void items_in(struct reader *r, const struct form_desc *d, struct items *items, const struct path *in, void *ret)
{
    set_absent(d, ret);
    for (size_t i = 0; i < d->n; i++) {
        const struct form_field *f = &d->at[i];
        if (f->kind == FORM_LIST)
            list_from_items(r, f, items, in, ret);
        else if (f->kind == FORM_MAP)
            map_from_items(r, f, items, in, ret);
        else if (f->kind == FORM_UPLOAD)
            upload_in(r, f, items, ret);
        else
            scalar_from_items(r, f, items, in, ret);
    }
    for (size_t i = 0; i < items->n; i++)
        if (!items->at[i].used)
            wrong(r, in, utf8_valid(items->at[i].rest) ? items->at[i].rest : S("?"), FORM_UNKNOWN, 0);
}

int form_decode_pairs(struct arena *a, const struct form_desc *d, const struct form_pair *pairs, size_t n,
                      const struct upload *upload, void *ret, struct form_faults *ret_faults)
{
    struct reader r = { .a = a, .faults = ret_faults, .upload = upload };
    struct items items = { NEW_ARRAY(a, n, struct item), 0 };
    ret_faults->n = 0;
    for (size_t i = 0; i < n; i++)
        if (pairs[i].name.n == 0 || pairs[i].name.p[0] != '_')
            items.at[items.n++] = (struct item){ .rest = pairs[i].name, .value = pairs[i].value };
    items_in(&r, d, &items, NULL, ret);
    if (upload && !r.upload_taken)
        wrong(&r, NULL, utf8_valid(upload->field) ? upload->field : S("?"), FORM_UNKNOWN, 0);
    return ret_faults->n ? ERR_FORMAT : 0;
}
