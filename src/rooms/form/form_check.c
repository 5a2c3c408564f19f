/* The rules of the kinds of field, applied on submission only. Each rule turns a value as typed into its canonical form, or
 * says in a sentence what is wrong with it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "rooms/form/form_private.h"
#include "rooms/person/person.h"

struct check {
    struct req *r;
    struct form_problems *out;
};

static void problem(struct check *c, str path, int text, str arg)
{
    struct form_problems *p = c->out;
    if (p->n == p->room)
        return;                                  /* enough to go on with; the rest shows up next time */
    p->at[p->n++] = (struct form_problem){.path = path, .text = text, .args = {arg}, .n = str_none(arg) ? 0 : 1};
}

str form_problem_text(struct req *r, const struct form_problem *p)
{
    return text_fill(r->arena, r->lang, p->text, p->args, p->n);
}

static json_t *text_json(struct check *c, str s)
{
    return form_own(c->r->arena, json_stringn(s.p, s.n));
}

static json_t *int_json(struct check *c, int64_t v)
{
    return form_own(c->r->arena, json_integer(v));
}

/* ---- texts ---- */

/* "138 0013-8000" -> "13800138000", "1,200.50" -> "1200.50": people group long numbers. */
static str squeeze(struct arena *a, str s, const char *marks)
{
    char *p = NEW_ARRAY(a, s.n + 1, char);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (!strchr(marks, s.p[i]))
            p[n++] = s.p[i];
    return (str){p, n};
}
#define NUMBER_MARKS " \t,"
#define ID_MARKS " \t-"

static bool has_line(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return false;
}

static json_t *text_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    bool area = str_is(form_kind(field), "textarea");
    if (!json_is_string(v)) {
        problem(c, path, T_FORM_WRONG_TEXT, STR_NONE);
        return NULL;
    }
    str s = str_trim(form_string(v));
    s = area ? squeeze(c->r->arena, s, "\r") : s;     /* browsers send CR LF */
    int64_t most = json_get_int(field, "max", area ? 4000 : 1000);
    if (!area && has_line(s))
        problem(c, path, T_FORM_WRONG_LINES, STR_NONE);
    else if (most > 0 && utf8_length(s) > (size_t)most)
        problem(c, path, T_FORM_WRONG_LONG, str_i64(c->r->arena, most));
    else
        return text_json(c, s);
    return NULL;
}

static json_t *contact_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    bool mobile = str_is(form_kind(field), "mobile");
    str s = str_trim(form_string(v));
    s = mobile ? squeeze(c->r->arena, s, ID_MARKS) : s;
    if (!json_is_string(v) || (mobile ? !num_mobile(s) : !num_mail(s))) {
        problem(c, path, mobile ? T_FORM_WRONG_MOBILE : T_FORM_WRONG_MAIL, STR_NONE);
        return NULL;
    }
    return text_json(c, s);
}

/* ---- numbers ---- */

/* Optional sign, up to 15 digits, up to 6 behind the point. */
static bool decimal(str s)
{
    size_t i = s.n && s.p[0] == '-' ? 1 : 0, whole = 0, part = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        whole++;
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            part++;
        if (part == 0)
            return false;
    }
    return i == s.n && whole > 0 && whole <= 15 && part <= 6;
}

static json_t *number_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    str s = squeeze(c->r->arena, form_string(v), NUMBER_MARKS);
    int64_t whole = json_is_integer(v) ? json_integer_value(v) : 0;
    bool is_int = json_is_integer(v) || (decimal(s) && num_i64(s, &whole));
    double d;
    if (!json_is_number(v) && !decimal(s)) {
        problem(c, path, T_FORM_WRONG_NUMBER, STR_NONE);
        return NULL;
    }
    d = json_is_number(v) ? json_number_value(v) : is_int ? (double)whole : strtod(str_z(c->r->arena, s), NULL);
    int64_t most = json_get_int(field, "max", INT64_MAX), least = json_get_int(field, "min", 0);
    if (d < (double)least)
        problem(c, path, T_FORM_WRONG_SMALL, str_i64(c->r->arena, least));
    else if (most != INT64_MAX && d > (double)most)
        problem(c, path, T_FORM_WRONG_LARGE, str_i64(c->r->arena, most));
    else if (fabs(d) >= 1e15)
        problem(c, path, T_FORM_WRONG_NUMBER, STR_NONE);
    else
        return is_int ? int_json(c, whole) : form_own(c->r->arena, json_real(d));
    return NULL;
}

