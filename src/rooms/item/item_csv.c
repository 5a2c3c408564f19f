/* Comma-separated values by RFC 4180, strictly: nothing is guessed, nothing is mended. CRLF and LF both end a row. */
#include <string.h>

#include "rooms/item/item_private.h"

void item_csv_begin(struct item_csv *c, str text)
{
    if (str_starts(text, S("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n - 3);
    *c = (struct item_csv){.text = text, .at = 0, .line = 1};
}

static int peek(const struct item_csv *c)
{
    return c->at < c->text.n ? (unsigned char)c->text.p[c->at] : -1;
}

/* Behind a field: is this the end of the row (consumed), a comma (consumed), or something that may not stand here? */
enum after_field { ROW_ENDS, FIELD_ENDS, NEITHER };
static enum after_field after_field(struct item_csv *c)
{
    int ch = peek(c);
    if (ch == ',') {
        c->at++;
        return FIELD_ENDS;
    }
    if (ch == '\r' && c->at + 1 < c->text.n && c->text.p[c->at + 1] == '\n')
        c->at++, ch = '\n';
    if (ch == '\n') {
        c->at++;
        c->line++;
        return ROW_ENDS;
    }
    return ch < 0 ? ROW_ENDS : NEITHER;
}

static const char *quoted(struct item_csv *c, struct arena *a, str *ret)
{
    size_t from = ++c->at, quotes = 0;
    for (;; c->at++) {
        int ch = peek(c);
        if (ch < 0)
            return "the quotation mark that opens here is never closed";
        if (ch == '\n')
            c->line++;
        if (ch != '"')
            continue;
        if (c->at + 1 < c->text.n && c->text.p[c->at + 1] == '"') {
            c->at++;
            quotes++;
            continue;
        }
        break;
    }
    str raw = str_sub(c->text, from, c->at - from);
    c->at++;
    if (quotes > 0) {
        char *p = arena_alloc(a, raw.n + 1);
        size_t n = 0;
        for (size_t i = 0; i < raw.n; i++) {
            p[n++] = raw.p[i];
            if (raw.p[i] == '"')
                i++;
        }
        raw = (str){p, n};
    }
    *ret = raw;
    return NULL;
}

static const char *plain(struct item_csv *c, str *ret)
{
    size_t from = c->at;
    for (;; c->at++) {
        int ch = peek(c);
        if (ch == '"')
            return "a quotation mark inside a field that does not begin with one";
        if (ch == '\r' && !(c->at + 1 < c->text.n && c->text.p[c->at + 1] == '\n'))
            return "a carriage return without a line feed";
        if (ch < 0 || ch == ',' || ch == '\n' || ch == '\r')
            break;
    }
    *ret = str_sub(c->text, from, c->at - from);
    return NULL;
}

/* A row that cannot be read: go on at the line after the one on which it began, so that a quotation mark that was never closed
 * does not swallow the rows behind it. */
static int give_up(struct item_csv *c, size_t start, struct item_csv_row *ret, const char *why)
{
    const char *end = memchr(c->text.p + start, '\n', c->text.n - start);
    c->at = end ? (size_t)(end - c->text.p) + 1 : c->text.n;
    c->line = ret->line + 1;
    ret->why = str_c(why);
    return ERR_FORMAT;
}

static bool pass_empty_lines(struct item_csv *c)
{
    while (c->at < c->text.n) {
        size_t at = c->at + (c->text.p[c->at] == '\r');
        if (at >= c->text.n || c->text.p[at] != '\n')
            return true;
        c->at = at + 1;
        c->line++;
    }
    return false;
}

int item_csv_next(struct item_csv *c, struct arena *a, struct item_csv_row *ret)
{
    if (!pass_empty_lines(c))
        return 0;
    *ret = (struct item_csv_row){.line = c->line};
    size_t start = c->at;
    const char *why = NULL;
    for (;;) {
        str field = STR_NONE;
        ret->bad = ret->n;
        why = peek(c) == '"' ? quoted(c, a, &field) : plain(c, &field);
        if (why)
            return give_up(c, start, ret, why);
        if (ret->n < ITEM_CSV_FIELDS)
            ret->at[ret->n] = field;
        ret->n++;
        enum after_field end = after_field(c);
        if (end == NEITHER)
            return give_up(c, start, ret, "text behind the closing quotation mark");
        if (end == ROW_ENDS)
            break;
    }
    for (size_t i = 0; i < ret->n && i < ITEM_CSV_FIELDS; i++) {
        ret->bad = i;
        if (memchr(ret->at[i].p, '\0', ret->at[i].n))
            return ret->why = S("holds U+0000"), ERR_FORMAT;
        if (!utf8_valid(ret->at[i]))
            return ret->why = S("is not valid UTF-8"), ERR_FORMAT;
    }
    return 1;
}
