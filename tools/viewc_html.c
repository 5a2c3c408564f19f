/* viewc: templates. A walk over the markup that always knows where it stands (content, tag, quoted attribute), so that each
 * value gets the escape of its place, and what cannot be made safe is refused here. viewc_tag.c has the {{tags}}. */
#include "viewc_html.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool one_of(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(s, *list) == 0)
            return true;
    return false;
}

/* The }} of the tag at p; a comment may have tags inside. NULL when there is none. */
const char *braces_end(const char *p)
{
    int depth = 0;
    if (!starts(p, "{{comment"))
        return strstr(p, "}}");
    for (; *p; p++) {
        if (starts(p, "{{")) {
            depth++;
            p++;
        } else if (starts(p, "}}")) {
            if (--depth == 0)
                return p;
            p++;
        }
    }
    return NULL;
}

/* ---- code ---- */

static void indent(struct comp *k)
{
    for (size_t i = 0; i < k->blocks.n + 1 + (size_t)k->inner; i++)
        sb_z(&k->code, "    ");
}

void flush(struct comp *k)
{
    if (!k->lit.n)
        return;
    indent(k);
    sb_z(&k->code, "out_raw(o, ");
    sb_literal(&k->code, k->lit.p, k->lit.n);
    sb_fmt(&k->code, ", %zu);\n", k->lit.n);
    k->lit.n = 0;
}

void emit(struct comp *k, const char *code)
{
    flush(k);
    indent(k);
    sb_z(&k->code, code);
    sb_z(&k->code, "\n");
}

/* ---- walking ---- */

void eat(struct comp *k, size_t n, bool keep)
{
    for (size_t i = 0; i < n; i++)
        k->line += k->p[i] == '\n';
    if (keep)
        sb_put(&k->lit, k->p, n);
    k->p += n;
}

static bool in_element(const struct comp *k, const char *a, const char *b)
{
    for (size_t i = 0; i < k->elements.n; i++)
        if (same(k->elements.at[i].name, a) || same(k->elements.at[i].name, b))
            return true;
    return false;
}

/* A run with a line end in it counts as one line end; HTML shows both alike. */
static void blanks(struct comp *k)
{
    size_t n = strspn(k->p, " \t\n");
    bool line_end = memchr(k->p, '\n', n) != NULL;
    if (!line_end || in_element(k, "pre", "textarea")) {
        eat(k, n, true);
        return;
    }
    eat(k, n, false);
    if (!k->lit.n || k->lit.p[k->lit.n - 1] != '\n')
        sb_z(&k->lit, "\n");
}

static const char *lower(const char *p, size_t n)
{
    char *s = copy(p, n);
    for (char *q = s; *q; q++)
        *q = (char)tolower((unsigned char)*q);
    return s;
}

static bool is_void(const char *name)
{
    static const char *const list[] = { "area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
        NULL };
    return one_of(name, list);
}

static size_t name_length(const char *p)
{
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '-' || p[n] == ':')
        n++;
    return n;
}

/* ---- tags ---- */

static void open_tag(struct comp *k)
{
    static const char *const refused[] = { "base", "object", "embed", "applet", "animate", "set", "frame", "frameset", NULL };
    size_t n = name_length(k->p + 1);
    k->tag = (struct tag){ .name = lower(k->p + 1, n), .line = k->line };
    if (one_of(k->tag.name, refused))
        fail(k->t->file, k->line, "<%s> is not used here", k->tag.name);
    eat(k, n + 1, true);
    k->at.where = IN_TAG;
    k->at.tag = ++k->serial;
    k->blank = false;
}

static void close_tag(struct comp *k)
{
    size_t n = name_length(k->p + 2), more = strspn(k->p + 2 + n, " \t\n");
    const char *name = lower(k->p + 2, n);
    if (!n || k->p[2 + n + more] != '>')
        fail(k->t->file, k->line, "a broken closing tag </%s", name);
    if (!k->elements.n)
        fail(k->t->file, k->line, "</%s> closes nothing", name);
    const struct element *e = &k->elements.at[k->elements.n - 1];
    if (!same(e->name, name))
        fail(k->t->file, k->line, "</%s> would close <%s> of line %d", name, e->name, e->line);
    if (k->blocks.n && k->elements.n == k->blocks.at[k->blocks.n - 1].at.depth)
        fail(k->t->file, k->line, "</%s> closes a tag that was opened outside of {{%s}}", name,
            k->blocks.at[k->blocks.n - 1].word);
    k->elements.n--;
    k->at.depth--;
    k->at.where = IN_TEXT;
    sb_fmt(&k->lit, "</%s>", copy(k->p + 2, n));
    eat(k, 3 + n + more, false);
}

