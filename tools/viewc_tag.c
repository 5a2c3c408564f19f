/* viewc: the {{tags}} of templates: values, texts, conditions, loops, parts, icons. */
#include "viewc_html.h"

#include <string.h>

/* A name, resolved: a C expression and its type. */
struct ref { enum kind kind; bool list, opt; const struct type *type; const char *x; };

#define PAGE "(*(const struct view_web_page *)o->page)"

static bool member_of(const struct type *t, const char *name, const char *x, struct ref *ret)
{
    for (size_t i = 0; t && i < t->members.n; i++) {
        const struct member *m = &t->members.at[i];
        if (!same(m->name, name))
            continue;
        *ret = (struct ref){ m->kind, m->list, m->opt, m->ref, print("%s%s", x, name) };
        return true;
    }
    return false;
}

static bool look_up(struct comp *k, const char *name, struct ref *ret)
{
    const struct type *page = k->c->page;
    if (page && starts(name, "page."))
        return member_of(page, name + 5, PAGE ".", ret);
    if (page && same(name, "page")) {
        *ret = (struct ref){ .kind = K_VIEW, .type = page, .x = PAGE };
        return true;
    }
    for (size_t i = k->scopes.n; i-- > 0;) {
        const struct scope *s = &k->scopes.at[i];
        if (same(name, "this") && i + 1 == k->scopes.n) {
            *ret = (struct ref){ .kind = s->type ? K_VIEW : s->kind, .type = s->type, .x = print("(*%s)", s->var) };
            return true;
        }
        if (same(name, "index") && s->index) {
            *ret = (struct ref){ .kind = K_INT, .x = print("(int64_t)%s", s->index) };
            return true;
        }
        if (member_of(s->type, name, print("%s->", s->var), ret))
            return true;
    }
    return false;
}

static struct ref resolve(struct comp *k, const char *name)
{
    struct ref r;
    if (!look_up(k, name, &r))
        fail(k->t->file, k->line, "%s is not a member of %s%s", name, k->t->view->name,
            k->scopes.n > 1 ? " nor of the scopes here" : "");
    return r;
}

static const char *kind_word(const struct ref *r)
{
    static const char *const words[] = { [K_TEXT] = "text", [K_INT] = "int", [K_ID] = "id", [K_MONEY] = "money",
        [K_TIME] = "time",
        [K_DAY] = "day", [K_BOOL] = "bool", [K_LIMIT] = "limit", [K_JSON] = "json", [K_MARKUP] = "markup", [K_VIEW] = "view" };
    return r->list ? "list" : words[r->kind];
}

/* ---- values ---- */

static void check_place(struct comp *k, const char *what)
{
    if (k->at.where == IN_TAG)
        fail(k->t->file, k->line, k->blank ? "%s in <%s> outside of an attribute" : "%s in the name of <%s>", what, k->tag.name);
    if (k->at.where == IN_VALUE && k->attr_closed)
        fail(k->t->file, k->line, "%s in the attribute %s", what, k->attr_name);
}

static void url_value(struct comp *k, const char *name, const struct ref *r)
{
    if (r->kind != K_TEXT && r->kind != K_INT && r->kind != K_ID && r->kind != K_DAY)
        fail(k->t->file, k->line, "%s is %s and cannot stand in a URL", name, kind_word(r));
    if (k->start && same(k->tag.name, "script"))
        fail(k->t->file, k->line, "a value at the start of a script's src");
    if (r->kind == K_TEXT)
        emit(k, print(k->start ? "out_url(o, %s);" : "out_url_part(o, %s);", r->x));
    else
        emit(k, print(r->kind == K_DAY ? "out_day(o, %s, false);" : "out_int(o, %s);", r->x));
}

