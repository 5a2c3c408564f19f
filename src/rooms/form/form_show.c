/* Fields for people: what was answered, and the inputs to answer with. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "rooms/form/form_private.h"

/* ---- answers ---- */

static str region_text(struct req *r, str code)
{
    struct form_region_line_rows rows;
    struct buf b;
    if (code.n != 12 || form_region_line(r->db, code, &rows) < 0 || rows.n == 0)
        return code;
    buf_init(&b, r->arena, 2000);
    for (size_t i = 0; i < rows.n; i++) {
        if (i && r->lang == LANG_EN)
            buf_lit(&b, ", ");
        buf_str(&b, r->lang == LANG_EN ? rows.at[i].name_en : rows.at[i].name);
    }
    return buf_text(&b);
}

static str option_text(struct req *r, const json_t *field, str value)
{
    size_t i;
    json_t *option;
    json_array_foreach(json_object_get(field, "options"), i, option)
        if (str_eq(form_option_value(option), value)) {
            str label = form_label(r->lang, option, "label");
            return str_empty(label) ? value : label;
        }
    return value;
}

static str plain_text(struct req *r, const json_t *v)
{
    if (json_is_string(v))
        return form_string(v);
    if (json_is_boolean(v))
        return req_text(r, json_is_true(v) ? T_FORM_YES : T_FORM_NO);
    if (json_is_real(v))
        return str_fmt(r->arena, "%.15g", json_real_value(v));
    return form_blank(v) ? S("") : json_text(r->arena, v);
}

static str table_text(struct req *r, const json_t *field, const json_t *v)
{
    struct buf b;
    size_t i, k;
    json_t *row, *column;
    buf_init(&b, r->arena, FORM_FIELDS_MAX);
    json_array_foreach(v, i, row) {
        bool first = true;
        buf_fmt(&b, i ? "\n%zu. " : "%zu. ", i + 1);
        json_array_foreach(json_object_get(field, "columns"), k, column) {
            const json_t *cell = json_object_get(row, str_z(r->arena, json_get_str(column, "name")));
            if (form_blank(cell))
                continue;
            if (!first)
                buf_str(&b, r->lang == LANG_EN ? S("; ") : S("；"));
            first = false;
            buf_str(&b, form_label(r->lang, column, "label"));
            buf_str(&b, r->lang == LANG_EN ? S(": ") : S("："));
            buf_str(&b, form_value_text(r, column, cell));
        }
    }
    return buf_text(&b);
}

static str file_text(struct req *r, str id)
{
    struct form_file_by_id row;
    int64_t n;
    return num_i64(id, &n) && form_file_by_id(r->db, n, &row) == 1 && row.owner_person_id == r->who.person_id ? row.name : id;
}

static str choices_text(struct req *r, const json_t *field, const json_t *v)
{
    struct buf b;
    size_t i;
    json_t *one;
    buf_init(&b, r->arena, FORM_FIELDS_MAX);
    json_array_foreach(v, i, one) {
        if (i)
            buf_str(&b, r->lang == LANG_EN ? S(", ") : S("、"));
        buf_str(&b, option_text(r, field, plain_text(r, one)));
    }
    return buf_text(&b);
}

str form_value_text(struct req *r, const json_t *field, const json_t *v)
{
    str kind = form_kind(field);
    if (str_is(kind, "choices") && json_is_array(v))
        return choices_text(r, field, v);
    if (str_is(kind, "choice") || str_is(kind, "choices"))
        return option_text(r, field, plain_text(r, v));
    if (str_is(kind, "region"))
        return region_text(r, plain_text(r, v));
    if (str_is(kind, "money") && json_is_integer(v))
        return num_yuan(r->arena, json_integer_value(v));
    if (str_is(kind, "bool") && json_is_string(v))
        return req_text(r, str_is(form_string(v), "1") ? T_FORM_YES : T_FORM_NO);
    if (str_is(kind, "table") && json_is_array(v))
        return table_text(r, field, v);
    if (str_is(kind, "file"))
        return file_text(r, plain_text(r, v));
    if (json_is_object(v) && (str_is(kind, "person") || str_is(kind, "enterprise"))) {
        str name, number;
        form_pair_parts(kind, v, &name, &number);
        return str_fmt(r->arena, "%.*s%s%.*s", STRF(name), name.n && number.n ? "  " : "", STRF(number));
    }
    return plain_text(r, v);
}