/* Fen as a JSON integer, or yuan as people type it. */
static json_t *money_value(struct check *c, str path, const json_t *v)
{
    int64_t fen = -1;
    if (json_is_integer(v))
        fen = json_integer_value(v);
    else if (json_is_string(v) && !num_fen(squeeze(c->r->arena, form_string(v), NUMBER_MARKS), &fen))
        fen = -1;
    if (fen < 0 || fen >= INT64_C(100000000000000000)) {
        problem(c, path, T_FORM_WRONG_MONEY, STR_NONE);
        return NULL;
    }
    return int_json(c, fen);
}

static json_t *date_value(struct check *c, str path, const json_t *v)
{
    struct date d;
    if (json_is_string(v) && date_parse(str_trim(form_string(v)), &d))
        return text_json(c, date_text(c->r->arena, d));
    problem(c, path, T_FORM_WRONG_DATE, STR_NONE);
    return NULL;
}

static json_t *bool_value(struct check *c, str path, const json_t *v)
{
    str s = form_string(v);
    bool yes = json_is_true(v) || str_is(s, "1") || str_is(s, "true") || str_is(s, "on");
    if (yes || json_is_false(v) || str_is(s, "0") || str_is(s, "false") || str_is(s, "off"))
        return form_own(c->r->arena, json_boolean(yes));
    problem(c, path, T_FORM_WRONG_BOOL, STR_NONE);
    return NULL;
}

/* ---- choices ---- */

str form_option_value(const json_t *option)
{
    return json_is_string(option) ? form_string(option) : json_get_str(option, "value");
}

static bool offered(const json_t *field, str value)
{
    size_t i;
    json_t *option;
    json_array_foreach(json_object_get(field, "options"), i, option)
        if (!str_none(value) && str_eq(form_option_value(option), value))
            return true;
    return false;
}

static json_t *choice_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    str s = form_string(v);
    if (offered(field, s))
        return text_json(c, s);
    problem(c, path, T_FORM_WRONG_CHOICE, STR_NONE);
    return NULL;
}

/* In the order in which the form offers them, each once. */
static json_t *choices_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    json_t *list = form_own(c->r->arena, json_array()), *given = form_own(c->r->arena, json_array()), *one, *option;
    size_t i, k;
    if (json_is_array(v))
        json_array_extend(given, (json_t *)v);
    else
        json_array_append(given, (json_t *)v);
    json_array_foreach(given, i, one)
        if (!offered(field, form_string(one))) {
            problem(c, path, T_FORM_WRONG_CHOICE, STR_NONE);
            return NULL;
        }
    json_array_foreach(json_object_get(field, "options"), k, option) {
        json_array_foreach(given, i, one) {
            if (str_eq(form_option_value(option), form_string(one))) {
                json_array_append(list, one);
                break;
            }
        }
    }
    return list;
}

static json_t *region_value(struct check *c, str path, const json_t *v)
{
    struct form_region_known row;
    str s = str_trim(form_string(v));
    if (json_is_string(v) && s.n == 12 && form_region_known(c->r->db, s, &row) == 1)
        return text_json(c, s);
    problem(c, path, T_FORM_WRONG_REGION, STR_NONE);
    return NULL;
}

/* ---- persons, enterprises, files ---- */

static str upper(struct arena *a, str s)
{
    char *p = NEW_ARRAY(a, s.n + 1, char);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i];
    return (str){p, s.n};
}

