/* A message as a letter: head and body of RFC 5322, in both languages. It names the item, the state, the case number and the
 * way to the case; nothing of the person but the address. */
#include "base/buf.h"
#include "base/num.h"
#include "base/sm.h"
#include "rooms/note/note_private.h"

enum { LETTER_MOST = 1 << 16, WORD_BYTES = 36, LINE_BYTES = 57, NAME_POINTS = 40 };

bool note_address_ok(str address)
{
    if (!num_mail(address))
        return false;
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        if (c <= ' ' || c > '~' || c == '<' || c == '>' || c == ',' || c == ';' || c == '"' || c == '(' || c == ')')
            return false;
    }
    return true;
}

/* RFC 2047: words of base64, each whole in UTF-8 and at most 75 characters, one a line. */
static void put_words(struct buf *b, str text)
{
    size_t at = 0, from = 0;
    while (from < text.n) {
        size_t to = from;
        while (at < text.n) {
            utf8_next(text, &at);
            if (at - from > WORD_BYTES)
                break;
            to = at;
        }
        buf_lit(b, "=?UTF-8?B?");
        buf_str(b, base64(b->a, text.p + from, to - from));
        buf_lit(b, "?=");
        from = at = to;
        if (from < text.n)
            buf_lit(b, "\r\n ");
    }
}

static void put_base64_lines(struct buf *b, str text)
{
    for (size_t at = 0; at < text.n; at += LINE_BYTES) {
        buf_str(b, base64(b->a, text.p + at, text.n - at < LINE_BYTES ? text.n - at : LINE_BYTES));
        buf_lit(b, "\r\n");
    }
}

static void put_date(struct buf *b, int64_t ms)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct date d = date_of(ms);
    int64_t s = (ms - date_start(d)) / 1000;
    buf_fmt(b, "Date: %s, %d %s %d %02lld:%02lld:%02lld +0800\r\n", days[date_weekday(d) - 1], d.d, months[d.m - 1], d.y,
            (long long)(s / 3600), (long long)(s / 60 % 60), (long long)(s % 60));
}

/* Names of items can be a thousand characters long. */
static str short_name(struct arena *a, str name)
{
    return utf8_length(name) <= NAME_POINTS ? name : str_cat(a, utf8_head(name, NAME_POINTS), S("…"));
}

static void put_body(struct buf *b, const struct note_letter *l, int lang)
{
    struct arena *a = b->a;
    str item = lang == LANG_EN && !str_empty(l->item_name_en) ? l->item_name_en : l->item_name;
    str title = note_title(lang, l->kind);
    str head[] = {l->site};
    buf_str(b, text_fill(a, lang, T_NOTE_LETTER_HEAD, head, 1));
    buf_lit(b, "\r\n\r\n");
    buf_str(b, text_fill(a, lang, T_NOTE_LETTER_ITEM, &item, 1));
    buf_lit(b, "\r\n");
    buf_str(b, text_fill(a, lang, T_NOTE_LETTER_STATE, &title, 1));
    buf_lit(b, "\r\n");
    if (!str_empty(l->number)) {
        buf_str(b, text_fill(a, lang, T_NOTE_LETTER_NUMBER, &l->number, 1));
        buf_lit(b, "\r\n");
    }
    buf_str(b, text_fill(a, lang, T_NOTE_LETTER_LINK, &l->url, 1));
    buf_lit(b, "\r\n\r\n");
    buf_str(b, text_get(lang, T_NOTE_LETTER_FOOT));
    buf_lit(b, "\r\n");
}

static str domain_of(str address)
{
    str user;
    str domain = str_cut(address, '@', &user);
    return str_empty(domain) ? S("localhost") : domain;
}

str note_letter(struct arena *a, const struct note_letter *l)
{
    struct buf b, body;
    buf_init(&b, a, LETTER_MOST);
    buf_init(&body, a, LETTER_MOST / 2);
    buf_lit(&b, "From: ");
    put_words(&b, l->site);
    buf_fmt(&b, "\r\n <%.*s>\r\nTo: <%.*s>\r\nSubject: ", STRF(l->from), STRF(l->to));
    put_words(&b, str_fmt(a, "%.*s: %.*s", STRF(note_title(LANG_ZH, l->kind)), STRF(short_name(a, l->item_name))));
    buf_lit(&b, "\r\n");
    put_date(&b, l->at);
    buf_fmt(&b, "Message-ID: <note.%lld@%.*s>\r\n", (long long)l->message_id, STRF(domain_of(l->from)));
    buf_lit(&b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\n");
    put_body(&body, l, LANG_ZH);
    buf_lit(&body, "\r\n--\r\n");
    put_body(&body, l, LANG_EN);
    put_base64_lines(&b, buf_text(&body));
    return buf_text(&b);
}
