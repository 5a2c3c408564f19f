/* viewc: the types of X.view, their structs, JSON writers, OpenAPI components and form tables. */
#include "viewc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; bool view, form; } kinds[] = {
    [K_TEXT] = { "text", true, true }, [K_INT] = { "int", true, true }, [K_ID] = { "id", true, true },
    [K_MONEY] = { "money", true, true }, [K_TIME] = { "time", true, false }, [K_DAY] = { "day", true, true },
    [K_BOOL] = { "bool", true, true }, [K_LIMIT] = { "limit", true, false }, [K_JSON] = { "json", true, false },
    [K_MARKUP] = { "markup", true, false }, [K_VIEW] = { "", false, false }, [K_MAP] = { "map", false, true },
    [K_ANY] = { "any", false, true }, [K_UPLOAD] = { "upload", false, true },
};

static bool is_one_of(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (same(s, *list))
            return true;
    return false;
}

static void check_member_name(const struct type *t, const char *name, int line)
{
    static const char *const c_words[] = { "auto", "break", "case", "char", "const", "continue", "default", "do", "double",
        "else",
        "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short",
        "signed",
        "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "bool", "true",
        "false",
        NULL };
    static const char *const tags[] = { "t", "tt", "ifnot", "end", "each", "with", "include", "attr", "icon", "comment", "index",
        "this", "page", "body", NULL };
    const char *file = t->room->view_file;
    if (!is_name(name))
        fail(file, line, "a member's name is [a-z][a-z0-9_]*: %s", name);
    if (is_one_of(name, c_words))
        fail(file, line, "%s is a word of C and cannot be a member's name", name);
    if (!t->form && is_one_of(name, tags))
        fail(file, line, "%s is a word of templates and cannot be a member's name", name);
    for (size_t i = 0; i < t->members.n; i++)
        if (same(t->members.at[i].name, name))
            fail(file, line, "%s stands twice in %s", name, t->name);
}

static uint32_t read_max(const struct type *t, const char *word, int line)
{
    char *end;
    unsigned long v = word ? strtoul(word, &end, 10) : 0;
    if (!word || *end || *word == '-' || v == 0 || v > 1u << 30)
        fail(t->room->view_file, line, "max needs a number from 1 on");
    return (uint32_t)v;
}

static void read_attributes(const struct type *t, struct member *m, char **w, size_t n)
{
    const char *file = t->room->view_file;
    for (size_t i = 2; i < n; i++) {
        if (!t->form && same(w[i], "json") && !m->json) {
            m->json = m->name;
            if (i + 2 < n && same(w[i + 1], "as"))
                m->json = w[i + 2], i += 2;
        } else if (t->form && same(w[i], "required") && !m->opt) {
            m->required = true;
        } else if (t->form && same(w[i], "lines") && m->kind == K_TEXT) {
            m->lines = true;
        } else if (t->form && same(w[i], "max")) {
            m->max = read_max(t, i + 1 < n ? w[i + 1] : NULL, m->line);
            i++;
        } else {
            fail(file, m->line, "%s does not fit here", w[i]);
        }
    }
}

static void check_member(const struct type *t, const struct member *m)
{
    const char *file = t->room->view_file;
    bool sized = m->list || m->kind == K_TEXT || m->kind == K_MAP || m->kind == K_ANY;
    if (t->form && sized && !m->max)
        fail(file, m->line, "%s needs max", m->name);
    if (t->form && !sized && m->max)
        fail(file, m->line, "max does not fit %s", kinds[m->kind].name);
    if (t->form && m->kind == K_VIEW && !m->list)
        fail(file, m->line, "another form can only be a list: %s*", m->ref_name);
    if (t->form && m->list && m->kind != K_VIEW)
        fail(file, m->line, "a list is made of another form's name");
    if (m->opt && m->list)
        fail(file, m->line, "a list may be empty, it is never absent");
    if (m->opt && !t->form && (m->kind == K_BOOL || m->kind == K_MARKUP))
        fail(file, m->line, "%s cannot be absent", kinds[m->kind].name);
    if (m->kind == K_MARKUP && m->json)
        fail(file, m->line, "markup does not leave as JSON");
    if (m->kind == K_JSON && (!m->json || m->list))
        fail(file, m->line, "a json member leaves as JSON, singly: write json json");
    for (size_t i = 0; m->json && i < t->members.n; i++)
        if (t->members.at[i].json && same(t->members.at[i].json, m->json))
            fail(file, m->line, "%s stands twice in the JSON of %s", m->json, t->name);
}