static json_t *pair_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    str kind = form_kind(field), name, number, key = form_number_key(kind);
    bool person = str_is(kind, "person");
    struct arena *a = c->r->arena;
    size_t before = c->out->n;
    form_pair_parts(kind, v, &name, &number);
    name = str_trim(name);
    number = upper(a, squeeze(a, number, ID_MARKS));
    /* in an object each part has its own input, in a text there is one place to complain about */
    str at_name = json_is_object(v) ? str_fmt(a, "%.*s.name", STRF(path)) : path;
    str at_number = json_is_object(v) ? str_fmt(a, "%.*s.%.*s", STRF(path), STRF(key)) : path;
    if (name.n == 0 && json_is_object(v))
        problem(c, at_name, person ? T_FORM_WRONG_PERSON_NAME : T_FORM_WRONG_ENTERPRISE_NAME, STR_NONE);
    else if (utf8_length(name) > 200)
        problem(c, at_name, T_FORM_WRONG_LONG, S("200"));
    int fault = person ? person_number_fault(number) : person_uscc_fault(number);
    if (number.n == 0)
        problem(c, at_number, person ? T_FORM_WRONG_PERSON : T_FORM_WRONG_ENTERPRISE, STR_NONE);
    else if (fault >= 0)
        problem(c, at_number, fault, STR_NONE);
    if (c->out->n > before)
        return NULL;
    json_t *out = form_own(a, json_object());
    if (name.n)
        json_object_set(out, "name", text_json(c, name));
    json_object_set(out, key.p, text_json(c, number));
    return out;
}

static json_t *file_value(struct check *c, str path, const json_t *v)
{
    struct form_file_by_id row;
    int64_t id = json_is_integer(v) ? json_integer_value(v) : DB_NONE;
    if (json_is_string(v) && !num_i64(form_string(v), &id))
        id = DB_NONE;
    if (id > 0 && form_file_by_id(c->r->db, id, &row) == 1 && row.owner_person_id == c->r->who.person_id)
        return text_json(c, str_i64(c->r->arena, id));
    problem(c, path, T_FORM_WRONG_FILE, STR_NONE);
    return NULL;
}

/* ---- tables and all ---- */

static json_t *value_of(struct check *c, str path, const json_t *field, const json_t *v);

static json_t *row_value(struct check *c, str path, const json_t *columns, const json_t *row)
{
    json_t *out = form_own(c->r->arena, json_object()), *column, *member;
    const char *key;
    size_t i;
    json_array_foreach(columns, i, column) {
        str name = json_get_str(column, "name"), at = str_fmt(c->r->arena, "%.*s.%.*s", STRF(path), STRF(name));
        json_t *v = json_object_get(row, str_z(c->r->arena, name)), *good;
        if (form_blank(v)) {
            if (json_get_bool(column, "required", false))
                problem(c, at, T_FORM_WRONG_MISSING, form_label(c->r->lang, column, "label"));
        } else if ((good = value_of(c, at, column, v))) {
            json_object_set(out, str_z(c->r->arena, name), good);
        }
    }
    json_object_foreach((json_t *)row, key, member)
        if (!form_field_named(columns, str_c(key)))
            problem(c, path, T_FORM_WRONG_COLUMN, str_dup(c->r->arena, str_c(key)));
    return out;
}

static json_t *table_value(struct check *c, str path, const json_t *field, const json_t *v)
{
    const json_t *columns = json_object_get(field, "columns");
    json_t *out = form_own(c->r->arena, json_array()), *row;
    int64_t most = json_get_int(field, "max", 100);
    size_t i;
    if (!json_is_array(v)) {
        problem(c, path, T_FORM_WRONG_TABLE, STR_NONE);
        return NULL;
    }
    if (json_array_size(v) > (size_t)most || json_array_size(v) > FORM_ROWS_MAX) {
        problem(c, path, T_FORM_WRONG_ROWS, str_i64(c->r->arena, most));
        return NULL;
    }
    json_array_foreach(v, i, row) {
        if (json_is_object(row))
            json_array_append(out, row_value(c, str_fmt(c->r->arena, "%.*s.%zu", STRF(path), i), columns, row));
        else
            problem(c, path, T_FORM_WRONG_TABLE, STR_NONE);
    }
    return out;
}

