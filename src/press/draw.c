/* Draws one document on A4: cairo's PDF surface, pango for the text, libqrencode for the code. Everything is set twice: a dry
 * pass counts the pages, the second one knows "1 / 2". Text is put line by line, so that anything may run over a page's end. */
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include "base/clock.h"
#include "base/log.h"
#include "press/press_private.h"

/* Points. */
#define PAGE_W 595.28
#define PAGE_H 841.89
#define LEFT 56.0
#define RIGHT (PAGE_W - 56.0)
#define TOP 60.0
#define BOTTOM (PAGE_H - 64.0)
#define QR_SIDE 70.0
#define LEADING 1.6

#define FONT "WenQuanYi Micro Hei, Noto Sans CJK SC, sans-serif"

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };
struct cell { str text; double x, w; enum align align; bool grey; };
#define CELLS_MAX 5

struct draw {
    cairo_t *cr;
    struct arena *a;
    const struct press_receipt *in;
    double y;
    int page, pages;                             /* pages: 0 in the dry pass */
};

static void set_grey(struct draw *d, double level)
{
    cairo_set_source_rgb(d->cr, level, level, level);
}

static PangoLayout *set_text(struct draw *d, str text, double width, double size)
{
    PangoLayout *l = pango_cairo_create_layout(d->cr);
    PangoContext *context = pango_layout_get_context(l);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    cairo_font_options_t *options = cairo_font_options_create();

    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(l, text.p ? text.p : "", (int)text.n);
    return l;
}

/* One line of a layout, its baseline in the middle of a line `height` high that begins at y. */
static void put_line(struct draw *d, const struct cell *c, PangoLayout *l, int number, double y, double height)
{
    PangoLayoutLine *line = pango_layout_get_line_readonly(l, number);
    PangoRectangle box;
    double x = c->x, width;

    pango_layout_line_get_extents(line, NULL, &box);
    width = (double)box.width / PANGO_SCALE;
    if (c->align == ALIGN_CENTRE)
        x += (c->w - width) / 2;
    else if (c->align == ALIGN_RIGHT)
        x += c->w - width;
    set_grey(d, c->grey ? 0.35 : 0);
    cairo_move_to(d->cr, x, y + height * 0.7);
    pango_cairo_show_layout_line(d->cr, line);
}

static void put_at(struct draw *d, str text, double x, double w, double y, double size, enum align align, bool grey)
{
    struct cell c = {.text = text, .x = x, .w = w, .align = align, .grey = grey};
    PangoLayout *l = set_text(d, text, w, size);

    for (int i = 0; i < pango_layout_get_line_count(l); i++)
        put_line(d, &c, l, i, y + i * size * LEADING, size * LEADING);
    g_object_unref(l);
}

static double height_of(struct draw *d, str text, double w, double size)
{
    PangoLayout *l = set_text(d, text, w, size);
    int n = pango_layout_get_line_count(l);

    g_object_unref(l);
    return n * size * LEADING;
}

static void rule(struct draw *d, double y, double grey)
{
    set_grey(d, grey);
    cairo_set_line_width(d->cr, 0.6);
    cairo_move_to(d->cr, LEFT, y);
    cairo_line_to(d->cr, RIGHT, y);
    cairo_stroke(d->cr);
}

static void end_page(struct draw *d)
{
    str words = str_fmt(d->a, "%d / %d", d->page, d->pages);

    put_at(d, words, LEFT, RIGHT - LEFT, PAGE_H - 46, 8.5, ALIGN_CENTRE, true);
    if (d->page > 1)
        put_at(d, d->in->number, LEFT, (RIGHT - LEFT) * 0.45, PAGE_H - 46, 8.5, ALIGN_LEFT, true);
    cairo_show_page(d->cr);
}

static void need(struct draw *d, double height)
{
    if (d->y + height <= BOTTOM)
        return;
    end_page(d);
    d->page++;
    d->y = TOP;
}

/* Cells side by side; the row is as high as its longest cell and may run over pages. */
static void put_row(struct draw *d, const struct cell *c, size_t n, double size)
{
    PangoLayout *l[CELLS_MAX];
    double height = size * LEADING;
    int lines = 0;

    for (size_t i = 0; i < n; i++) {
        l[i] = set_text(d, c[i].text, c[i].w, size);
        if (pango_layout_get_line_count(l[i]) > lines)
            lines = pango_layout_get_line_count(l[i]);
    }
    for (int k = 0; k < lines; k++) {
        need(d, height);
        for (size_t i = 0; i < n; i++) {
            if (k < pango_layout_get_line_count(l[i]))
                put_line(d, &c[i], l[i], k, d->y, height);
        }
        d->y += height;
    }
    for (size_t i = 0; i < n; i++)
        g_object_unref(l[i]);
}

static void put_block(struct draw *d, str text, double size, enum align align, bool grey)
{
    struct cell c = {.text = text, .x = LEFT, .w = RIGHT - LEFT, .align = align, .grey = grey};

    put_row(d, &c, 1, size);
}