static void check_tag(struct comp *k)
{
    static const char *const control[] = { "input", "select", "textarea", NULL };
    static const char *const no_label[] = { "hidden", "submit", "reset", "button", "image", NULL };
    const struct tag *g = &k->tag;
    if (same(g->name, "img") && !g->has_alt)
        fail(k->t->file, g->line, "<img> without alt");
    if (one_of(g->name, control) && !g->has_label && !(same(g->name, "input") && g->type && one_of(g->type, no_label)))
        fail(k->t->file, g->line, "<%s> without id or aria-label", g->name);
    if (same(g->name, "script") && !g->has_src)
        fail(k->t->file, g->line, "<script> without src");
    if (same(g->name, "form") && !g->method)
        fail(k->t->file, g->line, "<form> without method");
    if (same(g->name, "form") && same(g->method, "post") && !g->has_action)
        fail(k->t->file, g->line, "<form method=\"post\"> without action");
}

/* At > or />. */
static void tag_end(struct comp *k)
{
    bool slash = *k->p == '/';
    const struct tag *g = &k->tag;
    check_tag(k);
    if (slash && !is_void(g->name) && !same(g->name, "svg") && !in_element(k, "svg", "math"))
        fail(k->t->file, k->line, "<%s/> must be closed by </%s>", g->name, g->name);
    eat(k, slash ? 2 : 1, false);
    sb_z(&k->lit, slash && !is_void(g->name) ? "/>" : ">");
    k->at.where = IN_TEXT;
    if (slash || is_void(g->name))
        return;
    ADD(&k->elements, (struct element){ g->name, g->line });
    k->at.depth++;
    if (same(g->name, "script") || same(g->name, "style")) {
        k->at.where = IN_RAW;
    } else if (same(g->name, "textarea") || same(g->name, "title")) {
        k->at.where = IN_RCDATA;
        if (same(g->name, "textarea"))           /* browsers drop a first line end; a value may begin with one */
            sb_z(&k->lit, "\n");
    } else if (same(g->name, "form") && same(g->method, "post")) {
        emit(k, "out_form(o);");
    }
}

static void note_attribute(struct comp *k, const char *name)
{
    static const char *const urls[] = { "href", "src", "action", "formaction", "cite", "poster", "data", "background", "longdesc",
        "manifest", "ping", "xlink:href", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-push-url",
        "hx-replace-url", NULL };
    static const char *const closed[] = { "method", "srcset", "http-equiv", "rel", "target", "hx-vals", "hx-vars", "hx-headers",
        "hx-request", "hx-trigger", "hx-ext", "integrity", "sandbox", "allow", NULL };
    static const char *const refused[] = { "style", "srcdoc", "http-equiv", "nonce", NULL };
    const char *plain = starts(name, "data-hx-") ? name + 5 : name;
    if (starts(plain, "on") || starts(plain, "hx-on"))
        fail(k->t->file, k->line, "a script in the attribute %s", name);
    if (one_of(plain, refused))
        fail(k->t->file, k->line, "the attribute %s is not used here", name);
    k->tag.has_alt |= same(name, "alt");
    k->tag.has_src |= same(name, "src");
    k->tag.has_action |= same(name, "action");
    k->tag.has_label |= same(name, "id") || same(name, "aria-label") || same(name, "aria-labelledby");
    k->attr_name = name;
    k->attr_url = one_of(plain, urls);
    k->attr_closed = one_of(plain, closed);
}

