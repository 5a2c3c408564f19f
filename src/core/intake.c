#include "core/intake.h"

#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "base/num.h"
#include "base/rand.h"
#include "base/sm.h"
#include "core/route.h"
#include "texts.h"

#define PLAIN_BODY_MAX (512 << 10)
#define PAIRS_MAX 2000

static str cookie_value(str header, const char *name)
{
    str rest = header, one, key;
    while (!str_none(rest)) {
        rest = str_cut(rest, ';', &one);
        str value = str_cut(str_trim(one), '=', &key);
        if (str_is(key, name))
            return value;
    }
    return STR_NONE;
}

static bool has_word(str header, const char *word)
{
    size_t at;
    return !str_none(header) && str_find(header, str_c(word), &at);
}

static void choose_language(struct req *r, struct exchange *x)
{
    str lang = cookie_value(x->cookie, "yw_lang");
    if (str_none(lang) && (r->json || str_none(x->cookie)))
        lang = str_starts(str_trim(x->accept_language), S("en")) ? S("en") : S("zh");
    r->lang = str_is(lang, "en") ? LANG_EN : LANG_ZH;
    r->priv->large = str_is(cookie_value(x->cookie, "yw_size"), "large");
    str region = cookie_value(x->cookie, "region");
    int64_t digits;
    r->region = region.n == 12 && num_i64(region, &digits) ? str_dup(r->arena, region) : S("");
}

static void read_cookies(struct req *r, struct exchange *x)
{
    struct req_private *p = r->priv;
    if (str_starts(x->authorization, S("Bearer "))) {
        p->token = str_dup(r->arena, str_trim(str_sub(x->authorization, 7, x->authorization.n)));
        p->bearer = true;
        return;                                  /* with Authorization, cookies are ignored */
    }
    p->token = str_dup(r->arena, cookie_value(x->cookie, "yw_session"));
    p->visitor = str_dup(r->arena, cookie_value(x->cookie, "yw_visitor"));
    int64_t notice;
    if (num_i64(cookie_value(x->cookie, "yw_notice"), &notice) && notice >= 0 && notice < TEXT_COUNT)
        p->notice_shown = (int)notice;
}

/* ?lang= and ?size= belong to the house on every page. */
static void read_switches(struct req *r, struct form_pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_is(pairs[i].name, "lang") && (str_is(pairs[i].value, "zh") || str_is(pairs[i].value, "en"))) {
            r->priv->set_lang = pairs[i].value;
            r->lang = str_is(pairs[i].value, "en") ? LANG_EN : LANG_ZH;
        }
        if (str_is(pairs[i].name, "size") && (str_is(pairs[i].value, "large") || str_is(pairs[i].value, "normal"))) {
            r->priv->set_size = pairs[i].value;
            r->priv->large = str_is(pairs[i].value, "large");
        }
    }
}

static bool declared(const struct form_desc *d, str name)
{
    str head = name;
    str_cut(name, '.', &head);
    for (size_t i = 0; d && i < d->n; i++)
        if (str_is(head, d->at[i].name))
            return true;
    return false;
}

/* The query of a GET. What the form does not name is dropped: links from elsewhere carry marks of their own. */
static void decode_query(struct req *r)
{
    struct form_pair *pairs;
    size_t n, kept = 0;
    if (str_empty(r->priv->x->query))
        n = 0, pairs = NULL;
    else if (form_split(r->arena, r->priv->x->query, PAIRS_MAX, &pairs, &n)) {
        refuse(r, 400, "bad_request", T_CORE_BAD_PATH);
        return;
    }
    read_switches(r, pairs, n);
    if (!r->route->form)
        return;
    for (size_t i = 0; i < n; i++)
        if (declared(r->route->form, pairs[i].name))
            pairs[kept++] = pairs[i];
    struct form_faults faults = {0};
    void *form = arena_alloc(r->arena, r->route->form->size);
    if (form_decode_pairs(r->arena, r->route->form, pairs, kept, NULL, form, &faults))
        form_faults_to_wrongs(r, &faults);
    r->form = form;
}

/* ---- head ---- */