static json_t *value_of(struct check *c, str path, const json_t *field, const json_t *v)
{
    str kind = form_kind(field);
    if (str_is(kind, "number"))
        return number_value(c, path, field, v);
    if (str_is(kind, "money"))
        return money_value(c, path, v);
    if (str_is(kind, "date"))
        return date_value(c, path, v);
    if (str_is(kind, "choice"))
        return choice_value(c, path, field, v);
    if (str_is(kind, "choices"))
        return choices_value(c, path, field, v);
    if (str_is(kind, "region"))
        return region_value(c, path, v);
    if (str_is(kind, "person") || str_is(kind, "enterprise"))
        return pair_value(c, path, field, v);
    if (str_is(kind, "mobile") || str_is(kind, "mail"))
        return contact_value(c, path, field, v);
    if (str_is(kind, "bool"))
        return bool_value(c, path, v);
    if (str_is(kind, "table"))
        return table_value(c, path, field, v);
    if (str_is(kind, "file"))
        return file_value(c, path, v);
    return text_value(c, path, field, v);        /* text, textarea, and kinds that a later version may know */
}

json_t *form_judge(struct req *r, const json_t *item_fields, const json_t *folded, struct form_problems *ret)
{
    *ret = (struct form_problems){.at = NEW_ARRAY(r->arena, FORM_FAULTS_MAX, struct form_problem), .room = FORM_FAULTS_MAX};
    struct check c = {r, ret};
    json_t *out = form_own(r->arena, json_object()), *field, *value, *good;
    const char *key;
    size_t i;
    json_array_foreach(item_fields, i, field) {
        str name = json_get_str(field, "name");
        value = json_object_get(folded, str_z(r->arena, name));
        if (form_blank(value)) {
            if (json_get_bool(field, "required", false))
                problem(&c, name, T_FORM_WRONG_MISSING, form_label(r->lang, field, "label"));
        } else if ((good = value_of(&c, name, field, value))) {
            json_object_set(out, str_z(r->arena, name), good);
        }
    }
    json_object_foreach((json_t *)folded, key, value)
        if (!form_field_named(item_fields, str_c(key)))
            problem(&c, str_dup(r->arena, str_c(key)), T_FORM_WRONG_UNKNOWN, str_dup(r->arena, str_c(key)));
    return out;
}

int form_check_fields(struct req *r, const json_t *item_fields, str map_json, bool complete, str *ret_canonical)
{
    str why = STR_NONE;
    struct form_problems problems;
    const json_t *map = json_read(r->arena, str_empty(map_json) ? S("{}") : map_json, &why);
    if (!map || !json_is_object(map))
        return refuse_field(r, "fields", T_FORM_WRONG_SHAPE);
    json_t *tree = form_fold(r->arena, item_fields, map);
    if (complete) {
        tree = form_judge(r, item_fields, tree, &problems);
        for (size_t i = 0; i < problems.n; i++) {
            const struct form_problem *p = &problems.at[i];
            wrong_field(r, str_fmt(r->arena, "fields.%.*s", STRF(p->path)), p->text, p->args, p->n);
        }
        if (problems.n)
            return refuse_fields(r);
    }
    str text = json_text(r->arena, tree);
    if (text.n > FORM_FIELDS_MAX) {
        str most = str_i64(r->arena, (int64_t)FORM_FIELDS_MAX);
        return refuse_field_with(r, S("fields"), T_FORM_WRONG_SIZE, &most, 1);
    }
    *ret_canonical = text;
    return 0;
}
