/* Answers into bytes: the two faces, the layout's data, refusals as pages or JSON, cookies. */
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/rand.h"
#include "core/access.h"
#include "core/cache.h"
#include "core/req_private.h"
#include "texts.h"
#include "web_view.h"

#define PAGE_MAX ((size_t)4 << 20)

static str with_query(struct req *r, const char *name, const char *value)
{
    /* the present address with one parameter set anew: language and size switches keep everything else */
    struct exchange *x = r->priv->x;
    struct buf b;
    buf_init(&b, r->arena, 8192);
    buf_str(&b, str_is(x->method, "POST") ? S("/") : x->path);
    char sep = '?';
    str rest = str_is(x->method, "POST") ? STR_NONE : x->query, one;
    while (!str_none(rest)) {
        rest = str_cut(rest, '&', &one);
        str key;
        str_cut(one, '=', &key);
        if (one.n == 0 || str_is(key, "lang") || str_is(key, "size"))
            continue;
        buf_char(&b, sep);
        buf_str(&b, one);
        sep = '&';
    }
    buf_fmt(&b, "%c%s=%s", sep, name, value);
    return buf_text(&b);
}

static bool nav_fits(const struct req *r, const char *right)
{
    if (!strcmp(right, "staff"))
        return is_staff(r);
    if (!strcmp(right, "not-staff"))
        return !is_staff(r);
    if (!strcmp(right, "person"))
        return signed_in(r) && !is_staff(r);
    return access_allows(&r->who, right);
}

static void fill_nav(struct req *r, struct view_web_page *v)
{
    size_t n = 0, most = 0;
    for (size_t i = 0; i < rooms_n; i++)
        most += rooms[i]->n_nav;
    struct view_web_link *links = NEW_ARRAY(r->arena, most, struct view_web_link);
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_nav; j++) {
            const struct nav_link *l = &rooms[i]->nav[j];
            if (!nav_fits(r, l->right))
                continue;
            links[n].name = req_text(r, l->text);
            links[n].url = str_c(l->url);
            links[n].current = str_is(r->priv->x->path, l->url);
            n++;
        }
    v->nav.at = links;
    v->nav.n = n;
}

static void fill_errors(struct req *r, struct view_web_page *v)
{
    struct req_private *p = r->priv;
    if (!p->failure.status)
        return;
    size_t n = p->n_wrongs ? p->n_wrongs : 1;
    struct view_web_error *e = NEW_ARRAY(r->arena, n, struct view_web_error);
    for (size_t i = 0; i < n; i++) {
        e[i].field = p->n_wrongs ? p->wrongs[i].field : STR_NONE;
        e[i].anchor = p->n_wrongs ? p->wrongs[i].field : STR_NONE;
        e[i].message = p->n_wrongs ? p->wrongs[i].message : p->failure.message;
    }
    v->errors.at = e;
    v->errors.n = n;
    v->has_errors = true;
}

static void fill_page(struct req *r, struct view_web_page *v)
{
    struct req_private *p = r->priv;
    v->lang = r->lang == LANG_EN ? S("en") : S("zh-CN");
    v->other_lang_url = with_query(r, "lang", r->lang == LANG_EN ? "zh" : "en");
    v->large = p->large;
    v->large_url = with_query(r, "size", p->large ? "normal" : "large");
    v->signed_in = signed_in(r);
    v->person_name = r->who.person_name;
    v->acting_for = r->who.enterprise_id == DB_NONE ? STR_NONE : r->who.enterprise_name;
    v->post_name = is_staff(r) ? r->who.post_name : STR_NONE;
    v->is_staff = is_staff(r);
    v->region_code = r->region;
    v->path = str_is(p->x->method, "POST") ? S("") : p->x->path;
    v->site_name = setting_str(r->lang == LANG_EN ? "site.name_en" : "site.name");
    v->reference = p->failure.status ? p->reference : STR_NONE;
    v->notice = p->notice_shown >= 0 ? req_text(r, p->notice_shown) : STR_NONE;
    v->region_name = S("");
    int64_t unread = 0;
    for (size_t i = 0; i < rooms_n; i++)
        if (rooms[i]->frame && r->db && !r->db->poisoned)
            rooms[i]->frame(r, &unread, &v->region_name);
    v->unread = unread;
    fill_nav(r, v);
    fill_errors(r, v);
}