static int answer_static(struct exchange *x)
{
    const struct static_file *f = static_find(x->path);
    if (!f) {
        x->status = 404;
        x->out_type = S("text/plain; charset=utf-8");
        x->out_body = S("not found\n");
        return EDGE_ANSWERED;
    }
    x->cacheable = true;
    edge_header(x, "Cache-Control", S("public, max-age=3600"));
    edge_header(x, "ETag", str_c(f->etag));
    if (str_is(x->if_none_match, f->etag)) {
        x->status = 304;
        return EDGE_ANSWERED;
    }
    x->status = 200;
    x->file = f;
    x->out_type = str_c(f->type);
    edge_header(x, "Vary", S("Accept-Encoding"));
    x->out_gzip = f->gz && has_word(x->accept_encoding, "gzip");
    if (x->out_gzip)
        edge_header(x, "Content-Encoding", S("gzip"));
    return EDGE_ANSWERED;
}

static int not_here(struct req *r)
{
    return not_there(r);
}

static const struct route missing_route = GET_ROUTE("(none)", PUBLIC, NO_CHECK, NO_FORM, FACE_BOTH, not_here, 0);

static void set_limits(struct req *r, struct exchange *x)
{
    x->body_max = PLAIN_BODY_MAX;
    if (!str_is(x->method, "POST"))
        return;
    if (str_starts(x->content_type, S("application/json")))
        x->body_kind = BODY_JSON;
    else if (str_starts(x->content_type, S("application/x-www-form-urlencoded")) || str_none(x->content_type))
        x->body_kind = BODY_FORM;
    else if (str_starts(x->content_type, S("multipart/form-data"))) {
        x->body_kind = BODY_MULTIPART;
        if (r->route->form && r->route->form->upload) {
            x->upload_max = setting_int("upload.max_mb") << 20;
            x->spool_dir = str_fmt(r->arena, "%s/tmp", store_dir()).p;
        }
    } else
        refuse(r, 415, "bad_type", T_CORE_BAD_TYPE);
}

int intake_head(struct engine *e, struct exchange *x)
{
    if (str_starts(x->path, S("/static/")) && !str_is(x->method, "POST"))
        return answer_static(x);
    struct req *r = NEW(x->arena, struct req);
    r->arena = x->arena;
    r->priv = NEW(x->arena, struct req_private);
    r->priv->engine = e;
    r->priv->x = x;
    r->priv->notice_shown = -1;
    r->priv->answer = (struct answer){.fd = -1, .notice = -1};
    r->priv->reference = rand_hex(x->arena, 6);
    r->who = (struct who){.session_id = DB_NONE, .person_id = DB_NONE, .post_id = DB_NONE, .department_id = DB_NONE,
                          .hall_id = DB_NONE, .enterprise_id = DB_NONE};
    x->app = r;
    bool other;
    bool head = str_is(x->method, "HEAD");
    r->route = route_find(r->arena, head ? S("GET") : x->method, x->path, r->priv->params, &r->priv->n_params, &other);
    bool wants_json = has_word(x->accept, "application/json");
    int face = r->route ? r->route->face : FACE_BOTH;
    r->json = wants_json || (face & FACE_HTML) == 0;
    choose_language(r, x);
    read_cookies(r, x);
    if (!r->route) {
        r->route = &missing_route;
        if (other)
            refuse(r, 405, "method", T_CORE_NOT_THERE);
        else
            not_there(r);
    } else if (r->json && (face & FACE_JSON) == 0)
        refuse(r, 406, "no_json", T_CORE_BAD_TYPE);
    set_limits(r, x);
    return EDGE_READ_BODY;
}

/* ---- body ---- */

/* "https://host:port" against the Host header: same host and port. */
static bool same_origin(const struct exchange *x)
{
    if (!str_none(x->fetch_site) && !str_is(x->fetch_site, "same-origin") && !str_is(x->fetch_site, "none"))
        return false;
    if (str_none(x->origin))
        return true;
    size_t at;
    return str_find(x->origin, S("://"), &at) && str_eq(str_sub(x->origin, at + 3, x->origin.n), x->host);
}

/* The browser itself says that one of our pages sent this, but no session cookie came along: it ran out under the form. Nothing is
 * done with such a POST; what was typed is offered again (engine.c), with a token of its own. */
static bool lost_session(const struct req *r, const struct exchange *x)
{
    return strcmp(r->route->right, PUBLIC) && str_empty(r->priv->token) && (str_is(x->fetch_site, "same-origin") || !str_none(x->origin));
}

static void hash_pairs(struct req *r, const struct form_pair *pairs, size_t n, const struct upload *u)
{
    struct sm3 *d = sm3_new(r->arena);
    for (size_t i = 0; i < n; i++) {
        if (str_is(pairs[i].name, "_csrf"))
            continue;
        sm3_add(d, pairs[i].name.p, pairs[i].name.n + 1);
        sm3_add(d, pairs[i].value.p, pairs[i].value.n);
        sm3_add(d, "", 1);
    }
    if (u)
        sm3_add(d, u->sm3, 32);
    sm3_end(d, r->priv->body_hash);
}