static void value(struct comp *k, const char *name, bool prose)
{
    struct ref r = resolve(k, name);
    check_place(k, "a value");
    if (r.list || r.kind == K_VIEW || r.kind == K_BOOL || r.kind == K_JSON)
        fail(k->t->file, k->line, "%s is a %s and cannot be written as it is", name, kind_word(&r));
    if (prose && r.kind != K_TIME && r.kind != K_DAY)
        fail(k->t->file, k->line, "long fits a time or a day, %s is %s", name, kind_word(&r));
    if (r.kind == K_MARKUP && k->at.where != IN_TEXT)
        fail(k->t->file, k->line, "markup (%s) stands in content only", name);
    if (k->at.where == IN_VALUE && k->attr_url) {
        url_value(k, name, &r);
    } else {
        switch (r.kind) {
        case K_TEXT: emit(k, print("out_text(o, %s);", r.x)); break;
        case K_MONEY: emit(k, print("out_money(o, %s);", r.x)); break;
        case K_TIME: emit(k, print("out_time(o, %s, %s);", r.x, prose ? "true" : "false")); break;
        case K_DAY: emit(k, print("out_day(o, %s, %s);", r.x, prose ? "true" : "false")); break;
        case K_LIMIT: emit(k, print("out_limit(o, %s);", r.x)); break;
        case K_MARKUP: emit(k, print("out_markup(o, %s);", r.x)); break;
        default: emit(k, print("out_int(o, %s);", r.x)); break;
        }
    }
    k->start = false;
}

/* ---- texts ---- */

static const char *argument(struct comp *k, const char *name)
{
    struct ref r = resolve(k, name);
    static const char *const fn[] = { [K_INT] = "int", [K_ID] = "int", [K_MONEY] = "money", [K_TIME] = "time", [K_DAY] = "day",
        [K_LIMIT] = "limit" };
    if (r.list || r.kind == K_VIEW || r.kind == K_BOOL || r.kind == K_JSON || r.kind == K_MARKUP)
        fail(k->t->file, k->line, "%s is a %s and cannot stand in a text", name, kind_word(&r));
    return r.kind == K_TEXT ? r.x : print("out_str_%s(o, %s)", fn[r.kind], r.x);
}

/* "T_X, args, n" for {{t key a b}}. */
static const char *text_call(struct comp *k, char **w, size_t n)
{
    if (n < 2)
        fail(k->t->file, k->line, "{{t}} needs a key");
    const struct text *t = text_named(k->c, k->t->room, w[1]);
    if (!t)
        fail(k->t->file, k->line, "there is no text %s", w[1]);
    if ((size_t)t->holes != n - 2)
        fail(k->t->file, k->line, "the text %s takes %d members, here are %zu", w[1], t->holes, n - 2);
    if (n == 2)
        return print("%s, NULL, 0", t->c_name);
    struct sb b = { 0 };
    sb_fmt(&b, "%s, (const str[]){ ", t->c_name);
    for (size_t i = 2; i < n; i++)
        sb_fmt(&b, "%s%s", i > 2 ? ", " : "", argument(k, w[i]));
    sb_fmt(&b, " }, %zu", n - 2);
    return b.p;
}

static void check_text_place(struct comp *k)
{
    check_place(k, "a text");
    if (k->at.where == IN_VALUE && k->attr_url)
        fail(k->t->file, k->line, "a text in the URL of %s", k->attr_name);
    k->start = false;
}

static void tag_text(struct comp *k, char **w, size_t n)
{
    check_text_place(k);
    emit(k, print("out_t(o, %s);", text_call(k, w, n)));
}

static void tag_text_of_value(struct comp *k, char **w, size_t n)
{
    const char *prefix;
    if (n != 3)
        fail(k->t->file, k->line, "expected {{tt prefix member}}");
    check_text_place(k);
    struct room *r = text_prefix(k->c, k->t->room, w[1], &prefix);
    if (!r)
        fail(k->t->file, k->line, "no text starts with %s.", w[1]);
    struct ref m = resolve(k, w[2]);
    if (m.list || (m.kind != K_TEXT && m.kind != K_INT && m.kind != K_ID))
        fail(k->t->file, k->line, "%s is %s; {{tt}} takes a text or a number", w[2], kind_word(&m));
    emit(k, print("out_tt(o, \"%s\", \"%s\", %s);", r->name, prefix, argument(k, w[2])));
}

