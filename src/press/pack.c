/* A document's input as bytes: every text as its length (absent: 0xffffffff) and itself, every list as its length. */
#include <string.h>
#include "press/press_private.h"

#define ABSENT UINT32_MAX

struct packer { struct buf *b; bool bad; };

static void put_u32(struct packer *p, size_t n)
{
    uint32_t v = (uint32_t)n;

    buf_put(p->b, &v, sizeof v);
}

static void put_str(struct packer *p, str s)
{
    if (str_none(s)) {
        put_u32(p, ABSENT);
        return;
    }
    if (s.n > PRESS_TEXT_MAX || !utf8_valid(s)) {
        p->bad = true;
        return;
    }
    put_u32(p, s.n);
    buf_put(p->b, s.p, s.n);
}

static void put_material(struct packer *p, const struct press_material *m)
{
    put_str(p, m->name);
    put_str(p, m->form);
    put_str(p, m->copies);
    put_str(p, m->note);
}

int pack_receipt(struct buf *b, const struct press_receipt *in)
{
    struct packer p = {.b = b};

    buf_put(b, &in->created, sizeof in->created);
    put_str(&p, in->title);
    put_str(&p, in->number);
    put_str(&p, in->number_label);
    put_str(&p, in->agency);
    put_str(&p, in->materials_title);
    put_str(&p, in->qr);
    put_str(&p, in->qr_note);
    put_str(&p, in->date);
    put_str(&p, in->seal_note);
    put_material(&p, &in->material_heads);
    put_u32(&p, in->rows_n);
    for (size_t i = 0; i < in->rows_n && !b->full; i++) {
        put_str(&p, in->rows[i].label);
        put_str(&p, in->rows[i].value);
    }
    put_u32(&p, in->materials_n);
    for (size_t i = 0; i < in->materials_n && !b->full; i++)
        put_material(&p, &in->materials[i]);
    put_u32(&p, in->paragraphs_n);
    for (size_t i = 0; i < in->paragraphs_n && !b->full; i++)
        put_str(&p, in->paragraphs[i]);
    put_u32(&p, in->footer_n);
    for (size_t i = 0; i < in->footer_n && !b->full; i++)
        put_str(&p, in->footer[i]);
    return p.bad || b->full ? ERR_FORMAT : 0;
}

/* Reading: `left` is what has not been read; `bad` once anything did not fit. */
struct reader { struct arena *a; str left; bool bad; };

static bool take(struct reader *r, void *p, size_t n)
{
    if (r->bad || r->left.n < n) {
        r->bad = true;
        memset(p, 0, n);
        return false;
    }
    memcpy(p, r->left.p, n);
    r->left = str_sub(r->left, n, r->left.n - n);
    return true;
}

static str take_str(struct reader *r)
{
    uint32_t n;
    str s;

    if (!take(r, &n, sizeof n) || n == ABSENT)
        return STR_NONE;
    if (n > r->left.n || !utf8_valid(str_sub(r->left, 0, n))) {
        r->bad = true;
        return STR_NONE;
    }
    s = str_dup(r->a, str_sub(r->left, 0, n));
    r->left = str_sub(r->left, n, r->left.n - n);
    return s;
}

/* A list's length: each member takes at least `least` bytes, so a forged length cannot ask for more memory than was sent. */
static size_t take_n(struct reader *r, size_t least)
{
    uint32_t n;

    if (!take(r, &n, sizeof n))
        return 0;
    if (n > r->left.n / least) {
        r->bad = true;
        return 0;
    }
    return n;
}

static struct press_material take_material(struct reader *r)
{
    struct press_material m = {0};

    m.name = take_str(r);
    m.form = take_str(r);
    m.copies = take_str(r);
    m.note = take_str(r);
    return m;
}

static const str *take_strs(struct reader *r, size_t *ret_n)
{
    size_t n = take_n(r, sizeof(uint32_t));
    str *at = NEW_ARRAY(r->a, n, str);

    for (size_t i = 0; i < n; i++)
        at[i] = take_str(r);
    *ret_n = n;
    return at;
}

int unpack_receipt(struct arena *a, str packed, struct press_receipt *ret)
{
    struct reader r = {.a = a, .left = packed};
    struct press_receipt in = {0};
    struct press_row *rows;
    struct press_material *materials;

    take(&r, &in.created, sizeof in.created);
    in.title = take_str(&r);
    in.number = take_str(&r);
    in.number_label = take_str(&r);
    in.agency = take_str(&r);
    in.materials_title = take_str(&r);
    in.qr = take_str(&r);
    in.qr_note = take_str(&r);
    in.date = take_str(&r);
    in.seal_note = take_str(&r);
    in.material_heads = take_material(&r);
    in.rows_n = take_n(&r, 2 * sizeof(uint32_t));
    in.rows = rows = NEW_ARRAY(a, in.rows_n, struct press_row);
    for (size_t i = 0; i < in.rows_n; i++) {
        rows[i].label = take_str(&r);
        rows[i].value = take_str(&r);
    }
    in.materials_n = take_n(&r, 4 * sizeof(uint32_t));
    in.materials = materials = NEW_ARRAY(a, in.materials_n, struct press_material);
    for (size_t i = 0; i < in.materials_n; i++)
        materials[i] = take_material(&r);
    in.paragraphs = take_strs(&r, &in.paragraphs_n);
    in.footer = take_strs(&r, &in.footer_n);
    if (r.bad || r.left.n)
        return ERR_FORMAT;
    *ret = in;
    return 0;
}