static void put_qr(struct draw *d, double x, double y)
{
    QRcode *code = QRcode_encodeString8bit(str_z(d->a, d->in->qr), 0, QR_ECLEVEL_M);
    double side;

    if (!code)
        return;
    side = QR_SIDE / code->width;
    cairo_set_source_rgb(d->cr, 0, 0, 0);
    for (int row = 0; row < code->width; row++) {
        for (int col = 0, run; col < code->width; col += run) {
            const unsigned char *at = code->data + row * code->width + col;

            for (run = 1; col + run < code->width && (at[run] & 1) == (at[0] & 1);)
                run++;
            if (at[0] & 1)
                cairo_rectangle(d->cr, x + col * side, y + row * side, run * side, side);
        }
    }
    cairo_fill(d->cr);
    QRcode_free(code);
}

static void put_head(struct draw *d)
{
    const struct press_receipt *in = d->in;
    double space = str_empty(in->qr) ? 0 : QR_SIDE + 12, x = LEFT + space, w = RIGHT - LEFT - 2 * space, y = TOP - 8;

    if (!str_empty(in->qr)) {
        put_qr(d, RIGHT - QR_SIDE, TOP - 16);
        put_at(d, in->qr_note, RIGHT - QR_SIDE - 14, QR_SIDE + 28, TOP - 16 + QR_SIDE + 3, 7.5, ALIGN_CENTRE, true);
    }
    if (!str_empty(in->agency)) {
        put_at(d, in->agency, x, w, y, 11.5, ALIGN_CENTRE, false);
        y += height_of(d, in->agency, w, 11.5) + 4;
    }
    put_at(d, in->title, x, w, y, 22, ALIGN_CENTRE, false);
    y += height_of(d, in->title, w, 22) + 4;
    if (!str_empty(in->number)) {
        str words = str_cat(d->a, str_none(in->number_label) ? S("") : in->number_label, in->number);

        put_at(d, words, x, w, y, 10, ALIGN_CENTRE, true);
        y += height_of(d, words, w, 10);
    }
    if (!str_empty(in->qr)) {
        double under = TOP - 16 + QR_SIDE + 6 + (str_empty(in->qr_note) ? 0 : height_of(d, in->qr_note, QR_SIDE + 28, 7.5));
        if (y < under)
            y = under;
    }
    d->y = y + 10;
}

static void put_rows(struct draw *d)
{
    const double label_w = 104;

    for (size_t i = 0; i < d->in->rows_n; i++) {
        struct cell c[2] = {
            {.text = d->in->rows[i].label, .x = LEFT + 4, .w = label_w - 12, .grey = true},
            {.text = d->in->rows[i].value, .x = LEFT + label_w, .w = RIGHT - LEFT - label_w - 4},
        };
        need(d, 10.5 * LEADING + 8);
        if (i == 0)
            rule(d, d->y, 0.4);
        d->y += 4;
        put_row(d, c, 2, 10.5);
        d->y += 4;
        rule(d, d->y, i + 1 == d->in->rows_n ? 0.4 : 0.82);
    }
    d->y += 12;
}

static void put_material(struct draw *d, str number, const struct press_material *m, bool head)
{
    struct cell c[CELLS_MAX] = {
        {.text = number, .x = LEFT + 4, .w = 22, .grey = true},
        {.text = m->name, .x = LEFT + 30, .w = 222, .grey = head},
        {.text = m->form, .x = LEFT + 264, .w = 88, .grey = head},
        {.text = m->copies, .x = LEFT + 360, .w = 34, .grey = head},
        {.text = m->note, .x = LEFT + 402, .w = RIGHT - LEFT - 406, .grey = head},
    };

    need(d, 10 * LEADING + 6);
    d->y += 3;
    put_row(d, c, CELLS_MAX, 10);
    d->y += 3;
    rule(d, d->y, head ? 0.4 : 0.82);
}

static void put_materials(struct draw *d)
{
    const struct press_receipt *in = d->in;

    if (!in->materials_n)
        return;
    need(d, 80);
    put_block(d, in->materials_title, 11.5, ALIGN_LEFT, false);
    d->y += 2;
    put_material(d, STR_NONE, &in->material_heads, true);
    for (size_t i = 0; i < in->materials_n; i++)
        put_material(d, str_i64(d->a, (int64_t)i + 1), &in->materials[i], false);
    d->y += 12;
}

static void put_paragraphs(struct draw *d)
{
    for (size_t i = 0; i < d->in->paragraphs_n; i++) {
        str text = d->in->paragraphs[i];
        size_t at = 0;

        if (str_empty(text))
            continue;
        if (utf8_next(text, &at) >= 0x2e80)      /* Chinese paragraphs begin two characters in */
            text = str_cat(d->a, S("\u3000\u3000"), text);
        put_block(d, text, 11, ALIGN_LEFT, false);
        d->y += 5;
    }
}

