#include "web/out.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/calendar.h"
#include "base/num.h"
#include "texts.h"

#define ABSENT INT64_MIN

void out_raw(struct out *o, const char *p, size_t n)
{
    buf_put(&o->b, p, n);
}

/* ---- escapes ---- */

static const char *entity(unsigned char ch)
{
    switch (ch) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&#34;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void out_text(struct out *o, str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        const char *e = ch <= '>' ? entity(ch) : NULL;
        if (!e)
            continue;
        buf_put(&o->b, s.p + from, i - from);
        buf_z(&o->b, e);
        from = i + 1;
    }
    if (s.n > from)
        buf_put(&o->b, s.p + from, s.n - from);
}

static bool has_scheme(str s, const char *scheme)
{
    size_t n = strlen(scheme);
    return s.n > n && strncasecmp(s.p, scheme, n) == 0;
}

/* Browsers drop tabs and line ends inside a URL and read \ as /, so none of them may stand in what is judged here. */
static bool safe_url(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f || s.p[i] == '\\')
            return false;
    if (str_empty(s))
        return false;
    if (s.p[0] == '/')
        return s.n == 1 || s.p[1] != '/';        /* "//host" is another site under a local look */
    return s.p[0] == '?' || s.p[0] == '#' || has_scheme(s, "http://") || has_scheme(s, "https://") || has_scheme(s, "mailto:") ||
           has_scheme(s, "tel:");
}

void out_url(struct out *o, str s)
{
    out_text(o, safe_url(s) ? s : S("#"));
}

void out_url_part(struct out *o, str s)
{
    static const char hex_digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_' ||
                     ch == '.' || ch == '~';
        if (plain)
            buf_char(&o->b, (char)ch);
        else
            buf_put(&o->b, (char[]){ '%', hex_digits[ch >> 4], hex_digits[ch & 15] }, 3);
    }
}

void out_markup(struct out *o, struct markup m)
{
    buf_str(&o->b, m.html);
}

struct markup out_take(const struct out *o)
{
    return (struct markup){ buf_text(&o->b) };
}

/* ---- numbers, dates, limits ---- */

void out_int(struct out *o, int64_t v)
{
    if (v != ABSENT)
        buf_i64(&o->b, v);
}

void out_money(struct out *o, int64_t fen)
{
    if (fen == ABSENT)
        return;
    uint64_t v = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    buf_fmt(&o->b, "%s%llu.%02llu", fen < 0 ? "-" : "", (unsigned long long)(v / 100), (unsigned long long)(v % 100));
}

static void put_date(struct buf *b, int lang, struct date d, bool prose)
{
    static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December" };
    if (!prose)
        buf_fmt(b, "%04d-%02d-%02d", d.y, d.m, d.d);
    else if (lang == LANG_EN)
        buf_fmt(b, "%d %s %d", d.d, months[d.m - 1], d.y);
    else
        buf_fmt(b, "%d年%d月%d日", d.y, d.m, d.d);
}

/* The years that have four digits. */
static bool sane_day(int64_t days)
{
    return days >= -700000 && days <= 2900000;
}

static void put_day(struct buf *b, int lang, int64_t days, bool prose)
{
    if (sane_day(days))
        put_date(b, lang, date_from_days((int32_t)days), prose);
}

static void put_time(struct buf *b, int lang, int64_t ms, bool prose)
{
    const int64_t hour = 3600000, day = 24 * hour;
    if (ms < -60000000000000 || ms > 250000000000000)
        return;
    int64_t local = ms + 8 * hour, days = local >= 0 ? local / day : -((day - 1 - local) / day), rest = local - days * day;
    put_day(b, lang, days, prose);
    buf_fmt(b, prose && lang == LANG_EN ? ", %02d:%02d" : " %02d:%02d", (int)(rest / hour), (int)(rest / 60000 % 60));
}

void out_day(struct out *o, int64_t days, bool prose)
{
    put_day(&o->b, o->lang, days, prose);
}

void out_time(struct out *o, int64_t ms, bool prose)
{
    put_time(&o->b, o->lang, ms, prose);
}

