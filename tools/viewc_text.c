/* viewc: the words of text/zh.txt and text/en.txt, and the icons. */
#include "viewc.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int holes(const char *s)
{
    int n = 0;
    for (; (s = strstr(s, "{}")) != NULL; s += 2)
        n++;
    return n;
}

static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        s[--n] = 0;
    return s;
}

static void unescape(const char *file, int line, char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (*s == '\\') {
            s++;
            if (*s != 'n' && *s != '\\')
                fail(file, line, "behind \\ stands n or \\");
            *to++ = *s == 'n' ? '\n' : '\\';
        } else {
            *to++ = *s;
        }
    }
    *to = 0;
}

static struct text *own_text(const struct room *r, const char *key)
{
    for (size_t i = 0; i < r->texts.n; i++)
        if (same(r->texts.at[i].key, key))
            return &r->texts.at[i];
    return NULL;
}

static const char *c_name(const struct room *r, const char *key)
{
    char *s = print("T_%s_%s", r->name, key);
    for (char *p = s; *p; p++)
        *p = *p == '.' ? '_' : (char)toupper((unsigned char)*p);
    return s;
}

static void read_line(struct room *r, int lang, const char *file, int line, char *s)
{
    char *eq = strchr(s, '=');
    if (!eq)
        fail(file, line, "expected `key = text`");
    *eq = 0;
    char *key = trim(s), *words = trim(eq + 1);
    if (!*key || key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.")])
        fail(file, line, "a key is made of a-z, 0-9, _ and dots: %s", key);
    unescape(file, line, words);
    struct text *t = own_text(r, key);
    if (!t)
        t = ADD(&r->texts, (struct text){ .key = key, .c_name = c_name(r, key) });
    if (t->words[lang])
        fail(file, line, "%s stands twice", key);
    t->words[lang] = words;
    t->line[lang] = line;
}

static const char *text_file(const struct room *r, int lang)
{
    return print("%s/text/%s.txt", r->dir, lang ? "en" : "zh");
}

static void check_texts(struct room *r)
{
    for (size_t i = 0; i < r->texts.n; i++) {
        struct text *t = &r->texts.at[i];
        int has = t->words[0] ? 0 : 1;
        if (!t->words[0] || !t->words[1])
            fail(text_file(r, has), t->line[has], "%s is missing in %s.txt", t->key, has ? "zh" : "en");
        t->holes = holes(t->words[0]);
        if (holes(t->words[1]) != t->holes)
            fail(text_file(r, 1), t->line[1], "%s has %d {} here and %d in zh.txt", t->key, holes(t->words[1]), t->holes);
        for (size_t k = 0; k < i; k++)
            if (same(r->texts.at[k].c_name, t->c_name))
                fail(text_file(r, 0), t->line[0], "%s and %s have one name in C", t->key, r->texts.at[k].key);
    }
}

void texts_read(struct viewc *c, struct room *r)
{
    (void)c;
    for (int lang = 0; lang < 2; lang++) {
        const char *file = text_file(r, lang);
        char *rest = read_text(file), *s;
        for (int line = 1; (s = strsep(&rest, "\n")) != NULL; line++) {
            s = trim(s);
            if (*s && *s != '#')
                read_line(r, lang, file, line, s);
        }
    }
    check_texts(r);
}

/* ROOM.REST of a room up to r; *ret_rest behind the dot. */
static struct room *room_before_dot(struct viewc *c, const struct room *r, const char *name, const char **ret_rest)
{
    const char *dot = strchr(name, '.');
    struct room *other = dot ? room_named(c, copy(name, (size_t)(dot - name))) : NULL;
    if (!other || other->index > r->index)
        return NULL;
    *ret_rest = dot + 1;
    return other;
}

struct text *text_named(struct viewc *c, struct room *r, const char *name)
{
    const char *rest;
    struct text *t = own_text(r, name);
    struct room *other = t ? NULL : room_before_dot(c, r, name, &rest);
    if (other)
        t = own_text(other, rest);
    if (t)
        t->used = true;
    return t;
}

static bool use_prefix(struct room *r, const char *prefix)
{
    bool any = false;
    const char *head = print("%s.", prefix);
    for (size_t i = 0; i < r->texts.n; i++)
        if (starts(r->texts.at[i].key, head))
            any = r->texts.at[i].used = true;
    return any;
}

struct room *text_prefix(struct viewc *c, struct room *r, const char *name, const char **ret_prefix)
{
    const char *rest;
    *ret_prefix = name;
    if (use_prefix(r, name))
        return r;
    struct room *other = room_before_dot(c, r, name, &rest);
    if (!other || !use_prefix(other, rest))
        return NULL;
    *ret_prefix = rest;
    return other;
}

/* ---- texts.h, texts.c ---- */

struct named { const char *room, *key, *c_name; struct text *text; };

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int d = strcmp(x->room, y->room);
    return d ? d : strcmp(x->key, y->key);
}

static void write_str(struct sb *s, const struct text *t, const char *words)
{
    sb_fmt(s, "    [%s] = { ", t->c_name);
    sb_literal(s, words, strlen(words));
    sb_fmt(s, ", %zu },\n", strlen(words));
}

static const char *escaped(const char *words)
{
    struct sb b = { 0 };
    for (; *words; words++) {
        switch (*words) {
        case '&': sb_z(&b, "&amp;"); break;
        case '<': sb_z(&b, "&lt;"); break;
        case '>': sb_z(&b, "&gt;"); break;
        case '"': sb_z(&b, "&#34;"); break;
        case '\'': sb_z(&b, "&#39;"); break;
        default: sb_put(&b, words, 1);
        }
    }
    return b.p ? b.p : "";
}