/* Where the stamp goes: agency and date, a dashed ring around them, and the words that it counts for nothing without. */
static void put_seal(struct draw *d)
{
    const struct press_receipt *in = d->in;
    const double ring = 56, w = 180, x = RIGHT - w;

    if (str_none(in->seal_note)) {
        if (!str_empty(in->date))
            put_block(d, in->date, 11, ALIGN_RIGHT, false);
        return;
    }
    need(d, 2 * ring + 34);
    d->y += 8;
    set_grey(d, 0.6);
    cairo_save(d->cr);
    cairo_set_dash(d->cr, (const double[]){3, 3}, 2, 0);
    cairo_set_line_width(d->cr, 0.8);
    cairo_new_sub_path(d->cr);
    cairo_arc(d->cr, x + w / 2, d->y + ring, ring, 0, 2 * 3.14159265358979);
    cairo_stroke(d->cr);
    cairo_restore(d->cr);
    put_at(d, in->agency, x, w, d->y + ring - 24, 11, ALIGN_CENTRE, false);
    put_at(d, in->date, x, w, d->y + ring + (height_of(d, in->agency, w, 11) > 20 ? 14 : 0), 11, ALIGN_CENTRE, false);
    put_at(d, in->seal_note, x, w, d->y + 2 * ring + 4, 9, ALIGN_CENTRE, true);
    d->y += 2 * ring + 26;
}

static void put_footer(struct draw *d)
{
    if (!d->in->footer_n)
        return;
    need(d, 40);
    d->y += 8;
    rule(d, d->y, 0.82);
    d->y += 5;
    for (size_t i = 0; i < d->in->footer_n; i++)
        put_block(d, d->in->footer[i], 8.5, ALIGN_LEFT, true);
}

/* One pass; the number of pages. */
static int put_all(struct arena *a, cairo_surface_t *surface, const struct press_receipt *in, int pages)
{
    struct draw d = {.cr = cairo_create(surface), .a = a, .in = in, .page = 1, .pages = pages};

    put_head(&d);
    put_rows(&d);
    put_materials(&d);
    put_paragraphs(&d);
    put_seal(&d);
    put_footer(&d);
    end_page(&d);
    cairo_destroy(d.cr);
    return d.page;
}

static cairo_status_t add_bytes(void *closure, const unsigned char *p, unsigned n)
{
    struct buf *b = closure;

    buf_put(b, p, n);
    return b->full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void describe(struct arena *a, cairo_surface_t *s, const struct press_receipt *in)
{
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, str_z(a, in->title));
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, str_z(a, in->agency));
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_SUBJECT, str_z(a, in->number));
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "Yiwang");
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, str_z(a, time_rfc3339(a, in->created)));
}

int draw_receipt(struct buf *b, const struct press_receipt *in)
{
    cairo_surface_t *s = cairo_pdf_surface_create_for_stream(NULL, NULL, PAGE_W, PAGE_H);
    int pages = put_all(b->a, s, in, 0);
    cairo_status_t status;

    cairo_surface_destroy(s);
    s = cairo_pdf_surface_create_for_stream(add_bytes, b, PAGE_W, PAGE_H);
    describe(b->a, s, in);
    put_all(b->a, s, in, pages);
    cairo_surface_finish(s);
    status = cairo_surface_status(s);
    cairo_surface_destroy(s);
    if (status != CAIRO_STATUS_SUCCESS) {
        log_line(LOG_ERROR, "press", "cairo: %s", cairo_status_to_string(status));
        return ERR_FAIL;
    }
    return 0;
}

/* What the libraries have to say, as one line of our log. */
static void log_glib(const char *area, GLogLevelFlags level, const char *words, void *user)
{
    (void)area;
    (void)user;
    log_line(level & G_LOG_LEVEL_ERROR ? LOG_ERROR : LOG_WARN, "press", "%s", words);
}

/* Every kind of character that our documents hold: fonts and their fall-backs are opened now or never (a character whose font
 * comes too late is drawn as a box). The last ones are in hardly any font, so that the boxes' own font is open too. */
void draw_warm_up(void)
{
    static const str text = S("A b 0 ,.()中文（），。：；、《》“”—…·①㈠㎡℃×÷≤→●□✓ €é 㐂 𠮷 䶮 ئۇيغۇر བོད ᠮᠣᠩ 한 😀 \U0001F9F3");
    const struct press_material material = {text, text, text, text};
    const struct press_receipt in = {
        .title = text, .number = text, .agency = text, .rows = &(struct press_row){text, text}, .rows_n = 1,
        .materials_title = text, .material_heads = material, .materials = &material, .materials_n = 1,
        .paragraphs = &text, .paragraphs_n = 1, .qr = S("x"), .qr_note = text, .date = text, .seal_note = text,
        .footer = &text, .footer_n = 1,
    };
    struct arena *a = arena_new(8 * 1024 * 1024);
    struct buf b;

    g_log_set_default_handler(log_glib, NULL);
    buf_init(&b, a, 4 * 1024 * 1024);
    draw_receipt(&b, &in);
    arena_drop(a);
}