static void attribute(struct comp *k)
{
    size_t n = strcspn(k->p, " \t\n=>/\"'<{");
    if (!n)
        fail(k->t->file, k->line, "an unexpected %c in <%s>", *k->p, k->tag.name);
    if (!k->blank)
        fail(k->t->file, k->line, "a blank is missing in <%s>", k->tag.name);
    if (k->p[n] == '{' && !starts(k->p + n, "{{end}}") && !starts(k->p + n, "{{else}}"))
        fail(k->t->file, k->line, "a value in an attribute's name");
    note_attribute(k, lower(k->p, n));
    eat(k, n, true);
    k->blank = false;
    if (*k->p != '=')
        return;
    eat(k, 1, true);
    if (starts(k->p, "{{"))
        fail(k->t->file, k->line, "a value in the unquoted attribute %s", k->attr_name);
    if (*k->p != '"' && *k->p != '\'')
        fail(k->t->file, k->line, "the value of %s needs quotes", k->attr_name);
    k->at.where = IN_VALUE;
    k->at.quote = *k->p;
    k->at.attr = ++k->serial;
    k->start = true;
    k->value.n = 0;
    sb_z(&k->value, "");
    eat(k, 1, true);
}

static void in_tag(struct comp *k)
{
    size_t n = strspn(k->p, " \t\n");
    if (n) {
        eat(k, n, false);
        sb_z(&k->lit, " ");
        k->blank = true;
    } else if (*k->p == '>' || starts(k->p, "/>")) {
        tag_end(k);
    } else {
        attribute(k);
    }
}

static void in_value(struct comp *k)
{
    if (*k->p != k->at.quote) {
        k->start = false;
        sb_put(&k->value, k->p, 1);
        eat(k, 1, true);
        return;
    }
    eat(k, 1, true);
    k->at.where = IN_TAG;
    k->at.attr = 0;
    k->at.quote = 0;
    if (same(k->attr_name, "method"))
        k->tag.method = lower(k->value.p, k->value.n);
    if (same(k->attr_name, "type"))
        k->tag.type = lower(k->value.p, k->value.n);
}

/* The inside of script and style, up to the closing tag. */
static void in_raw(struct comp *k)
{
    const char *name = k->elements.at[k->elements.n - 1].name, *end = strcasestr(k->p, print("</%s", name));
    if (!end)
        fail(k->t->file, k->elements.at[k->elements.n - 1].line, "<%s> is never closed", name);
    size_t n = (size_t)(end - k->p);
    const char *text = copy(k->p, n);
    if (strstr(text, "{{"))
        fail(k->t->file, k->line, "a value inside <%s>", name);
    if (same(name, "script") && text[strspn(text, " \t\n")])
        fail(k->t->file, k->line, "a script stands in its own file");
    eat(k, n, !same(name, "script"));
    close_tag(k);
}

static void skip_comment(struct comp *k)
{
    const char *end = strstr(k->p, "-->"), *value = strstr(k->p, "{{");
    if (!end)
        fail(k->t->file, k->line, "<!-- is never closed");
    if (value && value < end)
        fail(k->t->file, k->line, "a value inside a comment; {{comment ...}} hides tags");
    eat(k, (size_t)(end - k->p) + 3, false);
}

static void in_text(struct comp *k)
{
    if (*k->p == ' ' || *k->p == '\t' || *k->p == '\n') {
        blanks(k);
    } else if (*k->p != '<') {
        size_t n = strcspn(k->p, " \t\n<{}");
        eat(k, n ? n : 1, true);
    } else if (starts(k->p, "<!--")) {
        skip_comment(k);
    } else if (k->p[1] == '!') {
        eat(k, strcspn(k->p, ">"), true);
    } else if (k->p[1] == '/') {
        close_tag(k);
    } else if (isalpha((unsigned char)k->p[1])) {
        open_tag(k);
    } else if (starts(k->p + 1, "{{")) {
        fail(k->t->file, k->line, "a value in a tag's name");
    } else {
        fail(k->t->file, k->line, "a bare <: write &lt;");
    }
}

static void in_rcdata(struct comp *k)
{
    if (*k->p == '<' && k->p[1] == '/')
        close_tag(k);
    else if (*k->p == '<')
        fail(k->t->file, k->line, "a tag inside <%s>", k->elements.at[k->elements.n - 1].name);
    else
        eat(k, 1, true);
}

