/* viewc OUTDIR --icons DIR ROOM:DIR ...: the program around the parts; see viewc.h. */
#include "viewc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct chunk { struct chunk *next; };
static struct chunk *chunks;                     /* all memory; never given back */
static jmp_buf *recover;
static int failures;

void *take(size_t n)
{
    struct chunk *c = calloc(1, sizeof *c + n + sizeof(max_align_t));
    if (!c) {
        fputs("viewc: out of memory\n", stderr);
        exit(1);
    }
    c->next = chunks;
    chunks = c;
    return (char *)c + sizeof(max_align_t);
}

char *copy(const char *p, size_t n)
{
    char *q = take(n + 1);
    memcpy(q, p, n);
    return q;
}

void *grow(void *at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return at;
    *cap = *cap ? *cap * 2 : 8;
    void *q = take(*cap * size);
    if (n)
        memcpy(q, at, n * size);
    return q;
}

bool same(const char *a, const char *b) { return strcmp(a, b) == 0; }
bool starts(const char *s, const char *head) { return strncmp(s, head, strlen(head)) == 0; }

void sb_put(struct sb *b, const char *p, size_t n)
{
    if (b->n + n + 1 > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->n + n + 1)
            cap *= 2;
        char *q = take(cap);
        if (b->n)
            memcpy(q, b->p, b->n);
        b->p = q;
        b->cap = cap;
    }
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void sb_z(struct sb *b, const char *z) { sb_put(b, z, strlen(z)); }