void page_render(struct req *r, const struct view_type *type, const void *view, int status)
{
    struct exchange *x = r->priv->x;
    struct view_web_page *page = NEW(r->arena, struct view_web_page);
    fill_page(r, page);
    struct out o = {.lang = r->lang, .csrf = session_csrf(r), .key_seed = rand_hex(r->arena, 12), .page = page};
    buf_init(&o.b, r->arena, PAGE_MAX);
    type->html(&o, view);
    if (o.b.full) {
        log_line(LOG_ERROR, "page", "%s: page over %zu bytes", r->route->path, PAGE_MAX);
        answer_plain(x, 500, false);
        return;
    }
    if (o.forms && r->priv->visitor_fresh)
        set_cookie(r, "yw_visitor", r->priv->visitor, 86400);
    x->status = status;
    x->out_type = S("text/html; charset=utf-8");
    x->out_body = buf_text(&o.b);
    str key = status == 200 && !o.forms ? cache_key(r) : STR_NONE;
    if (!str_none(key))
        cache_keep(key, x->out_body);
}

/* ---- JSON ---- */

static str view_json(struct req *r, const struct view_type *type, const void *view)
{
    if (!type)
        return S("{}");
    struct buf b;
    struct json j;
    buf_init(&b, r->arena, PAGE_MAX);
    json_begin(&j, &b);
    type->json(&j, view);
    return buf_text(&b);
}

static void failure_json(struct req *r)
{
    const struct failure *f = &r->priv->failure;
    struct buf b;
    struct json j;
    buf_init(&b, r->arena, PAGE_MAX);
    json_begin(&j, &b);
    json_obj(&j);
    json_key(&j, S("error"));
    json_obj(&j);
    json_key(&j, S("code"));
    json_str(&j, str_c(f->code));
    json_key(&j, S("message"));
    json_str(&j, f->message);
    if (!str_none(f->field)) {
        json_key(&j, S("field"));
        json_str(&j, f->field);
    }
    if (f->actions) {
        json_key(&j, S("actions"));
        json_arr(&j);
        for (size_t i = 0; i < f->n_actions; i++)
            json_str(&j, f->actions[i]);
        json_arr_end(&j);
    }
    if (r->priv->n_wrongs > 1) {
        json_key(&j, S("fields"));
        json_arr(&j);
        for (size_t i = 0; i < r->priv->n_wrongs; i++) {
            json_obj(&j);
            json_key(&j, S("field"));
            json_str(&j, r->priv->wrongs[i].field);
            json_key(&j, S("message"));
            json_str(&j, r->priv->wrongs[i].message);
            json_obj_end(&j);
        }
        json_arr_end(&j);
    }
    json_key(&j, S("reference"));
    json_str(&j, r->priv->reference);
    json_obj_end(&j);
    json_obj_end(&j);
    r->priv->x->out_body = buf_text(&b);
    r->priv->x->out_type = S("application/json; charset=utf-8");
    r->priv->x->status = f->status;
}

static void failure_page(struct req *r)
{
    const struct failure *f = &r->priv->failure;
    struct view_web_failure *v = NEW(r->arena, struct view_web_failure);
    v->status = f->status;
    v->code = str_c(f->code);
    v->message = f->message;
    v->reference = r->priv->reference;
    v->actions.at = f->actions;
    v->actions.n = f->n_actions;
    int status = f->status;
    if (r->priv->n_wrongs == 0)
        r->priv->failure.status = 0;             /* the page itself says it: no summary above it */
    page_render(r, &vt_web_failure, v, status);
    r->priv->failure.status = status;
}