int form_answers(struct req *r, const json_t *item_fields, str fields_json, struct form_answers *ret)
{
    str why = STR_NONE;
    const json_t *map = json_read(r->arena, str_empty(fields_json) ? S("{}") : fields_json, &why);
    struct form_answer *at = NEW_ARRAY(r->arena, json_array_size(item_fields), struct form_answer);
    json_t *field;
    size_t i, n = 0;
    if (!map)
        return ERR_FAIL;
    map = form_fold(r->arena, item_fields, map);
    json_array_foreach(item_fields, i, field) {
        str name = json_get_str(field, "name");
        const json_t *v = json_object_get(map, str_z(r->arena, name));
        if (!form_blank(v))
            at[n++] = (struct form_answer){name, form_label(r->lang, field, "label"), form_value_text(r, field, v),
                                           str_is(form_kind(field), "person")};
    }
    ret->at = at;
    ret->n = n;
    return 0;
}

/* ---- inputs ---- */

struct filling {
    struct req *r;
    const struct form_show *how;
    struct form_problems problems;
    struct view_form_group *groups; size_t groups_n;     /* regions, drawn once for all region fields */
};

static str error_at(struct filling *f, str path)
{
    for (size_t i = 0; i < f->problems.n; i++)
        if (str_eq(f->problems.at[i].path, path))
            return form_problem_text(f->r, &f->problems.at[i]);
    return STR_NONE;
}

/* Ids for aria-describedby: only of what is there. */
static str described(struct filling *f, str id, str hint, str error)
{
    struct arena *a = f->r->arena;
    if (!str_empty(hint) && !str_empty(error))
        return str_fmt(a, "%.*s-hint %.*s-error", STRF(id), STRF(id));
    if (str_empty(hint) && str_empty(error))
        return STR_NONE;
    return str_fmt(a, "%.*s-%s", STRF(id), str_empty(error) ? "hint" : "error");
}

/* What stands in an input: as typed; money given in fen as yuan. */
static str typed(struct filling *f, const json_t *field, const json_t *v)
{
    if (str_is(form_kind(field), "money") && json_is_integer(v))
        return num_yuan(f->r->arena, json_integer_value(v));
    return plain_text(f->r, v);
}

static str mode_of(str kind)
{
    if (str_is(kind, "number") || str_is(kind, "money"))
        return S("decimal");
    return str_is(kind, "mobile") ? S("tel") : str_is(kind, "mail") ? S("email") : S("text");
}

/* A date that cannot be read stays visible only in a text input. */
static str type_of(str kind, str value)
{
    struct date d;
    if (str_is(kind, "date"))
        return str_empty(value) || date_parse(value, &d) ? S("date") : S("text");
    return str_is(kind, "mobile") ? S("tel") : str_is(kind, "mail") ? S("email") : S("text");
}

static bool holds(const json_t *v, str value)
{
    size_t i;
    json_t *one;
    if (json_is_boolean(v))
        return str_is(value, json_is_true(v) ? "1" : "0");
    if (json_is_string(v))
        return str_eq(form_string(v), value);
    json_array_foreach(v, i, one)
        if (str_eq(form_string(one), value))
            return true;
    return false;
}

static void fill_options(struct filling *f, const json_t *field, const json_t *v, str id, struct view_form_option **ret,
                         size_t *ret_n)
{
    const json_t *options = json_object_get(field, "options");
    struct view_form_option *at = NEW_ARRAY(f->r->arena, json_array_size(options) + 2, struct view_form_option);
    size_t i, n = 0;
    json_t *option;
    json_array_foreach(options, i, option) {
        str value = form_option_value(option);
        /* the first one carries the field's own id: that is where the error summary leads */
        at[n] = (struct view_form_option){.value = value, .label = option_text(f->r, field, value), .on = holds(v, value)};
        at[n].id = n ? str_fmt(f->r->arena, "%.*s-%zu", STRF(id), n) : id;
        n++;
    }
    *ret = at;
    *ret_n = n;
}