static char *vprint(const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    char *p = take((size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

char *print(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *p = vprint(fmt, ap);
    va_end(ap);
    return p;
}

void sb_fmt(struct sb *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sb_z(b, vprint(fmt, ap));
    va_end(ap);
}

void sb_literal(struct sb *b, const char *p, size_t n)
{
    sb_put(b, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        unsigned char ch = (unsigned char)p[i];
        if (ch == '\n') {
            sb_z(b, i + 1 < n ? "\\n\"\n        \"" : "\\n");
        } else if (ch == '"' || ch == '\\' || ch == '?') {     /* "?": no trigraphs */
            sb_fmt(b, "\\%c", ch);
        } else if (ch < 0x20 || ch == 0x7f) {
            sb_fmt(b, "\\%03o", ch);
        } else {
            sb_put(b, p + i, 1);
        }
    }
    sb_put(b, "\"", 1);
}

void sb_json(struct sb *b, const char *z)
{
    sb_put(b, "\"", 1);
    for (; *z; z++) {
        if (*z == '"' || *z == '\\')
            sb_put(b, "\\", 1);
        sb_put(b, z, 1);
    }
    sb_put(b, "\"", 1);
}

static void say(const char *file, int line, const char *what, const char *fmt, va_list ap)
{
    fprintf(stderr, "%s:%d: %s%s\n", file, line, what, vprint(fmt, ap));
}

void fail(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(file, line, "", fmt, ap);
    va_end(ap);
    failures++;
    if (recover)
        longjmp(*recover, 1);
    exit(1);
}

void warn(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(file, line, "warning: ", fmt, ap);
    va_end(ap);
}

void guarded(void (*fn)(struct viewc *, struct template *, struct sb *), struct viewc *c, struct template *t, struct sb *b)
{
    jmp_buf here;
    recover = &here;
    if (!setjmp(here))
        fn(c, t, b);
    recover = NULL;
}

/* Length of the UTF-8 sequence at p, or 0. */
static size_t utf8_step(const unsigned char *p)
{
    if (p[0] < 0x80)
        return p[0] ? 1 : 0;
    size_t n = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

static void check_utf8(const char *path, const char *p, size_t n)
{
    int line = 1;
    for (size_t i = 0; i < n;) {
        size_t step = utf8_step((const unsigned char *)p + i);
        if (!step || i + step > n)
            fail(path, line, "this is not UTF-8 text");
        line += p[i] == '\n';
        i += step;
    }
}

static char *read_bytes(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        if (errno != ENOENT && errno != ENOTDIR)
            fail(path, 0, "%s", strerror(errno));
        return NULL;
    }
    struct sb b = { 0 };
    char part[65536];
    size_t n;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        sb_put(&b, part, n);
    if (ferror(f))
        fail(path, 0, "cannot be read");
    fclose(f);
    *ret_n = b.n;
    return b.p ? b.p : copy("", 0);
}

char *read_text(const char *path)
{
    size_t n, k = 0;
    char *p = read_bytes(path, &n);
    if (!p)
        return NULL;
    check_utf8(path, p, n);
    size_t from = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (size_t i = from; i < n; i++)
        if (p[i] != '\r')
            p[k++] = p[i];
    p[k] = 0;
    return p;
}

bool is_name(const char *s)
{
    if (*s < 'a' || *s > 'z')
        return false;
    return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] == 0;
}

size_t split_words(char *s, char **ret, size_t max)
{
    size_t n = 0;
    for (char *rest = s, *w; (w = strsep(&rest, " \t\n")) != NULL;) {
        if (!*w)
            continue;
        if (n < max)
            ret[n] = w;
        n++;
    }
    return n;
}

struct room *room_named(struct viewc *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (same(c->rooms[i].name, name))
            return &c->rooms[i];
    return NULL;
}

/* Leaves a file alone that already holds this: what depends on it need not be built again. */
static void write_file(const char *dir, const char *name, const struct sb *b)
{
    char *path = print("%s/%s", dir, name), *part = print("%s.part", path);
    size_t n;
    char *old = read_bytes(path, &n);
    if (old && n == b->n && memcmp(old, b->p, n) == 0)
        return;
    FILE *f = fopen(part, "wb");
    if (!f || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) || rename(part, path)) {
        fprintf(stderr, "viewc: %s cannot be written: %s\n", path, strerror(errno));
        exit(1);
    }
}

static void write_room(struct viewc *c, struct room *r, const struct sb *code)
{
    struct sb h = { 0 }, s = { 0 };
    sb_fmt(&h, "/* Made by viewc from %s. */\n#ifndef YW_VIEW_%s_H\n#define YW_VIEW_%s_H\n", r->dir, r->name, r->name);
    sb_z(&h, "#include \"web/out.h\"\n#include \"web/form.h\"\n#include \"texts.h\"\n");
    for (size_t i = 0; i < r->index; i++)
        if (r->uses[i])
            sb_fmt(&h, "#include \"%s_view.h\"\n", c->rooms[i].name);
    types_header(r, &h);
    for (size_t i = 0; i < r->templates.n; i++) {
        const struct template *t = r->templates.at[i];
        if (t->is_layout) {
            sb_fmt(&h, "void layout_%s(struct out *o, const struct layout *l);\n", t->full);
            continue;
        }
        sb_fmt(&h, "void html_%s(struct out *o, const struct view_%s *v);\n", t->full, t->view->name);
        if (!same(t->full, t->view->name))
            sb_fmt(&h, "extern const struct view_type vt_%s;\n", t->full);
    }
    sb_z(&h, "#endif\n");
    sb_fmt(&s, "/* Made by viewc from %s. */\n#include \"%s_view.h\"\n", r->dir, r->name);
    if (c->page)
        sb_z(&s, "#include \"web_view.h\"\n");
    types_source(r, &s);
    if (code->n)
        sb_put(&s, code->p, code->n);
    for (size_t i = 0; i < r->templates.n; i++) {
        const struct template *t = r->templates.at[i];
        if (!t->is_layout && !same(t->full, t->view->name))
            vt_write(&s, t->full, t->view, t->full);
    }
    write_file(c->out, print("%s_view.h", r->name), &h);
    write_file(c->out, print("%s_view.c", r->name), &s);
}

static void compile(struct viewc *c)
{
    for (size_t i = 0; i < c->n; i++)
        types_read(c, &c->rooms[i]);
    c->page = type_find(c, "web_page", false);
    for (size_t i = 0; i < c->n; i++) {
        types_resolve(c, &c->rooms[i]);
        texts_read(c, &c->rooms[i]);
        templates_read(c, &c->rooms[i]);
    }
    struct sb *code = take(sizeof *code * VIEWC_ROOMS);
    for (size_t i = 0; i < c->n; i++)
        templates_resolve(c, &c->rooms[i]);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->rooms[i].templates.n; k++)
            guarded(template_compile, c, c->rooms[i].templates.at[k], &code[i]);
    if (failures)
        exit(1);
    texts_warn(c);
    struct sb h = { 0 }, s = { 0 };
    texts_write(c, &h, &s);
    write_file(c->out, "texts.h", &h);
    write_file(c->out, "texts.c", &s);
    for (size_t i = 0; i < c->n; i++)
        write_room(c, &c->rooms[i], &code[i]);
}

static void usage(void)
{
    fputs("usage: viewc OUTDIR --icons DIR ROOM:DIR ...\n", stderr);
    exit(2);
}

static void add_room(struct viewc *c, const char *arg)
{
    const char *colon = strchr(arg, ':');
    if (!colon || c->n == VIEWC_ROOMS)
        usage();
    struct room *r = &c->rooms[c->n];
    const char *name = copy(arg, (size_t)(colon - arg));
    if (!is_name(name) || room_named(c, name)) {
        fprintf(stderr, "viewc: %s: a room's name is [a-z][a-z0-9_]* and stands once\n", arg);
        exit(2);
    }
    r->index = c->n++;
    r->name = name;
    r->dir = colon + 1;
    r->view_file = print("%s/%s.view", r->dir, name);
}

int main(int argc, char **argv)
{
    struct viewc *c = take(sizeof *c);
    if (argc < 5 || !same(argv[2], "--icons"))
        usage();
    c->out = argv[1];
    c->icons = argv[3];
    for (int i = 4; i < argc; i++)
        add_room(c, argv[i]);
    mkdir(c->out, 0777);
    compile(c);
    return 0;
}