static void step(struct comp *k)
{
    if (k->at.where == IN_RAW)
        in_raw(k);
    else if (starts(k->p, "{{"))
        tag_in_braces(k);
    else if (starts(k->p, "}}"))
        fail(k->t->file, k->line, "}} without {{");
    else if (k->at.where == IN_TAG)
        in_tag(k);
    else if (k->at.where == IN_VALUE)
        in_value(k);
    else if (k->at.where == IN_RCDATA)
        in_rcdata(k);
    else
        in_text(k);
}

static void check_closed(struct comp *k)
{
    if (k->blocks.n)
        fail(k->t->file, k->blocks.at[k->blocks.n - 1].line, "{{%s}} is never closed", k->blocks.at[k->blocks.n - 1].word);
    if (k->at.where == IN_TAG || k->at.where == IN_VALUE)
        fail(k->t->file, k->tag.line, "<%s is never closed", k->tag.name);
    if (k->elements.n)
        fail(k->t->file, k->elements.at[k->elements.n - 1].line, "<%s> is never closed", k->elements.at[k->elements.n - 1].name);
}

static void check_javascript(const struct template *t)
{
    const char *at = strcasestr(t->src, "javascript:");
    int line = 1;
    for (const char *p = t->src; at && p < at; p++)
        line += *p == '\n';
    if (at)
        fail(t->file, line, "javascript: is not used here");
}

/* ---- functions ---- */

static void layout_frame(struct comp *k, struct sb *s, const char *body)
{
    const struct template *t = k->t;
    const char *head = "    const struct view_web_page *v = o->page;\n    (void)v;\n";
    if (!t->layout) {
        sb_fmt(s, "\nvoid layout_%s(struct out *o, const struct layout *l)\n{\n%s%s}\n", t->full, head, body);
        return;
    }
    sb_fmt(s, "\nstatic void body_%s(struct out *o, const void *p)\n{\n    const struct layout *l = p;\n%s%s}\n", t->full,
        head, body);
    sb_fmt(s, "\nvoid layout_%s(struct out *o, const struct layout *l)\n{\n"
           "    layout_%s(o, &(struct layout){ .html = body_%s, .view = l, .title = %s });\n}\n", t->full, t->layout->full,
           t->full,
           t->title ? title_code(k) : "l->title");
}

static void page_frame(struct comp *k, struct sb *s, const char *body)
{
    const struct template *t = k->t;
    if (!t->layout) {
        sb_fmt(s, "\nvoid html_%s(struct out *o, const struct view_%s *v)\n{\n    (void)o, (void)v;\n%s}\n", t->full,
            t->view->name, body);
        return;
    }
    sb_fmt(s, "\nstatic void body_%s(struct out *o, const void *p)\n{\n    const struct view_%s *v = p;\n    (void)o, (void)v;"
        "\n%s}\n",
           t->full, t->view->name, body);
    sb_fmt(s, "\nvoid html_%s(struct out *o, const struct view_%s *v)\n{\n"
           "    layout_%s(o, &(struct layout){ .html = body_%s, .view = v, .title = %s });\n}\n", t->full, t->view->name,
           t->layout->full, t->full, title_code(k));
}

void template_compile(struct viewc *c, struct template *t, struct sb *s)
{
    struct comp *k = take(sizeof *k);
    k->c = c;
    k->t = t;
    k->p = t->body;
    k->line = t->body_line;
    ADD(&k->scopes, (struct scope){ .var = "v", .type = t->view });
    check_javascript(t);
    while (*k->p)
        step(k);
    check_closed(k);
    while (k->lit.n && k->lit.p[k->lit.n - 1] == '\n')
        k->lit.n--;
    if (!t->is_layout)
        sb_z(&k->lit, "\n");
    flush(k);
    const char *body = k->code.p ? k->code.p : "";
    if (t->is_layout)
        layout_frame(k, s, body);
    else
        page_frame(k, s, body);
}

/* ---- files and heads ---- */