const char *title_code(struct comp *k)
{
    char *w[12];
    size_t n = split_words(copy(k->t->title, strlen(k->t->title)), w, 12);
    k->line = k->t->title_line;
    if (n <= 12 && n > 2 && same(w[1], "t"))
        return print("text_fill(o->b.a, o->lang, %s)", text_call(k, w + 1, n - 1));
    struct ref r = { 0 };
    if (n == 2)
        r = resolve(k, w[1]);
    if (n != 2 || r.kind != K_TEXT || r.list)
        fail(k->t->file, k->line, "expected {{title t KEY}} or {{title MEMBER}} with a text");
    return r.x;
}

/* ---- conditions, loops, scopes ---- */

static const char *condition(struct comp *k, const char *name)
{
    struct ref r = resolve(k, name);
    if (r.list)
        return print("%s.n != 0", r.x);
    switch (r.kind) {
    case K_TEXT: return print("!str_empty(%s)", r.x);
    case K_MARKUP: return print("!str_empty(%s.html)", r.x);
    case K_BOOL: return r.x;
    case K_LIMIT: return print("%s.n != INT64_MIN && %s.n != 0", r.x, r.x);
    case K_VIEW:
        if (!r.opt)
            fail(k->t->file, k->line, "%s is always there", name);
        return print("%s != NULL", r.x);
    case K_JSON: fail(k->t->file, k->line, "%s is for the JSON face only", name);
    default: return print("%s != INT64_MIN && %s != 0", r.x, r.x);
    }
}

static struct block *open_block(struct comp *k, const char *word)
{
    if (k->at.where == IN_TAG && !same(word, "if") && !same(word, "ifnot"))
        fail(k->t->file, k->line, "{{%s}} inside a tag", word);
    return ADD(&k->blocks, (struct block){ .word = word, .line = k->line, .start = k->start, .blank = k->blank,
        .start_after = true,
               .blank_after = true, .at = k->at, .scopes = k->scopes.n });
}

static void tag_if(struct comp *k, char **w, size_t n)
{
    bool not = same(w[0], "ifnot");
    if (n != 2)
        fail(k->t->file, k->line, "expected {{%s MEMBER}}", w[0]);
    const char *x = condition(k, w[1]);
    emit(k, print(not ? "if (!(%s)) {" : "if (%s) {", x));
    open_block(k, not ? "ifnot" : "if");
}

static void tag_each(struct comp *k, char **w, size_t n)
{
    struct ref r = { 0 };
    if (n == 2)
        r = resolve(k, w[1]);
    if (!r.list)
        fail(k->t->file, k->line, "expected {{each LIST}}");
    int id = ++k->vars;
    const char *type = r.kind == K_VIEW ? print("struct view_%s", r.type->name) : r.kind == K_TEXT ? "str"
        "" : r.kind == K_BOOL ? "bool" :
        r.kind == K_LIMIT ? "struct limit" : r.kind == K_MARKUP ? "struct markup" : "int64_t";
    emit(k, print("for (size_t i%d = 0; i%d < %s.n; i%d++) {", id, id, r.x, id));
    open_block(k, "each")->list = r.x;
    emit(k, print("const %s *e%d = &%s.at[i%d];", type, id, r.x, id));
    emit(k, print("(void)e%d;", id));
    ADD(&k->scopes, (struct scope){ print("e%d", id), r.kind == K_VIEW ? r.type : NULL, r.kind, print("i%d", id) });
}

static void tag_with(struct comp *k, char **w, size_t n)
{
    struct ref r = { 0 };
    if (n == 2)
        r = resolve(k, w[1]);
    if (r.kind != K_VIEW || r.list)
        fail(k->t->file, k->line, "expected {{with NESTED}}");
    int id = ++k->vars;
    emit(k, r.opt ? print("if (%s) {", r.x) : "{");
    open_block(k, "with");
    emit(k, print("const struct view_%s *e%d = %s%s;", r.type->name, id, r.opt ? "" : "&", r.x));
    emit(k, print("(void)e%d;", id));
    ADD(&k->scopes, (struct scope){ .var = print("e%d", id), .type = r.type });
}