static void write_cookies(struct req *r)
{
    struct answer *a = &r->priv->answer;
    struct exchange *x = r->priv->x;
    for (size_t i = 0; i < a->n_cookies; i++)
        edge_header(x, "Set-Cookie",
                    str_fmt(r->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", a->cookies[i].name,
                            STRF(a->cookies[i].value), (long long)a->cookies[i].seconds, x->secure ? "; Secure" : ""));
}

static str disposition(struct arena *a, str filename)
{
    if (str_none(filename))
        return S("inline");
    struct buf b;
    buf_init(&b, a, 2048);
    buf_lit(&b, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < filename.n; i++) {
        unsigned char c = (unsigned char)filename.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_')
            buf_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    return buf_text(&b);
}

str answer_json(struct req *r)
{
    struct answer *a = &r->priv->answer;
    return a->kind == ANSWER_REPLAY ? a->bytes : view_json(r, a->type, a->view);
}

static void render_done(struct req *r)
{
    struct answer *a = &r->priv->answer;
    struct exchange *x = r->priv->x;
    if (r->json) {
        x->status = a->status;
        x->out_type = S("application/json; charset=utf-8");
        x->out_body = answer_json(r);
        return;
    }
    x->status = 303;
    edge_header(x, "Location", a->location);
    if (a->notice >= 0)
        set_cookie(r, "yw_notice", str_i64(r->arena, a->notice), 60);
}

void answer_render(struct req *r)
{
    struct req_private *p = r->priv;
    struct answer *a = &p->answer;
    struct exchange *x = p->x;
    if (p->set_lang.n)
        set_cookie(r, "yw_lang", p->set_lang, 31536000);
    if (p->set_size.n)
        set_cookie(r, "yw_size", p->set_size, 31536000);
    if (p->notice_shown >= 0 && !r->json)
        set_cookie(r, "yw_notice", S(""), 0);
    if (p->again && p->failure.status && a->kind == ANSWER_SHOW) {
        page_render(r, a->type, a->view, p->failure.status);
    } else if (p->failure.status) {
        if (r->json)
            failure_json(r);
        else
            failure_page(r);
        if (p->failure.status == 503 || p->failure.status == 429)
            edge_header(x, "Retry-After", p->failure.status == 429 ? S("60") : S("2"));
    } else if (a->kind == ANSWER_SHOW && r->json) {
        x->status = a->status;
        x->out_type = S("application/json; charset=utf-8");
        x->out_body = view_json(r, a->type, a->view);
    } else if (a->kind == ANSWER_SHOW)
        page_render(r, a->type, a->view, a->status);
    else if (a->kind == ANSWER_DONE || a->kind == ANSWER_REPLAY)
        render_done(r);
    else {
        x->status = a->status;
        x->out_type = a->content_type;
        edge_header(x, "Content-Disposition", disposition(r->arena, a->filename));
        if (a->kind == ANSWER_FILE) {
            x->out_fd = a->fd, x->out_fd_size = a->fd_size;
            a->fd = -1;
        } else
            x->out_body = a->bytes;
    }
    write_cookies(r);
}

void answer_plain(struct exchange *x, int status, bool json)
{
    x->status = status;
    x->n_headers = 0;
    if (x->out_fd >= 0)                          /* a file that was ready to leave stays here */
        close(x->out_fd);
    x->out_fd = -1;
    if (json) {
        x->out_type = S("application/json; charset=utf-8");
        x->out_body = status == 503 ? S("{\"error\":{\"code\":\"busy\",\"message\":\"系统繁忙，请稍后再试 / busy, try again\"}}")
                                    : S("{\"error\":{\"code\":\"failed\",\"message\":\"系统出错 / failed\"}}");
        return;
    }
    x->out_type = S("text/html; charset=utf-8");
    x->out_body = status == 503 ? S("<!doctype html><html lang=zh-CN><title>系统繁忙</title><p>系统繁忙，请稍后再试。Busy, please try again.")
                                : S("<!doctype html><html lang=zh-CN><title>系统出错</title><p>系统出错，请稍后再试。Something went wrong.");
}