static void fill_bool(struct filling *f, const json_t *v, struct view_form_input *in)
{
    struct view_form_option *at = NEW_ARRAY(f->r->arena, 2, struct view_form_option);
    str second = str_fmt(f->r->arena, "%.*s-1", STRF(in->id));
    at[0] = (struct view_form_option){S("1"), req_text(f->r, T_FORM_YES), in->id, holds(v, S("1"))};
    at[1] = (struct view_form_option){S("0"), req_text(f->r, T_FORM_NO), second, holds(v, S("0"))};
    in->options.at = at;
    in->options.n = 2;
    in->is_radio = true;
}

/* Every division down to towns; the divisions that have others below them head a group. */
static int load_regions(struct filling *f)
{
    struct form_region_tree_rows rows;
    if (f->groups)
        return 0;
    if (form_region_tree(f->r->db, 5, &rows) < 0)
        return ERR_FAIL;
    bool en = f->r->lang == LANG_EN;
    struct view_form_group *groups = NEW_ARRAY(f->r->arena, rows.n + 1, struct view_form_group);
    size_t n = 0;
    for (size_t i = 0; i < rows.n; i++) {
        size_t below = 0, k = 0;
        for (size_t j = i + 1; j < rows.n; j++)
            below += str_eq(rows.at[j].parent, rows.at[i].code);
        if (below == 0)
            continue;
        struct view_form_option *at = NEW_ARRAY(f->r->arena, below + 1, struct view_form_option);
        at[k++] = (struct view_form_option){.value = rows.at[i].code, .label = en ? rows.at[i].name_en : rows.at[i].name};
        for (size_t j = i + 1; j < rows.n; j++)
            if (str_eq(rows.at[j].parent, rows.at[i].code))
                at[k++] = (struct view_form_option){.value = rows.at[j].code, .label = en ? rows.at[j].name_en : rows.at[j].name};
        groups[n].label = region_text(f->r, rows.at[i].code);
        groups[n].options.at = at;
        groups[n++].options.n = k;
    }
    f->groups = groups;
    f->groups_n = n;
    return 0;
}

/* A copy of the groups with one option chosen. Divisions that head a group of their own stand only there. */
static int fill_regions(struct filling *f, const json_t *v, struct view_form_input *in)
{
    if (load_regions(f))
        return ERR_FAIL;
    struct view_form_group *groups = NEW_ARRAY(f->r->arena, f->groups_n, struct view_form_group);
    for (size_t i = 0; i < f->groups_n; i++) {
        const struct view_form_group *g = &f->groups[i];
        struct view_form_option *at = NEW_ARRAY(f->r->arena, g->options.n, struct view_form_option);
        size_t n = 0;
        for (size_t k = 0; k < g->options.n; k++) {
            bool heads = false;
            for (size_t j = 0; k && j < f->groups_n; j++)
                heads = heads || str_eq(f->groups[j].options.at[0].value, g->options.at[k].value);
            if (heads)
                continue;
            at[n] = g->options.at[k];
            at[n].on = holds(v, at[n].value);
            n++;
        }
        groups[i] = *g;
        groups[i].options.at = at;
        groups[i].options.n = n;
    }
    in->groups.at = groups;
    in->groups.n = f->groups_n;
    in->is_select = true;
    return 0;
}

static int fill_files(struct filling *f, const json_t *v, struct view_form_input *in)
{
    struct form_file_list_rows rows;
    if (form_file_list(f->r->db, f->r->who.person_id, INT64_MAX, 200, &rows) < 0)
        return ERR_FAIL;
    struct view_form_option *at = NEW_ARRAY(f->r->arena, rows.n, struct view_form_option);
    for (size_t i = 0; i < rows.n; i++) {
        str id = str_i64(f->r->arena, rows.at[i].file_id);
        at[i] = (struct view_form_option){.value = id, .label = rows.at[i].name, .on = holds(v, id)};
    }
    in->options.at = at;
    in->options.n = rows.n;
    in->is_select = true;
    return 0;
}