static struct block *top_block(struct comp *k, const char *word)
{
    if (!k->blocks.n)
        fail(k->t->file, k->line, "{{%s}} without {{if}}, {{each}} or {{with}}", word);
    struct block *b = &k->blocks.at[k->blocks.n - 1];
    const struct place *x = &b->at, *y = &k->at;
    if (x->where == y->where && x->depth < y->depth)
        fail(k->t->file, k->line, "<%s> of line %d is not closed before {{%s}}", k->elements.at[k->elements.n - 1].name,
             k->elements.at[k->elements.n - 1].line, word);
    if (x->where != y->where || x->quote != y->quote || x->depth != y->depth ||
        (x->where != IN_TEXT && x->where != IN_RCDATA && (x->tag != y->tag || x->attr != y->attr)))
        fail(k->t->file, k->line, "{{%s}} does not stand where its {{%s}} stands (line %d)", word, b->word, b->line);
    b->start_after &= k->start;
    b->blank_after &= k->blank;
    return b;
}

static void tag_else(struct comp *k)
{
    struct block *b = top_block(k, "else");
    if (b->has_else || same(b->word, "with"))
        fail(k->t->file, k->line, b->has_else ? "a second {{else}}" : "{{with}} has no {{else}}");
    flush(k);
    b->has_else = true;
    k->start = b->start;
    k->blank = b->blank;
    k->scopes.n = b->scopes;
    struct block keep = *b;
    k->blocks.n--;
    emit(k, "}");
    emit(k, b->list ? print("if (%s.n == 0) {", b->list) : "else {");
    ADD(&k->blocks, keep);
}

static void tag_end_block(struct comp *k)
{
    struct block *b = top_block(k, "end");
    flush(k);
    k->start = b->start_after && (b->has_else || b->start);
    k->blank = b->blank_after && (b->has_else || b->blank);
    k->scopes.n = b->scopes;
    k->blocks.n--;
    emit(k, "}");
}

/* ---- parts, attributes, icons ---- */

static struct template *part_named(struct comp *k, const char *name)
{
    const char *dot = strchr(name, '.');
    struct room *r = dot ? room_named(k->c, copy(name, (size_t)(dot - name))) : k->t->room;
    if (dot)
        name = dot + 1;
    for (size_t i = 0; r && i < r->templates.n; i++)
        if (same(r->templates.at[i]->name, name))
            return r->templates.at[i];
    return NULL;
}

static void tag_include(struct comp *k, char **w, size_t n)
{
    if (n != 3)
        fail(k->t->file, k->line, "expected {{include PART MEMBER}} or {{include PART this}}");
    if (k->at.where != IN_TEXT)
        fail(k->t->file, k->line, "{{include}} stands in content only");
    const struct template *part = part_named(k, w[1]);
    if (!part || part->room->index > k->t->room->index)
        fail(k->t->file, k->line, "there is no template %s%s", w[1], part ? " yet: it belongs to a later room" : "");
    if (part->layout_name || part->is_layout)
        fail(k->t->file, k->line, "%s is a whole page or a layout and cannot be included", w[1]);
    if (part == k->t && same(w[2], "this") && k->scopes.n == 1)
        fail(k->t->file, k->line, "%s would include itself without end", w[1]);
    struct ref r = resolve(k, w[2]);
    if (r.kind != K_VIEW || r.list || r.type != part->view)
        fail(k->t->file, k->line, "%s takes %s, %s is %s", w[1], part->view->name, w[2], r.type &&
            !r.list ? r.type->name : kind_word(&r));
    k->t->room->uses[part->room->index] |= part->room != k->t->room;
    if (r.opt)
        emit(k, print("if (%s)\n        html_%s(o, %s);", r.x, part->full, r.x));
    else
        emit(k, print("html_%s(o, &%s);", part->full, r.x));
}