static void read_member(struct type *t, char **w, size_t n, int line)
{
    const char *file = t->room->view_file;
    if (n < 2)
        fail(file, line, "a member needs a name and a type");
    check_member_name(t, w[0], line);
    struct member m = { .name = w[0], .line = line, .kind = K_VIEW };
    size_t len = strlen(w[1]);
    m.list = w[1][len - 1] == '*';
    m.opt = w[1][len - 1] == '?';
    if (m.list || m.opt)
        w[1][len - 1] = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (same(kinds[k].name, w[1]) && (t->form ? kinds[k].form : kinds[k].view))
            m.kind = (enum kind)k;
    if (m.kind == K_VIEW)
        m.ref_name = w[1];
    read_attributes(t, &m, w, n);
    check_member(t, &m);
    if (m.kind == K_UPLOAD && t->upload)
        fail(file, line, "a form takes one upload");
    t->upload |= m.kind == K_UPLOAD;
    t->has_json |= m.json != NULL;
    ADD(&t->members, m);
}

static struct type *read_head(struct viewc *c, struct room *r, char **w, size_t n, int line)
{
    bool form = n > 0 && same(w[0], "form");
    if (n != 2 || (!form && !same(w[0], "view")))
        fail(r->view_file, line, "expected `view NAME` or `form NAME`");
    if (!is_name(w[1]) || !starts(w[1], print("%s_", r->name)))
        fail(r->view_file, line, "the name %s must start with %s_", w[1], r->name);
    if (type_find(c, w[1], form))
        fail(r->view_file, line, "%s %s stands twice", w[0], w[1]);
    struct type *t = take(sizeof *t);
    *t = (struct type){ .room = r, .name = w[1], .form = form, .line = line };
    ADD(&r->types, t);
    return t;
}

void types_read(struct viewc *c, struct room *r)
{
    char *rest = read_text(r->view_file), *s;
    struct type *t = NULL;
    for (int line = 1; (s = strsep(&rest, "\n")) != NULL; line++) {
        char *w[16], *hash = strchr(s, '#');
        if (hash)
            *hash = 0;
        bool inside = *s == ' ' || *s == '\t';
        size_t n = split_words(s, w, 16);
        if (n > 16)
            fail(r->view_file, line, "too many words");
        if (n && !inside)
            t = read_head(c, r, w, n, line);
        else if (n && !t)
            fail(r->view_file, line, "a member outside of a view");
        else if (n)
            read_member(t, w, n, line);
    }
}

struct type *type_find(struct viewc *c, const char *name, bool form)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->rooms[i].types.n; k++)
            if (c->rooms[i].types.at[k]->form == form && same(c->rooms[i].types.at[k]->name, name))
                return c->rooms[i].types.at[k];
    return NULL;
}

void types_resolve(struct viewc *c, struct room *r)
{
    for (size_t i = 0; i < r->types.n; i++) {
        struct type *t = r->types.at[i];
        for (size_t k = 0; k < t->members.n; k++) {
            struct member *m = &t->members.at[k];
            if (m->kind != K_VIEW)
                continue;
            m->ref = type_find(c, m->ref_name, t->form);
            if (!m->ref)
                fail(r->view_file, m->line, "there is no type or %s %s", t->form ? "form" : "view", m->ref_name);
            if (m->ref->room->index > r->index)
                fail(r->view_file, m->line, "%s belongs to a later room", m->ref_name);
            if (m->ref->upload)
                fail(r->view_file, m->line, "a form with an upload cannot be a list's");
            r->uses[m->ref->room->index] |= m->ref->room != r;
            if (m->json && !m->ref->has_json)
                fail(r->view_file, m->line, "%s has no json members", m->ref_name);
        }
    }
}

/* ---- structs ---- */

static const char *c_type(const struct member *m, bool form)
{
    switch (m->kind) {
    case K_TEXT: case K_JSON: case K_MAP: case K_ANY: return "str ";
    case K_BOOL: return "bool ";
    case K_LIMIT: return "struct limit ";
    case K_MARKUP: return "struct markup ";
    case K_UPLOAD: return "struct upload ";
    case K_VIEW: return print("struct %s_%s ", form ? "form" : "view", m->ref->name);
    default: return "int64_t ";
    }
}

