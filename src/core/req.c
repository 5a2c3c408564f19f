/* What a handler may ask and answer. Rendering stands in page.c, the life of a request in engine.c. */
#include "core/req.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "core/access.h"
#include "core/req_private.h"
#include "texts.h"

str req_param(const struct req *r, int n)
{
    return (size_t)n < r->priv->n_params ? r->priv->params[n] : STR_NONE;
}

int64_t req_id(const struct req *r, int n)
{
    int64_t id;
    return num_i64(req_param(r, n), &id) && id > 0 ? id : DB_NONE;
}

bool signed_in(const struct req *r)
{
    return r->who.person_id != DB_NONE;
}

bool is_staff(const struct req *r)
{
    return r->who.post_id != DB_NONE;
}

bool has_right(const struct req *r, const char *right)
{
    return access_allows(&r->who, right);
}

const void *req_posted(const struct req *r, const struct form_desc *desc)
{
    return r->posted_desc == desc ? r->posted : NULL;
}

str req_text(const struct req *r, int text_id)
{
    return text_get(r->lang, text_id);
}

/* ---- answers ---- */

void answer_reset(struct req *r)
{
    struct req_private *p = r->priv;
    if (p->answer.kind == ANSWER_FILE && p->answer.fd >= 0)
        close(p->answer.fd);
    p->answer = (struct answer){.fd = -1, .notice = -1};
    p->failure = (struct failure){0};
    p->n_wrongs = 0;
    p->leaf = (struct leaf){0};
    p->n_seen = 0;
    p->personal_settled = false;
    p->again = p->rendered = false;
    p->x->n_headers = 0;
    p->x->out_body = STR_NONE;
    r->object = NULL;
}

int show(struct req *r, const struct view_type *type, const void *view)
{
    struct answer *a = &r->priv->answer;
    a->kind = ANSWER_SHOW, a->type = type, a->view = view, a->status = 200;
    return 0;
}

int done(struct req *r, int status, str location, const struct view_type *type, const void *view)
{
    struct answer *a = &r->priv->answer;
    a->kind = ANSWER_DONE, a->type = type, a->view = view, a->status = status, a->location = location;
    return 0;
}

void say(struct req *r, int text_id)
{
    r->priv->answer.notice = text_id;
}

int send_bytes(struct req *r, const char *type, str bytes, str filename)
{
    struct answer *a = &r->priv->answer;
    a->kind = ANSWER_BYTES, a->status = 200, a->content_type = str_c(type), a->bytes = bytes, a->filename = filename;
    return 0;
}

int send_file(struct req *r, const char *type, int fd, int64_t size, str filename)
{
    struct answer *a = &r->priv->answer;
    a->kind = ANSWER_FILE, a->status = 200, a->content_type = str_c(type), a->fd = fd, a->fd_size = size, a->filename = filename;
    return 0;
}

int redirect(struct req *r, str location)
{
    return done(r, 200, location, NULL, NULL);
}

void set_cookie(struct req *r, const char *name, str value, int64_t seconds)
{
    struct answer *a = &r->priv->answer;
    if (a->n_cookies == COUNT_OF(a->cookies))
        die("req", "more than %zu cookies", COUNT_OF(a->cookies));
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] <= ' ' || value.p[i] == ';' || value.p[i] == ',' || value.p[i] == '"' || (unsigned char)value.p[i] >= 127)
            die("req", "cookie %s: a character that does not fit", name);
    a->cookies[a->n_cookies].name = name;
    a->cookies[a->n_cookies].value = value;
    a->cookies[a->n_cookies++].seconds = seconds;
}

/* ---- refusals ---- */

static int refuse_text(struct req *r, int status, const char *code, str message, str field)
{
    r->priv->failure = (struct failure){.status = status, .code = code, .message = message, .field = field};
    return ERR_REFUSED;
}

int refuse(struct req *r, int status, const char *code, int text_id)
{
    return refuse_text(r, status, code, req_text(r, text_id), STR_NONE);
}

int refuse_with(struct req *r, int status, const char *code, int text_id, const str *args, size_t n)
{
    return refuse_text(r, status, code, text_fill(r->arena, r->lang, text_id, args, n), STR_NONE);
}

int refuse_field_with(struct req *r, str field, int text_id, const str *args, size_t n)
{
    wrong_field(r, field, text_id, args, n);
    return refuse_fields(r);
}

int refuse_field(struct req *r, const char *field, int text_id)
{
    return refuse_field_with(r, str_c(field), text_id, NULL, 0);
}

void wrong_field(struct req *r, str field, int text_id, const str *args, size_t n)
{
    struct req_private *p = r->priv;
    if (p->n_wrongs < COUNT_OF(p->wrongs))
        p->wrongs[p->n_wrongs++] = (struct wrong){str_dup(r->arena, field), text_fill(r->arena, r->lang, text_id, args, n)};
}

int refuse_fields(struct req *r)
{
    struct req_private *p = r->priv;
    return p->n_wrongs ? refuse_text(r, 400, "invalid", p->wrongs[0].message, p->wrongs[0].field) : 0;
}

int not_there(struct req *r)
{
    return refuse(r, 404, "not_found", T_CORE_NOT_THERE);
}

int refuse_changed(struct req *r)
{
    return refuse(r, 409, "changed", T_CORE_CHANGED);
}

int refuse_actions(struct req *r, const char *code, int text_id, const str *actions, size_t n)
{
    refuse(r, 409, code, text_id);
    r->priv->failure.actions = actions;
    r->priv->failure.n_actions = n;
    return ERR_REFUSED;
}

void form_faults_to_wrongs(struct req *r, const struct form_faults *faults)
{
    static const int words[] = {
        [FORM_MISSING] = T_CORE_FIELD_MISSING, [FORM_UNKNOWN] = T_CORE_FIELD_UNKNOWN, [FORM_TOO_LONG] = T_CORE_FIELD_TOO_LONG,
        [FORM_TOO_MANY] = T_CORE_FIELD_TOO_MANY, [FORM_NOT_NUMBER] = T_CORE_FIELD_NOT_NUMBER,
        [FORM_NOT_DATE] = T_CORE_FIELD_NOT_DATE, [FORM_NOT_MONEY] = T_CORE_FIELD_NOT_MONEY,
        [FORM_NOT_TEXT] = T_CORE_FIELD_NOT_TEXT, [FORM_BAD_CHARS] = T_CORE_FIELD_BAD_CHARS,
        [FORM_NOT_UTF8] = T_CORE_FIELD_NOT_UTF8, [FORM_TWICE] = T_CORE_FIELD_TWICE, [FORM_NOT_BOOL] = T_CORE_FIELD_NOT_BOOL,
        [FORM_NOT_LIST] = T_CORE_FIELD_NOT_LIST, [FORM_NOT_OBJECT] = T_CORE_FIELD_NOT_OBJECT,
    };
    for (size_t i = 0; i < faults->n; i++) {
        const struct form_fault *f = &faults->at[i];
        str arg = f->wrong == FORM_UNKNOWN ? f->field : str_i64(r->arena, f->max);
        bool takes_arg = f->wrong == FORM_UNKNOWN || f->wrong == FORM_TOO_LONG || f->wrong == FORM_TOO_MANY;
        wrong_field(r, f->field, words[f->wrong], &arg, takes_arg ? 1 : 0);
    }
    refuse_fields(r);
}

int event_emit(struct req *r, const char *name, const void *data)
{
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_events; j++)
            if (!strcmp(rooms[i]->events[j].name, name)) {
                int code = rooms[i]->events[j].fn(r, data);
                if (code < 0)
                    return code;
            }
    return 0;
}