static void put_limit(struct buf *b, int lang, struct limit l)
{
    static const struct { const char *zh, *one, *many; } words[] = {
        [UNIT_WORKDAY] = { "个工作日", "working day", "working days" },
        [UNIT_DAY] = { "个自然日", "day", "days" },
        [UNIT_MONTH] = { "个月", "month", "months" },
        [UNIT_HOUR] = { "小时", "hour", "hours" },
    };
    enum period_unit u;
    if (l.n == ABSENT)
        return;
    buf_i64(b, l.n);
    buf_char(b, ' ');
    if (period_unit_parse(l.unit, &u))
        buf_z(b, lang == LANG_ZH ? words[u].zh : l.n == 1 ? words[u].one : words[u].many);
}

void out_limit(struct out *o, struct limit l)
{
    put_limit(&o->b, o->lang, l);
}

/* ---- texts ---- */

void out_t(struct out *o, int text_id, const str *args, size_t n)
{
    str s = text_html[o->lang == LANG_EN][text_id], hole = S("{}");
    size_t at;
    for (size_t i = 0; i < n && str_find(s, hole, &at); i++) {
        buf_put(&o->b, s.p, at);
        out_text(o, args[i]);
        s = str_sub(s, at + hole.n, s.n);
    }
    buf_str(&o->b, s);
}

void out_tt(struct out *o, const char *room, const char *prefix, str value)
{
    char key[160];
    str words = STR_NONE;
    if (value.n < 80) {
        int n = snprintf(key, sizeof key, "%s.%.*s", prefix, STRF(value));
        if (n > 0 && (size_t)n < sizeof key)
            words = text_find(o->lang, room, (str){ key, (size_t)n });
    }
    out_text(o, str_none(words) ? value : words);
}

str out_str_int(struct out *o, int64_t v)
{
    return v == ABSENT ? S("") : str_i64(o->b.a, v);
}

/* A piece of text of its own, made like the same value in markup; none of these values needs an escape. */
static struct out aside(struct out *o)
{
    struct out x = { .lang = o->lang };
    buf_init(&x.b, o->b.a, 200);
    return x;
}

str out_str_money(struct out *o, int64_t fen)
{
    struct out x = aside(o);
    out_money(&x, fen);
    return buf_text(&x.b);
}

str out_str_time(struct out *o, int64_t ms)
{
    struct out x = aside(o);
    out_time(&x, ms, true);
    return buf_text(&x.b);
}

str out_str_day(struct out *o, int64_t days)
{
    struct out x = aside(o);
    out_day(&x, days, true);
    return buf_text(&x.b);
}

str out_str_limit(struct out *o, struct limit l)
{
    struct out x = aside(o);
    out_limit(&x, l);
    return buf_text(&x.b);
}

/* ---- forms ---- */

void out_form(struct out *o)
{
    if (!str_none(o->csrf)) {
        buf_lit(&o->b, "<input type=\"hidden\" name=\"_csrf\" value=\"");
        out_text(o, o->csrf);
        buf_lit(&o->b, "\">");
    }
    if (!str_none(o->key_seed)) {
        buf_lit(&o->b, "<input type=\"hidden\" name=\"_key\" value=\"");
        out_text(o, o->key_seed);
        buf_fmt(&o->b, "-%d\">", ++o->forms);
    }
}

/* ---- the JSON face ---- */

void json_opt_int(struct json *j, int64_t v)
{
    if (v == ABSENT)
        json_none(j);
    else
        json_int(j, v);
}

void json_opt_id(struct json *j, int64_t v)
{
    if (v == ABSENT)
        json_none(j);
    else
        json_id(j, v);
}

void json_opt_raw(struct json *j, str json_text)
{
    if (str_empty(json_text))
        json_none(j);
    else
        json_raw(j, json_text);
}

void json_time(struct json *j, int64_t ms)
{
    json_str(j, ms == ABSENT ? STR_NONE : time_rfc3339(j->b->a, ms));
}

void json_day(struct json *j, int64_t days)
{
    json_str(j, !sane_day(days) ? STR_NONE : date_text(j->b->a, date_from_days((int32_t)days)));
}

void json_limit(struct json *j, struct limit l)
{
    if (l.n == ABSENT) {
        json_none(j);
        return;
    }
    json_obj(j);
    json_key(j, S("n"));
    json_int(j, l.n);
    json_key(j, S("unit"));
    json_str(j, l.unit);
    json_obj_end(j);
}