static void fill_pair(struct filling *f, const json_t *field, const json_t *v, str path, struct view_form_input *in)
{
    struct arena *a = f->r->arena;
    str kind = form_kind(field), name, number, key = form_number_key(kind);
    bool person = str_is(kind, "person");
    struct view_form_cell *at = NEW_ARRAY(a, 2, struct view_form_cell);
    form_pair_parts(kind, v, &name, &number);
    at[0] = (struct view_form_cell){.value = name, .mode = S("text"), .most = 200};
    at[0].label = req_text(f->r, person ? T_FORM_PERSON_NAME : T_FORM_ENTERPRISE_NAME);
    at[0].name = str_fmt(a, "%.*s.name", STRF(in->name));
    at[0].error = error_at(f, str_fmt(a, "%.*s.name", STRF(path)));
    at[1] = (struct view_form_cell){.value = number, .mode = S("text"), .most = 40};
    at[1].label = req_text(f->r, person ? T_FORM_PERSON_NUMBER : T_FORM_ENTERPRISE_NUMBER);
    at[1].name = str_fmt(a, "%.*s.%.*s", STRF(in->name), STRF(key));
    at[1].error = error_at(f, str_fmt(a, "%.*s.%.*s", STRF(path), STRF(key)));
    for (size_t i = 0; i < 2; i++) {
        at[i].id = at[i].name;
        at[i].described = described(f, at[i].id, STR_NONE, at[i].error);
    }
    in->parts.at = at;
    in->parts.n = 2;
    in->is_pair = true;
}

static void fill_cell(struct filling *f, const json_t *column, const json_t *row, str at, const struct view_form_input *in,
                      size_t line, struct view_form_cell *ret)
{
    struct arena *a = f->r->arena;
    str name = json_get_str(column, "name"), kind = form_kind(column);
    const json_t *v = json_object_get(row, str_z(a, name));
    *ret = (struct view_form_cell){.value = typed(f, column, v), .mode = mode_of(kind)};
    ret->name = str_fmt(a, "%.*s.%zu.%.*s", STRF(in->name), line, STRF(name));
    ret->id = ret->name;
    ret->label = form_label(f->r->lang, column, "label");
    ret->error = error_at(f, str_fmt(a, "%.*s.%.*s", STRF(at), STRF(name)));
    ret->described = described(f, ret->id, STR_NONE, ret->error);
    ret->most = str_is(kind, "text") ? json_get_int(column, "max", DB_NONE) : DB_NONE;
    ret->choice = str_is(kind, "choice");
    if (ret->choice) {
        struct view_form_option *options;
        fill_options(f, column, v, ret->id, &options, &ret->options.n);
        ret->options.at = options;
    }
}

static void fill_table(struct filling *f, const json_t *field, const json_t *v, str path, struct view_form_input *in)
{
    const json_t *columns = json_object_get(field, "columns");
    struct arena *a = f->r->arena;
    size_t columns_n = json_array_size(columns), have = json_is_array(v) ? json_array_size(v) : 0;
    size_t most = (size_t)json_get_int(field, "max", 100), n = have ? have : 2, i, k;
    if (str_eq(f->how->rows, path))
        n = have + 3;
    n = n > most && most >= have ? most : n;
    str *heads = NEW_ARRAY(a, columns_n, str);
    struct view_form_line *lines = NEW_ARRAY(a, n, struct view_form_line);
    json_t *column;
    json_array_foreach(columns, k, column) {
        heads[k] = form_label(f->r->lang, column, "label");
    }
    for (i = 0; i < n; i++) {
        struct view_form_cell *cells = NEW_ARRAY(a, columns_n, struct view_form_cell);
        str at = str_fmt(a, "%.*s.%zu", STRF(path), i);
        json_array_foreach(columns, k, column) {
            fill_cell(f, column, have > i ? json_array_get(v, i) : NULL, at, in, i, &cells[k]);
        }
        lines[i] = (struct view_form_line){.no = (int64_t)i + 1, .label = in->label};
        lines[i].cells.at = cells;
        lines[i].cells.n = columns_n;
    }
    in->heads.at = heads;
    in->heads.n = columns_n;
    in->lines.at = lines;
    in->lines.n = n;
    in->is_table = true;
    in->grow = f->how->grow && n < most ? str_fmt(a, "rows.%.*s", STRF(path)) : STR_NONE;
}