static void take_json(struct req *r, struct exchange *x)
{
    str why;
    sm3_of(x->body.p, x->body.n, r->priv->body_hash);
    r->priv->key = x->idempotency_key;
    /* Without Authorization a session cookie needs its token; without any cookie there is nothing to ride on. */
    bool cookie = !r->priv->bearer && !str_empty(r->priv->token);
    if ((cookie && !session_csrf_ok(r, x->csrf)) || (!r->priv->bearer && !same_origin(x))) {
        refuse(r, 403, "csrf", T_CORE_CSRF);
        return;
    }
    json_t *body = json_read(r->arena, x->body.n ? x->body : S("{}"), &why);
    if (!body) {
        refuse(r, 400, "bad_json", T_CORE_BAD_JSON);
        return;
    }
    struct form_faults faults = {0};
    if (r->route->form) {
        void *form = arena_alloc(r->arena, r->route->form->size);
        if (form_decode_json(r->arena, r->route->form, body, form, &faults))
            form_faults_to_wrongs(r, &faults);
        r->form = form;
    } else if (json_object_size(body)) {
        str name = str_c(json_object_iter_key(json_object_iter(body)));
        faults.at[0] = (struct form_fault){name, FORM_UNKNOWN, 0};
        faults.n = 1;
        form_faults_to_wrongs(r, &faults);
    }
}

static void take_pairs(struct req *r, struct exchange *x)
{
    struct form_pair *pairs = x->pairs;
    size_t n = x->n_pairs, kept = 0;
    if (x->body_kind == BODY_FORM && form_split(r->arena, x->body.n ? x->body : S(""), PAIRS_MAX, &pairs, &n)) {
        refuse(r, 400, "bad_request", T_CORE_BAD_INPUT);
        return;
    }
    str token = STR_NONE;
    hash_pairs(r, pairs, n, x->upload);
    struct form_pair *own = NEW_ARRAY(r->arena, n + 1, struct form_pair);
    for (size_t i = 0; i < n; i++) {
        if (str_is(pairs[i].name, "_csrf"))
            token = pairs[i].value;
        else if (str_is(pairs[i].name, "_key"))
            r->priv->key = pairs[i].value;
        else
            own[kept++] = pairs[i];
    }
    r->priv->pairs = own;
    r->priv->n_pairs = kept;
    if (!str_none(x->idempotency_key))
        r->priv->key = x->idempotency_key;
    bool token_ok = r->priv->bearer || session_csrf_ok(r, token);
    if (!r->priv->bearer && same_origin(x) && !token_ok && lost_session(r, x)) {
        r->priv->csrf_ok = true;
        refuse(r, 401, "sign_in", T_CORE_SIGN_IN_FIRST);
        return;
    }
    if (!r->priv->bearer && (!same_origin(x) || !token_ok)) {
        refuse(r, 403, "csrf", T_CORE_CSRF);
        return;
    }
    r->priv->csrf_ok = true;
    if (!r->route->form) {
        if (kept == 0)
            return;
        struct form_faults faults = {.n = 1};
        faults.at[0] = (struct form_fault){own[0].name, FORM_UNKNOWN, 0};
        form_faults_to_wrongs(r, &faults);
        return;
    }
    struct form_faults faults = {0};
    void *form = arena_alloc(r->arena, r->route->form->size);
    if (form_decode_pairs(r->arena, r->route->form, own, kept, x->upload, form, &faults))
        form_faults_to_wrongs(r, &faults);
    r->form = form;
}

void intake_body(struct req *r)
{
    struct exchange *x = r->priv->x;
    if (r->priv->failure.status)
        return;
    if (!str_is(x->method, "POST")) {
        decode_query(r);
        return;
    }
    if (x->body_kind == BODY_JSON)
        take_json(r, x);
    else
        take_pairs(r, x);
    if (r->priv->failure.status)
        return;
    if (r->priv->key.n > 128 || !utf8_valid(r->priv->key))
        refuse(r, 400, "bad_request", T_CORE_BAD_INPUT);
    else if ((r->route->flags & ROUTE_NEEDS_KEY) && str_empty(r->priv->key))
        refuse(r, 400, "key_missing", T_CORE_KEY_MISSING);
}