static void struct_write(struct room *r, struct type *t, struct sb *h)
{
    if (t->written == 1)
        fail(r->view_file, t->line, "%s contains itself", t->name);
    if (t->written || t->room != r)
        return;
    t->written = 1;
    for (size_t i = 0; i < t->members.n; i++) {
        const struct member *m = &t->members.at[i];
        if (m->kind == K_VIEW && !m->list && !m->opt)
            struct_write(r, m->ref, h);
    }
    sb_fmt(h, "\nstruct %s_%s {\n", t->form ? "form" : "view", t->name);
    for (size_t i = 0; i < t->members.n; i++) {
        const struct member *m = &t->members.at[i];
        const char *type = c_type(m, t->form);
        if (m->list)
            sb_fmt(h, "    struct { %s%s*at; size_t n; } %s;\n", t->form ? "" : "const ", type, m->name);
        else if (m->kind == K_VIEW && m->opt)
            sb_fmt(h, "    const %s*%s;\n", type, m->name);
        else
            sb_fmt(h, "    %s%s;\n", type, m->name);
    }
    if (!t->members.n)
        sb_z(h, "    char nothing;\n");
    sb_z(h, "};\n");
    t->written = 2;
}

void types_header(struct room *r, struct sb *h)
{
    for (size_t i = 0; i < r->types.n; i++)
        sb_fmt(h, "struct %s_%s;\n", r->types.at[i]->form ? "form" : "view", r->types.at[i]->name);
    for (size_t i = 0; i < r->types.n; i++)
        struct_write(r, r->types.at[i], h);
    sb_z(h, "\n");
    for (size_t i = 0; i < r->types.n; i++) {
        const struct type *t = r->types.at[i];
        if (t->form) {
            sb_fmt(h, "extern const struct form_desc fd_%s;\n", t->name);
            continue;
        }
        if (t->has_json)
            sb_fmt(h, "void json_%s(struct json *j, const struct view_%s *v);\n", t->name, t->name);
        sb_fmt(h, "extern const struct view_type vt_%s;\n", t->name);
    }
}

/* ---- JSON ---- */

static void json_value(struct sb *s, const struct member *m, const char *in, const char *x)
{
    const char *fn = NULL;
    switch (m->kind) {
    case K_TEXT: fn = "str"; break;
    case K_INT: case K_MONEY: fn = "opt_int"; break;
    case K_ID: fn = "opt_id"; break;
    case K_TIME: fn = "time"; break;
    case K_DAY: fn = "day"; break;
    case K_BOOL: fn = "bool"; break;
    case K_LIMIT: fn = "limit"; break;
    case K_JSON: fn = "opt_raw"; break;
    default: break;
    }
    if (fn)
        sb_fmt(s, "%sjson_%s(j, %s);\n", in, fn, x);
    else if (m->opt)
        sb_fmt(s, "%sif (%s)\n%s    json_%s(j, %s);\n%selse\n%s    json_none(j);\n", in, x, in, m->ref->name, x, in, in);
    else
        sb_fmt(s, "%sjson_%s(j, &%s);\n", in, m->ref->name, x);
}

static void json_write(const struct type *t, struct sb *s)
{
    sb_fmt(s, "\nvoid json_%s(struct json *j, const struct view_%s *v)\n{\n    json_obj(j);\n", t->name, t->name);
    for (size_t i = 0; i < t->members.n; i++) {
        const struct member *m = &t->members.at[i];
        if (!m->json)
            continue;
        sb_fmt(s, "    json_key(j, S(\"%s\"));\n", m->json);
        if (!m->list) {
            json_value(s, m, "    ", print("v->%s", m->name));
            continue;
        }
        sb_fmt(s, "    json_arr(j);\n    for (size_t i = 0; i < v->%s.n; i++) {\n", m->name);
        json_value(s, m, "        ", print("v->%s.at[i]", m->name));
        sb_z(s, "    }\n    json_arr_end(j);\n");
    }
    sb_z(s, "    json_obj_end(j);\n}\n");
}

static void schema_type(struct sb *b, const char *type, const char *format, bool null)
{
    sb_fmt(b, null ? "{\"type\":[\"%s\",\"null\"]" : "{\"type\":\"%s\"", type);
    if (format)
        sb_fmt(b, ",\"format\":\"%s\"", format);
    sb_z(b, "}");
}