static int fill_kind(struct filling *f, const json_t *field, const json_t *v, str path, struct view_form_input *in)
{
    str kind = in->type;
    struct view_form_option *options;
    in->value = typed(f, field, v);
    if (str_is(kind, "region"))
        return fill_regions(f, v, in);
    if (str_is(kind, "file"))
        return fill_files(f, v, in);
    if (str_is(kind, "person") || str_is(kind, "enterprise")) {
        fill_pair(f, field, v, path, in);
    } else if (str_is(kind, "table")) {
        fill_table(f, field, v, path, in);
    } else if (str_is(kind, "bool")) {
        fill_bool(f, v, in);
    } else if (str_is(kind, "choice") || str_is(kind, "choices")) {
        bool many = str_is(kind, "choices");
        fill_options(f, field, v, in->id, &options, &in->options.n);
        in->options.at = options;
        in->is_check = many;
        in->is_radio = !many && in->options.n <= 7;
        in->is_select = !many && !in->is_radio;
    } else if (str_is(kind, "textarea")) {
        in->is_area = true;
    } else {
        in->is_line = true;
        in->narrow = !str_is(kind, "text") && !str_is(kind, "mail");
    }
    return 0;
}

static int fill_input(struct filling *f, const json_t *field, const json_t *folded, struct view_form_input *in)
{
    struct arena *a = f->r->arena;
    str path = json_get_str(field, "name"), kind = form_kind(field);
    const char *key = str_z(a, path);
    const json_t *v = json_object_get(folded, key), *was = json_object_get(f->how->stored, key);
    in->name = str_fmt(a, "fields.%s", key);
    in->id = in->name;
    in->label = form_label(f->r->lang, field, "label");
    in->hint = form_label(f->r->lang, field, "help");
    in->error = error_at(f, path);
    in->optional = !json_get_bool(field, "required", false);
    in->type = kind;
    in->mode = mode_of(kind);
    in->none = req_text(f->r, T_FORM_CHOOSE);
    in->most = str_is(kind, "text") || str_is(kind, "textarea") ? json_get_int(field, "max", DB_NONE) : DB_NONE;
    if (f->how->stored) {
        str words = form_value_text(f->r, field, was);
        if (!str_eq(words, form_value_text(f->r, field, v)))
            in->stored = words.n ? words : req_text(f->r, T_FORM_STORED_NOTHING);
    }
    int code = fill_kind(f, field, v, path, in);
    in->described = described(f, in->id, in->hint, in->error);
    in->type = type_of(kind, in->value);
    return code;
}

int form_fill_inputs(struct req *r, const json_t *item_fields, const json_t *folded, const struct form_show *how,
                     struct view_form_inputs *ret)
{
    struct filling f = {.r = r, .how = how};
    struct view_form_input *at = NEW_ARRAY(r->arena, json_array_size(item_fields), struct view_form_input);
    json_t *field;
    size_t i;
    if (how->check)
        form_judge(r, item_fields, folded, &f.problems);
    json_array_foreach(item_fields, i, field)
        if (fill_input(&f, field, folded, &at[i]))
            return ERR_FAIL;
    ret->inputs.at = at;
    ret->inputs.n = json_array_size(item_fields);
    return 0;
}

int form_inputs(struct req *r, const json_t *item_fields, str fields_json, bool check, struct view_form_inputs *ret)
{
    str why = STR_NONE;
    const json_t *map = json_read(r->arena, str_empty(fields_json) ? S("{}") : fields_json, &why);
    if (!map)
        return ERR_FAIL;
    return form_fill_inputs(r, item_fields, form_fold(r->arena, item_fields, map), &(struct form_show){.check = check}, ret);
}