static int by_word(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One of the head lines; false when something else stands there. */
static bool head_line(struct template *t, const char **ret_at, int *ret_line)
{
    const char *p = *ret_at + strspn(*ret_at, " \t\n"), *end = braces_end(p);
    int line = *ret_line;
    for (const char *q = *ret_at; q < p; q++)
        line += *q == '\n';
    if (!starts(p, "{{") || !end)
        return false;
    char *w[3], *words = copy(p + 2, (size_t)(end - p - 2)), *whole = copy(words, strlen(words));
    size_t n = split_words(words, w, 3);
    if (n == 2 && same(w[0], "view") && !t->view) {
        t->view = take(sizeof *t->view);
        t->view->name = w[1];
        t->view->line = line;
    } else if (n == 2 && same(w[0], "layout") && !t->layout_name) {
        t->layout_name = w[1];
        t->layout_line = line;
    } else if (n > 1 && same(w[0], "title") && !t->title) {
        t->title = whole;
        t->title_line = line;
    } else if (!n || !same(w[0], "comment")) {
        return false;
    }
    for (const char *q = p; q < end; q++)
        line += *q == '\n';
    *ret_at = end + 2;
    *ret_line = line;
    return true;
}

static void read_template(struct room *r, const char *file_name)
{
    struct template *t = take(sizeof *t);
    t->room = r;
    t->name = copy(file_name, strlen(file_name) - 5);
    t->full = print("%s_%s", r->name, t->name);
    t->file = print("%s/html/%s", r->dir, file_name);
    if (!is_name(t->name))
        fail(t->file, 1, "a template's name is [a-z][a-z0-9_]*.html");
    t->src = t->body = read_text(t->file);
    t->body_line = 1;
    while (head_line(t, &t->body, &t->body_line))
        continue;
    if (!t->view)
        fail(t->file, 1, "the first line must be {{view NAME}}");
    for (; *t->body == ' ' || *t->body == '\t' || *t->body == '\n'; t->body++)
        t->body_line += *t->body == '\n';
    t->is_layout = strstr(t->body, "{{body}}") != NULL;
    ADD(&r->templates, t);
}

void templates_read(struct viewc *c, struct room *r)
{
    (void)c;
    LIST(const char *) names = { 0 };
    DIR *d = opendir(print("%s/html", r->dir));
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        size_t n = strlen(e->d_name);
        if (e->d_name[0] != '.' && n > 5 && same(e->d_name + n - 5, ".html"))
            ADD(&names, (const char *)copy(e->d_name, n));
    }
    if (d)
        closedir(d);
    if (names.n)
        qsort(names.at, names.n, sizeof *names.at, by_word);
    for (size_t i = 0; i < names.n; i++)
        read_template(r, names.at[i]);
}

static struct template *layout_named(struct viewc *c, const struct template *t)
{
    const char *web = print("web_%s", t->layout_name);
    for (size_t i = 0; i <= t->room->index; i++)
        for (size_t k = 0; k < c->rooms[i].templates.n; k++) {
            struct template *l = c->rooms[i].templates.at[k];
            if (l->is_layout && (same(l->full, t->layout_name) || same(l->full, web)))
                return l;
        }
    fail(t->file, t->layout_line, "there is no layout %s (a template with {{body}})", t->layout_name);
}

static void template_resolve(struct viewc *c, struct template *t, struct sb *unused)
{
    (void)unused;
    struct type *view = type_find(c, t->view->name, false);
    if (!view || view->room->index > t->room->index)
        fail(t->file, t->view->line, "there is no view %s%s", t->view->name, view ? " yet: it belongs to a later room" : "");
    t->view = view;
    t->room->uses[view->room->index] |= view->room != t->room;
    if (t->is_layout && view != c->page)
        fail(t->file, 1, "a layout is bound to {{view web_page}}");
    if (!t->is_layout && type_find(c, t->full, false) && type_find(c, t->full, false) != view)
        fail(t->file, t->view->line, "the view %s has this template's name, and the template another view", t->full);
    if (t->title && !t->layout_name)
        fail(t->file, t->title_line, "a title needs a layout");
    if (!t->layout_name)
        return;
    t->layout = layout_named(c, t);
    t->room->uses[t->layout->room->index] |= t->layout->room != t->room;
    if (!t->title && !t->is_layout)
        fail(t->file, t->layout_line, "a page with a layout needs {{title ...}}");
}

void templates_resolve(struct viewc *c, struct room *r)
{
    for (size_t i = 0; i < r->templates.n; i++)
        guarded(template_resolve, c, r->templates.at[i], NULL);
}