static void schema_member(struct sb *b, const struct member *m)
{
    switch (m->kind) {
    case K_TEXT: case K_ID: schema_type(b, "string", NULL, m->opt); break;
    case K_INT: case K_MONEY: schema_type(b, "integer", "int64", m->opt); break;
    case K_TIME: schema_type(b, "string", "date-time", m->opt); break;
    case K_DAY: schema_type(b, "string", "date", m->opt); break;
    case K_BOOL: schema_type(b, "boolean", NULL, false); break;
    case K_LIMIT:
        sb_fmt(b, "{\"type\":%s,\"properties\":{\"n\":{\"type\":\"integer\"},\"unit\":{\"type\":\"string\","
               "\"enum\":[\"workday\",\"day\",\"month\",\"hour\"]}},\"required\":[\"n\",\"unit\"]}",
               m->opt ? "[\"object\",\"null\"]" : "\"object\"");
        break;
    case K_VIEW:
        sb_fmt(b, m->opt ? "{\"oneOf\":[{\"$ref\":\"#/components/schemas/%s\"},{\"type\":\"null\"}]}"
                         : "{\"$ref\":\"#/components/schemas/%s\"}", m->ref->name);
        break;
    default: sb_z(b, "{}"); break;
    }
}

static void schema_write(struct sb *b, const struct type *t)
{
    struct sb must = { 0 };
    const char *comma = "";
    sb_z(b, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < t->members.n; i++) {
        const struct member *m = &t->members.at[i];
        if (!m->json)
            continue;
        sb_z(b, comma);
        sb_z(&must, comma);
        sb_json(b, m->json);
        sb_json(&must, m->json);
        sb_z(b, m->list ? ":{\"type\":\"array\",\"items\":" : ":");
        schema_member(b, m);
        sb_z(b, m->list ? "}" : "");
        comma = ",";
    }
    sb_fmt(b, "},\"required\":[%s]}", must.p);
}

/* `html`: name of the template's function without html_, or NULL. */
void vt_write(struct sb *s, const char *name, const struct type *view, const char *html)
{
    if (view->has_json)
        sb_fmt(s, "\nstatic void j_%s(struct json *j, const void *v)\n{\n    json_%s(j, v);\n}\n", name, view->name);
    if (html)
        sb_fmt(s, "\nstatic void h_%s(struct out *o, const void *v)\n{\n    html_%s(o, v);\n}\n", name, html);
    sb_fmt(s, "\nconst struct view_type vt_%s = {\n    .name = \"%s\", .size = sizeof(struct view_%s),\n", name, name,
        view->name);
    if (html)
        sb_fmt(s, "    .html = h_%s,\n", name);
    if (view->has_json) {
        struct sb schema = { 0 };
        schema_write(&schema, view);
        sb_fmt(s, "    .json = j_%s,\n    .schema = ", name);
        sb_literal(s, schema.p, schema.n);
        sb_z(s, ",\n");
    }
    sb_z(s, "};\n");
}

/* ---- forms ---- */

static void form_write(const struct type *t, struct sb *s)
{
    static const char *const names[] = { [K_TEXT] = "TEXT", [K_INT] = "INT", [K_ID] = "ID", [K_MONEY] = "MONEY",
        [K_BOOL] = "BOOL",
        [K_DAY] = "DAY", [K_MAP] = "MAP", [K_ANY] = "ANY", [K_UPLOAD] = "UPLOAD", [K_VIEW] = "LIST" };
    if (t->members.n)
        sb_fmt(s, "\nstatic const struct form_field ff_%s[] = {\n", t->name);
    for (size_t i = 0; i < t->members.n; i++) {
        const struct member *m = &t->members.at[i];
        sb_fmt(s, "    { \"%s\", FORM_%s, %s, %s, %u, offsetof(struct form_%s, %s), %s%s },\n", m->name, names[m->kind],
               m->required ? "true" : "false", m->lines ? "true" : "false", m->max, t->name, m->name,
               m->list ? "&fd_" : "NULL", m->list ? m->ref->name : "");
    }
    if (t->members.n)
        sb_z(s, "};\n");
    sb_fmt(s, "const struct form_desc fd_%s = {\n    .name = \"%s\", .at = %s%s, .n = %zu,\n"
           "    .size = sizeof(struct form_%s), .upload = %s,\n};\n", t->name, t->name, t->members.n ? "ff_" : "NULL",
           t->members.n ? t->name : "", t->members.n, t->name, t->upload ? "true" : "false");
}

/* The view's own template, of the same name. */
static bool has_template(const struct room *r, const char *name)
{
    for (size_t i = 0; i < r->templates.n; i++)
        if (!r->templates.at[i]->is_layout && same(r->templates.at[i]->full, name))
            return true;
    return false;
}

void types_source(struct room *r, struct sb *s)
{
    for (size_t i = 0; i < r->types.n; i++) {
        const struct type *t = r->types.at[i];
        if (t->form)
            form_write(t, s);
        else if (t->has_json)
            json_write(t, s);
        if (!t->form)
            vt_write(s, t->name, t, has_template(r, t->name) ? t->name : NULL);
    }
}