static void tag_attr(struct comp *k, char **w, size_t n)
{
    static const char *const names[] = { "checked", "selected", "disabled", "readonly", "required", "hidden", "open",
        "multiple", NULL };
    if (n != 3 || !one_of(w[1], names))
        fail(k->t->file, k->line, "expected {{attr NAME MEMBER}}, NAME one of checked selected disabled readonly required hidde"
            "n open multiple");
    if (k->at.where != IN_TAG)
        fail(k->t->file, k->line, "{{attr}} stands inside a tag");
    const char *x = condition(k, w[2]);
    emit(k, print("if (%s)\n        out_raw(o, \" %s\", %zu);", x, w[1], strlen(w[1]) + 1));
    k->blank = false;
}

static void tag_icon(struct comp *k, char **w, size_t n)
{
    if (n != 2 || k->at.where != IN_TEXT)
        fail(k->t->file, k->line, n != 2 ? "expected {{icon NAME}}" : "{{icon}} stands in content only");
    sb_z(&k->lit, icon_svg(k->c, k->t->file, k->line, w[1]));
}

static bool tag_of_layout(struct comp *k, const char *word)
{
    if (!k->t->is_layout)
        return false;
    if (same(word, "body")) {
        if (k->at.where != IN_TEXT)
            fail(k->t->file, k->line, "{{body}} stands in content only");
        emit(k, "l->html(o, l->view);");
        return true;
    }
    struct ref r;
    if (!same(word, "title") || look_up(k, "title", &r))
        return false;
    check_text_place(k);
    emit(k, "out_text(o, l->title);");
    return true;
}

static void dispatch(struct comp *k, char **w, size_t n)
{
    static const struct { const char *word; void (*fn)(struct comp *, char **, size_t); } tags[] = {
        { "t", tag_text }, { "tt", tag_text_of_value }, { "if", tag_if }, { "ifnot", tag_if }, { "each", tag_each },
        { "with", tag_with }, { "include", tag_include }, { "attr", tag_attr }, { "icon", tag_icon },
    };
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (same(w[0], tags[i].word)) {
            tags[i].fn(k, w, n);
            return;
        }
    if (n == 1 && same(w[0], "else"))
        tag_else(k);
    else if (n == 1 && same(w[0], "end"))
        tag_end_block(k);
    else if (n == 1 && tag_of_layout(k, w[0]))
        return;
    else if (n > 1 && (same(w[0], "view") || same(w[0], "layout") || same(w[0], "title")))
        fail(k->t->file, k->line, "{{%s}} stands once, at the head", w[0]);
    else if (n == 1 || (n == 2 && same(w[1], "long")))
        value(k, w[0], n == 2);
    else
        fail(k->t->file, k->line, "there is no tag {{%s ...}}", w[0]);
}

/* True for a block's tag that has its line for itself: that line end is not written. */
static bool alone(const struct comp *k, const char *word, const char *behind)
{
    static const char *const words[] = { "if", "ifnot", "each", "with", "else", "end", "comment", "include", "body", NULL };
    const char *p = k->p;
    while (p > k->t->body && (p[-1] == ' ' || p[-1] == '\t'))
        p--;
    return k->at.where == IN_TEXT && one_of(word, words) && (p == k->t->body || p[-1] == '\n') &&
           behind[strspn(behind, " \t")] == '\n';
}

void tag_in_braces(struct comp *k)
{
    const char *end = braces_end(k->p), *again = strstr(k->p + 2, "{{");
    bool comment = starts(k->p, "{{comment");
    if (!end || (again && again < end && !comment))
        fail(k->t->file, k->line, "{{ is never closed");
    char *w[12];
    size_t inside = (size_t)(end - k->p) - 2, n = split_words(copy(k->p + 2, inside), w, 12);
    if (!n || (n > 12 && !comment))
        fail(k->t->file, k->line, n ? "too many words in a tag" : "an empty tag");
    bool whole_line = n && alone(k, w[0], end + 2);
    if (!comment)
        dispatch(k, w, n);
    eat(k, inside + 4, false);
    if (whole_line)
        eat(k, strcspn(k->p, "\n") + 1, false);
}