void texts_write(struct viewc *c, struct sb *h, struct sb *s)
{
    LIST(struct named) all = { 0 };
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->rooms[i].texts.n; k++) {
            struct text *t = &c->rooms[i].texts.at[k];
            ADD(&all, (struct named){ c->rooms[i].name, t->key, t->c_name, t });
        }
    sb_z(h, "/* Made by viewc. */\n#ifndef YW_TEXTS_H\n#define YW_TEXTS_H\n#include \"base/str.h\"\nenum text_id {\n");
    for (size_t i = 0; i < all.n; i++)
        sb_fmt(h, "    %s,\n", all.at[i].c_name);
    sb_z(h, "    TEXT_COUNT\n};\n"
         "/* By language and id: as it is, and fit for HTML. */\n"
         "extern const str text_plain[2][TEXT_COUNT + 1];\nextern const str text_html[2][TEXT_COUNT + 1];\n"
         "/* By room, then key. */\nstruct text_name { const char *room, *key; int id; };\n"
         "extern const struct text_name text_names[];\n#endif\n");
    sb_z(s, "/* Made by viewc. */\n#include \"texts.h\"\n");
    for (int html = 0; html < 2; html++) {
        sb_fmt(s, "const str text_%s[2][TEXT_COUNT + 1] = {\n", html ? "html" : "plain");
        for (int lang = 0; lang < 2; lang++) {
            sb_z(s, "{\n");
            for (size_t i = 0; i < all.n; i++)
                write_str(s, all.at[i].text, html ? escaped(all.at[i].text->words[lang]) : all.at[i].text->words[lang]);
            sb_z(s, "    [TEXT_COUNT] = { \"\", 0 } },\n");
        }
        sb_z(s, "};\n");
    }
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, by_name);
    sb_z(s, "const struct text_name text_names[] = {\n");
    for (size_t i = 0; i < all.n; i++)
        sb_fmt(s, "    { \"%s\", \"%s\", %s },\n", all.at[i].room, all.at[i].key, all.at[i].c_name);
    sb_z(s, "    { \"\", \"\", 0 }\n};\n");
}

/* ---- texts used nowhere ---- */

struct words { LIST(const char *) list; };

static int by_word(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Collects T_ identifiers and string literals that look like a key or the head of one. */
static void scan_source(struct words *w, const char *s)
{
    static const char key[] = "abcdefghijklmnopqrstuvwxyz0123456789_.", id[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (*s) {
        size_t n = 0;
        if (s[0] == 'T' && s[1] == '_') {
            n = strspn(s, id);
            ADD(&w->list, (const char *)copy(s, n));
        } else if (s[0] == '"' && (n = strspn(s + 1, key)) > 0 && (s[n + 1] == '"' || s[n + 1] == '%')) {
            size_t len = s[n] == '.' ? n - 1 : n;
            ADD(&w->list, (const char *)copy(s + 1, len));
        }
        s += n ? n : 1;
    }
}

static bool has_word(const struct words *w, const char *word)
{
    return w->list.n && bsearch(&word, w->list.at, w->list.n, sizeof *w->list.at, by_word);
}

/* By its id in C, its key in a literal, or a literal that is the head of its key ("state", "state.%s"). */
static bool used_in_c(const struct words *w, const struct text *t)
{
    if (has_word(w, t->c_name) || has_word(w, t->key))
        return true;
    for (const char *dot = t->key; (dot = strchr(dot, '.')) != NULL; dot++)
        if (has_word(w, copy(t->key, (size_t)(dot - t->key))))
            return true;
    return false;
}

void texts_warn(struct viewc *c)
{
    struct words w = { 0 };
    for (size_t i = 0; i < c->n; i++) {
        DIR *d = opendir(c->rooms[i].dir);
        for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
            size_t n = strlen(e->d_name);
            if (n > 2 && (same(e->d_name + n - 2, ".c") || same(e->d_name + n - 2, ".h")))
                scan_source(&w, read_text(print("%s/%s", c->rooms[i].dir, e->d_name)));
        }
        if (d)
            closedir(d);
    }
    if (w.list.n)
        qsort(w.list.at, w.list.n, sizeof *w.list.at, by_word);
    for (size_t i = 0; i < c->n; i++) {
        struct sb b = { 0 };
        int line = 0;
        for (size_t k = 0; k < c->rooms[i].texts.n; k++) {
            const struct text *t = &c->rooms[i].texts.at[k];
            if (t->used || used_in_c(&w, t))
                continue;
            line = line ? line : t->line[0];
            sb_fmt(&b, " %s", t->key);
        }
        if (b.n)
            warn(text_file(&c->rooms[i], 0), line, "used nowhere:%s", b.p);
    }
}

/* ---- icons ---- */

const char *icon_svg(struct viewc *c, const char *file, int line, const char *name)
{
    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        fail(file, line, "there is no icon %s", name);
    const char *path = print("%s/%s.svg", c->icons, name), *svg = read_text(path);
    if (!svg)
        fail(file, line, "there is no icon %s (%s)", name, path);
    const char *from = strstr(svg, "<svg"), *end = strstr(svg, "</svg>");
    from = from ? strchr(from, '>') : NULL;
    if (!from || !end || end < from || strstr(svg, "<script") || strstr(svg, " on"))
        fail(path, 1, "this is not a plain SVG drawing");
    struct sb b = { 0 };
    sb_z(&b, "<svg class=\"bi\" width=\"1em\" height=\"1em\" viewBox=\"0 0 16 16\" fill=\"currentColor\" aria-hidden=\"true\""
         " focusable=\"false\">");
    for (const char *p = from + 1; p < end; p++)
        if (*p != '\n' && !(*p == ' ' && (p[-1] == '\n' || p[-1] == ' ')))
            sb_put(&b, p, 1);
    sb_z(&b, "</svg>");
    return b.p;
}
